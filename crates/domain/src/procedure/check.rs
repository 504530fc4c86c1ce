//! One case against the procedure: fitness, and every deviation with its clause.

use std::collections::BTreeSet;

use serde::Serialize;
use serde_json::Value;

use super::align::{Aligned, Walk};
use super::model::{Asked, Constraint, Field, Net, Procedure, Scope, at};

/// An event as it was seen.
#[derive(Debug, Clone)]
pub struct Seen {
    /// Its place in the log.
    pub position: u64,
    /// Category of its stream.
    pub category: String,
    /// What the stream is about: a dossier or a round.
    pub id: String,
    /// Its type.
    pub event: String,
    /// What it says, without the type around it.
    pub body: Value,
    /// The person behind who acted; `None` for Hoso's own reactions.
    pub person: Option<String>,
}

/// A case: the events that tell of it, in the order of the log.
#[derive(Debug, Clone, Copy)]
pub struct Case<'a> {
    /// What it is.
    pub scope: Scope,
    /// The dossier or round.
    pub id: &'a str,
    /// The events of the case; for a round those of its dossiers too.
    pub events: &'a [Seen],
    /// Its round is over: what must have happened has had its time.
    pub round_closed: bool,
}

/// What is not as declared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum DeviationKind {
    /// Asked for, and did not happen.
    SkippedStep,
    /// Happened, and not where it belongs.
    WrongOrder,
    /// Happened where the procedure knows no such step.
    UnexpectedStep,
    /// One person did what two must do.
    SamePerson,
    /// After its last day.
    Late,
}

/// One deviation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Deviation {
    /// What is not as declared.
    pub kind: DeviationKind,
    /// The step: an event's type.
    pub step: String,
    /// Position of the event that shows it; absent for what never happened.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub position: Option<u64>,
    /// The item, document number or date it is about.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub about: Option<String>,
    /// The constraint of the procedure's file; absent where the net says so.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub constraint: Option<String>,
    /// The rule, if the constraint comes from one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rule: Option<String>,
    /// The clause.
    pub citation: String,
    /// In Vietnamese.
    pub vi: String,
    /// In English.
    pub en: String,
}

/// What the check of one case found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checked {
    /// Steps of the case that the net is about.
    pub steps: u32,
    /// The case is over, and was asked to have reached an end.
    pub complete: bool,
    /// Price of the cheapest alignment.
    pub cost: u32,
    /// Price of the worst: every step happened outside the net, and the net's cheapest run missing.
    pub worst: u32,
    /// Constraints that had something to judge.
    pub constraints: u32,
    /// Those of them that were broken.
    pub broken: u32,
    /// What is not as declared, by position.
    pub deviations: Vec<Deviation>,
}

impl Checked {
    /// Fitness in ten-thousandths: 1 - cost / worst, rounded down; 10 000 for a case without steps.
    #[must_use]
    pub fn fitness_ten_thousandths(&self) -> u32 {
        let followed = self.worst.saturating_sub(self.cost);
        let share = u64::from(followed) * 10_000;
        let share = share.checked_div(u64::from(self.worst)).unwrap_or(10_000);
        u32::try_from(share).unwrap_or(10_000)
    }
}

/// Checks one case; `None` if its events cannot be aligned within the bound of the search.
#[must_use]
pub fn check(procedure: &Procedure, case: Case<'_>) -> Option<Checked> {
    let net = match case.scope {
        Scope::Dossier => &procedure.dossier,
        Scope::Round => &procedure.round,
    };
    let steps: Vec<&Seen> = case
        .events
        .iter()
        .filter(|seen| is_step(net, case.id, seen))
        .collect();
    let trace: Vec<&str> = steps.iter().map(|seen| seen.event.as_str()).collect();
    let begun = trace.contains(&net.complete_after.as_str());
    let complete = case.round_closed && begun;
    let walk = Walk::of(net);
    let aligned = walk.align(&trace, complete)?;
    let shortest = walk.align(&[], complete)?;
    let mut checked = Checked {
        steps: u32::try_from(trace.len()).ok()?,
        complete,
        cost: aligned.cost,
        worst: u32::try_from(trace.len()).ok()? + shortest.cost,
        constraints: 0,
        broken: 0,
        deviations: by_net(procedure, &steps, &aligned.steps),
    };
    for constraint in &procedure.constraints {
        if let Some(found) = by_constraint(constraint, case) {
            checked.constraints += 1;
            checked.broken += u32::from(!found.is_empty());
            checked.deviations.extend(found);
        }
    }
    checked
        .deviations
        .sort_by_key(|found| (found.position.unwrap_or(u64::MAX), found.kind));
    Some(checked)
}

