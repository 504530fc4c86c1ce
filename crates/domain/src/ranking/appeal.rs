//! One appeal (khiếu nại) against the outcome of an item: filed within a period after the outcome
//! became known, then upheld, dismissed or found inadmissible. What an upheld appeal does to its
//! round is the round's decision.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use crate::actor::{Actor, Refusal, Role};
use crate::calendar::{Holidays, civil_day, last_day};
use crate::decider::{Decider, Explain, Issued, Listing, Obstacle, StoredDecider, StoredEvent};
use crate::evaluation::vocabulary::RuleId;
use crate::ids::{AppealId, DossierId, ItemId, RoundId, UnitId};
use crate::rulebook::AppealPeriod;
use crate::text::tidy;

/// Longest ground or reason, in characters.
const TEXT_CHARACTERS_MAX: usize = 2_000;

/// The unit appealed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct AppealFiled {
    /// The appeal.
    pub appeal: AppealId,
    /// The round.
    pub round: RoundId,
    /// The item whose outcome is appealed against.
    pub item: ItemId,
    /// The dossier that holds it.
    pub dossier: DossierId,
    /// The unit that submitted the dossier.
    pub unit: UnitId,
    /// On which ground, in words.
    pub ground: String,
    /// The day it was filed.
    pub filed_on: NaiveDate,
    /// The last day an appeal is admitted.
    pub due_on: NaiveDate,
}

/// How an appeal ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Resolution {
    /// The appeal.
    pub appeal: AppealId,
    /// The round.
    pub round: RoundId,
    /// The item.
    pub item: ItemId,
    /// The dossier that holds it.
    pub dossier: DossierId,
    /// The day.
    pub on: NaiveDate,
    /// Why.
    pub reason: String,
}

/// What happened to an appeal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum AppealEvent {
    /// Filed (nộp đơn).
    AppealFiled(AppealFiled),
    /// Upheld (chấp nhận): the item is judged anew.
    AppealUpheld(Resolution),
    /// Dismissed (bác).
    AppealDismissed(Resolution),
    /// Not admitted (không thụ lý), such as one that came late.
    AppealInadmissible(Resolution),
    /// A denied attempt at a decision.
    AttemptRefused(Refusal),
}

impl StoredEvent for AppealEvent {
    fn event_type(&self) -> &'static str {
        match self {
            Self::AppealFiled(_) => "AppealFiled",
            Self::AppealUpheld(_) => "AppealUpheld",
            Self::AppealDismissed(_) => "AppealDismissed",
            Self::AppealInadmissible(_) => "AppealInadmissible",
            Self::AttemptRefused(_) => "AttemptRefused",
        }
    }

    fn dossiers(&self) -> Vec<DossierId> {
        match self {
            Self::AppealFiled(e) => vec![e.dossier.clone()],
            Self::AppealUpheld(e) | Self::AppealDismissed(e) | Self::AppealInadmissible(e) => {
                vec![e.dossier.clone()]
            }
            Self::AttemptRefused(_) => Vec::new(),
        }
    }

    fn refusal(&self) -> Option<&Refusal> {
        if let Self::AttemptRefused(refusal) = self {
            Some(refusal)
        } else {
            None
        }
    }
}

/// What may be asked of an appeal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AppealCommand {
    /// File it.
    File(Box<FileAppeal>),
    /// Uphold it.
    Uphold(Word),
    /// Dismiss it.
    Dismiss(Word),
    /// Do not admit it.
    FindInadmissible(Word),
}

/// File an appeal, with what is known of the item.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileAppeal {
    /// The appeal.
    pub appeal: AppealId,
    /// The round.
    pub round: RoundId,
    /// The item.
    pub item: ItemId,
    /// The dossier that holds it.
    pub dossier: DossierId,
    /// The unit that submitted the dossier.
    pub unit: UnitId,
    /// On which ground.
    pub ground: String,
    /// When the unit learned the outcome, if it did.
    pub known_since: Option<NaiveDate>,
    /// How long an appeal is admitted.
    pub period: AppealPeriod,
    /// Days of rest.
    pub holidays: Holidays,
}

/// A word on an appeal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Word {
    /// Why.
    pub reason: String,
}

/// Why not.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AppealRejection {
    /// There is no such appeal.
    #[error("there is no such appeal")]
    NotFiled,
    /// There is one already.
    #[error("the appeal was filed already")]
    AlreadyFiled,
    /// Nobody was told yet.
    #[error("the outcome is neither notified nor published; there is nothing to appeal against")]
    OutcomeUnknown,
    /// The calendar has no last day.
    #[error("the period lies beyond the calendar")]
    NoDeadline,
    /// It is over.
    #[error("the appeal is {status} already")]
    Resolved {
        /// How.
        status: &'static str,
    },
    /// A text is empty or too long.
    #[error("{field} must be 1 to 2000 characters")]
    Text {
        /// The field.
        field: &'static str,
    },
}

