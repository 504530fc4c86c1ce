//! Where in the log each fact was said last, by the fact's name: what a receipt shows beside it.
//!
//! A publication says no figure itself; the event that recorded the entry does.

use std::collections::BTreeMap;

use super::index::{self, EntriesRecorded, IndexKind};
use super::{RegistryEvent, initiative, unit};
use crate::evaluation::{FactKey, FactKind};

/// Position of each fact's last event.
pub type Positions = BTreeMap<FactKey, u64>;

/// Notes the facts an event says.
pub(super) fn note(positions: &mut Positions, event: &RegistryEvent, position: u64) {
    match event {
        RegistryEvent::Unit(
            unit::Event::UnitRegistered(details) | unit::Event::UnitChanged(details),
        ) => {
            let key = FactKey::new(FactKind::Unit, details.unit.as_str(), None);
            positions.insert(key, position);
        }
        RegistryEvent::Initiative(initiative::Event::InitiativeAssessed(assessed)) => {
            let id = assessed.initiative.as_str();
            positions.insert(FactKey::new(FactKind::Initiative, id, None), position);
        }
        RegistryEvent::Index(index::Event::EntriesRecorded(recorded)) => {
            entries(positions, recorded, position);
        }
        RegistryEvent::Unit(_)
        | RegistryEvent::Person(_)
        | RegistryEvent::Official(_)
        | RegistryEvent::Index(_)
        | RegistryEvent::Hold(_)
        | RegistryEvent::Initiative(_)
        | RegistryEvent::RuleBook(_) => {}
    }
}

fn entries(positions: &mut Positions, recorded: &EntriesRecorded, position: u64) {
    let key = |subject: &str| fact(recorded.kind, recorded.year, subject);
    for entry in recorded.entries.each() {
        positions.insert(key(entry.subject()), position);
    }
    for subject in &recorded.removed {
        positions.insert(key(subject), position);
    }
}

/// The fact that an entry of an index is.
#[must_use]
pub fn fact(kind: IndexKind, year: u16, subject: &str) -> FactKey {
    let kind = match kind {
        IndexKind::ProvincialIndex => FactKind::Component,
        IndexKind::UnitIndex => FactKind::Score,
        IndexKind::Satisfaction => FactKind::Satisfaction,
        IndexKind::Tasks => FactKind::Tasks,
    };
    FactKey::new(kind, subject, Some(year))
}
