//! What a witness cosigns, what it refuses and with which status (C2SP tlog-witness).

#![expect(clippy::unwrap_used, reason = "what is built for a test must be built")]

use std::cell::RefCell;
use std::collections::BTreeMap;

use hoso_proof::tree::{grow, leaf_hash, prove_consistency};
use hoso_proof::{
    AddCheckpoint, Algorithm, Checkpoint, ConsistencyFile, Hash, LogIdentity, Note, Refusal,
    SecretKey, SignedCheckpoint, TilePath, Tiles, TreeHead,
};
use proptest::prelude::*;

const ORIGIN: &str = "khenthuong.example/log";

/// A log whose every size can be asked for.
#[derive(Default)]
struct Log {
    tiles: RefCell<BTreeMap<TilePath, Vec<u8>>>,
    heads: Vec<TreeHead>,
}

impl Tiles for Log {
    fn read(&self, path: &TilePath) -> Result<Vec<u8>, String> {
        let tiles = self.tiles.borrow();
        tiles.get(path).cloned().ok_or_else(|| "none".to_owned())
    }
}

impl Log {
    /// `size` leaves, other ones for another `flavour`.
    fn new(size: u64, flavour: u8) -> Self {
        let mut log = Self {
            heads: vec![TreeHead::EMPTY],
            ..Self::default()
        };
        for number in 0..size {
            let head = *log.heads.last().unwrap();
            let leaf = leaf_hash(format!("{flavour} {number}").as_bytes());
            let grown = grow(&log, head, &[leaf]).unwrap();
            log.tiles.borrow_mut().extend(grown.tiles);
            log.heads.push(grown.head);
        }
        log
    }

    fn head(&self, size: u64) -> TreeHead {
        let index = usize::try_from(size).unwrap();
        *self.heads.get(index).unwrap()
    }

    fn proof(&self, old: u64, new: u64) -> Vec<Hash> {
        prove_consistency(self, self.head(new), old).unwrap()
    }

    fn body(&self, old: u64, new: u64) -> String {
        let file = ConsistencyFile {
            old_size: old,
            hashes: self.proof(old, new),
            checkpoint: signed(self.head(new), &key()).encode(),
        };
        file.encode()
    }
}

fn key() -> SecretKey {
    SecretKey::from_seed(ORIGIN, Algorithm::Ed25519, &[9; 32]).unwrap()
}

fn witness() -> SecretKey {
    SecretKey::from_seed("witness.example/w", Algorithm::CosignatureV1, &[8; 32]).unwrap()
}

fn trusted() -> Vec<LogIdentity> {
    vec![LogIdentity::new(key().public().clone()).unwrap()]
}

fn signed(head: TreeHead, key: &SecretKey) -> Note {
    let checkpoint = Checkpoint {
        origin: ORIGIN.to_owned(),
        head,
        extension: String::new(),
    };
    let mut note = Note::new(checkpoint.text()).unwrap();
    note.sign(key).unwrap();
    note
}

fn decide(body: &str, last: TreeHead) -> Result<TreeHead, Refusal> {
    let request = AddCheckpoint::parse(body.as_bytes())?;
    request
        .decide(&trusted(), last)
        .map(|accepted| accepted.head())
}

fn status(body: &str, last: TreeHead) -> u16 {
    decide(body, last).map_or_else(|refusal| refusal.status(), |_| 200)
}

#[test]
fn what_grew_is_cosigned_and_the_cosignature_is_the_witness_s() {
    let log = Log::new(12, 0);
    let request = AddCheckpoint::parse(log.body(5, 12).as_bytes()).unwrap();
    let accepted = request.decide(&trusted(), log.head(5)).unwrap();
    assert_eq!(accepted.head(), log.head(12));
    let note = accepted.cosign(&witness(), 1_700_000_000).unwrap();
    let lines = note.lines_of(witness().public());
    assert!(lines.starts_with("— witness.example/w "));
    assert_eq!(lines.lines().count(), 1);
    // The log takes the line over to its own view of the checkpoint.
    let own = signed(log.head(12), &key()).encode();
    let mut own = SignedCheckpoint::open(own.as_bytes(), &trusted()[0]).unwrap();
    let stranger = SecretKey::from_seed("stranger", Algorithm::CosignatureV1, &[7; 32]).unwrap();
    assert!(own.join(&lines, stranger.public()).is_err());
    assert!(own.join(&lines, key().public()).is_err());
    assert_eq!(own.join(&lines, witness().public()), Ok(1_700_000_000));
    assert_eq!(own.join(&lines, witness().public()), Ok(1_700_000_000));
    assert_eq!(own.note().encode(), note.encode());
    // One line, however often it signed: it takes no other witness's room.
    let again = request.decide(&trusted(), log.head(5)).unwrap();
    let later = again.cosign(&witness(), 1_700_000_009).unwrap();
    let later = later.lines_of(witness().public());
    let many = format!("{lines}{}", later.repeat(62));
    assert_eq!(own.join(&many, witness().public()), Ok(1_700_000_000));
    assert_eq!(own.note().encode(), note.encode());
    let forged = lines.replace('A', "B");
    assert!(own.join(&forged, witness().public()).is_err());
    assert!(
        own.join(&format!("more\n\n{lines}"), witness().public())
            .is_err()
    );
    assert!(own.join("", witness().public()).is_err());
    assert_eq!(own.note().encode(), note.encode());
}

