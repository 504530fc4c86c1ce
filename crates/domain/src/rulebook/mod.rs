//! Rule books (bộ quy tắc): quotas, criteria, thresholds, deadlines and the answers to open questions, as data.
//!
//! A rule book is a file, read strictly and known by the digest of its exact bytes. Published ones are
//! added to, never edited. Nothing here decides anything: the evaluation and the services ask it.

mod book;
mod calendar;
mod changes;
pub mod lint;
mod parameters;
#[cfg(test)]
mod tests;
mod totals;

pub use book::{
    Ambiguity, AppealPeriod, Computation, Criterion, Deadline, DossierDemands, Fraction, GroupSize,
    LaneRules, Quotas, Row, RuleBook, RuleBookError, RuleBookRef, Supplement, Thresholds, Validity,
    Voting, Windows,
};
pub use calendar::{HolidayEntry, holiday_entries, holidays};
pub use changes::{RuleChange, changes};
pub use parameters::{
    AnnualWindow, AtMaximum, BothRuleLoser, ClassificationAverage, FlagExcludes, GrowthComponents,
    GrowthPhase, ParameterName, Parameters, UnknownParameter,
};
pub use totals::{AwardKind, AwardTotal, plan_totals};
