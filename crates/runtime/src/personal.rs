//! The keys that persons' texts are sealed under: a file a person, apart from the ledger.
//!
//! A text is padded and encrypted with XChaCha20-Poly1305 under the person's own key, bound to the
//! person and the field, and recorded as `sealed:v1:` and hexadecimal digits. The nonce is drawn from
//! key and text, so that the same text of the same person is the same record: a repeated command is
//! seen to be one, and nothing is told but that the text is the same. Who destroys the key makes every
//! copy of the text unreadable, in the ledger, on NATS and in backups alike; the leaf of the event
//! commits to what is recorded, so that the log verifies as before.

use std::fs::{self, File, OpenOptions};
use std::io::{ErrorKind, Read as _, Write as _};
use std::path::{Path, PathBuf};

use chacha20poly1305::aead::{Aead as _, KeyInit as _, Payload};
use chacha20poly1305::{Key, XChaCha20Poly1305, XNonce};
use hoso_domain::decider::StoredDecider as _;
use hoso_domain::ids::PersonId;
use hoso_domain::registry::person::{ERASED, Person, SEALED};
use hoso_ledger::{Ledger, LedgerError, StreamQuery};
use sha2::{Digest as _, Sha256};

const VERSION: &str = "v1:";
/// Streams looked at in one go.
const PAGE: u32 = 1_000;
const NONCE_BYTES: usize = 24;
const KEY_BYTES: usize = 32;
/// Texts are padded to a multiple of this, so that their length tells little.
const PADDED_TO: usize = 64;
/// Bytes of a text, at most.
const TEXT_BYTES_MAX: usize = 2_000;

/// Why a text was not sealed or read, or a key not destroyed.
#[derive(Debug, thiserror::Error)]
pub enum PersonalError {
    /// A file of the directory.
    #[error("{}: {source}", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// A file that is no key.
    #[error("{}: this is no person's key", path.display())]
    Damaged {
        /// The file.
        path: PathBuf,
    },
    /// The text cannot be sealed.
    #[error("a text of {0} bytes is too long to be sealed")]
    TooLong(usize),
    /// The record is not what was sealed under this key for this person and field.
    #[error("the recorded text does not open under the person's key")]
    Unopened,
    /// The operating system gives no chance.
    #[error("no random numbers: {0}")]
    Chance(String),
    /// The ledger's.
    #[error(transparent)]
    Ledger(#[from] LedgerError),
}

/// The directory of keys.
#[derive(Debug, Clone)]
pub struct PersonKeys {
    directory: PathBuf,
}

/// One person's key.
pub struct PersonKey {
    person: PersonId,
    key: [u8; KEY_BYTES],
}

impl std::fmt::Debug for PersonKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("PersonKey")
            .field("person", &self.person)
            .finish_non_exhaustive()
    }
}

impl PersonKeys {
    /// The keys in a directory, whether it is there or not.
    #[must_use]
    pub const fn new(directory: PathBuf) -> Self {
        Self { directory }
    }

    /// A person's key; `None` where there is none, or none any more.
    ///
    /// # Errors
    /// The file cannot be read or is damaged.
    pub fn get(&self, person: &PersonId) -> Result<Option<PersonKey>, PersonalError> {
        let path = self.path(person);
        let file = match File::open(&path) {
            Ok(file) => file,
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
            Err(source) => return Err(PersonalError::File { path, source }),
        };
        let mut text = String::new();
        let read = file.take(1_024).read_to_string(&mut text);
        if let Err(source) = read {
            return Err(PersonalError::File { path, source });
        }
        let key = hex::decode(text.trim_end()).ok();
        let key = key.and_then(|key| key.try_into().ok());
        let key = key.ok_or(PersonalError::Damaged { path })?;
        let person = person.clone();
        Ok(Some(PersonKey { person, key }))
    }

    /// A person's key, made where there is none; on the disk when this returns. Of two that make it
    /// at once both get the same.
    ///
    /// # Errors
    /// The file cannot be read or made.
    pub fn get_or_make(&self, person: &PersonId) -> Result<PersonKey, PersonalError> {
        if let Some(key) = self.get(person)? {
            return Ok(key);
        }
        let mut bytes = [0; KEY_BYTES];
        getrandom::fill(&mut bytes).map_err(|error| PersonalError::Chance(error.to_string()))?;
        let path = self.path(person);
        let mut new = [0; 8];
        getrandom::fill(&mut new).map_err(|error| PersonalError::Chance(error.to_string()))?;
        let new = path.with_added_extension(hex::encode(new));
        let made = make_directory(&self.directory).and_then(|()| {
            write(&new, hex::encode(bytes).as_bytes())?;
            // A name that is there already stays: the other's key is the key.
            let linked = fs::hard_link(&new, &path);
            fs::remove_file(&new)?;
            sync(&self.directory)?;
            match linked {
                Err(error) if error.kind() != ErrorKind::AlreadyExists => Err(error),
                Ok(()) | Err(_) => Ok(()),
            }
        });
        made.map_err(|source| PersonalError::File {
            path: path.clone(),
            source,
        })?;
        self.get(person)?.ok_or(PersonalError::Damaged { path })
    }

