//! The ranking service: rounds from opening to archive, and appeals.
//!
//! Owns the streams `round-*` and `appeal-*`. It assembles a round's facts into a round file, has
//! it evaluated, and records what came out; it judges no criterion itself.

mod access;
mod affected;
mod http;
mod inputs;
mod reactions;
mod replay;
#[cfg(test)]
mod tests;
mod views;

use std::sync::Arc;

use axum::Extension;
use hoso_runtime::{Runtime, Service, View};

pub use affected::{AffectedDecision, AffectedError, AffectedRound, Consequences, consequences};
pub use inputs::round_file;
pub use reactions::Reactions;
pub use replay::{Ranked, Replay};
pub use views::World;

/// The service's name: of its cursor, its metrics and its actor.
pub const NAME: &str = "ranking";

/// The service on a runtime.
#[must_use]
pub fn service(runtime: &Runtime) -> Service {
    let world = View::<World>::new(Arc::clone(&runtime.ledger));
    Service {
        name: NAME,
        router: http::router().layer(Extension(world.clone())),
        reactor: Some(Arc::new(Reactions::new(world))),
    }
}
