//! The keys of one log, one after the other: which of them must have signed a checkpoint.
//!
//! A rotation is an event of the log. A checkpoint that covers it must be signed by the next key, one
//! that does not by the key before; the first one that covers it, the handover, is signed by both, so
//! that who knows either key finds the other. What a retired key signs alone behind its rotation is
//! believed by nobody, whoever has the key by then.
//!
//! The history says what must have been signed and proves nothing itself: it is built from events
//! that lead to a checkpoint's root, and from one key that was known beforehand.

use crate::checkpoint::{Checkpoint, CheckpointError, LogIdentity, SignedCheckpoint};
use crate::note::Note;

/// Why a key does not follow.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum HistoryError {
    /// The rotation names another key as the newest.
    #[error("the rotation at {position} follows {found}, and {newest} signs there")]
    NotNewest {
        /// The rotation's position.
        position: u64,
        /// The key that the rotation names.
        found: String,
        /// The key that signs there.
        newest: String,
    },
    /// A key came back.
    #[error("the rotation at {position} brings back a key that signed before")]
    UsedBefore {
        /// The rotation's position.
        position: u64,
    },
    /// The key is another log's.
    #[error("the rotation at {position} goes to the key of another log")]
    OtherOrigin {
        /// The rotation's position.
        position: u64,
    },
    /// The rotation is not behind the one before.
    #[error("the rotation at {position} is not behind the one before")]
    NotAfter {
        /// The rotation's position.
        position: u64,
    },
}

/// A key, and from where on it signs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reign {
    /// Position of the rotation that brought it; 0 for the first key. Checkpoints of so many events
    /// and more are signed by it, up to the next rotation.
    pub since: u64,
    /// The key, with the log's origin as its name.
    pub log: LogIdentity,
}

/// The keys of one log, in order; at least one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyHistory {
    first: Reign,
    later: Vec<Reign>,
}

impl KeyHistory {
    /// A log whose first key signs.
    #[must_use]
    pub const fn new(first: LogIdentity) -> Self {
        let first = Reign {
            since: 0,
            log: first,
        };
        Self {
            first,
            later: Vec::new(),
        }
    }

    /// Takes in the rotation at `position` (from 1).
    ///
    /// # Errors
    /// `previous` is not the newest key, `next` was used before or is another log's, or the position
    /// is not behind the last rotation's; nothing is taken in.
    pub fn rotate(
        &mut self,
        position: u64,
        previous: &LogIdentity,
        next: LogIdentity,
    ) -> Result<(), HistoryError> {
        let newest = self.newest();
        if newest.log != *previous {
            return Err(HistoryError::NotNewest {
                position,
                found: previous.key().to_string(),
                newest: newest.log.key().to_string(),
            });
        }
        if position <= newest.since {
            return Err(HistoryError::NotAfter { position });
        }
        if next.origin() != newest.log.origin() {
            return Err(HistoryError::OtherOrigin { position });
        }
        if self.reigns().any(|reign| reign.log == next) {
            return Err(HistoryError::UsedBefore { position });
        }
        self.later.push(Reign {
            since: position,
            log: next,
        });
        Ok(())
    }

    /// The log's origin.
    #[must_use]
    pub fn origin(&self) -> &str {
        self.first.log.origin()
    }

    /// Every key, in order.
    #[must_use]
    pub fn reigns(&self) -> impl DoubleEndedIterator<Item = &Reign> {
        std::iter::once(&self.first).chain(&self.later)
    }

    /// The key that signs now.
    #[must_use]
    pub fn newest(&self) -> &Reign {
        self.later.last().unwrap_or(&self.first)
    }

    /// The key that must have signed a checkpoint of `size` events.
    #[must_use]
    pub fn at(&self, size: u64) -> &Reign {
        let reigns = self.later.iter().rev();
        let mut signing = reigns.filter(|reign| reign.since <= size);
        signing.next().unwrap_or(&self.first)
    }

    /// The key before the one that must have signed a checkpoint of `size` events: it must have
    /// signed it, too, where this is the first checkpoint of that key. `None` under the first key.
    #[must_use]
    pub fn before(&self, size: u64) -> Option<&Reign> {
        let since = self.at(size).since;
        self.reigns().rev().find(|reign| reign.since < since)
    }

    /// Whether a key is one of the log's, retired or not.
    #[must_use]
    pub fn knows(&self, log: &LogIdentity) -> bool {
        self.reigns().any(|reign| reign.log == *log)
    }

    /// Reads a checkpoint and checks that the key signed it that signs a log of its size.
    ///
    /// # Errors
    /// It is no checkpoint, another log's, or not signed by that key: what a retired key alone signed
    /// behind its rotation is not signed.
    pub fn open(&self, bytes: &[u8]) -> Result<SignedCheckpoint, CheckpointError> {
        let size = Checkpoint::parse(Note::parse(bytes)?.text())?.head.size;
        SignedCheckpoint::open(bytes, &self.at(size).log)
    }

    /// Whether a checkpoint hands over: both the key that signs a log of its size and the one before
    /// signed it. The key before says so itself, in the keys of whoever knew only that.
    #[must_use]
    pub fn is_handover(&self, checkpoint: &SignedCheckpoint) -> bool {
        let size = checkpoint.head().size;
        let signed = |reign: &Reign| checkpoint.note().verify(reign.log.key()).is_ok();
        signed(self.at(size)) && self.before(size).is_some_and(signed)
    }
}
