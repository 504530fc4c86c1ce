//! A `hoso witness serve` of one's own, always cleaned up.

#![expect(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test's helper: a broken setup must stop the test"
)]

use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use hoso_proof::PublicKey;
use reqwest::Response;

use crate::hoso_binary;
use crate::server::hoso_json;

/// A running witness.
#[derive(Debug)]
pub struct Witness {
    child: Child,
    directory: PathBuf,
    /// Its public key.
    pub key: PublicKey,
    /// Its submission prefix.
    pub url: String,
}

impl Witness {
    /// Makes a witness of this name that knows a log by its key, and starts it.
    ///
    /// # Panics
    /// If it does not come up.
    #[must_use]
    pub fn new(directory: &Path, name: &str, log: &str) -> Self {
        let at = ["--directory", text(directory), "--json"];
        let made = hoso_json(&[&["witness", "init", "--name", name][..], &at].concat());
        let key = made["key"].as_str().expect("it has a key");
        let key = PublicKey::parse(key).expect("it is a key");
        let trusted = hoso_json(&[&["witness", "trust", log][..], &at].concat());
        assert_eq!(trusted["added"], true);
        let (child, url) = start(directory, "127.0.0.1:0");
        Self {
            child,
            directory: directory.to_path_buf(),
            key,
            url,
        }
    }

    /// Its line of a policy, under a name.
    #[must_use]
    pub fn line(&self, name: &str) -> String {
        format!("witness {name} {} {}\n", self.key, self.url)
    }

    /// Kills it as a power cut would.
    ///
    /// # Panics
    /// If it is gone already.
    pub fn kill(&mut self) {
        self.child.kill().expect("it runs");
        self.child.wait().expect("it ends");
    }

    /// Starts it again, where it was.
    ///
    /// # Panics
    /// If it does not come up.
    pub fn start_again(&mut self) {
        let address = self.url.strip_prefix("http://").expect("it is http");
        (self.child, self.url) = start(&self.directory, address);
    }

    /// Asks it to stop; the exit code.
    ///
    /// # Panics
    /// If it cannot be signalled or waited for.
    pub fn stop(&mut self) -> Option<i32> {
        let id = self.child.id().to_string();
        let asked = Command::new("kill").args(["-TERM", &id]).status();
        assert!(asked.expect("kill runs").success());
        self.child.wait().expect("it ends").code()
    }

    /// Whether it still runs.
    pub fn runs(&mut self) -> bool {
        matches!(self.child.try_wait(), Ok(None))
    }

    /// Asks for a cosignature.
    ///
    /// # Panics
    /// If it does not answer.
    pub async fn ask(&self, body: impl Into<reqwest::Body>) -> Response {
        let url = format!("{}/add-checkpoint", self.url);
        let asked = reqwest::Client::new().post(url).body(body);
        asked.send().await.expect("it answers")
    }

    /// The status of what it answers.
    ///
    /// # Panics
    /// If it does not answer.
    pub async fn status(&self, body: impl Into<reqwest::Body>) -> u16 {
        self.ask(body).await.status().as_u16()
    }
}

impl Drop for Witness {
    fn drop(&mut self) {
        if let Ok(None) = self.child.try_wait() {
            self.child.kill().ok();
            self.child.wait().ok();
        }
    }
}

fn text(path: &Path) -> &str {
    path.to_str().expect("a path of a test is text")
}

fn start(directory: &Path, listen: &str) -> (Child, String) {
    let mut child = Command::new(hoso_binary())
        .args(["witness", "serve", "--listen", listen, "--directory"])
        .arg(directory)
        .env("HOSO_LOG", "error")
        .stdout(Stdio::piped())
        .spawn()
        .expect("hoso starts");
    let out = BufReader::new(child.stdout.take().expect("its output is ours"));
    let mut lines = out.lines().map_while(Result::ok);
    let url = lines.by_ref().find_map(|line| {
        let (_, address) = line.split_once(" serves ")?;
        address.split_whitespace().next().map(str::to_owned)
    });
    // Reads on, so that the child never blocks on a full pipe.
    std::thread::spawn(move || lines.for_each(drop));
    let url = url.unwrap_or_else(|| panic!("the witness ended: {:?}", child.wait()));
    (child, url)
}
