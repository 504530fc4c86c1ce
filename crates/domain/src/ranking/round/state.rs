//! A round as its stream tells it: what was fixed at the opening, every item and where it stands,
//! the latest ranking, the adopted list, the decisions.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use crate::evaluation::vocabulary::{Basis, Lane};
use crate::ids::{ComponentId, DossierId, HoldId, InitiativeId, ItemId, SubjectId, UnitId};
use crate::percent::Percent;
use crate::ranking::event::{
    IssuingBody, ItemRef, RankingComputed, RegisteredNumber, RevocationGround, RoundOpened,
};

/// A round: not there, or opened.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum RoundState {
    /// Never opened.
    #[default]
    NotOpened,
    /// Opened, whatever came later.
    Opened(Box<RoundFolder>),
}

impl RoundState {
    /// The round, if it was opened.
    #[must_use]
    pub fn opened(&self) -> Option<&RoundFolder> {
        match self {
            Self::NotOpened => None,
            Self::Opened(round) => Some(round),
        }
    }
}

/// Everything about an opened round.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct RoundFolder {
    /// What was fixed at the opening.
    pub opened: RoundOpened,
    /// Whether it runs.
    pub phase: Phase,
    /// The items by id.
    pub items: BTreeMap<ItemId, RoundItem>,
    /// Rulings on ties, the newest a lane.
    pub rulings: BTreeMap<Lane, Vec<ItemId>>,
    /// The latest ranking.
    pub ranking: Option<Latest>,
    /// Minutes of meetings: number and day.
    pub minutes: BTreeMap<String, NaiveDate>,
    /// The adopted list, while it stands.
    pub shortlist: Option<Shortlist>,
    /// Items proposed on the standing list, each with the date of its proposal.
    pub proposed: BTreeMap<ItemId, NaiveDate>,
    /// Decisions by number.
    pub decisions: BTreeMap<String, Decided>,
    /// Numbers this round took or voided.
    pub numbers: BTreeSet<RegisteredNumber>,
    /// When the unit of a dossier was told the outcome, first.
    pub notified: BTreeMap<DossierId, NaiveDate>,
}

/// Whether a round runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Phase {
    /// Items may enter, be ranked, be decided.
    Running,
    /// Nothing more is ranked or signed.
    Closed {
        /// Since this day.
        on: NaiveDate,
    },
    /// The file is in the archive.
    Archived {
        /// Since this day.
        on: NaiveDate,
        /// Kept until this day at least.
        retain_until: NaiveDate,
    },
}

/// The holds an item rests under.
pub type HoldSet = BTreeSet<HoldId>;

/// An item of the round.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct RoundItem {
    /// The dossier that holds it.
    pub dossier: DossierId,
    /// The unit that submitted the dossier.
    pub submitted_by: UnitId,
    /// Its lane.
    pub lane: Lane,
    /// The unit or person to be rewarded.
    pub subject: SubjectId,
    /// On which ground an individual is proposed.
    pub basis: Option<Basis>,
    /// The components an adviser is proposed for.
    pub components: Vec<ComponentId>,
    /// The initiative an outsider is proposed for.
    pub initiative: Option<InitiativeId>,
    /// The unit an individual works in.
    pub unit: Option<UnitId>,
    /// Place in the order of entry, from 1: the order of the round file.
    pub entered: u32,
    /// The council's score.
    pub council_score: Option<Percent>,
    /// What the last meeting that voted on it said.
    pub approval: Option<Approval>,
    /// Where it stands.
    pub standing: Standing,
    /// Why a person must look at the award again, newest last.
    pub flags: Vec<String>,
}

/// A meeting's word on an item.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Approval {
    /// Number of the minutes.
    pub minutes: String,
    /// Whether it was approved.
    pub approved: bool,
}

