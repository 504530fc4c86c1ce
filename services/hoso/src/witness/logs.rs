//! The logs that a witness knows: a file of public keys, a line each, that its keeper may edit.

use std::path::{Path, PathBuf};

use anyhow::Result;
use hoso_audit::files;
use hoso_proof::LogIdentity;

use crate::cli::BadInput;

const FILE: &str = "logs";
/// Bytes of the file, at most: some hundred keys.
const BYTES_MAX: usize = 64 * 1024;

/// The file.
pub(super) struct Logs {
    path: PathBuf,
}

impl Logs {
    /// The one of a witness's directory, whether it is there or not.
    pub(super) fn of(directory: &Path) -> Self {
        Self {
            path: directory.join(FILE),
        }
    }

    /// The logs in it; none if there is no file.
    ///
    /// # Errors
    /// It cannot be read, or a line is no key of a log: it is named.
    pub(super) fn read(&self) -> Result<Vec<LogIdentity>> {
        let mut logs = Vec::new();
        for (index, line) in self.text()?.lines().enumerate() {
            let line = line.trim();
            if line.is_empty() || line.starts_with('#') {
                continue;
            }
            let log = LogIdentity::parse(line)
                .map_err(|error| self.wrong(&format!("line {}: {error}", index + 1)))?;
            logs.push(log);
        }
        Ok(logs)
    }

    /// Adds a log, durably; `false` if it was there.
    ///
    /// # Errors
    /// The file cannot be read or written, or is full.
    pub(super) fn add(&self, log: &LogIdentity) -> Result<bool> {
        if self.read()?.contains(log) {
            return Ok(false);
        }
        let mut text = self.text()?;
        if !text.is_empty() && !text.ends_with('\n') {
            text.push('\n');
        }
        text.push_str(&log.key().to_string());
        text.push('\n');
        if text.len() > BYTES_MAX {
            return Err(self.wrong("there is no room for another log").into());
        }
        files::replace(&self.path, text.as_bytes(), files::READABLE)?;
        Ok(true)
    }

    fn text(&self) -> Result<String> {
        let bytes = files::read(&self.path, BYTES_MAX)?.unwrap_or_default();
        if bytes.len() > BYTES_MAX {
            return Err(self.wrong("it is too long").into());
        }
        Ok(String::from_utf8(bytes).map_err(|error| self.wrong(&error))?)
    }

    fn wrong(&self, reason: &(impl ToString + ?Sized)) -> BadInput {
        BadInput(format!("{}: {}", self.path.display(), reason.to_string()))
    }
}
