//! The events of a round, and what each says about itself.
//!
//! The structs stand in files by phase. An event that concerns an item carries its dossier too, so
//! that the path of a dossier can be read from the log alone.

mod aftermath;
mod decision;
mod entries;
mod meeting;
mod opening;
mod order;

use serde::{Deserialize, Serialize};

pub use aftermath::*;
pub use decision::*;
pub use entries::*;
pub use meeting::*;
pub use opening::*;
pub use order::*;

use crate::actor::Refusal;
use crate::decider::StoredEvent;
use crate::ids::{DossierId, ItemId};

/// An item and the dossier it came with.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ItemRef {
    /// The item.
    pub item: ItemId,
    /// The dossier that holds it.
    pub dossier: DossierId,
}

/// A denied attempt at a decision of the round, with the items it concerned.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct AttemptRefused {
    /// What was tried, by which rule it was denied, and why.
    #[serde(flatten)]
    pub refusal: Refusal,
    /// The items concerned; empty where the attempt concerned the whole round.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub items: Vec<ItemRef>,
}

/// Everything that can have happened in a round.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum RoundEvent {
    /// The round is open (mở đợt xét).
    RoundOpened(RoundOpened),
    /// An item of a forwarded dossier takes part.
    ItemEntered(ItemEntered),
    /// The unit withdrew the item before the decision.
    ItemWithdrawn(ItemWithdrawn),
    /// A hold on the subject began (tạm dừng), R35.
    ItemSuspended(ItemSuspended),
    /// A hold on the subject ended.
    ItemResumed(ItemResumed),
    /// The discipline was imposed: the item is out of this round.
    ItemExcluded(ItemExcluded),
    /// A unit of the round was merged; its items go on under the successor that is recorded.
    UnitMergeNoted(UnitMergeNoted),
    /// The council scored individuals (chấm điểm cá nhân).
    CouncilScored(CouncilScored),
    /// The lanes were ranked (xếp hạng).
    RankingComputed(RankingComputed),
    /// A tie at the cut was ruled on (chọn giữa các mục bằng nhau).
    TieRuled(TieRuled),
    /// Facts behind the ranking changed; it must be computed anew.
    ReevaluationNeeded(ReevaluationNeeded),
    /// Minutes of a review meeting (biên bản họp xét).
    MeetingRecorded(MeetingRecorded),
    /// The Steering Committee adopted the ranked list (thông qua danh sách).
    ShortlistAdopted(ShortlistAdopted),
    /// The adopted list no longer stands.
    ShortlistReopened(ShortlistReopened),
    /// The proposal went to the deciding authority (Tờ trình).
    ProposalSubmitted(ProposalSubmitted),
    /// The Chairman returned an item with a reason.
    ItemDeclined(ItemDeclined),
    /// The decision was signed (ký Quyết định khen thưởng).
    DecisionSigned(DecisionSigned),
    /// The decision was issued (ban hành).
    DecisionIssued(DecisionIssued),
    /// The decision was published (công bố).
    DecisionPublished(DecisionPublished),
    /// The award was handed over (trao thưởng).
    AwardHandedOver(AwardHandedOver),
    /// The decision was corrected or replaced (đính chính, thay thế), R53.
    DecisionCorrected(DecisionCorrected),
    /// An award was revoked (hủy bỏ), R49.
    AwardRevoked(AwardRevoked),
    /// Object and money of a revoked award were given back (thu hồi), R49.
    AwardRecovered(AwardRecovered),
    /// An award rests on facts that were corrected later; a person must look.
    AwardFlaggedForReview(AwardFlaggedForReview),
    /// A decision number was voided (hủy số), never to be used again, R52.
    NumberVoided(NumberVoided),
    /// Units were told the outcome of their items with reasons (thông báo kết quả), R50.
    OutcomesNotified(OutcomesNotified),
    /// The round is over.
    RoundClosed(RoundClosed),
    /// The round's file is archived (lưu trữ).
    RoundArchived(RoundArchived),
    /// A denied attempt at a decision.
    AttemptRefused(AttemptRefused),
}

fn of_refs(items: &[ItemRef]) -> Vec<DossierId> {
    distinct(items.iter().map(|i| &i.dossier))
}

fn distinct<'a>(dossiers: impl Iterator<Item = &'a DossierId>) -> Vec<DossierId> {
    let set: std::collections::BTreeSet<&DossierId> = dossiers.collect();
    set.into_iter().cloned().collect()
}

