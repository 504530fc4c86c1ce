//! The directory that anybody may read: tiles, checkpoints, the log's public key.
//!
//! `tile/…` as C2SP tlog-tiles names them, `checkpoint` (the newest), `checkpoints/…/<size>` (every
//! one that was signed), `log.vkey` (the newest key), `log-keys` (all of them, each with the first size
//! that it signed), `checkpoint.witnessed` (the newest that enough witnesses cosigned). Files are added
//! and never changed, but the newest ones, which are replaced, checkpoints, which get cosignatures, and
//! tiles of the edge, which go once the full tile is there.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use hoso_proof::{KeyHistory, LogIdentity, Note, Policy, SignedCheckpoint, TilePath, Tiles};

use crate::error::AuditError;
use crate::files::{self, READABLE};

const CHECKPOINT: &str = "checkpoint";
const WITNESSED: &str = "checkpoint.witnessed";
const PUBLIC_KEY: &str = "log.vkey";
const KEYS: &str = "log-keys";
const LOCK: &str = "publish.lock";
/// Bytes of a checkpoint with its cosignatures, at most.
const CHECKPOINT_BYTES_MAX: usize = 256 * 1024;
/// Bytes of a tile's name, at most.
const TILE_NAME_BYTES_MAX: usize = 64;
/// Bytes of a full tile.
const TILE_BYTES: usize = 256 * 32;

/// The archive of one log.
#[derive(Debug, Clone)]
pub struct Archive {
    directory: PathBuf,
}

impl Archive {
    /// The archive in a directory, whether it is there or not.
    #[must_use]
    pub fn new(directory: &Path) -> Self {
        Self {
            directory: directory.to_path_buf(),
        }
    }

    /// The newest checkpoint, as it is; not checked.
    ///
    /// # Errors
    /// Nothing was sealed yet, or the file cannot be read.
    pub fn checkpoint(&self) -> Result<String, AuditError> {
        self.newest()?.ok_or_else(|| AuditError::Unsealed {
            path: self.directory.clone(),
        })
    }

    /// The newest checkpoint that enough witnesses cosigned, with their cosignatures; not checked.
    ///
    /// # Errors
    /// The file cannot be read.
    pub fn witnessed(&self) -> Result<Option<String>, AuditError> {
        note(&self.directory.join(WITNESSED))
    }

    /// The checkpoint of `size` events, as it was signed, with what witnesses added; not checked.
    ///
    /// # Errors
    /// None of that size was signed, or the file cannot be read.
    pub fn checkpoint_of(&self, size: u64) -> Result<String, AuditError> {
        note(&self.dated(size))?.ok_or(AuditError::NoCheckpoint { size })
    }

    /// The sizes of all checkpoints that are here, at most `until`.
    ///
    /// # Errors
    /// A directory cannot be read.
    pub fn sizes(&self, until: u64) -> Result<BTreeSet<u64>, AuditError> {
        let mut sizes = BTreeSet::new();
        for group in files::names(&self.directory.join("checkpoints"))? {
            for name in files::names(&group)? {
                let size = name
                    .file_name()
                    .and_then(|name| name.to_str()?.parse().ok());
                // What is none of ours, or is being written, is not where its size says.
                sizes.extend(size.filter(|size| *size <= until && self.dated(*size) == name));
            }
        }
        Ok(sizes)
    }

    /// The log that is sealed here, by the archive's own word: a verifier pins the log's key and asks
    /// nobody who it is.
    ///
    /// # Errors
    /// Nothing was sealed yet, or the file is damaged.
    pub fn log(&self) -> Result<LogIdentity, AuditError> {
        let path = self.directory.join(PUBLIC_KEY);
        let key = note(&path)?.ok_or_else(|| AuditError::Unsealed {
            path: self.directory.clone(),
        })?;
        LogIdentity::parse(key.trim_end()).map_err(|error| AuditError::damaged(&path, &error))
    }

    /// The log's keys, by the archive's own word as [`Archive::log`], each from the first checkpoint
    /// that it signed on.
    ///
    /// # Errors
    /// Nothing was sealed yet, or the file is damaged.
    pub fn history(&self) -> Result<KeyHistory, AuditError> {
        let path = self.directory.join(KEYS);
        let Some(text) = note(&path)? else {
            return Ok(KeyHistory::new(self.log()?));
        };
        let damaged = |reason: &dyn ToString| AuditError::damaged(&path, &reason.to_string());
        let mut history: Option<KeyHistory> = None;
        for line in text.lines() {
            let malformed = || damaged(&"a line is not `<size> <key>`");
            let (size, key) = line.split_once(' ').ok_or_else(malformed)?;
            let size = size.parse().map_err(|_| malformed())?;
            let log = LogIdentity::parse(key).map_err(|error| damaged(&error))?;
            match &mut history {
                None if size == 0 => history = Some(KeyHistory::new(log)),
                None => return Err(malformed()),
                Some(history) => {
                    let newest = history.newest().log.clone();
                    let rotated = history.rotate(size, &newest, log);
                    rotated.map_err(|error| damaged(&error))?;
                }
            }
        }
        history.ok_or_else(|| damaged(&"it is empty"))
    }

