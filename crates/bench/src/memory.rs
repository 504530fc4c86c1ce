//! Memory of the embedded mode: the peak of `hoso up` on a log of 100 000 events that it never saw,
//! once it is ready and all its reactions have read the log to its end.
//!
//! The log is 5 000 dossiers of 20 events, made of the domain's own events by its own fold.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::Context;
use hoso_domain::decider::{Decider, StoredDecider, StoredEvent};
use hoso_domain::document::DocumentRef;
use hoso_domain::dossier::event::{AttachmentAdded, AttachmentKind, DossierDrafted};
use hoso_domain::dossier::{Addressee, Dossier, DossierState, Event};
use hoso_domain::evaluation::RoundKind;
use hoso_domain::ids::{DossierId, RoundId, UnitId};
use hoso_domain::rulebook::RuleBook;
use hoso_ledger::sqlite::{SqliteLedger, SqliteOptions};
use hoso_ledger::{Append, ExpectedVersion, NewEvent, SharedLedger, StreamName, StreamRow};
use serde::Deserialize;
use sha2::{Digest, Sha256};

use crate::figure::{Better, Report};
use crate::hoso_binary::{self, Server};
use crate::{Setting, ledger_load, rounds};

const DOSSIERS: u64 = 5_000;
const EVENTS_A_DOSSIER: u64 = 20;
/// KiB it may take.
const PEAK_KIB: u32 = 200 * 1_024;
/// A server that has not caught up by then is broken.
const READY_WITHIN: Duration = Duration::from_mins(5);

/// What `/readyz` answers.
#[derive(Debug, Deserialize)]
struct Health {
    ok: bool,
    checks: Vec<Check>,
}

/// One of its checks; of a reaction the detail is `<n> behind, …`.
#[derive(Debug, Deserialize)]
struct Check {
    name: String,
    detail: String,
}

/// Measures.
pub(crate) async fn run(setting: &Setting) -> anyhow::Result<Report> {
    let hoso = hoso_binary::path()?;
    let filled = tempfile::tempdir_in(&setting.directory)?;
    fill(filled.path()).await?;
    let measured = rounds::run(setting, |_| {
        let (hoso, filled) = (hoso.clone(), filled.path().to_owned());
        async move { tokio::task::spawn_blocking(move || peak(&hoso, &filled)).await? }
    })
    .await?;
    let mut report = Report::default();
    let ratios: Vec<f64> = measured
        .iter()
        .map(|kib| kib / f64::from(PEAK_KIB))
        .collect();
    report.goal(
        "memory",
        "peak memory of hoso up with 100 000 events / 200 MB",
        1.0,
        Better::Less,
        &ratios,
    );
    report.figure(
        "hoso up with 100 000 events, peak resident",
        "KiB",
        &measured,
    );
    Ok(report)
}

async fn fill(directory: &Path) -> anyhow::Result<()> {
    let options = SqliteOptions::new(ledger_load::clock());
    let ledger: SharedLedger = SqliteLedger::open(directory, options).await?;
    let writers = 64;
    let mut tasks = Vec::new();
    for writer in 0..writers {
        let ledger = Arc::clone(&ledger);
        tasks.push(tokio::spawn(async move {
            for n in (writer..DOSSIERS).step_by(usize::try_from(writers)?) {
                ledger.append(dossier(n)?).await?;
            }
            anyhow::Ok(())
        }));
    }
    for task in tasks {
        task.await??;
    }
    anyhow::ensure!(
        ledger.head().await? == DOSSIERS * EVENTS_A_DOSSIER,
        "the log is not full"
    );
    ledger.close().await;
    Ok(())
}

/// A whole dossier as one command.
fn dossier(n: u64) -> anyhow::Result<Append> {
    let id = DossierId::parse(&format!("HS-{n:06}"))?;
    let unit = UnitId::parse(&format!("don-vi-{:02}", n % 47))?;
    let mut events = vec![Event::DossierDrafted(DossierDrafted {
        dossier: id.clone(),
        round: RoundId::parse("2024-tinh")?,
        kind: RoundKind::Annual,
        year: 2024,
        rule_book: RuleBook::soc_trang().reference(),
        unit: unit.clone(),
        submitted_by: unit,
        on_behalf_of_predecessor: false,
        addressee: Addressee::HomeAffairs,
    })];
    events.extend((1..EVENTS_A_DOSSIER).map(|document| {
        Event::AttachmentAdded(AttachmentAdded {
            kind: AttachmentKind::Evidence,
            item: None,
            document: DocumentRef {
                name: format!("Minh chứng thành tích số {document} của hồ sơ {n}.pdf"),
                sha256: Some(hex::encode(Sha256::digest(format!("{n} {document}")))),
                size: Some(120_000 + document),
                media_type: Some("application/pdf".to_owned()),
            },
        })
    }));
    let state = events.iter().fold(DossierState::default(), Dossier::evolve);
    let command = ledger_load::id(n, 0);
    let events = events
        .iter()
        .zip(1..)
        .map(|(event, version)| new_event(event, ledger_load::id(n, version)))
        .collect::<Result<Vec<_>, _>>()?;
    Ok(Append {
        command,
        digest: Sha256::digest(command.as_bytes()).into(),
        expected: ExpectedVersion::Exactly(0),
        metadata: ledger_load::metadata(command)?,
        row: StreamRow {
            stream: StreamName::new(Dossier::CATEGORY, id.as_str()),
            version: events.len() as u64,
            state: serde_json::to_string(&state)?,
            listing: Dossier::listing(&state),
        },
        events,
        cursor: None,
    })
}

