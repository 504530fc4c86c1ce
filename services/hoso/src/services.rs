//! All services of this binary, in the order they are named everywhere.

use hoso_runtime::{Runtime, Service};

/// The services `hoso up` runs in one process.
pub(crate) fn all(runtime: &Runtime) -> Vec<Service> {
    vec![
        hoso_registry::service(runtime),
        hoso_submission::service(runtime),
        hoso_verification::service(runtime),
        hoso_ranking::service(runtime),
    ]
}
