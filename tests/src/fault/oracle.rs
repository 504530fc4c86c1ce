//! The oracle: acknowledged ⊆ log ⊆ attempted; positions dense, versions continuous, times never
//! going back, every byte hashed right; every state the fold of its events; every effect exactly
//! once; the stream the same as the log. It trusts nobody's word but the clients' and the log's.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use async_nats::jetstream::consumer::pull::OrderedConfig;
use futures::StreamExt as _;
use hoso_ledger::{Parked, ParkedStatus, Position, RecordedEvent, SharedLedger, pages};
use hoso_runtime::jetstream;
use hoso_testbed::full::Full;
use sha2::{Digest as _, Sha256};
use uuid::Uuid;

use super::World;

/// Which event must be followed by which, exactly once, caused by it: cause, effect, the effect's
/// category. A dossier opens one case; a forwarded one enters the round once.
const EFFECTS: [(&str, &str, &str); 2] = [
    ("DossierSubmitted", "CaseOpened", "case"),
    ("DossierForwarded", "ItemEntered", "round"),
];

/// More are not told apart: the first ones say where to look.
const FINDINGS_MAX: usize = 50;
/// The event stream.
pub(super) const STREAM: &str = "EVENTS";
/// A message of the stream must come so soon.
const MESSAGE_WITHIN: Duration = Duration::from_secs(20);

/// What the oracle says.
#[derive(Debug, Default)]
pub struct Verdict {
    /// Acknowledged commands that are not in the log, and effects that never came.
    pub lost: u64,
    /// Commands and effects that are there more than once.
    pub duplicated: u64,
    /// Everything that is wrong, in words.
    pub findings: Vec<String>,
}

impl Verdict {
    /// Nothing is wrong.
    #[must_use]
    pub fn is_clean(&self) -> bool {
        self.lost == 0 && self.duplicated == 0 && self.findings.is_empty()
    }

    fn finds(&mut self, what: String) {
        if self.findings.len() < FINDINGS_MAX {
            self.findings.push(what);
        }
    }
}

/// Judges the system at rest.
pub(super) async fn judge(world: &World) -> Verdict {
    let head = world.rest().await;
    let mut verdict = Verdict::default();
    let mut reading = Reading::default();
    let ledger = SharedLedger::clone(world.auditor());
    let mut log = std::pin::pin!(pages(ledger, 0, head));
    while let Some(page) = log.next().await {
        for event in page.expect("the auditor reads the log") {
            reading.take(&event, &world.poisoned, &mut verdict);
        }
    }
    if reading.last != head {
        verdict.finds(format!(
            "the log ends at {}, its head says {head}",
            reading.last
        ));
    }
    reading.against_notes(world, &mut verdict);
    reading.effects(&mut verdict);
    for unclear in world.notes().take_unclear() {
        verdict.finds(format!("an unclear answer: {unclear}"));
    }
    let parked = parked(world).await;
    verdict.findings.extend(parked);
    verdict.findings.extend(states(world));
    compare_stream(world, head, &mut verdict).await;
    verdict
}

