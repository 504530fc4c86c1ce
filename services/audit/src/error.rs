//! Why nothing was sealed or proved.

use std::path::{Path, PathBuf};

use hoso_ledger::LedgerError;
use hoso_proof::{CheckpointError, HistoryError, KeyError, LeafError, TreeError, VerifyError};

/// Why nothing was sealed or proved.
#[derive(Debug, thiserror::Error)]
pub enum AuditError {
    /// The ledger's.
    #[error(transparent)]
    Ledger(#[from] LedgerError),
    /// A file cannot be read or written.
    #[error("{}: {source}", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// A file is not what it must be.
    #[error("{}: {reason}", path.display())]
    Damaged {
        /// The file.
        path: PathBuf,
        /// Why.
        reason: String,
    },
    /// The tree cannot be read.
    #[error(transparent)]
    Tree(#[from] TreeError),
    /// The checkpoint is not signed, or not believed.
    #[error(transparent)]
    Checkpoint(#[from] CheckpointError),
    /// An event makes no leaf.
    #[error("the event at position {position}: {source}")]
    Leaf {
        /// The event's position.
        position: u64,
        /// Why.
        source: LeafError,
    },
    /// The ledger has fewer events than were signed for.
    #[error(
        "the ledger ends at position {ends}, but {signed} events were sealed: it was cut, or restored \
         from an older backup; nothing is signed before somebody has found out"
    )]
    Cut {
        /// Where the ledger ends.
        ends: u64,
        /// Events that were sealed.
        signed: u64,
    },
    /// The ledger holds another event than the one that was sealed.
    #[error(
        "the event at position {position} is not the one that was sealed: it was changed, or the \
         ledger is another one ({source})"
    )]
    Changed {
        /// The event's position.
        position: u64,
        /// How it shows.
        source: VerifyError,
    },
    /// The archive is lost, and the ledger holds other events than those that were sealed.
    #[error(
        "the archive is lost, and the first {size} events of the ledger are not those that were \
         sealed: they were changed, or the ledger is another one"
    )]
    Rewritten {
        /// Events that were sealed.
        size: u64,
    },
    /// The record says that another key signs, and it is not here.
    #[error(
        "the record says that the key {recorded} signs, and here is {found}: the directory of keys is \
         an old copy, or somebody else recorded the rotation; nothing is signed before somebody has \
         found out"
    )]
    KeyLost {
        /// The newest key on record.
        recorded: String,
        /// The key that is here.
        found: String,
    },
    /// The rotations on record make no history.
    #[error("the keys on record: {0}")]
    History(#[from] HistoryError),
    /// Two signed checkpoints contradict each other.
    #[error("the checkpoints of the archive contradict each other: {0}")]
    Contradicted(VerifyError),
    /// Somebody else seals with these keys.
    #[error("{}: another process is sealing with these keys", path.display())]
    Busy {
        /// The lock.
        path: PathBuf,
    },
    /// Nothing was sealed yet.
    #[error("{}: nothing was sealed yet; `hoso audit seal` does it", path.display())]
    Unsealed {
        /// The archive.
        path: PathBuf,
    },
    /// The position was not sealed.
    #[error("position {position} is not sealed: the last sealed one is {sealed}")]
    NotSealed {
        /// The position asked for.
        position: u64,
        /// Events that are sealed.
        sealed: u64,
    },
    /// No checkpoint of that size was signed.
    #[error("no checkpoint of {size} events was signed")]
    NoCheckpoint {
        /// The size asked for.
        size: u64,
    },
    /// The name of a log.
    #[error("--origin: {0}")]
    Origin(KeyError),
    /// The policy names witnesses that cannot be asked, or another log.
    #[error("the policy: {0}")]
    Policy(String),
    /// Sealing was cut short.
    #[error("sealing was cut short: {0}")]
    Stopped(String),
    /// The operating system gives no chance.
    #[error("no random numbers: {0}")]
    Chance(String),
}

impl AuditError {
    /// A file that cannot be read or written.
    pub(crate) fn file(path: &Path) -> impl FnOnce(std::io::Error) -> Self {
        let path = path.to_path_buf();
        move |source| Self::File { path, source }
    }

    /// A file that is not what it must be.
    pub(crate) fn damaged(path: &Path, reason: &impl ToString) -> Self {
        Self::Damaged {
            path: path.to_path_buf(),
            reason: reason.to_string(),
        }
    }

    /// Whether the record is at fault, not the machine or the caller: what an operator must look at.
    #[must_use]
    pub const fn is_finding(&self) -> bool {
        matches!(
            self,
            Self::Damaged { .. }
                | Self::Tree(_)
                | Self::Checkpoint(_)
                | Self::Cut { .. }
                | Self::Changed { .. }
                | Self::Rewritten { .. }
                | Self::KeyLost { .. }
                | Self::History(_)
                | Self::Contradicted(_)
        )
    }

    /// Whether something was asked for that there is not.
    #[must_use]
    pub const fn is_bad_input(&self) -> bool {
        matches!(
            self,
            Self::Unsealed { .. }
                | Self::NotSealed { .. }
                | Self::NoCheckpoint { .. }
                | Self::Origin(_)
                | Self::Policy(_)
        )
    }
}
