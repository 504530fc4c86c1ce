//! Goal G9: what the way over NATS adds to a commit, beside a bare publish until delivered; and the
//! relay's rate beside that of the appends.

use std::time::{Duration, Instant};

use anyhow::Context;
use async_nats::jetstream::{self, consumer, stream};
use futures::StreamExt;
use hoso_ledger::{Position, SharedLedger};
use hoso_runtime::feed::subscription::{Feed, LedgerFeed};
use hoso_runtime::jetstream::JetStreamFeed;
use hoso_runtime::telemetry::metrics_handle;
use tokio::sync::mpsc;

use super::server::Server;
use super::stage::{Stage, relayed, within};
use crate::drive::{self, Sample, rate};
use crate::figure::{Better, Report, ratios};
use crate::ledger_load::{self, Work};
use crate::load::EVENTS_A_STREAM;
use crate::{Setting, rounds};

/// Between two messages or appends, whose way is measured one by one.
const PAUSE: Duration = Duration::from_millis(2);
/// Before the measuring begins: long enough for a consumer to have found the stream.
const WARM_UP: Duration = Duration::from_millis(500);
/// Bytes of a bare message: what an event's is.
const BYTES: usize = 1_500;
/// Events that the relay finds when it begins, at most.
const BACKLOG_MAX: u64 = 100_000;
/// Events handed out at a time.
const PAGE: u32 = 256;

/// One round.
#[derive(Debug)]
struct Measured {
    bare: Sample,
    over_nats: Sample,
    over_ledger: Sample,
    /// The part of the events over NATS that did come over it; the others came out of the ledger.
    carried: f64,
    relay: f64,
    /// Events a second, the larger of one and three a command.
    append: f64,
}

/// Measures and compares.
pub(crate) async fn run(setting: &Setting) -> anyhow::Result<Report> {
    let server = setting.postgres().await?;
    let measured = rounds::run(setting, |_| round(setting, server)).await?;
    let each = |f: fn(&Measured) -> f64| -> Vec<f64> { measured.iter().map(f).collect() };
    let mut report = Report::default();
    report.goal(
        "G9a",
        "committed until handed to another process over NATS, p50 / bare publish until delivered",
        1.5,
        Better::Less,
        &ratios(&each(|m| m.over_nats.p50), &each(|m| m.bare.p50)),
    );
    report.goal(
        "G9b",
        "events a second of the relay / of the appends, 256 callers, the faster of 1 and 3 a command",
        1.0,
        Better::More,
        &ratios(&each(|m| m.relay), &each(|m| m.append)),
    );
    let what = "bare publish until delivered by JetStream";
    report.latency(what, &each(|m| m.bare.p50), &each(|m| m.bare.p99));
    let what = "committed until handed out over NATS";
    report.latency(what, &each(|m| m.over_nats.p50), &each(|m| m.over_nats.p99));
    let what = "committed until handed out of the ledger, woken over NATS";
    report.latency(
        what,
        &each(|m| m.over_ledger.p50),
        &each(|m| m.over_ledger.p99),
    );
    let what = "part of the events that came over the stream";
    report.figure(what, "×", &each(|m| m.carried));
    report.figure("relay, from a standing log", "events/s", &each(|m| m.relay));
    report.figure("appends, 256 callers", "events/s", &each(|m| m.append));
    Ok(report)
}

async fn round(setting: &Setting, server: &Server) -> anyhow::Result<Measured> {
    let mut stage = Stage::start(server).await?;
    let bare = bare(&stage.nats_url(), setting.sample).await?;
    stage.relay().await?;
    let ledger = stage.ledger("verification").await?;
    let nats = stage.connect("verification").await?;
    let feed = JetStreamFeed::new(SharedLedger::clone(&ledger), nats);
    let before = came_over_the_stream();
    let (over_nats, events) = handed_out(&stage.submission, &feed, 0, setting.sample).await?;
    let carried = (came_over_the_stream() - before) / drive::float(events);
    let feed = LedgerFeed::new(ledger);
    let (over_ledger, _) = handed_out(&stage.submission, &feed, 1, setting.sample).await?;
    stage.remove(server).await?;
    Ok(Measured {
        bare,
        over_nats,
        over_ledger,
        carried,
        relay: relay(setting, server).await?,
        append: append(setting, server).await?,
    })
}

