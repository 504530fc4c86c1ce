//! `hoso backup`: the ledger and the documents as plain files in a directory, and the check of such
//! a directory. The same format for every engine: what one wrote, another can restore.
//!
//! A run adds what is new; nothing that was written is written again. docs/adr/0011 says why.

mod check;
mod checked;
pub(crate) mod damage;
pub(crate) mod line;
mod lines;
pub(crate) mod manifest;
pub(crate) mod problems;
pub(crate) mod read;
mod same_log;
mod target;
mod write;

use std::io::IsTerminal as _;
use std::path::{Path, PathBuf};
use std::time::Instant;

use anyhow::Result;
use chrono::{DateTime, SecondsFormat, Utc};
use clap::Args;
use hoso_ledger::{Ledger, Position};
use hoso_runtime::PersonKeys;
use hoso_runtime::config::{Config, Layer};
use indicatif::{ProgressBar, ProgressStyle};
use serde::Serialize;

use crate::cli::{DONE, FOUND_PROBLEMS};
use crate::mark::Marks;
use crate::output::say;
use crate::store::{self, Data};
use line::Digest;
use manifest::{Counts, Head, Manifest};
use problems::Problems;
use read::Backup;
use target::Target;
pub(crate) use write::{documents_in, of_the_disk};

/// Where to.
#[derive(Debug, Args)]
pub(crate) struct BackupArgs {
    /// Directory of the backup; a later run into the same one adds what is new
    #[arg(value_name = "DIR")]
    directory: PathBuf,
    /// Only check the backup that is there: every digest, every event's place; changes nothing
    #[arg(long)]
    check: bool,
    #[command(flatten)]
    data: Data,
    /// File outside the data directory in which the last event seen was noted; else `HOSO_MARK`
    #[arg(long, value_name = "FILE")]
    mark: Option<String>,
    /// Copy the keys of persons' names too, into a directory apart from the backup: without them a
    /// restored ledger has no names. Keys of persons who were erased are destroyed there
    #[arg(long, value_name = "DIR", conflicts_with = "check")]
    person_keys: Option<PathBuf>,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

/// Backs up, or checks a backup.
///
/// # Errors
/// The ledger cannot be read, is older than the backup or another one, or the directory cannot be
/// written.
pub(crate) async fn run(args: BackupArgs) -> Result<u8> {
    if args.check {
        return check_it(&args).await;
    }
    let started = Instant::now();
    let config = store::settings(&Layer {
        mark: args.mark,
        ..args.data.layer()
    })?;
    let runtime = store::open_to_read(&config).await?;
    let ledger = runtime.ledger.as_ref();
    Marks::of(&config).guard(Some(ledger), false).await?;
    let target = Target::take(&args.directory)?;
    let bar = progress_bar();
    let written = write::write(&runtime, target, |at, of| show(&bar, at, of)).await;
    bar.finish_and_clear();
    let keys = match (&args.person_keys, &written) {
        (Some(directory), Ok(_)) => copy_keys(&config, ledger, directory).await,
        (Some(_) | None, _) => Ok(()),
    };
    runtime.ledger.close().await;
    let written = written?;
    keys?;
    let counts = written.manifest.counts;
    let facts = Facts {
        new_events: Some(counts.events - written.before.events),
        new_documents: Some(counts.documents - written.before.documents),
        ..Facts::of(&args.directory, &written.manifest, written.sha256, started)
    };
    let words = format!(
        "backed up to {} in {} ({} events and {} documents in all)",
        place(&written.manifest),
        args.directory.display(),
        counts.events,
        counts.documents
    );
    report(args.json, facts, &words, written.problems)
}

/// After the events, so that no event is there without its key; and no key of anybody erased.
async fn copy_keys(config: &Config, ledger: &dyn Ledger, to: &Path) -> Result<()> {
    let copy = PersonKeys::new(to.to_path_buf());
    PersonKeys::new(config.person_keys.clone()).copy_to(&copy)?;
    copy.destroy_erased(ledger).await?;
    Ok(())
}

async fn check_it(args: &BackupArgs) -> Result<u8> {
    let started = Instant::now();
    let backup = Backup::open(&args.directory)?;
    let bar = progress_bar();
    let problems = check::check(&backup, |at, of| show(&bar, at, of)).await;
    bar.finish_and_clear();
    let facts = Facts::of(&args.directory, &backup.manifest, backup.sha256, started);
    let words = format!(
        "the backup in {} reaches {}, made {} by {}",
        args.directory.display(),
        place(&backup.manifest),
        shown(backup.manifest.made_at),
        backup.manifest.program
    );
    report(args.json, facts, &words, problems)
}

/// A time as it is written everywhere else.
pub(crate) fn shown(time: DateTime<Utc>) -> String {
    time.to_rfc3339_opts(SecondsFormat::AutoSi, true)
}

fn place(manifest: &Manifest) -> String {
    match manifest.head {
        Some(head) => format!(
            "position {}, recorded {}",
            head.position,
            shown(head.recorded_at)
        ),
        None => "position 0 (an empty ledger)".to_owned(),
    }
}

/// What `--json` prints.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Facts {
    directory: String,
    position: Position,
    last_event: Option<Head>,
    manifest: Digest,
    made_at: DateTime<Utc>,
    #[serde(flatten)]
    counts: Counts,
    #[serde(skip_serializing_if = "Option::is_none")]
    new_events: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    new_documents: Option<u64>,
    files: usize,
    bytes: u64,
    problems: Vec<String>,
    elapsed_ms: u64,
}

impl Facts {
    fn of(directory: &Path, manifest: &Manifest, sha256: Digest, started: Instant) -> Self {
        Self {
            directory: directory.display().to_string(),
            position: manifest.position(),
            last_event: manifest.head,
            manifest: sha256,
            made_at: manifest.made_at,
            counts: manifest.counts,
            new_events: None,
            new_documents: None,
            files: manifest.files.len(),
            bytes: manifest.bytes(),
            problems: Vec::new(),
            elapsed_ms: u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX),
        }
    }
}

fn report(json: bool, mut facts: Facts, words: &str, problems: Problems) -> Result<u8> {
    facts.problems = problems.lines();
    if json {
        say!("{}", serde_json::to_string(&facts)?);
    } else {
        for problem in &facts.problems {
            say!("{problem}");
        }
        say!("{words}");
    }
    Ok(if facts.problems.is_empty() {
        DONE
    } else {
        FOUND_PROBLEMS
    })
}

/// A bar on a terminal, nothing elsewhere.
pub(crate) fn progress_bar() -> ProgressBar {
    if !std::io::stderr().is_terminal() {
        return ProgressBar::hidden();
    }
    let bar = ProgressBar::new(0);
    if let Ok(style) = ProgressStyle::with_template("{bar:40} {pos}/{len} events, {eta} left") {
        bar.set_style(style);
    }
    bar
}

/// Moves the bar.
pub(crate) fn show(bar: &ProgressBar, at: u64, of: u64) {
    bar.set_length(of);
    bar.set_position(at);
}