    /// The first `width` hashes of a tile, one behind the other; not checked.
    ///
    /// # Errors
    /// There is no such tile, or it cannot be read.
    pub fn hashes(&self, level: u8, number: u64, width: u16) -> Result<Vec<u8>, AuditError> {
        let tile = TilePath {
            level,
            number,
            width,
        };
        let path = self.directory.join(tile.to_string());
        let read = self.read(&tile);
        let mut bytes = read.map_err(|reason| AuditError::damaged(&path, &reason))?;
        let wanted = usize::from(width) * 32;
        if bytes.len() < wanted {
            return Err(AuditError::damaged(&path, &"it is cut"));
        }
        bytes.truncate(wanted);
        Ok(bytes)
    }

    /// The file of a tile by its name behind `tile/`; `None` for what is no tile's name, or not there.
    pub(crate) fn tile_file(&self, name: &str) -> Result<Option<Vec<u8>>, AuditError> {
        // Digits, `x` and `.p`: no name leads out of the archive.
        let number = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
        let good = name.split('/').all(|part| {
            let part = part.strip_suffix(".p").unwrap_or(part);
            number(part.strip_prefix('x').unwrap_or(part))
        });
        if !good || name.len() > TILE_NAME_BYTES_MAX {
            return Ok(None);
        }
        let path = self.directory.join("tile").join(name);
        if path.is_dir() {
            return Ok(None);
        }
        files::read(&path, TILE_BYTES)
    }

    /// The newest checkpoint, if there is one.
    pub(crate) fn newest(&self) -> Result<Option<String>, AuditError> {
        note(&self.directory.join(CHECKPOINT))
    }

    /// Writes tiles; when this returns they are on the disk.
    pub(crate) fn write_tiles(&self, tiles: &[(TilePath, Vec<u8>)]) -> Result<(), AuditError> {
        for (tile, bytes) in tiles {
            let path = self.directory.join(tile.to_string());
            if let Some(parent) = path.parent() {
                files::make_directory(parent)?;
            }
            files::keep(&path, bytes, READABLE)?;
            let edge = path.with_added_extension("p");
            if tile.is_full() && edge.is_dir() {
                fs::remove_dir_all(&edge).map_err(AuditError::file(&edge))?;
            }
        }
        Ok(())
    }

    /// Shows a checkpoint that the signer remembers already, and the keys of the log, each from a
    /// first size on.
    pub(crate) fn publish(
        &self,
        checkpoint: &SignedCheckpoint,
        keys: &KeyHistory,
    ) -> Result<(), AuditError> {
        files::make_directory(&self.directory)?;
        let _one = files::lock(&self.directory.join(LOCK))?;
        self.publish_keys(keys)?;
        let text = self.keep_dated(checkpoint)?;
        files::replace(&self.directory.join(CHECKPOINT), text.as_bytes(), READABLE)
    }

    /// Shows a checkpoint of before, where it is missing.
    pub(crate) fn publish_older(&self, checkpoint: &SignedCheckpoint) -> Result<(), AuditError> {
        files::make_directory(&self.directory)?;
        let _one = files::lock(&self.directory.join(LOCK))?;
        self.keep_dated(checkpoint).map(|_| ())
    }

    fn publish_keys(&self, keys: &KeyHistory) -> Result<(), AuditError> {
        let path = self.directory.join(PUBLIC_KEY);
        let newest = format!("{}\n", keys.newest().log.key());
        let there = note(&path)?;
        if there.as_ref() != Some(&newest) {
            // One of its own keys, or it is another log's archive.
            if there.is_some() && !keys.knows(&self.log()?) {
                let reason = "it is there already, and no key of the log that is published here";
                return Err(AuditError::damaged(&path, &reason));
            }
            files::replace(&path, newest.as_bytes(), READABLE)?;
        }
        let path = self.directory.join(KEYS);
        let lines = keys.reigns();
        let lines = lines.map(|reign| format!("{} {}\n", reign.since, reign.log.key()));
        let lines: String = lines.collect();
        if note(&path)?.as_ref() != Some(&lines) {
            files::replace(&path, lines.as_bytes(), READABLE)?;
        }
        Ok(())
    }

