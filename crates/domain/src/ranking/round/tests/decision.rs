//! Signing, issuing, publishing, handing over.

use super::*;
use crate::ranking::event::RegisteredNumber;
use crate::ranking::round::{HandOver, HoldChange};

const ON: &str = "2025-08-15";

fn hand_over(id: &str, representative: Option<&str>) -> Command {
    Command::HandOver(HandOver {
        item: item(id),
        on: day("2025-09-02"),
        representative: representative.map(str::to_owned),
    })
}

#[test]
fn r43_the_chairman_signs_what_was_ranked_minuted_adopted_and_proposed() {
    let given = signed();
    for id in SELECTED {
        assert_eq!(given.standing(id), "AWARDED");
    }
    assert_eq!(given.standing("d4"), "ENTERED");
    assert_eq!(given.round().status(), "DECIDED");
}

#[test]
fn r2_any_other_issuer_is_refused() {
    for role in [
        Role::UnitHead,
        Role::StandingOffice,
        Role::Records,
        Role::SteeringCommittee,
    ] {
        assert_eq!(
            proposed().denied(role, ON, sign(DECISION, ON, &["d1"])),
            "R2"
        );
    }
}

#[test]
fn r2_a_certificate_is_not_the_committees_to_give() {
    let mut wrong = signing(DECISION, ON, &["d1"]);
    wrong.body = IssuingBody::PeoplesCommittee;
    assert_eq!(
        proposed().denied(Role::Chairman, ON, Command::SignDecision(wrong)),
        "R2"
    );
}

#[test]
fn r43_nobody_is_added_who_is_not_on_the_proposal() {
    assert_eq!(
        proposed().denied(Role::Chairman, ON, sign(DECISION, ON, &["d1", "d4"])),
        "R43"
    );
    assert_eq!(
        shortlisted().denied(Role::Chairman, ON, sign(DECISION, ON, &["d1"])),
        "R43"
    );
}

#[test]
fn r35_a_hold_between_list_and_signature_refuses_that_item_and_the_others_are_signed() {
    let mut command = signing(DECISION, ON, &SELECTED);
    command.holds = vec![held("so-y-te", "2025-08-01", None)];
    let events = proposed()
        .when(Role::Chairman, ON, Command::SignDecision(command))
        .unwrap();
    let [
        RoundEvent::DecisionSigned(signed),
        RoundEvent::AttemptRefused(refused),
    ] = events.as_slice()
    else {
        panic!("{events:?}");
    };
    let names: Vec<_> = signed.items.iter().map(|i| i.item.as_str()).collect();
    assert_eq!(names, ["d2", "d3", "p1", "p2"]);
    assert_eq!(refused.refusal.rule, "R35");
    assert_eq!(refused.items[0].item, item("d1"));
    let given = proposed().told(events);
    assert_eq!(given.standing("d1"), "ENTERED");
}

#[test]
fn r35_a_decision_on_held_items_only_is_refused_as_a_whole() {
    let mut command = signing(DECISION, ON, &["d1"]);
    command.holds = vec![held("so-y-te", "2025-08-15", None)];
    assert_eq!(
        proposed().denied(Role::Chairman, ON, Command::SignDecision(command)),
        "R35"
    );
}

#[test]
fn r35_a_hold_that_ended_by_the_day_or_begins_later_does_not_hold() {
    for hold in [
        held("so-y-te", "2025-08-01", Some(ON)),
        held("so-y-te", "2025-08-16", None),
        held("so-y-te", "2025-08-01", Some("2025-08-01")),
        held("so-la", "2025-08-01", None),
    ] {
        let mut command = signing(DECISION, ON, &["d1"]);
        command.holds = vec![hold];
        assert_eq!(
            proposed().leads_to(Role::Chairman, ON, Command::SignDecision(command)),
            ["DecisionSigned"]
        );
    }
}

#[test]
fn an_earlier_date_on_the_paper_does_not_slip_past_a_hold() {
    // Dated the 10th, signed on the 15th, held since the 12th.
    let mut command = signing(DECISION, "2025-08-10", &["d1"]);
    command.holds = vec![held("so-y-te", "2025-08-12", None)];
    assert_eq!(
        proposed().denied(Role::Chairman, ON, Command::SignDecision(command)),
        "R35"
    );
}

#[test]
fn the_rounds_own_suspension_holds_even_if_the_facts_do_not_say_so() {
    let given = proposed().and(
        Role::System,
        "2025-08-01",
        Command::SuspendItems(HoldChange {
            hold: hold("kl-1"),
            subject: subject("so-y-te"),
        }),
    );
    assert_eq!(
        given.denied(Role::Chairman, ON, sign(DECISION, ON, &["d1"])),
        "R35"
    );
}