    /// Destroys a person's key: overwritten, then removed. `false` where there was none. A copy of the
    /// directory that somebody made before is not reached, nor what a disk keeps behind the file
    /// system's back.
    ///
    /// # Errors
    /// The file cannot be overwritten or removed: the key may still be there.
    pub fn destroy(&self, person: &PersonId) -> Result<bool, PersonalError> {
        let path = self.path(person);
        let destroyed = overwrite(&path).and_then(|there| {
            if there {
                fs::remove_file(&path)?;
                sync(&self.directory)?;
            }
            Ok(there)
        });
        destroyed.map_err(|source| PersonalError::File { path, source })
    }

    /// Destroys the keys of everybody whom the ledger says erased, where they are still there: a crash
    /// came between the record and the deed, or this is a copy of the directory. How many there were.
    ///
    /// # Errors
    /// The ledger cannot be read, or a key not be destroyed; the others are.
    pub async fn destroy_erased(&self, ledger: &dyn Ledger) -> Result<u64, PersonalError> {
        let mut query = StreamQuery {
            category: Person::CATEGORY.to_owned(),
            status: Some(ERASED.to_owned()),
            limit: PAGE,
            ..StreamQuery::default()
        };
        let (mut destroyed, mut failed) = (0, None);
        loop {
            let page = ledger.streams(&query).await?;
            let persons = page.rows.iter().map(|row| PersonId::parse(row.stream.id()));
            for person in persons.filter_map(Result::ok) {
                match self.destroy(&person) {
                    Ok(there) => destroyed += u64::from(there),
                    Err(error) => failed = Some(error),
                }
            }
            match page.rows.last() {
                Some(last) if page.more => query.after = Some(last.stream.clone()),
                Some(_) | None => return failed.map_or(Ok(destroyed), Err),
            }
        }
    }

    /// Copies every key that another directory lacks. How many.
    ///
    /// # Errors
    /// A file cannot be read or written; what was copied stays.
    pub fn copy_to(&self, other: &Self) -> Result<u64, PersonalError> {
        let directory = match fs::read_dir(&self.directory) {
            Ok(directory) => directory,
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(0),
            Err(source) => {
                let path = self.directory.clone();
                return Err(PersonalError::File { path, source });
            }
        };
        let mut copied = 0;
        for entry in directory {
            let path = match entry {
                Ok(entry) => entry.path(),
                Err(source) => {
                    let path = self.directory.clone();
                    return Err(PersonalError::File { path, source });
                }
            };
            let name = path.file_name().filter(|_| is_key(&path));
            let Some(name) = name else { continue };
            let to = other.directory.join(name);
            if to.exists() {
                continue;
            }
            // Whole under its name or not there: a half of a key would never be copied again.
            let new = to.with_added_extension("new");
            let copy = fs::read(&path).and_then(|key| {
                make_directory(&other.directory)?;
                if new.exists() {
                    fs::remove_file(&new)?;
                }
                write(&new, &key)?;
                fs::rename(&new, &to)?;
                sync(&other.directory)
            });
            copy.map_err(|source| PersonalError::File { path, source })?;
            copied += 1;
        }
        Ok(copied)
    }

    /// The file's name tells nothing of the person but to who knows the id.
    fn path(&self, person: &PersonId) -> PathBuf {
        let digest = Sha256::digest(person.as_str());
        self.directory.join(format!("{}.key", hex::encode(digest)))
    }
}

impl PersonKey {
    /// The record of a text.
    ///
    /// # Errors
    /// The text is longer than 2 000 bytes.
    pub fn seal(&self, field: &str, text: &str) -> Result<String, PersonalError> {
        let padded = pad(text)?;
        let nonce = self.nonce(field, &padded);
        let payload = Payload {
            msg: &padded,
            aad: &self.bound_to(field),
        };
        let sealed = self.cipher().encrypt(&XNonce::from(nonce), payload);
        let sealed = sealed.map_err(|_| PersonalError::TooLong(text.len()))?;
        let (nonce, sealed) = (hex::encode(nonce), hex::encode(sealed));
        Ok(format!("{SEALED}{VERSION}{nonce}{sealed}"))
    }

