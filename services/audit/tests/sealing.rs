//! Sealing over a real ledger: what a crash between any two writes leaves behind, ledgers and
//! archives that were cut, changed or brought back, two that seal at once.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test's helpers: a broken setup must stop the test"
)]

mod place;

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use hoso_audit::{AuditError, consistency, prove, seal};
use hoso_ledger::conformance::sample;
use hoso_proof::{LogIdentity, SignedCheckpoint};

use place::{Files, Place, append, files, ledger, put_back};

/// The order in which sealing writes.
fn step(path: &Path) -> u8 {
    let text = path.to_str().unwrap();
    match text {
        _ if text.contains("tile/") => 0,
        "keys/last-signed" => 1,
        "archive/log.vkey" | "archive/log-keys" => 2,
        _ if text.contains("archive/checkpoints/") => 3,
        "archive/checkpoint" => 4,
        other => panic!("sealing writes {other}"),
    }
}

#[tokio::test]
async fn what_is_sealed_is_proved_and_what_grows_is_consistent() {
    let place = Place::new().await;
    place.grow("dossier-1", 0, 7).await;
    let first = place.seal().await.unwrap();
    assert_eq!((first.before, first.checkpoint.head().size), (0, 7));
    place.grow("dossier-2", 0, 600).await;
    let second = place.seal().await.unwrap();
    assert_eq!((second.before, second.checkpoint.head().size), (7, 607));
    let (archive, keys) = (place.archive(), place.keys().unwrap());
    let pinned = fs::read_to_string(place.at("sealed/archive/log.vkey")).unwrap();
    let pinned = LogIdentity::parse(pinned.trim_end()).unwrap();
    for position in [1, 7, 8, 256, 257, 607] {
        let proof = prove(&place.ledger, &archive, &keys, position)
            .await
            .unwrap();
        let included = proof.verify(&pinned).unwrap();
        assert_eq!(included.leaf.position, position);
    }
    let missing = prove(&place.ledger, &archive, &keys, 608).await;
    assert!(matches!(
        missing,
        Err(AuditError::NotSealed { sealed: 607, .. })
    ));
    let proof = consistency(&archive, &archive.history().unwrap(), 7, 607).unwrap();
    proof.verify(&pinned, first.checkpoint.head()).unwrap();
    let unsigned = consistency(&archive, &archive.history().unwrap(), 7, 500);
    assert!(matches!(
        unsigned,
        Err(AuditError::NoCheckpoint { size: 500 })
    ));
    let wrong_way = consistency(&archive, &archive.history().unwrap(), 607, 7);
    assert!(matches!(wrong_way, Err(AuditError::NotSealed { .. })));
}

#[tokio::test]
async fn sealing_again_changes_nothing() {
    let place = Place::new().await;
    place.grow("dossier-1", 0, 300).await;
    place.sealed().await;
    let before = files(&place.at("sealed"));
    assert_eq!(place.sealed().await, 300);
    assert_eq!(files(&place.at("sealed")), before);
}

/// Sealing from 250 to 530 events completes two full tiles, removes an edge and makes another.
#[tokio::test]
async fn a_crash_between_any_two_writes_is_made_good_by_sealing_again() {
    let place = Place::new().await;
    place.grow("dossier-1", 0, 250).await;
    place.sealed().await;
    let before = files(&place.at("sealed"));
    place.grow("dossier-1", 250, 280).await;
    place.sealed().await;
    let after = files(&place.at("sealed"));
    let changed = after
        .iter()
        .filter(|(path, bytes)| before.get(*path) != Some(bytes));
    let mut changed: Vec<_> = changed.collect();
    changed.sort_by_key(|(path, _)| step(path));
    assert!(changed.len() > 6, "{changed:?}");
    for written in 0..=changed.len() {
        let mut crashed = before.clone();
        for (path, bytes) in changed.iter().take(written) {
            crashed.insert((*path).clone(), (*bytes).clone());
        }
        put_back(&place.at("sealed"), &crashed);
        assert_eq!(place.sealed().await, 530, "after {written} writes");
        let mended = files(&place.at("sealed"));
        for (path, bytes) in &after {
            assert_eq!(
                mended.get(path),
                Some(bytes),
                "after {written} writes: {path:?}"
            );
        }
    }
    // The same where more was appended before anybody sealed again.
    place.grow("dossier-1", 530, 3).await;
    for written in 0..=changed.len() {
        let mut crashed = before.clone();
        for (path, bytes) in changed.iter().take(written) {
            crashed.insert((*path).clone(), (*bytes).clone());
        }
        put_back(&place.at("sealed"), &crashed);
        assert_eq!(place.sealed().await, 533, "after {written} writes");
    }
}

