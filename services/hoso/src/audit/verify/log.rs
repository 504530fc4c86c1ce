//! The events of a bundle, one at a time, hashed up to the root; where the root is another one, the
//! hashes in the bundle tell where, as far as they themselves lead to the signed root.

use std::path::Path;

use anyhow::Result;
use hoso_audit::leaf_of;
use hoso_ledger::RecordedEvent;
use hoso_proof::{Frontier, Hash, Salt, TreeHead, frontier};
use sha2::{Digest as _, Sha256};

use super::Seen;
use crate::audit::acts::Acts;
use crate::audit::bundle::{self, GROUP, SealedLine};
use crate::audit::findings::Findings;
use crate::audit::rotations::Rotations;
use crate::audit::round::Named;
use crate::audit::unpack::{Entry, Unpacker};
use crate::folds::{Folded, Folder};
use crate::replay::Again;

/// Events folded at a time.
const PAGE: usize = 1_000;

/// What was read.
pub(in crate::audit) struct Log {
    /// Size and root of the events that are there.
    pub(in crate::audit) head: TreeHead,
    /// Every stream.
    pub(in crate::audit) folded: Folded,
    /// The documents that events name.
    pub(in crate::audit) named: Named,
    /// The log's keys, as events tell them.
    pub(in crate::audit) rotations: Rotations,
    /// The round's acts.
    pub(in crate::audit) acts: Acts,
    /// Every recorded verdict and ranking.
    pub(in crate::audit) again: Again,
}

/// What hashing has come to.
struct Hashing {
    signed: TreeHead,
    groups: Vec<u8>,
    actual: Frontier,
    group: Frontier,
    claimed: Frontier,
    /// Levels 1 and above as the bundle has them, and the leaves behind the last group.
    claimed_groups: Frontier,
    first_leaf: Option<u64>,
    first_group: Option<u64>,
    seen: Vec<Seen>,
}

impl Log {
    /// Reads the whole log.
    ///
    /// # Errors
    /// The file is no bundle.
    pub(in crate::audit) fn read(
        file: &Path,
        signed: TreeHead,
        seen: Vec<Seen>,
        mut acts: Acts,
        findings: &mut Findings,
    ) -> Result<Self> {
        // Two files are read side by side.
        let (mut one, mut other) = (Unpacker::open(file)?, Unpacker::open(file)?);
        let groups = one.groups()?;
        let mut hashing = Hashing::new(signed, groups, seen);
        let mut events = one.entry(bundle::EVENTS)?;
        let mut hashes = other.entry(bundle::LEAF_HASHES)?;
        let (mut folder, mut named) = (Folder::default(), Named::default());
        let (mut again, mut rotations) = (Again::default(), Rotations::default());
        let mut page = Vec::with_capacity(PAGE);
        let mut line = Vec::new();
        let mut misplaced = false;
        loop {
            let position = hashing.actual.size() + 1;
            match events.line(&mut line) {
                Ok(true) => {}
                Ok(false) => break,
                Err(error) => {
                    findings.at(position, bundle::EVENTS, error.to_string());
                    break;
                }
            }
            let claimed = hashes.hash().ok().flatten();
            let Some((event, leaf)) = event(&line, position, &mut misplaced, findings) else {
                // It was told of; the others are still held to the root, if its hash is there.
                let Some(claimed) = claimed else {
                    break;
                };
                hashing.leaf(claimed, Some(claimed), findings);
                continue;
            };
            hashing.leaf(leaf, claimed, findings);
            named.note(&event);
            acts.note(&event);
            rotations.note(&event);
            again.note(&event);
            page.push(event);
            if page.len() == PAGE {
                folder.page(&page);
                page.clear();
            }
        }
        folder.page(&page);
        hashing.rest(&mut hashes);
        hashing.judge(findings);
        Ok(Self {
            head: hashing.actual.head(),
            folded: folder.end().0,
            named,
            rotations,
            acts,
            again,
        })
    }

    /// Judges every recorded verdict and ranking again. The events were read before, and what is
    /// wrong with them was said.
    ///
    /// # Errors
    /// The file is no bundle.
    pub(in crate::audit) fn judge_again(&mut self, file: &Path) -> Result<()> {
        let mut bundle = Unpacker::open(file)?;
        let mut events = bundle.entry(bundle::EVENTS)?;
        let mut line = Vec::new();
        for _ in 0..self.head.size {
            if self.again.is_done() || !events.line(&mut line).unwrap_or(false) {
                break;
            }
            let Ok(read) = serde_json::from_slice::<SealedLine>(&line) else {
                continue;
            };
            self.again.apply(&RecordedEvent::from(read.event));
        }
        self.again.end();
        Ok(())
    }
}

