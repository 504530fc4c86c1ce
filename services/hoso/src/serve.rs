//! `hoso serve`: full mode, one service of this process on PostgreSQL and NATS. Any number of
//! processes may serve the same service.

use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context as _, Result};
use clap::{Args, ValueEnum};
use hoso_ledger::postgres::{PostgresLedger, PostgresOptions};
use hoso_ledger::{Ledger, LedgerError, SharedLedger};
use hoso_runtime::config::{Config, Layer, Secret};
use hoso_runtime::jetstream::{Leadership as _, Nats, NatsOptions, Relay, RelayOptions};
use hoso_runtime::{Clock, Runtime};
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

use crate::audit;
use crate::cli::{BadInput, DONE};
use crate::leadership::DatabaseLock;
use crate::mark::Marks;
use crate::output::say;
use crate::services::REACTORS;
use crate::store::{self, Data};
use crate::up::stop_on_signal;

/// Before a database that does not answer is asked again.
const RETRY_EVERY: Duration = Duration::from_secs(1);

/// One service.
#[derive(Debug, Args)]
pub(crate) struct ServeArgs {
    /// Which one
    service: Served,
    #[command(flatten)]
    data: Data,
    /// Address to listen on, port 0 takes a free one; else `HOSO_LISTEN`, the settings file,
    /// 127.0.0.1:8080
    #[arg(long, value_name = "ADDR")]
    listen: Option<String>,
    /// Log filter; else `HOSO_LOG`, the settings file, `info`
    #[arg(long, value_name = "FILTER")]
    log: Option<String>,
}

/// What can be served.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Served {
    /// Units, officials, published figures, holds, rule books
    Registry,
    /// The unit's side: dossiers from draft to submitted
    Submission,
    /// Receipt, completeness, findings, eligibility
    Verification,
    /// Rounds, ranking, meeting, decision, award, appeal
    Ranking,
    /// Seals the log; checkpoints, tiles, proofs. One process seals, the others wait
    Audit,
    /// Publishes the ledger's events to NATS; health and metrics only
    Relay,
}

impl Served {
    /// Its name: of its user at NATS, and behind `hoso_` of its role in the database.
    fn name(self) -> &'static str {
        match self {
            Self::Registry => "registry",
            Self::Submission => "submission",
            Self::Verification => "verification",
            Self::Ranking => "ranking",
            Self::Audit => "audit",
            Self::Relay => "relay",
        }
    }
}

/// Serves until the first signal; the second ends it at once.
///
/// # Errors
/// A setting is missing or wrong, the address is taken, or the ledger lost what the relay's mark
/// tells of. A database or a NATS that is away is waited for.
pub(crate) async fn run(args: ServeArgs) -> Result<u8> {
    let flags = Layer {
        listen: args.listen,
        log: args.log,
        ..args.data.layer()
    };
    let config = store::settings(&flags)?;
    let database = needed(config.database_url.as_ref(), "HOSO_DATABASE_URL")?;
    let nats_url = needed(config.nats_url.as_ref(), "HOSO_NATS_URL")?;
    hoso_runtime::telemetry::init(&config.log, config.log_format)?;
    let name = args.service.name();
    let shutdown = CancellationToken::new();
    tokio::spawn(stop_on_signal(shutdown.clone()));
    let nats = Nats::connect(&NatsOptions {
        url: nats_url.clone(),
        seed: config.nats_seed.clone(),
        user: name.to_owned(),
    })
    .await
    .map_err(|error| BadInput(error.to_string()))?;
    let listener = TcpListener::bind(config.listen)
        .await
        .with_context(|| format!("cannot listen on {}", config.listen))?;
    let Some(ledger) = open(database, name, &shutdown).await? else {
        return Ok(DONE);
    };
    let relays = args.service == Served::Relay;
    let marks = relays.then(|| Marks::elsewhere(&config)).flatten();
    if let Some(marks) = &marks
        && !guard(marks, ledger.as_ref(), &shutdown).await?
    {
        return Ok(DONE);
    }
    say!(
        "Hoso serves {name} at http://{} (documentation at /docs)",
        listener.local_addr()?
    );
    if let Some(marks) = marks {
        let ledger = SharedLedger::clone(&ledger);
        tokio::spawn(marks.keep(ledger, Clock::system(), shutdown.clone()));
    }
    serve(&config, args.service, ledger, nats, listener, shutdown).await?;
    Ok(DONE)
}

fn needed<'c>(setting: Option<&'c Secret>, name: &str) -> Result<&'c Secret> {
    setting.ok_or_else(|| {
        let text = format!(
            "{name} is not set, nor {name}_FILE, nor the settings file's; `hoso serve` needs it \
             (`hoso up` is the embedded mode)"
        );
        BadInput(text).into()
    })
}

