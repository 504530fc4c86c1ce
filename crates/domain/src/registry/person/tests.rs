//! Behaviour of a person's stream.

use super::*;
use crate::ids::OfficialId;
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

fn sealed() -> PersonDetails {
    PersonDetails {
        name: "sealed:v1:00".to_owned(),
        position: Some("sealed:v1:01".to_owned()),
        ..details()
    }
}

fn actor(official: &str, person: &str) -> Actor {
    Actor {
        official: OfficialId::parse(official).unwrap(),
        person: PersonId::parse(person).unwrap(),
        role: Role::HomeAffairs,
        agency: unit("so-noi-vu"),
        on_behalf_of: None,
    }
}

fn by(actor: Actor, state: &PersonState, command: Command) -> Result<Vec<Event>, Rejection> {
    Person::decide(
        state,
        Issued {
            by: actor,
            at: chrono::DateTime::UNIX_EPOCH,
            command,
        },
    )
}

fn ask(basis: &str, documents: Option<ErasedDocuments>) -> Command {
    let basis = basis.to_owned();
    Command::RequestErasure { basis, documents }
}

fn requested() -> Vec<Event> {
    let state = given::<Person>(&[Event::PersonRegistered(sealed())]);
    let request = ask("Đơn đề nghị số 7", None);
    by(actor("cb-01", "p-01"), &state, request).unwrap()
}

fn asked_for() -> PersonState {
    let registered = Event::PersonRegistered(sealed());
    given::<Person>(&[&[registered], requested().as_slice()].concat())
}

#[test]
fn two_persons_erase_a_person_and_one_with_two_accounts_does_not() {
    let state = asked_for();
    for (official, person) in [("cb-01", "p-01"), ("cb-01", "p-02"), ("cb-02", "p-01")] {
        let alone = by(actor(official, person), &state, Command::Erase);
        assert_eq!(
            alone,
            Err(Rejection::ErasureNeedsTwo),
            "{official} {person}"
        );
    }
    let erased = by(actor("cb-02", "p-02"), &state, Command::Erase).unwrap();
    let erasure = Erasure {
        person: details().person,
        basis: "Đơn đề nghị số 7".to_owned(),
        requested_by: OfficialId::parse("cb-01").unwrap(),
        documents: None,
    };
    assert_eq!(erased, [Event::PersonErased(erasure)]);
    let state = erased.iter().fold(state, Person::evolve);
    assert_eq!(
        by(actor("cb-02", "p-02"), &state, Command::Erase),
        Ok(vec![])
    );
    for command in [
        Command::Register(sealed()),
        Command::Change(sealed()),
        ask("Đơn", None),
        Command::DropErasure,
    ] {
        let after = when::<Person, _>(&state, Role::Administrator, command);
        assert_eq!(after, Err(Rejection::Erased));
    }
}

#[test]
fn a_request_is_dropped_or_agreed_to_and_nothing_else_happens_meanwhile() {
    let state = asked_for();
    let role = Role::Administrator;
    let changed = PersonDetails {
        insider: false,
        ..sealed()
    };
    for (command, rejection) in [
        (
            Command::Register(changed.clone()),
            Rejection::AlreadyRegistered,
        ),
        (Command::Change(changed), Rejection::ErasureRequested),
        (ask("Đơn", None), Rejection::ErasureRequested),
    ] {
        assert_eq!(when::<Person, _>(&state, role, command), Err(rejection));
    }
    let dropped = when::<Person, _>(&state, role, Command::DropErasure).unwrap();
    let state = dropped.iter().fold(state, Person::evolve);
    assert_eq!(state, given::<Person>(&[Event::PersonRegistered(sealed())]));
    for command in [Command::DropErasure, Command::Erase] {
        let answer = when::<Person, _>(&state, role, command);
        assert_eq!(answer, Err(Rejection::ErasureNotRequested));
    }
}

#[test]
fn what_was_ever_recorded_in_the_clear_cannot_be_erased() {
    let plain = Event::PersonRegistered(details());
    let later = Event::PersonChanged(sealed());
    let moved = Event::PersonChanged(PersonDetails {
        unit: Some(unit("so-y-te")),
        ..sealed()
    });
    let half = Event::PersonRegistered(PersonDetails {
        position: Some("Chuyên viên".to_owned()),
        ..sealed()
    });
    for events in [
        vec![plain.clone()],
        vec![plain.clone(), later.clone()],
        vec![plain, later, moved],
        vec![half],
    ] {
        let state = given::<Person>(&events);
        let basis = "Đơn đề nghị".to_owned();
        let answer = when::<Person, _>(&state, Role::HomeAffairs, ask(&basis, None));
        assert_eq!(answer, Err(Rejection::InTheClear), "{events:?}");
    }
}

#[test]
fn a_row_that_was_written_before_erasure_existed_is_read_and_written_as_it_was() {
    let row = serde_json::json!({ "registered": details() });
    let state: PersonState = serde_json::from_value(row.clone()).unwrap();
    assert_eq!(state, registered());
    assert_eq!(serde_json::to_value(&state).unwrap(), row);
}

#[test]
fn more_documents_of_an_erased_person_go_by_two_persons_and_fewer_never() {
    let state = asked_for();
    let agree = |state: &PersonState| by(actor("cb-02", "p-02"), state, Command::Erase).unwrap();
    let erased = agree(&state).iter().fold(state, Person::evolve);
    let by_one = |state: &PersonState, command| by(actor("cb-01", "p-01"), state, command);
    let wider = ask("Hết hạn lưu", Some(ErasedDocuments::All));
    let asked = by_one(&erased, wider.clone()).unwrap();
    let asked_again = asked.iter().fold(erased.clone(), Person::evolve);
    assert_eq!(Person::listing(&asked_again).status, ERASED);
    assert_eq!(
        by_one(&asked_again, wider.clone()),
        Err(Rejection::ErasureRequested)
    );
    assert_eq!(
        by_one(&asked_again, Command::Erase),
        Err(Rejection::ErasureNeedsTwo)
    );
    let dropped = by_one(&asked_again, Command::DropErasure).unwrap();
    assert_eq!(
        dropped.iter().fold(asked_again.clone(), Person::evolve),
        erased
    );

    let events = agree(&asked_again);
    let Some(Event::PersonErased(erasure)) = events.first() else {
        panic!("{events:?}");
    };
    assert_eq!(erasure.documents, Some(ErasedDocuments::All));
    let all = events.iter().fold(asked_again, Person::evolve);
    for documents in [
        None,
        Some(ErasedDocuments::WithoutAward),
        Some(ErasedDocuments::All),
    ] {
        assert_eq!(by_one(&all, ask("Đơn", documents)), Err(Rejection::Erased));
    }
}
