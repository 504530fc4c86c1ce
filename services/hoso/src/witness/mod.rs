//! `hoso witness`: a small process of somebody else's, that cosigns a log's checkpoints as long as
//! the log only grows (C2SP tlog-witness).
//!
//! It has a key and a directory of its own, and knows nothing of ledgers, databases or the log's key:
//! all it is given is a checkpoint, and a proof that it grew from the one before.

mod connections;
mod directory;
mod http;
mod logs;
mod serve;

use std::path::PathBuf;

use anyhow::Result;
use chrono::{DateTime, SecondsFormat};
use clap::{Args, Subcommand};
use comfy_table::{Table, presets::NOTHING};
use hoso_proof::LogIdentity;
use serde_json::json;

use self::directory::{Remembered, Witness};
use self::logs::Logs;
use self::serve::ServeArgs;
use crate::cli::{BadInput, DONE};
use crate::output::say;

/// What to do.
#[derive(Debug, Subcommand)]
pub(crate) enum WitnessCommand {
    /// Make a witness: a key of its own, in a directory of its own
    Init(InitArgs),
    /// Know a log from now on, by its public key
    Trust(TrustArgs),
    /// Show the witness's key, the logs it knows, and what it cosigned last of each
    Show(PlaceArgs),
    /// Answer logs that ask for cosignatures: `POST /add-checkpoint` (C2SP tlog-witness)
    Serve(ServeArgs),
}

/// Where the witness is.
#[derive(Debug, Clone, Args)]
pub(crate) struct PlaceArgs {
    /// The witness's directory: its key, the logs it knows, what it cosigned
    #[arg(
        long,
        value_name = "DIR",
        env = "HOSO_WITNESS",
        default_value = "hoso-witness"
    )]
    directory: PathBuf,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

/// A new witness.
#[derive(Debug, Args)]
pub(crate) struct InitArgs {
    /// The witness's name, such as `thanhtra.example.vn/witness`; it keeps it
    #[arg(long, value_name = "NAME")]
    name: String,
    #[command(flatten)]
    place: PlaceArgs,
}

/// A log to know.
#[derive(Debug, Args)]
pub(crate) struct TrustArgs {
    /// The log's public key, from its `log.vkey`: `<origin>+<id>+<key>`
    #[arg(value_name = "KEY")]
    key: String,
    #[command(flatten)]
    place: PlaceArgs,
}

/// Runs it.
///
/// # Errors
/// The directory is no witness's or cannot be read or written, or the address is taken.
pub(crate) async fn run(command: WitnessCommand) -> Result<u8> {
    match command {
        WitnessCommand::Init(args) => init(&args),
        WitnessCommand::Trust(args) => trust(&args),
        WitnessCommand::Show(place) => show(&place),
        WitnessCommand::Serve(args) => serve::run(args).await,
    }
}

fn init(args: &InitArgs) -> Result<u8> {
    let directory = &args.place.directory;
    let key = Witness::make(directory, &args.name)?;
    if args.place.json {
        say!(
            "{}",
            json!({ "name": key.name(), "key": key.to_string(), "directory": directory })
        );
    } else {
        say!("{key}");
    }
    Ok(DONE)
}

fn trust(args: &TrustArgs) -> Result<u8> {
    let log = LogIdentity::parse(args.key.trim());
    let log = log.map_err(|error| BadInput(format!("KEY: {error}")))?;
    let directory = &args.place.directory;
    Witness::require(directory)?;
    let logs = Logs::of(directory);
    let before = logs.read()?;
    let added = logs.add(&log)?;
    let other = before
        .iter()
        .any(|known| known.origin() == log.origin() && *known != log);
    if args.place.json {
        let (origin, key) = (log.origin(), log.key().to_string());
        say!(
            "{}",
            json!({ "origin": origin, "key": key, "added": added })
        );
    } else if added {
        say!("the log {} is known from now on", log.origin());
    } else {
        say!("the log {} was known before", log.origin());
    }
    if added && other {
        eprintln!("hoso: the log has another key beside it: either of them signs for it now");
    }
    Ok(DONE)
}

fn show(place: &PlaceArgs) -> Result<u8> {
    let key = Witness::key_of(&place.directory)?;
    let public = key.public();
    let logs = Logs::of(&place.directory).read()?;
    let remembered = logs.iter().map(|log| {
        let last = directory::remembered(&place.directory, public, log.origin())?;
        Ok((log, last))
    });
    let remembered: Vec<_> = remembered.collect::<Result<_>>()?;
    if place.json {
        let logs = remembered.iter();
        let logs: Vec<_> = logs.map(|(log, last)| of_log(log, last.as_ref())).collect();
        say!(
            "{}",
            json!({ "name": public.name(), "key": public.to_string(), "logs": logs })
        );
        return Ok(DONE);
    }
    say!("{public}");
    let mut table = Table::new();
    table.load_style(NOTHING);
    for (log, last) in &remembered {
        let last = last.as_ref().map_or_else(
            || "nothing cosigned".to_owned(),
            |last| format!("{} events at {}", last.head.size, shown(last.seen_at)),
        );
        table.add_row([log.key().to_string(), last]);
    }
    say!("{table}");
    Ok(DONE)
}

fn of_log(log: &LogIdentity, last: Option<&Remembered>) -> serde_json::Value {
    json!({
        "origin": log.origin(),
        "key": log.key().to_string(),
        "size": last.map(|last| last.head.size),
        "root": last.map(|last| hex::encode(last.head.root)),
        "seenAt": last.map(|last| shown(last.seen_at)),
    })
}

/// Seconds since 1970 as a time.
pub(crate) fn shown(seconds: u64) -> String {
    let time = i64::try_from(seconds).ok();
    let time = time.and_then(|seconds| DateTime::from_timestamp(seconds, 0));
    time.map_or_else(
        || seconds.to_string(),
        |time| time.to_rfc3339_opts(SecondsFormat::Secs, true),
    )
}
