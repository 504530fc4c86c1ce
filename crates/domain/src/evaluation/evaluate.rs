//! A round file's outcome, put together: what was judged, settled and cut, with why in words.

use std::collections::{BTreeMap, BTreeSet};

use super::criteria::{Judge, Judged, eligibility};
use super::outcome::{ItemResult, LaneOutcome, Outcome, RankedItem};
use super::ranking::Ranked;
use super::reason::{self, Other, Standings, key_names};
use super::round_file::{Item, RoundFile};
use super::settlement::{CutLane, Roster, Settlement};
use super::vocabulary::{ItemOutcome, Verdict};
use crate::ids::ItemId;
use crate::rulebook::RuleBook;

/// The outcome of a round file under a rule book.
///
/// The file is one that was read or checked; records that the check refuses are left out.
#[must_use]
pub fn evaluate(file: &RoundFile, book: &RuleBook) -> Outcome {
    let judge = Judge::new(file, book);
    let judged: Vec<_> = file.items.iter().map(|item| judge.criteria(item)).collect();
    let both = file.items.iter().zip(&judged);
    let entrants: Vec<_> = both
        .map(|(item, criteria)| judge.entrant(item, eligibility(criteria)))
        .collect();
    let roster = Roster::new(&judge);
    let settled = roster.settle(&entrants);
    let told = Told {
        judge: &judge,
        roster: &roster,
        settled: &settled,
    };
    // A criterion's figures go as its words come: of a large round both at once are too much.
    let items = file.items.iter().zip(judged).zip(told.standings());
    Outcome {
        round: file.round,
        rule_book: book.reference(),
        simulation: false,
        warnings: warnings(&judge),
        lanes: settled.lanes.iter().map(|cut| told.lane(cut)).collect(),
        items: items
            .enumerate()
            .map(|(index, ((item, criteria), standing))| {
                told.result(index, item, &criteria, standing)
            })
            .collect(),
    }
}

/// For each two neighbours of a ranked lane the first key, counted from 0, in which they differ by
/// their exact values; `None` = equal in every key, so that only a ruling can part them.
#[must_use]
pub fn separating_keys(
    file: &RoundFile,
    book: &RuleBook,
    lane: &LaneOutcome,
) -> Vec<Option<usize>> {
    let judge = Judge::new(file, book);
    let items: BTreeMap<&ItemId, &Item> = file.items.iter().map(|item| (&item.id, item)).collect();
    let of = |ranked: &RankedItem| items.get(&ranked.item).map(|item| judge.keys(item));
    let keys: Vec<_> = lane
        .ranked
        .iter()
        .map(|ranked| of(ranked).unwrap_or_default())
        .collect();
    let neighbours = keys.iter().zip(keys.iter().skip(1));
    neighbours
        .map(|(above, below)| above.iter().zip(below).position(|(a, b)| a != b))
        .collect()
}

/// Holds on nobody that the file knows.
fn warnings(judge: &Judge<'_>) -> Vec<String> {
    let subjects: BTreeSet<_> = judge
        .file
        .items
        .iter()
        .map(|item| item.subject.as_str())
        .collect();
    let stray = judge.file.holds.iter().map(|hold| hold.subject.as_str());
    stray
        .filter(|subject| judge.facts.unit(subject).is_none() && !subjects.contains(subject))
        .map(|subject| format!("hold on {subject}: no such unit or item"))
        .collect()
}

/// A round that is settled, to be told.
struct Told<'e, 'a> {
    judge: &'e Judge<'a>,
    roster: &'e Roster<'a>,
    settled: &'e Settlement<'e>,
}

impl<'e> Told<'e, '_> {
    fn lane(&self, cut: &CutLane<'_>) -> LaneOutcome {
        let selected = cut
            .ranked
            .iter()
            .filter(|one| one.outcome == ItemOutcome::Selected)
            .count();
        let count = |number: usize| u32::try_from(number).unwrap_or(u32::MAX);
        let items = self.judge.file.items.iter().enumerate();
        let mut in_lane = items.filter(|(_, item)| item.lane == cut.lane);
        LaneOutcome {
            lane: cut.lane,
            quota: cut.quota,
            selected: count(selected),
            empty: cut.quota.saturating_sub(count(cut.ranked.len())),
            r#final: !in_lane.any(|(index, _)| is_open(self.settled.outcome(index))),
            ranked: cut.ranked.iter().map(ranked_item).collect(),
        }
    }

    /// Why each ranked item has its place and outcome, by item; empty for the others.
    fn standings(&self) -> Vec<String> {
        let mut told = vec![String::new(); self.judge.file.items.len()];
        for cut in &self.settled.lanes {
            let standings = Standings {
                names: key_names(cut.lane, self.judge.file.round.kind),
                quota: cut.quota,
                ranked: &cut.ranked,
            };
            for (index, one) in cut.ranked.iter().enumerate() {
                if let Some(reason) = told.get_mut(one.entry.index) {
                    *reason = standings.reason(index);
                }
            }
        }
        told
    }

    fn result(
        &self,
        index: usize,
        item: &Item,
        criteria: &[Judged<'_>],
        standing: String,
    ) -> ItemResult {
        let results: Vec<_> = criteria.iter().map(Judged::result).collect();
        let outcome = self.settled.outcome(index);
        let verdict = eligibility(criteria);
        let reason = match outcome {
            ItemOutcome::Selected | ItemOutcome::NotSelected | ItemOutcome::TieUnresolved => {
                standing
            }
            ItemOutcome::Ineligible => reason::of_rules(&results, &[Verdict::NotMet]),
            ItemOutcome::Pending => {
                reason::of_rules(&results, &[Verdict::Unknown, Verdict::NeedsFinding])
            }
            ItemOutcome::Suspended => reason::suspended(self.judge.hold(&item.subject), verdict),
            ItemOutcome::Absorbed => reason::absorbed(self.other(self.roster.advising(index))),
            ItemOutcome::ExcludedByFlag => reason::excluded(self.other(self.roster.flag(index))),
            ItemOutcome::AwaitingFlag => reason::awaiting(self.other(self.roster.flag(index))),
        };
        ItemResult {
            id: item.id.clone(),
            verdict,
            outcome,
            place: self.settled.place(index),
            criteria: results,
            reason,
        }
    }

    /// Another item that decided.
    fn other(&self, index: Option<usize>) -> Option<Other<'e>> {
        let index = index?;
        Some(Other {
            item: &self.judge.file.items.get(index)?.id,
            outcome: self.settled.outcome(index),
            place: self.settled.place(index),
        })
    }
}

fn ranked_item(one: &Ranked<'_>) -> RankedItem {
    let keys = one.entry.keys.iter();
    RankedItem {
        item: one.entry.id.clone(),
        place: one.place,
        keys: keys.map(|key| key.map(|k| k.to_string())).collect(),
    }
}

/// Whether an outcome may still change without anything new but a ruling or a finding.
fn is_open(outcome: ItemOutcome) -> bool {
    match outcome {
        ItemOutcome::Pending
        | ItemOutcome::Suspended
        | ItemOutcome::TieUnresolved
        | ItemOutcome::AwaitingFlag => true,
        ItemOutcome::Selected
        | ItemOutcome::NotSelected
        | ItemOutcome::Ineligible
        | ItemOutcome::Absorbed
        | ItemOutcome::ExcludedByFlag => false,
    }
}
