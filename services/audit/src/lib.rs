//! Seals the ledger: reads events after their commit, keeps the Merkle tree over them as tiles and
//! signed checkpoints in a directory of its own, and proves events from there.
//!
//! It owns no stream and writes nothing to the ledger. [`Archive`] is the directory that anybody may
//! read: tiles (C2SP tlog-tiles), the newest checkpoint and every one before it, the log's public key.
//! [`Keys`] is the other one: the secret key, the secret of the salts, and what was signed last, which
//! nobody else may read or bring back. [`seal()`] goes from the one to the other; [`prove()`] and
//! [`consistency`] make the files that are handed out.

mod archive;
mod error;
mod files;
mod keys;
mod leaf;
mod prove;
mod seal;

pub use archive::Archive;
pub use error::AuditError;
pub use keys::Keys;
pub use leaf::leaf_of;
pub use prove::{consistency, prove};
pub use seal::{Sealed, seal};