/// Where an item stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Standing {
    /// Takes part.
    Entered,
    /// Rests while holds are in force (R35).
    Suspended {
        /// The holds.
        holds: HoldSet,
    },
    /// A meeting did not approve it; a later meeting may.
    NotApproved {
        /// Number of the minutes.
        minutes: String,
    },
    /// Withdrawn by the unit.
    Withdrawn {
        /// Why.
        reason: String,
    },
    /// Returned by the Chairman.
    Declined {
        /// Why.
        reason: String,
    },
    /// Discipline was imposed.
    Excluded {
        /// The hold.
        hold: HoldId,
    },
    /// Suspended when the round closed.
    Lapsed,
    /// Rewarded by a decision.
    Awarded {
        /// The decision's number.
        decision: String,
        /// The day it was handed over.
        handed_over: Option<NaiveDate>,
    },
    /// The award was revoked; its slot stays taken.
    Revoked {
        /// The decision that had rewarded it.
        decision: String,
        /// The ground.
        ground: RevocationGround,
        /// The day object and money were given back.
        recovered: Option<NaiveDate>,
    },
}

impl Standing {
    /// Part of the round file: takes part, rests, or holds a slot.
    #[must_use]
    pub fn is_ranked(&self) -> bool {
        match self {
            Self::Entered
            | Self::Suspended { .. }
            | Self::Awarded { .. }
            | Self::Revoked { .. } => true,
            Self::NotApproved { .. }
            | Self::Withdrawn { .. }
            | Self::Declined { .. }
            | Self::Excluded { .. }
            | Self::Lapsed => false,
        }
    }

    /// Holds a slot of its lane: rewarded, even if revoked later (R49: not filled again).
    #[must_use]
    pub fn holds_slot(&self) -> bool {
        self.decision().is_some()
    }

    /// The decision that rewarded it.
    #[must_use]
    pub fn decision(&self) -> Option<&str> {
        match self {
            Self::Awarded { decision, .. } | Self::Revoked { decision, .. } => Some(decision),
            Self::Entered
            | Self::Suspended { .. }
            | Self::NotApproved { .. }
            | Self::Withdrawn { .. }
            | Self::Declined { .. }
            | Self::Excluded { .. }
            | Self::Lapsed => None,
        }
    }

    /// In words, as it is shown and notified.
    #[must_use]
    pub fn status(&self) -> &'static str {
        match self {
            Self::Entered => "ENTERED",
            Self::Suspended { .. } => "SUSPENDED",
            Self::NotApproved { .. } => "NOT_APPROVED",
            Self::Withdrawn { .. } => "WITHDRAWN",
            Self::Declined { .. } => "DECLINED",
            Self::Excluded { .. } => "EXCLUDED_DISCIPLINE",
            Self::Lapsed => "LAPSED",
            Self::Awarded { .. } => "AWARDED",
            Self::Revoked { .. } => "REVOKED",
        }
    }
}

/// The latest ranking, and what happened since that it does not know.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Latest {
    /// The ranking.
    pub computed: RankingComputed,
    /// Why it no longer tells the truth, if so.
    pub outdated: Option<String>,
}

/// The adopted list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Shortlist {
    /// The ranking it rests on.
    pub ranking_edition: u32,
    /// The day it was adopted.
    pub date: NaiveDate,
    /// Its items.
    pub items: BTreeSet<ItemId>,
}

/// A signed decision.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Decided {
    /// In whose name.
    pub body: IssuingBody,
    /// Its date.
    pub date: NaiveDate,
    /// Title of the signer.
    pub signed_by: String,
    /// The items it rewards.
    pub items: Vec<ItemRef>,
    /// How far it has come.
    pub stage: DecidedStage,
    /// Numbers of the letters that corrected it.
    pub corrections: Vec<String>,
    /// The decision that replaced it.
    pub replaced_by: Option<String>,
}

/// How far a decision has come.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum DecidedStage {
    /// Signed.
    Signed,
    /// Issued.
    Issued {
        /// The day.
        on: NaiveDate,
    },
    /// Published.
    Published {
        /// The day it was issued.
        issued_on: NaiveDate,
        /// The day.
        on: NaiveDate,
        /// Where.
        place: String,
    },
}

