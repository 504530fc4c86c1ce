//! What others have published, as this service needs it: the registry's facts, the rounds, signed
//! decisions; and its own dossiers' item ids and documents over all of them.
//!
//! Folded from the whole log in memory; nothing is stored.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;
use hoso_domain::document::DocumentRef;
use hoso_domain::document::belonging::Belonging;
use hoso_domain::dossier::event::Event as DossierEvent;
use hoso_domain::dossier::facts::{RoundFacts, SubjectFacts, UnitFacts};
use hoso_domain::ids::{DossierId, ItemId, PersonId, RoundId, SubjectId, UnitId};
use hoso_domain::ranking::event::RoundEvent;
use hoso_domain::registry::facts::Facts;
use hoso_ledger::RecordedEvent;
use hoso_runtime::Fold;

/// Mergers followed from one unit; a chain is never longer than the registry's history.
const SUCCESSORS_MAX: usize = 20;

/// The fold.
#[derive(Debug, Clone, Default)]
pub(crate) struct World {
    registry: Facts,
    rounds: BTreeMap<RoundId, RoundFacts>,
    /// The signed decision that names an item of the dossier.
    decisions: BTreeMap<DossierId, String>,
    items: BTreeMap<ItemId, DossierId>,
    /// The dossiers a document belongs to, by digest.
    documents: BTreeMap<String, BTreeSet<DossierId>>,
    /// Whose each document is, and which are gone.
    pub(crate) belonging: Belonging,
}

impl World {
    /// A round, if it was ever opened.
    pub(crate) fn round(&self, round: &RoundId) -> Option<RoundFacts> {
        self.rounds.get(round).cloned()
    }

    /// The decision that was signed on an item of the dossier.
    pub(crate) fn decision(&self, dossier: &DossierId) -> Option<String> {
        self.decisions.get(dossier).cloned()
    }

    /// The dossier that holds an item of this id.
    pub(crate) fn holder(&self, item: &ItemId) -> Option<DossierId> {
        self.items.get(item).cloned()
    }

    /// The dossiers a document belongs to.
    pub(crate) fn dossiers_with(&self, sha256: &str) -> impl Iterator<Item = &DossierId> {
        self.documents.get(sha256).into_iter().flatten()
    }

    /// A unit on a day; a merged one with the unit that stands in for it on that day.
    pub(crate) fn unit(&self, unit: &UnitId, day: NaiveDate) -> UnitFacts {
        let Some(state) = self.registry.unit(unit) else {
            return UnitFacts::Unknown;
        };
        if state.is_valid_on(day) {
            return UnitFacts::Valid {
                assessed: state.on(day).is_some_and(|held| held.group.is_some()),
            };
        }
        match self.successor(unit, day) {
            Some(successor) => UnitFacts::Merged { successor },
            None => UnitFacts::NotValid,
        }
    }

    fn successor(&self, unit: &UnitId, day: NaiveDate) -> Option<UnitId> {
        let mut unit = unit.clone();
        for _ in 0..SUCCESSORS_MAX {
            let state = self.registry.unit(&unit)?;
            let end = state.end.as_ref().filter(|end| end.valid_to < day)?;
            unit = end.successor.clone()?;
            if self.registry.unit(&unit)?.is_valid_on(day) {
                return Some(unit);
            }
        }
        None
    }

    /// A subject. A unit's group is the one it had when it last existed, up to `day`.
    pub(crate) fn subject(&self, subject: &SubjectId, day: NaiveDate) -> SubjectFacts {
        let unit = UnitId::parse(subject.as_str()).ok();
        if let Some(state) = unit.and_then(|unit| self.registry.unit(&unit)) {
            return match state.on(day) {
                Some(held) => SubjectFacts::Unit {
                    group: held.group,
                    advising: held.advising,
                },
                None => SubjectFacts::Unknown,
            };
        }
        let person = PersonId::parse(subject.as_str()).ok();
        match person.and_then(|person| self.registry.persons.get(&person)) {
            Some(facts) => SubjectFacts::Person {
                insider: facts.insider,
            },
            None => SubjectFacts::Unknown,
        }
    }

    fn apply_round(&mut self, event: RoundEvent, round: &RoundId) {
        if let RoundEvent::RoundOpened(opened) = event {
            let facts = RoundFacts {
                kind: opened.kind,
                year: opened.year,
                rule_book: opened.rule_book,
                open: true,
            };
            self.rounds.insert(round.clone(), facts);
        } else if let RoundEvent::RoundClosed(_) = event {
            if let Some(facts) = self.rounds.get_mut(round) {
                facts.open = false;
            }
        } else if let RoundEvent::DecisionSigned(signed) = event {
            for item in signed.items {
                self.decisions.insert(item.dossier, signed.decision.clone());
            }
        }
    }

    fn apply_dossier(&mut self, event: DossierEvent, dossier: &DossierId) {
        match event {
            DossierEvent::ItemAdded(item) => {
                self.items.insert(item.item, dossier.clone());
            }
            DossierEvent::ItemRemoved(removed) => {
                self.items.remove(&removed.item);
            }
            DossierEvent::AttachmentAdded(added) => self.note(&added.document, dossier),
            DossierEvent::ReportAttached(attached) => self.note(&attached.document, dossier),
            DossierEvent::MinutesRecorded(minutes) => self.note(&minutes.document, dossier),
            DossierEvent::ProposalSigned(signed) => self.note(&signed.document, dossier),
            DossierEvent::DossierDrafted(_)
            | DossierEvent::ReportConfirmed(_)
            | DossierEvent::ReportConfirmationRefused(_)
            | DossierEvent::DossierSubmitted(_)
            | DossierEvent::SupplementRequested(_)
            | DossierEvent::DossierSupplemented(_)
            | DossierEvent::DossierWithdrawn(_)
            | DossierEvent::DossierClosed(_)
            | DossierEvent::DocumentsErased(_)
            | DossierEvent::AttemptRefused(_) => {}
        }
    }

    fn note(&mut self, document: &DocumentRef, dossier: &DossierId) {
        if let Some(sha256) = &document.sha256 {
            self.documents
                .entry(sha256.clone())
                .or_default()
                .insert(dossier.clone());
        }
    }

    fn try_apply(&mut self, event: &RecordedEvent) -> Result<(), serde_json::Error> {
        let (category, id) = (event.stream.category(), event.stream.id());
        self.belonging
            .apply(category, id, &event.event_type, &event.data)?;
        match category {
            "dossier" => {
                if let Ok(dossier) = DossierId::parse(event.stream.id()) {
                    self.apply_dossier(serde_json::from_str(&event.data)?, &dossier);
                }
                Ok(())
            }
            "round" => {
                let wanted = matches!(
                    event.event_type.as_str(),
                    "RoundOpened" | "RoundClosed" | "DecisionSigned"
                );
                if wanted && let Ok(round) = RoundId::parse(event.stream.id()) {
                    self.apply_round(serde_json::from_str(&event.data)?, &round);
                }
                Ok(())
            }
            category => self.registry.apply_stored(category, &event.data),
        }
    }
}

impl Fold for World {
    fn apply(&mut self, event: &RecordedEvent) {
        if let Err(error) = self.try_apply(event) {
            tracing::error!(
                event.position = event.position,
                %error,
                "submission cannot read event {} of {}",
                event.position,
                event.stream
            );
        }
    }
}
