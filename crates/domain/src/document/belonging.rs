//! Whose documents are whose: a pure fold over the whole log. A document belongs to one person
//! where everything that ever named it is a paper of that person's own items; such ones can go with
//! the person. Whatever is named in any other way, or in a way that is not known here, belongs to
//! others as well and stays.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;
use serde_json::Value;

use super::DocumentRef;
use crate::decider::StoredDecider as _;
use crate::dossier::event::{Closure, Event as DossierEvent};
use crate::dossier::{Dossier, ProposedItem};
use crate::ids::{DossierId, ItemId, PersonId, RoundId};
use crate::ranking::event::RoundEvent;
use crate::ranking::round::Round;
use crate::registry::person::{ErasedDocuments, Event as PersonEvent, Person};
use crate::verification::Case;
use crate::verification::event::Event as CaseEvent;

/// Events of a dossier that say whose documents are, or whether anything can still come of them. A
/// document that any other names is somebody else's.
const DOSSIER_EVENTS: &[&str] = &[
    "DossierDrafted",
    "ItemAdded",
    "AttachmentAdded",
    "ReportAttached",
    "DossierWithdrawn",
    "DossierClosed",
    "DocumentsErased",
];

/// An item of one dossier.
type Place = (DossierId, ItemId);

/// The fold.
#[derive(Debug, Clone, Default)]
pub struct Belonging {
    dossiers: BTreeMap<DossierId, Standing>,
    rounds: BTreeMap<RoundId, Closed>,
    /// Items of individuals, and who is proposed.
    items: BTreeMap<Place, PersonId>,
    /// The signed decision on an item.
    awards: BTreeMap<Place, String>,
    documents: BTreeMap<String, Named>,
    erased: BTreeMap<PersonId, Option<ErasedDocuments>>,
}

#[derive(Debug, Clone)]
struct Standing {
    round: RoundId,
    /// Nothing more can come of it.
    over: bool,
}

#[derive(Debug, Clone, Default)]
struct Closed {
    retain_until: Option<NaiveDate>,
}

/// How a document was named.
#[derive(Debug, Clone, Default)]
struct Named {
    /// As what it was given first.
    name: String,
    /// Papers of individuals' items.
    papers: BTreeSet<(Place, PersonId)>,
    /// In any other way.
    others: bool,
    /// The dossiers that recorded its erasure since it was named last, and with whom.
    erased: BTreeMap<DossierId, PersonId>,
}

/// What becomes of a document with a person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fate {
    /// Its item ended without an award: it goes.
    Goes,
    /// Its item may still be awarded: it goes once it was not.
    Open,
    /// A decision rewards its item: it stays for the archive, unless all are to go.
    Awarded {
        /// Number of the decision.
        decision: String,
        /// Last day of the archive's term, once the round is in the archive.
        retain_until: Option<NaiveDate>,
    },
    /// It belongs to somebody else as well: it stays.
    Shared,
    /// It is gone.
    Erased,
}

/// A document of a person's items.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PersonalDocument {
    /// SHA-256 of its bytes, lower-case hex.
    pub sha256: String,
    /// As what it was given first.
    pub name: String,
    /// A dossier that it is in.
    pub dossier: DossierId,
    /// The item it is a paper of.
    pub item: ItemId,
    /// What becomes of it.
    pub fate: Fate,
}

impl Belonging {
    /// Folds one stored event of any stream, in the log's order.
    ///
    /// # Errors
    /// An event that concerns the fold and cannot be read; the fold stays as it was.
    pub fn apply(
        &mut self,
        category: &str,
        id: &str,
        event_type: &str,
        data: &str,
    ) -> Result<(), serde_json::Error> {
        if category == Dossier::CATEGORY && DOSSIER_EVENTS.contains(&event_type) {
            if let Ok(dossier) = DossierId::parse(id) {
                self.apply_dossier(dossier, serde_json::from_str(data)?);
                return Ok(());
            }
        } else if category == Round::CATEGORY {
            if matches!(
                event_type,
                "RoundClosed" | "RoundArchived" | "DecisionSigned"
            ) && let Ok(round) = RoundId::parse(id)
            {
                self.apply_round(round, serde_json::from_str(data)?);
            }
        } else if category == Person::CATEGORY {
            if event_type == "PersonErased"
                && let PersonEvent::PersonErased(erasure) = serde_json::from_str(data)?
            {
                self.erased.insert(erasure.person, erasure.documents);
            }
        } else if category == Case::CATEGORY
            && event_type == "FindingRecorded"
            && let CaseEvent::FindingRecorded(found) = serde_json::from_str(data)?
        {
            for document in &found.documents {
                self.name(document, &found.dossier, Some(&found.item));
            }
            return Ok(());
        }
        self.name_others(data)
    }

