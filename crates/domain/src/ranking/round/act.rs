//! The circumstances of a command, and the checks every step shares.

use chrono::{DateTime, NaiveDate, Utc};

use super::rejection::Rejection;
use super::state::{Phase, RoundFolder};
use crate::actor::{Actor, Refusal, Role};
use crate::calendar::civil_day;
use crate::ranking::event::{AttemptRefused, ItemRef, RoundEvent};
use crate::text::tidy;

/// Longest reason, evidence or other text, in characters.
pub(super) const TEXT_CHARACTERS_MAX: usize = 2_000;
/// Longest number of a document, title of a signer or name of a body, in characters.
pub(super) const SHORT_CHARACTERS_MAX: usize = 200;

/// By whom, when, and what for.
pub(super) struct Act<'a> {
    pub(super) by: &'a Actor,
    pub(super) at: DateTime<Utc>,
    pub(super) action: &'static str,
}

impl Act<'_> {
    /// The civil day of the act.
    pub(super) fn day(&self) -> NaiveDate {
        civil_day(self.at)
    }

    /// The refusal, unless the actor holds one of `roles`.
    pub(super) fn unless_role(&self, roles: &[Role]) -> Option<Vec<RoundEvent>> {
        let refusal = Refusal::unless_role(self.by, roles, self.action)?;
        Some(refused(refusal, Vec::new()))
    }

    /// The refusal, unless the actor holds one of `roles` and the round is running.
    pub(super) fn unless_running(
        &self,
        round: &RoundFolder,
        roles: &[Role],
    ) -> Option<Vec<RoundEvent>> {
        self.unless_role(roles).or_else(|| match round.phase {
            Phase::Running => None,
            Phase::Closed { on } | Phase::Archived { on, .. } => {
                Some(self.refuse("D2", format!("the round was closed on {on}"), Vec::new()))
            }
        })
    }

    /// A refusal by a rule, about items.
    pub(super) fn refuse(
        &self,
        rule: &str,
        reason: impl Into<String>,
        items: Vec<ItemRef>,
    ) -> Vec<RoundEvent> {
        refused(Refusal::new(self.action, rule, reason), items)
    }

    /// A day of a paper act: not before `earliest`, not after the act itself.
    pub(super) fn day_between(
        &self,
        field: &'static str,
        day: NaiveDate,
        earliest: NaiveDate,
    ) -> Result<NaiveDate, Rejection> {
        let latest = self.day();
        if day < earliest || day > latest {
            return Err(Rejection::Day {
                field,
                day,
                earliest,
                latest,
            });
        }
        Ok(day)
    }
}

/// A denied attempt, as the one event it is.
pub(super) fn refused(refusal: Refusal, items: Vec<ItemRef>) -> Vec<RoundEvent> {
    vec![RoundEvent::AttemptRefused(AttemptRefused {
        refusal,
        items,
    })]
}

/// A longer text, made comparable, within its bounds.
pub(super) fn text(field: &'static str, text: &str) -> Result<String, Rejection> {
    bounded(field, text, TEXT_CHARACTERS_MAX)
}

/// A number, title or name, made comparable, within its bounds.
pub(super) fn short(field: &'static str, text: &str) -> Result<String, Rejection> {
    bounded(field, text, SHORT_CHARACTERS_MAX)
}

fn bounded(field: &'static str, text: &str, characters_max: usize) -> Result<String, Rejection> {
    let text = tidy(text);
    if text.is_empty() || text.chars().count() > characters_max {
        return Err(Rejection::Text {
            field,
            characters_max,
        });
    }
    Ok(text)
}
