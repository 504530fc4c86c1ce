//! Who is an official: folded from the registry's events, asked at every request.
//!
//! Knows tokens by digest only. Says in which capacity an official acts; whether that capacity may
//! do what is asked stands with the step, in the deciders.

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDate, Utc};
use hoso_domain::actor::Actor;
use hoso_domain::decider::StoredDecider;
use hoso_domain::ids::{DelegationId, OfficialId};
use hoso_domain::registry::official::{DelegationGranted, Event, Official, OfficialAppointed};
use hoso_ledger::RecordedEvent;
use sha2::{Digest, Sha256};

use crate::view::Fold;

/// What every token begins with, so that a leaked one is recognised.
pub const TOKEN_PREFIX: &str = "hoso_";

/// Officials, delegations and tokens, as of the head.
#[derive(Debug, Clone, Default)]
pub struct Directory {
    officials: BTreeMap<OfficialId, OfficialAppointed>,
    delegations: BTreeMap<DelegationId, DelegationGranted>,
    tokens: BTreeMap<String, Token>,
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
        self.in_office(official, effective)?;
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
    pub fn official(&self, id: &OfficialId) -> Option<&OfficialAppointed> {
        self.officials.get(id)
    }

    /// All officials by id, in office or not.
    pub fn officials(&self) -> impl Iterator<Item = (&OfficialId, &OfficialAppointed)> {
        self.officials.iter()
    }

    fn in_office(
        &self,
        id: &OfficialId,
        day: NaiveDate,
    ) -> Result<&OfficialAppointed, NotPermitted> {
        self.officials
            .get(id)
            .filter(|office| office.valid_from <= day && office.valid_to.is_none_or(|to| day <= to))
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

impl Fold for Directory {
    fn apply(&mut self, recorded: &RecordedEvent) {
        if recorded.stream.category() != Official::CATEGORY {
            return;
        }
        match serde_json::from_str(&recorded.data) {
            Ok(event) => self.fold(event),
            // An event that cannot be read gives nobody a capacity.
            Err(error) => {
                metrics::counter!("hoso_view_skipped_total", "view" => "directory").increment(1);
                tracing::error!(
                    position = recorded.position,
                    %error,
                    "the directory cannot read event {}",
                    recorded.position
                );
            }
        }
    }
}

impl Directory {
    fn fold(&mut self, event: Event) {
        match event {
            Event::OfficialAppointed(office) => {
                self.officials.insert(office.official.clone(), office);
            }
            Event::OfficialEnded(ended) => {
                if let Some(office) = self.officials.get_mut(&ended.official) {
                    office.valid_to = Some(ended.valid_to);
                }
            }
            Event::DelegationGranted(granted) => {
                self.delegations.insert(granted.delegation.clone(), granted);
            }
            Event::DelegationRevoked(revoked) => {
                self.delegations.remove(&revoked.delegation);
            }
            Event::TokenIssued(issued) => {
                let token = Token {
                    official: issued.official,
                    expires_at: issued.expires_at,
                };
                self.tokens.insert(issued.token_digest, token);
            }
            Event::TokenRevoked(revoked) => {
                self.tokens.remove(&revoked.token_digest);
            }
            Event::AttemptRefused(_) => {}
        }
    }
}

#[cfg(test)]
mod tests;
