//! What the registry says, as other services need it: a pure fold over the registry's events.
//!
//! Holds everything that was published or recorded, whenever it takes effect; which of it counts
//! on a day is decided by [`Facts::round_inputs`] and the evaluation. Knows no person's name.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::hold::{Hold, HoldRecord, HoldState};
use super::index::{Index, IndexKind, IndexPublished, IndexState};
use super::initiative::{self, InitiativeAssessed};
use super::person;
use super::positions::{self, Positions};
use super::rule_book::{self, RuleBookPublished};
use super::unit::{Unit, UnitState};
use super::{RegistryEvent, hold, index, unit};
use crate::decider::Decider;
use crate::ids::{HoldId, InitiativeId, PersonId, RuleBookId, SubjectId, UnitId};

/// What others need to know of a person: where the person works, and no name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PersonFacts {
    /// The unit the person works in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unit: Option<UnitId>,
    /// Works inside an assessed unit.
    pub insider: bool,
}

/// The registry, folded.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Facts {
    /// Units by id.
    pub units: BTreeMap<UnitId, UnitState>,
    /// Persons by id.
    pub persons: BTreeMap<PersonId, PersonFacts>,
    /// Publications and entries by kind and year.
    pub indexes: BTreeMap<(IndexKind, u16), IndexState>,
    /// Holds by id.
    pub holds: BTreeMap<HoldId, HoldRecord>,
    /// Initiatives by id, each with its last result.
    pub initiatives: BTreeMap<InitiativeId, InitiativeAssessed>,
    /// Published rule books by id and version.
    pub rule_books: BTreeMap<(RuleBookId, u32), RuleBookPublished>,
    /// Where each fact was said last, of the events that were folded with their positions.
    pub positions: Positions,
}

impl Facts {
    /// Folds one event.
    pub fn apply(&mut self, event: &RegistryEvent) {
        match event {
            RegistryEvent::Unit(event) => self.apply_unit(event),
            RegistryEvent::Person(event) => self.apply_person(event),
            RegistryEvent::Index(event) => self.apply_index(event),
            RegistryEvent::Hold(event) => self.apply_hold(event),
            RegistryEvent::Initiative(initiative::Event::InitiativeAssessed(assessed)) => {
                self.initiatives
                    .insert(assessed.initiative.clone(), assessed.clone());
            }
            RegistryEvent::RuleBook(rule_book::Event::RuleBookPublished(published)) => {
                let key = (published.rule_book.clone(), published.version);
                self.rule_books.insert(key, published.clone());
            }
            RegistryEvent::Official(_)
            | RegistryEvent::Initiative(initiative::Event::AttemptRefused(_))
            | RegistryEvent::RuleBook(rule_book::Event::AttemptRefused(_)) => {}
        }
    }

    /// Folds one stored event of any stream; those of other services are passed over.
    ///
    /// # Errors
    /// An event of the registry that cannot be read; the fold stays as it was.
    pub fn apply_stored(&mut self, category: &str, data: &str) -> Result<(), serde_json::Error> {
        if let Some(event) = RegistryEvent::decode(category, data)? {
            self.apply(&event);
        }
        Ok(())
    }

    /// The same, and notes where in the log the event's facts stand.
    ///
    /// # Errors
    /// As [`Facts::apply_stored`].
    pub fn apply_recorded(
        &mut self,
        position: u64,
        category: &str,
        data: &str,
    ) -> Result<(), serde_json::Error> {
        if let Some(event) = RegistryEvent::decode(category, data)? {
            positions::note(&mut self.positions, &event, position);
            self.apply(&event);
        }
        Ok(())
    }

    fn apply_unit(&mut self, event: &unit::Event) {
        let id = match event {
            unit::Event::UnitRegistered(details) | unit::Event::UnitChanged(details) => {
                &details.unit
            }
            unit::Event::UnitMerged(merged) => &merged.unit,
            unit::Event::UnitDissolved(dissolved) => &dissolved.unit,
            unit::Event::AttemptRefused(_) => return,
        };
        let state = self.units.entry(id.clone()).or_default();
        *state = Unit::evolve(std::mem::take(state), event);
    }

