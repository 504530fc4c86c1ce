//! C2SP signed-note: a text and the signatures under it.
//!
//! Nothing of a note is believed before [`Note::verify`] by a key that was known beforehand.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::key::{self, Algorithm, KeyId, PublicKey, SecretKey};

/// Bytes of the longest note.
pub const NOTE_BYTES_MAX: usize = 256 * 1024;
/// Signatures of a note; the specification wants 16 to be read.
pub const SIGNATURES_MAX: usize = 64;

const SIGNATURE_PREFIX: &str = "— ";

/// Why a note is none, or is not believed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NoteError {
    /// The bytes are no signed note.
    #[error("not a signed note: {0}")]
    Malformed(&'static str),
    /// There is no signature by the key.
    #[error("not signed by {0}")]
    Unsigned(String),
    /// A signature in the key's name does not hold.
    #[error("the signature of {0} does not hold: the text was changed, or somebody else signed it")]
    Forged(String),
    /// The key signs something else.
    #[error("the key of {0} is not for this: logs sign with Ed25519, witnesses with cosignatures")]
    WrongKey(String),
}

/// One signature line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NoteSignature {
    /// The signer's name, as the line claims.
    pub name: String,
    /// The key's id, as the line claims.
    pub id: KeyId,
    /// The signature; what is in it depends on the key.
    pub bytes: Vec<u8>,
}

impl NoteSignature {
    /// Whether the line claims to be of a key.
    fn is_of(&self, key: &PublicKey) -> bool {
        self.name == key.name() && self.id == key.id()
    }

    /// The line, with its end.
    fn line(&self) -> String {
        let bytes = [self.id.as_slice(), &self.bytes].concat();
        let (name, bytes) = (&self.name, STANDARD.encode(bytes));
        format!("{SIGNATURE_PREFIX}{name} {bytes}\n")
    }
}

/// A text and its signatures.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Note {
    text: String,
    signatures: Vec<NoteSignature>,
}

/// What a signature that holds says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Attested {
    /// When a witness saw it, seconds since 1970; `None` under a log's own signature.
    pub seen_at: Option<u64>,
}

impl Note {
    /// A text that nobody signed yet.
    ///
    /// # Errors
    /// The text does not end in a newline, holds control characters, or is too long.
    pub fn new(text: String) -> Result<Self, NoteError> {
        if text.len() > NOTE_BYTES_MAX {
            return Err(NoteError::Malformed("it is too long"));
        }
        if !text.ends_with('\n') {
            return Err(NoteError::Malformed("its text does not end in a newline"));
        }
        if text.bytes().any(|byte| byte < 0x20 && byte != b'\n') {
            return Err(NoteError::Malformed("its text holds a control character"));
        }
        Ok(Self {
            text,
            signatures: Vec::new(),
        })
    }

    /// Reads a note; no signature is checked.
    ///
    /// # Errors
    /// The bytes are no note, or over a limit.
    pub fn parse(bytes: &[u8]) -> Result<Self, NoteError> {
        if bytes.len() > NOTE_BYTES_MAX {
            return Err(NoteError::Malformed("it is too long"));
        }
        let whole = std::str::from_utf8(bytes).map_err(|_| NoteError::Malformed("not UTF-8"))?;
        let end = whole
            .rfind("\n\n")
            .ok_or(NoteError::Malformed("no blank line before the signatures"))?;
        let (text, signatures) = whole.split_at(end + 1);
        let mut note = Self::new(text.to_owned())?;
        let lines = signatures
            .strip_prefix('\n')
            .and_then(|lines| lines.strip_suffix('\n'))
            .ok_or(NoteError::Malformed("its last line does not end"))?;
        for line in lines.split('\n') {
            note.signatures.push(signature_of(line)?);
            if note.signatures.len() > SIGNATURES_MAX {
                return Err(NoteError::Malformed("it has too many signatures"));
            }
        }
        Ok(note)
    }

    /// The text, its last newline with it.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The signature lines, whether they hold or not.
    #[must_use]
    pub fn signatures(&self) -> &[NoteSignature] {
        &self.signatures
    }

    /// The note as it is stored and sent.
    #[must_use]
    pub fn encode(&self) -> String {
        let lines: String = self.signatures.iter().map(NoteSignature::line).collect();
        format!("{}\n{lines}", self.text)
    }

    /// The note with the signatures of some keys only, whether they hold or not.
    #[must_use]
    pub fn only(&self, keys: &[&PublicKey]) -> Self {
        let signatures = self.signatures.iter();
        let kept = signatures.filter(|line| keys.iter().any(|key| line.is_of(key)));
        Self {
            text: self.text.clone(),
            signatures: kept.cloned().collect(),
        }
    }

    /// The signature lines of a key, as they stand in the note; empty if there are none.
    #[must_use]
    pub fn lines_of(&self, key: &PublicKey) -> String {
        let lines = self.signatures.iter().filter(|line| line.is_of(key));
        lines.map(NoteSignature::line).collect()
    }

