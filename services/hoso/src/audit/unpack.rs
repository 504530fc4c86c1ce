//! Reads a bundle that anybody may have made: nothing is believed, and nothing is held in memory
//! that grows with the log.

use std::collections::BTreeSet;
use std::fs::File;
use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};

use anyhow::Result;
use zip::read::ZipFile;
use zip::{CompressionMethod, ZipArchive};

use super::schemas::is_schema;
use super::{bundle, container};
use crate::backup::line::Digest;
use crate::cli::BadInput;

/// Bytes of a line of events: an event's data as a JSON string, and its header.
const LINE_BYTES_MAX: u64 = 8 << 20;
/// Bytes of a file that is read whole: the longest is a proof.
const WHOLE_BYTES_MAX: u64 = 512 << 10;
const _: () = assert!(hoso_proof::PROOF_BYTES_MAX as u64 <= WHOLE_BYTES_MAX);
/// Bytes of the hashes of groups: of a log of half a milliard events.
const GROUPS_BYTES_MAX: u64 = 64 << 20;
/// Files of a bundle.
const FILES_MAX: usize = 1 << 20;

/// An opened bundle.
pub(super) struct Unpacker {
    path: PathBuf,
    zip: ZipArchive<BufReader<File>>,
    documents: BTreeSet<Digest>,
    checkpoints: BTreeSet<u64>,
    proofs: BTreeSet<u64>,
    schemas: BTreeSet<String>,
    keys: bool,
}

/// A file of the bundle that is being read.
pub(super) struct Entry<'z> {
    name: String,
    path: &'z Path,
    read: BufReader<ZipFile<'z, BufReader<File>>>,
}

impl Unpacker {
    /// Opens a bundle; only files that bundles have may be in it, each once, none compressed.
    ///
    /// # Errors
    /// It cannot be read, or is none.
    pub(super) fn open(path: &Path) -> Result<Self> {
        let refuse = |what: String| BadInput(format!("{}: {what}", path.display()));
        let file = File::open(path).map_err(|error| refuse(error.to_string()))?;
        let zip = ZipArchive::new(BufReader::new(file));
        let mut zip = zip.map_err(|error| refuse(format!("not a bundle: {error}")))?;
        if zip.len() > FILES_MAX {
            return Err(refuse("it has too many files".to_owned()).into());
        }
        let mut names = BTreeSet::new();
        for index in 0..zip.len() {
            let entry = zip.by_index_raw(index);
            let entry = entry.map_err(|error| refuse(error.to_string()))?;
            let name = entry.name().map_err(|error| refuse(error.to_string()))?;
            let name = name.into_owned();
            if !is_known(&name) || !names.insert(name.clone()) {
                return Err(refuse(format!("not a bundle: it has {name:?}")).into());
            }
            let stored = entry.compression() == CompressionMethod::Stored;
            if !stored || entry.size() != entry.compressed_size() {
                return Err(refuse(format!("not a bundle: {name} is compressed")).into());
            }
        }
        container::check(path, &mut zip)
            .map_err(|error| refuse(format!("not a bundle: {error}")))?;
        Ok(Self {
            path: path.to_path_buf(),
            zip,
            documents: names.iter().filter_map(|name| document(name)).collect(),
            checkpoints: names.iter().filter_map(|name| checkpoint(name)).collect(),
            proofs: names.iter().filter_map(|name| proof(name)).collect(),
            schemas: names.iter().filter_map(|name| schema(name)).collect(),
            keys: names.contains(bundle::KEYS),
        })
    }

    /// The documents in it.
    pub(super) const fn documents(&self) -> &BTreeSet<Digest> {
        &self.documents
    }

    /// Sizes of the older checkpoints in it.
    pub(super) const fn checkpoints(&self) -> &BTreeSet<u64> {
        &self.checkpoints
    }

    /// Positions of the events that have a proof in it.
    pub(super) const fn proofs(&self) -> &BTreeSet<u64> {
        &self.proofs
    }

    /// Whether it lists the log's keys.
    pub(super) const fn keys(&self) -> bool {
        self.keys
    }

    /// Names of the schemas in it.
    pub(super) const fn schemas(&self) -> &BTreeSet<String> {
        &self.schemas
    }

