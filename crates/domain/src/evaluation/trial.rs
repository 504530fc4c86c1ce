//! A round with one fact changed at a time: what would become of its items.
//!
//! Only the items that the fact is about are judged anew, by the same functions that judge a round;
//! then the lanes are settled as they always are.

use std::collections::BTreeMap;

use super::criteria::{Judge, eligibility};
use super::fact::{Fact, FactValue};
use super::round_file::RoundFile;
use super::settlement::{Entrant, Roster, Settlement};
use super::vocabulary::Lane;
use crate::rulebook::RuleBook;
use crate::rules::exclusions::hold_in_force;

/// A round, judged, to be tried with other facts.
pub(super) struct Trial<'a> {
    pub(super) file: &'a RoundFile,
    pub(super) roster: Roster<'a>,
    judge: Judge<'a>,
    entrants: Vec<Entrant>,
    of_subject: BTreeMap<&'a str, Vec<usize>>,
    /// Individuals' items by component.
    of_component: BTreeMap<&'a str, Vec<usize>>,
}

impl<'a> Trial<'a> {
    pub(super) fn new(file: &'a RoundFile, book: &'a RuleBook) -> Self {
        let judge = Judge::new(file, book);
        let roster = Roster::new(&judge);
        let items = file.items.iter();
        let entrants = items
            .map(|item| judge.entrant(item, eligibility(&judge.criteria(item))))
            .collect();
        let mut of_subject: BTreeMap<_, Vec<_>> = BTreeMap::new();
        let mut of_component: BTreeMap<_, Vec<_>> = BTreeMap::new();
        for (index, item) in file.items.iter().enumerate() {
            of_subject
                .entry(item.subject.as_str())
                .or_default()
                .push(index);
            for component in &item.components {
                of_component
                    .entry(component.as_str())
                    .or_default()
                    .push(index);
            }
        }
        Self {
            file,
            roster,
            judge,
            entrants,
            of_subject,
            of_component,
        }
    }

    /// What becomes of the round as it is.
    pub(super) fn as_it_is(&self) -> Settlement<'_> {
        self.roster.settle(&self.entrants)
    }

    /// The items whose verdict or keys are made from a fact.
    pub(super) fn about(&self, fact: Fact) -> Vec<usize> {
        let file = self.file;
        let of_subject = |subject: Option<&str>| {
            let items = subject.and_then(|subject| self.of_subject.get(subject));
            items.cloned().unwrap_or_default()
        };
        match fact {
            Fact::Score(at) => of_subject(file.index.get(at).map(|r| r.unit.as_str())),
            Fact::Satisfaction(at) => {
                of_subject(file.satisfaction.get(at).map(|r| r.unit.as_str()))
            }
            Fact::DoneOnTime(at) => of_subject(file.tasks.get(at).map(|r| r.unit.as_str())),
            Fact::Closed(at) => of_subject(file.holds.get(at).map(|r| r.subject.as_str())),
            Fact::Finding(item, _) | Fact::CouncilScore(item) => vec![item],
            Fact::Rate(at) => {
                let Some(record) = file.components.get(at) else {
                    return Vec::new();
                };
                let mut items = of_subject(Some(record.adviser.as_str()));
                items.retain(|index| {
                    let item = file.items.get(*index);
                    item.is_some_and(|item| item.lane == Lane::CertAdvising)
                });
                let individuals = self.of_component.get(record.id.as_str());
                items.extend(individuals.into_iter().flatten());
                items
            }
        }
    }

    /// Looks at the round with another value of a fact.
    pub(super) fn with<T>(
        &mut self,
        fact: Fact,
        value: FactValue,
        see: impl FnOnce(&Self, &Settlement<'_>) -> T,
    ) -> T {
        let mut changed = self.judged_anew(fact, value);
        self.swap(&mut changed);
        let seen = see(self, &self.as_it_is());
        self.swap(&mut changed);
        seen
    }

    /// What an item goes into its lane with, by what is being tried.
    pub(super) fn entrant(&self, index: usize) -> Option<&Entrant> {
        self.entrants.get(index)
    }

    fn swap(&mut self, changed: &mut [(usize, Entrant)]) {
        for (index, entrant) in changed {
            if let Some(place) = self.entrants.get_mut(*index) {
                std::mem::swap(place, entrant);
            }
        }
    }

    fn judged_anew(&mut self, fact: Fact, value: FactValue) -> Vec<(usize, Entrant)> {
        let today = fact.value(self.file);
        fact.put(self.file, &mut self.judge.facts, value);
        let about = self.about(fact).into_iter();
        let anew = about
            .filter_map(|index| Some((index, self.entrant_with(index, fact, value)?)))
            .collect();
        fact.put(self.file, &mut self.judge.facts, today);
        anew
    }

    fn entrant_with(&self, index: usize, fact: Fact, value: FactValue) -> Option<Entrant> {
        let mut item = self.file.items.get(index)?.clone();
        fact.put_into(&mut item, value);
        let judge: &Judge<'_> = &self.judge;
        let verdict = eligibility(&judge.criteria(&item));
        let mut entrant = judge.entrant(&item, verdict);
        if let (Fact::Closed(hold), FactValue::Day(day)) = (fact, value) {
            let others = self.file.holds.iter().enumerate();
            let closed = |at: usize, closed| if at == hold { Some(day) } else { closed };
            let held = others
                .filter(|(_, one)| one.subject == item.subject)
                .any(|(at, one)| {
                    hold_in_force(one.opened, closed(at, one.closed), self.file.as_of)
                });
            entrant = judge.entrant_held(&item, verdict, held);
        }
        Some(entrant)
    }
}