    /// The documents of a person's items, in the order of their digests.
    pub fn documents_of(&self, person: &PersonId) -> impl Iterator<Item = PersonalDocument> {
        self.documents.iter().filter_map(move |(sha256, named)| {
            let ((dossier, item), _) = named.papers.iter().find(|(_, whose)| whose == person)?;
            Some(PersonalDocument {
                sha256: sha256.clone(),
                name: named.name.clone(),
                dossier: dossier.clone(),
                item: item.clone(),
                fate: self.fate(sha256, named),
            })
        })
    }

    /// What is to be erased and is not recorded as such yet: by dossier, with the person.
    #[must_use]
    pub fn due(&self) -> BTreeMap<(DossierId, PersonId), Vec<String>> {
        let mut due = BTreeMap::<_, Vec<_>>::new();
        if self.erased.values().all(Option::is_none) {
            return due;
        }
        for (sha256, named) in &self.documents {
            let Some(person) = named.whose() else {
                continue;
            };
            let goes = match self.erased.get(person) {
                Some(Some(ErasedDocuments::All)) => true,
                Some(Some(ErasedDocuments::WithoutAward)) => {
                    let mut fates = named.papers.iter().map(|(place, _)| self.fate_at(place));
                    !named.erased.is_empty() || fates.all(|fate| fate == Fate::Goes)
                }
                Some(None) | None => false,
            };
            let dossiers = named.papers.iter().map(|((dossier, _), _)| dossier);
            let dossiers: BTreeSet<_> = dossiers.collect();
            for dossier in dossiers {
                if goes && !named.erased.contains_key(dossier) {
                    let place = (dossier.clone(), person.clone());
                    due.entry(place).or_default().push(sha256.clone());
                }
            }
        }
        due
    }

    /// Whether the log itself shows that a document was erased: with a person who was erased before,
    /// to whom alone it belonged, and named by nothing since.
    #[must_use]
    pub fn is_erased(&self, sha256: &str) -> bool {
        let named = self.documents.get(sha256);
        named.is_some_and(|named| self.shows_erased(named))
    }

    /// The same for the events of one dossier's path alone, which has no person's events.
    #[must_use]
    pub fn is_erased_by_path(&self, sha256: &str) -> bool {
        let named = self.documents.get(sha256);
        named.is_some_and(Named::is_erased)
    }

    /// Every document that [`Belonging::is_erased`].
    pub fn erased(&self) -> impl Iterator<Item = &str> {
        let erased = self.documents.iter();
        let erased = erased.filter(|(_, named)| self.shows_erased(named));
        erased.map(|(sha256, _)| sha256.as_str())
    }

    fn shows_erased(&self, named: &Named) -> bool {
        let decided = named.whose().and_then(|person| self.erased.get(person));
        named.is_erased() && decided.is_some_and(Option::is_some)
    }

    fn fate(&self, sha256: &str, named: &Named) -> Fate {
        if self.is_erased(sha256) {
            return Fate::Erased;
        }
        if named.whose().is_none() {
            return Fate::Shared;
        }
        let fates = named.papers.iter().map(|(place, _)| self.fate_at(place));
        fates.reduce(Fate::longer).unwrap_or(Fate::Shared)
    }

    fn fate_at(&self, place: &Place) -> Fate {
        let standing = self.dossiers.get(&place.0);
        let closed = standing.and_then(|standing| self.rounds.get(&standing.round));
        if let Some(decision) = self.awards.get(place) {
            return Fate::Awarded {
                decision: decision.clone(),
                retain_until: closed.and_then(|closed| closed.retain_until),
            };
        }
        if closed.is_some() || standing.is_some_and(|standing| standing.over) {
            Fate::Goes
        } else {
            Fate::Open
        }
    }

