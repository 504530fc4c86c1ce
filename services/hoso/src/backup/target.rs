//! The directory a backup is written to. A file gets its name when it is whole and on the disk, and
//! counts only once a manifest names it; the manifest is replaced by one rename. So whatever stops a
//! run, the backup is the one before it, and the next run clears away what this one left.
//!
//! Only names that a backup can have are ever written or deleted.

use std::fs::{self, File, TryLockError};
use std::io::{self, BufWriter, Write as _};
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};
use hoso_runtime::DocumentStore;
use sha2::{Digest as _, Sha256};

use super::line::Digest;
use super::manifest::{self, FileEntry, FileName, Manifest};
use super::read::Backup;
use crate::cli::{BadInput, Unavailable};

/// Held by who writes; shared by who reads.
pub(super) const LOCK: &str = ".lock";
/// How a file's name ends until it is whole.
const PARTIAL: &str = ".partial";
/// What is being written to a partial file.
const KINDS: [&str; 5] = [
    "events",
    "commands",
    "documents",
    "standing",
    manifest::NAME,
];
/// The root of a disk of its own has it.
const LOST_AND_FOUND: &str = "lost+found";
/// Where the documents are.
const DOCUMENTS: &str = "documents";

/// A backup's directory, locked for one run.
#[derive(Debug)]
pub(super) struct Target {
    directory: PathBuf,
    /// What earlier runs wrote; `None` before the first has finished.
    pub(super) before: Option<Backup>,
    /// Files of this run that no manifest names yet.
    unnamed: Vec<PathBuf>,
    _lock: File,
}

/// Somebody else writes or reads it now.
pub(super) fn busy(directory: &Path) -> Unavailable {
    Unavailable(format!(
        "another hoso works on the backup in {}; wait for its end",
        directory.display()
    ))
}

impl Target {
    /// Takes a directory for one run; makes it where it is missing, and clears away what a run that
    /// was stopped has left.
    ///
    /// # Errors
    /// It cannot be written, holds something else, or another run is at work; its backup is damaged.
    pub(super) fn take(directory: &Path) -> Result<Self> {
        if directory.exists() && !directory.is_dir() {
            let text = format!("{}: not a directory", directory.display());
            return Err(BadInput(text).into());
        }
        fs::create_dir_all(directory)
            .with_context(|| format!("{} cannot be made", directory.display()))?;
        refuse_foreign(directory)?;
        let path = directory.join(LOCK);
        let lock = File::options()
            .create(true)
            .truncate(false)
            .write(true)
            .open(&path)
            .with_context(|| format!("{}", path.display()))?;
        match lock.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Err(busy(directory).into()),
            Err(TryLockError::Error(error)) => {
                return Err(error).with_context(|| format!("{} cannot be locked", path.display()));
            }
        }
        let before = if directory.join(manifest::NAME).exists() {
            let backup = Backup::open_locked(directory)?;
            backup.glance()?;
            Some(backup)
        } else {
            None
        };
        let target = Self {
            directory: directory.to_owned(),
            before,
            unnamed: Vec::new(),
            _lock: lock,
        };
        target.clear(target.before.as_ref().map(|backup| &backup.manifest))?;
        Ok(target)
    }

    /// Where the documents' bytes go.
    pub(super) fn store(&self) -> DocumentStore {
        DocumentStore::new(self.directory.join(DOCUMENTS))
    }

    /// Begins a file whose name is given when it is whole.
    ///
    /// # Errors
    /// It cannot be made.
    pub(super) fn begin(&mut self, kind: &str) -> Result<Lines> {
        let path = self.directory.join(format!("{kind}{PARTIAL}"));
        // Not through a link that somebody laid there.
        let file = File::options().write(true).create_new(true).open(&path);
        let file = file.with_context(|| format!("{}", path.display()))?;
        self.unnamed.push(path.clone());
        Ok(Lines {
            path,
            out: BufWriter::new(file),
            hasher: Sha256::new(),
            size: 0,
            entries: 0,
        })
    }

    /// Flushes a file to the disk and names it.
    ///
    /// # Errors
    /// The disk's.
    pub(super) fn end(
        &mut self,
        lines: Lines,
        name: impl FnOnce(Digest) -> FileName,
    ) -> Result<FileEntry> {
        let shown = lines.path.display().to_string();
        let (sha256, size, entries) = (
            Digest(lines.hasher.finalize().into()),
            lines.size,
            lines.entries,
        );
        let name = name(sha256);
        let path = self.directory.join(name.to_string());
        let written = || -> io::Result<()> {
            let file = lines
                .out
                .into_inner()
                .map_err(io::IntoInnerError::into_error)?;
            file.sync_all()?;
            fs::rename(&lines.path, &path)
        };
        written().context(shown)?;
        self.unnamed.push(path);
        Ok(FileEntry {
            name,
            entries,
            size,
            sha256,
        })
    }

    /// Makes everything written so far the backup: from one moment to the next the new manifest is
    /// in force. Answers its digest.
    ///
    /// # Errors
    /// The disk's; the backup is then the one before.
    pub(super) fn commit(mut self, manifest: &Manifest) -> Result<Digest> {
        let (text, digest) = manifest.seal()?;
        let path = self.directory.join(manifest::NAME);
        let shown = path.display().to_string();
        let partial = self.directory.join(format!("{}{PARTIAL}", manifest::NAME));
        self.unnamed.push(partial.clone());
        let written = || -> io::Result<()> {
            // The names of what the manifest names are on the disk before it.
            File::open(&self.directory)?.sync_all()?;
            let mut file = File::options()
                .write(true)
                .create_new(true)
                .open(&partial)?;
            file.write_all(text.as_bytes())?;
            file.sync_all()?;
            fs::rename(&partial, &path)
        };
        written().with_context(|| shown.clone())?;
        self.unnamed.clear();
        let directory = File::open(&self.directory);
        directory
            .and_then(|directory| directory.sync_all())
            .context(shown)?;
        // What the manifest before named and this one does not is of no use any more.
        self.clear(Some(manifest)).ok();
        Ok(digest)
    }

    /// Deletes files of a backup that the manifest does not name.
    fn clear(&self, manifest: Option<&Manifest>) -> Result<()> {
        let named = |name| manifest.is_some_and(|m| m.files.iter().any(|file| file.name == name));
        for name in names(&self.directory)? {
            let unnamed = FileName::parse(&name).is_some_and(|name| !named(name));
            if is_partial(&name) || unnamed {
                let path = self.directory.join(name);
                fs::remove_file(&path).with_context(|| format!("{}", path.display()))?;
            }
        }
        Ok(())
    }
}

