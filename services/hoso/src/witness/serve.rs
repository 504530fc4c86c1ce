//! `hoso witness serve`.

use std::net::SocketAddr;
use std::sync::Arc;

use anyhow::{Context as _, Result};
use clap::Args;
use hoso_runtime::Clock;
use hoso_runtime::config::LogFormat;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

use super::directory::Witness;
use super::{connections, http};
use crate::cli::{BadInput, DONE};
use crate::output::say;
use crate::up::stop_on_signal;

/// Serving. The settings file and the settings of the log are not looked at.
#[derive(Debug, Args)]
pub(crate) struct ServeArgs {
    /// The witness's directory: its key, the logs it knows, what it cosigned
    #[arg(
        long,
        value_name = "DIR",
        env = "HOSO_WITNESS",
        default_value = "hoso-witness"
    )]
    directory: std::path::PathBuf,
    /// Address to listen on; port 0 takes a free one
    #[arg(
        long,
        value_name = "ADDR",
        env = "HOSO_WITNESS_LISTEN",
        default_value = "127.0.0.1:8090"
    )]
    listen: SocketAddr,
    /// Log filter
    #[arg(long, value_name = "FILTER", env = "HOSO_LOG", default_value = "info")]
    log: String,
}

/// Serves until the first signal; the second ends it at once.
///
/// # Errors
/// There is no witness, another process has its directory, or the address is taken.
pub(super) async fn run(args: ServeArgs) -> Result<u8> {
    let telemetry = hoso_runtime::telemetry::init(&args.log, LogFormat::Auto);
    telemetry.map_err(|error| BadInput(format!("--log: {error}")))?;
    let witness = Witness::open(&args.directory, Clock::system())?;
    let listener = TcpListener::bind(args.listen)
        .await
        .with_context(|| format!("cannot listen on {}", args.listen))?;
    let address = listener.local_addr()?;
    let shutdown = CancellationToken::new();
    tokio::spawn(stop_on_signal(shutdown.clone()));
    let known = witness.known()?;
    if known == 0 {
        tracing::warn!("no log is known; `hoso witness trust KEY` adds one, also while this runs");
    }
    say!(
        "Hoso witness {} serves http://{address} ({known} logs)",
        witness.public().name()
    );
    connections::serve(listener, http::router(Arc::new(witness)), shutdown).await;
    Ok(DONE)
}
