//! Events as they enter and leave the ledger. The bytes of an event are written once.

use chrono::{DateTime, Utc};
use hoso_domain::actor::Actor;
use hoso_domain::ids::DossierId;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// A place in the log: 1, 2, 3 … without holes, in commit order; 0 is "before everything".
pub type Position = u64;

/// A stream's name, `<category>-<id>`, at most 128 bytes.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct StreamName(String);

impl StreamName {
    /// The stream of `id` in a category.
    #[must_use]
    pub fn new(category: &str, id: &str) -> Self {
        Self(format!("{category}-{id}"))
    }

    /// A stored name, taken as it is.
    #[must_use]
    pub fn from_stored(name: String) -> Self {
        Self(name)
    }

    /// The whole name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// What stands before the first `-`.
    #[must_use]
    pub fn category(&self) -> &str {
        self.0
            .split_once('-')
            .map_or(self.0.as_str(), |(category, _)| category)
    }

    /// What stands behind the first `-`.
    #[must_use]
    pub fn id(&self) -> &str {
        self.0.split_once('-').map_or("", |(_, id)| id)
    }
}

impl From<StreamName> for String {
    fn from(name: StreamName) -> Self {
        name.0
    }
}

impl std::fmt::Display for StreamName {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

/// An event about to be appended: encoded once, hashed by the caller before the append.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewEvent {
    /// Event id, UUIDv7.
    pub id: Uuid,
    /// The event's name, such as `DossierDrafted`.
    pub event_type: String,
    /// Version of its schema.
    pub schema_version: u16,
    /// The exact JSON text.
    pub data: String,
    /// SHA-256 of `data`.
    pub sha256: [u8; 32],
    /// Other dossiers whose path it belongs to (the stream row's own dossier is added by `append`).
    pub dossiers: Vec<DossierId>,
}

/// Who, for whom, why, caused by what, under which rules: the same for every event of a command.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Metadata {
    /// The official, the person, the capacity, the agency, the delegation.
    pub actor: Actor,
    /// Why, in the actor's words; at most 2 000 characters.
    pub reason: Option<String>,
    /// The conversation: the id of the first command.
    pub correlation: Uuid,
    /// The event that caused it; `None` for a person's command.
    pub causation: Option<Uuid>,
    /// Digest of the rule book decided under, `sha256:<hex>`.
    pub rule_book: Option<String>,
    /// When the act takes effect; the ledger adds when it was recorded.
    pub effective_at: DateTime<Utc>,
    /// W3C trace context of the request.
    pub traceparent: Option<String>,
}

/// An event as the ledger holds it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecordedEvent {
    /// Place in the log.
    pub position: Position,
    /// Event id.
    pub id: Uuid,
    /// Stream it belongs to.
    pub stream: StreamName,
    /// Place in the stream, from 1.
    pub version: u64,
    /// The event's name.
    pub event_type: String,
    /// Version of its schema.
    pub schema_version: u16,
    /// The exact JSON text that was appended.
    pub data: String,
    /// SHA-256 of `data`.
    pub sha256: [u8; 32],
    /// Who and why.
    pub metadata: Metadata,
    /// The command that made it.
    pub command: Uuid,
    /// When it was recorded; never decreases with position.
    pub recorded_at: DateTime<Utc>,
}
