//! The log's own key (khoá ký sổ) and whose cosignatures are asked for, as facts of the log: which
//! key signs from here on, and which policy of witnesses holds.
//!
//! One stream, `key-log`. The first key stands in no event: it is known before the first one is
//! recorded, so that the first rotation is believed when it says which key it follows; a checkpoint
//! that both keys sign shows it. Keys and policies are texts here (C2SP signed-note, tlog-policy);
//! that they are good ones is looked at by who asks, as this crate knows no cryptography.

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::actor::{Actor, Refusal, Role};
use crate::decider::{Decider, Explain, Issued, Listing, Obstacle, StoredDecider, StoredEvent};

/// The id of the one stream, `key-log`.
pub const LOG: &str = "log";
/// Bytes of the longest policy, as `hoso-proof` reads them.
pub const POLICY_BYTES_MAX: usize = 64 * 1024;
/// Keys of one log, at most; a rotation a week for ten years.
pub const KEYS_MAX: usize = 512;
/// Bytes of a key's text, at most: a name, 8 digits, 33 bytes in base64.
const KEY_BYTES_MAX: usize = 256 + 1 + 8 + 1 + BASE64_CHARS;
/// Characters of a typed Ed25519 key in base64.
const BASE64_CHARS: usize = 44;

/// Another key signs the log from here on (thay khoá).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct LogKeyRotated {
    /// The key that signed so far, `<origin>+<id>+<base64>` (C2SP signed-note, Ed25519).
    pub previous: String,
    /// The key that signs from now on; of the same origin.
    pub next: String,
}

/// A policy of witnesses holds from now on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct WitnessPolicySet {
    /// The whole file (C2SP tlog-policy), byte for byte.
    pub policy: String,
    /// Digest of its bytes, `sha256:<hex>`.
    pub digest: String,
}

/// What happened to the log's key and policy.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Event {
    /// Another key signs.
    LogKeyRotated(LogKeyRotated),
    /// A policy holds.
    WitnessPolicySet(WitnessPolicySet),
    /// Somebody tried what they may not.
    AttemptRefused(Refusal),
}

impl StoredEvent for Event {
    fn event_type(&self) -> &'static str {
        match self {
            Self::LogKeyRotated(_) => "LogKeyRotated",
            Self::WitnessPolicySet(_) => "WitnessPolicySet",
            Self::AttemptRefused(_) => "AttemptRefused",
        }
    }

    fn refusal(&self) -> Option<&Refusal> {
        match self {
            Self::AttemptRefused(refusal) => Some(refusal),
            Self::LogKeyRotated(_) | Self::WitnessPolicySet(_) => None,
        }
    }
}

/// What may be asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Command {
    /// Let another key sign.
    Rotate(LogKeyRotated),
    /// Let this policy hold: the whole file.
    SetPolicy(String),
}

/// Why not.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Rejection {
    /// A text is no key of a log.
    #[error("{0} is no key: `<origin>+<8 hex digits>+<base64>` of an Ed25519 key is expected")]
    Key(&'static str),
    /// Another key signs by now.
    #[error("the key that signs is {0}, and not the one to be followed")]
    NotNewest(String),
    /// A key that was retired does not come back.
    #[error("the next key signed this log before, and a key that was used is not used again")]
    UsedBefore,
    /// The key is another log's.
    #[error("the keys are of two logs: a log keeps its name")]
    OtherOrigin,
    /// No more keys.
    #[error("the log had {KEYS_MAX} keys; more are not read")]
    TooMany,
    /// The policy holds already.
    #[error("this policy holds already")]
    SamePolicy,
    /// The policy is empty or too long.
    #[error("a policy must have 1 to {POLICY_BYTES_MAX} bytes")]
    PolicySize,
}

impl Explain for Rejection {
    fn code(&self) -> &'static str {
        match self {
            Self::Key(_) => "log-key-malformed",
            Self::NotNewest(_) => "log-key-not-newest",
            Self::UsedBefore => "log-key-used-before",
            Self::OtherOrigin => "log-key-other-origin",
            Self::TooMany => "log-key-too-many",
            Self::SamePolicy => "policy-already-set",
            Self::PolicySize => "policy-size",
        }
    }

    fn obstacle(&self) -> Obstacle {
        match self {
            Self::NotNewest(_) | Self::UsedBefore | Self::TooMany | Self::SamePolicy => {
                Obstacle::State
            }
            Self::Key(_) | Self::OtherOrigin | Self::PolicySize => Obstacle::Input,
        }
    }
}

