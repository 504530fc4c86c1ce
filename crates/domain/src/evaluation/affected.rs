//! Which items of a round rest on a fact that says something else by now, and where they would stand.
//!
//! For the reviewer, who decides on revocation: nothing changes by itself.

use std::fmt;
use std::str::FromStr;

use serde::Serialize;

use super::comparison::{Difference, Standing, differences};
use super::evaluate::evaluate;
use super::outcome::CriterionResult;
use super::receipt::{FactKey, FactKind, Sources, receipts};
use super::round_file::RoundFile;
use super::vocabulary::{RuleId, Verdict};
use crate::ids::{ItemId, SubjectId};
use crate::rulebook::RuleBook;

/// A fact that may be corrected: one of a receipt, or whether a subject is on hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Correctable {
    /// A fact of receipts.
    Fact(FactKey),
    /// The holds on a subject (kỷ luật), written `HOLD/so-y-te`.
    Holds(SubjectId),
}

/// Text that names nothing that may be corrected.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}; or HOLD/SUBJECT")]
pub struct CorrectableError(super::receipt::FactKeyError);

impl FromStr for Correctable {
    type Err = CorrectableError;

    fn from_str(text: &str) -> Result<Self, CorrectableError> {
        let hold = text
            .split_once('/')
            .filter(|(word, _)| word.eq_ignore_ascii_case("HOLD"))
            .and_then(|(_, subject)| SubjectId::parse(subject).ok());
        match hold {
            Some(subject) => Ok(Self::Holds(subject)),
            None => text.parse().map(Self::Fact).map_err(CorrectableError),
        }
    }
}

impl fmt::Display for Correctable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Fact(key) => key.fmt(f),
            Self::Holds(subject) => write!(f, "HOLD/{subject}"),
        }
    }
}

/// An item that rests on the fact, or would stand otherwise with it as it is now.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct AffectedItem {
    /// Item.
    pub item: ItemId,
    /// Its criteria that looked at the fact.
    pub rules: Vec<RuleId>,
    /// As it stood.
    pub then: Standing,
    /// As it would stand.
    pub now: Standing,
    /// Why it stood so, in words.
    pub then_reason: String,
    /// Why it would stand so now, in words.
    pub now_reason: String,
    /// Those criteria, and others that are judged otherwise now, as they were and are.
    pub criteria: Vec<CriterionThenNow>,
}

/// A criterion as it was judged, and as it would be with the fact as it is now.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct CriterionThenNow {
    /// Rule.
    pub rule: RuleId,
    /// As it was.
    pub then: Judged,
    /// As it would be.
    pub now: Judged,
}

/// A criterion's verdict with its figure.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Judged {
    /// Verdict.
    pub verdict: Verdict,
    /// The figure, rounded for people; `None` = missing, or a finding alone.
    pub value: Option<String>,
    /// Why, in words.
    pub explanation: String,
}

impl Judged {
    fn of(result: &CriterionResult) -> Self {
        Self {
            verdict: result.verdict,
            value: result.value.clone(),
            explanation: result.explanation.clone(),
        }
    }
}

/// What rests on a fact in a round.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Affected {
    /// What the round was told: one text a record, none if there was none.
    pub then: Vec<String>,
    /// What the registry says now.
    pub now: Vec<String>,
    /// The items, in the file's order.
    pub items: Vec<AffectedItem>,
}

/// What rests on a fact in a round, of which `file` has the facts it was decided on; `now` is a file
/// with what the registry says by now.
///
/// # Errors
/// None occurs for these types; the signature is the serialiser's.
pub fn affected(
    file: &RoundFile,
    now: &RoundFile,
    book: &RuleBook,
    fact: &Correctable,
) -> Result<Affected, serde_json::Error> {
    let corrected = with_fact_of(file, now, fact);
    let before = evaluate(file, book);
    let after = evaluate(&corrected, book);
    let others = differences(&before, &after);
    let receipts = receipts(file, book, &Sources::default())?;
    let then_said = said(file, fact);
    let now_said = said(now, fact);
    let mut items = Vec::new();
    for ((receipt, then), now) in receipts.iter().zip(&before.items).zip(&after.items) {
        let criteria = receipt.criteria.iter();
        let looked = criteria.filter(|one| {
            let mut inputs = one.inputs.iter();
            inputs.any(|input| *fact == Correctable::Fact(input.key()))
        });
        let rules: Vec<RuleId> = looked.map(|one| one.rule).collect();
        let is_it = |one: &Difference| one.item == then.id;
        // Every award rests on what was known of holds on its subject, though no criterion says so.
        let held = *fact == Correctable::Holds(receipt.subject.clone()) && then_said != now_said;
        if held || !rules.is_empty() || others.iter().any(is_it) {
            items.push(AffectedItem {
                item: then.id.clone(),
                then: Standing::of(then),
                now: Standing::of(now),
                then_reason: then.reason.clone(),
                now_reason: now.reason.clone(),
                criteria: then_now(&rules, &then.criteria, &now.criteria),
                rules,
            });
        }
    }
    Ok(Affected {
        then: then_said,
        now: now_said,
        items,
    })
}

