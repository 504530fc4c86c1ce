//! Behaviour of an index stream: publications, entries, corrections.

use std::collections::BTreeSet;

use super::*;
use crate::actor::Role;
use crate::decider::{Decider, StoredDecider};
use crate::percent::Percent;
use crate::registry::given::{day, given, others, unit, when};

fn published(edition: u16, on: &str) -> IndexPublished {
    IndexPublished {
        kind: IndexKind::UnitIndex,
        year: 2022,
        edition,
        published_on: day(on),
        decision_number: format!("{edition}/QĐ-UBND"),
        publisher: "Chủ tịch Ủy ban nhân dân tỉnh".to_owned(),
        note: None,
    }
}

fn first() -> Event {
    Event::IndexPublished(published(1, "2023-03-31"))
}

fn second() -> Event {
    Event::IndexPublished(published(2, "2023-06-12"))
}

fn scores(rows: &[(&str, &str)]) -> Entries {
    Entries::Scores(
        rows.iter()
            .map(|(id, score)| ScoreEntry {
                unit: unit(id),
                score: Percent::parse(score).unwrap(),
            })
            .collect(),
    )
}

fn record(rows: &[(&str, &str)], absent: &[&str]) -> Command {
    Command::Record(RecordEntries {
        kind: IndexKind::UnitIndex,
        year: 2022,
        entries: scores(rows),
        absent: absent.iter().map(|s| (*s).to_owned()).collect(),
    })
}

fn recorded(edition: u16, rows: &[(&str, &str)], removed: &[&str]) -> Event {
    Event::EntriesRecorded(EntriesRecorded {
        kind: IndexKind::UnitIndex,
        year: 2022,
        edition,
        entries: scores(rows),
        removed: removed.iter().map(|s| (*s).to_owned()).collect(),
    })
}

fn corrected(edition: u16, changes: &[(&str, Option<&str>, Option<&str>)]) -> Event {
    Event::IndexCorrected(IndexCorrected {
        kind: IndexKind::UnitIndex,
        year: 2022,
        edition,
        changes: changes
            .iter()
            .map(|(subject, from, to)| Change {
                subject: (*subject).to_owned(),
                from: from.map(str::to_owned),
                to: to.map(str::to_owned),
            })
            .collect(),
    })
}

fn ask(events: &[Event], command: Command) -> Result<Vec<Event>, Rejection> {
    when::<Index, _>(&given::<Index>(events), Role::HomeAffairs, command)
}

#[test]
fn editions_go_one_by_one_and_each_is_registered_once() {
    let publish = |edition, on| Command::Publish(published(edition, on));
    assert_eq!(ask(&[], publish(1, "2023-03-31")), Ok(vec![first()]));
    assert_eq!(ask(&[first()], publish(1, "2023-03-31")), Ok(vec![]));
    assert_eq!(
        ask(&[first()], publish(1, "2023-04-01")),
        Err(Rejection::EditionTaken(1))
    );
    assert_eq!(
        ask(&[first()], publish(2, "2023-06-12")),
        Ok(vec![second()])
    );
    assert_eq!(
        ask(&[], publish(2, "2023-06-12")),
        Err(Rejection::EditionGap(1))
    );
    assert_eq!(
        ask(&[first()], publish(3, "2023-06-12")),
        Err(Rejection::EditionGap(2))
    );
}

#[test]
fn a_publication_follows_its_year_and_a_correction_its_publication() {
    assert_eq!(
        ask(&[], Command::Publish(published(1, "2022-12-31"))),
        Err(Rejection::PublishedTooEarly(2022))
    );
    assert_eq!(
        ask(&[first()], Command::Publish(published(2, "2023-03-30"))),
        Err(Rejection::CorrectedBeforePublished(day("2023-03-31")))
    );
    let outside = IndexPublished {
        year: 2031,
        ..published(1, "2032-03-31")
    };
    assert_eq!(ask(&[], Command::Publish(outside)), Err(Rejection::Year));
    let tasks = IndexPublished {
        kind: IndexKind::Tasks,
        ..published(1, "2023-03-31")
    };
    assert_eq!(
        ask(&[], Command::Publish(tasks)),
        Err(Rejection::NotPublishable)
    );
}

#[test]
fn entries_may_come_before_or_after_the_publication_and_are_no_correction_then() {
    let rows = [("so-noi-vu", "89.75"), ("so-xay-dung", "77.15")];
    assert_eq!(
        ask(&[], record(&rows, &[])),
        Ok(vec![recorded(0, &rows, &[])])
    );
    assert_eq!(
        ask(&[first(), second()], record(&rows, &[])),
        Ok(vec![recorded(2, &rows, &[])])
    );
}

#[test]
fn what_is_known_is_not_recorded_again() {
    let rows = [("so-noi-vu", "89.75"), ("so-xay-dung", "77.15")];
    let past = [first(), recorded(1, &rows, &[])];
    let same_value_written_otherwise = [("so-noi-vu", "89.7500")];
    assert_eq!(
        ask(&past, record(&same_value_written_otherwise, &[])),
        Ok(vec![])
    );
    let one_more = [("so-noi-vu", "89.75"), ("so-y-te", "80")];
    assert_eq!(
        ask(&past, record(&one_more, &[])),
        Ok(vec![recorded(1, &[("so-y-te", "80")], &[])]),
        "a late entry of the first edition is no correction"
    );
}

