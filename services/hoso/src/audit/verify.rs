//! `hoso audit verify`: a bundle held to the log's public key, with no database and no network.
//!
//! Every event is hashed again up to the signed root; a proof alone would only show what the prover
//! chose to show. Then every stream is folded, every recorded verdict and ranking judged again, and
//! every document of the round hashed.

mod keys;
mod log;
mod older;
mod path;
mod whole;

use std::path::{Path, PathBuf};

use anyhow::Result;
use clap::Args;
use hoso_proof::policy::Judgement;
use hoso_proof::{
    Checkpoint, CheckpointError, KeyHistory, LogIdentity, Note, Policy, SignedCheckpoint, TreeHead,
};

use super::bundle::{self, About, AboutDossier, Format};
use super::findings::Findings;
use super::unpack::Unpacker;
use super::witnesses;
use crate::backup::line::Digest;
use crate::cli::BadInput;
use crate::input;

/// Bytes of a file with a key or a checkpoint.
const FILE_BYTES_MAX: usize = 256 << 10;

/// Which bundle, and whom to believe.
#[derive(Debug, Args)]
pub(crate) struct VerifyArgs {
    /// The bundle
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// The log's public key, or a file with it, from somewhere else than the bundle; also one that was
    /// replaced since, as the bundle shows how. Without it the bundle's own is used, which proves only
    /// that the bundle agrees with itself
    #[arg(long, value_name = "KEY")]
    key: Option<String>,
    /// A checkpoint of the same log that was kept earlier: the log must still begin with it
    #[arg(long, value_name = "FILE")]
    seen: Vec<PathBuf>,
    /// Which witnesses must have cosigned the checkpoint, and which logs are believed (C2SP
    /// tlog-policy), from somewhere else than the bundle
    #[arg(long, value_name = "FILE")]
    policy: Option<PathBuf>,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

/// A checkpoint that the log must begin with: somebody kept it, or it is in the bundle.
pub(super) struct Seen {
    name: String,
    /// Where it is told of.
    file: String,
    head: TreeHead,
}

/// A checkpoint that somebody kept; who signed it is not looked at yet.
struct Kept {
    name: String,
    note: Vec<u8>,
    head: TreeHead,
}

/// Which bundle it is, by its own word.
enum Kind {
    Round(About),
    Dossier(AboutDossier),
}

/// What a bundle is held to.
struct Believed<'p> {
    /// The log by a key that was known beforehand, or else by the bundle's own.
    log: LogIdentity,
    /// The key that the bundle says is the log's.
    own: String,
    note: String,
    head: TreeHead,
    judged: Option<Judgement<'p>>,
    kept: Vec<Kept>,
    pinned: bool,
}

/// Verifies a bundle.
///
/// # Errors
/// The input cannot be read. What is wrong with the log is a finding and no error.
pub(super) fn run(args: &VerifyArgs) -> Result<u8> {
    let mut bundle = Unpacker::open(&args.file)?;
    match about(&mut bundle)? {
        Kind::Round(about) => whole::run(args, &mut bundle, &about),
        Kind::Dossier(about) => path::run(args, &mut bundle, about),
    }
}

fn policy_of(args: &VerifyArgs) -> Result<Option<Policy>> {
    args.policy.as_deref().map(witnesses::policy).transpose()
}

/// Whose the bundle is, and what it says was signed for. Who signed it is looked at when the log's
/// keys are known: [`Believed::signed_by`].
fn believed<'p>(
    args: &VerifyArgs,
    policy: Option<&'p Policy>,
    bundle: &mut Unpacker,
    findings: &mut Findings,
) -> Result<Believed<'p>> {
    let own = bundle.text(bundle::KEY)?.trim_end().to_owned();
    let log = identity(args, policy, &own)?;
    let note = bundle.text(bundle::CHECKPOINT)?;
    let head = head_of(note.as_bytes());
    let head = head.map_err(|error| BadInput(format!("{}: {error}", bundle::CHECKPOINT)))?;
    let judged = policy.map(|policy| witnesses::judge(policy, &note, findings));
    let kept = args.seen.iter().map(|path| kept(path));
    Ok(Believed {
        log,
        own,
        note,
        head,
        judged: judged.transpose()?,
        kept: kept.collect::<Result<Vec<_>>>()?,
        pinned: args.key.is_some() || policy.is_some_and(|policy| !policy.logs().is_empty()),
    })
}

