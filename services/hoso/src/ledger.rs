//! `hoso ledger`: the log checked and folded again, and stream rows rebuilt from it.

use std::io::IsTerminal as _;
use std::time::Instant;

use anyhow::Result;
use clap::{Args, Subcommand};
use hoso_ledger::{Ledger, StreamRow};
use indicatif::ProgressBar;
use serde_json::json;

use crate::cli::{DONE, FOUND_PROBLEMS};
use crate::folds::{Folded, difference, fold_all};
use crate::output::say;
use crate::store::{self, Data};

/// What to do with the ledger.
#[derive(Debug, Subcommand)]
pub(crate) enum LedgerCommand {
    /// Check every event and compare every stream's row with the fold of its events
    Verify(Verify),
    /// Write the rows of streams anew from the events, where they differ
    Rebuild(Verify),
}

/// Which ledger.
#[derive(Debug, Args)]
pub(crate) struct Verify {
    #[command(flatten)]
    data: Data,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

/// Runs it.
///
/// # Errors
/// The ledger cannot be read or written.
pub(crate) async fn run(command: LedgerCommand) -> Result<u8> {
    match command {
        LedgerCommand::Verify(args) => verify(args).await,
        LedgerCommand::Rebuild(args) => rebuild(args).await,
    }
}

async fn fold(ledger: &dyn Ledger) -> Result<Folded> {
    let head = ledger.head().await?;
    let bar = if std::io::stderr().is_terminal() {
        ProgressBar::new(head)
    } else {
        ProgressBar::hidden()
    };
    let folded = fold_all(ledger, |position| bar.set_position(position)).await;
    bar.finish_and_clear();
    folded
}

/// The whole log folded, and every stream's row compared with the fold of its events.
///
/// # Errors
/// The ledger cannot be read.
pub(crate) async fn folded_and_compared(ledger: &dyn Ledger) -> Result<Folded> {
    let mut folded = fold(ledger).await?;
    for (stream, fold) in &folded.streams {
        let row = fold.row(stream)?;
        let stored = ledger.stream(stream).await?;
        if let Some(difference) = difference(&row, stored.as_ref()) {
            folded
                .differences
                .push(format!("stream {stream}: {difference}"));
        }
    }
    Ok(folded)
}

async fn verify(args: Verify) -> Result<u8> {
    let runtime = store::open_to_read(&args.data.settings()?).await?;
    let started = Instant::now();
    let folded = folded_and_compared(runtime.ledger.as_ref()).await?;
    let seconds = started.elapsed().as_secs_f64();
    runtime.ledger.close().await;
    report(&args, &folded, seconds);
    Ok(if folded.differences.is_empty() {
        DONE
    } else {
        FOUND_PROBLEMS
    })
}

/// Events a second.
#[expect(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a rate for people"
)]
pub(crate) fn rate(events: u64, seconds: f64) -> u64 {
    (events as f64 / seconds.max(1e-9)) as u64
}

fn report(args: &Verify, folded: &Folded, seconds: f64) {
    let rate = rate(folded.events, seconds);
    if args.json {
        let report = json!({
            "events": folded.events,
            "streams": folded.streams.len(),
            "differences": folded.differences,
            "eventsPerSecond": rate,
        });
        say!("{report}");
        return;
    }
    for difference in &folded.differences {
        say!("{difference}");
    }
    say!(
        "{} events, {} streams, {} differences, {rate} events a second",
        folded.events,
        folded.streams.len(),
        folded.differences.len()
    );
}

async fn rebuild(args: Verify) -> Result<u8> {
    let runtime = store::open_beside(&args.data.settings()?).await?;
    let folded = fold(runtime.ledger.as_ref()).await?;
    let rows = folded
        .streams
        .iter()
        .map(|(stream, fold)| fold.row(stream))
        .collect::<Result<Vec<StreamRow>>>()?;
    let streams = rows.len();
    let rebuilt = runtime.ledger.rebuild_rows(rows).await?;
    runtime.ledger.close().await;
    if args.json {
        say!(
            "{}",
            json!({ "streams": streams, "rebuilt": rebuilt, "differences": folded.differences })
        );
    } else {
        say!("{streams} streams, {rebuilt} rows written anew");
        for difference in &folded.differences {
            say!("{difference}");
        }
    }
    Ok(if folded.differences.is_empty() {
        DONE
    } else {
        FOUND_PROBLEMS
    })
}
