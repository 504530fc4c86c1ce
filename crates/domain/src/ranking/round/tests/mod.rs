//! What a round does, as sentences: given what happened, when a command comes, then events, a
//! refusal by a rule, or a rejection.

mod aftermath;
mod concern;
mod decision;
mod denials;
mod entries;
mod meeting;
mod open;
mod order;
mod properties;
mod shortlist;

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, NaiveDate, Utc};

use super::{
    AdoptShortlist, Command, ComputeRanking, EnterItems, HoldFact, IssueDecision, JudgedItem,
    OpenRound, PublishDecision, RecordMeeting, Rejection, Round, RoundFolder, RoundState,
    SignDecision, Standing, SubmitProposal, Tally, live_rulings,
};
use crate::actor::{Actor, Role};
use crate::decider::{Decider, Issued, StoredEvent};
use crate::dossier::content::Voting;
use crate::evaluation::{Basis, Eligibility, Group, ItemOutcome, Lane, PublicationKind, RoundKind};
use crate::ids::{DossierId, HoldId, ItemId, OfficialId, PersonId, RoundId, SubjectId, UnitId};
use crate::ranking::event::{
    IssuingBody, ItemEntered, LaneRanking, PublicationRef, RankedItem, RoundEvent, SnapshotUnit,
};
use crate::rulebook::{RuleBook, holidays};

/// A stream that was told what happened.
#[derive(Debug, Clone, Default)]
pub(super) struct Given {
    pub(super) state: RoundState,
    pub(super) events: Vec<RoundEvent>,
}

impl Given {
    /// After one more command, which must be taken without a refusal.
    pub(super) fn and(self, by: Role, on: &str, command: Command) -> Self {
        let events = self.when(by, on, command).unwrap();
        let refused = events.iter().find_map(StoredEvent::refusal);
        assert_eq!(refused, None, "refused");
        self.told(events)
    }

    /// After these events.
    pub(super) fn told(mut self, events: Vec<RoundEvent>) -> Self {
        for event in events {
            self.state = Round::evolve(self.state, &event);
            self.events.push(event);
        }
        self
    }

    /// What a command comes to.
    pub(super) fn when(
        &self,
        by: Role,
        on: &str,
        command: Command,
    ) -> Result<Vec<RoundEvent>, Rejection> {
        let (by, at) = (actor(by), noon(on));
        Round::decide(&self.state, Issued { by, at, command })
    }

    /// The kinds of events a command leads to.
    pub(super) fn leads_to(&self, by: Role, on: &str, command: Command) -> Vec<&'static str> {
        let events = self.when(by, on, command).unwrap();
        events.iter().map(StoredEvent::event_type).collect()
    }

    /// The rule that denies a command, where nothing but the refusal is recorded.
    pub(super) fn denied(&self, by: Role, on: &str, command: Command) -> String {
        let name = command.name();
        match self.when(by, on, command).unwrap().as_slice() {
            [event] => {
                let refusal = event.refusal().expect("a refusal");
                assert_eq!(refusal.action, name);
                refusal.rule.clone()
            }
            other => panic!("not one refusal: {other:?}"),
        }
    }

    /// Why a command is not taken.
    pub(super) fn rejected(&self, by: Role, on: &str, command: Command) -> Rejection {
        self.when(by, on, command).unwrap_err()
    }

    pub(super) fn round(&self) -> &RoundFolder {
        self.state.opened().unwrap()
    }

    pub(super) fn standing(&self, id: &str) -> &'static str {
        self.round().items[&item(id)].standing.status()
    }
}

pub(super) fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

pub(super) fn noon(text: &str) -> DateTime<Utc> {
    format!("{text}T05:00:00Z").parse().unwrap()
}

pub(super) fn item(text: &str) -> ItemId {
    ItemId::parse(text).unwrap()
}

pub(super) fn items(ids: &[&str]) -> Vec<ItemId> {
    ids.iter().map(|id| item(id)).collect()
}

pub(super) fn subject(text: &str) -> SubjectId {
    SubjectId::parse(text).unwrap()
}

pub(super) fn unit(text: &str) -> UnitId {
    UnitId::parse(text).unwrap()
}

pub(super) fn hold(text: &str) -> HoldId {
    HoldId::parse(text).unwrap()
}

pub(super) fn actor(role: Role) -> Actor {
    Actor {
        official: OfficialId::parse("cb-1").unwrap(),
        person: PersonId::parse("p-1").unwrap(),
        role,
        agency: unit("thuong-truc"),
        on_behalf_of: None,
    }
}

