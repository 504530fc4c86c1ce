//! `hoso openapi`: the API's document, from the code.

use anyhow::Result;
use clap::{Args, ValueEnum};
use hoso_runtime::{Clock, Service};
use tokio_util::sync::CancellationToken;

use crate::cli::DONE;
use crate::output::say;
use crate::{services, store};

/// The API's document.
#[derive(Debug, Args)]
pub(crate) struct OpenapiArgs {
    /// Only of this service
    service: Option<Name>,
}

/// A service.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Name {
    Registry,
    Submission,
    Verification,
    Ranking,
}

impl Name {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Registry => "registry",
            Self::Submission => "submission",
            Self::Verification => "verification",
            Self::Ranking => "ranking",
        }
    }
}

/// Prints it.
///
/// # Errors
/// A temporary directory cannot be made.
pub(crate) async fn run(args: OpenapiArgs) -> Result<u8> {
    let scratch = tempfile::tempdir()?;
    let runtime = store::open(scratch.path(), Clock::system()).await?;
    let chosen: Vec<Service> = services::all(&runtime)
        .into_iter()
        .filter(|service| {
            args.service
                .is_none_or(|name| name.as_str() == service.name)
        })
        .collect();
    let (_, document) = hoso_runtime::serve::app(&runtime, chosen, CancellationToken::new());
    say!("{}", serde_json::to_string_pretty(&document)?);
    runtime.ledger.close().await;
    Ok(DONE)
}
