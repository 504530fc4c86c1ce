//! Every stream of the log folded again, by the decider of its category.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::Result;
use chrono::{DateTime, Utc};
use hoso_domain::decider::{StoredDecider, StoredEvent as _};
use hoso_domain::dossier::Dossier;
use hoso_domain::ids::DossierId;
use hoso_domain::log_key::LogKey;
use hoso_domain::parked::Feed;
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
use hoso_ledger::{
    Ledger, LedgerError, Position, RecordedEvent, StreamName, StreamRecord, StreamRow,
};
use serde_json::Value;
use sha2::{Digest as _, Sha256};
use uuid::Uuid;

/// Events read at a time.
const PAGE: u32 = 1_000;

/// One stream, folded so far.
pub(crate) trait Fold: Send {
    /// Folds the next event; the dossiers whose path it belongs to besides the stream's own.
    ///
    /// # Errors
    /// The event is unknown or malformed.
    fn apply(&mut self, event: &RecordedEvent) -> Result<Vec<DossierId>, LedgerError>;

    /// The stream's own dossier by now.
    fn dossier(&self) -> Option<DossierId>;

    /// The stream's row as the fold says it is.
    ///
    /// # Errors
    /// The state cannot be written as JSON.
    fn row(&self, stream: &StreamName) -> Result<StreamRow>;

    /// The position of the last event.
    fn last_position(&self) -> Position;
}

struct Typed<D: StoredDecider + 'static> {
    state: D::State,
    version: u64,
    last_position: Position,
}

impl<D: StoredDecider + 'static> Fold for Typed<D> {
    fn apply(&mut self, event: &RecordedEvent) -> Result<Vec<DossierId>, LedgerError> {
        let decoded = decode::<D>(event)?;
        self.state = D::evolve(std::mem::take(&mut self.state), &decoded);
        self.version = event.version;
        self.last_position = event.position;
        Ok(decoded.dossiers())
    }

    fn dossier(&self) -> Option<DossierId> {
        D::listing(&self.state).dossier
    }

    fn row(&self, stream: &StreamName) -> Result<StreamRow> {
        Ok(StreamRow {
            stream: stream.clone(),
            version: self.version,
            state: serde_json::to_string(&self.state)?,
            listing: D::listing(&self.state),
        })
    }

    fn last_position(&self) -> Position {
        self.last_position
    }
}

fn typed<D: StoredDecider + 'static>() -> Box<dyn Fold> {
    Box::new(Typed::<D> {
        state: D::State::default(),
        version: 0,
        last_position: 0,
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
        LogKey::CATEGORY => typed::<LogKey>(),
        Feed::CATEGORY => typed::<Feed>(),
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

/// A place on a dossier's path.
pub(crate) type Place = (DossierId, Position);

/// Folds the log page by page and checks what every event says of itself: dense positions, unbroken
/// versions, digests, times that do not go back.
#[derive(Default)]
pub(crate) struct Folder {
    folded: Folded,
    versions: BTreeMap<StreamName, u64>,
    recorded_at: Option<DateTime<Utc>>,
    command: Pending,
}

/// The events of one command: they stand together, and the dossier that their stream belongs to is
/// known when all of them are folded.
#[derive(Default)]
struct Pending {
    command: Uuid,
    stream: Option<StreamName>,
    events: Vec<(Position, Vec<DossierId>)>,
}

impl Folder {
    /// Folds the next page; the places on dossiers' paths that are known by now.
    pub(crate) fn page(&mut self, page: &[RecordedEvent]) -> Vec<Place> {
        let mut places = Vec::new();
        for event in page {
            if event.command != self.command.command
                || self.command.stream.as_ref() != Some(&event.stream)
            {
                places.extend(self.command_ends());
            }
            self.check(event);
            self.recorded_at = Some(event.recorded_at);
            self.folded.events += 1;
            let dossiers = fold_one(event, &mut self.folded);
            self.command.command = event.command;
            self.command.stream = Some(event.stream.clone());
            self.command.events.push((event.position, dossiers));
        }
        places
    }

    /// Events folded so far.
    pub(crate) fn events(&self) -> u64 {
        self.folded.events
    }

    /// The whole log, and the last places.
    pub(crate) fn end(mut self) -> (Folded, Vec<Place>) {
        let places = self.command_ends();
        (self.folded, places)
    }

    fn command_ends(&mut self) -> Vec<Place> {
        let pending = std::mem::take(&mut self.command);
        let fold = pending
            .stream
            .and_then(|stream| self.folded.streams.get(&stream));
        let own = fold.and_then(|fold| fold.dossier());
        let mut places = BTreeSet::new();
        for (position, dossiers) in pending.events {
            let dossiers = dossiers.into_iter().chain(own.clone());
            places.extend(dossiers.map(|dossier| (dossier, position)));
        }
        places.into_iter().collect()
    }

    fn check(&mut self, event: &RecordedEvent) {
        let at = event.position;
        let expected = self.folded.events + 1;
        let differences = &mut self.folded.differences;
        if at != expected {
            differences.push(format!("position {at} where {expected} should stand"));
        }
        let version = self.versions.entry(event.stream.clone()).or_default();
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
        if self
            .recorded_at
            .is_some_and(|last| event.recorded_at < last)
        {
            differences.push(format!("position {at}: recorded before its predecessor"));
        }
    }
}

/// Folds the whole log and checks it.
///
/// # Errors
/// The ledger cannot be read.
pub(crate) async fn fold_all(
    ledger: &dyn Ledger,
    mut progress: impl FnMut(Position),
) -> Result<Folded> {
    let mut folder = Folder::default();
    loop {
        let page = ledger.read_all(folder.events(), PAGE).await?;
        if page.is_empty() {
            return Ok(folder.end().0);
        }
        folder.page(&page);
        progress(folder.events());
    }
}

/// What is wrong with the row that a ledger holds of a stream, in words; `None` if nothing is.
pub(crate) fn difference(row: &StreamRow, stored: Option<&StreamRecord>) -> Option<&'static str> {
    match stored {
        None => Some("has no row"),
        // Appended to while we read: a later version is no difference.
        Some(stored) if stored.version > row.version => None,
        Some(stored) if stored.version < row.version => Some("its row is older than its events"),
        Some(stored) if !same_json(&stored.state, &row.state) => {
            Some("its row holds another state")
        }
        Some(stored) if stored.listing != row.listing => Some("its row is listed otherwise"),
        Some(_) => None,
    }
}

fn same_json(one: &str, other: &str) -> bool {
    let read = |text| serde_json::from_str::<Value>(text).ok();
    one == other || read(one) == read(other)
}

/// Folds one event into its stream; the other dossiers it belongs to.
fn fold_one(event: &RecordedEvent, folded: &mut Folded) -> Vec<DossierId> {
    let known = folded.streams.contains_key(&event.stream);
    if !known {
        let Some(fold) = fold_of(event.stream.category()) else {
            folded.differences.push(format!(
                "position {}: category of {} is unknown to this version",
                event.position, event.stream
            ));
            return Vec::new();
        };
        folded.streams.insert(event.stream.clone(), fold);
    }
    match folded
        .streams
        .get_mut(&event.stream)
        .map(|fold| fold.apply(event))
    {
        Some(Ok(dossiers)) => dossiers,
        Some(Err(error)) => {
            let what = format!("position {}: {error}", event.position);
            folded.differences.push(what);
            Vec::new()
        }
        None => Vec::new(),
    }
}
