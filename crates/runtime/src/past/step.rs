//! One event as people are told of it: what, when, who, in which capacity, by which delegation, why,
//! under which rule book.

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDate, Utc};
use hoso_domain::actor::Actor;
use hoso_domain::calendar::civil_day;
use hoso_domain::decider::StoredDecider as _;
use hoso_domain::ids::{DelegationId, OfficialId};
use hoso_domain::registry::official::{Event, Official};
use hoso_ledger::execute::decode;
use hoso_ledger::{Ledger, LedgerError, Position, RecordedEvent, StreamName};
use serde::Serialize;
use serde_json::value::RawValue;
use uuid::Uuid;

use super::{Moment, until};

/// One step of a path.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Step {
    /// Place in the log.
    pub position: Position,
    /// When it was recorded.
    pub time: DateTime<Utc>,
    /// When the act took effect.
    pub effective_at: DateTime<Utc>,
    /// What happened, such as `DossierSubmitted`.
    pub r#type: String,
    /// Who, in which capacity, for which agency, on whose behalf.
    pub actor: Actor,
    /// The delegation acted under, for who acts on somebody's behalf.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub delegation: Option<DelegationUsed>,
    /// The service that recorded it.
    pub service: String,
    /// The stream it belongs to.
    pub stream: String,
    /// Place in the stream.
    pub version: u64,
    /// Why, in the actor's words.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// Digest of the rule book decided under.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rule_book: Option<String>,
    /// Event id.
    pub id: Uuid,
    /// The command that made it.
    pub command: Uuid,
    /// The event that caused it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub causation: Option<Uuid>,
    /// The first command of the conversation.
    pub correlation: Uuid,
    /// The event's own bytes; withheld from those who may not see them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub data: Option<Box<RawValue>>,
}

/// The delegation (ủy quyền) an act was done under.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct DelegationUsed {
    /// The delegation.
    pub delegation: DelegationId,
    /// Who delegated.
    pub from: OfficialId,
    /// The written delegation.
    pub document: String,
    /// First day.
    pub valid_from: NaiveDate,
    /// Last day.
    pub valid_to: NaiveDate,
    /// Position of the event that granted it.
    pub granted_at: Position,
}

/// Recorded events as steps, in the same order.
///
/// # Errors
/// The ledger's, or `Corrupt` for an event that is no JSON.
pub async fn steps(
    ledger: &dyn Ledger,
    events: &[RecordedEvent],
) -> Result<Vec<Step>, LedgerError> {
    let mut delegators = BTreeMap::new();
    let mut steps = Vec::with_capacity(events.len());
    for event in events {
        let mut step = step(event)?;
        if let Some(from) = &event.metadata.actor.on_behalf_of {
            if !delegators.contains_key(from) {
                let stream = StreamName::new(Official::CATEGORY, from.as_str());
                let told = until(ledger, &stream, Moment::HEAD).await?;
                delegators.insert(from.clone(), told);
            }
            let told = delegators.get(from).map(Vec::as_slice);
            step.delegation = delegation_of(event, told.unwrap_or_default())?;
        }
        steps.push(step);
    }
    Ok(steps)
}

/// The delegation that was in force for an act, as its delegator's stream told it before.
fn delegation_of(
    act: &RecordedEvent,
    told: &[RecordedEvent],
) -> Result<Option<DelegationUsed>, LedgerError> {
    let metadata = &act.metadata;
    let day = civil_day(metadata.effective_at);
    let mut in_force = BTreeMap::new();
    for event in told.iter().filter(|event| event.position < act.position) {
        match decode::<Official>(event)? {
            Event::DelegationGranted(granted) => {
                let fits = granted.to == metadata.actor.official
                    && granted.valid_from <= day
                    && day <= granted.valid_to;
                if fits {
                    in_force.insert(granted.delegation.clone(), (event.position, granted));
                }
            }
            Event::DelegationRevoked(revoked) => {
                // Nobody acts under one that was taken back, whatever day the act is dated.
                in_force.remove(&revoked.delegation);
            }
            Event::OfficialAppointed(_)
            | Event::OfficialEnded(_)
            | Event::TokenIssued(_)
            | Event::TokenRevoked(_)
            | Event::AttemptRefused(_) => {}
        }
    }
    let used = in_force.into_values().next();
    Ok(used.map(|(granted_at, granted)| DelegationUsed {
        delegation: granted.delegation,
        from: granted.from,
        document: granted.document,
        valid_from: granted.valid_from,
        valid_to: granted.valid_to,
        granted_at,
    }))
}

fn step(event: &RecordedEvent) -> Result<Step, LedgerError> {
    let data = RawValue::from_string(event.data.clone()).map_err(|error| LedgerError::Corrupt {
        reason: format!("event {}: {error}", event.position),
    })?;
    Ok(Step {
        position: event.position,
        time: event.recorded_at,
        effective_at: event.metadata.effective_at,
        r#type: event.event_type.clone(),
        actor: event.metadata.actor.clone(),
        delegation: None,
        service: service_of(event.stream.category()).to_owned(),
        stream: event.stream.as_str().to_owned(),
        version: event.version,
        reason: event.metadata.reason.clone(),
        rule_book: event.metadata.rule_book.clone(),
        id: event.id,
        command: event.command,
        causation: event.metadata.causation,
        correlation: event.metadata.correlation,
        data: Some(data),
    })
}

/// The service that owns a category of streams; a category nobody owns yet stands for itself.
#[must_use]
pub fn service_of(category: &str) -> &str {
    match category {
        "unit" | "person" | "official" | "index" | "hold" | "initiative" | "rulebook" => "registry",
        "dossier" => "submission",
        "case" => "verification",
        "round" | "appeal" => "ranking",
        "key" => "audit",
        other => other,
    }
}
