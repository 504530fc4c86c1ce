//! A `hoso witness serve` of one's own, always cleaned up.

use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use e2e::hoso_binary;
use e2e::server::{hoso, hoso_json};
use hoso_proof::PublicKey;
use reqwest::Response;

use super::log;

/// A running witness.
pub(crate) struct Witness {
    child: Child,
    directory: PathBuf,
    /// Its public key.
    pub(crate) key: PublicKey,
    /// Its submission prefix.
    pub(crate) url: String,
}

pub(crate) fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}

impl Witness {
    /// Makes a witness that knows the log of [`log`], and starts it.
    pub(crate) fn new(directory: &Path) -> Self {
        let at = ["--directory", text(directory), "--json"];
        let init = ["witness", "init", "--name", "witness.example/w"];
        let made = hoso_json(&[&init[..], &at].concat());
        let key = PublicKey::parse(made["key"].as_str().unwrap()).unwrap();
        let vkey = log::key().public().to_string();
        let trusted = hoso_json(&[&["witness", "trust", &vkey][..], &at].concat());
        assert_eq!(trusted["added"], true);
        let (child, url) = start(directory);
        Self {
            child,
            directory: directory.to_path_buf(),
            key,
            url,
        }
    }

    /// Kills it as a power cut would, and starts it again.
    pub(crate) fn kill_and_start(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
        (self.child, self.url) = start(&self.directory);
    }

    /// Asks it to stop; the exit code.
    pub(crate) fn stop(&mut self) -> Option<i32> {
        let id = self.child.id().to_string();
        let asked = Command::new("kill").args(["-TERM", &id]).status();
        assert!(asked.unwrap().success());
        self.child.wait().unwrap().code()
    }

    /// Whether it still runs.
    pub(crate) fn runs(&mut self) -> bool {
        self.child.try_wait().unwrap().is_none()
    }

    /// Asks for a cosignature.
    pub(crate) async fn ask(&self, body: impl Into<reqwest::Body>) -> Response {
        let url = format!("{}/add-checkpoint", self.url);
        let asked = reqwest::Client::new().post(url).body(body);
        asked.send().await.unwrap()
    }

    /// The status of what it answers.
    pub(crate) async fn status(&self, body: impl Into<reqwest::Body>) -> u16 {
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

fn start(directory: &Path) -> (Child, String) {
    let arguments = ["witness", "serve", "--listen", "127.0.0.1:0", "--directory"];
    let mut child = Command::new(hoso_binary())
        .args(arguments)
        .arg(directory)
        .env("HOSO_LOG", "error")
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap())
        .lines()
        .map_while(Result::ok);
    let url = lines.by_ref().find_map(|line| {
        let (_, address) = line.split_once(" serves ")?;
        address.split_whitespace().next().map(str::to_owned)
    });
    std::thread::spawn(move || lines.for_each(drop));
    let url = url.unwrap_or_else(|| panic!("the witness ended: {:?}", child.wait()));
    (child, url)
}

#[test]
fn a_witness_is_made_once_and_its_key_is_its_own() {
    use std::os::unix::fs::PermissionsExt as _;
    let scratch = tempfile::tempdir().unwrap();
    let directory = scratch.path().join("w");
    let at = text(&directory);
    let (code, out, err) = hoso(&[
        "witness",
        "init",
        "--name",
        "w.example/1",
        "--directory",
        at,
    ]);
    assert_eq!(code, 0, "{err}");
    let key = PublicKey::parse(out.trim_end()).unwrap();
    assert_eq!(key.name(), "w.example/1");
    let mode = |name: &str| {
        let file = std::fs::metadata(directory.join(name)).unwrap();
        file.permissions().mode() & 0o777
    };
    assert_eq!((mode("witness.key"), mode("witness.vkey")), (0o600, 0o644));
    let vkey = std::fs::read_to_string(directory.join("witness.vkey")).unwrap();
    assert_eq!(vkey, out);
    for (arguments, words) in [
        (&["init", "--name", "w.example/2"][..], "a witness already"),
        (&["trust", "nonsense"], "malformed key"),
        (&["trust", &key.to_string()], "not for this"),
    ] {
        let all = [&["witness"], arguments, &["--directory", at]].concat();
        let (code, out, err) = hoso(&all);
        assert_eq!((code, out.as_str()), (2, ""), "{err}");
        assert!(err.contains(words), "{err}");
    }
    let nowhere = scratch.path().join("nowhere");
    let vkey = log::key().public().to_string();
    for arguments in [&["show"][..], &["serve"], &["trust", &vkey]] {
        let all = [&["witness"], arguments, &["--directory", text(&nowhere)]].concat();
        let (code, _, err) = hoso(&all);
        assert_eq!(code, 2, "{err}");
        assert!(err.contains("hoso witness init"), "{err}");
    }
    assert!(!nowhere.exists());
}

#[test]
fn a_directory_has_one_process_and_shows_what_it_cosigned() {
    let scratch = tempfile::tempdir().unwrap();
    let mut witness = Witness::new(scratch.path());
    let at = ["--directory", text(scratch.path())];
    let serve = ["witness", "serve", "--listen", "127.0.0.1:0"];
    let (code, _, err) = hoso(&[&serve[..], &at].concat());
    assert_eq!(code, 2, "{err}");
    assert!(err.contains("another process"), "{err}");
    let shown = hoso_json(&[&["witness", "show", "--json"][..], &at].concat());
    assert_eq!(shown["key"], witness.key.to_string());
    assert_eq!(shown["logs"][0]["origin"], log::ORIGIN);
    assert!(shown["logs"][0]["size"].is_null());
    assert_eq!(witness.stop(), Some(0));
}
