//! Which documents a round rests on: those that the events of its streams name.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::Result;
use hoso_domain::decider::StoredDecider as _;
use hoso_domain::dossier::Dossier;
use hoso_domain::ids::RoundId;
use hoso_domain::ranking::round::Round;
use hoso_ledger::{Position, RecordedEvent, StreamName};
use serde_json::Value;

use crate::backup::documents_in;
use crate::backup::line::Digest;
use crate::erased::Erased;
use crate::folds::Folded;

/// Documents, and the first event that names each.
pub(super) type Documents = BTreeMap<Digest, Position>;

/// The documents that streams name, and which of them are shown as erased.
#[derive(Default)]
pub(super) struct Named(BTreeMap<StreamName, Documents>, Erased);

impl Named {
    /// Notes those of the next event.
    pub(super) fn note(&mut self, event: &RecordedEvent) {
        self.1.note(event);
        if !event.data.contains("\"sha256\"") {
            return;
        }
        let Ok(data) = serde_json::from_str::<Value>(&event.data) else {
            return;
        };
        let mut found = BTreeSet::new();
        documents_in(&data, &mut found);
        for digest in found {
            let stream = self.0.entry(event.stream.clone()).or_default();
            stream.entry(digest).or_insert(event.position);
        }
    }

    /// Whether the log shows that a document was erased with a person.
    pub(super) fn shows_erased(&self, document: &Digest) -> bool {
        self.1.shows(document)
    }

    /// Those of a round.
    ///
    /// # Errors
    /// A stream's state cannot be written.
    pub(super) fn of(&self, round: &RoundId, folded: &Folded) -> Result<Documents> {
        let mut all = Documents::new();
        for (stream, documents) in &self.0 {
            if !belongs(stream, round, folded)? {
                continue;
            }
            for (digest, position) in documents {
                let first = all.entry(*digest).or_insert(*position);
                *first = (*first).min(*position);
            }
        }
        Ok(all)
    }
}

/// Whether the log has the round.
pub(super) fn has_round(round: &RoundId, folded: &Folded) -> bool {
    let stream = StreamName::new(Round::CATEGORY, round.as_str());
    folded.streams.contains_key(&stream)
}

/// Whether a stream is the round's: by itself, or by its dossier.
fn belongs(stream: &StreamName, round: &RoundId, folded: &Folded) -> Result<bool> {
    if *stream == StreamName::new(Round::CATEGORY, round.as_str()) {
        return Ok(true);
    }
    let Some(fold) = folded.streams.get(stream) else {
        return Ok(false);
    };
    let listing = fold.row(stream)?.listing;
    if listing.round.is_some() || stream.category() == Dossier::CATEGORY {
        return Ok(listing.round.as_ref() == Some(round));
    }
    match listing.dossier {
        Some(dossier) => {
            let dossier = StreamName::new(Dossier::CATEGORY, dossier.as_str());
            belongs(&dossier, round, folded)
        }
        None => Ok(false),
    }
}
