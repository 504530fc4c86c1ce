//! Proofs over the ledger: the leaf of an event, the Merkle tree over all of them, and what others
//! can check of it without trusting whoever keeps the database.
//!
//! Pure: no IO, no clock, no chance. [`leaf`] says what is hashed, [`tree`] grows the tree of RFC 6962
//! as tiles and makes proofs (with the crate `tlog_tiles`), [`verify`] checks proofs (with the crate
//! `ct-merkle`: two implementations must agree).

mod fields;
pub mod leaf;
mod stored;
pub mod tree;
pub mod verify;

pub use leaf::{Commitment, Leaf, LeafError, Salt};
pub use tree::{Grown, TilePath, Tiles, TreeError, TreeHead};
pub use verify::VerifyError;

/// A SHA-256.
pub type Hash = [u8; 32];
