//! How many awards of a kind there are altogether (R7): what the lanes' quotas must add up to.

use serde::{Deserialize, Serialize};

use super::book::Quotas;
use crate::evaluation::vocabulary::{Lane, RoundKind};

/// Which awards are added up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum AwardKind {
    /// Flags (Cờ thi đua).
    Flag,
    /// Certificates for collectives (Bằng khen cho tập thể).
    CollectiveCertificate,
    /// Certificates for individuals (Bằng khen cho cá nhân).
    IndividualCertificate,
}

impl AwardKind {
    /// Whether a lane's awards are of this kind.
    #[must_use]
    pub const fn is_of(self, lane: Lane) -> bool {
        match self {
            Self::Flag => lane.is_flag(),
            Self::CollectiveCertificate => !lane.is_flag() && !lane.is_individual(),
            Self::IndividualCertificate => lane.is_individual(),
        }
    }

    /// In words.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Flag => "flags",
            Self::CollectiveCertificate => "certificates for collectives",
            Self::IndividualCertificate => "certificates for individuals",
        }
    }
}

/// Awards of a kind altogether.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct AwardTotal {
    /// Which awards.
    pub award: AwardKind,
    /// How many, by kind of round.
    pub quotas: Quotas,
    /// Where the plan says so.
    pub citation: String,
}

/// The totals of the plan itself, for a book that gives none of its own.
#[must_use]
pub fn plan_totals() -> Vec<AwardTotal> {
    let total = |award, citation: &str, (annual, interim, r#final)| AwardTotal {
        award,
        quotas: Quotas {
            annual,
            interim,
            r#final,
        },
        citation: citation.to_owned(),
    };
    vec![
        total(AwardKind::Flag, "III.2.a, III.3.a", (0, 4, 4)),
        total(
            AwardKind::CollectiveCertificate,
            "III.1.a, III.2.b, III.3.b",
            (10, 20, 20),
        ),
        total(
            AwardKind::IndividualCertificate,
            "III.1.a, III.2.b, III.3.b",
            (10, 20, 20),
        ),
    ]
}

impl Quotas {
    /// Awards in a kind of round.
    #[must_use]
    pub const fn of(&self, kind: RoundKind) -> u32 {
        match kind {
            RoundKind::Annual => self.annual,
            RoundKind::Interim => self.interim,
            RoundKind::Final => self.r#final,
        }
    }
}
