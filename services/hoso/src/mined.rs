//! The log as process mining sees it: each event with the dossiers, items, round and decision it is
//! about. Only the streams of the procedure; the registry's, which hold persons, are left out.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::Result;
use hoso_domain::decider::StoredDecider as _;
use hoso_domain::dossier::Dossier;
use hoso_domain::ranking::appeal::Appeal;
use hoso_domain::ranking::round::Round;
use hoso_domain::verification::Case;
use hoso_ledger::{Ledger, RecordedEvent};
use hoso_runtime::past::Moment;
use serde_json::Value;

/// Events read at a time.
const PAGE: u32 = 1_000;

/// One event of the procedure, and what it is about.
#[derive(Debug, Clone)]
pub(crate) struct Mined {
    /// As it was recorded.
    pub(crate) event: RecordedEvent,
    /// What it says, without its type around it.
    pub(crate) body: Value,
    /// The dossiers.
    pub(crate) dossiers: BTreeSet<String>,
    /// The items.
    pub(crate) items: BTreeSet<String>,
    /// The round.
    pub(crate) round: Option<String>,
    /// The decision's number.
    pub(crate) decision: Option<String>,
}

/// The events of the procedure that a moment includes, in the order of the log.
///
/// # Errors
/// The ledger's, or an event that is no JSON.
pub(crate) async fn mine(ledger: &dyn Ledger, moment: Moment) -> Result<Vec<Mined>> {
    let mut mined = Vec::new();
    let mut rounds = BTreeMap::new();
    let mut after = 0;
    loop {
        let page = ledger.read_all(after, PAGE).await?;
        let Some(last) = page.last().map(|event| event.position) else {
            return Ok(mined);
        };
        let over = page.iter().any(|event| !moment.knows(event));
        for event in page.into_iter().filter(|event| moment.includes(event)) {
            let ours = [
                Dossier::CATEGORY,
                Case::CATEGORY,
                Round::CATEGORY,
                Appeal::CATEGORY,
            ];
            if ours.contains(&event.stream.category()) {
                mined.push(one(event, &mut rounds)?);
            }
        }
        if over {
            return Ok(mined);
        }
        after = last;
    }
}

fn one(event: RecordedEvent, rounds: &mut BTreeMap<String, String>) -> Result<Mined> {
    let whole: Value = serde_json::from_str(&event.data)?;
    let inner = whole.as_object().and_then(|fields| fields.values().next());
    let body = inner.cloned().unwrap_or(Value::Null);
    let mut dossiers = named("dossier", &body);
    let id = event.stream.id().to_owned();
    let category = event.stream.category();
    if [Dossier::CATEGORY, Case::CATEGORY].contains(&category) {
        dossiers.insert(id.clone());
    }
    let said = body.get("round").and_then(Value::as_str).map(str::to_owned);
    let round = if category == Round::CATEGORY {
        Some(id)
    } else {
        // Said once, at the beginning of a dossier, a case, an appeal.
        let stream = event.stream.as_str().to_owned();
        if let Some(said) = said {
            rounds.insert(stream.clone(), said);
        }
        rounds.get(&stream).cloned()
    };
    Ok(Mined {
        items: named("item", &body),
        decision: decision(&event.event_type, &body),
        event,
        body,
        dossiers,
        round,
    })
}

/// Every text under a name, however deep.
fn named(name: &str, value: &Value) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    collect(name, value, &mut found);
    found
}

fn collect(name: &str, value: &Value, found: &mut BTreeSet<String>) {
    match value {
        Value::Object(fields) => {
            for (key, value) in fields {
                if let (Value::String(text), true) = (value, key == name) {
                    found.insert(text.clone());
                } else {
                    collect(name, value, found);
                }
            }
        }
        Value::Array(values) => values.iter().for_each(|value| collect(name, value, found)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

fn decision(event_type: &str, body: &Value) -> Option<String> {
    let field = match event_type {
        "DecisionSigned" | "DecisionCorrected" => "decision",
        "DecisionIssued" | "DecisionPublished" => "number",
        _ => return None,
    };
    body.get(field).and_then(Value::as_str).map(str::to_owned)
}
