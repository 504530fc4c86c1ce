//! What if one fact were another: the smallest single changes that win or lose an item its award.
//!
//! The search is exact. Along one fact every verdict and every comparison of ranking keys changes in
//! one direction only, so that two values between which none of them differs have the same outcome,
//! and so has everything between them; the first value that changes the outcome is found by halving.
//! Nothing here judges: each value tried goes through the evaluation itself.

use std::cmp::Ordering;

use serde::Serialize;

use super::fact::{Fact, FactValue, Range};
use super::round_file::{Item, RoundFile, YEAR_FIRST};
use super::trial::Trial;
use super::vocabulary::{Eligibility, Group, ItemOutcome, Lane, criteria_of, takes_finding};
use crate::ids::ItemId;
use crate::rulebook::RuleBook;
use crate::rules::exclusions::hold_in_force;

/// An item's outcome, and every single fact that alone would change whether it is selected.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct WhatIf {
    /// The item.
    pub item: ItemId,
    /// What it is today.
    pub outcome: ItemOutcome,
    /// The changes, in the order of the file.
    pub changes: Vec<Change>,
}

/// One fact with the value nearest to today's that changes whether the item is selected.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Change {
    /// Where the fact stands, such as `$.index[3].score`.
    pub fact: String,
    /// What it says today.
    pub from: FactValue,
    /// What it would have to say; of two values equally near the higher.
    pub to: FactValue,
    /// What the item would be.
    pub outcome: ItemOutcome,
    /// Whether it is a fact of the nominee's own work: no finding, no hold, nothing of a rival.
    pub in_nominees_power: bool,
}

/// Every single fact of the file that alone changes whether an item is selected; `None` if the file
/// has no such item.
///
/// Looked at are the item and its rivals: those of its lane, and of the lanes that decide who stands
/// in it (the flags for R48, the advising units for R29). The work grows with the number of facts
/// times the size of those lanes.
#[must_use]
pub fn what_if(file: &RoundFile, book: &RuleBook, item: &ItemId) -> Option<WhatIf> {
    let index = file.items.iter().position(|one| one.id == *item)?;
    let asked = file.items.get(index)?;
    let mut search = Search {
        trial: Trial::new(file, book),
        item: index,
        selected: false,
    };
    let outcome = search.trial.as_it_is().outcome(index);
    search.selected = outcome == ItemOutcome::Selected;
    let changes = facts(&search.trial, asked.lane)
        .into_iter()
        .filter_map(|fact| {
            let (to, outcome) = search.nearest(fact)?;
            Some(Change {
                fact: fact.path(),
                from: fact.value(file),
                to,
                outcome,
                in_nominees_power: in_power(file, index, fact),
            })
        })
        .collect();
    Some(WhatIf {
        item: item.clone(),
        outcome,
        changes,
    })
}

/// The lanes that decide who is selected in a lane: its own, and those ranked before it that take
/// items out of it.
fn deciding(lane: Lane) -> Vec<Lane> {
    let flag = |group: Option<Group>| {
        let mut flags = Lane::ALL.iter().filter(|lane| lane.is_flag());
        flags.find(|flag| flag.group() == group).copied()
    };
    match lane {
        Lane::FlagDepartment
        | Lane::FlagServiceUnit
        | Lane::FlagCentralAgency
        | Lane::FlagDistrict
        | Lane::CertIndividual => vec![lane],
        // Only departments advise.
        Lane::CertAdvising => vec![Lane::FlagDepartment, lane],
        Lane::CertDepartment => vec![Lane::FlagDepartment, Lane::CertAdvising, lane],
        Lane::CertServiceUnit | Lane::CertCentralAgency | Lane::CertDistrict => {
            flag(lane.group()).into_iter().chain([lane]).collect()
        }
    }
}

/// The facts that are looked at, in the order of the file.
fn facts(trial: &Trial<'_>, lane: Lane) -> Vec<Fact> {
    let (file, lanes) = (trial.file, deciding(lane));
    let award = file.round.year;
    let rival = |index: &usize| {
        let item = file.items.get(*index);
        item.is_some_and(|item| lanes.contains(&item.lane))
    };
    let on_rival = |fact: &Fact| trial.about(*fact).iter().any(rival);
    let years = |year: u16| (YEAR_FIRST..=award).contains(&year);
    let scores = file.index.iter().enumerate();
    let scores = scores
        .filter(|(_, r)| r.year == award)
        .map(|(at, _)| Fact::Score(at));
    let rates = file.satisfaction.iter().enumerate();
    let rates = rates
        .filter(|(_, r)| r.year == award)
        .map(|(at, _)| Fact::Satisfaction(at));
    let tasks = file.tasks.iter().enumerate();
    let tasks = tasks
        .filter(|(_, r)| years(r.year))
        .map(|(at, _)| Fact::DoneOnTime(at));
    let components = file.components.iter().enumerate();
    let components = components
        .filter(|(_, r)| r.year == award && r.rate.is_some())
        .map(|(at, _)| Fact::Rate(at));
    let holds = file.holds.iter().enumerate();
    let holds = holds
        .filter(|(_, hold)| hold_in_force(hold.opened, hold.closed, file.as_of))
        .map(|(at, _)| Fact::Closed(at));
    let items = file.items.iter().enumerate();
    let items = items.flat_map(|(at, item)| of_item(at, item));
    scores
        .chain(rates)
        .chain(tasks)
        .chain(components)
        .chain(holds)
        .chain(items)
        .filter(on_rival)
        .collect()
}

