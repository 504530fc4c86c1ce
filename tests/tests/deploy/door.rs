//! What the door does itself: which headers and bodies it lets through, what it keeps inside, how
//! it behaves when a service does not.

use std::sync::Arc;
use std::time::Duration;

use e2e::root;
use hoso_runtime::documents::DOCUMENT_BYTES_MAX;
use hoso_runtime::http::command::RAW_BODY_BYTES_MAX;
use hoso_testbed::nginx::{Nginx, NginxOptions, TEMPLATE};
use reqwest::Response;
use serde_json::Value;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::sync::Notify;
use tokio::time::timeout;

use crate::responder::{Manner, Responder};
use crate::{House, address};

/// A problem of the door itself, checked as such.
async fn problem(response: Response, status: u16, code: &str) -> Value {
    assert_eq!(response.status(), status);
    let kind = &response.headers()["content-type"];
    assert_eq!(kind, "application/problem+json");
    let body: Value = response.json().await.unwrap();
    assert_eq!(body["code"], code);
    assert_eq!(body["status"], status);
    assert_eq!(body["type"], format!("/docs/errors/{code}"));
    body
}

/// Sends bytes as they are; the whole answer.
async fn raw(nginx: &Nginx, bytes: &[u8]) -> String {
    let mut stream = TcpStream::connect(address(nginx)).await.unwrap();
    stream.write_all(bytes).await.unwrap();
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).await.unwrap();
    String::from_utf8_lossy(&answer).into_owned()
}

#[tokio::test]
async fn a_request_arrives_with_its_own_headers() {
    let house = House::new().await;
    let traceparent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
    let kept = [
        ("authorization", "Bearer hoso_0"),
        ("idempotency-key", "k-1"),
        ("if-match", "\"3\""),
        ("hoso-on-behalf-of", "chu-tich"),
        ("origin", "https://khen-thuong.example.vn"),
        ("traceparent", traceparent),
        ("x-request-id", "desk-17:42"),
        ("last-event-id", "600"),
        ("accept-encoding", "gzip"),
    ];
    let client = reqwest::Client::new();
    let mut request = client.post(house.url("/api/v1/units"));
    for (name, value) in kept {
        request = request.header(name, value);
    }
    let forged = "203.0.113.9";
    let response = request.header("x-forwarded-for", forged).body("{}");
    let response = response.send().await.unwrap();
    assert_eq!(response.headers()["server"], "nginx");
    let answer: Value = response.json().await.unwrap();
    for (name, value) in kept {
        assert_eq!(answer["headers"][name], value);
    }
    assert_eq!(answer["headers"]["host"], house.address().to_string());
    assert_eq!(answer["headers"]["x-forwarded-for"], "127.0.0.1");
    assert_eq!(answer["headers"]["x-forwarded-proto"], "http");
    for bad in ["", "a b", "a\"b", &"x".repeat(129)] {
        let request = client.get(house.url("/api/v1/units"));
        let response = request.header("x-request-id", bad).send().await.unwrap();
        let answer: Value = response.json().await.unwrap();
        let id = answer["headers"]["x-request-id"].as_str().unwrap();
        assert!(id.len() == 32 && id.bytes().all(|b| b.is_ascii_hexdigit()));
    }
}

#[tokio::test]
async fn a_body_may_be_as_large_as_hoso_takes_it_and_no_larger() {
    assert_eq!(RAW_BODY_BYTES_MAX, DOCUMENT_BYTES_MAX);
    let house = House::new().await;
    let client = reqwest::Client::new();
    let post = |bytes: usize| {
        let request = client.post(house.url("/api/v1/documents"));
        request.body(vec![b'a'; bytes]).send()
    };
    let answer: Value = post(RAW_BODY_BYTES_MAX)
        .await
        .unwrap()
        .json()
        .await
        .unwrap();
    assert_eq!(answer["bytes"], RAW_BODY_BYTES_MAX);
    let before = house.asked();
    // The length alone is refused: nobody sends the rest.
    let head = format!(
        "POST /api/v1/documents HTTP/1.1\r\nHost: a\r\nContent-Length: {}\r\n\r\n",
        RAW_BODY_BYTES_MAX + 1
    );
    let mut stream = TcpStream::connect(house.address()).await.unwrap();
    stream.write_all(head.as_bytes()).await.unwrap();
    let mut answer = vec![0; 2048];
    let read = stream.read(&mut answer).await.unwrap();
    let answer = String::from_utf8_lossy(&answer[..read]).into_owned();
    assert!(answer.starts_with("HTTP/1.1 413 "), "{answer}");
    assert!(answer.contains("application/problem+json"), "{answer}");
    assert!(answer.contains("\"body-too-large\""), "{answer}");
    assert_eq!(house.asked(), before);
}

