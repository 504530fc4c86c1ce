//! What the service needs to know of others: the registry's facts, and the rounds; and of its own
//! where in the log each finding stands, which a stream does not say.
//!
//! Folded from the whole log in memory, rebuilt at the start. An event of another service that
//! cannot be read is passed over and logged: it is its owner's to repair.

use std::collections::BTreeMap;
use std::sync::Arc;

use hoso_domain::decider::StoredDecider as _;
use hoso_domain::evaluation::{FindingSource, FindingVerdict, PublicationKind, RuleId};
use hoso_domain::ids::{DossierId, ItemId, RoundId};
use hoso_domain::ranking::event::{RoundEvent, RoundOpened};
use hoso_domain::registry::facts::Facts;
use hoso_domain::rulebook::RuleBook;
use hoso_domain::verification::Case;
use hoso_domain::verification::command::Deadlines;
use hoso_domain::verification::event::{Event as CaseEvent, FindingRecorded};
use hoso_ledger::RecordedEvent;
use hoso_runtime::{Fold, Problem};

use crate::error;

/// The registry's facts and the rounds.
#[derive(Debug, Clone, Default)]
pub(crate) struct Foreign {
    /// Units, figures, holds, initiatives, rule books.
    pub(crate) registry: Facts,
    rounds: BTreeMap<RoundId, Round>,
    findings: BTreeMap<(DossierId, ItemId, RuleId), Found>,
}

/// A finding and where it stands.
#[derive(Debug, Clone)]
struct Found {
    verdict: FindingVerdict,
    source: FindingSource,
}

/// A round as it was opened, and whether it is over.
#[derive(Debug, Clone)]
pub(crate) struct Round {
    /// What was fixed when it opened.
    pub(crate) opened: RoundOpened,
    /// Takes no more findings or verdicts.
    pub(crate) closed: bool,
    rule_book: Option<Arc<RuleBook>>,
}

impl Fold for Foreign {
    fn apply(&mut self, event: &RecordedEvent) {
        let category = event.stream.category();
        let read = if category == "round" {
            serde_json::from_str(&event.data).map(|round| self.apply_round(event, round))
        } else if event.event_type == "FindingRecorded" && category == Case::CATEGORY {
            serde_json::from_str(&event.data).map(|case| self.apply_finding(event, case))
        } else {
            let (position, data) = (event.position, &event.data);
            self.registry.apply_recorded(position, category, data)
        };
        if let Err(error) = read {
            tracing::warn!(
                position = event.position,
                event_type = event.event_type,
                "an event cannot be read and is passed over: {error}"
            );
        }
    }
}

impl Foreign {
    fn apply_round(&mut self, recorded: &RecordedEvent, event: RoundEvent) {
        if let RoundEvent::RoundOpened(opened) = event {
            let rule_book = self.rule_book(&opened);
            let round = Round {
                closed: false,
                rule_book,
                opened,
            };
            self.rounds.insert(round.opened.round.clone(), round);
        } else if matches!(event, RoundEvent::RoundClosed(_))
            && let Ok(id) = RoundId::parse(recorded.stream.id())
            && let Some(round) = self.rounds.get_mut(&id)
        {
            round.closed = true;
        }
    }

    fn apply_finding(&mut self, recorded: &RecordedEvent, event: CaseEvent) {
        if let CaseEvent::FindingRecorded(found) = event {
            let source = FindingSource {
                finder: found.finder,
                finder_agency: found.finder_agency,
                found_on: found.found_on,
                position: Some(recorded.position),
            };
            let verdict = found.verdict;
            let found_key = (found.dossier, found.item, found.rule);
            self.findings.insert(found_key, Found { verdict, source });
        }
    }

    /// Who made a finding and where it stands; no position if the log has another one by now.
    pub(crate) fn source(&self, finding: &FindingRecorded) -> FindingSource {
        let of_case = FindingSource {
            finder: finding.finder.clone(),
            finder_agency: finding.finder_agency.clone(),
            found_on: finding.found_on,
            position: None,
        };
        let (dossier, item) = (finding.dossier.clone(), finding.item.clone());
        let known = self.findings.get(&(dossier, item, finding.rule));
        let position = known.and_then(|found| {
            let unplaced = FindingSource {
                position: None,
                ..found.source.clone()
            };
            let same = found.verdict == finding.verdict && unplaced == of_case;
            found.source.position.filter(|_| same)
        });
        FindingSource {
            position,
            ..of_case
        }
    }

    /// The round's rule book: published in the registry, or the one that is built in.
    fn rule_book(&self, opened: &RoundOpened) -> Option<Arc<RuleBook>> {
        let wanted = &opened.rule_book;
        let key = (wanted.id.clone(), wanted.version);
        let published = self.registry.rule_books.get(&key);
        let read = published.and_then(|p| RuleBook::read(p.body.as_bytes()).ok());
        let book = read.or_else(|| Some(RuleBook::soc_trang().clone()))?;
        (book.digest() == wanted.digest).then(|| Arc::new(book))
    }

    /// A round that was opened.
    pub(crate) fn round(&self, id: &RoundId) -> Result<&Round, Problem> {
        self.rounds.get(id).ok_or_else(|| error::round_not_open(id))
    }

    /// Rounds that are open.
    pub(crate) fn open_rounds(&self) -> impl Iterator<Item = (&RoundId, &Round)> {
        self.rounds.iter().filter(|(_, round)| !round.closed)
    }
}

impl Round {
    /// The rule book everything in the round is decided under.
    pub(crate) fn rule_book(&self) -> Result<&Arc<RuleBook>, Problem> {
        self.rule_book
            .as_ref()
            .ok_or_else(|| error::rule_book_missing(&self.opened.rule_book.digest))
    }

    /// The last days for dossiers (R42).
    pub(crate) fn deadlines(&self) -> Result<Deadlines, Problem> {
        let due = |publication| {
            self.opened
                .deadlines
                .iter()
                .find(|d| d.publication == publication)
                .map(|d| d.due_on)
                .ok_or_else(|| error::deadline_missing(&self.opened.round))
        };
        Ok(Deadlines {
            provincial_index: due(PublicationKind::ProvincialIndex)?,
            unit_index: due(PublicationKind::UnitIndex)?,
        })
    }
}
