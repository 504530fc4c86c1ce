//! The log's key changed while the log is sealed: who signs what, what a crash between any two steps
//! leaves behind, keys and archives that were lost or brought back.

#![expect(clippy::unwrap_used, reason = "a broken setup must stop the test")]

mod place;

use std::fs;
use std::path::{Path, PathBuf};

use hoso_audit::{AuditError, Keys, consistency, prove};
use hoso_domain::actor::Role;
use hoso_domain::decider::Issued;
use hoso_domain::log_key::{Command, LogKey, LogKeyRotated};
use hoso_ledger::conformance::sample;
use hoso_ledger::execute::{execute, issued};
use hoso_ledger::{Order, StreamName};
use hoso_proof::{Algorithm, LogIdentity, SecretKey, SignedCheckpoint};

use place::{Files, Place, append, files, ledger, put_back};

const ORIGIN: &str = "example.org/log";

/// The number of signatures, and the log that signed.
fn signers(note: &str, keys: &[&LogIdentity]) -> Vec<bool> {
    let signed = |log: &&LogIdentity| SignedCheckpoint::open(note.as_bytes(), log).is_ok();
    keys.iter().map(signed).collect()
}

fn secret(seed: u8) -> SecretKey {
    SecretKey::from_seed(ORIGIN, Algorithm::Ed25519, &[seed; 32]).unwrap()
}

fn public(secret: &SecretKey) -> LogIdentity {
    LogIdentity::new(secret.public().clone()).unwrap()
}

impl Place {
    fn signing(&self) -> LogIdentity {
        self.keys().unwrap().signing().unwrap()
    }

    /// The next key's file, as the service makes it.
    fn put_next(&self, next: &SecretKey) {
        fs::write(self.at("sealed/keys/log.key.next"), next.expose()).unwrap();
    }

    async fn record(&self, previous: &LogIdentity, next: &LogIdentity) -> u64 {
        let mut metadata = sample::metadata().unwrap();
        metadata.actor.role = Role::Administrator;
        let order = Order {
            command: sample::id(),
            digest: [7; 32],
            seen: None,
            metadata: metadata.clone(),
            cursor: None,
        };
        let rotated = LogKeyRotated {
            previous: previous.key().to_string(),
            next: next.key().to_string(),
        };
        let command = || -> Issued<Command> { issued(&metadata, Command::Rotate(rotated.clone())) };
        let stream = StreamName::new("key", "log");
        let done = execute::<LogKey>(self.ledger.as_ref(), &stream, order, command, sample::id);
        done.await.unwrap().first_position
    }

    fn note(&self, size: u64) -> String {
        self.archive().checkpoint_of(size).unwrap()
    }

    fn text(&self, name: &str) -> String {
        fs::read_to_string(self.at(name)).unwrap()
    }
}

#[tokio::test]
async fn a_log_is_handed_over_and_goes_on_under_the_next_key() {
    let place = Place::new().await;
    place.grow("dossier-1", 0, 10).await;
    assert_eq!(place.sealed().await, 10);
    let (old, next) = (place.signing(), secret(1));
    let old_secret = place.text("sealed/keys/log.key");
    place.put_next(&next);
    let new = public(&next);
    // A secret that is not on record signs nothing.
    place.grow("dossier-1", 10, 1).await;
    assert_eq!(place.sealed().await, 11);
    assert_eq!(signers(&place.note(11), &[&old, &new]), [true, false]);
    assert_eq!(place.record(&old, &new).await, 12);
    place.grow("dossier-1", 11, 3).await;
    assert_eq!(place.sealed().await, 15);
    assert_eq!(signers(&place.note(15), &[&old, &new]), [true, true]);
    let handover = place.archive().checkpoint().unwrap();
    assert_eq!(handover.lines().filter(|l| l.starts_with('—')).count(), 2);
    assert_eq!(place.signing(), new);
    let kept = files(&place.at("sealed/keys"));
    let holds = |bytes: &Vec<u8>| {
        bytes
            .windows(20)
            .any(|w| old_secret.as_bytes().ends_with(w))
    };
    assert!(!kept.values().any(holds), "the old secret is still there");
    for gone in ["log.key.next", "log.key.old"] {
        assert!(!place.at("sealed/keys").join(gone).exists(), "{gone}");
    }
    place.grow("dossier-2", 0, 300).await;
    assert_eq!(place.sealed().await, 315);
    assert_eq!(signers(&place.note(315), &[&old, &new]), [false, true]);
    let lines = format!("0 {}\n15 {}\n", old.key(), new.key());
    assert_eq!(place.text("sealed/archive/log-keys"), lines);
    let newest = format!("{}\n", new.key());
    assert_eq!(place.text("sealed/archive/log.vkey"), newest);
    let (archive, keys) = (place.archive(), place.keys().unwrap());
    let history = archive.history().unwrap();
    for (old_size, new_size) in [(10, 15), (10, 315), (11, 315), (15, 315), (10, 11)] {
        let before = history.open(place.note(old_size).as_bytes()).unwrap();
        let proof = consistency(&archive, &history, old_size, new_size).unwrap();
        let by = &history.at(new_size).log;
        proof.verify(by, before.head()).unwrap();
    }
    for position in [1, 12, 15, 315] {
        let proof = prove(&place.ledger, &archive, &keys, position).await;
        proof.unwrap().verify(&new).unwrap();
    }
}

