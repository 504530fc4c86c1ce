//! The bytes of documents, by their digest: `<data>/documents/sha256/ab/cd/<hex>`.
//!
//! Written once, whole or not at all, never changed, and verified on every reading; erased only with
//! a person whose alone it was. Which dossier a document belongs to stands in events, not here.

mod kind;

use std::fs;
use std::io::{self, Read as _, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use axum::http::StatusCode;
use hoso_domain::document::DocumentRef;
use hoso_domain::text::unseen;
use sha2::{Digest, Sha256};

use crate::http::problem::Problem;

pub use kind::media_type;

/// Largest document.
pub const DOCUMENT_BYTES_MAX: usize = 20 * 1024 * 1024;
/// Longest file name.
pub const NAME_CHARS_MAX: usize = 255;

/// A store in one directory; clones share it.
#[derive(Debug, Clone)]
pub struct DocumentStore {
    root: Arc<PathBuf>,
}

/// Why a document was not kept or not given.
#[derive(Debug, thiserror::Error)]
pub enum DocumentError {
    /// No bytes.
    #[error("the document is empty")]
    Empty,
    /// Too many bytes.
    #[error("the document has {size} bytes, more than {DOCUMENT_BYTES_MAX}")]
    TooLarge {
        /// Its size.
        size: usize,
    },
    /// A name with a path, control characters, or too long.
    #[error("the name {reason}")]
    Name {
        /// What is wrong with it.
        reason: &'static str,
    },
    /// Not one of the kinds offices exchange.
    #[error("the bytes are no PDF, Word, Excel, PNG or JPEG file")]
    Kind,
    /// The stored bytes are not those that were kept; a person must look.
    #[error("document {sha256} is damaged in the store")]
    Damaged {
        /// Its digest.
        sha256: String,
    },
    /// The disk.
    #[error("the document store failed")]
    Io(#[from] io::Error),
}

impl From<DocumentError> for Problem {
    fn from(error: DocumentError) -> Self {
        match &error {
            DocumentError::Empty => Self::unprocessable("document-empty").detail(&error),
            DocumentError::TooLarge { .. } => {
                Self::new(StatusCode::PAYLOAD_TOO_LARGE, "body-too-large").detail(&error)
            }
            DocumentError::Name { .. } => {
                Self::unprocessable("document-name-invalid").detail(&error)
            }
            DocumentError::Kind => {
                Self::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "document-kind-refused")
                    .detail(&error)
            }
            DocumentError::Damaged { .. } => Self::internal(&error),
            DocumentError::Io(source) => Self::unavailable("document-store-unavailable", source),
        }
    }
}

impl DocumentStore {
    /// A store in `root`, which is made when first written to.
    #[must_use]
    pub fn new(root: PathBuf) -> Self {
        Self {
            root: Arc::new(root),
        }
    }

    /// Keeps a document, durably before this returns, and says what it is called from now on.
    /// The same bytes are kept once.
    ///
    /// # Errors
    /// The name, the size or the kind is refused, or the disk failed; nothing half-written stays.
    pub async fn put(
        &self,
        name: &str,
        bytes: axum::body::Bytes,
    ) -> Result<DocumentRef, DocumentError> {
        check_name(name)?;
        if bytes.is_empty() {
            return Err(DocumentError::Empty);
        }
        if bytes.len() > DOCUMENT_BYTES_MAX {
            return Err(DocumentError::TooLarge { size: bytes.len() });
        }
        let kind = media_type(&bytes).ok_or(DocumentError::Kind)?;
        let size = bytes.len() as u64;
        let sha256 = hex::encode(Sha256::digest(&bytes));
        let path = self.path(&sha256).ok_or(DocumentError::Kind)?;
        run_blocking(move || write_once(&path, &bytes)).await?;
        Ok(DocumentRef {
            name: name.to_owned(),
            sha256: Some(sha256),
            size: Some(size),
            media_type: Some(kind.to_owned()),
        })
    }

    /// The bytes of a digest, verified; `None` if they were never kept here.
    ///
    /// # Errors
    /// `Damaged` if the bytes are not those of the digest, or the disk failed.
    pub async fn get(&self, sha256: &str) -> Result<Option<Vec<u8>>, DocumentError> {
        let Some(path) = self.path(sha256) else {
            return Ok(None);
        };
        let bytes = match run_blocking(move || fs::read(path)).await {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(error.into()),
        };
        if hex::encode(Sha256::digest(&bytes)) != sha256 {
            return Err(DocumentError::Damaged {
                sha256: sha256.to_owned(),
            });
        }
        Ok(Some(bytes))
    }

    /// Keeps bytes that were kept elsewhere, whatever they are, if they are those of the digest. A
    /// damaged copy that is here already is replaced.
    ///
    /// # Errors
    /// `Damaged` if they are not, or the disk failed; nothing half-written stays.
    pub async fn keep(&self, sha256: &str, bytes: Vec<u8>) -> Result<(), DocumentError> {
        let damaged = || DocumentError::Damaged {
            sha256: sha256.to_owned(),
        };
        let path = self.path(sha256).ok_or_else(damaged)?;
        if hex::encode(Sha256::digest(&bytes)) != sha256 {
            return Err(damaged());
        }
        match self.get(sha256).await {
            Ok(Some(_)) => return Ok(()),
            Ok(None) => {}
            Err(DocumentError::Damaged { .. }) => {
                let path = path.clone();
                run_blocking(move || fs::remove_file(path)).await?;
            }
            Err(error) => return Err(error),
        }
        Ok(run_blocking(move || write_once(&path, &bytes)).await?)
    }

    /// Whether there is a file of this digest, good or damaged.
    ///
    /// # Errors
    /// The disk failed.
    pub async fn has(&self, sha256: &str) -> Result<bool, DocumentError> {
        match self.path(sha256) {
            Some(path) => Ok(run_blocking(move || path.try_exists()).await?),
            None => Ok(false),
        }
    }

    /// Removes a document for good: overwritten, then unlinked. `false` where there was none. What a
    /// disk or a snapshot keeps behind the file system's back is not reached.
    ///
    /// # Errors
    /// The disk failed: the bytes may still be there.
    pub async fn erase(&self, sha256: &str) -> Result<bool, DocumentError> {
        let Some(path) = self.path(sha256) else {
            return Ok(false);
        };
        Ok(run_blocking(move || erase(&path)).await?)
    }

    /// The digests of all documents, in order. Whatever else lies in the directory is passed over.
    ///
    /// # Errors
    /// The disk failed.
    pub async fn digests(&self) -> Result<Vec<String>, DocumentError> {
        let store = self.clone();
        Ok(run_blocking(move || store.walk()).await?)
    }

    fn walk(&self) -> io::Result<Vec<String>> {
        let mut digests = Vec::new();
        for first in entries(&self.root.join("sha256"))? {
            for second in entries(&first)? {
                for path in entries(&second)? {
                    let name = path
                        .file_name()
                        .map(|name| name.to_string_lossy().into_owned());
                    let named = name.filter(|name| self.path(name).as_ref() == Some(&path));
                    digests.extend(named);
                }
            }
        }
        digests.sort_unstable();
        Ok(digests)
    }

    /// Where a digest's bytes are; `None` for what is no lower-case SHA-256.
    fn path(&self, sha256: &str) -> Option<PathBuf> {
        let good = sha256.len() == 64
            && sha256
                .bytes()
                .all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b));
        if !good {
            return None;
        }
        let (first, second) = (sha256.get(0..2)?, sha256.get(2..4)?);
        Some(
            self.root
                .join("sha256")
                .join(first)
                .join(second)
                .join(sha256),
        )
    }
}

