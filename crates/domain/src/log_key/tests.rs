//! Behaviour of the log's key stream.

use super::*;
use crate::ids::{OfficialId, PersonId, UnitId};

const FIRST: &str =
    "khenthuong.example.vn/log+e806e62e+AWuGsnP/NPzhnWuATv9aP1dHraTqoi8dScAeUt23h1tL";
const SECOND: &str =
    "khenthuong.example.vn/log+9ebd4f9d+AdRzXjomXhbu4D9ZcYubXQMBnAfYtsUfkNo6Zm7sE6s1";
const WITNESS: &str =
    "khenthuong.example.vn/w+5af93929+BE4HQIVivtuLYM4Fwd7P460WtyIwln3gH2QLfkcptJ/O";
const ORIGIN: &str = "khenthuong.example.vn/log";
const POLICY: &str = "quorum none\n";

fn actor(role: Role) -> Actor {
    Actor {
        official: OfficialId::parse("cb-01").unwrap(),
        person: PersonId::parse("p-01").unwrap(),
        role,
        agency: UnitId::parse("so-noi-vu").unwrap(),
        on_behalf_of: None,
    }
}

fn given(events: &[Event]) -> LogKeyState {
    events.iter().fold(LogKeyState::default(), LogKey::evolve)
}

fn when(state: &LogKeyState, role: Role, command: Command) -> Result<Vec<Event>, Rejection> {
    let at = "2026-08-01T02:00:00Z".parse().unwrap();
    let by = actor(role);
    LogKey::decide(state, Issued { by, at, command })
}

fn rotated(previous: &str, next: &str) -> LogKeyRotated {
    LogKeyRotated {
        previous: previous.to_owned(),
        next: next.to_owned(),
    }
}

fn rotate(state: &LogKeyState, previous: &str, next: &str) -> Result<Vec<Event>, Rejection> {
    let command = Command::Rotate(rotated(previous, next));
    when(state, Role::Administrator, command)
}

/// A text with the form of a key.
fn numbered(number: u32) -> String {
    format!("khenthuong.example.vn/log+{number:08x}+A{number:043}")
}

#[test]
fn the_administrator_rotates_from_the_first_key_and_on() {
    let first = rotate(&LogKeyState::default(), FIRST, SECOND);
    assert_eq!(
        first,
        Ok(vec![Event::LogKeyRotated(rotated(FIRST, SECOND))])
    );
    let state = given(&first.unwrap());
    assert_eq!(state.keys, [FIRST, SECOND]);
    assert_eq!(state.newest(ORIGIN), Some(SECOND));
    let third = numbered(3);
    let then = rotate(&state, SECOND, &third).unwrap();
    let state = then.iter().fold(state, LogKey::evolve);
    assert_eq!(state.keys, [FIRST, SECOND, &third]);
    assert_eq!(LogKey::listing(&state).status, "ROTATED");
    assert_eq!(LogKey::listing(&LogKeyState::default()).status, "FIRST_KEY");
}

#[test]
fn a_rotation_follows_the_newest_key_and_none_comes_back() {
    let state = given(&[Event::LogKeyRotated(rotated(FIRST, SECOND))]);
    let third = numbered(3);
    for (previous, next, rejection) in [
        (
            FIRST,
            third.as_str(),
            Rejection::NotNewest(SECOND.to_owned()),
        ),
        (SECOND, FIRST, Rejection::UsedBefore),
        (SECOND, SECOND, Rejection::UsedBefore),
    ] {
        assert_eq!(rotate(&state, previous, next), Err(rejection));
    }
    let none = LogKeyState::default();
    assert_eq!(rotate(&none, FIRST, FIRST), Err(Rejection::UsedBefore));
    let full = LogKeyState {
        keys: vec![FIRST.to_owned(); KEYS_MAX],
        policy: None,
    };
    assert_eq!(rotate(&full, FIRST, SECOND), Err(Rejection::TooMany));
}

#[test]
fn a_log_that_was_begun_anew_has_keys_of_its_own() {
    let state = given(&[Event::LogKeyRotated(rotated(FIRST, SECOND))]);
    let [first, second] = [FIRST, SECOND].map(|key| key.replace("vn/log", "vn/new"));
    assert_eq!(state.newest("khenthuong.example.vn/new"), None);
    let events = rotate(&state, &first, &second).unwrap();
    let state = events.iter().fold(state, LogKey::evolve);
    assert_eq!(state.keys, [FIRST, SECOND, &first, &second]);
    assert_eq!(state.newest("khenthuong.example.vn/new"), Some(&*second));
    assert_eq!(state.newest(ORIGIN), Some(SECOND));
    assert_eq!(rotate(&state, &second, &first), Err(Rejection::UsedBefore));
}

#[test]
fn what_is_no_key_of_this_log_is_rejected() {
    let none = LogKeyState::default();
    let other = SECOND.replace("khenthuong", "khac");
    assert_eq!(rotate(&none, FIRST, &other), Err(Rejection::OtherOrigin));
    let long = format!("{}{SECOND}", "x".repeat(300));
    for key in [
        "",
        "khenthuong.example.vn/log",
        WITNESS,
        &SECOND.replace("9ebd4f9d", "9EBD4F9D"),
        &SECOND.replace("+AdR", "+Ad "),
        &format!("{SECOND}="),
        &format!("{SECOND}\n"),
        &SECOND.replace("example.vn", "exa mple.vn"),
        &long,
    ] {
        assert_eq!(
            rotate(&none, FIRST, key),
            Err(Rejection::Key("next")),
            "{key}"
        );
        assert_eq!(
            rotate(&none, key, SECOND),
            Err(Rejection::Key("previous")),
            "{key}"
        );
    }
}

#[test]
fn a_policy_is_recorded_whole_and_not_twice() {
    let set = |policy: &str| Command::SetPolicy(policy.to_owned());
    let none = LogKeyState::default();
    let events = when(&none, Role::Administrator, set(POLICY)).unwrap();
    let expected = WitnessPolicySet {
        policy: POLICY.to_owned(),
        digest: digest(POLICY),
    };
    assert_eq!(events, [Event::WitnessPolicySet(expected.clone())]);
    assert!(expected.digest.starts_with("sha256:"));
    let state = given(&events);
    assert_eq!(state.policy, Some(expected));
    assert_eq!(
        when(&state, Role::Administrator, set(POLICY)),
        Err(Rejection::SamePolicy)
    );
    let other = when(&state, Role::Administrator, set("quorum none \n")).unwrap();
    let state = other.iter().fold(state, LogKey::evolve);
    // One that held before may hold again.
    assert!(when(&state, Role::Administrator, set(POLICY)).is_ok());
    for wrong in [String::new(), "x".repeat(POLICY_BYTES_MAX + 1)] {
        assert_eq!(
            when(&state, Role::Administrator, set(&wrong)),
            Err(Rejection::PolicySize)
        );
    }
}

#[test]
fn others_are_refused_and_it_is_recorded() {
    let policy = Command::SetPolicy(POLICY.to_owned());
    let rotation = Command::Rotate(rotated(FIRST, SECOND));
    for role in [
        Role::Auditor,
        Role::HomeAffairs,
        Role::Chairman,
        Role::Inspectorate,
        Role::System,
    ] {
        for (command, action) in [
            (policy.clone(), "SetWitnessPolicy"),
            (rotation.clone(), "RotateLogKey"),
        ] {
            let events = when(&LogKeyState::default(), role, command).unwrap();
            let refusal = events.first().and_then(StoredEvent::refusal).unwrap();
            assert_eq!(refusal.action, action);
            assert_eq!(given(&events), LogKeyState::default());
        }
    }
}
