//! The records of a round file, gathered by unit and by component so that a question costs one look-up.
//!
//! Gathering finds the faults that lie between records, keeps the first, and leaves the record out;
//! it judges nothing.

use std::collections::BTreeMap;

use super::json::Fault;
use super::round_file::{
    ComponentRecord, InitiativeRecord, Item, RoundFile, SatisfactionRecord, ScoreRecord,
    TasksRecord, Unit, YEAR_FIRST, YEAR_LAST,
};
use crate::ids::UnitId;
use crate::percent::Percent;

/// Years a record can have.
const YEARS: usize = (YEAR_LAST - YEAR_FIRST + 1) as usize;

/// One value a year.
#[derive(Debug, Clone)]
pub(super) struct Series<T>([Option<T>; YEARS]);

impl<T> Default for Series<T> {
    fn default() -> Self {
        Self([const { None }; YEARS])
    }
}

impl<T> Series<T> {
    fn slot(year: u16) -> Option<usize> {
        year.checked_sub(YEAR_FIRST).map(usize::from)
    }

    pub(super) fn get(&self, year: u16) -> Option<&T> {
        self.0.get(Self::slot(year)?)?.as_ref()
    }

    /// Years and values from one year through another.
    pub(super) fn between(&self, from: u16, to: u16) -> impl Iterator<Item = (u16, &T)> {
        (from..=to).filter_map(|year| Some((year, self.get(year)?)))
    }

    /// Puts another value into a year's place that has one.
    fn replace(&mut self, year: u16, value: T) {
        let slot = Self::slot(year).and_then(|slot| self.0.get_mut(slot));
        if let Some(Some(place)) = slot {
            *place = value;
        }
    }

    /// Puts a value into a year's empty place.
    fn put(&mut self, year: u16, value: T) -> Result<(), Fault> {
        let slot = Self::slot(year).and_then(|slot| self.0.get_mut(slot));
        match slot {
            Some(empty @ None) => {
                *empty = Some(value);
                Ok(())
            }
            Some(Some(_)) => Err(Fault::new("duplicate record of the same year")),
            None => Err(Fault::new("must be an integer, 2021 to 2030").at_key("year")),
        }
    }
}

/// Tasks of a year.
#[derive(Debug, Clone, Copy)]
pub(super) struct Tasks {
    pub(super) assigned: u32,
    pub(super) done_on_time: u32,
}

/// A unit with its records.
#[derive(Debug)]
pub(super) struct UnitFacts<'a> {
    pub(super) unit: &'a Unit,
    /// First year it is assessed.
    pub(super) since: u16,
    pub(super) scores: Series<Percent>,
    pub(super) satisfaction: Series<Percent>,
    pub(super) tasks: Series<Tasks>,
    /// The components it advises on in the award year, in the order of the file.
    pub(super) advises: Vec<&'a str>,
}

/// A component's rates; the inner `None` = assigned, not published.
pub(super) type Rates = Series<Option<Percent>>;

/// A round file's facts.
#[derive(Debug, Default)]
pub(super) struct Facts<'a> {
    units: Vec<UnitFacts<'a>>,
    unit_places: BTreeMap<&'a str, usize>,
    components: BTreeMap<&'a str, Rates>,
    initiatives: BTreeMap<&'a str, &'a InitiativeRecord>,
    /// Records of one unit mostly follow one another.
    last: Option<(&'a str, usize)>,
}

impl<'a> Facts<'a> {
    /// Gathers a file, with the first fault between its records.
    pub(super) fn gather(file: &'a RoundFile) -> (Self, Option<Fault>) {
        let mut facts = Self::default();
        let mut first = None;
        let mut keep = |fault: Fault, index: usize, key: &str| {
            first.get_or_insert_with(|| fault.at_index(index).at_key(key));
        };
        for (index, unit) in file.units.iter().enumerate() {
            facts
                .add_unit(unit)
                .unwrap_or_else(|fault| keep(fault, index, "units"));
        }
        for (index, record) in file.index.iter().enumerate() {
            let added = facts
                .assessed(&record.unit, record.year)
                .and_then(|unit| unit.scores.put(record.year, record.score));
            added.unwrap_or_else(|fault| keep(fault, index, "index"));
        }
        for (index, record) in file.satisfaction.iter().enumerate() {
            let added = facts
                .assessed(&record.unit, record.year)
                .and_then(|unit| unit.satisfaction.put(record.year, record.rate));
            added.unwrap_or_else(|fault| keep(fault, index, "satisfaction"));
        }
        for (index, record) in file.tasks.iter().enumerate() {
            let tasks = Tasks {
                assigned: record.assigned,
                done_on_time: record.done_on_time,
            };
            let added = facts.assessed(&record.unit, record.year).and_then(|unit| {
                if tasks.done_on_time > tasks.assigned {
                    return Err(Fault::new("more than assigned").at_key("doneOnTime"));
                }
                unit.tasks.put(record.year, tasks)
            });
            added.unwrap_or_else(|fault| keep(fault, index, "tasks"));
        }
        for (index, record) in file.components.iter().enumerate() {
            let added = facts.add_component(record, file.round.year);
            added.unwrap_or_else(|fault| keep(fault, index, "components"));
        }
        for (index, record) in file.initiatives.iter().enumerate() {
            if facts
                .initiatives
                .insert(record.id.as_str(), record)
                .is_some()
            {
                keep(
                    Fault::new("duplicate initiative").at_key("id"),
                    index,
                    "initiatives",
                );
            }
        }
        (facts, first)
    }

