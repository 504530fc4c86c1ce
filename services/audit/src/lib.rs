//! Seals the ledger: reads events after their commit, keeps the Merkle tree over them as tiles and
//! signed checkpoints in a directory of its own, and proves events from there.
//!
//! It owns the stream `key-log`: which key signs, and whose cosignatures are asked for. [`Archive`] is the directory that anybody may
//! read: tiles (C2SP tlog-tiles), the newest checkpoint and every one before it, the log's public key.
//! [`Keys`] is the other one: the secret key, the secret of the salts, and what was signed last, which
//! nobody else may read or bring back. [`seal()`] goes from the one to the other; [`prove()`] and
//! [`consistency`] make the files that are handed out; [`service`] does so over HTTP, and
//! [`keep_sealed`] seals behind every append. [`Witnesses`] are others, asked by [`keep_cosigned`] for
//! their word that the log only grows.

mod archive;
mod cosigning;
mod error;
pub mod files;
mod http;
mod keys;
mod leaf;
mod prove;
mod rotation;
mod seal;
mod sealer;
mod witnesses;

use std::sync::Arc;

use axum::Extension;
use hoso_runtime::Service;

pub use archive::Archive;
pub use cosigning::{Said, cosign_newest, keep_cosigned};
pub use error::AuditError;
pub use keys::Keys;
pub use leaf::leaf_of;
pub use prove::{consistency, prove};
pub use seal::{Sealed, seal};
pub use sealer::{Sealing, keep_sealed};
pub use witnesses::{Asking, WitnessFault, Witnesses};

/// The service's name.
pub const NAME: &str = "audit";

/// The service on what is sealed; [`keep_sealed`] is run beside it.
#[must_use]
pub fn service(sealing: &Arc<Sealing>) -> Service {
    Service {
        name: NAME,
        router: http::router().layer(Extension(Arc::clone(sealing))),
        reactor: None,
    }
}