/// The keys that signed, and the policy that holds.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct LogKeyState {
    /// Every key that signed, in order, the newest last; empty as long as the first one signs. Of
    /// several logs where one was begun anew over the same record, each under a name of its own.
    #[serde(default)]
    pub keys: Vec<String>,
    /// The policy that holds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub policy: Option<WitnessPolicySet>,
}

impl LogKeyState {
    /// The key that signs the log of this origin by the record; `None` as long as its first one does.
    #[must_use]
    pub fn newest(&self, log: &str) -> Option<&str> {
        let own = |key: &&String| origin(key) == Some(log);
        self.keys.iter().rfind(own).map(String::as_str)
    }
}

/// The decider of the log's key.
#[derive(Debug)]
pub struct LogKey;

impl Decider for LogKey {
    type State = LogKeyState;
    type Command = Issued<Command>;
    type Event = Event;
    type Rejection = Rejection;

    fn decide(state: &LogKeyState, issued: Issued<Command>) -> Result<Vec<Event>, Rejection> {
        if let Some(refusal) = refusal(&issued.by, &issued.command) {
            return Ok(vec![Event::AttemptRefused(refusal)]);
        }
        match issued.command {
            Command::Rotate(rotated) => {
                check(state, &rotated)?;
                Ok(vec![Event::LogKeyRotated(rotated)])
            }
            Command::SetPolicy(policy) => {
                if policy.is_empty() || policy.len() > POLICY_BYTES_MAX {
                    return Err(Rejection::PolicySize);
                }
                let digest = digest(&policy);
                if state.policy.as_ref().is_some_and(|p| p.policy == policy) {
                    return Err(Rejection::SamePolicy);
                }
                let set = WitnessPolicySet { policy, digest };
                Ok(vec![Event::WitnessPolicySet(set)])
            }
        }
    }

    fn evolve(mut state: LogKeyState, event: &Event) -> LogKeyState {
        match event {
            Event::LogKeyRotated(rotated) => {
                if !state.keys.contains(&rotated.previous) {
                    state.keys.push(rotated.previous.clone());
                }
                state.keys.push(rotated.next.clone());
            }
            Event::WitnessPolicySet(set) => state.policy = Some(set.clone()),
            Event::AttemptRefused(_) => {}
        }
        state
    }
}

impl StoredDecider for LogKey {
    const CATEGORY: &'static str = "key";

    fn listing(state: &LogKeyState) -> Listing {
        let status = if state.keys.is_empty() {
            "FIRST_KEY"
        } else {
            "ROTATED"
        };
        Listing {
            status: status.to_owned(),
            ..Listing::default()
        }
    }
}

/// Digest of a policy's text, `sha256:<hex>`.
#[must_use]
pub fn digest(policy: &str) -> String {
    format!("sha256:{}", hex::encode(Sha256::digest(policy.as_bytes())))
}

fn refusal(actor: &Actor, command: &Command) -> Option<Refusal> {
    let action = match command {
        Command::Rotate(_) => "RotateLogKey",
        Command::SetPolicy(_) => "SetWitnessPolicy",
    };
    Refusal::unless_role(actor, &[Role::Administrator], action)
}

fn check(state: &LogKeyState, rotated: &LogKeyRotated) -> Result<(), Rejection> {
    let previous = origin(&rotated.previous).ok_or(Rejection::Key("previous"))?;
    let next = origin(&rotated.next).ok_or(Rejection::Key("next"))?;
    if previous != next {
        return Err(Rejection::OtherOrigin);
    }
    if let Some(newest) = state.newest(next).filter(|key| *key != rotated.previous) {
        return Err(Rejection::NotNewest(newest.to_owned()));
    }
    if rotated.next == rotated.previous || state.keys.contains(&rotated.next) {
        return Err(Rejection::UsedBefore);
    }
    if state.keys.len() >= KEYS_MAX {
        return Err(Rejection::TooMany);
    }
    Ok(())
}

/// The name in a key's text; `None` where the text has not the form of an Ed25519 log key.
fn origin(key: &str) -> Option<&str> {
    if key.len() > KEY_BYTES_MAX {
        return None;
    }
    let (name, rest) = key.split_once('+')?;
    let (id, bytes) = rest.split_once('+')?;
    let hex = |b: u8| matches!(b, b'0'..=b'9' | b'a'..=b'f');
    let base64 = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'/');
    let form = id.len() == 8
        && id.bytes().all(hex)
        && bytes.len() == BASE64_CHARS
        && bytes.bytes().all(base64)
        // The first byte is 1: the key signs notes by Ed25519. A witness's begins with `B`.
        && bytes.starts_with('A');
    let named = !name.is_empty() && !name.contains(|c: char| c.is_whitespace() || c.is_control());
    (form && named).then_some(name)
}

#[cfg(test)]
mod tests;
