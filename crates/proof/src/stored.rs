//! Reads hashes of a tree from its tiles, each tile checked against the root before it is believed.
//!
//! Tiles at the edge hold every subtree that the root is made of, and hash to it together. A full
//! tile is one hash of the tile above it. `tlog_tiles` has a reader of its own, which leaves tiles
//! unchecked where subtrees of the edge share a tile.

use std::cell::RefCell;
use std::collections::BTreeMap;

use tlog_tiles::{
    Error, HASH_SIZE, Hash, HashReader, Tile, node_hash, stored_hash_index, sub_tree_index,
};

use crate::tree::{LEAVES_MAX, TILE_HEIGHT, TilePath, Tiles, TreeError, TreeHead};

/// The tree of a head, in its tiles.
pub(crate) struct Stored<'a, T: Tiles> {
    tiles: &'a T,
    head: TreeHead,
    /// Tiles that were checked.
    checked: RefCell<BTreeMap<TilePath, Vec<u8>>>,
    /// Why reading failed, as the traits of `tlog_tiles` carry no reason.
    failed: RefCell<Option<TreeError>>,
}

impl<'a, T: Tiles> Stored<'a, T> {
    /// The tree of `head`.
    pub(crate) fn new(tiles: &'a T, head: TreeHead) -> Self {
        Self {
            tiles,
            head,
            checked: RefCell::default(),
            failed: RefCell::default(),
        }
    }

    /// Whether the arithmetic of tiles holds for a tree of this size.
    pub(crate) fn bounded(&self) -> Result<(), TreeError> {
        if self.head.size > LEAVES_MAX {
            return Err(TreeError::TooLarge);
        }
        Ok(())
    }

    /// Why it failed: the tile, where one could not be read.
    pub(crate) fn error(&self, _: &Error) -> TreeError {
        let inconsistent = TreeError::Inconsistent {
            size: self.head.size,
        };
        self.failed.borrow_mut().take().unwrap_or(inconsistent)
    }

    /// The tile in this tree that holds the hash.
    fn tile(&self, index: u64) -> Result<Tile, Error> {
        Tile::from_index(TILE_HEIGHT, index)
            .parent(0, self.head.size)
            .ok_or(Error::IndexesNotInTree)
    }

    /// The edge's tiles, which together hash to the root.
    fn check_edge(&self) -> Result<(), Error> {
        let mut edge = BTreeMap::new();
        let mut root: Option<Hash> = None;
        for index in sub_tree_index(0, self.head.size, Vec::new()).iter().rev() {
            let tile = self.tile(*index)?;
            let path = TilePath::of(&tile);
            let data = match edge.remove(&path) {
                Some(data) => data,
                None => self.read(&path)?,
            };
            let hash = tile.hash_at_index(&data, *index)?;
            root = Some(root.map_or(hash, |right| node_hash(hash, right)));
            edge.insert(path, data);
        }
        if root != Some(Hash(self.head.root)) {
            return Err(Error::InconsistentTile);
        }
        *self.checked.borrow_mut() = edge;
        Ok(())
    }

    /// A tile's bytes, after it was checked.
    fn check(&self, tile: &Tile) -> Result<Vec<u8>, Error> {
        let path = TilePath::of(tile);
        if let Some(data) = self.checked.borrow().get(&path) {
            return Ok(data.clone());
        }
        // What is not full is at the edge, and was checked with it.
        let above = tile.parent(1, self.head.size);
        let above = above.filter(|_| path.is_full()).ok_or(Error::BadMath)?;
        let expected = above.hash_at_index(
            &self.check(&above)?,
            stored_hash_index(above.level() * TILE_HEIGHT, path.number),
        )?;
        let data = self.read(&path)?;
        if Tile::subtree_hash(&data) != expected {
            return Err(Error::InconsistentTile);
        }
        self.checked.borrow_mut().insert(path, data.clone());
        Ok(data)
    }

    fn read(&self, path: &TilePath) -> Result<Vec<u8>, Error> {
        let wanted = usize::from(path.width) * HASH_SIZE;
        let read = self.tiles.read(path).and_then(|mut bytes| {
            if bytes.len() < wanted {
                return Err(format!("{} bytes of {wanted}", bytes.len()));
            }
            bytes.truncate(wanted);
            Ok(bytes)
        });
        read.map_err(|reason| {
            let path = path.to_string();
            *self.failed.borrow_mut() = Some(TreeError::Tile { path, reason });
            Error::InvalidTile
        })
    }
}

impl<T: Tiles> HashReader for Stored<'_, T> {
    fn read_hashes(&self, indexes: &[u64]) -> Result<Vec<Hash>, Error> {
        let behind = stored_hash_index(0, self.head.size);
        if self.checked.borrow().is_empty() {
            self.check_edge()?;
        }
        let mut hashes = Vec::with_capacity(indexes.len());
        for index in indexes {
            if *index >= behind {
                return Err(Error::IndexesNotInTree);
            }
            let tile = self.tile(*index)?;
            hashes.push(tile.hash_at_index(&self.check(&tile)?, *index)?);
        }
        Ok(hashes)
    }
}
