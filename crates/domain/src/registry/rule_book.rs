//! A published rule book (bộ quy tắc): versions are added, never edited.
//!
//! The decider guards identity only: one digest a version, for ever. What the body means is read
//! by `crate::rulebook`.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::is_text;
use crate::actor::{Actor, Refusal, Role};
use crate::decider::{Decider, Explain, Issued, Listing, Obstacle, StoredDecider, StoredEvent};
use crate::ids::RuleBookId;

/// Largest rule book, in bytes of its text.
pub const BODY_BYTES_MAX: usize = 256 * 1024;

/// A version of a rule book was published.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct RuleBookPublished {
    /// The rule book.
    pub rule_book: RuleBookId,
    /// Its version, from 1.
    pub version: u32,
    /// Digest of the body's bytes, `sha256:<hex>`.
    pub digest: String,
    /// Where the rules come from: the plan, the law, a ruling.
    pub source: String,
    /// The rule book itself, JSON text, byte for byte.
    pub body: String,
}

/// What happened to a rule book.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Event {
    /// A version was published.
    RuleBookPublished(RuleBookPublished),
    /// Somebody tried what they may not.
    AttemptRefused(Refusal),
}

impl StoredEvent for Event {
    fn event_type(&self) -> &'static str {
        match self {
            Self::RuleBookPublished(_) => "RuleBookPublished",
            Self::AttemptRefused(_) => "AttemptRefused",
        }
    }

    fn refusal(&self) -> Option<&Refusal> {
        match self {
            Self::AttemptRefused(refusal) => Some(refusal),
            Self::RuleBookPublished(_) => None,
        }
    }
}

/// What may be asked of a rule book's stream.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Command {
    /// Publish a version; the same again changes nothing.
    Publish(RuleBookPublished),
}

/// Why not.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Rejection {
    /// That version has other content.
    #[error("version {version} is published with digest {known}, and a version is never edited")]
    VersionTaken {
        /// The version.
        version: u32,
        /// The digest it has.
        known: String,
    },
    /// Versions go up.
    #[error("the next version must be above {0}")]
    VersionTooLow(u32),
    /// Digest and body do not belong together.
    #[error("the body's digest is {0}")]
    Digest(String),
    /// Not a JSON object.
    #[error("the body is not a JSON object: {0}")]
    Body(String),
    /// Too large.
    #[error("the body has more than {BODY_BYTES_MAX} bytes")]
    BodySize,
    /// A required text is empty or too long.
    #[error("{0} must have 1 to 500 characters")]
    Text(&'static str),
}

impl Explain for Rejection {
    fn code(&self) -> &'static str {
        match self {
            Self::VersionTaken { .. } => "rule-book-version-taken",
            Self::VersionTooLow(_) => "rule-book-version-too-low",
            Self::Digest(_) => "rule-book-digest",
            Self::Body(_) => "rule-book-body",
            Self::BodySize => "rule-book-body-size",
            Self::Text(_) => "text-length",
        }
    }

    fn obstacle(&self) -> Obstacle {
        match self {
            Self::VersionTaken { .. } | Self::VersionTooLow(_) => Obstacle::State,
            Self::Digest(_) | Self::Body(_) | Self::BodySize | Self::Text(_) => Obstacle::Input,
        }
    }
}

/// The published versions of a rule book.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct RuleBookState {
    /// By version.
    pub versions: BTreeMap<u32, RuleBookPublished>,
}

/// The rule book's decider.
#[derive(Debug)]
pub struct RuleBook;

impl Decider for RuleBook {
    type State = RuleBookState;
    type Command = Issued<Command>;
    type Event = Event;
    type Rejection = Rejection;

    fn decide(state: &RuleBookState, issued: Issued<Command>) -> Result<Vec<Event>, Rejection> {
        if let Some(refusal) = refusal(&issued.by) {
            return Ok(vec![Event::AttemptRefused(refusal)]);
        }
        let Command::Publish(published) = issued.command;
        check(&published)?;
        if let Some(known) = state.versions.get(&published.version) {
            return if known.digest == published.digest {
                Ok(Vec::new())
            } else {
                Err(Rejection::VersionTaken {
                    version: published.version,
                    known: known.digest.clone(),
                })
            };
        }
        let last = state.versions.keys().next_back().copied().unwrap_or(0);
        if published.version <= last {
            return Err(Rejection::VersionTooLow(last));
        }
        Ok(vec![Event::RuleBookPublished(published)])
    }

    fn evolve(mut state: RuleBookState, event: &Event) -> RuleBookState {
        match event {
            Event::RuleBookPublished(published) => {
                state.versions.insert(published.version, published.clone());
            }
            Event::AttemptRefused(_) => {}
        }
        state
    }
}

impl StoredDecider for RuleBook {
    const CATEGORY: &'static str = "rulebook";

    fn listing(state: &RuleBookState) -> Listing {
        let status = if state.versions.is_empty() {
            "UNPUBLISHED"
        } else {
            "PUBLISHED"
        };
        Listing {
            status: status.to_owned(),
            ..Listing::default()
        }
    }
}

/// Digest of a rule book's text, `sha256:<hex>`.
#[must_use]
pub fn digest(body: &str) -> String {
    format!("sha256:{}", hex::encode(Sha256::digest(body.as_bytes())))
}

fn refusal(actor: &Actor) -> Option<Refusal> {
    Refusal::unless_role(actor, &[Role::Administrator], "PublishRuleBook")
}

fn check(published: &RuleBookPublished) -> Result<(), Rejection> {
    if !is_text(&published.source) {
        return Err(Rejection::Text("source"));
    }
    if published.body.len() > BODY_BYTES_MAX {
        return Err(Rejection::BodySize);
    }
    serde_json::from_str::<serde_json::Map<String, serde_json::Value>>(&published.body)
        .map_err(|error| Rejection::Body(error.to_string()))?;
    let digest = digest(&published.body);
    if digest != published.digest {
        return Err(Rejection::Digest(digest));
    }
    if published.version == 0 {
        return Err(Rejection::VersionTooLow(0));
    }
    Ok(())
}

#[cfg(test)]
mod tests;
