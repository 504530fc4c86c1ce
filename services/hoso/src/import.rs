//! `hoso import`: tables into the registry of a data directory, with row-by-row errors.
//!
//! The same code as `POST /api/v1/imports/{kind}`; it works beside a running server.

use std::path::PathBuf;

use anyhow::{Context as _, Result};
use clap::Args;
use hoso_domain::actor::{Actor, Role};
use hoso_domain::ids::{OfficialId, PersonId, UnitId};
use hoso_registry::import::{ImportKind, ImportOptions, ImportReport, import};
use hoso_runtime::http::command::RAW_BODY_BYTES_MAX;
use hoso_runtime::{Clock, Runtime};

use crate::cli::{BadInput, DONE, FOUND_PROBLEMS, refused};
use crate::input;
use crate::output::say;
use crate::store::{self, Data};

/// Import a table.
#[derive(Debug, Args)]
pub(crate) struct ImportArgs {
    /// What the table holds: units, publications, index, satisfaction, tasks, components,
    /// initiatives or holds
    #[arg(value_parser = kind)]
    kind: ImportKind,
    /// A CSV or xlsx file
    file: PathBuf,
    /// Show what would change, and change nothing
    #[arg(long)]
    dry_run: bool,
    /// Import the rows that can be read although others cannot
    #[arg(long)]
    accept_good_rows: bool,
    /// The official who imports; without it the keeper of the data directory does
    #[arg(long, value_name = "ID")]
    official: Option<OfficialId>,
    #[command(flatten)]
    data: Data,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

fn kind(text: &str) -> Result<ImportKind, String> {
    ImportKind::parse(text).ok_or_else(|| {
        let kinds: Vec<_> = ImportKind::ALL.iter().map(|kind| kind.as_str()).collect();
        format!("not one of {}", kinds.join(", "))
    })
}

/// Imports.
///
/// # Errors
/// The file cannot be read, or the ledger's.
pub(crate) async fn run(args: ImportArgs) -> Result<u8> {
    let bytes = input::read(&args.file, RAW_BODY_BYTES_MAX)?;
    let runtime = store::open(&args.data.settings()?, Clock::system()).await?;
    let report = perform(&runtime, &args, &bytes).await;
    runtime.ledger.close().await;
    let report = report?;
    if args.json {
        say!("{}", serde_json::to_string(&report)?);
    } else {
        print(&args, &report);
    }
    Ok(if report.rejected.is_empty() {
        DONE
    } else {
        FOUND_PROBLEMS
    })
}

async fn perform(runtime: &Runtime, args: &ImportArgs, bytes: &[u8]) -> Result<ImportReport> {
    let actor = actor(runtime, args.official.as_ref()).await?;
    let options = ImportOptions {
        dry_run: args.dry_run,
        accept_good_rows: args.accept_good_rows,
        hint: args
            .file
            .file_name()
            .map(|name| name.to_string_lossy().into_owned()),
        effective_at: None,
        reason: Some(format!("hoso import {}", args.kind.as_str())),
    };
    import(runtime, actor, args.kind, bytes, &options)
        .await
        .map_err(|problem| refused(Some(&args.file.display()), &problem))
}

/// Who imports: an official in office, or whoever has the data directory in hand, who keeps the
/// registry as Home Affairs would; the record says `keeper`.
async fn actor(runtime: &Runtime, official: Option<&OfficialId>) -> Result<Actor> {
    let Some(official) = official else {
        return Ok(Actor {
            official: OfficialId::parse("keeper")?,
            person: PersonId::parse("keeper")?,
            role: Role::HomeAffairs,
            agency: UnitId::parse("hoso")?,
            on_behalf_of: None,
        });
    };
    let today = runtime.clock.today();
    let directory = runtime.directory.current().await.context("officials")?;
    Ok(directory
        .actor(official, None, today, today)
        .map_err(|error| BadInput(format!("--official: {error}")))?)
}

fn print(args: &ImportArgs, report: &ImportReport) {
    for row in &report.rejected {
        say!("row {}: {}", row.row, row.reason);
    }
    for row in &report.warnings {
        say!("row {}: note: {}", row.row, row.reason);
    }
    let done = if args.dry_run {
        "would be imported"
    } else if report.applied {
        "imported"
    } else {
        "readable, nothing imported: mend the others, or give --accept-good-rows"
    };
    say!(
        "{} rows, {} {done}, {} rejected",
        report.rows,
        report.accepted,
        report.rejected.len()
    );
    if args.dry_run {
        for event in &report.consequences {
            say!("  {} {}", event.event, event.stream);
        }
    }
}
