//! What may be asked of a round, with the facts each decision needs.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;

use crate::calendar::Holidays;
use crate::document::DocumentRef;
use crate::dossier::content::Voting;
use crate::evaluation::ComponentRecord;
use crate::evaluation::vocabulary::{Eligibility, ItemOutcome, Lane, RoundKind};
use crate::ids::{
    AppealId, ComponentId, DossierId, HoldId, ItemId, OfficialId, PersonId, RoundId, SubjectId,
    UnitId,
};
use crate::percent::Percent;
use crate::ranking::event::{
    CorrectionKind, IssuingBody, ItemEntered, LaneRanking, PublicationRef, Recusal,
    RegisteredNumber, RevocationGround, SnapshotUnit,
};
use crate::rulebook::{ParameterName, RuleBook};

/// A command of a round.
#[derive(Debug, Clone)]
pub enum Command {
    /// Open it.
    OpenRound(Box<OpenRound>),
    /// Take in the items of a forwarded dossier.
    EnterItems(EnterItems),
    /// The unit withdrew a dossier.
    WithdrawItems(WithdrawItems),
    /// A hold on a subject began.
    SuspendItems(HoldChange),
    /// A hold ended without discipline.
    ResumeItems(HoldChange),
    /// Discipline was imposed.
    ExcludeItems(HoldChange),
    /// A unit of the round was merged.
    NoteMerger(NoteMerger),
    /// Published facts were corrected.
    NoteCorrection(NoteCorrection),
    /// An appeal was upheld.
    ReopenItem(ReopenItem),
    /// Record the council's scores of individuals.
    ScoreIndividuals(ScoreIndividuals),
    /// Record a ranking.
    ComputeRanking(Box<ComputeRanking>),
    /// Rule on a tie at the cut.
    RuleOnTie(RuleOnTie),
    /// Record minutes.
    RecordMeeting(RecordMeeting),
    /// Adopt the ranked list.
    AdoptShortlist(AdoptShortlist),
    /// Submit the proposal to the deciding authority.
    SubmitProposal(SubmitProposal),
    /// Return an item.
    DeclineItem(DeclineItem),
    /// Sign a decision.
    SignDecision(SignDecision),
    /// Issue it.
    IssueDecision(IssueDecision),
    /// Publish it.
    PublishDecision(PublishDecision),
    /// Hand an award over.
    HandOver(HandOver),
    /// Correct or replace a decision.
    CorrectDecision(CorrectDecision),
    /// Revoke an award.
    RevokeAward(RevokeAward),
    /// Object and money came back.
    RecordRecovery(RecordRecovery),
    /// Void a number.
    VoidNumber(VoidNumber),
    /// Tell units the outcome of their items.
    NotifyOutcomes(NotifyOutcomes),
    /// Close the round.
    CloseRound(CloseRound),
    /// Archive its file.
    ArchiveRound(ArchiveRound),
}

impl Command {
    /// The command's name, as refusals tell it.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::OpenRound(_) => "OpenRound",
            Self::EnterItems(_) => "EnterItems",
            Self::WithdrawItems(_) => "WithdrawItems",
            Self::SuspendItems(_) => "SuspendItems",
            Self::ResumeItems(_) => "ResumeItems",
            Self::ExcludeItems(_) => "ExcludeItems",
            Self::NoteMerger(_) => "NoteMerger",
            Self::NoteCorrection(_) => "NoteCorrection",
            Self::ReopenItem(_) => "ReopenItem",
            Self::ScoreIndividuals(_) => "ScoreIndividuals",
            Self::ComputeRanking(_) => "ComputeRanking",
            Self::RuleOnTie(_) => "RuleOnTie",
            Self::RecordMeeting(_) => "RecordMeeting",
            Self::AdoptShortlist(_) => "AdoptShortlist",
            Self::SubmitProposal(_) => "SubmitProposal",
            Self::DeclineItem(_) => "DeclineItem",
            Self::SignDecision(_) => "SignDecision",
            Self::IssueDecision(_) => "IssueDecision",
            Self::PublishDecision(_) => "PublishDecision",
            Self::HandOver(_) => "HandOver",
            Self::CorrectDecision(_) => "CorrectDecision",
            Self::RevokeAward(_) => "RevokeAward",
            Self::RecordRecovery(_) => "RecordRecovery",
            Self::VoidNumber(_) => "VoidNumber",
            Self::NotifyOutcomes(_) => "NotifyOutcomes",
            Self::CloseRound(_) => "CloseRound",
            Self::ArchiveRound(_) => "ArchiveRound",
        }
    }
}

