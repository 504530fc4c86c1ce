//! The root of a tree whose leaves come one at a time (RFC 6962, 2.1), in memory that does not grow
//! with them: what whoever re-hashes a whole log needs.
//!
//! A second implementation on purpose: it shares nothing with [`crate::tree`], which makes the tiles.

use sha2::{Digest as _, Sha256};

use crate::Hash;
use crate::tree::TreeHead;

/// The full subtrees at the edge of a tree that grows, the largest first.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Frontier {
    size: u64,
    subtrees: Vec<(u8, Hash)>,
}

impl Frontier {
    /// Appends the hash of a leaf.
    pub fn push(&mut self, leaf: Hash) {
        self.push_subtree(0, leaf);
    }

    /// Appends a full subtree of two to the `level` leaves by its root. The tree so far must consist
    /// of such subtrees, or larger ones; otherwise the root is one of no tree.
    pub fn push_subtree(&mut self, level: u8, root: Hash) {
        let leaves = 1u64.checked_shl(u32::from(level)).unwrap_or(0);
        self.size = self.size.saturating_add(leaves);
        let (mut level, mut hash) = (level, root);
        while let Some((left_level, left)) = self.subtrees.pop() {
            if left_level != level {
                self.subtrees.push((left_level, left));
                break;
            }
            hash = node(&left, &hash);
            level = level.saturating_add(1);
        }
        self.subtrees.push((level, hash));
    }

    /// Leaves so far.
    #[must_use]
    pub const fn size(&self) -> u64 {
        self.size
    }

    /// Size and root of the tree so far.
    #[must_use]
    pub fn head(&self) -> TreeHead {
        let mut hashes = self.subtrees.iter().rev().map(|(_, hash)| *hash);
        let root = match hashes.next() {
            Some(smallest) => hashes.fold(smallest, |right, left| node(&left, &right)),
            None => return TreeHead::EMPTY,
        };
        TreeHead {
            size: self.size,
            root,
        }
    }
}

/// The hash of a leaf: SHA-256 of a zero byte and its bytes.
#[must_use]
pub fn leaf_hash(leaf: &[u8]) -> Hash {
    let mut hash = Sha256::new();
    hash.update([0]);
    hash.update(leaf);
    hash.finalize().into()
}

fn node(left: &Hash, right: &Hash) -> Hash {
    let mut hash = Sha256::new();
    hash.update([1]);
    hash.update(left);
    hash.update(right);
    hash.finalize().into()
}
