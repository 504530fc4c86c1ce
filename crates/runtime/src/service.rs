//! A service as the process runs it: its name, its routes, its reactions.

use std::sync::Arc;

use utoipa_axum::router::OpenApiRouter;

use crate::reactions::Reactor;
use crate::runtime::Runtime;

/// One service.
pub struct Service {
    /// Its name, such as `ranking`: also its cursor's name and its actor's (`system-ranking`).
    pub name: &'static str,
    /// Its routes, with their whole paths (`/api/v1/…`).
    pub router: OpenApiRouter<Runtime>,
    /// Its reactions, if it has any.
    pub reactor: Option<Arc<dyn Reactor>>,
}
