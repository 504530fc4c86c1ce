//! `hoso audit check`: files that somebody was given, each held to the log's public key, and all to
//! each other: proofs of events, checkpoints, and proofs that one grew from another.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use anyhow::Result;
use chrono::DateTime;
use clap::Args;
use hoso_audit::leaf_of;
use hoso_ledger::RecordedEvent;
use hoso_proof::{
    CheckpointError, ConsistencyFile, Hash, InclusionFile, Leaf, LogIdentity, PROOF_BYTES_MAX,
    Policy, Salt, SignedCheckpoint, TreeHead, proof_file,
};
use serde_json::{Value, json};

use super::bundle::{ProvedLine, SealedLine};
use super::findings::Findings;
use super::{print, verify, witnesses};
use crate::cli::{BadInput, DONE, FOUND_PROBLEMS};
use crate::input;
use crate::output::say;

/// Bytes of an event's line, as in a bundle.
const LINE_BYTES_MAX: usize = 8 << 20;

/// Which files, and whom to believe.
#[derive(Debug, Args)]
pub(crate) struct CheckArgs {
    /// Checkpoints, proofs of events (C2SP tlog-proof), proofs of consistency
    #[arg(value_name = "FILE", required = true, num_args = 1..=1_000)]
    files: Vec<PathBuf>,
    /// The log's public key, or a file with it; where the log changed its key, all of them, the oldest
    /// first
    #[arg(long, value_name = "KEY", required_unless_present = "policy")]
    key: Vec<String>,
    /// Which witnesses must have cosigned every checkpoint, and which logs are believed (C2SP
    /// tlog-policy): without `--key` its keys, the oldest first
    #[arg(long, value_name = "FILE")]
    policy: Option<PathBuf>,
    /// The event that a proof must be of: a file with its line from a bundle's `events.jsonl`
    #[arg(long, value_name = "FILE")]
    event: Option<PathBuf>,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

/// A checkpoint that the log signed.
#[derive(Clone)]
struct Opened {
    origin: String,
    head: TreeHead,
    /// The last one of the keys that signed it.
    key: usize,
}

/// What was read so far.
struct Check {
    logs: Vec<LogIdentity>,
    policy: Option<Policy>,
    findings: Findings,
    /// Every tree that was signed, by log and size, and where that is seen.
    heads: BTreeMap<(String, u64), Vec<(Hash, String)>>,
    /// Which file has a tree of which size, and which of the keys signed it.
    signers: Vec<(String, Opened)>,
    /// Proofs that a tree grew from another, with the file.
    growths: Vec<(String, ConsistencyFile, Opened)>,
    leaves: Vec<Vec<u8>>,
    shown: Vec<Value>,
}

/// Checks them.
///
/// # Errors
/// A file cannot be read. What does not hold is a finding and no error.
pub(super) fn run(args: &CheckArgs) -> Result<u8> {
    let policy = args.policy.as_deref().map(witnesses::policy).transpose()?;
    let keys = args.key.iter().map(|key| verify::key_of(key));
    let mut logs = keys.collect::<Result<Vec<_>>>()?;
    if let Some(policy) = &policy {
        if let Some(other) = logs.iter().find(|log| !policy.accepts(log)) {
            let what = format!("--key {}: the log is none of the policy's", other.key());
            return Err(BadInput(what).into());
        }
        let known = policy.logs().iter().map(|log| log.identity.clone());
        logs.extend(known.filter(|_| args.key.is_empty()));
    }
    if logs.is_empty() {
        return Err(BadInput("--policy: it names no log; give its --key".to_owned()).into());
    }
    let mut check = Check {
        logs,
        policy,
        findings: Findings::default(),
        heads: BTreeMap::new(),
        signers: Vec::new(),
        growths: Vec::new(),
        leaves: Vec::new(),
        shown: Vec::new(),
    };
    for path in &args.files {
        check.file(path)?;
    }
    let grown = check.grown()?;
    check.forked();
    check.retired();
    if let Some(path) = &args.event {
        check.event(path)?;
    }
    Ok(check.report(args, &grown))
}

impl Check {
    fn file(&mut self, path: &Path) -> Result<()> {
        let name = path.display().to_string();
        let bytes = input::read(path, PROOF_BYTES_MAX)?;
        if bytes.starts_with(proof_file::INCLUSION_HEADER.as_bytes()) {
            self.inclusion(&name, &bytes);
        } else if bytes.starts_with(b"old ") {
            self.consistency(&name, &bytes);
        } else if let Some(opened) = self.open(&name, &bytes) {
            self.show(json!({ "file": name, "kind": "checkpoint" }), &opened);
        }
        Ok(())
    }