#[test]
fn r7_no_lane_gets_more_awards_than_its_quota_over_all_decisions() {
    // d1 to d3 are signed; d1 is replaced by nothing, d4 is proposed on a forged second list.
    let given = signed().told(vec![RoundEvent::ProposalSubmitted(
        crate::ranking::event::ProposalSubmitted {
            number: "91/TTr-SNV".to_owned(),
            date: day(ON),
            ranking_edition: 1,
            items: vec![crate::ranking::event::ItemRef {
                item: item("d4"),
                dossier: DossierId::parse("HS-d4").unwrap(),
            }],
            document: None,
        },
    )]);
    assert_eq!(
        given.denied(Role::Chairman, ON, sign("1501/QĐ-UBND", ON, &["d4"])),
        "R7"
    );
}

#[test]
fn r52_a_number_is_taken_once_a_body_and_year_whatever_zeros_stand_in_front() {
    let mut elsewhere = signing("015/QĐ-UBND", ON, &["d1"]);
    elsewhere.taken = BTreeSet::from([RegisteredNumber::of(
        IssuingBody::Chairman,
        day("2025-01-15"),
        "15/QĐ-UBND",
    )]);
    assert_eq!(
        proposed().rejected(Role::Chairman, ON, Command::SignDecision(elsewhere.clone())),
        Rejection::NumberTaken {
            number: "15/QĐ-UBND".to_owned(),
            year: 2025
        }
    );
    // Numbering begins anew every 1 January, and each body has its own register.
    for free in [
        RegisteredNumber::of(IssuingBody::Chairman, day("2024-12-31"), "15/QĐ-UBND"),
        RegisteredNumber::of(
            IssuingBody::PeoplesCommittee,
            day("2025-01-15"),
            "15/QĐ-UBND",
        ),
    ] {
        elsewhere.taken = BTreeSet::from([free]);
        assert_eq!(
            proposed().leads_to(Role::Chairman, ON, Command::SignDecision(elsewhere.clone())),
            ["DecisionSigned"]
        );
    }
    let given = proposed().and(Role::Chairman, ON, sign(DECISION, ON, &["d1"]));
    assert!(matches!(
        given.rejected(Role::Chairman, ON, sign(DECISION, ON, &["d2"])),
        Rejection::NumberTaken { .. }
    ));
}

#[test]
fn r52_a_number_begins_with_digits_and_is_not_zero() {
    for number in ["QĐ-UBND", "00/QĐ-UBND", "-5/QĐ"] {
        assert!(matches!(
            proposed().rejected(Role::Chairman, ON, sign(number, ON, &["d1"])),
            Rejection::NotANumber { .. }
        ));
    }
}

#[test]
fn a_decision_is_not_dated_before_the_proposal_nor_after_the_signature() {
    for date in ["2025-07-31", "2025-08-16"] {
        assert!(matches!(
            proposed().rejected(Role::Chairman, ON, sign(DECISION, date, &["d1"])),
            Rejection::Day { .. }
        ));
    }
}

#[test]
fn an_award_is_signed_once() {
    assert_eq!(
        signed().rejected(Role::Chairman, ON, sign("1501/QĐ-UBND", ON, &["d1"])),
        Rejection::ItemStands {
            item: item("d1"),
            status: "AWARDED"
        }
    );
}

#[test]
fn records_issues_publishes_and_hands_over_in_this_order() {
    assert!(matches!(
        signed().rejected(Role::Records, "2025-09-02", hand_over("p1", None)),
        Rejection::DecisionStands {
            status: "SIGNED",
            wanted: "ISSUED",
            ..
        }
    ));
    assert_eq!(
        signed().denied(Role::Chairman, "2025-08-16", issue("2025-08-16")),
        "D"
    );
    let given = published()
        .and(
            Role::Records,
            "2025-09-02",
            hand_over("d1", Some("Giám đốc")),
        )
        .and(Role::Records, "2025-09-02", hand_over("p1", None));
    assert!(matches!(
        given.round().items[&item("p1")].standing,
        Standing::Awarded {
            handed_over: Some(_),
            ..
        }
    ));
    assert_eq!(
        given.rejected(Role::Records, "2025-09-02", hand_over("p1", None)),
        Rejection::ItemStands {
            item: item("p1"),
            status: "HANDED_OVER"
        }
    );
    assert!(matches!(
        given.rejected(Role::Records, "2025-09-02", issue("2025-09-02")),
        Rejection::DecisionStands {
            status: "PUBLISHED",
            ..
        }
    ));
}

#[test]
fn individuals_receive_in_person_and_collectives_through_a_representative() {
    let given = issued();
    for (id, representative) in [("p1", Some("Trưởng phòng")), ("d1", None)] {
        assert!(matches!(
            given.rejected(Role::Records, "2025-09-02", hand_over(id, representative)),
            Rejection::Representative { .. }
        ));
    }
}