impl Explain for AppealRejection {
    fn code(&self) -> &'static str {
        match self {
            Self::NotFiled => "unknown-appeal",
            Self::AlreadyFiled => "appeal-already-filed",
            Self::OutcomeUnknown => "outcome-not-known",
            Self::NoDeadline => "no-deadline",
            Self::Resolved { .. } => "appeal-resolved",
            Self::Text { .. } => "text-length",
        }
    }

    fn obstacle(&self) -> Obstacle {
        match self {
            Self::NotFiled | Self::AlreadyFiled | Self::OutcomeUnknown | Self::Resolved { .. } => {
                Obstacle::State
            }
            Self::NoDeadline | Self::Text { .. } => Obstacle::Input,
        }
    }
}

/// An appeal as its stream tells it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum AppealState {
    /// Never filed.
    #[default]
    NotFiled,
    /// Filed, nobody has said a word.
    Open(AppealFiled),
    /// Upheld.
    Upheld(AppealFiled, Resolution),
    /// Dismissed.
    Dismissed(AppealFiled, Resolution),
    /// Not admitted.
    Inadmissible(AppealFiled, Resolution),
}

impl AppealState {
    /// The appeal as filed.
    #[must_use]
    pub fn filed(&self) -> Option<&AppealFiled> {
        match self {
            Self::NotFiled => None,
            Self::Open(filed)
            | Self::Upheld(filed, _)
            | Self::Dismissed(filed, _)
            | Self::Inadmissible(filed, _) => Some(filed),
        }
    }

    /// How it ended, if it did.
    #[must_use]
    pub fn resolution(&self) -> Option<&Resolution> {
        match self {
            Self::NotFiled | Self::Open(_) => None,
            Self::Upheld(_, word) | Self::Dismissed(_, word) | Self::Inadmissible(_, word) => {
                Some(word)
            }
        }
    }

    /// In words.
    #[must_use]
    pub fn status(&self) -> &'static str {
        match self {
            Self::NotFiled => "NOT_FILED",
            Self::Open(_) => "OPEN",
            Self::Upheld(..) => "UPHELD",
            Self::Dismissed(..) => "DISMISSED",
            Self::Inadmissible(..) => "INADMISSIBLE",
        }
    }
}

/// The decider of an appeal.
#[derive(Debug, Clone, Copy)]
pub struct Appeal;

impl Decider for Appeal {
    type State = AppealState;
    type Command = Issued<AppealCommand>;
    type Event = AppealEvent;
    type Rejection = AppealRejection;

    fn decide(
        state: &AppealState,
        issued: Issued<AppealCommand>,
    ) -> Result<Vec<AppealEvent>, AppealRejection> {
        let day = civil_day(issued.at);
        let by = &issued.by;
        match issued.command {
            AppealCommand::File(file) => self::file(state, by, day, *file),
            AppealCommand::Uphold(word) => {
                resolve(state, by, "UpholdAppeal", &[Role::Chairman], |filed| {
                    Ok(AppealEvent::AppealUpheld(resolution(filed, day, &word)?))
                })
            }
            AppealCommand::Dismiss(word) => {
                resolve(state, by, "DismissAppeal", &[Role::Chairman], |filed| {
                    Ok(AppealEvent::AppealDismissed(resolution(filed, day, &word)?))
                })
            }
            AppealCommand::FindInadmissible(word) => {
                let roles = [Role::Chairman, Role::HomeAffairs];
                resolve(state, by, "FindAppealInadmissible", &roles, |filed| {
                    let resolution = resolution(filed, day, &word)?;
                    Ok(AppealEvent::AppealInadmissible(resolution))
                })
            }
        }
    }

    fn evolve(state: AppealState, event: &AppealEvent) -> AppealState {
        match (state, event) {
            (AppealState::NotFiled, AppealEvent::AppealFiled(filed)) => {
                AppealState::Open(filed.clone())
            }
            (AppealState::Open(filed), AppealEvent::AppealUpheld(word)) => {
                AppealState::Upheld(filed, word.clone())
            }
            (AppealState::Open(filed), AppealEvent::AppealDismissed(word)) => {
                AppealState::Dismissed(filed, word.clone())
            }
            (AppealState::Open(filed), AppealEvent::AppealInadmissible(word)) => {
                AppealState::Inadmissible(filed, word.clone())
            }
            (
                unchanged,
                AppealEvent::AppealFiled(_)
                | AppealEvent::AppealUpheld(_)
                | AppealEvent::AppealDismissed(_)
                | AppealEvent::AppealInadmissible(_)
                | AppealEvent::AttemptRefused(_),
            ) => unchanged,
        }
    }
}

