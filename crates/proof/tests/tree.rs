//! The tree against the published vectors, and two implementations against each other.

#![expect(clippy::unwrap_used, reason = "what is built for a test must be built")]

use std::cell::RefCell;
use std::collections::BTreeMap;

use ct_merkle::mem_backed_tree::MemoryBackedTree;
use hoso_proof::Hash;
use hoso_proof::tree::{
    EMPTY_ROOT, LEAVES_MAX, TilePath, Tiles, TreeError, TreeHead, grow, leaf_hash,
    prove_consistency, prove_inclusion, root_at,
};
use hoso_proof::verify::{self, VerifyError};
use proptest::prelude::*;
use sha2::Sha256;

/// Tiles in memory, as a directory would hold them: edges are kept, never overwritten.
#[derive(Default)]
struct Memory(RefCell<BTreeMap<String, Vec<u8>>>);

impl Memory {
    fn write(&self, tiles: Vec<(TilePath, Vec<u8>)>) {
        for (path, bytes) in tiles {
            let before = self.0.borrow_mut().insert(path.to_string(), bytes.clone());
            assert!(
                before.is_none_or(|before| before == bytes),
                "{path} changed"
            );
        }
    }
}

impl Tiles for Memory {
    fn read(&self, path: &TilePath) -> Result<Vec<u8>, String> {
        let tiles = self.0.borrow();
        let found = tiles.get(&path.to_string());
        found.cloned().ok_or_else(|| "no such tile".to_owned())
    }
}

fn leaf(number: u64) -> Vec<u8> {
    format!("leaf {number}").into_bytes()
}

fn grown(tiles: &Memory, head: TreeHead, more: u64) -> TreeHead {
    let leaves: Vec<_> = (head.size..head.size + more)
        .map(|n| leaf_hash(&leaf(n)))
        .collect();
    let grown = grow(tiles, head, &leaves).unwrap();
    tiles.write(grown.tiles);
    grown.head
}

fn other_root(size: u64) -> Hash {
    let mut tree = MemoryBackedTree::<Sha256, Vec<u8>>::new();
    (0..size).for_each(|n| tree.push(leaf(n)));
    (*tree.root().as_bytes()).into()
}

fn hash(text: &str) -> Hash {
    hex::decode(text).unwrap().try_into().unwrap()
}

/// The eight leaves that implementations of RFC 6962 are tested with, and their roots.
const KNOWN_LEAVES: [&str; 8] = [
    "",
    "00",
    "10",
    "2021",
    "3031",
    "40414243",
    "5051525354555657",
    "606162636465666768696a6b6c6d6e6f",
];
const KNOWN_ROOTS: [&str; 9] = [
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
];

#[test]
fn the_published_roots_come_out() {
    assert_eq!(EMPTY_ROOT, hash(KNOWN_ROOTS[0]));
    let tiles = Memory::default();
    let mut head = TreeHead::EMPTY;
    for (leaf, root) in KNOWN_LEAVES.iter().zip(&KNOWN_ROOTS[1..]) {
        let leaf = leaf_hash(&hex::decode(leaf).unwrap());
        let grown = grow(&tiles, head, &[leaf]).unwrap();
        tiles.write(grown.tiles);
        head = grown.head;
        assert_eq!(head.root, hash(root), "{} leaves", head.size);
    }
    let proof = prove_inclusion(&tiles, head, 0).unwrap();
    let published = [
        "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
    ];
    assert_eq!(proof, published.map(hash));
}

#[test]
fn tiles_are_named_as_tlog_tiles_names_them() {
    let path = |level, number, width| {
        TilePath {
            level,
            number,
            width,
        }
        .to_string()
    };
    assert_eq!(path(0, 0, 256), "tile/0/000");
    assert_eq!(path(1, 1_234_067, 256), "tile/1/x001/x234/067");
    assert_eq!(path(0, 273, 112), "tile/0/273.p/112");
}

/// Every pair of sizes and every index; larger trees by chance below.
#[test]
fn two_implementations_agree_on_every_root_and_proof_of_small_trees() {
    let tiles = Memory::default();
    let mut heads = vec![TreeHead::EMPTY];
    for size in 1..=40 {
        let head = grown(&tiles, heads[size - 1], 1);
        assert_eq!(head.root, other_root(head.size));
        for index in 0..head.size {
            let proof = prove_inclusion(&tiles, head, index).unwrap();
            verify::inclusion(head, index, &leaf(index), &proof).unwrap();
        }
        for old in &heads {
            let proof = prove_consistency(&tiles, head, old.size).unwrap();
            verify::consistency(*old, head, &proof).unwrap();
        }
        heads.push(head);
    }
}

#[test]
fn an_inner_node_is_no_leaf() {
    let tiles = Memory::default();
    let four = grown(&tiles, TreeHead::EMPTY, 4);
    let node = [leaf_hash(&leaf(0)), leaf_hash(&leaf(1))].concat();
    let right = prove_inclusion(&tiles, four, 0).unwrap()[1];
    let two = TreeHead { size: 2, ..four };
    assert_eq!(
        verify::inclusion(two, 0, &node, &[right]),
        Err(VerifyError::NotIncluded)
    );
}

