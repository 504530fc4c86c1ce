//! The name of a fact across round files and the ledger: what it is, of whom, of which year.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::evaluation::round_file::{YEAR_FIRST, YEAR_LAST};

/// What a fact is of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum FactKind {
    /// A unit: the first year it is assessed.
    Unit,
    /// A unit's index score of a year (Chỉ số CCHC).
    Score,
    /// A unit's satisfaction rate of a year (tỷ lệ hài lòng).
    Satisfaction,
    /// A unit's tasks of a year: done on time / assigned (nhiệm vụ được giao).
    Tasks,
    /// A component's rate of a year (chỉ số thành phần).
    Component,
    /// An initiative's recognition or refusal (sáng kiến).
    Initiative,
}

impl FactKind {
    /// Every kind.
    pub const ALL: &'static [Self] = &[
        Self::Unit,
        Self::Score,
        Self::Satisfaction,
        Self::Tasks,
        Self::Component,
        Self::Initiative,
    ];

    /// The written form.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Unit => "UNIT",
            Self::Score => "SCORE",
            Self::Satisfaction => "SATISFACTION",
            Self::Tasks => "TASKS",
            Self::Component => "COMPONENT",
            Self::Initiative => "INITIATIVE",
        }
    }

    /// Whether there is one a year.
    #[must_use]
    pub const fn is_yearly(self) -> bool {
        match self {
            Self::Score | Self::Satisfaction | Self::Tasks | Self::Component => true,
            Self::Unit | Self::Initiative => false,
        }
    }
}

/// A fact's name, written `SCORE/so-y-te/2024` or `INITIATIVE/SK-2024-07`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct FactKey {
    /// Kind.
    pub kind: FactKind,
    /// Id of the unit, component or initiative.
    pub of: String,
    /// Year, of the kinds that have one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub year: Option<u16>,
}

impl FactKey {
    /// A fact's name.
    #[must_use]
    pub fn new(kind: FactKind, of: &str, year: Option<u16>) -> Self {
        let of = of.to_owned();
        Self { kind, of, year }
    }
}

impl fmt::Display for FactKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.kind.as_str(), self.of)?;
        match self.year {
            Some(year) => write!(f, "/{year}"),
            None => Ok(()),
        }
    }
}

/// Text that names no fact.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "a fact is written KIND/ID/YEAR, such as SCORE/so-y-te/2024, or INITIATIVE/ID or UNIT/ID; kinds: UNIT, SCORE, SATISFACTION, TASKS, COMPONENT, INITIATIVE; years: {YEAR_FIRST} to {YEAR_LAST}"
)]
pub struct FactKeyError;

impl FromStr for FactKey {
    type Err = FactKeyError;

    fn from_str(text: &str) -> Result<Self, FactKeyError> {
        let mut parts = text.split('/');
        let word = parts.next().unwrap_or_default().to_ascii_uppercase();
        let mut kinds = FactKind::ALL.iter().copied();
        let kind = kinds.find(|kind| kind.as_str() == word);
        let (kind, of) = kind
            .zip(parts.next().filter(|of| !of.is_empty()))
            .ok_or(FactKeyError)?;
        let year = match parts.next() {
            Some(year) => Some(year.parse::<u16>().map_err(|_| FactKeyError)?),
            None => None,
        };
        let known = year.is_none_or(|year| (YEAR_FIRST..=YEAR_LAST).contains(&year));
        if !known || parts.next().is_some() || kind.is_yearly() != year.is_some() {
            return Err(FactKeyError);
        }
        Ok(Self::new(kind, of, year))
    }
}