impl StoredDecider for Appeal {
    const CATEGORY: &'static str = "appeal";

    fn listing(state: &AppealState) -> Listing {
        let filed = state.filed();
        Listing {
            round: filed.map(|f| f.round.clone()),
            unit: filed.map(|f| f.unit.clone()),
            dossier: filed.map(|f| f.dossier.clone()),
            status: state.status().to_owned(),
            due: None,
        }
    }
}

fn text(field: &'static str, text: &str) -> Result<String, AppealRejection> {
    let text = tidy(text);
    if text.is_empty() || text.chars().count() > TEXT_CHARACTERS_MAX {
        return Err(AppealRejection::Text { field });
    }
    Ok(text)
}

/// The unit appeals for its own dossier; Home Affairs takes in letters of persons (R46).
fn may_file(by: &Actor, unit: &UnitId) -> Option<Refusal> {
    let roles = [Role::UnitHead, Role::UnitStaff, Role::HomeAffairs];
    Refusal::unless_role(by, &roles, "FileAppeal").or_else(|| match by.role {
        Role::HomeAffairs => None,
        Role::UnitStaff
        | Role::UnitHead
        | Role::UnitStandingOffice
        | Role::UnitCommittee
        | Role::StandingOffice
        | Role::SteeringCommittee
        | Role::InitiativeCouncil
        | Role::Chairman
        | Role::Inspectorate
        | Role::Records
        | Role::Auditor
        | Role::Administrator
        | Role::System => Refusal::unless_agency(by, unit, "FileAppeal"),
    })
}

/// A late appeal is taken in and found inadmissible at once: it is an answer, not a rejection.
fn file(
    state: &AppealState,
    by: &Actor,
    day: NaiveDate,
    file: FileAppeal,
) -> Result<Vec<AppealEvent>, AppealRejection> {
    if let Some(refusal) = may_file(by, &file.unit) {
        return Ok(vec![AppealEvent::AttemptRefused(refusal)]);
    }
    if state.filed().is_some() {
        return Err(AppealRejection::AlreadyFiled);
    }
    let known_since = file.known_since.ok_or(AppealRejection::OutcomeUnknown)?;
    let period = &file.period;
    let due_on = last_day(known_since, period.days, period.counting, &file.holidays);
    let due_on = due_on.ok_or(AppealRejection::NoDeadline)?;
    let filed = AppealFiled {
        ground: text("ground", &file.ground)?,
        appeal: file.appeal,
        round: file.round,
        item: file.item,
        dossier: file.dossier,
        unit: file.unit,
        filed_on: day,
        due_on,
    };
    let mut events = vec![AppealEvent::AppealFiled(filed.clone())];
    if day > due_on {
        let word = Word {
            reason: format!("filed after {due_on}, the last day of {} days", period.days),
        };
        events.push(AppealEvent::AppealInadmissible(resolution(
            &filed, day, &word,
        )?));
    }
    Ok(events)
}

/// Who is a party does not judge (R54).
fn resolve(
    state: &AppealState,
    by: &Actor,
    action: &str,
    roles: &[Role],
    event: impl FnOnce(&AppealFiled) -> Result<AppealEvent, AppealRejection>,
) -> Result<Vec<AppealEvent>, AppealRejection> {
    if let Some(refusal) = Refusal::unless_role(by, roles, action) {
        return Ok(vec![AppealEvent::AttemptRefused(refusal)]);
    }
    let filed = match state {
        AppealState::NotFiled => return Err(AppealRejection::NotFiled),
        AppealState::Open(filed) => filed,
        AppealState::Upheld(..) | AppealState::Dismissed(..) | AppealState::Inadmissible(..) => {
            return Err(AppealRejection::Resolved {
                status: state.status(),
            });
        }
    };
    if by.agency == filed.unit {
        let reason = format!("{} is a party to the appeal", by.agency);
        let refusal = Refusal::new(action, RuleId::R54.as_str(), reason);
        return Ok(vec![AppealEvent::AttemptRefused(refusal)]);
    }
    Ok(vec![event(filed)?])
}

fn resolution(
    filed: &AppealFiled,
    on: NaiveDate,
    word: &Word,
) -> Result<Resolution, AppealRejection> {
    Ok(Resolution {
        appeal: filed.appeal.clone(),
        round: filed.round.clone(),
        item: filed.item.clone(),
        dossier: filed.dossier.clone(),
        on,
        reason: text("reason", &word.reason)?,
    })
}

#[cfg(test)]
mod tests;
