//! Who is an official: folded from the registry's events, asked at every request.
//!
//! Knows tokens by digest only. Says in which capacity an official acts; whether that capacity may
//! do what is asked stands with the step, in the deciders.

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDate, Utc};
use hoso_domain::actor::{Actor, Role};
use hoso_domain::ids::{DelegationId, OfficialId, PersonId, UnitId};
use hoso_ledger::RecordedEvent;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use sha2::{Digest, Sha256};

use crate::view::Fold;

/// What every token begins with, so that a leaked one is recognised.
pub const TOKEN_PREFIX: &str = "hoso_";

/// Officials, delegations and tokens, as of the head.
#[derive(Debug, Clone, Default)]
pub struct Directory {
    officials: BTreeMap<OfficialId, Official>,
    delegations: BTreeMap<DelegationId, Delegation>,
    tokens: BTreeMap<String, Token>,
}

/// An official (cán bộ, công chức): a person in a role of an agency.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Official {
    /// The person behind.
    pub person: PersonId,
    /// The agency acted for.
    pub agency: UnitId,
    /// The capacity acted in.
    pub role: Role,
    /// First day in office.
    pub valid_from: NaiveDate,
    /// Last day in office, where it is known.
    #[serde(default)]
    pub valid_to: Option<NaiveDate>,
}

impl Official {
    /// In office on that day.
    #[must_use]
    pub fn in_office(&self, day: NaiveDate) -> bool {
        self.valid_from <= day && self.valid_to.is_none_or(|last| day <= last)
    }
}

#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Delegation {
    from: OfficialId,
    to: OfficialId,
    valid_from: NaiveDate,
    valid_to: NaiveDate,
    #[serde(skip)]
    revoked: bool,
}

#[derive(Debug, Clone)]
struct Token {
    official: OfficialId,
    expires_at: DateTime<Utc>,
}

/// Why a token opens nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NotAuthenticated {
    /// Never issued, or revoked.
    #[error("the token is unknown or was revoked")]
    UnknownToken,
    /// Its time is over.
    #[error("the token has expired")]
    Expired,
}

/// Why an official cannot act in that capacity.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotPermitted {
    /// Not appointed, or not any more.
    #[error("{official} is not in office on {day}")]
    NotInOffice {
        /// The official.
        official: OfficialId,
        /// The day asked about.
        day: NaiveDate,
    },
    /// No delegation (ủy quyền) that is in force.
    #[error("{to} holds no delegation of {from} on {day}")]
    NoDelegation {
        /// On whose behalf.
        from: OfficialId,
        /// Who acts.
        to: OfficialId,
        /// The day asked about.
        day: NaiveDate,
    },
}

impl Directory {
    /// Whose token it is.
    ///
    /// # Errors
    /// The token is unknown, revoked or expired.
    pub fn authenticate(
        &self,
        token: &str,
        now: DateTime<Utc>,
    ) -> Result<&OfficialId, NotAuthenticated> {
        let found = self
            .tokens
            .get(&token_digest(token))
            .ok_or(NotAuthenticated::UnknownToken)?;
        if now >= found.expires_at {
            return Err(NotAuthenticated::Expired);
        }
        Ok(&found.official)
    }

    /// As whom an official acts: in office both on the day the act takes effect and today, so
    /// that nobody dates an act back into an office that is over. By delegation, the delegation
    /// must hold on the effective day and not have been revoked since.
    ///
    /// # Errors
    /// The official, the delegating official, or the delegation was not in force.
    pub fn actor(
        &self,
        official: &OfficialId,
        on_behalf_of: Option<&OfficialId>,
        effective: NaiveDate,
        today: NaiveDate,
    ) -> Result<Actor, NotPermitted> {
        let own = self.in_office(official, today)?;
        let own =
            own.in_office(effective)
                .then_some(own)
                .ok_or_else(|| NotPermitted::NotInOffice {
                    official: official.clone(),
                    day: effective,
                })?;
        let Some(from) = on_behalf_of else {
            return Ok(Actor {
                official: official.clone(),
                person: own.person.clone(),
                role: own.role,
                agency: own.agency.clone(),
                on_behalf_of: None,
            });
        };
        let delegating = self.in_office(from, effective)?;
        let held = self.delegations.values().any(|d| {
            d.from == *from
                && d.to == *official
                && !d.revoked
                && d.valid_from <= effective
                && effective <= d.valid_to
        });
        if !held {
            return Err(NotPermitted::NoDelegation {
                from: from.clone(),
                to: official.clone(),
                day: effective,
            });
        }
        Ok(Actor {
            official: official.clone(),
            person: own.person.clone(),
            role: delegating.role,
            agency: delegating.agency.clone(),
            on_behalf_of: Some(from.clone()),
        })
    }

