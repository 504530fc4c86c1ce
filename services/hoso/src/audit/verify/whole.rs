//! A round's bundle: the whole log up to a checkpoint, and what the round rests on.

use anyhow::Result;
use hoso_proof::policy::Judgement;
use hoso_proof::{KeyHistory, TreeHead};
use serde_json::{Value, json};

use super::keys;
use super::log::Log;
use super::older::{self, OlderCheckpoints};
use super::{VerifyArgs, believed, documents, policy_of};
use crate::audit::acts::Acts;
use crate::audit::bundle::{self, About};
use crate::audit::findings::{Finding, Findings};
use crate::audit::print;
use crate::audit::unpack::Unpacker;
use crate::backup::line::Digest;
use crate::cli::{DONE, FOUND_PROBLEMS};
use crate::output::say;

/// What was looked at.
struct Report<'a> {
    format: &'a str,
    pinned: bool,
    head: TreeHead,
    streams: usize,
    documents: usize,
    erased: Vec<Digest>,
    verdicts: u64,
    rankings: u64,
    checkpoints: usize,
    acts: &'a [older::Bounded<'a>],
    seen: &'a older::SeenAt,
    schemas: &'static str,
    judged: Option<&'a Judgement<'a>>,
    keys: &'a KeyHistory,
}

/// Verifies one.
///
/// # Errors
/// The input cannot be read. What is wrong is a finding and no error.
pub(super) fn run(args: &VerifyArgs, bundle: &mut Unpacker, about: &About) -> Result<u8> {
    let mut findings = Findings::default();
    let policy = policy_of(args)?;
    let believed = believed(args, policy.as_ref(), bundle, &mut findings)?;
    let head = believed.head;
    let older = OlderCheckpoints::read(bundle, head, &mut findings)?;
    let seen = believed.seen().chain(older.heads()).collect();
    let acts = Acts::of(&about.round);
    let mut read = Log::read(&args.file, head, seen, acts, &mut findings)?;
    let keys = keys::of_the_log(&read.rotations, &believed.log, &mut findings);
    believed.signed_by(&keys, &mut findings)?;
    let mut signed = older.signed_by(&keys, &mut findings);
    signed.extend(keys.open(believed.note.as_bytes()).ok());
    keys::handed_over(&keys, &believed.log, &signed, &mut findings);
    if about.format == bundle::FIRST_FORMAT {
        nothing_more(bundle, &mut findings);
    } else {
        if bundle.keys() {
            keys::listed(&bundle.text(bundle::KEYS)?, &keys, &mut findings);
        } else {
            findings.of(bundle::KEYS, "it is not there");
        }
        older::proofs(bundle, &read.acts, &believed.note, head, &mut findings)?;
    }
    let named = read.named.of(&about.round, &read.folded)?;
    let is_erased = |document: &_| read.named.shows_erased(document);
    let erased = documents(bundle, &named, is_erased, "round", &mut findings);
    read.judge_again(&args.file)?;
    let seen = match (&policy, &believed.judged) {
        (Some(policy), Some(judged)) => {
            older::witnessed(&older, (head, judged), policy, &mut findings)
        }
        _ => older::SeenAt::new(),
    };
    let acts = older.bounded(&read.acts, head);
    older::held_to_their_times(&acts, &seen, &mut findings);
    let differences = std::mem::take(&mut read.folded.differences);
    let again = std::mem::take(&mut read.again.differences);
    for difference in differences.into_iter().chain(again) {
        findings.told(bundle::EVENTS, difference);
    }
    let report = Report {
        format: &about.format,
        pinned: believed.pinned,
        head: read.head,
        streams: read.folded.streams.len(),
        documents: named.len() - erased.len(),
        erased,
        verdicts: read.again.verdicts(),
        rankings: read.again.rankings(),
        checkpoints: older.count(),
        acts: &acts,
        seen: &seen,
        schemas: older::schemas(bundle)?,
        judged: believed.judged.as_ref(),
        keys: &keys,
    };
    Ok(report.print(args, findings))
}

/// What only later formats have.
pub(super) fn nothing_more(bundle: &Unpacker, findings: &mut Findings) {
    let checkpoints = bundle.checkpoints().iter();
    let checkpoints = checkpoints.map(|size| bundle::checkpoint_file(*size));
    let proofs = bundle.proofs().iter();
    let proofs = proofs.map(|position| bundle::proof_file(*position));
    let schemas = bundle.schemas().iter();
    let schemas = schemas.map(|name| format!("{}{name}", bundle::SCHEMAS));
    let keys = bundle.keys().then(|| bundle::KEYS.to_owned());
    for file in checkpoints.chain(proofs).chain(schemas).chain(keys) {
        findings.of(&file, "a bundle of this format has no such file");
    }
}

impl Report<'_> {
    fn print(&self, args: &VerifyArgs, findings: Findings) -> u8 {
        let ok = findings.none();
        let findings = findings.sorted();
        let root = hex::encode(self.head.root);
        if args.json {
            print::report(self.json(ok, &root, &findings), self.judged);
        } else {
            older::print_acts(self.acts, self.seen);
            print::erased(&self.erased);
            print::findings(self.judged, &findings);
            let word = if ok { "verified" } else { "NOT VERIFIED" };
            say!(
                "{word}: {} events, {} verdicts, {} rankings, {} documents, {} older checkpoints, \
                 {} acts, root {root}",
                self.head.size,
                self.verdicts,
                self.rankings,
                self.documents,
                self.checkpoints,
                self.acts.len(),
            );
        }
        if ok { DONE } else { FOUND_PROBLEMS }
    }

    fn json(&self, ok: bool, root: &str, findings: &[Finding]) -> Value {
        json!({
            "ok": ok,
            "format": self.format,
            "whole": true,
            "events": self.head.size,
            "root": root,
            "keyPinned": self.pinned,
            "streams": self.streams,
            "verdicts": self.verdicts,
            "rankings": self.rankings,
            "documents": self.documents,
            "erasedDocuments": self.erased,
            "keys": self.keys.reigns().map(|reign| {
                json!({ "since": reign.since, "key": reign.log.key().to_string() })
            }).collect::<Vec<_>>(),
            "checkpoints": self.checkpoints,
            "acts": older::acts_in_json(self.acts, self.seen),
            "schemas": self.schemas,
            "findings": findings,
        })
    }
}
