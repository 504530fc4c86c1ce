//! What the end-to-end tests share: where the repository is, and the `hoso` binary under test.

#![expect(
    clippy::expect_used,
    reason = "a test's helper: a broken setup must stop the test"
)]

pub mod contract;
pub mod fault;
pub mod office;
pub mod server;
pub mod witness;

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use sha2::{Digest as _, Sha256};

/// The repository's root.
///
/// # Panics
/// Never: this package lies in a folder of the root.
#[must_use]
pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .parent()
        .expect("tests/ lies in the root")
        .to_path_buf()
}

/// SHA-256 in lower-case hex.
#[must_use]
pub fn sha256(bytes: &[u8]) -> String {
    hex::encode(Sha256::digest(bytes))
}

/// The `hoso` binary: the one that `HOSO_BINARY` names, else that of this build, built now if it is
/// not up to date.
///
/// # Panics
/// If it cannot be built.
#[must_use]
pub fn hoso_binary() -> &'static Path {
    static BINARY: OnceLock<PathBuf> = OnceLock::new();
    BINARY.get_or_init(|| {
        if let Some(built) = std::env::var_os("HOSO_BINARY") {
            return PathBuf::from(built);
        }
        let program = std::env::current_exe().expect("a program has a path");
        let directory = program.parent().expect("it lies in a directory");
        // target/<profile>/deps/<test>, or target/<profile>/<program>.
        let target = if directory.ends_with("deps") {
            directory.parent().expect("deps/ lies in the profile's")
        } else {
            directory
        };
        let mut build = Command::new(env!("CARGO"));
        build
            .args(["build", "--quiet", "--locked", "-p", "hoso"])
            .current_dir(root());
        if target
            .file_name()
            .is_some_and(|profile| profile == "release")
        {
            build.arg("--release");
        }
        let status = build.status().expect("cargo runs");
        assert!(status.success(), "hoso does not build");
        target.join("hoso")
    })
}
