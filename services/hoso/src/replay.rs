//! `hoso replay`: the whole log again, every stream's state, every recorded verdict and ranking
//! compared; past rounds under another rule book.
//!
//! It only reads. What another rule book would have done is a simulation and never written.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Instant;

use anyhow::Result;
use clap::Args;
use hoso_domain::evaluation::{Difference, Winners, differences, evaluate, winners};
use hoso_domain::ids::RoundId;
use hoso_domain::rulebook::{RuleBook, RuleBookRef, RuleChange, changes};
use hoso_ledger::{Ledger, Position, RecordedEvent};
use hoso_ranking::Ranked;
use serde::Serialize;

use crate::cli::{BadInput, DONE, FOUND_PROBLEMS};
use crate::evaluate::rule_book;
use crate::ledger::folded_and_compared;
use crate::output::say;
use crate::store::{self, Data};

/// Events read at a time.
const PAGE: u32 = 1_000;

/// What to replay.
#[derive(Debug, Args)]
pub(crate) struct ReplayArgs {
    /// Compare only verdicts and rankings recorded from this position on; all is folded anyway
    #[arg(long, value_name = "POSITION", default_value_t = 1)]
    from: Position,
    /// Also show what another rule book would have made of each round's last ranking: a simulation
    #[arg(long, value_name = "FILE")]
    rules: Option<PathBuf>,
    #[command(flatten)]
    data: Data,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

/// What was compared.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Report {
    events: u64,
    streams: usize,
    verdicts: u64,
    rankings: u64,
    differences: Vec<String>,
    events_per_second: u64,
    #[serde(flatten, skip_serializing_if = "Option::is_none")]
    other: Option<OtherRules>,
}

/// Past rounds under another rule book; never written.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct OtherRules {
    simulation: bool,
    rule_book: RuleBookRef,
    rounds: Vec<SimulatedRound>,
}

/// One round's last ranking under the other book.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct SimulatedRound {
    round: RoundId,
    ranking_edition: u32,
    rule_book: RuleBookRef,
    rules: Vec<RuleChange>,
    winners: Winners,
    differences: Vec<Difference>,
}

/// The recorded verdicts and rankings, made again: the events are noted first, all of them, and then
/// applied, all of them.
#[derive(Default)]
pub(crate) struct Again {
    verdicts: hoso_verification::Replay,
    rankings: hoso_ranking::Replay,
    /// Where what was made is not what was recorded, each with its position.
    pub(crate) differences: Vec<String>,
}

impl Again {
    /// Notes what the next event records.
    pub(crate) fn note(&mut self, event: &RecordedEvent) {
        self.verdicts.note(event);
        self.rankings.note(event);
    }

    /// Makes what was noted at the next event, and compares.
    pub(crate) fn apply(&mut self, event: &RecordedEvent) {
        self.differences.extend(self.verdicts.apply(event));
        self.differences.extend(self.rankings.apply(event));
    }

    /// Whether all that was noted is made: the events behind have no say.
    pub(crate) fn is_done(&self) -> bool {
        self.verdicts.is_done() && self.rankings.is_done()
    }

    /// After the last event: what names facts that the log does not have.
    pub(crate) fn end(&mut self) {
        self.differences.extend(self.verdicts.rest());
        self.differences.extend(self.rankings.rest());
    }

    /// Verdicts that were compared.
    pub(crate) fn verdicts(&self) -> u64 {
        self.verdicts.verdicts()
    }

    /// Rankings that were compared.
    pub(crate) fn rankings(&self) -> u64 {
        self.rankings.rankings()
    }
}

