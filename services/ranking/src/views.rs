//! What the service knows beside the stream at hand: the registry's facts, every round, findings,
//! withdrawn dossiers. Folded from the whole log in memory; nothing is stored.
//!
//! Folding the log up to a position gives the facts of that position again, which is how a past
//! round file is found.

use std::collections::{BTreeMap, BTreeSet};

use hoso_domain::decider::{Decider, StoredDecider, StoredEvent};
use hoso_domain::dossier::Dossier;
use hoso_domain::dossier::event::Event as DossierEvent;
use hoso_domain::evaluation::{FindingVerdict, RuleId};
use hoso_domain::ids::{DossierId, ItemId, RoundId};
use hoso_domain::ranking::appeal::Appeal;
use hoso_domain::ranking::event::RegisteredNumber;
use hoso_domain::ranking::round::{Round, RoundFolder, RoundState};
use hoso_domain::registry::facts::Facts;
use hoso_domain::rulebook::{RuleBook, RuleBookRef};
use hoso_domain::verification::Case;
use hoso_domain::verification::event::Event as CaseEvent;
use hoso_ledger::execute::decode;
use hoso_ledger::{Ledger, LedgerError, Position, RecordedEvent};
use hoso_runtime::Fold;

/// Events read at a time while folding up to a past position.
const PAGE_EVENTS_MAX: u32 = 1_000;

/// Findings of one item by criterion.
pub(crate) type Findings = BTreeMap<RuleId, FindingVerdict>;

/// The fold.
#[derive(Debug, Clone, Default)]
pub struct World {
    /// The registry.
    pub(crate) registry: Facts,
    rounds: BTreeMap<RoundId, RoundState>,
    findings: BTreeMap<(RoundId, ItemId), Findings>,
    withdrawn: BTreeSet<DossierId>,
}

impl World {
    /// The world as of a position.
    ///
    /// # Errors
    /// The ledger's, if it could not be read.
    pub async fn as_of(ledger: &dyn Ledger, position: Position) -> Result<Self, LedgerError> {
        let mut world = Self::default();
        world.advance(ledger, 0, position).await?;
        Ok(world)
    }

    /// The world as of `after` folded on up to `position`.
    ///
    /// # Errors
    /// The ledger's, if it could not be read.
    pub(crate) async fn advance(
        &mut self,
        ledger: &dyn Ledger,
        mut after: Position,
        position: Position,
    ) -> Result<(), LedgerError> {
        while after < position {
            let page = ledger.read_all(after, PAGE_EVENTS_MAX).await?;
            let Some(last) = page.last().map(|event| event.position) else {
                break;
            };
            let known = page.iter().take_while(|event| event.position <= position);
            known.for_each(|event| self.apply(event));
            after = last;
        }
        Ok(())
    }

    /// A round, if it was ever opened.
    #[must_use]
    pub fn round(&self, round: &RoundId) -> Option<&RoundFolder> {
        self.rounds.get(round).and_then(RoundState::opened)
    }

    /// Every round that was ever opened.
    pub(crate) fn rounds(&self) -> impl Iterator<Item = (&RoundId, &RoundFolder)> {
        self.rounds
            .iter()
            .filter_map(|(id, state)| state.opened().map(|round| (id, round)))
    }

    /// The findings on an item.
    pub(crate) fn findings(&self, round: &RoundId, item: &ItemId) -> Findings {
        let key = (round.clone(), item.clone());
        self.findings.get(&key).cloned().unwrap_or_default()
    }

    /// Whether the unit withdrew the dossier.
    pub(crate) fn is_withdrawn(&self, dossier: &DossierId) -> bool {
        self.withdrawn.contains(dossier)
    }

    /// The numbers that other rounds took or voided (R52).
    pub(crate) fn numbers_taken(&self, except: &RoundId) -> BTreeSet<RegisteredNumber> {
        self.rounds()
            .filter(|(id, _)| *id != except)
            .flat_map(|(_, round)| round.numbers.iter().cloned())
            .collect()
    }

    /// A rule book by its reference: as published in the registry, or the embedded one.
    pub(crate) fn rule_book(&self, wanted: &RuleBookRef) -> Option<RuleBook> {
        self.rule_books()
            .into_iter()
            .find(|book| book.reference() == *wanted)
    }

    /// The rule books there are: those published, and the embedded one. One that cannot be read
    /// is left out, for its publication could not be undone.
    pub(crate) fn rule_books(&self) -> Vec<RuleBook> {
        let published = self.registry.rule_books.values();
        let mut books: Vec<RuleBook> = published
            .filter_map(|published| RuleBook::read(published.body.as_bytes()).ok())
            .collect();
        let embedded = RuleBook::soc_trang();
        if !books.iter().any(|b| b.digest() == embedded.digest()) {
            books.push(embedded.clone());
        }
        books
    }

    fn apply_round(&mut self, event: &RecordedEvent) {
        let Some(event_of_round) = read::<Round>(event) else {
            return;
        };
        let Ok(round) = RoundId::parse(event.stream.id()) else {
            return;
        };
        let state = self.rounds.entry(round).or_default();
        *state = Round::evolve(std::mem::take(state), &event_of_round);
    }

    fn apply_case(&mut self, event: &RecordedEvent) {
        if let Some(CaseEvent::FindingRecorded(found)) = read::<Case>(event) {
            self.findings
                .entry((found.round, found.item))
                .or_default()
                .insert(found.rule, found.verdict);
        }
    }

    fn apply_dossier(&mut self, event: &RecordedEvent) {
        if let Some(DossierEvent::DossierWithdrawn(withdrawn)) = read::<Dossier>(event) {
            self.withdrawn.insert(withdrawn.dossier);
        }
    }
}

impl Fold for World {
    fn apply(&mut self, event: &RecordedEvent) {
        match event.stream.category() {
            Round::CATEGORY => self.apply_round(event),
            Case::CATEGORY => self.apply_case(event),
            Dossier::CATEGORY => self.apply_dossier(event),
            Appeal::CATEGORY => {}
            category => {
                let applied = self
                    .registry
                    .apply_recorded(event.position, category, &event.data);
                if let Err(error) = applied {
                    skip(event, &error);
                }
            }
        }
    }
}

/// The typed event; one this version cannot read is passed over, and said so.
fn read<D: Decider<Event: StoredEvent>>(event: &RecordedEvent) -> Option<D::Event> {
    decode::<D>(event)
        .inspect_err(|error| skip(event, error))
        .ok()
}

fn skip(event: &RecordedEvent, error: &dyn std::error::Error) {
    tracing::error!(
        position = event.position,
        %error,
        "the ranking service cannot read event {}",
        event.position
    );
}
