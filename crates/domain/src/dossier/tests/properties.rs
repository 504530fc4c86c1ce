//! What holds whatever is asked, in whatever order.

use proptest::prelude::*;

use super::super::Stage;
use super::*;

fn actors() -> impl Strategy<Value = Actor> {
    let role = prop_oneof![
        5 => Just(Role::UnitStaff),
        5 => Just(Role::UnitHead),
        3 => Just(Role::UnitCommittee),
        3 => Just(Role::UnitStandingOffice),
        4 => Just(Role::System),
        1 => Just(Role::HomeAffairs),
    ];
    (role, prop::bool::weighted(0.95)).prop_map(|(role, own)| match (role, own) {
        (Role::System, _) => system(),
        (role, true) => by(role),
        (role, false) => elsewhere(by(role)),
    })
}

fn item_ids() -> impl Strategy<Value = &'static str> {
    prop::sample::select(vec!["i-1", "i-2", "i-7"])
}

fn lists() -> impl Strategy<Value = Vec<&'static str>> {
    prop::collection::vec(prop::sample::select(vec!["i-1", "i-2"]), 0..3)
}

fn closures() -> impl Strategy<Value = Closure> {
    prop::sample::select(vec![
        Closure::Lapsed,
        Closure::Rejected,
        Closure::Late,
        Closure::Forwarded,
    ])
}

fn edits() -> impl Strategy<Value = Command> {
    prop_oneof![
        1 => Just(Command::Draft(draft())),
        3 => Just(add_unit()),
        3 => Just(add_person()),
        1 => item_ids().prop_map(remove),
        1 => Just(attachment()),
        3 => item_ids().prop_map(report),
        2 => lists().prop_map(|list| minutes(&list)),
        2 => item_ids().prop_map(confirm),
        1 => item_ids().prop_map(refuse),
    ]
}

fn steps() -> impl Strategy<Value = Command> {
    let more_sets = Supplement {
        sets: Some(3),
        originals: None,
    };
    prop_oneof![
        4 => lists().prop_map(|list| sign(&list)),
        4 => Just(submit()),
        2 => Just(supplement()),
        1 => Just(Command::Supplement(more_sets)),
        1 => Just(withdraw()),
        2 => (1u32..4).prop_map(request),
        1 => closures().prop_map(close),
    ]
}

fn commands() -> impl Strategy<Value = Command> {
    prop_oneof![edits(), steps()]
}

/// Anything asked by anybody; every second time by somebody who may.
fn asks() -> impl Strategy<Value = Vec<(Actor, Command)>> {
    let ask = (actors(), commands(), any::<bool>()).prop_map(|(anybody, command, may)| {
        let actor = match command.roles().first() {
            Some(Role::System) if may => system(),
            Some(role) if may => by(*role),
            _ => anybody,
        };
        (actor, command)
    });
    prop::collection::vec(ask, 1..60)
}

fn is_terminal(state: &DossierState) -> bool {
    match state.papers().map(|papers| &papers.stage) {
        Some(Stage::Withdrawn { .. }) => true,
        Some(Stage::Closed { outcome, .. }) => {
            matches!(outcome, Closure::Lapsed | Closure::Rejected)
        }
        _ => false,
    }
}

proptest! {
    #[test]
    fn the_same_question_on_the_same_past_has_the_same_answer(asks in asks()) {
        let mut state = DossierState::default();
        for (actor, command) in asks {
            let issued = Issued { by: actor, at: at(NOW), command };
            let first = Dossier::decide(&state, issued.clone());
            let second = Dossier::decide(&state, issued);
            prop_assert_eq!(&first, &second);
            for event in first.unwrap_or_default() {
                state = Dossier::evolve(state, &event);
            }
        }
    }

    #[test]
    fn replaying_the_stored_events_gives_the_live_state(asks in asks()) {
        let mut live = DossierState::default();
        let mut log = Vec::new();
        for (actor, command) in asks {
            let issued = Issued { by: actor, at: at(NOW), command };
            for event in Dossier::decide(&live, issued).unwrap_or_default() {
                let before = live.clone();
                live = Dossier::evolve(live, &event);
                if matches!(event, Event::AttemptRefused(_)) {
                    prop_assert_eq!(&before, &live, "a refusal changes nothing");
                }
                log.push(serde_json::to_string(&event).unwrap());
            }
        }
        let replayed = log.iter().fold(DossierState::default(), |state, json| {
            Dossier::evolve(state, &serde_json::from_str(json).unwrap())
        });
        prop_assert_eq!(replayed, live);
    }

    #[test]
    fn nothing_happens_to_a_dossier_after_its_end(asks in asks(), end in 0..3u8) {
        let mut past = submitted();
        past.push(match end {
            0 => (head(), withdraw()),
            1 => (system(), close(Closure::Lapsed)),
            _ => (system(), close(Closure::Rejected)),
        });
        let story = given(past);
        prop_assert!(is_terminal(&story.state));
        for (actor, command) in asks {
            match story.ask(NOW, actor, command) {
                Err(_) => {}
                Ok(events) => prop_assert!(
                    events.iter().all(|e| matches!(e, Event::AttemptRefused(_))),
                    "{:?}", events
                ),
            }
        }
    }

    #[test]
    fn what_is_handed_in_is_signed_and_never_names_a_stranger(asks in asks()) {
        let mut state = DossierState::default();
        for (actor, command) in asks {
            let issued = Issued { by: actor, at: at(NOW), command };
            for event in Dossier::decide(&state, issued).unwrap_or_default() {
                state = Dossier::evolve(state, &event);
                let Some(content) = content(&event) else {
                    continue;
                };
                let known: Vec<_> = content.items.iter().map(|i| i.item.clone()).collect();
                prop_assert!(!known.is_empty());
                prop_assert!(content.proposal.list.iter().all(|i| known.contains(i)));
                prop_assert!(content.reports.iter().all(|r| known.contains(&r.item)));
                prop_assert!(content.confirmers.contains(&head().person));
            }
        }
    }
}
