//! A log that signs, a signer that does not contradict itself, and the files it hands out.

#![expect(clippy::unwrap_used, reason = "what is built for a test must be built")]

use std::cell::RefCell;
use std::collections::BTreeMap;

use hoso_proof::tree::{grow, leaf_hash, prove_consistency, prove_inclusion, root_at};
use hoso_proof::verify::VerifyError;
use hoso_proof::{
    Algorithm, CheckpointError, Commitment, ConsistencyFile, InclusionFile, Leaf, LogIdentity,
    LogSigner, ProofError, Salt, SecretKey, TilePath, Tiles, TreeHead,
};
use proptest::prelude::*;

const ORIGIN: &str = "khenthuong.example/log";

#[derive(Default)]
struct Memory(RefCell<BTreeMap<TilePath, Vec<u8>>>);

impl Tiles for Memory {
    fn read(&self, path: &TilePath) -> Result<Vec<u8>, String> {
        let tiles = self.0.borrow();
        tiles.get(path).cloned().ok_or_else(|| "none".to_owned())
    }
}

fn leaf(position: u64) -> Vec<u8> {
    let salt = Salt::derive(&[4; 32], position);
    let leaf = Leaf {
        position,
        event_id: [1; 16],
        stream: format!("dossier-{position}"),
        version: 1,
        event_type: "DossierDrafted".to_owned(),
        schema_version: 1,
        recorded_at: 1_700_000_000_000_000,
        effective_at: 1_700_000_000_000_000,
        official: "official-1".to_owned(),
        person: "person-1".to_owned(),
        on_behalf_of: None,
        role: "UNIT_STAFF".to_owned(),
        agency: "unit-1".to_owned(),
        reason: None,
        command: [2; 16],
        correlation: [2; 16],
        causation: None,
        rule_book: None,
        traceparent: None,
        data: Commitment::to_data(&salt, position.to_string().as_bytes()),
    };
    leaf.encode().unwrap()
}

/// A log of `positions`, position by position.
fn log_of(tiles: &Memory, head: TreeHead, positions: impl Iterator<Item = u64>) -> TreeHead {
    let leaves: Vec<_> = positions.map(|p| leaf_hash(&leaf(p))).collect();
    let grown = grow(tiles, head, &leaves).unwrap();
    tiles.0.borrow_mut().extend(grown.tiles);
    grown.head
}

fn key() -> SecretKey {
    SecretKey::from_seed(ORIGIN, Algorithm::Ed25519, &[9; 32]).unwrap()
}

fn identity() -> LogIdentity {
    LogIdentity::parse(&key().public().to_string()).unwrap()
}

fn inclusion(tiles: &Memory, head: TreeHead, position: u64) -> InclusionFile {
    let mut signer = LogSigner::begin(key()).unwrap();
    InclusionFile {
        leaf: leaf(position),
        index: position - 1,
        hashes: prove_inclusion(tiles, head, position - 1).unwrap(),
        checkpoint: signer.sign(head, &[]).unwrap().note().encode(),
    }
}

#[test]
fn a_signer_signs_a_log_that_grows_and_the_same_again() {
    let tiles = Memory::default();
    let mut signer = LogSigner::begin(key()).unwrap();
    let empty = signer.sign(TreeHead::EMPTY, &[]).unwrap();
    assert!(
        empty
            .note()
            .text()
            .starts_with("khenthuong.example/log\n0\n47DEQpj8")
    );
    let three = log_of(&tiles, TreeHead::EMPTY, 1..=3);
    signer.sign(three, &[]).unwrap();
    let nine = log_of(&tiles, three, 4..=9);
    let proof = prove_consistency(&tiles, nine, 3).unwrap();
    let grown = signer.sign(nine, &proof).unwrap();
    assert_eq!(signer.sign(nine, &[]).unwrap(), grown);
    let mut resumed = LogSigner::resume(key(), grown.note().encode().as_bytes()).unwrap();
    assert_eq!(resumed.last(), nine);
    assert_eq!(resumed.sign(nine, &[]).unwrap(), grown);
}

