//! Reactions: which event of somebody else's wakes a service, and which command it becomes.
//!
//! A reactor only looks at an event and says what follows. Running it, moving the cursor with it,
//! parking what cannot be digested: that is the feed's work.

use async_trait::async_trait;
use hoso_domain::decider::{StoredDecider, StoredEvent};
use hoso_ledger::{ExecuteError, LedgerError, Order, RecordedEvent, StreamName};

use crate::runtime::{Ask, Issuable, Runtime};

/// A service's reactions.
#[async_trait]
pub trait Reactor: Send + Sync {
    /// The service's name; also its cursor's.
    fn name(&self) -> &'static str;

    /// What follows from an event; nothing for most. Called again for the same event after a
    /// crash, and must then say the same.
    async fn react(
        &self,
        runtime: &Runtime,
        event: &RecordedEvent,
    ) -> Result<Vec<Effect>, ReactionError>;

    /// Whether an event can be handled beside others.
    fn lane(&self, _event: &RecordedEvent) -> Lane {
        Lane::Alone
    }
}

/// Beside which events one can be handled.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lane {
    /// Beside those of other streams, after those of its own. What follows from it must depend on no
    /// effect of other streams' events, and go to streams that none of theirs go to.
    OfItsStream,
    /// When everything before it is done, and before anything behind it.
    Alone,
}

/// Why a reaction did not happen.
#[derive(Debug, thiserror::Error)]
pub enum ReactionError {
    /// The event, or the domain, does not allow it: parked until a person decides.
    #[error("{reason}")]
    Poison {
        /// Why, in words.
        reason: String,
    },
    /// The ledger's: tried again where that may help, else parked.
    #[error(transparent)]
    Ledger(#[from] LedgerError),
}

impl ReactionError {
    /// An event this reaction cannot digest.
    #[must_use]
    pub fn poison(reason: impl std::fmt::Display) -> Self {
        Self::Poison {
            reason: reason.to_string(),
        }
    }
}

/// One command that follows from an event. Its command id is derived from the event's id, its own
/// name and its stream, so that running it twice changes nothing.
pub struct Effect {
    pub(crate) stream: StreamName,
    pub(crate) name: &'static str,
    pub(crate) rule_book: Option<String>,
    pub(crate) reason: Option<String>,
    run: Box<dyn Run>,
}

impl Effect {
    /// A command of `D` on `stream`, under the reaction's name.
    #[must_use]
    pub fn new<D>(stream: StreamName, name: &'static str, command: Ask<D>) -> Self
    where
        D: StoredDecider + 'static,
        D::Command: Issuable,
        D::Rejection: Send,
        Ask<D>: Clone + Send + Sync + 'static,
    {
        Self {
            stream,
            name,
            rule_book: None,
            reason: None,
            run: Box::new(Typed::<D> { command }),
        }
    }

    /// Decided under this rule book (`sha256:<hex>`).
    #[must_use]
    pub fn rule_book(mut self, digest: Option<String>) -> Self {
        self.rule_book = digest;
        self
    }

    /// Why, in words; without them the events say which event they follow from.
    #[must_use]
    pub fn reason(mut self, reason: impl Into<String>) -> Self {
        self.reason = Some(reason.into());
        self
    }

    pub(crate) async fn execute(
        &self,
        runtime: &Runtime,
        order: Order,
    ) -> Result<Done, ReactionError> {
        self.run.run(runtime, &self.stream, order).await
    }
}

/// What running an effect did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Done {
    /// It had been run before: its cursor, if it had one, was not moved now.
    pub(crate) duplicate: bool,
    /// The decider recorded a refusal.
    pub(crate) refused: bool,
}

#[async_trait]
trait Run: Send + Sync {
    async fn run(
        &self,
        runtime: &Runtime,
        stream: &StreamName,
        order: Order,
    ) -> Result<Done, ReactionError>;
}

struct Typed<D: StoredDecider<Command: Issuable>> {
    command: Ask<D>,
}

#[async_trait]
impl<D> Run for Typed<D>
where
    D: StoredDecider + 'static,
    D::Command: Issuable,
    D::Rejection: Send,
    Ask<D>: Clone + Send + Sync + 'static,
{
    async fn run(
        &self,
        runtime: &Runtime,
        stream: &StreamName,
        order: Order,
    ) -> Result<Done, ReactionError> {
        let metadata = order.metadata.clone();
        let issue = || D::Command::issue(&metadata, self.command.clone());
        let new_id = || runtime.ids.new_id();
        let ledger = runtime.ledger.as_ref();
        match hoso_ledger::execute::<D>(ledger, stream, order, issue, new_id).await {
            Ok(executed) => Ok(Done {
                duplicate: executed.duplicate,
                refused: executed.events.iter().any(|e| e.refusal().is_some()),
            }),
            Err(ExecuteError::Rejected(rejection)) => Err(ReactionError::poison(rejection)),
            Err(ExecuteError::Stale { seen, actual }) => Err(ReactionError::poison(format!(
                "stream is at version {actual}, not {seen}"
            ))),
            Err(ExecuteError::Ledger(error)) => Err(error.into()),
        }
    }
}
