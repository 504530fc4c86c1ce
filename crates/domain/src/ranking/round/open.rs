//! Opening a round: only on published indexes (R10), under a rule book in force, with what is
//! fixed from then on.

use chrono::NaiveDate;

use super::act::Act;
use super::command::OpenRound;
use super::rejection::Rejection;
use crate::actor::Role;
use crate::evaluation::vocabulary::{Group, PublicationKind, RoundKind};
use crate::ids::RoundId;
use crate::ranking::event::{
    Deadline, LaneQuota, PublicationRef, RoundEvent, RoundOpened, SnapshotUnit,
};
use crate::rulebook::RuleBook;
use crate::rulebook::lint::{PlannedRound, Severity, lint};

/// The indexes a round rests on.
const NEEDED: [PublicationKind; 2] = [PublicationKind::ProvincialIndex, PublicationKind::UnitIndex];

pub(super) fn open(act: &Act<'_>, open: OpenRound) -> Result<Vec<RoundEvent>, Rejection> {
    if let Some(refusal) = act.unless_role(&[Role::StandingOffice, Role::HomeAffairs]) {
        return Ok(refusal);
    }
    check_name(&open)?;
    check_rule_book(&open, act.day())?;
    let publications = published(&open, act.day())?;
    let deadlines = deadlines(&open, &publications)?;
    let mut warnings = flaws(&open, act.day(), &deadlines)?;
    let book = &open.rule_book;
    warnings.extend(size_warnings(book, &open.units));
    Ok(vec![RoundEvent::RoundOpened(RoundOpened {
        round: open.round,
        kind: open.kind,
        year: open.year,
        opened_on: act.day(),
        achievement_from: match open.kind {
            RoundKind::Annual => open.year,
            RoundKind::Interim | RoundKind::Final => book.windows().from,
        },
        rule_book: book.reference(),
        parameters: open.parameters,
        quotas: quotas(book, open.kind),
        publications,
        deadlines,
        voting: book.voting().clone(),
        appeal: book.appeal().clone(),
        retention_years: book.retention_years(),
        warnings,
        units: open.units,
    })])
}

/// The one id of a kind and year.
#[must_use]
pub fn round_name(kind: RoundKind, year: u16) -> String {
    format!("{}-{year}", kind.as_str().to_ascii_lowercase())
}

fn check_name(open: &OpenRound) -> Result<(), Rejection> {
    let windows = open.rule_book.windows();
    let possible = match open.kind {
        RoundKind::Annual => (windows.from..=windows.r#final).contains(&open.year),
        RoundKind::Interim => open.year == windows.interim,
        RoundKind::Final => open.year == windows.r#final,
    };
    if !possible {
        return Err(Rejection::NoSuchRound {
            kind: open.kind,
            year: open.year,
        });
    }
    let wanted = round_name(open.kind, open.year);
    if RoundId::as_str(&open.round) != wanted {
        return Err(Rejection::RoundName { wanted });
    }
    Ok(())
}

fn check_rule_book(open: &OpenRound, day: NaiveDate) -> Result<(), Rejection> {
    let validity = open.rule_book.validity();
    if day < validity.from || day > validity.to {
        return Err(Rejection::RuleBookNotInForce {
            id: open.rule_book.id().to_string(),
            from: validity.from,
            to: validity.to,
            day,
        });
    }
    let mut parameters = open.rule_book.parameters().clone();
    for (name, value) in &open.parameters {
        parameters
            .set(*name, value)
            .map_err(|error| Rejection::Parameter {
                name: name.as_str(),
                reason: error.to_string(),
            })?;
    }
    Ok(())
}

/// The publications of the award year that are out by the day; both indexes must be among them.
fn published(open: &OpenRound, day: NaiveDate) -> Result<Vec<PublicationRef>, Rejection> {
    let out: Vec<_> = open
        .publications
        .iter()
        .filter(|publication| publication.published_on <= day)
        .cloned()
        .collect();
    for kind in NEEDED {
        if !out.iter().any(|publication| publication.kind == kind) {
            return Err(Rejection::NotPublished {
                kind,
                year: open.year,
            });
        }
    }
    Ok(out)
}

fn deadlines(
    open: &OpenRound,
    publications: &[PublicationRef],
) -> Result<Vec<Deadline>, Rejection> {
    publications
        .iter()
        .filter(|publication| NEEDED.contains(&publication.kind))
        .map(|publication| {
            let due_on = open
                .rule_book
                .submission_due(publication.published_on, &open.holidays)
                .ok_or(Rejection::NoDeadline)?;
            Ok(Deadline {
                publication: publication.kind,
                due_on,
            })
        })
        .collect()
}

/// What is odd about the rule book for this round, to be looked at; what is wrong opens nothing.
fn flaws(
    open: &OpenRound,
    day: NaiveDate,
    deadlines: &[Deadline],
) -> Result<Vec<String>, Rejection> {
    let last = deadlines.iter().map(|deadline| deadline.due_on).max();
    let flaws = lint(
        &open.rule_book,
        Some(PlannedRound {
            kind: open.kind,
            year: open.year,
            from: day,
            to: last.unwrap_or(day).max(day),
            parameters: &open.parameters,
            components: &open.components,
        }),
    );
    let errors = flaws.iter().filter(|flaw| flaw.severity == Severity::Error);
    match (errors.clone().count(), errors.clone().next()) {
        (count, Some(first)) => Err(Rejection::RuleBookFlawed {
            count,
            first: first.to_string(),
        }),
        (_, None) => Ok(flaws.into_iter().map(|flaw| flaw.reason).collect()),
    }
}

fn quotas(book: &RuleBook, kind: RoundKind) -> Vec<LaneQuota> {
    book.lanes()
        .iter()
        .map(|rules| LaneQuota {
            lane: rules.lane,
            quota: book.quota(kind, rules.lane),
        })
        .filter(|entry| entry.quota > 0)
        .collect()
}

/// R5: groups of another size than the plan's are a warning; the snapshot is what counts.
fn size_warnings(book: &RuleBook, units: &[SnapshotUnit]) -> Vec<String> {
    let count = |group: Option<Group>| {
        let of_group = |unit: &&SnapshotUnit| match group {
            Some(group) => unit.group == group,
            None => unit.advising,
        };
        units.iter().filter(of_group).count()
    };
    book.groups()
        .iter()
        .filter_map(|entry| {
            let found = count(entry.group);
            let name = entry.group.map_or("advising units", Group::as_str);
            (u32::try_from(found) != Ok(entry.size)).then(|| {
                format!(
                    "R5: {name}: the registry has {found}, the plan {} ({})",
                    entry.size, entry.citation
                )
            })
        })
        .collect()
}