/// What reading the log once tells.
#[derive(Default)]
struct Reading {
    last: Position,
    versions: BTreeMap<String, u64>,
    time: Option<chrono::DateTime<chrono::Utc>>,
    ids: BTreeSet<Uuid>,
    /// Where each command's events end, and which were a person's.
    commands: BTreeMap<Uuid, (Position, bool)>,
    causes: BTreeMap<Uuid, (&'static str, Position)>,
    effects: BTreeMap<(Uuid, &'static str), BTreeSet<Uuid>>,
}

impl Reading {
    fn take(&mut self, event: &RecordedEvent, poisoned: &BTreeSet<String>, verdict: &mut Verdict) {
        let at = event.position;
        if at != self.last + 1 {
            verdict.finds(format!("position {at} follows {}", self.last));
        }
        self.last = at;
        let version = self.versions.entry(event.stream.to_string()).or_default();
        *version += 1;
        if event.version != *version {
            verdict.finds(format!(
                "{at}: {} has version {}, not {version}",
                event.stream, event.version
            ));
        }
        if self.time.is_some_and(|time| event.recorded_at < time) {
            verdict.finds(format!("{at}: recorded before the event in front of it"));
        }
        self.time = Some(event.recorded_at);
        if <[u8; 32]>::from(Sha256::digest(event.data.as_bytes())) != event.sha256 {
            verdict.finds(format!("{at}: its bytes are not those that were hashed"));
        }
        if !self.ids.insert(event.id) {
            verdict.duplicated += 1;
            verdict.finds(format!("{at}: event {} is there twice", event.id));
        }
        let person = !event
            .metadata
            .actor
            .official
            .as_str()
            .starts_with("system-");
        if let Some((end, _)) = self.commands.insert(event.command, (at, person))
            && end + 1 != at
        {
            verdict.duplicated += 1;
            verdict.finds(format!("{at}: command {} was done again", event.command));
        }
        for (cause, effect, category) in EFFECTS {
            if event.event_type == cause && !poisoned.contains(event.stream.as_str()) {
                self.causes.insert(event.id, (effect, at));
            }
            if event.event_type == effect
                && event.stream.category() == category
                && let Some(causation) = event.metadata.causation
            {
                let commands = self.effects.entry((causation, effect)).or_default();
                commands.insert(event.command);
            }
        }
    }

    fn against_notes(&self, world: &World, verdict: &mut Verdict) {
        for command in world.notes().acknowledged() {
            if !self.commands.contains_key(&command) {
                verdict.lost += 1;
                verdict.finds(format!("command {command} was acknowledged and is lost"));
            }
        }
        let attempted = world.notes().attempted();
        for (command, (at, person)) in &self.commands {
            if *person && *at > world.began() && !attempted.contains(command) {
                verdict.finds(format!("{at}: nobody sent command {command}"));
            }
        }
    }

    fn effects(&self, verdict: &mut Verdict) {
        for (cause, (effect, at)) in &self.causes {
            match self.effects.get(&(*cause, effect)).map(BTreeSet::len) {
                Some(1) => {}
                None => {
                    verdict.lost += 1;
                    verdict.finds(format!("{at}: no {effect} followed"));
                }
                Some(times) => {
                    verdict.duplicated += 1;
                    verdict.finds(format!("{at}: {effect} followed {times} times"));
                }
            }
        }
    }
}

async fn parked(world: &World) -> Vec<String> {
    let mut findings = Vec::new();
    let cursors = world.auditor().cursors().await.expect("cursors");
    for (consumer, _) in cursors {
        let parked = waiting(world, &consumer).await;
        findings.extend(
            parked
                .into_iter()
                .map(|parked| format!("{consumer} parked {}: {}", parked.position, parked.reason)),
        );
    }
    findings
}

/// What a consumer parked and nobody has decided on.
pub(super) async fn waiting(world: &World, consumer: &str) -> Vec<Parked> {
    let mut parked = world.auditor().parked(consumer).await.expect("parked");
    parked.retain(|parked| parked.status == ParkedStatus::Waiting);
    parked
}

/// Every stream folded again by the program itself, but those that were poisoned.
fn states(world: &World) -> Vec<String> {
    let output = world
        .full
        .hoso("hoso_auditor")
        .args(["ledger", "verify", "--json"])
        .output()
        .expect("hoso runs");
    let report: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap_or_default();
    match report.get("differences").and_then(|d| d.as_array()) {
        Some(differences) => {
            let differences = differences.iter().map(ToString::to_string);
            let poisoned =
                |text: &String| world.poisoned.iter().any(|stream| text.contains(stream));
            differences.filter(|text| !poisoned(text)).collect()
        }
        None => vec![format!(
            "ledger verify: {}",
            String::from_utf8_lossy(&output.stderr)
        )],
    }
}

/// Where the event stream ends; 0 where there is none yet.
pub(super) async fn stream_end(full: &Full) -> Result<Position, String> {
    let context = operator(full).await?;
    match context.get_stream(STREAM).await {
        Ok(stream) => Ok(stream.cached_info().state.last_sequence),
        Err(error) => Err(error.to_string()),
    }
}

/// NATS as its operator sees it, past every proxy.
pub(super) async fn operator(full: &Full) -> Result<async_nats::jetstream::Context, String> {
    let seed = std::fs::read_to_string(full.seed_file("operator")).map_err(|e| e.to_string())?;
    let client = async_nats::ConnectOptions::with_nkey(seed.trim().to_owned())
        .connect(full.nats.url())
        .await
        .map_err(|error| error.to_string())?;
    Ok(async_nats::jetstream::new(client))
}

/// Every message of the stream is the log's event of the same number.
async fn compare_stream(world: &World, head: Position, verdict: &mut Verdict) {
    let context = operator(&world.full).await.expect("the operator connects");
    let stream = context.get_stream(STREAM).await.expect("the stream");
    let state = stream.cached_info().state.clone();
    if state.messages != head || state.last_sequence != head || state.first_sequence > 1 {
        verdict.finds(format!(
            "the stream holds {} messages, {} to {}; the log {head}",
            state.messages, state.first_sequence, state.last_sequence
        ));
        return;
    }
    let consumer = stream
        .create_consumer(OrderedConfig::default())
        .await
        .expect("a consumer");
    let mut messages = consumer.messages().await.expect("messages");
    let mut log = std::pin::pin!(pages(SharedLedger::clone(world.auditor()), 0, head));
    while let Some(page) = log.next().await {
        for event in page.expect("the auditor reads the log") {
            let next = tokio::time::timeout(MESSAGE_WITHIN, messages.next()).await;
            let message = next.expect("in time").expect("not the end").expect("one");
            let sequence = message.info().expect("a delivery").stream_sequence;
            match jetstream::message::decode(sequence, &message.payload) {
                Ok(same) if same == event => {}
                Ok(other) => verdict.finds(format!(
                    "message {sequence} is event {}, the log has {}",
                    other.id, event.id
                )),
                Err(error) => verdict.finds(format!("message {sequence}: {error}")),
            }
        }
    }
}
