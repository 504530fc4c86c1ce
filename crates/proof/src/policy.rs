//! Whom to believe: the logs, and how many of which witnesses are enough (C2SP tlog-policy).
//!
//! A policy is a file of lines: `log <key> [<URL>]`, `witness <name> <key> [<URL>]`, `group <name>
//! all|any|<k> <name>…`, and one `quorum <name>|none`. It comes from somebody who is trusted, and
//! still every line is bounded and refused where it could be read in two ways: a quorum that was
//! meant otherwise is worse than none.

mod read;

use crate::checkpoint::LogIdentity;
use crate::key::{KeyError, PublicKey};
use crate::note::{Note, NoteError};

/// Bytes of the longest policy.
pub const POLICY_BYTES_MAX: usize = 64 * 1024;
/// Logs of a policy, witnesses, and groups, each at most; the specification wants 32.
pub const POLICY_ENTRIES_MAX: usize = 64;

/// Why a text is no policy.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PolicyError {
    /// It is longer than [`POLICY_BYTES_MAX`].
    #[error("the policy is longer than {POLICY_BYTES_MAX} bytes")]
    TooLong,
    /// It says nowhere what is enough.
    #[error("the policy has no `quorum` line")]
    NoQuorum,
    /// A line is wrong.
    #[error("line {line}: {fault}")]
    Line {
        /// Which, from 1.
        line: usize,
        /// What is wrong with it.
        fault: LineFault,
    },
}

/// What is wrong with a line of a policy.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum LineFault {
    /// A control character.
    #[error("the byte {0:#04x} is not allowed: lines hold no control characters but tabs")]
    Byte(u8),
    /// The last line has no newline.
    #[error("the line does not end in a newline: the file was cut")]
    Cut,
    /// It begins with another word.
    #[error("`{0}` is none of log, witness, group, quorum")]
    Keyword(String),
    /// It has too many or too few words.
    #[error("expected `{0}`")]
    Form(&'static str),
    /// The key is none.
    #[error("{0}")]
    Key(#[from] KeyError),
    /// The key signs something else.
    #[error("the key is not {0}'s")]
    WrongKey(&'static str),
    /// The same key stands on another line, under whatever name.
    #[error("the same key stands on a line before: one key is one {0}")]
    SameKey(&'static str),
    /// The name is defined already.
    #[error("`{0}` is defined on a line before")]
    Defined(String),
    /// `none` is nobody's name.
    #[error("`none` is no name: `quorum none` asks for no witness")]
    Reserved,
    /// No line before defines the name.
    #[error("`{0}` is not defined on a line before")]
    Unknown(String),
    /// The name is in a group already.
    #[error("`{0}` is in a group already: everybody counts once")]
    Counted(String),
    /// The number of members that are needed.
    #[error("`{0}` is none of all, any, 1 to the number of members")]
    Threshold(String),
    /// There are two quorums.
    #[error("there is a `quorum` line before")]
    Quorum,
    /// Too many lines of a kind.
    #[error("more than {POLICY_ENTRIES_MAX} {0}")]
    TooMany(&'static str),
}

/// Whom to believe.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Policy {
    logs: Vec<PolicyLog>,
    witnesses: Vec<PolicyWitness>,
    nodes: Vec<Node>,
    quorum: Quorum,
}

/// A log of a policy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PolicyLog {
    /// Its identity.
    pub identity: LogIdentity,
    /// Its URL, as it stands there.
    pub url: Option<Vec<u8>>,
}

/// A witness of a policy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PolicyWitness {
    /// What the policy calls it; bytes, and no more than that.
    pub name: Vec<u8>,
    /// Its key.
    pub key: PublicKey,
    /// Its URL (the submission prefix of tlog-witness), as it stands there.
    pub url: Option<Vec<u8>>,
}

impl PolicyWitness {
    /// The name for people to read.
    #[must_use]
    pub fn shown(&self) -> String {
        shown(&self.name)
    }
}

/// A witness or a group. Members stand before the groups that have them, so that there are no circles.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Node {
    /// By its index among the witnesses.
    Witness(usize),
    /// At least so many of these nodes.
    Group { need: usize, members: Vec<usize> },
}

/// What is enough.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Quorum {
    /// Nobody is asked for.
    Nobody,
    /// This node.
    Node(usize),
}

/// What a note's cosignatures come to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Judgement<'p> {
    /// What every witness of the policy said, in the policy's order.
    pub witnesses: Vec<Cosigned<'p>>,
    /// Whether they are enough.
    pub reached: bool,
}

/// What a witness said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cosigned<'p> {
    /// Who.
    pub witness: &'p PolicyWitness,
    /// When it saw the checkpoint, seconds since 1970; else that it did not sign, or that somebody
    /// signed in its name.
    pub seen_at: Result<u64, NoteError>,
}

impl Policy {
    /// Reads a policy.
    ///
    /// # Errors
    /// The first line that is wrong, and why.
    pub fn parse(bytes: &[u8]) -> Result<Self, PolicyError> {
        read::policy(bytes)
    }

    /// The logs, in the file's order; none where the log is known from elsewhere.
    #[must_use]
    pub fn logs(&self) -> &[PolicyLog] {
        &self.logs
    }

    /// The witnesses, in the file's order.
    #[must_use]
    pub fn witnesses(&self) -> &[PolicyWitness] {
        &self.witnesses
    }

    /// Whether any witness is asked for; `quorum none` asks for none.
    #[must_use]
    pub const fn asks_for_witnesses(&self) -> bool {
        matches!(self.quorum, Quorum::Node(_))
    }

    /// Whether a log is one of the policy's, or the policy leaves that to others.
    #[must_use]
    pub fn accepts(&self, log: &LogIdentity) -> bool {
        self.logs.is_empty() || self.logs.iter().any(|known| known.identity == *log)
    }

    /// Which witnesses cosigned a checkpoint, and whether they are enough. Whether its log signed it
    /// is not looked at.
    #[must_use]
    pub fn judge(&self, checkpoint: &Note) -> Judgement<'_> {
        let said = |witness| Cosigned {
            witness,
            seen_at: seen_at(checkpoint, witness),
        };
        let witnesses: Vec<_> = self.witnesses.iter().map(said).collect();
        let signed: Vec<_> = witnesses.iter().map(|said| said.seen_at.is_ok()).collect();
        Judgement {
            reached: self.enough(&signed),
            witnesses,
        }
    }

    /// Whether the witnesses that signed, by their order, are enough.
    fn enough(&self, signed: &[bool]) -> bool {
        let mut held: Vec<bool> = Vec::with_capacity(self.nodes.len());
        for node in &self.nodes {
            let holds = match node {
                Node::Witness(index) => signed.get(*index) == Some(&true),
                Node::Group { need, members } => {
                    let holds = |member: &&usize| held.get(**member) == Some(&true);
                    members.iter().filter(holds).count() >= *need
                }
            };
            held.push(holds);
        }
        match self.quorum {
            Quorum::Nobody => true,
            Quorum::Node(node) => held.get(node) == Some(&true),
        }
    }
}

fn seen_at(checkpoint: &Note, witness: &PolicyWitness) -> Result<u64, NoteError> {
    let attested = checkpoint.verify(&witness.key)?;
    // The reader takes keys of witnesses only, whose signatures have a time.
    let wrong = || NoteError::WrongKey(witness.key.name().to_owned());
    attested.seen_at.ok_or_else(wrong)
}

fn shown(name: &[u8]) -> String {
    String::from_utf8_lossy(name).into_owned()
}
