//! A dossier's bundle: each event held to the signed root by its own proof. It shows that these events
//! are in the log; that there are no others, only a round's bundle can show.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::Result;
use chrono::{DateTime, Utc};
use hoso_audit::leaf_of;
use hoso_domain::decider::StoredDecider as _;
use hoso_domain::dossier::Dossier;
use hoso_domain::ids::DossierId;
use hoso_domain::ranking::round::Round;
use hoso_ledger::{Position, RecordedEvent, StreamName};
use hoso_proof::{Hash, KeyHistory, LogIdentity, Salt, SignedCheckpoint, TreeHead, verify};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use super::{Believed, Kept, VerifyArgs, believed, documents};
use crate::audit::bundle::{self, AboutDossier, ProvedLine};
use crate::audit::dossier::names;
use crate::audit::findings::Findings;
use crate::audit::print;
use crate::audit::round::Documents;
use crate::audit::unpack::Unpacker;
use crate::backup::documents_in;
use crate::backup::line::Digest;
use crate::cli::{DONE, FOUND_PROBLEMS};
use crate::erased::Erased;
use crate::output::say;

/// Events of a path; more than any dossier has.
const EVENTS_MAX: usize = 100_000;
/// What such a bundle does not show.
const NOT_WHOLE: &str = "it does not show that nothing is missing: only the round's bundle can";

/// What was read of a path.
struct Path {
    head: TreeHead,
    dossier: DossierId,
    events: usize,
    last: Option<(Position, DateTime<Utc>)>,
    versions: BTreeMap<StreamName, u64>,
    /// Streams that are about the dossier and nothing else: an event of theirs named it.
    about_it: BTreeSet<StreamName>,
    /// Events that do not name the dossier themselves.
    unnamed: Vec<(Position, StreamName)>,
    documents: Documents,
    erased: Erased,
}

/// Verifies a dossier's bundle.
///
/// # Errors
/// The input cannot be read. What is wrong is a finding and no error.
pub(super) fn run(args: &VerifyArgs, bundle: &mut Unpacker, about: AboutDossier) -> Result<u8> {
    let mut findings = Findings::default();
    let policy = super::policy_of(args)?;
    let believed = believed(args, policy.as_ref(), bundle, &mut findings)?;
    for name in [bundle::LEAF_HASHES, bundle::GROUP_HASHES] {
        if bundle.entry(name).is_ok() {
            findings.of(name, "a dossier's bundle has no such file");
        }
    }
    super::whole::nothing_more(bundle, &mut findings);
    signed_by(&believed, &mut findings)?;
    let mut path = Path::new(believed.head, about.dossier);
    path.read(bundle, &mut findings)?;
    path.ends(&mut findings);
    let is_erased = |document: &_| path.erased.path_shows(document);
    let erased = documents(bundle, &path.documents, is_erased, "dossier", &mut findings);
    let seen = compared(&believed, &mut findings);
    Ok(report(args, &path, &believed, (&seen, &erased), findings))
}

/// Whether the known key signed the checkpoint. A dossier's bundle does not have the events that tell of
/// another key: it is believed by the key that it is verified with, and by none that this leads to.
fn signed_by(believed: &Believed<'_>, findings: &mut Findings) -> Result<()> {
    let own = LogIdentity::parse(&believed.own);
    let of = |log: &LogIdentity| SignedCheckpoint::open(believed.note.as_bytes(), log).is_ok();
    let another = own
        .as_ref()
        .is_ok_and(|own| own != &believed.log && own.origin() == believed.log.origin() && of(own));
    match (another, of(&believed.log)) {
        // Handed over under this checkpoint: both signed it.
        (true, true) => Ok(()),
        (true, false) => {
            let what = format!(
                "signed with {}, and not with {}: if the log changed its key in between, the round's \
                 bundle shows it, and this one is verified with the newer key",
                believed.own,
                believed.log.key()
            );
            findings.of(bundle::CHECKPOINT, what);
            Ok(())
        }
        (false, _) => believed.signed_by(&KeyHistory::new(believed.log.clone()), findings),
    }
}