    fn inclusion(&mut self, name: &str, bytes: &[u8]) {
        let proof = match InclusionFile::parse(bytes) {
            Ok(proof) => proof,
            Err(error) => return self.findings.of(name, error.to_string()),
        };
        let Some(opened) = self.open(name, proof.checkpoint.as_bytes()) else {
            return;
        };
        match proof.under(opened.head) {
            Ok(leaf) => {
                let mut shown = json!({ "file": name, "kind": "inclusion" });
                if let (Some(shown), Value::Object(leaf)) = (shown.as_object_mut(), header(&leaf)) {
                    shown.extend(leaf);
                }
                self.show(shown, &opened);
                self.leaves.push(proof.leaf);
            }
            Err(error) => {
                let position = proof.index.saturating_add(1);
                self.findings.at(position, name, error.to_string());
            }
        }
    }

    fn consistency(&mut self, name: &str, bytes: &[u8]) {
        let proof = match ConsistencyFile::parse(bytes) {
            Ok(proof) => proof,
            Err(error) => return self.findings.of(name, error.to_string()),
        };
        if let Some(opened) = self.open(name, proof.checkpoint.as_bytes()) {
            let shown = json!({ "file": name, "kind": "consistency", "old": proof.old_size });
            self.show(shown, &opened);
            self.growths.push((name.to_owned(), proof, opened));
        }
    }

    /// A checkpoint that one of the logs signed, with what the policy says of it.
    fn open(&mut self, name: &str, note: &[u8]) -> Option<Opened> {
        let mut first: Option<CheckpointError> = None;
        // The newest key first: under a checkpoint that hands over, it is the one that goes on.
        let opened =
            self.logs
                .iter()
                .enumerate()
                .rev()
                .find_map(|(key, log)| match SignedCheckpoint::open(note, log) {
                    Ok(opened) => Some((key, opened)),
                    Err(error) => {
                        first.get_or_insert(error);
                        None
                    }
                });
        if let Some((key, opened)) = opened {
            return Some(self.signed(name, &opened, key));
        }
        let what = first.map_or_else(String::new, |error| error.to_string());
        self.findings.of(name, what);
        None
    }

    fn signed(&mut self, name: &str, signed: &SignedCheckpoint, key: usize) -> Opened {
        let origin = signed.note().text().lines().next().unwrap_or_default();
        let (origin, head) = (origin.to_owned(), signed.head());
        let seen = self.heads.entry((origin.clone(), head.size)).or_default();
        seen.push((head.root, name.to_owned()));
        if let Some(policy) = &self.policy {
            witnesses::hold(policy, signed.note(), name, &mut self.findings);
        }
        let opened = Opened { origin, head, key };
        self.signers.push((name.to_owned(), opened.clone()));
        opened
    }

    fn show(&mut self, mut shown: Value, opened: &Opened) {
        if let Some(shown) = shown.as_object_mut() {
            shown.insert("origin".to_owned(), opened.origin.clone().into());
            shown.insert("size".to_owned(), opened.head.size.into());
            shown.insert("root".to_owned(), hex::encode(opened.head.root).into());
            let key = self.logs.get(opened.key).map(|log| log.key().to_string());
            shown.insert("key".to_owned(), key.into());
        }
        self.shown.push(shown);
    }

    /// Which trees were shown to have grown from which: pairs of sizes, by log.
    fn grown(&mut self) -> Result<BTreeSet<(String, u64, u64)>> {
        let mut grown = BTreeSet::new();
        for (name, proof, new) in &self.growths {
            let old = self.heads.get(&(new.origin.clone(), proof.old_size));
            let Some((root, _)) = old.and_then(|seen| seen.first()) else {
                let what = format!(
                    "{name}: name the checkpoint of {} events, too: the proof begins there",
                    proof.old_size
                );
                return Err(BadInput(what).into());
            };
            let old = TreeHead {
                size: proof.old_size,
                root: *root,
            };
            match proof.grew(old, new.head) {
                Ok(()) => {
                    grown.insert((new.origin.clone(), old.size, new.head.size));
                }
                Err(error) => self.findings.of(name, error.to_string()),
            }
        }
        Ok(grown)
    }

    /// One key, one size, two trees: each of the two notes is proof against whoever signed both.
    fn forked(&mut self) {
        for ((_, size), seen) in &self.heads {
            let Some((root, first)) = seen.first() else {
                continue;
            };
            for (_, other) in seen.iter().filter(|(other, _)| other != root) {
                let what = format!(
                    "signed for another log of {size} events than {first}: the log was forked. Keep \
                     both files: together they prove it"
                );
                self.findings.first_of_all(Some(*size), other, what);
            }
        }
    }

