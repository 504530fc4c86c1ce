//! The full mode on this machine: the sample year comes out there as it does embedded, event for
//! event apart from times and ids.

#![expect(
    clippy::unwrap_used,
    reason = "a test's helpers: a broken setup must stop the test"
)]

use std::collections::BTreeMap;
use std::sync::Arc;

use e2e::server::hoso_json;
use e2e::{hoso_binary, root};
use futures::StreamExt as _;
use hoso_ledger::postgres::{PostgresLedger, PostgresOptions};
use hoso_ledger::sqlite::{SqliteLedger, SqliteOptions};
use hoso_ledger::{SharedLedger, pages};
use hoso_testbed::full::{Full, FullOptions};
use serde_json::Value;

/// Every stream's events in order: type and data, what differs from run to run left out.
async fn streams(ledger: SharedLedger) -> BTreeMap<String, Vec<(String, Value)>> {
    let head = ledger.head().await.unwrap();
    let mut streams: BTreeMap<_, Vec<_>> = BTreeMap::new();
    let mut log = std::pin::pin!(pages(ledger, 0, head));
    while let Some(page) = log.next().await {
        for event in page.unwrap() {
            let mut data = serde_json::from_str(&event.data).unwrap();
            leave_out_what_differs(&mut data);
            let stream = streams.entry(event.stream.to_string()).or_default();
            stream.push((event.event_type, data));
        }
    }
    streams
}

/// Ids that were drawn, the positions facts were read at, and times of today.
fn leave_out_what_differs(value: &mut Value) {
    match value {
        Value::Object(fields) => {
            for (name, value) in fields {
                if ["tokenDigest", "position", "factsPosition", "asOfPosition"]
                    .contains(&name.as_str())
                {
                    *value = Value::Null;
                } else {
                    leave_out_what_differs(value);
                }
            }
        }
        Value::Array(values) => values.iter_mut().for_each(leave_out_what_differs),
        Value::String(text) => {
            let drawn = uuid::Uuid::parse_str(text).is_ok();
            // The sample year ends in 2025; whatever is later is the clock of this run.
            let now = text.len() > 19 && text.contains('T') && text.as_str() > "2026-06";
            // Under a key that was drawn.
            let sealed = text.starts_with("sealed:");
            if drawn || now || sealed {
                *value = Value::Null;
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_sample_year_comes_out_as_it_does_embedded() {
    let scratch = tempfile::tempdir().unwrap();
    let data = scratch.path().join("embedded");
    let embedded = hoso_json(&["demo", "--json", "--data", data.to_str().unwrap()]);

    let full = Full::start(FullOptions::new(hoso_binary().to_path_buf(), root())).unwrap();
    let output = full
        .hoso("hoso_registry")
        .args(["demo", "--at", &full.url(), "--json"])
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{said}");
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    for field in [
        "events",
        "dossiers",
        "items",
        "selected",
        "byOutcome",
        "lanes",
        "differences",
    ] {
        assert!(report.get(field).is_some(), "{field}");
        assert_eq!(report.get(field), embedded.get(field), "{field}");
    }

    let clock: hoso_ledger::Clock = Arc::new(chrono::DateTime::default);
    let mut options = SqliteOptions::new(clock);
    options.read_only = true;
    let here = SqliteLedger::open(&data, options).await.unwrap();
    let options = PostgresOptions {
        read_only: true,
        ..PostgresOptions::new("hoso auditor")
    };
    let url = full.database_url("hoso_auditor");
    let there = PostgresLedger::open(&url, options).await.unwrap();
    let (here, there) = (streams(here).await, streams(there).await);
    assert!(here.keys().eq(there.keys()), "other streams");
    for (stream, events) in &here {
        let other = there.get(stream).unwrap();
        assert_eq!(events.len(), other.len(), "{stream}");
        for (number, (event, same)) in events.iter().zip(other).enumerate() {
            assert_eq!(event, same, "{stream} event {}", number + 1);
        }
    }

    the_past_is_the_same(&full, data.to_str().unwrap());

    let verified = full
        .hoso("hoso_auditor")
        .args(["ledger", "verify", "--json"])
        .output()
        .unwrap();
    let verified: Value = serde_json::from_slice(&verified.stdout)
        .unwrap_or_else(|error| panic!("{error}: {verified:?}"));
    assert_eq!(verified.get("differences"), Some(&serde_json::json!([])));
}

/// Questions about the past by when acts took effect, since positions differ from run to run.
fn the_past_is_the_same(full: &Full, data: &str) {
    let [before, after] = [
        "effective:2025-07-01T00:00:00Z",
        "effective:2025-08-18T12:00:00Z",
    ];
    for question in [
        &["state", "HS-2024-08", "--as-of", before][..],
        &["state", "annual-2024", "--round", "--as-of", after],
        &["diff", "HS-2024-08", before, after],
    ] {
        let here = hoso_json(&[question, &["--json", "--data", data]].concat());
        let there = full
            .hoso("hoso_auditor")
            .args(question)
            .arg("--json")
            .output()
            .unwrap();
        let said = String::from_utf8_lossy(&there.stderr);
        assert!(there.status.success(), "{question:?}: {said}");
        let there: Value = serde_json::from_slice(&there.stdout).unwrap();
        let fields = |mut told: Value| {
            leave_out_what_differs(&mut told);
            match told.get_mut("changes").and_then(Value::as_array_mut) {
                // Which events made it so, by type: the rest of them differs from run to run.
                Some(changes) => changes
                    .drain(..)
                    .map(|change| {
                        let by = change.get("by").and_then(Value::as_array).unwrap();
                        let by: Vec<_> = by.iter().map(|step| step.get("type").cloned()).collect();
                        serde_json::json!([
                            change.get("path"),
                            change.get("from"),
                            change.get("to"),
                            by
                        ])
                    })
                    .collect(),
                None => told,
            }
        };
        assert_eq!(fields(here), fields(there), "{question:?}");
    }
}
