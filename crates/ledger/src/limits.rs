//! What one append may carry: a limit on everything, checked before anything is queued.
//!
//! Engines call [`check_append`] and its siblings first, so that all of them refuse the same things.

use chrono::Datelike;

use crate::append::{Append, CursorMove, ExpectedVersion};
use crate::error::LedgerError;
use crate::event::StreamName;
use crate::read::Parked;

/// Events of one command.
pub const EVENTS_MAX: usize = 64;
/// Bytes of one event's data.
pub const DATA_BYTES_MAX: usize = 1 << 20;
/// Bytes of a stream's folded state.
pub const STATE_BYTES_MAX: usize = 8 << 20;
/// Bytes of a stream's name.
pub const STREAM_BYTES_MAX: usize = 128;
/// Bytes of an event's type, of a status, of a consumer's name and of a trace context.
pub const NAME_BYTES_MAX: usize = 128;
/// Characters of a reason.
pub const REASON_CHARS_MAX: usize = 2_000;
/// Dossiers one event belongs to.
pub const DOSSIERS_MAX: usize = 1_000;
/// Bytes of a checkpoint with its signatures.
pub const CHECKPOINT_BYTES_MAX: usize = 64 << 10;
/// Rows of one page of streams.
pub const PAGE_ROWS_MAX: u32 = 1_000;

/// Refuses an append that is over a limit or contradicts itself.
///
/// # Errors
/// `Limit` names what is too large, `Corrupt` what does not fit together.
pub fn check_append(append: &Append) -> Result<(), LedgerError> {
    within("the events of a command", append.events.len(), EVENTS_MAX)?;
    check_stream(&append.row.stream)?;
    within(
        "the bytes of a stream's state",
        append.row.state.len(),
        STATE_BYTES_MAX,
    )?;
    within(
        "the bytes of a status",
        append.row.listing.status.len(),
        NAME_BYTES_MAX,
    )?;
    without_nul("a stream's state", &append.row.state)?;
    without_nul("a status", &append.row.listing.status)?;
    if let Some(due) = append.row.due() {
        within_calendar("the day by which somebody must act", due.year())?;
    }
    let metadata = &append.metadata;
    if let Some(reason) = &metadata.reason {
        check_reason(reason)?;
    }
    for text in [&metadata.rule_book, &metadata.traceparent] {
        let bytes = text.as_ref().map_or(0, String::len);
        within(
            "the bytes of a digest or trace context",
            bytes,
            NAME_BYTES_MAX,
        )?;
        without_nul("a digest or trace context", text.as_deref().unwrap_or(""))?;
    }
    within_calendar("when it takes effect", metadata.effective_at.year())?;
    for event in &append.events {
        within("the bytes of an event", event.data.len(), DATA_BYTES_MAX)?;
        without_nul("an event", &event.data)?;
        check_event_type(&event.event_type)?;
        within(
            "the dossiers of an event",
            event.dossiers.len(),
            DOSSIERS_MAX,
        )?;
    }
    let ExpectedVersion::Exactly(expected) = append.expected;
    if expected.checked_add(append.events.len() as u64) != Some(append.row.version) {
        return Err(LedgerError::Corrupt {
            reason: format!(
                "the row of {} says version {}, {} events on version {expected} do not",
                append.row.stream,
                append.row.version,
                append.events.len()
            ),
        });
    }
    append.cursor.as_ref().map_or(Ok(()), check_cursor)
}

/// Refuses a cursor that would move backwards, or of a consumer without a proper name.
///
/// # Errors
/// `Limit` for the name, `CursorConflict` for a move backwards.
pub fn check_cursor(cursor: &CursorMove) -> Result<(), LedgerError> {
    check_consumer(&cursor.consumer)?;
    if cursor.to < cursor.from {
        return Err(LedgerError::CursorConflict {
            consumer: cursor.consumer.clone(),
            expected: cursor.to,
            actual: cursor.from,
        });
    }
    Ok(())
}

/// Refuses a parked event whose reason or names are too long.
///
/// # Errors
/// `Limit` names what is too large.
pub fn check_parked(parked: &Parked) -> Result<(), LedgerError> {
    check_consumer(&parked.consumer)?;
    check_stream(&parked.stream)?;
    check_reason(&parked.reason)
}

/// Refuses a checkpoint that no table could hold.
///
/// # Errors
/// `Limit` if it is empty or too long, or its size is no position.
pub fn check_checkpoint(size: u64, note: &str) -> Result<(), LedgerError> {
    within(
        "the bytes of a checkpoint",
        note.len(),
        CHECKPOINT_BYTES_MAX,
    )?;
    without_nul("a checkpoint", note)?;
    if note.is_empty() || i64::try_from(size).is_err() {
        return Err(LedgerError::Corrupt {
            reason: "a checkpoint has a size and a text".to_owned(),
        });
    }
    Ok(())
}

/// Refuses a consumer without a proper name.
///
/// # Errors
/// `Limit` if it is too long, `Corrupt` for a character that no engine keeps.
pub fn check_consumer(consumer: &str) -> Result<(), LedgerError> {
    within(
        "the bytes of a consumer's name",
        consumer.len(),
        NAME_BYTES_MAX,
    )?;
    without_nul("a consumer's name", consumer)
}

/// Not every engine keeps U+0000, so none is given it.
fn without_nul(what: &str, text: &str) -> Result<(), LedgerError> {
    if text.contains('\0') {
        return Err(LedgerError::Corrupt {
            reason: format!("{what} holds U+0000"),
        });
    }
    Ok(())
}

/// Not every engine's calendar goes beyond four digits, so no date does.
fn within_calendar(what: &str, year: i32) -> Result<(), LedgerError> {
    if (1..=9999).contains(&year) {
        return Ok(());
    }
    Err(LedgerError::Corrupt {
        reason: format!("{what} is in the year {year}, not in 1 to 9999"),
    })
}

fn check_event_type(name: &str) -> Result<(), LedgerError> {
    within("the bytes of an event's type", name.len(), NAME_BYTES_MAX)?;
    if name.is_empty() || !name.bytes().all(|b| b.is_ascii_graphic()) {
        return Err(LedgerError::Corrupt {
            reason: format!("`{}` is no type of an event", name.escape_debug()),
        });
    }
    Ok(())
}

fn check_stream(stream: &StreamName) -> Result<(), LedgerError> {
    let name = stream.as_str();
    within("the bytes of a stream's name", name.len(), STREAM_BYTES_MAX)?;
    let written = name.bytes().all(|b| b.is_ascii_graphic());
    if !written || stream.category().is_empty() || stream.id().is_empty() {
        return Err(LedgerError::Corrupt {
            reason: format!("`{}` is no stream name", name.escape_debug()),
        });
    }
    Ok(())
}

fn check_reason(reason: &str) -> Result<(), LedgerError> {
    without_nul("a reason", reason)?;
    within(
        "the characters of a reason",
        reason.chars().count(),
        REASON_CHARS_MAX,
    )
}

fn within(what: &'static str, count: usize, limit: usize) -> Result<(), LedgerError> {
    if count > limit {
        return Err(LedgerError::Limit {
            what,
            limit: limit as u64,
        });
    }
    Ok(())
}
