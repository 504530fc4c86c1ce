//! What counts of the registry on a day.

use super::*;
use crate::evaluation::Group;
use crate::ids::ComponentId;
use crate::percent::Percent;
use crate::registry::RegistryEvent;
use crate::registry::given::{day, unit};
use crate::registry::index::{
    self, ComponentEntry, Entries, EntriesRecorded, IndexKind, IndexPublished, ScoreEntry,
    TaskEntry,
};
use crate::registry::unit::{Event as UnitEvent, UnitDetails};

fn registered(id: &str, group: Option<Group>, valid_from: &str) -> RegistryEvent {
    RegistryEvent::Unit(UnitEvent::UnitRegistered(details(id, group, valid_from)))
}

fn details(id: &str, group: Option<Group>, valid_from: &str) -> UnitDetails {
    UnitDetails {
        unit: unit(id),
        name: id.to_owned(),
        group,
        advising: false,
        assessed_since: None,
        valid_from: day(valid_from),
        head_title: "Giám đốc".to_owned(),
        note: None,
    }
}

fn recorded(kind: IndexKind, year: u16, entries: Entries) -> RegistryEvent {
    RegistryEvent::Index(index::Event::EntriesRecorded(EntriesRecorded {
        kind,
        year,
        edition: 0,
        entries,
        removed: Vec::new(),
    }))
}

fn published(kind: IndexKind, year: u16, on: &str) -> RegistryEvent {
    RegistryEvent::Index(index::Event::IndexPublished(IndexPublished {
        kind,
        year,
        edition: 1,
        published_on: day(on),
        decision_number: "688/QĐ-UBND".to_owned(),
        publisher: "Chủ tịch UBND tỉnh".to_owned(),
        note: None,
    }))
}

fn score(id: &str) -> ScoreEntry {
    ScoreEntry {
        unit: unit(id),
        score: Percent::parse("87.25").unwrap(),
    }
}

fn facts(events: &[RegistryEvent]) -> Facts {
    let mut facts = Facts::default();
    for event in events {
        facts.apply(event);
    }
    facts
}

#[test]
fn a_score_counts_from_the_day_it_is_published() {
    let facts = facts(&[
        registered("so-y-te", Some(Group::Department), "2021-01-01"),
        recorded(
            IndexKind::UnitIndex,
            2024,
            Entries::Scores(vec![score("so-y-te")]),
        ),
        published(IndexKind::UnitIndex, 2024, "2025-04-15"),
    ]);
    assert_eq!(facts.round_inputs(day("2025-04-14")).index, []);
    assert_eq!(facts.round_inputs(day("2025-04-15")).index.len(), 1);
}

#[test]
fn tasks_are_reported_and_need_no_publication() {
    let tasks = TaskEntry {
        unit: unit("so-y-te"),
        assigned: 41,
        done_on_time: 40,
    };
    let facts = facts(&[
        registered("so-y-te", Some(Group::Department), "2021-01-01"),
        recorded(IndexKind::Tasks, 2024, Entries::Tasks(vec![tasks])),
    ]);
    assert_eq!(facts.round_inputs(day("2025-01-01")).tasks.len(), 1);
}

#[test]
fn of_an_unpublished_component_the_assignment_counts_without_a_rate() {
    let component = ComponentEntry {
        component: ComponentId::parse("the-che").unwrap(),
        name: "Thể chế".to_owned(),
        adviser: unit("so-tu-phap"),
        rate: Percent::parse("95").ok(),
    };
    let facts = facts(&[
        registered("so-tu-phap", Some(Group::Department), "2021-01-01"),
        recorded(
            IndexKind::ProvincialIndex,
            2024,
            Entries::Components(vec![component]),
        ),
        published(IndexKind::ProvincialIndex, 2024, "2025-04-06"),
    ]);
    assert_eq!(
        facts.round_inputs(day("2025-04-05")).components[0].rate,
        None
    );
    assert!(
        facts.round_inputs(day("2025-04-06")).components[0]
            .rate
            .is_some()
    );
}

#[test]
fn a_unit_that_began_later_misses_its_first_years_unless_a_ruling_says_since_when_it_counts() {
    let began = registered("don-vi-su-nghiep-4", Some(Group::ServiceUnit), "2024-01-01");
    let inputs = facts(&[began]).round_inputs(day("2025-07-01"));
    assert_eq!(inputs.units[0].since, None, "AMB-12: a person must find");
}

#[test]
fn a_body_that_is_not_assessed_and_years_before_a_unit_counts_have_no_part() {
    let ruled = RegistryEvent::Unit(UnitEvent::UnitRegistered(UnitDetails {
        assessed_since: Some(2024),
        ..details("don-vi-su-nghiep-4", Some(Group::ServiceUnit), "2024-01-01")
    }));
    let facts = facts(&[
        registered("ubnd-tinh", None, "2021-01-01"),
        ruled,
        recorded(
            IndexKind::UnitIndex,
            2023,
            Entries::Scores(vec![score("ubnd-tinh"), score("don-vi-su-nghiep-4")]),
        ),
        published(IndexKind::UnitIndex, 2023, "2024-04-26"),
    ]);
    let inputs = facts.round_inputs(day("2025-07-01"));
    assert_eq!(inputs.units.len(), 1);
    assert_eq!(inputs.units[0].since, Some(2024));
    assert_eq!(inputs.index, []);
}
