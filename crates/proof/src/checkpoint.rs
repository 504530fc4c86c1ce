//! Signed checkpoints (C2SP tlog-checkpoint): what the log says of itself, and the signer that says
//! it only once.

use crate::key::{KeyError, PublicKey, SecretKey};
use crate::note::{Note, NoteError};
use crate::tree::{LEAVES_MAX, TreeHead};
use crate::verify::{self, VerifyError};
use crate::{Hash, key};

/// Why a checkpoint is none, or is not believed, or not signed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CheckpointError {
    /// The note is none, or not signed by the log.
    #[error("checkpoint: {0}")]
    Note(#[from] NoteError),
    /// The key is none.
    #[error("checkpoint: {0}")]
    Key(#[from] KeyError),
    /// The text is no checkpoint.
    #[error("checkpoint: its text is not origin, size and root")]
    Malformed,
    /// It is another log's.
    #[error("checkpoint: of the log {found}, not of {expected}")]
    OtherLog {
        /// The origin that was expected.
        expected: String,
        /// The origin it has.
        found: String,
    },
    /// The log would be handed to the key that it has.
    #[error("the log cannot be handed over to the key that signs it already")]
    SameKey,
    /// The tree is not the one that was signed before, grown.
    #[error("checkpoint refused: {0}")]
    Inconsistent(#[from] VerifyError),
}

/// The text of a checkpoint. Extension lines are read, and never written: nobody can audit them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checkpoint {
    /// Which log.
    pub origin: String,
    /// Size and root of its tree.
    pub head: TreeHead,
    /// Lines behind the root, each with its newline; mostly empty.
    pub extension: String,
}

impl Checkpoint {
    /// Reads the text of a checkpoint, of whatever log.
    ///
    /// # Errors
    /// `Malformed`, also where the same checkpoint would be written otherwise.
    pub fn parse(text: &str) -> Result<Self, CheckpointError> {
        let read = tlog_tiles::Checkpoint::from_bytes(text.as_bytes());
        let read = read.map_err(|_| CheckpointError::Malformed)?;
        let checkpoint = Self {
            origin: read.origin().to_owned(),
            head: TreeHead {
                size: read.size(),
                root: read.hash().0,
            },
            extension: read.extension().to_owned(),
        };
        if checkpoint.text() != text {
            return Err(CheckpointError::Malformed);
        }
        Ok(checkpoint)
    }

    /// The text that is signed.
    #[must_use]
    pub fn text(&self) -> String {
        let root = tlog_tiles::Hash(self.head.root);
        let (origin, size, extension) = (&self.origin, self.head.size, &self.extension);
        format!("{origin}\n{size}\n{root}\n{extension}")
    }
}

/// Which log is believed: its key, whose name is the log's origin. Pinned by every verifier, as who
/// lets the log say who it is believes any log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogIdentity(PublicKey);

impl LogIdentity {
    /// The log of a key.
    ///
    /// # Errors
    /// The key is a witness's.
    pub fn new(key: PublicKey) -> Result<Self, CheckpointError> {
        match key.algorithm() {
            key::Algorithm::Ed25519 => Ok(Self(key)),
            key::Algorithm::CosignatureV1 => Err(NoteError::WrongKey(key.name().to_owned()).into()),
        }
    }

    /// The log of a key as it is written down.
    ///
    /// # Errors
    /// The text is no key, or a witness's.
    pub fn parse(text: &str) -> Result<Self, CheckpointError> {
        Self::new(PublicKey::parse(text)?)
    }

    /// The log's origin.
    #[must_use]
    pub fn origin(&self) -> &str {
        self.0.name()
    }

    /// The log's key.
    #[must_use]
    pub const fn key(&self) -> &PublicKey {
        &self.0
    }
}

/// A checkpoint that its log signed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignedCheckpoint {
    note: Note,
    head: TreeHead,
}

impl SignedCheckpoint {
    /// Reads a checkpoint and checks that `log` signed it.
    ///
    /// # Errors
    /// It is no checkpoint, another log's, or not signed by its key.
    pub fn open(bytes: &[u8], log: &LogIdentity) -> Result<Self, CheckpointError> {
        let note = Note::parse(bytes)?;
        note.verify(log.key())?;
        let checkpoint = Checkpoint::parse(note.text())?;
        if checkpoint.origin != log.origin() {
            return Err(CheckpointError::OtherLog {
                expected: log.origin().to_owned(),
                found: checkpoint.origin,
            });
        }
        if checkpoint.head.size > LEAVES_MAX {
            return Err(CheckpointError::Malformed);
        }
        Ok(Self {
            note,
            head: checkpoint.head,
        })
    }

    /// Size and root of the tree.
    #[must_use]
    pub const fn head(&self) -> TreeHead {
        self.head
    }

    /// The note, with everybody's signatures.
    #[must_use]
    pub const fn note(&self) -> &Note {
        &self.note
    }

