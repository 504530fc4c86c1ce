//! `hoso nats-keys DIR`: a key for everybody who may connect to NATS. A seed a file, for the one
//! process that is that user; the public halves in `nats.env`, for nats-server.

use std::fmt::Write as _;
use std::fs::{self, OpenOptions};
use std::io::Write as _;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};
use clap::Args;
use hoso_runtime::Ids;
use hoso_runtime::jetstream::UserKey;
use hoso_runtime::jetstream::keys::USERS;

use crate::cli::{BadInput, DONE};
use crate::output::say;

/// The file of public keys.
const PUBLIC: &str = "nats.env";
/// Only the owner reads it.
const SECRET: u32 = 0o600;
/// Everybody reads it.
const READABLE: u32 = 0o644;

/// Where to.
#[derive(Debug, Args)]
pub(crate) struct NatsKeysArgs {
    /// Directory for the keys; made if it is not there
    dir: PathBuf,
}

/// Makes all keys, or none where one is there already.
///
/// # Errors
/// A key is there already, or the directory cannot be written.
pub(crate) fn run(args: &NatsKeysArgs) -> Result<u8> {
    let directory = &args.dir;
    let public = directory.join(PUBLIC);
    let seeds = USERS.map(|user| seed_file(directory, user));
    if let Some(there) = seeds.iter().chain([&public]).find(|file| file.exists()) {
        let there = there.display();
        return Err(BadInput(format!(
            "{there} is there already: keys are not overwritten, since a process may use them"
        ))
        .into());
    }
    fs::create_dir_all(directory).with_context(|| format!("{}", directory.display()))?;
    let mut written = Vec::new();
    if let Err(error) = make(directory, &mut written) {
        // Half a set of keys would only stand in the way of the next try.
        for file in written {
            fs::remove_file(file).ok();
        }
        return Err(error);
    }
    say!(
        "{} seeds and {PUBLIC} are in {}.",
        USERS.len(),
        directory.display()
    );
    say!("Give nats-server {PUBLIC} as its environment, and each process its own seed only");
    say!("(HOSO_NATS_SEED_FILE). Keep operator.seed away from the servers.");
    Ok(DONE)
}

fn make(directory: &Path, written: &mut Vec<PathBuf>) -> Result<()> {
    let ids = Ids::system();
    let mut lines = String::new();
    for user in USERS {
        let key = UserKey::new(&ids).context("a key for NATS")?;
        write_new(
            seed_file(directory, user),
            key.seed.expose(),
            SECRET,
            written,
        )?;
        writeln!(lines, "{}={}", UserKey::variable(user), key.public)?;
    }
    write_new(directory.join(PUBLIC), &lines, READABLE, written)
}

fn seed_file(directory: &Path, user: &str) -> PathBuf {
    directory.join(format!("{user}.seed"))
}

/// Writes a file that was not there.
fn write_new(file: PathBuf, text: &str, mode: u32, written: &mut Vec<PathBuf>) -> Result<()> {
    let name = format!("{}", file.display());
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, mode);
    #[cfg(not(unix))]
    let _ = mode;
    let mut opened = options.open(&file).with_context(|| name.clone())?;
    written.push(file);
    let done = opened.write_all(text.as_bytes());
    done.and_then(|()| opened.sync_all()).context(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_user_gets_a_seed_of_its_own_and_none_is_overwritten() {
        let directory = tempfile::tempdir().unwrap();
        let dir = directory.path().join("keys");
        let args = NatsKeysArgs { dir: dir.clone() };
        assert_eq!(run(&args).unwrap(), DONE);
        let public = fs::read_to_string(dir.join(PUBLIC)).unwrap();
        let mut seeds = Vec::new();
        for user in USERS {
            let file = seed_file(&dir, user);
            seeds.push(fs::read_to_string(&file).unwrap());
            assert!(public.contains(&format!("{}=U", UserKey::variable(user))));
            #[cfg(unix)]
            {
                use std::os::unix::fs::PermissionsExt as _;
                let mode = fs::metadata(&file).unwrap().permissions().mode();
                assert_eq!(mode & 0o777, SECRET, "{user}");
            }
        }
        assert!(seeds.iter().all(|seed| seed.starts_with("SU")));
        seeds.sort();
        seeds.dedup();
        assert_eq!(seeds.len(), USERS.len());
        let error = run(&args).unwrap_err();
        assert_eq!(crate::cli::exit_code(&error), crate::cli::BAD_INPUT);
        fs::remove_file(dir.join(PUBLIC)).unwrap();
        let error = run(&args).unwrap_err();
        assert!(error.to_string().contains("relay.seed"), "{error}");
    }

    #[test]
    fn what_cannot_be_written_leaves_nothing_behind() {
        let directory = tempfile::tempdir().unwrap();
        let dir = directory.path().join("keys");
        // A link to nowhere is not there, and cannot be made either.
        fs::create_dir(&dir).unwrap();
        #[cfg(unix)]
        std::os::unix::fs::symlink("/nowhere/at/all", dir.join("audit.seed")).unwrap();
        let args = NatsKeysArgs { dir: dir.clone() };
        assert!(run(&args).is_err());
        assert_eq!(fs::read_dir(&dir).unwrap().count(), 1);
    }
}
