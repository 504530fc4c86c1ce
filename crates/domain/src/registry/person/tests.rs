//! Behaviour of a person's stream.

use super::*;
use crate::registry::given::{given, others, unit, when};

fn details() -> PersonDetails {
    PersonDetails {
        person: PersonId::parse("ca-nhan-01").unwrap(),
        name: "N. V. A (hư cấu)".to_owned(),
        position: Some("Chuyên viên".to_owned()),
        unit: Some(unit("so-noi-vu")),
        insider: true,
    }
}

fn registered() -> PersonState {
    given::<Person>(&[Event::PersonRegistered(details())])
}

#[test]
fn home_affairs_and_the_administrator_register_a_person_once() {
    for role in [Role::HomeAffairs, Role::Administrator] {
        let register = Command::Register(details());
        assert_eq!(
            when::<Person, _>(&PersonState::default(), role, register.clone()),
            Ok(vec![Event::PersonRegistered(details())])
        );
        assert_eq!(when::<Person, _>(&registered(), role, register), Ok(vec![]));
    }
    let moved = PersonDetails {
        unit: Some(unit("so-y-te")),
        ..details()
    };
    assert_eq!(
        when::<Person, _>(
            &registered(),
            Role::HomeAffairs,
            Command::Register(moved.clone())
        ),
        Err(Rejection::AlreadyRegistered)
    );
    assert_eq!(
        when::<Person, _>(
            &registered(),
            Role::HomeAffairs,
            Command::Change(moved.clone())
        ),
        Ok(vec![Event::PersonChanged(moved)])
    );
}

#[test]
fn others_are_refused_and_the_refusal_says_no_name() {
    for role in others(&[Role::HomeAffairs, Role::Administrator]) {
        let events =
            when::<Person, _>(&PersonState::default(), role, Command::Register(details())).unwrap();
        assert!(
            events.first().and_then(StoredEvent::refusal).is_some(),
            "{role:?}"
        );
        let text = serde_json::to_string(&events).unwrap();
        assert!(!text.contains("hư cấu"), "{text}");
    }
}

#[test]
fn an_entry_that_cannot_be_is_rejected() {
    for (details, rejection) in [
        (
            PersonDetails {
                name: String::new(),
                ..details()
            },
            Rejection::Text("name"),
        ),
        (
            PersonDetails {
                position: Some("x".repeat(501)),
                ..details()
            },
            Rejection::Text("position"),
        ),
        (
            PersonDetails {
                unit: None,
                ..details()
            },
            Rejection::InsiderWithoutUnit,
        ),
    ] {
        let answer = when::<Person, _>(
            &PersonState::default(),
            Role::HomeAffairs,
            Command::Register(details),
        );
        assert_eq!(answer, Err(rejection));
    }
    assert_eq!(
        when::<Person, _>(
            &PersonState::default(),
            Role::HomeAffairs,
            Command::Change(details())
        ),
        Err(Rejection::UnknownPerson)
    );
}
