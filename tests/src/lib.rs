//! What the end-to-end tests share: where the repository is, and the `hoso` binary under test.

#![expect(
    clippy::expect_used,
    reason = "a test's helper: a broken setup must stop the test"
)]

pub mod contract;
pub mod office;
pub mod server;

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

/// The `hoso` binary of this build, built now if it is not up to date.
///
/// # Panics
/// If it cannot be built.
#[must_use]
pub fn hoso_binary() -> &'static Path {
    static BINARY: OnceLock<PathBuf> = OnceLock::new();
    BINARY.get_or_init(|| {
        let test = std::env::current_exe().expect("a test has a path");
        let target = test
            .ancestors()
            .nth(2)
            .expect("target/<profile>/deps/<test>");
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
