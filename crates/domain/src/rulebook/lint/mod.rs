//! What is wrong with a rule book although it reads: gaps, overlaps, contradictions, and what would
//! make a round under it impossible. Asked before a round opens.
//!
//! It judges no outcome and changes nothing. An error stands in a round's way; a warning is for a
//! person to look at.

mod answers;
mod clauses;
mod figures;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use chrono::NaiveDate;
use serde::Serialize;

use super::book::RuleBook;
use super::parameters::{ParameterName, Parameters};
use crate::evaluation::ComponentRecord;
use crate::evaluation::vocabulary::RoundKind;

/// What kind of flaw.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum FlawKind {
    /// Quotas of lanes do not add up to the plan's total.
    QuotaSum,
    /// A lane has more awards than its group has units.
    QuotaOverGroup,
    /// A score belongs to two bands, or a band has no score.
    BandOverlap,
    /// A score belongs to a band and fails the threshold of that band.
    BandGap,
    /// The book or a clause is not in force throughout the round.
    Expires,
    /// A threshold that no value can meet.
    Unreachable,
    /// A threshold that every value meets.
    AlwaysMet,
    /// A criterion that needs a finding which nobody may record.
    NoFinder,
    /// A clause, criterion or answer is missing.
    Missing,
    /// A clause of no lane.
    Unused,
    /// An answer that is not offered.
    NotOffered,
    /// An answer in words that the book does not give where it is computed.
    Contradicts,
}

/// How bad it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Severity {
    /// No round may open under it.
    Error,
    /// A person should look.
    Warning,
}

/// Something wrong with a rule book.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Flaw {
    /// What kind.
    pub kind: FlawKind,
    /// How bad.
    pub severity: Severity,
    /// Where in the book's file, such as `$.lanes[4].quotas.annual`.
    pub path: String,
    /// What is wrong, in words.
    pub reason: String,
}

impl std::fmt::Display for Flaw {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}: {}", self.path, self.reason)
    }
}

/// The round a book is looked at for.
#[derive(Debug, Clone, Copy)]
pub struct PlannedRound<'a> {
    /// Kind.
    pub kind: RoundKind,
    /// Award year.
    pub year: u16,
    /// First day it is used.
    pub from: NaiveDate,
    /// Last day it is known to be used.
    pub to: NaiveDate,
    /// The round's own answers over the book's.
    pub parameters: &'a BTreeMap<ParameterName, String>,
    /// Component indexes known so far.
    pub components: &'a [ComponentRecord],
}

/// Everything wrong with a book, errors first; with a round also what is wrong for that round.
#[must_use]
pub fn lint(book: &RuleBook, round: Option<PlannedRound<'_>>) -> Vec<Flaw> {
    let parameters = match round {
        Some(round) => book.parameters().overridden(round.parameters),
        None => book.parameters().clone(),
    };
    let mut lint = Lint {
        book,
        parameters,
        round,
        flaws: Vec::new(),
    };
    lint.quotas();
    lint.bands();
    lint.thresholds();
    lint.validity();
    lint.clauses();
    lint.answers();
    lint.answers_given();
    // Stable: within a severity in the order they were looked for.
    lint.flaws.sort_by_key(|flaw| flaw.severity);
    lint.flaws
}

/// A book being looked at.
struct Lint<'a> {
    book: &'a RuleBook,
    parameters: Parameters,
    round: Option<PlannedRound<'a>>,
    flaws: Vec<Flaw>,
}

impl Lint<'_> {
    fn error(&mut self, kind: FlawKind, path: impl Into<String>, reason: impl Into<String>) {
        self.flaw(kind, Severity::Error, path.into(), reason.into());
    }

    fn warn(&mut self, kind: FlawKind, path: impl Into<String>, reason: impl Into<String>) {
        self.flaw(kind, Severity::Warning, path.into(), reason.into());
    }

    fn flaw(&mut self, kind: FlawKind, severity: Severity, path: String, reason: String) {
        self.flaws.push(Flaw {
            kind,
            severity,
            path,
            reason,
        });
    }
}
