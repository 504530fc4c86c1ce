//! What every service is given, and the one way a service runs a command.

use std::path::Path;
use std::sync::Arc;

use hoso_domain::actor::{Actor, Role};
use hoso_domain::decider::{Decider, Issued, StoredDecider, StoredEvent};
use hoso_domain::evaluation::vocabulary::RuleId;
use hoso_domain::ids::{IdError, OfficialId, PersonId, UnitId};
use hoso_domain::rules;
use hoso_ledger::sqlite::{SqliteLedger, SqliteOptions};
use hoso_ledger::{
    ExecuteError, Executed, LedgerError, Metadata, Order, Position, SharedLedger, StreamName,
};
use tokio::sync::watch;

use crate::clock::Clock;
use crate::directory::Directory;
use crate::documents::DocumentStore;
use crate::feed::subscription::{Feed, LedgerFeed};
use crate::http::problem::{IntoProblem, Problem, Violation};
use crate::ids::Ids;
use crate::jetstream::{JetStreamFeed, Nats, Relay, RelayState};
use crate::personal::PersonKeys;
use crate::progress::Progress;
use crate::view::View;

/// Everything a service needs from the process. Clones share it.
#[derive(Clone)]
pub struct Runtime {
    /// The ledger.
    pub ledger: SharedLedger,
    /// The time.
    pub clock: Clock,
    /// New ids.
    pub ids: Ids,
    /// The bytes of documents.
    pub documents: DocumentStore,
    /// The keys that persons' texts are sealed under.
    pub person_keys: PersonKeys,
    /// Who is an official, by which token, in which capacity.
    pub directory: View<Directory>,
    /// How far the reactors have come, those of this process and of others.
    pub progress: Progress,
    /// Where the reactors of this process get the events from.
    pub feed: Arc<dyn Feed>,
    /// The connection to NATS, in full mode.
    pub nats: Option<Nats>,
    /// What the relay of this process does, in the process that relays.
    pub relay: Option<watch::Receiver<RelayState>>,
}

/// A decider's command under its [`Issued`] cover: what a service builds.
pub type Ask<D> = <<D as Decider>::Command as Issuable>::Ask;

/// A command that can be issued under an order's metadata. Only [`Issued`] is.
pub trait Issuable: Sized {
    /// What is asked, without by whom and when.
    type Ask;
    /// Puts the cover on.
    fn issue(metadata: &Metadata, ask: Self::Ask) -> Self;
}

impl<C> Issuable for Issued<C> {
    type Ask = C;
    fn issue(metadata: &Metadata, ask: C) -> Self {
        hoso_ledger::execute::issued(metadata, ask)
    }
}

impl Runtime {
    /// A runtime on a ledger, with documents and persons' keys under `data`.
    #[must_use]
    pub fn new(ledger: SharedLedger, data: &Path, clock: Clock) -> Self {
        Self {
            directory: View::new(SharedLedger::clone(&ledger)),
            documents: DocumentStore::new(data.join("documents")),
            person_keys: PersonKeys::new(data.join("person-keys")),
            ids: Ids::system(),
            progress: Progress::default(),
            feed: Arc::new(LedgerFeed::new(SharedLedger::clone(&ledger))),
            nats: None,
            relay: None,
            ledger,
            clock,
        }
    }

    /// The same with the persons' keys in a directory of their own.
    #[must_use]
    pub fn with_person_keys(mut self, directory: &Path) -> Self {
        self.person_keys = PersonKeys::new(directory.to_path_buf());
        self
    }

    /// The same for a service in full mode: events come over NATS while it is there, and
    /// [`serve`](crate::serve()) tells the other processes when the log grows here.
    #[must_use]
    pub fn with_nats(mut self, nats: Nats) -> Self {
        let ledger = SharedLedger::clone(&self.ledger);
        self.feed = Arc::new(JetStreamFeed::new(ledger, nats.clone()));
        self.nats = Some(nats);
        self
    }

