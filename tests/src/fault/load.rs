//! The load: units register, hand in a dossier, Home Affairs takes it on; and persons register
//! beside. Every service writes, and every reaction has something to do.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use serde_json::json;
use tokio::task::JoinSet;

use super::World;
use crate::office::{ANNUAL, Dossier, Notes, Office};

/// So many commands must be acknowledged so soon, faults included.
const PROGRESS_WITHIN: Duration = Duration::from_mins(4);
/// A case must open so soon after its dossier was handed in.
const CASE_WITHIN: Duration = Duration::from_mins(2);
/// How often counts and cases are looked at.
const POLL_EVERY: Duration = Duration::from_millis(20);

/// A running load.
pub(super) struct Load {
    clients: JoinSet<()>,
    stop: Arc<AtomicBool>,
    notes: Arc<Notes>,
}

/// Starts clients that work until they are told to finish.
pub(super) fn start(world: &World, clients: usize) -> Load {
    let stop = Arc::new(AtomicBool::new(false));
    let mut tasks = JoinSet::new();
    for _ in 0..clients {
        let (office, stop) = (world.client(), Arc::clone(&stop));
        let units = Arc::clone(&world.units);
        tasks.spawn(work(office, units, stop));
    }
    Load {
        clients: tasks,
        stop,
        notes: Arc::clone(world.notes()),
    }
}

impl Load {
    /// Waits until so many more commands were acknowledged.
    pub(super) async fn acknowledged(&self, more: u64) {
        let target = self.notes.count() + more;
        let deadline = Instant::now() + PROGRESS_WITHIN;
        while self.notes.count() < target {
            assert!(
                Instant::now() < deadline,
                "no progress: {} of {target} commands acknowledged",
                self.notes.count()
            );
            tokio::time::sleep(POLL_EVERY).await; // poll: moments are counted in commands
        }
    }

    /// Lets every client finish the dossier in hand.
    pub(super) async fn finish(mut self) {
        self.stop.store(true, Ordering::SeqCst);
        while let Some(ended) = self.clients.join_next().await {
            ended.expect("a client finishes its work");
        }
    }
}

async fn work(office: Office, units: Arc<AtomicU64>, stop: Arc<AtomicBool>) {
    while !stop.load(Ordering::SeqCst) {
        let number = units.fetch_add(1, Ordering::SeqCst);
        bring_in(&office, number).await;
    }
}

/// One unit's way from registration to the ranking service.
async fn bring_in(office: &Office, number: u64) {
    let unit = format!("huyen-thu-{number}");
    office.day("2025-05-12");
    let registered = json!({
        "unit": unit, "name": format!("Huyện thử {number} (hư cấu)"), "group": "DISTRICT",
        "advising": false, "validFrom": "2021-01-01", "headTitle": "Chủ tịch",
    });
    office
        .post("home-affairs", "units", registered)
        .await
        .done();
    office.staff(&[&unit]).await;
    let dossier = Dossier::of(&unit, ANNUAL).in_lane("CERT_DISTRICT");
    office.draft(&dossier).await;
    office.confirm_reports(&dossier).await;
    office.sign_and_send(&dossier).await;
    let receipt = json!({ "receiptNumber": office.number("ĐẾN") });
    let deadline = Instant::now() + CASE_WITHIN;
    loop {
        let step = office.on_case("home-affairs", &dossier, "receive", receipt.clone());
        let answer = step.await;
        if answer.status != 404 {
            answer.done();
            break;
        }
        assert!(Instant::now() < deadline, "{unit}: no case was opened");
        tokio::time::sleep(POLL_EVERY).await; // poll: the case opens when the event arrives
    }
    for step in ["check", "accept", "forward"] {
        let done = office.on_case("home-affairs", &dossier, step, json!({}));
        done.await.done();
    }
}