    /// Begins to read a file.
    ///
    /// # Errors
    /// There is none of that name.
    pub(super) fn entry(&mut self, name: &str) -> Result<Entry<'_>> {
        let path = self.path.as_path();
        let entry = self.zip.by_name(name);
        let entry =
            entry.map_err(|error| BadInput(format!("{}: {name}: {error}", path.display())))?;
        Ok(Entry {
            name: name.to_owned(),
            path,
            read: BufReader::new(entry),
        })
    }

    /// The digest of a document's bytes.
    ///
    /// # Errors
    /// They cannot be read.
    pub(super) fn digest_of(&mut self, document: Digest) -> Result<Digest> {
        use sha2::{Digest as _, Sha256};
        let mut entry = self
            .zip
            .by_name(&format!("{}{document}", bundle::DOCUMENTS))?;
        let mut hash = Sha256::new();
        let mut buffer = vec![0; 64 << 10];
        loop {
            let read = entry.read(&mut buffer)?;
            if read == 0 {
                break;
            }
            hash.update(buffer.get(..read).unwrap_or_default());
        }
        Ok(Digest(hash.finalize().into()))
    }

    /// A small file.
    ///
    /// # Errors
    /// There is none, or it is no text or too long.
    pub(super) fn text(&mut self, name: &str) -> Result<String> {
        let bytes = self.entry(name)?.whole(WHOLE_BYTES_MAX)?;
        let path = self.path.display();
        Ok(String::from_utf8(bytes).map_err(|e| BadInput(format!("{path}: {name}: {e}")))?)
    }

    /// The hashes of groups.
    ///
    /// # Errors
    /// There are none, or too many.
    pub(super) fn groups(&mut self) -> Result<Vec<u8>> {
        self.entry(bundle::GROUP_HASHES)?.whole(GROUPS_BYTES_MAX)
    }
}

impl Entry<'_> {
    /// The next line without its end; `None` behind the last one.
    ///
    /// # Errors
    /// It is too long, or the file is damaged.
    pub(super) fn line(&mut self, line: &mut Vec<u8>) -> std::io::Result<bool> {
        line.clear();
        (&mut self.read)
            .take(LINE_BYTES_MAX)
            .read_until(b'\n', line)?;
        match line.pop() {
            None => Ok(false),
            Some(b'\n') => Ok(true),
            Some(_) => Err(std::io::Error::other(
                "a line has no end, or is longer than any event",
            )),
        }
    }

    /// The next hash; `None` behind the last one.
    ///
    /// # Errors
    /// The file is damaged.
    pub(super) fn hash(&mut self) -> std::io::Result<Option<[u8; 32]>> {
        if self.read.fill_buf()?.is_empty() {
            return Ok(None);
        }
        let mut hash = [0; 32];
        self.read.read_exact(&mut hash)?;
        Ok(Some(hash))
    }

    fn whole(self, most: u64) -> Result<Vec<u8>> {
        let shown = format!("{}: {}", self.path.display(), self.name);
        let mut bytes = Vec::new();
        let read = self.read.take(most + 1).read_to_end(&mut bytes);
        let read = read.map_err(|error| BadInput(format!("{shown}: {error}")))?;
        if read as u64 > most {
            return Err(BadInput(format!("{shown}: is larger than {most} bytes")).into());
        }
        Ok(bytes)
    }
}

/// The document that a file is, if it is one.
fn document(name: &str) -> Option<Digest> {
    let digest = name.strip_prefix(bundle::DOCUMENTS)?;
    Digest::try_from(digest.to_owned()).ok()
}

/// The size of the older checkpoint that a file is, if it is one.
fn checkpoint(name: &str) -> Option<u64> {
    let size = name.strip_prefix(bundle::CHECKPOINTS)?.parse().ok()?;
    (bundle::checkpoint_file(size) == name).then_some(size)
}

/// The position of the event that a file proves, if it does.
fn proof(name: &str) -> Option<u64> {
    let position = name.strip_prefix(bundle::PROOFS)?;
    let position = position.strip_suffix(bundle::PROOF)?.parse().ok()?;
    (bundle::proof_file(position) == name).then_some(position)
}

/// The schema that a file is, if it is one.
fn schema(name: &str) -> Option<String> {
    let name = name.strip_prefix(bundle::SCHEMAS)?;
    is_schema(name).then(|| name.to_owned())
}

fn is_known(name: &str) -> bool {
    let files = [
        bundle::ABOUT,
        bundle::KEY,
        bundle::KEYS,
        bundle::CHECKPOINT,
        bundle::EVENTS,
        bundle::LEAF_HASHES,
        bundle::GROUP_HASHES,
    ];
    files.contains(&name)
        || document(name).is_some()
        || checkpoint(name).is_some()
        || proof(name).is_some()
        || schema(name).is_some()
}
