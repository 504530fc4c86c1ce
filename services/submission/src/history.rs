//! The path of one dossier (đường đi của hồ sơ): who did what, when, in which capacity, why, under
//! which rule book; from every service, in the order of the log.
//!
//! Reads the ledger only, so that the command line can ask without a server.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use hoso_domain::actor::Actor;
use hoso_domain::ids::DossierId;
use hoso_ledger::{LedgerError, Position, RecordedEvent, SharedLedger};
use serde::Serialize;
use serde_json::value::RawValue;
use uuid::Uuid;

use crate::as_of::AsOf;

/// Events read at a time.
const PAGE_EVENTS: u32 = 500;

/// The path of a dossier.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct History {
    /// The dossier.
    pub dossier: DossierId,
    /// What happened, in the order of the log.
    pub events: Vec<HistoryEvent>,
}

/// One step of the path.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct HistoryEvent {
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

/// The path of a dossier as it was then; empty for a dossier that did not exist.
///
/// # Errors
/// The ledger's, or `Corrupt` for an event that is no JSON.
pub async fn history(
    ledger: &SharedLedger,
    dossier: &DossierId,
    as_of: AsOf,
) -> Result<History, LedgerError> {
    let recorded = path(ledger, dossier, as_of).await?;
    let events = recorded.iter().map(step).collect::<Result<_, _>>()?;
    Ok(History {
        dossier: dossier.clone(),
        events,
    })
}

/// The recorded events of a dossier's path up to then.
pub(crate) async fn path(
    ledger: &SharedLedger,
    dossier: &DossierId,
    as_of: AsOf,
) -> Result<Vec<RecordedEvent>, LedgerError> {
    let ledger = Arc::clone(ledger);
    let mut events = Vec::new();
    let mut after = 0;
    loop {
        let page = ledger.read_dossier(dossier, after, PAGE_EVENTS).await?;
        let Some(last) = page.last().map(|event| event.position) else {
            return Ok(events);
        };
        for event in page {
            // Neither positions nor recorded times ever decrease.
            if !as_of.includes(&event) {
                return Ok(events);
            }
            events.push(event);
        }
        after = last;
    }
}

fn step(event: &RecordedEvent) -> Result<HistoryEvent, LedgerError> {
    let data = RawValue::from_string(event.data.clone()).map_err(|error| LedgerError::Corrupt {
        reason: format!("event {}: {error}", event.position),
    })?;
    Ok(HistoryEvent {
        position: event.position,
        time: event.recorded_at,
        effective_at: event.metadata.effective_at,
        r#type: event.event_type.clone(),
        actor: event.metadata.actor.clone(),
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
fn service_of(category: &str) -> &str {
    match category {
        "unit" | "person" | "official" | "index" | "hold" | "initiative" | "rulebook" => "registry",
        "dossier" => "submission",
        "case" => "verification",
        "round" | "appeal" => "ranking",
        "key" => "audit",
        other => other,
    }
}