#[test]
fn a_signer_refuses_to_go_back_to_fork_and_to_believe() {
    let tiles = Memory::default();
    let three = log_of(&tiles, TreeHead::EMPTY, 1..=3);
    let nine = log_of(&tiles, three, 4..=9);
    let mut signer = LogSigner::begin(key()).unwrap();
    signer.sign(nine, &[]).unwrap();
    let back = signer.sign(three, &[]).unwrap_err();
    assert_eq!(
        back.to_string(),
        "checkpoint refused: the tree shrank from 9 leaves to 3"
    );
    let other = log_of(&Memory::default(), TreeHead::EMPTY, 2..=10);
    let fork = signer.sign(other, &[]).unwrap_err();
    assert_eq!(
        fork,
        CheckpointError::Inconsistent(VerifyError::Forked { size: 9 })
    );
    let forked = Memory::default();
    let longer = log_of(&forked, TreeHead::EMPTY, (1..=8).chain(20..=30));
    let proof = prove_consistency(&forked, longer, 9).unwrap();
    assert!(matches!(
        signer.sign(longer, &proof),
        Err(CheckpointError::Inconsistent(VerifyError::Inconsistent {
            old: 9,
            new: 19
        }))
    ));
    assert_eq!(signer.last(), nine);
}

#[test]
fn a_signer_resumes_only_from_its_own_word() {
    let other = SecretKey::from_seed(ORIGIN, Algorithm::Ed25519, &[8; 32]).unwrap();
    let mut other = LogSigner::begin(other).unwrap();
    let theirs = other.sign(TreeHead::EMPTY, &[]).unwrap().note().encode();
    assert!(LogSigner::resume(key(), theirs.as_bytes()).is_err());
    let witness = SecretKey::from_seed(ORIGIN, Algorithm::CosignatureV1, &[9; 32]).unwrap();
    assert!(LogSigner::begin(witness).is_err());
}

#[test]
fn a_proof_file_proves_its_event() {
    let tiles = Memory::default();
    let head = log_of(&tiles, TreeHead::EMPTY, 1..=300);
    for position in [1, 2, 256, 257, 300] {
        let file = inclusion(&tiles, head, position);
        let text = file.encode();
        let read = InclusionFile::parse(text.as_bytes()).unwrap();
        assert_eq!(read, file);
        let included = read.verify(&identity()).unwrap();
        assert_eq!(included.leaf.position, position);
        assert_eq!(included.checkpoint.head(), head);
    }
    let alone = log_of(&Memory::default(), TreeHead::EMPTY, 1..=1);
    let text = inclusion(&Memory::default(), alone, 1).encode();
    InclusionFile::parse(text.as_bytes())
        .unwrap()
        .verify(&identity())
        .unwrap();
}

#[test]
fn a_witness_can_be_asked_for_beside_the_log() {
    let tiles = Memory::default();
    let head = log_of(&tiles, TreeHead::EMPTY, 1..=5);
    let witness = SecretKey::from_seed("w.example/1", Algorithm::CosignatureV1, &[5; 32]).unwrap();
    let mut file = inclusion(&tiles, head, 4);
    let mut checkpoint = file.verify(&identity()).unwrap().checkpoint;
    assert!(checkpoint.seen_at(witness.public()).is_err());
    checkpoint.cosign(&witness, 1_700_000_123).unwrap();
    file.checkpoint = checkpoint.note().encode();
    let included = file.verify(&identity()).unwrap();
    assert_eq!(
        included.checkpoint.seen_at(witness.public()),
        Ok(1_700_000_123)
    );
}

/// Each is a way to lie that an auditor must be told of.
#[test]
fn a_proof_file_that_lies_proves_nothing() {
    let tiles = Memory::default();
    let head = log_of(&tiles, TreeHead::EMPTY, 1..=9);
    let good = inclusion(&tiles, head, 4);
    let other_log = SecretKey::from_seed("other.example", Algorithm::Ed25519, &[9; 32]).unwrap();
    let other_key = SecretKey::from_seed(ORIGIN, Algorithm::Ed25519, &[1; 32]).unwrap();
    for key in [other_log, other_key] {
        let log = LogIdentity::new(key.public().clone()).unwrap();
        assert!(matches!(good.verify(&log), Err(ProofError::Checkpoint(_))));
    }
    let moved = InclusionFile {
        index: 4,
        ..good.clone()
    };
    assert!(matches!(
        moved.verify(&identity()),
        Err(ProofError::Hashes(_))
    ));
    let mut edited = good.clone();
    edited.leaf[60] ^= 1;
    assert!(matches!(
        edited.verify(&identity()),
        Err(ProofError::Hashes(_))
    ));
    let swapped = Memory::default();
    let head = log_of(&swapped, TreeHead::EMPTY, [1, 3, 2].into_iter());
    let file = InclusionFile {
        leaf: leaf(3),
        ..inclusion(&swapped, head, 2)
    };
    let error = file.verify(&identity()).unwrap_err();
    assert_eq!(error, ProofError::Position { said: 3, stands: 2 });
}

