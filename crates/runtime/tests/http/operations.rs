//! The common endpoints, and what every answer carries.

use hoso_domain::actor::Role;
use hoso_runtime::testing::{TestApp, send};
use reqwest::Method;
use serde_json::json;

use crate::notes;

async fn get(app: &TestApp, path: &str) -> hoso_runtime::testing::Answer {
    send(app.request(Method::GET, path)).await
}

#[tokio::test]
async fn operators_need_no_token() {
    let app = TestApp::start(notes::service).await;
    for path in ["/livez", "/readyz", "/metrics", "/version", "/openapi.json"] {
        assert_eq!(get(&app, path).await.status, 200, "{path}");
    }
    let ready = get(&app, "/readyz").await.json;
    let names: Vec<_> = ready["checks"]
        .as_array()
        .unwrap()
        .iter()
        .map(|check| check["name"].as_str().unwrap())
        .collect();
    assert_eq!(names, ["shutdown", "ledger", "reactions:notes"]);
    assert_eq!(get(&app, "/version").await.json["version"], "0.1.0");
}

#[tokio::test]
async fn measurements_name_routes_and_not_addresses() {
    let app = TestApp::start(notes::service).await;
    let token = app.appoint("clerk", Role::HomeAffairs, "so-noi-vu").await;
    app.get(&token, "/api/v1/notes/secret-note").await;
    let invented = Method::from_bytes(b"FROBNICATE").unwrap();
    send(app.request(invented, "/api/v1/notes")).await;
    let text = get(&app, "/metrics").await.text;
    assert!(text.contains("method=\"_OTHER\""), "{text}");
    assert!(!text.contains("FROBNICATE"), "{text}");
    assert!(text.contains("route=\"/api/v1/notes/{note}\""), "{text}");
    assert!(!text.contains("secret-note"), "{text}");
    assert!(text.contains("hoso_ledger_head"), "{text}");
}

#[tokio::test]
async fn the_documentation_is_served_from_the_binary() {
    let app = TestApp::start(notes::service).await;
    let page = get(&app, "/docs/").await;
    assert_eq!(page.status, 200);
    assert!(!page.text.contains("https://"), "{}", page.text);
    let error = get(&app, "/docs/errors/not-authenticated").await;
    assert_eq!(error.status, 200);
    assert!(error.header("content-type").starts_with("text/markdown"));
    let none = get(&app, "/docs/errors/no-such-code").await;
    assert_eq!((none.status, none.code()), (404, "not-found"));
}

#[tokio::test]
async fn the_description_carries_what_all_commands_share() {
    let app = TestApp::start(notes::service).await;
    let description = get(&app, "/openapi.json").await.json;
    assert_eq!(description["openapi"], "3.1.0");
    let post = &description["paths"]["/api/v1/notes"]["post"];
    let headers: Vec<_> = post["parameters"]
        .as_array()
        .unwrap()
        .iter()
        .map(|p| p["name"].as_str().unwrap())
        .collect();
    assert_eq!(
        headers,
        ["Hoso-On-Behalf-Of", "Idempotency-Key", "If-Match"]
    );
    assert!(post["responses"]["default"].is_object());
    let fields = &description["components"]["schemas"]["WriteNote"]["properties"];
    assert_eq!(fields["effectiveAt"]["format"], "date-time");
    assert_eq!(fields["reason"]["type"], "string");
    let problem = &description["components"]["schemas"]["Problem"]["properties"];
    assert!(
        problem["type"].is_object() && problem["traceId"].is_object(),
        "{problem}"
    );
    let get = &description["paths"]["/api/v1/notes"]["get"]["parameters"];
    assert_eq!(get[0]["name"], "after");
}

