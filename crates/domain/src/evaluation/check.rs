//! What is wrong between the records of a round file: unknown and duplicate ids, items outside
//! their lane, findings and rulings that name what is not there.

use std::collections::BTreeSet;

use super::facts::Facts;
use super::json::{Fault, ReadError};
use super::round_file::{Hold, Item, Round, RoundFile, TieRuling, Unit};
use super::vocabulary::{Basis, Group, Lane, RoundKind, criteria_of, takes_finding};
use crate::ids::SubjectId;
use crate::rulebook::RuleBook;

impl RoundFile {
    /// Checks what spans records: for a file that was built in code; `read` has done it.
    ///
    /// # Errors
    /// The first thing that is wrong, with its path.
    pub fn check(&self) -> Result<(), ReadError> {
        Ok(check(self)?)
    }
}

fn check(file: &RoundFile) -> Result<(), Fault> {
    round(file.round).map_err(|fault| fault.at_key("round"))?;
    parameters(file).map_err(|fault| fault.at_key("parameters"))?;
    each(&file.units, "units", unit)?;
    let (facts, fault) = Facts::gather(file);
    if let Some(fault) = fault {
        return Err(fault);
    }
    each(&file.holds, "holds", hold)?;
    let mut seen = Seen::default();
    each(&file.items, "items", |item| {
        item_alone(item, file.round, &facts)?;
        seen.add(item)
    })?;
    let mut lanes = BTreeSet::new();
    each(&file.tie_rulings, "tieRulings", |ruling| {
        if !lanes.insert(ruling.lane) {
            return Err(Fault::new("duplicate ruling of the lane").at_key("lane"));
        }
        tie_ruling(ruling, &seen)
    })
}

fn each<'a, T>(
    records: &'a [T],
    key: &str,
    mut check: impl FnMut(&'a T) -> Result<(), Fault>,
) -> Result<(), Fault> {
    for (index, record) in records.iter().enumerate() {
        check(record).map_err(|fault| fault.at_index(index).at_key(key))?;
    }
    Ok(())
}

/// The years of the format itself, which no rule book moves.
fn round(round: Round) -> Result<(), Fault> {
    let fits = match round.kind {
        RoundKind::Annual => (2021..=2030).contains(&round.year),
        RoundKind::Interim => round.year == 2025,
        RoundKind::Final => round.year == 2030,
    };
    if fits {
        return Ok(());
    }
    let reason = format!("{} has no round of {}", round.kind, round.year);
    Err(Fault::new(reason).at_key("year"))
}

fn parameters(file: &RoundFile) -> Result<(), Fault> {
    if file.parameters.is_empty() {
        return Ok(());
    }
    let mut allowed = RuleBook::soc_trang().parameters().clone();
    for (name, value) in &file.parameters {
        let refused = |error: crate::rulebook::UnknownParameter| {
            Fault::new(error.to_string()).at_key(name.as_str())
        };
        allowed.set(*name, value).map_err(refused)?;
    }
    Ok(())
}

fn unit(unit: &Unit) -> Result<(), Fault> {
    if unit.advising && unit.group != Group::Department {
        return Err(Fault::new("only a DEPARTMENT advises").at_key("advising"));
    }
    Ok(())
}

fn hold(hold: &Hold) -> Result<(), Fault> {
    if hold.closed.is_some_and(|closed| closed < hold.opened) {
        return Err(Fault::new("before `opened`").at_key("closed"));
    }
    Ok(())
}

/// What an item must be by itself, given the units and components there are.
fn item_alone(item: &Item, round: Round, facts: &Facts<'_>) -> Result<(), Fault> {
    if item.lane.is_flag() && round.kind == RoundKind::Annual {
        return Err(Fault::new("an ANNUAL round has no flags").at_key("lane"));
    }
    subject(item, round, facts)?;
    if item.basis.is_some() != item.lane.is_individual() {
        let reason = if item.lane.is_individual() {
            "missing field"
        } else {
            "only for CERT_INDIVIDUAL"
        };
        return Err(Fault::new(reason).at_key("basis"));
    }
    components(item, facts)?;
    if item.initiative.is_some() && item.basis != Some(Basis::Outsider) {
        return Err(Fault::new("only for basis OUTSIDER").at_key("initiative"));
    }
    if item.council_score.is_some() && !item.lane.is_individual() {
        return Err(Fault::new("only for CERT_INDIVIDUAL").at_key("councilScore"));
    }
    let row = criteria_of(item.lane, item.basis);
    for rule in item.findings.keys() {
        if !row.contains(rule) || !takes_finding(*rule) {
            let fault = Fault::new("no finding of this rule here");
            return Err(fault.at_key(rule.as_str()).at_key("findings"));
        }
    }
    Ok(())
}

fn subject(item: &Item, round: Round, facts: &Facts<'_>) -> Result<(), Fault> {
    let belongs = match facts.unit_of(item) {
        None => item.lane.is_individual(),
        Some(unit) => {
            let own_group = item.lane.group() == Some(unit.unit.group);
            own_group || (item.lane == Lane::CertAdvising && unit.unit.advising)
        }
    };
    if !belongs {
        let reason = format!("does not belong in {}", item.lane);
        return Err(Fault::new(reason).at_key("subject"));
    }
    if facts
        .unit_of(item)
        .is_some_and(|unit| unit.since > round.year)
    {
        return Err(Fault::new("first assessed after the award year").at_key("subject"));
    }
    Ok(())
}

fn components(item: &Item, facts: &Facts<'_>) -> Result<(), Fault> {
    if !item.components.is_empty() && item.basis != Some(Basis::Adviser) {
        return Err(Fault::new("only for basis ADVISER").at_key("components"));
    }
    let mut seen = BTreeSet::new();
    each(&item.components, "components", |component| {
        if !seen.insert(component.as_str()) {
            return Err(Fault::new("duplicate component"));
        }
        if facts.component(component.as_str()).is_none() {
            return Err(Fault::new("no record of any year has this component"));
        }
        Ok(())
    })
}

/// The items seen so far, by their natural keys.
#[derive(Default)]
struct Seen<'a> {
    lanes: std::collections::BTreeMap<&'a str, Lane>,
    subjects: BTreeSet<(Lane, &'a SubjectId)>,
}

impl<'a> Seen<'a> {
    fn add(&mut self, item: &'a Item) -> Result<(), Fault> {
        if self.lanes.insert(item.id.as_str(), item.lane).is_some() {
            return Err(Fault::new("duplicate item").at_key("id"));
        }
        if !self.subjects.insert((item.lane, &item.subject)) {
            return Err(Fault::new("duplicate subject of the lane").at_key("subject"));
        }
        Ok(())
    }
}

fn tie_ruling(ruling: &TieRuling, items: &Seen<'_>) -> Result<(), Fault> {
    let mut named = BTreeSet::new();
    each(&ruling.order, "order", |item| {
        if !named.insert(item.as_str()) {
            return Err(Fault::new("duplicate item"));
        }
        match items.lanes.get(item.as_str()) {
            Some(lane) if *lane == ruling.lane => Ok(()),
            Some(lane) => Err(Fault::new(format!("an item of {lane}"))),
            None => Err(Fault::new("no such item")),
        }
    })
}
