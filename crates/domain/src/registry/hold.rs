//! A hold (tạm dừng) on a subject: discipline served or under consideration, or an inspection (R35).
//!
//! From opening to lifting the subject is not rewarded *yet*; a confirmed hold says that the
//! discipline was imposed, and stays in force until it is lifted.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::is_text;
use crate::actor::{Actor, Refusal, Role};
use crate::decider::{Decider, Explain, Issued, Listing, Obstacle, StoredDecider, StoredEvent};
use crate::ids::{HoldId, SubjectId};

/// Why a subject is held.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Ground {
    /// Serving discipline (đang thi hành kỷ luật).
    Serving,
    /// A form of discipline is under consideration (đang xem xét hình thức kỷ luật).
    UnderConsideration,
    /// Inspection, audit or a denunciation being verified (thanh tra, kiểm tra, xác minh tố cáo).
    Inspection,
}

/// A hold was opened.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct HoldOpened {
    /// The hold.
    pub hold: HoldId,
    /// The unit or person held.
    pub subject: SubjectId,
    /// First day in force.
    pub opened_on: NaiveDate,
    /// Why.
    pub ground: Ground,
    /// The notice or decision (căn cứ).
    pub document: String,
    /// What it says, without names.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
}

/// A hold was lifted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct HoldLifted {
    /// The hold.
    pub hold: HoldId,
    /// The unit or person held.
    pub subject: SubjectId,
    /// First day no longer in force; the day of opening is a hold of no days.
    pub closed_on: NaiveDate,
    /// The conclusion or decision.
    pub document: String,
}

/// The discipline under consideration was imposed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct HoldConfirmed {
    /// The hold.
    pub hold: HoldId,
    /// The unit or person held.
    pub subject: SubjectId,
    /// Day of the decision.
    pub on: NaiveDate,
    /// The decision.
    pub document: String,
}

/// What happened to a hold.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Event {
    /// Opened.
    HoldOpened(HoldOpened),
    /// Lifted.
    HoldLifted(HoldLifted),
    /// Confirmed: discipline imposed.
    HoldConfirmed(HoldConfirmed),
    /// Somebody tried what they may not.
    AttemptRefused(Refusal),
}

impl StoredEvent for Event {
    fn event_type(&self) -> &'static str {
        match self {
            Self::HoldOpened(_) => "HoldOpened",
            Self::HoldLifted(_) => "HoldLifted",
            Self::HoldConfirmed(_) => "HoldConfirmed",
            Self::AttemptRefused(_) => "AttemptRefused",
        }
    }

    fn refusal(&self) -> Option<&Refusal> {
        match self {
            Self::AttemptRefused(refusal) => Some(refusal),
            Self::HoldOpened(_) | Self::HoldLifted(_) | Self::HoldConfirmed(_) => None,
        }
    }
}

/// An act on an open hold.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct HoldAct {
    /// Its day.
    pub on: NaiveDate,
    /// The document behind it.
    pub document: String,
}

/// What may be asked of a hold's stream.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Command {
    /// Open it.
    Open(HoldOpened),
    /// Lift it.
    Lift(HoldAct),
    /// Confirm it: discipline imposed.
    Confirm(HoldAct),
    /// Bring the registry to one row of a table: open it, lift it, nothing where it already says so.
    Keep(HoldOpened, Option<HoldAct>),
}

/// Why not.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Rejection {
    /// There is no such hold.
    #[error("there is no such hold")]
    UnknownHold,
    /// There is one already.
    #[error("the hold exists already, with other details")]
    AlreadyOpened,
    /// It was lifted.
    #[error("the hold was lifted on {0}")]
    AlreadyLifted(NaiveDate),
    /// It was confirmed.
    #[error("the hold was confirmed on {0}")]
    AlreadyConfirmed(NaiveDate),
    /// Closed before opened.
    #[error("the day lies before {0}, when the hold was opened")]
    BeforeOpening(NaiveDate),
    /// A required text is empty or too long.
    #[error("{0} must have 1 to 500 characters")]
    Text(&'static str),
}

impl Explain for Rejection {
    fn code(&self) -> &'static str {
        match self {
            Self::UnknownHold => "hold-unknown",
            Self::AlreadyOpened => "hold-already-opened",
            Self::AlreadyLifted(_) => "hold-already-lifted",
            Self::AlreadyConfirmed(_) => "hold-already-confirmed",
            Self::BeforeOpening(_) => "hold-before-opening",
            Self::Text(_) => "text-length",
        }
    }

    fn obstacle(&self) -> Obstacle {
        match self {
            Self::UnknownHold
            | Self::AlreadyOpened
            | Self::AlreadyLifted(_)
            | Self::AlreadyConfirmed(_)
            | Self::BeforeOpening(_) => Obstacle::State,
            Self::Text(_) => Obstacle::Input,
        }
    }
}

/// A hold that was opened, and what became of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct HoldRecord {
    /// As it was opened.
    pub opened: HoldOpened,
    /// When discipline was imposed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub confirmed: Option<HoldAct>,
    /// When it was lifted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lifted: Option<HoldAct>,
}

impl HoldRecord {
    /// Whether it is in force on a day: opened by then, and not lifted by then.
    #[must_use]
    pub fn is_in_force(&self, day: NaiveDate) -> bool {
        self.opened.opened_on <= day && self.lifted.as_ref().is_none_or(|lifted| lifted.on > day)
    }
}

/// A hold as its stream tells it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum HoldState {
    /// Never opened.
    #[default]
    Unopened,
    /// Opened.
    Opened(HoldRecord),
}

