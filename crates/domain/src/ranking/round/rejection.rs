//! Why a round does not take a command: mistakes in data or order, answered and not recorded.

use chrono::NaiveDate;

use crate::decider::{Explain, Obstacle, Violation};
use crate::evaluation::vocabulary::{Lane, PublicationKind, RoundKind, RuleId};
use crate::ids::{ItemId, OfficialId, RoundId};
use crate::percent::Percent;
use crate::rules::violation;

/// Why not.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Rejection {
    /// There is no such round.
    #[error("the round is not open")]
    NotOpened,
    /// There is one already.
    #[error("the round was opened already")]
    AlreadyOpen,
    /// One id a kind and year, so that nobody opens a second round for the same awards.
    #[error("a round of this kind and year is called {wanted}")]
    RoundName {
        /// Its id.
        wanted: String,
    },
    /// INTERIM is 2025, FINAL is 2030 (R6).
    #[error("there is no {kind} round of {year}")]
    NoSuchRound {
        /// The kind.
        kind: RoundKind,
        /// The year.
        year: u16,
    },
    /// The rule book is not in force on the day of opening.
    #[error("rule book {id} is in force from {from} to {to}, not on {day}")]
    RuleBookNotInForce {
        /// The rule book.
        id: String,
        /// Its first day.
        from: NaiveDate,
        /// Its last day.
        to: NaiveDate,
        /// The day.
        day: NaiveDate,
    },
    /// The rule book contradicts itself, or would end inside the round.
    #[error("the rule book has {count} flaws, first: {first}")]
    RuleBookFlawed {
        /// How many.
        count: usize,
        /// The first, with its path in the book.
        first: String,
    },
    /// A parameter's value is not allowed.
    #[error("parameter {name} {reason}")]
    Parameter {
        /// The parameter.
        name: &'static str,
        /// What it must be.
        reason: String,
    },
    /// An index of the award year is not published (R10).
    #[error("{kind} of {year} is not published")]
    NotPublished {
        /// The index.
        kind: PublicationKind,
        /// The award year.
        year: u16,
    },
    /// The calendar has no last day for a deadline.
    #[error("the deadline lies beyond the calendar")]
    NoDeadline,
    /// A text is empty or too long.
    #[error("{field} must be 1 to {characters_max} characters")]
    Text {
        /// The field.
        field: &'static str,
        /// Longest text.
        characters_max: usize,
    },
    /// A day outside its bounds.
    #[error("{field} {day} must lie between {earliest} and {latest}")]
    Day {
        /// The field.
        field: &'static str,
        /// The day given.
        day: NaiveDate,
        /// The first day possible.
        earliest: NaiveDate,
        /// The last day possible.
        latest: NaiveDate,
    },
    /// A list that must name something.
    #[error("{field} names nothing")]
    Nothing {
        /// The field.
        field: &'static str,
    },
    /// An item named twice.
    #[error("item {item} is named twice")]
    Twice {
        /// The item.
        item: ItemId,
    },
    /// No such item in the round.
    #[error("the round has no item {item}")]
    UnknownItem {
        /// The item.
        item: ItemId,
    },
    /// The lane has no awards in this kind of round (R1, R7).
    #[error("item {item}: lane {lane} has no awards in this round")]
    NoAwards {
        /// The item.
        item: ItemId,
        /// The lane.
        lane: Lane,
    },
    /// Another item of the round has the same subject in the same lane.
    #[error("item {item}: its subject is in lane {lane} already")]
    SubjectTwice {
        /// The item.
        item: ItemId,
        /// The lane.
        lane: Lane,
    },
    /// The item is not where it would have to be.
    #[error("item {item} is {status}")]
    ItemStands {
        /// The item.
        item: ItemId,
        /// Where it stands.
        status: &'static str,
    },
    /// The council scores individuals only.
    #[error("item {item} is no individual's")]
    NotAnIndividual {
        /// The item.
        item: ItemId,
    },
    /// More members present than there are, or none.
    #[error("{present} of {total} members cannot be present")]
    Attendance {
        /// Present.
        present: u32,
        /// Total.
        total: u32,
    },
    /// Too few members present.
    #[error(
        "{present} of {total} members is no quorum; at least {numerator}/{denominator} of the total are needed"
    )]
    NoQuorum {
        /// Present.
        present: u32,
        /// Total.
        total: u32,
        /// Numerator of the quorum.
        numerator: u32,
        /// Denominator of the quorum.
        denominator: u32,
    },
    /// No ballot, or more ballots than members present.
    #[error("item {item} has {ballots} ballots of {present} members present")]
    Ballots {
        /// The item.
        item: ItemId,
        /// Ballots.
        ballots: usize,
        /// Members present.
        present: u32,
    },
    /// The score is not the mean of its ballots.
    #[error("item {item}: the mean of the ballots is {mean}, not {score}")]
    NotTheMean {
        /// The item.
        item: ItemId,
        /// The score given.
        score: Percent,
        /// The mean.
        mean: Percent,
    },
    /// For, against, abstained and recused are not those present.
    #[error("item {item}: {counted} votes and recusals of {present} members present")]
    VotesDoNotAdd {
        /// The item.
        item: ItemId,
        /// What was counted.
        counted: u64,
        /// Members present.
        present: u32,
    },
    /// The number of recusals differs from the list.
    #[error("item {item}: {counted} recused, {listed} on the list of recusals")]
    RecusalsDoNotAdd {
        /// The item.
        item: ItemId,
        /// Counted.
        counted: u32,
        /// Listed.
        listed: usize,
    },
    /// The members named are not as many as were present, or one is named twice.
    #[error("{named} members are named, {present} were present")]
    MembersDoNotAdd {
        /// Named.
        named: usize,
        /// Present.
        present: u32,
    },
    /// Who recused was not there.
    #[error("{official} took no part in {item} and was not present")]
    RecusedAbsent {
        /// The item.
        item: ItemId,
        /// The official.
        official: OfficialId,
    },
    /// These minutes were recorded.
    #[error("minutes {number} were recorded already")]
    MinutesRecorded {
        /// Their number.
        number: String,
    },
    /// A simulation is never recorded.
    #[error("a simulation under another rule book is not recorded")]
    Simulated,
    /// The ranking was computed under another rule book.
    #[error("the ranking was computed under {given}, the round is under {wanted}")]
    OtherRuleBook {
        /// Digest of the one.
        given: String,
        /// Digest of the other.
        wanted: String,
    },
    /// The round changed after the inputs were gathered.
    #[error("the round changed while the ranking was computed: {what}")]
    InputsOutdated {
        /// What differs.
        what: &'static str,
    },
    /// Nothing was ranked yet.
    #[error("the lanes were not ranked yet")]
    NotRanked,
    /// The ranking does not know what happened since.
    #[error("the ranking is outdated: {reason}; rank again")]
    RankingOutdated {
        /// What happened.
        reason: String,
    },
    /// Another ranking is the latest.
    #[error("the latest ranking is {latest}, not {given}")]
    NotTheLatest {
        /// The latest.
        latest: u32,
        /// The one given.
        given: u32,
    },
    /// The lane has no tie at the cut.
    #[error("lane {lane} has no tie at the cut")]
    NoTie {
        /// The lane.
        lane: Lane,
    },
    /// A ruling must name the whole group.
    #[error("the ruling on {lane} leaves out {item}, a member of the tie")]
    TieMemberMissing {
        /// The lane.
        lane: Lane,
        /// The member left out.
        item: ItemId,
    },
    /// A ruling names an item of another lane.
    #[error("item {item} is not in lane {lane}")]
    OtherLane {
        /// The item.
        item: ItemId,
        /// The lane.
        lane: Lane,
    },
    /// A tie at the cut blocks the list.
    #[error("a tie at the cut is not ruled on in {}", lanes.iter().map(|l| l.as_str()).collect::<Vec<_>>().join(", "))]
    TieUnresolved {
        /// The lanes.
        lanes: Vec<Lane>,
    },
    /// A selected item without approval in minutes (R43).
    #[error("{} selected items have no approval in minutes", items.len())]
    NotMinuted {
        /// The items.
        items: Vec<ItemId>,
    },
    /// The slots that are left divide items of the same place.
    #[error("the {left} slots left of {lane} would divide items of one place")]
    SlotsDivideEquals {
        /// The lane.
        lane: Lane,
        /// Slots left.
        left: u32,
    },
    /// No list stands.
    #[error("no adopted list stands")]
    NoShortlist,
    /// Not on the adopted list.
    #[error("item {item} is not on the adopted list")]
    NotShortlisted {
        /// The item.
        item: ItemId,
    },
    /// A hold rests on the subject (R35).
    #[error("item {item} rests under a hold")]
    OnHold {
        /// The item.
        item: ItemId,
    },
    /// Not proposed to the Chairman.
    #[error("item {item} is not proposed")]
    NotProposed {
        /// The item.
        item: ItemId,
    },
    /// The number is taken or voided (R52).
    #[error("number {number} is taken in the register of {year}")]
    NumberTaken {
        /// The number.
        number: String,
        /// The register's year.
        year: i32,
    },
    /// A number without digits in front.
    #[error("`{number}` is no document number: digits first, such as 123/QĐ-UBND")]
    NotANumber {
        /// What was given.
        number: String,
    },
    /// No such decision.
    #[error("the round has no decision {number}")]
    UnknownDecision {
        /// The number.
        number: String,
    },
    /// The decision is at another step.
    #[error("decision {number} is {status}; {wanted} is needed")]
    DecisionStands {
        /// The number.
        number: String,
        /// Where it stands.
        status: &'static str,
        /// Where it should stand.
        wanted: &'static str,
    },
    /// A correction of form changes no items.
    #[error("a correction of form changes no items; replace the decision")]
    CorrectionOfItems,
    /// Collectives receive an award through a representative, individuals in person.
    #[error("item {item}: {reason}")]
    Representative {
        /// The item.
        item: ItemId,
        /// What is wanted.
        reason: &'static str,
    },
    /// Ground D needs a year of the achievement period (R49).
    #[error("ground D needs violations of {from} to {to}")]
    OutsideAchievement {
        /// First year.
        from: u16,
        /// Last year.
        to: u16,
    },
    /// A dossier that has no items in the round.
    #[error("dossier {dossier} has no items in the round")]
    UnknownDossier {
        /// The dossier.
        dossier: String,
    },
    /// Units are told the outcome once something is decided.
    #[error("nothing is decided yet that units could be told")]
    NothingDecided,
    /// Something is still on the Chairman's table, or signed and not issued.
    #[error("the round cannot be closed: {reason}")]
    Unfinished {
        /// What.
        reason: String,
    },
    /// Not closed yet.
    #[error("the round {round} is not closed")]
    NotClosed {
        /// The round.
        round: RoundId,
    },
    /// In the archive already.
    #[error("the round is in the archive since {on}")]
    Archived {
        /// Since.
        on: NaiveDate,
    },
}