    fn apply_person(&mut self, event: &person::Event) {
        match event {
            person::Event::PersonRegistered(details) | person::Event::PersonChanged(details) => {
                let facts = PersonFacts {
                    unit: details.unit.clone(),
                    insider: details.insider,
                };
                self.persons.insert(details.person.clone(), facts);
            }
            // Whoever was nominated stays so: where a person works is no text that is erased.
            person::Event::PersonErasureRequested(_)
            | person::Event::PersonErasureDropped(_)
            | person::Event::PersonErased(_)
            | person::Event::AttemptRefused(_) => {}
        }
    }

    fn apply_index(&mut self, event: &index::Event) {
        let key = match event {
            index::Event::IndexPublished(published) => (published.kind, published.year),
            index::Event::EntriesRecorded(recorded) => (recorded.kind, recorded.year),
            index::Event::IndexCorrected(_) | index::Event::AttemptRefused(_) => return,
        };
        let state = self.indexes.entry(key).or_default();
        *state = Index::evolve(std::mem::take(state), event);
    }

    fn apply_hold(&mut self, event: &hold::Event) {
        let id = match event {
            hold::Event::HoldOpened(opened) => &opened.hold,
            hold::Event::HoldLifted(lifted) => &lifted.hold,
            hold::Event::HoldConfirmed(confirmed) => &confirmed.hold,
            hold::Event::AttemptRefused(_) => return,
        };
        let before = match self.holds.remove(id) {
            Some(record) => HoldState::Opened(record),
            None => HoldState::Unopened,
        };
        if let HoldState::Opened(record) = Hold::evolve(before, event) {
            self.holds.insert(id.clone(), record);
        }
    }

    /// A unit.
    #[must_use]
    pub fn unit(&self, id: &UnitId) -> Option<&UnitState> {
        self.units.get(id)
    }

    /// The unit of a name it has or had.
    #[must_use]
    pub fn unit_by_name(&self, name: &str) -> Option<&UnitId> {
        self.units
            .iter()
            .find(|(_, state)| state.versions.iter().any(|v| v.name == name))
            .map(|(id, _)| id)
    }

    /// Whether a subject is a unit of the registry.
    #[must_use]
    pub fn is_unit(&self, subject: &SubjectId) -> bool {
        UnitId::parse(subject.as_str()).is_ok_and(|id| self.units.contains_key(&id))
    }

    /// The newest edition of a kind and year.
    #[must_use]
    pub fn publication(&self, kind: IndexKind, year: u16) -> Option<&IndexPublished> {
        self.indexes.get(&(kind, year))?.editions.last()
    }

    /// The first edition of a kind and year: its day starts the deadline (R42), corrections do not.
    #[must_use]
    pub fn first_publication(&self, kind: IndexKind, year: u16) -> Option<&IndexPublished> {
        self.indexes.get(&(kind, year))?.editions.first()
    }

    /// Entries recorded of something that nobody has published by a day: they do not count yet.
    #[must_use]
    pub fn unpublished(&self, as_of: NaiveDate) -> BTreeSet<(IndexKind, u16)> {
        self.indexes
            .iter()
            .filter(|(_, state)| !state.entries.is_empty())
            .filter(|((kind, _), state)| !counts(*kind, state, as_of))
            .map(|(key, _)| *key)
            .collect()
    }

    /// The holds on a subject that are in force on a day (R35).
    #[must_use]
    pub fn holds_in_force(&self, subject: &SubjectId, day: NaiveDate) -> Vec<&HoldRecord> {
        self.holds
            .values()
            .filter(|record| record.opened.subject == *subject && record.is_in_force(day))
            .collect()
    }
}

/// Published by a day, or of a kind that is not published at all.
fn counts(kind: IndexKind, state: &IndexState, as_of: NaiveDate) -> bool {
    !kind.is_published() || state.edition_on(as_of).is_some()
}