impl Drop for Target {
    /// A run that fails takes its files with it: on a full disk they would be in the way.
    fn drop(&mut self) {
        for path in &self.unnamed {
            fs::remove_file(path).ok();
        }
    }
}

/// Lines being written to a file.
#[derive(Debug)]
pub(super) struct Lines {
    path: PathBuf,
    out: BufWriter<File>,
    hasher: Sha256,
    size: u64,
    /// Lines so far.
    pub(super) entries: u64,
}

impl Lines {
    /// Writes one line.
    ///
    /// # Errors
    /// The disk's.
    pub(super) fn line(&mut self, text: &[u8]) -> Result<()> {
        for bytes in [text, b"\n"] {
            let written = self.out.write_all(bytes);
            written.with_context(|| format!("{}", self.path.display()))?;
            self.hasher.update(bytes);
            self.size += bytes.len() as u64;
        }
        self.entries += 1;
        Ok(())
    }

    /// Writes one value as a line of JSON.
    ///
    /// # Errors
    /// The disk's.
    pub(super) fn json(&mut self, value: &impl serde::Serialize) -> Result<()> {
        self.line(&serde_json::to_vec(value)?)
    }
}

fn is_partial(name: &str) -> bool {
    name.strip_suffix(PARTIAL)
        .is_some_and(|kind| KINDS.contains(&kind))
}

fn names(directory: &Path) -> Result<Vec<String>> {
    let read = || -> io::Result<Vec<String>> {
        fs::read_dir(directory)?
            .map(|entry| Ok(entry?.file_name().to_string_lossy().into_owned()))
            .collect()
    };
    read().with_context(|| format!("{}", directory.display()))
}

/// A directory with anything else in it is somebody's, and no place for a backup.
fn refuse_foreign(directory: &Path) -> Result<()> {
    let foreign = names(directory)?.into_iter().find(|name| {
        let own = [LOCK, DOCUMENTS, manifest::NAME, LOST_AND_FOUND].contains(&name.as_str());
        !own && !is_partial(name) && FileName::parse(name).is_none()
    });
    match foreign {
        None => Ok(()),
        Some(name) => Err(BadInput(format!(
            "{} holds `{}`, which is no part of a backup; name an empty directory",
            directory.display(),
            name.escape_debug()
        ))
        .into()),
    }
}