impl StoredEvent for RoundEvent {
    fn event_type(&self) -> &'static str {
        match self {
            Self::RoundOpened(_) => "RoundOpened",
            Self::ItemEntered(_) => "ItemEntered",
            Self::ItemWithdrawn(_) => "ItemWithdrawn",
            Self::ItemSuspended(_) => "ItemSuspended",
            Self::ItemResumed(_) => "ItemResumed",
            Self::ItemExcluded(_) => "ItemExcluded",
            Self::UnitMergeNoted(_) => "UnitMergeNoted",
            Self::CouncilScored(_) => "CouncilScored",
            Self::RankingComputed(_) => "RankingComputed",
            Self::TieRuled(_) => "TieRuled",
            Self::ReevaluationNeeded(_) => "ReevaluationNeeded",
            Self::MeetingRecorded(_) => "MeetingRecorded",
            Self::ShortlistAdopted(_) => "ShortlistAdopted",
            Self::ShortlistReopened(_) => "ShortlistReopened",
            Self::ProposalSubmitted(_) => "ProposalSubmitted",
            Self::ItemDeclined(_) => "ItemDeclined",
            Self::DecisionSigned(_) => "DecisionSigned",
            Self::DecisionIssued(_) => "DecisionIssued",
            Self::DecisionPublished(_) => "DecisionPublished",
            Self::AwardHandedOver(_) => "AwardHandedOver",
            Self::DecisionCorrected(_) => "DecisionCorrected",
            Self::AwardRevoked(_) => "AwardRevoked",
            Self::AwardRecovered(_) => "AwardRecovered",
            Self::AwardFlaggedForReview(_) => "AwardFlaggedForReview",
            Self::NumberVoided(_) => "NumberVoided",
            Self::OutcomesNotified(_) => "OutcomesNotified",
            Self::RoundClosed(_) => "RoundClosed",
            Self::RoundArchived(_) => "RoundArchived",
            Self::AttemptRefused(_) => "AttemptRefused",
        }
    }

    fn dossiers(&self) -> Vec<DossierId> {
        match self {
            Self::RoundOpened(_) | Self::NumberVoided(_) | Self::RoundArchived(_) => Vec::new(),
            Self::ItemEntered(e) => vec![e.dossier.clone()],
            Self::ItemWithdrawn(e) => vec![e.dossier.clone()],
            Self::ItemSuspended(e) => vec![e.dossier.clone()],
            Self::ItemResumed(e) => vec![e.dossier.clone()],
            Self::ItemExcluded(e) => vec![e.dossier.clone()],
            Self::UnitMergeNoted(e) => of_refs(&e.items),
            Self::CouncilScored(e) => distinct(e.scores.iter().map(|s| &s.dossier)),
            Self::RankingComputed(e) => distinct(e.items.iter().map(|i| &i.dossier)),
            Self::TieRuled(e) => of_refs(&e.order),
            Self::ReevaluationNeeded(e) => of_refs(&e.items),
            Self::MeetingRecorded(e) => distinct(e.ballots.iter().map(|b| &b.dossier)),
            Self::ShortlistAdopted(e) => distinct(
                e.lanes
                    .iter()
                    .flat_map(|l| l.items.iter().map(|i| &i.dossier)),
            ),
            Self::ShortlistReopened(e) => of_refs(&e.items),
            Self::ProposalSubmitted(e) => of_refs(&e.items),
            Self::ItemDeclined(e) => vec![e.dossier.clone()],
            Self::DecisionSigned(e) => of_refs(&e.items),
            Self::DecisionIssued(e) => of_refs(&e.items),
            Self::DecisionPublished(e) => of_refs(&e.items),
            Self::AwardHandedOver(e) => vec![e.dossier.clone()],
            Self::DecisionCorrected(e) => {
                distinct(e.items.iter().chain(&e.dropped).map(|i| &i.dossier))
            }
            Self::AwardRevoked(e) => vec![e.dossier.clone()],
            Self::AwardRecovered(e) => vec![e.dossier.clone()],
            Self::AwardFlaggedForReview(e) => vec![e.dossier.clone()],
            Self::OutcomesNotified(e) => distinct(e.notices.iter().map(|n| &n.dossier)),
            Self::RoundClosed(e) => of_refs(&e.lapsed),
            Self::AttemptRefused(e) => of_refs(&e.items),
        }
    }

    fn refusal(&self) -> Option<&Refusal> {
        if let Self::AttemptRefused(refused) = self {
            Some(&refused.refusal)
        } else {
            None
        }
    }
}