#[tokio::test]
async fn a_crash_while_secrets_are_made_leaves_nothing_half_made() {
    let place = Place::new().await;
    place.grow("dossier-1", 0, 1).await;
    place.keys().unwrap();
    fs::remove_file(place.at("sealed/keys/log.key")).unwrap();
    assert_eq!(place.sealed().await, 1);
    fs::remove_file(place.at("sealed/keys/salt.key")).unwrap();
    let missing = place.seal().await.unwrap_err();
    assert!(matches!(missing, AuditError::Damaged { .. }), "{missing}");
}

#[tokio::test]
async fn a_ledger_that_was_cut_or_brought_back_from_an_older_backup_is_not_signed() {
    let place = Place::new().await;
    place.grow("dossier-1", 0, 10).await;
    place.sealed().await;
    let sealed = place.archive().checkpoint().unwrap();
    let keys = place.keys().unwrap();
    let other = ledger(&place.at("restored")).await;
    append(&other, "dossier-1", 0, 9).await;
    let cut = seal(Arc::clone(&other), &place.archive(), &keys).await;
    let (ends, signed) = match cut {
        Err(AuditError::Cut { ends, signed }) => (ends, signed),
        other => panic!("{other:?}"),
    };
    assert_eq!((ends, signed), (9, 10));
    // It went on: as many events as before and more, but other ones.
    append(&other, "dossier-2", 0, 5).await;
    let changed = seal(other, &place.archive(), &keys).await;
    assert!(matches!(
        changed,
        Err(AuditError::Changed { position: 10, .. })
    ));
    assert_eq!(place.archive().checkpoint().unwrap(), sealed);
}

#[tokio::test]
async fn an_archive_that_was_cut_or_brought_back_makes_the_signer_forget_nothing() {
    let place = Place::new().await;
    place.grow("dossier-1", 0, 100).await;
    place.sealed().await;
    let older = files(&place.at("sealed/archive"));
    place.grow("dossier-1", 100, 200).await;
    place.sealed().await;
    let newest = files(&place.at("sealed/archive"));
    put_back(&place.at("sealed/archive"), &older);
    let refused = place.seal().await.unwrap_err();
    assert!(refused.is_finding(), "{refused}");
    assert_eq!(files(&place.at("sealed/archive")), older);
    for path in newest
        .keys()
        .filter(|path| path.to_str().unwrap().contains("tile/"))
    {
        let mut cut = newest.clone();
        cut.remove(path);
        put_back(&place.at("sealed/archive"), &cut);
        place.grow("dossier-2", 0, 0).await;
        // Either the tile is needed and missed, or another one holds the same hashes.
        match place.seal().await {
            Ok(sealed) => assert_eq!(sealed.checkpoint.head().size, 300),
            Err(error) => assert!(error.is_finding(), "{error}"),
        }
    }
    put_back(&place.at("sealed/archive"), &newest);
    assert_eq!(place.sealed().await, 300);
}

