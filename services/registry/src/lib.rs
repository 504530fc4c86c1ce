//! The registry service: units, persons, officials, published figures, holds, initiatives and rule
//! books, entered one by one or as tables.
//!
//! Owns the streams `unit-*`, `person-*`, `official-*`, `index-*`, `hold-*`, `initiative-*` and
//! `rulebook-*`. Reacts to nothing: what it knows, officials told it. What its facts mean for a
//! round is for the services that read them (`hoso_domain::registry::facts`).

mod access;
mod error;
mod http;
pub mod import;
mod personal;
mod views;

use std::sync::Arc;

use axum::Extension;
use hoso_runtime::{Runtime, Service, View};

pub use views::RegistryFacts;

/// The service's name: of its metrics and its routes.
pub const NAME: &str = "registry";

/// The service on a runtime.
#[must_use]
pub fn service(runtime: &Runtime) -> Service {
    let facts = View::<RegistryFacts>::new(Arc::clone(&runtime.ledger));
    let swept = runtime.clone();
    tokio::spawn(async move {
        match swept
            .person_keys
            .destroy_erased(swept.ledger.as_ref())
            .await
        {
            Ok(0) => {}
            Ok(destroyed) => tracing::warn!(destroyed, "keys of erased persons were still there"),
            Err(error) => tracing::error!(%error, "keys of erased persons may be there"),
        }
    });
    Service {
        name: NAME,
        router: http::router().layer(Extension(facts)),
        reactor: None,
    }
}

#[cfg(test)]
mod tests;
