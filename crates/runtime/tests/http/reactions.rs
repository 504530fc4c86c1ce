//! Reactions: each effect once, cursor with its effect, what cannot be digested is parked with
//! everything behind it.

use hoso_domain::actor::Role;
use hoso_ledger::{ParkedStatus, StreamName};
use hoso_runtime::testing::TestApp;
use hoso_runtime::{Clock, Runtime, serve};
use serde_json::json;
use tokio_util::sync::CancellationToken;

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
    }
    let reasons = effects.iter().map(|effect| effect.metadata.reason.clone());
    let position = cause[0].position;
    assert_eq!(
        reasons.collect::<Vec<_>>(),
        [
            Some("every line".to_owned()),
            Some(format!("after NoteWritten at position {position}")),
        ],
        "an effect's own reason, or the event it follows from"
    );
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

async fn parked_positions(app: &TestApp, token: &str) -> Vec<u64> {
    let list = app.get(token, "/api/v1/parked").await;
    assert_eq!(list.status, 200, "{list:?}");
    let items = list.json["items"].as_array().unwrap();
    items
        .iter()
        .map(|i| i["position"].as_u64().unwrap())
        .collect()
}

#[tokio::test]
async fn an_administrator_skips_a_parked_event_and_those_behind_it_go_on() {
    let (app, token) = app().await;
    let admin = app.appoint("admin", Role::Administrator, "so-noi-vu").await;
    write(&app, &token, "bad", &["poison", "behind"]).await;
    app.wait_idle().await;
    let [first, second] = parked_positions(&app, &admin).await[..] else {
        panic!("two events wait");
    };
    let skip = |position| format!("/api/v1/parked/notes/{position}/skip");
    let why = json!({"reason": "the line is a mistake"});
    let answer = app.post(&admin, &skip(first), &json!({})).await;
    assert_eq!((answer.status, answer.code()), (422, "body-invalid"));
    let answer = app.post(&admin, &skip(second), &why).await;
    assert_eq!((answer.status, answer.code()), (409, "parked-not-first"));
    let answer = app.post(&token, &skip(first), &why).await;
    assert_eq!((answer.status, answer.code()), (403, "not-permitted"));
    let answer = app.post(&admin, &skip(first), &why).await;
    assert_eq!(answer.status, 200, "{answer:?}");
    app.wait_idle().await;
    assert_eq!(parked_positions(&app, &admin).await, [0; 0]);
    let copy = app.get(&token, "/api/v1/notes/bad.copy").await;
    assert_eq!(copy.json["lines"], json!(["behind", "behind"]));
    write(&app, &token, "bad", &["later"]).await;
    app.wait_idle().await;
    let copy = app.get(&token, "/api/v1/notes/bad.copy").await;
    assert_eq!(copy.json["lines"].as_array().unwrap().len(), 4);
    let answer = app.post(&admin, &skip(first), &why).await;
    assert_eq!((answer.status, answer.code()), (409, "not-parked"));
    let stream = StreamName::new("feed", "notes");
    let events = app.runtime.ledger.read_stream(&stream, 0, 9).await.unwrap();
    let types: Vec<_> = events.iter().map(|e| e.event_type.as_str()).collect();
    assert_eq!(types, ["AttemptRefused", "ParkedEventSkipped"]);
    assert_eq!(
        events[1].metadata.reason.as_deref(),
        Some("the line is a mistake")
    );
}

#[tokio::test]
async fn a_retry_that_still_fails_leaves_everything_waiting() {
    let (app, token) = app().await;
    let admin = app.appoint("admin", Role::Administrator, "so-noi-vu").await;
    write(&app, &token, "bad", &["poison", "behind"]).await;
    app.wait_idle().await;
    let before = parked_positions(&app, &admin).await;
    let path = format!("/api/v1/parked/notes/{}/retry", before[0]);
    let answer = app.post(&admin, &path, &json!({})).await;
    assert_eq!(answer.status, 200, "{answer:?}");
    app.wait_idle().await;
    assert_eq!(parked_positions(&app, &admin).await, before);
}

#[tokio::test]
async fn a_second_process_takes_up_where_the_first_stood_and_does_nothing_twice() {
    let directory = tempfile::tempdir().unwrap();
    let run = async |note: &str| {
        let runtime = Runtime::open_embedded(directory.path(), Clock::system())
            .await
            .unwrap();
        let stop = CancellationToken::new();
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let services = notes::service(&runtime);
        let server = tokio::spawn(serve(runtime.clone(), services, listener, stop.clone()));
        notes::write_directly(&runtime, note, "one").await;
        runtime.wait_idle().await.unwrap();
        let copies = runtime
            .ledger
            .read_stream(&StreamName::new("note", "n1.copy"), 0, 9)
            .await
            .unwrap();
        stop.cancel();
        server.await.unwrap().unwrap();
        copies.len()
    };
    assert_eq!(run("n1").await, 2);
    assert_eq!(run("n2").await, 2);
}

#[tokio::test]
async fn what_is_set_up_from_outside_the_api_says_so() {
    let (app, _) = app().await;
    let stream = StreamName::new("official", "clerk");
    let events = app.runtime.ledger.read_stream(&stream, 0, 9).await.unwrap();
    let said = events
        .iter()
        .map(|event| (event.event_type.as_str(), event.metadata.reason.as_deref()));
    assert_eq!(
        said.collect::<Vec<_>>(),
        [
            ("OfficialAppointed", Some("hoso setup")),
            ("TokenIssued", Some("hoso setup")),
        ]
    );
}
