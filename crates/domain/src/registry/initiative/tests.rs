//! Behaviour of an initiative's stream.

use super::*;
use crate::registry::given::{day, given, others, when};

fn assessed() -> InitiativeAssessed {
    InitiativeAssessed {
        initiative: InitiativeId::parse("SK-2024-08").unwrap(),
        title: "Cổng đăng ký vào ra khu công nghiệp".to_owned(),
        author: SubjectId::parse("ca-nhan-18").unwrap(),
        council: "Hội đồng Sáng kiến tỉnh".to_owned(),
        document: "TB 29/TB-HĐSK".to_owned(),
        date: day("2024-12-27"),
        batch: "Đợt 4/2024".to_owned(),
        recognised: false,
    }
}

#[test]
fn home_affairs_and_the_council_record_a_result_once() {
    for role in [Role::HomeAffairs, Role::InitiativeCouncil] {
        let ask = Command::Assess(assessed());
        let events = when::<Initiative, _>(&InitiativeState::default(), role, ask.clone()).unwrap();
        assert_eq!(events, [Event::InitiativeAssessed(assessed())]);
        let state = given::<Initiative>(&events);
        assert_eq!(Initiative::listing(&state).status, "NOT_RECOGNISED");
        assert_eq!(when::<Initiative, _>(&state, role, ask), Ok(vec![]));
    }
}

#[test]
fn everybody_else_is_refused() {
    for role in others(&[Role::HomeAffairs, Role::InitiativeCouncil]) {
        let ask = Command::Assess(assessed());
        let events = when::<Initiative, _>(&InitiativeState::default(), role, ask).unwrap();
        assert_eq!(events[0].event_type(), "AttemptRefused", "{role:?}");
    }
}

#[test]
fn a_later_result_replaces_an_earlier_one_never_the_other_way() {
    let state = given::<Initiative>(&[Event::InitiativeAssessed(assessed())]);
    let later = InitiativeAssessed {
        recognised: true,
        date: day("2025-04-22"),
        ..assessed()
    };
    let events = when::<Initiative, _>(
        &state,
        Role::InitiativeCouncil,
        Command::Assess(later.clone()),
    );
    assert_eq!(events, Ok(vec![Event::InitiativeAssessed(later.clone())]));
    let state = given::<Initiative>(&[Event::InitiativeAssessed(later)]);
    assert_eq!(
        when::<Initiative, _>(&state, Role::HomeAffairs, Command::Assess(assessed())),
        Err(Rejection::Superseded(day("2025-04-22")))
    );
}

#[test]
fn every_text_must_say_something() {
    let nameless = InitiativeAssessed {
        batch: "  ".to_owned(),
        ..assessed()
    };
    let ask = Command::Assess(nameless);
    assert_eq!(
        when::<Initiative, _>(&InitiativeState::default(), Role::HomeAffairs, ask),
        Err(Rejection::Text("batch"))
    );
}
