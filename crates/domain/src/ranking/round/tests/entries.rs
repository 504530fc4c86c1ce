//! Items entering, withdrawn, resting, excluded; mergers.

use super::*;
use crate::ranking::round::{HoldChange, NoteMerger, WithdrawItems};

fn change(of: &str) -> HoldChange {
    HoldChange {
        hold: hold("kl-1"),
        subject: subject(of),
    }
}

fn withdraw(dossier: &str) -> Command {
    Command::WithdrawItems(WithdrawItems {
        dossier: DossierId::parse(dossier).unwrap(),
        reason: "Đơn vị rút".to_owned(),
    })
}

#[test]
fn only_the_system_enters_items() {
    let given = Given::default().and(Role::HomeAffairs, "2025-04-20", open_round(opening()));
    let command = entering(vec![entry("d1", Lane::CertDepartment, "so-y-te")]);
    assert_eq!(
        given.denied(Role::StandingOffice, "2025-06-20", command),
        "D"
    );
}

#[test]
fn an_item_enters_once_and_a_subject_once_a_lane() {
    let given = opened();
    let again = entering(vec![entry("d1", Lane::CertDepartment, "so-xd")]);
    assert_eq!(
        given.rejected(Role::System, "2025-06-21", again),
        Rejection::Twice { item: item("d1") }
    );
    let same = entering(vec![entry("d9", Lane::CertDepartment, "so-y-te")]);
    assert_eq!(
        given.rejected(Role::System, "2025-06-21", same),
        Rejection::SubjectTwice {
            item: item("d9"),
            lane: Lane::CertDepartment
        }
    );
}

#[test]
fn a_flag_has_no_place_in_an_annual_round() {
    let flag = entering(vec![entry("f1", Lane::FlagDepartment, "so-y-te")]);
    assert_eq!(
        opened().rejected(Role::System, "2025-06-21", flag),
        Rejection::NoAwards {
            item: item("f1"),
            lane: Lane::FlagDepartment
        }
    );
}

#[test]
fn an_item_whose_subject_is_on_hold_enters_suspended() {
    let command = Command::EnterItems(EnterItems {
        items: vec![entry("d9", Lane::CertDepartment, "so-xd")],
        holds: vec![change("so-xd")],
    });
    let given = opened().and(Role::System, "2025-06-21", command);
    assert_eq!(given.standing("d9"), "SUSPENDED");
}

#[test]
fn a_withdrawn_dossier_takes_its_items_out_and_the_ranking_is_outdated() {
    let given = ranked().and(Role::System, "2025-08-01", withdraw("HS-d1"));
    assert_eq!(given.standing("d1"), "WITHDRAWN");
    assert!(given.round().ranking.as_ref().unwrap().outdated.is_some());
    // The unit may submit the same subject anew.
    let anew = entering(vec![entry("d9", Lane::CertDepartment, "so-y-te")]);
    assert_eq!(
        given.leads_to(Role::System, "2025-08-02", anew),
        ["ItemEntered"]
    );
}

#[test]
fn after_the_signature_a_withdrawal_is_refused_and_recorded() {
    assert_eq!(
        signed().denied(Role::System, "2025-08-16", withdraw("HS-d1")),
        "D2"
    );
}

#[test]
fn withdrawing_a_dossier_the_round_never_saw_does_nothing() {
    let nothing = opened().leads_to(Role::System, "2025-08-01", withdraw("HS-x"));
    assert_eq!(nothing, Vec::<&str>::new());
}

#[test]
fn a_hold_suspends_and_its_end_resumes() {
    let given = opened().and(
        Role::System,
        "2025-08-01",
        Command::SuspendItems(change("so-y-te")),
    );
    assert_eq!(given.standing("d1"), "SUSPENDED");
    // The individuals of the unit are not touched: they are not held themselves.
    assert_eq!(given.standing("p1"), "ENTERED");
    let again = given.leads_to(
        Role::System,
        "2025-08-01",
        Command::SuspendItems(change("so-y-te")),
    );
    assert_eq!(again, Vec::<&str>::new());
    let resumed = given.and(
        Role::System,
        "2025-08-10",
        Command::ResumeItems(change("so-y-te")),
    );
    assert_eq!(resumed.standing("d1"), "ENTERED");
}

#[test]
fn under_two_holds_an_item_resumes_with_the_end_of_the_second() {
    let second = || HoldChange {
        hold: hold("kl-2"),
        subject: subject("so-y-te"),
    };
    let given = opened()
        .and(
            Role::System,
            "2025-08-01",
            Command::SuspendItems(change("so-y-te")),
        )
        .and(Role::System, "2025-08-02", Command::SuspendItems(second()))
        .and(
            Role::System,
            "2025-08-03",
            Command::ResumeItems(change("so-y-te")),
        );
    assert_eq!(given.standing("d1"), "SUSPENDED");
    let given = given.and(Role::System, "2025-08-04", Command::ResumeItems(second()));
    assert_eq!(given.standing("d1"), "ENTERED");
}

#[test]
fn imposed_discipline_excludes_for_the_whole_round() {
    let given = opened()
        .and(
            Role::System,
            "2025-08-01",
            Command::SuspendItems(change("so-y-te")),
        )
        .and(
            Role::System,
            "2025-08-10",
            Command::ExcludeItems(change("so-y-te")),
        );
    assert_eq!(given.standing("d1"), "EXCLUDED_DISCIPLINE");
    let nothing = given.leads_to(
        Role::System,
        "2025-08-11",
        Command::ResumeItems(change("so-y-te")),
    );
    assert_eq!(nothing, Vec::<&str>::new());
}

#[test]
fn a_hold_after_the_award_changes_nothing() {
    let nothing = signed().leads_to(
        Role::System,
        "2025-08-20",
        Command::SuspendItems(change("so-y-te")),
    );
    assert_eq!(nothing, Vec::<&str>::new());
}

#[test]
fn a_merger_is_noted_with_the_items_of_the_unit() {
    let merger = |of: &str| {
        Command::NoteMerger(NoteMerger {
            unit: unit(of),
            valid_to: day("2025-06-30"),
            successor: unit("so-khac"),
            decision: "12/NQ-HĐND".to_owned(),
        })
    };
    let events = opened()
        .when(Role::System, "2025-07-01", merger("so-y-te"))
        .unwrap();
    let [RoundEvent::UnitMergeNoted(noted)] = events.as_slice() else {
        panic!("{events:?}");
    };
    let touched: Vec<_> = noted.items.iter().map(|i| i.item.as_str()).collect();
    assert_eq!(touched, ["d1", "p1", "p2"]);
    let stranger = opened().leads_to(Role::System, "2025-07-01", merger("so-la"));
    assert_eq!(stranger, Vec::<&str>::new());
}
