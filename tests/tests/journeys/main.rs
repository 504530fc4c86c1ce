//! The side paths of a round over the real process and real HTTP: what arrives late or wrong, what
//! is returned, withdrawn, held, declined, corrected, revoked, appealed against, denied.
//!
//! Every test is a story on its own server. It is judged by what the API answers and by the
//! recorded history, never by anything inside the process. The happy path is the demo's.

#![expect(
    clippy::indexing_slicing,
    clippy::too_many_lines,
    clippy::unwrap_used,
    reason = "stories in tests: told in one piece, and broken off where they go wrong"
)]

mod appeals;
mod arrival;
mod authority;
mod decisions;
mod discipline;
mod districts;
mod facts;
mod flags;
mod late_facts;
mod protocol;
mod withdrawal;
