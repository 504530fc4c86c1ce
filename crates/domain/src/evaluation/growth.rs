//! Growth of component indexes: R21 for advising units, R30 for individuals, and the keys of `CERT_ADVISING`.
//!
//! Rates belong to the component, whoever advised on it in earlier years.

use std::collections::BTreeMap;

use super::criteria::{Figure, Judge};
use super::exact::Exact;
use super::facts::{Rates, UnitFacts};
use super::round_file::{Item, YEAR_FIRST};
use super::vocabulary::{RoundKind, Verdict};
use crate::percent::Percent;
use crate::rulebook::{AtMaximum, GrowthComponents, GrowthPhase};

/// One comparison of two years.
#[derive(Clone, Copy)]
pub(super) struct Pair<'a> {
    /// The component; `None` = the mean of several.
    pub(super) component: Option<&'a str>,
    pub(super) from: u16,
    pub(super) to: u16,
    pub(super) before: Option<Exact>,
    pub(super) after: Option<Exact>,
}

#[derive(Default)]
pub(super) struct GrowthFigure<'a> {
    /// Number of components looked at.
    pub(super) components: usize,
    /// Mean growth, as the ranking takes it.
    pub(super) growth: Option<Exact>,
    /// First comparison that fails.
    pub(super) fails: Option<Pair<'a>>,
    /// First comparison that lacks a rate.
    pub(super) lacks: Option<Pair<'a>>,
    /// First component with nothing to compare.
    pub(super) alone: Option<&'a str>,
}

