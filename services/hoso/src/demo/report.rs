//! What came out: totals, each lane with reasons, one dossier's path; and whether it agrees, item
//! for item, with the evaluation of the same year's round file.

use std::collections::BTreeMap;
use std::time::Instant;

use anyhow::{Context as _, Result};
use comfy_table::{Table, presets::UTF8_HORIZONTAL_ONLY};
use hoso_domain::evaluation::{Outcome, RoundFile, evaluate};
use hoso_domain::rulebook::RuleBook;
use hoso_runtime::Runtime;
use serde_json::{Value, json};

use super::client::Client;
use super::journey::End;
use super::narrator::Narrator;
use super::sample::Sample;
use crate::output::say;

/// The dossier whose path is shown: first in its lane, suspended before the signature.
const SHOWN: &str = "HS-2024-08";

/// What came out.
pub(super) struct Report {
    pub(super) auditor_token: String,
    totals: Totals,
    lanes: Value,
    items: Vec<Value>,
    path: Vec<Value>,
    differences: Vec<String>,
    before_ruling: Totals,
    events: u64,
    dossiers: usize,
    elapsed_ms: u128,
    store: String,
}

/// Items by outcome.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
struct Totals {
    by_outcome: BTreeMap<String, u64>,
}

impl Totals {
    fn count(&mut self, outcome: &str) {
        *self.by_outcome.entry(outcome.to_owned()).or_default() += 1;
    }

    fn selected(&self) -> u64 {
        self.by_outcome.get("SELECTED").copied().unwrap_or(0)
    }

    fn items(&self) -> u64 {
        self.by_outcome.values().sum()
    }

    fn of(outcome: &Outcome) -> Self {
        let mut totals = Self::default();
        for item in &outcome.items {
            totals.count(item.outcome.as_str());
        }
        totals
    }
}

impl Report {
    /// Asks the services and compares.
    ///
    /// # Errors
    /// An answer that cannot be read.
    pub(super) async fn gather(
        runtime: &Runtime,
        client: &Client,
        sample: &Sample,
        end: End,
        store: String,
        started: Instant,
    ) -> Result<Self> {
        let auditor_token = end.cast.token("auditor")?.to_owned();
        let items = list(&end.outcome, "items")?;
        let mut totals = Totals::default();
        for item in &items {
            totals.count(&text(item, "outcome"));
        }
        let elsewhere = outside_the_round(client, &auditor_token, sample, &items).await?;
        for status in elsewhere.values() {
            totals.count(status);
        }
        let expected = RoundFile::read(&sample.round_file).context("the sample's round file")?;
        let recorded = serde_json::to_vec(&end.round_file)?;
        let recorded = RoundFile::read(&recorded).context("the service's round file")?;
        let mut unruled = recorded.clone();
        unruled.tie_rulings.clear();
        let book = RuleBook::soc_trang();
        let differences = compare(&items, &evaluate(&recorded, book))
            .into_iter()
            .chain(compare_outcomes(
                &evaluate(&unruled, book),
                &evaluate(&expected, book),
            ))
            .collect();
        let path = format!("/api/v1/dossiers/{SHOWN}/history");
        let history = client.get(&auditor_token, &path).await?.body;
        Ok(Self {
            lanes: end
                .outcome
                .get("lanes")
                .cloned()
                .context("an outcome has lanes")?,
            before_ruling: Totals::of(&evaluate(&unruled, book)),
            path: list(&history, "events")?,
            events: runtime.ledger.head().await?,
            dossiers: sample.dossiers.len(),
            elapsed_ms: started.elapsed().as_millis(),
            store,
            auditor_token,
            totals,
            items,
            differences,
        })
    }

    /// Whether the services' outcome is the evaluation's.
    pub(super) fn agrees(&self) -> bool {
        self.differences.is_empty()
    }

    /// Prints it.
    ///
    /// # Errors
    /// It cannot be written as JSON.
    pub(super) fn print(&self, json: bool, narrator: Narrator) -> Result<()> {
        if json {
            say!("{}", serde_json::to_string(&self.json())?);
        } else {
            self.tables(narrator);
        }
        for difference in &self.differences {
            narrator.say(&format!("DIFFERENCE: {difference}"));
        }
        Ok(())
    }

    fn json(&self) -> Value {
        json!({
            "events": self.events,
            "dossiers": self.dossiers,
            "items": self.totals.items(),
            "selected": self.totals.selected(),
            "byOutcome": self.totals.by_outcome,
            "lanes": self.lanes,
            "beforeTieRuling": {
                "selected": self.before_ruling.selected(),
                "byOutcome": self.before_ruling.by_outcome,
            },
            "differences": self.differences,
            "elapsedMs": u64::try_from(self.elapsed_ms).unwrap_or(u64::MAX),
            "store": self.store,
        })
    }

