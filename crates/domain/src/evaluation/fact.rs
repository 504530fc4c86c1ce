//! A single fact of a round file: where it stands, what it says, and what else it could say.

use chrono::NaiveDate;
use serde::Serialize;

use super::facts::Facts;
use super::round_file::{Item, RoundFile};
use super::vocabulary::{FindingVerdict, RuleId};
use crate::percent::Percent;

/// What a fact says, as the file writes it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(untagged)]
pub enum FactValue {
    /// Not there: `null`.
    Absent,
    /// A score or rate.
    Percent(Percent),
    /// A number of tasks.
    Count(u32),
    /// A human's word on a criterion.
    Finding(FindingVerdict),
    /// A civil day.
    Day(NaiveDate),
}

impl FactValue {
    fn percent(self) -> Option<Percent> {
        match self {
            Self::Percent(percent) => Some(percent),
            Self::Absent | Self::Count(_) | Self::Finding(_) | Self::Day(_) => None,
        }
    }

    fn count(self) -> Option<u32> {
        match self {
            Self::Count(count) => Some(count),
            Self::Absent | Self::Percent(_) | Self::Finding(_) | Self::Day(_) => None,
        }
    }

    fn finding(self) -> Option<FindingVerdict> {
        match self {
            Self::Finding(finding) => Some(finding),
            Self::Absent | Self::Percent(_) | Self::Count(_) | Self::Day(_) => None,
        }
    }
}

/// Which fact, by its record's place in the file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Fact {
    /// A unit's index score.
    Score(usize),
    /// A unit's satisfaction rate.
    Satisfaction(usize),
    /// How many of a year's tasks were done on time.
    DoneOnTime(usize),
    /// A component's rate.
    Rate(usize),
    /// The day a hold ended.
    Closed(usize),
    /// A finding on an item.
    Finding(usize, RuleId),
    /// The council's score of an individual.
    CouncilScore(usize),
}

/// What a fact could say instead.
pub(super) enum Range {
    /// Every whole step from `least` to `most`.
    Steps { today: i64, least: i64, most: i64 },
    /// These, the higher first.
    Choices(Vec<FactValue>),
}

/// The step of a score that is not there: lower than any value.
const ABSENT: i64 = -1;

impl Fact {
    /// Where it stands, such as `$.index[3].score`.
    pub(super) fn path(self) -> String {
        match self {
            Self::Score(record) => format!("$.index[{record}].score"),
            Self::Satisfaction(record) => format!("$.satisfaction[{record}].rate"),
            Self::DoneOnTime(record) => format!("$.tasks[{record}].doneOnTime"),
            Self::Rate(record) => format!("$.components[{record}].rate"),
            Self::Closed(record) => format!("$.holds[{record}].closed"),
            Self::Finding(item, rule) => format!("$.items[{item}].findings.{rule}"),
            Self::CouncilScore(item) => format!("$.items[{item}].councilScore"),
        }
    }

    /// What it says today.
    pub(super) fn value(self, file: &RoundFile) -> FactValue {
        let said = match self {
            Self::Score(at) => file.index.get(at).map(|r| FactValue::Percent(r.score)),
            Self::Satisfaction(at) => file
                .satisfaction
                .get(at)
                .map(|r| FactValue::Percent(r.rate)),
            Self::DoneOnTime(at) => file.tasks.get(at).map(|r| FactValue::Count(r.done_on_time)),
            Self::Rate(at) => percent(file.components.get(at).and_then(|r| r.rate)),
            Self::Closed(at) => file
                .holds
                .get(at)
                .and_then(|r| r.closed)
                .map(FactValue::Day),
            Self::Finding(at, rule) => {
                let found = file.items.get(at).and_then(|item| item.findings.get(&rule));
                found.copied().map(FactValue::Finding)
            }
            Self::CouncilScore(at) => percent(file.items.get(at).and_then(|i| i.council_score)),
        };
        said.unwrap_or(FactValue::Absent)
    }

    /// What it could say: percentages in steps of 0.0001, tasks up to those assigned, a finding the
    /// other way, a hold over on the day of the outcome.
    pub(super) fn range(self, file: &RoundFile) -> Range {
        let most = match self {
            Self::DoneOnTime(at) => file.tasks.get(at).map_or(0, |record| record.assigned),
            Self::Finding(..) | Self::Closed(_) => return Range::Choices(self.choices(file)),
            Self::Score(_) | Self::Satisfaction(_) | Self::Rate(_) | Self::CouncilScore(_) => {
                Percent::MAX.ten_thousandths()
            }
        };
        let today = self.value(file);
        let percent = today.percent().map(Percent::ten_thousandths);
        Range::Steps {
            today: percent.or(today.count()).map_or(ABSENT, i64::from),
            least: 0,
            most: i64::from(most),
        }
    }

    fn choices(self, file: &RoundFile) -> Vec<FactValue> {
        if matches!(self, Self::Closed(_)) {
            return vec![FactValue::Day(file.as_of)];
        }
        let words = [FindingVerdict::Met, FindingVerdict::NotMet];
        let today = self.value(file).finding();
        let others = words.into_iter().filter(|word| Some(*word) != today);
        others.map(FactValue::Finding).collect()
    }

    /// The value of a step of its range.
    pub(super) fn at_step(self, step: i64) -> FactValue {
        let Ok(step) = u32::try_from(step) else {
            return FactValue::Absent;
        };
        match self {
            Self::DoneOnTime(_) => FactValue::Count(step),
            Self::Score(_)
            | Self::Satisfaction(_)
            | Self::Rate(_)
            | Self::CouncilScore(_)
            | Self::Closed(_)
            | Self::Finding(..) => {
                Percent::from_ten_thousandths(step).map_or(FactValue::Absent, FactValue::Percent)
            }
        }
    }

    /// Lets gathered facts say this instead; what stands in items and holds is not among them.
    pub(super) fn put(self, file: &RoundFile, facts: &mut Facts<'_>, value: FactValue) {
        match self {
            Self::Score(at) => {
                if let Some((record, score)) = file.index.get(at).zip(value.percent()) {
                    facts.put_score(record, score);
                }
            }
            Self::Satisfaction(at) => {
                if let Some((record, rate)) = file.satisfaction.get(at).zip(value.percent()) {
                    facts.put_satisfaction(record, rate);
                }
            }
            Self::Rate(at) => {
                if let Some((record, rate)) = file.components.get(at).zip(value.percent()) {
                    facts.put_rate(record, rate);
                }
            }
            Self::DoneOnTime(at) => {
                if let Some((record, count)) = file.tasks.get(at).zip(value.count()) {
                    facts.put_done_on_time(record, count);
                }
            }
            Self::Closed(_) | Self::Finding(..) | Self::CouncilScore(_) => {}
        }
    }

    /// The item with this instead, if the fact stands in it.
    pub(super) fn put_into(self, item: &mut Item, value: FactValue) {
        match self {
            Self::CouncilScore(_) => item.council_score = value.percent(),
            Self::Finding(_, rule) => {
                item.findings.remove(&rule);
                item.findings
                    .extend(value.finding().map(|finding| (rule, finding)));
            }
            Self::Score(_)
            | Self::Satisfaction(_)
            | Self::DoneOnTime(_)
            | Self::Rate(_)
            | Self::Closed(_) => {}
        }
    }
}

fn percent(value: Option<Percent>) -> Option<FactValue> {
    value.map(FactValue::Percent)
}
