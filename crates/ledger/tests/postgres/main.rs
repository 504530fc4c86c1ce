//! The PostgreSQL engine on a real server: the one named by `HOSO_TEST_POSTGRES`, or one started
//! for the test.

mod conformance;
mod faults;
mod interleavings;
mod lies;
mod migrations;
mod model;
#[path = "../model/mod.rs"]
mod model_of_a_ledger;
#[path = "../oracle/mod.rs"]
mod oracle;
mod refusals;
mod world;
