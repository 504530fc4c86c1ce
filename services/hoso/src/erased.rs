//! Which documents the log itself shows as erased with a person.

use std::collections::BTreeSet;

use anyhow::Result;
use futures::TryStreamExt as _;
use hoso_domain::decider::StoredDecider as _;
use hoso_domain::document::belonging::Belonging;
use hoso_domain::registry::person::{ERASED, Person};
use hoso_ledger::{Position, RecordedEvent, SharedLedger, StreamQuery, pages};

use crate::backup::line::Digest;

/// A fold over events, in the log's order.
#[derive(Debug, Default)]
pub(crate) struct Erased(Belonging);

impl Erased {
    /// Notes the next event. One that cannot be read shows nothing; others find it.
    pub(crate) fn note(&mut self, event: &RecordedEvent) {
        let (category, id) = (event.stream.category(), event.stream.id());
        let noted = self.0.apply(category, id, &event.event_type, &event.data);
        if let Err(error) = noted {
            tracing::debug!(position = event.position, %error, "not read");
        }
    }

    /// Whether the events, being the whole log, show that a document was erased: with a person whose
    /// erasure is among them, to whom alone it belonged, and named by nothing since.
    pub(crate) fn shows(&self, sha256: &Digest) -> bool {
        self.0.is_erased(&sha256.to_string())
    }

    /// The same where the events are one dossier's path, in which no person's events stand.
    pub(crate) fn path_shows(&self, sha256: &Digest) -> bool {
        self.0.is_erased_by_path(&sha256.to_string())
    }

    /// All that [`Erased::shows`].
    pub(crate) fn all(&self) -> BTreeSet<Digest> {
        let digests = self.0.erased().map(str::to_owned);
        digests.filter_map(|d| Digest::try_from(d).ok()).collect()
    }
}

/// The erased documents of the log up to a position; `None`, without reading it, where nobody was
/// erased.
///
/// # Errors
/// The ledger cannot be read.
pub(crate) async fn of_log(
    ledger: &SharedLedger,
    until: Position,
) -> Result<Option<BTreeSet<Digest>>> {
    let query = StreamQuery {
        category: Person::CATEGORY.to_owned(),
        status: Some(ERASED.to_owned()),
        limit: 1,
        ..StreamQuery::default()
    };
    if ledger.streams(&query).await?.rows.is_empty() {
        return Ok(None);
    }
    let mut erased = Erased::default();
    let log = pages(SharedLedger::clone(ledger), 0, until);
    let mut log = std::pin::pin!(log);
    while let Some(page) = log.try_next().await? {
        for event in &page {
            erased.note(event);
        }
    }
    Ok(Some(erased.all()))
}