#[test]
fn the_first_checkpoint_needs_no_proof_and_the_same_again_none() {
    let log = Log::new(3, 0);
    assert_eq!(decide(&log.body(0, 3), TreeHead::EMPTY), Ok(log.head(3)));
    assert_eq!(decide(&log.body(3, 3), log.head(3)), Ok(log.head(3)));
    assert_eq!(
        decide(&log.body(0, 0), TreeHead::EMPTY),
        Ok(TreeHead::EMPTY)
    );
    let hash = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n";
    let proved = log
        .body(0, 3)
        .replacen("old 0\n", &format!("old 0\n{hash}"), 1);
    assert_eq!(status(&proved, TreeHead::EMPTY), 422);
    let proved = log
        .body(3, 3)
        .replacen("old 3\n", &format!("old 3\n{hash}"), 1);
    assert_eq!(status(&proved, log.head(3)), 422);
}

#[test]
fn every_refusal_has_its_status() {
    let (log, fork) = (Log::new(12, 0), Log::new(12, 1));
    let last = log.head(5);
    let stale = Err(Refusal::Stale { size: 5 });
    assert_eq!(decide(&log.body(0, 12), last), stale);
    assert_eq!(decide(&log.body(4, 12), last), stale);
    // Back to a smaller tree, whatever size it says to begin at.
    assert_eq!(decide(&log.body(3, 4), last), stale);
    assert_eq!(
        status(&log.body(3, 4).replacen("old 3", "old 5", 1), last),
        400
    );
    let forked = Err(Refusal::Forked { size: 5 });
    assert_eq!(decide(&fork.body(5, 5), last), forked);
    assert_eq!(status(&fork.body(5, 5), last), 409);
    let inconsistent = Err(Refusal::Inconsistent { size: 5 });
    assert_eq!(decide(&fork.body(5, 12), last), inconsistent);
    assert_eq!(status(&fork.body(5, 12), last), 422);
    assert_eq!(status(&log.body(0, 12), TreeHead::EMPTY), 200);
    let unknown = log
        .body(5, 12)
        .replace("khenthuong.example/log\n", "other.example/log\n");
    assert_eq!(status(&unknown, last), 404);
    let other = SecretKey::from_seed(ORIGIN, Algorithm::Ed25519, &[1; 32]).unwrap();
    let file = ConsistencyFile {
        old_size: 5,
        hashes: log.proof(5, 12),
        checkpoint: signed(log.head(12), &other).encode(),
    };
    assert_eq!(status(&file.encode(), last), 403);
    // A signature of the log on another text.
    let moved = log.body(5, 12).replacen("\n12\n", "\n11\n", 1);
    assert_eq!(status(&moved, last), 403);
}

#[test]
fn signatures_of_strangers_are_ignored_and_one_known_key_is_enough() {
    let log = Log::new(12, 0);
    let old = SecretKey::from_seed(ORIGIN, Algorithm::Ed25519, &[1; 32]).unwrap();
    let mut note = signed(log.head(12), &old);
    note.sign(&key()).unwrap();
    let file = ConsistencyFile {
        old_size: 5,
        hashes: log.proof(5, 12),
        checkpoint: note.encode(),
    };
    let body = file.encode();
    assert_eq!(status(&body, log.head(5)), 200);
    let both = [old.public(), key().public()].map(|key| LogIdentity::new(key.clone()).unwrap());
    let request = AddCheckpoint::parse(body.as_bytes()).unwrap();
    let accepted = request.decide(&both, log.head(5)).unwrap();
    // Only what was checked is kept, of two known keys the newer one's: the other is retired by it.
    let kept = accepted.cosign(&witness(), 5).unwrap();
    assert_eq!(kept.signatures().len(), 2);
    assert!(kept.verify(key().public()).is_ok() && kept.verify(witness().public()).is_ok());
    let stranger = LogIdentity::new(old.public().clone()).unwrap();
    let request = AddCheckpoint::parse(log.body(5, 12).as_bytes()).unwrap();
    assert_eq!(
        request.decide(&[stranger], log.head(5)),
        Err(Refusal::Unsigned)
    );
}

