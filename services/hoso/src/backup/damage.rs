//! What is wrong with a backup, and in which file.

/// A backup that is not what was written; nothing of it is used.
#[derive(Debug, thiserror::Error)]
#[error("the backup is damaged: {file} {what}")]
pub(crate) struct Damage {
    file: String,
    what: String,
}

impl Damage {
    /// `what` is wrong with a file, in words that follow its name.
    pub(crate) fn of(file: impl std::fmt::Display, what: impl Into<String>) -> Self {
        Self {
            file: format!("{file}"),
            what: what.into(),
        }
    }
}
