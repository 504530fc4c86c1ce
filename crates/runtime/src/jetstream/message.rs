//! One event as a message of the stream, and back: structured CloudEvents JSON around the bytes
//! that were appended. What comes back is checked, since a message is only as good as its sender.

use std::borrow::Cow;
use std::fmt::Write as _;

use async_nats::HeaderValue;
use async_nats::jetstream::message::PublishMessage;
use chrono::{DateTime, Utc};
use hoso_domain::actor::{Actor, Role};
use hoso_domain::ids::{OfficialId, PersonId, UnitId};
use hoso_ledger::{Metadata, Position, RecordedEvent, StreamName};
use serde::Deserialize;
use serde_json::value::RawValue;
use sha2::{Digest, Sha256};
use uuid::Uuid;

use crate::envelope::{Envelope, service_of};

/// Why an event makes no message, or a message no event.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum MessageError {
    /// The ledger's row cannot be put into a message that reads back the same.
    #[error("the ledger's event {position} cannot be published: {reason}")]
    Unpublishable {
        /// Its position.
        position: Position,
        /// Why.
        reason: String,
    },
    /// No event of ours: not JSON, a field missing or malformed.
    #[error("message {sequence} is no event: {reason}")]
    Malformed {
        /// Its place in the stream.
        sequence: u64,
        /// What is wrong with it.
        reason: String,
    },
    /// It says another position than the place it has.
    #[error("message {sequence} says that it is event {position}")]
    Misplaced {
        /// Its place in the stream.
        sequence: u64,
        /// The position it says.
        position: Position,
    },
    /// The data is not what the digest was made of.
    #[error("the data of message {sequence} does not have the digest it says")]
    DigestMismatch {
        /// Its place in the stream.
        sequence: u64,
    },
}

/// `hoso.events.<service>.<EventType>`. A character that means something in a subject is written
/// `%XX`; the type in the message itself is exact.
#[must_use]
pub fn subject(event: &RecordedEvent) -> String {
    let mut subject = format!("hoso.events.{}.", service_of(event.stream.category()));
    for byte in event.event_type.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-') {
            subject.push(char::from(byte));
        } else {
            // Writing to a String does not fail.
            write!(subject, "%{byte:02X}").ok();
        }
    }
    subject
}

/// The event as a message that is only taken directly behind its predecessor.
///
/// # Errors
/// `Unpublishable`: the stored text is no JSON, has space around it, or not the stored digest.
pub fn encode(event: &RecordedEvent) -> Result<PublishMessage, MessageError> {
    let unpublishable = |reason: String| MessageError::Unpublishable {
        position: event.position,
        reason,
    };
    if sha256(event.data.as_bytes()) != event.sha256 {
        return Err(unpublishable(
            "its digest is not that of its data".to_owned(),
        ));
    }
    let envelope = Envelope::of(event).map_err(|error| unpublishable(error.to_string()))?;
    if envelope.data_text().len() != event.data.len() {
        return Err(unpublishable("there is space around its JSON".to_owned()));
    }
    let body = serde_json::to_vec(&envelope).map_err(|error| unpublishable(error.to_string()))?;
    let before = event
        .position
        .checked_sub(1)
        .ok_or_else(|| unpublishable("positions begin with 1".to_owned()))?;
    let message = PublishMessage::build()
        .payload(body.into())
        .expected_last_sequence(before);
    // A trace context that makes no header stands in the body all the same.
    let trace = event.metadata.traceparent.as_deref();
    match trace.and_then(|trace| trace.parse::<HeaderValue>().ok()) {
        Some(trace) => Ok(message.header("traceparent", trace)),
        None => Ok(message),
    }
}

/// An envelope as it is read; fields that a later version adds are passed over.
#[derive(Deserialize)]
struct Received<'m> {
    #[serde(borrow)]
    specversion: Cow<'m, str>,
    id: Uuid,
    #[serde(borrow)]
    dataschema: Cow<'m, str>,
    time: DateTime<Utc>,
    position: Position,
    stream: StreamName,
    version: u64,
    #[serde(borrow)]
    datasha256: Cow<'m, str>,
    official: OfficialId,
    person: PersonId,
    role: Role,
    agency: UnitId,
    onbehalfof: Option<OfficialId>,
    reason: Option<String>,
    effectiveat: DateTime<Utc>,
    commandid: Uuid,
    correlationid: Uuid,
    causationid: Option<Uuid>,
    rulebook: Option<String>,
    traceparent: Option<String>,
    #[serde(borrow)]
    data: &'m RawValue,
}

/// The event of a message that has place `sequence` in the stream.
///
/// # Errors
/// `Malformed`, `Misplaced` or `DigestMismatch`: it is not to be believed, and the ledger has the
/// event.
pub fn decode(sequence: u64, body: &[u8]) -> Result<RecordedEvent, MessageError> {
    let malformed = |reason: String| MessageError::Malformed { sequence, reason };
    let received: Received<'_> =
        serde_json::from_slice(body).map_err(|error| malformed(error.to_string()))?;
    if received.specversion != "1.0" {
        let version = received.specversion;
        return Err(malformed(format!("CloudEvents of version `{version}`")));
    }
    let (event_type, schema_version) = schema_of(&received.dataschema)
        .ok_or_else(|| malformed(format!("`{}` is no schema", received.dataschema)))?;
    if received.position != sequence {
        return Err(MessageError::Misplaced {
            sequence,
            position: received.position,
        });
    }
    let data = received.data.get();
    let digest = sha256(data.as_bytes());
    if hex::encode(digest) != received.datasha256 {
        return Err(MessageError::DigestMismatch { sequence });
    }
    Ok(RecordedEvent {
        position: received.position,
        id: received.id,
        stream: received.stream,
        version: received.version,
        event_type,
        schema_version,
        data: data.to_owned(),
        sha256: digest,
        metadata: Metadata {
            actor: Actor {
                official: received.official,
                person: received.person,
                role: received.role,
                agency: received.agency,
                on_behalf_of: received.onbehalfof,
            },
            reason: received.reason,
            correlation: received.correlationid,
            causation: received.causationid,
            rule_book: received.rulebook,
            effective_at: received.effectiveat,
            traceparent: received.traceparent,
        },
        command: received.commandid,
        recorded_at: received.time,
    })
}

/// Name and version out of `urn:hoso:events:<name>:v<version>`.
fn schema_of(schema: &str) -> Option<(String, u16)> {
    let rest = schema.strip_prefix("urn:hoso:events:")?;
    let (name, version) = rest.rsplit_once(":v")?;
    Some((name.to_owned(), version.parse().ok()?))
}

fn sha256(data: &[u8]) -> [u8; 32] {
    Sha256::digest(data).into()
}

#[cfg(test)]
mod tests;
