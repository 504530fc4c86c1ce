//! The log's keys as its own events tell them. They prove nothing alone: whoever verifies brings one
//! key along, and the checkpoint that two keys signed leads from the one to the other.

use anyhow::{Result, anyhow};
use hoso_domain::decider::StoredDecider as _;
use hoso_domain::log_key::{self, LOG, LogKey, LogKeyRotated};
use hoso_ledger::{Position, RecordedEvent, SharedLedger, StreamName};
use hoso_proof::{KeyHistory, LogIdentity};

/// Events read at a time.
const PAGE: u32 = 1_000;

/// What is wrong with the keys that the events tell of, and where.
#[derive(Debug)]
pub(super) struct WrongKeys {
    /// The rotation's position.
    pub(super) position: Position,
    /// In words.
    pub(super) what: String,
}

/// Every rotation of a log, in order.
#[derive(Debug, Default)]
pub(super) struct Rotations(Vec<(Position, LogKeyRotated)>);

impl Rotations {
    /// Notes the next event, if it is one.
    pub(super) fn note(&mut self, event: &RecordedEvent) {
        // The type first: it costs nothing, and every event of a log comes by here.
        if event.event_type != "LogKeyRotated" || event.stream != stream() {
            return;
        }
        // One that cannot be read is told of where the stream is folded.
        if let Ok(log_key::Event::LogKeyRotated(rotated)) = serde_json::from_str(&event.data) {
            self.0.push((event.position, rotated));
        }
    }

    /// Where they stand.
    pub(super) fn positions(&self) -> impl Iterator<Item = Position> + '_ {
        self.0.iter().map(|(position, _)| *position)
    }

    /// The keys of the log: `only` where none was ever replaced.
    ///
    /// # Errors
    /// A rotation does not follow the one before.
    pub(super) fn history(&self, only: &LogIdentity) -> Result<KeyHistory, WrongKeys> {
        let mut history: Option<KeyHistory> = None;
        for (position, rotated) in &self.0 {
            let previous = identity(*position, &rotated.previous)?;
            let next = identity(*position, &rotated.next)?;
            // Another log's, that was sealed over the same record before its secrets were lost.
            if next.origin() != only.origin() {
                continue;
            }
            let taken = history
                .get_or_insert_with(|| KeyHistory::new(previous.clone()))
                .rotate(*position, &previous, next);
            taken.map_err(|error| wrong(*position, &error))?;
        }
        Ok(history.unwrap_or_else(|| KeyHistory::new(only.clone())))
    }
}

/// The stream of the log's keys.
pub(super) fn stream() -> StreamName {
    StreamName::new(LogKey::CATEGORY, LOG)
}

/// The keys of a ledger's log: `only` where none was ever replaced.
///
/// # Errors
/// The ledger cannot be read, or a rotation does not follow the one before.
pub(super) async fn of_ledger(ledger: &SharedLedger, only: &LogIdentity) -> Result<KeyHistory> {
    let mut rotations = Rotations::default();
    let mut after = 0;
    loop {
        let page = ledger.read_stream(&stream(), after, PAGE).await?;
        for event in &page {
            rotations.note(event);
            after = event.version;
        }
        if page.len() < PAGE as usize {
            break;
        }
    }
    let history = rotations.history(only);
    history.map_err(|WrongKeys { position, what }| anyhow!("position {position}: {what}"))
}

/// The keys in words for a bundle: a line each, from which size on it signs, and the key.
pub(super) fn written(history: &KeyHistory) -> String {
    let lines = history.reigns();
    let lines = lines.map(|reign| format!("{} {}\n", reign.since, reign.log.key()));
    lines.collect()
}

fn identity(position: Position, key: &str) -> Result<LogIdentity, WrongKeys> {
    LogIdentity::parse(key).map_err(|error| wrong(position, &error))
}

fn wrong(position: Position, error: &dyn std::error::Error) -> WrongKeys {
    let what = error.to_string();
    WrongKeys { position, what }
}
