//! Files that are whole and on the disk before anybody hears of them.

use std::fs::{self, File, OpenOptions};
use std::io::{ErrorKind, Read as _, Write as _};
use std::path::{Path, PathBuf};

use crate::error::AuditError;

/// Only the owner reads it.
pub const SECRET: u32 = 0o600;
/// Everybody reads it.
pub const READABLE: u32 = 0o644;

/// Makes a directory and its parents, durably, where they are missing.
///
/// # Errors
/// It cannot be made.
pub fn make_directory(path: &Path) -> Result<(), AuditError> {
    if path.is_dir() {
        return Ok(());
    }
    if let Some(parent) = path.parent().filter(|p| !p.as_os_str().is_empty()) {
        make_directory(parent)?;
    }
    match fs::create_dir(path) {
        Err(error) if error.kind() != ErrorKind::AlreadyExists => {
            Err(AuditError::file(path)(error))
        }
        Ok(()) | Err(_) => path.parent().map_or(Ok(()), sync),
    }
}

/// Puts `bytes` at `path` in one step: a reader sees the old file or the new one, and when
/// this returns the new one is on the disk.
///
/// # Errors
/// It cannot be written; the old file stays.
pub fn replace(path: &Path, bytes: &[u8], mode: u32) -> Result<(), AuditError> {
    let new = path.with_added_extension("new");
    match fs::remove_file(&new) {
        Err(error) if error.kind() != ErrorKind::NotFound => {
            return Err(AuditError::file(&new)(error));
        }
        Ok(()) | Err(_) => {}
    }
    write(&new, bytes, mode)?;
    fs::rename(&new, path).map_err(AuditError::file(path))?;
    path.parent().map_or(Ok(()), sync)
}

/// Puts `bytes` at `path` once and for all: a file with other bytes that is there already stays.
///
/// # Errors
/// It cannot be written, or is there with other bytes.
pub fn keep(path: &Path, bytes: &[u8], mode: u32) -> Result<(), AuditError> {
    match read(path, bytes.len())? {
        None => replace(path, bytes, mode),
        Some(there) if there == bytes => Ok(()),
        Some(_) => Err(AuditError::damaged(
            path,
            &"it is there already, with other bytes than the log gives it",
        )),
    }
}

/// The bytes of a file, `None` if there is none. Of a file longer than `most`, one byte more.
///
/// # Errors
/// It cannot be read.
pub fn read(path: &Path, most: usize) -> Result<Option<Vec<u8>>, AuditError> {
    let file = match File::open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(AuditError::file(path)(error)),
    };
    let mut bytes = Vec::new();
    file.take(most as u64 + 1)
        .read_to_end(&mut bytes)
        .map_err(AuditError::file(path))?;
    Ok(Some(bytes))
}

/// Waits for a lock that is held for moments only; given back when the file is dropped.
///
/// # Errors
/// It cannot be made or taken.
pub fn lock(path: &Path) -> Result<File, AuditError> {
    let file = File::create(path).map_err(AuditError::file(path))?;
    file.lock().map_err(AuditError::file(path))?;
    Ok(file)
}

fn write(path: &Path, bytes: &[u8], mode: u32) -> Result<(), AuditError> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, mode);
    #[cfg(not(unix))]
    let _ = mode;
    let mut file = options.open(path).map_err(AuditError::file(path))?;
    file.write_all(bytes)
        .and_then(|()| file.sync_all())
        .map_err(AuditError::file(path))
}

/// The paths in a directory; none where it is not there.
pub(crate) fn names(directory: &Path) -> Result<Vec<PathBuf>, AuditError> {
    let entries = match fs::read_dir(directory) {
        Ok(entries) => entries,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(AuditError::file(directory)(error)),
    };
    let paths = entries.map(|entry| entry.map(|entry| entry.path()));
    paths
        .collect::<Result<_, _>>()
        .map_err(AuditError::file(directory))
}

/// Waits until a directory's names are on the disk.
pub(crate) fn sync(directory: &Path) -> Result<(), AuditError> {
    let directory = if directory.as_os_str().is_empty() {
        Path::new(".")
    } else {
        directory
    };
    File::open(directory)
        .and_then(|opened| opened.sync_all())
        .map_err(AuditError::file(directory))
}
