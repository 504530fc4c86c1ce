//! cqrs-es with postgres-es on a database that Hoso's benchmarks prepare; prints one JSON object.
//!
//! `hoso-bench-peers <url> append events|aggregate <callers> <milliseconds>`
//! `hoso-bench-peers <url> replay <events>`

mod aggregate;
mod append;
mod replay;

use std::time::Duration;

use anyhow::Context;

use append::Store;

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let sample = match words.as_slice() {
        [url, "append", store, callers, millis] => {
            let store = match *store {
                "events" => Store::Events,
                "aggregate" => Store::Aggregate,
                other => anyhow::bail!("no store `{other}`"),
            };
            let sample = Duration::from_millis(millis.parse().context("milliseconds")?);
            let callers = callers.parse().context("callers")?;
            serde_json::to_string(&append::run(url, store, callers, sample).await?)?
        }
        [url, "replay", events] => {
            let events = events.parse().context("events")?;
            serde_json::to_string(&replay::run(url, events).await?)?
        }
        _ => anyhow::bail!("append or replay, and on which database: see the source"),
    };
    println!("{sample}");
    Ok(())
}
