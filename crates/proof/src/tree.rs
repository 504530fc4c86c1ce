//! The log's Merkle tree (RFC 6962, RFC 9162) as tiles: grown, and asked for proofs.
//!
//! Tiles are those of C2SP tlog-tiles: 256 hashes, named `tile/<level>/<number>`, a tile at the edge
//! `….p/<width>`. Every tile that is read is checked against the root it is read under, so that a
//! tile that was changed on its disk ends in an error and never in a proof.
//!
//! Built on `tlog_tiles`; [`crate::verify`] checks what comes out of here with another crate.

use std::collections::BTreeMap;

use tlog_tiles::{
    Error, HashReader, Tile, prove_record, prove_tree, stored_hash_count,
    stored_hashes_for_record_hash, sub_tree_index, tree_hash,
};

use crate::Hash;
use crate::stored::Stored;

/// Hashes of a full tile, as a power of two.
pub(crate) const TILE_HEIGHT: u8 = 8;
/// Leaves of the largest tree: far from where the arithmetic of tiles ends.
pub const LEAVES_MAX: u64 = 1 << 40;
/// The root of a tree without leaves: SHA-256 of nothing.
pub const EMPTY_ROOT: Hash = tlog_tiles::EMPTY_HASH.0;

/// Why a tree does not grow, or proves nothing.
#[derive(Debug, thiserror::Error)]
pub enum TreeError {
    /// A tile is missing or cannot be read.
    #[error("tile {path}: {reason}")]
    Tile {
        /// The tile's path.
        path: String,
        /// Why.
        reason: String,
    },
    /// The tiles do not hash to the root they are read under.
    #[error("the tiles do not hash to the root of the tree of {size} leaves")]
    Inconsistent {
        /// Leaves of the tree.
        size: u64,
    },
    /// The size or the index is outside the tree.
    #[error("{asked} is not within a tree of {size} leaves")]
    Outside {
        /// What was asked for.
        asked: u64,
        /// Leaves of the tree.
        size: u64,
    },
    /// The tree would be larger than [`LEAVES_MAX`].
    #[error("a tree has at most {LEAVES_MAX} leaves")]
    TooLarge,
}

/// How many leaves a tree has, and what they hash to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TreeHead {
    /// Number of leaves.
    pub size: u64,
    /// Root hash.
    pub root: Hash,
}

impl TreeHead {
    /// The tree without leaves.
    pub const EMPTY: Self = Self {
        size: 0,
        root: EMPTY_ROOT,
    };
}

/// Where tiles are kept.
pub trait Tiles {
    /// The bytes of the tile at `path`. A wider tile of the same level and number may stand in for
    /// one at the edge: what is behind its width is cut off.
    ///
    /// # Errors
    /// There is no such tile, or it cannot be read; in words.
    fn read(&self, path: &TilePath) -> Result<Vec<u8>, String>;
}

/// A tile's name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct TilePath {
    /// Level, 0 for the leaves' hashes.
    pub level: u8,
    /// Number within the level.
    pub number: u64,
    /// Hashes in it, 1 to 256.
    pub width: u16,
}

impl TilePath {
    /// The full tile of the same level and number.
    #[must_use]
    pub const fn full(self) -> Self {
        Self { width: 256, ..self }
    }

    /// Whether it has all its hashes.
    #[must_use]
    pub const fn is_full(self) -> bool {
        self.width == 256
    }

    pub(crate) fn of(tile: &Tile) -> Self {
        Self {
            level: tile.level(),
            number: tile.level_index(),
            width: u16::try_from(tile.width()).unwrap_or(256),
        }
    }
}

impl std::fmt::Display for TilePath {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let mut groups = vec![format!("{:03}", self.number % 1000)];
        let mut rest = self.number / 1000;
        while rest > 0 {
            groups.push(format!("x{:03}", rest % 1000));
            rest /= 1000;
        }
        groups.reverse();
        write!(f, "tile/{}/{}", self.level, groups.join("/"))?;
        if !self.is_full() {
            write!(f, ".p/{}", self.width)?;
        }
        Ok(())
    }
}

/// What a tree became: its head, and the tiles to be written before anybody hears of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Grown {
    /// The new head.
    pub head: TreeHead,
    /// The new tiles.
    pub tiles: Vec<(TilePath, Vec<u8>)>,
}

/// The hash of a leaf: SHA-256 of a zero byte and its bytes.
#[must_use]
pub fn leaf_hash(leaf: &[u8]) -> Hash {
    tlog_tiles::record_hash(leaf).0
}