    /// A key that another one took over from signs no tree of that size or larger: who has it by then
    /// forged it.
    fn retired(&mut self) {
        for (name, of) in &self.signers {
            let taken_over = self.signers.iter().find(|(_, other)| {
                other.origin == of.origin && other.head.size <= of.head.size && other.key > of.key
            });
            if let Some((other, _)) = taken_over {
                let what =
                    format!("signed with a key that another one had taken over from: see {other}");
                self.findings.first_of_all(Some(of.head.size), name, what);
            }
        }
    }

    /// Whether an event is one that was proved.
    fn event(&mut self, path: &Path) -> Result<()> {
        let name = path.display().to_string();
        let line = input::read(path, LINE_BYTES_MAX)?;
        let refuse = |error| BadInput(format!("{name}: not an event's line of a bundle: {error}"));
        let read: SealedLine = match serde_json::from_slice(&line) {
            Ok(read) => read,
            Err(error) => {
                let proved = serde_json::from_slice::<ProvedLine>(&line);
                let ProvedLine { salt, event, .. } = proved.map_err(|_| refuse(error))?;
                SealedLine { salt, event }
            }
        };
        let event = RecordedEvent::from(read.event);
        let leaf = leaf_of(&event, &Salt::from_bytes(read.salt.0)).encode()?;
        if !self.leaves.contains(&leaf) {
            let what = "no proof that holds is of this event as it stands here";
            self.findings.at(event.position, &name, what);
        }
        Ok(())
    }

    /// Whether every checkpoint of a log was shown to be of the history of its largest.
    fn is_one_history(&self, grown: &BTreeSet<(String, u64, u64)>) -> bool {
        let mut shown = BTreeSet::new();
        // From the largest down: who grew into one that was shown is shown.
        self.heads.keys().rev().all(|(origin, size)| {
            let largest = !shown.iter().any(|(known, _)| known == origin);
            let into = |(of, old, new): &(String, u64, u64)| {
                of == origin && old == size && shown.contains(&(origin.clone(), *new))
            };
            let is = largest || grown.iter().any(into);
            shown.insert((origin.clone(), *size));
            is
        })
    }

    fn report(self, args: &CheckArgs, grown: &BTreeSet<(String, u64, u64)>) -> u8 {
        let ok = self.findings.none();
        let one = self.is_one_history(grown);
        let findings = self.findings.sorted();
        if args.json {
            let (files, findings) = (self.shown, findings);
            say!(
                "{}",
                json!({ "ok": ok, "oneHistory": one, "files": files, "findings": findings })
            );
        } else {
            for shown in &self.shown {
                say!("{}", in_words(shown));
            }
            print::findings(None, &findings);
            if self
                .signers
                .iter()
                .any(|(_, of)| of.key + 1 < self.logs.len())
            {
                say!(
                    "whether a key that was replaced signed in its time, only the round's bundle shows"
                );
            }
            if ok && !one {
                say!(
                    "these checkpoints were not all shown to be of one history: see `hoso audit consistency`"
                );
            }
            say!("{}", if ok { "verified" } else { "NOT VERIFIED" });
        }
        if ok { DONE } else { FOUND_PROBLEMS }
    }
}

/// An event's header, as its leaf has it.
fn header(leaf: &Leaf) -> Value {
    let time = |micros| DateTime::from_timestamp_micros(micros);
    json!({
        "position": leaf.position,
        "stream": leaf.stream,
        "version": leaf.version,
        "type": leaf.event_type,
        "recordedAt": time(leaf.recorded_at),
        "effectiveAt": time(leaf.effective_at),
        "official": leaf.official,
        "person": leaf.person,
        "onBehalfOf": leaf.on_behalf_of,
        "role": leaf.role,
        "agency": leaf.agency,
        "ruleBook": leaf.rule_book,
        "data": hex::encode(leaf.data.as_bytes()),
        "reason": leaf.reason.map(|reason| hex::encode(reason.as_bytes())),
    })
}

/// What a file shows, for people.
fn in_words(shown: &Value) -> String {
    let text = |field: &str| match shown.get(field) {
        Some(Value::String(text)) => text.clone(),
        Some(other) => other.to_string(),
        None => String::new(),
    };
    let (file, size, root) = (text("file"), text("size"), text("root"));
    match text("kind").as_str() {
        "inclusion" => format!(
            "{file}: the event at position {}, {} of {}, by {} as {} at {}, is among the {size} events \
             of {root}",
            text("position"),
            text("type"),
            text("stream"),
            text("official"),
            text("role"),
            text("recordedAt"),
        ),
        "consistency" => {
            format!(
                "{file}: the {size} events of {root} begin with the first {}",
                text("old")
            )
        }
        _ => format!("{file}: {size} events, root {root}"),
    }
}
