//! An official (cán bộ, công chức): a person in one role of one agency for a time, the delegations
//! (ủy quyền) granted by that office, and the tokens that prove it to the API.
//!
//! A token is known by its digest only. Who may act on whose behalf is looked up by the runtime.

mod decide;

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};

pub use decide::Official;

use crate::actor::{Refusal, Role};
use crate::decider::{Explain, Obstacle, StoredEvent};
use crate::ids::{DelegationId, OfficialId, PersonId, UnitId};

/// Longest life of a token, in days.
pub const TOKEN_DAYS_MAX: i64 = 366;
/// Tokens of one official, revoked ones included.
pub const TOKENS_MAX: usize = 200;

/// A person was appointed to an office.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct OfficialAppointed {
    /// The official.
    pub official: OfficialId,
    /// The person behind.
    pub person: PersonId,
    /// The agency acted for.
    pub agency: UnitId,
    /// The capacity.
    pub role: Role,
    /// First day in office.
    pub valid_from: NaiveDate,
    /// Last day in office; absent: until further notice.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub valid_to: Option<NaiveDate>,
}

/// The office ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct OfficialEnded {
    /// The official.
    pub official: OfficialId,
    /// Last day in office.
    pub valid_to: NaiveDate,
}

/// Another official may act on this one's behalf (ủy quyền).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct DelegationGranted {
    /// The delegation.
    pub delegation: DelegationId,
    /// Who delegates; the stream's own official.
    pub from: OfficialId,
    /// Who acts.
    pub to: OfficialId,
    /// First day.
    pub valid_from: NaiveDate,
    /// Last day.
    pub valid_to: NaiveDate,
    /// The written delegation.
    pub document: String,
}

/// A delegation ended early.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct DelegationRevoked {
    /// The delegation.
    pub delegation: DelegationId,
    /// Who had delegated.
    pub from: OfficialId,
    /// When it stopped.
    pub at: DateTime<Utc>,
}

/// A token was issued.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct TokenIssued {
    /// Whose.
    pub official: OfficialId,
    /// SHA-256 of the token, lower-case hex. The token itself is stored nowhere.
    pub token_digest: String,
    /// When it stops to be valid.
    pub expires_at: DateTime<Utc>,
}

/// A token was revoked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct TokenRevoked {
    /// Whose.
    pub official: OfficialId,
    /// SHA-256 of the token, lower-case hex.
    pub token_digest: String,
}

/// What happened to an official.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Event {
    /// Appointed.
    OfficialAppointed(OfficialAppointed),
    /// Left office.
    OfficialEnded(OfficialEnded),
    /// Delegated.
    DelegationGranted(DelegationGranted),
    /// Took a delegation back.
    DelegationRevoked(DelegationRevoked),
    /// Got a token.
    TokenIssued(TokenIssued),
    /// Lost a token.
    TokenRevoked(TokenRevoked),
    /// Somebody tried what they may not.
    AttemptRefused(Refusal),
}

impl StoredEvent for Event {
    fn event_type(&self) -> &'static str {
        match self {
            Self::OfficialAppointed(_) => "OfficialAppointed",
            Self::OfficialEnded(_) => "OfficialEnded",
            Self::DelegationGranted(_) => "DelegationGranted",
            Self::DelegationRevoked(_) => "DelegationRevoked",
            Self::TokenIssued(_) => "TokenIssued",
            Self::TokenRevoked(_) => "TokenRevoked",
            Self::AttemptRefused(_) => "AttemptRefused",
        }
    }

    fn refusal(&self) -> Option<&Refusal> {
        match self {
            Self::AttemptRefused(refusal) => Some(refusal),
            Self::OfficialAppointed(_)
            | Self::OfficialEnded(_)
            | Self::DelegationGranted(_)
            | Self::DelegationRevoked(_)
            | Self::TokenIssued(_)
            | Self::TokenRevoked(_) => None,
        }
    }
}

/// What may be asked of an official's stream.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Command {
    /// Appoint a person.
    Appoint(OfficialAppointed),
    /// End the office after a last day.
    End(NaiveDate),
    /// Delegate to another official.
    GrantDelegation(DelegationGranted),
    /// Take a delegation back.
    RevokeDelegation(DelegationId),
    /// Issue a token by its digest.
    IssueToken {
        /// SHA-256 of the token, lower-case hex.
        token_digest: String,
        /// When it stops to be valid.
        expires_at: DateTime<Utc>,
    },
    /// Revoke a token by its digest.
    RevokeToken(String),
}

