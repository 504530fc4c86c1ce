//! One round's facts in, its outcome out: the rule engine and the ranking as one pure function.
//!
//! No store, no clock, no network. The services, the command line, an auditor who re-derives a past
//! round and a policy maker who asks "what if" all call the same code.

mod affected;
mod check;
mod comparison;
mod criteria;
mod evaluate;
mod exact;
mod explained;
mod explanation;
mod fact;
mod facts;
mod growth;
mod json;
mod outcome;
mod ranking;
mod reader;
mod reason;
mod receipt;
mod round_file;
mod settlement;
mod trial;
pub mod vocabulary;
mod what_if;

pub use affected::{
    Affected, AffectedItem, Correctable, CorrectableError, CriterionThenNow, Judged, affected,
    with_fact_of,
};
pub use comparison::{CriterionDifference, Difference, Standing, Winners, differences, winners};
pub use evaluate::{evaluate, separating_keys};
pub use explained::{
    BelowTheLine, ExplainedLane, Explanation, KeyParting, Margin, Neighbours, Parting,
    WITHIN_DEFAULT, explain,
};
pub use fact::FactValue;
pub use json::ReadError;
pub use outcome::{CriterionResult, ItemResult, LaneOutcome, Outcome, RankedItem};
pub use reader::FILE_BYTES_MAX;
pub use reason::key_names;
pub use receipt::{
    Bilingual, CriterionReceipt, ENGINE, FactKey, FactKeyError, FactKind, FindingSource,
    FindingUsed, InputUsed, Receipt, Sources, receipts,
};
pub use round_file::{
    COUNT_MAX, ComponentRecord, Hold, InitiativeRecord, Item, NAME_CHARS_MAX, Round, RoundFile,
    SatisfactionRecord, ScoreRecord, TasksRecord, TieRuling, Unit, YEAR_FIRST, YEAR_LAST,
};
pub use vocabulary::{
    Basis, Eligibility, FindingVerdict, Group, ItemOutcome, Lane, PublicationKind, RoundKind,
    RuleId, Verdict, WordError, criteria_of, takes_finding,
};
pub use what_if::{Change, WhatIf, what_if};

#[cfg(test)]
mod tests;
