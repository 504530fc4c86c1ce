//! One round file of very many items, as `hoso evaluate --json FILE` reads, evaluates and prints it in
//! a process of its own: how long that takes, how it grows, and the most memory it has resident.

use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Instant;

use anyhow::Context;
use hoso_domain::evaluation::{RoundFile, evaluate};
use hoso_domain::rulebook::RuleBook;

use crate::evaluate::{UNITS, file_of};
use crate::figure::{Better, Report};
use crate::hoso_binary::Server;
use crate::{Setting, hoso_binary, rounds};

/// Items of the files; each is ten times the one before.
const ITEMS: [u32; 3] = [1_000, 10_000, 100_000];
/// Seconds the largest may take, start to end.
const SECONDS: f64 = 1.0;
/// KiB the largest may take.
const PEAK_KIB: f64 = 300.0 * 1_024.0;
/// Passes over the smallest file, so that all take about as long; over the others in proportion.
const PASSES: u32 = 100;

/// What a round of the benchmark gave.
#[derive(Debug, Default)]
struct Measured {
    /// Milliseconds to read and evaluate each file on one thread.
    evaluated: [f64; ITEMS.len()],
    /// Milliseconds of the largest as a process, printing included.
    process: f64,
    /// Its peak, KiB.
    peak: f64,
}

/// Measures.
pub(crate) async fn run(setting: &Setting) -> anyhow::Result<Report> {
    let hoso = hoso_binary::path()?;
    let directory = tempfile::tempdir_in(&setting.directory)?;
    let files = ITEMS.map(|items| directory.path().join(format!("{items}.json")));
    for (path, items) in files.iter().zip(ITEMS) {
        let file = file_of(7, u64::from(items) - UNITS);
        std::fs::write(path, serde_json::to_vec(&file)?)?;
    }
    let measured = rounds::run(setting, |_| {
        let (hoso, files) = (hoso.clone(), files.clone());
        async move { tokio::task::spawn_blocking(move || one_round(&hoso, &files)).await? }
    })
    .await?;
    Ok(report(&measured))
}

fn report(measured: &[Measured]) -> Report {
    let of = |figure: &dyn Fn(&Measured) -> f64| measured.iter().map(figure).collect::<Vec<_>>();
    let mut report = Report::default();
    report.goal(
        "large-round",
        "hoso evaluate of a round of 100 000 items, start to end / 1 s",
        1.0,
        Better::Less,
        &of(&|one| one.process / 1_000.0 / SECONDS),
    );
    report.goal(
        "large-growth",
        "time from 1 000 to 100 000 items / growth of n log n",
        1.0,
        Better::Less,
        &of(&|one| growth(&one.evaluated)),
    );
    report.goal(
        "large-memory",
        "peak memory of hoso evaluate of 100 000 items / 300 MB",
        1.0,
        Better::Less,
        &of(&|one| one.peak / PEAK_KIB),
    );
    for (index, items) in ITEMS.into_iter().enumerate() {
        let what = format!("round of {items} items read and evaluated on one thread");
        let of_file = |one: &Measured| one.evaluated.get(index).copied().unwrap_or_default();
        report.figure(what, "ms", &of(&of_file));
    }
    let whole = "hoso evaluate --json of 100 000 items, start to end";
    report.figure(whole, "ms", &of(&|one| one.process));
    report.figure("its peak resident memory", "KiB", &of(&|one| one.peak));
    report
}

/// How much faster than n log n the time grows from the first file to the last; 1 = as fast.
fn growth(millis: &[f64; ITEMS.len()]) -> f64 {
    let n_log_n = |items: u32| f64::from(items) * f64::from(items).ln();
    let [few, _, many] = ITEMS;
    let [short, _, long] = millis;
    (long / short) / (n_log_n(many) / n_log_n(few))
}

fn one_round(hoso: &Path, files: &[PathBuf; ITEMS.len()]) -> anyhow::Result<Measured> {
    let mut measured = Measured::default();
    for ((path, items), millis) in files.iter().zip(ITEMS).zip(&mut measured.evaluated) {
        *millis = evaluated(path, items)?;
    }
    let [.., largest] = files;
    (measured.process, measured.peak) = as_a_process(hoso, largest)?;
    Ok(measured)
}

/// Milliseconds a pass.
fn evaluated(path: &Path, items: u32) -> anyhow::Result<f64> {
    let [smallest, ..] = ITEMS;
    let passes = (PASSES * smallest / items).max(1);
    let bytes = std::fs::read(path)?;
    let started = Instant::now();
    for _ in 0..passes {
        let file = RoundFile::read(&bytes).context("a made-up round file")?;
        let outcome = evaluate(&file, RuleBook::soc_trang());
        anyhow::ensure!(outcome.items.len() == usize::try_from(items)?);
    }
    Ok(started.elapsed().as_secs_f64() * 1_000.0 / f64::from(passes))
}

/// Milliseconds and peak KiB of `hoso evaluate --json`.
#[expect(
    clippy::cast_precision_loss,
    reason = "KiB of a process stay below 2^52"
)]
fn as_a_process(hoso: &Path, file: &Path) -> anyhow::Result<(f64, f64)> {
    let mut command = Command::new(hoso);
    command.args(["evaluate", "--json"]).arg(file);
    command.stdin(Stdio::null()).stdout(Stdio::piped());
    let started = Instant::now();
    let mut process = Server::spawn(command)?;
    let mut output = process.output()?;
    // The outcome is whole before a byte of it is printed, and no pipe holds it all: so the process
    // is at its peak, and still there.
    let mut line = vec![0; 1];
    output.read_exact(&mut line)?;
    let peak = process.peak_kib()?;
    output.read_to_end(&mut line)?;
    let millis = started.elapsed().as_secs_f64() * 1_000.0;
    anyhow::ensure!(line.starts_with(b"{\"file\":") && line.ends_with(b"}\n"));
    Ok((millis, peak as f64))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn growth_of_n_log_n_is_one_and_a_square_far_above() {
        let n_log_n = ITEMS.map(|items| f64::from(items) * f64::from(items).ln());
        assert!((growth(&n_log_n) - 1.0).abs() < 1e-9);
        let square = ITEMS.map(|items| f64::from(items).powi(2));
        assert!(growth(&square) > 50.0);
    }

    #[test]
    fn a_large_round_is_a_good_file_with_that_many_items() -> anyhow::Result<()> {
        let bytes = serde_json::to_vec(&file_of(7, 3_000 - UNITS))?;
        let file = RoundFile::read(&bytes)?;
        let outcome = evaluate(&file, RuleBook::soc_trang());
        assert_eq!(outcome.items.len(), 3_000);
        Ok(())
    }

    #[test]
    fn the_largest_round_is_within_what_a_file_may_have() -> anyhow::Result<()> {
        let bytes = serde_json::to_vec(&file_of(7, 100_000 - UNITS))?;
        assert!(bytes.len() < 16 * 1_024 * 1_024, "{}", bytes.len());
        Ok(())
    }
}