#[tokio::test]
async fn a_key_that_was_opened_before_the_change_seals_on_after_it() {
    let place = Place::new().await;
    place.grow("dossier-1", 0, 3).await;
    place.sealed().await;
    let (keys, old, next) = (place.keys().unwrap(), place.signing(), secret(1));
    place.put_next(&next);
    place.record(&old, &public(&next)).await;
    for version in 0..3 {
        place.grow("dossier-2", version, 1).await;
        let ledger = std::sync::Arc::clone(&place.ledger);
        let sealed = hoso_audit::seal(ledger, &place.archive(), &keys).await;
        let sealed = sealed.unwrap();
        sealed.checkpoint.note().verify(next.public()).unwrap();
    }
}

/// The order in which a handover writes; renaming and removing come behind.
fn step(path: &Path) -> u8 {
    match path.to_str().unwrap() {
        text if text.contains("tile/") => 0,
        "keys/last-signed" => 1,
        text if text.starts_with("keys/handovers/") => 2,
        "archive/log.vkey" => 3,
        "archive/log-keys" => 4,
        text if text.starts_with("archive/checkpoints/") => 5,
        "archive/checkpoint" => 6,
        _ => 7,
    }
}

/// Every state that a crash can leave while a log of `before` is handed over to become `after`.
fn crashes(before: &Files, after: &Files) -> Vec<Files> {
    let (key, next) = (
        PathBuf::from("keys/log.key"),
        PathBuf::from("keys/log.key.next"),
    );
    let old = PathBuf::from("keys/log.key.old");
    let written = after
        .iter()
        .filter(|(path, bytes)| before.get(*path) != Some(bytes) && **path != key);
    let mut written: Vec<_> = written.collect();
    written.sort_by_key(|(path, _)| step(path));
    assert!(written.len() > 6 && written.iter().all(|(path, _)| step(path) < 7));
    let mut state = before.clone();
    let mut states = vec![state.clone()];
    for (path, bytes) in written {
        state.insert(path.clone(), bytes.clone());
        states.push(state.clone());
    }
    let secret = state.get(&key).unwrap().clone();
    state.insert(old.clone(), secret.clone());
    states.push(state.clone());
    let taken = state.remove(&next).unwrap();
    state.insert(key, taken);
    states.push(state.clone());
    state.insert(old.clone(), vec![b'0'; secret.len()]);
    states.push(state.clone());
    state.remove(&old);
    states.push(state.clone());
    // But for tiles of the edge, which go.
    let same = |(path, bytes): (&PathBuf, &Vec<u8>)| state.get(path) == Some(bytes);
    assert!(after.iter().all(same));
    states
}

#[tokio::test]
async fn a_crash_between_any_two_steps_is_made_good_by_sealing_again() {
    let place = Place::new().await;
    place.grow("dossier-1", 0, 250).await;
    place.sealed().await;
    let (old, next) = (place.signing(), secret(1));
    let new = public(&next);
    place.put_next(&next);
    let before = files(&place.at("sealed"));
    place.record(&old, &new).await;
    place.grow("dossier-1", 250, 9).await;
    assert_eq!(place.sealed().await, 260);
    let after = files(&place.at("sealed"));
    let states = crashes(&before, &after);
    for (number, state) in states.iter().enumerate() {
        put_back(&place.at("sealed"), state);
        assert_eq!(place.sealed().await, 260, "state {number}");
        assert_eq!(place.sealed().await, 260, "state {number}, again");
        let mended = files(&place.at("sealed"));
        let behind: Vec<_> = mended.keys().filter(|p| !after.contains_key(*p)).collect();
        assert!(
            behind.iter().all(|path| step(path) == 0),
            "state {number} leaves {behind:?}"
        );
        for (path, bytes) in &after {
            // Sealed again, the same events are signed by the next key alone.
            if path.ends_with("last-signed") {
                continue;
            }
            assert_eq!(mended.get(path), Some(bytes), "state {number}: {path:?}");
        }
    }
    // The same where more was appended before anybody sealed again.
    place.grow("dossier-2", 0, 3).await;
    for (number, state) in states.iter().enumerate() {
        put_back(&place.at("sealed"), state);
        assert_eq!(place.sealed().await, 263, "state {number}");
        assert_eq!(place.signing(), new, "state {number}");
        let history = place.archive().history().unwrap();
        let size = history.newest().since;
        assert!([260, 263].contains(&size), "state {number}: {size}");
        let handover = history.open(place.note(size).as_bytes()).unwrap();
        assert!(history.is_handover(&handover), "state {number}");
        assert!(!place.at("sealed/keys/log.key.old").exists());
    }
}