    /// Takes over what `key` signed from signature lines that somebody sent (an answer of
    /// tlog-witness), in place of what it signed before: one line, however many it sent, so that
    /// nobody takes the room of the others. Lines of other keys are passed over.
    ///
    /// # Errors
    /// The lines are none, or none of the key holds, or there would be too many. The note stays as it
    /// was.
    pub fn join(&mut self, lines: &str, key: &PublicKey) -> Result<Attested, NoteError> {
        let sent = Self::parse(format!("{}\n{lines}", self.text).as_bytes())?;
        // The lines could hold a blank one, and text before it.
        if sent.text != self.text {
            return Err(NoteError::Malformed("more than signature lines"));
        }
        let attested = sent.verify(key)?;
        let joined = self.signatures.iter().filter(|line| !line.is_of(key));
        let joined = joined.chain(sent.signatures.iter().find(|line| line.is_of(key)));
        let joined: Vec<_> = joined.cloned().collect();
        if joined.len() > SIGNATURES_MAX {
            return Err(NoteError::Malformed("it has too many signatures"));
        }
        self.signatures = joined;
        Ok(attested)
    }

    /// Signs the text with a log's key.
    ///
    /// # Errors
    /// The key is a witness's.
    pub fn sign(&mut self, key: &SecretKey) -> Result<(), NoteError> {
        let public = key.public();
        match public.algorithm() {
            Algorithm::Ed25519 => {
                let signature = key.sign(self.text.as_bytes());
                self.push(public, signature.to_vec());
                Ok(())
            }
            Algorithm::CosignatureV1 => Err(NoteError::WrongKey(public.name().to_owned())),
        }
    }

    /// Signs, with a witness's key, that the text was seen at `seen_at` (seconds since 1970). Only for
    /// the text of a checkpoint that was found consistent.
    ///
    /// # Errors
    /// The key is a log's, or the time is past what the format holds.
    pub fn cosign(&mut self, key: &SecretKey, seen_at: u64) -> Result<(), NoteError> {
        let public = key.public();
        if public.algorithm() != Algorithm::CosignatureV1 || i64::try_from(seen_at).is_err() {
            return Err(NoteError::WrongKey(public.name().to_owned()));
        }
        let signature = key.sign(&cosigned(&self.text, seen_at));
        let bytes = [seen_at.to_be_bytes().as_slice(), &signature].concat();
        self.push(public, bytes);
        Ok(())
    }

    /// Whether `key` signed. Every line in the key's name and id must hold, so that one that was
    /// forged is not hidden behind one that was not.
    ///
    /// # Errors
    /// It did not, or a signature in its name is not its own.
    pub fn verify(&self, key: &PublicKey) -> Result<Attested, NoteError> {
        let mut attested = None;
        for signature in self.signatures.iter().filter(|line| line.is_of(key)) {
            let held = held(&self.text, key, &signature.bytes)
                .ok_or_else(|| NoteError::Forged(key.name().to_owned()))?;
            attested = attested.or(Some(held));
        }
        attested.ok_or_else(|| NoteError::Unsigned(key.name().to_owned()))
    }

    fn push(&mut self, key: &PublicKey, bytes: Vec<u8>) {
        self.signatures.push(NoteSignature {
            name: key.name().to_owned(),
            id: key.id(),
            bytes,
        });
    }
}

fn held(text: &str, key: &PublicKey, bytes: &[u8]) -> Option<Attested> {
    match key.algorithm() {
        Algorithm::Ed25519 => {
            let held = key.signed(text.as_bytes(), bytes.try_into().ok()?);
            held.then_some(Attested { seen_at: None })
        }
        Algorithm::CosignatureV1 => {
            let (time, signature) = bytes.split_first_chunk::<8>()?;
            let seen_at = u64::from_be_bytes(*time);
            i64::try_from(seen_at).ok()?;
            let held = key.signed(&cosigned(text, seen_at), signature.try_into().ok()?);
            held.then_some(Attested {
                seen_at: Some(seen_at),
            })
        }
    }
}

/// What a witness signs (tlog-cosignature, version 1).
fn cosigned(text: &str, seen_at: u64) -> Vec<u8> {
    format!("cosignature/v1\ntime {seen_at}\n{text}").into_bytes()
}

fn signature_of(line: &str) -> Result<NoteSignature, NoteError> {
    let malformed = NoteError::Malformed("a signature line is not `— <name> <base64>`");
    let parts = line
        .strip_prefix(SIGNATURE_PREFIX)
        .and_then(|line| line.split_once(' '));
    let (name, bytes) = parts.ok_or(malformed.clone())?;
    let name = key::checked(name).map_err(|_| malformed.clone())?;
    let bytes = STANDARD.decode(bytes).map_err(|_| malformed.clone())?;
    let (id, rest) = bytes.split_first_chunk::<4>().ok_or(malformed.clone())?;
    if rest.is_empty() {
        return Err(malformed);
    }
    Ok(NoteSignature {
        name,
        id: *id,
        bytes: rest.to_vec(),
    })
}
