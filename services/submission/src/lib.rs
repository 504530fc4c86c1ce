//! The submission service: the unit's side of a dossier, from draft to handed in, supplemented,
//! withdrawn; and the path of a dossier through all services.
//!
//! Owns the streams `dossier-*`. Does not judge completeness, timeliness or eligibility.

mod access;
mod changes;
mod erase;
mod history;
mod http;
mod reactions;
mod snapshot;
#[cfg(test)]
mod tests;
mod views;

use std::sync::Arc;

use axum::Extension;
use hoso_runtime::{Runtime, Service, View};
use reactions::Reactions;

pub use changes::changes;
pub use history::{History, history};
pub use snapshot::{Snapshot, state};

/// The service's name: of its cursor, its metrics and its actor.
pub const NAME: &str = "submission";

/// The service on a runtime.
#[must_use]
pub fn service(runtime: &Runtime) -> Service {
    let world = View::<views::World>::new(Arc::clone(&runtime.ledger));
    let swept = (runtime.clone(), world.clone());
    tokio::spawn(async move {
        match erase::sweep(&swept.0, &swept.1).await {
            Ok(0) => {}
            Ok(removed) => tracing::warn!(removed, "erased documents were there again"),
            Err(error) => tracing::error!(%error, "erased documents may be there"),
        }
    });
    let reactions = Reactions {
        world: world.clone(),
    };
    Service {
        name: NAME,
        router: http::router().layer(Extension(world)),
        reactor: Some(Arc::new(reactions)),
    }
}
