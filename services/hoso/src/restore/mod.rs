//! `hoso restore`: a ledger and its documents made anew from a backup, where there is none: in the data
//! directory, or in the database that the settings name.
//!
//! Events, commands and consumers come back as they were; the rows of streams and the paths of
//! dossiers are folded again from the events as they were written. Everything is checked on the way
//! in and read back before there is a ledger: a restore is whole, or there is none.

mod losses;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::time::Instant;

use anyhow::{Result, bail};
use clap::Args;
use hoso_ledger::postgres::PostgresRestore;
use hoso_ledger::sqlite::SqliteRestore;
use hoso_ledger::{Restore, StreamRecord};
use hoso_runtime::config::{Config, Layer};
use hoso_runtime::{Clock, DocumentStore, PersonKeys};
use serde::Serialize;
use serde_json::Value;

use crate::backup::line::Digest;
use crate::backup::manifest::{Counts, Head};
use crate::backup::problems::Problems;
use crate::backup::read::Backup;
use crate::backup::{documents_in, of_the_disk, progress_bar, show, shown};
use crate::cli::{BadInput, DONE, FOUND_PROBLEMS};
use crate::erased::Erased;
use crate::folds::{Folded, Folder, difference};
use crate::mark::Marks;
use crate::output::say;
use crate::store::{self, Data, ServeLock};
use losses::Losses;

/// Events read back at a time.
const PAGE: u32 = 1_000;
/// Rows of streams written at a time; a state may be large.
const ROWS: usize = 64;
/// Differences named; the first says most.
const NAMED_MAX: usize = 5;

/// From where to where.
#[derive(Debug, Args)]
pub(crate) struct RestoreArgs {
    /// Directory of the backup
    #[arg(value_name = "DIR")]
    directory: PathBuf,
    #[command(flatten)]
    data: Data,
    /// File outside the data directory in which the last event seen was noted; else `HOSO_MARK`
    #[arg(long, value_name = "FILE")]
    mark: Option<String>,
    /// Directory with the copies of persons' keys, as `hoso backup --person-keys` made it; without them
    /// the restored ledger has no names
    #[arg(long, value_name = "DIR")]
    person_keys: Option<PathBuf>,
    /// Restore although the backup lacks events that were acknowledged
    #[arg(long)]
    accept_loss: bool,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

/// What `--json` prints.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Facts {
    directory: String,
    data: String,
    engine: &'static str,
    position: u64,
    last_event: Option<Head>,
    #[serde(flatten)]
    counts: Counts,
    streams: usize,
    accepted_loss: Option<String>,
    problems: Vec<String>,
    elapsed_ms: u64,
}

/// Restores.
///
/// # Errors
/// There is a ledger already, the backup is damaged or lacks what was acknowledged, or the disk
/// failed; there is no ledger then.
pub(crate) async fn run(args: RestoreArgs) -> Result<u8> {
    let started = Instant::now();
    let config = store::settings(&Layer {
        mark: args.mark.clone(),
        ..args.data.layer()
    })?;
    let backup = Backup::open(&args.directory)?;
    if let Some(copy) = args.person_keys.as_ref().filter(|copy| !copy.is_dir()) {
        let text = format!(
            "--person-keys {}: there is no such directory",
            copy.display()
        );
        return Err(BadInput(text).into());
    }
    refuse_a_ledger(&config).await?;
    let marks = Marks::of(&config);
    let (loss, expected) = marks.loss_at(backup.manifest.head.as_ref())?;
    let mut losses = Losses::new(args.accept_loss, expected);
    losses.judge(loss)?;
    losses.judge(losses::ahead(&config, backup.manifest.position()).await?)?;
    let mut place = Place::take(&config).await?;
    let restore = &mut place.restore;
    let bar = progress_bar();
    let loaded = load(&backup, restore.as_mut(), &mut losses, |at, of| {
        show(&bar, at, of);
    });
    let loaded = loaded.await;
    bar.finish_and_clear();
    let loaded = loaded?;
    let problems = documents(&backup, &config.data, &loaded).await?;
    if let Some(copy) = &args.person_keys {
        let to = PersonKeys::new(config.person_keys.clone());
        PersonKeys::new(copy.clone()).copy_to(&to)?;
    }
    place.restore.finish().await?;
    if losses.accepted().is_some() {
        marks.forget()?;
        if let Some(head) = &backup.manifest.head {
            marks.write_head(head, &Clock::system())?;
        }
    }
    let facts = Facts {
        directory: args.directory.display().to_string(),
        data: config.data.display().to_string(),
        engine: if config.database_url.is_some() {
            "postgres"
        } else {
            "sqlite"
        },
        position: backup.manifest.position(),
        last_event: backup.manifest.head,
        counts: backup.manifest.counts,
        streams: loaded.streams,
        accepted_loss: losses.accepted(),
        problems: problems.lines(),
        elapsed_ms: u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX),
    };
    report(args.json, &facts)
}

fn report(json: bool, facts: &Facts) -> Result<u8> {
    if json {
        say!("{}", serde_json::to_string(facts)?);
    } else {
        for problem in &facts.problems {
            say!("{problem}");
        }
        say!(
            "restored {} events of {} streams and {} documents into {}, up to position {}{}",
            facts.counts.events,
            facts.streams,
            facts.counts.documents,
            facts.data,
            facts.position,
            facts
                .last_event
                .map(|head| format!(", recorded {}", shown(head.recorded_at)))
                .unwrap_or_default()
        );
    }
    Ok(if facts.problems.is_empty() {
        DONE
    } else {
        FOUND_PROBLEMS
    })
}