/// Holds the checkpoint to those that were kept: the names of those that it can be held to.
fn compared<'s>(believed: &'s Believed<'_>, findings: &mut Findings) -> Vec<(&'s Kept, bool)> {
    let compare = |seen: &'s Kept| {
        let same_size = seen.head.size == believed.head.size;
        if same_size && seen.head.root != believed.head.root {
            let what = format!(
                "it is another one than the checkpoint {} of the same size: the log was forked",
                seen.name
            );
            findings.of(bundle::CHECKPOINT, what);
        }
        (seen, same_size)
    };
    believed.kept.iter().map(compare).collect()
}

impl Path {
    fn new(head: TreeHead, dossier: DossierId) -> Self {
        Self {
            head,
            dossier,
            events: 0,
            last: None,
            versions: BTreeMap::new(),
            about_it: BTreeSet::new(),
            unnamed: Vec::new(),
            documents: Documents::new(),
            erased: Erased::default(),
        }
    }

    fn own(&self) -> StreamName {
        StreamName::new(Dossier::CATEGORY, self.dossier.as_str())
    }

    fn read(&mut self, bundle: &mut Unpacker, findings: &mut Findings) -> Result<()> {
        let mut entry = bundle.entry(bundle::EVENTS)?;
        let mut line = Vec::new();
        loop {
            match entry.line(&mut line) {
                Ok(true) => {}
                Ok(false) => return Ok(()),
                Err(error) => {
                    findings.of(bundle::EVENTS, error.to_string());
                    return Ok(());
                }
            }
            self.events += 1;
            if self.events > EVENTS_MAX {
                findings.of(bundle::EVENTS, "it has more events than any dossier");
                return Ok(());
            }
            self.line(&line, findings);
        }
    }

    fn line(&mut self, line: &[u8], findings: &mut Findings) {
        let read: ProvedLine = match serde_json::from_slice(line) {
            Ok(read) => read,
            Err(error) => {
                let what = format!("line {}: not an event: {error}", self.events);
                findings.of(bundle::EVENTS, what);
                return;
            }
        };
        let again = serde_json::to_vec(&read).ok();
        let proof: Vec<Hash> = read.proof.iter().map(|hash| hash.0).collect();
        let salt = Salt::from_bytes(read.salt.0);
        let event = RecordedEvent::from(read.event);
        let position = event.position;
        let mut at = |what: String| findings.at(position, bundle::EVENTS, what);
        // One way to write an event: no field twice, no blanks, nothing that the leaf does not cover.
        if again.as_deref() != Some(line) {
            at("written in another way than events are".to_owned());
        }
        if event.sha256 != <[u8; 32]>::from(Sha256::digest(event.data.as_bytes())) {
            at("the data is not what was hashed".to_owned());
        }
        let times = [event.recorded_at, event.metadata.effective_at];
        let fine = |time: &DateTime<Utc>| !time.timestamp_subsec_nanos().is_multiple_of(1_000);
        if times.iter().any(fine) {
            at("a time is finer than any that is sealed".to_owned());
        }
        let index = position.checked_sub(1).unwrap_or(u64::MAX);
        let leaf = leaf_of(&event, &salt).encode();
        let leaf = leaf.map_err(|error| error.to_string());
        let included = leaf.and_then(|leaf| {
            let included = verify::inclusion(self.head, index, &leaf, &proof);
            included.map_err(|error| {
                format!(
                    "the event is not the one that was signed for, or its proof is not: {error}"
                )
            })
        });
        if let Err(what) = included {
            at(what);
        }
        self.order(&event, findings);
        self.note(&event, findings);
    }

