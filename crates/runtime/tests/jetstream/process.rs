//! A process of full mode, as far as one test process can be several: a ledger of its own on the
//! same file, a connection to NATS of its own, an address of its own.

use hoso_domain::actor::Role;
use hoso_domain::ids::{OfficialId, PersonId, UnitId};
use hoso_domain::registry::official::OfficialAppointed;
use hoso_runtime::testing::{Answer, send};
use hoso_runtime::{Clock, Runtime, Service, accounts, serve};
use reqwest::Method;
use serde_json::Value;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use crate::notes;
use crate::stage::{Store, connect, open, within};

pub(crate) struct Process {
    pub(crate) runtime: Runtime,
    base: String,
    stop: CancellationToken,
    server: JoinHandle<std::io::Result<()>>,
}

impl Process {
    /// The service of notes.
    pub(crate) async fn of_notes(store: &Store, url: &str) -> Self {
        let runtime = Self::runtime(store).await;
        let runtime = runtime.with_nats(connect(url, "notes").await);
        let services = notes::service(&runtime);
        Self::start(runtime, services).await
    }

    /// A runtime in a system whose only reactor is that of the notes.
    pub(crate) async fn runtime(store: &Store) -> Runtime {
        let ledger = open(store.path()).await;
        Runtime::new(ledger, store.path(), Clock::system()).with_reactors(&["notes"])
    }

    pub(crate) async fn start(runtime: Runtime, services: Vec<Service>) -> Self {
        let stop = CancellationToken::new();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let base = format!("http://{}", listener.local_addr().unwrap());
        let server = tokio::spawn(serve(runtime.clone(), services, listener, stop.clone()));
        Self {
            runtime,
            base,
            stop,
            server,
        }
    }

    pub(crate) async fn get(&self, token: &str, path: &str) -> Answer {
        let url = format!("{}{path}", self.base);
        send(reqwest::Client::new().get(url).bearer_auth(token)).await
    }

    pub(crate) async fn post(&self, token: &str, path: &str, body: &Value) -> Answer {
        let url = format!("{}{path}", self.base);
        let request = reqwest::Client::new()
            .request(Method::POST, url)
            .bearer_auth(token)
            .header("Idempotency-Key", self.runtime.ids.new_id().to_string())
            .header("If-Match", "*")
            .json(body);
        send(request).await
    }

    /// One check of `/readyz`: whether all of them pass, whether this one does, and what it found.
    pub(crate) async fn ready(&self, check: &str) -> (u16, bool, String) {
        let answer = self.get("", "/readyz").await;
        let checks = answer.json["checks"].as_array().unwrap();
        let found = checks.iter().find(|found| found["name"] == check);
        let found = found.unwrap_or_else(|| panic!("{check}: {}", answer.text));
        let ok = found["ok"].as_bool().unwrap();
        let detail = found["detail"].as_str().unwrap().to_owned();
        (answer.status, ok, detail)
    }

    /// A token of an official who may do everything that operations need.
    pub(crate) async fn administrator(&self) -> String {
        let official = OfficialId::parse("admin").unwrap();
        let office = OfficialAppointed {
            official: official.clone(),
            person: PersonId::parse("p-admin").unwrap(),
            agency: UnitId::parse("so-noi-vu").unwrap(),
            role: Role::Administrator,
            valid_from: chrono::NaiveDate::from_ymd_opt(2000, 1, 1).unwrap(),
            valid_to: None,
        };
        accounts::appoint(&self.runtime, office).await.unwrap();
        let token = accounts::issue_token(&self.runtime, &official, 9).await;
        token.unwrap()
    }

    pub(crate) async fn stop(self) {
        self.stop.cancel();
        within("an orderly end", self.server)
            .await
            .unwrap()
            .unwrap();
    }
}
