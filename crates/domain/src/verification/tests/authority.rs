//! Who may do what: the table of domain.md D, and who must stand aside.

use super::*;

const ROLES: [Role; 14] = [
    Role::UnitStaff,
    Role::UnitHead,
    Role::UnitStandingOffice,
    Role::UnitCommittee,
    Role::HomeAffairs,
    Role::StandingOffice,
    Role::SteeringCommittee,
    Role::InitiativeCouncil,
    Role::Chairman,
    Role::Inspectorate,
    Role::Records,
    Role::Auditor,
    Role::Administrator,
    Role::System,
];

fn verdict() -> Command {
    let items = vec![judged("d", Lane::CertDepartment, None, Verdict::Met)];
    Command::RecordEvaluation(evaluation(items))
}

/// Each step, where it is possible, and the roles it is for when no party is involved.
fn table() -> Vec<(Given, Command, Vec<Role>)> {
    use Role::{Chairman, HomeAffairs, InitiativeCouncil, StandingOffice, System};
    let late = "2025-06-18T08:35:00+07:00";
    let late = opened_with(content()).and(&home_affairs(), late, receive(late));
    let met = FindingVerdict::Met;
    vec![
        (Given::default(), open_with(content()), vec![System]),
        (opened_with(content()), receive(STAMPED), vec![HomeAffairs]),
        (
            late,
            extend(&["d"], "2025-06-20"),
            vec![StandingOffice, Chairman],
        ),
        (received(), check(), vec![HomeAffairs]),
        (
            incomplete(),
            give_back(Some("2025-07-05")),
            vec![HomeAffairs],
        ),
        (incomplete(), reject(), vec![HomeAffairs]),
        (
            received().and(&home_affairs(), CHECKED, check()),
            Command::AcceptDossier,
            vec![HomeAffairs],
        ),
        (accepted(), Command::ForwardDossier, vec![HomeAffairs]),
        (
            returned(),
            supplement(content(), "2025-06-15T10:00:00+07:00"),
            vec![System],
        ),
        (returned(), lapse("2025-06-21"), vec![HomeAffairs, System]),
        (forwarded(), withdraw(), vec![System]),
        (
            forwarded(),
            finding("d", RuleId::R24, met),
            vec![StandingOffice],
        ),
        (
            forwarded(),
            finding("d", RuleId::R28, met),
            vec![StandingOffice, InitiativeCouncil],
        ),
        (forwarded(), verdict(), vec![StandingOffice, System]),
    ]
}

#[test]
fn every_step_is_for_its_roles_and_denied_to_all_others() {
    for (given, command, allowed) in table() {
        for role in ROLES {
            let by = actor(role, "van-phong-ubnd-tinh", "p-other");
            if allowed.contains(&role) {
                given.clone().and(&by, LATER, command.clone());
            } else {
                let rule = given.denied(&by, LATER, command.clone());
                assert_eq!(rule, "D", "{role:?} {}", command.name());
            }
        }
    }
}

#[test]
fn a_denied_attempt_changes_nothing_but_the_record() {
    let given = received();
    let by = actor(Role::UnitHead, "so-tu-phap", "p-head");
    let events = given.when(&by, LATER, check()).unwrap();
    let after = events.iter().fold(given.state.clone(), Case::evolve);
    assert_eq!(after, given.state);
}

/// A dossier of Home Affairs itself, stamped by Home Affairs.
fn own_dossier() -> Given {
    let mut content = content();
    content.items.truncate(2);
    for item in &mut content.items {
        item.subject = SubjectId::parse("so-noi-vu").unwrap();
    }
    let Command::OpenCase(open) = open_with(content) else {
        unreachable!()
    };
    let open = Command::OpenCase(OpenCase {
        unit: unit("so-noi-vu"),
        submitted_by: unit("so-noi-vu"),
        ..open
    });
    Given::default()
        .and(&system(), SENT, open)
        .and(&home_affairs(), STAMPED, receive(STAMPED))
}