/// Appends leaves to the tree of `head`.
///
/// # Errors
/// A tile of the edge is missing, or does not hash to the head; or the tree is too large.
pub fn grow(tiles: &impl Tiles, head: TreeHead, leaves: &[Hash]) -> Result<Grown, TreeError> {
    let size = u64::try_from(leaves.len())
        .ok()
        .and_then(|more| head.size.checked_add(more))
        .filter(|size| *size <= LEAVES_MAX)
        .ok_or(TreeError::TooLarge)?;
    let stored = Stored::new(tiles, head);
    let mut growing = Growing {
        first: stored_hash_count(head.size),
        new: Vec::with_capacity(leaves.len() * 2),
        old: BTreeMap::new(),
    };
    let created = Tile::new_tiles(TILE_HEIGHT, head.size, size);
    growing.recall(&stored, head, &created)?;
    for (index, leaf) in (head.size..).zip(leaves) {
        let hashes = stored_hashes_for_record_hash(index, tlog_tiles::Hash(*leaf), &growing);
        growing.new.extend(hashes.map_err(|e| stored.error(&e))?);
    }
    let root = tree_hash(size, &growing).map_err(|e| stored.error(&e))?.0;
    let mut written = Vec::with_capacity(created.len());
    for tile in &created {
        let data = tile.read_data(&growing).map_err(|e| stored.error(&e))?;
        written.push((TilePath::of(tile), data));
    }
    Ok(Grown {
        head: TreeHead { size, root },
        tiles: written,
    })
}

/// Proves that the leaf at `index` (from 0) is in the tree of `head`: the hashes beside its path,
/// from the leaf up (RFC 6962, 2.1.1).
///
/// # Errors
/// The index is outside the tree, or a tile is missing or does not hash to the head.
pub fn prove_inclusion(
    tiles: &impl Tiles,
    head: TreeHead,
    index: u64,
) -> Result<Vec<Hash>, TreeError> {
    if index >= head.size {
        return Err(TreeError::Outside {
            asked: index,
            size: head.size,
        });
    }
    let stored = Stored::new(tiles, head);
    stored.bounded()?;
    let proof = prove_record(head.size, index, &stored).map_err(|e| stored.error(&e))?;
    Ok(proof.into_iter().map(|hash| hash.0).collect())
}

/// Proves that the tree of `head` begins with the `old_size` leaves of an older one (RFC 6962,
/// 2.1.2). Nothing is needed for an old tree without leaves, or for the same one.
///
/// # Errors
/// The old size is outside the tree, or a tile is missing or does not hash to the head.
pub fn prove_consistency(
    tiles: &impl Tiles,
    head: TreeHead,
    old_size: u64,
) -> Result<Vec<Hash>, TreeError> {
    if old_size > head.size {
        return Err(TreeError::Outside {
            asked: old_size,
            size: head.size,
        });
    }
    if old_size == 0 || old_size == head.size {
        return Ok(Vec::new());
    }
    let stored = Stored::new(tiles, head);
    stored.bounded()?;
    let proof = prove_tree(head.size, old_size, &stored).map_err(|e| stored.error(&e))?;
    Ok(proof.into_iter().map(|hash| hash.0).collect())
}

/// The root that the same tiles had at an earlier size.
///
/// # Errors
/// The size is outside the tree, or a tile is missing or does not hash to the head.
pub fn root_at(tiles: &impl Tiles, head: TreeHead, size: u64) -> Result<Hash, TreeError> {
    if size > head.size {
        return Err(TreeError::Outside {
            asked: size,
            size: head.size,
        });
    }
    if size == 0 {
        return Ok(EMPTY_ROOT);
    }
    let stored = Stored::new(tiles, head);
    stored.bounded()?;
    Ok(tree_hash(size, &stored).map_err(|e| stored.error(&e))?.0)
}

/// The old tree's edge and the hashes of the new leaves behind it.
struct Growing {
    first: u64,
    new: Vec<tlog_tiles::Hash>,
    old: BTreeMap<u64, tlog_tiles::Hash>,
}

impl Growing {
    /// Reads what the old tree holds of the edge and of the tiles that are written anew, at once.
    fn recall<T: Tiles>(
        &mut self,
        stored: &Stored<'_, T>,
        head: TreeHead,
        created: &[Tile],
    ) -> Result<(), TreeError> {
        if head.size == 0 {
            return Ok(());
        }
        stored.bounded()?;
        let mut needed = sub_tree_index(0, head.size, Vec::new());
        for tile in created {
            let level = tile.level() * TILE_HEIGHT;
            let first = tile.level_index() << TILE_HEIGHT;
            let within = first..first + u64::from(tile.width());
            let indexes = within.map(|n| tlog_tiles::stored_hash_index(level, n));
            needed.extend(indexes.filter(|index| *index < self.first));
        }
        needed.sort_unstable();
        needed.dedup();
        let hashes = stored.read_hashes(&needed).map_err(|e| stored.error(&e))?;
        self.old = needed.into_iter().zip(hashes).collect();
        Ok(())
    }

    fn hash(&self, index: u64) -> Result<tlog_tiles::Hash, Error> {
        let found = match index.checked_sub(self.first) {
            None => self.old.get(&index),
            Some(offset) => usize::try_from(offset).ok().and_then(|at| self.new.get(at)),
        };
        found.copied().ok_or(Error::IndexesNotInTree)
    }
}

impl HashReader for Growing {
    fn read_hashes(&self, indexes: &[u64]) -> Result<Vec<tlog_tiles::Hash>, Error> {
        indexes.iter().map(|index| self.hash(*index)).collect()
    }
}
