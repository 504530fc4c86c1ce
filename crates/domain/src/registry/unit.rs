//! A unit (đơn vị) of the registry: effective-dated, renamed, merged into a successor or dissolved.
//!
//! A successor inherits no history (AMB-39). What the unit achieved stands in the index streams.

use chrono::{Datelike, NaiveDate};
use serde::{Deserialize, Serialize};

use super::{YEAR_FIRST, YEAR_LAST, is_plan_year, is_text};
use crate::actor::{Actor, Refusal, Role};
use crate::decider::{Decider, Explain, Issued, Listing, Obstacle, StoredDecider, StoredEvent};
use crate::evaluation::vocabulary::Group;
use crate::ids::UnitId;

/// What the registry says of a unit from a day on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct UnitDetails {
    /// The unit.
    pub unit: UnitId,
    /// Its name in full.
    pub name: String,
    /// Group (khối, nhóm) it is assessed in; absent for a body that is not assessed, such as the
    /// provincial People's Committee.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub group: Option<Group>,
    /// One of the agencies that advise on component indexes (cơ quan tham mưu).
    pub advising: bool,
    /// First year it is assessed, where a ruling says that the years before do not count; absent:
    /// the plan's first year, and a year without records is a missing one (AMB-12).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub assessed_since: Option<u16>,
    /// First day these details hold.
    pub valid_from: NaiveDate,
    /// Title of its head (chức vụ người đứng đầu), never a name.
    pub head_title: String,
    /// A remark.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
}

/// The unit was merged into a successor (hợp nhất, sáp nhập).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct UnitMerged {
    /// The unit that ends.
    pub unit: UnitId,
    /// Its last day.
    pub valid_to: NaiveDate,
    /// The unit that continues its work.
    pub successor: UnitId,
    /// The decision that says so.
    pub decision: String,
}

/// The unit was dissolved without a successor (giải thể).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct UnitDissolved {
    /// The unit that ends.
    pub unit: UnitId,
    /// Its last day.
    pub valid_to: NaiveDate,
    /// The decision that says so.
    pub decision: String,
}

/// What happened to a unit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Event {
    /// Entered into the registry.
    UnitRegistered(UnitDetails),
    /// Renamed, regrouped or corrected, from a day on.
    UnitChanged(UnitDetails),
    /// Merged into another.
    UnitMerged(UnitMerged),
    /// Ended without successor.
    UnitDissolved(UnitDissolved),
    /// Somebody tried what they may not.
    AttemptRefused(Refusal),
}

impl StoredEvent for Event {
    fn event_type(&self) -> &'static str {
        match self {
            Self::UnitRegistered(_) => "UnitRegistered",
            Self::UnitChanged(_) => "UnitChanged",
            Self::UnitMerged(_) => "UnitMerged",
            Self::UnitDissolved(_) => "UnitDissolved",
            Self::AttemptRefused(_) => "AttemptRefused",
        }
    }

    fn refusal(&self) -> Option<&Refusal> {
        match self {
            Self::AttemptRefused(refusal) => Some(refusal),
            Self::UnitRegistered(_)
            | Self::UnitChanged(_)
            | Self::UnitMerged(_)
            | Self::UnitDissolved(_) => None,
        }
    }
}

/// How a unit ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct UnitEnd {
    /// Its last day.
    pub valid_to: NaiveDate,
    /// The unit that continues its work, if one does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub successor: Option<UnitId>,
    /// The decision that says so.
    pub decision: String,
}

/// What may be asked of a unit's stream.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Command {
    /// Enter a new unit.
    Register(UnitDetails),
    /// Change it from `valid_from` on; the same day as an earlier change corrects that one.
    Change(UnitDetails),
    /// End it.
    End(UnitEnd),
    /// Bring the registry to one row of a table: register, change or end, nothing where it
    /// already says so.
    Keep(UnitDetails, Option<UnitEnd>),
}

