//! `hoso audit verify`: a bundle held to the log's public key, with no database and no network.
//!
//! Every event is hashed again up to the signed root; a proof alone would only show what the prover
//! chose to show. Then every stream is folded, every recorded verdict and ranking judged again, and
//! every document of the round hashed.

mod log;
mod older;
mod path;
mod whole;

use std::path::{Path, PathBuf};

use anyhow::Result;
use clap::Args;
use hoso_proof::policy::Judgement;
use hoso_proof::{Checkpoint, LogIdentity, Policy, SignedCheckpoint, TreeHead};

use super::bundle::{self, About, AboutDossier, Format};
use super::findings::Findings;
use super::unpack::Unpacker;
use super::witnesses;
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
    /// The log's public key, or a file with it, from somewhere else than the bundle. Without it the
    /// bundle's own is used, which proves only that the bundle agrees with itself
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

/// Which bundle it is, by its own word.
enum Kind {
    Round(About),
    Dossier(AboutDossier),
}

/// What a bundle is held to.
struct Believed<'p> {
    log: LogIdentity,
    note: String,
    head: TreeHead,
    judged: Option<Judgement<'p>>,
    seen: Vec<Seen>,
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

/// Whose the bundle is, and what was signed for.
fn believed<'p>(
    args: &VerifyArgs,
    policy: Option<&'p Policy>,
    bundle: &mut Unpacker,
    findings: &mut Findings,
) -> Result<Believed<'p>> {
    let log = identity(args, policy, bundle, findings)?;
    let note = bundle.text(bundle::CHECKPOINT)?;
    let head = signed(&note, &log, findings)?;
    let judged = policy.map(|policy| witnesses::judge(policy, &note, findings));
    let judged = judged.transpose()?;
    let seen = args.seen.iter().map(|path| kept(path, &log));
    let seen = seen.collect::<Result<Vec<_>>>()?;
    Ok(Believed {
        log,
        note,
        head,
        judged,
        seen,
        pinned: args.key.is_some() || policy.is_some_and(|policy| !policy.logs().is_empty()),
    })
}

/// A checkpoint that somebody kept.
fn kept(path: &Path, log: &LogIdentity) -> Result<Seen> {
    let name = path.display().to_string();
    let note = input::read(path, FILE_BYTES_MAX)?;
    let opened = SignedCheckpoint::open(&note, log);
    let opened = opened.map_err(|error| BadInput(format!("--seen {name}: {error}")))?;
    Ok(Seen {
        name,
        file: bundle::EVENTS.to_owned(),
        head: opened.head(),
    })
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

fn identity(
    args: &VerifyArgs,
    policy: Option<&Policy>,
    bundle: &mut Unpacker,
    findings: &mut Findings,
) -> Result<LogIdentity> {
    let own = bundle.text(bundle::KEY)?;
    let Some(key) = &args.key else {
        if let Some(log) = policy.and_then(|policy| witnesses::log_of(policy, own.trim_end())) {
            if own.trim_end() != log.key().to_string() {
                findings.of(bundle::KEY, "the bundle's key is none of the policy's logs");
            }
            return Ok(log);
        }
        if !args.json {
            eprintln!("hoso: without --key the bundle is believed about whose it is");
        }
        let own = LogIdentity::parse(own.trim_end());
        return Ok(own.map_err(|error| BadInput(format!("{}: {error}", bundle::KEY)))?);
    };
    let log = key_of(key)?;
    if policy.is_some_and(|policy| !policy.accepts(&log)) {
        let what = "--key: the log is none of the policy's";
        return Err(BadInput(what.to_owned()).into());
    }
    if own.trim_end() != log.key().to_string() {
        findings.of(bundle::KEY, "the bundle's key is not the log's");
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

/// What was signed for; what the checkpoint says where the log did not sign it, so that the rest can
/// still be looked at.
fn signed(note: &str, log: &LogIdentity, findings: &mut Findings) -> Result<TreeHead> {
    match SignedCheckpoint::open(note.as_bytes(), log) {
        Ok(opened) => Ok(opened.head()),
        Err(error) => {
            findings.of(bundle::CHECKPOINT, error.to_string());
            let text = note.split_once("\n\n").map(|(text, _)| format!("{text}\n"));
            let read = text.map(|text| Checkpoint::parse(&text));
            match read {
                Some(Ok(checkpoint)) => Ok(checkpoint.head),
                Some(Err(_)) | None => {
                    Err(BadInput(format!("{}: {error}", bundle::CHECKPOINT)).into())
                }
            }
        }
    }
}

fn documents(
    bundle: &mut Unpacker,
    named: &super::round::Documents,
    whose: &str,
    findings: &mut Findings,
) {
    let there = bundle.documents().clone();
    for (document, position) in named {
        let file = format!("{}{document}", bundle::DOCUMENTS);
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
}
