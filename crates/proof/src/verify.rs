//! Checks proofs with another implementation than the one that makes them.
//!
//! Whoever checks gives the *bytes* of a leaf, never its hash: who takes a hash can be given an inner
//! node as a leaf. The size of the tree comes from a checkpoint whose signature was checked.

use ct_merkle::{ConsistencyProof, InclusionProof, RootHash};
use sha2::Sha256;

use crate::Hash;
use crate::tree::{EMPTY_ROOT, LEAVES_MAX, TreeHead};

/// Hashes of the longest proof: two for every level of the largest tree, and one.
pub const PROOF_HASHES_MAX: usize = 81;

/// Why a proof proves nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum VerifyError {
    /// The index is outside the tree, or the tree is larger than any may be.
    #[error("index {index} is not within a tree of {size} leaves")]
    Outside {
        /// The leaf's index.
        index: u64,
        /// Leaves of the tree.
        size: u64,
    },
    /// The leaf with this proof does not hash to the root.
    #[error("the leaf is not in the tree: its proof does not lead to the root")]
    NotIncluded,
    /// The newer tree has fewer leaves.
    #[error("the tree shrank from {old} leaves to {new}")]
    Shrunk {
        /// Leaves of the older tree.
        old: u64,
        /// Leaves of the newer tree.
        new: u64,
    },
    /// Two trees of the same size with different roots: proof of a fork.
    #[error("two trees of {size} leaves have different roots: the log was forked")]
    Forked {
        /// Leaves of both.
        size: u64,
    },
    /// The newer tree does not begin with the older one, or the proof is of other trees.
    #[error("the tree of {new} leaves is not shown to begin with that of {old}")]
    Inconsistent {
        /// Leaves of the older tree.
        old: u64,
        /// Leaves of the newer tree.
        new: u64,
    },
}

/// Checks that the tree of `head` holds `leaf` at `index` (from 0).
///
/// # Errors
/// It does not, or the proof is another's.
pub fn inclusion(
    head: TreeHead,
    index: u64,
    leaf: &[u8],
    proof: &[Hash],
) -> Result<(), VerifyError> {
    let outside = index >= head.size || head.size > LEAVES_MAX;
    if outside {
        return Err(VerifyError::Outside {
            index,
            size: head.size,
        });
    }
    let proof = joined(proof).ok_or(VerifyError::NotIncluded)?;
    let proof =
        InclusionProof::<Sha256>::try_from_bytes(proof).map_err(|_| VerifyError::NotIncluded)?;
    root_of(head)
        .verify_inclusion(&leaf, index, &proof)
        .map_err(|_| VerifyError::NotIncluded)
}

/// Checks that the tree of `new` begins with the tree of `old`.
///
/// # Errors
/// It does not, or the proof is another's.
pub fn consistency(old: TreeHead, new: TreeHead, proof: &[Hash]) -> Result<(), VerifyError> {
    let inconsistent = VerifyError::Inconsistent {
        old: old.size,
        new: new.size,
    };
    if old.size > new.size {
        return Err(VerifyError::Shrunk {
            old: old.size,
            new: new.size,
        });
    }
    if old.size == new.size {
        if old.root != new.root {
            return Err(VerifyError::Forked { size: old.size });
        }
        return proof.is_empty().then_some(()).ok_or(inconsistent);
    }
    if old.size == 0 {
        let empty = proof.is_empty() && old.root == EMPTY_ROOT;
        return empty.then_some(()).ok_or(inconsistent);
    }
    if new.size > LEAVES_MAX {
        return Err(inconsistent);
    }
    let proof = joined(proof).ok_or(inconsistent)?;
    let proof = ConsistencyProof::<Sha256>::try_from_bytes(proof).map_err(|_| inconsistent)?;
    root_of(new)
        .verify_consistency(&root_of(old), &proof)
        .map_err(|_| inconsistent)
}

fn root_of(head: TreeHead) -> RootHash<Sha256> {
    RootHash::new(head.root.into(), head.size)
}

fn joined(proof: &[Hash]) -> Option<Vec<u8>> {
    (proof.len() <= PROOF_HASHES_MAX).then(|| proof.concat())
}