impl HoldState {
    /// The hold, if it was opened.
    #[must_use]
    pub fn record(&self) -> Option<&HoldRecord> {
        match self {
            Self::Unopened => None,
            Self::Opened(record) => Some(record),
        }
    }
}

/// The hold's decider.
#[derive(Debug)]
pub struct Hold;

impl Decider for Hold {
    type State = HoldState;
    type Command = Issued<Command>;
    type Event = Event;
    type Rejection = Rejection;

    fn decide(state: &HoldState, issued: Issued<Command>) -> Result<Vec<Event>, Rejection> {
        if let Some(refusal) = refusal(&issued.by, &issued.command) {
            return Ok(vec![Event::AttemptRefused(refusal)]);
        }
        match issued.command {
            Command::Open(opened) => open(state.record(), opened),
            Command::Lift(act) => lift(state.record().ok_or(Rejection::UnknownHold)?, act),
            Command::Confirm(act) => confirm(state.record().ok_or(Rejection::UnknownHold)?, act),
            Command::Keep(opened, lifted) => keep(state.record(), opened, lifted),
        }
    }

    fn evolve(state: HoldState, event: &Event) -> HoldState {
        match (event, state) {
            (Event::HoldOpened(opened), _) => HoldState::Opened(HoldRecord {
                opened: opened.clone(),
                confirmed: None,
                lifted: None,
            }),
            (Event::HoldLifted(lifted), HoldState::Opened(mut record)) => {
                record.lifted = Some(HoldAct {
                    on: lifted.closed_on,
                    document: lifted.document.clone(),
                });
                HoldState::Opened(record)
            }
            (Event::HoldConfirmed(confirmed), HoldState::Opened(mut record)) => {
                record.confirmed = Some(HoldAct {
                    on: confirmed.on,
                    document: confirmed.document.clone(),
                });
                HoldState::Opened(record)
            }
            (
                Event::HoldLifted(_) | Event::HoldConfirmed(_) | Event::AttemptRefused(_),
                unchanged,
            ) => unchanged,
        }
    }
}

impl StoredDecider for Hold {
    const CATEGORY: &'static str = "hold";

    fn listing(state: &HoldState) -> Listing {
        let status = match state.record() {
            None => "UNOPENED",
            Some(record) if record.lifted.is_some() => "LIFTED",
            Some(record) if record.confirmed.is_some() => "CONFIRMED",
            Some(_) => "OPEN",
        };
        Listing {
            status: status.to_owned(),
            ..Listing::default()
        }
    }
}

fn refusal(actor: &Actor, command: &Command) -> Option<Refusal> {
    let action = match command {
        Command::Open(_) => "OpenHold",
        Command::Lift(_) => "LiftHold",
        Command::Confirm(_) => "ConfirmHold",
        Command::Keep(..) => "ImportHold",
    };
    Refusal::unless_role(actor, &[Role::Inspectorate, Role::HomeAffairs], action)
}

fn open(known: Option<&HoldRecord>, opened: HoldOpened) -> Result<Vec<Event>, Rejection> {
    match known {
        Some(record) if record.opened == opened => Ok(Vec::new()),
        Some(_) => Err(Rejection::AlreadyOpened),
        None if !is_text(&opened.document) => Err(Rejection::Text("document")),
        None => Ok(vec![Event::HoldOpened(opened)]),
    }
}

fn check(record: &HoldRecord, act: &HoldAct) -> Result<(), Rejection> {
    if !is_text(&act.document) {
        return Err(Rejection::Text("document"));
    }
    if act.on < record.opened.opened_on {
        return Err(Rejection::BeforeOpening(record.opened.opened_on));
    }
    Ok(())
}

fn lift(record: &HoldRecord, act: HoldAct) -> Result<Vec<Event>, Rejection> {
    match &record.lifted {
        Some(lifted) if *lifted == act => return Ok(Vec::new()),
        Some(lifted) => return Err(Rejection::AlreadyLifted(lifted.on)),
        None => check(record, &act)?,
    }
    Ok(vec![Event::HoldLifted(HoldLifted {
        hold: record.opened.hold.clone(),
        subject: record.opened.subject.clone(),
        closed_on: act.on,
        document: act.document,
    })])
}

fn confirm(record: &HoldRecord, act: HoldAct) -> Result<Vec<Event>, Rejection> {
    match (&record.confirmed, &record.lifted) {
        (Some(confirmed), _) if *confirmed == act => return Ok(Vec::new()),
        (Some(confirmed), _) => return Err(Rejection::AlreadyConfirmed(confirmed.on)),
        (None, Some(lifted)) => return Err(Rejection::AlreadyLifted(lifted.on)),
        (None, None) => check(record, &act)?,
    }
    Ok(vec![Event::HoldConfirmed(HoldConfirmed {
        hold: record.opened.hold.clone(),
        subject: record.opened.subject.clone(),
        on: act.on,
        document: act.document,
    })])
}

fn keep(
    known: Option<&HoldRecord>,
    opened: HoldOpened,
    lifted: Option<HoldAct>,
) -> Result<Vec<Event>, Rejection> {
    let mut events = open(known, opened.clone())?;
    let record = known.cloned().unwrap_or(HoldRecord {
        opened,
        confirmed: None,
        lifted: None,
    });
    match (lifted, &record.lifted) {
        (Some(act), _) => events.extend(lift(&record, act)?),
        (None, Some(known)) => return Err(Rejection::AlreadyLifted(known.on)),
        (None, None) => {}
    }
    Ok(events)
}

#[cfg(test)]
mod tests;
