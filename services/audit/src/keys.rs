//! The directory of secrets: the log's key, the secret of the salts, and what was signed last.
//!
//! It stands apart from the archive and from the database, and belongs to whoever seals. What was
//! signed last is here, not in the archive, so that bringing back an old archive does not make the
//! signer forget.
//!
//! While the key is changed there are two: `log.key.next` is made before the rotation is recorded, and
//! takes the place of `log.key` once a checkpoint of both is published. The secret of a retired key is
//! destroyed; `handovers/` keeps the checkpoints that both signed.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::Write as _;
use std::path::{Path, PathBuf};

use hoso_proof::{Algorithm, LogIdentity, LogSigner, Salt, SecretKey, SignedCheckpoint};

use crate::error::AuditError;
use crate::files::{self, SECRET};

const LOG_KEY: &str = "log.key";
const NEXT_KEY: &str = "log.key.next";
const OLD_KEY: &str = "log.key.old";
const SALT_KEY: &str = "salt.key";
const HANDOVERS: &str = "handovers";
const ROTATE_LOCK: &str = "rotate.lock";
const LAST_SIGNED: &str = "last-signed";
const LOCK: &str = "seal.lock";
/// Bytes of a file of this directory, at most.
const FILE_BYTES_MAX: usize = 256 * 1024;

/// Opened secrets.
pub struct Keys {
    directory: PathBuf,
    salts: [u8; 32],
    log: LogIdentity,
}

impl Keys {
    /// Opens the directory, and makes the secrets of a new one: a key whose name is `origin`, or a
    /// name of chance.
    ///
    /// # Errors
    /// The directory cannot be read or written, a secret is damaged, or one of two is missing.
    pub fn open_or_make(directory: &Path, origin: Option<&str>) -> Result<Self, AuditError> {
        let (key, salt) = (directory.join(LOG_KEY), directory.join(SALT_KEY));
        if !key.exists() {
            files::make_directory(directory)?;
            // Several processes may start at once; one makes them.
            let lock = directory.join(LOCK);
            let making = File::create(&lock).and_then(|file| file.lock().map(|()| file));
            let _making = making.map_err(AuditError::file(&lock))?;
            if key.exists() {
                return Self::open(directory);
            }
            let chance = hex::encode(random::<8>()?);
            let origin = origin.map_or_else(|| format!("hoso/{chance}"), str::to_owned);
            let made = SecretKey::from_seed(&origin, Algorithm::Ed25519, &random()?)
                .map_err(AuditError::Origin)?;
            // The salts first: a log never stands there with a key and without them. Salts without a
            // key are what a crash between the two leaves behind, and are as good as new ones.
            if !salt.exists() {
                files::keep(&salt, hex::encode(random::<32>()?).as_bytes(), SECRET)?;
            }
            files::keep(&key, made.expose().as_bytes(), SECRET)?;
        }
        Self::open(directory)
    }

    /// Opens a directory that is there.
    ///
    /// # Errors
    /// It cannot be read, or a secret is missing or damaged.
    pub fn open(directory: &Path) -> Result<Self, AuditError> {
        let path = directory.join(SALT_KEY);
        let salts = hex::decode(text(&path)?).ok();
        let salts = salts.and_then(|bytes| bytes.try_into().ok());
        let salts = salts.ok_or_else(|| AuditError::damaged(&path, &"not 32 bytes in hex"))?;
        let log = LogIdentity::new(secret(directory)?.public().clone())?;
        Ok(Self {
            directory: directory.to_path_buf(),
            salts,
            log,
        })
    }

    /// The log's identity when the directory was opened: what verifiers are given. The key may be
    /// changed since; who stays asks [`Keys::signing`].
    #[must_use]
    pub const fn log(&self) -> &LogIdentity {
        &self.log
    }

    /// The salt of the event at a position.
    #[must_use]
    pub fn salt(&self, position: u64) -> Salt {
        Salt::derive(&self.salts, position)
    }

    /// Takes the lock of the one that seals; held until the file is dropped.
    pub(crate) fn lock(&self) -> Result<File, AuditError> {
        let path = self.directory.join(LOCK);
        let file = File::create(&path).map_err(AuditError::file(&path))?;
        match file.try_lock() {
            Ok(()) => Ok(file),
            Err(TryLockError::WouldBlock) => Err(AuditError::Busy { path }),
            Err(TryLockError::Error(error)) => Err(AuditError::file(&path)(error)),
        }
    }

    /// The signer, behind the last checkpoint that it signed.
    pub(crate) fn signer(&self) -> Result<LogSigner, AuditError> {
        let key = secret(&self.directory)?;
        let last = files::read(&self.directory.join(LAST_SIGNED), FILE_BYTES_MAX)?;
        Ok(match last {
            None => LogSigner::begin(key)?,
            Some(last) => LogSigner::resume(key, &last)?,
        })
    }

    /// The last checkpoint that was signed.
    pub(crate) fn last_signed(&self) -> Result<Option<SignedCheckpoint>, AuditError> {
        let last = files::read(&self.directory.join(LAST_SIGNED), FILE_BYTES_MAX)?;
        let signing = self.signing()?;
        let opened = last.map(|last| SignedCheckpoint::open(&last, &signing));
        Ok(opened.transpose()?)
    }

