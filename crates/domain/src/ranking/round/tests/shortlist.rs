//! Adopting, proposing, declining.

use super::*;
use crate::ranking::round::{DeclineItem, HoldChange};

fn minuted(ids: &[&str]) -> Given {
    ranked().and(
        Role::StandingOffice,
        "2025-07-30",
        record(meeting("12/BB-BCĐ", "2025-07-30", ids)),
    )
}

fn decline(id: &str, reason: &str) -> Command {
    Command::DeclineItem(DeclineItem {
        item: item(id),
        reason: reason.to_owned(),
    })
}

fn suspend(of: &str) -> Command {
    Command::SuspendItems(HoldChange {
        hold: hold("kl-1"),
        subject: subject(of),
    })
}

#[test]
fn the_steering_committee_adopts_what_was_selected_and_minuted() {
    let given = shortlisted();
    let shortlist = given.round().shortlist.as_ref().unwrap();
    assert_eq!(shortlist.items, items(&SELECTED).into_iter().collect());
    assert_eq!(given.round().status(), "SHORTLISTED");
}

#[test]
fn nobody_else_adopts() {
    for role in [Role::StandingOffice, Role::Chairman, Role::HomeAffairs] {
        assert_eq!(
            minuted(&ALL).denied(role, "2025-07-31", adopt(1, "2025-07-31")),
            "D"
        );
    }
}

#[test]
fn r43_a_selected_item_without_minuted_approval_blocks_the_list() {
    let given = minuted(&["d1", "d2", "p1", "p2"]);
    assert_eq!(
        given.rejected(
            Role::SteeringCommittee,
            "2025-07-31",
            adopt(1, "2025-07-31")
        ),
        Rejection::NotMinuted {
            items: items(&["d3"])
        }
    );
}

#[test]
fn a_tie_at_the_cut_blocks_the_list() {
    let given = opened();
    let tie = ranking(&given, "2025-07-30", &["d3", "d4"]);
    let given = given.and(
        Role::StandingOffice,
        "2025-07-30",
        Command::ComputeRanking(Box::new(tie)),
    );
    assert_eq!(
        given.rejected(
            Role::SteeringCommittee,
            "2025-07-31",
            adopt(1, "2025-07-31")
        ),
        Rejection::TieUnresolved {
            lanes: vec![Lane::CertDepartment]
        }
    );
}

#[test]
fn only_the_latest_and_a_true_ranking_is_adopted() {
    let given = minuted(&ALL);
    assert_eq!(
        given.rejected(
            Role::SteeringCommittee,
            "2025-07-31",
            adopt(2, "2025-07-31")
        ),
        Rejection::NotTheLatest {
            latest: 1,
            given: 2
        }
    );
    let given = given.and(Role::System, "2025-07-31", suspend("so-y-te"));
    assert!(matches!(
        given.rejected(
            Role::SteeringCommittee,
            "2025-07-31",
            adopt(1, "2025-07-31")
        ),
        Rejection::RankingOutdated { .. }
    ));
}

#[test]
fn a_hold_after_the_list_promotes_the_next_by_a_new_ranking_and_a_new_list() {
    let given = proposed().and(Role::System, "2025-08-01", suspend("so-y-te"));
    // Nothing falls by the hold alone: the others can still be signed.
    assert!(given.round().shortlist.is_some());
    let again = rank(&given, "2025-08-15");
    assert_eq!(
        given.leads_to(Role::StandingOffice, "2025-08-15", again.clone()),
        ["RankingComputed", "ShortlistReopened"]
    );
    let given = given.and(Role::StandingOffice, "2025-08-15", again).and(
        Role::SteeringCommittee,
        "2025-08-15",
        adopt(2, "2025-08-15"),
    );
    let shortlist = given.round().shortlist.as_ref().unwrap();
    assert!(shortlist.items.contains(&item("d4")));
    assert!(!shortlist.items.contains(&item("d1")));
}

#[test]
fn r43_a_proposal_names_items_of_the_list_only() {
    let given = shortlisted();
    assert_eq!(
        given.rejected(
            Role::HomeAffairs,
            "2025-08-01",
            propose("2025-08-01", &["d1", "d4"])
        ),
        Rejection::NotShortlisted { item: item("d4") }
    );
    assert_eq!(
        ranked().rejected(
            Role::HomeAffairs,
            "2025-08-01",
            propose("2025-08-01", &["d1"])
        ),
        Rejection::NoShortlist
    );
    assert_eq!(
        given.denied(Role::UnitHead, "2025-08-01", propose("2025-08-01", &["d1"])),
        "D"
    );
}

#[test]
fn who_is_on_hold_is_not_proposed() {
    let given = shortlisted().and(Role::System, "2025-08-01", suspend("so-y-te"));
    let rejection = given.rejected(
        Role::StandingOffice,
        "2025-08-01",
        propose("2025-08-01", &["d1"]),
    );
    assert_eq!(rejection, Rejection::OnHold { item: item("d1") });
}

#[test]
fn a_proposal_is_not_older_than_the_list() {
    assert!(matches!(
        shortlisted().rejected(
            Role::StandingOffice,
            "2025-08-01",
            propose("2025-07-30", &["d1"])
        ),
        Rejection::Day { .. }
    ));
}

#[test]
fn the_chairman_returns_an_item_with_a_reason_and_the_next_moves_up() {
    let given = proposed();
    assert!(matches!(
        given.rejected(Role::Chairman, "2025-08-10", decline("d1", " ")),
        Rejection::Text {
            field: "reason",
            ..
        }
    ));
    let given = given.and(
        Role::Chairman,
        "2025-08-10",
        decline("d1", "Cần làm rõ thành tích"),
    );
    assert_eq!(given.standing("d1"), "DECLINED");
    let again = ranking(&given, "2025-08-12", &[]);
    assert!(again.items.iter().all(|i| i.item != item("d1")));
    let fourth = again.items.iter().find(|i| i.item == item("d4")).unwrap();
    assert_eq!(fourth.outcome, ItemOutcome::Selected);
}

#[test]
fn only_the_chairman_returns_and_only_what_is_proposed() {
    assert_eq!(
        proposed().denied(
            Role::SteeringCommittee,
            "2025-08-10",
            decline("d1", "Lý do")
        ),
        "D"
    );
    assert_eq!(
        shortlisted().rejected(Role::Chairman, "2025-08-10", decline("d1", "Lý do")),
        Rejection::NotProposed { item: item("d1") }
    );
}

#[test]
fn after_a_first_decision_a_new_list_fills_only_the_slots_that_are_left() {
    // d1 and d2 are signed, d3 is declined: one slot of three is left for d4.
    let given = proposed()
        .and(
            Role::Chairman,
            "2025-08-15",
            sign(DECISION, "2025-08-15", &["d1", "d2"]),
        )
        .and(Role::Chairman, "2025-08-15", decline("d3", "Lý do"));
    let again = rank(&given, "2025-08-16");
    let given = given.and(Role::StandingOffice, "2025-08-16", again).and(
        Role::SteeringCommittee,
        "2025-08-16",
        adopt(2, "2025-08-16"),
    );
    let listed: Vec<_> = given
        .round()
        .shortlist
        .as_ref()
        .unwrap()
        .items
        .iter()
        .collect();
    assert_eq!(listed, [&item("d4"), &item("p1"), &item("p2")]);
}