/// Why not.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Rejection {
    /// There is no such unit.
    #[error("the unit is not in the registry")]
    UnknownUnit,
    /// There is one already.
    #[error("the unit is in the registry already, with other details")]
    AlreadyRegistered,
    /// It ended.
    #[error("the unit ended on {0}")]
    Ended(NaiveDate),
    /// It begins before the unit does.
    #[error("the day lies before {0}, the unit's first")]
    BeforeFirstDay(NaiveDate),
    /// Advising is for departments.
    #[error("only a unit of group DEPARTMENT may be advising")]
    AdvisingOutsideDepartments,
    /// Not one of the plan's years.
    #[error("assessedSince must be {YEAR_FIRST} to {YEAR_LAST}")]
    AssessedSince,
    /// A unit does not succeed itself.
    #[error("a unit cannot be its own successor")]
    OwnSuccessor,
    /// A required text is empty or too long.
    #[error("{0} must have 1 to 500 characters")]
    Text(&'static str),
}

impl Explain for Rejection {
    fn code(&self) -> &'static str {
        match self {
            Self::UnknownUnit => "unit-unknown",
            Self::AlreadyRegistered => "unit-already-registered",
            Self::Ended(_) => "unit-ended",
            Self::BeforeFirstDay(_) => "unit-day-before-first",
            Self::AdvisingOutsideDepartments => "unit-advising-outside-departments",
            Self::AssessedSince => "unit-assessed-since",
            Self::OwnSuccessor => "unit-own-successor",
            Self::Text(_) => "text-length",
        }
    }

    fn obstacle(&self) -> Obstacle {
        match self {
            Self::AlreadyRegistered | Self::Ended(_) | Self::BeforeFirstDay(_) => Obstacle::State,
            Self::UnknownUnit
            | Self::AdvisingOutsideDepartments
            | Self::AssessedSince
            | Self::OwnSuccessor
            | Self::Text(_) => Obstacle::Input,
        }
    }
}

/// A unit as its stream tells it. No versions: never registered.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct UnitState {
    /// What held from which day on, oldest first, one a day.
    pub versions: Vec<UnitDetails>,
    /// How it ended, if it did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub end: Option<UnitEnd>,
}

impl UnitState {
    /// The details that hold on a day; before the first day the first.
    #[must_use]
    pub fn on(&self, day: NaiveDate) -> Option<&UnitDetails> {
        self.versions
            .iter()
            .rev()
            .find(|v| v.valid_from <= day)
            .or_else(|| self.versions.first())
    }

    /// The newest details.
    #[must_use]
    pub fn latest(&self) -> Option<&UnitDetails> {
        self.versions.last()
    }

    /// The unit's first day.
    #[must_use]
    pub fn first_day(&self) -> Option<NaiveDate> {
        self.versions.first().map(|v| v.valid_from)
    }

    /// The year of its first day: there are no records of years before.
    #[must_use]
    pub fn first_year(&self) -> Option<u16> {
        self.first_day().and_then(|d| u16::try_from(d.year()).ok())
    }

    /// Whether the unit exists on a day.
    #[must_use]
    pub fn is_valid_on(&self, day: NaiveDate) -> bool {
        self.first_day().is_some_and(|first| first <= day)
            && self.end.as_ref().is_none_or(|end| day <= end.valid_to)
    }
}

/// The unit's decider.
#[derive(Debug)]
pub struct Unit;

impl Decider for Unit {
    type State = UnitState;
    type Command = Issued<Command>;
    type Event = Event;
    type Rejection = Rejection;

    fn decide(state: &UnitState, issued: Issued<Command>) -> Result<Vec<Event>, Rejection> {
        if let Some(refusal) = refusal(&issued.by, &issued.command) {
            return Ok(vec![Event::AttemptRefused(refusal)]);
        }
        match issued.command {
            Command::Register(details) => register(state, details),
            Command::Change(details) => change(state, details),
            Command::End(end) => {
                let Some(latest) = state.latest() else {
                    return Err(Rejection::UnknownUnit);
                };
                end_unit(state.end.as_ref(), latest, end)
            }
            Command::Keep(details, end) => keep(state, &details, end),
        }
    }

    fn evolve(mut state: UnitState, event: &Event) -> UnitState {
        match event {
            Event::UnitRegistered(details) | Event::UnitChanged(details) => {
                state
                    .versions
                    .retain(|v| v.valid_from != details.valid_from);
                state.versions.push(details.clone());
                state.versions.sort_by_key(|v| v.valid_from);
            }
            Event::UnitMerged(merged) => {
                state.end = Some(UnitEnd {
                    valid_to: merged.valid_to,
                    successor: Some(merged.successor.clone()),
                    decision: merged.decision.clone(),
                });
            }
            Event::UnitDissolved(dissolved) => {
                state.end = Some(UnitEnd {
                    valid_to: dissolved.valid_to,
                    successor: None,
                    decision: dissolved.decision.clone(),
                });
            }
            Event::AttemptRefused(_) => {}
        }
        state
    }
}