#[tokio::test]
async fn a_lost_archive_is_made_again_from_the_events_that_were_signed_and_no_others() {
    let place = Place::new().await;
    place.grow("dossier-1", 0, 300).await;
    place.sealed().await;
    let tiles = |files: Files| -> Files {
        let of_tiles = |path: &PathBuf| path.to_str().unwrap().contains("tile/");
        files.into_iter().filter(|(p, _)| of_tiles(p)).collect()
    };
    let before = files(&place.at("sealed/archive"));
    fs::remove_dir_all(place.at("sealed/archive")).unwrap();
    // As many events, but other ones: nothing is signed for them.
    let other = ledger(&place.at("other")).await;
    append(&other, "dossier-2", 0, 300).await;
    let keys = place.keys().unwrap();
    let refused = seal(other, &place.archive(), &keys).await;
    assert!(
        matches!(refused, Err(AuditError::Rewritten { size: 300 })),
        "{refused:?}"
    );
    place.grow("dossier-1", 300, 1).await;
    assert_eq!(place.sealed().await, 301);
    place.archive().checkpoint_of(300).unwrap();
    let after = tiles(files(&place.at("sealed/archive")));
    for (path, bytes) in tiles(before) {
        assert_eq!(after.get(&path), Some(&bytes), "{}", path.display());
    }
}

#[tokio::test]
async fn secrets_that_were_brought_back_learn_from_the_archive() {
    let place = Place::new().await;
    place.grow("dossier-1", 0, 3).await;
    place.sealed().await;
    let older = files(&place.at("sealed/keys"));
    place.grow("dossier-1", 3, 3).await;
    place.sealed().await;
    put_back(&place.at("sealed/keys"), &older);
    let other = ledger(&place.at("other")).await;
    append(&other, "dossier-1", 0, 4).await;
    let keys = place.keys().unwrap();
    let cut = seal(other, &place.archive(), &keys).await;
    assert!(matches!(cut, Err(AuditError::Cut { signed: 6, .. })));
    assert_eq!(place.sealed().await, 6);
}

#[tokio::test]
async fn another_key_does_not_go_on_with_a_log() {
    let place = Place::new().await;
    place.grow("dossier-1", 0, 3).await;
    place.sealed().await;
    fs::remove_dir_all(place.at("sealed/keys")).unwrap();
    let other = place.seal().await.unwrap_err();
    assert!(other.is_finding(), "{other}");
}

#[tokio::test]
async fn two_that_seal_at_once_sign_one_history() {
    let place = Place::new().await;
    place.keys().unwrap();
    let (mut done, mut busy, mut expected) = (0, 0, 0);
    let mut heads = Vec::new();
    while done < 40 {
        place.grow("dossier-1", expected, 5).await;
        expected += 5;
        let (one, two) = tokio::join!(place.seal(), place.seal());
        for outcome in [one, two] {
            match outcome {
                Ok(sealed) => {
                    heads.push(sealed.checkpoint.head());
                    done += 1;
                }
                Err(AuditError::Busy { .. }) => busy += 1,
                Err(other) => panic!("{other}"),
            }
        }
    }
    assert!(busy > 0, "they never met");
    let (archive, keys) = (place.archive(), place.keys().unwrap());
    let last = archive.checkpoint().unwrap();
    let last = SignedCheckpoint::open(last.as_bytes(), keys.log()).unwrap();
    for head in heads {
        let proof = consistency(
            &archive,
            &archive.history().unwrap(),
            head.size,
            last.head().size,
        )
        .unwrap();
        proof.verify(keys.log(), head).unwrap();
    }
}

#[tokio::test]
async fn an_event_whose_bytes_are_not_those_of_its_digest_is_named() {
    let place = Place::new().await;
    let mut append = sample::append("dossier-1", 0, 3).unwrap();
    append.events.get_mut(1).unwrap().sha256 = [7; 32];
    place.ledger.append(append).await.unwrap();
    let wrong = place.seal().await.unwrap_err().to_string();
    assert!(
        wrong.contains("event 2 does not have its SHA-256"),
        "{wrong}"
    );
}
