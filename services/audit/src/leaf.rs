//! The leaf of a recorded event.

use hoso_ledger::RecordedEvent;
use hoso_proof::{Commitment, Leaf, Salt};
use uuid::Uuid;

/// The leaf of an event: every column of its row, and commitments to its texts under `salt`.
#[must_use]
pub fn leaf_of(event: &RecordedEvent, salt: &Salt) -> Leaf {
    let metadata = &event.metadata;
    let actor = &metadata.actor;
    let reason = metadata.reason.as_ref();
    Leaf {
        position: event.position,
        event_id: event.id.into_bytes(),
        stream: event.stream.as_str().to_owned(),
        version: event.version,
        event_type: event.event_type.clone(),
        schema_version: event.schema_version,
        recorded_at: event.recorded_at.timestamp_micros(),
        effective_at: metadata.effective_at.timestamp_micros(),
        official: actor.official.as_str().to_owned(),
        person: actor.person.as_str().to_owned(),
        on_behalf_of: actor.on_behalf_of.as_ref().map(|o| o.as_str().to_owned()),
        role: actor.role.as_str().to_owned(),
        agency: actor.agency.as_str().to_owned(),
        reason: reason.map(|reason| Commitment::to_reason(salt, reason)),
        command: event.command.into_bytes(),
        correlation: metadata.correlation.into_bytes(),
        causation: metadata.causation.map(Uuid::into_bytes),
        rule_book: metadata.rule_book.clone(),
        traceparent: metadata.traceparent.clone(),
        data: Commitment::to_data(salt, event.data.as_bytes()),
    }
}