    /// The checkpoint in its own file, with the cosignatures that it has there.
    fn keep_dated(&self, checkpoint: &SignedCheckpoint) -> Result<String, AuditError> {
        let signed = checkpoint.note().encode();
        let dated = self.dated(checkpoint.head().size);
        if let Some(parent) = dated.parent() {
            files::make_directory(parent)?;
        }
        // Sealed before, it may have been cosigned since, or have handed over to the key that signs.
        let cosigned = note(&dated)?.filter(|there| holds(there, checkpoint.note()));
        if cosigned.is_none() {
            files::keep(&dated, signed.as_bytes(), READABLE)?;
        }
        Ok(cosigned.unwrap_or(signed))
    }

    /// Adds a policy's cosignatures of a checkpoint to those that it has: in its own file, in the
    /// newest one where it is that, and in the newest witnessed one where they are enough.
    pub(crate) fn add_cosignatures(
        &self,
        cosigned: &SignedCheckpoint,
        keys: &KeyHistory,
        policy: &Policy,
    ) -> Result<(), AuditError> {
        let _one = files::lock(&self.directory.join(LOCK))?;
        let head = cosigned.head();
        let mut merged = keys.open(self.checkpoint_of(head.size)?.as_bytes())?;
        for witness in policy.witnesses() {
            // The first time that it saw a checkpoint says most: asked again, it says a later one.
            if merged.seen_at(&witness.key).is_ok() {
                continue;
            }
            let lines = cosigned.note().lines_of(&witness.key);
            if !lines.is_empty() {
                merged.join(&lines, &witness.key)?;
            }
        }
        let text = merged.note().encode();
        files::replace(&self.dated(head.size), text.as_bytes(), READABLE)?;
        let size_of = |note: Option<String>| match note {
            Some(note) => Ok(keys.open(note.as_bytes())?.head().size),
            None => Ok::<_, AuditError>(0),
        };
        let enough = policy.judge(merged.note()).reached;
        if enough && size_of(self.witnessed()?)? <= head.size {
            files::replace(&self.directory.join(WITNESSED), text.as_bytes(), READABLE)?;
        }
        // Last: whoever looks whether the newest is cosigned finds that the rest is written, too.
        if size_of(self.newest()?)? == head.size {
            files::replace(&self.directory.join(CHECKPOINT), text.as_bytes(), READABLE)?;
        }
        Ok(())
    }

    fn dated(&self, size: u64) -> PathBuf {
        // Not all in one directory: a log that is sealed every second has many.
        let group = format!("{:09}", size / 10_000);
        let name = format!("{size:013}");
        self.directory.join("checkpoints").join(group).join(name)
    }

    /// The narrowest tile of the edge that has enough hashes.
    fn wider(&self, tile: TilePath) -> Option<PathBuf> {
        let full = self.directory.join(tile.full().to_string());
        let edge = full.with_added_extension("p");
        let names = fs::read_dir(&edge).ok()?.filter_map(Result::ok);
        let widths = names.filter_map(|entry| entry.file_name().to_str()?.parse::<u16>().ok());
        let width = widths.filter(|width| *width >= tile.width).min()?;
        Some(edge.join(width.to_string()))
    }
}

impl Tiles for Archive {
    fn read(&self, tile: &TilePath) -> Result<Vec<u8>, String> {
        let exact = self.directory.join(tile.to_string());
        let full = self.directory.join(tile.full().to_string());
        let places = [Some(exact), Some(full), self.wider(*tile)];
        for path in places.into_iter().flatten() {
            let found = files::read(&path, TILE_BYTES).map_err(|error| error.to_string())?;
            if let Some(bytes) = found {
                return Ok(bytes);
            }
        }
        Err("there is no such tile".to_owned())
    }
}

/// Whether a note in a file is this one, perhaps with more signatures.
fn holds(there: &str, note: &Note) -> bool {
    Note::parse(there.as_bytes()).is_ok_and(|there| {
        let mut lines = note.signatures().iter();
        there.text() == note.text() && lines.all(|line| there.signatures().contains(line))
    })
}

fn note(path: &Path) -> Result<Option<String>, AuditError> {
    let bytes = files::read(path, CHECKPOINT_BYTES_MAX)?;
    bytes
        .map(|bytes| String::from_utf8(bytes).map_err(|e| AuditError::damaged(path, &e)))
        .transpose()
}