    fn tables(&self, narrator: Narrator) {
        narrator.chapter("Outcome");
        for lane in self.lanes.as_array().into_iter().flatten() {
            let name = text(lane, "lane");
            narrator.say(&format!(
                "\n{name}: quota {}, selected {}, empty {}",
                text(lane, "quota"),
                text(lane, "selected"),
                text(lane, "empty")
            ));
            let mut table = Table::new();
            table.load_style(UTF8_HORIZONTAL_ONLY);
            table.set_header(["place", "item", "subject", "outcome", "why"]);
            for item in self.of_lane(&name) {
                table.add_row([
                    text(item, "place"),
                    text(item, "item"),
                    text(item, "subject"),
                    text(item, "outcome"),
                    text(item, "reason"),
                ]);
            }
            narrator.say(&table.to_string());
        }
        narrator.chapter(&format!("The path of {SHOWN}"));
        for event in &self.path {
            narrator.say(&step(event));
        }
        narrator.chapter("Totals");
        narrator.say(&format!(
            "{} events, {} dossiers, {} items: {}",
            self.events,
            self.dossiers,
            self.totals.items(),
            words(&self.totals)
        ));
        narrator.say(&format!(
            "before the ruling on the tie: {}",
            words(&self.before_ruling)
        ));
        narrator.say(&format!("{} ms, store {}", self.elapsed_ms, self.store));
    }

    /// The items of a lane, ranked ones by place, the others behind.
    fn of_lane(&self, lane: &str) -> Vec<&Value> {
        let mut items: Vec<_> = self
            .items
            .iter()
            .filter(|i| text(i, "lane") == lane)
            .collect();
        items.sort_by_key(|item| {
            item.get("place")
                .and_then(Value::as_u64)
                .unwrap_or(u64::MAX)
        });
        items
    }
}

/// One event of a path, as a line: when, what, who in which capacity, under which rule book, why.
fn step(event: &Value) -> String {
    let actor = event.get("actor").cloned().unwrap_or_default();
    let mut line = format!(
        "{:>5}  {}  {:<22} {:<12} {} as {} of {}",
        text(event, "position"),
        text(event, "effectiveAt"),
        text(event, "type"),
        text(event, "service"),
        text(&actor, "official"),
        text(&actor, "role"),
        text(&actor, "agency"),
    );
    for (label, field) in [("because", "reason"), ("under", "ruleBook")] {
        let value = text(event, field);
        if !value.is_empty() {
            line = format!("{line}; {label} {value}");
        }
    }
    line
}

fn words(totals: &Totals) -> String {
    let parts: Vec<_> = totals
        .by_outcome
        .iter()
        .map(|(name, n)| format!("{n} {name}"))
        .collect();
    parts.join(", ")
}

/// Items that did not come into the round, each with what became of it.
async fn outside_the_round(
    client: &Client,
    token: &str,
    sample: &Sample,
    entered: &[Value],
) -> Result<BTreeMap<String, String>> {
    let entered: Vec<String> = entered.iter().map(|item| text(item, "item")).collect();
    let mut outside = BTreeMap::new();
    for dossier in &sample.dossiers {
        let missing: Vec<_> = dossier
            .items
            .iter()
            .filter(|item| !entered.contains(&item.id))
            .collect();
        if missing.is_empty() {
            continue;
        }
        let path = format!("/api/v1/cases/{}", dossier.id);
        let case = client.get(token, &path).await?.body;
        let status = text(&case, "status");
        for item in missing {
            // In a dossier that went on, an item stays behind only because it came late.
            let status = if matches!(status.as_str(), "LAPSED" | "WITHDRAWN" | "REJECTED") {
                status.clone()
            } else {
                "LATE".to_owned()
            };
            outside.insert(item.id.clone(), status);
        }
    }
    Ok(outside)
}

/// What the service recorded against what the pure function says of the service's own facts.
fn compare(items: &[Value], outcome: &Outcome) -> Vec<String> {
    let mut differences = Vec::new();
    if items.len() != outcome.items.len() {
        let (service, evaluation) = (items.len(), outcome.items.len());
        differences.push(format!(
            "the service ranked {service} items, the evaluation {evaluation}"
        ));
    }
    for item in &outcome.items {
        let id = item.id.to_string();
        let recorded = items.iter().find(|i| text(i, "item") == id);
        let recorded = recorded.map_or_else(|| "nothing".to_owned(), |i| text(i, "outcome"));
        if recorded != item.outcome.as_str() {
            let evaluated = item.outcome.as_str();
            differences.push(format!("{id}: recorded {recorded}, evaluated {evaluated}"));
        }
    }
    differences
}

/// The service's facts against the sample's round file: the same items, verdicts, outcomes, places.
fn compare_outcomes(ours: &Outcome, expected: &Outcome) -> Vec<String> {
    let mut differences = Vec::new();
    for item in &expected.items {
        let Some(own) = ours.items.iter().find(|own| own.id == item.id) else {
            differences.push(format!("{} is missing", item.id));
            continue;
        };
        if (own.verdict, own.outcome, own.place) != (item.verdict, item.outcome, item.place) {
            differences.push(format!(
                "{}: {} at {:?}, the sample's round file says {} at {:?}",
                item.id,
                own.outcome.as_str(),
                own.place,
                item.outcome.as_str(),
                item.place
            ));
        }
    }
    for own in &ours.items {
        if !expected.items.iter().any(|item| item.id == own.id) {
            differences.push(format!("{} should not be in the round", own.id));
        }
    }
    differences
}

fn list(value: &Value, field: &str) -> Result<Vec<Value>> {
    value
        .get(field)
        .and_then(Value::as_array)
        .cloned()
        .with_context(|| format!("no {field}"))
}

fn text(value: &Value, field: &str) -> String {
    match value.get(field) {
        Some(Value::String(text)) => text.clone(),
        Some(Value::Null) | None => String::new(),
        Some(other) => other.to_string(),
    }
}
