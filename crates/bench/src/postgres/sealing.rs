//! Goal G13: what it costs the appends that every event is read again by another process, hashed as
//! a leaf over its whole row, and put into a Merkle tree.

use std::sync::Arc;
use std::time::{Duration, Instant};

use hoso_ledger::{Position, RecordedEvent, SharedLedger};
use sha2::{Digest, Sha256};
use tokio_util::sync::CancellationToken;

use super::server::Server;
use crate::drive::{Sample, float, rate};
use crate::figure::{Better, Report, ratios};
use crate::ledger_load::{self, Work};
use crate::{Setting, rounds};

/// Callers of the full load.
const CALLERS: u64 = 256;
/// Events a page.
const PAGE: u32 = 1_000;
/// Events that are hashed alone.
const HASHED: u64 = 20_000;

/// A tree's hash.
type Hash = [u8; 32];

/// What a second process does beside the appends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Beside {
    Nothing,
    Reading,
    Sealing,
}

/// One round.
#[derive(Debug)]
struct Measured {
    alone: Sample,
    reading: Sample,
    sealing: Sample,
    /// Events a second of one thread that does nothing else.
    hashing: f64,
    /// The part of the log that was sealed when the appends ended.
    sealed: f64,
}

/// Measures and compares.
pub(crate) async fn run(setting: &Setting) -> anyhow::Result<Report> {
    let server = setting.postgres().await?;
    let measured = rounds::run(setting, |_| round(setting, server)).await?;
    let each = |f: fn(&Measured) -> f64| -> Vec<f64> { measured.iter().map(f).collect() };
    let alone = each(|m| m.alone.rate);
    let mut report = Report::default();
    report.goal(
        "G13",
        "append, 256 callers, events read, hashed and put into the tree beside it / append alone",
        0.95,
        Better::More,
        &ratios(&each(|m| m.sealing.rate), &alone),
    );
    let what = "append, 256 callers, events read beside it / append alone";
    report.figure(what, "×", &ratios(&each(|m| m.reading.rate), &alone));
    let what = "part of the log that was sealed when the appends ended";
    report.figure(what, "×", &each(|m| m.sealed));
    let what = "leaf and tree, one thread alone";
    report.figure(what, "events/s", &each(|m| m.hashing));
    let share = each(|m| m.alone.rate / m.hashing * 100.0);
    let what = "leaf and tree at the rate of the appends, of one core";
    report.figure(what, "%", &share);
    Ok(report)
}

async fn round(setting: &Setting, server: &Server) -> anyhow::Result<Measured> {
    let (alone, _) = append(setting, server, Beside::Nothing).await?;
    let (sealing, sealed) = append(setting, server, Beside::Sealing).await?;
    let (reading, _) = append(setting, server, Beside::Reading).await?;
    Ok(Measured {
        alone,
        reading,
        sealing,
        hashing: hashing(server).await?,
        sealed,
    })
}

/// The appends, and how much of the log was read by their end.
async fn append(
    setting: &Setting,
    server: &Server,
    beside: Beside,
) -> anyhow::Result<(Sample, f64)> {
    let database = server.fresh().await?;
    let ledger = database.ledger("hoso_submission").await?;
    let reader = database.ledger("hoso_audit").await?;
    let stop = CancellationToken::new();
    let reading = (beside != Beside::Nothing)
        .then(|| tokio::spawn(follow(Arc::clone(&reader), beside, stop.clone())));
    let sample = ledger_load::run(&ledger, CALLERS, 0, Work::Append(1), setting.sample).await?;
    stop.cancel();
    let read = match reading {
        Some(reading) => reading.await??,
        None => 0,
    };
    let read = float(read) / float(ledger.head().await?);
    ledger.close().await;
    reader.close().await;
    server.remove(database).await?;
    Ok((sample, read))
}

/// Reads the log as it grows; the last position read.
async fn follow(
    ledger: SharedLedger,
    beside: Beside,
    stop: CancellationToken,
) -> anyhow::Result<Position> {
    let mut tree = Tree::default();
    let mut after = 0;
    while !stop.is_cancelled() {
        let page = ledger.read_all(after, PAGE).await?;
        let Some(last) = page.last() else {
            // The sealer is told of the head; here it looks.
            tokio::time::sleep(Duration::from_millis(1)).await;
            continue;
        };
        after = last.position;
        if beside == Beside::Sealing {
            tree.take(&page);
        }
    }
    anyhow::ensure!(
        beside != Beside::Sealing || tree.root().is_some(),
        "nothing was sealed"
    );
    Ok(after)
}

