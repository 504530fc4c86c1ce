//! Findings: which criterion, which day, what supersedes.

use super::*;

#[test]
fn a_later_finding_on_the_same_criterion_supersedes_the_earlier_one() {
    let given = forwarded()
        .and(
            &standing_office(),
            LATER,
            finding("d", RuleId::R24, FindingVerdict::Met),
        )
        .and(
            &standing_office(),
            LATER,
            finding("d", RuleId::R24, FindingVerdict::NotMet),
        );
    let CaseState::Opened(case) = &given.state else {
        panic!("no case");
    };
    let in_force = &case.items[&item("d")].findings;
    assert_eq!(in_force.len(), 1);
    assert_eq!(in_force[&RuleId::R24].verdict, FindingVerdict::NotMet);
}

#[test]
fn every_criterion_of_an_items_row_takes_a_finding_but_the_floor() {
    let given = forwarded();
    for (on, lane, basis) in [
        ("a", Lane::CertAdvising, None),
        ("d", Lane::CertDepartment, None),
        ("p", Lane::CertIndividual, Some(Basis::Adviser)),
    ] {
        for rule in RuleId::ALL {
            let command = finding(on, *rule, FindingVerdict::Met);
            let result = given.when(&standing_office(), LATER, command);
            let item = item(on);
            let rule = *rule;
            if !criteria_of(lane, basis).contains(&rule) {
                assert_eq!(result, Err(Rejection::ForeignCriterion { item, rule }));
            } else if rule == RuleId::R26 {
                assert_eq!(result, Err(Rejection::ComputedCriterion { rule }));
            } else {
                let events = result.unwrap();
                assert!(
                    matches!(events.as_slice(), [Event::FindingRecorded(_)]),
                    "{events:?}"
                );
            }
        }
    }
}

#[test]
fn a_finding_is_not_dated_before_the_receipt_or_after_the_act() {
    let given = forwarded();
    for (found_on, possible) in [
        ("2025-06-01", false),
        ("2025-06-02", true),
        ("2025-07-02", true),
        ("2025-07-03", false),
    ] {
        let Command::RecordFinding(finding) = finding("d", RuleId::R24, FindingVerdict::Met) else {
            unreachable!()
        };
        let command = Command::RecordFinding(RecordFinding {
            found_on: day(found_on),
            ..finding
        });
        let result = given.when(&standing_office(), LATER, command);
        assert_eq!(result.is_ok(), possible, "{found_on}");
    }
}

#[test]
fn findings_wait_until_the_dossier_is_forwarded_and_end_with_the_round() {
    let command = finding("d", RuleId::R24, FindingVerdict::Met);
    let early = accepted().when(&standing_office(), LATER, command.clone());
    assert!(
        matches!(early, Err(Rejection::WrongStep { .. })),
        "{early:?}"
    );
    let Command::RecordFinding(closed) = command else {
        unreachable!()
    };
    let closed = Command::RecordFinding(RecordFinding {
        round_closed: true,
        ..closed
    });
    assert_eq!(forwarded().denied(&standing_office(), LATER, closed), "R43");
}

#[test]
fn an_item_left_out_for_lateness_takes_no_finding() {
    let at = "2025-06-10T15:30:00+07:00";
    let given = opened_with(content())
        .and(&home_affairs(), at, receive(at))
        .and(&home_affairs(), at, check())
        .and(&home_affairs(), at, Command::AcceptDossier)
        .and(&home_affairs(), at, Command::ForwardDossier);
    let command = finding("a", RuleId::R19, FindingVerdict::Met);
    let result = given.when(&standing_office(), LATER, command);
    assert_eq!(result, Err(Rejection::NotForwarded { item: item("a") }));
}

#[test]
fn a_finding_says_from_what_it_was_seen() {
    let Command::RecordFinding(blank) = finding("d", RuleId::R24, FindingVerdict::Met) else {
        unreachable!()
    };
    let blank = Command::RecordFinding(RecordFinding {
        evidence: "  ".to_owned(),
        ..blank
    });
    let result = forwarded().when(&standing_office(), LATER, blank);
    assert!(
        matches!(
            result,
            Err(Rejection::Text {
                field: "evidence",
                ..
            })
        ),
        "{result:?}"
    );
}
