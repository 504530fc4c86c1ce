//! Beginning a dossier: who for whom, in which round.

use super::*;

fn asking(change: impl FnOnce(&mut Draft)) -> Command {
    let mut asked = draft();
    change(&mut asked);
    Command::Draft(asked)
}

#[test]
fn a_unit_drafts_a_dossier_for_an_open_round() {
    let story = given([]).when(staff(), Command::Draft(draft()));
    let Event::DossierDrafted(drafted) = story.last() else {
        panic!("{:?}", story.last())
    };
    assert_eq!(drafted.kind, RoundKind::Annual);
    assert_eq!(drafted.year, 2024);
    assert_eq!(story.status(), "DRAFT");
}

#[test]
fn the_head_may_draft_as_well() {
    let story = given([]).when(head(), Command::Draft(draft()));
    assert_eq!(story.status(), "DRAFT");
}

#[test]
fn nobody_drafts_for_another_agency_and_the_attempt_is_recorded() {
    let refusal = given([]).refuses(elsewhere(staff()), Command::Draft(draft()));
    assert_eq!(refusal.rule, "D");
    assert_eq!(refusal.action, "DraftDossier");
}

#[test]
fn no_role_but_the_units_officers_and_head_drafts() {
    for role in [
        Role::UnitStandingOffice,
        Role::UnitCommittee,
        Role::HomeAffairs,
        Role::StandingOffice,
        Role::Chairman,
        Role::Auditor,
        Role::Administrator,
        Role::System,
    ] {
        let refusal = given([]).refuses(by(role), Command::Draft(draft()));
        assert_eq!(refusal.rule, "D", "{role:?}");
    }
}

#[test]
fn a_denied_draft_leaves_the_id_free() {
    let mut story = given([]);
    let denied = story
        .ask(NOW, elsewhere(staff()), Command::Draft(draft()))
        .unwrap();
    story.happen(denied[0].clone());
    assert_eq!(story.state, DossierState::NotDrafted);
    assert_eq!(
        story.when(staff(), Command::Draft(draft())).status(),
        "DRAFT"
    );
}

#[test]
fn a_dossier_id_is_used_once() {
    let story = given([(staff(), Command::Draft(draft()))]);
    let rejection = story.rejects(staff(), Command::Draft(draft()));
    assert!(matches!(rejection, Rejection::AlreadyDrafted { .. }));
}

#[test]
fn a_round_that_was_never_opened_takes_no_dossier() {
    let rejection = given([]).rejects(staff(), asking(|d| d.round_facts = None));
    assert!(matches!(rejection, Rejection::UnknownRound { .. }));
}

#[test]
fn a_closed_round_refuses_and_records_the_attempt() {
    let closed = asking(|d| {
        d.round_facts = Some(RoundFacts {
            kind: RoundKind::Annual,
            year: 2024,
            rule_book: crate::rulebook::RuleBook::soc_trang().reference(),
            open: false,
        });
    });
    assert_eq!(given([]).refuses(staff(), closed).rule, "D");
}

#[test]
fn a_unit_must_be_in_the_registry_on_that_day() {
    for facts in [UnitFacts::Unknown, UnitFacts::NotValid] {
        let rejection = given([]).rejects(staff(), asking(|d| d.unit_facts = facts));
        assert!(matches!(rejection, Rejection::UnknownUnit { .. }));
    }
}

#[test]
fn a_body_that_is_not_assessed_submits_nothing() {
    let body = asking(|d| d.unit_facts = UnitFacts::Valid { assessed: false });
    let rejection = given([]).rejects(staff(), body);
    assert!(matches!(rejection, Rejection::UnitNotAssessed { .. }));
}

fn for_predecessor(successor: &str) -> Command {
    asking(|d| {
        d.unit = unit("huyen-cu");
        d.on_behalf_of_predecessor = true;
        d.unit_facts = UnitFacts::Merged {
            successor: unit(successor),
        };
    })
}

#[test]
fn the_recorded_successor_submits_for_a_merged_unit() {
    let story = given([]).when(staff(), for_predecessor("huyen-my-tu"));
    assert_eq!(story.papers().head.unit, unit("huyen-cu"));
    assert_eq!(story.papers().head.submitted_by, unit("huyen-my-tu"));
}

#[test]
fn another_unit_than_the_successor_does_not() {
    let rejection = given([]).rejects(staff(), for_predecessor("huyen-ke-sach"));
    assert!(matches!(rejection, Rejection::NotSuccessor { .. }));
}

#[test]
fn a_merged_unit_no_longer_submits_for_itself() {
    let merged = asking(|d| {
        d.unit_facts = UnitFacts::Merged {
            successor: unit("huyen-ke-sach"),
        };
    });
    let rejection = given([]).rejects(staff(), merged);
    assert!(matches!(rejection, Rejection::NotSuccessor { .. }));
}

#[test]
fn a_unit_that_lives_needs_no_successor() {
    let alive = asking(|d| {
        d.unit = unit("huyen-ke-sach");
        d.on_behalf_of_predecessor = true;
    });
    let rejection = given([]).rejects(staff(), alive);
    assert!(matches!(rejection, Rejection::NotSuccessor { .. }));
}

#[test]
fn acting_for_a_predecessor_is_said_and_only_then() {
    let silent = asking(|d| d.unit = unit("huyen-cu"));
    assert_eq!(
        given([]).rejects(staff(), silent),
        Rejection::PredecessorUnclear
    );
    let boasting = asking(|d| d.on_behalf_of_predecessor = true);
    assert_eq!(
        given([]).rejects(staff(), boasting),
        Rejection::PredecessorUnclear
    );
}

#[test]
fn nothing_can_be_done_with_a_dossier_that_does_not_exist() {
    for (actor, command) in [
        (staff(), add_unit()),
        (staff(), attachment()),
        (head(), submit()),
        (head(), withdraw()),
        (committee(), confirm("i-1")),
        (system(), request(1)),
        (system(), close(Closure::Rejected)),
    ] {
        assert_eq!(given([]).rejects(actor, command), Rejection::NotDrafted);
    }
}
