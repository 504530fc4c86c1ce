//! How a witness is made, and that its directory has one process.

use std::path::Path;

use e2e::server::{hoso, hoso_json};
use e2e::witness::Witness;
use hoso_proof::PublicKey;

use super::log;

pub(crate) fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}

/// A running witness that knows the log of [`log`].
pub(crate) fn witness(directory: &Path) -> Witness {
    let vkey = log::key().public().to_string();
    Witness::new(directory, "witness.example/w", &vkey)
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
    let mut witness = witness(scratch.path());
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