    fn add_unit(&mut self, unit: &'a Unit) -> Result<(), Fault> {
        if self.unit_places.contains_key(unit.id.as_str()) {
            return Err(Fault::new("duplicate unit").at_key("id"));
        }
        self.unit_places.insert(unit.id.as_str(), self.units.len());
        self.units.push(UnitFacts {
            unit,
            since: unit.since.unwrap_or(YEAR_FIRST),
            scores: Series::default(),
            satisfaction: Series::default(),
            tasks: Series::default(),
            advises: Vec::new(),
        });
        Ok(())
    }

    fn place(&mut self, id: &'a UnitId) -> Option<usize> {
        match self.last {
            Some((last, place)) if last == id.as_str() => Some(place),
            Some(_) | None => {
                let place = *self.unit_places.get(id.as_str())?;
                self.last = Some((id.as_str(), place));
                Some(place)
            }
        }
    }

    /// The unit of a record of a year it is assessed in.
    fn assessed(&mut self, id: &'a UnitId, year: u16) -> Result<&mut UnitFacts<'a>, Fault> {
        let unknown = || Fault::new("unknown unit").at_key("unit");
        let place = self.place(id).ok_or_else(unknown)?;
        let unit = self.units.get_mut(place).ok_or_else(unknown)?;
        if year < unit.since {
            return Err(Fault::new("before the unit's `since`").at_key("year"));
        }
        Ok(unit)
    }

    fn add_component(&mut self, record: &'a ComponentRecord, award: u16) -> Result<(), Fault> {
        let unknown = || Fault::new("unknown unit").at_key("adviser");
        let place = self.place(&record.adviser).ok_or_else(unknown)?;
        let rates = self.components.entry(record.id.as_str()).or_default();
        rates.put(record.year, record.rate)?;
        if record.year == award
            && let Some(unit) = self.units.get_mut(place)
        {
            unit.advises.push(record.id.as_str());
        }
        Ok(())
    }

    /// The unit of an id.
    pub(super) fn unit(&self, id: &str) -> Option<&UnitFacts<'a>> {
        self.units.get(*self.unit_places.get(id)?)
    }

    fn unit_mut(&mut self, id: &UnitId) -> Option<&mut UnitFacts<'a>> {
        self.units.get_mut(*self.unit_places.get(id.as_str())?)
    }

    /// Another score in a record's place.
    pub(super) fn put_score(&mut self, record: &ScoreRecord, score: Percent) {
        if let Some(unit) = self.unit_mut(&record.unit) {
            unit.scores.replace(record.year, score);
        }
    }

    /// Another satisfaction rate in a record's place.
    pub(super) fn put_satisfaction(&mut self, record: &SatisfactionRecord, rate: Percent) {
        if let Some(unit) = self.unit_mut(&record.unit) {
            unit.satisfaction.replace(record.year, rate);
        }
    }

    /// Another number of tasks done on time in a record's place.
    pub(super) fn put_done_on_time(&mut self, record: &TasksRecord, done_on_time: u32) {
        let assigned = record.assigned;
        if let Some(unit) = self.unit_mut(&record.unit) {
            unit.tasks.replace(
                record.year,
                Tasks {
                    assigned,
                    done_on_time,
                },
            );
        }
    }

    /// Another rate in a component record's place.
    pub(super) fn put_rate(&mut self, record: &ComponentRecord, rate: Percent) {
        if let Some(rates) = self.components.get_mut(record.id.as_str()) {
            rates.replace(record.year, Some(rate));
        }
    }

    /// The unit an item is for; `None` for a person.
    pub(super) fn unit_of(&self, item: &Item) -> Option<&UnitFacts<'a>> {
        self.unit(item.subject.as_str())
    }

    /// A component's rates; `None` if no record of any year has it.
    pub(super) fn component(&self, id: &str) -> Option<&Rates> {
        self.components.get(id)
    }

    /// An initiative of the list.
    pub(super) fn initiative(&self, id: &str) -> Option<&'a InitiativeRecord> {
        self.initiatives.get(id).copied()
    }
}
