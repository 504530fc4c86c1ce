//! A ranking explained before anybody votes on it: what parts each two neighbours, what keeps each
//! loser below the line of its quota, and which places hang on little.
//!
//! Nothing is decided here; every comparison is of the exact keys that the ranking was made from.

use std::collections::BTreeMap;

use serde::Serialize;

use super::exact::Exact;
use super::fact::{Fact, FactValue};
use super::ranking::{Key, Ranked, separating};
use super::reason::{is_of_percent, key_names};
use super::round_file::{Round, RoundFile};
use super::settlement::{CutLane, Settlement};
use super::trial::Trial;
use super::vocabulary::{FindingVerdict, ItemOutcome, Lane, criteria_of, takes_finding};
use crate::ids::ItemId;
use crate::percent::Percent;
use crate::rulebook::{RuleBook, RuleBookRef};

/// Difference below which a place counts as narrow, unless somebody asks for another: half a
/// percentage point.
pub const WITHIN_DEFAULT: Percent = match Percent::from_ten_thousandths(Percent::SCALE / 2) {
    Some(half) => half,
    None => Percent::ZERO,
};

/// A round's ranking, explained.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Explanation {
    /// The round.
    pub round: Round,
    /// The rule book it was ranked under.
    pub rule_book: RuleBookRef,
    /// Under a rule book that is not in force.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub simulation: bool,
    /// A difference below this is a narrow one, in percentage points.
    pub within: Percent,
    /// Lanes that have items, in table order.
    pub lanes: Vec<ExplainedLane>,
}

/// A lane's ranking, explained.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ExplainedLane {
    /// Lane.
    pub lane: Lane,
    /// Awards there are.
    pub quota: u32,
    /// What it is ranked by, in order, in Vietnamese.
    pub keys: &'static [&'static str],
    /// Each two neighbours, from the top.
    pub neighbours: Vec<Neighbours>,
    /// Each item that is not selected for want of awards, from the line downwards.
    pub below_the_line: Vec<BelowTheLine>,
    /// Places that hang on little.
    pub margins: Vec<Margin>,
}

/// Two neighbours of a ranking.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Neighbours {
    /// The one above, or listed first.
    pub above: ItemId,
    /// The next.
    pub below: ItemId,
    /// What parts them.
    #[serde(flatten)]
    pub parting: Parting,
    /// Whether their outcomes differ: the line of the quota, or of a tie at it, lies between.
    pub at_the_line: bool,
}

/// An item that no award was left for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct BelowTheLine {
    /// The item.
    pub item: ItemId,
    /// Its place.
    pub place: u32,
    /// The last one above the line.
    pub line: ItemId,
    /// That one's place.
    pub line_place: u32,
    /// What parts them.
    #[serde(flatten)]
    pub parting: Parting,
}

/// What parts two items of a lane.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "by", rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Parting {
    /// The first key in which they differ.
    Key(KeyParting),
    /// Nothing: they share a place.
    Equal,
    /// A minuted choice between equals.
    Ruling,
}

/// The first key in which two items differ.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct KeyParting {
    /// Which, counted from 1.
    pub key: usize,
    /// The upper one's value, rounded for people; `null` = cannot be computed.
    pub upper: Option<String>,
    /// The lower one's.
    pub lower: Option<String>,
    /// Upper less lower, rounded for people; `null` where one cannot be computed.
    pub difference: Option<String>,
}

/// A place that hangs on little.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(
    tag = "kind",
    rename_all = "SCREAMING_SNAKE_CASE",
    rename_all_fields = "camelCase"
)]
pub enum Margin {
    /// Two neighbours parted by less than the given distance.
    Distance {
        /// The one above.
        above: ItemId,
        /// The one below.
        below: ItemId,
        /// The key that parts them, counted from 1.
        key: usize,
        /// By how much, rounded for people.
        difference: String,
        /// Whether the line lies between.
        at_the_line: bool,
    },
    /// Two neighbours equal in the first key and parted by a later one.
    TieBreak {
        /// The one above.
        above: ItemId,
        /// The one below.
        below: ItemId,
        /// The key that parts them, counted from 1.
        key: usize,
        /// Whether the line lies between.
        at_the_line: bool,
    },
    /// Two equals parted by a ruling.
    Ruling {
        /// The one above.
        above: ItemId,
        /// The one below.
        below: ItemId,
        /// Whether the line lies between.
        at_the_line: bool,
    },
    /// Findings of one item each of which alone, were it the other way, would change who is selected.
    Finding {
        /// The item found on.
        item: ItemId,
        /// Where the findings stand in the file, such as `$.items[4].findings.R24`.
        findings: Vec<String>,
        /// The other way.
        to: FindingVerdict,
        /// Who would be selected.
        gains: Vec<ItemId>,
        /// Who would no longer be.
        loses: Vec<ItemId>,
    },
}

/// Explains a round's ranking; `within` is the difference below which a place counts as narrow, in
/// percentage points.
///
/// The file is one that was read or checked. Every finding is tried the other way, so that the work
/// grows with findings times items.
#[must_use]
pub fn explain(file: &RoundFile, book: &RuleBook, within: Percent) -> Explanation {
    let mut trial = Trial::new(file, book);
    let findings = contested(&mut trial);
    let settled = trial.as_it_is();
    let lanes = settled.lanes.iter().map(|cut| {
        let mut lane = lane(file, cut, within);
        let of_lane = findings.iter().filter(|(lane, _)| *lane == cut.lane);
        lane.margins
            .extend(of_lane.map(|(_, margin)| margin.clone()));
        lane
    });
    Explanation {
        round: file.round,
        rule_book: book.reference(),
        simulation: false,
        within,
        lanes: lanes.collect(),
    }
}

