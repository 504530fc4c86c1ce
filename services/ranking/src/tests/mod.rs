//! The service as it is used: over a socket, on a real ledger, with other services' events told.

mod appeals;
mod authority;
mod past;
mod reactions;
mod sample_year;
mod world;