#[test]
fn home_affairs_stamps_its_own_dossier_but_does_not_judge_it() {
    let given = own_dossier();
    assert_eq!(given.denied(&home_affairs(), CHECKED, check()), "R54");
    assert_eq!(given.denied(&home_affairs(), CHECKED, reject()), "R54");
}

#[test]
fn the_standing_office_of_another_agency_judges_home_affairs_dossier() {
    let given = own_dossier();
    given.clone().and(&standing_office(), CHECKED, check());
    let of_home_affairs = actor(Role::StandingOffice, "so-noi-vu", "p-other");
    assert_eq!(given.denied(&of_home_affairs, CHECKED, check()), "R54");
}

#[test]
fn an_agency_that_submitted_for_its_predecessor_is_a_party_as_well() {
    let Command::OpenCase(open) = open_with(content()) else {
        unreachable!()
    };
    let open = Command::OpenCase(OpenCase {
        unit: unit("so-ke-hoach-va-dau-tu"),
        submitted_by: unit("so-noi-vu"),
        ..open
    });
    let given =
        Given::default()
            .and(&system(), SENT, open)
            .and(&home_affairs(), STAMPED, receive(STAMPED));
    assert_eq!(given.denied(&home_affairs(), CHECKED, check()), "R54");
}

#[test]
fn a_finder_is_never_of_the_dossiers_agency_nor_of_the_subjects_nor_of_its_unit() {
    let mut content = content();
    content.items[1].subject = SubjectId::parse("so-y-te").unwrap();
    content.items[2].unit = Some(unit("so-xay-dung"));
    let given = received_with(content)
        .and(&home_affairs(), CHECKED, check())
        .and(&home_affairs(), CHECKED, Command::AcceptDossier)
        .and(&home_affairs(), CHECKED, Command::ForwardDossier);
    let met = FindingVerdict::Met;
    for (agency, on, rule) in [
        ("so-tu-phap", "a", RuleId::R19),
        ("so-y-te", "d", RuleId::R24),
        ("so-xay-dung", "p", RuleId::R31),
    ] {
        let by = actor(Role::StandingOffice, agency, "p-other");
        assert_eq!(given.denied(&by, LATER, finding(on, rule, met)), "R54");
        let by = actor(Role::InitiativeCouncil, agency, "p-other");
        let rule_of_council = finding(on, RuleId::R28, met);
        assert_eq!(given.denied(&by, LATER, rule_of_council), "R54");
    }
    let elsewhere = actor(Role::StandingOffice, "so-y-te", "p-other");
    given.and(&elsewhere, LATER, finding("a", RuleId::R19, met));
}

#[test]
fn who_confirmed_or_signed_the_dossier_does_not_verify_it_in_whichever_office() {
    let met = FindingVerdict::Met;
    for (role, command) in [
        (Role::HomeAffairs, check()),
        (Role::StandingOffice, extend(&["a"], "2025-06-20")),
    ] {
        let by = actor(role, "van-phong-ubnd-tinh", "p-head");
        assert_eq!(received().denied(&by, CHECKED, command), "R55");
    }
    let by = actor(Role::StandingOffice, "van-phong-ubnd-tinh", "p-head");
    let command = finding("d", RuleId::R24, met);
    assert_eq!(forwarded().denied(&by, LATER, command), "R55");
}

#[test]
fn an_incomplete_dossier_that_is_to_be_accepted_leaves_the_rules_on_record() {
    use crate::decider::StoredDecider as _;
    let given = incomplete();
    let by = home_affairs();
    let rejection = given.when(&by, LATER, Command::AcceptDossier).unwrap_err();
    let issued = |by| crate::decider::Issued {
        by,
        at: instant(LATER),
        command: Command::AcceptDossier,
    };
    let events = Case::denials(&given.state, issued(by), &rejection);
    let refusals: Vec<_> = events
        .iter()
        .filter_map(crate::decider::StoredEvent::refusal)
        .collect();
    assert!(!refusals.is_empty() && refusals.len() == events.len());
    for refusal in refusals {
        assert_eq!(refusal.action, "AcceptDossier");
        assert!(["R37", "R38", "R39", "R40", "R41"].contains(&refusal.rule.as_str()));
    }
}
