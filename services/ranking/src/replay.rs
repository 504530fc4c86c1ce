//! Recorded rankings made again, from what was known at the position they name.
//!
//! The log is read twice: first the rankings are noted, then the world is folded, and at the very
//! position a ranking's facts were read at it is compared. The files stay, for simulations.

use std::collections::BTreeMap;

use hoso_domain::decider::StoredDecider as _;
use hoso_domain::evaluation::RoundFile;
use hoso_domain::ids::RoundId;
use hoso_domain::ranking::event::{RankingComputed, RoundEvent};
use hoso_domain::ranking::round::{ComputeRanking, Round};
use hoso_domain::rulebook::RuleBook;
use hoso_ledger::{Position, RecordedEvent};
use hoso_runtime::Fold as _;

use crate::inputs::{Evaluated, round_file};
use crate::views::World;

/// A recorded ranking with the very facts it was made of.
#[derive(Debug, Clone)]
pub struct Ranked {
    /// Position up to which facts were known.
    pub facts_position: Position,
    /// The round file.
    pub file: RoundFile,
    /// The round's rule book.
    pub rule_book: RuleBook,
}

/// The replay of all rankings.
#[derive(Default)]
pub struct Replay {
    recorded: BTreeMap<Position, Vec<(Position, RoundId, RankingComputed)>>,
    world: World,
    rankings: u64,
    files: BTreeMap<(RoundId, u32), Ranked>,
}

impl Replay {
    /// Rankings noted.
    #[must_use]
    pub fn rankings(&self) -> u64 {
        self.rankings
    }

    /// The rankings that could be made again, by round and edition.
    #[must_use]
    pub fn files(&self) -> &BTreeMap<(RoundId, u32), Ranked> {
        &self.files
    }

    /// First reading: notes a ranking.
    pub fn note(&mut self, event: &RecordedEvent) {
        if event.stream.category() != Round::CATEGORY {
            return;
        }
        let Ok(round) = RoundId::parse(event.stream.id()) else {
            return;
        };
        // One that cannot be read is a difference of its stream.
        if let Ok(RoundEvent::RankingComputed(computed)) = serde_json::from_str(&event.data) {
            self.rankings += 1;
            let at = self.recorded.entry(computed.facts_position).or_default();
            at.push((event.position, round, computed));
        }
    }

    /// Whether everything that was noted has been compared: nothing behind is of any account.
    #[must_use]
    pub fn is_done(&self) -> bool {
        self.recorded.is_empty()
    }

    /// After the second reading: the rankings that name facts which the log does not have, in words.
    pub fn rest(&mut self) -> Vec<String> {
        let left = std::mem::take(&mut self.recorded);
        let left = left.into_iter().flat_map(|(facts, rankings)| {
            rankings.into_iter().map(move |(position, id, computed)| {
                let edition = computed.edition;
                format!(
                    "position {position}: ranking {edition} of {id}: the log has no facts of \
                     position {facts}"
                )
            })
        });
        left.collect()
    }

    /// Second reading: folds an event; how the rankings from facts up to it differ, in words.
    pub fn apply(&mut self, event: &RecordedEvent) -> Vec<String> {
        self.world.apply(event);
        let recorded = self.recorded.remove(&event.position).unwrap_or_default();
        let mut differences = Vec::new();
        for (position, id, computed) in recorded {
            let later = position <= event.position;
            let made = if later {
                Err(format!(
                    "the facts of position {} came later",
                    event.position
                ))
            } else {
                self.again(&id, &computed)
            };
            if let Err(what) = made {
                let edition = computed.edition;
                differences.push(format!(
                    "position {position}: ranking {edition} of {id}: {what}"
                ));
            }
        }
        differences
    }

    /// Makes a ranking again and keeps its file.
    fn again(&mut self, id: &RoundId, recorded: &RankingComputed) -> Result<(), String> {
        let round = self.world.round(id);
        let round = round.ok_or_else(|| "is older than its round".to_owned())?;
        let wanted = &round.opened.rule_book;
        let book = self.world.rule_book(wanted);
        let book = book.ok_or_else(|| format!("rule book {} is gone", wanted.digest))?;
        let file = round_file(&self.world, round, recorded.as_of);
        let evaluated = Evaluated::of(file.clone(), &book);
        let evaluated = evaluated.map_err(|problem| problem.to_string())?;
        let computed = evaluated.command(recorded.facts_position);
        let ranked = Ranked {
            facts_position: recorded.facts_position,
            file,
            rule_book: book,
        };
        self.files.insert((id.clone(), recorded.edition), ranked);
        difference(&computed, recorded).map_or(Ok(()), Err)
    }
}

fn difference(computed: &ComputeRanking, recorded: &RankingComputed) -> Option<String> {
    if computed.inputs_digest != recorded.inputs_digest {
        let (then, now) = (&recorded.inputs_digest, &computed.inputs_digest);
        return Some(format!("its facts were {then} and are {now}"));
    }
    if computed.rule_book_digest != recorded.rule_book_digest {
        return Some("is of another rule book than the round's".to_owned());
    }
    if computed.lanes != recorded.lanes {
        return Some("its lanes are ranked otherwise".to_owned());
    }
    let now = computed.items.iter();
    let now = now.map(|one| (&one.item, one.verdict, one.outcome, one.place));
    let then = recorded.items.iter();
    let then = then.map(|one| (&one.item, one.verdict, one.outcome, one.place));
    (!now.eq(then)).then(|| "its items stand otherwise".to_owned())
}
