//! A command over HTTP: who, once, on which version, read strictly.

use chrono::{DateTime, NaiveDate, Utc};
use hoso_domain::actor::Role;
use hoso_domain::ids::{DelegationId, OfficialId};
use hoso_domain::registry::official::DelegationGranted;
use hoso_runtime::Clock;
use hoso_runtime::testing::{Answer, TestApp, send};
use reqwest::Method;
use serde_json::{Value, json};

use crate::notes;

fn noon() -> DateTime<Utc> {
    "2025-03-10T05:00:00Z".parse().unwrap()
}

async fn app() -> (TestApp, String) {
    let app = TestApp::start_at(Clock::fixed(noon()), notes::service).await;
    let token = app.appoint("clerk", Role::HomeAffairs, "so-noi-vu").await;
    (app, token)
}

fn line(note: &str, line: &str) -> Value {
    json!({"note": note, "line": line})
}

async fn raw(app: &TestApp, token: &str, body: impl Into<reqwest::Body>) -> Answer {
    let request = app
        .request(Method::POST, "/api/v1/notes")
        .bearer_auth(token)
        .header("Idempotency-Key", app.fresh_key())
        .header("Content-Type", "application/json")
        .body(body);
    send(request).await
}

#[tokio::test]
async fn a_command_is_answered_with_the_resource_its_version_and_its_place() {
    let (app, token) = app().await;
    let answer = app.post(&token, "/api/v1/notes", &line("n1", "one")).await;
    assert_eq!(answer.status, 201, "{answer:?}");
    assert_eq!(answer.etag.as_deref(), Some("\"v1\""));
    assert_eq!(answer.header("location"), "/api/v1/notes/n1");
    assert_eq!(answer.json["lines"], json!(["one"]));
    let read = app.get(&token, "/api/v1/notes/n1").await;
    assert_eq!((read.status, read.etag.as_deref()), (200, Some("\"v1\"")));
}

#[tokio::test]
async fn without_a_token_or_with_a_bad_one_nothing_is_told() {
    let (app, token) = app().await;
    let request = app.request(Method::GET, "/api/v1/notes");
    let answer = send(request).await;
    assert_eq!((answer.status, answer.code()), (401, "not-authenticated"));
    assert_eq!(answer.header("www-authenticate"), "Bearer");
    let bad = format!("{token}0");
    let answer = app.get(&bad, "/api/v1/notes").await;
    assert_eq!((answer.status, answer.code()), (401, "not-authenticated"));
    app.set_time(noon() + chrono::Duration::days(301));
    let answer = app.get(&token, "/api/v1/notes").await;
    assert_eq!((answer.status, answer.code()), (401, "not-authenticated"));
}

#[tokio::test]
async fn every_post_needs_an_idempotency_key_of_visible_characters() {
    let (app, token) = app().await;
    let long = "k".repeat(256);
    for key in [None, Some(""), Some("a b"), Some(long.as_str())] {
        let mut request = app
            .request(Method::POST, "/api/v1/notes")
            .bearer_auth(&token)
            .json(&line("n1", "one"));
        if let Some(key) = key {
            request = request.header("Idempotency-Key", key);
        }
        let answer = send(request).await;
        assert_eq!(
            (answer.status, answer.code()),
            (400, "idempotency-key-required"),
            "{key:?}"
        );
    }
}

#[tokio::test]
async fn the_same_request_again_gets_the_first_answer_and_another_one_is_refused() {
    let (app, token) = app().await;
    let again = |body: Value| {
        let request = app
            .request(Method::POST, "/api/v1/notes")
            .bearer_auth(&token)
            .header("Idempotency-Key", "k1")
            .json(&body);
        send(request)
    };
    let first = again(line("n1", "one")).await;
    app.post(&token, "/api/v1/notes", &line("n1", "two")).await;
    let second = again(line("n1", "one")).await;
    assert_eq!(first.status, second.status);
    assert_eq!(first.json, second.json);
    assert_eq!(first.etag, second.etag);
    assert_eq!(first.header("idempotency-replayed"), "");
    assert_eq!(second.header("idempotency-replayed"), "true");
    let other = again(line("n1", "three")).await;
    assert_eq!(
        (other.status, other.code()),
        (422, "idempotency-key-reused")
    );
    let read = app.get(&token, "/api/v1/notes/n1").await;
    assert_eq!(read.json["lines"], json!(["one", "two"]));
}

