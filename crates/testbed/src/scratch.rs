//! A directory that servers of another system user may enter, removed with what is in it.

use std::path::Path;

use tempfile::TempDir;

use crate::TestbedError;

/// A scratch directory.
#[derive(Debug)]
pub struct Scratch(TempDir);

impl Scratch {
    /// A new one under the system's temporary directory. Its path is short: a Unix socket's is at
    /// most 107 bytes.
    ///
    /// # Errors
    /// It cannot be made.
    pub fn new() -> Result<Self, TestbedError> {
        use std::os::unix::fs::PermissionsExt as _;
        let directory = tempfile::Builder::new()
            .prefix("hoso-")
            .permissions(std::fs::Permissions::from_mode(0o711))
            .tempdir()
            .map_err(TestbedError::io("a scratch directory"))?;
        Ok(Self(directory))
    }

    /// Where it is.
    #[must_use]
    pub fn path(&self) -> &Path {
        self.0.path()
    }
}