fn publication(kind: PublicationKind, on: &str) -> PublicationRef {
    PublicationRef {
        kind,
        published_on: day(on),
        decision_number: "688/QĐ-UBND".to_owned(),
        edition: 1,
    }
}

pub(super) fn opening() -> OpenRound {
    OpenRound {
        round: RoundId::parse("annual-2024").unwrap(),
        kind: RoundKind::Annual,
        year: 2024,
        rule_book: RuleBook::soc_trang().clone(),
        parameters: BTreeMap::new(),
        publications: vec![
            publication(PublicationKind::ProvincialIndex, "2025-04-06"),
            publication(PublicationKind::UnitIndex, "2025-04-15"),
        ],
        units: vec![SnapshotUnit {
            unit: unit("so-y-te"),
            group: Group::Department,
            advising: false,
            since: 2021,
        }],
        components: Vec::new(),
        holidays: holidays().clone(),
    }
}

pub(super) fn open_round(open: OpenRound) -> Command {
    Command::OpenRound(Box::new(open))
}

/// An item of a dossier of the same number; individuals work in `so-y-te`.
pub(super) fn entry(id: &str, lane: Lane, of: &str) -> ItemEntered {
    let individual = lane.is_individual();
    ItemEntered {
        item: item(id),
        dossier: DossierId::parse(&format!("HS-{id}")).unwrap(),
        lane,
        subject: subject(of),
        basis: individual.then_some(Basis::Insider),
        components: Vec::new(),
        initiative: None,
        unit: individual.then(|| unit("so-y-te")),
        submitted_by: unit("so-y-te"),
    }
}

pub(super) fn entering(items: Vec<ItemEntered>) -> Command {
    Command::EnterItems(EnterItems {
        items,
        holds: Vec::new(),
    })
}

/// Four departments for three slots, and two individuals.
pub(super) fn opened() -> Given {
    let departments = ["so-y-te", "so-tu-phap", "so-gd", "so-ct"];
    let mut entries: Vec<_> = departments
        .iter()
        .enumerate()
        .map(|(n, of)| entry(&format!("d{}", n + 1), Lane::CertDepartment, of))
        .collect();
    entries.push(entry("p1", Lane::CertIndividual, "ca-nhan-1"));
    entries.push(entry("p2", Lane::CertIndividual, "ca-nhan-2"));
    Given::default()
        .and(Role::StandingOffice, "2025-04-20", open_round(opening()))
        .and(Role::System, "2025-06-20", entering(entries))
}

/// A ranking of the round as it stands: the first of a lane's items are selected up to the quota,
/// in the order given by their ids; `tied` ones are equal at the cut.
pub(super) fn ranking(given: &Given, as_of: &str, tied: &[&str]) -> ComputeRanking {
    let round = given.round();
    let mut lanes: BTreeMap<Lane, Vec<ItemId>> = BTreeMap::new();
    let mut judged = Vec::new();
    for (id, entered) in &round.items {
        if !entered.standing.is_ranked() {
            continue;
        }
        let suspended = matches!(entered.standing, Standing::Suspended { .. });
        let in_lane = lanes.entry(entered.lane).or_default();
        if !suspended {
            in_lane.push(id.clone());
        }
        let place = u32::try_from(in_lane.len()).unwrap();
        let outcome = if suspended {
            ItemOutcome::Suspended
        } else if tied.contains(&id.as_str()) {
            ItemOutcome::TieUnresolved
        } else if place <= round.quota(entered.lane) {
            ItemOutcome::Selected
        } else {
            ItemOutcome::NotSelected
        };
        judged.push(JudgedItem {
            item: id.clone(),
            verdict: Eligibility::Eligible,
            outcome,
            place: (!suspended).then_some(place),
            reason: outcome.to_string(),
        });
    }
    ComputeRanking {
        as_of: day(as_of),
        inputs_digest: format!("sha256:{:064}", judged.len()),
        facts_position: 100,
        rule_book_digest: round.opened.rule_book.digest.clone(),
        simulation: false,
        lanes: lanes.into_iter().map(|l| lane_ranking(round, l)).collect(),
        items: judged,
        scores: round
            .ranked_items()
            .into_iter()
            .filter_map(|(id, i)| Some((id.clone(), i.council_score?)))
            .collect(),
        rulings: live_rulings(round),
        warnings: Vec::new(),
        engine: None,
    }
}

