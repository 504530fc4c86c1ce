//! Parked events: what the reactions could not digest, and a person's decision to retry or skip it.
//! The decision is recorded; the reaction's runner acts on that event. All of them are listed
//! everywhere; the decision is for the process whose reaction it is, since it owns the stream that
//! the decision is recorded in.

use std::collections::BTreeSet;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use hoso_domain::actor::Role;
use hoso_domain::decider::StoredDecider;
use hoso_domain::parked::{Command as Decision, Feed, ParkedEvent};
use hoso_ledger::{LedgerError, Parked, ParkedStatus, Position, StreamName};
use serde::Serialize;
use utoipa::ToSchema;

use crate::http::caller::Caller;
use crate::http::command::{Command, NoBody};
use crate::http::params::Path;
use crate::http::problem::Problem;
use crate::http::reply::Reply;
use crate::runtime::Runtime;

/// An event that waits for a person.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Waiting {
    /// The service whose reaction could not digest it.
    consumer: String,
    /// Its place in the log.
    position: Position,
    /// Its stream; later events of it queue behind.
    stream: String,
    /// Why, in words.
    reason: String,
}

/// All of them.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct WaitingList {
    /// By consumer and position.
    items: Vec<Waiting>,
}

/// What was decided.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Decided {
    /// The service.
    consumer: String,
    /// The event's place in the log.
    position: Position,
    /// `RETRY` or `SKIP`.
    decision: &'static str,
}

/// Events that wait for a person's decision. For auditors and administrators.
#[utoipa::path(get, path = "/api/v1/parked", tag = "events",
    responses((status = 200, body = WaitingList)))]
pub(crate) async fn list_parked(
    State(runtime): State<Runtime>,
    caller: Caller,
) -> Result<Json<WaitingList>, Problem> {
    caller.require_role(&[Role::Auditor, Role::Administrator])?;
    let mut items = Vec::new();
    for name in consumers(&runtime).await? {
        let parked = runtime.ledger.parked(&name).await?;
        items.extend(waiting(parked).map(|parked| Waiting {
            consumer: parked.consumer,
            position: parked.position,
            stream: parked.stream.to_string(),
            reason: parked.reason,
        }));
    }
    Ok(Json(WaitingList { items }))
}

/// Every consumer there is or ever was.
async fn consumers(runtime: &Runtime) -> Result<BTreeSet<String>, LedgerError> {
    let cursors = runtime.ledger.cursors().await?;
    let mut names: BTreeSet<_> = cursors.into_iter().map(|(name, _)| name).collect();
    let here = runtime.progress.here().into_iter().map(|(name, _)| name);
    names.extend(here.map(str::to_owned));
    Ok(names)
}

/// Try a parked event again, and then those behind it in its stream.
#[utoipa::path(post, path = "/api/v1/parked/{consumer}/{position}/retry", tag = "events",
    params(("consumer" = String, Path), ("position" = u64, Path)),
    request_body = NoBody, responses((status = 200, body = Decided)))]
pub(crate) async fn retry_parked(
    State(runtime): State<Runtime>,
    Path((consumer, position)): Path<(String, Position)>,
    command: Command<NoBody>,
) -> Result<Reply<Decided>, Problem> {
    decide(
        &runtime,
        (&consumer, position),
        &command,
        "RETRY",
        Decision::Retry,
    )
    .await
}

/// Leave a parked event undone for ever; those behind it in its stream go on. Needs a `reason`.
#[utoipa::path(post, path = "/api/v1/parked/{consumer}/{position}/skip", tag = "events",
    params(("consumer" = String, Path), ("position" = u64, Path)),
    request_body = NoBody, responses((status = 200, body = Decided)))]
pub(crate) async fn skip_parked(
    State(runtime): State<Runtime>,
    Path((consumer, position)): Path<(String, Position)>,
    command: Command<NoBody>,
) -> Result<Reply<Decided>, Problem> {
    if command.reason.is_none() {
        return Err(Problem::field("reason", "say why the event is skipped"));
    }
    decide(
        &runtime,
        (&consumer, position),
        &command,
        "SKIP",
        Decision::Skip,
    )
    .await
}

async fn decide(
    runtime: &Runtime,
    (consumer, position): (&str, Position),
    command: &Command<NoBody>,
    decision: &'static str,
    ask: fn(ParkedEvent) -> Decision,
) -> Result<Reply<Decided>, Problem> {
    if !runtime.progress.runs_here(consumer) && consumers(runtime).await?.contains(consumer) {
        return Err(elsewhere(consumer));
    }
    let order = command.order();
    let first_time = runtime.ledger.command(order.command).await?.is_none();
    let stream = match parked_at(runtime, consumer, position).await? {
        Some(stream) => stream,
        // Decided by this very command before: the first answer comes out of the ledger.
        None if !first_time => StreamName::from_stored(String::new()),
        None => {
            return Err(Problem::conflict("not-parked").detail(format!(
                "no event of {consumer} waits at position {position}"
            )));
        }
    };
    let event = ParkedEvent {
        consumer: consumer.to_owned(),
        position,
        stream: stream.to_string(),
    };
    let feed = StreamName::new(Feed::CATEGORY, consumer);
    let done = runtime.execute::<Feed>(&feed, order, ask(event)).await?;
    let body = Decided {
        consumer: consumer.to_owned(),
        position,
        decision,
    };
    Ok(Reply::ok(done.version, body).replayed(done.duplicate))
}

fn elsewhere(consumer: &str) -> Problem {
    Problem::new(StatusCode::MISDIRECTED_REQUEST, "consumer-elsewhere").detail(format!(
        "the reactions of {consumer} do not run in this process: ask the process that serves \
         {consumer}"
    ))
}

/// The stream of an event that waits, if it is the first of its stream that does.
async fn parked_at(
    runtime: &Runtime,
    consumer: &str,
    position: Position,
) -> Result<Option<StreamName>, Problem> {
    let parked: Vec<_> = waiting(runtime.ledger.parked(consumer).await?).collect();
    let Some(asked) = parked.iter().find(|parked| parked.position == position) else {
        return Ok(None);
    };
    let first = parked
        .iter()
        .filter(|parked| parked.stream == asked.stream)
        .map(|parked| parked.position)
        .min();
    match first {
        Some(first) if first < position => Err(Problem::conflict("parked-not-first").detail(
            format!("the event at position {first} of the same stream comes first"),
        )),
        Some(_) | None => Ok(Some(asked.stream.clone())),
    }
}

fn waiting(parked: Vec<Parked>) -> impl Iterator<Item = Parked> {
    parked
        .into_iter()
        .filter(|parked| parked.status == ParkedStatus::Waiting)
}