impl<'a> Judge<'a> {
    /// R21: the components a unit advises on grew (năm sau cao hơn năm trước).
    pub(super) fn growth(&self, unit: &UnitFacts<'a>, said: Verdict) -> (Verdict, Figure<'a>) {
        let mut figure = GrowthFigure {
            components: unit.advises.len(),
            growth: self.mean_growth(unit),
            ..GrowthFigure::default()
        };
        let mut pairs: BTreeMap<(u16, u16), Vec<(&'a str, &Rates)>> = BTreeMap::new();
        for component in unit.advises.iter().copied() {
            let Some(rates) = self.facts.component(component) else {
                continue;
            };
            let own = self.pairs(rates);
            if own.is_empty() {
                figure.alone.get_or_insert(component);
            }
            for years in own {
                pairs.entry(years).or_default().push((component, rates));
            }
        }
        for ((from, to), members) in pairs {
            for pair in self.comparisons(from, to, &members) {
                figure.judge(pair, self.parameters.growth_at_maximum);
            }
        }
        let verdict = match (&figure.fails, &figure.lacks) {
            (Some(_), _) => Verdict::NotMet,
            (None, Some(_)) => Verdict::Unknown,
            (None, None) if figure.components == 0 || figure.alone.is_some() => said,
            (None, None) => Verdict::Met,
        };
        (verdict, Figure::Growth(figure))
    }

    /// What is compared in a pair of years: every component, or their mean (AMB-15).
    fn comparisons(&self, from: u16, to: u16, members: &[(&'a str, &Rates)]) -> Vec<Pair<'a>> {
        match self.parameters.growth_components {
            GrowthComponents::Every => members
                .iter()
                .map(|(component, rates)| Pair {
                    component: Some(component),
                    from,
                    to,
                    before: rate(rates, from),
                    after: rate(rates, to),
                })
                .collect(),
            GrowthComponents::Mean => {
                let mean = |year| {
                    let rates = members.iter().map(|(_, rates)| rate(rates, year));
                    Exact::mean(rates.collect::<Option<Vec<_>>>()?)
                };
                vec![Pair {
                    component: None,
                    from,
                    to,
                    before: mean(from),
                    after: mean(to),
                }]
            }
        }
    }

    /// The pairs of years in which a component of an advising unit must have grown.
    pub(super) fn pairs(&self, rates: &Rates) -> Vec<(u16, u16)> {
        match self.file.round.kind {
            RoundKind::Annual if !self.has_earlier(rates) => Vec::new(),
            RoundKind::Annual => vec![(self.award - 1, self.award)],
            RoundKind::Interim | RoundKind::Final => {
                let Some(first) = self.first_record(rates) else {
                    return Vec::new();
                };
                match self.parameters.growth_phase {
                    GrowthPhase::EveryPair => {
                        (first..self.award).map(|year| (year, year + 1)).collect()
                    }
                    GrowthPhase::LastOverFirst if first < self.award => vec![(first, self.award)],
                    GrowthPhase::LastOverFirst => Vec::new(),
                }
            }
        }
    }

    /// Whether a component has a record, whatever its rate, of a year before the award year.
    pub(super) fn has_earlier(&self, rates: &Rates) -> bool {
        let earlier = self.award.saturating_sub(1);
        self.award > YEAR_FIRST && rates.between(YEAR_FIRST, earlier).next().is_some()
    }

    /// Year of a component's first record in the round's window, whatever its rate.
    fn first_record(&self, rates: &Rates) -> Option<u16> {
        let mut records = rates.between(self.book.windows().from, self.award);
        records.next().map(|(year, _)| year)
    }

    /// Mean growth over the components a unit advises on; `None` if a part is missing.
    pub(super) fn mean_growth(&self, unit: &UnitFacts<'_>) -> Option<Exact> {
        let grown = unit.advises.iter().map(|component| {
            let rates = self.facts.component(component)?;
            let base = match self.file.round.kind {
                RoundKind::Annual => self.award.checked_sub(1)?,
                RoundKind::Interim | RoundKind::Final => self.first_record(rates)?,
            };
            let (before, after) = ((*rates.get(base)?)?, (*rates.get(self.award)?)?);
            Some(Exact::difference(after, before))
        });
        Exact::mean(grown.collect::<Option<Vec<_>>>()?)
    }

    /// Mean rate of the award year over the components a unit advises on.
    pub(super) fn mean_rate(&self, unit: &UnitFacts<'_>) -> Option<Exact> {
        let rates = unit.advises.iter().map(|component| {
            let rates = self.facts.component(component)?;
            rate(rates, self.award)
        });
        Exact::mean(rates.collect::<Option<Vec<_>>>()?)
    }

    /// R30: the components of an individual grew over the year before, or kept the maximum.
    pub(super) fn growth_or_maximum(&self, item: &'a Item, said: Verdict) -> (Verdict, Figure<'a>) {
        let mut figure = GrowthFigure {
            components: item.components.len(),
            ..GrowthFigure::default()
        };
        let mut growths = Vec::new();
        for component in &item.components {
            let rates = self.facts.component(component.as_str());
            let rates = rates.filter(|rates| self.has_earlier(rates));
            let Some(rates) = rates else {
                figure.alone.get_or_insert(component.as_str());
                growths.push(None);
                continue;
            };
            let of = |year| rates.get(year).copied().flatten();
            let (before, after) = (of(self.award - 1), of(self.award));
            growths.push(before.zip(after).map(|(b, a)| Exact::difference(a, b)));
            let pair = Pair {
                component: Some(component.as_str()),
                from: self.award - 1,
                to: self.award,
                before: before.map(Exact::from),
                after: after.map(Exact::from),
            };
            figure.judge(pair, AtMaximum::Met);
        }
        let growths: Option<Vec<_>> = growths.into_iter().collect();
        figure.growth = growths.and_then(Exact::mean);
        let verdict = match (&figure.fails, &figure.lacks) {
            (Some(_), _) => Verdict::NotMet,
            (None, Some(_)) => Verdict::Unknown,
            (None, None) => said,
        };
        (verdict, Figure::Growth(figure))
    }
}

impl<'a> GrowthFigure<'a> {
    /// Adds a comparison; the first of each kind is kept.
    fn judge(&mut self, pair: Pair<'a>, at_maximum: AtMaximum) {
        let (Some(before), Some(after)) = (pair.before, pair.after) else {
            self.lacks.get_or_insert(pair);
            return;
        };
        let maximum = Exact::from(Percent::MAX);
        let kept = match at_maximum {
            AtMaximum::Met => before == maximum && after == maximum,
            AtMaximum::NotMet => false,
        };
        if after <= before && !kept {
            self.fails.get_or_insert(pair);
        }
    }
}

/// A published rate.
fn rate(rates: &Rates, year: u16) -> Option<Exact> {
    rates.get(year).copied().flatten().map(Exact::from)
}
