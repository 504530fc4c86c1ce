//! Sealing and proofs from the command line.

use std::fs;
use std::path::Path;

use e2e::server::{Server, hoso, hoso_json};
use hoso_proof::{ConsistencyFile, InclusionFile, LogIdentity, SignedCheckpoint};

fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}

/// A data directory with the first start's events.
pub(crate) fn begun(data: &Path) {
    let mut server = Server::start(data);
    assert_eq!(server.stop(), Some(0));
    // Served, it was sealed; here somebody begins anew.
    for sealed in ["audit", "audit-keys"] {
        let directory = data.join(sealed);
        if directory.exists() {
            fs::remove_dir_all(directory).unwrap();
        }
    }
}

#[test]
fn a_log_is_sealed_and_every_event_proved_to_who_has_its_key_alone() {
    let scratch = tempfile::tempdir().unwrap();
    let data = text(scratch.path());
    begun(scratch.path());
    let sealed = hoso_json(&["audit", "seal", "--json", "--data", data]);
    let log = LogIdentity::parse(sealed["key"].as_str().unwrap()).unwrap();
    let size = sealed["size"].as_u64().unwrap();
    assert!(size > 1, "{sealed}");
    let again = hoso_json(&["audit", "seal", "--json", "--data", data]);
    assert_eq!(again["checkpoint"], sealed["checkpoint"]);
    let (code, note, err) = hoso(&["audit", "checkpoint", "--data", data]);
    assert_eq!((code, err.as_str()), (0, ""));
    let opened = SignedCheckpoint::open(note.as_bytes(), &log).unwrap();
    assert_eq!(opened.head().size, size);
    assert_eq!(sealed["root"], hex::encode(opened.head().root));
    for position in 1..=size {
        let (code, proof, err) = hoso(&["audit", "prove", &position.to_string(), "--data", data]);
        assert_eq!(code, 0, "{err}");
        let proof = InclusionFile::parse(proof.as_bytes()).unwrap();
        assert_eq!(proof.verify(&log).unwrap().leaf.position, position);
    }
    let (a, b) = (size.to_string(), size.to_string());
    let (code, proof, err) = hoso(&["audit", "consistency", &a, &b, "--data", data]);
    assert_eq!(code, 0, "{err}");
    let proof = ConsistencyFile::parse(proof.as_bytes()).unwrap();
    proof.verify(&log, opened.head()).unwrap();
}

#[test]
fn secrets_are_readable_by_their_owner_alone_and_the_archive_by_all() {
    use std::os::unix::fs::PermissionsExt as _;
    let scratch = tempfile::tempdir().unwrap();
    begun(scratch.path());
    let sealed = hoso_json(&["audit", "seal", "--json", "--data", text(scratch.path())]);
    assert_eq!(sealed["before"], 0);
    let mode = |name: &str| {
        let file = fs::metadata(scratch.path().join(name)).unwrap();
        file.permissions().mode() & 0o777
    };
    assert_eq!(mode("audit-keys/log.key"), 0o600);
    assert_eq!(mode("audit-keys/salt.key"), 0o600);
    assert_eq!(mode("audit-keys/last-signed"), 0o600);
    assert_eq!(mode("audit/checkpoint"), 0o644);
    assert_eq!(mode("audit/log.vkey"), 0o644);
}

#[test]
fn what_is_not_there_is_wrong_use_and_a_changed_archive_a_finding() {
    let scratch = tempfile::tempdir().unwrap();
    let data = text(scratch.path());
    begun(scratch.path());
    let fails = |arguments: &[&str], code: i32, words: &str| {
        let arguments = [&["audit"], arguments, &["--data", data]].concat();
        let (ended, out, err) = hoso(&arguments);
        assert_eq!((ended, out.as_str()), (code, ""), "{arguments:?}: {err}");
        assert!(err.contains(words), "{arguments:?}: {err}");
    };
    fails(&["checkpoint"], 2, "nothing was sealed yet");
    fails(&["seal", "--origin", "two words"], 2, "--origin");
    let sealed = hoso_json(&["audit", "seal", "--json", "--data", data]);
    let size = sealed["size"].as_u64().unwrap();
    let beyond = (size + 1).to_string();
    fails(&["prove", &beyond], 2, "is not sealed");
    fails(&["prove", "0"], 2, "is not sealed");
    fails(&["consistency", "1", &beyond], 2, "no checkpoint of");
    let tile = scratch.path().join(format!("audit/tile/0/000.p/{size}"));
    let mut bytes = fs::read(&tile).unwrap();
    bytes[0] ^= 1;
    fs::write(&tile, bytes).unwrap();
    fails(&["prove", "1"], 1, "do not hash to the root");
}
