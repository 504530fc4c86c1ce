//! What rests on a fact that was corrected or came late: the rounds that run, judged with it as it
//! was and as it is, and the decided awards.
//!
//! Nothing changes by itself: of a decided award the reviewer decides whether it is revoked.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;
use hoso_domain::decider::StoredDecider as _;
use hoso_domain::evaluation::{
    Affected, AffectedItem, Correctable, RoundFile, affected, with_fact_of,
};
use hoso_domain::ids::{ItemId, RoundId};
use hoso_domain::ranking::event::{DecisionSigned, RankingComputed, RoundEvent};
use hoso_domain::ranking::round::{Phase, Round, RoundFolder};
use hoso_domain::registry::hold::Hold;
use hoso_domain::rulebook::RuleBook;
use hoso_ledger::{Ledger, LedgerError, Position, RecordedEvent, StreamName};
use hoso_runtime::past::{Step, steps};
use serde::Serialize;

use crate::inputs::round_file;
use crate::views::World;

/// Events of a stream read at a time.
const PAGE_EVENTS_MAX: u32 = 500;

/// What rests on a fact.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Consequences {
    /// The fact.
    pub fact: String,
    /// The event that said it last; none where nobody ever said it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub said: Option<Step>,
    /// Rounds that run and were told otherwise before, by id.
    pub rounds: Vec<AffectedRound>,
    /// Decisions with awards that rest on it, or would be others', oldest first in each round.
    pub decisions: Vec<AffectedDecision>,
}

/// A running round, judged with the fact as it was and as it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct AffectedRound {
    /// The round.
    pub round: RoundId,
    /// Position up to which the fact was known as it was: the latest ranking's, or the one before it
    /// was said last.
    pub since: Position,
    /// The latest ranking.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ranking_edition: Option<u32>,
    /// Why that must be computed anew, if so.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub outdated: Option<String>,
    /// What the round was told of the fact.
    pub then: Vec<String>,
    /// What the registry says now.
    pub now: Vec<String>,
    /// The items that look at it or stand otherwise, in the round file's order.
    pub items: Vec<AffectedItem>,
}

/// A decision with an award that rests on the fact or would be another one's.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct AffectedDecision {
    /// The round.
    pub round: RoundId,
    /// The decision's number.
    pub decision: String,
    /// Its date.
    pub date: NaiveDate,
    /// The ranking behind it.
    pub ranking_edition: u32,
    /// Position up to which that knew the facts.
    pub facts_position: Position,
    /// What the round was told of the fact.
    pub then: Vec<String>,
    /// What the registry says now.
    pub now: Vec<String>,
    /// Awards of the decision that rest on the fact, or would not be given with it as it is now.
    pub awards: Vec<AffectedItem>,
    /// Items without an award in it that would stand otherwise.
    pub others: Vec<AffectedItem>,
}