#[test]
fn extension_lines_are_cosigned_with_the_rest() {
    let log = Log::new(2, 0);
    let checkpoint = Checkpoint {
        origin: ORIGIN.to_owned(),
        head: log.head(2),
        extension: "extension\n".to_owned(),
    };
    let mut note = Note::new(checkpoint.text()).unwrap();
    note.sign(&key()).unwrap();
    let body = format!("old 0\n\n{}", note.encode());
    let request = AddCheckpoint::parse(body.as_bytes()).unwrap();
    let accepted = request.decide(&trusted(), TreeHead::EMPTY).unwrap();
    let kept = accepted.cosign(&witness(), 5).unwrap();
    assert_eq!(kept.text(), checkpoint.text());
}

#[test]
fn what_is_no_request_is_a_bad_one() {
    let good = Log::new(12, 0).body(5, 12);
    let hash = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n";
    for (from, to) in [
        ("old 5\n", "old 05\n"),
        ("old 5\n", "old  5\n"),
        ("old 5\n", "old +5\n"),
        ("old 5\n", "OLD 5\n"),
        ("old 5\n", ""),
        ("old 5\n", "old 18446744073709551616\n"),
        ("old 5\n", "old 5\r\n"),
        ("old 5\n", "old 5\n\n"),
        ("old 5\n", "old 5\n \n"),
        ("old 5\n", &format!("old 5\n{}", hash.repeat(64))),
        ("old 5\n", &format!("old 5\n{}", &hash[1..])),
        ("\n\nkhen", "\nkhen"),
        ("\n12\n", "\n012\n"),
        ("\n12\n", "\n\n"),
        ("— khen", "- khen"),
    ] {
        let body = good.replacen(from, to, 1);
        assert_ne!(body, good, "{from:?}");
        let refusal = AddCheckpoint::parse(body.as_bytes());
        assert!(
            matches!(refusal, Err(Refusal::Malformed(_))),
            "{from:?} -> {to:?}: {refusal:?}"
        );
    }
    assert!(AddCheckpoint::parse(&[]).is_err());
    assert!(AddCheckpoint::parse(&[0xff; 100]).is_err());
    assert!(AddCheckpoint::parse(&vec![b'\n'; 1 << 20]).is_err());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn a_changed_byte_of_a_request_cosigns_nothing_else(at in any::<prop::sample::Index>(), flip in 1_u8..) {
        let log = Log::new(12, 0);
        let mut bytes = log.body(5, 12).into_bytes();
        let at = at.index(bytes.len());
        bytes[at] ^= flip;
        if let Ok(request) = AddCheckpoint::parse(&bytes) {
            prop_assert!(request.decide(&trusted(), log.head(5)).is_err());
        }
    }

    #[test]
    fn hostile_requests_end_in_a_value_or_an_error(text in "(old |0|9|\n|— |a|A|=|\\+){0,60}") {
        if let Ok(request) = AddCheckpoint::parse(text.as_bytes()) {
            prop_assert!(request.decide(&trusted(), TreeHead::EMPTY).is_err());
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(12))]

    /// Whatever is asked in whatever order, the witness stands on one history and never goes back.
    #[test]
    fn a_witness_never_goes_back(asked in prop::collection::vec((0_u64..=9, 0_u64..=9, any::<bool>()), 1..20)) {
        let (log, fork) = (Log::new(9, 0), Log::new(9, 1));
        let mut last = TreeHead::EMPTY;
        let mut side = None;
        for (old, new, other) in asked {
            let of = if other { &fork } else { &log };
            let body = of.body(old.min(new), new);
            match decide(&body, last) {
                Ok(head) => {
                    prop_assert!(head.size >= last.size);
                    prop_assert_eq!(old.min(new), last.size);
                    if head.size > 0 {
                        prop_assert_eq!(*side.get_or_insert(other), other);
                    }
                    last = head;
                }
                Err(Refusal::Stale { size } | Refusal::Forked { size } | Refusal::Inconsistent { size }) => {
                    prop_assert_eq!(size, last.size);
                }
                Err(refusal) => prop_assert!(false, "{:?}", refusal),
            }
        }
    }
}
