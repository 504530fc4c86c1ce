//! Keys of C2SP signed-note: who signs, by which algorithm, and how they are written down.
//!
//! A public key is written `<name>+<id>+<base64>`, a secret one `PRIVATE+KEY+<name>+<id>+<base64>`,
//! as Go's `note` package writes them.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ed25519_dalek::{Signature, Signer as _, SigningKey, VerifyingKey};
use sha2::{Digest, Sha256};

/// Bytes of the longest key name.
pub const KEY_NAME_BYTES_MAX: usize = 256;
const SECRET_PREFIX: &str = "PRIVATE+KEY+";

/// Why a text is no key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum KeyError {
    /// The name is empty or too long, or holds a space, a plus or a control character.
    #[error("key name: 1 to {KEY_NAME_BYTES_MAX} bytes without spaces, `+` and control characters")]
    Name,
    /// The text is not `<name>+<id>+<base64>`.
    #[error("malformed key: `<name>+<8 hex digits>+<base64>` is expected")]
    Format,
    /// The id is not that of the name and the key.
    #[error("the key's id is not that of its name and bytes: the text was changed or miscopied")]
    Id,
    /// The algorithm is none that Hoso uses.
    #[error("the key is of algorithm {0}; Ed25519 (1) and timestamped cosignatures (4) are known")]
    Algorithm(u8),
    /// The bytes are no Ed25519 key that anybody could have made.
    #[error("the bytes are no Ed25519 key")]
    Ed25519,
}

/// What a key signs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Algorithm {
    /// The text of a note, by Ed25519 (type 1): the log's key.
    Ed25519,
    /// A checkpoint and the time it was seen, by Ed25519 (type 4, tlog-cosignature): a witness's key.
    CosignatureV1,
}

impl Algorithm {
    const fn byte(self) -> u8 {
        match self {
            Self::Ed25519 => 1,
            Self::CosignatureV1 => 4,
        }
    }

    const fn of(byte: u8) -> Result<Self, KeyError> {
        match byte {
            1 => Ok(Self::Ed25519),
            4 => Ok(Self::CosignatureV1),
            other => Err(KeyError::Algorithm(other)),
        }
    }
}

/// First bytes of the hash of a key's name, algorithm and bytes. Names a key; proves nothing.
pub type KeyId = [u8; 4];

/// Whose signatures are believed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PublicKey {
    name: String,
    algorithm: Algorithm,
    key: VerifyingKey,
}

impl PublicKey {
    /// Reads `<name>+<id>+<base64>`.
    ///
    /// # Errors
    /// The text is no key, or not of a known algorithm.
    pub fn parse(text: &str) -> Result<Self, KeyError> {
        let (name, id, algorithm, bytes) = parts(text)?;
        let key = VerifyingKey::from_bytes(&bytes)
            .ok()
            .filter(|key| !key.is_weak())
            .ok_or(KeyError::Ed25519)?;
        let key = Self {
            name,
            algorithm,
            key,
        };
        if key.id() != id {
            return Err(KeyError::Id);
        }
        Ok(key)
    }

    /// The key's name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// What it signs.
    #[must_use]
    pub const fn algorithm(&self) -> Algorithm {
        self.algorithm
    }

    /// The key itself, without name and use: two keys with the same bytes are one key.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8; 32] {
        self.key.as_bytes()
    }

    /// The key's id.
    #[must_use]
    pub fn id(&self) -> KeyId {
        let hash = Sha256::new()
            .chain_update(&self.name)
            .chain_update([b'\n', self.algorithm.byte()])
            .chain_update(self.key.as_bytes())
            .finalize();
        let [a, b, c, d, ..] = <[u8; 32]>::from(hash);
        [a, b, c, d]
    }

    /// Whether `signature` is of `message` by this key; strict, as no honest signer needs less.
    pub(crate) fn signed(&self, message: &[u8], signature: &[u8; 64]) -> bool {
        let signature = Signature::from_bytes(signature);
        self.key.verify_strict(message, &signature).is_ok()
    }
}