    fn apply_dossier(&mut self, dossier: DossierId, event: DossierEvent) {
        match event {
            DossierEvent::DossierDrafted(drafted) => {
                let standing = Standing {
                    round: drafted.round,
                    over: false,
                };
                self.dossiers.insert(dossier, standing);
            }
            DossierEvent::ItemAdded(item) => self.propose(dossier, item),
            DossierEvent::AttachmentAdded(added) => {
                self.name(&added.document, &dossier, added.item.as_ref());
            }
            DossierEvent::ReportAttached(report) => {
                self.name(&report.document, &dossier, Some(&report.item));
            }
            DossierEvent::DossierWithdrawn(_) => self.end(&dossier),
            DossierEvent::DossierClosed(closed) => match closed.outcome {
                Closure::Lapsed | Closure::Rejected => self.end(&dossier),
                // An extension may bring it back, the round decides on it.
                Closure::Late | Closure::Forwarded => {}
            },
            DossierEvent::DocumentsErased(erased) => {
                for sha256 in erased.digests {
                    let named = self.documents.entry(sha256).or_default();
                    let person = erased.person.clone();
                    named.erased.insert(dossier.clone(), person);
                }
            }
            DossierEvent::ItemRemoved(_)
            | DossierEvent::MinutesRecorded(_)
            | DossierEvent::ProposalSigned(_)
            | DossierEvent::ReportConfirmed(_)
            | DossierEvent::ReportConfirmationRefused(_)
            | DossierEvent::DossierSubmitted(_)
            | DossierEvent::SupplementRequested(_)
            | DossierEvent::DossierSupplemented(_)
            | DossierEvent::AttemptRefused(_) => {}
        }
    }

    fn propose(&mut self, dossier: DossierId, item: ProposedItem) {
        let person = PersonId::parse(item.subject.as_str()).ok();
        let place = (dossier, item.item);
        match person.filter(|_| item.lane.is_individual()) {
            Some(person) => self.items.insert(place, person),
            // The id of an item that was taken out may come again.
            None => self.items.remove(&place),
        };
    }

    fn end(&mut self, dossier: &DossierId) {
        if let Some(standing) = self.dossiers.get_mut(dossier) {
            standing.over = true;
        }
    }

    fn apply_round(&mut self, round: RoundId, event: RoundEvent) {
        if let RoundEvent::RoundClosed(_) = event {
            self.rounds.entry(round).or_default();
        } else if let RoundEvent::RoundArchived(archived) = event {
            let closed = self.rounds.entry(round).or_default();
            closed.retain_until = Some(archived.retain_until);
        } else if let RoundEvent::DecisionSigned(signed) = event {
            for item in signed.items {
                let place = (item.dossier, item.item);
                self.awards.insert(place, signed.decision.clone());
            }
        }
    }

    fn name(&mut self, document: &DocumentRef, dossier: &DossierId, item: Option<&ItemId>) {
        let Some(sha256) = &document.sha256 else {
            return;
        };
        let named = self.documents.entry(sha256.clone()).or_default();
        if named.name.is_empty() {
            named.name.clone_from(&document.name);
        }
        named.erased.clear();
        let place = item.map(|item| (dossier.clone(), item.clone()));
        let person = place.as_ref().and_then(|place| self.items.get(place));
        match (place, person) {
            (Some(place), Some(person)) => {
                let person = person.clone();
                named.papers.insert((place, person));
            }
            _ => named.others = true,
        }
    }

    fn name_others(&mut self, data: &str) -> Result<(), serde_json::Error> {
        if data.contains("\"sha256\"") {
            digests_in(&serde_json::from_str(data)?, &mut |sha256| {
                let named = self.documents.entry(sha256.to_owned()).or_default();
                named.others = true;
                named.erased.clear();
            });
        }
        Ok(())
    }
}

impl Named {
    /// The one person it belongs to, if it does.
    fn whose(&self) -> Option<&PersonId> {
        let mut persons = self.papers.iter().map(|(_, person)| person);
        let first = persons.next().filter(|_| !self.others)?;
        persons.all(|person| person == first).then_some(first)
    }

    fn is_erased(&self) -> bool {
        let whose = self.whose();
        self.erased.values().any(|person| Some(person) == whose)
    }
}

impl Fate {
    /// Of two, the one that keeps the document longer.
    fn longer(self, other: Self) -> Self {
        let years = |fate: &Self| match fate {
            Self::Erased => 0,
            Self::Goes => 1,
            Self::Open => 2,
            Self::Awarded { .. } => 3,
            Self::Shared => 4,
        };
        if years(&other) > years(&self) {
            other
        } else {
            self
        }
    }
}

/// Wherever a field `sha256` stands, it is a document's.
fn digests_in(data: &Value, found: &mut impl FnMut(&str)) {
    match data {
        Value::Object(fields) => {
            for (name, value) in fields {
                if let Some(digest) = value.as_str().filter(|_| name == "sha256") {
                    found(digest);
                }
                digests_in(value, found);
            }
        }
        Value::Array(values) => values.iter().for_each(|value| digests_in(value, found)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

#[cfg(test)]
mod tests;
