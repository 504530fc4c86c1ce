//! What stands between two services in full mode: the relay, a nats-server, the next service's
//! feed and reactions. The real ones, in this process; every part has connections of its own.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use anyhow::Context;
use async_trait::async_trait;
use hoso_ledger::{Position, RecordedEvent, SharedLedger, StreamName};
use hoso_runtime::config::{Config, Layer};
use hoso_runtime::jetstream::head::share_head;
use hoso_runtime::jetstream::{Alone, Nats, NatsOptions, Relay, RelayOptions, RelayState};
use hoso_runtime::{Clock, Effect, Lane, ReactionError, Reactor, Runtime, Service, serve};
use hoso_testbed::nats::{Nats as NatsServer, NatsOptions as ServerOptions};
use tempfile::TempDir;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;
use utoipa_axum::router::OpenApiRouter;

use super::server::{Database, Server};
use crate::load::{Load, LoadEvent, Record};

/// What does not happen within this time never will.
const WITHIN: Duration = Duration::from_mins(2);

/// A database, a nats-server, and what runs on them.
pub(super) struct Stage {
    database: Database,
    nats: NatsServer,
    /// The service that appends.
    pub(super) submission: SharedLedger,
    ledgers: Vec<SharedLedger>,
    tasks: JoinSet<anyhow::Result<()>>,
    stop: CancellationToken,
    directory: TempDir,
}

impl Stage {
    /// An empty log, and the service that appends to it.
    pub(super) async fn start(server: &Server) -> anyhow::Result<Self> {
        let start = || NatsServer::start(ServerOptions::default());
        let nats = tokio::task::spawn_blocking(start).await??;
        let database = server.fresh().await?;
        let submission = database.ledger("hoso_submission").await?;
        let mut stage = Self {
            submission: Arc::clone(&submission),
            ledgers: vec![Arc::clone(&submission)],
            tasks: JoinSet::new(),
            stop: CancellationToken::new(),
            directory: tempfile::tempdir()?,
            database,
            nats,
        };
        stage.tell(submission, "submission").await?;
        Ok(stage)
    }

    /// Where nats-server is.
    pub(super) fn nats_url(&self) -> String {
        self.nats.url()
    }

    /// A ledger of another process, which is told when the log grows.
    pub(super) async fn ledger(&mut self, user: &str) -> anyhow::Result<SharedLedger> {
        let ledger = self.untold(user).await?;
        self.tell(Arc::clone(&ledger), user).await?;
        Ok(ledger)
    }

    async fn untold(&mut self, user: &str) -> anyhow::Result<SharedLedger> {
        let ledger = self.database.ledger(&format!("hoso_{user}")).await?;
        self.ledgers.push(Arc::clone(&ledger));
        Ok(ledger)
    }

    async fn tell(&mut self, ledger: SharedLedger, user: &str) -> anyhow::Result<()> {
        let nats = self.connect(user).await?;
        let stop = self.stop.clone();
        self.tasks.spawn(async move {
            share_head(nats, ledger, stop).await;
            Ok(())
        });
        Ok(())
    }

    /// A connection of a process to NATS.
    pub(super) async fn connect(&self, user: &str) -> anyhow::Result<Nats> {
        let flags = Layer {
            nats_url: Some(self.nats.url()),
            ..Layer::default()
        };
        let url = Config::load(&flags, |_| None)?.nats_url;
        let options = NatsOptions {
            url: url.context("the address was given")?,
            seed: None,
            user: user.to_owned(),
        };
        let nats = Nats::connect(&options).await?;
        within("a connection to NATS", nats.up()).await?;
        Ok(nats)
    }

    /// Begins to relay; answers what the relay does, as it changes.
    pub(super) async fn relay(&mut self) -> anyhow::Result<watch::Receiver<RelayState>> {
        let ledger = self.untold("relay").await?;
        let nats = self.connect("relay").await?;
        let relay = Relay::new(ledger, nats, RelayOptions::default());
        let (state, stop) = (relay.state(), self.stop.clone());
        self.tasks.spawn(async move {
            relay.run(&Alone, stop).await;
            Ok(())
        });
        Ok(state)
    }

    /// Begins the next service.
    pub(super) async fn follow(&mut self, following: Arc<Following>) -> anyhow::Result<Runtime> {
        let ledger = self.untold("verification").await?;
        let nats = self.connect("verification").await?;
        let runtime = Runtime::new(ledger, self.directory.path(), Clock::system()).with_nats(nats);
        let service = Service {
            name: following.name(),
            router: OpenApiRouter::new(),
            reactor: Some(following),
        };
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let served = serve(runtime.clone(), vec![service], listener, self.stop.clone());
        self.tasks.spawn(async move { Ok(served.await?) });
        Ok(runtime)
    }

    /// Ends everything.
    pub(super) async fn remove(mut self, server: &Server) -> anyhow::Result<()> {
        self.stop.cancel();
        while let Some(ended) = within("the end of the services", self.tasks.join_next()).await? {
            ended??;
        }
        for ledger in self.ledgers {
            ledger.close().await;
        }
        server.remove(self.database).await
    }
}

/// Waits for something that must happen.
pub(super) async fn within<T>(what: &str, work: impl Future<Output = T>) -> anyhow::Result<T> {
    let done = tokio::time::timeout(WITHIN, work).await;
    done.with_context(|| format!("not within {} s: {what}", WITHIN.as_secs()))
}

/// Waits until everything up to a position is in the stream.
pub(super) async fn relayed(
    state: &mut watch::Receiver<RelayState>,
    wanted: Position,
) -> anyhow::Result<()> {
    let there = |state: &RelayState| matches!(state, RelayState::Running { position } if *position >= wanted);
    within("the relay has published", state.wait_for(there)).await??;
    Ok(())
}

/// The reactions of the next service.
pub(super) struct Following {
    effects: bool,
    handled: AtomicU64,
}

impl Following {
    /// A command of its own follows every event, in a commit with the cursor; or else none, and the
    /// cursor alone is committed.
    pub(super) fn new(effects: bool) -> Arc<Self> {
        Arc::new(Self {
            effects,
            handled: AtomicU64::new(0),
        })
    }

    /// Events of the other service that it has looked at.
    pub(super) fn handled(&self) -> u64 {
        self.handled.load(Ordering::Relaxed)
    }
}

#[async_trait]
impl Reactor for Following {
    fn name(&self) -> &'static str {
        "verification"
    }

    async fn react(
        &self,
        _runtime: &Runtime,
        event: &RecordedEvent,
    ) -> Result<Vec<Effect>, ReactionError> {
        if event.stream.category() != "dossier" {
            return Ok(Vec::new());
        }
        self.handled.fetch_add(1, Ordering::Relaxed);
        if !self.effects {
            return Ok(Vec::new());
        }
        let read: LoadEvent = serde_json::from_str(&event.data).map_err(ReactionError::poison)?;
        let LoadEvent::FindingRecorded {
            number, dossier, ..
        } = read;
        let stream = StreamName::new("case", event.stream.id());
        let record = Record { dossier, number };
        Ok(vec![Effect::new::<Load>(stream, "record", record)])
    }

    /// As the real one: a dossier's events go to its own case.
    fn lane(&self, _event: &RecordedEvent) -> Lane {
        Lane::OfItsStream
    }
}
