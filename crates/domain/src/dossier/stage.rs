//! Where a dossier stands, and what came in while it was back with the unit.

use std::collections::BTreeSet;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::event::{Closure, SupplementRequested};
use crate::ids::ItemId;

/// Where a dossier stands on the unit's side.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(
    tag = "at",
    rename_all = "SCREAMING_SNAKE_CASE",
    rename_all_fields = "camelCase"
)]
pub enum Stage {
    /// The unit works on it (đang lập).
    Preparing,
    /// Handed in (đã nộp).
    Submitted,
    /// Back with the unit for a supplement (chờ bổ sung).
    SupplementRequested {
        /// What Home Affairs asked for.
        request: SupplementRequested,
        /// What came in since.
        since: Since,
    },
    /// The supplement was handed in (đã bổ sung).
    Supplemented {
        /// Which round of supplement.
        supplement_round: u32,
    },
    /// Withdrawn (đã rút).
    Withdrawn {
        /// Date of the unit's letter.
        date: NaiveDate,
        /// Why.
        reason: String,
    },
    /// The procedure answered (đã có kết quả xử lý).
    Closed {
        /// How.
        outcome: Closure,
        /// Why.
        reason: String,
    },
}

/// What came in since a supplement was requested.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Since {
    /// Items whose reports were attached, confirmed or refused.
    pub reports: BTreeSet<ItemId>,
    /// New minutes.
    pub minutes: bool,
    /// A new proposal.
    pub proposal: bool,
    /// An item was taken out, or a supporting document came.
    pub other: bool,
}

impl Since {
    /// Nothing came in.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.reports.is_empty() && !self.minutes && !self.proposal && !self.other
    }
}
