//! What rules deny is on record: for want of authority as the decision's one event, for what a rule
//! asks of the state as an event beside the rejection. The caller's mere mistakes are not.

use super::aftermath::{correct, revoking};
use super::*;
use crate::decider::StoredDecider as _;
use crate::ranking::event::{CorrectionKind, RevocationGround};
use crate::ranking::round::DeclineItem;

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

fn decline(id: &str) -> Command {
    Command::DeclineItem(DeclineItem {
        item: item(id),
        reason: "Lý do".to_owned(),
    })
}

fn publish(on: &str) -> Command {
    Command::PublishDecision(PublishDecision {
        number: "123/QĐ-UBND".to_owned(),
        on: day(on),
        place: "Cổng thông tin".to_owned(),
    })
}

/// Each decision step and the roles it is for, as the module's table says.
fn steps(given: &Given) -> Vec<(Command, Vec<Role>)> {
    use Role::{Chairman, HomeAffairs, Records, StandingOffice, SteeringCommittee};
    let on = "2025-08-20";
    vec![
        (rank(given, on), vec![StandingOffice]),
        (record(meeting("9/BB", on, &["d1"])), vec![StandingOffice]),
        (adopt(1, on), vec![SteeringCommittee]),
        (propose(on, &["d1"]), vec![StandingOffice, HomeAffairs]),
        (decline("d1"), vec![Chairman]),
        (sign("124/QĐ-UBND", on, &["d1"]), vec![Chairman]),
        (
            correct(CorrectionKind::Correction, "125/QĐ-UBND", None),
            vec![Chairman],
        ),
        (revoking("d1", RevocationGround::A, None), vec![Chairman]),
        (issue(on), vec![Records]),
        (publish(on), vec![Records]),
    ]
}

#[test]
fn every_decision_step_is_denied_to_all_other_roles_and_the_attempt_is_the_event() {
    let given = proposed();
    for (command, allowed) in steps(&given) {
        for role in ROLES.into_iter().filter(|role| !allowed.contains(role)) {
            let rule = given.denied(role, "2025-08-20", command.clone());
            let name = command.name();
            let expected = if allowed == [Role::Chairman] && name != "DeclineItem" {
                ["R2", "D"]
            } else {
                ["D", "D"]
            };
            assert!(expected.contains(&rule.as_str()), "{role:?} {name}: {rule}");
        }
    }
}

/// What a rule denies to who may act, and by which rule.
fn by_rule() -> Vec<(Given, Role, Command, &'static str)> {
    use Role::{Chairman, StandingOffice, SteeringCommittee};
    let on = "2025-08-20";
    let mut taken = signing("123/QĐ-UBND", on, &["d1"]);
    taken
        .taken
        .insert(crate::ranking::event::RegisteredNumber::of(
            taken.body,
            taken.date,
            "123/QĐ-UBND",
        ));
    let mut few = meeting("9/BB", on, &["d1"]);
    few.members_present = 1;
    vec![
        (ranked(), SteeringCommittee, adopt(1, on), "R43"),
        (ranked(), StandingOffice, propose(on, &["d1"]), "R43"),
        (shortlisted(), StandingOffice, propose(on, &["d4"]), "R43"),
        (shortlisted(), Chairman, decline("d1"), "R43"),
        (proposed(), Chairman, Command::SignDecision(taken), "R52"),
        (ranked(), StandingOffice, record(few), "R43"),
    ]
}

#[test]
fn what_a_rule_denies_to_who_may_act_is_an_event_beside_the_rejection() {
    for (given, role, command, rule) in by_rule() {
        let name = command.name();
        let rejection = given.rejected(role, "2025-08-20", command.clone());
        let issued = |role| Issued {
            by: actor(role),
            at: noon("2025-08-20"),
            command: command.clone(),
        };
        let events = Round::denials(&given.state, issued(role), &rejection);
        let refusals: Vec<_> = events.iter().filter_map(StoredEvent::refusal).collect();
        assert_eq!(refusals.len(), events.len());
        let rules: Vec<_> = refusals.iter().map(|r| r.rule.as_str()).collect();
        assert_eq!(rules, [rule], "{name}: {rejection}");
        assert_eq!(refusals[0].action, name);
        let after = events.iter().fold(given.state.clone(), Round::evolve);
        assert_eq!(after, given.state, "{name} changes nothing");
    }
}

#[test]
fn the_callers_mistakes_are_answered_and_not_recorded() {
    let given = proposed();
    let unknown = sign("124/QĐ-UBND", "2025-08-20", &["nobody"]);
    let early = sign("124/QĐ-UBND", "2020-01-01", &["d1"]);
    let unnumbered = sign("QĐ", "2025-08-20", &["d1"]);
    for command in [unknown, early, unnumbered, adopt(99, "2025-08-20")] {
        let role = if matches!(command, Command::AdoptShortlist(_)) {
            Role::SteeringCommittee
        } else {
            Role::Chairman
        };
        let rejection = given.rejected(role, "2025-08-20", command.clone());
        let issued = Issued {
            by: actor(role),
            at: noon("2025-08-20"),
            command,
        };
        let events = Round::denials(&given.state, issued, &rejection);
        assert_eq!(events, [], "{rejection}");
    }
}
