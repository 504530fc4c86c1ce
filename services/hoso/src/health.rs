//! `hoso health`: asks a running Hoso whether it is ready; for health checks of containers.

use anyhow::Result;
use clap::Args;

use crate::cli::{BadInput, DONE, UNAVAILABLE};
use crate::output::say;

/// Ask whether it is ready.
#[derive(Debug, Args)]
pub(crate) struct HealthArgs {
    /// Where it listens
    #[arg(
        long,
        value_name = "URL",
        env = "HOSO_URL",
        default_value = "http://127.0.0.1:8080"
    )]
    url: String,
    /// Print the answer as JSON
    #[arg(long)]
    json: bool,
}

/// Asks.
///
/// # Errors
/// No answer.
pub(crate) async fn run(args: HealthArgs) -> Result<u8> {
    let address = format!("{}/readyz", args.url.trim_end_matches('/'));
    let address: reqwest::Url = address
        .parse()
        .map_err(|error| BadInput(format!("--url `{}`: {error}", args.url)))?;
    let response = reqwest::get(address).await?;
    let ready = response.status().is_success();
    let body = response.text().await?;
    if args.json {
        say!("{body}");
    } else {
        say!("{}", if ready { "ready" } else { "not ready" });
    }
    Ok(if ready { DONE } else { UNAVAILABLE })
}
