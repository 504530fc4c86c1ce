//! A log whose key was changed: who must have signed what, and what a retired key is worth.

#![expect(clippy::unwrap_used, reason = "what is built for a test must be built")]

use hoso_proof::frontier::Frontier;
use hoso_proof::tree::leaf_hash;
use hoso_proof::{
    Algorithm, Checkpoint, CheckpointError, HistoryError, KeyHistory, LogIdentity, LogSigner, Note,
    NoteError, SecretKey, SignedCheckpoint, TreeHead,
};
use proptest::prelude::*;

const ORIGIN: &str = "khenthuong.example/log";

fn secret(seed: u8) -> SecretKey {
    SecretKey::from_seed(ORIGIN, Algorithm::Ed25519, &[seed; 32]).unwrap()
}

fn log(seed: u8) -> LogIdentity {
    LogIdentity::new(secret(seed).public().clone()).unwrap()
}

/// Keys 0, 1, 2, …, with a rotation at each of these positions.
fn history(positions: &[u64]) -> KeyHistory {
    let mut history = KeyHistory::new(log(0));
    for (seed, position) in (0..).zip(positions) {
        history
            .rotate(*position, &log(seed), log(seed + 1))
            .unwrap();
    }
    history
}

fn head(size: u64) -> TreeHead {
    let mut frontier = Frontier::default();
    for index in 0..size {
        frontier.push(leaf_hash(&index.to_be_bytes()));
    }
    frontier.head()
}

/// A checkpoint of so many events, signed by these keys.
fn checkpoint(size: u64, seeds: &[u8]) -> Vec<u8> {
    let text = Checkpoint {
        origin: ORIGIN.to_owned(),
        head: head(size),
        extension: String::new(),
    };
    let mut note = Note::new(text.text()).unwrap();
    for seed in seeds {
        note.sign(&secret(*seed)).unwrap();
    }
    note.encode().into_bytes()
}

#[test]
fn a_key_signs_from_its_rotation_to_the_next() {
    let history = history(&[5, 9]);
    for (size, seed) in [(0, 0), (4, 0), (5, 1), (8, 1), (9, 2), (1_000, 2)] {
        assert_eq!(history.at(size).log, log(seed), "{size}");
        let opened = history.open(&checkpoint(size, &[seed]));
        assert_eq!(opened.map(|opened| opened.head().size), Ok(size));
    }
    assert_eq!(history.newest().log, log(2));
    assert_eq!(history.newest().since, 9);
    assert_eq!(history.origin(), ORIGIN);
    let sinces: Vec<_> = history.reigns().map(|reign| reign.since).collect();
    assert_eq!(sinces, [0, 5, 9]);
    assert!(history.knows(&log(1)) && !history.knows(&log(3)));
}

#[test]
fn a_retired_key_alone_and_a_key_before_its_time_are_refused() {
    let history = history(&[5, 9]);
    for (size, seed) in [(5, 0), (100, 0), (9, 1), (100, 1), (4, 1), (8, 2), (7, 3)] {
        let refused = history.open(&checkpoint(size, &[seed]));
        let unsigned = CheckpointError::Note(NoteError::Unsigned(ORIGIN.to_owned()));
        assert_eq!(refused, Err(unsigned), "{size} by {seed}");
    }
}

#[test]
fn a_handover_is_signed_by_both() {
    let history = history(&[5, 9]);
    for (size, seeds, handover) in [
        (5, &[0, 1][..], true),
        (6, &[0, 1], true),
        (9, &[1, 2], true),
        (12, &[2, 1], true),
        (6, &[1], false),
        (12, &[2, 0], false),
        (3, &[0], false),
        (3, &[0, 1], false),
    ] {
        let opened = history.open(&checkpoint(size, seeds)).unwrap();
        assert_eq!(
            history.is_handover(&opened),
            handover,
            "{size} by {seeds:?}"
        );
    }
    assert_eq!(history.before(4), None);
    assert_eq!(
        history.before(8).map(|reign| reign.log.clone()),
        Some(log(0))
    );
    assert_eq!(
        history.before(9).map(|reign| reign.log.clone()),
        Some(log(1))
    );
}

