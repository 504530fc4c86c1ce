//! Which records a criterion looks at: those there are, and those it looked for in vain.

use std::collections::BTreeSet;

use super::{FactKey, FactKind};
use crate::evaluation::criteria::Judge;
use crate::evaluation::facts::{Series, UnitFacts};
use crate::evaluation::round_file::{InitiativeRecord, Item, YEAR_FIRST};
use crate::rulebook::{Computation, Criterion};

/// A fact with what it says; `None` = there is no such record, or it is not published.
pub(super) type Looked = (FactKey, Option<String>);

impl<'a> Judge<'a> {
    /// The facts of a criterion, the unit first, then by year.
    pub(super) fn inputs(&self, item: &'a Item, criterion: &Criterion) -> Vec<Looked> {
        let unit = self.facts.unit_of(item);
        match (&criterion.computation, unit) {
            (Computation::Tasks, Some(unit)) => {
                let years = self.task_years(unit);
                let said = |year| {
                    let tasks = unit.tasks.get(year)?;
                    Some(format!("{}/{}", tasks.done_on_time, tasks.assigned))
                };
                of_unit(unit, FactKind::Tasks, years, said)
            }
            (Computation::Mean { .. } | Computation::Floor { .. }, Some(unit)) => {
                self.averaged(unit, FactKind::Score, &unit.scores)
            }
            (Computation::Satisfaction { .. }, Some(unit)) => {
                self.averaged(unit, FactKind::Satisfaction, &unit.satisfaction)
            }
            (Computation::Growth, Some(unit)) => {
                let components = unit.advises.iter();
                components
                    .flat_map(|component| self.rates(component, true))
                    .collect()
            }
            (Computation::GrowthOrMaximum, _) => {
                let components = item.components.iter();
                components
                    .flat_map(|component| self.rates(component.as_str(), false))
                    .collect()
            }
            (Computation::RecognisedInitiative, _) => {
                let named = item.initiative.iter();
                named
                    .map(|id| {
                        let record = self.facts.initiative(id.as_str());
                        let key = FactKey::new(FactKind::Initiative, id.as_str(), None);
                        (key, record.map(recognition))
                    })
                    .collect()
            }
            (Computation::Finding, _)
            | (
                Computation::Tasks
                | Computation::Mean { .. }
                | Computation::Floor { .. }
                | Computation::Satisfaction { .. }
                | Computation::Growth,
                None,
            ) => Vec::new(),
        }
    }

    /// The years an average looks back on, and the award year, which it may not lack.
    fn averaged(
        &self,
        unit: &UnitFacts<'_>,
        kind: FactKind,
        series: &Series<crate::percent::Percent>,
    ) -> Vec<Looked> {
        of_unit(unit, kind, self.look_back(unit), |year| {
            series.get(year).map(ToString::to_string)
        })
    }

    /// The rates of a component that are compared, in the pairs of R21 or in the last two years, and
    /// its first record: whether there is one decides whether anything is compared.
    fn rates(&self, component: &str, in_pairs: bool) -> Vec<Looked> {
        let rates = self.facts.component(component);
        let years: BTreeSet<u16> = match rates {
            Some(rates) if in_pairs => {
                let pairs = self.pairs(rates).into_iter();
                pairs.flat_map(|(from, to)| [from, to]).collect()
            }
            Some(rates) if self.has_earlier(rates) => [self.award - 1, self.award].into(),
            Some(_) | None => BTreeSet::new(),
        };
        let first = rates.and_then(|rates| rates.between(YEAR_FIRST, self.award).next());
        let ends = first.map(|(year, _)| year).into_iter().chain([self.award]);
        let years: BTreeSet<u16> = years.into_iter().chain(ends).collect();
        let looked = years.into_iter().map(|year| {
            let rate = rates.and_then(|rates| *rates.get(year)?);
            let key = FactKey::new(FactKind::Component, component, Some(year));
            (key, rate.map(|rate| rate.to_string()))
        });
        looked.collect()
    }
}

fn of_unit(
    unit: &UnitFacts<'_>,
    kind: FactKind,
    years: impl IntoIterator<Item = u16>,
    said: impl Fn(u16) -> Option<String>,
) -> Vec<Looked> {
    let id = unit.unit.id.as_str();
    let since = (
        FactKey::new(FactKind::Unit, id, None),
        Some(unit.since.to_string()),
    );
    let years = years.into_iter();
    let yearly = years.map(|year| (FactKey::new(kind, id, Some(year)), said(year)));
    std::iter::once(since).chain(yearly).collect()
}

fn recognition(record: &InitiativeRecord) -> String {
    let word = if record.recognised {
        "RECOGNISED"
    } else {
        "REFUSED"
    };
    format!("{word} {}", record.date)
}
