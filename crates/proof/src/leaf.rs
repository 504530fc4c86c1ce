//! The leaf of an event: its whole header and what commits to its text, as the tree hashes it.
//!
//! A leaf is [`LEAF_TAG`] and then the fields in the order of [`Leaf`], each behind its length in two
//! bytes, big-endian: numbers big-endian in their full width, times in microseconds since 1970 (UTC),
//! ids in 16 bytes, texts in UTF-8. A field that may be missing is empty where it is, else `0x01` and
//! the value. There is one encoding of a leaf, and [`Leaf::decode`] takes no other.
//!
//! The texts of an event (its data and the actor's reason) are not in the leaf: a [`Commitment`] to
//! each is, so that a leaf can be shown without them. See [`Salt`] for why it cannot be guessed.

use sha2::{Digest, Sha256};

use crate::{Hash, fields};

/// What every leaf of this version begins with. A leaf of other fields has another tag.
pub const LEAF_TAG: &[u8] = b"hoso/leaf/v1\n";
/// Bytes of the longest leaf: entry bundles of tlog-tiles give an entry's length in two bytes.
pub const LEAF_BYTES_MAX: usize = 65_535;

const COMMITMENT_TAG: &[u8] = b"hoso/text/v1\n";
const SALT_TAG: &[u8] = b"hoso/salt/v1\n";

/// Why bytes are no leaf, or a leaf no bytes.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum LeafError {
    /// The bytes do not begin with [`LEAF_TAG`].
    #[error("not a leaf of version 1: it does not begin with `hoso/leaf/v1`")]
    Tag,
    /// A field is missing, too long, or not what it must be.
    #[error("leaf: {field} is malformed")]
    Field {
        /// The field's name.
        field: &'static str,
    },
    /// Bytes are left behind the last field.
    #[error("leaf: bytes are left behind the last field")]
    Rest,
    /// The leaf is over [`LEAF_BYTES_MAX`].
    #[error("leaf: longer than {LEAF_BYTES_MAX} bytes")]
    TooLong,
}

/// Hides the texts of one event from whoever holds its leaf, until it is given away.
///
/// Without it the SHA-256 of a short text (a name, a number of an identity card) is found by trying
/// all of them. Rows of the ledger hold no salt, so that salts are derived from one secret of the
/// sealer and the event's position; losing the secret costs the proof of every text.
#[derive(Clone, PartialEq, Eq)]
pub struct Salt([u8; 32]);

impl Salt {
    /// The salt of the event at `position`. `secret` is the sealer's, 32 bytes of chance.
    #[must_use]
    pub fn derive(secret: &[u8; 32], position: u64) -> Self {
        // Every message under the secret has the same length, so that none extends another.
        let mut hash = Sha256::new();
        hash.update(SALT_TAG);
        hash.update(secret);
        hash.update(position.to_be_bytes());
        Self(hash.finalize().into())
    }

    /// A salt that was given away.
    #[must_use]
    pub const fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// The salt, to be given to whoever may see the texts.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

impl std::fmt::Debug for Salt {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Salt(..)")
    }
}

/// Stands for a text in a leaf: SHA-256 of a tag, the salt, the text's place and its SHA-256.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Commitment(Hash);

impl Commitment {
    /// Commits to the exact bytes of an event's data.
    #[must_use]
    pub fn to_data(salt: &Salt, data: &[u8]) -> Self {
        Self::to(salt, b"data\n", data)
    }

    /// Commits to the actor's reason.
    #[must_use]
    pub fn to_reason(salt: &Salt, reason: &str) -> Self {
        Self::to(salt, b"reason\n", reason.as_bytes())
    }

    /// A commitment that was stored.
    #[must_use]
    pub const fn from_bytes(bytes: Hash) -> Self {
        Self(bytes)
    }

    /// The commitment's bytes.
    #[must_use]
    pub const fn as_bytes(&self) -> &Hash {
        &self.0
    }

    fn to(salt: &Salt, place: &[u8], text: &[u8]) -> Self {
        let mut hash = Sha256::new();
        hash.update(COMMITMENT_TAG);
        hash.update(salt.0);
        hash.update(place);
        hash.update(Sha256::digest(text));
        Self(hash.finalize().into())
    }
}