/// Why it could not be said what rests on a fact.
#[derive(Debug, thiserror::Error)]
pub enum AffectedError {
    /// The log could not be read.
    #[error(transparent)]
    Ledger(#[from] LedgerError),
    /// A receipt could not be written.
    #[error(transparent)]
    Receipt(#[from] serde_json::Error),
    /// An event of a round, or a rule book, that this version cannot read.
    #[error("round {round}: {what}")]
    Unreadable {
        /// The round.
        round: RoundId,
        /// What.
        what: String,
    },
}

/// What was decided in a round, and the facts behind it.
struct Told {
    opened_at: Position,
    rankings: BTreeMap<u32, RankingComputed>,
    signed: Vec<DecisionSigned>,
}

/// A moment of the past that is needed.
#[derive(Clone, Copy)]
enum Wanted<'a> {
    /// The file of the ranking behind a decision.
    Decision(&'a RoundId, &'a DecisionSigned, &'a RankingComputed),
    /// The fact as it was for a running round.
    Running(&'a RoundId, &'a RoundFolder),
}

/// What rests on a fact, in rounds that run as of `today` and in decisions; `world` is folded up to
/// the head of the log.
///
/// # Errors
/// The log cannot be read, or holds what this version cannot.
pub async fn consequences(
    ledger: &dyn Ledger,
    world: &World,
    fact: &Correctable,
    today: NaiveDate,
) -> Result<Consequences, AffectedError> {
    let said = said(ledger, world, fact).await?;
    let mut told = BTreeMap::new();
    for (id, round) in world.rounds() {
        told.insert(id, (round, read_round(ledger, id).await?));
    }
    let mut wanted: BTreeMap<Position, Vec<Wanted<'_>>> = BTreeMap::new();
    for (id, (round, told)) in &told {
        for signed in &told.signed {
            if let Some(computed) = told.rankings.get(&signed.ranking_edition) {
                let at = wanted.entry(computed.facts_position).or_default();
                at.push(Wanted::Decision(id, signed, computed));
            }
        }
        if let Some(since) = since(round, told, said.as_ref()) {
            let at = wanted.entry(since).or_default();
            at.push(Wanted::Running(id, round));
        }
    }
    let mut found = Consequences {
        fact: fact.to_string(),
        said: last_step(ledger, said.as_ref()).await?,
        rounds: Vec::new(),
        decisions: Vec::new(),
    };
    let mut past = World::default();
    let mut at = 0;
    for (position, wanted) in wanted {
        past.advance(ledger, at, position).await?;
        at = position;
        for one in wanted {
            found.add(one, position, (&past, world), fact, today)?;
        }
    }
    found.rounds.sort_by(|a, b| a.round.cmp(&b.round));
    let of_round = |one: &AffectedDecision| (one.round.clone(), one.date, one.decision.clone());
    found.decisions.sort_by_key(of_round);
    Ok(found)
}

impl Consequences {
    /// Adds what a past moment shows; `past` and `now` are the world then and now.
    fn add(
        &mut self,
        wanted: Wanted<'_>,
        position: Position,
        (past, now): (&World, &World),
        fact: &Correctable,
        today: NaiveDate,
    ) -> Result<(), AffectedError> {
        match wanted {
            Wanted::Decision(id, signed, computed) => {
                let Some(round) = past.round(id) else {
                    return Ok(());
                };
                let file = round_file(past, round, computed.as_of);
                let known = with_registry_of(now, &file);
                let affected = affected(&file, &known, &book(now, id, round)?, fact)?;
                let decision = decision(id, signed, position, affected);
                if !decision.awards.is_empty() || !decision.others.is_empty() {
                    self.decisions.push(decision);
                }
            }
            Wanted::Running(id, round) => {
                let ranked = round.ranking.as_ref();
                // Never for an earlier day than the ranking there is.
                let day = ranked.map_or(today, |latest| latest.computed.as_of.max(today));
                let file = round_file(now, round, day);
                let before = with_fact_of(&file, &with_registry_of(past, &file), fact);
                let affected = affected(&before, &file, &book(now, id, round)?, fact)?;
                if affected.then != affected.now {
                    self.rounds.push(AffectedRound {
                        round: id.clone(),
                        since: position,
                        ranking_edition: ranked.map(|latest| latest.computed.edition),
                        outdated: ranked.and_then(|latest| latest.outdated.clone()),
                        then: affected.then,
                        now: affected.now,
                        items: affected.items,
                    });
                }
            }
        }
        Ok(())
    }
}

/// The event that said a fact last.
async fn said(
    ledger: &dyn Ledger,
    world: &World,
    fact: &Correctable,
) -> Result<Option<RecordedEvent>, LedgerError> {
    let position = match fact {
        Correctable::Fact(key) => world.registry.positions.get(key).copied(),
        Correctable::Holds(subject) => {
            let holds = world.registry.holds.values();
            let mut last = None;
            for hold in holds.filter(|hold| hold.opened.subject == *subject) {
                let stream = StreamName::new(Hold::CATEGORY, hold.opened.hold.as_str());
                let events = ledger.read_stream(&stream, 0, PAGE_EVENTS_MAX).await?;
                // What was refused says nothing of a hold.
                let told = events.iter().filter(|e| e.event_type != "AttemptRefused");
                last = last.max(told.map(|event| event.position).max());
            }
            last
        }
    };
    let Some(position) = position else {
        return Ok(None);
    };
    let events = ledger.read_all(position.saturating_sub(1), 1).await?;
    Ok(events.into_iter().next())
}

async fn last_step(
    ledger: &dyn Ledger,
    event: Option<&RecordedEvent>,
) -> Result<Option<Step>, LedgerError> {
    let Some(event) = event else {
        return Ok(None);
    };
    let mut steps = steps(ledger, std::slice::from_ref(event)).await?;
    // The event may hold other facts too; who asked for one is told of one.
    let told = steps.pop().map(|step| Step { data: None, ..step });
    Ok(told)
}

/// A round's rankings and decisions.
async fn read_round(ledger: &dyn Ledger, id: &RoundId) -> Result<Told, AffectedError> {
    let stream = StreamName::new(Round::CATEGORY, id.as_str());
    let mut told = Told {
        opened_at: 0,
        rankings: BTreeMap::new(),
        signed: Vec::new(),
    };
    let mut after = 0;
    loop {
        let page = ledger.read_stream(&stream, after, PAGE_EVENTS_MAX).await?;
        let Some(last) = page.last().map(|event| event.version) else {
            return Ok(told);
        };
        after = last;
        for event in page {
            match serde_json::from_str(&event.data) {
                Ok(RoundEvent::RoundOpened(_)) => told.opened_at = event.position,
                Ok(RoundEvent::RankingComputed(computed)) => {
                    told.rankings.insert(computed.edition, computed);
                }
                Ok(RoundEvent::DecisionSigned(signed)) => told.signed.push(signed),
                Ok(_) => {}
                Err(error) => {
                    return Err(AffectedError::Unreadable {
                        round: id.clone(),
                        what: format!("event {}: {error}", event.position),
                    });
                }
            }
        }
    }
}

/// Up to where the fact was known as it was for a round that runs and was open when it changed.
fn since(round: &RoundFolder, told: &Told, said: Option<&RecordedEvent>) -> Option<Position> {
    let said = said?.position;
    if round.phase != Phase::Running || said < told.opened_at {
        return None;
    }
    let ranked = round.ranking.as_ref();
    let known = ranked.map(|latest| latest.computed.facts_position);
    Some(known.filter(|known| *known < said).unwrap_or(said - 1))
}

/// The file with all that the registry says in another world.
fn with_registry_of(world: &World, file: &RoundFile) -> RoundFile {
    let file = file.clone();
    world.registry.round_inputs(file.as_of).into_file(
        file.round,
        file.as_of,
        file.parameters,
        file.items,
        file.tie_rulings,
    )
}

fn book(world: &World, id: &RoundId, round: &RoundFolder) -> Result<RuleBook, AffectedError> {
    let wanted = &round.opened.rule_book;
    let gone = || AffectedError::Unreadable {
        round: id.clone(),
        what: format!("rule book {} is gone", wanted.digest),
    };
    world.rule_book(wanted).ok_or_else(gone)
}

fn decision(
    round: &RoundId,
    signed: &DecisionSigned,
    facts_position: Position,
    affected: Affected,
) -> AffectedDecision {
    let rewarded: BTreeSet<&ItemId> = signed.items.iter().map(|one| &one.item).collect();
    let items = affected.items.into_iter();
    let (awards, mut others): (Vec<_>, Vec<_>) =
        items.partition(|one| rewarded.contains(&one.item));
    others.retain(|one| one.then != one.now);
    AffectedDecision {
        round: round.clone(),
        decision: signed.decision.clone(),
        date: signed.date,
        ranking_edition: signed.ranking_edition,
        facts_position,
        then: affected.then,
        now: affected.now,
        awards,
        others,
    }
}