/// The event of a line, and the hash of its leaf.
fn event(
    line: &[u8],
    position: u64,
    misplaced: &mut bool,
    findings: &mut Findings,
) -> Option<(RecordedEvent, Hash)> {
    let read: SealedLine = match serde_json::from_slice(line) {
        Ok(read) => read,
        Err(error) => {
            findings.at(position, bundle::EVENTS, format!("not an event: {error}"));
            return None;
        }
    };
    // One way to write an event: no field twice, no blanks, nothing that the leaf does not cover.
    if serde_json::to_vec(&read).ok().as_deref() != Some(line) {
        findings.at(
            position,
            bundle::EVENTS,
            "written in another way than events are",
        );
    }
    let salt = Salt::from_bytes(read.salt.0);
    let event = RecordedEvent::from(read.event);
    // One event missing moves all behind it: the first tells.
    if event.position != position && !std::mem::replace(misplaced, true) {
        let what = format!("the event of position {} stands here", event.position);
        findings.at(position, bundle::EVENTS, what);
    }
    if event.sha256 != <[u8; 32]>::from(Sha256::digest(event.data.as_bytes())) {
        findings.at(position, bundle::EVENTS, "the data is not what was hashed");
    }
    let times = [event.recorded_at, event.metadata.effective_at];
    if times
        .iter()
        .any(|time| time.timestamp_subsec_nanos() % 1_000 != 0)
    {
        findings.at(
            position,
            bundle::EVENTS,
            "a time is finer than any that is sealed",
        );
    }
    match leaf_of(&event, &salt).encode() {
        Ok(leaf) => Some((event, frontier::leaf_hash(&leaf))),
        Err(error) => {
            findings.at(position, bundle::EVENTS, error.to_string());
            None
        }
    }
}

impl Hashing {
    fn new(signed: TreeHead, groups: Vec<u8>, mut seen: Vec<Seen>) -> Self {
        seen.sort_by_key(|seen| std::cmp::Reverse(seen.head.size));
        let mut claimed_groups = Frontier::default();
        for hash in groups.as_chunks::<32>().0 {
            claimed_groups.push_subtree(8, *hash);
        }
        Self {
            signed,
            groups,
            actual: Frontier::default(),
            group: Frontier::default(),
            claimed: Frontier::default(),
            claimed_groups,
            first_leaf: None,
            first_group: None,
            seen,
        }
    }

    fn leaf(&mut self, leaf: Hash, claimed: Option<Hash>, findings: &mut Findings) {
        self.actual.push(leaf);
        self.group.push(leaf);
        let position = self.actual.size();
        if claimed != Some(leaf) && self.first_leaf.is_none() {
            self.first_leaf = Some(position);
        }
        self.claim(claimed);
        if position.is_multiple_of(GROUP) {
            let number = usize::try_from(position / GROUP - 1).unwrap_or(usize::MAX);
            let claimed = self.groups.as_chunks::<32>().0.get(number);
            if claimed != Some(&self.group.head().root) && self.first_group.is_none() {
                self.first_group = Some(position + 1 - GROUP);
            }
            self.group = Frontier::default();
        }
        while let Some(seen) = self.seen.pop_if(|seen| seen.head.size <= position) {
            if seen.head.size == position && seen.head.root != self.actual.head().root {
                let what = format!(
                    "the log does not begin with the checkpoint {}: it was forked",
                    seen.name
                );
                findings.first_of_all(Some(position), &seen.file, what);
            }
        }
    }

    fn claim(&mut self, claimed: Option<Hash>) {
        let Some(hash) = claimed else {
            return;
        };
        self.claimed.push(hash);
        if self.claimed.size() > self.signed.size / GROUP * GROUP {
            self.claimed_groups.push(hash);
        }
    }

    /// The hashes of events that are missing.
    fn rest(&mut self, hashes: &mut Entry<'_>) {
        while self.claimed.size() < self.signed.size {
            let Ok(Some(hash)) = hashes.hash() else {
                return;
            };
            self.claim(Some(hash));
        }
    }

    /// Says where the log is another one than was signed for.
    fn judge(&mut self, findings: &mut Findings) {
        let (actual, signed) = (self.actual.head(), self.signed);
        for seen in self.seen.drain(..) {
            let what = format!(
                "the checkpoint {} has {} events: the log was cut",
                seen.name, seen.head.size
            );
            findings.first_of_all(Some(actual.size + 1), &seen.file, what);
        }
        if actual == signed {
            let what = "the hashes are not those of the events";
            if self.claimed.head() != signed {
                findings.of(bundle::LEAF_HASHES, what);
            } else if self.claimed_groups.head() != signed {
                findings.of(bundle::GROUP_HASHES, what);
            }
            return;
        }
        let told = self.place(findings);
        if actual.size < signed.size {
            let what = format!(
                "{} events were signed for, {} are there",
                signed.size, actual.size
            );
            findings.first_of_all(Some(actual.size + 1), bundle::EVENTS, what);
        } else if actual.size > signed.size {
            let what = format!(
                "{} events were signed for, {} are there",
                signed.size, actual.size
            );
            findings.first_of_all(Some(signed.size + 1), bundle::EVENTS, what);
        } else if !told {
            let what =
                "the events do not hash to the signed root, and no hash in the bundle tells where";
            findings.first_of_all(None, bundle::EVENTS, what.into());
        }
    }

    fn place(&self, findings: &mut Findings) -> bool {
        let signed = self.signed;
        if self.claimed.head() == signed {
            if let Some(position) = self.first_leaf {
                let what = "the event is not the one that was signed for";
                findings.first_of_all(Some(position), bundle::EVENTS, what.into());
                return true;
            }
            return false;
        }
        if self.claimed_groups.head() == signed
            && let Some(position) = self.first_group
        {
            let what = format!(
                "an event from here to position {} is not the one that was signed for",
                position + GROUP - 1
            );
            findings.first_of_all(Some(position), bundle::EVENTS, what);
            return true;
        }
        match self.first_leaf {
            Some(position) => {
                let what = "the event does not have the hash that stands beside it";
                findings.first_of_all(Some(position), bundle::LEAF_HASHES, what.into());
                true
            }
            None => false,
        }
    }
}
