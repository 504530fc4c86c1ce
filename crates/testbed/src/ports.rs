//! Ports for servers that are started, killed and started again on the same one.
//!
//! A port that the system gives out is only free for now: between the look and the server's start, or
//! while the server is down, any connection going out may get it, and whoever asks there is answered
//! by somebody else. So ports are taken from below those that the system gives out, and each is held,
//! by the lock of a file, until the process that took it ends.

use std::fs::{self, File, Permissions};
use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::sync::{Mutex, PoisonError};

use crate::TestbedError;

/// Below the 32 768 and above of Linux, above what is commonly listened on.
const FIRST: u16 = 20_000;
/// How many.
const COUNT: u16 = 12_000;

/// The locks of this process.
static HELD: Mutex<Vec<File>> = Mutex::new(Vec::new());

/// A port of the loopback address that nobody else takes while this process runs.
///
/// # Errors
/// No port is free, or the directory of locks cannot be written.
pub fn free_port() -> Result<u16, TestbedError> {
    let directory = std::env::temp_dir().join("hoso-ports");
    make(&directory)?;
    let mut held = HELD.lock().unwrap_or_else(PoisonError::into_inner);
    // Processes begin at different places, so that they seldom try the same one.
    let process = std::process::id().wrapping_mul(37) % u32::from(COUNT);
    let start = u16::try_from(process).unwrap_or_default();
    for step in 0..COUNT {
        let port = FIRST + (start + step) % COUNT;
        if let Some(lock) = lock(&directory, port)
            && TcpListener::bind(("127.0.0.1", port)).is_ok()
        {
            held.push(lock);
            return Ok(port);
        }
    }
    Err(TestbedError::Missing("no port is free".to_owned()))
}

/// Every user's processes share it.
fn make(directory: &Path) -> Result<(), TestbedError> {
    if directory.is_dir() {
        return Ok(());
    }
    fs::create_dir_all(directory)
        .and_then(|()| fs::set_permissions(directory, Permissions::from_mode(0o1777)))
        .map_err(TestbedError::io(directory.display().to_string()))
}

/// The lock of a port, unless somebody holds it; by this process it is held once, too.
fn lock(directory: &Path, port: u16) -> Option<File> {
    let path = directory.join(port.to_string());
    let file = File::options()
        .write(true)
        .create(true)
        .truncate(false)
        .open(path)
        .ok()?;
    file.try_lock().ok()?;
    Some(file)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn no_port_is_given_out_twice_or_is_one_that_the_system_gives_out() {
        let ports: BTreeSet<_> = (0..50).map(|_| free_port().unwrap()).collect();
        assert_eq!(ports.len(), 50);
        assert!(ports.iter().all(|port| (20_000..32_000).contains(port)));
    }

    #[test]
    fn a_port_that_is_held_is_not_locked_again() {
        let ports: Vec<_> = (0..2).map(|_| free_port().unwrap()).collect();
        let directory = std::env::temp_dir().join("hoso-ports");
        assert!(ports.iter().all(|port| lock(&directory, *port).is_none()));
    }
}