#[tokio::test]
async fn two_officials_may_use_the_same_key() {
    let (app, token) = app().await;
    let other = app.appoint("records", Role::Records, "vp-ubnd").await;
    for (token, note) in [(&token, "n1"), (&other, "n2")] {
        let request = app
            .request(Method::POST, "/api/v1/notes")
            .bearer_auth(token)
            .header("Idempotency-Key", "1")
            .json(&line(note, "one"));
        assert_eq!(send(request).await.status, 201);
    }
}

#[tokio::test]
async fn a_change_names_the_version_it_has_seen() {
    let (app, _) = app().await;
    let chairman = app.appoint("chairman", Role::Chairman, "ubnd").await;
    app.post(&chairman, "/api/v1/notes", &line("n1", "one"))
        .await;
    let path = "/api/v1/notes/n1/seal";
    let request = app
        .request(Method::POST, path)
        .bearer_auth(&chairman)
        .header("Idempotency-Key", app.fresh_key());
    let answer = send(request).await;
    assert_eq!((answer.status, answer.code()), (428, "if-match-required"));
    for malformed in [
        "v1",
        "\"w1\"",
        "\"v1\", \"v2\"",
        "W/\"v1\"",
        "\"\"",
        "\"v\"",
    ] {
        let answer = app.post_match(&chairman, path, &json!({}), malformed).await;
        assert_eq!(
            (answer.status, answer.code()),
            (400, "header-invalid"),
            "{malformed}"
        );
    }
    let answer = app.post_match(&chairman, path, &json!({}), "\"v7\"").await;
    assert_eq!((answer.status, answer.code()), (412, "version-stale"));
    let answer = app.post_match(&chairman, path, &json!({}), "\"v1\"").await;
    assert_eq!(
        (answer.status, answer.etag.as_deref()),
        (200, Some("\"v2\""))
    );
}

#[tokio::test]
async fn a_denied_attempt_is_recorded_and_then_refused_with_its_rule() {
    let (app, token) = app().await;
    app.post(&token, "/api/v1/notes", &line("n1", "one")).await;
    let answer = app
        .post(
            &token,
            "/api/v1/notes/n1/seal",
            &json!({"reason": "I say so"}),
        )
        .await;
    assert_eq!((answer.status, answer.code()), (403, "not-permitted"));
    assert_eq!(answer.json["violations"][0]["rule"], "D");
    let stream = hoso_ledger::StreamName::new("note", "n1");
    let events = app.runtime.ledger.read_stream(&stream, 0, 9).await.unwrap();
    let last = events.last().unwrap();
    assert_eq!(last.event_type, "AttemptRefused");
    assert_eq!(last.metadata.reason.as_deref(), Some("I say so"));
    assert_eq!(last.metadata.actor.official.as_str(), "clerk");
}

#[tokio::test]
async fn a_rejection_says_what_stands_in_the_way() {
    let (app, _) = app().await;
    let chairman = app.appoint("chairman", Role::Chairman, "ubnd").await;
    app.post(&chairman, "/api/v1/notes/n1/seal", &json!({}))
        .await;
    let answer = app
        .post(&chairman, "/api/v1/notes", &line("n1", "one"))
        .await;
    assert_eq!((answer.status, answer.code()), (409, "note-sealed"));
    assert_eq!(answer.json["detail"], "the note is sealed");
    assert_eq!(answer.json["type"], "/docs/errors/note-sealed");
    assert_eq!(answer.json["title"], "Note sealed");
    assert_eq!(answer.json["instance"], "/api/v1/notes");
    assert_eq!(answer.header("content-type"), "application/problem+json");
    let answer = app.post(&chairman, "/api/v1/notes", &line("n2", "")).await;
    assert_eq!((answer.status, answer.code()), (422, "note-line"));
}

