//! Items in and out of a dossier.

use super::*;

fn drafted() -> Story {
    given([(staff(), Command::Draft(draft()))])
}

fn individual(basis: Option<Basis>) -> ProposedItem {
    proposed("i-9", Lane::CertIndividual, "ca-nhan-20", basis)
}

fn in_phase() -> Story {
    let mut phase = draft();
    phase.round_facts = Some(RoundFacts {
        kind: RoundKind::Interim,
        year: 2025,
        rule_book: crate::rulebook::RuleBook::soc_trang().reference(),
        open: true,
    });
    given([(staff(), Command::Draft(phase))])
}

#[test]
fn items_are_added_and_taken_out() {
    let story = drafted()
        .when(staff(), add_unit())
        .when(staff(), add_person());
    assert_eq!(story.papers().items.len(), 2);
    let story = story
        .when(staff(), report("i-2"))
        .when(staff(), remove("i-2"));
    assert_eq!(story.papers().items.len(), 1);
    assert!(story.papers().reports.is_empty(), "its report goes with it");
}

#[test]
fn an_item_taken_out_may_come_back_in() {
    let story = drafted()
        .when(staff(), add_person())
        .when(staff(), remove("i-2"))
        .when(staff(), add_person());
    assert_eq!(story.papers().items.len(), 1);
}

#[test]
fn an_item_that_is_not_there_cannot_be_taken_out() {
    assert_eq!(
        drafted().rejects(staff(), remove("i-7")),
        Rejection::UnknownItem { item: item("i-7") }
    );
}

#[test]
fn an_item_id_is_used_once_in_a_dossier_and_over_all_dossiers() {
    let story = drafted().when(staff(), add_unit());
    let again = proposed(
        "i-1",
        Lane::CertIndividual,
        "ca-nhan-19",
        Some(Basis::Insider),
    );
    let rejection = story.rejects(staff(), add(again.clone(), INSIDER));
    assert!(matches!(rejection, Rejection::ItemExists { .. }));
    let taken = Command::AddItem(AddItem {
        item: ProposedItem {
            item: item("i-3"),
            ..again
        },
        subject: INSIDER,
        taken_by: Some(DossierId::parse("HS-2").unwrap()),
    });
    let rejection = story.rejects(staff(), taken);
    assert!(matches!(rejection, Rejection::ItemIdTaken { .. }));
}

#[test]
fn a_subject_stands_once_in_a_lane() {
    let story = drafted().when(staff(), add_person());
    let twice = proposed(
        "i-3",
        Lane::CertIndividual,
        "ca-nhan-19",
        Some(Basis::Insider),
    );
    let rejection = story.rejects(staff(), add(twice, INSIDER));
    assert!(matches!(rejection, Rejection::DuplicateSubject { .. }));
}

#[test]
fn a_unit_may_stand_in_two_lanes() {
    let mut department = draft();
    department.unit = unit("so-noi-vu");
    department.submitted_by = unit("so-noi-vu");
    let officer = Actor {
        agency: unit("so-noi-vu"),
        ..staff()
    };
    let facts = SubjectFacts::Unit {
        group: Some(Group::Department),
        advising: true,
    };
    let story = given([(officer.clone(), Command::Draft(department))])
        .when(
            officer.clone(),
            add(proposed("a", Lane::CertAdvising, "so-noi-vu", None), facts),
        )
        .when(
            officer,
            add(
                proposed("b", Lane::CertDepartment, "so-noi-vu", None),
                facts,
            ),
        );
    assert_eq!(story.papers().items.len(), 2);
}

#[test]
fn an_annual_round_has_no_flag_and_a_phase_has() {
    let flag = add(
        proposed("i-1", Lane::FlagDistrict, "huyen-my-tu", None),
        DISTRICT,
    );
    let rejection = drafted().rejects(staff(), flag.clone());
    assert!(matches!(rejection, Rejection::FlagInAnnualRound { .. }));
    assert_eq!(in_phase().when(staff(), flag).papers().items.len(), 1);
}

#[test]
fn a_lane_takes_the_subjects_it_is_for() {
    let advising_department = SubjectFacts::Unit {
        group: Some(Group::Department),
        advising: true,
    };
    for (lane, facts, fits) in [
        (Lane::CertDistrict, DISTRICT, true),
        (Lane::CertDepartment, DISTRICT, false),
        (Lane::CertAdvising, DISTRICT, false),
        (Lane::CertAdvising, advising_department, true),
        (Lane::CertDistrict, advising_department, false),
        (Lane::CertDistrict, INSIDER, false),
        (Lane::CertIndividual, DISTRICT, false),
        (
            Lane::CertDistrict,
            SubjectFacts::Unit {
                group: None,
                advising: false,
            },
            false,
        ),
    ] {
        let asked = add(proposed("i-1", lane, "huyen-my-tu", None), facts);
        let answer = drafted().ask(NOW, staff(), asked);
        assert_eq!(answer.is_ok(), fits, "{lane} {facts:?}");
        if let Err(rejection) = answer {
            let misfit = matches!(
                rejection,
                Rejection::LaneDoesNotFit { .. } | Rejection::BasisDoesNotFit { .. }
            );
            assert!(misfit, "{rejection}");
        }
    }
}

#[test]
fn a_dossier_proposes_no_other_unit() {
    let other = proposed("i-1", Lane::CertDistrict, "huyen-ke-sach", None);
    let rejection = drafted().rejects(staff(), add(other, DISTRICT));
    assert!(matches!(rejection, Rejection::ForeignCollective { .. }));
}

