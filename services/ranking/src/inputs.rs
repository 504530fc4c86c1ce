//! A round's facts as a round file, and its outcome as a command: what `hoso evaluate` would be
//! given and what the round is told.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use hoso_domain::evaluation::{
    ENGINE, Item, Outcome, Round, RoundFile, RuleId, TieRuling, criteria_of, evaluate,
};
use hoso_domain::ids::ItemId;
use hoso_domain::ranking::event::{LaneRanking, RankedItem};
use hoso_domain::ranking::round::{
    ComputeRanking, JudgedItem, RoundFolder, RoundItem, live_rulings,
};
use hoso_domain::rulebook::RuleBook;
use hoso_runtime::Problem;

use crate::views::World;

/// The round file of a round as of a day: the registry's facts, the items that take part in the
/// order they entered, the findings on them, the council's scores, the rulings on ties.
#[must_use]
pub fn round_file(world: &World, round: &RoundFolder, as_of: NaiveDate) -> RoundFile {
    let items = round
        .ranked_items()
        .into_iter()
        .map(|(id, item)| file_item(world, round, id, item))
        .collect();
    let rulings = live_rulings(round)
        .into_iter()
        .map(|(lane, order)| TieRuling { lane, order })
        .collect();
    world.registry.round_inputs(as_of).into_file(
        Round {
            kind: round.opened.kind,
            year: round.opened.year,
        },
        as_of,
        round.opened.parameters.clone(),
        items,
        rulings,
    )
}

fn file_item(world: &World, round: &RoundFolder, id: &ItemId, item: &RoundItem) -> Item {
    let row = criteria_of(item.lane, item.basis);
    let mut findings = world.findings(&round.opened.round, id);
    // R15 and R26 are computed from scores alone; a round file has no findings on them.
    findings.retain(|rule, _| row.contains(rule) && !matches!(rule, RuleId::R15 | RuleId::R26));
    Item {
        id: id.clone(),
        lane: item.lane,
        subject: item.subject.clone(),
        basis: item.basis,
        components: item.components.clone(),
        initiative: item.initiative.clone(),
        findings,
        council_score: item.council_score,
    }
}

/// A round file with its text, digest and outcome.
pub(crate) struct Evaluated {
    pub(crate) file: RoundFile,
    pub(crate) text: String,
    pub(crate) digest: String,
    pub(crate) outcome: Outcome,
}

impl Evaluated {
    /// Evaluates a round file that reads back from its own text.
    ///
    /// # Errors
    /// 409 `round-file-invalid` with the path of what contradicts itself among the facts.
    pub(crate) fn of(file: RoundFile, book: &RuleBook) -> Result<Self, Problem> {
        let text = file.to_json().map_err(Problem::internal)?;
        let digest = file.digest().map_err(Problem::internal)?;
        RoundFile::read(text.as_bytes())
            .map_err(|error| Problem::conflict("round-file-invalid").detail(error))?;
        Ok(Self {
            outcome: evaluate(&file, book),
            file,
            text,
            digest,
        })
    }

    /// The ranking to record.
    pub(crate) fn command(self, facts_position: u64) -> ComputeRanking {
        let scores = self.file.items.iter();
        let scores = scores.filter_map(|item| Some((item.id.clone(), item.council_score?)));
        let rulings = self.file.tie_rulings.iter();
        let rulings = rulings.map(|ruling| (ruling.lane, ruling.order.clone()));
        ComputeRanking {
            as_of: self.file.as_of,
            inputs_digest: self.digest,
            facts_position,
            rule_book_digest: self.outcome.rule_book.digest.clone(),
            simulation: self.outcome.simulation,
            scores: scores.collect(),
            rulings: rulings.collect::<BTreeMap<_, _>>(),
            lanes: self.outcome.lanes.into_iter().map(lane).collect(),
            items: self.outcome.items.into_iter().map(judged).collect(),
            warnings: self.outcome.warnings,
            engine: Some(ENGINE.to_owned()),
        }
    }
}

fn lane(lane: hoso_domain::evaluation::LaneOutcome) -> LaneRanking {
    LaneRanking {
        lane: lane.lane,
        quota: lane.quota,
        selected: lane.selected,
        empty: lane.empty,
        is_final: lane.r#final,
        ranked: lane
            .ranked
            .into_iter()
            .map(|ranked| RankedItem {
                item: ranked.item,
                place: ranked.place,
                keys: ranked.keys,
            })
            .collect(),
    }
}

fn judged(item: hoso_domain::evaluation::ItemResult) -> JudgedItem {
    JudgedItem {
        item: item.id,
        verdict: item.verdict,
        outcome: item.outcome,
        place: item.place,
        reason: item.reason,
    }
}
