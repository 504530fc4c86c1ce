//! Clauses: whether each is there, in force, says where it stands, and can be found on.

use std::collections::BTreeSet;

use chrono::{Datelike, NaiveDate};

use super::{FlawKind, Lint};
use crate::evaluation::vocabulary::{Basis, Lane, RuleId, criteria_of, takes_finding};
use crate::rulebook::book::{Computation, Criterion, Row, Validity};
use crate::verification::finders;

impl Lint<'_> {
    /// The book and each clause are in force from the first to the last day of the round.
    pub(super) fn validity(&mut self) {
        let book = self.book;
        match self.round {
            Some(round) => {
                self.in_force(
                    "$.validity",
                    "the book",
                    book.validity(),
                    (round.from, round.to),
                );
                for (at, clause) in book.clauses().iter().enumerate() {
                    if let Some(validity) = &clause.validity {
                        let path = format!("$.criteria[{at}].validity");
                        let days = (round.from, round.to);
                        self.in_force(&path, clause.rule.as_str(), validity, days);
                    }
                }
            }
            None => self.in_force_for_the_final_review(),
        }
    }

    fn in_force(
        &mut self,
        path: &str,
        what: &str,
        validity: &Validity,
        (first, last): (NaiveDate, NaiveDate),
    ) {
        let (from, to) = (validity.from, validity.to);
        if first < from || last > to {
            let reason =
                format!("{what} is in force {from} to {to}, the round goes from {first} to {last}");
            self.error(FlawKind::Expires, path, reason);
        }
    }

    /// An index is published after its year is over, and a round opens on published indexes (R10).
    fn in_force_for_the_final_review(&mut self) {
        let (last, to) = (self.book.windows().r#final, self.book.validity().to);
        if to.year() <= i32::from(last) {
            let reason = format!(
                "the final review of {last} opens when the index of {last} is published, after the book's last day {to}"
            );
            self.warn(FlawKind::Expires, "$.validity.to", reason);
        }
        let clauses = self.book.clauses().iter().enumerate();
        let ending = clauses.filter_map(|(at, clause)| {
            let ends = clause.validity.as_ref()?.to;
            (ends < to).then(|| {
                let rule = clause.rule;
                let path = format!("$.criteria[{at}].validity.to");
                (
                    path,
                    format!("{rule} ends on {ends}, before the book's last day {to}"),
                )
            })
        });
        for (path, reason) in ending.collect::<Vec<_>>() {
            self.warn(FlawKind::Expires, path, reason);
        }
    }

    /// Every row has its criteria, every criterion its words, and somebody who may find on it.
    pub(super) fn clauses(&mut self) {
        let book = self.book;
        for (at, rules) in book.lanes().iter().enumerate() {
            for (number, row) in rules.rows.iter().enumerate() {
                self.row(&format!("$.lanes[{at}].rows[{number}]"), rules.lane, row);
            }
            if rules.citation.trim().is_empty() {
                let path = format!("$.lanes[{at}].citation");
                self.error(
                    FlawKind::Missing,
                    path,
                    "says not where the plan gives the quotas",
                );
            }
        }
        let rows = book.lanes().iter().flat_map(|rules| &rules.rows);
        let used: BTreeSet<RuleId> = rows.flat_map(|row| &row.criteria).copied().collect();
        for (at, clause) in book.clauses().iter().enumerate() {
            let rule = clause.rule;
            if !used.contains(&rule) {
                let reason = format!("{rule} is a criterion of no lane");
                self.warn(FlawKind::Unused, format!("$.criteria[{at}]"), reason);
            }
            self.words(at, clause);
            if used.contains(&rule) {
                self.finder(at, clause);
            }
        }
    }

    fn row(&mut self, path: &str, lane: Lane, row: &Row) {
        for rule in criteria_of(lane, row.basis) {
            if !row.criteria.contains(rule) {
                let reason = format!("{rule} of {lane} is left out");
                self.error(FlawKind::Missing, format!("{path}.criteria"), reason);
            }
        }
        for rule in &row.criteria {
            let clause = self.book.criterion(*rule);
            if let Some(why) = clause.and_then(|clause| misfit(lane, row.basis, clause)) {
                let reason = format!("{rule} of {lane}: {why}");
                self.error(FlawKind::Unreachable, format!("{path}.criteria"), reason);
            }
        }
    }

    fn words(&mut self, at: usize, clause: &Criterion) {
        for (field, text) in [
            ("citation", &clause.citation),
            ("vi", &clause.vi),
            ("en", &clause.en),
        ] {
            if text.trim().is_empty() {
                let reason = format!("{} has no {field}", clause.rule);
                self.error(
                    FlawKind::Missing,
                    format!("$.criteria[{at}].{field}"),
                    reason,
                );
            }
        }
    }

    /// What leaves something for a human to say has a human who may say it.
    fn finder(&mut self, at: usize, clause: &Criterion) {
        let by_figures_alone = match clause.computation {
            Computation::Floor { .. } => true,
            Computation::Finding
            | Computation::Tasks
            | Computation::Mean { .. }
            | Computation::Satisfaction { .. }
            | Computation::Growth
            | Computation::GrowthOrMaximum
            | Computation::RecognisedInitiative => false,
        };
        let rule = clause.rule;
        if !by_figures_alone && (!takes_finding(rule) || finders(rule).is_empty()) {
            let reason = format!("{rule} needs a finding, and no role may find on it");
            let path = format!("$.criteria[{at}].computation");
            self.error(FlawKind::NoFinder, path, reason);
        }
    }
}

/// Why no fact of a lane's items can ever meet a clause; `None` = some can.
fn misfit(lane: Lane, basis: Option<Basis>, clause: &Criterion) -> Option<&'static str> {
    match clause.computation {
        Computation::Tasks
        | Computation::Mean { .. }
        | Computation::Floor { .. }
        | Computation::Satisfaction { .. }
        | Computation::Growth => lane
            .is_individual()
            .then_some("is judged by a unit's figures, and a person has none"),
        Computation::RecognisedInitiative => (basis != Some(Basis::Outsider))
            .then_some("wants an initiative, which only an outsider's item names"),
        Computation::Finding | Computation::GrowthOrMaximum => None,
    }
}