#[tokio::test]
async fn a_body_is_read_strictly_and_the_field_is_named() {
    let (app, token) = app().await;
    let deep = format!("{}1{}", "[".repeat(65), "]".repeat(65));
    let table: [(&[u8], u16, &str, &str); 12] = [
        (b"{", 400, "json-malformed", ""),
        (b"{} {}", 400, "json-malformed", ""),
        (b"{\"line\": \"\xff\"}", 400, "json-malformed", ""),
        (br#"{"line": "a", "line": "b"}"#, 400, "json-malformed", ""),
        (
            br#"{"marks": [{"colour": 9007199254740993}]}"#,
            400,
            "json-malformed",
            "marks[0].colour",
        ),
        (br#"{"x": 1e400}"#, 400, "json-malformed", "x"),
        (deep.as_bytes(), 400, "json-malformed", "*"),
        (br#"{"note": "n1"}"#, 422, "body-invalid", ""),
        (
            br#"{"note": "n1", "line": "a", "colour": 1}"#,
            422,
            "body-invalid",
            "colour",
        ),
        (br#"{"note": "n1", "line": 7}"#, 422, "body-invalid", "line"),
        (
            br#"{"note": "n 1", "line": "a"}"#,
            422,
            "body-invalid",
            "note",
        ),
        (
            br#"{"note": "n1", "line": "a", "marks": [{"colour": 1}, {"colour": 256}]}"#,
            422,
            "body-invalid",
            "marks[1].colour",
        ),
    ];
    for (body, status, code, field) in table {
        let answer = raw(&app, &token, body.to_vec()).await;
        let shown = body.escape_ascii().to_string();
        assert_eq!((answer.status, answer.code()), (status, code), "{shown}");
        let named = answer.json["errors"][0]["field"].as_str().unwrap();
        assert!(field == "*" || named == field, "{shown}: `{named}`");
        assert_ne!(answer.json["errors"][0]["reason"], "", "{shown}");
    }
}

#[tokio::test]
async fn a_body_over_a_mebibyte_or_of_another_type_is_refused() {
    let (app, token) = app().await;
    let large = format!("{{\"line\": \"{}\"}}", "a".repeat(1024 * 1024));
    let answer = raw(&app, &token, large).await;
    assert_eq!((answer.status, answer.code()), (413, "body-too-large"));
    let answer = app
        .post_bytes(&token, "/api/v1/notes", "text/plain", b"{}".to_vec())
        .await;
    assert_eq!(
        (answer.status, answer.code()),
        (415, "content-type-not-json")
    );
}

#[tokio::test]
async fn an_act_takes_effect_when_the_body_says_but_not_in_the_future() {
    let (app, token) = app().await;
    let mut body = line("n1", "one");
    body["effectiveAt"] = json!("2025-03-10T05:00:01Z");
    let answer = app.post(&token, "/api/v1/notes", &body).await;
    assert_eq!(
        (answer.status, answer.code()),
        (422, "effective-at-in-future")
    );
    body["effectiveAt"] = json!("2025-03-01T00:00:00+07:00");
    body["reason"] = json!("  from\u{a0}paper ");
    let answer = app.post(&token, "/api/v1/notes", &body).await;
    assert_eq!(answer.status, 201, "{answer:?}");
    let stream = hoso_ledger::StreamName::new("note", "n1");
    let events = app.runtime.ledger.read_stream(&stream, 0, 9).await.unwrap();
    let metadata = &events[0].metadata;
    assert_eq!(
        metadata.effective_at,
        "2025-02-28T17:00:00Z".parse::<DateTime<Utc>>().unwrap()
    );
    assert_eq!(metadata.reason.as_deref(), Some("from paper"));
    body["reason"] = json!("r".repeat(2001));
    let answer = app.post(&token, "/api/v1/notes", &body).await;
    assert_eq!((answer.status, answer.code()), (422, "body-invalid"));
}

#[tokio::test]
async fn an_office_must_hold_on_the_effective_day() {
    let (app, token) = app().await;
    let mut body = line("n1", "one");
    body["effectiveAt"] = json!("1999-12-31T00:00:00Z");
    let answer = app.post(&token, "/api/v1/notes", &body).await;
    assert_eq!((answer.status, answer.code()), (403, "not-permitted"));
}

#[tokio::test]
async fn a_delegate_acts_in_the_delegating_officials_capacity_while_the_delegation_holds() {
    let (app, token) = app().await;
    app.appoint("chairman", Role::Chairman, "ubnd").await;
    app.delegate(DelegationGranted {
        delegation: DelegationId::parse("uq-1").unwrap(),
        from: OfficialId::parse("chairman").unwrap(),
        to: OfficialId::parse("clerk").unwrap(),
        valid_from: NaiveDate::from_ymd_opt(2025, 3, 1).unwrap(),
        valid_to: NaiveDate::from_ymd_opt(2025, 3, 9).unwrap(),
        document: "Giấy ủy quyền 01".to_owned(),
    })
    .await;
    let seal = |at: &str| {
        let request = app
            .request(Method::POST, "/api/v1/notes/n1/seal")
            .bearer_auth(&token)
            .header("Idempotency-Key", app.fresh_key())
            .header("Hoso-On-Behalf-Of", "chairman")
            .header("If-Match", "*")
            .json(&json!({"effectiveAt": at}));
        send(request)
    };
    let late = seal("2025-03-10T03:00:00Z").await;
    assert_eq!((late.status, late.code()), (403, "not-permitted"));
    let within = seal("2025-03-09T03:00:00Z").await;
    assert_eq!(within.status, 200, "{within:?}");
    let stream = hoso_ledger::StreamName::new("note", "n1");
    let events = app.runtime.ledger.read_stream(&stream, 0, 9).await.unwrap();
    let actor = &events[0].metadata.actor;
    assert_eq!(actor.official.as_str(), "clerk");
    assert_eq!(actor.person.as_str(), "p-clerk");
    assert_eq!(actor.role, Role::Chairman);
    assert_eq!(actor.agency.as_str(), "ubnd");
    assert_eq!(
        actor.on_behalf_of.as_ref().map(OfficialId::as_str),
        Some("chairman")
    );
}

#[tokio::test]
async fn a_file_is_a_command_too_and_its_streams_replay_together() {
    let (app, token) = app().await;
    let upload = |bytes: Vec<u8>| {
        let request = app
            .request(
                Method::POST,
                "/api/v1/note-files?name=n1&reason=gi%E1%BA%A5y&effectiveAt=2025-03-09T00:00:00Z",
            )
            .bearer_auth(&token)
            .header("Idempotency-Key", "file-1")
            .header("Content-Type", "Text/CSV; charset=utf-8")
            .body(bytes);
        send(request)
    };
    let first = upload(b"a,b".to_vec()).await;
    assert_eq!(first.status, 200, "{first:?}");
    assert_eq!(first.json["lines"], json!(["text/csv 3"]));
    let again = upload(b"a,b".to_vec()).await;
    assert_eq!(again.header("idempotency-replayed"), "true");
    let other = upload(b"a,c".to_vec()).await;
    assert_eq!(other.code(), "idempotency-key-reused");
    let stream = hoso_ledger::StreamName::new("note", "n1.part");
    let events = app.runtime.ledger.read_stream(&stream, 0, 9).await.unwrap();
    assert_eq!(events.len(), 1);
    assert_eq!(events[0].metadata.reason.as_deref(), Some("giấy"));
    assert_eq!(
        events[0].metadata.effective_at.to_rfc3339(),
        "2025-03-09T00:00:00+00:00"
    );
}

#[tokio::test]
async fn a_file_over_20_mib_and_a_malformed_parameter_are_refused() {
    let (app, token) = app().await;
    let path = "/api/v1/note-files?name=n1";
    let large = vec![b'a'; 20 * 1024 * 1024 + 1];
    let answer = app.post_bytes(&token, path, "text/csv", large).await;
    assert_eq!((answer.status, answer.code()), (413, "body-too-large"));
    let path = "/api/v1/note-files?name=n%201";
    let answer = app
        .post_bytes(&token, path, "text/csv", b"a".to_vec())
        .await;
    assert_eq!((answer.status, answer.code()), (400, "query-invalid"));
    let answer = app.get(&token, "/api/v1/notes/n%201").await;
    assert_eq!((answer.status, answer.code()), (400, "path-invalid"));
}
