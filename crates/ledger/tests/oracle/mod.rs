//! What a ledger must be whatever happened to it: positions dense, versions continuous, every row its
//! last event's, no command twice.

use std::collections::BTreeMap;

use hoso_ledger::conformance::sample;
use hoso_ledger::{Append, Ledger, StreamName};
use uuid::Uuid;

/// What a test fails with.
pub(crate) type Failure = Box<dyn std::error::Error + Send + Sync>;

/// A command that can be told again by its id, its stream and the version it was decided on.
pub(crate) fn command(id: Uuid, stream: &str, version: u64) -> Result<Append, Failure> {
    let count = 1 + version % 3;
    let mut append = sample::append(stream, version, count)?;
    append.command = id;
    append.digest = [9; 32];
    Ok(append)
}

/// Positions dense, versions continuous, rows the last event's. Answers the log's commands with
/// their first position.
pub(crate) async fn check(ledger: &dyn Ledger) -> Result<BTreeMap<Uuid, u64>, Failure> {
    let log = ledger.read_all(0, 1_000_000).await?;
    let mut versions: BTreeMap<StreamName, (u64, u64)> = BTreeMap::new();
    let mut commands: BTreeMap<Uuid, u64> = BTreeMap::new();
    let mut last_command = None;
    for (event, position) in log.iter().zip(1..) {
        assert_eq!(event.position, position, "positions are dense");
        let place = versions.entry(event.stream.clone()).or_default();
        assert_eq!(event.version, place.0 + 1, "versions are continuous");
        *place = (event.version, position);
        if last_command != Some(event.command) {
            let again = commands.insert(event.command, position);
            assert_eq!(again, None, "command {} is in the log twice", event.command);
            last_command = Some(event.command);
        }
    }
    assert_eq!(ledger.head().await?, log.len() as u64);
    for (stream, place) in versions {
        let row = ledger
            .stream(&stream)
            .await?
            .ok_or("a stream without a row")?;
        assert_eq!((row.version, row.last_position), place);
        assert_eq!(row.state, format!(r#"{{"count":{}}}"#, row.version));
    }
    Ok(commands)
}