#[test]
fn a_rotation_that_does_not_follow_is_not_taken_in() {
    let mut history = history(&[5]);
    let before = history.clone();
    let stranger = SecretKey::from_seed("other/log", Algorithm::Ed25519, &[7; 32]).unwrap();
    let stranger = LogIdentity::new(stranger.public().clone()).unwrap();
    for (position, previous, next, error) in [
        (9, log(1), log(0), HistoryError::UsedBefore { position: 9 }),
        (9, log(1), log(1), HistoryError::UsedBefore { position: 9 }),
        (
            9,
            log(1),
            stranger,
            HistoryError::OtherOrigin { position: 9 },
        ),
        (5, log(1), log(2), HistoryError::NotAfter { position: 5 }),
        (0, log(1), log(2), HistoryError::NotAfter { position: 0 }),
        (
            9,
            log(0),
            log(2),
            HistoryError::NotNewest {
                position: 9,
                found: log(0).key().to_string(),
                newest: log(1).key().to_string(),
            },
        ),
    ] {
        assert_eq!(history.rotate(position, &previous, next), Err(error));
        assert_eq!(history, before);
    }
}

#[test]
fn a_signer_hands_over_once_and_only_what_grew() {
    let mut signer = LogSigner::begin(secret(0)).unwrap();
    signer.sign(head(1), &[]).unwrap();
    let witness = SecretKey::from_seed(ORIGIN, Algorithm::CosignatureV1, &[1; 32]).unwrap();
    let other = SecretKey::from_seed("other/log", Algorithm::Ed25519, &[1; 32]).unwrap();
    for (next, head) in [
        (witness, head(1)),
        (other, head(1)),
        (secret(0), head(1)),
        // Nothing shows that it grew.
        (secret(1), head(2)),
    ] {
        signer.hand_over(next, head, &[]).unwrap_err();
        assert_eq!(signer.log(), &log(0));
        assert_eq!(signer.last().size, 1);
    }
    let handover = signer.hand_over(secret(1), head(1), &[]).unwrap();
    assert_eq!(signer.log(), &log(1));
    assert_eq!(handover.note().signatures().len(), 2);
    for seed in [0, 1] {
        let bytes = handover.note().encode();
        SignedCheckpoint::open(bytes.as_bytes(), &log(seed)).unwrap();
        let resumed = LogSigner::resume(secret(seed), bytes.as_bytes()).unwrap();
        assert_eq!(resumed.last(), head(1));
    }
    let next = signer.sign(head(1), &[]).unwrap();
    assert_eq!(next.note().signatures().len(), 1);
    next.note().verify(log(1).key()).unwrap();
}

proptest! {
    // Signatures are slow where nothing is optimised.
    #![proptest_config(ProptestConfig::with_cases(24))]

    /// Whatever the rotations: of a checkpoint of any size exactly one key's word is enough, that of
    /// the last rotation which it covers.
    #[test]
    fn one_key_signs_each_size(
        gaps in prop::collection::vec(1_u64..6, 0..5),
        size in 0_u64..24,
    ) {
        let positions: Vec<u64> = gaps
            .iter()
            .scan(0, |at, gap| { *at += gap; Some(*at) })
            .collect();
        let history = history(&positions);
        let covered = positions.iter().filter(|position| **position <= size).count();
        for seed in 0..=u8::try_from(positions.len()).unwrap() {
            let opened = history.open(&checkpoint(size, &[seed]));
            prop_assert_eq!(opened.is_ok(), usize::from(seed) == covered);
            if let Ok(opened) = opened {
                prop_assert!(!history.is_handover(&opened));
            }
        }
        if let Some(before) = covered.checked_sub(1) {
            let both = [u8::try_from(before).unwrap(), u8::try_from(covered).unwrap()];
            let opened = history.open(&checkpoint(size, &both)).unwrap();
            prop_assert!(history.is_handover(&opened));
        }
    }
}
