//! The lines of one file of a backup: parsed one by one, and at the end of the file held against what
//! the manifest says of it.

use std::fs::File;
use std::io::{BufRead as _, BufReader, Read as _};
use std::marker::PhantomData;
use std::path::Path;

use serde::de::DeserializeOwned;
use sha2::{Digest as _, Sha256};

use super::damage::Damage;
use super::line::Digest;
use super::manifest::FileEntry;

/// Longest line: an event of 1 MiB of which every character is escaped, and its header.
const LINE_BYTES_MAX: u64 = 8 << 20;

/// Why a file is not read, in words that follow its name.
pub(super) fn unread(error: &std::io::Error) -> String {
    if error.kind() == std::io::ErrorKind::NotFound {
        "is missing".to_owned()
    } else {
        format!("cannot be read: {error}")
    }
}

/// The lines of one file; the last item is an error if the file is not what was written.
pub(super) struct Lines<T> {
    file: FileEntry,
    reader: BufReader<File>,
    hasher: Sha256,
    line: Vec<u8>,
    entries: u64,
    ended: bool,
    kind: PhantomData<T>,
}

impl<T: DeserializeOwned> Lines<T> {
    /// Opens a file at its path.
    ///
    /// # Errors
    /// It cannot be read.
    pub(super) fn open(path: &Path, file: &FileEntry) -> Result<Self, Damage> {
        let open = File::open(path).map_err(|error| Damage::of(file.name, unread(&error)))?;
        Ok(Self {
            file: file.clone(),
            reader: BufReader::new(open),
            hasher: Sha256::new(),
            line: Vec::new(),
            entries: 0,
            ended: false,
            kind: PhantomData,
        })
    }

    /// The file they are of.
    pub(super) fn file(&self) -> &FileEntry {
        &self.file
    }

    fn next_line(&mut self) -> Result<Option<T>, Damage> {
        let damaged = |what: String| Damage::of(self.file.name, what);
        self.line.clear();
        let read = self
            .reader
            .by_ref()
            .take(LINE_BYTES_MAX)
            .read_until(b'\n', &mut self.line)
            .map_err(|error| damaged(unread(&error)))?;
        self.hasher.update(&self.line);
        if read == 0 {
            return self.at_the_end().map(|()| None);
        }
        self.entries += 1;
        let number = self.entries;
        let Some(text) = self.line.strip_suffix(b"\n") else {
            return Err(damaged(format!("line {number} has no end")));
        };
        match serde_json::from_slice(text) {
            Ok(value) => Ok(Some(value)),
            Err(error) => Err(damaged(format!("line {number} cannot be read: {error}"))),
        }
    }

    fn at_the_end(&mut self) -> Result<(), Damage> {
        let sha256 = Digest(std::mem::take(&mut self.hasher).finalize().into());
        if sha256 != self.file.sha256 {
            return Err(Damage::of(
                self.file.name,
                "was changed: it does not have the digest it was written with",
            ));
        }
        if self.entries != self.file.entries {
            let what = format!(
                "has {} lines, {} are listed",
                self.entries, self.file.entries
            );
            return Err(Damage::of(self.file.name, what));
        }
        Ok(())
    }
}

impl<T: DeserializeOwned> Iterator for Lines<T> {
    type Item = Result<T, Damage>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.ended {
            return None;
        }
        let next = self.next_line().transpose();
        self.ended = !matches!(next, Some(Ok(_)));
        next
    }
}