async fn hashing(server: &Server) -> anyhow::Result<f64> {
    let database = server.fresh().await?;
    let ledger = database.ledger("hoso_submission").await?;
    ledger_load::fill(&ledger, HASHED, 20).await?;
    let mut events = Vec::new();
    while let Some(page) = Some(ledger.read_all(events.len() as u64, PAGE).await?)
        && !page.is_empty()
    {
        events.extend(page);
    }
    let hash = move || {
        let started = Instant::now();
        let mut tree = Tree::default();
        tree.take(&events);
        (tree.root(), rate(events.len() as u64, started.elapsed()))
    };
    let (root, rate) = tokio::task::spawn_blocking(hash).await?;
    anyhow::ensure!(root.is_some(), "nothing was hashed");
    ledger.close().await;
    server.remove(database).await?;
    Ok(rate)
}

/// A leaf over the whole row: every field with its length in front, the data last.
fn leaf(event: &RecordedEvent) -> Hash {
    let mut hasher = Sha256::new_with_prefix([0]);
    let mut field = |bytes: &[u8]| {
        hasher.update((bytes.len() as u64).to_be_bytes());
        hasher.update(bytes);
    };
    let metadata = &event.metadata;
    let actor = &metadata.actor;
    field(&event.position.to_be_bytes());
    field(event.id.as_bytes());
    field(event.stream.as_str().as_bytes());
    field(&event.version.to_be_bytes());
    field(event.event_type.as_bytes());
    field(&event.schema_version.to_be_bytes());
    field(&event.recorded_at.timestamp_micros().to_be_bytes());
    field(&metadata.effective_at.timestamp_micros().to_be_bytes());
    field(actor.official.as_str().as_bytes());
    field(actor.person.as_str().as_bytes());
    field(
        actor
            .on_behalf_of
            .as_ref()
            .map_or("", |id| id.as_str())
            .as_bytes(),
    );
    field(actor.role.as_str().as_bytes());
    field(actor.agency.as_str().as_bytes());
    for text in [&metadata.reason, &metadata.rule_book, &metadata.traceparent] {
        field(text.as_deref().unwrap_or_default().as_bytes());
    }
    field(event.command.as_bytes());
    field(metadata.correlation.as_bytes());
    field(metadata.causation.unwrap_or_default().as_bytes());
    field(event.data.as_bytes());
    hasher.finalize().into()
}

/// The tree of RFC 6962, as much of it as an append needs: the roots of the full subtrees, the
/// largest first.
#[derive(Debug, Default)]
struct Tree {
    leaves: u64,
    roots: Vec<Hash>,
}

impl Tree {
    fn take(&mut self, events: &[RecordedEvent]) {
        for event in events {
            self.append(leaf(event));
        }
    }

    fn append(&mut self, leaf: Hash) {
        let mut hash = leaf;
        // As many subtrees are completed as the count of leaves ends in binary ones.
        for _ in 0..self.leaves.trailing_ones() {
            if let Some(left) = self.roots.pop() {
                hash = node(&left, &hash);
            }
        }
        self.roots.push(hash);
        self.leaves += 1;
    }

    /// `None` of no leaves.
    fn root(&self) -> Option<Hash> {
        let mut roots = self.roots.iter().rev().copied();
        let smallest = roots.next()?;
        Some(roots.fold(smallest, |right, left| node(&left, &right)))
    }
}

fn node(left: &Hash, right: &Hash) -> Hash {
    Sha256::new_with_prefix([1])
        .chain_update(left)
        .chain_update(right)
        .finalize()
        .into()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 6962, 2.1, as it is written.
    fn root(leaves: &[Hash]) -> Option<Hash> {
        match leaves {
            [] => None,
            [leaf] => Some(*leaf),
            _ => {
                let split = leaves.len().next_power_of_two() / 2;
                let (left, right) = leaves.split_at(split);
                Some(node(&root(left)?, &root(right)?))
            }
        }
    }

    #[test]
    fn the_tree_has_the_root_that_rfc_6962_gives_it() {
        let mut tree = Tree::default();
        let mut leaves = Vec::new();
        assert_eq!(tree.root(), None);
        for n in 0..40_u8 {
            tree.append([n; 32]);
            leaves.push([n; 32]);
            assert_eq!(tree.root(), root(&leaves));
        }
    }
}
