//! The whole framework: load the stream's state, decide, append with the version seen; on
//! conflict reload and decide again, at most three times.

use chrono::{DateTime, Utc};
use hoso_domain::actor::Role;
use hoso_domain::decider::{Decider, Issued, StoredDecider, StoredEvent};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use crate::append::{Append, CursorMove, ExpectedVersion, StreamRow};
use crate::error::LedgerError;
use crate::event::{Metadata, NewEvent, Position, RecordedEvent, StreamName};
use crate::{Ledger, StreamRecord};

/// Decisions on one stream under contention: after so many conflicts the caller is told.
const ATTEMPTS_MAX: u32 = 3;
/// Events of one stream read at a time.
const PAGE: u32 = 500;

/// Everything around a command but the command.
#[derive(Debug, Clone)]
pub struct Order {
    /// Command id; a retry carries the same.
    pub command: Uuid,
    /// Digest of the request behind it.
    pub digest: [u8; 32],
    /// Version the caller has seen (`If-Match`); `None` decides on whatever is there.
    pub seen: Option<u64>,
    /// Who and why.
    pub metadata: Metadata,
    /// For a reaction: its cursor moves with its effect.
    pub cursor: Option<CursorMove>,
}

/// A decided and recorded command.
#[derive(Debug, Clone)]
pub struct Executed<D: Decider> {
    /// State after it.
    pub state: D::State,
    /// Version after it.
    pub version: u64,
    /// What happened, in order.
    pub events: Vec<D::Event>,
    /// First position.
    pub first_position: Position,
    /// The command had been accepted before; this is its first answer again.
    pub duplicate: bool,
}

/// Why a command was not recorded.
#[derive(Debug, thiserror::Error)]
pub enum ExecuteError<R: std::error::Error> {
    /// The domain says no.
    #[error(transparent)]
    Rejected(R),
    /// The caller has seen an older version (412).
    #[error("stream is at version {actual}, the caller has seen {seen}")]
    Stale {
        /// Version the caller has seen.
        seen: u64,
        /// Version it has.
        actual: u64,
    },
    /// The ledger could not.
    #[error(transparent)]
    Ledger(#[from] LedgerError),
}

/// Runs one command on one stream.
///
/// # Errors
/// `Rejected` with the domain's rejection, `Stale` for an old `If-Match`, or the ledger's error.
pub async fn execute<D>(
    ledger: &dyn Ledger,
    stream: &StreamName,
    order: Order,
    command: impl Fn() -> D::Command + Send,
    new_event_id: impl Fn() -> Uuid + Send,
) -> Result<Executed<D>, ExecuteError<D::Rejection>>
where
    D: StoredDecider,
    D::Rejection: Send,
{
    let mut attempt = 1;
    loop {
        let record = ledger.stream(stream).await?;
        let (state, version) = load::<D>(record)?;
        // A repeated command is looked for only where it would be refused or append twice: the
        // usual one costs one read and one append.
        if let Some(seen) = order.seen
            && seen != version
        {
            let first = first_answer::<D>(ledger, stream, &order).await?;
            return first.ok_or(ExecuteError::Stale {
                seen,
                actual: version,
            });
        }
        let (events, rejection) = match D::decide(&state, command()) {
            Ok(events) => (events, None),
            Err(rejection) => {
                match first_answer::<D>(ledger, stream, &order).await? {
                    Some(first) if !is_denial::<D>(&first) => return Ok(first),
                    // The denied attempt is recorded, and answered as it was.
                    Some(_) => return Err(ExecuteError::Rejected(rejection)),
                    None => {}
                }
                // A reaction comes too late, it attempts nothing.
                let person = order.metadata.actor.role != Role::System;
                let denials = person.then(|| D::denials(&state, command(), &rejection));
                let Some(denials) = denials.filter(|denials| !denials.is_empty()) else {
                    return Err(ExecuteError::Rejected(rejection));
                };
                (denials, Some(rejection))
            }
        };
        let state = events.iter().fold(state, D::evolve);
        let append = build_append::<D>(stream, &order, version, &events, &state, &new_event_id)?;
        let appended = ledger.append(append).await;
        if let (Ok(_), Some(rejection)) = (&appended, rejection) {
            return Err(ExecuteError::Rejected(rejection));
        }
        match appended {
            Ok(done) if done.duplicate => {
                let first = first_answer::<D>(ledger, stream, &order).await?;
                return first.ok_or_else(|| {
                    let reason =
                        format!("command {} was accepted and cannot be found", order.command);
                    LedgerError::Corrupt { reason }.into()
                });
            }
            Ok(done) => {
                return Ok(Executed {
                    state,
                    version: done.version,
                    events,
                    first_position: done.first_position,
                    duplicate: false,
                });
            }
            Err(LedgerError::Conflict { .. }) if attempt < ATTEMPTS_MAX => attempt += 1,
            Err(error) => return Err(error.into()),
        }
    }
}

/// Whether a command was recorded as a denied attempt and nothing else.
fn is_denial<D: StoredDecider>(first: &Executed<D>) -> bool {
    let mut refusals = first.events.iter().map(StoredEvent::refusal);
    !first.events.is_empty() && refusals.all(|refusal| refusal.is_some())
}

/// The first answer of a command that was accepted before: its events, and the state right after.
/// A reaction's cursor that was set back since is moved past it again.
async fn first_answer<D>(
    ledger: &dyn Ledger,
    stream: &StreamName,
    order: &Order,
) -> Result<Option<Executed<D>>, ExecuteError<D::Rejection>>
where
    D: StoredDecider,
{
    let Some(record) = ledger.command(order.command).await? else {
        return Ok(None);
    };
    if record.digest != order.digest || record.stream != *stream {
        return Err(LedgerError::DigestMismatch {
            command: order.command,
        }
        .into());
    }
    follow_with_cursor(ledger, order).await?;
    let first_own = record.version.saturating_sub(u64::from(record.count));
    let mut state = D::State::default();
    let mut own = Vec::new();
    let mut after = 0;
    'pages: loop {
        let page = ledger.read_stream(&record.stream, after, PAGE).await?;
        let Some(last) = page.last().map(|e| e.version) else {
            break;
        };
        for recorded in &page {
            if recorded.version > record.version {
                break 'pages;
            }
            let event = decode::<D>(recorded)?;
            state = D::evolve(state, &event);
            if recorded.version > first_own {
                own.push(event);
            }
        }
        after = last;
    }
    Ok(Some(Executed {
        state,
        version: record.version,
        events: own,
        first_position: record.first_position,
        duplicate: true,
    }))
}

