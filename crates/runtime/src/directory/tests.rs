//! Who is an official, when, by which token, and on whose behalf.

use hoso_domain::actor::Role;
use hoso_domain::ids::{PersonId, UnitId};
use hoso_domain::registry::official::{
    DelegationRevoked, OfficialEnded, TokenIssued, TokenRevoked,
};

use super::*;

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn at(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

fn official(id: &str) -> OfficialId {
    OfficialId::parse(id).unwrap()
}

fn appointed(id: &str, role: Role) -> Event {
    Event::OfficialAppointed(OfficialAppointed {
        official: official(id),
        person: PersonId::parse(&format!("p-{id}")).unwrap(),
        agency: UnitId::parse(&format!("u-{id}")).unwrap(),
        role,
        valid_from: day("2025-01-01"),
        valid_to: None,
    })
}

fn issued(id: &str, token: &str) -> Event {
    Event::TokenIssued(TokenIssued {
        official: official(id),
        token_digest: token_digest(token),
        expires_at: at("2025-12-31T00:00:00Z"),
    })
}

fn granted() -> Event {
    Event::DelegationGranted(DelegationGranted {
        delegation: DelegationId::parse("uq-1").unwrap(),
        from: official("chairman"),
        to: official("vice"),
        valid_from: day("2025-07-01"),
        valid_to: day("2025-07-31"),
        document: "UQ 01".to_owned(),
    })
}

fn given(events: impl IntoIterator<Item = Event>) -> Directory {
    let mut directory = Directory::default();
    for event in events {
        directory.fold(event);
    }
    directory
}

fn offices() -> [Event; 2] {
    [
        appointed("chairman", Role::Chairman),
        appointed("vice", Role::SteeringCommittee),
    ]
}

#[test]
fn a_token_opens_until_it_expires_or_is_revoked() {
    let mut directory = given([appointed("vice", Role::Auditor), issued("vice", "hoso_1")]);
    let june = at("2025-06-01T00:00:00Z");
    assert_eq!(
        directory.authenticate("hoso_1", june),
        Ok(&official("vice"))
    );
    assert_eq!(
        directory.authenticate("hoso_2", june),
        Err(NotAuthenticated::UnknownToken)
    );
    assert_eq!(
        directory.authenticate("hoso_1", at("2025-12-31T00:00:00Z")),
        Err(NotAuthenticated::Expired)
    );
    directory.fold(Event::TokenRevoked(TokenRevoked {
        official: official("vice"),
        token_digest: token_digest("hoso_1"),
    }));
    assert_eq!(
        directory.authenticate("hoso_1", june),
        Err(NotAuthenticated::UnknownToken)
    );
}

#[test]
fn an_official_acts_from_the_first_to_the_last_day_in_office() {
    let ended = Event::OfficialEnded(OfficialEnded {
        official: official("chairman"),
        valid_to: day("2025-06-30"),
    });
    let directory = given([appointed("chairman", Role::Chairman), ended]);
    let acts = |effective: &str, today: &str| {
        directory
            .actor(&official("chairman"), None, day(effective), day(today))
            .is_ok()
    };
    assert!(acts("2025-01-01", "2025-06-30"));
    assert!(!acts("2024-12-31", "2025-06-30"), "before the office");
    assert!(!acts("2025-06-30", "2025-07-01"), "dated back into it");
    assert!(!acts("2025-07-01", "2025-07-01"), "after it");
}

#[test]
fn a_delegate_has_the_capacity_of_the_delegating_official_and_stays_the_own_person() {
    let directory = given(offices().into_iter().chain([granted()]));
    let chairman = official("chairman");
    let actor = |effective: &str| {
        directory.actor(
            &official("vice"),
            Some(&chairman),
            day(effective),
            day("2025-08-15"),
        )
    };
    let actor_then = actor("2025-07-31").unwrap();
    assert_eq!(actor_then.official, official("vice"));
    assert_eq!(actor_then.person.as_str(), "p-vice");
    assert_eq!(actor_then.role, Role::Chairman);
    assert_eq!(actor_then.agency.as_str(), "u-chairman");
    assert_eq!(actor_then.on_behalf_of, Some(chairman.clone()));
    for outside in ["2025-06-30", "2025-08-01"] {
        assert!(
            matches!(actor(outside), Err(NotPermitted::NoDelegation { .. })),
            "{outside}"
        );
    }
}

#[test]
fn a_revoked_delegation_gives_nothing_not_even_for_days_before() {
    let revoked = Event::DelegationRevoked(DelegationRevoked {
        delegation: DelegationId::parse("uq-1").unwrap(),
        from: official("chairman"),
        at: at("2025-07-20T00:00:00Z"),
    });
    let directory = given(offices().into_iter().chain([granted(), revoked]));
    let answer = directory.actor(
        &official("vice"),
        Some(&official("chairman")),
        day("2025-07-10"),
        day("2025-07-21"),
    );
    assert!(matches!(answer, Err(NotPermitted::NoDelegation { .. })));
}

#[test]
fn a_delegation_goes_to_its_own_delegate_only_and_not_back() {
    let directory = given(offices().into_iter().chain([granted()]));
    let july = day("2025-07-10");
    let back = directory.actor(&official("chairman"), Some(&official("vice")), july, july);
    assert!(matches!(back, Err(NotPermitted::NoDelegation { .. })));
}