/// Open a round on what is published.
#[derive(Debug, Clone)]
pub struct OpenRound {
    /// The round: `annual-2024`, `interim-2025`, `final-2030`.
    pub round: RoundId,
    /// Kind.
    pub kind: RoundKind,
    /// Award year.
    pub year: u16,
    /// The rule book.
    pub rule_book: RuleBook,
    /// The round's own answers over the rule book's.
    pub parameters: BTreeMap<ParameterName, String>,
    /// The first editions published for the award year; a deadline runs from the first.
    pub publications: Vec<PublicationRef>,
    /// The assessed units of the registry.
    pub units: Vec<SnapshotUnit>,
    /// The component indexes published so far: what the rule book can still ask of them.
    pub components: Vec<ComponentRecord>,
    /// Days of rest.
    pub holidays: Holidays,
}

/// Take in the items of a forwarded dossier.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EnterItems {
    /// The items.
    pub items: Vec<ItemEntered>,
    /// Holds in force, with the subject each is on.
    pub holds: Vec<HoldChange>,
}

/// The unit withdrew a dossier.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WithdrawItems {
    /// The dossier.
    pub dossier: DossierId,
    /// Why.
    pub reason: String,
}

/// A hold that began, ended or was confirmed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HoldChange {
    /// The hold.
    pub hold: HoldId,
    /// The unit or person it is on.
    pub subject: SubjectId,
}

/// A unit was merged into another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NoteMerger {
    /// The unit that ended.
    pub unit: UnitId,
    /// Its last day.
    pub valid_to: NaiveDate,
    /// The unit that goes on.
    pub successor: UnitId,
    /// The decision.
    pub decision: String,
}

/// Published facts were corrected.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NoteCorrection {
    /// Position of the correction in the log.
    pub cause: u64,
    /// The year whose facts changed.
    pub year: u16,
    /// What changed, in words.
    pub reason: String,
    /// Units whose facts changed, or that advise on a component that changed.
    pub units: BTreeSet<UnitId>,
    /// Components whose rates changed.
    pub components: BTreeSet<ComponentId>,
}

/// An appeal was upheld: the item is judged anew.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReopenItem {
    /// Position of the upheld appeal in the log.
    pub cause: u64,
    /// The appeal.
    pub appeal: AppealId,
    /// The item.
    pub item: ItemId,
    /// Why it was upheld.
    pub reason: String,
}

/// The council's scores of individuals.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ScoreIndividuals {
    /// The day of the meeting.
    pub date: NaiveDate,
    /// The body that scored.
    pub body: String,
    /// All members.
    pub members_total: u32,
    /// Those present.
    pub members_present: u32,
    /// How.
    pub voting: Voting,
    /// A score an item.
    pub scores: Vec<GivenScore>,
}

/// One individual's score as the council gave it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GivenScore {
    /// The item.
    pub item: ItemId,
    /// The mean.
    pub score: Percent,
    /// The ballots it is the mean of.
    pub ballots: Vec<Percent>,
}

/// A ranking as the evaluation gave it, and the inputs it was given.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ComputeRanking {
    /// The day the facts were judged for.
    pub as_of: NaiveDate,
    /// Digest of the canonical round file.
    pub inputs_digest: String,
    /// Position up to which facts were known.
    pub facts_position: u64,
    /// Digest of the rule book that judged.
    pub rule_book_digest: String,
    /// Judged under another rule book than the round's: a simulation, never recorded.
    pub simulation: bool,
    /// The lanes.
    pub lanes: Vec<LaneRanking>,
    /// The items that were judged.
    pub items: Vec<JudgedItem>,
    /// The council's scores the evaluation was given.
    pub scores: BTreeMap<ItemId, Percent>,
    /// The rulings it was given.
    pub rulings: BTreeMap<Lane, Vec<ItemId>>,
    /// What is unusual and no error.
    pub warnings: Vec<String>,
    /// Version of the code that ranked.
    pub engine: Option<String>,
}

/// An item as the evaluation judged it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JudgedItem {
    /// The item.
    pub item: ItemId,
    /// Whether it is eligible.
    pub verdict: Eligibility,
    /// What became of it.
    pub outcome: ItemOutcome,
    /// Its place, if ranked.
    pub place: Option<u32>,
    /// Why.
    pub reason: String,
}

/// A ruling on a tie at the cut.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RuleOnTie {
    /// The lane.
    pub lane: Lane,
    /// Every member of the group at the cut, best first.
    pub order: Vec<ItemId>,
    /// Number of the minutes.
    pub minutes_number: String,
    /// Their date.
    pub date: NaiveDate,
    /// Why this order.
    pub reason: String,
}

/// Minutes of a review meeting.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecordMeeting {
    /// Number of the minutes.
    pub minutes_number: String,
    /// The day.
    pub date: NaiveDate,
    /// The body that met.
    pub body: String,
    /// Title of the chair.
    pub chair: String,
    /// Title of the secretary.
    pub secretary: String,
    /// All members.
    pub members_total: u32,
    /// Those present.
    pub members_present: u32,
    /// How they voted.
    pub voting: Voting,
    /// Those present, where the minutes name them.
    pub members: Vec<Member>,
    /// Who took no part in which item.
    pub recusals: Vec<Recusal>,
    /// The tally an item.
    pub tallies: Vec<Tally>,
    /// The signed minutes.
    pub document: Option<DocumentRef>,
}

