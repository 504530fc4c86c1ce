//! What is in a bundle: one ZIP file without compression, so that ordinary tools open it and the
//! same log gives the same bytes whatever version of a compressor is at hand.
//!
//! `bundle.json` says which round, `log.vkey` and `checkpoint` are the log's (C2SP), `events.jsonl`
//! has an event a line with its salt, from the first to the last one that is signed for.
//! `leaf-hashes` and `group-hashes` are levels 0 and 1 of the tree (every group 256 leaves), 32 bytes
//! a hash: they tell where something was changed, and are themselves held to the signed root.
//! `documents/<SHA-256>` are those that events of the round name. `schemas/` is the contract of the
//! events' data, `log-keys` every key that the log had, `checkpoints/<size>` are older signed checkpoints, next to the round's acts, and
//! `proofs/<position>.tlog-proof` proves one act each (C2SP). A field's name and meaning are for ever; a
//! change is another format.

use std::fs::File;
use std::io::Write;

use anyhow::{Context as _, Result};
use hoso_domain::ids::{DossierId, RoundId};
use serde::{Deserialize, Serialize};
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, DateTime, ZipWriter};

use crate::backup::line::{Digest, EventLine};

/// The format's name.
pub(super) const FORMAT: &str = "hoso/bundle/v2";
/// The first format: the log, its hashes, one checkpoint, and the documents.
pub(super) const FIRST_FORMAT: &str = "hoso/bundle/v1";
/// The name of the format of one dossier: without the hashes, as every event has its own proof.
pub(super) const DOSSIER_FORMAT: &str = "hoso/dossier/v1";

/// What is in the bundle.
pub(super) const ABOUT: &str = "bundle.json";
/// The log's public key; a verifier pins its own.
pub(super) const KEY: &str = "log.vkey";
/// Every key that the log had, and from which size on it signs.
pub(super) const KEYS: &str = "log-keys";
/// The signed checkpoint.
pub(super) const CHECKPOINT: &str = "checkpoint";
/// The events.
pub(super) const EVENTS: &str = "events.jsonl";
/// Level 0 of the tree.
pub(super) const LEAF_HASHES: &str = "leaf-hashes";
/// Level 1 of the tree.
pub(super) const GROUP_HASHES: &str = "group-hashes";
/// Older signed checkpoints.
pub(super) const CHECKPOINTS: &str = "checkpoints/";
/// Proofs of single events.
pub(super) const PROOFS: &str = "proofs/";
/// What ends the name of a proof.
pub(super) const PROOF: &str = ".tlog-proof";
/// The contract of the events' data.
pub(super) const SCHEMAS: &str = "schemas/";
/// What documents are named by.
pub(super) const DOCUMENTS: &str = "documents/";

/// Leaves of a group.
pub(super) const GROUP: u64 = 256;

/// The file of an older checkpoint.
pub(super) fn checkpoint_file(size: u64) -> String {
    format!("{CHECKPOINTS}{size:013}")
}

/// The file of an event's proof.
pub(super) fn proof_file(position: u64) -> String {
    format!("{PROOFS}{position:013}{PROOF}")
}

/// What the bundle says of itself; nothing of it is believed.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct About {
    /// [`FORMAT`] or [`FIRST_FORMAT`].
    pub(super) format: String,
    /// The round whose documents are in it.
    pub(super) round: RoundId,
}

/// What a dossier's bundle says of itself; nothing of it is believed.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct AboutDossier {
    /// [`DOSSIER_FORMAT`].
    pub(super) format: String,
    /// The dossier whose path is in it.
    pub(super) dossier: DossierId,
}

/// The format of a bundle, before it is known which.
#[derive(Debug, Deserialize)]
pub(super) struct Format {
    /// Its name.
    pub(super) format: String,
}

/// An event of a dossier's bundle. The proof is hashes alone: leaf and index are the event's, the
/// checkpoint is the bundle's, so that nothing stands there twice and could differ.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ProvedLine {
    /// The salt.
    pub(super) salt: Digest,
    /// The hashes beside the leaf's path to the root, from the leaf up (RFC 6962, 2.1.1).
    pub(super) proof: Vec<Digest>,
    /// The event, as in a backup.
    pub(super) event: EventLine,
}

/// An event, and what its texts are committed to with.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct SealedLine {
    /// The salt.
    pub(super) salt: Digest,
    /// The event, as in a backup.
    pub(super) event: EventLine,
}

/// Writes a bundle, file by file.
pub(super) struct Packer<'f> {
    zip: ZipWriter<&'f mut File>,
}

impl<'f> Packer<'f> {
    /// Begins one.
    pub(super) fn new(file: &'f mut File) -> Self {
        Self {
            zip: ZipWriter::new(file),
        }
    }

    /// Begins the next file; what is written goes into it.
    ///
    /// # Errors
    /// The disk's.
    pub(super) fn begin(&mut self, name: &str) -> Result<()> {
        // The same bytes on every day and every machine, and room for a log past 4 GiB.
        let options = SimpleFileOptions::default()
            .compression_method(CompressionMethod::Stored)
            .last_modified_time(DateTime::default())
            .unix_permissions(0o644)
            .large_file(true);
        self.zip
            .start_file(name, options)
            .with_context(|| format!("the bundle's {name}"))
    }

    /// Writes into the file that was begun.
    ///
    /// # Errors
    /// The disk's.
    pub(super) fn write(&mut self, bytes: &[u8]) -> Result<()> {
        Ok(self.zip.write_all(bytes)?)
    }

    /// A whole file.
    ///
    /// # Errors
    /// The disk's.
    pub(super) fn file(&mut self, name: &str, bytes: &[u8]) -> Result<()> {
        self.begin(name)?;
        self.write(bytes)
    }

    /// Ends the bundle.
    ///
    /// # Errors
    /// The disk's.
    pub(super) fn end(self) -> Result<()> {
        self.zip.finish()?;
        Ok(())
    }
}