/// A message to a stream in a file, until a consumer in the same process has it.
async fn bare(url: &str, sample: Duration) -> anyhow::Result<Sample> {
    let context = jetstream::new(async_nats::connect(url).await?);
    let config = stream::Config {
        name: "BARE".to_owned(),
        subjects: vec!["bare.>".to_owned()],
        ..stream::Config::default()
    };
    let stream = context.create_stream(config).await?;
    let consumer = consumer::pull::OrderedConfig::default();
    let mut messages = stream.create_consumer(consumer).await?.messages().await?;
    let payload = bytes::Bytes::from(vec![b'x'; BYTES]);
    let mut took = Vec::new();
    let warm_up = sample.min(WARM_UP);
    let started = Instant::now();
    while started.elapsed() < sample + warm_up {
        let asked = Instant::now();
        let ack = context.publish("bare.one", payload.clone()).await?;
        let message = within("a bare message", messages.next()).await?;
        message.context("the consumer ended")??;
        if started.elapsed() > warm_up {
            took.push(asked.elapsed());
        }
        ack.await?;
        tokio::time::sleep(PAUSE).await;
    }
    context.delete_stream("BARE").await?;
    Ok(Sample::of(took, sample))
}

/// Lone appends, each until a feed of another process hands its event out; and the number of events.
async fn handed_out(
    ledger: &SharedLedger,
    feed: &dyn Feed,
    load: u64,
    sample: Duration,
) -> anyhow::Result<(Sample, u64)> {
    let from = ledger.head().await?;
    let mut events = feed.subscribe("bench", from);
    let (tell, mut told) = mpsc::unbounded_channel::<(Position, Instant)>();
    let taking = tokio::spawn(async move {
        loop {
            let page = events.next(PAGE).await?;
            let now = Instant::now();
            for event in page {
                if tell.send((event.position, now)).is_err() {
                    return anyhow::Ok(());
                }
            }
        }
    });
    let base = ledger_load::base(load, 0);
    let mut took = Vec::new();
    let mut count = 0;
    let warm_up = sample.min(WARM_UP);
    let started = Instant::now();
    while started.elapsed() < sample + warm_up {
        let (stream, version) = ledger_load::place(base, count);
        let append = ledger_load::append(stream, version, 1)?;
        let position = ledger.append(append).await?.first_position;
        let committed = Instant::now();
        count += 1;
        let handed = within("an event handed out", told.recv()).await?;
        let (handed, at) = handed.context("the feed ended")?;
        anyhow::ensure!(handed == position, "event {handed} came for {position}");
        if started.elapsed() > warm_up {
            took.push(at.saturating_duration_since(committed));
        }
        tokio::time::sleep(PAUSE).await;
    }
    taking.abort();
    Ok((Sample::of(took, sample), count))
}

/// Events that the measured feed has had over JetStream in this process's time.
fn came_over_the_stream() -> f64 {
    let text = metrics_handle().render();
    let line = text.lines().find(|line| {
        line.starts_with("hoso_feed_events_total")
            && line.contains("service=\"bench\"")
            && line.contains("source=\"stream\"")
    });
    line.and_then(|line| line.rsplit(' ').next()?.parse().ok())
        .unwrap_or(0.0)
}

/// From the relay's start until a log that was there before is in the stream.
async fn relay(setting: &Setting, server: &Server) -> anyhow::Result<f64> {
    let mut stage = Stage::start(server).await?;
    let events = setting.events.min(BACKLOG_MAX);
    ledger_load::fill(&stage.submission, events, EVENTS_A_STREAM).await?;
    let started = Instant::now();
    let mut relaying = stage.relay().await?;
    relayed(&mut relaying, events).await?;
    let rate = rate(events, started.elapsed());
    stage.remove(server).await?;
    Ok(rate)
}

async fn append(setting: &Setting, server: &Server) -> anyhow::Result<f64> {
    let mut best: f64 = 0.0;
    for events in [1, 3] {
        let database = server.fresh().await?;
        let ledger = database.ledger("hoso_submission").await?;
        let work = Work::Append(events);
        let sample = ledger_load::run(&ledger, 256, 0, work, setting.sample).await?;
        best = best.max(sample.rate * drive::float(events));
        ledger.close().await;
        server.remove(database).await?;
    }
    Ok(best)
}
