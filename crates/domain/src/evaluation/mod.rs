//! One round's facts in, its outcome out: the rule engine and the ranking as one pure function.
//!
//! No store, no clock, no network. The services, the command line, an auditor who re-derives a past
//! round and a policy maker who asks "what if" all call the same code.

pub mod vocabulary;

pub use vocabulary::{
    Basis, Eligibility, FindingVerdict, Group, ItemOutcome, Lane, PublicationKind, RoundKind,
    RuleId, Verdict, WordError, criteria_of,
};
