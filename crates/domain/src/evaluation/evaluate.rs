//! From verdicts to outcomes: holds, the both-rule, flags before certificates, and each lane's cut.

use std::collections::{BTreeMap, BTreeSet};

use super::criteria::{Judge, Judged, eligibility};
use super::outcome::{CriterionResult, ItemResult, ItemVerdict, LaneOutcome, Outcome, RankedItem};
use super::ranking::{Entry, Ranked, rank};
use super::reason::{self, Other, Standings, key_names};
use super::round_file::{Item, RoundFile};
use super::vocabulary::{Eligibility, ItemOutcome, Lane, Verdict};
use crate::ids::ItemId;
use crate::rulebook::{BothRuleLoser, FlagExcludes, RuleBook};
use crate::rules::certificate::considered_as_adviser_only;
use crate::rules::law::excluded_by_flag;

/// The outcome of a round file under a rule book.
///
/// The file is one that was read or checked; records that the check refuses are left out.
#[must_use]
pub fn evaluate(file: &RoundFile, book: &RuleBook) -> Outcome {
    let judge = Judge::new(file, book);
    let mut session = Session::open(&judge);
    session.absorb();
    let lanes = Lane::ALL
        .iter()
        .filter_map(|lane| session.run(*lane))
        .collect();
    Outcome {
        round: file.round,
        rule_book: book.reference(),
        simulation: false,
        warnings: warnings(&judge),
        lanes,
        items: session
            .entries
            .iter()
            .map(|entry| session.result(entry))
            .collect(),
    }
}

