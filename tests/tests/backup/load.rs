//! Clients that register persons and remember what they were answered.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use e2e::server::hoso_json;
use serde_json::json;
use tokio::task::JoinHandle;

const CLIENTS: usize = 4;

/// An administrator's token for a data directory.
pub(crate) fn token(data: &str) -> String {
    let issue = [
        "token",
        "issue",
        "--official",
        "administrator",
        "--days",
        "1",
    ];
    let issued = hoso_json(&[&issue[..], &["--data", data, "--json"]].concat());
    issued["token"].as_str().unwrap().to_owned()
}

/// Registers a person, whose id is the idempotency key too: status and body of the answer.
pub(crate) async fn register(url: &str, token: &str, person: &str) -> Option<(u16, String)> {
    let body = json!({ "person": person, "name": "Người thử (hư cấu)", "insider": false });
    let sent = reqwest::Client::new()
        .post(format!("{url}/api/v1/persons"))
        .bearer_auth(token)
        .header("idempotency-key", person)
        .json(&body)
        .send()
        .await;
    let answer = sent.ok()?;
    let status = answer.status().as_u16();
    Some((status, answer.text().await.ok()?))
}

/// Clients at work.
pub(crate) struct Load {
    answers: Arc<Mutex<BTreeMap<String, (u16, String)>>>,
    count: Arc<AtomicUsize>,
    stop: Arc<AtomicBool>,
    clients: Vec<JoinHandle<()>>,
}

impl Load {
    pub(crate) fn start(url: &str, token: &str) -> Self {
        let answers: Arc<Mutex<BTreeMap<_, _>>> = Arc::default();
        let (count, stop) = (
            Arc::new(AtomicUsize::new(0)),
            Arc::new(AtomicBool::new(false)),
        );
        let clients = (0..CLIENTS).map(|client| {
            let (url, token) = (url.to_owned(), token.to_owned());
            let (answers, count, stop) = (answers.clone(), count.clone(), stop.clone());
            tokio::spawn(async move {
                for number in 0.. {
                    if stop.load(Ordering::SeqCst) {
                        return;
                    }
                    let person = format!("p-{client}-{number}");
                    let Some(answer) = register(&url, &token, &person).await else {
                        return;
                    };
                    assert_eq!(answer.0, 201, "{}", answer.1);
                    answers.lock().unwrap().insert(person, answer);
                    count.fetch_add(1, Ordering::SeqCst);
                }
            })
        });
        let clients = clients.collect();
        Self {
            answers,
            count,
            stop,
            clients,
        }
    }

    /// Waits until so many more were acknowledged.
    pub(crate) async fn wait_for(&self, more: usize) {
        let target = self.count.load(Ordering::SeqCst) + more;
        while self.count.load(Ordering::SeqCst) < target {
            // poll: until the clients have come so far.
            tokio::time::sleep(Duration::from_micros(200)).await;
        }
    }

    /// Who was acknowledged so far.
    pub(crate) fn acknowledged(&self) -> Vec<String> {
        self.answers.lock().unwrap().keys().cloned().collect()
    }

    /// Stops the clients; what each was answered.
    pub(crate) async fn stop(self) -> BTreeMap<String, (u16, String)> {
        self.stop.store(true, Ordering::SeqCst);
        for client in self.clients {
            client.await.unwrap();
        }
        std::mem::take(&mut *self.answers.lock().unwrap())
    }
}