    /// The key that signs now, in this process or another one.
    ///
    /// # Errors
    /// The secret cannot be read, or is damaged.
    pub fn signing(&self) -> Result<LogIdentity, AuditError> {
        Ok(LogIdentity::new(secret(&self.directory)?.public().clone())?)
    }

    /// Waits for the lock of the one that asks for a rotation; held until the file is dropped.
    pub(crate) fn rotating(&self) -> Result<File, AuditError> {
        files::lock(&self.directory.join(ROTATE_LOCK))
    }

    /// The key that is to sign next, if there is one; whether it is on record is for the ledger to say.
    pub(crate) fn next(&self) -> Result<Option<SecretKey>, AuditError> {
        let path = self.directory.join(NEXT_KEY);
        if !path.exists() {
            return Ok(None);
        }
        let next = SecretKey::parse(&text(&path)?);
        Ok(Some(next.map_err(|e| AuditError::damaged(&path, &e))?))
    }

    /// A key to sign next, on the disk before anybody hears of it: the one that a crash left, unless
    /// it was `used` before. Only under [`Keys::rotating`], and while no other one is on record.
    pub(crate) fn make_next(
        &self,
        used: impl Fn(&LogIdentity) -> bool,
    ) -> Result<LogIdentity, AuditError> {
        if let Some(left) = self.next()? {
            let left = LogIdentity::new(left.public().clone())?;
            if left.origin() == self.log.origin() && !used(&left) {
                return Ok(left);
            }
        }
        let made = SecretKey::from_seed(self.log.origin(), Algorithm::Ed25519, &random()?)
            .map_err(AuditError::Origin)?;
        let path = self.directory.join(NEXT_KEY);
        files::replace(&path, made.expose().as_bytes(), SECRET)?;
        Ok(LogIdentity::new(made.public().clone())?)
    }

    /// Keeps a checkpoint that two keys signed, so that a lost archive can show it again.
    pub(crate) fn keep_handover(&self, handover: &SignedCheckpoint) -> Result<(), AuditError> {
        let directory = self.directory.join(HANDOVERS);
        files::make_directory(&directory)?;
        let path = directory.join(format!("{:013}", handover.head().size));
        files::keep(&path, handover.note().encode().as_bytes(), SECRET)
    }

    /// The checkpoints that two keys signed, by size; not checked.
    pub(crate) fn handovers(&self) -> Result<Vec<Vec<u8>>, AuditError> {
        let mut paths = files::names(&self.directory.join(HANDOVERS))?;
        // What is being written has another name.
        paths.retain(|path| path.extension().is_none());
        paths.sort();
        let read = paths.iter().map(|path| files::read(path, FILE_BYTES_MAX));
        let read: Result<Vec<_>, _> = read.collect();
        Ok(read?.into_iter().flatten().collect())
    }

    /// Puts the next key in place of the one that signed so far, whose secret is destroyed. Only once
    /// what both signed is published.
    pub(crate) fn take_over(&self) -> Result<(), AuditError> {
        let [key, next, old] = [LOG_KEY, NEXT_KEY, OLD_KEY].map(|name| self.directory.join(name));
        // The old one under another name first: a crash leaves a key to sign with, and an old one
        // that can still be overwritten.
        if !old.exists() {
            fs::hard_link(&key, &old).map_err(AuditError::file(&old))?;
        }
        fs::rename(&next, &key).map_err(AuditError::file(&key))?;
        files::sync(&self.directory)?;
        self.destroy_old()
    }

    /// Destroys what a crash left of a retired key.
    pub(crate) fn destroy_old(&self) -> Result<(), AuditError> {
        let old = self.directory.join(OLD_KEY);
        let Some(bytes) = files::read(&old, FILE_BYTES_MAX)? else {
            return Ok(());
        };
        let signing = files::read(&self.directory.join(LOG_KEY), FILE_BYTES_MAX)?;
        // The same file under two names: it signs still.
        if signing.as_ref() != Some(&bytes) {
            let file = OpenOptions::new().write(true).open(&old);
            let over = file.and_then(|mut file| {
                file.write_all(&vec![b'0'; bytes.len()])?;
                file.sync_all()
            });
            over.map_err(AuditError::file(&old))?;
        }
        fs::remove_file(&old).map_err(AuditError::file(&old))?;
        files::sync(&self.directory)
    }

    /// Remembers a checkpoint, durably, before anybody sees it.
    pub(crate) fn remember(&self, checkpoint: &str) -> Result<(), AuditError> {
        let path = self.directory.join(LAST_SIGNED);
        files::replace(&path, checkpoint.as_bytes(), SECRET)
    }
}

impl std::fmt::Debug for Keys {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Keys({})", self.log.key())
    }
}

fn secret(directory: &Path) -> Result<SecretKey, AuditError> {
    let path = directory.join(LOG_KEY);
    SecretKey::parse(&text(&path)?).map_err(|error| AuditError::damaged(&path, &error))
}

fn text(path: &Path) -> Result<String, AuditError> {
    let bytes = files::read(path, FILE_BYTES_MAX)?;
    let bytes = bytes.ok_or_else(|| AuditError::damaged(path, &"the secret is missing"))?;
    let text = String::from_utf8(bytes).map_err(|e| AuditError::damaged(path, &e))?;
    Ok(text.trim_end().to_owned())
}

fn random<const N: usize>() -> Result<[u8; N], AuditError> {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).map_err(|error| AuditError::Chance(error.to_string()))?;
    Ok(bytes)
}
