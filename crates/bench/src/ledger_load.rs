//! What is appended: the made-up decider's commands, a new stream every 20 events, ids and stream
//! names as good as random, every event on the path of its dossier.

use std::sync::Arc;
use std::time::Duration;

use hoso_domain::actor::{Actor, Role};
use hoso_domain::decider::{Decider, StoredDecider};
use hoso_domain::ids::{OfficialId, PersonId, UnitId};
use hoso_ledger::{
    Append, Clock, ExpectedVersion, Metadata, NewEvent, Order, SharedLedger, StreamName, StreamRow,
    execute,
};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use crate::drive::{self, Caller, Sample};
use crate::load::{self, EVENT_TYPE, EVENTS_A_STREAM, Load, LoadEvent, LoadState, Record};

/// Streams that one caller may begin.
const STREAMS_A_CALLER: u64 = 1_000_000;

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
    let event = LoadEvent::finding(load::dossier(stream), version);
    Ok(serde_json::to_string(&event)?)
}

/// Stream and version of the n-th event of a load whose streams are numbered from `base`.
pub(crate) fn place(base: u64, n: u64) -> (u64, u64) {
    (base + n / EVENTS_A_STREAM, n % EVENTS_A_STREAM + 1)
}

/// Where the streams of a caller begin; `load` keeps apart the loads on one ledger, from 0.
pub(crate) fn base(load: u64, caller: u64) -> u64 {
    (load * 1_000 + caller) * STREAMS_A_CALLER
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
    format!("{}-{}", Load::CATEGORY, id(stream, 0))
}

/// One command with so many events, the first of them the stream's `version`.
pub(crate) fn append(stream: u64, version: u64, count: u64) -> anyhow::Result<Append> {
    let dossier = load::dossier(stream);
    let events: Vec<_> = (version..version + count)
        .map(|number| LoadEvent::finding(dossier.clone(), number))
        .collect();
    let state = events.iter().fold(LoadState::default(), LoadState::evolve);
    append_of(stream, version, &events, &state)
}

/// The same from events and state that were decided.
pub(crate) fn append_of(
    stream: u64,
    version: u64,
    events: &[LoadEvent],
    state: &LoadState,
) -> anyhow::Result<Append> {
    let command = id(stream, version);
    let events = events.iter().zip(version..).map(|(event, version)| {
        let data = serde_json::to_string(event)?;
        Ok(NewEvent {
            id: id(stream, version),
            event_type: EVENT_TYPE.to_owned(),
            schema_version: 1,
            sha256: Sha256::digest(data.as_bytes()).into(),
            data,
            dossiers: Vec::new(),
        })
    });
    let events = events.collect::<anyhow::Result<Vec<_>>>()?;
    Ok(Append {
        command,
        digest: Sha256::digest(command.as_bytes()).into(),
        expected: ExpectedVersion::Exactly(version - 1),
        metadata: metadata(command)?,
        row: StreamRow {
            stream: StreamName::from_stored(name(stream)),
            version: version - 1 + events.len() as u64,
            state: serde_json::to_string(state)?,
            listing: Load::listing(state),
        },
        events,
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

/// How a caller makes what it appends.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Work {
    /// Bare appends: nothing is decided. So many events a command.
    Append(u64),
    /// Whole commands on a state that the caller remembers.
    Remembered,
    /// Whole commands as services run them: the state is loaded for each.
    Loaded,
}

/// One caller of a ledger.
pub(crate) struct LedgerCaller {
    ledger: SharedLedger,
    work: Work,
    base: u64,
    state: LoadState,
}

impl LedgerCaller {
    /// So many callers; `load` keeps apart the loads on one ledger, from 0.
    pub(crate) fn many(ledger: &SharedLedger, callers: u64, load: u64, work: Work) -> Vec<Self> {
        let caller = |caller| Self {
            ledger: Arc::clone(ledger),
            work,
            base: base(load, caller),
            state: LoadState::default(),
        };
        (0..callers).map(caller).collect()
    }

    async fn remembered(&mut self, stream: u64, number: u64) -> anyhow::Result<()> {
        let state = std::mem::take(&mut self.state);
        let state = if number == 1 {
            LoadState::default()
        } else {
            state
        };
        let order = order(stream, number)?;
        let events = Load::decide(
            &state,
            execute::issued(&order.metadata, ask(stream, number)),
        )?;
        let state = events.iter().fold(state, Load::evolve);
        let append = append_of(stream, number, &events, &state)?;
        self.ledger.append(append).await?;
        self.state = state;
        Ok(())
    }

    async fn loaded(&self, stream: u64, number: u64) -> anyhow::Result<()> {
        let order = order(stream, number)?;
        let metadata = order.metadata.clone();
        hoso_ledger::execute::<Load>(
            self.ledger.as_ref(),
            &StreamName::from_stored(name(stream)),
            order,
            || execute::issued(&metadata, ask(stream, number)),
            || id(stream, number),
        )
        .await?;
        Ok(())
    }
}

fn ask(stream: u64, number: u64) -> Record {
    Record {
        dossier: load::dossier(stream),
        number,
    }
}

fn order(stream: u64, number: u64) -> anyhow::Result<Order> {
    let command = id(stream, number);
    Ok(Order {
        command,
        digest: Sha256::digest(command.as_bytes()).into(),
        seen: None,
        metadata: metadata(command)?,
        cursor: None,
    })
}

impl Caller for LedgerCaller {
    async fn call(&mut self, n: u64) -> anyhow::Result<()> {
        match self.work {
            Work::Append(count) => {
                let commands_a_stream = (EVENTS_A_STREAM / count).max(1);
                let stream = self.base + n / commands_a_stream;
                let version = n % commands_a_stream * count + 1;
                self.ledger.append(append(stream, version, count)?).await?;
                Ok(())
            }
            Work::Remembered => {
                let (stream, number) = place(self.base, n);
                self.remembered(stream, number).await
            }
            Work::Loaded => {
                let (stream, number) = place(self.base, n);
                self.loaded(stream, number).await
            }
        }
    }
}

/// Commands of so many callers that each wait for their answer, for so long.
pub(crate) async fn run(
    ledger: &SharedLedger,
    callers: u64,
    load: u64,
    work: Work,
    sample: Duration,
) -> anyhow::Result<Sample> {
    drive::closed_loop(LedgerCaller::many(ledger, callers, load, work), sample).await
}

/// Fills an empty ledger with so many events, `at_once` a command.
pub(crate) async fn fill(ledger: &SharedLedger, events: u64, at_once: u64) -> anyhow::Result<()> {
    let callers = 64;
    let streams = events.div_ceil(EVENTS_A_STREAM);
    let fillers = (0..callers).map(|caller| {
        let ledger = Arc::clone(ledger);
        drive::spawned(async move {
            for stream in (caller..streams).step_by(64) {
                let last = EVENTS_A_STREAM.min(events - stream * EVENTS_A_STREAM);
                let mut version = 1;
                while version <= last {
                    let count = at_once.min(last + 1 - version);
                    ledger.append(append(stream, version, count)?).await?;
                    version += count;
                }
            }
            Ok(())
        })
    });
    futures::future::try_join_all(fillers).await?;
    anyhow::ensure!(ledger.head().await? == events, "the log is not full");
    Ok(())
}
