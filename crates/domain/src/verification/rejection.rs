//! Why a case does not take a command: mistakes in data or order, answered and not recorded.

use chrono::NaiveDate;

use crate::decider::{Explain, Obstacle, Violation};
use crate::evaluation::vocabulary::RuleId;
use crate::ids::ItemId;

use crate::rules::dossier::Missing;
use crate::rules::violation;

/// Why not.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Rejection {
    /// There is no case: the dossier was not submitted, or the news of it is on its way.
    #[error("there is no case for this dossier yet")]
    NoCase,
    /// The case is open already.
    #[error("the case is open already")]
    AlreadyOpen,
    /// The case is over or at another step.
    #[error("the case is {status}; {action} is possible only when it is {wanted}")]
    WrongStep {
        /// Where it stands.
        status: &'static str,
        /// What was asked.
        action: &'static str,
        /// Where it should stand.
        wanted: &'static str,
    },
    /// A text is empty or too long.
    #[error("{field} must be 1 to {characters_max} characters")]
    Text {
        /// The field.
        field: &'static str,
        /// Longest text.
        characters_max: usize,
    },
    /// More entries than a command may carry.
    #[error("{field} has more than {entries_max} entries")]
    TooMany {
        /// The field.
        field: &'static str,
        /// Most entries.
        entries_max: usize,
    },
    /// The stamp is before the dossier was sent or after the act.
    #[error("the receipt stamp must lie between the sending and now")]
    ReceiptTime,
    /// The rule book has no row for an item.
    #[error("the round's rule book has no criteria for item {item}")]
    NoRow {
        /// The item.
        item: ItemId,
    },
    /// No such item in the dossier.
    #[error("the dossier has no item {item}")]
    UnknownItem {
        /// The item.
        item: ItemId,
    },
    /// An extension names no item, or one that is not late.
    #[error("item {item} is not late")]
    NotLate {
        /// The item.
        item: ItemId,
    },
    /// An extension that names no item.
    #[error("an extension names the items it readmits")]
    NothingToExtend,
    /// The new last day is before the stamp's day.
    #[error("the new last day must not be before {received_on}, the day of receipt")]
    ExtensionTooShort {
        /// The stamp's day.
        received_on: NaiveDate,
    },
    /// An observation names a rule that is not about the dossier.
    #[error("{rule} is not about a dossier's content; R37 to R41 are")]
    NotADossierRule {
        /// The rule.
        rule: RuleId,
    },
    /// Something is missing.
    #[error("the dossier is not complete: {} missing", missing.len())]
    Incomplete {
        /// What.
        missing: Vec<Missing>,
    },
    /// It was supplemented as often as it may be.
    #[error("the dossier was returned {rounds_max} times already")]
    RoundsUsedUp {
        /// Most returns.
        rounds_max: u32,
    },
    /// The due day lies outside the period there is.
    #[error("the supplement must be due after {returned_on} and not after {latest}")]
    DueDay {
        /// The day of the return, which does not count.
        returned_on: NaiveDate,
        /// The last day there can be.
        latest: NaiveDate,
    },
    /// The calendar has no such day.
    #[error("the last day cannot be computed: the calendar runs out")]
    NoSuchDay,
    /// The due day has not ended.
    #[error("the supplement is due on {due_on}, which has not ended")]
    NotOverdue {
        /// The due day.
        due_on: NaiveDate,
    },
    /// Every item is late.
    #[error("no item of the dossier is in time")]
    NothingInTime,
    /// Not an item of the round: left out or not forwarded.
    #[error("item {item} was not forwarded")]
    NotForwarded {
        /// The item.
        item: ItemId,
    },
    /// Not a criterion of the item.
    #[error("{rule} is not a criterion of item {item}")]
    ForeignCriterion {
        /// The item.
        item: ItemId,
        /// The rule.
        rule: RuleId,
    },
    /// A criterion that figures alone decide.
    #[error("{rule} is decided by figures alone")]
    ComputedCriterion {
        /// The rule.
        rule: RuleId,
    },
    /// A verdict whose criteria are not the item's row, in order.
    #[error("the verdict on item {item} does not cover its criteria in order")]
    RowNotCovered {
        /// The item.
        item: ItemId,
    },
    /// A finding dated before the receipt or after the act.
    #[error("a finding's day must lie between the receipt and today")]
    FindingDay,
    /// A day that has not come.
    #[error("{field} lies in the future")]
    Future {
        /// The field.
        field: &'static str,
    },
    /// An evaluation that names an item twice or none.
    #[error("an evaluation names each of its items once, and at least one")]
    EvaluatedItems,
}

impl Explain for Rejection {
    fn code(&self) -> &'static str {
        match self {
            Self::NoCase => "no-such-case",
            Self::AlreadyOpen => "case-already-open",
            Self::WrongStep { .. } => "case-at-other-step",
            Self::Text { .. } | Self::TooMany { .. } => "field-out-of-bounds",
            Self::ReceiptTime => "receipt-time-impossible",
            Self::NoRow { .. } | Self::UnknownItem { .. } => "item-not-in-dossier",
            Self::NotLate { .. } | Self::NothingToExtend => "item-not-late",
            Self::ExtensionTooShort { .. } => "extension-too-short",
            Self::NotADossierRule { .. } => "not-a-dossier-rule",
            Self::Incomplete { .. } => "dossier-incomplete",
            Self::RoundsUsedUp { .. } => "supplement-rounds-used-up",
            Self::DueDay { .. } | Self::NoSuchDay => "supplement-due-day",
            Self::NotOverdue { .. } => "supplement-not-overdue",
            Self::NothingInTime => "nothing-in-time",
            Self::NotForwarded { .. } => "item-not-forwarded",
            Self::ForeignCriterion { .. } | Self::ComputedCriterion { .. } => {
                "criterion-takes-no-finding"
            }
            Self::FindingDay => "finding-day-impossible",
            Self::Future { .. } => "day-in-the-future",
            Self::EvaluatedItems | Self::RowNotCovered { .. } => "evaluation-malformed",
        }
    }

    fn obstacle(&self) -> Obstacle {
        match self {
            Self::NoCase
            | Self::AlreadyOpen
            | Self::WrongStep { .. }
            | Self::NotLate { .. }
            | Self::Incomplete { .. }
            | Self::RoundsUsedUp { .. }
            | Self::NotOverdue { .. }
            | Self::NothingInTime
            | Self::NotForwarded { .. } => Obstacle::State,
            Self::Text { .. }
            | Self::TooMany { .. }
            | Self::ReceiptTime
            | Self::NoRow { .. }
            | Self::UnknownItem { .. }
            | Self::NothingToExtend
            | Self::ExtensionTooShort { .. }
            | Self::NotADossierRule { .. }
            | Self::DueDay { .. }
            | Self::NoSuchDay
            | Self::ForeignCriterion { .. }
            | Self::ComputedCriterion { .. }
            | Self::FindingDay
            | Self::Future { .. }
            | Self::EvaluatedItems
            | Self::RowNotCovered { .. } => Obstacle::Input,
        }
    }

    fn violations(&self) -> Vec<Violation> {
        let Self::Incomplete { missing } = self else {
            return Vec::new();
        };
        missing
            .iter()
            .map(|missing| violation(missing.rule, missing.item.as_ref(), missing.text.as_str()))
            .collect()
    }
}