impl Believed<'_> {
    /// Whether the log's keys signed what they must: the bundle's checkpoint, and those that were
    /// kept.
    ///
    /// # Errors
    /// What was kept is no checkpoint of this log.
    fn signed_by(&self, keys: &KeyHistory, findings: &mut Findings) -> Result<()> {
        if self.own != keys.at(self.head.size).log.key().to_string() {
            findings.of(bundle::KEY, "the bundle's key is not the log's");
        }
        if let Err(error) = keys.open(self.note.as_bytes()) {
            findings.of(
                bundle::CHECKPOINT,
                keys::unsigned(keys, self.head.size, &error),
            );
        }
        for Kept { name, note, head } in &self.kept {
            let Err(error) = keys.open(note) else {
                continue;
            };
            let mut reigns = keys.reigns();
            if !reigns.any(|reign| SignedCheckpoint::open(note, &reign.log).is_ok()) {
                return Err(BadInput(format!("--seen {name}: {error}")).into());
            }
            let what = format!(
                "the checkpoint {name} of {} events is signed with a key of the log that did not sign \
                 then: whoever has that key forged it",
                head.size
            );
            findings.first_of_all(Some(head.size), bundle::EVENTS, what);
        }
        Ok(())
    }

    fn seen(&self) -> impl Iterator<Item = Seen> + '_ {
        self.kept.iter().map(|kept| Seen {
            name: kept.name.clone(),
            file: bundle::EVENTS.to_owned(),
            head: kept.head,
        })
    }
}

/// A checkpoint that somebody kept.
fn kept(path: &Path) -> Result<Kept> {
    let name = path.display().to_string();
    let note = input::read(path, FILE_BYTES_MAX)?;
    let head = head_of(&note).map_err(|error| BadInput(format!("--seen {name}: {error}")))?;
    Ok(Kept { name, note, head })
}

/// What a checkpoint says; whoever signed it.
fn head_of(note: &[u8]) -> Result<TreeHead, CheckpointError> {
    let note = Note::parse(note)?;
    Ok(Checkpoint::parse(note.text())?.head)
}

fn about(bundle: &mut Unpacker) -> Result<Kind> {
    let text = bundle.text(bundle::ABOUT)?;
    let refuse = |error| BadInput(format!("{}: {error}", bundle::ABOUT));
    let Format { format } = serde_json::from_str(&text).map_err(refuse)?;
    match format.as_str() {
        bundle::FORMAT | bundle::FIRST_FORMAT => {
            Ok(Kind::Round(serde_json::from_str(&text).map_err(refuse)?))
        }
        bundle::DOSSIER_FORMAT => Ok(Kind::Dossier(serde_json::from_str(&text).map_err(refuse)?)),
        other => {
            let what = format!("{}: another format, {other:?}", bundle::ABOUT);
            Err(BadInput(what).into())
        }
    }
}

fn identity(args: &VerifyArgs, policy: Option<&Policy>, own: &str) -> Result<LogIdentity> {
    let Some(key) = &args.key else {
        if let Some(log) = policy.and_then(|policy| witnesses::log_of(policy, own)) {
            return Ok(log);
        }
        if !args.json {
            eprintln!("hoso: without --key the bundle is believed about whose it is");
        }
        let own = LogIdentity::parse(own);
        return Ok(own.map_err(|error| BadInput(format!("{}: {error}", bundle::KEY)))?);
    };
    let log = key_of(key)?;
    if policy.is_some_and(|policy| !policy.accepts(&log)) {
        let what = "--key: the log is none of the policy's";
        return Err(BadInput(what.to_owned()).into());
    }
    Ok(log)
}

/// The log of a key on the command line, or of a file with it.
///
/// # Errors
/// It is none.
pub(super) fn key_of(key: &str) -> Result<LogIdentity> {
    let path = Path::new(key);
    let text = if path.is_file() {
        String::from_utf8(input::read(path, FILE_BYTES_MAX)?)?
    } else {
        key.to_owned()
    };
    let log = LogIdentity::parse(text.trim_end());
    Ok(log.map_err(|error| BadInput(format!("--key: {error}")))?)
}

/// Holds the documents to what events name; those that are not there and that the record itself shows
/// as erased with a person.
fn documents(
    bundle: &mut Unpacker,
    named: &super::round::Documents,
    is_erased: impl Fn(&Digest) -> bool,
    whose: &str,
    findings: &mut Findings,
) -> Vec<Digest> {
    let mut erased = Vec::new();
    let there = bundle.documents().clone();
    for (document, position) in named {
        let file = format!("{}{document}", bundle::DOCUMENTS);
        if !there.contains(document) && is_erased(document) {
            erased.push(*document);
            continue;
        }
        if !there.contains(document) {
            findings.at(*position, &file, "the event names it, and it is not there");
            continue;
        }
        match bundle.digest_of(*document) {
            Ok(digest) if digest == *document => {}
            Ok(digest) => {
                let what = format!("it was changed: its bytes have the SHA-256 {digest}");
                findings.at(*position, &file, what);
            }
            Err(error) => findings.at(*position, &file, format!("it is damaged: {error}")),
        }
    }
    for document in there.iter().filter(|digest| !named.contains_key(digest)) {
        let file = format!("{}{document}", bundle::DOCUMENTS);
        findings.of(&file, format!("no event of the {whose} names it"));
    }
    erased
}
