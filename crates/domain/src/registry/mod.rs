//! The registry (sổ danh mục): units, persons, officials, published facts, holds, initiatives and
//! rule books, each a decider over a stream of its own, and [`facts`], the fold other services read.
//!
//! Authority (domain.md D): Home Affairs keeps the registry; the initiative council also records
//! its own results; the inspectorate also opens, lifts and confirms holds; the administrator keeps
//! accounts, delegations and rule books, and changes no business fact.

pub mod facts;
pub mod hold;
pub mod index;
pub mod initiative;
pub mod official;
pub mod person;
pub mod positions;
pub mod round_inputs;
pub mod rule_book;
pub mod unit;

#[cfg(test)]
mod given;

use crate::decider::StoredDecider;

/// Longest name or title, in Unicode code points (round-file.md, Reading).
pub const TEXT_CHARS_MAX: usize = 500;

/// Whether a required text has something in it and keeps within [`TEXT_CHARS_MAX`].
#[must_use]
pub fn is_text(text: &str) -> bool {
    !text.trim().is_empty() && text.chars().count() <= TEXT_CHARS_MAX
}

/// First year an index is published for (the plan runs 2021–2030).
pub const YEAR_FIRST: u16 = 2021;
/// Last year an index is published for.
pub const YEAR_LAST: u16 = 2030;

/// Whether a year is one of the plan's.
#[must_use]
pub const fn is_plan_year(year: u16) -> bool {
    YEAR_FIRST <= year && year <= YEAR_LAST
}

/// An event of any of the registry's streams.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RegistryEvent {
    /// Of a `unit-*` stream.
    Unit(unit::Event),
    /// Of a `person-*` stream.
    Person(person::Event),
    /// Of an `official-*` stream.
    Official(official::Event),
    /// Of an `index-*` stream.
    Index(index::Event),
    /// Of a `hold-*` stream.
    Hold(hold::Event),
    /// Of an `initiative-*` stream.
    Initiative(initiative::Event),
    /// Of a `rulebook-*` stream.
    RuleBook(rule_book::Event),
}

impl RegistryEvent {
    /// Reads the stored JSON of an event by its stream's category; `None` for a category that is
    /// not the registry's.
    ///
    /// # Errors
    /// The event is unknown to this version, or malformed.
    pub fn decode(category: &str, data: &str) -> Result<Option<Self>, serde_json::Error> {
        Ok(Some(match category {
            unit::Unit::CATEGORY => Self::Unit(serde_json::from_str(data)?),
            person::Person::CATEGORY => Self::Person(serde_json::from_str(data)?),
            official::Official::CATEGORY => Self::Official(serde_json::from_str(data)?),
            index::Index::CATEGORY => Self::Index(serde_json::from_str(data)?),
            hold::Hold::CATEGORY => Self::Hold(serde_json::from_str(data)?),
            initiative::Initiative::CATEGORY => Self::Initiative(serde_json::from_str(data)?),
            rule_book::RuleBook::CATEGORY => Self::RuleBook(serde_json::from_str(data)?),
            _ => return Ok(None),
        }))
    }
}