    /// Positions, times and versions rise; of the dossier's own stream no version may be missing.
    fn order(&mut self, event: &RecordedEvent, findings: &mut Findings) {
        let own = event.stream == self.own();
        let mut at = |what: String| findings.at(event.position, bundle::EVENTS, what);
        if let Some((position, recorded_at)) = self.last {
            if event.position <= position {
                at(format!("it stands behind position {position}"));
            }
            if event.recorded_at < recorded_at {
                at("recorded before its predecessor".to_owned());
            }
        }
        self.last = Some((event.position, event.recorded_at));
        let (stream, version) = (&event.stream, event.version);
        let before = self.versions.insert(stream.clone(), version);
        let before = before.unwrap_or_default();
        if own && version != before.saturating_add(1) {
            let missing = before.saturating_add(1);
            at(format!(
                "version {version} of {stream} where {missing} should stand"
            ));
        } else if version <= before {
            at(format!(
                "version {version} of {stream} behind version {before}"
            ));
        }
    }

    /// What the event names.
    fn note(&mut self, event: &RecordedEvent, findings: &mut Findings) {
        let Ok(data) = serde_json::from_str::<Value>(&event.data) else {
            findings.at(event.position, bundle::EVENTS, "the data is no JSON");
            return;
        };
        if names(&data, &self.dossier) {
            // A round names many dossiers, each in events of its own.
            if event.stream.category() != Round::CATEGORY {
                self.about_it.insert(event.stream.clone());
            }
        } else if event.stream != self.own() {
            let unnamed = (event.position, event.stream.clone());
            self.unnamed.push(unnamed);
        }
        self.erased.note(event);
        let mut found = BTreeSet::new();
        documents_in(&data, &mut found);
        for digest in found {
            self.documents.entry(digest).or_insert(event.position);
        }
    }

    fn ends(&self, findings: &mut Findings) {
        if !self.versions.contains_key(&self.own()) {
            let what = format!("there is no event of {} itself", self.dossier);
            findings.of(bundle::EVENTS, what);
        }
        for (position, stream) in &self.unnamed {
            if !self.about_it.contains(stream) {
                let what = format!("the event of {stream} is none of {}'s", self.dossier);
                findings.at(*position, bundle::EVENTS, what);
            }
        }
    }
}

fn report(
    args: &VerifyArgs,
    path: &Path,
    believed: &Believed<'_>,
    (seen, erased): (&[(&Kept, bool)], &[Digest]),
    findings: Findings,
) -> u8 {
    let ok = findings.none();
    let findings = findings.sorted();
    let (head, judged) = (&believed.head, believed.judged.as_ref());
    let root = hex::encode(head.root);
    if args.json {
        let seen = seen.iter().map(|(seen, compared)| {
            json!({ "file": seen.name, "events": seen.head.size, "compared": compared })
        });
        let report = json!({
            "ok": ok,
            "whole": false,
            "dossier": path.dossier,
            "events": path.events,
            "size": head.size,
            "root": root,
            "keyPinned": believed.pinned,
            "documents": path.documents.len() - erased.len(),
            "erasedDocuments": erased,
            "seen": seen.collect::<Vec<_>>(),
            "findings": findings,
        });
        print::report(report, judged);
    } else {
        for (seen, _) in seen.iter().filter(|(_, compared)| !compared) {
            say!(
                "{} has {} events and this bundle's checkpoint {}: whether one log has both, only the \
                 round's bundle or `hoso audit consistency` shows",
                seen.name,
                seen.head.size,
                head.size
            );
        }
        print::erased(erased);
        print::findings(judged, &findings);
        let word = if ok { "verified" } else { "NOT VERIFIED" };
        let documents = path.documents.len() - erased.len();
        let (dossier, events) = (&path.dossier, path.events);
        say!("{word}: {events} events of {dossier}, {documents} documents, root {root}");
        say!("{NOT_WHOLE}");
    }
    if ok { DONE } else { FOUND_PROBLEMS }
}
