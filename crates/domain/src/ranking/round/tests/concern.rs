//! On whose path an event of the round is told.

use super::aftermath::correct;
use super::*;
use crate::ranking::event::CorrectionKind;
use crate::ranking::round::DeclineItem;

/// The dossiers on whose path the last event of a command is told.
fn told_to(given: &Given, by: Role, on: &str, command: Command) -> Vec<String> {
    let events = given.when(by, on, command).unwrap();
    let dossiers = events.last().unwrap().dossiers();
    dossiers.iter().map(ToString::to_string).collect()
}

#[test]
fn a_denied_attempt_on_an_item_is_told_on_its_dossiers_path() {
    let decline = Command::DeclineItem(DeclineItem {
        item: item("d2"),
        reason: "Không đồng ý".to_owned(),
    });
    assert_eq!(
        told_to(&proposed(), Role::Records, "2025-08-14", decline),
        ["HS-d2"]
    );
    let signing = sign(DECISION, "2025-08-15", &["d1", "p1"]);
    assert_eq!(
        told_to(&proposed(), Role::HomeAffairs, "2025-08-15", signing),
        ["HS-d1", "HS-p1"]
    );
}

#[test]
fn a_denied_attempt_on_a_decision_is_told_to_all_it_rewards() {
    let given = signed();
    let rewarded = given.round().decisions[DECISION].items.len();
    let told = told_to(&given, Role::Auditor, "2025-08-16", issue("2025-08-16"));
    assert_eq!(told.len(), rewarded);
}

#[test]
fn a_denied_attempt_on_the_whole_round_concerns_no_dossier() {
    let adopted = adopt(1, "2025-08-01");
    let told = told_to(&ranked(), Role::Chairman, "2025-08-01", adopted);
    assert_eq!(told, Vec::<String>::new());
}

#[test]
fn who_is_dropped_by_a_replacement_is_told_so() {
    let replacement = correct(
        CorrectionKind::Replacement,
        "1600/QĐ-UBND",
        Some(&["d1", "d2", "d3", "p1"]),
    );
    let told = told_to(&published(), Role::Chairman, "2025-08-25", replacement);
    assert!(told.contains(&"HS-p2".to_owned()), "{told:?}");
}