fn new_event(event: &Event, id: uuid::Uuid) -> anyhow::Result<NewEvent> {
    let data = serde_json::to_string(event)?;
    Ok(NewEvent {
        id,
        event_type: event.event_type().to_owned(),
        schema_version: event.schema_version(),
        sha256: Sha256::digest(data.as_bytes()).into(),
        data,
        dossiers: event.dossiers(),
    })
}

/// Starts the server on a copy of the log, waits until it has caught up, and reads its peak.
#[expect(
    clippy::cast_precision_loss,
    reason = "KiB of a process stay below 2^52"
)]
fn peak(hoso: &Path, filled: &Path) -> anyhow::Result<f64> {
    let data = tempfile::tempdir_in(filled)?;
    let name = "ledger.sqlite";
    std::fs::copy(filled.join(name), data.path().join(name))?;
    let address = free_address()?;
    let mut server = Server::start(hoso, data.path(), &address.to_string())?;
    let started = Instant::now();
    while !health(address).is_ok_and(|health| has_caught_up(&health)) {
        server.check_alive()?;
        anyhow::ensure!(
            started.elapsed() < READY_WITHIN,
            "`hoso up` does not catch up"
        );
        let poll = Duration::from_millis(50);
        std::thread::sleep(poll);
    }
    Ok(server.peak_kib()? as f64)
}

/// An address nobody listens on; the listener that found it is gone when the server starts.
fn free_address() -> anyhow::Result<SocketAddr> {
    Ok(TcpListener::bind("127.0.0.1:0")?.local_addr()?)
}

fn health(address: SocketAddr) -> anyhow::Result<Health> {
    let mut stream = TcpStream::connect(address)?;
    stream.set_read_timeout(Some(Duration::from_secs(5)))?;
    stream.write_all(b"GET /readyz HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n")?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer)?;
    let (_, body) = answer.split_once("\r\n\r\n").context("no body")?;
    Ok(serde_json::from_str(body)?)
}

/// Ready, with reactions at work, and each of them at the end of the log.
fn has_caught_up(health: &Health) -> bool {
    let mut reactions = health
        .checks
        .iter()
        .filter(|check| check.name.starts_with("reactions:"))
        .peekable();
    health.ok
        && reactions.peek().is_some()
        && reactions.all(|check| check.detail.starts_with("0 behind"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_server_has_caught_up_when_no_reaction_is_behind() {
        let health = |details: &[&str]| Health {
            ok: true,
            checks: details
                .iter()
                .map(|detail| Check {
                    name: "reactions:one".to_owned(),
                    detail: (*detail).to_owned(),
                })
                .collect(),
        };
        assert!(has_caught_up(&health(&[
            "0 behind, 0 parked",
            "0 behind, 3 parked"
        ])));
        assert!(!has_caught_up(&health(&[
            "0 behind, 0 parked",
            "10 behind, 0 parked"
        ])));
        assert!(!has_caught_up(&health(&[])));
    }

    #[tokio::test]
    async fn the_made_up_log_is_one_the_domain_reads() -> anyhow::Result<()> {
        let append = dossier(3)?;
        assert_eq!(append.events.len(), 20);
        let read: Vec<Event> = append
            .events
            .iter()
            .map(|event| serde_json::from_str(&event.data))
            .collect::<Result<_, _>>()?;
        let state = read.iter().fold(DossierState::default(), Dossier::evolve);
        assert_eq!(append.row.state, serde_json::to_string(&state)?);
        let directory = tempfile::tempdir()?;
        let options = SqliteOptions::new(ledger_load::clock());
        let ledger: SharedLedger = SqliteLedger::open(directory.path(), options).await?;
        ledger.append(append).await?;
        let id = DossierId::parse("HS-000003")?;
        assert_eq!(ledger.read_dossier(&id, 0, 100).await?.len(), 20);
        Ok(())
    }
}
