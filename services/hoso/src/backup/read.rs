//! Reading a backup: file by file, a page at a time, everything checked on the way. Whoever reads
//! one to its end has verified it; nothing read before the end may be relied on.

use std::collections::BTreeSet;
use std::fs::{File, TryLockError};
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};
use hoso_ledger::{CommandRecord, Parked, Position};
use hoso_runtime::DocumentStore;
use serde::de::DeserializeOwned;

use super::checked::{Commands, Events};
use super::damage::Damage;
use super::line::{Digest, DocumentLine, StandingLine};
use super::lines::{Lines, unread};
use super::manifest::{self, FileEntry, FileName, Manifest};
use crate::cli::BadInput;
use crate::input;

/// Largest manifest: some hundred thousand files.
pub(super) const MANIFEST_BYTES_MAX: usize = 64 << 20;

/// A backup to read.
#[derive(Debug)]
pub(crate) struct Backup {
    directory: PathBuf,
    /// What it holds.
    pub(crate) manifest: Manifest,
    /// The manifest's digest: what to note elsewhere.
    pub(crate) sha256: Digest,
    /// Held so that no run replaces files while they are read; `None` where nobody ever locked it.
    _lock: Option<File>,
}

impl Backup {
    /// Opens the backup in a directory: its manifest is read and checked.
    ///
    /// # Errors
    /// There is none, its manifest is damaged, or somebody is writing to it.
    pub(crate) fn open(directory: &Path) -> Result<Self> {
        let path = directory.join(manifest::NAME);
        if !path.is_file() {
            let text = format!("there is no finished backup in {}", directory.display());
            return Err(BadInput(text).into());
        }
        let lock = share(directory)?;
        Ok(Self {
            _lock: lock,
            ..Self::open_locked(directory)?
        })
    }

    /// Opens it for who holds its lock.
    ///
    /// # Errors
    /// Its manifest is damaged.
    pub(super) fn open_locked(directory: &Path) -> Result<Self> {
        let path = directory.join(manifest::NAME);
        let bytes = input::read(&path, MANIFEST_BYTES_MAX)?;
        let (manifest, sha256) = Manifest::open(&bytes)?;
        Ok(Self {
            directory: directory.to_owned(),
            manifest,
            sha256,
            _lock: None,
        })
    }