impl DecidedStage {
    /// The day it was issued, if it was.
    #[must_use]
    pub fn issued_on(&self) -> Option<NaiveDate> {
        match self {
            Self::Signed => None,
            Self::Issued { on } => Some(*on),
            Self::Published { issued_on, .. } => Some(*issued_on),
        }
    }

    /// The day it was published, if it was.
    #[must_use]
    pub fn published_on(&self) -> Option<NaiveDate> {
        match self {
            Self::Signed | Self::Issued { .. } => None,
            Self::Published { on, .. } => Some(*on),
        }
    }
}

impl RoundFolder {
    /// A round right after its opening.
    #[must_use]
    pub fn new(opened: RoundOpened) -> Self {
        Self {
            opened,
            phase: Phase::Running,
            items: BTreeMap::new(),
            rulings: BTreeMap::new(),
            ranking: None,
            minutes: BTreeMap::new(),
            shortlist: None,
            proposed: BTreeMap::new(),
            decisions: BTreeMap::new(),
            numbers: BTreeSet::new(),
            notified: BTreeMap::new(),
        }
    }

    /// Quota of a lane; 0 where the round has no such award.
    #[must_use]
    pub fn quota(&self, lane: Lane) -> u32 {
        let quota = self.opened.quotas.iter().find(|q| q.lane == lane);
        quota.map_or(0, |q| q.quota)
    }

    /// Slots of a lane that decisions have taken.
    #[must_use]
    pub fn slots_taken(&self, lane: Lane) -> u32 {
        let taken = |item: &&RoundItem| item.lane == lane && item.standing.holds_slot();
        u32::try_from(self.items.values().filter(taken).count()).unwrap_or(u32::MAX)
    }

    /// The items of the round file, in the order they entered.
    #[must_use]
    pub fn ranked_items(&self) -> Vec<(&ItemId, &RoundItem)> {
        let mut items: Vec<_> = self
            .items
            .iter()
            .filter(|(_, item)| item.standing.is_ranked())
            .collect();
        items.sort_by_key(|(_, item)| item.entered);
        items
    }

    /// An item with its dossier.
    #[must_use]
    pub fn item_ref(&self, id: &ItemId) -> Option<ItemRef> {
        let item = self.items.get(id)?;
        Some(ItemRef {
            item: id.clone(),
            dossier: item.dossier.clone(),
        })
    }

    /// Items with their dossiers; those the round does not have are left out.
    pub fn item_refs<'a>(&self, ids: impl IntoIterator<Item = &'a ItemId>) -> Vec<ItemRef> {
        ids.into_iter().filter_map(|id| self.item_ref(id)).collect()
    }

    /// Where the round stands, in words.
    #[must_use]
    pub fn status(&self) -> &'static str {
        let waiting = self.proposed.keys().any(|id| {
            let item = self.items.get(id);
            item.is_some_and(|i| i.standing == Standing::Entered)
        });
        match self.phase {
            Phase::Closed { .. } => "CLOSED",
            Phase::Archived { .. } => "ARCHIVED",
            Phase::Running if waiting => "PROPOSED",
            Phase::Running if self.shortlist.is_some() && !self.decisions.is_empty() => "DECIDED",
            Phase::Running if self.shortlist.is_some() => "SHORTLISTED",
            Phase::Running if self.ranking.is_some() => "RANKED",
            Phase::Running => "OPEN",
        }
    }

    /// When the unit of a dossier learned the outcome: by notice, or by publication of a decision.
    #[must_use]
    pub fn known_since(&self, dossier: &DossierId) -> Option<NaiveDate> {
        let notice = self.notified.get(dossier).copied();
        let published = self
            .decisions
            .values()
            .filter_map(|d| d.stage.published_on())
            .min();
        match (notice, published) {
            (Some(notice), Some(published)) => Some(notice.min(published)),
            (notice, published) => notice.or(published),
        }
    }
}