#[test]
fn a_consistency_file_proves_growth_and_names_a_fork() {
    let tiles = Memory::default();
    let old = log_of(&tiles, TreeHead::EMPTY, 1..=5);
    let new = log_of(&tiles, old, 6..=600);
    let mut signer = LogSigner::begin(key()).unwrap();
    let file = ConsistencyFile {
        old_size: 5,
        hashes: prove_consistency(&tiles, new, 5).unwrap(),
        checkpoint: signer.sign(new, &[]).unwrap().note().encode(),
    };
    let read = ConsistencyFile::parse(file.encode().as_bytes()).unwrap();
    assert_eq!(read, file);
    assert_eq!(read.verify(&identity(), old).unwrap().head(), new);
    let forked = TreeHead {
        root: [1; 32],
        ..old
    };
    assert!(read.verify(&identity(), forked).is_err());
    let larger = TreeHead {
        size: 900,
        root: [1; 32],
    };
    let shrunk = ConsistencyFile {
        old_size: 900,
        ..file
    };
    assert_eq!(
        shrunk.verify(&identity(), larger),
        Err(ProofError::Hashes(VerifyError::Shrunk {
            old: 900,
            new: 600
        }))
    );
    assert_eq!(root_at(&tiles, new, 5).unwrap(), old.root);
}

#[test]
fn what_is_no_proof_file_is_refused() {
    let tiles = Memory::default();
    let head = log_of(&tiles, TreeHead::EMPTY, 1..=9);
    let good = inclusion(&tiles, head, 4).encode();
    let hash = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n";
    for (from, to) in [
        ("tlog-proof@v1", "tlog-proof@v2"),
        ("index 3", "index 03"),
        ("index 3", "index +3"),
        ("index 3", "index -3"),
        ("index 3", "index 18446744073709551616"),
        ("index 3\n", ""),
        ("extra ", "extra "),
        ("extra ", ""),
        ("\n\n", "\n"),
        ("index 3\n", &format!("index 3\n{}", hash.repeat(100))),
        (
            "index 3\n",
            &format!("index 3\n{}", hash.replace("A=", "B=")),
        ),
        ("index 3\n", &format!("index 3\n{}", &hash[4..])),
    ] {
        let text = good.replacen(from, to, 1);
        let read = InclusionFile::parse(text.as_bytes());
        assert_eq!(read.is_ok(), text == good, "{from} -> {to}");
    }
    assert!(InclusionFile::parse(&vec![b'a'; 1 << 20]).is_err());
    assert!(ConsistencyFile::parse(b"old 05\n\ncheckpoint").is_err());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn a_changed_byte_of_a_proof_file_proves_nothing_else(at in any::<prop::sample::Index>(), flip in 1_u8..) {
        let tiles = Memory::default();
        let head = log_of(&tiles, TreeHead::EMPTY, 1..=6);
        let good = inclusion(&tiles, head, 4);
        let mut bytes = good.encode().into_bytes();
        let at = at.index(bytes.len());
        bytes[at] ^= flip;
        if let Ok(read) = InclusionFile::parse(&bytes) {
            prop_assert_eq!(read.encode().into_bytes(), bytes);
            prop_assert!(read.verify(&identity()).is_err());
        }
    }

    #[test]
    fn hostile_proof_files_end_in_a_value_or_an_error(tail in "(\n|index |extra |A|=|0|9|— |old ){0,40}") {
        let text = format!("c2sp.org/tlog-proof@v1\n{tail}");
        if let Ok(read) = InclusionFile::parse(text.as_bytes()) {
            prop_assert!(read.verify(&identity()).is_err());
        }
        if let Ok(read) = ConsistencyFile::parse(tail.as_bytes()) {
            prop_assert_eq!(read.encode(), tail);
        }
    }
}
