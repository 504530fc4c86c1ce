//! The auditor's side: what `hoso audit verify` costs and holds in memory, `hoso replay` of the same
//! log, and what sealing costs the appends and how far it is behind them.
//!
//! Verifying is measured on the real program, start to end, over the sample year with a long tail of
//! events behind it. Two lengths of log give the rate: their difference leaves out what does not
//! grow, the verdicts and rankings that are judged again.

mod lag;
mod log;

use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::Context as _;

use crate::drive::float;
use crate::figure::{Better, Report, ratios};
use crate::hoso_binary::Server;
use crate::{Setting, hoso_binary, rounds};
use lag::Lag;

/// Events of the short log.
const EVENTS: u64 = 100_000;
/// Seconds that verifying them may take.
const SECONDS: f64 = 10.0;
/// Events a second that one core verifies, verdicts left out.
const RATE: f64 = 100_000.0;
/// Seconds that all but one of a hundred events may wait for their seal.
const LAG: f64 = 1.0;
/// How often a running process is asked for its peak.
const POLL_EVERY: Duration = Duration::from_millis(5);

/// What a process came to.
#[derive(Debug, Clone, Copy, Default)]
struct Ran {
    seconds: f64,
    peak_kib: f64,
}

#[derive(Debug)]
struct Measured {
    short: Ran,
    long: Ran,
    replay: Ran,
    alone: f64,
    sealing: Lag,
}

/// Measures.
pub(crate) async fn run(setting: &Setting) -> anyhow::Result<Report> {
    let hoso = hoso_binary::path()?;
    let long_events = setting.events.max(2 * EVENTS);
    let directory = tempfile::tempdir_in(&setting.directory)?;
    let data = directory.path().join("data");
    let [short, long] = ["short.zip", "long.zip"].map(|name| directory.path().join(name));
    log::begin(&hoso, &data)?;
    for (bundle, events) in [(&short, EVENTS), (&long, long_events)] {
        log::fill(&data, events).await?;
        log::bundle(&hoso, &data, bundle)?;
    }
    let measured = rounds::run(setting, |_| {
        let (hoso, data) = (hoso.clone(), data.clone());
        let (short, long) = (short.clone(), long.clone());
        async move {
            let processes = tokio::task::spawn_blocking(move || {
                let verify = |bundle: &Path| ran(&hoso, &["audit", "verify", "--json"], bundle);
                let replay = ran(&hoso, &["replay", "--json", "--data"], &data)?;
                Ok::<_, anyhow::Error>((verify(&short)?, verify(&long)?, replay))
            });
            let (short, long, replay) = processes.await??;
            Ok(Measured {
                short,
                long,
                replay,
                alone: lag::alone(setting).await?,
                sealing: lag::beside(setting).await?,
            })
        }
    })
    .await?;
    Ok(report(&measured, long_events))
}

fn report(measured: &[Measured], long_events: u64) -> Report {
    let each = |f: &dyn Fn(&Measured) -> f64| -> Vec<f64> { measured.iter().map(f).collect() };
    let more = float(long_events - EVENTS);
    let rate = each(&|m| more / (m.long.seconds - m.short.seconds));
    let mut report = Report::default();
    let what = "hoso audit verify of 100 000 events, start to end / 10 s";
    let took = each(&|m| m.short.seconds / SECONDS);
    report.goal("audit-verify", what, 1.0, Better::Less, &took);
    let what = "events a second verified on one core / 100 000";
    let of_goal: Vec<_> = rate.iter().map(|rate| rate / RATE).collect();
    report.goal("audit-rate", what, 1.0, Better::More, &of_goal);
    let what = format!("peak memory of verifying {long_events} events / 100 000 events");
    let grown = each(&|m| m.long.peak_kib / m.short.peak_kib);
    report.goal("audit-memory", what, 1.2, Better::Less, &grown);
    let what = "append, 256 callers, sealed behind every append / append alone";
    let sealed = ratios(&each(&|m| m.sealing.rate), &each(&|m| m.alone));
    report.goal("audit-append", what, 0.9, Better::More, &sealed);
    let what = "p99 of the wait for a seal at full append load / 1 s";
    let waits = each(&|m| m.sealing.p99 / LAG);
    report.goal("audit-lag", what, 1.0, Better::Less, &waits);
    report.figure("hoso audit verify, one core", "events/s", &rate);
    let what = format!("hoso audit verify of {long_events} events, start to end");
    report.figure(what, "s", &each(&|m| m.long.seconds));
    report.figure(
        "its peak resident memory",
        "KiB",
        &each(&|m| m.long.peak_kib),
    );
    let what = format!("hoso replay of {long_events} events, start to end");
    report.figure(what, "s", &each(&|m| m.replay.seconds));
    report.figure(
        "its peak resident memory",
        "KiB",
        &each(&|m| m.replay.peak_kib),
    );
    report.figure("append alone", "events/s", &each(&|m| m.alone));
    let what = "half of the events are sealed after";
    report.figure(what, "s", &each(&|m| m.sealing.p50));
    report
}

/// Runs the program on a file or directory; it must find nothing.
fn ran(hoso: &Path, arguments: &[&str], on: &Path) -> anyhow::Result<Ran> {
    let mut command = Command::new(hoso);
    command.args(arguments).arg(on);
    command.stdin(Stdio::null()).stdout(Stdio::null());
    let started = Instant::now();
    let mut process = Server::spawn(command)?;
    let mut peak = 0;
    let status = loop {
        // The peak only grows: the last answer before the end is all but the whole of it.
        peak = process.peak_kib().unwrap_or(peak);
        if let Some(status) = process.ended()? {
            break status;
        }
        std::thread::sleep(POLL_EVERY); // poll: nobody tells when a process is at its peak
    };
    let seconds = started.elapsed().as_secs_f64();
    anyhow::ensure!(status.success(), "hoso {arguments:?}: {status}");
    anyhow::ensure!(peak > 0, "the peak of hoso {arguments:?} was never seen");
    let peak_kib = float(peak);
    Ok(Ran { seconds, peak_kib })
}

/// Runs the program to its end, for what it leaves behind.
fn done(command: &mut Command) -> anyhow::Result<()> {
    let output = command.stdin(Stdio::null()).output();
    let output = output.with_context(|| format!("{command:?}"))?;
    let said = String::from_utf8_lossy(&output.stderr);
    anyhow::ensure!(output.status.success(), "{command:?}: {said}");
    Ok(())
}
