//! What stops the relay until a person has looked: found where, why, and what to do about it.

use hoso_ledger::Position;

/// The relay has found something it must not write over or behind.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{why}. {}", why.remedy())]
pub struct Alarm {
    /// Where.
    pub position: Position,
    /// What.
    pub why: Why,
}

/// What the relay has found.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Why {
    /// The stream has another event at a position than the ledger.
    #[error("message {position} of the stream is another event than the ledger's: {what} differs")]
    Differs {
        /// The position.
        position: Position,
        /// The first part that differs.
        what: &'static str,
    },
    /// A message that is no event of ours takes a position.
    #[error("the stream holds a message that Hoso did not write: {reason}")]
    Foreign {
        /// What is wrong with it.
        reason: String,
    },
    /// The stream has more than the ledger.
    #[error(
        "the stream ends at {stream} but the ledger at {ledger}: the ledger was restored from a \
         backup that is older than the stream, or somebody else writes to the stream"
    )]
    Ahead {
        /// Last sequence of the stream.
        stream: u64,
        /// Head of the ledger.
        ledger: Position,
    },
    /// Messages in the middle are gone.
    #[error("the stream goes from {first} to {last} but holds only {messages} messages")]
    Holes {
        /// First sequence.
        first: u64,
        /// Last sequence.
        last: u64,
        /// Messages between them.
        messages: u64,
    },
    /// The stream is set up in a way that loses or changes messages.
    #[error("the stream is not set up as it must be: {what}")]
    Unfit {
        /// What is wrong.
        what: String,
    },
    /// An event of the ledger that cannot be published.
    #[error("{reason}")]
    Unpublishable {
        /// Why.
        reason: String,
    },
}

impl Why {
    /// One word for measurements.
    #[must_use]
    pub fn word(&self) -> &'static str {
        match self {
            Self::Differs { .. } => "differs",
            Self::Foreign { .. } => "foreign",
            Self::Ahead { .. } => "ahead",
            Self::Holes { .. } => "holes",
            Self::Unfit { .. } => "unfit",
            Self::Unpublishable { .. } => "unpublishable",
        }
    }

    /// What a person does about it.
    #[must_use]
    pub fn remedy(&self) -> &'static str {
        match self {
            Self::Differs { .. } | Self::Foreign { .. } | Self::Holes { .. } => {
                "Nothing is published until this is repaired; the services read the ledger \
                 meanwhile. Find out who wrote it, check the ledger (`hoso ledger verify`), keep a \
                 copy of the stream, then delete it with the operator's key (`nats stream rm \
                 EVENTS`): the relay makes it again from the ledger"
            }
            Self::Ahead { .. } => {
                "Nothing is published until this is repaired. The messages behind the ledger's \
                 end are events that were acknowledged and that the ledger no longer has: keep a \
                 copy of the stream, and restore a newer backup if there is one. Only if their \
                 loss is accepted, delete the stream with the operator's key (`nats stream rm \
                 EVENTS`): the relay makes it again from the ledger"
            }
            Self::Unfit { .. } => {
                "Nothing is published until this is repaired; the services read the ledger \
                 meanwhile. Delete the stream with the operator's key (`nats stream rm EVENTS`): \
                 the relay makes it again as it must be"
            }
            Self::Unpublishable { .. } => {
                "Nothing behind it is published until this is repaired; the services read the \
                 ledger meanwhile. Check the ledger (`hoso ledger verify`) and nats-server's \
                 max_payload (at least 2 MB)"
            }
        }
    }
}
