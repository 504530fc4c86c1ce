//! Proofs over the ledger: the leaf of an event, the Merkle tree over all of them, and what others
//! can check of it without trusting whoever keeps the database.
//!
//! Pure: no IO, no clock, no chance. [`leaf`] says what is hashed, [`tree`] grows the tree of RFC 6962
//! as tiles and makes proofs (with the crate `tlog_tiles`), [`verify`] checks proofs (with the crate
//! `ct-merkle`: two implementations must agree). [`checkpoint`] signs what the tree is, and refuses
//! to contradict itself, [`history`] says whose signature a checkpoint needs; [`note`] and [`key`] are the C2SP formats below it; [`proof_file`] is what is
//! handed to somebody else. [`witness`] decides what is cosigned, [`policy`] whose cosignatures are
//! enough. [`sample`] draws what anybody can draw again by hand.

pub mod checkpoint;
mod fields;
pub mod frontier;
pub mod history;
pub mod key;
pub mod leaf;
pub mod note;
pub mod policy;
pub mod proof_file;
pub mod sample;
mod stored;
pub mod tree;
pub mod verify;
pub mod witness;

pub use checkpoint::{Checkpoint, CheckpointError, LogIdentity, LogSigner, SignedCheckpoint};
pub use frontier::Frontier;
pub use history::{HistoryError, KeyHistory, Reign};
pub use key::{Algorithm, KeyError, PublicKey, SecretKey};
pub use leaf::{Commitment, Leaf, LeafError, Salt};
pub use note::{Note, NoteError};
pub use policy::{Policy, PolicyError};
pub use proof_file::{ConsistencyFile, Included, InclusionFile, PROOF_BYTES_MAX, ProofError};
pub use tree::{Grown, TilePath, Tiles, TreeError, TreeHead};
pub use verify::VerifyError;
pub use witness::{AddCheckpoint, Refusal};

/// A SHA-256.
pub type Hash = [u8; 32];
