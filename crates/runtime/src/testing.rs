//! A whole process for tests: services on a fresh store and a free port, officials with tokens, a
//! small JSON client. Nothing is mocked: requests go over the socket, events into SQLite.
//!
//! Failures here are failures of the test, so everything panics with what went wrong.
#![expect(
    clippy::expect_used,
    clippy::missing_panics_doc,
    reason = "a harness for tests: its failures are the test's"
)]

use std::sync::atomic::{AtomicU64, Ordering};

use chrono::{DateTime, NaiveDate, Utc};
use hoso_domain::actor::Role;
use hoso_domain::ids::{OfficialId, PersonId, UnitId};
use hoso_domain::registry::official::{Command, DelegationGranted, OfficialAppointed};
use reqwest::header::HeaderMap;
use serde_json::Value;
use tempfile::TempDir;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use crate::accounts;
use crate::clock::Clock;
use crate::runtime::Runtime;
use crate::serve::serve;
use crate::service::Service;

/// Days that tokens of tests live.
const TOKEN_DAYS: i64 = 300;

/// Services running on a fresh store.
pub struct TestApp {
    /// The runtime they were given.
    pub runtime: Runtime,
    base: String,
    client: reqwest::Client,
    keys: AtomicU64,
    shutdown: CancellationToken,
    server: Option<JoinHandle<std::io::Result<()>>>,
    _directory: TempDir,
}

/// An answer, read to its end.
#[derive(Debug, Clone)]
pub struct Answer {
    /// Status, such as 201.
    pub status: u16,
    /// `ETag` as sent, such as `"v3"`.
    pub etag: Option<String>,
    /// All headers.
    pub headers: HeaderMap,
    /// The body, if it is JSON; else null.
    pub json: Value,
    /// The body.
    pub text: String,
}

impl Answer {
    /// One header as text; empty if absent.
    #[must_use]
    pub fn header(&self, name: &str) -> &str {
        self.headers
            .get(name)
            .and_then(|value| value.to_str().ok())
            .unwrap_or_default()
    }

    /// The problem's code; empty if it is none.
    #[must_use]
    pub fn code(&self) -> &str {
        self.json
            .get("code")
            .and_then(Value::as_str)
            .unwrap_or_default()
    }
}

impl TestApp {
    /// Starts services at the machine's time.
    pub async fn start(services: impl FnOnce(&Runtime) -> Vec<Service>) -> Self {
        Self::start_at(Clock::system(), services).await
    }

    /// Starts services at a time of the test's choice.
    pub async fn start_at(clock: Clock, services: impl FnOnce(&Runtime) -> Vec<Service>) -> Self {
        let directory = TempDir::new().expect("a temporary directory");
        let runtime = Runtime::open_embedded(directory.path(), clock)
            .await
            .expect("a fresh ledger");
        let services = services(&runtime);
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = listener.local_addr().expect("its address");
        let shutdown = CancellationToken::new();
        let server = tokio::spawn(serve(runtime.clone(), services, listener, shutdown.clone()));
        Self {
            runtime,
            base: format!("http://{address}"),
            client: reqwest::Client::new(),
            keys: AtomicU64::new(0),
            shutdown,
            server: Some(server),
            _directory: directory,
        }
    }

    /// `http://127.0.0.1:<port>`.
    #[must_use]
    pub fn base(&self) -> &str {
        &self.base
    }

    /// Appoints an official of an agency since 2000, whose person is `p-<official>`, and gives a
    /// token.
    pub async fn appoint(&self, official: &str, role: Role, agency: &str) -> String {
        self.appoint_person(official, &format!("p-{official}"), role, agency)
            .await
    }

    /// Appoints a person of the test's choice, and gives a token.
    pub async fn appoint_person(
        &self,
        official: &str,
        person: &str,
        role: Role,
        agency: &str,
    ) -> String {
        let official = OfficialId::parse(official).expect("an official's id");
        let office = OfficialAppointed {
            official: official.clone(),
            person: PersonId::parse(person).expect("a person's id"),
            agency: UnitId::parse(agency).expect("a unit's id"),
            role,
            valid_from: NaiveDate::from_ymd_opt(2000, 1, 1).expect("a day"),
            valid_to: None,
        };
        accounts::appoint(&self.runtime, office)
            .await
            .expect("an appointment");
        accounts::issue_token(&self.runtime, &official, TOKEN_DAYS)
            .await
            .expect("a token")
    }

    /// Delegates from one official to another, first to last day.
    pub async fn delegate(&self, delegation: DelegationGranted) {
        let from = delegation.from.clone();
        accounts::execute(&self.runtime, &from, Command::GrantDelegation(delegation))
            .await
            .expect("a delegation");
    }

    /// A request to a path, with nothing set yet.
    pub fn request(&self, method: reqwest::Method, path: &str) -> reqwest::RequestBuilder {
        self.client.request(method, format!("{}{path}", self.base))
    }

    /// GET with a token.
    pub async fn get(&self, token: &str, path: &str) -> Answer {
        let request = self.request(reqwest::Method::GET, path).bearer_auth(token);
        send(request).await
    }

    /// POST with a token, a fresh idempotency key and `If-Match: *`.
    pub async fn post(&self, token: &str, path: &str, body: &Value) -> Answer {
        self.post_match(token, path, body, "*").await
    }

    /// POST with a token, a fresh idempotency key and an entity tag.
    pub async fn post_match(&self, token: &str, path: &str, body: &Value, tag: &str) -> Answer {
        let request = self
            .request(reqwest::Method::POST, path)
            .bearer_auth(token)
            .header("Idempotency-Key", self.fresh_key())
            .header("If-Match", tag)
            .json(body);
        send(request).await
    }

    /// POST of a file's bytes with a token and a fresh idempotency key.
    pub async fn post_bytes(
        &self,
        token: &str,
        path: &str,
        content_type: &str,
        bytes: Vec<u8>,
    ) -> Answer {
        let request = self
            .request(reqwest::Method::POST, path)
            .bearer_auth(token)
            .header("Idempotency-Key", self.fresh_key())
            .header("Content-Type", content_type)
            .body(bytes);
        send(request).await
    }

    /// An idempotency key that no other request of this test has.
    pub fn fresh_key(&self) -> String {
        format!("test-{}", self.keys.fetch_add(1, Ordering::Relaxed))
    }

    /// Waits until every reaction has run, and those that follow from them.
    pub async fn wait_idle(&self) {
        self.runtime.wait_idle().await.expect("the ledger's head");
    }

    /// Tells a fixed clock's services another time.
    pub fn set_time(&self, time: DateTime<Utc>) {
        self.runtime.clock.set(time);
    }

    /// Shuts down in order and waits for the end.
    pub async fn stop(mut self) {
        self.shutdown.cancel();
        if let Some(server) = self.server.take() {
            server
                .await
                .expect("the server's task")
                .expect("an orderly end");
        }
    }
}

impl Drop for TestApp {
    fn drop(&mut self) {
        self.shutdown.cancel();
    }
}

/// Sends a request and reads its answer to the end.
pub async fn send(request: reqwest::RequestBuilder) -> Answer {
    let response = request.send().await.expect("an answer");
    let status = response.status().as_u16();
    let headers = response.headers().clone();
    let text = response.text().await.expect("a body");
    Answer {
        status,
        etag: headers
            .get("etag")
            .and_then(|tag| tag.to_str().ok())
            .map(str::to_owned),
        headers,
        json: serde_json::from_str(&text).unwrap_or(Value::Null),
        text,
    }
}
