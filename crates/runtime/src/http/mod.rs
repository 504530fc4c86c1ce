//! The HTTP conventions, once: how a request is read, who it is from, what is answered.
//!
//! The endpoints of the services stand with the services; the common ones in [`crate::serve`].

pub mod caller;
pub mod command;
pub mod context;
pub mod headers;
pub mod json;
pub mod moment;
pub mod page;
pub mod params;
pub mod problem;
pub mod reply;
pub(crate) mod scope;
