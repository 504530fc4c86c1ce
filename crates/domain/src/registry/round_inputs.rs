//! The registry's part of a round file: what it knows of units, figures, initiatives and holds, as
//! of a day, in the words of the evaluation. Items, findings and rulings are others' parts.
//!
//! What was not published by the day does not count; of a component that was assigned and not
//! published the assignment counts, without a rate. Units that are not assessed have no part.

use std::collections::BTreeMap;

use chrono::NaiveDate;

use super::facts::Facts;
use super::index::Entry;
use crate::evaluation::{
    ComponentRecord, Hold, InitiativeRecord, Item, Round, RoundFile, SatisfactionRecord,
    ScoreRecord, TasksRecord, TieRuling, Unit, YEAR_FIRST, YEAR_LAST,
};
use crate::ids::UnitId;
use crate::rulebook::ParameterName;

/// The registry's part of a round file.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RoundInputs {
    /// Assessed units, by id.
    pub units: Vec<Unit>,
    /// Index scores, by year and unit.
    pub index: Vec<ScoreRecord>,
    /// Satisfaction rates, by year and unit.
    pub satisfaction: Vec<SatisfactionRecord>,
    /// Tasks, by year and unit.
    pub tasks: Vec<TasksRecord>,
    /// Component indexes, by year and component.
    pub components: Vec<ComponentRecord>,
    /// Initiatives, by id.
    pub initiatives: Vec<InitiativeRecord>,
    /// Holds, by id.
    pub holds: Vec<Hold>,
}

impl RoundInputs {
    /// The round file that these and the round's own part make.
    #[must_use]
    pub fn into_file(
        self,
        round: Round,
        as_of: NaiveDate,
        parameters: BTreeMap<ParameterName, String>,
        items: Vec<Item>,
        tie_rulings: Vec<TieRuling>,
    ) -> RoundFile {
        RoundFile {
            round,
            as_of,
            parameters,
            units: self.units,
            index: self.index,
            satisfaction: self.satisfaction,
            tasks: self.tasks,
            components: self.components,
            initiatives: self.initiatives,
            holds: self.holds,
            items,
            tie_rulings,
        }
    }
}

impl Facts {
    /// What counts of the registry on a day.
    #[must_use]
    pub fn round_inputs(&self, as_of: NaiveDate) -> RoundInputs {
        let mut inputs = RoundInputs {
            units: self.assessed_units(as_of),
            ..RoundInputs::default()
        };
        let since: BTreeMap<UnitId, u16> = inputs
            .units
            .iter()
            .map(|unit| (unit.id.clone(), unit.since.unwrap_or(YEAR_FIRST)))
            .collect();
        for ((kind, year), state) in &self.indexes {
            if !(YEAR_FIRST..=YEAR_LAST).contains(year) {
                continue;
            }
            let published = !kind.is_published() || state.edition_on(as_of).is_some();
            for entry in state.entries.values() {
                if let Some(first) = since.get(entry.unit()) {
                    inputs.add(*year, entry, published, *first);
                }
            }
        }
        inputs.initiatives = self
            .initiatives
            .values()
            .map(|assessed| InitiativeRecord {
                id: assessed.initiative.clone(),
                recognised: assessed.recognised,
                date: assessed.date,
            })
            .collect();
        inputs.holds = self
            .holds
            .values()
            .map(|record| Hold {
                subject: record.opened.subject.clone(),
                opened: record.opened.opened_on,
                closed: record.lifted.as_ref().map(|lifted| lifted.on),
            })
            .collect();
        inputs
    }

    /// Units with a group, as they stand on a day or, if they ended before, stood at last.
    fn assessed_units(&self, as_of: NaiveDate) -> Vec<Unit> {
        let units = self.units.values().filter_map(|state| {
            let details = state.on(as_of)?;
            Some(Unit {
                id: details.unit.clone(),
                name: details.name.clone(),
                group: details.group?,
                advising: details.advising,
                since: details.assessed_since.filter(|since| *since > YEAR_FIRST),
            })
        });
        units.collect()
    }
}

impl RoundInputs {
    fn add(&mut self, year: u16, entry: &Entry, published: bool, since: u16) {
        match entry {
            Entry::Component(component) => self.components.push(ComponentRecord {
                id: component.component.clone(),
                adviser: component.adviser.clone(),
                year,
                rate: component.rate.filter(|_| published),
            }),
            Entry::Score(_) | Entry::Rate(_) | Entry::Tasks(_) if !published || year < since => {}
            Entry::Score(score) => self.index.push(ScoreRecord {
                unit: score.unit.clone(),
                year,
                score: score.score,
            }),
            Entry::Rate(rate) => self.satisfaction.push(SatisfactionRecord {
                unit: rate.unit.clone(),
                year,
                rate: rate.rate,
            }),
            Entry::Tasks(tasks) => self.tasks.push(TasksRecord {
                unit: tasks.unit.clone(),
                year,
                assigned: tasks.assigned,
                done_on_time: tasks.done_on_time,
            }),
        }
    }
}

#[cfg(test)]
mod tests;