fn is_step(net: &Net, id: &str, seen: &Seen) -> bool {
    seen.id == id && net.streams.contains(&seen.category) && !net.ignored.contains_key(&seen.event)
}

/// What the alignment says, each step once: one that happened elsewhere than it belongs is in the
/// wrong order, and not skipped besides.
fn by_net(procedure: &Procedure, steps: &[&Seen], aligned: &[Aligned]) -> Vec<Deviation> {
    let mut skipped: Vec<(&str, Option<u64>)> = Vec::new();
    let mut found = Vec::new();
    for step in aligned {
        if let Aligned::NetOnly(at, event) = step {
            let next = steps.get(*at).map(|seen| seen.position);
            skipped.push((event, next));
        }
    }
    for step in aligned {
        let Aligned::LogOnly(at) = step else {
            continue;
        };
        let Some(seen) = steps.get(*at) else {
            continue;
        };
        let elsewhere = skipped.iter().position(|(event, _)| *event == seen.event);
        let kind = if let Some(place) = elsewhere {
            skipped.remove(place);
            DeviationKind::WrongOrder
        } else {
            DeviationKind::UnexpectedStep
        };
        found.push(of_net(procedure, kind, &seen.event, Some(seen.position)));
    }
    for (event, next) in skipped {
        let mut one = of_net(procedure, DeviationKind::SkippedStep, event, None);
        one.about = next.map(|position| format!("before position {position}"));
        found.push(one);
    }
    found
}

fn of_net(
    procedure: &Procedure,
    kind: DeviationKind,
    event: &str,
    position: Option<u64>,
) -> Deviation {
    let label = procedure.labels.get(event);
    let named = |text: Option<&String>| text.map_or_else(|| event.to_owned(), Clone::clone);
    Deviation {
        kind,
        step: event.to_owned(),
        position,
        about: None,
        constraint: None,
        rule: None,
        citation: label.map_or_else(String::new, |label| label.citation.clone()),
        vi: named(label.map(|label| &label.vi)),
        en: named(label.map(|label| &label.en)),
    }
}

/// What breaks a constraint; `None` where it had nothing to judge.
fn by_constraint(constraint: &Constraint, case: Case<'_>) -> Option<Vec<Deviation>> {
    match &constraint.asked {
        Asked::Precedence { step, before } => precedence(constraint, case, step, before),
        Asked::Separation {
            events,
            others,
            within,
        } if *within == case.scope => separation(constraint, case, events, others),
        Asked::Dates {
            first,
            then,
            within,
        } if *within == case.scope => dates(constraint, case, first, then),
        Asked::Late { event, .. } => late(constraint, case, event),
        Asked::Separation { .. } | Asked::Dates { .. } => None,
    }
}

fn broken(
    constraint: &Constraint,
    kind: DeviationKind,
    seen: &Seen,
    about: Option<String>,
) -> Deviation {
    Deviation {
        kind,
        step: seen.event.clone(),
        position: Some(seen.position),
        about,
        constraint: Some(constraint.id.clone()),
        rule: Some(constraint.rule.clone()),
        citation: constraint.citation.clone(),
        vi: constraint.vi.clone(),
        en: constraint.en.clone(),
    }
}

