//! `hoso diff`: what changed of a dossier, a round or a stream between two moments, field by field:
//! from what to what, by which events, by whom and why.

use anyhow::Result;
use clap::Args;
use hoso_ledger::SharedLedger;
use hoso_runtime::past::{self, Change, Moment};
use serde_json::{Value, json};

use crate::cli::DONE;
use crate::history::who;
use crate::output::say;
use crate::store::{self, Data};
use crate::subject::{Subject, SubjectArgs, folding, streams_of_round};

/// Longest value on a line for people, in characters.
const VALUE_CHARACTERS_MAX: usize = 60;

/// Two moments of one subject.
#[derive(Debug, Args)]
pub(crate) struct DiffArgs {
    #[command(flatten)]
    subject: SubjectArgs,
    /// A position, a recorded time such as 2025-06-16T17:00:00Z, `effective:` and a time, both with a
    /// comma between, or `head`; 0 is before everything
    #[arg(value_name = "A")]
    from: String,
    /// The other moment, written the same way; it may be the earlier one
    #[arg(value_name = "B")]
    to: String,
    #[command(flatten)]
    data: Data,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

/// Prints what changed.
///
/// # Errors
/// A moment that is none, no such dossier, round or stream, or the ledger's.
pub(crate) async fn run(args: DiffArgs) -> Result<u8> {
    let subject = args.subject.subject()?;
    let between = [moment(&args.from)?, moment(&args.to)?];
    let runtime = store::open_to_read(&args.data.settings()?).await?;
    let told = changes(&runtime.ledger, &subject, between).await;
    runtime.ledger.close().await;
    let changes = told?;
    let (kind, name) = subject.named();
    if args.json {
        let mut told = json!({"from": args.from, "to": args.to, "changes": changes});
        if let Value::Object(fields) = &mut told {
            fields.insert(kind.to_owned(), name.into());
        }
        say!("{told}");
    } else {
        say!("{name}: {} field(s) differ", changes.len());
        changes.iter().for_each(print_change);
    }
    Ok(DONE)
}

fn moment(text: &str) -> Result<Moment> {
    let parsed = text.parse::<Moment>();
    Ok(parsed.map_err(|error| crate::cli::BadInput(error.to_string()))?)
}

async fn changes(
    ledger: &SharedLedger,
    subject: &Subject,
    between: [Moment; 2],
) -> Result<Vec<Change>> {
    let streams = match subject {
        Subject::Dossier(dossier) => {
            let told = hoso_submission::changes(ledger, dossier, between, true).await?;
            return told.ok_or_else(|| subject.unknown());
        }
        Subject::Round(round) => streams_of_round(ledger.as_ref(), round).await?,
        Subject::Stream(stream) => vec![stream.clone()],
    };
    let mut told = Vec::new();
    let mut known = false;
    for stream in streams {
        known |= ledger.stream(&stream).await?.is_some();
        if let Some(fold) = folding(stream.category()) {
            told.extend(past::changes(ledger.as_ref(), &stream, between, fold).await?);
        }
    }
    if known {
        Ok(told)
    } else {
        Err(subject.unknown())
    }
}

fn print_change(change: &Change) {
    say!(
        "\n{}  {}\n        {} -> {}",
        change.stream,
        change.path,
        short(change.from.as_ref()),
        short(change.to.as_ref())
    );
    for step in &change.by {
        let effective = step.effective_at.format("%Y-%m-%dT%H:%M:%SZ");
        say!(
            "        {:>6}  {}  {effective}  {}",
            step.position,
            step.r#type,
            who(step)
        );
        if let Some(reason) = &step.reason {
            say!("                because: {reason}");
        }
        if let Some(book) = &step.rule_book {
            say!("                rule book: {book}");
        }
    }
}

/// A value on one line, cut.
fn short(value: Option<&Value>) -> String {
    let Some(value) = value else {
        return "nothing".to_owned();
    };
    let text = value.to_string();
    if text.chars().count() <= VALUE_CHARACTERS_MAX {
        return text;
    }
    let cut: String = text.chars().take(VALUE_CHARACTERS_MAX).collect();
    format!("{cut}…")
}
