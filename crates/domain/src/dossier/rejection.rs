//! Why a dossier cannot be changed as asked: a mistake in data or order, answered and not recorded.

use chrono::NaiveDate;

use super::event::Closure;
use crate::decider::{Explain, Obstacle, Violation};
use crate::evaluation::vocabulary::{Basis, Lane, RuleId};
use crate::ids::{DossierId, ItemId, RoundId, SubjectId, UnitId};
use crate::rules::violation;

/// A command that cannot be.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Rejection {
    /// There is no such dossier.
    #[error("the dossier does not exist")]
    NotDrafted,
    /// The id is taken.
    #[error("dossier {dossier} exists already")]
    AlreadyDrafted {
        /// The dossier.
        dossier: DossierId,
    },
    /// The round was never opened.
    #[error("round {round} was not opened")]
    UnknownRound {
        /// The round.
        round: RoundId,
    },
    /// The registry has no such unit, or it does not exist on the day of the act.
    #[error("unit {unit} is not in the registry on that day")]
    UnknownUnit {
        /// The unit.
        unit: UnitId,
    },
    /// The body belongs to no group of assessed units.
    #[error("unit {unit} is not one of the assessed units")]
    UnitNotAssessed {
        /// The unit.
        unit: UnitId,
    },
    /// Only the recorded successor submits for a merged unit.
    #[error("{submitted_by} is not the recorded successor of {unit}")]
    NotSuccessor {
        /// The unit of the achievements.
        unit: UnitId,
        /// The unit that wants to submit.
        submitted_by: UnitId,
    },
    /// `onBehalfOfPredecessor` says otherwise than `unit` and `submittedBy`.
    #[error("onBehalfOfPredecessor must be true exactly when submittedBy is not the unit itself")]
    PredecessorUnclear,
    /// It has been handed in and nothing was asked back.
    #[error("the dossier has been handed in and no supplement is requested")]
    AlreadySubmitted,
    /// It has not been handed in yet.
    #[error("the dossier has not been handed in")]
    NotSubmitted,
    /// It was withdrawn.
    #[error("the dossier has been withdrawn")]
    AlreadyWithdrawn,
    /// The procedure has answered.
    #[error("the dossier is closed: {}", closure(*.outcome))]
    AlreadyClosed {
        /// How it answered.
        outcome: Closure,
    },
    /// No supplement is requested.
    #[error("no supplement is requested")]
    NoSupplementRequested,
    /// Nothing came in since the request.
    #[error("nothing has been added since the supplement was requested")]
    NothingSupplemented,
    /// A supplement may not bring new items: they would pass the deadline by.
    #[error("items can only be added before the dossier is handed in")]
    ItemsFixed,
    /// The proposal is not signed, or its signature fell when the items changed.
    #[error("the proposal is not signed for the items the dossier holds")]
    NotSigned,
    /// A dossier needs an item.
    #[error("the dossier holds no item")]
    NoItems,
    /// The dossier has no such item.
    #[error("the dossier has no item {item}")]
    UnknownItem {
        /// The item.
        item: ItemId,
    },
    /// The dossier has this item already.
    #[error("the dossier has an item {item} already")]
    ItemExists {
        /// The item.
        item: ItemId,
    },
    /// Another dossier has an item of this id.
    #[error("item id {item} is taken by dossier {dossier}")]
    ItemIdTaken {
        /// The item.
        item: ItemId,
        /// The dossier that has it.
        dossier: DossierId,
    },
    /// An item is named twice.
    #[error("item {item} is named twice in {what}")]
    ItemNamedTwice {
        /// The item.
        item: ItemId,
        /// Where.
        what: &'static str,
    },
    /// The subject is in this lane already.
    #[error("{subject} is in lane {lane} already, as item {item}")]
    DuplicateSubject {
        /// The subject.
        subject: SubjectId,
        /// The lane.
        lane: Lane,
        /// The item it is in as.
        item: ItemId,
    },
    /// The registry does not know the subject.
    #[error("subject {subject} is not in the registry")]
    UnknownSubject {
        /// The subject.
        subject: SubjectId,
    },
    /// A collective is proposed by itself only.
    #[error("{subject} is another unit: a dossier proposes its own unit and individuals")]
    ForeignCollective {
        /// The item.
        item: ItemId,
        /// The subject.
        subject: SubjectId,
    },
    /// The lane is not for this subject.
    #[error("lane {lane} is not for {subject}: {reason}")]
    LaneDoesNotFit {
        /// The item.
        item: ItemId,
        /// The lane.
        lane: Lane,
        /// The subject.
        subject: SubjectId,
        /// Why.
        reason: &'static str,
    },
    /// An annual round has no flags.
    #[error("an annual round has no flag: lane {lane}")]
    FlagInAnnualRound {
        /// The item.
        item: ItemId,
        /// The lane.
        lane: Lane,
    },
    /// Basis, components and initiative do not go with the lane or the subject.
    #[error("item {item}: {reason}")]
    BasisDoesNotFit {
        /// The item.
        item: ItemId,
        /// The basis given.
        basis: Option<Basis>,
        /// Why.
        reason: &'static str,
    },
    /// There is no report to judge.
    #[error("item {item} has no report")]
    NoReport {
        /// The item.
        item: ItemId,
    },
    /// The committee has said its word; a new report opens it again.
    #[error("the report of item {item} is judged already: attach a new one first")]
    ReportJudged {
        /// The item.
        item: ItemId,
    },
    /// The numbers of a meeting do not add up.
    #[error("the minutes do not add up: {reason}")]
    MinutesDoNotAddUp {
        /// What does not.
        reason: String,
    },
    /// A paper's date is before the movement or after the act that records it.
    #[error("{what} {date} is not between {first} and {last}")]
    DateOutside {
        /// Which date.
        what: &'static str,
        /// The date.
        date: NaiveDate,
        /// Earliest.
        first: NaiveDate,
        /// Latest: the day of the act.
        last: NaiveDate,
    },
    /// A text is empty or too long.
    #[error("{what} must have 1 to {limit} characters")]
    TextLength {
        /// Which text.
        what: &'static str,
        /// Characters at most.
        limit: usize,
    },
    /// A document reference is malformed.
    #[error("the document reference is not right: {reason}")]
    DocumentMalformed {
        /// What is wrong.
        reason: &'static str,
    },
    /// Over a limit.
    #[error("{what} are limited to {limit}")]
    TooMany {
        /// What there are too many of.
        what: &'static str,
        /// The limit.
        limit: usize,
    },
}