/// The criteria that looked at the fact, and those judged otherwise, in the order of the table.
fn then_now(
    looked: &[RuleId],
    then: &[CriterionResult],
    now: &[CriterionResult],
) -> Vec<CriterionThenNow> {
    let both = then.iter().zip(now);
    both.filter(|(then, now)| looked.contains(&then.rule) || then.verdict != now.verdict)
        .map(|(then, now)| CriterionThenNow {
            rule: then.rule,
            then: Judged::of(then),
            now: Judged::of(now),
        })
        .collect()
}

/// The file with the records of one fact as another has them; the file as it is, where they would
/// contradict the rest of it.
#[must_use]
pub fn with_fact_of(file: &RoundFile, now: &RoundFile, fact: &Correctable) -> RoundFile {
    let mut corrected = file.clone();
    match fact {
        Correctable::Holds(subject) => {
            put(&mut corrected.holds, &now.holds, |r| r.subject == *subject);
        }
        Correctable::Fact(FactKey { kind, of, year }) => match kind {
            FactKind::Unit => put(&mut corrected.units, &now.units, |r| r.id.as_str() == of),
            FactKind::Score => put(&mut corrected.index, &now.index, |r| {
                r.unit.as_str() == of && Some(r.year) == *year
            }),
            FactKind::Satisfaction => put(&mut corrected.satisfaction, &now.satisfaction, |r| {
                r.unit.as_str() == of && Some(r.year) == *year
            }),
            FactKind::Tasks => put(&mut corrected.tasks, &now.tasks, |r| {
                r.unit.as_str() == of && Some(r.year) == *year
            }),
            FactKind::Component => put(&mut corrected.components, &now.components, |r| {
                r.id.as_str() == of && Some(r.year) == *year
            }),
            FactKind::Initiative => put(&mut corrected.initiatives, &now.initiatives, |r| {
                r.id.as_str() == of
            }),
        },
    }
    // A unit that is no longer assessed, and its records, would make no round file at all.
    if corrected.check().is_err() {
        return file.clone();
    }
    corrected
}

fn put<T: Clone>(records: &mut Vec<T>, now: &[T], is_it: impl Fn(&T) -> bool) {
    records.retain(|record| !is_it(record));
    records.extend(now.iter().filter(|record| is_it(record)).cloned());
}

/// What a file says of a fact.
fn said(file: &RoundFile, fact: &Correctable) -> Vec<String> {
    let FactKey { kind, of, year } = match fact {
        Correctable::Fact(key) => key,
        Correctable::Holds(subject) => {
            let holds = file.holds.iter().filter(|hold| hold.subject == *subject);
            let until = |day: Option<chrono::NaiveDate>| day.map(|day| day.to_string());
            return holds
                .map(|hold| {
                    let closed = until(hold.closed).unwrap_or_default();
                    format!("{}..{closed}", hold.opened)
                })
                .collect();
        }
    };
    let is = |id: &str, of_year: u16| id == of && Some(of_year) == *year;
    match kind {
        FactKind::Unit => each(&file.units, |r| {
            let since = r.since.unwrap_or(super::YEAR_FIRST);
            (r.id.as_str() == of).then(|| since.to_string())
        }),
        FactKind::Score => each(&file.index, |r| {
            is(r.unit.as_str(), r.year).then(|| r.score.to_string())
        }),
        FactKind::Satisfaction => each(&file.satisfaction, |r| {
            is(r.unit.as_str(), r.year).then(|| r.rate.to_string())
        }),
        FactKind::Tasks => each(&file.tasks, |r| {
            is(r.unit.as_str(), r.year).then(|| format!("{}/{}", r.done_on_time, r.assigned))
        }),
        FactKind::Component => each(&file.components, |r| {
            let rate = r.rate.map_or_else(String::new, |rate| format!("{rate} "));
            is(r.id.as_str(), r.year).then(|| format!("{rate}({})", r.adviser))
        }),
        FactKind::Initiative => each(&file.initiatives, |r| {
            let word = if r.recognised {
                "RECOGNISED"
            } else {
                "REFUSED"
            };
            (r.id.as_str() == of).then(|| format!("{word} {}", r.date))
        }),
    }
}

fn each<T>(records: &[T], say: impl Fn(&T) -> Option<String>) -> Vec<String> {
    records.iter().filter_map(say).collect()
}
