//! What clients know about the commands they sent, while things go wrong: attempted, acknowledged,
//! answered unclearly. The oracle holds the log against it.

use std::collections::BTreeSet;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use hoso_runtime::http::command::command_id;
use reqwest::header::RETRY_AFTER;
use reqwest::{RequestBuilder, Response};
use uuid::Uuid;

use super::Answer;

/// A command is sent again for so long; no fault lasts longer.
const PATIENCE: Duration = Duration::from_mins(3);
/// Before it is sent again, unless the answer says otherwise.
const PAUSE: Duration = Duration::from_millis(100);

/// The notes of all clients.
#[derive(Debug, Default)]
pub struct Notes {
    attempted: Mutex<BTreeSet<Uuid>>,
    acknowledged: Mutex<BTreeSet<Uuid>>,
    unclear: Mutex<Vec<String>>,
    count: AtomicU64,
    failures: AtomicU64,
}

impl Notes {
    /// Commands sent, answered or not.
    ///
    /// # Panics
    /// If a client panicked with the notes in hand.
    #[must_use]
    pub fn attempted(&self) -> BTreeSet<Uuid> {
        self.attempted.lock().expect("nobody panicked").clone()
    }

    /// Commands answered with success.
    ///
    /// # Panics
    /// If a client panicked with the notes in hand.
    #[must_use]
    pub fn acknowledged(&self) -> BTreeSet<Uuid> {
        self.acknowledged.lock().expect("nobody panicked").clone()
    }

    /// Answers since the last call that say "not now" without saying when: a 503 without
    /// `Retry-After`, a 500.
    ///
    /// # Panics
    /// If a client panicked with the notes in hand.
    #[must_use]
    pub fn take_unclear(&self) -> Vec<String> {
        std::mem::take(&mut *self.unclear.lock().expect("nobody panicked"))
    }

    /// How many commands were acknowledged.
    #[must_use]
    pub fn count(&self) -> u64 {
        self.count.load(Ordering::SeqCst)
    }

    /// How often a client had to send again.
    #[must_use]
    pub fn failures(&self) -> u64 {
        self.failures.load(Ordering::SeqCst)
    }

    /// Sends a command until it is answered, always under the same key.
    pub(super) async fn send(&self, official: &str, key: &str, request: RequestBuilder) -> Answer {
        let command = command_id(official, key);
        self.attempt(command);
        let deadline = Instant::now() + PATIENCE;
        loop {
            let once = request.try_clone().expect("a body of bytes");
            let pause = match once.send().await {
                Ok(response) => match self.pause(&response) {
                    None => {
                        if let Some(answer) = Answer::read(response).await {
                            if (200..300).contains(&answer.status) {
                                self.acknowledge(command);
                            }
                            return answer;
                        }
                        PAUSE
                    }
                    Some(pause) => pause,
                },
                Err(_) => PAUSE,
            };
            self.failures.fetch_add(1, Ordering::SeqCst);
            assert!(Instant::now() < deadline, "no answer for {PATIENCE:?}");
            tokio::time::sleep(pause).await; // poll: a client's pause before it sends again
        }
    }

    /// How long to wait before sending again; `None` for an answer.
    fn pause(&self, response: &Response) -> Option<Duration> {
        let status = response.status().as_u16();
        if !(500..600).contains(&status) {
            return None;
        }
        let after = response.headers().get(RETRY_AFTER);
        let after = after.and_then(|v| v.to_str().ok()?.parse::<u64>().ok());
        if after.is_none() || status == 500 {
            let mut unclear = self.unclear.lock().expect("nobody panicked");
            unclear.push(format!("{status} from {}", response.url().path()));
        }
        Some(after.map_or(PAUSE, |seconds| Duration::from_secs(seconds.min(1))))
    }

    fn attempt(&self, command: Uuid) {
        let mut attempted = self.attempted.lock().expect("nobody panicked");
        attempted.insert(command);
    }

    fn acknowledge(&self, command: Uuid) {
        let mut acknowledged = self.acknowledged.lock().expect("nobody panicked");
        acknowledged.insert(command);
        self.count.fetch_add(1, Ordering::SeqCst);
    }
}
