//! Appends at full load, alone and with the sealer behind them in the same process, as in `hoso up`;
//! and how long an event waits for the checkpoint that it is in.

use std::collections::VecDeque;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use hoso_audit::{Archive, Keys, Sealing, keep_sealed};
use hoso_ledger::SharedLedger;
use hoso_ledger::sqlite::{SqliteLedger, SqliteOptions};
use tokio_util::sync::CancellationToken;

use crate::Setting;
use crate::ledger_load::{self, Work};

/// Callers of the full load.
const CALLERS: u64 = 256;
/// How often head and checkpoint are looked at.
const LOOK_EVERY: Duration = Duration::from_millis(5);
/// The last events must be sealed so soon after the load.
const SEALED_WITHIN: Duration = Duration::from_secs(30);

/// What sealing beside the load came to.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Lag {
    /// Events appended a second.
    pub(super) rate: f64,
    /// Seconds that half of the events waited less than.
    pub(super) p50: f64,
    /// Seconds that all but one of a hundred waited less than.
    pub(super) p99: f64,
}

async fn open(data: &Path) -> anyhow::Result<SharedLedger> {
    let ledger: SharedLedger =
        SqliteLedger::open(data, SqliteOptions::new(ledger_load::clock())).await?;
    Ok(ledger)
}

async fn load(ledger: &SharedLedger, setting: &Setting) -> anyhow::Result<f64> {
    let sample = ledger_load::run(ledger, CALLERS, 0, Work::Append(1), setting.sample);
    Ok(sample.await?.rate)
}

/// Events a second without a sealer.
pub(super) async fn alone(setting: &Setting) -> anyhow::Result<f64> {
    let directory = tempfile::tempdir_in(&setting.directory)?;
    let ledger = open(directory.path()).await?;
    let rate = load(&ledger, setting).await?;
    ledger.close().await;
    Ok(rate)
}

/// The same with one.
pub(super) async fn beside(setting: &Setting) -> anyhow::Result<Lag> {
    let directory = tempfile::tempdir_in(&setting.directory)?;
    let ledger = open(directory.path()).await?;
    let archive = directory.path().join("audit");
    let keys = Keys::open_or_make(&directory.path().join("keys"), None)?;
    let sealing = Arc::new(Sealing {
        archive: Archive::new(&archive),
        keys,
    });
    let (stop, over) = (CancellationToken::new(), CancellationToken::new());
    let sealer = keep_sealed(SharedLedger::clone(&ledger), sealing, None, stop.clone());
    let sealer = tokio::spawn(sealer);
    let watch = watch(
        SharedLedger::clone(&ledger),
        Archive::new(&archive),
        over.clone(),
    );
    let watcher = tokio::spawn(watch);
    let rate = load(&ledger, setting).await?;
    over.cancel();
    let mut waits = watcher.await??;
    stop.cancel();
    sealer.await?;
    ledger.close().await;
    waits.sort_unstable();
    let of = |hundredth: usize| {
        let at = (waits.len() * hundredth / 100).min(waits.len().saturating_sub(1));
        waits.get(at).map_or(0.0, Duration::as_secs_f64)
    };
    let (p50, p99) = (of(50), of(99));
    Ok(Lag { rate, p50, p99 })
}

/// One wait for every look at which the head had moved: from then until a checkpoint covers it. So
/// many events lie between two looks as were appended meanwhile; each look stands for them equally.
async fn watch(
    ledger: SharedLedger,
    archive: Archive,
    over: CancellationToken,
) -> anyhow::Result<Vec<Duration>> {
    let head = ledger.watch_head();
    let (mut open, mut waits) = (VecDeque::new(), Vec::new());
    let mut seen = 0;
    let mut deadline = None;
    loop {
        let now = Instant::now();
        let at = *head.borrow();
        if at > seen {
            open.push_back((at, now));
            seen = at;
        }
        let sealed = sealed(&archive);
        while let Some((_, since)) = open.pop_front_if(|(at, _)| *at <= sealed) {
            waits.push(now - since);
        }
        if over.is_cancelled() {
            let deadline = *deadline.get_or_insert(now + SEALED_WITHIN);
            if open.is_empty() && sealed >= ledger.head().await? {
                return Ok(waits);
            }
            anyhow::ensure!(
                now < deadline,
                "{sealed} of {at} events were sealed in time"
            );
        }
        tokio::time::sleep(LOOK_EVERY).await;
    }
}

/// Events of the newest checkpoint, by its second line; 0 where there is none.
fn sealed(archive: &Archive) -> u64 {
    let note = archive.checkpoint().unwrap_or_default();
    let size = note.lines().nth(1).and_then(|line| line.parse().ok());
    size.unwrap_or_default()
}
