//! What is appended: made-up dossier events of 577 bytes, a state of 1.5 kB, a new stream every
//! 20 events, another status every 6, every event on the path of its dossier.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use hoso_domain::actor::{Actor, Role};
use hoso_domain::decider::Listing;
use hoso_domain::ids::{DossierId, OfficialId, PersonId, RoundId, UnitId};
use hoso_ledger::{
    Append, Clock, ExpectedVersion, Metadata, NewEvent, SharedLedger, StreamName, StreamRow,
};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use uuid::Uuid;

/// Events of one stream before the next begins.
pub(crate) const EVENTS_A_STREAM: u64 = 20;

/// The made-up event; its JSON has 577 bytes.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) enum LoadEvent {
    /// A finding was recorded.
    FindingRecorded {
        /// Which.
        number: u64,
        /// On what.
        dossier: String,
        /// Under which rules.
        rules: Vec<String>,
        /// Why.
        reason: String,
    },
}

/// The made-up state.
#[derive(Debug, Default)]
pub(crate) struct LoadState {
    /// Number of findings.
    pub(crate) findings: u64,
    /// The last reason's length.
    pub(crate) last: usize,
}

impl LoadState {
    /// Folds one event.
    pub(crate) fn evolve(mut self, event: &LoadEvent) -> Self {
        match event {
            LoadEvent::FindingRecorded { number, reason, .. } => {
                self.findings = self.findings.max(*number);
                self.last = reason.len();
            }
        }
        self
    }
}

/// The machine's clock.
#[expect(
    clippy::disallowed_methods,
    reason = "a benchmark is an edge: it measures with the machine's time"
)]
pub(crate) fn clock() -> Clock {
    Arc::new(chrono::Utc::now)
}

/// An event's data.
pub(crate) fn data(stream: u64, version: u64) -> anyhow::Result<String> {
    let event = LoadEvent::FindingRecorded {
        number: version,
        dossier: format!("HS-{stream:010}"),
        rules: (0..6).map(|n| format!("R{n:02}/TT-SNV-2024")).collect(),
        reason: format!(
            "{}không có ý kiến.",
            "đã đối chiếu hồ sơ với chỉ số, báo cáo tự chấm và biên bản họp; ".repeat(4)
        ),
    };
    Ok(serde_json::to_string(&event)?)
}

/// The n-th event of a load whose streams are numbered from `base`: stream, version, data.
pub(crate) fn place(base: u64, n: u64) -> (u64, u64) {
    (base + n / EVENTS_A_STREAM, n % EVENTS_A_STREAM + 1)
}

/// An id as good as random, so that no index is filled in order.
pub(crate) fn id(stream: u64, version: u64) -> Uuid {
    Uuid::new_v5(
        &Uuid::NAMESPACE_OID,
        &[stream.to_be_bytes(), version.to_be_bytes()].concat(),
    )
}

/// A stream's name, as good as random too.
pub(crate) fn name(stream: u64) -> String {
    format!("dossier-{}", id(stream, 0))
}

/// One command with one event.
pub(crate) fn append(stream: u64, version: u64) -> anyhow::Result<Append> {
    let data = data(stream, version)?;
    let id = id(stream, version);
    Ok(Append {
        command: id,
        digest: Sha256::digest(id.as_bytes()).into(),
        expected: ExpectedVersion::Exactly(version - 1),
        events: vec![NewEvent {
            id,
            event_type: "FindingRecorded".to_owned(),
            schema_version: 1,
            sha256: Sha256::digest(data.as_bytes()).into(),
            data,
            dossiers: Vec::new(),
        }],
        metadata: metadata(id)?,
        row: StreamRow {
            stream: StreamName::from_stored(name(stream)),
            version,
            state: format!(
                "{{\"state\":\"{}\",\"version\":{version}}}",
                "x".repeat(1_470)
            ),
            listing: Listing {
                round: Some(RoundId::parse("2024-de-nghi-tinh")?),
                unit: Some(UnitId::parse(&format!("don-vi-{:02}", stream % 47))?),
                dossier: Some(DossierId::parse(&format!("HS-{stream:010}"))?),
                status: format!("STATUS_{}", version / 6),
                due: None,
            },
        },
        cursor: None,
    })
}

/// Who and why, all filled in.
pub(crate) fn metadata(correlation: Uuid) -> anyhow::Result<Metadata> {
    Ok(Metadata {
        actor: Actor {
            official: OfficialId::parse("cb-so-noi-vu-017")?,
            person: PersonId::parse("p-00000017")?,
            role: Role::HomeAffairs,
            agency: UnitId::parse("so-noi-vu")?,
            on_behalf_of: None,
        },
        reason: Some("đủ điều kiện theo hồ sơ".to_owned()),
        correlation,
        causation: Some(correlation),
        rule_book: Some(format!("sha256:{}", "ab".repeat(32))),
        effective_at: clock()(),
        traceparent: Some("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01".to_owned()),
    })
}

/// Appends accepted a second, from so many callers that each wait for their answer. `base` keeps
/// apart the streams of loads on one ledger.
pub(crate) async fn appends_a_second(
    ledger: &SharedLedger,
    callers: u64,
    base: u64,
    sample: Duration,
) -> anyhow::Result<f64> {
    let done = Arc::new(AtomicU64::new(0));
    let started = Instant::now();
    let mut tasks = Vec::new();
    for caller in 0..callers {
        let (ledger, done) = (Arc::clone(ledger), Arc::clone(&done));
        tasks.push(tokio::spawn(async move {
            let base = base + caller * 1_000_000;
            for n in 0.. {
                if started.elapsed() >= sample {
                    break;
                }
                let (stream, version) = place(base, n);
                ledger.append(append(stream, version)?).await?;
                done.fetch_add(1, Ordering::Relaxed);
            }
            anyhow::Ok(())
        }));
    }
    for task in tasks {
        task.await??;
    }
    Ok(rate(done.load(Ordering::Relaxed), started.elapsed()))
}

/// So many a second.
#[expect(
    clippy::cast_precision_loss,
    reason = "a rate; counts stay far below 2^52"
)]
pub(crate) fn rate(count: u64, elapsed: Duration) -> f64 {
    count as f64 / elapsed.as_secs_f64()
}
