//! Behaviour of the evaluation, as sentences; a small builder of round files for all of them.

mod affected;
mod by_rule;
mod cuts;
mod explained;
mod laws;
mod properties;
mod questions;
mod reading;
mod reasons;
mod receipts;
mod rounds;
mod sample_years;
mod verdicts;
mod what_if;
mod what_if_tried;

use super::*;
use crate::ids::{ComponentId, InitiativeId, ItemId, SubjectId, UnitId};
use crate::percent::Percent;
use crate::rulebook::{ParameterName, RuleBook};

fn percent(text: &str) -> Percent {
    text.parse().unwrap()
}

/// A round file being put together.
#[derive(Debug, Clone)]
struct Given(RoundFile);

fn given(kind: RoundKind, year: u16) -> Given {
    Given(RoundFile {
        round: Round { kind, year },
        as_of: "2031-07-01".parse().unwrap(),
        parameters: std::collections::BTreeMap::new(),
        units: Vec::new(),
        index: Vec::new(),
        satisfaction: Vec::new(),
        tasks: Vec::new(),
        components: Vec::new(),
        initiatives: Vec::new(),
        holds: Vec::new(),
        items: Vec::new(),
        tie_rulings: Vec::new(),
    })
}

impl Given {
    fn parameter(mut self, name: &str, value: &str) -> Self {
        let name = ParameterName::parse(name).unwrap();
        self.0.parameters.insert(name, value.to_owned());
        self
    }

    fn unit(mut self, id: &str, group: Group, advising: bool) -> Self {
        self.0.units.push(Unit {
            id: UnitId::parse(id).unwrap(),
            name: id.to_owned(),
            group,
            advising,
            since: None,
        });
        self
    }

    fn since(mut self, year: u16) -> Self {
        self.0.units.last_mut().unwrap().since = Some(year);
        self
    }

    /// Scores of the last unit.
    fn scores(mut self, scores: &[(u16, &str)]) -> Self {
        let unit = self.0.units.last().unwrap().id.clone();
        self.0
            .index
            .extend(scores.iter().map(|(year, score)| ScoreRecord {
                unit: unit.clone(),
                year: *year,
                score: percent(score),
            }));
        self
    }

    /// Satisfaction rates of the last unit.
    fn rates(mut self, rates: &[(u16, &str)]) -> Self {
        let unit = self.0.units.last().unwrap().id.clone();
        self.0
            .satisfaction
            .extend(rates.iter().map(|(year, rate)| SatisfactionRecord {
                unit: unit.clone(),
                year: *year,
                rate: percent(rate),
            }));
        self
    }

    /// Tasks of the last unit.
    fn tasks(mut self, tasks: &[(u16, u32, u32)]) -> Self {
        let unit = self.0.units.last().unwrap().id.clone();
        self.0
            .tasks
            .extend(tasks.iter().map(|(year, assigned, done)| TasksRecord {
                unit: unit.clone(),
                year: *year,
                assigned: *assigned,
                done_on_time: *done,
            }));
        self
    }

    /// Rates of a component; `-` = assigned, not published.
    fn component(mut self, id: &str, adviser: &str, rates: &[(u16, &str)]) -> Self {
        self.0
            .components
            .extend(rates.iter().map(|(year, rate)| ComponentRecord {
                id: ComponentId::parse(id).unwrap(),
                adviser: UnitId::parse(adviser).unwrap(),
                year: *year,
                rate: (*rate != "-").then(|| percent(rate)),
            }));
        self
    }

    fn initiative(mut self, id: &str, recognised: bool, date: &str) -> Self {
        self.0.initiatives.push(InitiativeRecord {
            id: InitiativeId::parse(id).unwrap(),
            recognised,
            date: date.parse().unwrap(),
        });
        self
    }

    fn hold(mut self, subject: &str, opened: &str, closed: Option<&str>) -> Self {
        self.0.holds.push(Hold {
            subject: SubjectId::parse(subject).unwrap(),
            opened: opened.parse().unwrap(),
            closed: closed.map(|day| day.parse().unwrap()),
        });
        self
    }

    /// An item with every finding `MET`.
    fn item(mut self, id: &str, lane: Lane, subject: &str) -> Self {
        let rules = criteria_of(lane, None).iter();
        let figures_alone = [RuleId::R15, RuleId::R26];
        self.0.items.push(Item {
            id: ItemId::parse(id).unwrap(),
            lane,
            subject: SubjectId::parse(subject).unwrap(),
            basis: None,
            components: Vec::new(),
            initiative: None,
            findings: rules
                .filter(|rule| !figures_alone.contains(rule))
                .map(|rule| (*rule, FindingVerdict::Met))
                .collect(),
            council_score: None,
        });
        self
    }

    /// A person's item with every finding `MET`.
    fn person(self, id: &str, basis: Basis, score: Option<&str>) -> Self {
        let mut given = self.item(id, Lane::CertIndividual, &format!("person-{id}"));
        let rules = criteria_of(Lane::CertIndividual, Some(basis)).iter();
        let item = given.last_item();
        item.basis = Some(basis);
        item.findings = rules.map(|rule| (*rule, FindingVerdict::Met)).collect();
        item.council_score = score.map(percent);
        given
    }

    fn last_item(&mut self) -> &mut Item {
        self.0.items.last_mut().unwrap()
    }

    /// Changes the last item.
    fn with(mut self, change: impl FnOnce(&mut Item)) -> Self {
        change(self.last_item());
        self
    }

    /// The last item's finding on a rule; `None` takes it away.
    fn finding(self, rule: RuleId, finding: Option<FindingVerdict>) -> Self {
        self.with(|item| match finding {
            Some(finding) => {
                item.findings.insert(rule, finding);
            }
            None => {
                item.findings.remove(&rule);
            }
        })
    }

    fn ruling(mut self, lane: Lane, order: &[&str]) -> Self {
        self.0.tie_rulings.push(TieRuling {
            lane,
            order: order.iter().map(|id| ItemId::parse(id).unwrap()).collect(),
        });
        self
    }

    fn outcome(&self) -> Outcome {
        assert_eq!(self.0.check(), Ok(()));
        evaluate(&self.0, RuleBook::soc_trang())
    }

    /// The verdict on one rule of the first item.
    fn verdict(&self, rule: RuleId) -> Verdict {
        let outcome = self.outcome();
        let mut criteria = outcome.items[0].criteria.iter();
        criteria
            .find(|criterion| criterion.rule == rule)
            .unwrap()
            .verdict
    }

    /// Every item with its outcome and place, `id OUTCOME place`.
    fn outcomes(&self) -> Vec<String> {
        let outcome = self.outcome();
        let shown = outcome.items.iter().map(|item| {
            let place = item
                .place
                .map_or(String::new(), |place| format!(" {place}"));
            format!("{} {}{place}", item.id, item.outcome)
        });
        shown.collect()
    }

    fn lane(&self, lane: Lane) -> LaneOutcome {
        let outcome = self.outcome();
        outcome
            .lanes
            .into_iter()
            .find(|one| one.lane == lane)
            .unwrap()
    }
}