impl Command {
    const fn name(&self) -> &'static str {
        match self {
            Self::Appoint(_) => "AppointOfficial",
            Self::End(_) => "EndOfficial",
            Self::GrantDelegation(_) => "GrantDelegation",
            Self::RevokeDelegation(_) => "RevokeDelegation",
            Self::IssueToken { .. } => "IssueToken",
            Self::RevokeToken(_) => "RevokeToken",
        }
    }
}

/// Why not.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Rejection {
    /// There is no such official.
    #[error("the official is not in the registry")]
    UnknownOfficial,
    /// One official is one office.
    #[error("the official holds an office already: end it, and appoint a new official")]
    AlreadyAppointed,
    /// The office ended.
    #[error("the office ended on {0}")]
    Ended(NaiveDate),
    /// A last day before the first.
    #[error("the last day lies before the first, {0}")]
    LastBeforeFirst(NaiveDate),
    /// Nobody is appointed to be the system.
    #[error("SYSTEM is the role of Hoso's own reactions, nobody is appointed to it")]
    SystemRole,
    /// A delegation beyond the office.
    #[error("a delegation keeps within the delegating official's own time in office")]
    DelegationBeyondOffice,
    /// To oneself, or in another official's stream.
    #[error("a delegation goes from its own official to another one")]
    DelegationParties,
    /// There is one with that id.
    #[error("the delegation exists already, with other details")]
    DelegationTaken,
    /// There is no such delegation in force.
    #[error("there is no such delegation in force")]
    UnknownDelegation,
    /// Not a SHA-256 in hex.
    #[error("a token digest is 64 lower-case hex digits")]
    TokenDigest,
    /// Expired at once, or lives too long.
    #[error("a token expires after it is issued, at most {TOKEN_DAYS_MAX} days later")]
    TokenExpiry,
    /// Too many.
    #[error("an official has at most {TOKENS_MAX} tokens")]
    TooManyTokens,
    /// There is no such token in force.
    #[error("there is no such token in force")]
    UnknownToken,
    /// A required text is empty or too long.
    #[error("{0} must have 1 to 500 characters")]
    Text(&'static str),
}

impl Explain for Rejection {
    fn code(&self) -> &'static str {
        match self {
            Self::UnknownOfficial => "official-unknown",
            Self::AlreadyAppointed => "official-already-appointed",
            Self::Ended(_) => "official-ended",
            Self::LastBeforeFirst(_) => "official-last-before-first",
            Self::SystemRole => "official-system-role",
            Self::DelegationBeyondOffice => "delegation-beyond-office",
            Self::DelegationParties => "delegation-parties",
            Self::DelegationTaken => "delegation-taken",
            Self::UnknownDelegation => "delegation-unknown",
            Self::TokenDigest => "token-digest",
            Self::TokenExpiry => "token-expiry",
            Self::TooManyTokens => "token-limit",
            Self::UnknownToken => "token-unknown",
            Self::Text(_) => "text-length",
        }
    }

    fn obstacle(&self) -> Obstacle {
        match self {
            Self::AlreadyAppointed
            | Self::Ended(_)
            | Self::DelegationBeyondOffice
            | Self::DelegationTaken
            | Self::UnknownDelegation
            | Self::TooManyTokens
            | Self::UnknownToken => Obstacle::State,
            Self::UnknownOfficial
            | Self::LastBeforeFirst(_)
            | Self::SystemRole
            | Self::DelegationParties
            | Self::TokenDigest
            | Self::TokenExpiry
            | Self::Text(_) => Obstacle::Input,
        }
    }
}

/// A delegation and whether it was taken back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Delegation {
    /// As it was granted.
    pub granted: DelegationGranted,
    /// When it was taken back.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub revoked_at: Option<DateTime<Utc>>,
}

/// A token's life.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Token {
    /// When it stops to be valid.
    pub expires_at: DateTime<Utc>,
    /// Revoked before.
    pub revoked: bool,
}

/// An official as the stream tells it. No office: never appointed.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct OfficialState {
    /// The office, its last day as last said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub office: Option<OfficialAppointed>,
    /// Delegations granted, by id.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub delegations: BTreeMap<DelegationId, Delegation>,
    /// Tokens, by digest.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub tokens: BTreeMap<String, Token>,
}

#[cfg(test)]
mod tests;