/// Events of the case's own streams.
fn own<'a>(case: Case<'a>, event: &'a str) -> impl Iterator<Item = &'a Seen> {
    let own = move |seen: &&Seen| seen.event == event && seen.id == case.id;
    case.events.iter().filter(own)
}

fn precedence(
    constraint: &Constraint,
    case: Case<'_>,
    step: &Field,
    before: &Field,
) -> Option<Vec<Deviation>> {
    let mut judged = false;
    let mut found = Vec::new();
    for seen in own(case, &step.event) {
        for value in at(&seen.body, &step.key) {
            judged = true;
            let happened = |one: &&Seen| {
                one.event == before.event && at(&one.body, &before.key).contains(&value)
            };
            let mut all = case.events.iter().filter(happened);
            let kind = match all.next() {
                Some(one) if one.position < seen.position => continue,
                Some(_) => DeviationKind::WrongOrder,
                None => DeviationKind::SkippedStep,
            };
            let mut one = broken(constraint, kind, seen, Some(text(value)));
            one.step.clone_from(&before.event);
            found.push(one);
        }
    }
    judged.then_some(found)
}

fn separation(
    constraint: &Constraint,
    case: Case<'_>,
    events: &[String],
    others: &[String],
) -> Option<Vec<Deviation>> {
    let of = |names: &[String]| -> Vec<&Seen> {
        let named = |seen: &&Seen| names.contains(&seen.event) && seen.id == case.id;
        case.events.iter().filter(named).collect()
    };
    let (some, other) = (of(events), of(others));
    if some.is_empty() || other.is_empty() {
        return None;
    }
    let persons: BTreeSet<&str> = some.iter().filter_map(|s| s.person.as_deref()).collect();
    let mut found = Vec::new();
    for seen in other {
        if let Some(person) = seen.person.as_deref().filter(|p| persons.contains(p)) {
            let about = Some(person.to_owned());
            found.push(broken(constraint, DeviationKind::SamePerson, seen, about));
        }
    }
    Some(found)
}

fn dates(
    constraint: &Constraint,
    case: Case<'_>,
    first: &Field,
    then: &Field,
) -> Option<Vec<Deviation>> {
    let mut judged = false;
    let mut found = Vec::new();
    for seen in own(case, &then.event) {
        let earlier = own(case, &first.event).filter(|one| one.position < seen.position);
        let Some(last) = earlier.last() else {
            continue;
        };
        let (before, after) = (at(&last.body, &first.key), at(&seen.body, &then.key));
        let (Some(Value::String(before)), Some(Value::String(after))) =
            (before.first(), after.first())
        else {
            continue;
        };
        judged = true;
        // Dates are written year first, so that their text sorts as they do.
        if before > after {
            let about = Some(format!("{before} > {after}"));
            found.push(broken(constraint, DeviationKind::WrongOrder, seen, about));
        }
    }
    judged.then_some(found)
}

fn late(constraint: &Constraint, case: Case<'_>, event: &str) -> Option<Vec<Deviation>> {
    let Asked::Late {
        each,
        flag,
        late,
        key,
        due,
        ..
    } = &constraint.asked
    else {
        return None;
    };
    let mut judged = false;
    let mut found = Vec::new();
    for seen in own(case, event) {
        for part in at(&seen.body, each.as_deref().unwrap_or("")) {
            judged = true;
            let is_late = match (flag, late) {
                (Some(flag), Some(late)) => at(part, flag).contains(&&Value::Bool(*late)),
                (_, _) => true,
            };
            if is_late {
                let key = key.as_deref().map(|key| at(part, key));
                let parts = key.into_iter().flatten().chain(at(part, due));
                let about: Vec<String> = parts.map(text).collect();
                let about = Some(about.join(", "));
                found.push(broken(constraint, DeviationKind::Late, seen, about));
            }
        }
    }
    judged.then_some(found)
}

fn text(value: &Value) -> String {
    value
        .as_str()
        .map_or_else(|| value.to_string(), str::to_owned)
}
