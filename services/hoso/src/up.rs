//! `hoso up`: embedded mode, everything in one process on SQLite in one directory.

use anyhow::{Context as _, Result};
use clap::Args;
use hoso_runtime::config::Layer;
use hoso_runtime::{Clock, Runtime};
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

use crate::cli::DONE;
use crate::output::say;
use crate::store::{self, Data, ServeLock};
use crate::{first_run, services};

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
}

/// Serves until the first signal; the second ends it at once.
///
/// # Errors
/// The directory is served by another process, the ledger cannot be opened, the address is taken.
pub(crate) async fn run(args: UpArgs) -> Result<u8> {
    let flags = Layer {
        listen: args.listen,
        log: args.log,
        ..args.data.layer()
    };
    let config = store::settings(&flags)?;
    hoso_runtime::telemetry::init(&config.log, config.log_format)?;
    let _lock = ServeLock::take(&config.data)?;
    let runtime = store::open(&config.data, Clock::system()).await?;
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
    say!(
        "Hoso serves http://{address} (documentation at /docs), data in {}",
        config.data.display()
    );
    serve(runtime, listener).await?;
    Ok(DONE)
}

/// Runs all services on a listener until the first signal.
///
/// # Errors
/// The listener failed.
pub(crate) async fn serve(runtime: Runtime, listener: TcpListener) -> Result<()> {
    let shutdown = CancellationToken::new();
    tokio::spawn(stop_on_signal(shutdown.clone()));
    let services = services::all(&runtime);
    hoso_runtime::serve(runtime, services, listener, shutdown).await?;
    Ok(())
}

/// First signal: finish what is in hand. Second: stop at once.
async fn stop_on_signal(shutdown: CancellationToken) {
    signal().await;
    eprintln!("hoso: finishing what is in hand; once more to stop at once");
    shutdown.cancel();
    signal().await;
    std::process::exit(1);
}

/// Waits for the first signal.
pub(crate) async fn wait_for_signal() {
    signal().await;
}

async fn signal() {
    let interrupt = tokio::signal::ctrl_c();
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        if let Ok(mut terminate) = signal(SignalKind::terminate()) {
            tokio::select! {
                _ = interrupt => {}
                _ = terminate.recv() => {}
            }
            return;
        }
    }
    // Without a handler nothing can be caught: wait for ever rather than stop at once.
    if interrupt.await.is_err() {
        std::future::pending::<()>().await;
    }
}
