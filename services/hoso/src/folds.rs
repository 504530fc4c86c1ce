//! Every stream of the log folded again, by the decider of its category.

use std::collections::BTreeMap;

use anyhow::Result;
use hoso_domain::decider::StoredDecider;
use hoso_domain::dossier::Dossier;
use hoso_domain::ranking::appeal::Appeal;
use hoso_domain::ranking::round::Round;
use hoso_domain::registry::hold::Hold;
use hoso_domain::registry::index::Index;
use hoso_domain::registry::initiative::Initiative;
use hoso_domain::registry::official::Official;
use hoso_domain::registry::person::Person;
use hoso_domain::registry::rule_book::RuleBook;
use hoso_domain::registry::unit::Unit;
use hoso_domain::verification::Case;
use hoso_ledger::execute::decode;
use hoso_ledger::{Ledger, LedgerError, Position, RecordedEvent, StreamName, StreamRow};
use sha2::{Digest as _, Sha256};

/// Events read at a time.
const PAGE: u32 = 1_000;

/// One stream, folded so far.
pub(crate) trait Fold: Send {
    /// Folds the next event.
    ///
    /// # Errors
    /// The event is unknown or malformed.
    fn apply(&mut self, event: &RecordedEvent) -> Result<(), LedgerError>;

    /// The stream's row as the fold says it is.
    ///
    /// # Errors
    /// The state cannot be written as JSON.
    fn row(&self, stream: &StreamName) -> Result<StreamRow>;
}

struct Typed<D: StoredDecider + 'static> {
    state: D::State,
    version: u64,
}

impl<D: StoredDecider + 'static> Fold for Typed<D> {
    fn apply(&mut self, event: &RecordedEvent) -> Result<(), LedgerError> {
        let decoded = decode::<D>(event)?;
        self.state = D::evolve(std::mem::take(&mut self.state), &decoded);
        self.version = event.version;
        Ok(())
    }

    fn row(&self, stream: &StreamName) -> Result<StreamRow> {
        Ok(StreamRow {
            stream: stream.clone(),
            version: self.version,
            state: serde_json::to_string(&self.state)?,
            listing: D::listing(&self.state),
        })
    }
}

fn typed<D: StoredDecider + 'static>() -> Box<dyn Fold> {
    Box::new(Typed::<D> {
        state: D::State::default(),
        version: 0,
    })
}

/// An empty fold for a category; `None` for a category this version does not know.
fn fold_of(category: &str) -> Option<Box<dyn Fold>> {
    Some(match category {
        Unit::CATEGORY => typed::<Unit>(),
        Person::CATEGORY => typed::<Person>(),
        Official::CATEGORY => typed::<Official>(),
        Index::CATEGORY => typed::<Index>(),
        Hold::CATEGORY => typed::<Hold>(),
        Initiative::CATEGORY => typed::<Initiative>(),
        RuleBook::CATEGORY => typed::<RuleBook>(),
        Dossier::CATEGORY => typed::<Dossier>(),
        Case::CATEGORY => typed::<Case>(),
        Round::CATEGORY => typed::<Round>(),
        Appeal::CATEGORY => typed::<Appeal>(),
        _ => return None,
    })
}

/// The whole log, folded.
#[derive(Default)]
pub(crate) struct Folded {
    /// Events read.
    pub(crate) events: u64,
    /// Each stream's fold.
    pub(crate) streams: BTreeMap<StreamName, Box<dyn Fold>>,
    /// What was wrong, in words, each with its position.
    pub(crate) differences: Vec<String>,
}

/// Folds the whole log and checks what every event says of itself: dense positions, unbroken
/// versions, digests, times that do not go back.
///
/// # Errors
/// The ledger cannot be read.
pub(crate) async fn fold_all(
    ledger: &dyn Ledger,
    mut progress: impl FnMut(Position),
) -> Result<Folded> {
    let mut folded = Folded::default();
    let mut versions: BTreeMap<StreamName, u64> = BTreeMap::new();
    let mut last = None;
    loop {
        let page = ledger.read_all(folded.events, PAGE).await?;
        if page.is_empty() {
            return Ok(folded);
        }
        for event in &page {
            check(
                event,
                folded.events + 1,
                last,
                &mut versions,
                &mut folded.differences,
            );
            last = Some(event.recorded_at);
            folded.events += 1;
            fold_one(event, &mut folded);
        }
        progress(folded.events);
    }
}

fn check(
    event: &RecordedEvent,
    expected: Position,
    last: Option<chrono::DateTime<chrono::Utc>>,
    versions: &mut BTreeMap<StreamName, u64>,
    differences: &mut Vec<String>,
) {
    let at = event.position;
    if at != expected {
        differences.push(format!("position {at} where {expected} should stand"));
    }
    let version = versions.entry(event.stream.clone()).or_default();
    *version += 1;
    if event.version != *version {
        differences.push(format!(
            "position {at}: version {} of {} where {version} should stand",
            event.version, event.stream
        ));
    }
    if <[u8; 32]>::from(Sha256::digest(event.data.as_bytes())) != event.sha256 {
        differences.push(format!("position {at}: the data is not what was hashed"));
    }
    if last.is_some_and(|last| event.recorded_at < last) {
        differences.push(format!("position {at}: recorded before its predecessor"));
    }
}

fn fold_one(event: &RecordedEvent, folded: &mut Folded) {
    let known = folded.streams.contains_key(&event.stream);
    if !known {
        let Some(fold) = fold_of(event.stream.category()) else {
            folded.differences.push(format!(
                "position {}: category of {} is unknown to this version",
                event.position, event.stream
            ));
            return;
        };
        folded.streams.insert(event.stream.clone(), fold);
    }
    if let Some(fold) = folded.streams.get_mut(&event.stream)
        && let Err(error) = fold.apply(event)
    {
        folded
            .differences
            .push(format!("position {}: {error}", event.position));
    }
}
