//! The full mode under test: every process twice, each behind proxies of its own, and the province's
//! offices at work in it.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::{Duration, Instant};

use hoso_ledger::postgres::{PostgresLedger, PostgresOptions};
use hoso_ledger::{Position, SharedLedger};
use hoso_testbed::full::{Full, FullOptions};

use crate::office::{Notes, Office};
use crate::{hoso_binary, root};

/// Everything must have come to rest so soon after the last command.
const REST_WITHIN: Duration = Duration::from_mins(2);
/// How often it is asked.
const POLL_EVERY: Duration = Duration::from_millis(50);

/// The full mode, its clients and the auditor's view of the log.
pub struct World {
    /// The processes.
    pub full: Full,
    office: Office,
    notes: Arc<Notes>,
    auditor: SharedLedger,
    /// Where the log stood when the load began.
    began: Position,
    /// Streams with events that no service understands.
    pub(super) poisoned: BTreeSet<String>,
    /// Units made so far: each hands in one dossier.
    pub(super) units: Arc<std::sync::atomic::AtomicU64>,
}

impl std::fmt::Debug for World {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("World")
            .field("full", &self.full)
            .field("began", &self.began)
            .finish_non_exhaustive()
    }
}

impl World {
    /// Starts everything, twice, and opens the annual round.
    ///
    /// # Panics
    /// If it does not come up.
    pub async fn start() -> Self {
        let mut options = FullOptions::new(hoso_binary().to_path_buf(), root());
        options.replicas = 2;
        options.relays = 2;
        options.proxied = true;
        let full = Full::start(options).expect("the full mode starts");
        let token = full
            .hoso("hoso_registry")
            .args(["token", "first"])
            .output()
            .expect("hoso runs");
        let said = String::from_utf8_lossy(&token.stderr);
        assert!(token.status.success(), "the first token: {said}");
        let token = String::from_utf8_lossy(&token.stdout).trim().to_owned();
        let notes = Arc::new(Notes::default());
        let office = Office::at(&full.url(), &token, Arc::clone(&notes)).await;
        office.annual_round().await;
        let options = PostgresOptions {
            read_only: true,
            ..PostgresOptions::new("hoso auditor")
        };
        let auditor: SharedLedger =
            PostgresLedger::open(&full.database_url("hoso_auditor"), options)
                .await
                .expect("the auditor reads");
        let began = auditor.head().await.expect("a head");
        Self {
            full,
            office,
            notes,
            auditor,
            began,
            poisoned: BTreeSet::new(),
            units: Arc::default(),
        }
    }

    /// A client of the load.
    #[must_use]
    pub fn client(&self) -> Office {
        self.office.colleague()
    }

    /// What the clients noted.
    #[must_use]
    pub fn notes(&self) -> &Arc<Notes> {
        &self.notes
    }

    /// The log as the auditor reads it.
    #[must_use]
    pub fn auditor(&self) -> &SharedLedger {
        &self.auditor
    }

    /// Where the log stood when the load began: what is before it was not noted.
    #[must_use]
    pub fn began(&self) -> Position {
        self.began
    }

    /// Waits until every service has handled every event and the stream has them all; the head.
    ///
    /// # Panics
    /// If that does not happen in time.
    pub async fn rest(&self) -> Position {
        let deadline = Instant::now() + REST_WITHIN;
        loop {
            let stands = self.stands().await;
            if let Ok((head, behind)) = &stands
                && behind.is_empty()
            {
                return *head;
            }
            assert!(
                Instant::now() < deadline,
                "the system did not come to rest: {stands:?}"
            );
            tokio::time::sleep(POLL_EVERY).await; // poll: no one signal says that all is quiet
        }
    }

    /// The head, and who has not come so far.
    async fn stands(&self) -> Result<(Position, Vec<String>), String> {
        let text = |error: hoso_ledger::LedgerError| error.to_string();
        let cursors = self.auditor.cursors().await.map_err(text)?;
        let head = self.auditor.head().await.map_err(text)?;
        let mut behind: Vec<_> = cursors
            .into_iter()
            .filter(|(_, position)| *position < head)
            .map(|(consumer, position)| format!("{consumer} at {position} of {head}"))
            .collect();
        let last = super::oracle::stream_end(&self.full).await?;
        if last != head {
            behind.push(format!("the stream at {last} of {head}"));
        }
        Ok((head, behind))
    }
}
