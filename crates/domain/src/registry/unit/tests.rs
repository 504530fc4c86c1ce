//! Behaviour of a unit's stream.

use super::*;
use crate::registry::given::{day, given, others, unit, when};

fn details() -> UnitDetails {
    UnitDetails {
        unit: unit("so-ke-hoach-va-dau-tu"),
        name: "Sở Kế hoạch và Đầu tư".to_owned(),
        group: Some(Group::Department),
        advising: true,
        assessed_since: None,
        valid_from: day("2021-01-01"),
        head_title: "Giám đốc".to_owned(),
        note: None,
    }
}

fn end() -> UnitEnd {
    UnitEnd {
        valid_to: day("2025-02-28"),
        successor: Some(unit("so-tai-chinh")),
        decision: "Hợp nhất vào Sở Tài chính".to_owned(),
    }
}

fn registered() -> UnitState {
    given::<Unit>(&[Event::UnitRegistered(details())])
}

fn ask(state: &UnitState, command: Command) -> Result<Vec<Event>, Rejection> {
    when::<Unit, _>(state, Role::HomeAffairs, command)
}

#[test]
fn home_affairs_registers_a_unit_once() {
    let first = ask(&UnitState::default(), Command::Register(details()));
    assert_eq!(first, Ok(vec![Event::UnitRegistered(details())]));
    let again = ask(&registered(), Command::Register(details()));
    assert_eq!(again, Ok(vec![]));
    let renamed = UnitDetails {
        name: "Sở khác".to_owned(),
        ..details()
    };
    let other = ask(&registered(), Command::Register(renamed));
    assert_eq!(other, Err(Rejection::AlreadyRegistered));
}

#[test]
fn every_other_role_is_refused_and_the_attempt_recorded() {
    for role in others(&[Role::HomeAffairs]) {
        let answer = when::<Unit, _>(&UnitState::default(), role, Command::Register(details()));
        let events = answer.unwrap();
        let refusal = events.first().and_then(StoredEvent::refusal).unwrap();
        assert_eq!(refusal.action, "RegisterUnit", "{role:?}");
        assert_eq!(
            given::<Unit>(&events),
            UnitState::default(),
            "a refused attempt changes nothing"
        );
    }
}

#[test]
fn a_renamed_unit_keeps_its_first_year_and_has_each_name_in_its_time() {
    let renamed = UnitDetails {
        name: "Sở Tài chính – Kế hoạch".to_owned(),
        valid_from: day("2023-07-01"),
        ..details()
    };
    let events = ask(&registered(), Command::Change(renamed.clone())).unwrap();
    assert_eq!(events, [Event::UnitChanged(renamed.clone())]);
    let state = given::<Unit>(&[Event::UnitRegistered(details()), events[0].clone()]);
    assert_eq!(state.on(day("2023-06-30")), Some(&details()));
    assert_eq!(state.on(day("2023-07-01")), Some(&renamed));
    assert_eq!(state.first_year(), Some(2021));
    assert_eq!(ask(&state, Command::Change(renamed)), Ok(vec![]));
}

#[test]
fn a_change_of_the_first_day_corrects_the_first_details() {
    let corrected = UnitDetails {
        note: Some("sửa".to_owned()),
        ..details()
    };
    let events = ask(&registered(), Command::Change(corrected.clone())).unwrap();
    let state = given::<Unit>(&[Event::UnitRegistered(details()), events[0].clone()]);
    assert_eq!(state.versions, [corrected]);
}

#[test]
fn a_change_before_the_first_day_or_of_nothing_is_rejected() {
    let early = UnitDetails {
        valid_from: day("2020-12-31"),
        ..details()
    };
    assert_eq!(
        ask(&registered(), Command::Change(early)),
        Err(Rejection::BeforeFirstDay(day("2021-01-01")))
    );
    assert_eq!(
        ask(&UnitState::default(), Command::Change(details())),
        Err(Rejection::UnknownUnit)
    );
}

