//! Decisions on an index of a year. Whether its units exist is looked up by the service.

use std::collections::BTreeSet;

use chrono::{Datelike, NaiveDate};

use super::{
    COUNT_MAX, Change, ENTRIES_MAX, Entries, EntriesRecorded, Entry, Event, IndexCorrected,
    IndexKind, IndexPublished, IndexState,
};
use crate::actor::{Actor, Refusal, Role};
use crate::decider::{Decider, Explain, Issued, Listing, Obstacle, StoredDecider};
use crate::registry::{YEAR_FIRST, YEAR_LAST, is_plan_year, is_text};

/// Entries to record. Those not named stay as they are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecordEntries {
    /// What.
    pub kind: IndexKind,
    /// For which year.
    pub year: u16,
    /// The entries.
    pub entries: Entries,
    /// Units or components to have no entry (an empty cell); those that have none are passed over.
    pub absent: BTreeSet<String>,
}

/// What may be asked of an index stream.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Command {
    /// Register a publication or correction; the same again changes nothing.
    Publish(IndexPublished),
    /// Record entries; what is known already changes nothing.
    Record(RecordEntries),
}

/// Why not.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Rejection {
    /// Not one of the plan's years.
    #[error("the year must be {YEAR_FIRST} to {YEAR_LAST}")]
    Year,
    /// Tasks are reported by the units and never published.
    #[error("tasks are recorded without a publication")]
    NotPublishable,
    /// That edition is registered otherwise.
    #[error("edition {0} is registered already, with other details")]
    EditionTaken(u16),
    /// Editions go 1, 2, 3.
    #[error("the next edition is {0}")]
    EditionGap(u16),
    /// Published before the year was over.
    #[error("an index of {0} is published after that year")]
    PublishedTooEarly(u16),
    /// A correction before what it corrects.
    #[error("a correction is not published before {0}, when the edition before it was")]
    CorrectedBeforePublished(NaiveDate),
    /// Scores where rates belong.
    #[error("{0} has another kind of entries")]
    KindOfEntries(IndexKind),
    /// The same unit or component twice.
    #[error("`{0}` stands there twice")]
    Duplicate(String),
    /// More done than assigned.
    #[error("`{0}` has more tasks done on time than assigned")]
    MoreDoneThanAssigned(String),
    /// Too high a count.
    #[error("`{0}` has a count above {COUNT_MAX}")]
    Count(String),
    /// Too many entries, or none at all.
    #[error("1 to {ENTRIES_MAX} entries at a time")]
    NumberOfEntries,
    /// A required text is empty or too long.
    #[error("{0} must have 1 to 500 characters")]
    Text(&'static str),
}

impl Explain for Rejection {
    fn code(&self) -> &'static str {
        match self {
            Self::Year => "year-outside-plan",
            Self::NotPublishable => "index-not-publishable",
            Self::EditionTaken(_) => "index-edition-taken",
            Self::EditionGap(_) => "index-edition-gap",
            Self::PublishedTooEarly(_) => "index-published-too-early",
            Self::CorrectedBeforePublished(_) => "index-corrected-before-published",
            Self::KindOfEntries(_) => "index-kind-of-entries",
            Self::Duplicate(_) => "index-duplicate-entry",
            Self::MoreDoneThanAssigned(_) => "index-more-done-than-assigned",
            Self::Count(_) => "index-count",
            Self::NumberOfEntries => "index-number-of-entries",
            Self::Text(_) => "text-length",
        }
    }

    fn obstacle(&self) -> Obstacle {
        match self {
            Self::EditionTaken(_) | Self::EditionGap(_) | Self::CorrectedBeforePublished(_) => {
                Obstacle::State
            }
            Self::Year
            | Self::NotPublishable
            | Self::PublishedTooEarly(_)
            | Self::KindOfEntries(_)
            | Self::Duplicate(_)
            | Self::MoreDoneThanAssigned(_)
            | Self::Count(_)
            | Self::NumberOfEntries
            | Self::Text(_) => Obstacle::Input,
        }
    }
}

/// The decider of an index of a year.
#[derive(Debug)]
pub struct Index;

impl Decider for Index {
    type State = IndexState;
    type Command = Issued<Command>;
    type Event = Event;
    type Rejection = Rejection;

    fn decide(state: &IndexState, issued: Issued<Command>) -> Result<Vec<Event>, Rejection> {
        if let Some(refusal) = refusal(&issued.by, &issued.command) {
            return Ok(vec![Event::AttemptRefused(refusal)]);
        }
        match issued.command {
            Command::Publish(published) => publish(state, published),
            Command::Record(record) => record_entries(state, &record),
        }
    }

    fn evolve(mut state: IndexState, event: &Event) -> IndexState {
        match event {
            Event::IndexPublished(published) => state.editions.push(published.clone()),
            Event::EntriesRecorded(recorded) => {
                for subject in &recorded.removed {
                    state.entries.remove(subject);
                }
                for entry in recorded.entries.each() {
                    state.entries.insert(entry.subject().to_owned(), entry);
                }
                state.recorded_edition = recorded.edition;
            }
            Event::IndexCorrected(_) | Event::AttemptRefused(_) => {}
        }
        state
    }
}

impl StoredDecider for Index {
    const CATEGORY: &'static str = "index";

