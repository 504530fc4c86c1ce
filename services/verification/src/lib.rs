//! The verification service: Home Affairs' gateway and the Standing Office's verification.
//!
//! Owns the streams `case-*`, one a dossier: receipt, completeness, supplement, acceptance,
//! findings, and the verdict on each item. Cases open by reaction to submitted dossiers. What it
//! needs of others (rounds, published figures, initiatives) it folds from the log; it never ranks.

mod body;
mod daily;
mod error;
mod http;
mod judge;
mod lapse;
mod reactions;
mod replay;
mod views;

#[cfg(test)]
mod tests;

use std::sync::Arc;

use axum::Extension;
use hoso_runtime::{Runtime, Service, View};

pub use replay::Replay;

use crate::reactions::CaseReactor;
use crate::views::Foreign;

/// The service's name.
pub const NAME: &str = "verification";

/// The service on a runtime, with its daily task started.
#[must_use]
pub fn service(runtime: &Runtime) -> Service {
    let foreign = View::<Foreign>::new(Arc::clone(&runtime.ledger));
    daily::start(runtime.clone());
    Service {
        name: NAME,
        router: http::router().layer(Extension(foreign.clone())),
        reactor: Some(Arc::new(CaseReactor::new(foreign))),
    }
}
