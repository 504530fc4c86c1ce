//! Who takes part: items entered, withdrawn, suspended, resumed, excluded.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::ItemRef;
use crate::evaluation::vocabulary::{Basis, Lane};
use crate::ids::{ComponentId, DossierId, HoldId, InitiativeId, ItemId, SubjectId, UnitId};

/// An item of a forwarded dossier takes part in the round.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ItemEntered {
    /// The item.
    pub item: ItemId,
    /// The dossier that holds it.
    pub dossier: DossierId,
    /// Its lane.
    pub lane: Lane,
    /// The unit or person to be rewarded.
    pub subject: SubjectId,
    /// On which ground an individual is proposed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub basis: Option<Basis>,
    /// The component indexes an adviser is proposed for.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub components: Vec<ComponentId>,
    /// The initiative an outsider is proposed for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub initiative: Option<InitiativeId>,
    /// The unit the individual works in; absent for a unit's own item and for outsiders.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unit: Option<UnitId>,
    /// The unit that submitted the dossier.
    pub submitted_by: UnitId,
}

/// The unit withdrew the item before the decision.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ItemWithdrawn {
    /// The item.
    pub item: ItemId,
    /// The dossier that holds it.
    pub dossier: DossierId,
    /// Why, in the unit's words.
    pub reason: String,
}

/// A hold on the subject is in force: the item rests (R35).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ItemSuspended {
    /// The item.
    pub item: ItemId,
    /// The dossier that holds it.
    pub dossier: DossierId,
    /// The hold.
    pub hold: HoldId,
}

/// A hold on the subject ended without discipline.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ItemResumed {
    /// The item.
    pub item: ItemId,
    /// The dossier that holds it.
    pub dossier: DossierId,
    /// The hold.
    pub hold: HoldId,
}

/// The discipline was imposed: the item is out of this round for good.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ItemExcluded {
    /// The item.
    pub item: ItemId,
    /// The dossier that holds it.
    pub dossier: DossierId,
    /// The hold that ended in discipline.
    pub hold: HoldId,
}

/// A unit of the round was merged into another while the round was open (AMB-39).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct UnitMergeNoted {
    /// The unit that ended.
    pub unit: UnitId,
    /// Its last day.
    pub valid_to: NaiveDate,
    /// The unit that goes on; the history is not inherited.
    pub successor: UnitId,
    /// The decision on the merger.
    pub decision: String,
    /// The round's items of the unit; they go on under the recorded successor or are withdrawn.
    pub items: Vec<ItemRef>,
}
