//! The manifest: what a backup holds, and the digest of every file of it. It is what makes a
//! directory a backup, and it is replaced whole.
//!
//! It carries its own digest, so that a slip of an editor is found. Who forges it on purpose can
//! write the digest anew: that is found by comparing with a mark kept elsewhere, not here.

use std::collections::BTreeSet;
use std::fmt;

use anyhow::{Context as _, Result};
use chrono::{DateTime, Utc};
use hoso_ledger::Position;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use super::damage::Damage;
use super::line::Digest;

/// The format this version writes and reads.
pub(crate) const FORMAT: u32 = 1;
/// The manifest's file.
pub(crate) const NAME: &str = "manifest.json";

/// What a backup holds.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct Manifest {
    /// Version of the format; see [`FORMAT`].
    pub(crate) format_version: u32,
    /// The program that wrote it, such as `hoso 0.1.0`.
    pub(crate) program: String,
    /// When it was made.
    pub(crate) made_at: DateTime<Utc>,
    /// The last event; `None` of an empty ledger.
    pub(crate) head: Option<Head>,
    /// How much there is of everything.
    pub(crate) counts: Counts,
    /// Every file but this one and the documents' own, in the order they are read.
    pub(crate) files: Vec<FileEntry>,
}

/// The last event of a log.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct Head {
    /// Its place.
    pub(crate) position: Position,
    /// SHA-256 of its line.
    pub(crate) sha256: Digest,
    /// When it was recorded.
    pub(crate) recorded_at: DateTime<Utc>,
}

/// How much there is of everything.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct Counts {
    /// Events.
    pub(crate) events: u64,
    /// Accepted commands.
    pub(crate) commands: u64,
    /// Consumers with a cursor.
    pub(crate) cursors: u64,
    /// Parked events, resolved ones included.
    pub(crate) parked: u64,
    /// Documents.
    pub(crate) documents: u64,
}

/// One file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct FileEntry {
    /// Its name, which says what it holds.
    pub(crate) name: FileName,
    /// Lines in it.
    pub(crate) entries: u64,
    /// Bytes in it.
    pub(crate) size: u64,
    /// Digest of the bytes.
    pub(crate) sha256: Digest,
}

/// The names files of a backup can have; nothing else is ever opened, written or deleted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub(crate) enum FileName {
    /// Events from one position to another.
    Events {
        /// The first.
        first: Position,
        /// The last.
        last: Position,
    },
    /// Commands that became final with the events of one run.
    Commands {
        /// The head of the run before.
        from: Position,
        /// The head of the run.
        until: Position,
        /// From 1; a run with many commands has several.
        part: u64,
    },
    /// The documents that one run added.
    Documents {
        /// From 1.
        number: u64,
    },
    /// What was not final; named by its own digest, because every run makes another.
    Standing(Digest),
}

impl fmt::Display for FileName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Events { first, last } => write!(f, "events-{first:012}-{last:012}.jsonl"),
            Self::Commands { from, until, part } => {
                write!(f, "commands-{from:012}-{until:012}-{part:04}.jsonl")
            }
            Self::Documents { number } => write!(f, "documents-{number:06}.jsonl"),
            Self::Standing(digest) => write!(f, "standing-{digest}.jsonl"),
        }
    }
}

impl From<FileName> for String {
    fn from(name: FileName) -> Self {
        name.to_string()
    }
}

impl FileName {
    /// The name a text is, written exactly so.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let (kind, rest) = text.strip_suffix(".jsonl")?.split_once('-')?;
        let mut parts = rest.split('-');
        let mut number = || parts.next()?.parse::<u64>().ok();
        let name = match kind {
            "events" => Self::Events {
                first: number()?,
                last: number()?,
            },
            "commands" => Self::Commands {
                from: number()?,
                until: number()?,
                part: number()?,
            },
            "documents" => Self::Documents { number: number()? },
            "standing" => Self::Standing(Digest::try_from(rest.to_owned()).ok()?),
            _ => return None,
        };
        (name.to_string() == text).then_some(name)
    }
}

impl TryFrom<String> for FileName {
    type Error = String;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        Self::parse(&text)
            .ok_or_else(|| format!("`{}` is no file of a backup", text.escape_debug()))
    }
}

/// The file as it is written: the manifest's exact text and its digest.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Sealed<'t> {
    #[serde(borrow)]
    manifest: &'t RawValue,
    sha256: Digest,
}

impl Manifest {
    /// The bytes of its file, and the digest it carries.
    ///
    /// # Errors
    /// It cannot be written as JSON.
    pub(crate) fn seal(&self) -> Result<(String, Digest)> {
        let text = serde_json::to_string_pretty(self).context("the manifest")?;
        let digest = Digest::of(text.as_bytes());
        let sealed = format!("{{\n\"manifest\": {text},\n\"sha256\": \"{digest}\"\n}}\n");
        Ok((sealed, digest))
    }

