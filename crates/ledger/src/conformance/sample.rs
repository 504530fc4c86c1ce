//! Appends to try an engine with: made-up streams, events and actors, no two ids alike.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use chrono::{DateTime, TimeDelta, Utc};
use hoso_domain::actor::{Actor, Role};
use hoso_domain::decider::Listing;
use hoso_domain::ids::{DossierId, IdError, OfficialId, PersonId, UnitId};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use crate::append::{Append, CursorMove, ExpectedVersion, StreamRow};
use crate::event::{Metadata, NewEvent, StreamName};
use crate::{Clock, Position};

static NEXT: AtomicU64 = AtomicU64::new(1);

/// An id that was not used before in this process.
#[must_use]
pub fn id() -> Uuid {
    let count = NEXT.fetch_add(1, Ordering::Relaxed);
    Uuid::from_u64_pair(u64::from(std::process::id()), count)
}

/// A moment of the sample's time, in seconds.
#[must_use]
pub fn moment(seconds: i64) -> DateTime<Utc> {
    DateTime::UNIX_EPOCH + TimeDelta::seconds(1_700_000_000 + seconds)
}

/// A clock that stands still.
#[must_use]
pub fn still_clock() -> Clock {
    Arc::new(|| moment(0))
}

/// A made-up actor.
pub fn actor() -> Result<Actor, IdError> {
    Ok(Actor {
        official: OfficialId::parse("cb-01")?,
        person: PersonId::parse("p-01")?,
        role: Role::UnitStaff,
        agency: UnitId::parse("so-noi-vu")?,
        on_behalf_of: Some(OfficialId::parse("cb-02")?),
    })
}

/// Everything a command's metadata can say.
pub fn metadata() -> Result<Metadata, IdError> {
    Ok(Metadata {
        actor: actor()?,
        reason: Some("theo đề nghị của đơn vị".to_owned()),
        correlation: id(),
        causation: Some(id()),
        rule_book: Some(format!("sha256:{}", "ab".repeat(32))),
        effective_at: moment(-60),
        traceparent: Some("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01".to_owned()),
    })
}

/// An event with its digest.
#[must_use]
pub fn event(data: &str) -> NewEvent {
    NewEvent {
        id: id(),
        event_type: "SampleHappened".to_owned(),
        schema_version: 1,
        sha256: Sha256::digest(data.as_bytes()).into(),
        data: data.to_owned(),
        dossiers: Vec::new(),
    }
}

/// A command with `count` events for a stream at version `expected`.
pub fn append(stream: &str, expected: u64, count: u64) -> Result<Append, IdError> {
    let events: Vec<_> = (1..=count)
        .map(|n| event(&format!(r#"{{"sampleHappened":{{"n":{}}}}}"#, expected + n)))
        .collect();
    let command = id();
    Ok(Append {
        command,
        digest: Sha256::digest(command.as_bytes()).into(),
        expected: ExpectedVersion::Exactly(expected),
        events,
        metadata: metadata()?,
        row: StreamRow {
            stream: StreamName::from_stored(stream.to_owned()),
            version: expected + count,
            state: format!(r#"{{"count":{}}}"#, expected + count),
            listing: Listing {
                status: "DRAFT".to_owned(),
                ..Listing::default()
            },
        },
        cursor: None,
    })
}

/// The same, on the path of a dossier.
pub fn append_on_path(stream: &str, expected: u64, dossier: &str) -> Result<Append, IdError> {
    let mut append = append(stream, expected, 1)?;
    append.row.listing.dossier = Some(DossierId::parse(dossier)?);
    Ok(append)
}

/// A consumer's cursor moving.
#[must_use]
pub fn cursor(consumer: &str, from: Position, to: Position) -> CursorMove {
    CursorMove {
        consumer: consumer.to_owned(),
        from,
        to,
    }
}
