//! Bringing the lanes into order: council scores, rankings, rulings on ties, and what makes a
//! ranking outdated. How an order comes about is the evaluation's; here it is checked and recorded.

use std::collections::{BTreeMap, BTreeSet};

use super::act::{Act, short, text};
use super::command::{
    ComputeRanking, GivenScore, NoteCorrection, ReopenItem, RuleOnTie, ScoreIndividuals,
};
use super::rejection::Rejection;
use super::state::{Phase, RoundFolder, RoundItem, Standing};
use crate::actor::Role;
use crate::evaluation::vocabulary::{ItemOutcome, Lane};
use crate::ids::ItemId;
use crate::percent::Percent;
use crate::ranking::event::{
    AwardFlaggedForReview, CouncilScore, CouncilScored, ItemRanking, RankedItem, RankingComputed,
    ReevaluationNeeded, RoundEvent, ShortlistReopened, TieRuled,
};

pub(super) fn score(
    act: &Act<'_>,
    round: &RoundFolder,
    given: ScoreIndividuals,
) -> Result<Vec<RoundEvent>, Rejection> {
    if let Some(refusal) = act.unless_running(round, &[Role::StandingOffice]) {
        return Ok(refusal);
    }
    act.day_between("date", given.date, round.opened.opened_on)?;
    let body = short("body", &given.body)?;
    attendance(given.members_present, given.members_total)?;
    if given.scores.is_empty() {
        return Err(Rejection::Nothing { field: "scores" });
    }
    let mut seen = BTreeSet::new();
    let scores = given
        .scores
        .into_iter()
        .map(|score| {
            if !seen.insert(score.item.clone()) {
                return Err(Rejection::Twice { item: score.item });
            }
            council_score(round, score, given.members_present)
        })
        .collect::<Result<_, _>>()?;
    Ok(vec![RoundEvent::CouncilScored(CouncilScored {
        date: given.date,
        body,
        members_total: given.members_total,
        members_present: given.members_present,
        voting: given.voting,
        scores,
    })])
}

/// Members present are some of the members there are.
pub(super) fn attendance(present: u32, total: u32) -> Result<(), Rejection> {
    if present == 0 || present > total {
        return Err(Rejection::Attendance { present, total });
    }
    Ok(())
}

fn council_score(
    round: &RoundFolder,
    given: GivenScore,
    present: u32,
) -> Result<CouncilScore, Rejection> {
    let item = undecided(round, &given.item)?;
    if !item.lane.is_individual() {
        return Err(Rejection::NotAnIndividual { item: given.item });
    }
    let count = u32::try_from(given.ballots.len()).unwrap_or(u32::MAX);
    if count == 0 || count > present {
        return Err(Rejection::Ballots {
            item: given.item,
            ballots: given.ballots.len(),
            present,
        });
    }
    let mean = mean(&given.ballots);
    if mean != given.score {
        return Err(Rejection::NotTheMean {
            item: given.item,
            score: given.score,
            mean,
        });
    }
    // Highest first: the order says nothing about who gave which.
    let mut ballots = given.ballots;
    ballots.sort_unstable_by(|a, b| b.cmp(a));
    Ok(CouncilScore {
        item: given.item,
        dossier: item.dossier.clone(),
        score: given.score,
        ballots,
    })
}

/// An item that is still to be decided on.
pub(super) fn undecided<'a>(
    round: &'a RoundFolder,
    id: &ItemId,
) -> Result<&'a RoundItem, Rejection> {
    let item = round
        .items
        .get(id)
        .ok_or_else(|| Rejection::UnknownItem { item: id.clone() })?;
    match &item.standing {
        Standing::Entered | Standing::Suspended { .. } | Standing::NotApproved { .. } => Ok(item),
        Standing::Withdrawn { .. }
        | Standing::Declined { .. }
        | Standing::Excluded { .. }
        | Standing::Lapsed
        | Standing::Awarded { .. }
        | Standing::Revoked { .. } => Err(Rejection::ItemStands {
            item: id.clone(),
            status: item.standing.status(),
        }),
    }
}

/// The mean of ballots: exact where four decimals hold it, else rounded half to even. A council of
/// seven could record nothing otherwise.
fn mean(ballots: &[Percent]) -> Percent {
    let sum: u64 = ballots.iter().map(|b| u64::from(b.ten_thousandths())).sum();
    let count = (ballots.len() as u64).max(1);
    let (whole, rest) = (sum / count, sum % count);
    let up = match (rest * 2).cmp(&count) {
        std::cmp::Ordering::Less => false,
        std::cmp::Ordering::Equal => whole % 2 == 1,
        std::cmp::Ordering::Greater => true,
    };
    u32::try_from(whole + u64::from(up))
        .ok()
        .and_then(Percent::from_ten_thousandths)
        .unwrap_or(Percent::MAX)
}

