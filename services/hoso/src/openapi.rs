//! `hoso openapi`: the API's document, from the code.

use anyhow::Result;
use clap::Args;
use hoso_runtime::Clock;
use tokio_util::sync::CancellationToken;

use crate::audit;
use crate::cli::DONE;
use crate::output::say;
use crate::services::{self, ServiceName};
use crate::store;

/// The API's document.
#[derive(Debug, Args)]
pub(crate) struct OpenapiArgs {
    /// Only of this service
    service: Option<ServiceName>,
}

/// Prints it.
///
/// # Errors
/// A temporary directory cannot be made.
pub(crate) async fn run(args: OpenapiArgs) -> Result<u8> {
    let scratch = tempfile::tempdir()?;
    let runtime = store::open_embedded(scratch.path(), Clock::system()).await?;
    let sealing = audit::sealing_in(scratch.path())?;
    let chosen = match args.service {
        Some(name) => vec![name.on(&runtime, &sealing)],
        None => services::all(&runtime, &sealing),
    };
    let (_, document) = hoso_runtime::serve::app(&runtime, chosen, CancellationToken::new());
    say!("{}", serde_json::to_string_pretty(&document)?);
    runtime.ledger.close().await;
    Ok(DONE)
}
