//! A witness's directory, and the only place where it decides.
//!
//! `witness.key` is its own key and readable by it alone, `witness.vkey` the public half, `logs` what
//! it knows, `seen/…` the last checkpoint of every log that it cosigned, with that cosignature, so
//! that what was remembered proves itself. `forks/…` keeps checkpoints that contradict one that was
//! cosigned and that the log signed nevertheless: evidence against who holds the log's key.

use std::fs::{self, File, TryLockError};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use anyhow::{Context as _, Result, bail};
use hoso_audit::files;
use hoso_proof::{
    AddCheckpoint, Algorithm, Checkpoint, LogIdentity, Note, PublicKey, Refusal, SecretKey,
    TreeHead,
};
use hoso_runtime::Clock;
use sha2::{Digest as _, Sha256};

use super::logs::Logs;
use crate::cli::BadInput;

const SECRET_KEY: &str = "witness.key";
const PUBLIC_KEY: &str = "witness.vkey";
const LOCK: &str = "witness.lock";
const SEEN: &str = "seen";
const FORKS: &str = "forks";
/// Bytes of a key's file, at most.
const KEY_BYTES_MAX: usize = 4096;
/// Bytes of a remembered checkpoint, at most: one log's signature and one witness's.
const SEEN_BYTES_MAX: usize = 256 * 1024;
/// Contradictions kept; whoever holds a log's key can make any number.
const FORKS_MAX: usize = 64;
/// Seconds that the clock may go back and be bridged with the time that was said last.
const CLOCK_BACK_MAX: u64 = 300;

/// A witness that decides; one process has the directory.
pub(super) struct Witness {
    directory: PathBuf,
    key: SecretKey,
    logs: Logs,
    clock: Clock,
    /// Held from reading what was cosigned last until the next is on the disk.
    deciding: Mutex<()>,
    _lock: File,
}

/// What was cosigned last of a log.
pub(super) struct Remembered {
    /// The checkpoint, with the log's signature and the witness's.
    pub(super) note: Note,
    /// Its size and root.
    pub(super) head: TreeHead,
    /// When it was cosigned, seconds since 1970.
    pub(super) seen_at: u64,
}

/// What a request comes to.
pub(super) enum Answer {
    /// The signature lines.
    Cosigned(String),
    /// None, and why.
    Refused(Refusal),
}

impl Witness {
    /// Makes a witness: its key, and nothing else.
    ///
    /// # Errors
    /// There is one already, the name is none, or the directory cannot be written.
    pub(super) fn make(directory: &Path, name: &str) -> Result<PublicKey> {
        let path = directory.join(SECRET_KEY);
        if path.exists() {
            let text = format!("{}: there is a witness already", path.display());
            return Err(BadInput(text).into());
        }
        let mut seed = [0; 32];
        getrandom::fill(&mut seed)
            .map_err(|error| anyhow::anyhow!("no random numbers: {error}"))?;
        let key = SecretKey::from_seed(name, Algorithm::CosignatureV1, &seed);
        let key = key.map_err(|error| BadInput(format!("--name: {error}")))?;
        let public = key.public().clone();
        files::make_directory(directory)?;
        files::keep(&path, key.expose().as_bytes(), files::SECRET)?;
        let line = format!("{public}\n");
        files::keep(
            &directory.join(PUBLIC_KEY),
            line.as_bytes(),
            files::READABLE,
        )?;
        Ok(public)
    }

    /// Stops where there is no witness.
    ///
    /// # Errors
    /// There is none.
    pub(super) fn require(directory: &Path) -> Result<()> {
        if directory.join(SECRET_KEY).is_file() {
            return Ok(());
        }
        let there = directory.display();
        let text = format!("{there}: there is no witness; `hoso witness init` makes one");
        Err(BadInput(text).into())
    }

    /// The witness's key.
    ///
    /// # Errors
    /// There is no witness, or the key is damaged.
    pub(super) fn key_of(directory: &Path) -> Result<SecretKey> {
        Self::require(directory)?;
        let path = directory.join(SECRET_KEY);
        let bytes = files::read(&path, KEY_BYTES_MAX)?.unwrap_or_default();
        let key = String::from_utf8(bytes).ok();
        let key = key.and_then(|text| SecretKey::parse(text.trim_end()).ok());
        let key = key.filter(|key| key.public().algorithm() == Algorithm::CosignatureV1);
        key.with_context(|| format!("{}: not a witness's key", path.display()))
    }

    /// Opens the directory to decide; no other process may until this is dropped. What is remembered
    /// of the logs must be whole.
    ///
    /// # Errors
    /// There is no witness, another process has it, or something in it is damaged.
    pub(super) fn open(directory: &Path, clock: Clock) -> Result<Self> {
        let key = Self::key_of(directory)?;
        let lock = locked(&directory.join(LOCK))?;
        let logs = Logs::of(directory);
        for log in logs.read()? {
            remembered(directory, key.public(), log.origin())?;
        }
        Ok(Self {
            directory: directory.to_path_buf(),
            key,
            logs,
            clock,
            deciding: Mutex::new(()),
            _lock: lock,
        })
    }

    /// The witness's public key.
    pub(super) const fn public(&self) -> &PublicKey {
        self.key.public()
    }

    /// How many logs it knows.
    ///
    /// # Errors
    /// The file cannot be read.
    pub(super) fn known(&self) -> Result<usize> {
        Ok(self.logs.read()?.len())
    }