#[test]
fn a_subject_must_be_in_the_registry() {
    let unknown = individual(Some(Basis::Insider));
    let rejection = drafted().rejects(staff(), add(unknown, SubjectFacts::Unknown));
    assert!(matches!(rejection, Rejection::UnknownSubject { .. }));
}

#[test]
fn an_individual_has_a_basis_that_the_registry_bears_out() {
    for (basis, facts, fits) in [
        (Some(Basis::Insider), INSIDER, true),
        (Some(Basis::Adviser), INSIDER, true),
        (Some(Basis::Outsider), OUTSIDER, true),
        (Some(Basis::Insider), OUTSIDER, false),
        (Some(Basis::Adviser), OUTSIDER, false),
        (Some(Basis::Outsider), INSIDER, false),
        (None, INSIDER, false),
        (None, OUTSIDER, false),
    ] {
        let answer = drafted().ask(NOW, staff(), add(individual(basis), facts));
        assert_eq!(answer.is_ok(), fits, "{basis:?} {facts:?}");
    }
}

fn component() -> ComponentId {
    ComponentId::parse("cong-vu").unwrap()
}

fn initiative() -> Option<InitiativeId> {
    InitiativeId::parse("SK-2025-02").ok()
}

#[test]
fn components_go_with_advisers_and_initiatives_with_outsiders() {
    let adviser = ProposedItem {
        components: vec![component()],
        ..individual(Some(Basis::Adviser))
    };
    let outsider = ProposedItem {
        initiative: initiative(),
        nominated_by: Some(unit("huyen-my-tu")),
        ..individual(Some(Basis::Outsider))
    };
    assert!(drafted().ask(NOW, staff(), add(adviser, INSIDER)).is_ok());
    assert!(drafted().ask(NOW, staff(), add(outsider, OUTSIDER)).is_ok());
}

#[test]
fn components_initiatives_and_bases_go_with_nobody_else() {
    for (wrong, facts) in [
        (
            ProposedItem {
                components: vec![component(), component()],
                ..individual(Some(Basis::Adviser))
            },
            INSIDER,
        ),
        (
            ProposedItem {
                components: vec![component()],
                ..individual(Some(Basis::Insider))
            },
            INSIDER,
        ),
        (
            ProposedItem {
                initiative: initiative(),
                ..individual(Some(Basis::Insider))
            },
            INSIDER,
        ),
        (
            proposed(
                "i-1",
                Lane::CertDistrict,
                "huyen-my-tu",
                Some(Basis::Insider),
            ),
            DISTRICT,
        ),
        (
            ProposedItem {
                unit: Some(unit("huyen-my-tu")),
                ..proposed("i-1", Lane::CertDistrict, "huyen-my-tu", None)
            },
            DISTRICT,
        ),
    ] {
        let rejection = drafted().rejects(staff(), add(wrong.clone(), facts));
        assert!(
            matches!(rejection, Rejection::BasisDoesNotFit { .. }),
            "{wrong:?}: {rejection}"
        );
    }
}

#[test]
fn an_outsider_without_an_initiative_is_accepted_because_eligibility_is_judged_later() {
    let bare = individual(Some(Basis::Outsider));
    let story = drafted().when(staff(), add(bare, OUTSIDER));
    assert_eq!(story.papers().items.len(), 1);
}

#[test]
fn a_dossier_holds_200_items_and_not_one_more() {
    let one = |n: usize| {
        let id = format!("i-{n}");
        let subject = format!("ca-nhan-{n}");
        let insider = Some(Basis::Insider);
        add(
            proposed(&id, Lane::CertIndividual, &subject, insider),
            INSIDER,
        )
    };
    let mut story = drafted();
    for n in 0..200 {
        story = story.when(staff(), one(n));
    }
    let rejection = story.rejects(staff(), one(200));
    assert!(matches!(rejection, Rejection::TooMany { limit: 200, .. }));
}

#[test]
fn only_the_units_own_officers_and_head_change_items() {
    let story = drafted();
    assert_eq!(story.refuses(elsewhere(staff()), add_unit()).rule, "D");
    for role in [Role::UnitCommittee, Role::HomeAffairs, Role::Administrator] {
        assert_eq!(story.refuses(by(role), add_unit()).rule, "D");
    }
}

#[test]
fn changing_the_items_takes_the_signature_off() {
    let story = given(prepared());
    assert_eq!(story.status(), "SIGNED");
    let story = story.when(staff(), remove("i-2"));
    assert_eq!(story.status(), "DRAFT");
    assert_eq!(story.rejects(head(), submit()), Rejection::NotSigned);
    let story = story.when(head(), sign(&["i-1"])).when(head(), submit());
    assert_eq!(story.status(), "SUBMITTED");
}

#[test]
fn the_role_is_kept_tidied_and_a_blank_one_is_none() {
    let collective = |role: &str| ProposedItem {
        role: Some(role.to_owned()),
        ..proposed("i-1", Lane::CertDistrict, "huyen-my-tu", None)
    };
    for (given_role, kept) in [("  Tập\u{a0}thể  ", Some("Tập thể")), (" \u{a0} ", None)] {
        let story = drafted().when(staff(), add(collective(given_role), DISTRICT));
        let held = story.papers().items[&item("i-1")].role.as_deref();
        assert_eq!(held, kept);
    }
}
