//! The main job on the sample year, as a user runs it: wall time of `hoso demo --json`.

use std::process::{Command, Stdio};
use std::time::Instant;

use serde::Deserialize;

use crate::figure::{Better, Report};
use crate::{Setting, hoso_binary, rounds};

/// Seconds it may take.
const SECONDS: f64 = 5.0;

/// What the demonstration must say about itself to count.
#[derive(Debug, Deserialize)]
struct Said {
    events: u64,
    selected: u64,
}

/// Measures.
pub(crate) async fn run(setting: &Setting) -> anyhow::Result<Report> {
    let hoso = hoso_binary::path()?;
    let measured = rounds::run(setting, |_| async {
        let started = Instant::now();
        let output = Command::new(&hoso)
            .args(["demo", "--json"])
            .stdin(Stdio::null())
            .output()?;
        let elapsed = started.elapsed().as_secs_f64();
        anyhow::ensure!(
            output.status.success(),
            "`hoso demo` failed: {}",
            String::from_utf8_lossy(&output.stderr)
        );
        let said: Said = serde_json::from_slice(&output.stdout)?;
        anyhow::ensure!(said.events > 0 && said.selected > 0, "{said:?}");
        Ok(elapsed)
    })
    .await?;
    let mut report = Report::default();
    let ratios: Vec<f64> = measured.iter().map(|seconds| seconds / SECONDS).collect();
    report.goal("demo", "hoso demo / 5 s", 1.0, Better::Less, &ratios);
    let millis: Vec<f64> = measured.iter().map(|seconds| seconds * 1_000.0).collect();
    report.figure("hoso demo, start to end", "ms", &millis);
    Ok(report)
}
