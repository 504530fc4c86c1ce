//! Behaviour of a rule book's stream.

use super::*;
use crate::registry::given::{given, others, when};

fn published(version: u32, body: &str) -> RuleBookPublished {
    RuleBookPublished {
        rule_book: RuleBookId::parse("soc-trang-52-2022").unwrap(),
        version,
        digest: digest(body),
        source: "Kế hoạch 52/KH-UBND".to_owned(),
        body: body.to_owned(),
    }
}

fn ask(state: &RuleBookState, published: RuleBookPublished) -> Result<Vec<Event>, Rejection> {
    when::<RuleBook, _>(state, Role::Administrator, Command::Publish(published))
}

fn known() -> RuleBookState {
    given::<RuleBook>(&[Event::RuleBookPublished(published(2, "{}"))])
}

#[test]
fn a_version_is_published_once_and_never_with_another_digest() {
    let first = ask(&RuleBookState::default(), published(1, "{}"));
    assert_eq!(
        first,
        Ok(vec![Event::RuleBookPublished(published(1, "{}"))])
    );
    assert_eq!(ask(&known(), published(2, "{}")), Ok(vec![]));
    assert_eq!(
        ask(&known(), published(2, "{ }")),
        Err(Rejection::VersionTaken {
            version: 2,
            known: digest("{}")
        })
    );
}

#[test]
fn versions_go_up() {
    assert_eq!(
        ask(&known(), published(1, "{}")),
        Err(Rejection::VersionTooLow(2))
    );
    assert_eq!(
        ask(&RuleBookState::default(), published(0, "{}")),
        Err(Rejection::VersionTooLow(0))
    );
    assert!(ask(&known(), published(3, "{}")).is_ok());
}

#[test]
fn the_body_is_a_json_object_under_its_own_digest() {
    let other_digest = RuleBookPublished {
        digest: digest("{ }"),
        ..published(1, "{}")
    };
    assert_eq!(
        ask(&RuleBookState::default(), other_digest),
        Err(Rejection::Digest(digest("{}")))
    );
    let list = ask(&RuleBookState::default(), published(1, "[]"));
    assert!(matches!(list, Err(Rejection::Body(_))), "{list:?}");
}

#[test]
fn only_the_administrator_publishes() {
    for role in others(&[Role::Administrator]) {
        let ask = Command::Publish(published(1, "{}"));
        let events = when::<RuleBook, _>(&RuleBookState::default(), role, ask).unwrap();
        assert_eq!(events[0].event_type(), "AttemptRefused", "{role:?}");
    }
}