/// Replays the log.
///
/// # Errors
/// The rule book or the ledger cannot be read.
pub(crate) async fn run(args: ReplayArgs) -> Result<u8> {
    let other = args.rules.as_deref().map(rule_book).transpose();
    let other = other.map_err(|error| BadInput(format!("{error:#}")))?;
    let runtime = store::open_to_read(&args.data.settings()?).await?;
    let started = Instant::now();
    let ledger = runtime.ledger.as_ref();
    let folded = folded_and_compared(ledger).await?;
    let mut again = again(ledger, args.from, folded.events).await?;
    let seconds = started.elapsed().as_secs_f64();
    runtime.ledger.close().await;
    let mut differences = folded.differences;
    differences.append(&mut again.differences);
    let report = Report {
        events: folded.events,
        streams: folded.streams.len(),
        verdicts: again.verdicts(),
        rankings: again.rankings(),
        events_per_second: crate::ledger::rate(folded.events, seconds),
        other: other.map(|book| simulated(&again.rankings, &book)),
        differences,
    };
    if args.json {
        say!("{}", serde_json::to_string(&report)?);
    } else {
        tell(&report);
    }
    Ok(if report.differences.is_empty() {
        DONE
    } else {
        FOUND_PROBLEMS
    })
}

/// Every verdict and ranking recorded from a position on, made again, of the first `events` events.
async fn again(ledger: &dyn Ledger, from: Position, events: u64) -> Result<Again> {
    let mut again = Again::default();
    each(ledger, events, |event| {
        if event.position >= from {
            again.note(event);
        }
        true
    })
    .await?;
    each(ledger, events, |event| {
        again.apply(event);
        !again.is_done()
    })
    .await?;
    again.end();
    Ok(again)
}

/// The first `events` events, as long as more are wanted.
async fn each(
    ledger: &dyn Ledger,
    events: u64,
    mut see: impl FnMut(&RecordedEvent) -> bool,
) -> Result<()> {
    let mut after = 0;
    while after < events {
        let page = ledger.read_all(after, PAGE).await?;
        let Some(last) = page.last().map(|event| event.position) else {
            break;
        };
        let mut page = page.iter().take_while(|event| event.position <= events);
        if !page.all(&mut see) {
            break;
        }
        after = last;
    }
    Ok(())
}

fn simulated(rankings: &hoso_ranking::Replay, book: &RuleBook) -> OtherRules {
    // The last edition of a round is the last of its keys.
    let last: BTreeMap<&RoundId, (u32, &Ranked)> = rankings
        .files()
        .iter()
        .map(|((round, edition), ranked)| (round, (*edition, ranked)))
        .collect();
    let rounds = last.into_iter().map(|(round, (edition, ranked))| {
        let from = evaluate(&ranked.file, &ranked.rule_book);
        let differences = differences(&from, &evaluate(&ranked.file, book));
        SimulatedRound {
            round: round.clone(),
            ranking_edition: edition,
            rule_book: ranked.rule_book.reference(),
            rules: changes(&ranked.rule_book, book),
            winners: winners(&differences),
            differences,
        }
    });
    OtherRules {
        simulation: true,
        rule_book: book.reference(),
        rounds: rounds.collect(),
    }
}

fn tell(report: &Report) {
    for difference in &report.differences {
        say!("{difference}");
    }
    say!(
        "{} events, {} streams, {} verdicts, {} rankings, {} differences, {} events a second",
        report.events,
        report.streams,
        report.verdicts,
        report.rankings,
        report.differences.len(),
        report.events_per_second
    );
    let Some(other) = &report.other else {
        return;
    };
    let book = &other.rule_book;
    say!(
        "SIMULATION under {} version {}, {}; nothing is recorded",
        book.id,
        book.version,
        book.digest
    );
    for round in &other.rounds {
        say!("round {}, ranking {}:", round.round, round.ranking_edition);
        for rule in &round.rules {
            say!("  {}: {} → {}", rule.path, rule.from, rule.to);
        }
        for one in &round.differences {
            let (from, to) = (one.from.outcome, one.to.outcome);
            say!("  {}: {from} → {to}: {}", one.item, one.to_reason);
        }
    }
}