/// The facts that stand in an item: its findings and the council's score.
fn of_item(at: usize, item: &Item) -> impl Iterator<Item = Fact> {
    let row = criteria_of(item.lane, item.basis).iter();
    let found = row.filter(|rule| takes_finding(**rule));
    let score = item.lane.is_individual().then_some(Fact::CouncilScore(at));
    found.map(move |rule| Fact::Finding(at, *rule)).chain(score)
}

/// Whether a fact is of the nominee's own work.
fn in_power(file: &RoundFile, index: usize, fact: Fact) -> bool {
    let Some(item) = file.items.get(index) else {
        return false;
    };
    let own = |unit: Option<&str>| unit == Some(item.subject.as_str());
    match fact {
        Fact::Score(at) => own(file.index.get(at).map(|r| r.unit.as_str())),
        Fact::Satisfaction(at) => own(file.satisfaction.get(at).map(|r| r.unit.as_str())),
        Fact::DoneOnTime(at) => own(file.tasks.get(at).map(|r| r.unit.as_str())),
        Fact::Rate(at) => file.components.get(at).is_some_and(|record| {
            own(Some(record.adviser.as_str())) || item.components.contains(&record.id)
        }),
        Fact::CouncilScore(at) => at == index,
        Fact::Closed(_) | Fact::Finding(..) => false,
    }
}

/// A search for what changes one item.
struct Search<'a> {
    trial: Trial<'a>,
    item: usize,
    /// Whether it is selected today.
    selected: bool,
}

/// What one value of a fact leads to.
struct Tried {
    step: i64,
    outcome: ItemOutcome,
    /// Everything that decides the round and can differ along the fact.
    decisive: Vec<(Eligibility, ItemOutcome, Option<Ordering>)>,
}

impl Search<'_> {
    fn changes(&self, outcome: ItemOutcome) -> bool {
        (outcome == ItemOutcome::Selected) != self.selected
    }

    /// The nearest value of a fact that changes whether the item is selected.
    fn nearest(&mut self, fact: Fact) -> Option<(FactValue, ItemOutcome)> {
        match fact.range(self.trial.file) {
            Range::Choices(choices) => choices.into_iter().find_map(|value| {
                let item = self.item;
                let outcome = self
                    .trial
                    .with(fact, value, |_, settled| settled.outcome(item));
                self.changes(outcome).then_some((value, outcome))
            }),
            Range::Steps { today, least, most } => {
                let near = self.tried(fact, today);
                let mut toward = |end: i64| {
                    let far = (end != today).then(|| self.tried(fact, end))?;
                    self.between(fact, &near, &far)
                };
                let (above, below) = (toward(most), toward(least));
                let (step, outcome) = match (above, below) {
                    (Some(above), Some(below)) if today - below.0 < above.0 - today => below,
                    (Some(above), _) => above,
                    (None, below) => below?,
                };
                Some((fact.at_step(step), outcome))
            }
        }
    }

    /// The first value that changes whether the item is selected, on the way from a value that does
    /// not to one farther away: its step and what it leads to.
    fn between(&mut self, fact: Fact, near: &Tried, far: &Tried) -> Option<(i64, ItemOutcome)> {
        if near.decisive == far.decisive {
            return None;
        }
        if near.step.abs_diff(far.step) == 1 {
            return self.changes(far.outcome).then_some((far.step, far.outcome));
        }
        let middle = self.tried(fact, near.step.midpoint(far.step));
        if self.changes(middle.outcome) {
            return self.between(fact, near, &middle);
        }
        let first = self.between(fact, near, &middle);
        first.or_else(|| self.between(fact, &middle, far))
    }

    fn tried(&mut self, fact: Fact, step: i64) -> Tried {
        let (item, value) = (self.item, fact.at_step(step));
        let about = self.trial.about(fact);
        self.trial.with(fact, value, |trial, settled| {
            let decisive = about.iter().filter_map(|index| {
                let verdict = trial.entrant(*index)?.verdict;
                Some((
                    verdict,
                    settled.outcome(*index),
                    settled.against_the_line(*index),
                ))
            });
            Tried {
                step,
                outcome: settled.outcome(item),
                decisive: decisive.collect(),
            }
        })
    }
}