/// The header of an event as it is stored, and commitments to its texts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Leaf {
    /// Place in the log, from 1; the leaf's index in the tree is one less.
    pub position: u64,
    /// Event id.
    pub event_id: [u8; 16],
    /// Stream it belongs to.
    pub stream: String,
    /// Place in the stream, from 1.
    pub version: u64,
    /// The event's name.
    pub event_type: String,
    /// Version of its schema.
    pub schema_version: u16,
    /// When it was recorded, microseconds since 1970 (UTC).
    pub recorded_at: i64,
    /// When the act takes effect, microseconds since 1970 (UTC).
    pub effective_at: i64,
    /// The official who acted.
    pub official: String,
    /// The person behind the official.
    pub person: String,
    /// The official on whose behalf.
    pub on_behalf_of: Option<String>,
    /// The capacity acted in, in words.
    pub role: String,
    /// The agency acted for.
    pub agency: String,
    /// Commits to why, in the actor's words.
    pub reason: Option<Commitment>,
    /// The command that made it.
    pub command: [u8; 16],
    /// The conversation.
    pub correlation: [u8; 16],
    /// The event that caused it.
    pub causation: Option<[u8; 16]>,
    /// Digest of the rule book decided under.
    pub rule_book: Option<String>,
    /// W3C trace context.
    pub traceparent: Option<String>,
    /// Commits to the exact bytes of the data.
    pub data: Commitment,
}

impl Leaf {
    /// The leaf's bytes: what the tree hashes.
    ///
    /// # Errors
    /// `TooLong` where the fields are longer than a leaf may be; the ledger's limits keep far below.
    pub fn encode(&self) -> Result<Vec<u8>, LeafError> {
        let mut out = fields::Writer::new(LEAF_TAG);
        out.field(&self.position.to_be_bytes());
        out.field(&self.event_id);
        out.field(self.stream.as_bytes());
        out.field(&self.version.to_be_bytes());
        out.field(self.event_type.as_bytes());
        out.field(&self.schema_version.to_be_bytes());
        out.field(&self.recorded_at.to_be_bytes());
        out.field(&self.effective_at.to_be_bytes());
        out.field(self.official.as_bytes());
        out.field(self.person.as_bytes());
        out.optional(self.on_behalf_of.as_ref().map(String::as_bytes));
        out.field(self.role.as_bytes());
        out.field(self.agency.as_bytes());
        out.optional(self.reason.as_ref().map(|c| c.0.as_slice()));
        out.field(&self.command);
        out.field(&self.correlation);
        out.optional(self.causation.as_ref().map(<[u8; 16]>::as_slice));
        out.optional(self.rule_book.as_ref().map(String::as_bytes));
        out.optional(self.traceparent.as_ref().map(String::as_bytes));
        out.field(&self.data.0);
        out.finish()
            .filter(|bytes| bytes.len() <= LEAF_BYTES_MAX)
            .ok_or(LeafError::TooLong)
    }

    /// The leaf that `bytes` encode.
    ///
    /// # Errors
    /// The bytes are no leaf, or not the one encoding of it; the field is named.
    pub fn decode(bytes: &[u8]) -> Result<Self, LeafError> {
        if bytes.len() > LEAF_BYTES_MAX {
            return Err(LeafError::TooLong);
        }
        let rest = bytes.strip_prefix(LEAF_TAG).ok_or(LeafError::Tag)?;
        let mut fields = fields::Reader::new(rest);
        let leaf = Self {
            position: u64::from_be_bytes(fields.exact("position")?),
            event_id: fields.exact("event_id")?,
            stream: fields.text("stream")?,
            version: u64::from_be_bytes(fields.exact("version")?),
            event_type: fields.text("event_type")?,
            schema_version: u16::from_be_bytes(fields.exact("schema_version")?),
            recorded_at: i64::from_be_bytes(fields.exact("recorded_at")?),
            effective_at: i64::from_be_bytes(fields.exact("effective_at")?),
            official: fields.text("official")?,
            person: fields.text("person")?,
            on_behalf_of: fields.optional_text("on_behalf_of")?,
            role: fields.text("role")?,
            agency: fields.text("agency")?,
            reason: fields.optional_exact("reason")?.map(Commitment),
            command: fields.exact("command")?,
            correlation: fields.exact("correlation")?,
            causation: fields.optional_exact("causation")?,
            rule_book: fields.optional_text("rule_book")?,
            traceparent: fields.optional_text("traceparent")?,
            data: Commitment(fields.exact("data")?),
        };
        fields.end()?;
        Ok(leaf)
    }
}
