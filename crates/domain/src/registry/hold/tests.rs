//! Behaviour of a hold's stream.

use super::*;
use crate::registry::given::{day, given, others, when};

fn opened() -> HoldOpened {
    HoldOpened {
        hold: HoldId::parse("so-y-te-2025-08-01").unwrap(),
        subject: SubjectId::parse("so-y-te").unwrap(),
        opened_on: day("2025-08-01"),
        ground: Ground::UnderConsideration,
        document: "Thông báo 77/TB".to_owned(),
        note: None,
    }
}

fn act(on: &str) -> HoldAct {
    HoldAct {
        on: day(on),
        document: "Kết luận 12/KL".to_owned(),
    }
}

fn ask(state: &HoldState, command: Command) -> Result<Vec<Event>, Rejection> {
    when::<Hold, _>(state, Role::Inspectorate, command)
}

fn open() -> HoldState {
    given::<Hold>(&[Event::HoldOpened(opened())])
}

#[test]
fn the_inspectorate_and_home_affairs_hold_everybody_else_is_refused() {
    for role in [Role::Inspectorate, Role::HomeAffairs] {
        assert_eq!(
            when::<Hold, _>(&HoldState::default(), role, Command::Open(opened())),
            Ok(vec![Event::HoldOpened(opened())])
        );
    }
    for role in others(&[Role::Inspectorate, Role::HomeAffairs]) {
        for command in [
            Command::Open(opened()),
            Command::Lift(act("2025-08-02")),
            Command::Confirm(act("2025-08-02")),
            Command::Keep(opened(), None),
        ] {
            let events = when::<Hold, _>(&open(), role, command).unwrap();
            assert_eq!(events[0].event_type(), "AttemptRefused", "{role:?}");
        }
    }
}

#[test]
fn a_hold_is_in_force_from_its_first_day_until_the_day_it_is_lifted() {
    let events = ask(&open(), Command::Lift(act("2025-08-15"))).unwrap();
    let state = given::<Hold>(&[Event::HoldOpened(opened()), events[0].clone()]);
    let record = state.record().unwrap();
    for (on, in_force) in [
        ("2025-07-31", false),
        ("2025-08-01", true),
        ("2025-08-14", true),
        ("2025-08-15", false),
    ] {
        assert_eq!(record.is_in_force(day(on)), in_force, "{on}");
    }
}

#[test]
fn a_hold_lifted_on_its_first_day_is_a_hold_of_no_days() {
    let events = ask(&open(), Command::Lift(act("2025-08-01"))).unwrap();
    let state = given::<Hold>(&[Event::HoldOpened(opened()), events[0].clone()]);
    assert!(!state.record().unwrap().is_in_force(day("2025-08-01")));
    assert_eq!(
        ask(&open(), Command::Lift(act("2025-07-31"))),
        Err(Rejection::BeforeOpening(day("2025-08-01")))
    );
}

#[test]
fn a_confirmed_hold_stays_in_force_until_the_discipline_is_served() {
    let confirmed = ask(&open(), Command::Confirm(act("2025-08-10"))).unwrap();
    let state = given::<Hold>(&[Event::HoldOpened(opened()), confirmed[0].clone()]);
    assert_eq!(Hold::listing(&state).status, "CONFIRMED");
    assert!(state.record().unwrap().is_in_force(day("2026-08-09")));
    assert_eq!(
        ask(&state, Command::Confirm(act("2025-08-11"))),
        Err(Rejection::AlreadyConfirmed(day("2025-08-10")))
    );
    let lifted = ask(&state, Command::Lift(act("2026-08-10"))).unwrap();
    assert_eq!(lifted[0].event_type(), "HoldLifted");
}

#[test]
fn what_was_done_is_not_done_twice_nor_otherwise() {
    let lifted = ask(&open(), Command::Lift(act("2025-08-15"))).unwrap();
    let state = given::<Hold>(&[Event::HoldOpened(opened()), lifted[0].clone()]);
    assert_eq!(ask(&state, Command::Lift(act("2025-08-15"))), Ok(vec![]));
    let lifted_on = Rejection::AlreadyLifted(day("2025-08-15"));
    assert_eq!(
        ask(&state, Command::Lift(act("2025-08-16"))),
        Err(lifted_on.clone())
    );
    assert_eq!(
        ask(&state, Command::Confirm(act("2025-08-16"))),
        Err(lifted_on)
    );
    assert_eq!(ask(&open(), Command::Open(opened())), Ok(vec![]));
    let other = HoldOpened {
        ground: Ground::Serving,
        ..opened()
    };
    assert_eq!(
        ask(&open(), Command::Open(other)),
        Err(Rejection::AlreadyOpened)
    );
    assert_eq!(
        ask(&HoldState::default(), Command::Lift(act("2025-08-15"))),
        Err(Rejection::UnknownHold)
    );
}

#[test]
fn keeping_a_row_opens_and_lifts_what_is_missing() {
    let row = Command::Keep(opened(), Some(act("2025-08-15")));
    let events = ask(&HoldState::default(), row.clone()).unwrap();
    let types: Vec<_> = events.iter().map(StoredEvent::event_type).collect();
    assert_eq!(types, ["HoldOpened", "HoldLifted"]);
    assert_eq!(ask(&given::<Hold>(&events), row), Ok(vec![]));
    let still_open = Command::Keep(opened(), None);
    assert_eq!(ask(&open(), still_open.clone()), Ok(vec![]));
    assert_eq!(
        ask(&given::<Hold>(&events), still_open),
        Err(Rejection::AlreadyLifted(day("2025-08-15")))
    );
}