#[test]
fn a_merged_unit_names_its_successor_and_is_not_changed_afterwards() {
    let events = ask(&registered(), Command::End(end())).unwrap();
    let merged = Event::UnitMerged(UnitMerged {
        unit: details().unit,
        valid_to: day("2025-02-28"),
        successor: unit("so-tai-chinh"),
        decision: end().decision,
    });
    assert_eq!(events, std::slice::from_ref(&merged));
    let state = given::<Unit>(&[Event::UnitRegistered(details()), merged]);
    assert!(state.is_valid_on(day("2025-02-28")));
    assert!(!state.is_valid_on(day("2025-03-01")));
    assert_eq!(Unit::listing(&state).status, "MERGED");
    let later = UnitDetails {
        valid_from: day("2025-03-01"),
        ..details()
    };
    assert_eq!(
        ask(&state, Command::Change(later)),
        Err(Rejection::Ended(day("2025-02-28")))
    );
    assert_eq!(ask(&state, Command::End(end())), Ok(vec![]));
    let otherwise = UnitEnd {
        successor: None,
        ..end()
    };
    assert_eq!(
        ask(&state, Command::End(otherwise)),
        Err(Rejection::Ended(day("2025-02-28")))
    );
}

#[test]
fn a_unit_without_successor_is_dissolved() {
    let dissolved = UnitEnd {
        successor: None,
        ..end()
    };
    let events = ask(&registered(), Command::End(dissolved)).unwrap();
    assert_eq!(events[0].event_type(), "UnitDissolved");
}

#[test]
fn an_end_that_cannot_be_is_rejected() {
    for (end, rejection) in [
        (
            UnitEnd {
                successor: Some(details().unit),
                ..end()
            },
            Rejection::OwnSuccessor,
        ),
        (
            UnitEnd {
                valid_to: day("2020-12-31"),
                ..end()
            },
            Rejection::BeforeFirstDay(day("2021-01-01")),
        ),
        (
            UnitEnd {
                decision: " ".to_owned(),
                ..end()
            },
            Rejection::Text("decision"),
        ),
    ] {
        assert_eq!(ask(&registered(), Command::End(end)), Err(rejection));
    }
    assert_eq!(
        ask(&UnitState::default(), Command::End(end())),
        Err(Rejection::UnknownUnit)
    );
}

#[test]
fn a_unit_is_assessed_from_one_of_the_plans_years_on() {
    for (year, ok) in [(2020, false), (2021, true), (2030, true), (2031, false)] {
        let since = UnitDetails {
            assessed_since: Some(year),
            ..details()
        };
        let answer = ask(&UnitState::default(), Command::Register(since));
        assert_eq!(answer.is_ok(), ok, "{year}");
    }
}

#[test]
fn only_departments_advise() {
    let district = UnitDetails {
        group: Some(Group::District),
        ..details()
    };
    assert_eq!(
        ask(&UnitState::default(), Command::Register(district)),
        Err(Rejection::AdvisingOutsideDepartments)
    );
    let body = UnitDetails {
        group: None,
        advising: false,
        ..details()
    };
    assert!(ask(&UnitState::default(), Command::Register(body)).is_ok());
}

#[test]
fn keeping_a_row_does_what_is_missing_and_nothing_twice() {
    let command = Command::Keep(details(), Some(end()));
    let events = ask(&UnitState::default(), command.clone()).unwrap();
    let types: Vec<_> = events.iter().map(StoredEvent::event_type).collect();
    assert_eq!(types, ["UnitRegistered", "UnitMerged"]);
    let state = given::<Unit>(&events);
    assert_eq!(ask(&state, command), Ok(vec![]));
    assert_eq!(
        ask(&state, Command::Keep(details(), None)),
        Err(Rejection::Ended(day("2025-02-28"))),
        "an end is not taken back by an empty cell"
    );
    let only_end = ask(&registered(), Command::Keep(details(), Some(end()))).unwrap();
    assert_eq!(only_end.len(), 1);
}
