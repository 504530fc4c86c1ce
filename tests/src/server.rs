//! A `hoso up` of one's own: started on a free port, told to stop or killed, always cleaned up.

#![expect(
    clippy::expect_used,
    clippy::panic,
    reason = "a test's helper: a broken setup must stop the test"
)]

use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use serde_json::Value;

use crate::hoso_binary;

/// A running `hoso up`.
#[derive(Debug)]
pub struct Server {
    child: Child,
    /// Where it serves, such as `http://127.0.0.1:40001`.
    pub url: String,
}

impl Server {
    /// Starts it on a data directory and waits until it listens.
    ///
    /// # Panics
    /// If it does not come up.
    #[must_use]
    pub fn start(data: &Path) -> Self {
        Self::start_with(data, &[])
    }

    /// Starts it with more arguments.
    ///
    /// # Panics
    /// If it does not come up.
    #[must_use]
    pub fn start_with(data: &Path, arguments: &[&str]) -> Self {
        let mut child = Command::new(hoso_binary())
            .args(["up", "--listen", "127.0.0.1:0", "--data"])
            .arg(data)
            .args(arguments)
            .env("HOSO_LOG", "warn")
            .stdout(Stdio::piped())
            .spawn()
            .expect("hoso starts");
        let out = BufReader::new(child.stdout.take().expect("its output is ours"));
        let mut lines = out.lines().map_while(Result::ok);
        let url = lines.by_ref().find_map(|line| {
            let address = line.strip_prefix("Hoso serves ")?;
            address.split_whitespace().next().map(str::to_owned)
        });
        // Reads on, so that the child never blocks on a full pipe.
        std::thread::spawn(move || lines.for_each(drop));
        let Some(url) = url else {
            let status = child.wait();
            panic!("hoso up ended before it listened: {status:?}");
        };
        Self { child, url }
    }

    /// Kills it as a power cut would: no handler runs.
    ///
    /// # Panics
    /// If it is gone already.
    pub fn kill(&mut self) {
        self.child.kill().expect("it runs");
        self.child.wait().expect("it ends");
    }

    /// The process.
    #[must_use]
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// Asks it to stop and waits; the exit code.
    ///
    /// # Panics
    /// If it cannot be signalled or waited for.
    pub fn stop(&mut self) -> Option<i32> {
        let asked = Command::new("kill")
            .arg("-TERM")
            .arg(self.child.id().to_string())
            .status();
        assert!(asked.expect("kill runs").success());
        self.child.wait().expect("it ends").code()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        if let Ok(None) = self.child.try_wait() {
            self.child.kill().ok();
            self.child.wait().ok();
        }
    }
}

/// Runs `hoso` with arguments; exit code, standard output, standard error.
///
/// # Panics
/// If it cannot be run.
#[must_use]
pub fn hoso(arguments: &[&str]) -> (i32, String, String) {
    hoso_with(&[], arguments)
}

/// Runs `hoso` in an environment with more variables.
///
/// # Panics
/// If it cannot be run.
#[must_use]
pub fn hoso_with(variables: &[(&str, &str)], arguments: &[&str]) -> (i32, String, String) {
    let output = Command::new(hoso_binary())
        .args(arguments)
        .envs(variables.iter().copied())
        .current_dir(crate::root())
        .output()
        .expect("hoso runs");
    (
        output.status.code().unwrap_or(-1),
        String::from_utf8_lossy(&output.stdout).into_owned(),
        String::from_utf8_lossy(&output.stderr).into_owned(),
    )
}

/// The JSON a command printed.
///
/// # Panics
/// If it failed or printed something else.
#[must_use]
pub fn hoso_json(arguments: &[&str]) -> Value {
    let (code, out, err) = hoso(arguments);
    assert_eq!(code, 0, "hoso {arguments:?}: {err}");
    serde_json::from_str(&out).unwrap_or_else(|error| panic!("{error}: {out}"))
}
