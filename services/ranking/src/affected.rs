//! The decided awards that rested on a fact, with where they would stand by what is known now.
//!
//! Nothing changes by itself: the reviewer decides on revocation.

use std::collections::BTreeSet;

use chrono::NaiveDate;
use hoso_domain::evaluation::{Affected, AffectedItem, Correctable, affected};
use hoso_domain::ids::{ItemId, RoundId};
use hoso_domain::ranking::event::DecisionSigned;
use hoso_ledger::Position;
use serde::Serialize;

use crate::replay::{Ranked, Replay};

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

/// The decisions of a replayed log that rest on a fact, oldest first.
///
/// # Errors
/// None occurs for these types; the signature is the serialiser's.
pub fn decisions_on(
    replay: &Replay,
    fact: &Correctable,
) -> Result<Vec<AffectedDecision>, serde_json::Error> {
    let mut found = Vec::new();
    for (round, signed) in replay.signed() {
        let key = (round.clone(), signed.ranking_edition);
        let Some(ranked) = replay.files().get(&key) else {
            continue;
        };
        let registry = &replay.world().registry;
        let then = ranked.file.clone();
        let now = registry.round_inputs(then.as_of).into_file(
            then.round,
            then.as_of,
            then.parameters,
            then.items,
            then.tie_rulings,
        );
        let affected = affected(&ranked.file, &now, &ranked.rule_book, fact)?;
        let decision = decision(round, signed, ranked, affected);
        if !decision.awards.is_empty() || !decision.others.is_empty() {
            found.push(decision);
        }
    }
    Ok(found)
}

fn decision(
    round: &RoundId,
    signed: &DecisionSigned,
    ranked: &Ranked,
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
        facts_position: ranked.facts_position,
        then: affected.then,
        now: affected.now,
        awards,
        others,
    }
}