/// Moves the cursor of a reaction that ran before; one that stands past it already is left alone.
async fn follow_with_cursor(ledger: &dyn Ledger, order: &Order) -> Result<(), LedgerError> {
    let Some(cursor) = &order.cursor else {
        return Ok(());
    };
    if ledger.cursor(&cursor.consumer).await? >= cursor.to {
        return Ok(());
    }
    match ledger.move_cursor(cursor.clone()).await {
        Err(LedgerError::CursorConflict { actual, .. }) if actual >= cursor.to => Ok(()),
        moved => moved,
    }
}

/// State and version of a stream's row; the default state at version 0 where there is none.
///
/// # Errors
/// `Corrupt` if the stored state cannot be read: `hoso ledger rebuild` makes it anew.
pub fn load<D: StoredDecider>(
    record: Option<StreamRecord>,
) -> Result<(D::State, u64), LedgerError> {
    let Some(record) = record else {
        return Ok((D::State::default(), 0));
    };
    let state = serde_json::from_str(&record.state).map_err(|error| LedgerError::Corrupt {
        reason: format!("state of {}: {error}", record.stream),
    })?;
    Ok((state, record.version))
}

/// The typed event of a recorded one.
///
/// # Errors
/// `Corrupt` on an unknown or malformed event, or one of a schema newer than this program's: a decider
/// stops there.
pub fn decode<D: Decider<Event: StoredEvent>>(
    recorded: &RecordedEvent,
) -> Result<D::Event, LedgerError> {
    let corrupt = |what: String| LedgerError::Corrupt {
        reason: format!("event {} of {}: {what}", recorded.position, recorded.stream),
    };
    let event: D::Event =
        serde_json::from_str(&recorded.data).map_err(|error| corrupt(error.to_string()))?;
    let (wrote, known) = (recorded.schema_version, event.schema_version());
    if wrote > known {
        return Err(corrupt(format!(
            "{} in schema {wrote}, written by a newer version of Hoso; this one knows {known}",
            recorded.event_type
        )));
    }
    Ok(event)
}

fn build_append<D: StoredDecider>(
    stream: &StreamName,
    order: &Order,
    version: u64,
    events: &[D::Event],
    state: &D::State,
    new_event_id: &impl Fn() -> Uuid,
) -> Result<Append, LedgerError> {
    let encode = |what: &'static str, error: serde_json::Error| LedgerError::Corrupt {
        reason: format!("{what} of {stream} cannot be encoded: {error}"),
    };
    let mut new_events = Vec::with_capacity(events.len());
    for event in events {
        let data = serde_json::to_string(event).map_err(|e| encode("an event", e))?;
        new_events.push(NewEvent {
            id: new_event_id(),
            event_type: event.event_type().to_owned(),
            schema_version: event.schema_version(),
            sha256: Sha256::digest(data.as_bytes()).into(),
            dossiers: event.dossiers(),
            data,
        });
    }
    Ok(Append {
        command: order.command,
        digest: order.digest,
        expected: ExpectedVersion::Exactly(version),
        row: StreamRow {
            stream: stream.clone(),
            version: version + new_events.len() as u64,
            state: serde_json::to_string(state).map_err(|e| encode("the state", e))?,
            listing: D::listing(state),
        },
        events: new_events,
        metadata: Metadata {
            rule_book: D::rule_book(state)
                .map(str::to_owned)
                .or(order.metadata.rule_book.clone()),
            ..order.metadata.clone()
        },
        cursor: order.cursor.clone(),
    })
}

/// A command as issued under an order's metadata.
#[must_use]
pub fn issued<C>(metadata: &Metadata, command: C) -> Issued<C> {
    let at: DateTime<Utc> = metadata.effective_at;
    Issued {
        by: metadata.actor.clone(),
        at,
        command,
    }
}