#[tokio::test]
async fn a_lost_archive_is_made_again_with_its_keys_and_handovers() {
    let place = Place::new().await;
    place.grow("dossier-1", 0, 5).await;
    place.sealed().await;
    let mut signing = place.signing();
    for seed in [1, 2] {
        let next = secret(seed);
        place.put_next(&next);
        place.record(&signing, &public(&next)).await;
        place.sealed().await;
        signing = public(&next);
        assert_eq!(place.signing(), signing);
    }
    let sizes = |place: &Place| {
        let history = place.archive().history().unwrap();
        history.reigns().map(|r| r.since).collect::<Vec<_>>()
    };
    assert_eq!(sizes(&place), [0, 6, 7]);
    let keys = place.text("sealed/archive/log-keys");
    place.grow("dossier-1", 5, 40).await;
    place.sealed().await;
    fs::remove_dir_all(place.at("sealed/archive")).unwrap();
    assert_eq!(place.sealed().await, 47);
    assert_eq!(place.text("sealed/archive/log-keys"), keys);
    let history = place.archive().history().unwrap();
    for size in [6, 7] {
        let handover = history.open(place.note(size).as_bytes()).unwrap();
        assert!(history.is_handover(&handover));
        let proof = consistency(&place.archive(), &history, size, 47).unwrap();
        proof.verify(&signing, handover.head()).unwrap();
    }
    // The file of keys is derived: what was made of it is not believed.
    let forged = keys.replace("\n7 ", "\n6 ").replacen("\n6 ", "\n3 ", 1);
    fs::write(place.at("sealed/archive/log-keys"), forged).unwrap();
    place.grow("dossier-1", 45, 1).await;
    place.sealed().await;
    assert_eq!(place.text("sealed/archive/log-keys"), keys);
}

#[tokio::test]
async fn keys_of_before_the_change_sign_nothing_behind_it() {
    let place = Place::new().await;
    place.grow("dossier-1", 0, 5).await;
    place.sealed().await;
    let (old, next) = (place.signing(), secret(1));
    let copy = files(&place.at("sealed/keys"));
    place.put_next(&next);
    place.record(&old, &public(&next)).await;
    place.sealed().await;
    let newest = files(&place.at("sealed/archive"));
    put_back(&place.at("sealed/keys"), &copy);
    let lost = place.seal().await.unwrap_err();
    assert!(matches!(lost, AuditError::KeyLost { .. }), "{lost}");
    assert!(lost.is_finding());
    assert_eq!(files(&place.at("sealed/archive")), newest);
}

#[tokio::test]
async fn a_rotation_that_somebody_else_recorded_stops_the_sealing() {
    let place = Place::new().await;
    place.grow("dossier-1", 0, 5).await;
    place.sealed().await;
    let old = place.signing();
    place.put_next(&secret(1));
    // Whoever writes to the database alone has no key that the sealer takes.
    place.record(&old, &public(&secret(9))).await;
    let lost = place.seal().await.unwrap_err();
    assert!(matches!(lost, AuditError::KeyLost { .. }), "{lost}");
    assert_eq!(place.signing(), old);
    // Nor does a history that does not follow the key that signs.
    let other = Place::new().await;
    append(&other.ledger, "dossier-1", 0, 1).await;
    other.sealed().await;
    other.put_next(&secret(2));
    other.record(&public(&secret(8)), &public(&secret(2))).await;
    let lost = other.seal().await.unwrap_err();
    assert!(lost.is_finding(), "{lost}");
}

#[tokio::test]
async fn a_ledger_without_the_rotation_is_cut() {
    let place = Place::new().await;
    place.grow("dossier-1", 0, 5).await;
    place.sealed().await;
    let (old, next) = (place.signing(), secret(1));
    place.put_next(&next);
    place.record(&old, &public(&next)).await;
    place.sealed().await;
    let restored = ledger(&place.at("restored")).await;
    append(&restored, "dossier-1", 0, 5).await;
    let keys = place.keys().unwrap();
    let cut = hoso_audit::seal(restored, &place.archive(), &keys).await;
    assert!(
        matches!(cut, Err(AuditError::Cut { signed: 6, .. })),
        "{cut:?}"
    );
}

#[tokio::test]
async fn a_log_that_is_begun_anew_has_a_name_of_its_own() {
    let place = Place::new().await;
    place.grow("dossier-1", 0, 5).await;
    place.sealed().await;
    let (old, next) = (place.signing(), secret(1));
    place.put_next(&next);
    place.record(&old, &public(&next)).await;
    place.sealed().await;
    // Secrets and archive are lost; the record names the keys that were.
    fs::remove_dir_all(place.at("sealed")).unwrap();
    let same = place.seal().await.unwrap_err();
    assert!(matches!(same, AuditError::KeyLost { .. }), "{same}");
    fs::remove_dir_all(place.at("sealed")).unwrap();
    let other = Keys::open_or_make(&place.at("sealed/keys"), Some("example.org/second"));
    let other = other.unwrap();
    let ledger = std::sync::Arc::clone(&place.ledger);
    let sealed = hoso_audit::seal(ledger, &place.archive(), &other).await;
    let size = sealed.unwrap().checkpoint.head().size;
    assert_eq!(size, 6);
    let history = place.archive().history().unwrap();
    assert_eq!(history.reigns().count(), 1);
    assert_eq!(&history.newest().log, other.log());
}