#[tokio::test]
async fn a_trace_goes_through_and_ends_up_in_the_event() {
    let app = TestApp::start(notes::service).await;
    let token = app.appoint("clerk", Role::HomeAffairs, "so-noi-vu").await;
    let trace = "4bf92f3577b34da6a3ce929d0e0e4736";
    let request = app
        .request(Method::POST, "/api/v1/notes")
        .bearer_auth(&token)
        .header("Idempotency-Key", app.fresh_key())
        .header("traceparent", format!("00-{trace}-00f067aa0ba902b7-01"))
        .header("x-request-id", "ticket-7")
        .json(&json!({"note": "n1", "line": "one"}));
    let answer = send(request).await;
    assert!(answer.header("traceparent").contains(trace));
    assert_eq!(answer.header("x-request-id"), "ticket-7");
    let stream = hoso_ledger::StreamName::new("note", "n1");
    let events = app.runtime.ledger.read_stream(&stream, 0, 9).await.unwrap();
    let stored = events[0].metadata.traceparent.as_deref();
    assert_eq!(stored, Some(answer.header("traceparent")));
}

#[tokio::test]
async fn every_answer_is_guarded_and_the_api_is_not_cached() {
    let app = TestApp::start(notes::service).await;
    for path in ["/livez", "/nowhere", "/api/v1/notes"] {
        let answer = get(&app, path).await;
        assert_eq!(answer.header("x-content-type-options"), "nosniff", "{path}");
        assert_eq!(answer.header("x-frame-options"), "DENY", "{path}");
        assert!(
            answer
                .header("content-security-policy")
                .contains("frame-ancestors 'none'")
        );
        assert_eq!(answer.header("traceparent").len(), 55, "{path}");
    }
    assert_eq!(
        get(&app, "/api/v1/notes").await.header("cache-control"),
        "no-store"
    );
}

#[tokio::test]
async fn an_unknown_address_or_method_is_a_problem_too() {
    let app = TestApp::start(notes::service).await;
    let answer = get(&app, "/api/v1/nothing").await;
    assert_eq!((answer.status, answer.code()), (404, "not-found"));
    let answer = send(app.request(Method::DELETE, "/api/v1/notes")).await;
    assert_eq!((answer.status, answer.code()), (405, "method-not-allowed"));
    assert_eq!(answer.header("content-type"), "application/problem+json");
}

#[tokio::test]
async fn a_bug_is_answered_without_its_cause() {
    let app = TestApp::start(notes::service).await;
    let token = app.appoint("clerk", Role::HomeAffairs, "so-noi-vu").await;
    let marks = vec![json!({"colour": 1}); 9];
    let body = json!({"note": "n1", "line": "one", "marks": marks});
    let answer = app.post(&token, "/api/v1/notes", &body).await;
    assert_eq!((answer.status, answer.code()), (500, "internal"));
    assert!(!answer.text.contains("handler"), "{}", answer.text);
    assert_eq!(answer.json["traceId"].as_str().unwrap().len(), 32);
}

#[tokio::test]
async fn a_ledger_that_does_not_answer_is_503_with_a_time_to_come_back() {
    let app = TestApp::start(notes::service).await;
    let token = app.appoint("clerk", Role::HomeAffairs, "so-noi-vu").await;
    app.runtime.ledger.close().await;
    let body = json!({"note": "n1", "line": "one"});
    let answer = app.post(&token, "/api/v1/notes", &body).await;
    assert_eq!((answer.status, answer.code()), (503, "ledger-unavailable"));
    assert_eq!(answer.header("retry-after"), "1");
    assert_eq!(get(&app, "/readyz").await.status, 503);
    assert_eq!(get(&app, "/livez").await.status, 200);
}

#[tokio::test]
async fn a_stopped_app_has_answered_everything_and_closed_the_ledger() {
    let app = TestApp::start(notes::service).await;
    let ledger = app.runtime.ledger.clone();
    app.stop().await;
    assert!(matches!(
        ledger.head().await,
        Err(hoso_ledger::LedgerError::Unavailable { .. })
    ));
}