    fn listing(state: &IndexState) -> Listing {
        let status = match state.edition() {
            0 => "RECORDED",
            1 => "PUBLISHED",
            _ => "CORRECTED",
        };
        Listing {
            status: status.to_owned(),
            ..Listing::default()
        }
    }
}

fn refusal(actor: &Actor, command: &Command) -> Option<Refusal> {
    let action = match command {
        Command::Publish(_) => "PublishIndex",
        Command::Record(_) => "RecordEntries",
    };
    Refusal::unless_role(actor, &[Role::HomeAffairs], action)
}

fn publish(state: &IndexState, published: IndexPublished) -> Result<Vec<Event>, Rejection> {
    if !is_plan_year(published.year) {
        return Err(Rejection::Year);
    }
    if !published.kind.is_published() {
        return Err(Rejection::NotPublishable);
    }
    for (field, text) in [
        ("decisionNumber", &published.decision_number),
        ("publisher", &published.publisher),
    ] {
        if !is_text(text) {
            return Err(Rejection::Text(field));
        }
    }
    let same_edition = state
        .editions
        .iter()
        .find(|e| e.edition == published.edition);
    if let Some(known) = same_edition {
        return if *known == published {
            Ok(Vec::new())
        } else {
            Err(Rejection::EditionTaken(published.edition))
        };
    }
    let next = state.edition().saturating_add(1);
    if published.edition != next {
        return Err(Rejection::EditionGap(next));
    }
    if published.published_on.year() <= i32::from(published.year) {
        return Err(Rejection::PublishedTooEarly(published.year));
    }
    if let Some(last) = state.editions.last()
        && published.published_on < last.published_on
    {
        return Err(Rejection::CorrectedBeforePublished(last.published_on));
    }
    Ok(vec![Event::IndexPublished(published)])
}

fn record_entries(state: &IndexState, record: &RecordEntries) -> Result<Vec<Event>, Rejection> {
    check(record)?;
    let entries = record.entries.changed_against(&state.entries);
    let removed: Vec<String> = record
        .absent
        .iter()
        .filter(|subject| state.entries.contains_key(*subject))
        .cloned()
        .collect();
    if entries.is_empty() && removed.is_empty() {
        return Ok(Vec::new());
    }
    let edition = state.edition();
    let changes = changes_in_sight(state, &entries, &removed);
    let mut events = vec![Event::EntriesRecorded(EntriesRecorded {
        kind: record.kind,
        year: record.year,
        edition,
        entries,
        removed,
    })];
    if !changes.is_empty() {
        events.push(Event::IndexCorrected(IndexCorrected {
            kind: record.kind,
            year: record.year,
            edition,
            changes,
        }));
    }
    Ok(events)
}

/// What changes after publication: a value that was recorded, and, under a correction of entries
/// recorded before it, one that was not. The first recording of published entries is no correction.
fn changes_in_sight(state: &IndexState, entries: &Entries, removed: &[String]) -> Vec<Change> {
    if state.edition() == 0 || !record_kind_is_published(entries) {
        return Vec::new();
    }
    let additions_count = state.edition() >= 2 && !state.entries.is_empty();
    let mut changes = Vec::new();
    for entry in entries.each() {
        let known = state.entries.get(entry.subject());
        if known.is_some() || additions_count {
            changes.push(Change {
                subject: entry.subject().to_owned(),
                from: known.map(Entry::value),
                to: Some(entry.value()),
            });
        }
    }
    for subject in removed {
        changes.push(Change {
            subject: subject.clone(),
            from: state.entries.get(subject).map(Entry::value),
            to: None,
        });
    }
    changes
}

const fn record_kind_is_published(entries: &Entries) -> bool {
    match entries {
        Entries::Scores(_) | Entries::Rates(_) | Entries::Components(_) => true,
        Entries::Tasks(_) => false,
    }
}

fn check(record: &RecordEntries) -> Result<(), Rejection> {
    if !is_plan_year(record.year) {
        return Err(Rejection::Year);
    }
    let count = record.entries.len() + record.absent.len();
    if count == 0 || count > ENTRIES_MAX {
        return Err(Rejection::NumberOfEntries);
    }
    let mut seen: BTreeSet<String> = record.absent.clone();
    for entry in record.entries.each() {
        check_entry(record.kind, &entry)?;
        if !seen.insert(entry.subject().to_owned()) {
            return Err(Rejection::Duplicate(entry.subject().to_owned()));
        }
    }
    Ok(())
}

fn check_entry(kind: IndexKind, entry: &Entry) -> Result<(), Rejection> {
    match (kind, entry) {
        (IndexKind::UnitIndex, Entry::Score(_)) | (IndexKind::Satisfaction, Entry::Rate(_)) => {
            Ok(())
        }
        (IndexKind::Tasks, Entry::Tasks(tasks)) => {
            if tasks.assigned > COUNT_MAX {
                return Err(Rejection::Count(tasks.unit.to_string()));
            }
            if tasks.done_on_time > tasks.assigned {
                return Err(Rejection::MoreDoneThanAssigned(tasks.unit.to_string()));
            }
            Ok(())
        }
        (IndexKind::ProvincialIndex, Entry::Component(component)) => {
            if is_text(&component.name) {
                Ok(())
            } else {
                Err(Rejection::Text("name"))
            }
        }
        (kind, Entry::Score(_) | Entry::Rate(_) | Entry::Tasks(_) | Entry::Component(_)) => {
            Err(Rejection::KindOfEntries(kind))
        }
    }
}
