//! Behaviour of an official's stream.

use chrono::TimeDelta;

use super::*;
use crate::actor::Actor;
use crate::decider::Decider;
use crate::registry::given::{actor, at, day, given, others, unit, when, when_by};

fn official(id: &str) -> OfficialId {
    OfficialId::parse(id).unwrap()
}

fn appointed() -> OfficialAppointed {
    OfficialAppointed {
        official: official("chairman"),
        person: PersonId::parse("p-1").unwrap(),
        agency: unit("ubnd-tinh"),
        role: Role::Chairman,
        valid_from: day("2025-01-01"),
        valid_to: None,
    }
}

fn granted() -> DelegationGranted {
    DelegationGranted {
        delegation: DelegationId::parse("uq-1").unwrap(),
        from: official("chairman"),
        to: official("vice-chairman"),
        valid_from: day("2025-07-01"),
        valid_to: day("2025-09-30"),
        document: "Giấy ủy quyền 01".to_owned(),
    }
}

fn in_office() -> OfficialState {
    given::<Official>(&[Event::OfficialAppointed(appointed())])
}

fn ask(state: &OfficialState, command: Command) -> Result<Vec<Event>, Rejection> {
    when::<Official, _>(state, Role::Administrator, command)
}

fn chairman() -> Actor {
    Actor {
        official: official("chairman"),
        ..actor(Role::Chairman)
    }
}

fn token(days: i64) -> Command {
    Command::IssueToken {
        token_digest: "a".repeat(64),
        expires_at: at() + TimeDelta::days(days),
    }
}

fn is_refused(answer: &Result<Vec<Event>, Rejection>) -> bool {
    answer
        .as_ref()
        .is_ok_and(|events| matches!(events.as_slice(), [Event::AttemptRefused(_)]))
}

#[test]
fn the_administrator_appoints_once() {
    let first = ask(&OfficialState::default(), Command::Appoint(appointed()));
    assert_eq!(first, Ok(vec![Event::OfficialAppointed(appointed())]));
    assert_eq!(ask(&in_office(), Command::Appoint(appointed())), Ok(vec![]));
    let other_role = OfficialAppointed {
        role: Role::Records,
        ..appointed()
    };
    assert_eq!(
        ask(&in_office(), Command::Appoint(other_role)),
        Err(Rejection::AlreadyAppointed)
    );
}

#[test]
fn nobody_else_keeps_accounts() {
    for role in others(&[Role::Administrator]) {
        for command in [
            Command::Appoint(appointed()),
            Command::End(day("2025-08-31")),
            Command::GrantDelegation(granted()),
            token(1),
            Command::RevokeToken("a".repeat(64)),
        ] {
            let answer = when::<Official, _>(&in_office(), role, command);
            assert!(is_refused(&answer), "{role:?}: {answer:?}");
        }
    }
}

#[test]
fn an_administrator_takes_no_business_office_by_the_own_hand() {
    let own_person = actor(Role::Administrator).person;
    let own = OfficialAppointed {
        person: own_person,
        ..appointed()
    };
    let answer = ask(&OfficialState::default(), Command::Appoint(own.clone()));
    assert!(is_refused(&answer), "{answer:?}");
    let account = OfficialAppointed {
        role: Role::Administrator,
        ..own
    };
    let answer = ask(&OfficialState::default(), Command::Appoint(account));
    assert!(!is_refused(&answer), "{answer:?}");
}

#[test]
fn nobody_is_appointed_to_be_the_system_nor_for_less_than_a_day() {
    let system = OfficialAppointed {
        role: Role::System,
        ..appointed()
    };
    assert_eq!(
        ask(&OfficialState::default(), Command::Appoint(system)),
        Err(Rejection::SystemRole)
    );
    let backwards = OfficialAppointed {
        valid_to: Some(day("2024-12-31")),
        ..appointed()
    };
    assert_eq!(
        ask(&OfficialState::default(), Command::Appoint(backwards)),
        Err(Rejection::LastBeforeFirst(day("2025-01-01")))
    );
}

