//! `hoso export`: the log for outside tools, in formats that others define.
//!
//! Tells what happened, when, in which capacity, about which dossier, item, round and decision. Who
//! acted, whom an individual's item names, and why, is left out unless asked for. Same log, same
//! bytes: nothing of the machine or of today is written.

mod ocel;
mod prov;
mod xes;

use std::io::Write as _;
use std::path::PathBuf;

use anyhow::{Context as _, Result};
use chrono::{DateTime, SecondsFormat, Utc};
use clap::{Args, ValueEnum};
use hoso_domain::ids::RoundId;

use crate::cli::{BadInput, DONE};
use crate::mined::{Mined, mine};
use crate::store::{self, Data};
use crate::subject::AsOfArgs;

/// A format.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    /// Object-centric event log, OCEL 2.0 as JSON
    Ocel,
    /// IEEE 1849 (XES): a trace a dossier
    Xes,
    /// W3C PROV as PROV-JSON
    Prov,
}

/// Which time an event of a process mining log carries.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Time {
    /// When the act took effect
    Effective,
    /// When it was recorded
    Recorded,
}

/// What is told of an event.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Told {
    /// Which time.
    pub(crate) time: Time,
    /// Officials, persons and reasons too.
    pub(crate) persons: bool,
}

/// What to write, and where.
#[derive(Debug, Args)]
pub(crate) struct ExportArgs {
    /// The format
    #[arg(value_enum)]
    format: Format,
    /// The file; it is written anew
    #[arg(short, long, value_name = "FILE")]
    output: PathBuf,
    /// Only this round, with its dossiers
    #[arg(long)]
    round: Option<RoundId>,
    /// The time that events carry (in PROV both are told)
    #[arg(long, value_enum, default_value = "effective")]
    time: Time,
    /// Who acted and why too: personal data that a decision does not publish
    #[arg(long)]
    with_persons: bool,
    #[command(flatten)]
    as_of: AsOfArgs,
    #[command(flatten)]
    data: Data,
}

/// Writes the file.
///
/// # Errors
/// No such round, the file cannot be written, or the ledger's.
pub(crate) async fn run(args: ExportArgs) -> Result<u8> {
    let runtime = store::open_to_read(&args.data.settings()?).await?;
    let mined = mine(runtime.ledger.as_ref(), args.as_of.moment()).await;
    runtime.ledger.close().await;
    let mut mined = mined?;
    if let Some(round) = &args.round {
        mined.retain(|one| one.round.as_deref() == Some(round.as_str()));
        if mined.is_empty() {
            return Err(BadInput(format!("there is no round {round} then")).into());
        }
    }
    let told = Told {
        time: args.time,
        persons: args.with_persons,
    };
    let text = match args.format {
        Format::Ocel => serde_json::to_string_pretty(&ocel::log(&mined, told))?,
        Format::Xes => xes::log(&mined, told),
        Format::Prov => serde_json::to_string_pretty(&prov::document(&mined, told))?,
    };
    write_whole(&args.output, &text)?;
    eprintln!("{} events in {}", mined.len(), args.output.display());
    Ok(DONE)
}

/// Writes beside the file first: it is there whole or as it was.
fn write_whole(path: &std::path::Path, text: &str) -> Result<()> {
    let about = || format!("{} cannot be written", path.display());
    let folder = match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        Some(_) | None => std::path::Path::new("."),
    };
    let mut file = tempfile::NamedTempFile::new_in(folder).with_context(about)?;
    file.write_all(text.as_bytes()).with_context(about)?;
    file.write_all(b"\n").with_context(about)?;
    file.as_file().sync_all().with_context(about)?;
    file.persist(path)
        .map_err(|error| error.error)
        .with_context(about)?;
    Ok(())
}

/// A time as these formats write it: RFC 3339 with `Z`.
pub(crate) fn written(time: DateTime<Utc>) -> String {
    time.to_rfc3339_opts(SecondsFormat::Micros, true)
}

impl Told {
    /// The time an event carries.
    pub(crate) fn time_of(self, one: &Mined) -> String {
        written(match self.time {
            Time::Effective => one.event.metadata.effective_at,
            Time::Recorded => one.event.recorded_at,
        })
    }

    /// What is told of an event besides what it is about, by name in a fixed order.
    pub(crate) fn attributes(self, one: &Mined) -> Vec<(&'static str, String)> {
        let metadata = &one.event.metadata;
        let mut told = vec![
            ("position", one.event.position.to_string()),
            ("stream", one.event.stream.as_str().to_owned()),
            ("effectiveAt", written(metadata.effective_at)),
            ("recordedAt", written(one.event.recorded_at)),
            ("role", metadata.actor.role.as_str().to_owned()),
            ("agency", metadata.actor.agency.to_string()),
        ];
        if let Some(book) = &metadata.rule_book {
            told.push(("ruleBook", book.clone()));
        }
        if one.event.event_type == "AttemptRefused" {
            for (name, field) in [("refusedAction", "action"), ("refusedBy", "rule")] {
                if let Some(text) = one.body.get(field).and_then(serde_json::Value::as_str) {
                    told.push((name, text.to_owned()));
                }
            }
        }
        if self.persons {
            told.push(("official", metadata.actor.official.to_string()));
            told.push(("person", metadata.actor.person.to_string()));
            if let Some(from) = &metadata.actor.on_behalf_of {
                told.push(("onBehalfOf", from.to_string()));
            }
            if let Some(reason) = &metadata.reason {
                told.push(("reason", reason.clone()));
            }
        }
        told
    }
}
