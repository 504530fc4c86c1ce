//! `hoso up`: embedded mode, everything in one process on SQLite in one directory.

use std::path::Path;
use std::sync::Arc;

use anyhow::{Context as _, Result};
use clap::Args;
use hoso_ledger::SharedLedger;
use hoso_ledger::sqlite::SqliteRestore;
use hoso_runtime::config::{Config, Layer};
use hoso_runtime::{Clock, Runtime};
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

use crate::cli::{BadInput, DONE};
use crate::mark::Marks;
use crate::output::say;
use crate::store::{self, Data, ServeLock};
use crate::{audit, first_run, services};

/// Embedded mode.
#[derive(Debug, Args)]
pub(crate) struct UpArgs {
    #[command(flatten)]
    data: Data,
    /// Address to listen on, port 0 takes a free one; else `HOSO_LISTEN`, the settings file,
    /// 127.0.0.1:8080
    #[arg(long, value_name = "ADDR")]
    listen: Option<String>,
    /// Log filter; else `HOSO_LOG`, the settings file, `info`
    #[arg(long, value_name = "FILTER")]
    log: Option<String>,
    /// File outside the data directory in which the last event seen is noted, so that a ledger
    /// restored from an older backup is noticed; else `HOSO_MARK`, the settings file, none
    #[arg(long, value_name = "FILE")]
    mark: Option<String>,
    /// Go on, for this start, although the ledger lost events that were acknowledged
    #[arg(long)]
    accept_loss: bool,
}

/// Serves until the first signal; the second ends it at once.
///
/// # Errors
/// The directory is served by another process, the ledger cannot be opened or lost events, the
/// address is taken.
pub(crate) async fn run(args: UpArgs) -> Result<u8> {
    let flags = Layer {
        listen: args.listen,
        log: args.log,
        mark: args.mark,
        ..args.data.layer()
    };
    let config = store::settings(&flags)?;
    if config.database_url.is_some() {
        let text = "a database is set (HOSO_DATABASE_URL); `hoso up` is the embedded mode, `hoso \
                    serve` the one with a database";
        return Err(BadInput(text.to_owned()).into());
    }
    hoso_runtime::telemetry::init(&config.log, config.log_format)?;
    let _lock = ServeLock::take(&config.data)?;
    let marks = Marks::of(&config);
    let runtime = open(&config.data, &marks, args.accept_loss)
        .await?
        .with_person_keys(&config.person_keys);
    let sealing = Arc::new(audit::sealing(&config)?);
    let witnesses = audit::witnesses(&config, sealing.keys.log())?;
    let listener = TcpListener::bind(config.listen)
        .await
        .with_context(|| format!("cannot listen on {}", config.listen))?;
    let address = listener.local_addr()?;
    if let Some(token) = first_run::ensure_administrator(&runtime).await? {
        say!("First start. The administrator's token, shown once; keep it:\n\n  {token}\n");
        say!("Try it:\n");
        say!("  curl -H 'Authorization: Bearer {token}' http://{address}/api/v1/units\n");
        say!("More tokens: hoso token issue --official ID --days N");
    }
    marks.write(runtime.ledger.as_ref(), &runtime.clock).await?;
    let shutdown = CancellationToken::new();
    // Before anybody is told that it serves: who reads that may stop it at once.
    tokio::spawn(stop_on_signal(shutdown.clone()));
    say!(
        "Hoso serves http://{address} (documentation at /docs), data in {}",
        config.data.display()
    );
    let stop = CancellationToken::new();
    let (ledger, clock) = (SharedLedger::clone(&runtime.ledger), runtime.clock.clone());
    let kept = tokio::spawn(marks.clone().keep(ledger, clock.clone(), stop.clone()));
    let services = services::all(&runtime, &sealing);
    let cosigned = hoso_audit::keep_cosigned(Arc::clone(&sealing), witnesses, shutdown.clone());
    tokio::spawn(cosigned);
    let ledger = SharedLedger::clone(&runtime.ledger);
    let sealer = tokio::spawn(hoso_audit::keep_sealed(
        ledger,
        sealing,
        None,
        shutdown.clone(),
    ));
    hoso_runtime::serve(runtime, services, listener, shutdown).await?;
    stop.cancel();
    kept.await?;
    sealer.await?;
    // Once more: what was in hand when the signal came has been written since.
    if let Err(error) = last_mark(&config, &marks, &clock).await {
        tracing::error!("{error:#}; an older backup may go unnoticed");
    }
    Ok(DONE)
}

async fn last_mark(config: &Config, marks: &Marks, clock: &Clock) -> Result<()> {
    let closed = store::open_to_read(config).await?;
    let written = marks.write(closed.ledger.as_ref(), clock).await;
    closed.ledger.close().await;
    written.map(|_| ())
}

/// Opens the ledger, unless a mark tells that it lost events.
async fn open(data: &Path, marks: &Marks, accept_loss: bool) -> Result<Runtime> {
    // Before a fresh one is made: where history is missing it must not be hidden.
    let mut lost = false;
    if !store::has_ledger(data) {
        SqliteRestore::refuse_unfinished(data)?;
        lost = marks.guard(None, accept_loss).await?;
    }
    let runtime = store::open_embedded(data, Clock::system()).await?;
    let ledger = runtime.ledger.as_ref();
    lost |= marks.guard(Some(ledger), accept_loss).await?;
    if accept_loss && !lost {
        tracing::warn!("nothing is lost: leave out --accept-loss, or a later loss goes unnoticed");
    }
    Ok(runtime)
}

/// First signal: finish what is in hand. Second: stop at once. Signals are caught from the call on,
/// not only once the future is polled.
pub(crate) fn stop_on_signal(shutdown: CancellationToken) -> impl Future<Output = ()> {
    let first = signal();
    async move {
        first.await;
        eprintln!("hoso: finishing what is in hand; once more to stop at once");
        shutdown.cancel();
        signal().await;
        std::process::exit(1);
    }
}

/// Waits for the first signal.
pub(crate) async fn wait_for_signal() {
    signal().await;
}

/// The next signal; caught from the call on.
#[cfg(unix)]
fn signal() -> impl Future<Output = ()> {
    use tokio::signal::unix::{SignalKind, signal};
    let caught = (
        signal(SignalKind::interrupt()),
        signal(SignalKind::terminate()),
    );
    async move {
        match caught {
            (Ok(mut interrupt), Ok(mut terminate)) => {
                tokio::select! {
                    _ = interrupt.recv() => {}
                    _ = terminate.recv() => {}
                }
            }
            // Without a handler nothing can be caught: wait for ever rather than stop at once.
            (Err(_), _) | (_, Err(_)) => std::future::pending().await,
        }
    }
}

/// The next signal.
#[cfg(not(unix))]
async fn signal() {
    if tokio::signal::ctrl_c().await.is_err() {
        std::future::pending::<()>().await;
    }
}
