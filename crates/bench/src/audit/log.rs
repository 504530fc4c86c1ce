//! The log that is audited: the sample year, and behind it entries of persons that change and
//! change, sealed as the registry seals them. Many events, few streams, states that do not grow.

use std::path::Path;
use std::process::Command;
use std::sync::Arc;

use hoso_domain::decider::{Decider as _, StoredDecider as _, StoredEvent as _};
use hoso_domain::ids::{PersonId, UnitId};
use hoso_domain::registry::person::{Event, Person, PersonDetails, PersonState};
use hoso_ledger::sqlite::{SqliteLedger, SqliteOptions};
use hoso_ledger::{Append, ExpectedVersion, NewEvent, SharedLedger, StreamName, StreamRow};
use sha2::{Digest as _, Sha256};

use super::done;
use crate::drive;
use crate::ledger_load::{clock, id, metadata};

/// Persons whose entries change.
const PERSONS: u64 = 1_000;
/// Events a command.
const AT_ONCE: u64 = 50;
/// Callers that append.
const CALLERS: u64 = 64;
/// Apart from the ids of other loads.
const LOAD: u64 = 1 << 40;

/// The sample year.
pub(super) fn begin(hoso: &Path, data: &Path) -> anyhow::Result<()> {
    done(
        Command::new(hoso)
            .args(["demo", "--json", "--data"])
            .arg(data),
    )
}

/// Appends until the log has so many events.
pub(super) async fn fill(data: &Path, events: u64) -> anyhow::Result<()> {
    let ledger: SharedLedger = SqliteLedger::open(data, SqliteOptions::new(clock())).await?;
    let missing = events.saturating_sub(ledger.head().await?);
    let commands = missing.div_ceil(AT_ONCE);
    let callers = (0..CALLERS).map(|caller| {
        let ledger = Arc::clone(&ledger);
        drive::spawned(async move {
            // A caller's persons are its own: their commands follow each other.
            for number in (caller..commands).step_by(64) {
                let count = AT_ONCE.min(missing - number * AT_ONCE);
                let person = caller + CALLERS * (number / CALLERS % (PERSONS / CALLERS));
                append(&ledger, person, count).await?;
            }
            Ok(())
        })
    });
    futures::future::try_join_all(callers).await?;
    anyhow::ensure!(ledger.head().await? == events, "the log is not full");
    ledger.close().await;
    Ok(())
}

async fn append(ledger: &SharedLedger, person: u64, count: u64) -> anyhow::Result<()> {
    let stream = StreamName::new(Person::CATEGORY, &format!("do-{person:06}"));
    let row = ledger.stream(&stream).await?;
    let (version, state) = match row {
        Some(row) => (row.version, serde_json::from_str(&row.state)?),
        None => (0, PersonState::default()),
    };
    let events = (version + 1..=version + count).map(|version| event(person, version));
    let events = events.collect::<anyhow::Result<Vec<_>>>()?;
    let state = events.iter().fold(state, Person::evolve);
    let command = id(LOAD + person, version + 1);
    let events = events.iter().zip(version + 1..).map(|(event, version)| {
        let data = serde_json::to_string(event)?;
        Ok(NewEvent {
            id: id(LOAD + person, version),
            event_type: event.event_type().to_owned(),
            schema_version: 1,
            sha256: Sha256::digest(data.as_bytes()).into(),
            data,
            dossiers: Vec::new(),
        })
    });
    let append = Append {
        command,
        digest: Sha256::digest(command.as_bytes()).into(),
        expected: ExpectedVersion::Exactly(version),
        metadata: metadata(command)?,
        row: StreamRow {
            stream,
            version: version + count,
            state: serde_json::to_string(&state)?,
            listing: Person::listing(&state),
        },
        events: events.collect::<anyhow::Result<Vec<_>>>()?,
        cursor: None,
    };
    ledger.append(append).await?;
    Ok(())
}

/// The n-th entry of a person, with texts as long as sealed ones are.
fn event(person: u64, version: u64) -> anyhow::Result<Event> {
    let text = |field: &str| {
        let drawn = Sha256::digest(format!("{field}\n{person}\n{version}"));
        format!("sealed:v1:{}", hex::encode(drawn).repeat(3))
    };
    let details = PersonDetails {
        person: PersonId::parse(&format!("do-{person:06}"))?,
        name: text("name"),
        position: Some(text("position")),
        unit: Some(UnitId::parse("so-noi-vu")?),
        insider: version.is_multiple_of(2),
    };
    Ok(match version {
        1 => Event::PersonRegistered(details),
        _ => Event::PersonChanged(details),
    })
}

/// Seals the log and writes the bundle.
pub(super) fn bundle(hoso: &Path, data: &Path, bundle: &Path) -> anyhow::Result<()> {
    let mut seal = Command::new(hoso);
    done(seal.args(["audit", "seal", "--json", "--data"]).arg(data))?;
    let mut export = Command::new(hoso);
    export.args(["audit", "export", "--round", "annual-2024", "--output"]);
    done(export.arg(bundle).arg("--data").arg(data))
}