    /// The text of a record; a text that was recorded in the clear is what it is.
    ///
    /// # Errors
    /// It was sealed under another key, for another person or field, or was changed.
    pub fn open(&self, field: &str, record: &str) -> Result<String, PersonalError> {
        let Some(sealed) = record.strip_prefix(SEALED) else {
            return Ok(record.to_owned());
        };
        let bytes = sealed.strip_prefix(VERSION).map(hex::decode);
        let Some(Ok(bytes)) = bytes else {
            return Err(PersonalError::Unopened);
        };
        let (nonce, sealed) = bytes
            .split_first_chunk::<NONCE_BYTES>()
            .ok_or(PersonalError::Unopened)?;
        let payload = Payload {
            msg: sealed,
            aad: &self.bound_to(field),
        };
        let padded = self.cipher().decrypt(&XNonce::from(*nonce), payload);
        let padded = padded.map_err(|_| PersonalError::Unopened)?;
        unpad(&padded).ok_or(PersonalError::Unopened)
    }

    /// A digest that nobody can try texts against who has not this key.
    #[must_use]
    pub fn digest(&self, digest: &[u8; 32]) -> [u8; 32] {
        self.mac("hoso/personal/digest/v1", &[digest])
    }

    fn cipher(&self) -> XChaCha20Poly1305 {
        XChaCha20Poly1305::new(&Key::from(self.key))
    }

    fn bound_to(&self, field: &str) -> Vec<u8> {
        let person = self.person.as_str();
        format!("hoso/personal/v1\n{person}\n{field}").into_bytes()
    }

    fn nonce(&self, field: &str, padded: &[u8]) -> [u8; NONCE_BYTES] {
        let drawn = self.mac("hoso/personal/nonce/v1", &[&self.bound_to(field), padded]);
        let mut nonce = [0; NONCE_BYTES];
        for (to, from) in nonce.iter_mut().zip(drawn) {
            *to = from;
        }
        nonce
    }

    /// Keyed, and hashed twice so that what is shown of it cannot be gone on with.
    fn mac(&self, tag: &str, parts: &[&[u8]]) -> [u8; 32] {
        let mut inner = Sha256::new();
        inner.update(self.key);
        for part in std::iter::once(&tag.as_bytes()).chain(parts) {
            inner.update((part.len() as u64).to_be_bytes());
            inner.update(part);
        }
        let mut outer = Sha256::new();
        outer.update(self.key);
        outer.update(inner.finalize());
        outer.finalize().into()
    }
}

/// Whether a file is called as keys are.
fn is_key(path: &Path) -> bool {
    let named = path.file_stem().and_then(|stem| stem.to_str());
    let digest = named.is_some_and(|n| n.len() == 64 && n.bytes().all(|b| b.is_ascii_hexdigit()));
    digest && path.extension().is_some_and(|extension| extension == "key")
}

/// Two bytes of length, the text, zeros.
fn pad(text: &str) -> Result<Vec<u8>, PersonalError> {
    let length = u16::try_from(text.len()).unwrap_or(u16::MAX);
    if usize::from(length) > TEXT_BYTES_MAX {
        return Err(PersonalError::TooLong(text.len()));
    }
    let mut padded = length.to_be_bytes().to_vec();
    padded.extend_from_slice(text.as_bytes());
    padded.resize(padded.len().next_multiple_of(PADDED_TO), 0);
    Ok(padded)
}

fn unpad(padded: &[u8]) -> Option<String> {
    let (length, rest) = padded.split_first_chunk::<2>()?;
    let text = rest.get(..usize::from(u16::from_be_bytes(*length)))?;
    String::from_utf8(text.to_vec()).ok()
}

fn make_directory(path: &Path) -> std::io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(path)
}

fn write(path: &Path, bytes: &[u8]) -> std::io::Result<()> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(path)?;
    file.write_all(bytes)?;
    file.sync_all()
}

/// `false` where there is no file.
fn overwrite(path: &Path) -> std::io::Result<bool> {
    let mut file = match OpenOptions::new().write(true).open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(false),
        Err(error) => return Err(error),
    };
    file.write_all(&[b'0'; 2 * KEY_BYTES])?;
    file.sync_all()?;
    Ok(true)
}

fn sync(directory: &Path) -> std::io::Result<()> {
    File::open(directory)?.sync_all()
}

#[cfg(test)]
mod tests;