/// A member present: the official, and the person and agency behind.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Member {
    /// The official.
    pub official: OfficialId,
    /// The person.
    pub person: PersonId,
    /// The agency.
    pub agency: UnitId,
}

/// The votes on one item.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tally {
    /// The item.
    pub item: ItemId,
    /// For.
    pub in_favour: u32,
    /// Against.
    pub against: u32,
    /// Abstained.
    pub abstained: u32,
    /// Took no part.
    pub recused: u32,
}

/// Adopt the ranked list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AdoptShortlist {
    /// The ranking it rests on: the latest.
    pub ranking_edition: u32,
    /// The day.
    pub date: NaiveDate,
}

/// The proposal to the deciding authority.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SubmitProposal {
    /// Its number.
    pub number: String,
    /// Its date.
    pub date: NaiveDate,
    /// The items.
    pub items: Vec<ItemId>,
    /// The signed letter.
    pub document: Option<DocumentRef>,
}

/// The Chairman returns an item.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeclineItem {
    /// The item.
    pub item: ItemId,
    /// Why.
    pub reason: String,
}

/// A hold as the registry has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HoldFact {
    /// The hold.
    pub hold: HoldId,
    /// The unit or person it is on.
    pub subject: SubjectId,
    /// First day.
    pub opened: NaiveDate,
    /// The day it ended, which is free again.
    pub closed: Option<NaiveDate>,
}

impl HoldFact {
    /// Whether it is in force on any day from `from` through `to`.
    #[must_use]
    pub fn touches(&self, from: NaiveDate, to: NaiveDate) -> bool {
        self.opened <= to && self.closed.is_none_or(|closed| closed > from)
    }
}

/// Sign a decision.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignDecision {
    /// Its number.
    pub number: String,
    /// In whose name.
    pub body: IssuingBody,
    /// Its date.
    pub date: NaiveDate,
    /// Title of the signer.
    pub signed_by: String,
    /// The items.
    pub items: Vec<ItemId>,
    /// Holds on subjects of the items, as the registry has them now.
    pub holds: Vec<HoldFact>,
    /// Numbers that other rounds took or voided.
    pub taken: BTreeSet<RegisteredNumber>,
}

/// Issue a decision.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IssueDecision {
    /// Its number.
    pub number: String,
    /// The day.
    pub on: NaiveDate,
}

/// Publish a decision.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PublishDecision {
    /// Its number.
    pub number: String,
    /// The day.
    pub on: NaiveDate,
    /// Where.
    pub place: String,
}

/// Hand an award over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HandOver {
    /// The item.
    pub item: ItemId,
    /// The day.
    pub on: NaiveDate,
    /// Title of the unit's representative; none for individuals.
    pub representative: Option<String>,
}

/// Correct or replace a decision.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CorrectDecision {
    /// The decision with the error.
    pub decision: String,
    /// How.
    pub kind: CorrectionKind,
    /// Number of the letter, or of the replacing decision.
    pub number: String,
    /// Its date.
    pub date: NaiveDate,
    /// Title of the signer.
    pub signed_by: String,
    /// What changes.
    pub changes: String,
    /// For a replacement: the items from now on; none = the same.
    pub items: Option<Vec<ItemId>>,
    /// Holds on subjects of the items.
    pub holds: Vec<HoldFact>,
    /// Numbers that other rounds took or voided.
    pub taken: BTreeSet<RegisteredNumber>,
}

/// Revoke an award.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RevokeAward {
    /// The item.
    pub item: ItemId,
    /// The ground.
    pub ground: RevocationGround,
    /// What proves it.
    pub evidence: String,
    /// For ground D: the year of the violations.
    pub violation_year: Option<u16>,
    /// Number of the revoking decision.
    pub number: String,
    /// Its date.
    pub date: NaiveDate,
    /// The evidence itself.
    pub documents: Vec<DocumentRef>,
    /// Numbers that other rounds took or voided.
    pub taken: BTreeSet<RegisteredNumber>,
}

/// Object and money of a revoked award came back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecordRecovery {
    /// The item.
    pub item: ItemId,
    /// The day.
    pub on: NaiveDate,
    /// What came back.
    pub note: String,
}

/// Void a number of a body's register.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VoidNumber {
    /// Whose register.
    pub body: IssuingBody,
    /// Of which year.
    pub year: i32,
    /// The number.
    pub number: String,
    /// Why.
    pub reason: String,
    /// Numbers that other rounds took or voided.
    pub taken: BTreeSet<RegisteredNumber>,
}

/// Tell units the outcome of their items.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NotifyOutcomes {
    /// The day of the notice.
    pub on: NaiveDate,
    /// The dossiers; empty = every dossier of the round.
    pub dossiers: Vec<DossierId>,
}

/// Close the round.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CloseRound {
    /// The day.
    pub on: NaiveDate,
}

/// Archive the round's file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ArchiveRound {
    /// The day.
    pub on: NaiveDate,
}