#[test]
fn a_changed_tile_proves_nothing() {
    let tiles = Memory::default();
    let head = grown(&tiles, TreeHead::EMPTY, 700);
    let intact = tiles.0.borrow().clone();
    for path in ["tile/0/000", "tile/0/002.p/188", "tile/1/000.p/2"] {
        *tiles.0.borrow_mut() = intact.clone();
        tiles.0.borrow_mut().get_mut(path).unwrap()[40] ^= 1;
        let found = prove_inclusion(&tiles, head, 1).and(root_at(&tiles, head, 1));
        let inconsistent = matches!(found, Err(TreeError::Inconsistent { size: 700 }));
        assert!(inconsistent, "{path}: {found:?}");
    }
    tiles.0.borrow_mut().remove("tile/1/000.p/2");
    let missing = prove_inclusion(&tiles, head, 1).unwrap_err().to_string();
    assert_eq!(missing, "tile tile/1/000.p/2: no such tile");
}

#[test]
fn what_is_outside_the_tree_is_refused() {
    let tiles = Memory::default();
    let head = grown(&tiles, TreeHead::EMPTY, 3);
    assert!(prove_inclusion(&tiles, head, 3).is_err());
    assert!(prove_inclusion(&tiles, TreeHead::EMPTY, 0).is_err());
    assert!(prove_consistency(&tiles, head, 4).is_err());
    assert!(root_at(&tiles, head, 4).is_err());
    for size in [LEAVES_MAX + 1, u64::MAX] {
        let huge = TreeHead { size, ..head };
        assert!(matches!(
            grow(&tiles, huge, &[[0; 32]]),
            Err(TreeError::TooLarge)
        ));
        assert!(matches!(
            prove_inclusion(&tiles, huge, 0),
            Err(TreeError::TooLarge)
        ));
        assert!(matches!(
            prove_consistency(&tiles, huge, 1),
            Err(TreeError::TooLarge)
        ));
        assert!(verify::inclusion(huge, 0, b"", &[]).is_err());
        assert!(verify::inclusion(huge, size - 1, b"", &[]).is_err());
        assert!(verify::consistency(head, huge, &[]).is_err());
        assert!(verify::consistency(huge, huge, &[]).is_ok());
    }
    let long = vec![[0; 32]; 200_000];
    assert!(verify::inclusion(head, 0, b"", &long).is_err());
    assert!(verify::consistency(TreeHead { size: 1, ..head }, head, &long).is_err());
}

#[test]
fn a_fork_and_a_rollback_are_called_so() {
    let (tiles, one) = (
        Memory::default(),
        TreeHead {
            size: 2,
            root: [1; 32],
        },
    );
    let two = TreeHead {
        root: [2; 32],
        ..one
    };
    assert_eq!(
        verify::consistency(one, two, &[]),
        Err(VerifyError::Forked { size: 2 })
    );
    let head = grown(&tiles, TreeHead::EMPTY, 1);
    assert_eq!(
        verify::consistency(one, head, &[]),
        Err(VerifyError::Shrunk { old: 2, new: 1 })
    );
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    /// In one step or in many: the same head, and tiles that every later proof is read from.
    #[test]
    fn a_tree_is_the_same_however_it_grew(steps in prop::collection::vec(0_u64..400, 1..6), picks in any::<[prop::sample::Index; 3]>()) {
        let (tiles, whole) = (Memory::default(), Memory::default());
        let mut heads = vec![TreeHead::EMPTY];
        for more in &steps {
            heads.push(grown(&tiles, heads[heads.len() - 1], *more));
        }
        let head = heads[heads.len() - 1];
        prop_assert_eq!(head, grown(&whole, TreeHead::EMPTY, head.size));
        prop_assert_eq!(head.root, other_root(head.size));
        for old in &heads {
            let proof = prove_consistency(&tiles, head, old.size).unwrap();
            prop_assert_eq!(verify::consistency(*old, head, &proof), Ok(()));
            prop_assert_eq!(root_at(&tiles, head, old.size).unwrap(), old.root);
        }
        if head.size > 0 {
            for pick in picks {
                let index = pick.index(usize::try_from(head.size).unwrap()) as u64;
                let proof = prove_inclusion(&tiles, head, index).unwrap();
                prop_assert_eq!(&proof, &prove_inclusion(&whole, head, index).unwrap());
                prop_assert_eq!(verify::inclusion(head, index, &leaf(index), &proof), Ok(()));
            }
        }
    }

    /// A proof with anything about it changed proves nothing, in either implementation.
    #[test]
    fn a_changed_proof_proves_nothing(size in 2_u64..300, pick in any::<prop::sample::Index>(), at in any::<prop::sample::Index>(), kind in 0_u8..6) {
        let tiles = Memory::default();
        let head = grown(&tiles, TreeHead::EMPTY, size);
        let index = pick.index(usize::try_from(size).unwrap()) as u64;
        let (mut changed, mut proof) = (head, prove_inclusion(&tiles, head, index).unwrap());
        let (mut index_said, mut bytes) = (index, leaf(index));
        let hit = at.index(proof.len());
        match kind {
            0 => proof[hit][hit % 32] ^= 1,
            1 => { proof.remove(hit); }
            2 => proof.insert(hit, [9; 32]),
            3 => changed.root[hit % 32] ^= 1,
            4 => index_said = (index + 1) % size,
            _ => bytes.push(b' '),
        }
        prop_assert!(verify::inclusion(changed, index_said, &bytes, &proof).is_err());
        let old = prove_consistency(&tiles, head, index).unwrap();
        let older = TreeHead { size: index, root: root_at(&tiles, head, index).unwrap() };
        prop_assert!(verify::consistency(older, head, &old).is_ok());
        let forged = TreeHead { root: [5; 32], ..older };
        prop_assert!(index == 0 || verify::consistency(forged, head, &old).is_err());
    }
}
