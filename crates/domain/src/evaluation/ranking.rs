//! A lane ranked and cut: keys, places, the cut, ties and rulings.
//!
//! Ids, names and the order of the file never decide: equals stay equal.

use std::collections::BTreeMap;

use super::criteria::Judge;
use super::exact::Exact;
use super::facts::UnitFacts;
use super::round_file::Item;
use super::vocabulary::{ItemOutcome, Lane, RoundKind};
use crate::ids::ItemId;

/// One ranking key; `None` = cannot be computed, lower than any value.
pub(super) type Key = Option<Exact>;

/// An item to be ranked.
pub(super) struct Entry<'a> {
    /// Its place in the file.
    pub(super) index: usize,
    pub(super) id: &'a ItemId,
    pub(super) keys: &'a [Key],
}

/// An item ranked and cut.
pub(super) struct Ranked<'a> {
    pub(super) entry: Entry<'a>,
    pub(super) place: u32,
    pub(super) outcome: ItemOutcome,
}

impl Judge<'_> {
    /// The keys of an item, in order, higher first.
    pub(super) fn keys(&self, item: &Item) -> Vec<Key> {
        let unit = self.facts.unit_of(item);
        match item.lane {
            Lane::CertIndividual => vec![item.council_score.map(Exact::from)],
            Lane::CertAdvising => match unit {
                Some(unit) => vec![self.mean_growth(unit), self.mean_rate(unit)],
                None => vec![None, None],
            },
            Lane::FlagDepartment
            | Lane::FlagServiceUnit
            | Lane::FlagCentralAgency
            | Lane::FlagDistrict
            | Lane::CertDepartment
            | Lane::CertServiceUnit
            | Lane::CertCentralAgency
            | Lane::CertDistrict => match unit {
                Some(unit) => self.assessed_keys(item, unit),
                None => vec![None; 4],
            },
        }
    }

    fn assessed_keys(&self, item: &Item, unit: &UnitFacts<'_>) -> Vec<Key> {
        let window = self.window(unit);
        let scores = || unit.scores.between(*window.start(), *window.end());
        let award = unit.scores.get(self.award);
        let score = match self.file.round.kind {
            RoundKind::Annual if !item.lane.is_flag() => award.copied().map(Exact::from),
            RoundKind::Annual | RoundKind::Interim | RoundKind::Final => {
                Exact::mean(scores().map(|(_, score)| (*score).into()))
            }
        };
        let back = self.look_back(unit);
        let rates = unit.satisfaction.between(*back.start(), *back.end());
        let first_group = self.parameters.group1_from;
        let in_first = scores().filter(|(_, score)| **score >= first_group).count();
        let before = self
            .award
            .checked_sub(1)
            .and_then(|year| unit.scores.get(year));
        let growth = award.zip(before);
        vec![
            score,
            Exact::mean(rates.map(|(_, rate)| (*rate).into())),
            u32::try_from(in_first).ok().map(Exact::whole),
            growth.map(|(award, before)| Exact::difference(*award, *before)),
        ]
    }
}

/// Ranks a lane and cuts it at its quota; `ruling` orders the equals at the cut, if it names them all.
pub(super) fn rank<'a>(
    mut entries: Vec<Entry<'a>>,
    quota: usize,
    ruling: Option<&[ItemId]>,
) -> Vec<Ranked<'a>> {
    // Stable, so that equals keep the file's order in what is shown.
    entries.sort_by(|a, b| b.keys.cmp(a.keys));
    let mut ranked = Vec::with_capacity(entries.len());
    let mut rest = entries.into_iter().peekable();
    while let Some(first) = rest.next() {
        let mut group = vec![first];
        while let Some(equal) =
            rest.next_if(|next| group.first().is_some_and(|g| g.keys == next.keys))
        {
            group.push(equal);
        }
        let above = ranked.len();
        let straddles = above < quota && quota < above + group.len();
        let positions = ruling
            .filter(|_| straddles)
            .and_then(|order| ruled(&group, order));
        if let Some(positions) = positions {
            let mut placed: Vec<_> = positions.into_iter().zip(group).collect();
            placed.sort_by_key(|(position, _)| *position);
            for (_, entry) in placed {
                let outcome = by_quota(ranked.len() < quota);
                ranked.push(at(entry, ranked.len(), outcome));
            }
        } else {
            let outcome = if straddles {
                ItemOutcome::TieUnresolved
            } else {
                by_quota(above < quota)
            };
            ranked.extend(group.into_iter().map(|entry| at(entry, above, outcome)));
        }
    }
    ranked
}

/// The first key in which two differ; `None` = equal in all.
pub(super) fn separating(one: &Ranked<'_>, other: &Ranked<'_>) -> Option<usize> {
    let keys = one.entry.keys.iter().zip(other.entry.keys);
    keys.into_iter().position(|(a, b)| a != b)
}

/// Where a ruling puts each member; `None` unless it names them all.
fn ruled(group: &[Entry<'_>], order: &[ItemId]) -> Option<Vec<usize>> {
    let positions: BTreeMap<&ItemId, usize> = order.iter().zip(0..).collect();
    let position = |entry: &Entry<'_>| positions.get(entry.id).copied();
    group.iter().map(position).collect()
}

fn by_quota(within: bool) -> ItemOutcome {
    if within {
        ItemOutcome::Selected
    } else {
        ItemOutcome::NotSelected
    }
}

fn at(entry: Entry<'_>, above: usize, outcome: ItemOutcome) -> Ranked<'_> {
    Ranked {
        entry,
        place: u32::try_from(above + 1).unwrap_or(u32::MAX),
        outcome,
    }
}