#[tokio::test]
async fn measurements_stay_inside_however_they_are_asked_for() {
    let house = House::new().await;
    for target in [
        "/metrics",
        "/metrics?x=1",
        "/metrics/",
        "//metrics",
        "/%6detrics",
        "/api/v1/../../metrics",
        "/api/v1/%2e%2e/%2E%2E/metrics",
        "/services/relay/metrics",
        "/services/relay/readyz/../metrics",
        "http://other/metrics",
        "/_problem",
    ] {
        let request = format!("GET {target} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
        let answer = raw(&house.nginx, request.as_bytes()).await;
        assert!(answer.starts_with("HTTP/1.1 404 "), "{target}: {answer}");
        assert!(answer.contains("\"not-found\""), "{target}: {answer}");
    }
    assert_eq!(house.asked(), 0);
}

#[tokio::test]
async fn what_is_no_request_is_refused_as_a_problem() {
    let nginx = Nginx::start(&NginxOptions::default()).unwrap();
    let long = "a".repeat(9000);
    let cases = [
        ("what?\r\n\r\n".to_owned(), 400, "request-malformed"),
        (
            "GET / HTTP/1.1\r\nConnection: close\r\n\r\n".to_owned(),
            400,
            "request-malformed",
        ),
        (
            "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip\r\n\r\n".to_owned(),
            400,
            "request-malformed",
        ),
        (
            "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n"
                .to_owned(),
            400,
            "request-malformed",
        ),
        (
            format!("GET /{long} HTTP/1.1\r\nHost: a\r\n\r\n"),
            431,
            "headers-too-large",
        ),
        (
            format!("GET / HTTP/1.1\r\nHost: a\r\nA: {long}\r\n\r\n"),
            431,
            "headers-too-large",
        ),
        (
            "TRACE / HTTP/1.1\r\nHost: a\r\n\r\n".to_owned(),
            405,
            "method-not-allowed",
        ),
    ];
    for (request, status, code) in cases {
        let answer = raw(&nginx, request.as_bytes()).await;
        let begins = format!("HTTP/1.1 {status} ");
        assert!(answer.starts_with(&begins), "{code}: {answer}");
        assert!(answer.contains("application/problem+json"), "{answer}");
        let code = format!("\"code\":\"{code}\"");
        assert!(answer.contains(&code), "{answer}");
    }
}

#[tokio::test]
async fn a_service_that_is_down_is_a_503_that_says_when_to_come_back() {
    let nginx = Nginx::start(&NginxOptions::default()).unwrap();
    for target in ["/api/v1/units", "/services/relay/readyz", "/api/v1/events"] {
        let response = reqwest::get(format!("{}{target}", nginx.url())).await;
        let response = response.unwrap();
        assert_eq!(response.headers()["retry-after"], "1");
        assert_eq!(response.headers()["cache-control"], "no-store");
        let body = problem(response, 503, "service-unavailable").await;
        assert!(body["detail"].as_str().unwrap().contains("Idempotency-Key"));
    }
    let live = reqwest::get(format!("{}/livez", nginx.url())).await;
    assert_eq!(live.unwrap().status(), 200);
}

#[tokio::test]
async fn reads_are_tried_at_another_replica_and_commands_are_not_sent_twice() {
    let broken = Responder::start("broken", Manner::HangsUp).await;
    let sound = Responder::start("sound", Manner::Answers).await;
    let options = NginxOptions {
        registry: vec![broken.address, sound.address],
        ..NginxOptions::default()
    };
    let client = reqwest::Client::new();
    let mut commands = 0;
    for method in [reqwest::Method::POST, reqwest::Method::GET] {
        // A new door has no memory of who failed.
        let nginx = Nginx::start(&options).unwrap();
        let (before, sent) = (broken.asked(), 8);
        let mut refused = 0;
        for _ in 0..sent {
            let url = format!("{}/api/v1/units", nginx.url());
            let response = client.request(method.clone(), url).send().await.unwrap();
            if response.status() == 200 {
                let body: Value = response.json().await.unwrap();
                assert_eq!(body["service"], "sound");
            } else {
                problem(response, 503, "service-unavailable").await;
                refused += 1;
            }
        }
        let broken_asked = broken.asked() - before;
        assert!(broken_asked > 0, "{method}: the broken replica was asked");
        if method == reqwest::Method::POST {
            assert_eq!(refused, broken_asked);
            commands = sent;
            assert_eq!(broken.asked() + sound.asked(), commands);
        } else {
            assert_eq!(refused, 0);
            assert_eq!(sound.asked(), commands - before + sent);
        }
    }
}

#[tokio::test]
async fn a_replica_that_takes_no_connection_is_passed_over_for_commands_too() {
    let gone = Responder::start("gone", Manner::Answers).await;
    let closed = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let options = NginxOptions {
        registry: vec![closed.local_addr().unwrap(), gone.address],
        ..NginxOptions::default()
    };
    drop(closed);
    let nginx = Nginx::start(&options).unwrap();
    let client = reqwest::Client::new();
    for _ in 0..4 {
        let request = client.post(format!("{}/api/v1/units", nginx.url()));
        assert_eq!(request.send().await.unwrap().status(), 200);
    }
}

#[tokio::test]
async fn events_are_handed_on_as_they_come() {
    let next = Arc::new(Notify::new());
    let streams = Responder::start("registry", Manner::Streams(Arc::clone(&next))).await;
    let options = NginxOptions {
        registry: vec![streams.address],
        ..NginxOptions::default()
    };
    let nginx = Nginx::start(&options).unwrap();
    let response = reqwest::get(format!("{}/api/v1/events", nginx.url())).await;
    let mut response = response.unwrap();
    let within = Duration::from_secs(10);
    let first = timeout(within, response.chunk()).await.unwrap().unwrap();
    assert_eq!(first.unwrap().as_ref(), b"id: 1\ndata: first\n\n");
    next.notify_one();
    let second = timeout(within, response.chunk()).await.unwrap().unwrap();
    assert_eq!(second.unwrap().as_ref(), b"id: 2\ndata: second\n\n");
    let end = timeout(within, response.chunk()).await.unwrap().unwrap();
    assert!(end.is_none());
}

#[tokio::test]
async fn a_client_that_sends_too_much_is_told_so_before_it_reaches_a_service() {
    let service = Responder::start("registry", Manner::Answers).await;
    let options = NginxOptions {
        registry: vec![service.address],
        rate: 5,
        ..NginxOptions::default()
    };
    let nginx = Nginx::start(&options).unwrap();
    let mut refused = 0;
    let mut answered = 0;
    for _ in 0..60 {
        let response = reqwest::get(format!("{}/api/v1/units", nginx.url())).await;
        let response = response.unwrap();
        if response.status() == 200 {
            answered += 1;
        } else {
            assert_eq!(response.headers()["retry-after"], "1");
            problem(response, 429, "too-many-requests").await;
            refused += 1;
        }
    }
    assert!(answered >= 6, "{answered} answered: a burst is let through");
    assert!(refused > 0);
    assert_eq!(service.asked(), answered);
}

#[tokio::test]
async fn a_line_of_the_log_names_the_request_and_no_secret() {
    let house = House::new().await;
    let client = reqwest::Client::new();
    for target in ["/api/v1/cases/HS-1?token=hidden", "/metrics?token=hidden"] {
        let request = client.get(house.url(target)).bearer_auth("hidden");
        request.send().await.unwrap();
    }
    // A line is written after its answer.
    let log = house.nginx.access_log();
    let deadline = tokio::time::Instant::now() + Duration::from_secs(10);
    let lines = loop {
        let text = std::fs::read_to_string(&log).unwrap();
        assert!(!text.contains("hidden"), "{text}");
        let lines: Vec<Value> = text
            .lines()
            .map_while(|line| serde_json::from_str(line).ok())
            .collect();
        if lines.len() == 2 {
            break lines;
        }
        assert!(tokio::time::Instant::now() < deadline, "{text}");
        tokio::time::sleep(Duration::from_millis(10)).await;
    };
    assert_eq!(lines[0]["path"], "/api/v1/cases/HS-1");
    assert_eq!(lines[0]["service"], "verification");
    assert_eq!(lines[0]["status"], 200);
    assert_eq!(lines[1]["path"], "/metrics");
    assert_eq!(lines[1]["service"], "");
    assert_eq!(lines[1]["status"], 404);
}

#[test]
fn every_problem_of_the_door_has_its_page() {
    let mut found = 0;
    for line in TEMPLATE.lines().map(str::trim) {
        let Some(at) = line.find("'{\"type\"") else {
            continue;
        };
        found += 1;
        let body: Value = serde_json::from_str(line[at..].trim_matches(['\'', ';'])).unwrap();
        let code = body["code"].as_str().unwrap();
        assert_eq!(body["type"], format!("/docs/errors/{code}"));
        let title = code.replace('-', " ");
        let said = body["title"].as_str().unwrap();
        assert_eq!(said.to_lowercase(), title);
        let page = std::fs::read_to_string(root().join(format!("docs/errors/{code}.md")));
        let page = page.unwrap_or_else(|error| panic!("{code}: {error}"));
        let names = format!("`{code}`, HTTP {}.", body["status"]);
        assert!(page.contains(&names), "{code}");
        if !line.starts_with("default") {
            assert!(line.starts_with(&body["status"].to_string()), "{line}");
        }
    }
    assert_eq!(found, 8);
}