#[test]
fn a_value_changed_under_a_correction_is_shown_as_corrected() {
    let past = [
        first(),
        recorded(1, &[("so-xay-dung", "76.15"), ("so-y-te", "80")], &[]),
        second(),
    ];
    let answer = ask(
        &past,
        record(
            &[("so-xay-dung", "77.15"), ("so-noi-vu", "89.75")],
            &["so-y-te"],
        ),
    );
    assert_eq!(
        answer,
        Ok(vec![
            recorded(
                2,
                &[("so-xay-dung", "77.15"), ("so-noi-vu", "89.75")],
                &["so-y-te"]
            ),
            corrected(
                2,
                &[
                    ("so-xay-dung", Some("76.15"), Some("77.15")),
                    ("so-noi-vu", None, Some("89.75")),
                    ("so-y-te", Some("80"), None),
                ]
            ),
        ])
    );
}

#[test]
fn a_mistyped_value_of_the_first_edition_changes_in_sight_too() {
    let past = [first(), recorded(1, &[("so-xay-dung", "67.15")], &[])];
    let answer = ask(&past, record(&[("so-xay-dung", "76.15")], &[])).unwrap();
    assert_eq!(
        answer[1],
        corrected(1, &[("so-xay-dung", Some("67.15"), Some("76.15"))])
    );
    let unpublished = [recorded(0, &[("so-xay-dung", "67.15")], &[])];
    let answer = ask(&unpublished, record(&[("so-xay-dung", "76.15")], &[])).unwrap();
    assert_eq!(answer.len(), 1, "nothing was published yet");
}

#[test]
fn an_empty_cell_of_a_unit_without_entry_changes_nothing() {
    assert_eq!(ask(&[first()], record(&[], &["so-y-te"])), Ok(vec![]));
    assert_eq!(
        ask(&[first()], record(&[], &[])),
        Err(Rejection::NumberOfEntries)
    );
}

#[test]
fn entries_that_cannot_be_are_rejected() {
    let twice = record(&[("so-y-te", "80"), ("so-y-te", "81")], &[]);
    assert_eq!(
        ask(&[], twice),
        Err(Rejection::Duplicate("so-y-te".to_owned()))
    );
    let there_and_absent = record(&[("so-y-te", "80")], &["so-y-te"]);
    assert_eq!(
        ask(&[], there_and_absent),
        Err(Rejection::Duplicate("so-y-te".to_owned()))
    );
    let mixed = Command::Record(RecordEntries {
        kind: IndexKind::Satisfaction,
        year: 2022,
        entries: scores(&[("so-y-te", "80")]),
        absent: BTreeSet::new(),
    });
    assert_eq!(
        ask(&[], mixed),
        Err(Rejection::KindOfEntries(IndexKind::Satisfaction))
    );
}

#[test]
fn tasks_are_at_most_all_done_and_never_corrected() {
    let tasks = |done_on_time| {
        Command::Record(RecordEntries {
            kind: IndexKind::Tasks,
            year: 2024,
            entries: Entries::Tasks(vec![TaskEntry {
                unit: unit("so-ke-hoach-va-dau-tu"),
                assigned: 42,
                done_on_time,
            }]),
            absent: BTreeSet::new(),
        })
    };
    assert_eq!(
        ask(&[], tasks(43)),
        Err(Rejection::MoreDoneThanAssigned(
            "so-ke-hoach-va-dau-tu".to_owned()
        ))
    );
    let before = ask(&[], tasks(40)).unwrap();
    let after = ask(&before, tasks(42)).unwrap();
    assert_eq!(after.len(), 1);
}

#[test]
fn only_home_affairs_keeps_indexes() {
    for role in others(&[Role::HomeAffairs]) {
        for command in [
            Command::Publish(published(1, "2023-03-31")),
            record(&[("so-y-te", "80")], &[]),
        ] {
            let events = when::<Index, _>(&IndexState::default(), role, command).unwrap();
            assert!(
                matches!(events.as_slice(), [Event::AttemptRefused(_)]),
                "{role:?}"
            );
        }
    }
}

#[test]
fn the_edition_of_a_day_is_the_last_one_published_by_then() {
    let state = given::<Index>(&[first(), second()]);
    for (on, edition) in [
        ("2023-03-30", None),
        ("2023-03-31", Some(1)),
        ("2023-06-11", Some(1)),
        ("2023-06-12", Some(2)),
    ] {
        assert_eq!(
            state.edition_on(day(on)).map(|e| e.edition),
            edition,
            "{on}"
        );
    }
    assert_eq!(Index::listing(&state).status, "CORRECTED");
    assert_eq!(Index::evolve(state.clone(), &corrected(2, &[])), state);
}

#[test]
fn an_event_reads_back_as_it_was_written() {
    for event in [
        first(),
        recorded(1, &[("so-y-te", "80.5")], &["a"]),
        corrected(2, &[]),
    ] {
        let json = serde_json::to_string(&event).unwrap();
        assert_eq!(
            serde_json::from_str::<Event>(&json).unwrap(),
            event,
            "{json}"
        );
    }
    let json = serde_json::to_string(&recorded(1, &[("so-y-te", "80.5")], &[])).unwrap();
    assert_eq!(
        json,
        r#"{"entriesRecorded":{"kind":"UNIT_INDEX","year":2022,"edition":1,"entries":{"scores":[{"unit":"so-y-te","score":"80.5"}]}}}"#
    );
}
