//! Cases that follow the procedure, and one of every deviation.

use serde_json::{Value, json};

use super::*;

fn seen(position: u64, category: &str, event: &str, person: &str, body: Value) -> Seen {
    Seen {
        position,
        category: category.to_owned(),
        id: if category == "round" { "r" } else { "d" }.to_owned(),
        event: event.to_owned(),
        body,
        person: Some(person.to_owned()),
    }
}

/// A dossier as it should be.
fn dossier() -> Vec<Seen> {
    let item = json!({"item": "i"});
    let steps = [
        ("dossier", "DossierDrafted", "staff", json!({})),
        ("dossier", "ItemAdded", "staff", item.clone()),
        ("dossier", "ReportAttached", "staff", item.clone()),
        (
            "dossier",
            "MinutesRecorded",
            "office",
            json!({"date": "2025-05-28"}),
        ),
        ("dossier", "ReportConfirmed", "committee", item.clone()),
        (
            "dossier",
            "ProposalSigned",
            "head",
            json!({"date": "2025-06-03"}),
        ),
        ("dossier", "DossierSubmitted", "head", json!({})),
        ("case", "CaseOpened", "system", json!({})),
        (
            "case",
            "DossierReceived",
            "gate",
            json!({"timeliness": [{"item": "i", "onTime": true, "dueOn": "2025-06-16"}]}),
        ),
        ("case", "CompletenessChecked", "gate", json!({})),
        ("case", "DossierAccepted", "gate", json!({})),
        (
            "case",
            "DossierForwarded",
            "gate",
            json!({"items": [{"item": "i"}]}),
        ),
        ("case", "FindingRecorded", "verifier", item.clone()),
        ("case", "EligibilityEvaluated", "verifier", item),
    ];
    (1..)
        .zip(steps)
        .map(|(at, (category, event, person, body))| seen(at, category, event, person, body))
        .collect()
}

fn judged(events: &[Seen]) -> Checked {
    let procedure = Procedure::soc_trang().unwrap();
    let case = Case {
        scope: Scope::Dossier,
        id: "d",
        events,
        round_closed: true,
    };
    check(&procedure, case).unwrap()
}

fn kinds(checked: &Checked) -> Vec<(DeviationKind, &str)> {
    checked
        .deviations
        .iter()
        .map(|found| (found.kind, found.step.as_str()))
        .collect()
}

#[test]
fn a_dossier_as_declared_is_fit_and_deviates_in_nothing() {
    let checked = judged(&dossier());
    assert_eq!(kinds(&checked), []);
    assert_eq!(checked.fitness_ten_thousandths(), 10_000);
    assert_eq!((checked.cost, checked.steps), (0, 13));
    // The shortest run that the net asks for has ten steps.
    assert_eq!(checked.worst, 13 + 10);
    assert!(checked.complete && checked.constraints >= 4);
}

#[test]
fn a_skipped_step_is_named_with_its_clause() {
    let mut events = dossier();
    events.retain(|seen| seen.event != "CompletenessChecked");
    let checked = judged(&events);
    assert_eq!(
        kinds(&checked),
        [(DeviationKind::SkippedStep, "CompletenessChecked")]
    );
    assert_eq!(checked.deviations[0].citation, "III.5.a");
    assert_eq!(checked.cost, 1);
    // 1 - 1 / (12 + 10)
    assert_eq!(checked.fitness_ten_thousandths(), 9_545);
}

#[test]
fn a_step_in_the_wrong_place_is_told_once() {
    let mut events = dossier();
    let minutes = events.remove(3);
    // Between the signature and the submission.
    events.insert(
        5,
        Seen {
            position: 100,
            ..minutes
        },
    );
    for (at, seen) in (1..).zip(events.iter_mut()) {
        seen.position = at;
    }
    let checked = judged(&events);
    let (order, _): (Vec<_>, Vec<_>) = kinds(&checked)
        .into_iter()
        .partition(|(kind, _)| *kind == DeviationKind::WrongOrder);
    assert_eq!(order.len(), 1, "{:?}", checked.deviations);
    assert!(checked.cost >= 1);
}

#[test]
fn one_person_in_two_offices_is_found() {
    let mut events = dossier();
    events[12].person = Some("head".to_owned());
    let checked = judged(&events);
    assert_eq!(
        kinds(&checked),
        [(DeviationKind::SamePerson, "FindingRecorded")]
    );
    assert_eq!(checked.deviations[0].rule.as_deref(), Some("R55"));
    assert_eq!(checked.fitness_ten_thousandths(), 10_000);
}

#[test]
fn late_and_wrongly_dated_papers_are_found() {
    let mut events = dossier();
    events[8].body["timeliness"][0]["onTime"] = json!(false);
    events[3].body["date"] = json!("2025-06-04");
    let checked = judged(&events);
    assert_eq!(
        kinds(&checked),
        [
            (DeviationKind::WrongOrder, "ProposalSigned"),
            (DeviationKind::Late, "DossierReceived"),
        ]
    );
    assert_eq!(
        checked.deviations[1].about.as_deref(),
        Some("i, 2025-06-16")
    );
    assert_eq!(checked.broken, 2);
}

#[test]
fn an_unknown_step_and_an_item_nobody_confirmed_are_found() {
    let mut events = dossier();
    events[4].body["item"] = json!("other");
    events.push(seen(15, "case", "DossierShredded", "gate", json!({})));
    let checked = judged(&events);
    assert_eq!(
        kinds(&checked),
        [
            (DeviationKind::SkippedStep, "ReportConfirmed"),
            (DeviationKind::UnexpectedStep, "DossierShredded"),
        ]
    );
}

#[test]
fn a_running_case_owes_nothing_yet() {
    let procedure = Procedure::soc_trang().unwrap();
    let events = &dossier()[..9];
    let case = Case {
        scope: Scope::Dossier,
        id: "d",
        events,
        round_closed: false,
    };
    let checked = check(&procedure, case).unwrap();
    assert!(!checked.complete);
    assert_eq!((checked.cost, kinds(&checked).len()), (0, 0));
}

#[test]
fn a_decision_on_an_item_that_nobody_proposed_is_found() {
    let procedure = Procedure::soc_trang().unwrap();
    let items = json!({"items": [{"item": "i"}]});
    let listed = json!({"lanes": [{"items": [{"item": "i"}]}]});
    let mut events = vec![
        seen(1, "round", "RoundOpened", "so", json!({})),
        seen(2, "round", "RankingComputed", "so", json!({})),
        seen(
            3,
            "round",
            "MeetingRecorded",
            "so",
            json!({"ballots": [{"item": "i"}]}),
        ),
        seen(4, "round", "ShortlistAdopted", "sc", listed),
        seen(5, "round", "ProposalSubmitted", "so", json!({"items": []})),
        seen(6, "round", "DecisionSigned", "so", items),
    ];
    events[5].body["decision"] = json!("1/QĐ");
    let case = Case {
        scope: Scope::Round,
        id: "r",
        events: &events,
        round_closed: false,
    };
    let checked = check(&procedure, case).unwrap();
    assert_eq!(
        kinds(&checked),
        [
            (DeviationKind::SkippedStep, "EligibilityEvaluated"),
            (DeviationKind::SkippedStep, "ProposalSubmitted"),
            (DeviationKind::SamePerson, "DecisionSigned"),
        ]
    );
}