pub(super) fn rank(
    act: &Act<'_>,
    round: &RoundFolder,
    ranking: ComputeRanking,
) -> Result<Vec<RoundEvent>, Rejection> {
    if let Some(refusal) = act.unless_running(round, &[Role::StandingOffice]) {
        return Ok(refusal);
    }
    act.day_between("asOf", ranking.as_of, round.opened.opened_on)?;
    check_inputs(round, &ranking)?;
    let edition = round.ranking.as_ref().map_or(0, |r| r.computed.edition) + 1;
    let items = ranking
        .items
        .into_iter()
        .map(|judged| {
            let item = round.items.get(&judged.item);
            let item = item.ok_or(Rejection::InputsOutdated { what: "its items" })?;
            Ok(ItemRanking {
                dossier: item.dossier.clone(),
                item: judged.item,
                verdict: judged.verdict,
                outcome: judged.outcome,
                place: judged.place,
                reason: judged.reason,
            })
        })
        .collect::<Result<_, Rejection>>()?;
    let mut events = vec![RoundEvent::RankingComputed(RankingComputed {
        edition,
        as_of: ranking.as_of,
        inputs_digest: ranking.inputs_digest,
        facts_position: ranking.facts_position,
        rule_book_digest: ranking.rule_book_digest,
        lanes: ranking.lanes,
        items,
        warnings: ranking.warnings,
        engine: ranking.engine,
    })];
    events.extend(reopened(round, &format!("ranking {edition} was computed")));
    Ok(events)
}

/// The evaluation must have judged this round as it stands, under its own rule book.
fn check_inputs(round: &RoundFolder, ranking: &ComputeRanking) -> Result<(), Rejection> {
    if ranking.simulation {
        return Err(Rejection::Simulated);
    }
    let wanted = &round.opened.rule_book.digest;
    if ranking.rule_book_digest != *wanted {
        return Err(Rejection::OtherRuleBook {
            given: ranking.rule_book_digest.clone(),
            wanted: wanted.clone(),
        });
    }
    let ranked = round.ranked_items();
    let ours: BTreeSet<&ItemId> = ranked.iter().map(|(id, _)| *id).collect();
    let theirs: BTreeSet<&ItemId> = ranking.items.iter().map(|i| &i.item).collect();
    if ours != theirs || ranking.items.len() != theirs.len() {
        return Err(Rejection::InputsOutdated { what: "its items" });
    }
    let scores: BTreeMap<ItemId, Percent> = ranked
        .iter()
        .filter_map(|(id, item)| Some(((*id).clone(), item.council_score?)))
        .collect();
    if scores != ranking.scores {
        return Err(Rejection::InputsOutdated {
            what: "the council's scores",
        });
    }
    if live_rulings(round) != ranking.rulings {
        return Err(Rejection::InputsOutdated {
            what: "the rulings on ties",
        });
    }
    let other_quota =
        |lane: &&crate::ranking::event::LaneRanking| lane.quota != round.quota(lane.lane);
    if ranking.lanes.iter().any(|lane| other_quota(&lane)) {
        return Err(Rejection::InputsOutdated { what: "its quotas" });
    }
    Ok(())
}

/// The rulings with the items that are still ranked: a round file names no others.
#[must_use]
pub fn live_rulings(round: &RoundFolder) -> BTreeMap<Lane, Vec<ItemId>> {
    let ranked = |id: &&ItemId| {
        let item = round.items.get(*id);
        item.is_some_and(|item| item.standing.is_ranked())
    };
    round
        .rulings
        .iter()
        .map(|(lane, order)| (*lane, order.iter().filter(ranked).cloned().collect()))
        .filter(|(_, order): &(Lane, Vec<ItemId>)| !order.is_empty())
        .collect()
}

/// The standing list falls, if one stands: what it proposed and nobody signed falls with it.
pub(super) fn reopened(round: &RoundFolder, reason: &str) -> Option<RoundEvent> {
    let shortlist = round.shortlist.as_ref()?;
    let unsigned = |id: &&ItemId| {
        let item = round.items.get(*id);
        item.is_some_and(|item| !item.standing.holds_slot())
    };
    Some(RoundEvent::ShortlistReopened(ShortlistReopened {
        ranking_edition: shortlist.ranking_edition,
        reason: reason.to_owned(),
        items: round.item_refs(shortlist.items.iter().filter(unsigned)),
    }))
}