/// Opens the ledger, however long that takes; `None` if told to stop meanwhile.
async fn open(
    url: &Secret,
    name: &str,
    shutdown: &CancellationToken,
) -> Result<Option<SharedLedger>> {
    loop {
        let options = PostgresOptions::new(format!("hoso {name}"));
        match PostgresLedger::open(url.expose(), options).await {
            Ok(ledger) => return Ok(Some(ledger)),
            Err(error @ LedgerError::Unavailable { .. }) => {
                tracing::warn!(%error, "{name} waits for the database");
            }
            Err(error) => return Err(error.into()),
        }
        if !goes_on(shutdown).await {
            return Ok(None);
        }
    }
}

/// Stops at a ledger that lost what the mark tells of or at a mark that cannot be kept, however long
/// it takes to ask the ledger; `false` if told to stop meanwhile.
async fn guard(marks: &Marks, ledger: &dyn Ledger, shutdown: &CancellationToken) -> Result<bool> {
    loop {
        let guarded = async {
            marks.guard(Some(ledger), false).await?;
            marks.write(ledger, &Clock::system()).await
        };
        let Err(error) = guarded.await else {
            return Ok(true);
        };
        let away = matches!(error.downcast_ref(), Some(LedgerError::Unavailable { .. }));
        if !away {
            return Err(error);
        }
        tracing::warn!("the relay waits for the database: {error:#}");
        if !goes_on(shutdown).await {
            return Ok(false);
        }
    }
}

/// Waits a while; `false` if told to stop meanwhile.
async fn goes_on(shutdown: &CancellationToken) -> bool {
    tokio::select! {
        () = shutdown.cancelled() => false,
        () = tokio::time::sleep(RETRY_EVERY) => true,
    }
}

async fn serve(
    config: &Config,
    served: Served,
    ledger: SharedLedger,
    nats: Nats,
    listener: TcpListener,
    shutdown: CancellationToken,
) -> Result<()> {
    let runtime = Runtime::new(SharedLedger::clone(&ledger), &config.data, Clock::system())
        .with_person_keys(&config.person_keys)
        .with_reactors(&REACTORS)
        .with_nats(nats.clone());
    let service = match served {
        Served::Registry => hoso_registry::service(&runtime),
        Served::Submission => hoso_submission::service(&runtime),
        Served::Verification => hoso_verification::service(&runtime),
        Served::Ranking => hoso_ranking::service(&runtime),
        Served::Audit => return audit(config, runtime, nats, listener, shutdown).await,
        Served::Relay => return relay(config, runtime, nats, listener, shutdown).await,
    };
    hoso_runtime::serve(runtime, vec![service], listener, shutdown).await?;
    Ok(())
}

async fn relay(
    config: &Config,
    runtime: Runtime,
    nats: Nats,
    listener: TcpListener,
    shutdown: CancellationToken,
) -> Result<()> {
    let database = needed(config.database_url.as_ref(), "HOSO_DATABASE_URL")?;
    let ledger = SharedLedger::clone(&runtime.ledger);
    let relay = Relay::new(ledger, nats, RelayOptions::default());
    let runtime = runtime.with_relay(&relay);
    let lock = DatabaseLock::of_the_relay(database.clone());
    let stop = shutdown.clone();
    let relay = tokio::spawn(async move { relay.run(&lock, stop).await });
    hoso_runtime::serve(runtime, Vec::new(), listener, shutdown).await?;
    relay.await?;
    Ok(())
}

async fn audit(
    config: &Config,
    runtime: Runtime,
    nats: Nats,
    listener: TcpListener,
    shutdown: CancellationToken,
) -> Result<()> {
    let database = needed(config.database_url.as_ref(), "HOSO_DATABASE_URL")?;
    let sealing = Arc::new(audit::sealing(config)?);
    let witnesses = audit::witnesses(config, sealing.keys.log())?;
    let services = vec![hoso_audit::service(&sealing)];
    let lock = DatabaseLock::of_the_sealer(database.clone());
    let ledger = SharedLedger::clone(&runtime.ledger);
    let stop = shutdown.clone();
    let sealer = tokio::spawn(async move {
        let told = Some(&nats);
        while !stop.is_cancelled() {
            let mut term = tokio::select! {
                term = lock.lead() => term,
                () = stop.cancelled() => return,
            };
            tracing::info!("this process seals");
            let over = stop.child_token();
            let (ledger, sealing) = (SharedLedger::clone(&ledger), Arc::clone(&sealing));
            let asked =
                hoso_audit::keep_cosigned(Arc::clone(&sealing), witnesses.clone(), over.clone());
            let sealed = hoso_audit::keep_sealed(ledger, sealing, told.cloned(), over.clone());
            let sealed = futures::future::join(sealed, asked);
            tokio::pin!(sealed);
            tokio::select! {
                _ = &mut sealed => return,
                () = term.ended() => {
                    tracing::warn!("another process may seal now");
                    over.cancel();
                    sealed.await;
                }
            }
        }
    });
    hoso_runtime::serve(runtime, services, listener, shutdown).await?;
    sealer.await?;
    Ok(())
}
