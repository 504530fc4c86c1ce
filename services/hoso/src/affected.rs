//! `hoso affected FACT`: what rests on a fact that was corrected or came late. Open rounds are shown
//! as they were and are, decided awards are listed for the reviewer; nothing is written.

use anyhow::Result;
use clap::Args;
use hoso_domain::calendar::civil_day;
use hoso_domain::evaluation::{AffectedItem, Correctable, CriterionThenNow, RuleId};
use hoso_ranking::{AffectedDecision, AffectedRound, Consequences, World, consequences};

use crate::cli::DONE;
use crate::output::say;
use crate::store::{self, Data};

/// Which fact.
#[derive(Debug, Args)]
pub(crate) struct AffectedArgs {
    /// The fact, as receipts name it: SCORE/so-y-te/2024, INITIATIVE/SK-1, UNIT/so-y-te, or HOLD/SUBJECT
    #[arg(value_name = "FACT")]
    fact: Correctable,
    #[command(flatten)]
    data: Data,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

/// Lists what rests on a fact.
///
/// # Errors
/// The ledger cannot be read.
pub(crate) async fn run(args: AffectedArgs) -> Result<u8> {
    let runtime = store::open_to_read(&args.data.settings()?).await?;
    let ledger = runtime.ledger.as_ref();
    let world = World::as_of(ledger, ledger.head().await?).await?;
    let today = civil_day(runtime.clock.now());
    let found = consequences(ledger, &world, &args.fact, today).await;
    runtime.ledger.close().await;
    let found = found?;
    if args.json {
        say!("{}", serde_json::to_string(&found)?);
    } else {
        tell(&found);
    }
    Ok(DONE)
}

fn tell(found: &Consequences) {
    let fact = &found.fact;
    if let Some(step) = &found.said {
        let by = &step.actor;
        say!(
            "{fact} was said last at position {}, by {} ({})",
            step.position,
            by.official,
            by.role.as_str()
        );
    }
    if found.rounds.is_empty() {
        say!("no open round was told otherwise");
    }
    for round in &found.rounds {
        tell_round(fact, round);
    }
    if found.decisions.is_empty() {
        say!("no decided award rests on {fact}");
    }
    for decision in &found.decisions {
        tell_decision(fact, decision);
    }
}

fn tell_round(fact: &str, round: &AffectedRound) {
    let (then, now) = (said(&round.then), said(&round.now));
    say!("open round {}: {fact} was {then}, is {now}", round.round);
    if let Some(why) = &round.outdated {
        say!("  to be ranked again: {why}");
    }
    for item in &round.items {
        tell_item("item", item);
        item.criteria.iter().for_each(tell_criterion);
    }
}

fn tell_decision(fact: &str, decision: &AffectedDecision) {
    say!(
        "decision {} of {} in {}: {fact} was {}, is {}",
        decision.decision,
        decision.date.format("%d/%m/%Y"),
        decision.round,
        said(&decision.then),
        said(&decision.now)
    );
    for (what, items) in [("award", &decision.awards), ("no award", &decision.others)] {
        for item in items {
            tell_item(what, item);
        }
    }
}

fn said(values: &[String]) -> String {
    match values {
        [] => "nothing".to_owned(),
        some => some.join(", "),
    }
}

fn tell_item(what: &str, item: &AffectedItem) {
    let rules: Vec<_> = item.rules.iter().map(RuleId::to_string).collect();
    let rests = match rules.as_slice() {
        [] => String::new(),
        some => format!(", rests on it in {}", some.join(", ")),
    };
    let (then, now) = (item.then.outcome, item.now.outcome);
    if item.then == item.now {
        say!("  {what} {}{rests}: stands", item.item);
    } else {
        say!(
            "  {what} {}{rests}: {then} → {now}: {}",
            item.item,
            item.now_reason
        );
    }
}

fn tell_criterion(one: &CriterionThenNow) {
    say!(
        "    {}: {} → {}: {}",
        one.rule,
        one.then.verdict,
        one.now.verdict,
        one.now.explanation
    );
}
