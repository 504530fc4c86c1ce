//! A log of any leaves, that signs whatever it is told to: an honest one, or one whose key was stolen.

use std::cell::RefCell;
use std::collections::BTreeMap;

use hoso_proof::tree::{grow, leaf_hash, prove_consistency};
use hoso_proof::{
    Algorithm, Checkpoint, ConsistencyFile, Note, SecretKey, TilePath, Tiles, TreeHead,
};

pub(crate) const ORIGIN: &str = "khenthuong.example/log";

/// A log whose every size can be asked for.
#[derive(Default)]
pub(crate) struct Log {
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
    /// `size` leaves, the first `shared` of them those of every other log, the rest its own.
    pub(crate) fn new(size: u64, shared: u64, flavour: &str) -> Self {
        let mut log = Self {
            heads: vec![TreeHead::EMPTY],
            ..Self::default()
        };
        for number in 0..size {
            let flavour = if number < shared { "" } else { flavour };
            let leaf = leaf_hash(format!("{flavour} {number}").as_bytes());
            let grown = grow(&log, *log.heads.last().unwrap(), &[leaf]).unwrap();
            log.tiles.borrow_mut().extend(grown.tiles);
            log.heads.push(grown.head);
        }
        log
    }

    pub(crate) fn head(&self, size: u64) -> TreeHead {
        self.heads[usize::try_from(size).unwrap()]
    }

    /// The body of a request from `old` to `new` leaves.
    pub(crate) fn body(&self, old: u64, new: u64) -> String {
        let file = ConsistencyFile {
            old_size: old,
            hashes: prove_consistency(self, self.head(new), old).unwrap(),
            checkpoint: signed(self.head(new)).encode(),
        };
        file.encode()
    }
}

pub(crate) fn key() -> SecretKey {
    SecretKey::from_seed(ORIGIN, Algorithm::Ed25519, &[9; 32]).unwrap()
}

/// The checkpoint of a tree, signed.
pub(crate) fn signed(head: TreeHead) -> Note {
    let checkpoint = Checkpoint {
        origin: ORIGIN.to_owned(),
        head,
        extension: String::new(),
    };
    let mut note = Note::new(checkpoint.text()).unwrap();
    note.sign(&key()).unwrap();
    note
}
