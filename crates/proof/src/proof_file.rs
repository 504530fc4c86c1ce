//! Proofs as files: one event is in the log (C2SP tlog-proof), one checkpoint grew from another (the
//! body that C2SP tlog-witness sends).
//!
//! Both are text, and hold all that is needed to check them but the log's public key.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::checkpoint::{CheckpointError, LogIdentity, SignedCheckpoint};
use crate::leaf::{LEAF_BYTES_MAX, Leaf, LeafError};
use crate::note::NOTE_BYTES_MAX;
use crate::verify::{self, PROOF_HASHES_MAX, VerifyError};
use crate::{Hash, TreeHead};

/// First line of a proof that an event is in the log.
pub const INCLUSION_HEADER: &str = "c2sp.org/tlog-proof@v1";
/// Bytes of the longest proof file: a note, a leaf in base64, and hashes.
pub const PROOF_BYTES_MAX: usize = NOTE_BYTES_MAX + 128 * 1024;

/// Why a proof file proves nothing.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ProofError {
    /// The file is no proof.
    #[error("not a proof: {0}")]
    Malformed(&'static str),
    /// Its checkpoint is not believed.
    #[error(transparent)]
    Checkpoint(#[from] CheckpointError),
    /// The hashes do not lead from the leaf to the root, or from one root to the other.
    #[error(transparent)]
    Hashes(#[from] VerifyError),
    /// What is in the tree is no leaf.
    #[error(transparent)]
    Leaf(#[from] LeafError),
    /// The leaf says that it stands at another position than the tree has it at.
    #[error("the leaf of position {said} stands at position {stands}")]
    Position {
        /// Position in the leaf.
        said: u64,
        /// Position by its place in the tree.
        stands: u64,
    },
}

/// Proves that one event is in the log. The leaf is in the file's extra data.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InclusionFile {
    /// The leaf's bytes.
    pub leaf: Vec<u8>,
    /// The leaf's index in the tree, from 0.
    pub index: u64,
    /// The hashes beside its path, from the leaf up.
    pub hashes: Vec<Hash>,
    /// The signed checkpoint, as it is.
    pub checkpoint: String,
}

/// What was proved of an event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Included {
    /// The event's header, and commitments to its texts.
    pub leaf: Leaf,
    /// The checkpoint of the tree that it is in.
    pub checkpoint: SignedCheckpoint,
}

impl InclusionFile {
    /// The file's text.
    #[must_use]
    pub fn encode(&self) -> String {
        let extra = STANDARD.encode(&self.leaf);
        let mut out = format!("{INCLUSION_HEADER}\nextra {extra}\nindex {}\n", self.index);
        push_hashes(&mut out, &self.hashes);
        out.push('\n');
        out.push_str(&self.checkpoint);
        out
    }

    /// Reads a proof; nothing is checked yet.
    ///
    /// # Errors
    /// The file is no proof, has no leaf in it, or is over a limit.
    pub fn parse(bytes: &[u8]) -> Result<Self, ProofError> {
        let (head, checkpoint) = halves(bytes)?;
        let mut lines = head.split('\n');
        if lines.next() != Some(INCLUSION_HEADER) {
            let malformed = "its first line is not `c2sp.org/tlog-proof@v1`";
            return Err(ProofError::Malformed(malformed));
        }
        let extra = lines.next().and_then(|line| line.strip_prefix("extra "));
        let leaf = extra.and_then(|extra| STANDARD.decode(extra).ok());
        let leaf = leaf.filter(|leaf| leaf.len() <= LEAF_BYTES_MAX);
        let leaf = leaf.ok_or(ProofError::Malformed("it has no leaf as its extra data"))?;
        let index = lines.next().and_then(|line| number(line, "index "));
        Ok(Self {
            leaf,
            index: index.ok_or(ProofError::Malformed("it has no index"))?,
            hashes: hashes_of(lines)?,
            checkpoint: checkpoint.to_owned(),
        })
    }

    /// Checks everything: the log's signature, that the leaf is in the tree, and that it says so.
    ///
    /// # Errors
    /// What does not hold.
    pub fn verify(&self, log: &LogIdentity) -> Result<Included, ProofError> {
        let checkpoint = SignedCheckpoint::open(self.checkpoint.as_bytes(), log)?;
        let leaf = self.under(checkpoint.head())?;
        Ok(Included { leaf, checkpoint })
    }

    /// Checks that the leaf is in a tree, and says so. The file's own checkpoint is not looked at: the
    /// caller has the head of one that it believes.
    ///
    /// # Errors
    /// What does not hold.
    pub fn under(&self, head: TreeHead) -> Result<Leaf, ProofError> {
        verify::inclusion(head, self.index, &self.leaf, &self.hashes)?;
        let leaf = Leaf::decode(&self.leaf)?;
        // Within the tree, so that one more is a number.
        let stands = self.index.saturating_add(1);
        if leaf.position != stands {
            return Err(ProofError::Position {
                said: leaf.position,
                stands,
            });
        }
        Ok(leaf)
    }
}

/// Proves that a checkpoint's tree begins with an older one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConsistencyFile {
    /// Leaves of the older tree.
    pub old_size: u64,
    /// The proof (RFC 6962, 2.1.2).
    pub hashes: Vec<Hash>,
    /// The newer signed checkpoint, as it is.
    pub checkpoint: String,
}

