//! What a line of a backup's files says: one event, one command, one consumer, one document.
//!
//! This is a format that is read years later, by later versions and by other programs: a field's
//! name and meaning are for ever, a change is a new format version.

use std::fmt;

use anyhow::{Context as _, Result};
use chrono::{DateTime, Utc};
use hoso_domain::actor::{Actor, Role};
use hoso_domain::ids::{OfficialId, PersonId, UnitId};
use hoso_ledger::{
    CommandRecord, Metadata, Parked, ParkedStatus, Position, RecordedEvent, StreamName,
};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use uuid::Uuid;

/// A SHA-256, in lower-case hex where people read it.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub(crate) struct Digest(pub(crate) [u8; 32]);

impl Digest {
    /// The digest of bytes.
    pub(crate) fn of(bytes: &[u8]) -> Self {
        Self(Sha256::digest(bytes).into())
    }
}

impl fmt::Display for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&hex::encode(self.0))
    }
}

impl fmt::Debug for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl From<Digest> for String {
    fn from(digest: Digest) -> Self {
        digest.to_string()
    }
}

impl TryFrom<String> for Digest {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        let mut digest = Self([0; 32]);
        let read = hex::decode_to_slice(&text, &mut digest.0);
        // Upper case would be a second way to write the same.
        if read.is_err() || digest.to_string() != text {
            return Err("a SHA-256 is 64 lower-case hex characters");
        }
        Ok(digest)
    }
}

/// An event with its whole header. The data is a JSON text inside a string, so that its bytes come
/// back as they were, whatever a JSON parser does to numbers, blanks and order.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct EventLine {
    position: Position,
    id: Uuid,
    stream: StreamName,
    version: u64,
    #[serde(rename = "type")]
    event_type: String,
    schema_version: u16,
    recorded_at: DateTime<Utc>,
    effective_at: DateTime<Utc>,
    official: OfficialId,
    person: PersonId,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    on_behalf_of: Option<OfficialId>,
    role: Role,
    agency: UnitId,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    reason: Option<String>,
    command: Uuid,
    correlation: Uuid,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    causation: Option<Uuid>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    rule_book: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    traceparent: Option<String>,
    sha256: Digest,
    data: String,
}

impl From<RecordedEvent> for EventLine {
    fn from(event: RecordedEvent) -> Self {
        let metadata = event.metadata;
        Self {
            position: event.position,
            id: event.id,
            stream: event.stream,
            version: event.version,
            event_type: event.event_type,
            schema_version: event.schema_version,
            recorded_at: event.recorded_at,
            effective_at: metadata.effective_at,
            official: metadata.actor.official,
            person: metadata.actor.person,
            on_behalf_of: metadata.actor.on_behalf_of,
            role: metadata.actor.role,
            agency: metadata.actor.agency,
            reason: metadata.reason,
            command: event.command,
            correlation: metadata.correlation,
            causation: metadata.causation,
            rule_book: metadata.rule_book,
            traceparent: metadata.traceparent,
            sha256: Digest(event.sha256),
            data: event.data,
        }
    }
}

impl From<EventLine> for RecordedEvent {
    fn from(line: EventLine) -> Self {
        Self {
            position: line.position,
            id: line.id,
            stream: line.stream,
            version: line.version,
            event_type: line.event_type,
            schema_version: line.schema_version,
            data: line.data,
            sha256: line.sha256.0,
            metadata: Metadata {
                actor: Actor {
                    official: line.official,
                    person: line.person,
                    role: line.role,
                    agency: line.agency,
                    on_behalf_of: line.on_behalf_of,
                },
                reason: line.reason,
                correlation: line.correlation,
                causation: line.causation,
                rule_book: line.rule_book,
                effective_at: line.effective_at,
                traceparent: line.traceparent,
            },
            command: line.command,
            recorded_at: line.recorded_at,
        }
    }
}

/// The line of an event, without its end.
///
/// # Errors
/// It cannot be written as JSON.
pub(crate) fn event_line(event: RecordedEvent) -> Result<Vec<u8>> {
    serde_json::to_vec(&EventLine::from(event)).context("an event cannot be written as JSON")
}

/// What an event is recognised by: the digest of its line, header and all, so that the same fact
/// recorded at another time or under another id is another event.
///
/// # Errors
/// It cannot be written as JSON.
pub(crate) fn event_digest(event: RecordedEvent) -> Result<Digest> {
    Ok(Digest::of(&event_line(event)?))
}

/// An accepted command.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct CommandLine {
    command: Uuid,
    digest: Digest,
    stream: StreamName,
    first_position: Position,
    count: u32,
    version: u64,
}

impl From<CommandRecord> for CommandLine {
    fn from(record: CommandRecord) -> Self {
        Self {
            command: record.command,
            digest: Digest(record.digest),
            stream: record.stream,
            first_position: record.first_position,
            count: record.count,
            version: record.version,
        }
    }
}

impl From<CommandLine> for CommandRecord {
    fn from(line: CommandLine) -> Self {
        Self {
            command: line.command,
            digest: line.digest.0,
            stream: line.stream,
            first_position: line.first_position,
            count: line.count,
            version: line.version,
        }
    }
}

/// What was not final when the backup was made, one a line.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) enum StandingLine {
    /// Where a consumer stood.
    Cursor(CursorLine),
    /// An event that a consumer could not digest.
    Parked(ParkedLine),
    /// A command without events at the head: others may still join it there.
    Command(CommandLine),
}

/// A consumer's cursor.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct CursorLine {
    /// The consumer.
    pub(crate) consumer: String,
    /// Where it stood.
    pub(crate) position: Position,
}

/// A parked event.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct ParkedLine {
    consumer: String,
    position: Position,
    stream: StreamName,
    reason: String,
    status: Status,
}

#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
enum Status {
    Waiting,
    Retried,
    Skipped,
}

impl From<Parked> for ParkedLine {
    fn from(parked: Parked) -> Self {
        Self {
            consumer: parked.consumer,
            position: parked.position,
            stream: parked.stream,
            reason: parked.reason,
            status: match parked.status {
                ParkedStatus::Waiting => Status::Waiting,
                ParkedStatus::Retried => Status::Retried,
                ParkedStatus::Skipped => Status::Skipped,
            },
        }
    }
}

impl From<ParkedLine> for Parked {
    fn from(line: ParkedLine) -> Self {
        Self {
            consumer: line.consumer,
            position: line.position,
            stream: line.stream,
            reason: line.reason,
            status: match line.status {
                Status::Waiting => ParkedStatus::Waiting,
                Status::Retried => ParkedStatus::Retried,
                Status::Skipped => ParkedStatus::Skipped,
            },
        }
    }
}

/// A document that was backed up; its bytes stand under their digest.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct DocumentLine {
    /// Its digest.
    pub(crate) sha256: Digest,
    /// Its size in bytes.
    pub(crate) size: u64,
}
