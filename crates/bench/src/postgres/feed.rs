//! Goals G7 and G8: from a submission until the next service has applied it, over the relay and
//! JetStream, and whether that service keeps up at full load.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use hoso_ledger::{Position, SharedLedger};
use tokio::sync::watch;
use tokio::time::MissedTickBehavior;
use uuid::Uuid;

use super::raw::{self, Single};
use super::server::Server;
use super::stage::{Following, Stage, within};
use crate::drive::{self, Sample, float};
use crate::figure::{Better, Report};
use crate::ledger_load::{self, Work};
use crate::{Setting, rounds};

/// Submissions a second, whatever the answers.
const SUBMISSIONS: u64 = 2_000;
/// Between two bursts of them.
const TICK: Duration = Duration::from_millis(1);
/// Submissions a second of a quiet day.
const SUBMISSIONS_QUIET: u64 = 200;
/// Before the measuring begins: long enough for the consumer to have found the stream.
const WARM_UP: Duration = Duration::from_millis(500);
/// Callers of the full load.
const CALLERS: u64 = 256;
/// Events a page.
const PAGE: u32 = 1_000;

/// One round.
#[derive(Debug)]
struct Measured {
    /// Raw single INSERT, one client.
    single: Sample,
    applied: Sample,
    applied_quiet: Sample,
    effects: Kept,
    cursor: Kept,
}

/// How the next service kept up with the appends.
#[derive(Debug, Clone, Copy)]
struct Kept {
    appends: f64,
    handled: f64,
}

/// Measures and compares.
pub(crate) async fn run(setting: &Setting) -> anyhow::Result<Report> {
    let server = setting.postgres().await?;
    let measured = rounds::run(setting, |_| round(setting, server)).await?;
    let each = |f: fn(&Measured) -> f64| -> Vec<f64> { measured.iter().map(f).collect() };
    let mut report = Report::default();
    // The average of a raw insert is one second by their number.
    let p50 = each(|m| m.applied.p50 * m.single.rate / 1e6);
    let what =
        "submission until applied by the next service, 2000/s, p50 / average raw single INSERT";
    report.goal("G7a", what, 6.0, Better::Less, &p50);
    let p99 = each(|m| m.applied.p99 * m.single.rate / 1e6);
    report.goal("G7b", "the same, p99", 15.0, Better::Less, &p99);
    let kept = each(|m| m.effects.handled / m.effects.appends);
    let what =
        "a consumer that commits an effect and its cursor for every event / appends, 256 callers";
    report.goal("G8a", what, 0.95, Better::More, &kept);
    let kept = each(|m| m.cursor.handled / m.cursor.appends);
    let what = "a consumer that commits its cursor alone / appends, 256 callers";
    report.goal("G8b", what, 0.95, Better::More, &kept);
    let p50 = each(|m| m.applied_quiet.p50 * m.single.rate / 1e6);
    let what = "submission until applied, 200/s, p50 / average raw single INSERT";
    report.figure(what, "×", &p50);
    let p99 = each(|m| m.applied_quiet.p99 * m.single.rate / 1e6);
    report.figure("the same, p99", "×", &p99);
    report.latency(
        "submission until applied, 2000/s",
        &each(|m| m.applied.p50),
        &each(|m| m.applied.p99),
    );
    report.latency(
        "submission until applied, 200/s",
        &each(|m| m.applied_quiet.p50),
        &each(|m| m.applied_quiet.p99),
    );
    report.figure(
        "submissions at 2000/s that were made",
        "1/s",
        &each(|m| m.applied.rate),
    );
    report.figure(
        "appends beside a consumer with effects",
        "commands/s",
        &each(|m| m.effects.appends),
    );
    report.figure(
        "effects committed beside them",
        "commands/s",
        &each(|m| m.effects.handled),
    );
    report.figure(
        "appends beside a consumer without effects",
        "commands/s",
        &each(|m| m.cursor.appends),
    );
    report.figure(
        "events it passed its cursor over",
        "events/s",
        &each(|m| m.cursor.handled),
    );
    Ok(report)
}

async fn round(setting: &Setting, server: &Server) -> anyhow::Result<Measured> {
    let database = server.fresh().await?;
    let single = raw::single(&database, 1, Single::Bare, setting.sample).await?;
    server.remove(database).await?;
    Ok(Measured {
        single,
        applied: applied(setting, server, SUBMISSIONS).await?,
        applied_quiet: applied(setting, server, SUBMISSIONS_QUIET).await?,
        effects: kept(setting, server, true).await?,
        cursor: kept(setting, server, false).await?,
    })
}

