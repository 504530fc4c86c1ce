//! A tree whose leaves come one at a time has the root of the tree in tiles, at every size.

use std::collections::BTreeMap;

use hoso_proof::tree::{self, TilePath, Tiles, TreeHead};
use hoso_proof::{Frontier, frontier};

struct Kept(BTreeMap<TilePath, Vec<u8>>);

impl Tiles for Kept {
    fn read(&self, path: &TilePath) -> Result<Vec<u8>, String> {
        let wider = self.0.iter().filter(|(tile, _)| {
            (tile.level, tile.number) == (path.level, path.number) && tile.width >= path.width
        });
        let (_, bytes) = wider.min_by_key(|(tile, _)| tile.width).ok_or("none")?;
        Ok(bytes.clone())
    }
}

#[test]
fn the_root_is_that_of_the_tiles_at_every_size() {
    let mut kept = Kept(BTreeMap::new());
    let (mut head, mut frontier) = (TreeHead::EMPTY, Frontier::default());
    assert_eq!(frontier.head(), head);
    for n in 0u32..1_100 {
        let leaf = n.to_be_bytes();
        assert_eq!(frontier::leaf_hash(&leaf), tree::leaf_hash(&leaf));
        let grown = tree::grow(&kept, head, &[tree::leaf_hash(&leaf)]).unwrap();
        kept.0.extend(grown.tiles);
        head = grown.head;
        frontier.push(frontier::leaf_hash(&leaf));
        assert_eq!(frontier.head(), head, "of {n}");
    }
}

#[test]
fn full_subtrees_stand_for_their_leaves() {
    let leaf = |n: u32| frontier::leaf_hash(&n.to_be_bytes());
    let mut one = Frontier::default();
    (0..600).for_each(|n| one.push(leaf(n)));
    let mut other = Frontier::default();
    for group in 0..2 {
        let mut full = Frontier::default();
        (0..256).for_each(|n| full.push(leaf(group * 256 + n)));
        other.push_subtree(8, full.head().root);
    }
    (512..600).for_each(|n| other.push(leaf(n)));
    assert_eq!(one.head(), other.head());
}