    /// The events, page by page.
    pub(crate) fn events(&self) -> Events<'_> {
        Events::of(self)
    }

    /// The commands that are final, page by page.
    pub(crate) fn commands(&self) -> Commands<'_> {
        Commands::of(self)
    }

    /// What was not final.
    ///
    /// # Errors
    /// It is damaged.
    pub(crate) fn standing(&self) -> Result<Standing, Damage> {
        let mut standing = Standing::default();
        let head = self.manifest.position();
        for file in self.files(|name| matches!(name, FileName::Standing(_))) {
            for line in self.lines::<StandingLine>(file)? {
                match line? {
                    StandingLine::Cursor(cursor) => {
                        within(file, "a consumer", cursor.position, head)?;
                        standing.cursors.push((cursor.consumer, cursor.position));
                    }
                    StandingLine::Parked(parked) => {
                        let parked = Parked::from(parked);
                        within(file, "a parked event", parked.position, head)?;
                        standing.parked.push(parked);
                    }
                    StandingLine::Command(command) => {
                        let command = CommandRecord::from(command);
                        if command.count != 0 || command.first_position != head {
                            return Err(Damage::of(file.name, "holds a command that is final"));
                        }
                        standing.commands.push(command);
                    }
                }
            }
        }
        let counts = self.manifest.counts;
        if standing.cursors.len() as u64 != counts.cursors
            || standing.parked.len() as u64 != counts.parked
        {
            return Err(Damage::of(
                manifest::NAME,
                "has counts that are not those of its files",
            ));
        }
        Ok(standing)
    }

    /// The documents there are; the bytes come from [`Backup::store`].
    ///
    /// # Errors
    /// A list is damaged.
    pub(crate) fn documents(&self) -> Result<BTreeSet<Digest>, Damage> {
        let mut documents = BTreeSet::new();
        for file in self.files(|name| matches!(name, FileName::Documents { .. })) {
            for line in self.lines::<DocumentLine>(file)? {
                let sha256 = line?.sha256;
                if !documents.insert(sha256) {
                    return Err(Damage::of(
                        file.name,
                        format!("lists document {sha256} again"),
                    ));
                }
            }
        }
        Ok(documents)
    }

    /// Where the documents' bytes are.
    pub(crate) fn store(&self) -> DocumentStore {
        DocumentStore::new(self.directory.join("documents"))
    }

    /// The bytes of one document.
    ///
    /// # Errors
    /// They are not there, or not those of the digest.
    pub(crate) async fn document(&self, sha256: Digest) -> Result<Vec<u8>, Damage> {
        let damaged = |what: String| Damage::of(format_args!("document {sha256}"), what);
        let bytes = self.store().get(&sha256.to_string()).await;
        let bytes = bytes.map_err(|error| damaged(format!("cannot be read: {error}")))?;
        bytes.ok_or_else(|| damaged("is missing".to_owned()))
    }

    /// Looks at every file without reading it: there, and as long as it was.
    ///
    /// # Errors
    /// One is missing, or has another size.
    pub(crate) fn glance(&self) -> Result<(), Damage> {
        for file in &self.manifest.files {
            self.path_of(file)?;
        }
        Ok(())
    }

    /// Some of the files, in order.
    pub(super) fn files(&self, wanted: impl Fn(FileName) -> bool + Send + 'static) -> Files<'_> {
        Box::new(
            self.manifest
                .files
                .iter()
                .filter(move |file| wanted(file.name)),
        )
    }

    /// A file's path, if it is there and as long as it was.
    fn path_of(&self, file: &FileEntry) -> Result<PathBuf, Damage> {
        let path = self.directory.join(file.name.to_string());
        let found = std::fs::symlink_metadata(&path);
        let found = found.map_err(|error| Damage::of(file.name, unread(&error)))?;
        if !found.is_file() {
            return Err(Damage::of(file.name, "is no regular file"));
        }
        if found.len() != file.size {
            let what = format!("has {} bytes, {} were written", found.len(), file.size);
            return Err(Damage::of(file.name, what));
        }
        Ok(path)
    }

    /// The lines of one file.
    pub(super) fn lines<T: DeserializeOwned>(&self, file: &FileEntry) -> Result<Lines<T>, Damage> {
        Lines::open(&self.path_of(file)?, file)
    }
}

/// Files of a backup.
pub(super) type Files<'b> = Box<dyn Iterator<Item = &'b FileEntry> + Send + 'b>;

/// What was not final when the backup was made.
#[derive(Debug, Default)]
pub(crate) struct Standing {
    /// Where consumers stood.
    pub(crate) cursors: Vec<(String, Position)>,
    /// What they could not digest.
    pub(crate) parked: Vec<Parked>,
    /// Commands without events at the head.
    pub(crate) commands: Vec<CommandRecord>,
}

fn share(directory: &Path) -> Result<Option<File>> {
    let path = directory.join(super::target::LOCK);
    let Ok(file) = File::open(&path) else {
        return Ok(None);
    };
    match file.try_lock_shared() {
        Ok(()) => Ok(Some(file)),
        Err(TryLockError::WouldBlock) => Err(super::target::busy(directory).into()),
        Err(TryLockError::Error(error)) => {
            Err(error).with_context(|| format!("{} cannot be locked", path.display()))
        }
    }
}

fn within(file: &FileEntry, what: &str, position: Position, head: Position) -> Result<(), Damage> {
    if position <= head {
        return Ok(());
    }
    let text = format!("has {what} at position {position}, behind the head {head}");
    Err(Damage::of(file.name, text))
}
