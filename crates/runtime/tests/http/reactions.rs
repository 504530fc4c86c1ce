//! Reactions: each effect once, cursor with its effect, what cannot be digested is parked with
//! everything behind it.

use hoso_domain::actor::Role;
use hoso_ledger::{ParkedStatus, StreamName};
use hoso_runtime::testing::TestApp;
use serde_json::json;

use crate::notes;

async fn app() -> (TestApp, String) {
    let app = TestApp::start(notes::service).await;
    let token = app.appoint("clerk", Role::HomeAffairs, "so-noi-vu").await;
    (app, token)
}

async fn write(app: &TestApp, token: &str, note: &str, lines: &[&str]) {
    for line in lines {
        let body = json!({"note": note, "line": line});
        let answer = app.post(token, "/api/v1/notes", &body).await;
        assert_eq!(answer.status, 201, "{answer:?}");
    }
}

#[tokio::test]
async fn an_effect_says_which_event_caused_it_and_acts_for_the_service() {
    let (app, token) = app().await;
    write(&app, &token, "n1", &["one"]).await;
    app.wait_idle().await;
    let ledger = &app.runtime.ledger;
    let cause = ledger
        .read_stream(&StreamName::new("note", "n1"), 0, 9)
        .await
        .unwrap();
    let effects = ledger
        .read_stream(&StreamName::new("note", "n1.copy"), 0, 9)
        .await
        .unwrap();
    assert_eq!(effects.len(), 2);
    for effect in &effects {
        let metadata = &effect.metadata;
        assert_eq!(metadata.causation, Some(cause[0].id));
        assert_eq!(metadata.correlation, cause[0].metadata.correlation);
        assert_eq!(metadata.effective_at, cause[0].metadata.effective_at);
        assert_eq!(metadata.actor.official.as_str(), "system-notes");
        assert_eq!(metadata.actor.role, Role::System);
        assert_eq!(metadata.reason.as_deref(), Some("every line"));
    }
}

#[tokio::test]
async fn the_cursor_follows_the_head_and_events_without_effect_move_it_too() {
    let (app, token) = app().await;
    write(&app, &token, "n1", &["one", "two"]).await;
    app.wait_idle().await;
    let runtime = app.runtime.clone();
    let head = runtime.ledger.head().await.unwrap();
    assert_eq!(runtime.ledger.cursor("notes").await.unwrap(), head);
}

#[tokio::test]
async fn what_cannot_be_digested_is_parked_with_everything_behind_it_in_its_stream() {
    let (app, token) = app().await;
    write(&app, &token, "bad", &["poison", "behind"]).await;
    write(&app, &token, "good", &["one"]).await;
    write(&app, &token, "loud", &["loud"]).await;
    app.wait_idle().await;
    let parked = app.runtime.ledger.parked("notes").await.unwrap();
    let shown: Vec<_> = parked
        .iter()
        .map(|p| (p.stream.as_str(), p.reason.as_str(), p.status))
        .collect();
    let waiting = ParkedStatus::Waiting;
    assert_eq!(
        shown,
        [
            ("note-bad", "cannot digest poison", waiting),
            (
                "note-bad",
                "waits behind a parked event of its stream",
                waiting
            ),
            ("note-loud", "a line has 1 to 20 characters", waiting),
        ]
    );
    let good = app.get(&token, "/api/v1/notes/good.copy").await;
    assert_eq!(good.json["lines"], json!(["one", "one"]));
    let feed = app.get(&token, "/api/v1/feed").await;
    assert_eq!(feed.json["services"][0]["parked"], 3);
}