/// What is in a directory; nothing if there is none.
fn entries(directory: &Path) -> io::Result<Vec<PathBuf>> {
    match fs::read_dir(directory) {
        Ok(entries) => entries.map(|entry| Ok(entry?.path())).collect(),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Vec::new()),
        Err(error) if error.kind() == io::ErrorKind::NotADirectory => Ok(Vec::new()),
        Err(error) => Err(error),
    }
}

fn check_name(name: &str) -> Result<(), DocumentError> {
    let refuse = |reason| Err(DocumentError::Name { reason });
    if name.trim().is_empty() || name == "." || name == ".." {
        return refuse("is empty");
    }
    if name.chars().count() > NAME_CHARS_MAX {
        return refuse("has more than 255 characters");
    }
    if name.chars().any(|c| c == '/' || c == '\\') {
        return refuse("has a path in it");
    }
    if name.chars().any(char::is_control) || unseen(name).is_some() {
        return refuse("has characters that people cannot see");
    }
    Ok(())
}

/// Temp file, flushed, linked under its name, its directory flushed. The temp file goes away
/// whatever happens.
fn write_once(path: &Path, bytes: &[u8]) -> io::Result<()> {
    if path.exists() {
        return Ok(());
    }
    let Some(directory) = path.parent() else {
        return Err(io::Error::other("a document's path has no directory"));
    };
    fs::create_dir_all(directory)?;
    let mut temp = tempfile::Builder::new()
        .prefix(".writing-")
        .tempfile_in(directory)?;
    temp.write_all(bytes)?;
    temp.as_file().sync_all()?;
    match temp.persist_noclobber(path) {
        Ok(_) => {}
        Err(error) if error.error.kind() == io::ErrorKind::AlreadyExists => {}
        Err(error) => return Err(error.error),
    }
    // The new directory entries, up to the store's own directory.
    for ancestor in directory.ancestors().take(3) {
        fs::File::open(ancestor)?.sync_all()?;
    }
    Ok(())
}

/// `false` where there is no file.
fn erase(path: &Path) -> io::Result<bool> {
    let mut file = match fs::OpenOptions::new().write(true).open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(false),
        Err(error) => return Err(error),
    };
    let size = file.metadata()?.len();
    io::copy(&mut io::repeat(0).take(size), &mut file)?;
    file.sync_all()?;
    fs::remove_file(path)?;
    if let Some(directory) = path.parent() {
        fs::File::open(directory)?.sync_all()?;
    }
    Ok(true)
}

async fn run_blocking<T: Send + 'static>(
    work: impl FnOnce() -> io::Result<T> + Send + 'static,
) -> io::Result<T> {
    tokio::task::spawn_blocking(work)
        .await
        .map_err(io::Error::other)?
}

#[cfg(test)]
mod tests;