/// The verdict on one item by the file's facts, whatever becomes of it in its lane.
#[must_use]
pub fn judge(file: &RoundFile, book: &RuleBook, item: &Item) -> ItemVerdict {
    let judge = Judge::new(file, book);
    let criteria = judge.criteria(item);
    ItemVerdict {
        verdict: eligibility(&criteria),
        criteria: criteria.iter().map(Judged::result).collect(),
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

/// An item on its way to its outcome.
struct Considered<'a> {
    item: &'a Item,
    criteria: Vec<Judged<'a>>,
    verdict: Eligibility,
    /// Why it is not ranked, or what the cut made of it; `None` = still to be ranked.
    outcome: Option<ItemOutcome>,
    place: Option<u32>,
    /// Why it has its place; empty if it has none.
    standing: String,
}

/// A round's evaluation while it runs.
struct Session<'a> {
    judge: &'a Judge<'a>,
    entries: Vec<Considered<'a>>,
    /// Item of a subject in a lane.
    places: BTreeMap<(Lane, &'a str), usize>,
}

impl<'a> Session<'a> {
    /// Verdicts, holds, and what is not eligible.
    fn open(judge: &'a Judge<'a>) -> Self {
        let mut entries = Vec::with_capacity(judge.file.items.len());
        let mut places = BTreeMap::new();
        for (index, item) in judge.file.items.iter().enumerate() {
            let criteria = judge.criteria(item);
            let verdict = eligibility(&criteria);
            let outcome = match (judge.hold(&item.subject), verdict) {
                (Some(_), _) => Some(ItemOutcome::Suspended),
                (None, Eligibility::Ineligible) => Some(ItemOutcome::Ineligible),
                (None, Eligibility::Pending) => Some(ItemOutcome::Pending),
                (None, Eligibility::Eligible) => None,
            };
            places.insert((item.lane, item.subject.as_str()), index);
            entries.push(Considered {
                item,
                criteria,
                verdict,
                outcome,
                place: None,
                standing: String::new(),
            });
        }
        Self {
            judge,
            entries,
            places,
        }
    }

    /// The item of the same subject in another lane.
    fn sibling(&self, item: &Item, lane: Lane) -> Option<&Considered<'a>> {
        let index = *self.places.get(&(lane, item.subject.as_str()))?;
        self.entries.get(index)
    }

    /// The flag item of a certificate item's unit.
    fn flag_of(&self, item: &Item) -> Option<&Considered<'a>> {
        let unit = self.judge.facts.unit_of(item)?;
        let mut flags = Lane::ALL.iter().filter(|lane| lane.is_flag());
        let lane = flags.find(|lane| lane.group() == Some(unit.unit.group))?;
        self.sibling(item, *lane)
    }

    /// Gives outcomes to items that are still to be ranked.
    fn settle(
        &mut self,
        lanes: impl Fn(Lane) -> bool,
        outcome: impl Fn(&Self, &Item) -> Option<ItemOutcome>,
    ) {
        let open = |entry: &Considered<'_>| entry.outcome.is_none() && lanes(entry.item.lane);
        let settled: Vec<_> = self
            .entries
            .iter()
            .map(|entry| open(entry).then(|| outcome(self, entry.item)).flatten())
            .collect();
        for (entry, outcome) in self.entries.iter_mut().zip(settled) {
            entry.outcome = entry.outcome.or(outcome);
        }
    }

    /// R29: departments that meet (1) and (2) are considered under (1) only.
    fn absorb(&mut self) {
        self.settle(
            |lane| lane == Lane::CertDepartment,
            |session, item| {
                let advising = session.sibling(item, Lane::CertAdvising)?;
                let suspended = advising.outcome == Some(ItemOutcome::Suspended);
                let only = considered_as_adviser_only(advising.verdict, Eligibility::Eligible);
                (only && !suspended).then_some(ItemOutcome::Absorbed)
            },
        );
    }

    /// R48: certificates of units whose flag is won, or hangs on a tie. Flags are cut by now.
    fn exclude(&mut self) {
        match self.judge.parameters.flag_excludes {
            FlagExcludes::Certificates => self.settle(
                |lane| !lane.is_flag() && !lane.is_individual(),
                |session, item| excluded_by_flag(session.flag_of(item)?.outcome?),
            ),
            FlagExcludes::Nothing => {}
        }
    }

    /// AMB-20: absorbed departments that were not selected as advisers compete after all.
    fn release(&mut self) {
        match self.judge.parameters.both_rule_loser {
            BothRuleLoser::Nothing => return,
            BothRuleLoser::DepartmentLane => {}
        }
        let lost = |entry: &Considered<'a>| {
            let advising = self.sibling(entry.item, Lane::CertAdvising);
            entry.outcome == Some(ItemOutcome::Absorbed)
                && advising.is_some_and(|a| a.outcome == Some(ItemOutcome::NotSelected))
        };
        let released: Vec<bool> = self.entries.iter().map(lost).collect();
        for (entry, released) in self.entries.iter_mut().zip(released) {
            if released {
                entry.outcome = None;
            }
        }
    }

    /// Ranks and cuts a lane, in table order; `None` if it has no items.
    fn run(&mut self, lane: Lane) -> Option<LaneOutcome> {
        match lane {
            Lane::CertAdvising => self.exclude(),
            Lane::CertDepartment => self.release(),
            Lane::FlagDepartment
            | Lane::FlagServiceUnit
            | Lane::FlagCentralAgency
            | Lane::FlagDistrict
            | Lane::CertServiceUnit
            | Lane::CertCentralAgency
            | Lane::CertDistrict
            | Lane::CertIndividual => {}
        }
        if !self.entries.iter().any(|entry| entry.item.lane == lane) {
            return None;
        }
        let quota = self.judge.book.quota(self.judge.file.round.kind, lane);
        let slots = usize::try_from(quota).unwrap_or(usize::MAX);
        let ranked = rank(self.to_rank(lane), slots, self.ruling(lane));
        let standings = Standings {
            names: key_names(lane, self.judge.file.round.kind),
            quota,
            ranked: &ranked,
        };
        for (index, one) in ranked.iter().enumerate() {
            if let Some(entry) = self.entries.get_mut(one.entry.index) {
                entry.outcome = Some(one.outcome);
                entry.place = Some(one.place);
                entry.standing = standings.reason(index);
            }
        }
        Some(self.lane_outcome(lane, quota, &ranked))
    }

    fn to_rank(&self, lane: Lane) -> Vec<Entry<'a>> {
        let numbered = self.entries.iter().enumerate();
        let open = numbered.filter(|(_, e)| e.item.lane == lane && e.outcome.is_none());
        open.map(|(index, entry)| Entry {
            index,
            id: &entry.item.id,
            keys: self.judge.keys(entry.item),
        })
        .collect()
    }

    fn ruling(&self, lane: Lane) -> Option<&'a [ItemId]> {
        let mut rulings = self.judge.file.tie_rulings.iter();
        rulings
            .find(|ruling| ruling.lane == lane)
            .map(|ruling| ruling.order.as_slice())
    }

    fn lane_outcome(&self, lane: Lane, quota: u32, ranked: &[Ranked<'_>]) -> LaneOutcome {
        let selected = ranked
            .iter()
            .filter(|one| one.outcome == ItemOutcome::Selected)
            .count();
        let count = |number: usize| u32::try_from(number).unwrap_or(u32::MAX);
        let in_lane = self.entries.iter().filter(|entry| entry.item.lane == lane);
        LaneOutcome {
            lane,
            quota,
            selected: count(selected),
            empty: quota.saturating_sub(count(ranked.len())),
            r#final: !in_lane.filter_map(|entry| entry.outcome).any(is_open),
            ranked: ranked
                .iter()
                .map(|one| RankedItem {
                    item: one.entry.id.clone(),
                    place: one.place,
                    keys: one
                        .entry
                        .keys
                        .iter()
                        .map(|key| key.map(|k| k.to_string()))
                        .collect(),
                })
                .collect(),
        }
    }

    fn result(&self, entry: &Considered<'_>) -> ItemResult {
        let criteria: Vec<_> = entry.criteria.iter().map(Judged::result).collect();
        // Every lane was run, so every item has its outcome.
        let outcome = entry.outcome.unwrap_or(ItemOutcome::Pending);
        ItemResult {
            id: entry.item.id.clone(),
            verdict: entry.verdict,
            outcome,
            place: entry.place,
            reason: self.reason(entry, outcome, &criteria),
            criteria,
        }
    }

    /// Why an item has its outcome; the ranked were told when their lane was cut.
    fn reason(
        &self,
        entry: &Considered<'_>,
        outcome: ItemOutcome,
        criteria: &[CriterionResult],
    ) -> String {
        let item = entry.item;
        let other = |other: Option<&Considered<'a>>| {
            other.map(|other| Other {
                item: &other.item.id,
                outcome: other.outcome,
                place: other.place,
            })
        };
        match outcome {
            ItemOutcome::Selected | ItemOutcome::NotSelected | ItemOutcome::TieUnresolved => {
                entry.standing.clone()
            }
            ItemOutcome::Ineligible => reason::of_rules(criteria, &[Verdict::NotMet]),
            ItemOutcome::Pending => {
                reason::of_rules(criteria, &[Verdict::Unknown, Verdict::NeedsFinding])
            }
            ItemOutcome::Suspended => {
                reason::suspended(self.judge.hold(&item.subject), entry.verdict)
            }
            ItemOutcome::Absorbed => {
                reason::absorbed(other(self.sibling(item, Lane::CertAdvising)))
            }
            ItemOutcome::ExcludedByFlag => reason::excluded(other(self.flag_of(item))),
            ItemOutcome::AwaitingFlag => reason::awaiting(other(self.flag_of(item))),
        }
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
