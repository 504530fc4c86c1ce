//! `hoso history` and `hoso state`: the path and the folded state of a dossier, a round or a stream,
//! now or as of then.
//!
//! Both read the ledger that the settings name, beside whoever serves it.

use anyhow::Result;
use clap::Args;
use hoso_ledger::{Position, SharedLedger, StreamName};
use hoso_runtime::past::{self, Moment, Step};
use serde_json::{Value, json};

use crate::cli::{BadInput, DONE};
use crate::output::say;
use crate::store::{self, Data};
use crate::subject::{AsOfArgs, Subject, SubjectArgs, folding, stream_of_round};

/// A path.
#[derive(Debug, Args)]
pub(crate) struct HistoryArgs {
    #[command(flatten)]
    subject: SubjectArgs,
    #[command(flatten)]
    as_of: AsOfArgs,
    #[command(flatten)]
    data: Data,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

/// A state.
#[derive(Debug, Args)]
pub(crate) struct StateArgs {
    #[command(flatten)]
    subject: SubjectArgs,
    #[command(flatten)]
    as_of: AsOfArgs,
    #[command(flatten)]
    data: Data,
    /// Print JSON on one line
    #[arg(long)]
    json: bool,
}

/// Prints the path.
///
/// # Errors
/// No such dossier, round or stream, or the ledger's.
pub(crate) async fn run(args: HistoryArgs) -> Result<u8> {
    let subject = args.subject.subject()?;
    let runtime = store::open_to_read(&args.data.settings()?).await?;
    let told = path(&runtime.ledger, &subject, args.as_of.moment()).await;
    runtime.ledger.close().await;
    let steps = told?;
    if steps.is_empty() {
        return Err(subject.unknown());
    }
    let (kind, name) = subject.named();
    if args.json {
        let mut told = serde_json::Map::new();
        told.insert(kind.to_owned(), name.into());
        told.insert("events".to_owned(), serde_json::to_value(&steps)?);
        say!("{}", Value::Object(told));
    } else {
        say!("The path of {name}");
        steps.iter().for_each(print_step);
    }
    Ok(DONE)
}

async fn path(ledger: &SharedLedger, subject: &Subject, moment: Moment) -> Result<Vec<Step>> {
    let stream = match subject {
        Subject::Dossier(dossier) => {
            let history = hoso_submission::history(ledger, dossier, moment).await?;
            return Ok(history.events);
        }
        Subject::Round(round) => stream_of_round(round),
        Subject::Stream(stream) => stream.clone(),
    };
    let recorded = past::until(ledger.as_ref(), &stream, moment).await?;
    Ok(past::steps(ledger.as_ref(), &recorded).await?)
}

/// Position, both times, what, who in which capacity, for whom, why, under which rule book.
fn print_step(step: &Step) {
    say!(
        "\n{:>6}  {}  ({})\n        took effect {}, recorded {}\n        {}",
        step.position,
        step.r#type,
        step.service,
        step.effective_at.format("%Y-%m-%dT%H:%M:%SZ"),
        step.time.format("%Y-%m-%dT%H:%M:%SZ"),
        who(step),
    );
    if let Some(reason) = &step.reason {
        say!("        because: {reason}");
    }
    if let Some(book) = &step.rule_book {
        say!("        rule book: {book}");
    }
}

/// Who, in which capacity, of which agency, for whom by which delegation.
pub(crate) fn who(step: &Step) -> String {
    let actor = &step.actor;
    let role = actor.role.as_str();
    let whom = actor.on_behalf_of.as_ref();
    let whom = whom.map_or_else(String::new, |from| format!(" for {from}"));
    let by = step.delegation.as_ref().map_or_else(String::new, |used| {
        format!(
            ", by delegation {} ({}, {} to {})",
            used.delegation, used.document, used.valid_from, used.valid_to
        )
    });
    format!("{} as {role} of {}{whom}{by}", actor.official, actor.agency)
}

/// Prints the state.
///
/// # Errors
/// No such dossier, round or stream then, or the ledger's.
pub(crate) async fn run_state(args: StateArgs) -> Result<u8> {
    let subject = args.subject.subject()?;
    let runtime = store::open_to_read(&args.data.settings()?).await?;
    let told = state(&runtime.ledger, &subject, args.as_of.moment()).await;
    runtime.ledger.close().await;
    let state = told?.ok_or_else(|| subject.unknown())?;
    if args.json {
        say!("{state}");
    } else {
        say!("{}", serde_json::to_string_pretty(&state)?);
    }
    Ok(DONE)
}

async fn state(ledger: &SharedLedger, subject: &Subject, moment: Moment) -> Result<Option<Value>> {
    match subject {
        Subject::Dossier(dossier) => {
            let then = hoso_submission::state(ledger, dossier, moment).await?;
            Ok(then.as_ref().map(serde_json::to_value).transpose()?)
        }
        Subject::Round(round) => {
            let then = folded(ledger, &stream_of_round(round), moment).await?;
            Ok(then.map(|(position, version, state)| {
                json!({"round": round, "position": position, "version": version, "state": state})
            }))
        }
        Subject::Stream(stream) => {
            let then = folded(ledger, stream, moment).await?;
            Ok(then.map(|(position, version, state)| {
                json!({"stream": stream, "position": position, "version": version, "state": state})
            }))
        }
    }
}

/// Last position, number of events, and the folded state; `None` if there was nothing then.
async fn folded(
    ledger: &SharedLedger,
    stream: &StreamName,
    moment: Moment,
) -> Result<Option<(Position, usize, Value)>> {
    let events = past::until(ledger.as_ref(), stream, moment).await?;
    let Some(last) = events.last().map(|event| event.position) else {
        return Ok(None);
    };
    let fold = folding(stream.category())
        .ok_or_else(|| BadInput(format!("{stream}: this version knows no such stream")))?;
    let side = fold(&events, last)?;
    Ok(Some((last, events.len(), side.state)))
}