impl ConsistencyFile {
    /// The file's text.
    #[must_use]
    pub fn encode(&self) -> String {
        let mut out = format!("old {}\n", self.old_size);
        push_hashes(&mut out, &self.hashes);
        out.push('\n');
        out.push_str(&self.checkpoint);
        out
    }

    /// Reads a proof; nothing is checked yet.
    ///
    /// # Errors
    /// The file is no proof, or over a limit.
    pub fn parse(bytes: &[u8]) -> Result<Self, ProofError> {
        let (head, checkpoint) = halves(bytes)?;
        let mut lines = head.split('\n');
        let old_size = lines.next().and_then(|line| number(line, "old "));
        Ok(Self {
            old_size: old_size
                .ok_or(ProofError::Malformed("its first line is not `old <size>`"))?,
            hashes: hashes_of(lines)?,
            checkpoint: checkpoint.to_owned(),
        })
    }

    /// Checks that the log signed the newer checkpoint, and that its tree begins with `old`: the head
    /// of a checkpoint that the caller opened before.
    ///
    /// # Errors
    /// What does not hold; `VerifyError::Forked` and `Shrunk` are what an auditor must shout about.
    pub fn verify(&self, log: &LogIdentity, old: TreeHead) -> Result<SignedCheckpoint, ProofError> {
        let checkpoint = SignedCheckpoint::open(self.checkpoint.as_bytes(), log)?;
        self.grew(old, checkpoint.head())?;
        Ok(checkpoint)
    }

    /// Checks that the tree of `new` begins with `old`. The file's own checkpoint is not looked at:
    /// the caller has the heads of two that it believes.
    ///
    /// # Errors
    /// What does not hold.
    pub fn grew(&self, old: TreeHead, new: TreeHead) -> Result<(), ProofError> {
        if self.old_size != old.size {
            return Err(ProofError::Malformed("it begins at another size"));
        }
        Ok(verify::consistency(old, new, &self.hashes)?)
    }
}

fn push_hashes(out: &mut String, hashes: &[Hash]) {
    for hash in hashes {
        out.push_str(&STANDARD.encode(hash));
        out.push('\n');
    }
}

/// What stands before the first blank line, and the checkpoint behind it.
fn halves(bytes: &[u8]) -> Result<(&str, &str), ProofError> {
    if bytes.len() > PROOF_BYTES_MAX {
        return Err(ProofError::Malformed("it is too long"));
    }
    let text = std::str::from_utf8(bytes).map_err(|_| ProofError::Malformed("not UTF-8"))?;
    text.split_once("\n\n")
        .ok_or(ProofError::Malformed("no blank line before the checkpoint"))
}

/// A decimal number behind a word, written the one way.
fn number(line: &str, word: &str) -> Option<u64> {
    let digits = line.strip_prefix(word)?;
    let number = digits.parse::<u64>().ok()?;
    (number.to_string() == digits).then_some(number)
}

fn hashes_of<'a>(lines: impl Iterator<Item = &'a str>) -> Result<Vec<Hash>, ProofError> {
    let mut hashes = Vec::new();
    for line in lines {
        if hashes.len() == PROOF_HASHES_MAX {
            return Err(ProofError::Malformed("it has too many hashes"));
        }
        // A hash is 44 characters; nothing longer is decoded.
        let bytes = Some(line)
            .filter(|line| line.len() == 44)
            .and_then(|line| STANDARD.decode(line).ok());
        let hash = bytes.and_then(|bytes| Hash::try_from(bytes).ok());
        hashes.push(hash.ok_or(ProofError::Malformed("a line is no hash"))?);
    }
    Ok(hashes)
}