    /// Decides about a request. When this returns a cosignature it is on the disk; of any number of
    /// requests at once each one meets what the one before left.
    ///
    /// # Errors
    /// The directory cannot be read or written, or the clock went back: nothing is cosigned.
    pub(super) fn add(&self, body: &[u8]) -> Result<Answer> {
        let request = match AddCheckpoint::parse(body) {
            Ok(request) => request,
            Err(refusal) => return Ok(Answer::Refused(refusal)),
        };
        let trusted = self.logs.read()?;
        // Of a log that is not known nothing is looked up: its name may be anything.
        if !trusted.iter().any(|log| log.origin() == request.origin()) {
            return Ok(Answer::Refused(Refusal::UnknownLog));
        }
        // Nobody leaves half a decision behind: the disk has the old state or the new one.
        let _one = self.deciding.lock().unwrap_or_else(PoisonError::into_inner);
        let last = remembered(&self.directory, self.public(), request.origin())?;
        let head = last.as_ref().map_or(TreeHead::EMPTY, |last| last.head);
        let trusted = not_retired(&trusted, last.as_ref());
        let accepted = match request.decide(trusted, head) {
            Ok(accepted) => accepted,
            Err(refusal) => {
                if let Refusal::Forked { size } = refusal {
                    self.keep_fork(request.origin(), size, request.note())?;
                }
                return Ok(Answer::Refused(refusal));
            }
        };
        let seen_at = self.time(last.as_ref().map(|last| last.seen_at))?;
        if let Some(last) = last
            && last.seen_at == seen_at
            && last.note.text() == accepted.text()
        {
            // Said in this second already: who asks again and again wears out no disk.
            return Ok(Answer::Cosigned(last.note.lines_of(self.public())));
        }
        let note = accepted.cosign(&self.key, seen_at)?;
        files::make_directory(&self.directory.join(SEEN))?;
        let path = seen_file(&self.directory, request.origin());
        files::replace(&path, note.encode().as_bytes(), files::READABLE)?;
        Ok(Answer::Cosigned(note.lines_of(self.public())))
    }

    /// Now, in seconds since 1970, and never before what was said last.
    fn time(&self, last: Option<u64>) -> Result<u64> {
        let now = self.clock.now().timestamp();
        let now = u64::try_from(now).context("the clock stands before 1970")?;
        let last = last.unwrap_or(0);
        if last.saturating_sub(now) > CLOCK_BACK_MAX {
            bail!(
                "the clock went back by {} s: nothing is cosigned",
                last - now
            );
        }
        Ok(now.max(last))
    }

    /// Keeps what contradicts a checkpoint that was cosigned.
    fn keep_fork(&self, origin: &str, size: u64, note: &Note) -> Result<()> {
        let directory = self.directory.join(FORKS);
        files::make_directory(&directory)?;
        let text = note.encode();
        let digest = hex::encode(Sha256::digest(note.text()));
        let path = directory.join(format!(
            "{size:013}-{}",
            digest.get(..16).unwrap_or(&digest)
        ));
        if path.exists() {
            return Ok(());
        }
        let kept = fs::read_dir(&directory).with_context(|| directory.display().to_string())?;
        if kept.count() < FORKS_MAX {
            files::replace(&path, text.as_bytes(), files::READABLE)?;
        }
        tracing::error!(
            origin,
            size,
            "the log signed another tree of the size that was cosigned: it was forked"
        );
        Ok(())
    }
}

/// What was cosigned last of a log; `None` if nothing was.
///
/// # Errors
/// The file cannot be read, or is not what this witness wrote.
pub(super) fn remembered(
    directory: &Path,
    witness: &PublicKey,
    origin: &str,
) -> Result<Option<Remembered>> {
    let path = seen_file(directory, origin);
    let Some(bytes) = files::read(&path, SEEN_BYTES_MAX)? else {
        return Ok(None);
    };
    let damaged = || format!("{}: not what this witness cosigned last", path.display());
    let note = Note::parse(&bytes).with_context(damaged)?;
    let attested = note.verify(witness).with_context(damaged)?;
    let checkpoint = Checkpoint::parse(note.text()).with_context(damaged)?;
    let own = attested.seen_at.filter(|_| checkpoint.origin == origin);
    Ok(Some(Remembered {
        head: checkpoint.head,
        seen_at: own.with_context(damaged)?,
        note,
    }))
}

/// The keys, in the order in which they were trusted, from the one that signed what was cosigned last: a
/// key that another one took over from signs nothing more, whoever has it by now.
fn not_retired<'k>(trusted: &'k [LogIdentity], last: Option<&Remembered>) -> &'k [LogIdentity] {
    let signed = |log: &LogIdentity| last.is_some_and(|last| last.note.verify(log.key()).is_ok());
    let newest = trusted.iter().rposition(signed).unwrap_or(0);
    trusted.get(newest..).unwrap_or_default()
}

/// A log's name may have slashes; its digest has none.
fn seen_file(directory: &Path, origin: &str) -> PathBuf {
    let name = hex::encode(Sha256::digest(origin));
    directory.join(SEEN).join(name)
}

fn locked(path: &Path) -> Result<File> {
    let file = File::create(path).with_context(|| path.display().to_string())?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => {
            let text = format!("{}: another process is this witness", path.display());
            Err(BadInput(text).into())
        }
        Err(TryLockError::Error(error)) => Err(error).context(path.display().to_string()),
    }
}

#[cfg(test)]
mod tests;
