//! Private servers on free loopback ports, in scratch directories: for tests, benches and
//! `./dev full`. Never part of what is shipped.
//!
//! Whatever is started here ends with the process that started it, also when that one is killed:
//! see [`guarded`]. Nothing here waits longer than its stated time.

pub mod full;
pub mod guarded;
pub mod nats;
pub mod nginx;
mod ports;
pub mod postgres;
pub mod proxy;
mod scratch;

use std::path::PathBuf;

pub use ports::free_port;
pub use scratch::Scratch;

/// Why a server is not there.
#[derive(Debug, thiserror::Error)]
pub enum TestbedError {
    /// A program is missing or too old; says which, where it was looked for, how to get it.
    #[error("{0}")]
    Missing(String),
    /// A file or a process could not be made.
    #[error("{what}: {source}")]
    Io {
        /// What was tried.
        what: String,
        /// Why it failed.
        source: std::io::Error,
    },
    /// A program ended or did not answer in time; with the end of what it said.
    #[error("{program} did not come up: {said}")]
    NotUp {
        /// The program.
        program: &'static str,
        /// The end of its log.
        said: String,
    },
}

impl TestbedError {
    fn io(what: impl Into<String>) -> impl FnOnce(std::io::Error) -> Self {
        let what = what.into();
        move |source| Self::Io { what, source }
    }
}

/// A program by its setting, then on PATH, then in the given places.
fn find_program(setting: &str, name: &str, places: &[PathBuf]) -> Option<PathBuf> {
    if let Some(named) = std::env::var_os(setting) {
        return Some(PathBuf::from(named));
    }
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&path)
        .chain(places.iter().cloned())
        .map(|directory| directory.join(name))
        .find(|program| program.is_file())
}
