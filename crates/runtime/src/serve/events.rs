//! The log over HTTP, for auditors: pages of CloudEvents, or the same as server-sent events that
//! go on with the log.

use std::collections::VecDeque;
use std::convert::Infallible;
use std::time::Duration;

use axum::Extension;
use axum::extract::State;
use axum::http::{HeaderMap, header};
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use futures::{Stream, StreamExt};
use hoso_domain::actor::Role;
use hoso_ledger::{LedgerError, Position, RecordedEvent};
use tokio::sync::watch;

use crate::envelope::Envelope;
use crate::http::caller::Caller;
use crate::http::page::{Page, PageQuery};
use crate::http::problem::Problem;
use crate::runtime::Runtime;
use crate::serve::Stopping;

/// Events read at a time for a stream.
const STREAM_PAGE_EVENTS: u32 = 200;
/// A stream ends after so long, and the client comes back with its token and `Last-Event-ID`: so a
/// revoked token does not read on for ever.
const STREAM_MAX: Duration = Duration::from_mins(15);

/// Events after a position, in order. With `Accept: text/event-stream` a stream that goes on with
/// the log; it resumes after `Last-Event-ID`. For auditors and administrators.
#[utoipa::path(get, path = "/api/v1/events", tag = "events", params(PageQuery),
    responses((status = 200, content(
        (Page<Envelope> = "application/json"),
        (String = "text/event-stream"),
    ))))]
pub(crate) async fn list_events(
    State(runtime): State<Runtime>,
    Extension(Stopping(stopping)): Extension<Stopping>,
    caller: Caller,
    headers: HeaderMap,
    page: PageQuery,
) -> Result<Response, Problem> {
    caller.require_role(&[Role::Auditor, Role::Administrator])?;
    let after = page.after.as_deref().map_or(Ok(0), position)?;
    let wants_stream = headers
        .get(header::ACCEPT)
        .and_then(|accept| accept.to_str().ok())
        .is_some_and(|accept| accept.contains("text/event-stream"));
    if !wants_stream {
        return Ok(one_page(&runtime, after, page.limit).await?.into_response());
    }
    let after = match headers.get("last-event-id") {
        Some(id) => position(id.to_str().unwrap_or_default())?,
        None => after,
    };
    let end = async move {
        tokio::select! {
            () = stopping.cancelled_owned() => {}
            () = tokio::time::sleep(STREAM_MAX) => {}
        }
    };
    let events = follow(runtime, after).take_until(Box::pin(end));
    Ok(Sse::new(events)
        .keep_alive(KeepAlive::default())
        .into_response())
}

fn position(text: &str) -> Result<Position, Problem> {
    text.parse()
        .map_err(|_| Problem::bad_request("query-invalid").error("after", "a position of the log"))
}

async fn one_page(
    runtime: &Runtime,
    after: Position,
    limit: u32,
) -> Result<Page<Envelope>, Problem> {
    let events = runtime.ledger.read_all(after, limit).await?;
    let head = runtime.ledger.head().await?;
    let next = events
        .last()
        .map(|event| event.position)
        .filter(|last| *last < head)
        .map(|last| last.to_string());
    let items = events.iter().map(Envelope::of).collect::<Result<_, _>>();
    Ok(Page {
        items: items.map_err(Problem::internal)?,
        next,
    })
}

/// A reader that goes on with the log.
struct Follower {
    runtime: Runtime,
    after: Position,
    head: watch::Receiver<Position>,
    ready: VecDeque<RecordedEvent>,
}

impl Follower {
    /// The next event, waiting for it if need be; `None` when the ledger cannot be followed.
    async fn next(&mut self) -> Result<Option<RecordedEvent>, LedgerError> {
        loop {
            if let Some(event) = self.ready.pop_front() {
                self.after = event.position;
                return Ok(Some(event));
            }
            let after = self.after;
            if self.head.wait_for(|head| *head > after).await.is_err() {
                return Ok(None);
            }
            let ledger = &self.runtime.ledger;
            self.ready = ledger.read_all(after, STREAM_PAGE_EVENTS).await?.into();
        }
    }
}

fn follow(runtime: Runtime, after: Position) -> impl Stream<Item = Result<Event, Infallible>> {
    let follower = Follower {
        head: runtime.ledger.watch_head(),
        runtime,
        after,
        ready: VecDeque::new(),
    };
    futures::stream::unfold(follower, |mut follower| async move {
        let event = match follower.next().await {
            Ok(event) => event?,
            // The client comes back with the last id it has seen.
            Err(error) => {
                tracing::warn!(%error, "a stream of events ends: the ledger cannot be read");
                return None;
            }
        };
        match sent(&event) {
            Ok(sent) => Some((Ok(sent), follower)),
            Err(error) => {
                tracing::error!(position = event.position, %error, "an event cannot be shown");
                None
            }
        }
    })
}

fn sent(event: &RecordedEvent) -> Result<Event, serde_json::Error> {
    let envelope = Envelope::of(event)?;
    Ok(Event::default()
        .id(event.position.to_string())
        .event(&event.event_type)
        .data(serde_json::to_string(&envelope)?))
}
