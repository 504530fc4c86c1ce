//! A view is at the head when read, and stands still while held.

use chrono::NaiveDate;
use hoso_domain::actor::Role;
use hoso_domain::ids::{OfficialId, PersonId, UnitId};
use hoso_domain::registry::official::OfficialAppointed;

use super::*;
use crate::{Clock, Runtime, accounts};

#[derive(Debug, Clone, Default)]
struct Count(Vec<Position>);

impl Fold for Count {
    fn apply(&mut self, event: &RecordedEvent) {
        self.0.push(event.position);
    }
}

async fn runtime() -> (tempfile::TempDir, Runtime) {
    let directory = tempfile::tempdir().unwrap();
    let runtime = Runtime::open_embedded(directory.path(), Clock::system())
        .await
        .unwrap();
    (directory, runtime)
}

async fn appoint(runtime: &Runtime, official: &str) {
    let office = OfficialAppointed {
        official: OfficialId::parse(official).unwrap(),
        person: PersonId::parse("p").unwrap(),
        agency: UnitId::parse("u").unwrap(),
        role: Role::Auditor,
        valid_from: NaiveDate::from_ymd_opt(2025, 1, 1).unwrap(),
        valid_to: None,
    };
    accounts::appoint(runtime, office).await.unwrap();
}

#[tokio::test]
async fn a_view_has_folded_every_event_up_to_the_head_exactly_once() {
    let (_directory, runtime) = runtime().await;
    let view = View::<Count>::new(runtime.ledger.clone());
    assert_eq!(view.current().await.unwrap().0, [0; 0]);
    for official in ["a", "b", "c"] {
        appoint(&runtime, official).await;
        assert_eq!(
            view.current().await.unwrap().position(),
            runtime.ledger.head().await.unwrap()
        );
    }
    assert_eq!(view.clone().current().await.unwrap().0, [1, 2, 3]);
}

#[tokio::test]
async fn what_is_held_stands_still_while_the_view_moves_on() {
    let (_directory, runtime) = runtime().await;
    let view = View::<Count>::new(runtime.ledger.clone());
    appoint(&runtime, "a").await;
    let held = view.current().await.unwrap();
    appoint(&runtime, "b").await;
    let later = view.current().await.unwrap();
    assert_eq!((held.position(), &held.0[..]), (1, &[1][..]));
    assert_eq!((later.position(), &later.0[..]), (2, &[1, 2][..]));
}

#[tokio::test]
async fn many_readers_at_once_fold_the_log_once() {
    let (_directory, runtime) = runtime().await;
    let view = View::<Count>::new(runtime.ledger.clone());
    for official in ["a", "b", "c", "d"] {
        appoint(&runtime, official).await;
    }
    let readers = (0..16).map(|_| view.current());
    for read in futures::future::join_all(readers).await {
        assert_eq!(read.unwrap().0, [1, 2, 3, 4]);
    }
}

#[tokio::test]
async fn a_view_of_a_closed_ledger_says_so() {
    let (_directory, runtime) = runtime().await;
    let view = View::<Count>::new(runtime.ledger.clone());
    runtime.ledger.close().await;
    assert!(matches!(
        view.current().await,
        Err(LedgerError::Unavailable { .. })
    ));
}