impl Explain for Rejection {
    fn code(&self) -> &'static str {
        match self {
            Self::NotOpened => "round-not-open",
            Self::AlreadyOpen => "round-already-open",
            Self::RoundName { .. } => "round-name",
            Self::NoSuchRound { .. } => "no-such-round",
            Self::RuleBookNotInForce { .. } => "rule-book-not-in-force",
            Self::RuleBookFlawed { .. } => "rule-book-flawed",
            Self::Parameter { .. } => "round-parameter-invalid",
            Self::NotPublished { .. } => "index-not-published",
            Self::NoDeadline => "no-deadline",
            Self::Text { .. } => "text-length",
            Self::Day { .. } => "day-out-of-bounds",
            Self::Nothing { .. } => "list-empty",
            Self::Twice { .. } => "item-named-twice",
            Self::UnknownItem { .. } => "unknown-item",
            Self::NoAwards { .. } => "lane-without-awards",
            Self::SubjectTwice { .. } => "subject-twice-in-lane",
            Self::ItemStands { .. } => "item-wrong-standing",
            Self::NotAnIndividual { .. } => "not-an-individual",
            Self::Attendance { .. } => "attendance-impossible",
            Self::NoQuorum { .. } => "no-quorum",
            Self::Ballots { .. } => "ballots-do-not-fit",
            Self::NotTheMean { .. } => "score-not-the-mean",
            Self::VotesDoNotAdd { .. } => "votes-do-not-add-up",
            Self::RecusalsDoNotAdd { .. } => "recusals-do-not-add-up",
            Self::MembersDoNotAdd { .. } => "members-do-not-add-up",
            Self::RecusedAbsent { .. } => "recused-but-absent",
            Self::MinutesRecorded { .. } => "minutes-already-recorded",
            Self::Simulated => "simulation-not-recorded",
            Self::OtherRuleBook { .. } => "other-rule-book",
            Self::InputsOutdated { .. } => "inputs-outdated",
            Self::NotRanked => "not-ranked",
            Self::RankingOutdated { .. } => "ranking-outdated",
            Self::NotTheLatest { .. } => "not-the-latest-ranking",
            Self::NoTie { .. } => "no-tie",
            Self::TieMemberMissing { .. } => "tie-member-missing",
            Self::OtherLane { .. } => "item-of-other-lane",
            Self::TieUnresolved { .. } => "tie-unresolved",
            Self::NotMinuted { .. } => "not-minuted",
            Self::SlotsDivideEquals { .. } => "slots-divide-equals",
            Self::NoShortlist => "no-shortlist",
            Self::NotShortlisted { .. } => "not-shortlisted",
            Self::OnHold { .. } => "item-on-hold",
            Self::NotProposed { .. } => "item-not-proposed",
            Self::NumberTaken { .. } => "number-taken",
            Self::NotANumber { .. } => "not-a-document-number",
            Self::UnknownDecision { .. } => "unknown-decision",
            Self::DecisionStands { .. } => "decision-wrong-step",
            Self::CorrectionOfItems => "correction-changes-items",
            Self::Representative { .. } => "representative",
            Self::OutsideAchievement { .. } => "outside-achievement-period",
            Self::UnknownDossier { .. } => "unknown-dossier",
            Self::NothingDecided => "nothing-decided",
            Self::Unfinished { .. } => "round-unfinished",
            Self::NotClosed { .. } => "round-not-closed",
            Self::Archived { .. } => "round-archived",
        }
    }

    fn obstacle(&self) -> Obstacle {
        match self {
            Self::NotOpened
            | Self::AlreadyOpen
            | Self::RuleBookNotInForce { .. }
            | Self::NotPublished { .. }
            | Self::SubjectTwice { .. }
            | Self::ItemStands { .. }
            | Self::MinutesRecorded { .. }
            | Self::InputsOutdated { .. }
            | Self::NotRanked
            | Self::RankingOutdated { .. }
            | Self::NotTheLatest { .. }
            | Self::NoTie { .. }
            | Self::TieUnresolved { .. }
            | Self::NotMinuted { .. }
            | Self::SlotsDivideEquals { .. }
            | Self::NoShortlist
            | Self::NotShortlisted { .. }
            | Self::OnHold { .. }
            | Self::NotProposed { .. }
            | Self::NumberTaken { .. }
            | Self::DecisionStands { .. }
            | Self::NothingDecided
            | Self::Unfinished { .. }
            | Self::NotClosed { .. }
            | Self::Archived { .. } => Obstacle::State,
            Self::RoundName { .. }
            | Self::NoSuchRound { .. }
            | Self::RuleBookFlawed { .. }
            | Self::Parameter { .. }
            | Self::NoDeadline
            | Self::Text { .. }
            | Self::Day { .. }
            | Self::Nothing { .. }
            | Self::Twice { .. }
            | Self::UnknownItem { .. }
            | Self::NoAwards { .. }
            | Self::NotAnIndividual { .. }
            | Self::Attendance { .. }
            | Self::NoQuorum { .. }
            | Self::Ballots { .. }
            | Self::NotTheMean { .. }
            | Self::VotesDoNotAdd { .. }
            | Self::RecusalsDoNotAdd { .. }
            | Self::MembersDoNotAdd { .. }
            | Self::RecusedAbsent { .. }
            | Self::Simulated
            | Self::OtherRuleBook { .. }
            | Self::TieMemberMissing { .. }
            | Self::OtherLane { .. }
            | Self::NotANumber { .. }
            | Self::UnknownDecision { .. }
            | Self::CorrectionOfItems
            | Self::Representative { .. }
            | Self::OutsideAchievement { .. }
            | Self::UnknownDossier { .. } => Obstacle::Input,
        }
    }

    fn violations(&self) -> Vec<Violation> {
        let about = |rule, item: &ItemId| vec![violation(rule, Some(item), self.to_string())];
        let of_round = |rule| vec![violation(rule, None, self.to_string())];
        match self {
            Self::NoSuchRound { .. } => of_round(RuleId::R6),
            Self::NotPublished { .. } => of_round(RuleId::R10),
            Self::NoAwards { item, .. } => about(RuleId::R7, item),
            Self::OnHold { item } => about(RuleId::R35, item),
            Self::NotProposed { item } | Self::NotShortlisted { item } => about(RuleId::R43, item),
            Self::NotMinuted { items } => items.iter().map(not_minuted).collect(),
            Self::NoQuorum { .. } | Self::NoShortlist | Self::TieUnresolved { .. } => {
                of_round(RuleId::R43)
            }
            Self::SlotsDivideEquals { .. } => of_round(RuleId::R7),
            Self::NumberTaken { .. } => of_round(RuleId::R52),
            Self::CorrectionOfItems => of_round(RuleId::R53),
            Self::OutsideAchievement { .. } => of_round(RuleId::R49),
            Self::NotOpened
            | Self::AlreadyOpen
            | Self::RoundName { .. }
            | Self::RuleBookNotInForce { .. }
            | Self::RuleBookFlawed { .. }
            | Self::Parameter { .. }
            | Self::NoDeadline
            | Self::Text { .. }
            | Self::Day { .. }
            | Self::Nothing { .. }
            | Self::Twice { .. }
            | Self::UnknownItem { .. }
            | Self::SubjectTwice { .. }
            | Self::ItemStands { .. }
            | Self::NotAnIndividual { .. }
            | Self::Attendance { .. }
            | Self::Ballots { .. }
            | Self::NotTheMean { .. }
            | Self::VotesDoNotAdd { .. }
            | Self::RecusalsDoNotAdd { .. }
            | Self::MembersDoNotAdd { .. }
            | Self::RecusedAbsent { .. }
            | Self::MinutesRecorded { .. }
            | Self::Simulated
            | Self::OtherRuleBook { .. }
            | Self::InputsOutdated { .. }
            | Self::NotRanked
            | Self::RankingOutdated { .. }
            | Self::NotTheLatest { .. }
            | Self::NoTie { .. }
            | Self::TieMemberMissing { .. }
            | Self::OtherLane { .. }
            | Self::NotANumber { .. }
            | Self::UnknownDecision { .. }
            | Self::DecisionStands { .. }
            | Self::Representative { .. }
            | Self::UnknownDossier { .. }
            | Self::NothingDecided
            | Self::Unfinished { .. }
            | Self::NotClosed { .. }
            | Self::Archived { .. } => Vec::new(),
        }
    }
}

fn not_minuted(item: &ItemId) -> Violation {
    violation(RuleId::R43, Some(item), "no approval in minutes")
}