    /// An official by id, in office or not.
    #[must_use]
    pub fn official(&self, id: &OfficialId) -> Option<&Official> {
        self.officials.get(id)
    }

    /// All officials by id, in office or not.
    pub fn officials(&self) -> impl Iterator<Item = (&OfficialId, &Official)> {
        self.officials.iter()
    }

    fn in_office(&self, id: &OfficialId, day: NaiveDate) -> Result<&Official, NotPermitted> {
        self.officials
            .get(id)
            .filter(|official| official.in_office(day))
            .ok_or_else(|| NotPermitted::NotInOffice {
                official: id.clone(),
                day,
            })
    }
}

/// The digest a token is known by, lower-case hex.
#[must_use]
pub fn token_digest(token: &str) -> String {
    hex::encode(Sha256::digest(token.as_bytes()))
}

/// A token's text from 256 random bits.
#[must_use]
pub fn token_text(secret: [u8; 32]) -> String {
    format!("{TOKEN_PREFIX}{}", hex::encode(secret))
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Ended {
    #[serde(alias = "endedOn", alias = "on")]
    valid_to: NaiveDate,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct DelegationName {
    delegation: DelegationId,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Issue {
    token_digest: String,
    expires_at: DateTime<Utc>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Revocation {
    token_digest: String,
}

impl Fold for Directory {
    fn apply(&mut self, event: &RecordedEvent) {
        if event.stream.category() != "official" {
            return;
        }
        let Ok(official) = OfficialId::parse(event.stream.id()) else {
            return;
        };
        match event.event_type.as_str() {
            "OfficialAppointed" => {
                if let Some(appointed) = payload::<Official>(event) {
                    self.officials.insert(official, appointed);
                }
            }
            "OfficialEnded" => {
                if let Some((ended, known)) =
                    payload::<Ended>(event).zip(self.officials.get_mut(&official))
                {
                    known.valid_to = Some(ended.valid_to);
                }
            }
            "DelegationGranted" => {
                let name = payload::<DelegationName>(event);
                if let Some((name, granted)) = name.zip(payload::<Delegation>(event)) {
                    self.delegations.insert(name.delegation, granted);
                }
            }
            "DelegationRevoked" => {
                if let Some(known) = payload::<DelegationName>(event)
                    .and_then(|name| self.delegations.get_mut(&name.delegation))
                {
                    known.revoked = true;
                }
            }
            "TokenIssued" => {
                if let Some(issue) = payload::<Issue>(event) {
                    let token = Token {
                        official,
                        expires_at: issue.expires_at,
                    };
                    self.tokens.insert(issue.token_digest, token);
                }
            }
            "TokenRevoked" => {
                if let Some(revocation) = payload::<Revocation>(event) {
                    self.tokens.remove(&revocation.token_digest);
                }
            }
            _ => {}
        }
    }
}

/// What stands in an event under its name: `{"officialAppointed": {…}}`. An event that cannot be
/// read gives nobody a capacity.
fn payload<T: DeserializeOwned>(event: &RecordedEvent) -> Option<T> {
    let tagged: BTreeMap<String, T> = serde_json::from_str(&event.data)
        .inspect_err(|error| {
            tracing::error!(
                position = event.position,
                %error,
                "the directory cannot read event {}",
                event.position
            );
        })
        .ok()?;
    tagged.into_values().next()
}