    /// Adds a witness's word that it saw this at `seen_at` (seconds since 1970).
    ///
    /// # Errors
    /// The key is not a witness's.
    pub fn cosign(&mut self, witness: &SecretKey, seen_at: u64) -> Result<(), CheckpointError> {
        Ok(self.note.cosign(witness, seen_at)?)
    }

    /// Takes over a witness's cosignature from the lines it answered with; when it saw the
    /// checkpoint, seconds since 1970.
    ///
    /// # Errors
    /// There is no cosignature of the witness, or one that does not hold; nothing is taken over.
    pub fn join(&mut self, lines: &str, witness: &PublicKey) -> Result<u64, CheckpointError> {
        let wrong = || NoteError::WrongKey(witness.name().to_owned());
        if witness.algorithm() != key::Algorithm::CosignatureV1 {
            return Err(wrong().into());
        }
        let attested = self.note.join(lines, witness)?;
        Ok(attested.seen_at.ok_or_else(wrong)?)
    }

    /// When a witness saw it, seconds since 1970.
    ///
    /// # Errors
    /// The witness did not sign it, or somebody signed in its name.
    pub fn seen_at(&self, witness: &PublicKey) -> Result<u64, CheckpointError> {
        let attested = self.note.verify(witness)?;
        let wrong = || NoteError::WrongKey(witness.name().to_owned());
        Ok(attested.seen_at.ok_or_else(wrong)?)
    }
}

/// Signs one log's checkpoints, and never two that contradict each other.
///
/// What it remembers is the last checkpoint it signed. Whoever holds it makes a new checkpoint durable
/// before anybody sees it, and hands the newest one to [`LogSigner::resume`] at the next start.
#[derive(Debug)]
pub struct LogSigner {
    key: SecretKey,
    log: LogIdentity,
    last: TreeHead,
}

impl LogSigner {
    /// Begins a log that signed nothing yet. Not for a log that did: that is [`LogSigner::resume`].
    ///
    /// # Errors
    /// The key is a witness's.
    pub fn begin(key: SecretKey) -> Result<Self, CheckpointError> {
        let log = LogIdentity::new(key.public().clone())?;
        let last = TreeHead::EMPTY;
        Ok(Self { key, log, last })
    }

    /// Goes on behind the last checkpoint that was signed.
    ///
    /// # Errors
    /// The key is a witness's, or `last` is not a checkpoint that this key signed.
    pub fn resume(key: SecretKey, last: &[u8]) -> Result<Self, CheckpointError> {
        let mut signer = Self::begin(key)?;
        signer.last = SignedCheckpoint::open(last, &signer.log)?.head();
        Ok(signer)
    }

    /// The log it signs for.
    #[must_use]
    pub const fn log(&self) -> &LogIdentity {
        &self.log
    }

    /// The last tree it signed.
    #[must_use]
    pub const fn last(&self) -> TreeHead {
        self.last
    }

    /// Signs the tree of `head`, if `proof` shows that it is the last one signed, grown. The same tree
    /// may be signed again, and gives the same bytes.
    ///
    /// # Errors
    /// The tree shrank, forked, or is not shown to be consistent; nothing is signed or remembered.
    pub fn sign(
        &mut self,
        head: TreeHead,
        proof: &[Hash],
    ) -> Result<SignedCheckpoint, CheckpointError> {
        let note = self.noted(head, proof)?;
        self.last = head;
        Ok(SignedCheckpoint { note, head })
    }

    /// Signs the tree of `head` as [`LogSigner::sign`] does, and with `next`, which signs alone from
    /// here on: a note with two signatures, the first one this key's last.
    ///
    /// # Errors
    /// As of [`LogSigner::sign`]; or `next` is a witness's key, another log's, or this one. Nothing is
    /// signed or remembered, and this key goes on.
    pub fn hand_over(
        &mut self,
        next: SecretKey,
        head: TreeHead,
        proof: &[Hash],
    ) -> Result<SignedCheckpoint, CheckpointError> {
        let log = LogIdentity::new(next.public().clone())?;
        if log.origin() != self.log.origin() {
            return Err(CheckpointError::OtherLog {
                expected: self.log.origin().to_owned(),
                found: log.origin().to_owned(),
            });
        }
        if log == self.log {
            return Err(CheckpointError::SameKey);
        }
        let mut note = self.noted(head, proof)?;
        note.sign(&next)?;
        *self = Self {
            key: next,
            log,
            last: head,
        };
        Ok(SignedCheckpoint { note, head })
    }

    /// The note of a tree that may be signed, signed.
    fn noted(&self, head: TreeHead, proof: &[Hash]) -> Result<Note, CheckpointError> {
        verify::consistency(self.last, head, proof)?;
        if head.size > LEAVES_MAX {
            return Err(CheckpointError::Malformed);
        }
        let checkpoint = Checkpoint {
            origin: self.log.origin().to_owned(),
            head,
            extension: String::new(),
        };
        let mut note = Note::new(checkpoint.text())?;
        note.sign(&self.key)?;
        Ok(note)
    }
}
