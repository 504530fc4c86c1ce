//! The decision of a witness (C2SP tlog-witness): a checkpoint is cosigned if the log signed it and
//! it grew from the last one that was cosigned.
//!
//! Pure: who asks, remembers. Between [`AddCheckpoint::decide`] and the moment its outcome is on the
//! disk nobody else may decide about the same log, and nothing is answered before.

use crate::checkpoint::{Checkpoint, CheckpointError, LogIdentity, SignedCheckpoint};
use crate::key::SecretKey;
use crate::note::{Note, NoteError};
use crate::proof_file::ConsistencyFile;
use crate::tree::TreeHead;
use crate::verify::{self, VerifyError};

/// Bytes of the longest request: hashes, and a note with many signatures.
pub const REQUEST_BYTES_MAX: usize = 128 * 1024;
/// Hashes of a consistency proof, at most.
const HASHES_MAX: usize = 63;
/// Media type of the size that a conflict is answered with.
pub const SIZE_MEDIA_TYPE: &str = "text/x.tlog.size";

/// Why a checkpoint is not cosigned.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// The request is none.
    #[error("bad request: {0}")]
    Malformed(String),
    /// The witness does not know the log.
    #[error("the log is not one that this witness knows")]
    UnknownLog,
    /// No key of the log signed the checkpoint.
    #[error("the checkpoint is not signed by the log")]
    Unsigned,
    /// The request does not begin where the witness stands.
    #[error("the last checkpoint cosigned has {size} leaves")]
    Stale {
        /// Leaves of the last checkpoint that was cosigned.
        size: u64,
    },
    /// A checkpoint of another tree of the same size was cosigned: the log was forked.
    #[error("another checkpoint of {size} leaves was cosigned: the log was forked")]
    Forked {
        /// Leaves of both.
        size: u64,
    },
    /// The proof does not show that the tree grew from the one that was cosigned.
    #[error("the checkpoint is not shown to grow from the last one cosigned, of {size} leaves")]
    Inconsistent {
        /// Leaves of the last checkpoint that was cosigned.
        size: u64,
    },
}

impl Refusal {
    /// The HTTP status that says so.
    #[must_use]
    pub const fn status(&self) -> u16 {
        match self {
            Self::Malformed(_) => 400,
            Self::Unsigned => 403,
            Self::UnknownLog => 404,
            Self::Stale { .. } | Self::Forked { .. } => 409,
            Self::Inconsistent { .. } => 422,
        }
    }
}

/// A request for a cosignature; nothing of it is believed yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AddCheckpoint {
    file: ConsistencyFile,
    note: Note,
    checkpoint: Checkpoint,
}

/// A checkpoint that may be cosigned.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Accepted {
    checkpoint: SignedCheckpoint,
}

impl AddCheckpoint {
    /// Reads a request: `old <size>`, hashes, a blank line, a checkpoint.
    ///
    /// # Errors
    /// `Malformed`.
    pub fn parse(body: &[u8]) -> Result<Self, Refusal> {
        if body.len() > REQUEST_BYTES_MAX {
            return Err(malformed(&"it is too long"));
        }
        let file = ConsistencyFile::parse(body).map_err(|error| malformed(&error))?;
        if file.hashes.len() > HASHES_MAX {
            return Err(malformed(&"it has more than 63 hashes"));
        }
        let note = Note::parse(file.checkpoint.as_bytes()).map_err(|error| malformed(&error))?;
        let checkpoint = Checkpoint::parse(note.text()).map_err(|error| malformed(&error))?;
        Ok(Self {
            file,
            note,
            checkpoint,
        })
    }

    /// The log that the checkpoint says it is of.
    #[must_use]
    pub fn origin(&self) -> &str {
        &self.checkpoint.origin
    }

    /// The checkpoint, as it was sent.
    #[must_use]
    pub const fn note(&self) -> &Note {
        &self.note
    }

    /// Whether the checkpoint may be cosigned by who cosigned `last` before ([`TreeHead::EMPTY`] for
    /// nothing) and believes the `trusted` keys of the log, the newest one last.
    ///
    /// # Errors
    /// Why not.
    pub fn decide(&self, trusted: &[LogIdentity], last: TreeHead) -> Result<Accepted, Refusal> {
        let mut keys = trusted
            .iter()
            .rev()
            .filter(|log| log.origin() == self.origin())
            .peekable();
        if keys.peek().is_none() {
            return Err(Refusal::UnknownLog);
        }
        let mut opened = keys.map(|log| self.open(log));
        // One of its keys is enough; a form that is none is none under every key.
        let checkpoint = opened.find(|opened| opened != &Err(Refusal::Unsigned));
        let checkpoint = checkpoint.unwrap_or(Err(Refusal::Unsigned))?;
        let (old, new) = (self.file.old_size, checkpoint.head());
        if old > new.size {
            return Err(malformed(&"the old size is larger than the checkpoint's"));
        }
        if old != last.size {
            return Err(Refusal::Stale { size: last.size });
        }
        match verify::consistency(last, new, &self.file.hashes) {
            Ok(()) => Ok(Accepted { checkpoint }),
            Err(VerifyError::Forked { size }) => Err(Refusal::Forked { size }),
            Err(
                VerifyError::Outside { .. }
                | VerifyError::NotIncluded
                | VerifyError::Shrunk { .. }
                | VerifyError::Inconsistent { .. },
            ) => Err(Refusal::Inconsistent { size: last.size }),
        }
    }

    /// The checkpoint with the signature of one key of its log, and no other.
    fn open(&self, log: &LogIdentity) -> Result<SignedCheckpoint, Refusal> {
        let note = self.note.only(&[log.key()]);
        match SignedCheckpoint::open(note.encode().as_bytes(), log) {
            Ok(checkpoint) => Ok(checkpoint),
            Err(CheckpointError::Note(
                NoteError::Unsigned(_) | NoteError::Forged(_) | NoteError::Malformed(_),
            )) => Err(Refusal::Unsigned),
            Err(
                other @ (CheckpointError::Note(NoteError::WrongKey(_))
                | CheckpointError::Key(_)
                | CheckpointError::Malformed
                | CheckpointError::OtherLog { .. }
                | CheckpointError::SameKey
                | CheckpointError::Inconsistent(_)),
            ) => Err(malformed(&other)),
        }
    }
}

impl Accepted {
    /// Size and root of what would be cosigned.
    #[must_use]
    pub const fn head(&self) -> TreeHead {
        self.checkpoint.head()
    }

    /// The text that would be cosigned.
    #[must_use]
    pub fn text(&self) -> &str {
        self.checkpoint.note().text()
    }

    /// Cosigns: the checkpoint with the log's signature and the witness's, to be kept on the disk
    /// before anybody sees it. `seen_at` is in seconds since 1970.
    ///
    /// # Errors
    /// The key is not a witness's.
    pub fn cosign(self, witness: &SecretKey, seen_at: u64) -> Result<Note, CheckpointError> {
        let mut checkpoint = self.checkpoint;
        checkpoint.cosign(witness, seen_at)?;
        Ok(checkpoint.note().clone())
    }
}

fn malformed(reason: &impl ToString) -> Refusal {
    Refusal::Malformed(reason.to_string())
}