pub(super) fn rule_on_tie(
    act: &Act<'_>,
    round: &RoundFolder,
    ruling: &RuleOnTie,
) -> Result<Vec<RoundEvent>, Rejection> {
    if let Some(refusal) = act.unless_running(round, &[Role::StandingOffice]) {
        return Ok(refusal);
    }
    let latest = round.ranking.as_ref().ok_or(Rejection::NotRanked)?;
    if let Some(reason) = &latest.outdated {
        return Err(Rejection::RankingOutdated {
            reason: reason.clone(),
        });
    }
    let members = tie_members(&latest.computed, ruling.lane);
    if members.is_empty() {
        return Err(Rejection::NoTie { lane: ruling.lane });
    }
    check_order(round, ruling)?;
    if let Some(left_out) = members.iter().find(|id| !ruling.order.contains(id)) {
        return Err(Rejection::TieMemberMissing {
            lane: ruling.lane,
            item: (*left_out).clone(),
        });
    }
    act.day_between("date", ruling.date, round.opened.opened_on)?;
    Ok(vec![RoundEvent::TieRuled(TieRuled {
        lane: ruling.lane,
        order: round.item_refs(&ruling.order),
        minutes_number: short("minutesNumber", &ruling.minutes_number)?,
        date: ruling.date,
        reason: text("reason", &ruling.reason)?,
    })])
}

/// The items of a lane that are equal at the cut and not ruled on.
fn tie_members(computed: &RankingComputed, lane: Lane) -> Vec<&ItemId> {
    let in_lane = computed.lanes.iter().find(|l| l.lane == lane);
    let ranked: &[RankedItem] = in_lane.map_or(&[], |l| &l.ranked);
    let tied = |id: &ItemId| {
        let of = computed.items.iter().find(|i| i.item == *id);
        of.is_some_and(|i| i.outcome == ItemOutcome::TieUnresolved)
    };
    ranked
        .iter()
        .map(|r| &r.item)
        .filter(|id| tied(id))
        .collect()
}

fn check_order(round: &RoundFolder, ruling: &RuleOnTie) -> Result<(), Rejection> {
    let mut seen = BTreeSet::new();
    for id in &ruling.order {
        let item = undecided(round, id)?;
        if item.lane != ruling.lane {
            return Err(Rejection::OtherLane {
                item: id.clone(),
                lane: ruling.lane,
            });
        }
        if !seen.insert(id) {
            return Err(Rejection::Twice { item: id.clone() });
        }
    }
    Ok(())
}

/// Corrected facts: open items are judged anew, awards flagged for a person, nothing changed (AMB-36).
pub(super) fn note_correction(
    act: &Act<'_>,
    round: &RoundFolder,
    change: &NoteCorrection,
) -> Vec<RoundEvent> {
    if let Some(refusal) = act.unless_role(&[Role::System]) {
        return refusal;
    }
    if change.year > round.opened.year {
        return Vec::new();
    }
    let touched: Vec<_> = round
        .items
        .iter()
        .filter(|(_, item)| item.standing.is_ranked() && rests_on(item, change))
        .collect();
    let mut events: Vec<_> = touched
        .iter()
        .filter(|(_, item)| matches!(item.standing, Standing::Awarded { .. }))
        .map(|(id, item)| {
            RoundEvent::AwardFlaggedForReview(AwardFlaggedForReview {
                item: (*id).clone(),
                dossier: item.dossier.clone(),
                cause: change.cause,
                reason: change.reason.clone(),
            })
        })
        .collect();
    let open = touched
        .iter()
        .filter(|(_, item)| !item.standing.holds_slot());
    let items = round.item_refs(open.map(|(id, _)| *id));
    if round.phase == Phase::Running && !items.is_empty() {
        events.push(RoundEvent::ReevaluationNeeded(ReevaluationNeeded {
            cause: change.cause,
            reason: change.reason.clone(),
            items,
            appeal: None,
            ruling_needed: false,
        }));
        events.extend(reopened(round, &change.reason));
    }
    events
}

/// Whether an item is judged from the facts that changed.
fn rests_on(item: &RoundItem, change: &NoteCorrection) -> bool {
    let of_unit = change
        .units
        .iter()
        .any(|unit| unit.as_str() == item.subject.as_str());
    let of_component = item
        .components
        .iter()
        .any(|c| change.components.contains(c));
    of_unit || of_component
}

/// An upheld appeal opens its item again, and a closed round with it; where the quota is used up
/// the authority must rule what follows.
pub(super) fn reopen_item(
    act: &Act<'_>,
    round: &RoundFolder,
    reopen: ReopenItem,
) -> Result<Vec<RoundEvent>, Rejection> {
    if let Some(refusal) = act.unless_role(&[Role::System]) {
        return Ok(refusal);
    }
    if let Phase::Archived { on, .. } = round.phase {
        return Err(Rejection::Archived { on });
    }
    let item = round.items.get(&reopen.item);
    let item = item.ok_or_else(|| Rejection::UnknownItem {
        item: reopen.item.clone(),
    })?;
    let mut events = vec![RoundEvent::ReevaluationNeeded(ReevaluationNeeded {
        cause: reopen.cause,
        reason: reopen.reason,
        items: round.item_refs([&reopen.item]),
        appeal: Some(reopen.appeal),
        ruling_needed: round.slots_taken(item.lane) >= round.quota(item.lane),
    })];
    events.extend(reopened(round, "an appeal was upheld"));
    Ok(events)
}
