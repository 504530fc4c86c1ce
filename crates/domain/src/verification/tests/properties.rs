//! Whatever is asked, in whatever order: decisions repeat, replay is what was lived, the end is the end.

use proptest::prelude::*;

use super::*;

fn actors() -> impl Strategy<Value = Actor> {
    prop_oneof![
        4 => Just(home_affairs()),
        4 => Just(standing_office()),
        4 => Just(system()),
        1 => Just(actor(Role::UnitHead, "so-tu-phap", "p-head")),
        1 => Just(actor(Role::StandingOffice, "so-tu-phap", "p-other")),
        1 => Just(actor(Role::Chairman, "ubnd-tinh", "p-chairman")),
    ]
}

fn commands() -> impl Strategy<Value = Command> {
    let verdicts = prop_oneof![
        Just(Verdict::Met),
        Just(Verdict::NotMet),
        Just(Verdict::Unknown)
    ];
    prop_oneof![
        Just(open_with(content())),
        Just(open_with(without_minutes())),
        Just(receive(STAMPED)),
        Just(receive("2025-06-10T15:30:00+07:00")),
        Just(receive("2025-06-18T08:35:00+07:00")),
        Just(extend(&["d"], "2025-06-20")),
        Just(check()),
        Just(check()),
        Just(give_back(None)),
        Just(supplement(content(), "2025-06-15T10:00:00+07:00")),
        Just(supplement(without_minutes(), "2025-07-09T10:00:00+07:00")),
        Just(lapse("2025-07-01")),
        Just(reject()),
        Just(Command::AcceptDossier),
        Just(Command::AcceptDossier),
        Just(Command::ForwardDossier),
        Just(Command::ForwardDossier),
        Just(finding("d", RuleId::R24, FindingVerdict::Met)),
        Just(finding("a", RuleId::R19, FindingVerdict::NotMet)),
        verdicts.prop_map(|verdict| {
            let items = vec![judged("d", Lane::CertDepartment, None, verdict)];
            Command::RecordEvaluation(evaluation(items))
        }),
        Just(withdraw()),
    ]
}

fn is_over(state: &CaseState) -> bool {
    match state {
        CaseState::NotOpened => false,
        CaseState::Opened(case) => case.stage.is_over(),
    }
}

proptest! {
    #[test]
    fn decisions_repeat_replay_is_what_was_lived_and_the_end_is_the_end(
        steps in prop::collection::vec((actors(), commands()), 1..60),
        opened in any::<bool>(),
    ) {
        let mut given = if opened { received() } else { Given::default() };
        for (by, command) in steps {
            let first = given.when(&by, LATER, command.clone());
            prop_assert_eq!(&first, &given.when(&by, LATER, command.clone()));
            let Ok(events) = first else { continue };
            let was_over = is_over(&given.state);
            for event in events {
                let refusal = matches!(event, Event::AttemptRefused(_));
                prop_assert!(!was_over || refusal, "{} on a case that is over", command.name());
                given.state = Case::evolve(given.state, &event);
                given.events.push(event);
            }
        }
        let written = serde_json::to_string(&given.events).unwrap();
        let read: Vec<Event> = serde_json::from_str(&written).unwrap();
        prop_assert_eq!(&read, &given.events);
        let replayed = read.iter().fold(CaseState::default(), Case::evolve);
        prop_assert_eq!(&replayed, &given.state);
        let stored = serde_json::to_string(&replayed).unwrap();
        prop_assert_eq!(serde_json::from_str::<CaseState>(&stored).unwrap(), replayed);
    }
}
