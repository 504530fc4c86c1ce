//! The service as it is used: over a socket, on a real ledger, with other services' events told.

mod authority;
mod eligibility;
mod gateway;
mod lists;
mod reactions;
mod world;