impl StoredDecider for Unit {
    const CATEGORY: &'static str = "unit";

    fn listing(state: &UnitState) -> Listing {
        let status = match (&state.end, state.latest()) {
            (_, None) => "UNREGISTERED",
            (None, Some(_)) => "REGISTERED",
            (Some(end), Some(_)) if end.successor.is_some() => "MERGED",
            (Some(_), Some(_)) => "DISSOLVED",
        };
        Listing {
            unit: state.latest().map(|v| v.unit.clone()),
            status: status.to_owned(),
            ..Listing::default()
        }
    }
}

fn refusal(actor: &Actor, command: &Command) -> Option<Refusal> {
    let action = match command {
        Command::Register(_) => "RegisterUnit",
        Command::Change(_) => "ChangeUnit",
        Command::End(_) => "MergeUnit",
        Command::Keep(..) => "ImportUnit",
    };
    Refusal::unless_role(actor, &[Role::HomeAffairs], action)
}

fn check(details: &UnitDetails) -> Result<(), Rejection> {
    if !is_text(&details.name) {
        return Err(Rejection::Text("name"));
    }
    if !is_text(&details.head_title) {
        return Err(Rejection::Text("headTitle"));
    }
    if details.advising && details.group != Some(Group::Department) {
        return Err(Rejection::AdvisingOutsideDepartments);
    }
    if details
        .assessed_since
        .is_some_and(|year| !is_plan_year(year))
    {
        return Err(Rejection::AssessedSince);
    }
    Ok(())
}

fn register(state: &UnitState, details: UnitDetails) -> Result<Vec<Event>, Rejection> {
    check(&details)?;
    match state.versions.first() {
        None => Ok(vec![Event::UnitRegistered(details)]),
        Some(first) if *first == details => Ok(Vec::new()),
        Some(_) => Err(Rejection::AlreadyRegistered),
    }
}

fn change(state: &UnitState, details: UnitDetails) -> Result<Vec<Event>, Rejection> {
    check(&details)?;
    let first = state.first_day().ok_or(Rejection::UnknownUnit)?;
    if details.valid_from < first {
        return Err(Rejection::BeforeFirstDay(first));
    }
    if state.versions.contains(&details) {
        return Ok(Vec::new());
    }
    if let Some(end) = &state.end
        && details.valid_from > end.valid_to
    {
        return Err(Rejection::Ended(end.valid_to));
    }
    Ok(vec![Event::UnitChanged(details)])
}

fn end_unit(
    known: Option<&UnitEnd>,
    latest: &UnitDetails,
    end: UnitEnd,
) -> Result<Vec<Event>, Rejection> {
    match known {
        Some(known) if *known == end => return Ok(Vec::new()),
        Some(known) => return Err(Rejection::Ended(known.valid_to)),
        None => {}
    }
    if !is_text(&end.decision) {
        return Err(Rejection::Text("decision"));
    }
    if end.valid_to < latest.valid_from {
        return Err(Rejection::BeforeFirstDay(latest.valid_from));
    }
    let unit = latest.unit.clone();
    match end.successor {
        Some(successor) if successor == unit => Err(Rejection::OwnSuccessor),
        Some(successor) => Ok(vec![Event::UnitMerged(UnitMerged {
            unit,
            valid_to: end.valid_to,
            successor,
            decision: end.decision,
        })]),
        None => Ok(vec![Event::UnitDissolved(UnitDissolved {
            unit,
            valid_to: end.valid_to,
            decision: end.decision,
        })]),
    }
}

fn keep(
    state: &UnitState,
    details: &UnitDetails,
    end: Option<UnitEnd>,
) -> Result<Vec<Event>, Rejection> {
    let mut events = if state.versions.is_empty() {
        register(state, details.clone())?
    } else {
        change(state, details.clone())?
    };
    match (end, &state.end) {
        (Some(end), known) => events.extend(end_unit(known.as_ref(), details, end)?),
        (None, Some(known)) => return Err(Rejection::Ended(known.valid_to)),
        (None, None) => {}
    }
    Ok(events)
}

#[cfg(test)]
mod tests;
