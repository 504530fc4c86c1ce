//! What is stored: the events' JSON, the state's JSON, the list columns, the rejections' words.

use super::*;
use crate::decider::{Explain, Obstacle, StoredDecider, StoredEvent};

fn whole_life() -> Story {
    let mut story = given(with(
        submitted(),
        vec![
            (system(), request(1)),
            (staff(), attachment()),
            (staff(), remove("i-2")),
            (head(), sign(&["i-1"])),
            (staff(), supplement()),
            (system(), close(Closure::Forwarded)),
            (head(), withdraw()),
        ],
    ));
    story.happen(Event::AttemptRefused(Refusal::new(
        "SubmitDossier",
        "D",
        "not you",
    )));
    story
}

#[test]
fn every_event_reads_back_as_it_was_written() {
    for event in whole_life().events {
        let json = serde_json::to_string(&event).unwrap();
        assert_eq!(serde_json::from_str::<Event>(&json).unwrap(), event);
        let tag = format!("{{\"{}", event.event_type()[..1].to_lowercase());
        assert!(json.starts_with(&tag), "{json}");
    }
}

#[test]
fn an_event_is_tagged_by_its_name_and_speaks_camel_case() {
    let added = Event::ItemAdded(proposed(
        "i-2",
        Lane::CertIndividual,
        "ca-nhan-19",
        Some(Basis::Insider),
    ));
    assert_eq!(
        serde_json::to_string(&added).unwrap(),
        r#"{"itemAdded":{"item":"i-2","lane":"CERT_INDIVIDUAL","subject":"ca-nhan-19","basis":"INSIDER"}}"#
    );
    let requested = Event::SupplementRequested(SupplementRequested {
        supplement_round: 1,
        missing: vec!["biên bản".to_owned()],
        due_on: day("2025-06-12"),
    });
    assert_eq!(
        serde_json::to_string(&requested).unwrap(),
        r#"{"supplementRequested":{"supplementRound":1,"missing":["biên bản"],"dueOn":"2025-06-12"}}"#
    );
}

#[test]
fn the_state_reads_back_as_it_was_stored() {
    let mut state = DossierState::default();
    for event in whole_life().events {
        state = Dossier::evolve(state, &event);
        let json = serde_json::to_string(&state).unwrap();
        assert_eq!(serde_json::from_str::<DossierState>(&json).unwrap(), state);
    }
}

#[test]
fn lists_are_filtered_by_the_round_the_submitting_unit_the_status_and_the_due_day() {
    assert_eq!(Dossier::listing(&DossierState::default()).dossier, None);
    let story = given(with(submitted(), vec![(system(), request(1))]));
    let listing = Dossier::listing(&story.state);
    assert_eq!(listing.round.unwrap().as_str(), "annual-2024");
    assert_eq!(listing.unit, Some(unit("huyen-my-tu")));
    assert_eq!(listing.status, "SUPPLEMENT_REQUESTED");
    assert_eq!(listing.due, Some(day("2025-06-12")));
    let story = story
        .when(staff(), report("i-1"))
        .when(staff(), supplement());
    assert_eq!(Dossier::listing(&story.state).due, None);
}

#[test]
fn an_event_that_cannot_apply_leaves_the_state_as_it_is() {
    let stray = Event::ReportConfirmed(super::super::event::ReportConfirmed {
        item: item("i-1"),
        body: "Ban Chỉ đạo".to_owned(),
        confirmed_on: day("2025-05-28"),
        confirmer: person("p"),
    });
    let state = Dossier::evolve(DossierState::NotDrafted, &stray);
    assert_eq!(state, DossierState::NotDrafted);
}

#[test]
fn a_rejection_tells_its_rule_with_the_citation_and_the_item() {
    let flag = Rejection::FlagInAnnualRound {
        item: item("i-1"),
        lane: Lane::FlagDistrict,
    };
    let violations = flag.violations();
    assert_eq!(violations[0].rule, "R1");
    assert!(!violations[0].citation.is_empty());
    assert_eq!(violations[0].item, Some(item("i-1")));
    assert_eq!(flag.code(), "flag-in-annual-round");
    assert_eq!(flag.obstacle(), Obstacle::Input);
    assert!(Rejection::AlreadySubmitted.violations().is_empty());
    assert_eq!(Rejection::AlreadySubmitted.obstacle(), Obstacle::State);
}