/// From each submission's call until its effect is committed.
async fn applied(setting: &Setting, server: &Server, a_second: u64) -> anyhow::Result<Sample> {
    let mut stage = Stage::start(server).await?;
    stage.relay().await?;
    let runtime = stage.follow(Following::new(true)).await?;
    // The consumer attaches to the stream once it has caught up with the ledger.
    submit(
        &stage.submission,
        0,
        a_second.min(200),
        setting.sample.min(WARM_UP),
    )
    .await?;
    within("the first effects", runtime.wait_idle()).await??;
    let from = stage.submission.head().await?;
    let (tell, told) = watch::channel(false);
    let watching = drive::spawned(commits(Arc::clone(&runtime.ledger), told));
    let started = Instant::now();
    let submitted = submit(&stage.submission, 1, a_second, setting.sample).await?;
    let elapsed = started.elapsed();
    within("the last effects", runtime.wait_idle()).await??;
    tell.send_replace(true);
    let commits = watching.await?;
    let took = match_up(&stage.submission, from, &submitted, &commits).await?;
    stage.remove(server).await?;
    Ok(Sample::of(took, elapsed))
}

/// New dossiers, so many a second whether answered or not; when each was submitted, by its event.
async fn submit(
    ledger: &SharedLedger,
    load: u64,
    a_second: u64,
    sample: Duration,
) -> anyhow::Result<HashMap<Uuid, Instant>> {
    let base = ledger_load::base(load, 0);
    let mut submitted = HashMap::new();
    let mut answers = Vec::new();
    let mut ticks = tokio::time::interval(TICK);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Burst);
    let started = Instant::now();
    let mut made = 0;
    while started.elapsed() < sample {
        ticks.tick().await;
        let due = started.elapsed().as_millis() * u128::from(a_second) / 1_000;
        while u128::from(made) < due {
            let append = ledger_load::append(base + made, 1, 1)?;
            submitted.insert(ledger_load::id(base + made, 1), Instant::now());
            let ledger = Arc::clone(ledger);
            answers.push(drive::spawned(
                async move { Ok(ledger.append(append).await?) },
            ));
            made += 1;
        }
    }
    futures::future::try_join_all(answers).await?;
    Ok(submitted)
}

/// When the next service knew that everything up to a position is committed: its own commits are
/// told to it at once.
async fn commits(
    ledger: SharedLedger,
    mut stop: watch::Receiver<bool>,
) -> anyhow::Result<Vec<(Position, Instant)>> {
    let mut head = ledger.watch_head();
    let mut commits = Vec::new();
    loop {
        commits.push((*head.borrow_and_update(), Instant::now()));
        tokio::select! {
            changed = head.changed() => changed?,
            stopped = stop.wait_for(|stopped| *stopped) => {
                stopped?;
                commits.push((*head.borrow(), Instant::now()));
                return Ok(commits);
            }
        }
    }
}

/// Finds each submission's effect by its cause, and when that was committed.
async fn match_up(
    ledger: &SharedLedger,
    mut after: Position,
    submitted: &HashMap<Uuid, Instant>,
    commits: &[(Position, Instant)],
) -> anyhow::Result<Vec<Duration>> {
    let mut took = Vec::new();
    loop {
        let page = ledger.read_all(after, PAGE).await?;
        let Some(last) = page.last() else { break };
        after = last.position;
        for event in page
            .iter()
            .filter(|event| event.stream.category() == "case")
        {
            let cause = event
                .metadata
                .causation
                .and_then(|cause| submitted.get(&cause));
            let at = commits.partition_point(|(head, _)| *head < event.position);
            if let (Some(asked), Some((_, committed))) = (cause, commits.get(at)) {
                took.push(committed.saturating_duration_since(*asked));
            }
        }
    }
    anyhow::ensure!(
        took.len() == submitted.len(),
        "{} of {} submissions were applied",
        took.len(),
        submitted.len()
    );
    Ok(took)
}

/// Appends as fast as 256 callers are answered, and what the next service handles meanwhile.
async fn kept(setting: &Setting, server: &Server, effects: bool) -> anyhow::Result<Kept> {
    let mut stage = Stage::start(server).await?;
    stage.relay().await?;
    let following = Following::new(effects);
    let runtime = stage.follow(Arc::clone(&following)).await?;
    submit(&stage.submission, 1, 200, setting.sample.min(WARM_UP)).await?;
    within("the first effects", runtime.wait_idle()).await??;
    let before = following.handled();
    let started = Instant::now();
    let work = Work::Append(1);
    let sample = ledger_load::run(&stage.submission, CALLERS, 0, work, setting.sample).await?;
    let handled = float(following.handled() - before) / started.elapsed().as_secs_f64();
    stage.remove(server).await?;
    Ok(Kept {
        appends: sample.rate,
        handled,
    })
}
