//! `hoso history` and `hoso state`: a dossier's path and its folded state, now or as of then.
//!
//! Both read the ledger of a data directory, beside whoever serves it.

use anyhow::Result;
use clap::Args;
use hoso_domain::ids::DossierId;
use hoso_submission::{AsOf, HistoryEvent};

use crate::cli::{BadInput, DONE};
use crate::output::say;
use crate::store::{self, Data};

/// A dossier's path.
#[derive(Debug, Args)]
pub(crate) struct HistoryArgs {
    /// The dossier
    dossier: DossierId,
    /// Only what was recorded by then: a position, or a time such as 2025-06-16T17:00:00Z
    #[arg(long, value_name = "POSITION|TIME", default_value = "")]
    as_of: String,
    #[command(flatten)]
    data: Data,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

/// A dossier's state.
#[derive(Debug, Args)]
pub(crate) struct StateArgs {
    /// The dossier
    dossier: DossierId,
    /// As recorded by then: a position, or a time such as 2025-06-16T17:00:00Z
    #[arg(long, value_name = "POSITION|TIME", default_value = "")]
    as_of: String,
    #[command(flatten)]
    data: Data,
    /// Print JSON on one line
    #[arg(long)]
    json: bool,
}

fn as_of(text: &str) -> Result<AsOf> {
    if text.is_empty() {
        return Ok(AsOf::Head);
    }
    Ok(text
        .parse::<AsOf>()
        .map_err(|error| BadInput(format!("--as-of: {error}")))?)
}

fn no_such(dossier: &DossierId) -> anyhow::Error {
    BadInput(format!("there is no dossier {dossier} then")).into()
}

/// Prints the path.
///
/// # Errors
/// No such dossier, or the ledger's.
pub(crate) async fn run(args: HistoryArgs) -> Result<u8> {
    let moment = as_of(&args.as_of)?;
    let runtime = store::open_to_read(&args.data.settings()?).await?;
    let history = hoso_submission::history(&runtime.ledger, &args.dossier, moment).await;
    runtime.ledger.close().await;
    let history = history?;
    if history.events.is_empty() {
        return Err(no_such(&args.dossier));
    }
    if args.json {
        say!("{}", serde_json::to_string(&history)?);
    } else {
        say!("The path of {}", history.dossier);
        history.events.iter().for_each(print_step);
    }
    Ok(DONE)
}

/// Position, both times, what, who in which capacity, for whom, why, under which rule book.
fn print_step(event: &HistoryEvent) {
    let actor = &event.actor;
    say!(
        "\n{:>6}  {}  ({})\n        took effect {}, recorded {}\n        {} as {} of {}{}",
        event.position,
        event.r#type,
        event.service,
        event.effective_at.format("%Y-%m-%dT%H:%M:%SZ"),
        event.time.format("%Y-%m-%dT%H:%M:%SZ"),
        actor.official,
        actor.role.as_str(),
        actor.agency,
        actor
            .on_behalf_of
            .as_ref()
            .map_or_else(String::new, |from| format!(" for {from}")),
    );
    if let Some(reason) = &event.reason {
        say!("        because: {reason}");
    }
    if let Some(book) = &event.rule_book {
        say!("        rule book: {book}");
    }
}

/// Prints the state.
///
/// # Errors
/// No such dossier, or the ledger's.
pub(crate) async fn run_state(args: StateArgs) -> Result<u8> {
    let moment = as_of(&args.as_of)?;
    let runtime = store::open_to_read(&args.data.settings()?).await?;
    let state = hoso_submission::state(&runtime.ledger, &args.dossier, moment).await;
    runtime.ledger.close().await;
    let Some(state) = state? else {
        return Err(no_such(&args.dossier));
    };
    if args.json {
        say!("{}", serde_json::to_string(&state)?);
    } else {
        say!("{}", serde_json::to_string_pretty(&state)?);
    }
    Ok(DONE)
}
