//! `hoso demo`: the main job on the sample year, through the real services over real HTTP, their
//! reactions included, on a fresh store.
//!
//! Nothing here decides anything: it is the offices' hands. What comes out is compared, item for
//! item, with the evaluation of the same year's round file.

mod cases;
mod cast;
mod client;
mod dossiers;
mod journey;
mod narrator;
mod registry;
mod report;
mod round;
mod sample;

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::time::Instant;

use anyhow::{Context as _, Result};
use clap::Args;
use hoso_ledger::SharedLedger;
use hoso_runtime::config::Layer;
use hoso_runtime::{Clock, Runtime};
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

use crate::cli::{BadInput, DONE, FOUND_PROBLEMS};
use crate::store::{self, ServeLock};
use crate::{audit, first_run, services, up};

use client::Client;
use narrator::Narrator;
use sample::Sample;

/// The demo.
#[derive(Debug, Args)]
pub(crate) struct DemoArgs {
    /// Keep the store here; without it a temporary directory is used and removed
    #[arg(long, value_name = "DIR")]
    data: Option<PathBuf>,
    /// Run it against a running Hoso in full mode, whose log must be empty: the address of its
    /// proxy; its ledger is the one that `HOSO_DATABASE_URL` names
    #[arg(long, value_name = "URL", conflicts_with_all = ["data", "serve", "listen"])]
    at: Option<String>,
    /// Serve the finished year until Ctrl-C
    #[arg(long)]
    serve: bool,
    /// Address to serve on; port 0 takes a free one
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:0")]
    listen: SocketAddr,
    /// Print the totals as JSON on standard output; the story goes to standard error
    #[arg(long)]
    json: bool,
}

/// Runs it.
///
/// # Errors
/// A step was refused that should not be, or the store cannot be made.
pub(crate) async fn run(args: DemoArgs) -> Result<u8> {
    match args.at.clone() {
        Some(url) => run_at(&url, &args).await,
        None => run_here(args).await,
    }
}

/// The year through services that run elsewhere.
async fn run_at(url: &str, args: &DemoArgs) -> Result<u8> {
    let started = Instant::now();
    let config = store::settings(&Layer::default())?;
    if config.database_url.is_none() {
        return Err(
            BadInput("--at needs HOSO_DATABASE_URL: the ledger of that Hoso".into()).into(),
        );
    }
    let runtime = store::open_beside(&config).await?;
    let head = runtime.ledger.head().await?;
    if head > 0 {
        return Err(BadInput(format!(
            "the log of that Hoso has {head} events already; the demo begins on an empty one"
        ))
        .into());
    }
    let admin = first_run::ensure_administrator(&runtime)
        .await?
        .context("an empty log has no administrator")?;
    let narrator = Narrator::new(args.json);
    let client = Client::new(url.trim_end_matches('/').to_owned());
    let report = tell(&runtime, &client, &admin, narrator, url.to_owned(), started).await;
    runtime.ledger.close().await;
    let report = report?;
    report.print(args.json, narrator)?;
    Ok(code_of(&report))
}

fn code_of(report: &report::Report) -> u8 {
    if report.agrees() {
        DONE
    } else {
        FOUND_PROBLEMS
    }
}

/// The year through services of this process, on an embedded store.
async fn run_here(args: DemoArgs) -> Result<u8> {
    let started = Instant::now();
    let scratch = if args.data.is_none() {
        Some(tempfile::tempdir()?)
    } else {
        None
    };
    let data = match (&args.data, &scratch) {
        (Some(data), _) => data.clone(),
        (None, Some(scratch)) => scratch.path().to_path_buf(),
        (None, None) => return Err(BadInput("no place for the store".to_owned()).into()),
    };
    refuse_a_used_store(&data)?;
    let _lock = ServeLock::take(&data)?;
    let runtime = store::open_embedded(&data, Clock::system()).await?;
    let admin = first_run::ensure_administrator(&runtime)
        .await?
        .context("a fresh store")?;
    let listener = TcpListener::bind(args.listen)
        .await
        .with_context(|| format!("cannot listen on {}", args.listen))?;
    let address = listener.local_addr()?;
    let sealing = audit::sealing_in(&data)?;
    let stop = CancellationToken::new();
    let server = tokio::spawn(hoso_runtime::serve(
        runtime.clone(),
        services::all(&runtime, &sealing),
        listener,
        stop.clone(),
    ));
    let ledger = SharedLedger::clone(&runtime.ledger);
    let sealer = tokio::spawn(hoso_audit::keep_sealed(ledger, sealing, None, stop.clone()));
    let narrator = Narrator::new(args.json);
    let client = Client::new(format!("http://{address}"));
    let kept_in = data.display().to_string();
    let story = tell(&runtime, &client, &admin, narrator, kept_in, started).await;
    let code = match &story {
        Ok(report) => {
            report.print(args.json, narrator)?;
            code_of(report)
        }
        Err(_) => FOUND_PROBLEMS,
    };
    if args.serve && story.is_ok() {
        narrator.say(&format!(
            "\nServing http://{address}, documentation at /docs. The auditor's token: {}",
            story
                .as_ref()
                .map_or("", |report| report.auditor_token.as_str())
        ));
        up::wait_for_signal().await;
    }
    stop.cancel();
    sealer.await?;
    server.await??;
    story.map(|_| code)
}

async fn tell(
    runtime: &Runtime,
    client: &Client,
    admin: &str,
    narrator: Narrator,
    store: String,
    started: Instant,
) -> Result<report::Report> {
    let sample = Sample::read()?;
    let journey = journey::Journey {
        client,
        narrator,
        sample: &sample,
    };
    let end = journey.run(admin).await?;
    report::Report::gather(runtime, client, &sample, end, store, started).await
}

fn refuse_a_used_store(data: &Path) -> Result<()> {
    if data.join("ledger.sqlite").exists() {
        return Err(BadInput(format!(
            "{} holds a ledger already; the demo begins in a fresh store",
            data.display()
        ))
        .into());
    }
    Ok(())
}