const fn closure(outcome: Closure) -> &'static str {
    match outcome {
        Closure::Lapsed => "the supplement did not come in time",
        Closure::Rejected => "it was rejected",
        Closure::Late => "it came late",
        Closure::Forwarded => "it was forwarded to the round",
    }
}

impl Rejection {
    /// The rule behind the rejection and the item, if it is a rule.
    const fn rule(&self) -> Option<(RuleId, Option<&ItemId>)> {
        match self {
            Self::UnitNotAssessed { .. } => Some((RuleId::R3, None)),
            Self::ForeignCollective { item, .. }
            | Self::LaneDoesNotFit { item, .. }
            | Self::BasisDoesNotFit { item, .. } => Some((RuleId::R3, Some(item))),
            Self::FlagInAnnualRound { item, .. } => Some((RuleId::R1, Some(item))),
            Self::UnknownRound { .. } => Some((RuleId::R10, None)),
            Self::NotSigned | Self::NoItems => Some((RuleId::R37, None)),
            Self::NotDrafted
            | Self::AlreadyDrafted { .. }
            | Self::UnknownUnit { .. }
            | Self::NotSuccessor { .. }
            | Self::PredecessorUnclear
            | Self::AlreadySubmitted
            | Self::NotSubmitted
            | Self::AlreadyWithdrawn
            | Self::AlreadyClosed { .. }
            | Self::NoSupplementRequested
            | Self::NothingSupplemented
            | Self::ItemsFixed
            | Self::UnknownItem { .. }
            | Self::ItemExists { .. }
            | Self::ItemIdTaken { .. }
            | Self::ItemNamedTwice { .. }
            | Self::DuplicateSubject { .. }
            | Self::UnknownSubject { .. }
            | Self::NoReport { .. }
            | Self::ReportJudged { .. }
            | Self::MinutesDoNotAddUp { .. }
            | Self::DateOutside { .. }
            | Self::TextLength { .. }
            | Self::DocumentMalformed { .. }
            | Self::TooMany { .. } => None,
        }
    }
}

