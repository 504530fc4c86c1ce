//! An event as others read it: CloudEvents 1.0 words around the stored bytes, plus its place in
//! the log. The data is handed on as it was written, never encoded again.

use hoso_ledger::{Position, RecordedEvent};
use serde::Serialize;
use serde_json::value::RawValue;
use utoipa::ToSchema;

/// Which service owns the streams of a category; `unknown` for a category of a later version.
#[must_use]
pub fn service_of(category: &str) -> &'static str {
    match category {
        "unit" | "person" | "official" | "index" | "hold" | "initiative" | "rulebook" => "registry",
        "dossier" => "submission",
        "case" => "verification",
        "round" | "appeal" => "ranking",
        "key" => "audit",
        "feed" => "runtime",
        _ => "unknown",
    }
}

/// One event in CloudEvents 1.0 words. Extension attributes are in lower case, as CloudEvents asks.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Envelope {
    /// `1.0`.
    specversion: &'static str,
    /// Event id, UUIDv7.
    id: String,
    /// The service that wrote it, such as `/hoso/ranking`.
    source: String,
    /// `hoso.<service>.<event>`.
    #[serde(rename = "type")]
    kind: String,
    /// The stream.
    subject: String,
    /// When it was recorded.
    time: String,
    /// `application/json`.
    datacontenttype: &'static str,
    /// Name and version of the data's schema.
    dataschema: String,
    /// Place in the log, from 1 without holes.
    position: Position,
    /// The stream.
    stream: String,
    /// Place in the stream, from 1.
    version: u64,
    /// SHA-256 of the data's bytes, hex.
    datasha256: String,
    /// The official who acted.
    official: String,
    /// The person behind.
    person: String,
    /// The capacity acted in.
    role: String,
    /// The agency acted for.
    agency: String,
    /// The official on whose behalf.
    #[serde(skip_serializing_if = "Option::is_none")]
    onbehalfof: Option<String>,
    /// Why.
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<String>,
    /// When the act takes effect.
    effectiveat: String,
    /// The command that made it.
    commandid: String,
    /// The first command of the conversation.
    correlationid: String,
    /// The event that caused it.
    #[serde(skip_serializing_if = "Option::is_none")]
    causationid: Option<String>,
    /// Digest of the rule book decided under.
    #[serde(skip_serializing_if = "Option::is_none")]
    rulebook: Option<String>,
    /// Trace context of the request.
    #[serde(skip_serializing_if = "Option::is_none")]
    traceparent: Option<String>,
    /// The event, as it was written.
    #[schema(value_type = Object)]
    data: Box<RawValue>,
}

impl Envelope {
    /// The envelope of a recorded event.
    ///
    /// # Errors
    /// The stored text is no JSON.
    pub fn of(event: &RecordedEvent) -> Result<Self, serde_json::Error> {
        let service = service_of(event.stream.category());
        let metadata = &event.metadata;
        let actor = &metadata.actor;
        Ok(Self {
            specversion: "1.0",
            id: event.id.to_string(),
            source: format!("/hoso/{service}"),
            kind: format!("hoso.{service}.{}", event.event_type),
            subject: event.stream.to_string(),
            time: rfc3339(event.recorded_at),
            datacontenttype: "application/json",
            dataschema: format!(
                "urn:hoso:events:{}:v{}",
                event.event_type, event.schema_version
            ),
            position: event.position,
            stream: event.stream.to_string(),
            version: event.version,
            datasha256: hex::encode(event.sha256),
            official: actor.official.to_string(),
            person: actor.person.to_string(),
            role: actor.role.as_str().to_owned(),
            agency: actor.agency.to_string(),
            onbehalfof: actor.on_behalf_of.as_ref().map(ToString::to_string),
            reason: metadata.reason.clone(),
            effectiveat: rfc3339(metadata.effective_at),
            commandid: event.command.to_string(),
            correlationid: metadata.correlation.to_string(),
            causationid: metadata.causation.map(|id| id.to_string()),
            rulebook: metadata.rule_book.clone(),
            traceparent: metadata.traceparent.clone(),
            data: RawValue::from_string(event.data.clone())?,
        })
    }

    /// The event's name, such as `DossierSubmitted`.
    #[must_use]
    pub fn event_type(&self) -> &str {
        self.kind.rsplit('.').next().unwrap_or(&self.kind)
    }

    /// Its place in the log.
    #[must_use]
    pub fn position(&self) -> Position {
        self.position
    }

    /// The event's own JSON, as it stands in the envelope.
    #[must_use]
    pub fn data_text(&self) -> &str {
        self.data.get()
    }
}

fn rfc3339(time: chrono::DateTime<chrono::Utc>) -> String {
    time.to_rfc3339_opts(chrono::SecondsFormat::AutoSi, true)
}