    /// The same in a system of these reactors (the services that react, by name): whoever waits here
    /// waits for those of other processes too.
    #[must_use]
    pub fn with_reactors(mut self, reactors: &[&'static str]) -> Self {
        self.progress = self.progress.of_system(reactors);
        self
    }

    /// The same for the process that relays: its health says what the relay does.
    #[must_use]
    pub fn with_relay(mut self, relay: &Relay) -> Self {
        self.relay = Some(relay.state());
        self
    }

    /// A runtime in one directory: SQLite ledger, documents, the machine's or a fixed clock.
    ///
    /// # Errors
    /// The ledger's, if it cannot be opened.
    pub async fn open_embedded(data: &Path, clock: Clock) -> Result<Self, LedgerError> {
        let recorded_by = clock.clone();
        let options = SqliteOptions::new(Arc::new(move || recorded_by.now()));
        let ledger: SharedLedger = SqliteLedger::open(data, options).await?;
        Ok(Self::new(ledger, data, clock))
    }

    /// Runs one command on one stream.
    ///
    /// # Errors
    /// The rejection's problem; 403 `not-permitted` where the decider recorded a refusal; 412
    /// where the caller has seen an older version; 422 for a reused idempotency key; 503 with
    /// `Retry-After` where the ledger did not answer.
    pub async fn execute<D>(
        &self,
        stream: &StreamName,
        order: Order,
        command: Ask<D>,
    ) -> Result<Executed<D>, Problem>
    where
        D: StoredDecider,
        D::Command: Issuable,
        Ask<D>: Clone + Send + Sync,
        D::Rejection: IntoProblem + Send,
    {
        let metadata = order.metadata.clone();
        let issue = || D::Command::issue(&metadata, command.clone());
        let new_id = || self.ids.new_id();
        let done =
            hoso_ledger::execute::<D>(self.ledger.as_ref(), stream, order, issue, new_id).await;
        match done {
            Ok(executed) => match refusal_of::<D>(&executed) {
                Some(problem) => Err(problem),
                None => Ok(executed),
            },
            Err(ExecuteError::Rejected(rejection)) => Err(rejection.problem()),
            Err(ExecuteError::Stale { seen, actual }) => Err(Problem::stale(seen, actual)),
            Err(ExecuteError::Ledger(error)) => Err(error.into()),
        }
    }

    /// Waits until every reactor has handled every event, those of the reactions included, and says
    /// the head then. Those of this process are followed, those of others asked for again and again.
    ///
    /// # Errors
    /// The ledger's, if its head or cursors could not be read.
    pub async fn wait_idle(&self) -> Result<Position, LedgerError> {
        self.progress.idle(&self.ledger).await
    }
}

/// The problem of a refusal that was recorded, if nothing else was: a command can be done in part,
/// as when a decision is signed without the items on hold, and then the answer tells both.
fn refusal_of<D: StoredDecider>(executed: &Executed<D>) -> Option<Problem> {
    let mut refusals = executed.events.iter().map(StoredEvent::refusal);
    let refusal = refusals.next()??;
    if refusals.any(|other| other.is_none()) {
        return None;
    }
    let violation = Violation {
        rule: refusal.rule.clone(),
        citation: citation_of(&refusal.rule),
        item: None,
        reason: refusal.reason.clone(),
    };
    Some(
        Problem::forbidden("not-permitted")
            .detail(format!(
                "{} was refused; the attempt is recorded",
                refusal.action
            ))
            .violations(vec![violation]),
    )
}

/// Where a refusal's rule is written; the table of who may do what (`D`) is none of the catalogue.
fn citation_of(rule: &str) -> Option<String> {
    let id = RuleId::parse(rule).ok()?;
    rules::rule(id).map(|entry| entry.citation.to_owned())
}

/// The actor of a service's reactions.
///
/// # Errors
/// The service's name makes no official's id.
pub fn system_actor(service: &str) -> Result<Actor, IdError> {
    let name = format!("system-{service}");
    Ok(Actor {
        official: OfficialId::parse(&name)?,
        person: PersonId::parse(&name)?,
        role: Role::System,
        agency: UnitId::parse("hoso")?,
        on_behalf_of: None,
    })
}