impl Explain for Rejection {
    fn code(&self) -> &'static str {
        match self {
            Self::NotDrafted => "dossier-unknown",
            Self::AlreadyDrafted { .. } => "dossier-exists",
            Self::UnknownRound { .. } => "round-unknown",
            Self::UnknownUnit { .. } => "unit-unknown",
            Self::UnitNotAssessed { .. } => "unit-not-assessed",
            Self::NotSuccessor { .. } => "not-successor",
            Self::PredecessorUnclear => "predecessor-unclear",
            Self::AlreadySubmitted => "dossier-submitted",
            Self::NotSubmitted => "dossier-not-submitted",
            Self::AlreadyWithdrawn => "dossier-withdrawn",
            Self::AlreadyClosed { .. } => "dossier-closed",
            Self::NoSupplementRequested => "no-supplement-requested",
            Self::NothingSupplemented => "nothing-supplemented",
            Self::ItemsFixed => "items-fixed",
            Self::NotSigned => "proposal-not-signed",
            Self::NoItems => "dossier-empty",
            Self::UnknownItem { .. } => "item-unknown",
            Self::ItemExists { .. } => "item-exists",
            Self::ItemIdTaken { .. } => "item-id-taken",
            Self::ItemNamedTwice { .. } => "item-named-twice",
            Self::DuplicateSubject { .. } => "subject-duplicate",
            Self::UnknownSubject { .. } => "subject-unknown",
            Self::ForeignCollective { .. } => "collective-foreign",
            Self::LaneDoesNotFit { .. } => "lane-does-not-fit",
            Self::FlagInAnnualRound { .. } => "flag-in-annual-round",
            Self::BasisDoesNotFit { .. } => "basis-does-not-fit",
            Self::NoReport { .. } => "report-missing",
            Self::ReportJudged { .. } => "report-judged",
            Self::MinutesDoNotAddUp { .. } => "minutes-do-not-add-up",
            Self::DateOutside { .. } => "date-outside",
            Self::TextLength { .. } => "text-length",
            Self::DocumentMalformed { .. } => "document-malformed",
            Self::TooMany { .. } => "too-many",
        }
    }

    fn obstacle(&self) -> Obstacle {
        match self {
            Self::NotDrafted
            | Self::AlreadyDrafted { .. }
            | Self::AlreadySubmitted
            | Self::NotSubmitted
            | Self::AlreadyWithdrawn
            | Self::AlreadyClosed { .. }
            | Self::NoSupplementRequested
            | Self::NothingSupplemented
            | Self::ItemsFixed
            | Self::NotSigned
            | Self::NoItems
            | Self::ItemExists { .. }
            | Self::ItemIdTaken { .. }
            | Self::DuplicateSubject { .. }
            | Self::NoReport { .. }
            | Self::ReportJudged { .. } => Obstacle::State,
            Self::UnknownRound { .. }
            | Self::UnknownUnit { .. }
            | Self::UnitNotAssessed { .. }
            | Self::NotSuccessor { .. }
            | Self::PredecessorUnclear
            | Self::UnknownItem { .. }
            | Self::ItemNamedTwice { .. }
            | Self::UnknownSubject { .. }
            | Self::ForeignCollective { .. }
            | Self::LaneDoesNotFit { .. }
            | Self::FlagInAnnualRound { .. }
            | Self::BasisDoesNotFit { .. }
            | Self::MinutesDoNotAddUp { .. }
            | Self::DateOutside { .. }
            | Self::TextLength { .. }
            | Self::DocumentMalformed { .. }
            | Self::TooMany { .. } => Obstacle::Input,
        }
    }

    fn violations(&self) -> Vec<Violation> {
        let told = |(rule, item)| violation(rule, item, self.to_string());
        self.rule().map(told).into_iter().collect()
    }
}
