//! The full mode beside raw PostgreSQL and beside others, all on one private server in one run.
//!
//! Every load has a database of its own, made from the same template: no table is larger for one
//! than for the other.

pub(crate) mod append;
pub(crate) mod cold_start;
pub(crate) mod commands;
pub(crate) mod feed;
pub(crate) mod growth;
pub(crate) mod hop;
mod message_db;
pub(crate) mod peers;
mod raw;
pub(crate) mod readers;
pub(crate) mod replay;
pub(crate) mod sealing;
pub(crate) mod server;
mod stage;
