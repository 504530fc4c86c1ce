//! Verdicts as they are recorded.

use super::*;
use crate::evaluation::{FactKind, InputUsed};

fn department(verdict: Verdict) -> JudgedItem {
    judged("d", Lane::CertDepartment, None, verdict)
}

fn record(items: Vec<JudgedItem>) -> Command {
    Command::RecordEvaluation(evaluation(items))
}

fn record_changes(items: Vec<JudgedItem>) -> Command {
    Command::RecordEvaluation(RecordEvaluation {
        only_changes: true,
        ..evaluation(items)
    })
}

fn types(events: &[Event]) -> Vec<&'static str> {
    use crate::decider::StoredEvent;
    events.iter().map(StoredEvent::event_type).collect()
}

#[test]
fn every_forwarded_item_gets_its_verdict_and_an_ineligible_one_is_announced() {
    let items = vec![
        judged("a", Lane::CertAdvising, None, Verdict::Met),
        department(Verdict::NotMet),
        judged(
            "p",
            Lane::CertIndividual,
            Some(Basis::Adviser),
            Verdict::NeedsFinding,
        ),
    ];
    let events = forwarded()
        .when(&standing_office(), LATER, record(items))
        .unwrap();
    assert_eq!(
        types(&events),
        [
            "EligibilityEvaluated",
            "EligibilityEvaluated",
            "ItemFoundIneligible",
            "EligibilityEvaluated"
        ]
    );
    let Event::ItemFoundIneligible(found) = &events[2] else {
        panic!("{events:?}");
    };
    assert_eq!(found.rules, criteria_of(Lane::CertDepartment, None));
}

#[test]
fn a_re_evaluation_records_only_what_changed() {
    let given = forwarded().and(
        &standing_office(),
        LATER,
        record(vec![department(Verdict::NeedsFinding)]),
    );
    let unchanged = record_changes(vec![department(Verdict::NeedsFinding)]);
    assert_eq!(given.when(&system(), LATER, unchanged), Ok(Vec::new()));
    let mut moved = department(Verdict::NeedsFinding);
    moved.criteria[3].value = Some("77.15".to_owned());
    let events = given
        .when(&system(), LATER, record_changes(vec![moved]))
        .unwrap();
    assert_eq!(types(&events), ["EligibilityEvaluated"]);
}

#[test]
fn the_same_figure_from_other_facts_is_something_new_once_receipts_are_kept() {
    let judged = |score: &str, position: u64| {
        let mut judged = department(Verdict::NeedsFinding);
        judged.receipt_digest = Some("sha256:00".to_owned());
        judged.criteria[3].value = Some("80".to_owned());
        judged.criteria[3].inputs = vec![InputUsed {
            kind: FactKind::Score,
            of: "so-y-te".to_owned(),
            year: Some(2024),
            value: Some(score.to_owned()),
            position: Some(position),
        }];
        judged
    };
    let given = forwarded().and(&standing_office(), LATER, record(vec![judged("80", 5)]));
    let moved = record_changes(vec![judged("80", 6)]);
    assert_eq!(given.when(&system(), LATER, moved), Ok(Vec::new()));
    let other = record_changes(vec![judged("81", 6)]);
    let events = given.when(&system(), LATER, other).unwrap();
    assert_eq!(types(&events), ["EligibilityEvaluated"]);
}

#[test]
fn a_re_evaluation_from_older_facts_than_the_last_verdicts_records_nothing() {
    let given = forwarded().and(
        &standing_office(),
        LATER,
        record(vec![department(Verdict::Met)]),
    );
    let older = Command::RecordEvaluation(RecordEvaluation {
        only_changes: true,
        facts_position: 6,
        ..evaluation(vec![department(Verdict::NotMet)])
    });
    assert_eq!(given.when(&system(), LATER, older), Ok(Vec::new()));
}

#[test]
fn a_re_evaluation_may_repeat_a_day_later_than_its_cause() {
    let repeated = record_changes(vec![department(Verdict::Met)]);
    let events = forwarded().when(&system(), CHECKED, repeated).unwrap();
    assert_eq!(types(&events), ["EligibilityEvaluated"]);
}

#[test]
fn an_item_known_as_ineligible_for_the_same_criteria_is_not_announced_twice() {
    let command = || record(vec![department(Verdict::NotMet)]);
    let given = forwarded().and(&standing_office(), LATER, command());
    let events = given.when(&standing_office(), LATER, command()).unwrap();
    assert_eq!(types(&events), ["EligibilityEvaluated"]);
}

#[test]
fn a_verdict_covers_the_items_row_in_order() {
    let mut short = department(Verdict::Met);
    short.criteria.pop();
    let result = forwarded().when(&standing_office(), LATER, record(vec![short]));
    assert_eq!(result, Err(Rejection::RowNotCovered { item: item("d") }));
    let mut swapped = department(Verdict::Met);
    swapped.criteria.swap(0, 1);
    let result = forwarded().when(&standing_office(), LATER, record(vec![swapped]));
    assert_eq!(result, Err(Rejection::RowNotCovered { item: item("d") }));
}

#[test]
fn an_evaluation_names_forwarded_items_once_each() {
    let given = forwarded();
    let twice = vec![department(Verdict::Met), department(Verdict::Met)];
    for items in [vec![], twice] {
        let result = given.when(&standing_office(), LATER, record(items));
        assert_eq!(result, Err(Rejection::EvaluatedItems));
    }
    let unknown = judged("x", Lane::CertDepartment, None, Verdict::Met);
    let result = given.when(&standing_office(), LATER, record(vec![unknown]));
    assert_eq!(result, Err(Rejection::NotForwarded { item: item("x") }));
}

#[test]
fn verdicts_are_not_dated_ahead_and_end_with_the_round() {
    let ahead = Command::RecordEvaluation(RecordEvaluation {
        as_of: day("2025-07-03"),
        ..evaluation(vec![department(Verdict::Met)])
    });
    let result = forwarded().when(&standing_office(), LATER, ahead);
    assert_eq!(result, Err(Rejection::Future { field: "asOf" }));
    let closed = Command::RecordEvaluation(RecordEvaluation {
        round_closed: true,
        ..evaluation(vec![department(Verdict::Met)])
    });
    assert_eq!(forwarded().denied(&standing_office(), LATER, closed), "R43");
}

#[test]
fn a_recorded_verdict_can_be_computed_again() {
    let events = forwarded()
        .when(
            &standing_office(),
            LATER,
            record(vec![department(Verdict::Met)]),
        )
        .unwrap();
    let [Event::EligibilityEvaluated(evaluated)] = events.as_slice() else {
        panic!("{events:?}");
    };
    assert_eq!(evaluated.rule_book, RuleBook::soc_trang().reference());
    assert_eq!(evaluated.facts_position, 7);
    assert_eq!(evaluated.inputs_digest, "sha256:00");
    assert_eq!(evaluated.as_of, day("2025-07-01"));
}