#[test]
fn an_office_ends_and_does_not_last_longer_again() {
    let events = ask(&in_office(), Command::End(day("2025-08-31"))).unwrap();
    let state = given::<Official>(&[Event::OfficialAppointed(appointed()), events[0].clone()]);
    assert_eq!(
        state.office.as_ref().unwrap().valid_to,
        Some(day("2025-08-31"))
    );
    assert_eq!(
        ask(&state, Command::End(day("2025-09-01"))),
        Err(Rejection::Ended(day("2025-08-31")))
    );
    assert_eq!(ask(&state, Command::End(day("2025-08-31"))), Ok(vec![]));
    let earlier = ask(&state, Command::End(day("2025-08-15"))).unwrap();
    assert_eq!(earlier[0].event_type(), "OfficialEnded");
}

#[test]
fn the_delegating_official_or_the_administrator_delegates() {
    let expected = Ok(vec![Event::DelegationGranted(granted())]);
    let own = when_by::<Official, _>(
        &in_office(),
        chairman(),
        Command::GrantDelegation(granted()),
    );
    assert_eq!(own, expected);
    assert_eq!(
        ask(&in_office(), Command::GrantDelegation(granted())),
        expected
    );
}

#[test]
fn a_delegate_does_not_delegate_further() {
    let delegate = Actor {
        on_behalf_of: Some(official("chairman")),
        ..chairman()
    };
    let answer =
        when_by::<Official, _>(&in_office(), delegate, Command::GrantDelegation(granted()));
    assert!(is_refused(&answer), "{answer:?}");
}

#[test]
fn a_delegation_keeps_within_the_office_and_between_two() {
    let early = DelegationGranted {
        valid_from: day("2024-12-31"),
        ..granted()
    };
    let to_itself = DelegationGranted {
        to: official("chairman"),
        ..granted()
    };
    let backwards = DelegationGranted {
        valid_to: day("2025-06-30"),
        ..granted()
    };
    for (granted, rejection) in [
        (early, Rejection::DelegationBeyondOffice),
        (to_itself, Rejection::DelegationParties),
        (backwards, Rejection::LastBeforeFirst(day("2025-07-01"))),
    ] {
        assert_eq!(
            ask(&in_office(), Command::GrantDelegation(granted)),
            Err(rejection)
        );
    }
}

#[test]
fn a_revoked_delegation_is_over() {
    let state = given::<Official>(&[
        Event::OfficialAppointed(appointed()),
        Event::DelegationGranted(granted()),
    ]);
    let revoke = Command::RevokeDelegation(granted().delegation);
    let events = when_by::<Official, _>(&state, chairman(), revoke.clone()).unwrap();
    let revoked = Event::DelegationRevoked(DelegationRevoked {
        delegation: granted().delegation,
        from: official("chairman"),
        at: at(),
    });
    assert_eq!(events, std::slice::from_ref(&revoked));
    let state = Official::evolve(state, &revoked);
    assert_eq!(ask(&state, revoke), Err(Rejection::UnknownDelegation));
    assert_eq!(
        ask(&state, Command::GrantDelegation(granted())),
        Err(Rejection::DelegationTaken)
    );
}

#[test]
fn a_token_lives_at_most_366_days_and_is_revoked_once() {
    for days in [0, -1, 367] {
        assert_eq!(ask(&in_office(), token(days)), Err(Rejection::TokenExpiry));
    }
    let issued = ask(&in_office(), token(366)).unwrap();
    let state = given::<Official>(&[Event::OfficialAppointed(appointed()), issued[0].clone()]);
    let revoke = Command::RevokeToken("a".repeat(64));
    let revoked = ask(&state, revoke.clone()).unwrap();
    let state = Official::evolve(state, &revoked[0]);
    assert_eq!(ask(&state, revoke), Err(Rejection::UnknownToken));
}

#[test]
fn a_token_is_known_by_a_digest_in_lower_case_hex() {
    for token_digest in ["A".repeat(64), "a".repeat(63), "g".repeat(64)] {
        let issue = Command::IssueToken {
            token_digest,
            expires_at: at() + TimeDelta::days(1),
        };
        assert_eq!(ask(&in_office(), issue), Err(Rejection::TokenDigest));
    }
    assert_eq!(
        ask(&OfficialState::default(), token(1)),
        Err(Rejection::UnknownOfficial)
    );
}