fn lane(file: &RoundFile, cut: &CutLane<'_>, within: Percent) -> ExplainedLane {
    let below = cut.ranked.iter().skip(1);
    let pairs = || cut.ranked.iter().zip(below.clone());
    let line = cut
        .ranked
        .iter()
        .rfind(|one| one.outcome != ItemOutcome::NotSelected);
    let losers = cut
        .ranked
        .iter()
        .filter(|one| one.outcome == ItemOutcome::NotSelected);
    ExplainedLane {
        lane: cut.lane,
        quota: cut.quota,
        keys: key_names(cut.lane, file.round.kind),
        neighbours: pairs()
            .map(|(above, below)| neighbours(above, below))
            .collect(),
        below_the_line: losers
            .zip(std::iter::repeat(line))
            .filter_map(|(one, line)| {
                let line = line?;
                Some(BelowTheLine {
                    item: one.entry.id.clone(),
                    place: one.place,
                    line: line.entry.id.clone(),
                    line_place: line.place,
                    parting: parting(line, one),
                })
            })
            .collect(),
        margins: pairs()
            .flat_map(|(above, below)| narrow(cut.lane, above, below, within))
            .collect(),
    }
}

fn neighbours(above: &Ranked<'_>, below: &Ranked<'_>) -> Neighbours {
    Neighbours {
        above: above.entry.id.clone(),
        below: below.entry.id.clone(),
        parting: parting(above, below),
        at_the_line: above.outcome != below.outcome,
    }
}

fn parting(upper: &Ranked<'_>, lower: &Ranked<'_>) -> Parting {
    let Some(key) = separating(upper, lower) else {
        return if upper.place == lower.place {
            Parting::Equal
        } else {
            Parting::Ruling
        };
    };
    let (upper, lower) = (value(upper, key), value(lower, key));
    let difference = upper
        .zip(lower)
        .and_then(|(upper, lower)| upper.less(lower));
    let shown = |value: Key| value.map(|value| value.to_string());
    Parting::Key(KeyParting {
        key: key + 1,
        upper: shown(upper),
        lower: shown(lower),
        difference: shown(difference),
    })
}

fn value(one: &Ranked<'_>, key: usize) -> Key {
    one.entry.keys.get(key).copied().flatten()
}

/// Why the place of two neighbours hangs on little.
fn narrow(lane: Lane, above: &Ranked<'_>, below: &Ranked<'_>, within: Percent) -> Vec<Margin> {
    let (upper, lower) = (above.entry.id.clone(), below.entry.id.clone());
    let at_the_line = above.outcome != below.outcome;
    let Some(key) = separating(above, below) else {
        let ruled = (above.place != below.place).then_some(Margin::Ruling {
            above: upper,
            below: lower,
            at_the_line,
        });
        return ruled.into_iter().collect();
    };
    let both = value(above, key).zip(value(below, key));
    let difference = both.and_then(|(above, below)| above.less(below));
    let close = difference
        .filter(|by| is_of_percent(lane, key) && *by < Exact::from(within))
        .map(|by| Margin::Distance {
            above: upper.clone(),
            below: lower.clone(),
            key: key + 1,
            difference: by.to_string(),
            at_the_line,
        });
    let later = (key > 0).then_some(Margin::TieBreak {
        above: upper,
        below: lower,
        key: key + 1,
        at_the_line,
    });
    close.into_iter().chain(later).collect()
}

/// Findings that alone decide who is selected, with the lane of their item; those of one item that
/// would change the same are told together.
fn contested(trial: &mut Trial<'_>) -> Vec<(Lane, Margin)> {
    let today = selected(trial, &trial.as_it_is());
    let mut margins = Vec::new();
    for (index, item) in trial.file.items.iter().enumerate() {
        let mut told: BTreeMap<(FindingVerdict, Vec<ItemId>, Vec<ItemId>), Vec<String>> =
            BTreeMap::new();
        let row = criteria_of(item.lane, item.basis).iter();
        for rule in row.filter(|rule| takes_finding(**rule)) {
            let other = match item.findings.get(rule) {
                Some(FindingVerdict::Met) => FindingVerdict::NotMet,
                Some(FindingVerdict::NotMet) | None => FindingVerdict::Met,
            };
            let fact = Fact::Finding(index, *rule);
            let then = trial.with(fact, FactValue::Finding(other), selected);
            let changed = |from: &[bool], to: &[bool]| {
                let both = trial.file.items.iter().zip(from.iter().zip(to));
                let gone = both.filter(|(_, (from, to))| **from && !**to);
                gone.map(|(item, _)| item.id.clone()).collect::<Vec<_>>()
            };
            let (gains, loses) = (changed(&then, &today), changed(&today, &then));
            if !gains.is_empty() || !loses.is_empty() {
                told.entry((other, gains, loses))
                    .or_default()
                    .push(fact.path());
            }
        }
        margins.extend(told.into_iter().map(|((to, gains, loses), findings)| {
            let item_id = item.id.clone();
            let margin = Margin::Finding {
                item: item_id,
                findings,
                to,
                gains,
                loses,
            };
            (item.lane, margin)
        }));
    }
    margins
}

/// Whether each item is selected.
fn selected(trial: &Trial<'_>, settled: &Settlement<'_>) -> Vec<bool> {
    let items = 0..trial.file.items.len();
    items
        .map(|index| settled.outcome(index) == ItemOutcome::Selected)
        .collect()
}