fn lane_ranking(round: &RoundFolder, (lane, ids): (Lane, Vec<ItemId>)) -> LaneRanking {
    let quota = round.quota(lane);
    let count = u32::try_from(ids.len()).unwrap();
    let ranked = ids.into_iter().zip(1..);
    LaneRanking {
        lane,
        quota,
        selected: count.min(quota),
        empty: quota.saturating_sub(count),
        is_final: true,
        ranked: ranked
            .map(|(item, place)| RankedItem {
                item,
                place,
                keys: Vec::new(),
            })
            .collect(),
    }
}

pub(super) fn rank(given: &Given, as_of: &str) -> Command {
    Command::ComputeRanking(Box::new(ranking(given, as_of, &[])))
}

pub(super) fn ranked() -> Given {
    let given = opened();
    let command = rank(&given, "2025-07-30");
    given.and(Role::StandingOffice, "2025-07-30", command)
}

/// Minutes in which 8 of 9 members, all 8 present, voted for every item.
pub(super) fn meeting(number: &str, on: &str, ids: &[&str]) -> RecordMeeting {
    RecordMeeting {
        minutes_number: number.to_owned(),
        date: day(on),
        body: "Thường trực Ban Chỉ đạo CCHC tỉnh".to_owned(),
        chair: "Phó Trưởng ban Thường trực".to_owned(),
        secretary: "Chuyên viên".to_owned(),
        members_total: 9,
        members_present: 8,
        voting: Voting::Open,
        members: Vec::new(),
        recusals: Vec::new(),
        tallies: ids.iter().map(|id| tally(id, 8)).collect(),
        document: None,
    }
}

/// Of 8 present so many for, the rest against.
pub(super) fn tally(id: &str, in_favour: u32) -> Tally {
    Tally {
        item: item(id),
        in_favour,
        against: 8 - in_favour,
        abstained: 0,
        recused: 0,
    }
}

pub(super) fn record(meeting: RecordMeeting) -> Command {
    Command::RecordMeeting(meeting)
}

pub(super) fn adopt(edition: u32, on: &str) -> Command {
    Command::AdoptShortlist(AdoptShortlist {
        ranking_edition: edition,
        date: day(on),
    })
}

pub(super) const ALL: [&str; 6] = ["d1", "d2", "d3", "d4", "p1", "p2"];

pub(super) fn shortlisted() -> Given {
    ranked()
        .and(
            Role::StandingOffice,
            "2025-07-30",
            record(meeting("12/BB-BCĐ", "2025-07-30", &ALL)),
        )
        .and(
            Role::SteeringCommittee,
            "2025-07-31",
            adopt(1, "2025-07-31"),
        )
}

pub(super) fn propose(on: &str, ids: &[&str]) -> Command {
    Command::SubmitProposal(SubmitProposal {
        number: "90/TTr-SNV".to_owned(),
        date: day(on),
        items: items(ids),
        document: None,
    })
}

pub(super) const SELECTED: [&str; 5] = ["d1", "d2", "d3", "p1", "p2"];

pub(super) fn proposed() -> Given {
    shortlisted().and(
        Role::StandingOffice,
        "2025-08-01",
        propose("2025-08-01", &SELECTED),
    )
}

pub(super) fn signing(number: &str, on: &str, ids: &[&str]) -> SignDecision {
    SignDecision {
        number: number.to_owned(),
        body: IssuingBody::Chairman,
        date: day(on),
        signed_by: "Chủ tịch".to_owned(),
        items: items(ids),
        holds: Vec::new(),
        taken: BTreeSet::new(),
    }
}

pub(super) fn sign(number: &str, on: &str, ids: &[&str]) -> Command {
    Command::SignDecision(signing(number, on, ids))
}

pub(super) fn held(of: &str, opened: &str, closed: Option<&str>) -> HoldFact {
    HoldFact {
        hold: hold("kl-1"),
        subject: subject(of),
        opened: day(opened),
        closed: closed.map(day),
    }
}

pub(super) const DECISION: &str = "1500/QĐ-UBND";

pub(super) fn signed() -> Given {
    proposed().and(
        Role::Chairman,
        "2025-08-15",
        sign(DECISION, "2025-08-15", &SELECTED),
    )
}

pub(super) fn issue(on: &str) -> Command {
    Command::IssueDecision(IssueDecision {
        number: DECISION.to_owned(),
        on: day(on),
    })
}

pub(super) fn issued() -> Given {
    signed().and(Role::Records, "2025-08-16", issue("2025-08-16"))
}

pub(super) fn published() -> Given {
    let publish = Command::PublishDecision(PublishDecision {
        number: DECISION.to_owned(),
        on: day("2025-08-20"),
        place: "Cổng thông tin điện tử tỉnh".to_owned(),
    });
    issued().and(Role::Records, "2025-08-20", publish)
}