impl fmt::Display for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let bytes = typed(self.algorithm, self.key.as_bytes());
        write!(f, "{}+{}+{bytes}", self.name, hex(self.id()))
    }
}

/// Signs as somebody. Its bytes are wiped when it is dropped, and never shown by `Debug`.
pub struct SecretKey {
    public: PublicKey,
    key: SigningKey,
}

impl SecretKey {
    /// The key that 32 bytes of chance make.
    ///
    /// # Errors
    /// The name is none.
    pub fn from_seed(name: &str, algorithm: Algorithm, seed: &[u8; 32]) -> Result<Self, KeyError> {
        let key = SigningKey::from_bytes(seed);
        let public = PublicKey {
            name: checked(name)?,
            algorithm,
            key: key.verifying_key(),
        };
        Ok(Self { public, key })
    }

    /// Reads `PRIVATE+KEY+<name>+<id>+<base64>`.
    ///
    /// # Errors
    /// The text is no secret key.
    pub fn parse(text: &str) -> Result<Self, KeyError> {
        let text = text.strip_prefix(SECRET_PREFIX).ok_or(KeyError::Format)?;
        let (name, id, algorithm, seed) = parts(text)?;
        let key = Self::from_seed(&name, algorithm, &seed)?;
        if key.public.id() != id {
            return Err(KeyError::Id);
        }
        Ok(key)
    }

    /// The key as it is kept: for a file that nobody else reads.
    #[must_use]
    pub fn expose(&self) -> String {
        let bytes = typed(self.public.algorithm, self.key.as_bytes());
        let id = hex(self.public.id());
        format!("{SECRET_PREFIX}{}+{id}+{bytes}", self.public.name)
    }

    /// What others check its signatures with.
    #[must_use]
    pub const fn public(&self) -> &PublicKey {
        &self.public
    }

    pub(crate) fn sign(&self, message: &[u8]) -> [u8; 64] {
        self.key.sign(message).to_bytes()
    }
}

impl fmt::Debug for SecretKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "SecretKey({}+{})",
            self.public.name,
            hex(self.public.id())
        )
    }
}

/// A name as keys have it.
pub(crate) fn checked(name: &str) -> Result<String, KeyError> {
    let bad = |c: char| c.is_whitespace() || c.is_control() || c == '+';
    if name.is_empty() || name.len() > KEY_NAME_BYTES_MAX || name.contains(bad) {
        return Err(KeyError::Name);
    }
    Ok(name.to_owned())
}

fn parts(text: &str) -> Result<(String, KeyId, Algorithm, [u8; 32]), KeyError> {
    let mut parts = text.splitn(3, '+');
    let (Some(name), Some(id), Some(bytes)) = (parts.next(), parts.next(), parts.next()) else {
        return Err(KeyError::Format);
    };
    let name = checked(name)?;
    let digits = id.len() == 8 && id.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'));
    let id = u32::from_str_radix(id, 16)
        .ok()
        .filter(|_| digits)
        .ok_or(KeyError::Format)?;
    // Longer than any key that is known: not worth decoding.
    let bytes = Some(bytes).filter(|bytes| bytes.len() <= 64);
    let bytes = bytes.and_then(|bytes| STANDARD.decode(bytes).ok());
    let bytes = bytes.ok_or(KeyError::Format)?;
    let (kind, key) = bytes.split_first().ok_or(KeyError::Format)?;
    let algorithm = Algorithm::of(*kind)?;
    let key = key.try_into().map_err(|_| KeyError::Ed25519)?;
    Ok((name, id.to_be_bytes(), algorithm, key))
}

fn typed(algorithm: Algorithm, key: &[u8; 32]) -> String {
    STANDARD.encode([&[algorithm.byte()], key.as_slice()].concat())
}

fn hex(id: KeyId) -> String {
    format!("{:08x}", u32::from_be_bytes(id))
}