    /// The manifest of a file's bytes, and the digest it carries, both checked.
    ///
    /// # Errors
    /// It is malformed, edited, of a later format, or does not fit together.
    pub(crate) fn open(bytes: &[u8]) -> Result<(Self, Digest), Damage> {
        let damaged = |what: String| Damage::of(NAME, what);
        let sealed: Sealed<'_> = serde_json::from_slice(bytes)
            .map_err(|error| damaged(format!("is no manifest: {error}")))?;
        let text = sealed.manifest.get();
        if Digest::of(text.as_bytes()) != sealed.sha256 {
            return Err(damaged(
                "was changed: it does not have its own digest".to_owned(),
            ));
        }
        refuse_other_format(text)?;
        let manifest: Self = serde_json::from_str(text)
            .map_err(|error| damaged(format!("is no manifest: {error}")))?;
        manifest.check()?;
        Ok((manifest, sealed.sha256))
    }

    /// The last position; 0 of an empty ledger.
    pub(crate) fn position(&self) -> Position {
        self.head.map_or(0, |head| head.position)
    }

    /// Bytes of all files.
    pub(crate) fn bytes(&self) -> u64 {
        let sizes = self.files.iter().map(|file| file.size);
        sizes.fold(0, u64::saturating_add)
    }

    /// That the files make up one log without a gap, from its first event to the head.
    fn check(&self) -> Result<(), Damage> {
        let damaged = |what: String| Err(Damage::of(NAME, what));
        let mut seen = Seen::default();
        for file in &self.files {
            if let Err(what) = seen.next(file) {
                return damaged(what);
            }
        }
        let head = self.position();
        if self.head.is_some() && head == 0 {
            return damaged("has a head at position 0".to_owned());
        }
        if seen.events != head || seen.commands_until != head {
            return damaged(format!(
                "lists events up to {} and commands up to {}, its head is {head}: a file is not listed",
                seen.events, seen.commands_until
            ));
        }
        if seen.standing != 1 {
            return damaged(format!(
                "lists {} files of what was not final",
                seen.standing
            ));
        }
        let counts = self.counts;
        let standing = counts.cursors.checked_add(counts.parked);
        let lines = standing.and_then(|lines| lines.checked_add(counts.commands));
        if counts.events != head
            || counts.documents != seen.documents
            || lines.is_none()
            || lines != seen.standing_lines.checked_add(seen.commands)
        {
            return damaged("has counts that are not those of its files".to_owned());
        }
        Ok(())
    }
}

fn refuse_other_format(text: &str) -> Result<(), Damage> {
    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Format {
        format_version: u32,
    }
    match serde_json::from_str::<Format>(text) {
        Ok(format) if format.format_version == FORMAT => Ok(()),
        Ok(format) => Err(Damage::of(
            NAME,
            format!(
                "is of format {}, this version of Hoso reads format {FORMAT}",
                format.format_version
            ),
        )),
        Err(error) => Err(Damage::of(NAME, format!("is no manifest: {error}"))),
    }
}

/// How far the files listed so far reach.
#[derive(Default)]
struct Seen {
    names: BTreeSet<FileName>,
    events: Position,
    commands_from: Position,
    commands_until: Position,
    part: u64,
    commands: u64,
    lists: u64,
    documents: u64,
    standing: u64,
    standing_lines: u64,
}

impl Seen {
    fn next(&mut self, file: &FileEntry) -> Result<(), String> {
        let name = file.name;
        if !self.names.insert(name) {
            return Err(format!("lists {name} twice"));
        }
        let follows = match name {
            FileName::Events { first, last } => {
                let follows = self.events.checked_add(1) == Some(first) && last >= first;
                self.events = last;
                follows && file.entries == last - first + 1
            }
            FileName::Commands { from, until, part } => {
                let next_part = from == self.commands_from
                    && until == self.commands_until
                    && part == self.part.saturating_add(1);
                let next_run = from == self.commands_until && until > from && part == 1;
                (self.commands_from, self.commands_until, self.part) = (from, until, part);
                self.commands = self.commands.saturating_add(file.entries);
                next_part || next_run
            }
            FileName::Documents { number } => {
                self.lists += 1;
                self.documents = self.documents.saturating_add(file.entries);
                number == self.lists
            }
            FileName::Standing(digest) => {
                self.standing += 1;
                self.standing_lines = self.standing_lines.saturating_add(file.entries);
                digest == file.sha256
            }
        };
        if follows {
            Ok(())
        } else {
            Err(format!(
                "lists {name}, which does not follow what is listed before it"
            ))
        }
    }
}

#[cfg(test)]
mod tests;