/// Where the ledger is made.
struct Place {
    restore: Box<dyn Restore>,
    /// Nobody serves the directory meanwhile. A database sees to that itself.
    _lock: Option<ServeLock>,
}

impl Place {
    async fn take(config: &Config) -> Result<Self> {
        if let Some(url) = &config.database_url {
            return Ok(Self {
                restore: PostgresRestore::begin(url.expose()).await?,
                _lock: None,
            });
        }
        let lock = ServeLock::take(&config.data)?;
        Ok(Self {
            restore: SqliteRestore::begin(&config.data).await?,
            _lock: Some(lock),
        })
    }
}

async fn refuse_a_ledger(config: &Config) -> Result<()> {
    let there = if config.database_url.is_some() {
        let there = store::open_to_read(config).await?;
        let ends = there.ledger.head().await;
        there.ledger.close().await;
        match ends? {
            0 => return Ok(()),
            ends => format!(
                "the database holds a ledger already, up to position {ends}; nothing is restored over \
                 one. Name an empty database"
            ),
        }
    } else {
        if !store::has_ledger(&config.data) {
            return Ok(());
        }
        format!(
            "{} holds a ledger already; nothing is restored over one. Move it away, or name another \
             --data",
            config.data.display()
        )
    };
    Err(BadInput(there).into())
}

/// What was written.
struct Loaded {
    streams: usize,
    /// Documents that the events name.
    named: BTreeSet<Digest>,
    /// Documents that the events show as erased with a person.
    erased: BTreeSet<Digest>,
}

/// Writes everything but the documents, and reads it back.
async fn load(
    backup: &Backup,
    restore: &mut dyn Restore,
    losses: &mut Losses,
    progress: impl Fn(u64, u64),
) -> Result<Loaded> {
    let head = backup.manifest.position();
    let (mut named, mut erased) = (BTreeSet::new(), Erased::default());
    for page in backup.events() {
        let page = page?;
        for event in &page {
            losses.look_at(event)?;
            erased.note(event);
            if event.data.contains("\"sha256\"") {
                documents_in(&serde_json::from_str::<Value>(&event.data)?, &mut named);
            }
            progress(event.position, head * 2);
        }
        restore.events(page).await?;
    }
    let folded = fold(restore, |at| progress(head + at, head * 2)).await?;
    rows(restore, &folded).await?;
    for page in backup.commands() {
        restore.commands(page?).await?;
    }
    let standing = backup.standing()?;
    restore.commands(standing.commands).await?;
    restore.consumers(standing.cursors, standing.parked).await?;
    let streams = verify(restore, folded).await?;
    let erased = erased.all();
    Ok(Loaded {
        streams,
        named,
        erased,
    })
}

/// Folds what was written, read back, and writes the paths of dossiers on the way.
async fn fold(restore: &mut dyn Restore, progress: impl Fn(u64)) -> Result<Folded> {
    let mut folder = Folder::default();
    loop {
        let page = restore.read_all(folder.events(), PAGE).await?;
        if page.is_empty() {
            break;
        }
        let places = folder.page(&page);
        restore.paths(places).await?;
        progress(folder.events());
    }
    let (log, places) = folder.end();
    restore.paths(places).await?;
    refuse_differences(&log.differences)?;
    Ok(log)
}

async fn rows(restore: &mut dyn Restore, folded: &Folded) -> Result<()> {
    let mut rows = Vec::with_capacity(ROWS);
    for (stream, fold) in &folded.streams {
        let row = fold.row(stream)?;
        rows.push(StreamRecord {
            stream: row.stream,
            version: row.version,
            last_position: fold.last_position(),
            state: row.state,
            listing: row.listing,
        });
        if rows.len() == ROWS {
            restore.rows(std::mem::take(&mut rows)).await?;
        }
    }
    restore.rows(rows).await?;
    Ok(())
}

/// What `hoso ledger verify` does; the number of streams.
async fn verify(restore: &mut dyn Restore, folded: Folded) -> Result<usize> {
    let mut differences = Vec::new();
    for (stream, fold) in &folded.streams {
        let stored = restore.stream(stream).await?;
        if let Some(difference) = difference(&fold.row(stream)?, stored.as_ref()) {
            differences.push(format!("stream {stream}: {difference}"));
        }
    }
    refuse_differences(&differences)?;
    Ok(folded.streams.len())
}

fn refuse_differences(differences: &[String]) -> Result<()> {
    if differences.is_empty() {
        return Ok(());
    }
    let named: Vec<_> = differences.iter().take(NAMED_MAX).cloned().collect();
    bail!(
        "the log does not fold with this version of Hoso, nothing was restored: {} ({} in all)",
        named.join("; "),
        differences.len()
    )
}

/// Copies the documents, none that was erased; those that events name and nobody has are the problems.
async fn documents(backup: &Backup, data: &Path, loaded: &Loaded) -> Result<Problems> {
    let store = DocumentStore::new(data.join("documents"));
    let held = backup.documents()?;
    for sha256 in held.difference(&loaded.erased) {
        let bytes = backup.document(*sha256).await?;
        let kept = store.keep(&sha256.to_string(), bytes).await;
        kept.map_err(of_the_disk)?;
    }
    let mut problems = Problems::default();
    for sha256 in loaded.named.difference(&held) {
        if loaded.erased.contains(sha256) {
            continue;
        }
        if !matches!(store.get(&sha256.to_string()).await, Ok(Some(_))) {
            problems.add(format!(
                "document {sha256} is named by an event and is not in the backup"
            ));
        }
    }
    Ok(problems)
}
