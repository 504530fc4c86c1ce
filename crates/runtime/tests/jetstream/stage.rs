//! What every test here plays on: a ledger, a nats-server, a relay, and the eye of an operator.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use async_nats::jetstream::consumer::{AckPolicy, pull};
use async_nats::jetstream::stream::Config;
use async_nats::jetstream::{self, Context};
use futures::StreamExt as _;
use hoso_ledger::conformance::sample;
use hoso_ledger::sqlite::{SqliteLedger, SqliteOptions};
use hoso_ledger::{Position, RecordedEvent, SharedLedger};
use hoso_runtime::config::{Config as Settings, Layer};
use hoso_runtime::jetstream::stream::STREAM;
use hoso_runtime::jetstream::{
    Alarm, Alone, Leadership, Nats, NatsOptions, Relay, RelayOptions, RelayState, message,
};
use hoso_testbed::nats::{Nats as Server, NatsOptions as ServerOptions};
use tempfile::TempDir;
use tokio::sync::watch;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

/// Nothing here takes longer, unless it is broken.
const WITHIN: Duration = Duration::from_secs(30);

/// Waits for something that must happen.
pub(crate) async fn within<T>(what: &str, work: impl Future<Output = T>) -> T {
    tokio::time::timeout(WITHIN, work)
        .await
        .unwrap_or_else(|_| panic!("not within {} s: {what}", WITHIN.as_secs()))
}

/// Chance from a printed seed; `HOSO_SEED` repeats a run.
pub(crate) struct Chance(u64);

impl Chance {
    pub(crate) fn new() -> Self {
        let given = std::env::var("HOSO_SEED").ok();
        let drawn = || {
            let mut bytes = [0; 8];
            getrandom::fill(&mut bytes).unwrap();
            u64::from_be_bytes(bytes)
        };
        let seed = given.map_or_else(drawn, |seed| seed.parse().expect("a number"));
        println!("HOSO_SEED={seed}");
        Self(seed)
    }

    /// A number below `bound` (`SplitMix64`).
    pub(crate) fn below(&mut self, bound: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        (mixed ^ (mixed >> 31)) % bound
    }

    pub(crate) async fn pause(&mut self, longest: u64) {
        tokio::time::sleep(Duration::from_millis(self.below(longest))).await;
    }
}

pub(crate) fn server() -> Server {
    Server::start(ServerOptions::default()).expect("a nats-server")
}

/// A ledger in a directory of its own.
pub(crate) struct Store {
    pub(crate) ledger: SharedLedger,
    directory: TempDir,
}

impl Store {
    pub(crate) async fn new() -> Self {
        let directory = tempfile::tempdir().unwrap();
        let ledger = open(directory.path()).await;
        Self { ledger, directory }
    }

    pub(crate) fn path(&self) -> &Path {
        self.directory.path()
    }

    /// Appends events, up to five a command.
    pub(crate) async fn append(&self, events: u64) {
        append(&self.ledger, events).await;
    }
}

pub(crate) async fn open(directory: &Path) -> SharedLedger {
    let options = SqliteOptions::new(sample::still_clock());
    SqliteLedger::open(directory, options).await.unwrap()
}

pub(crate) async fn append(ledger: &SharedLedger, events: u64) {
    let mut left = events;
    while left > 0 {
        let count = left.min(5);
        let stream = format!("case-{}", sample::id());
        let append = sample::append(&stream, 0, count).unwrap();
        ledger.append(append).await.unwrap();
        left -= count;
    }
}

/// A secret as settings give it.
pub(crate) fn secret(text: &str) -> hoso_runtime::config::Secret {
    let layer = Layer {
        nats_url: Some(text.to_owned()),
        ..Layer::default()
    };
    let settings = Settings::load(&layer, |_| None).unwrap();
    settings.nats_url.unwrap()
}

pub(crate) async fn connect(url: &str, user: &str) -> Nats {
    let options = NatsOptions {
        url: secret(url),
        seed: None,
        user: user.to_owned(),
    };
    Nats::connect(&options).await.unwrap()
}

/// Impatient, and by chance.
pub(crate) fn options(chance: &mut Chance) -> RelayOptions {
    RelayOptions {
        check_every: Duration::from_millis(300),
        alarm_check_every: Duration::from_millis(100),
        window: usize::try_from(1 + chance.below(300)).unwrap(),
        seed: chance.below(u64::MAX),
        ..RelayOptions::default()
    }
}

/// A relay that runs beside the test.
pub(crate) struct Relaying {
    pub(crate) state: watch::Receiver<RelayState>,
    stop: CancellationToken,
    task: JoinHandle<()>,
}

impl Relaying {
    pub(crate) async fn start(ledger: &SharedLedger, url: &str, options: RelayOptions) -> Self {
        Self::start_under(ledger, url, options, Arc::new(Alone)).await
    }

    pub(crate) async fn start_under(
        ledger: &SharedLedger,
        url: &str,
        options: RelayOptions,
        leadership: Arc<dyn Leadership>,
    ) -> Self {
        let nats = connect(url, "relay").await;
        let relay = Relay::new(SharedLedger::clone(ledger), nats, options);
        let stop = CancellationToken::new();
        let state = relay.state();
        let told = stop.clone();
        let task = tokio::spawn(async move { relay.run(leadership.as_ref(), told).await });
        Self { state, stop, task }
    }

    /// Waits until everything up to a position is in the stream.
    pub(crate) async fn reached(&self, wanted: Position) {
        let mut state = self.state.clone();
        let there = |state: &RelayState| matches!(state, RelayState::Running { position } if *position >= wanted);
        let reached = state.wait_for(there);
        let reached = within(&format!("the relay reaches {wanted}"), reached).await;
        reached.expect("the relay runs");
    }

    pub(crate) async fn alarm(&self) -> Alarm {
        let mut state = self.state.clone();
        let alarmed = state.wait_for(|state| matches!(state, RelayState::Alarmed(_)));
        let state = within("an alarm", alarmed).await.expect("the relay runs");
        let RelayState::Alarmed(alarm) = &*state else {
            panic!("an alarm");
        };
        alarm.clone()
    }

    /// Ends it as `kill -9` would: nothing is finished.
    pub(crate) async fn kill(self) {
        self.task.abort();
        assert!(self.task.await.is_err());
    }

    pub(crate) async fn stop(self) {
        self.stop.cancel();
        within("the relay stops", self.task).await.unwrap();
    }
}

/// Somebody with the operator's key.
pub(crate) async fn operator(url: &str) -> Context {
    let client = async_nats::ConnectOptions::new()
        .retry_on_initial_connect()
        .connect(url)
        .await
        .unwrap();
    let mut context = jetstream::new(client);
    context.set_timeout(Duration::from_secs(10));
    context
}

pub(crate) async fn delete_stream(operator: &Context) {
    operator.delete_stream(STREAM).await.unwrap();
}

/// A stream as the relay would make it, beginning at `first`.
pub(crate) fn stream_config(first: u64) -> Config {
    Config {
        name: STREAM.to_owned(),
        subjects: vec!["hoso.events.>".to_owned()],
        deny_delete: true,
        deny_purge: true,
        allow_direct: true,
        first_sequence: Some(first),
        ..Config::default()
    }
}

/// Everything in the stream, decoded; fails where a message is not at its place.
pub(crate) async fn messages(operator: &Context) -> Vec<RecordedEvent> {
    let stream = operator.get_stream(STREAM).await.unwrap();
    let count = usize::try_from(stream.cached_info().state.messages).unwrap();
    let config = pull::Config {
        ack_policy: AckPolicy::None,
        ..pull::Config::default()
    };
    let consumer = stream.create_consumer(config).await.unwrap();
    let mut messages = consumer.messages().await.unwrap().take(count);
    let mut events = Vec::new();
    while let Some(message) = within("a message", messages.next()).await {
        let message = message.unwrap();
        let sequence = message.info().unwrap().stream_sequence;
        assert_eq!(message.subject.split('.').count(), 4);
        events.push(message::decode(sequence, &message.payload).unwrap());
    }
    events
}

/// The stream holds every event of the ledger from `first` on, once and unchanged.
pub(crate) async fn assert_stream_is_the_ledger(
    operator: &Context,
    ledger: &SharedLedger,
    first: Position,
) {
    let head = ledger.head().await.unwrap();
    let mut expected = Vec::new();
    let mut after = first - 1;
    while after < head {
        let page = ledger.read_all(after, 1_000).await.unwrap();
        after = page.last().unwrap().position;
        expected.extend(page);
    }
    let found = messages(operator).await;
    assert_eq!(found.len(), expected.len(), "messages in the stream");
    for (found, expected) in found.iter().zip(&expected) {
        assert_eq!(found, expected);
    }
}

/// A copy of a directory, also of one that is being written to.
pub(crate) fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy(&entry.path(), &target);
        } else {
            // It may be gone by now.
            std::fs::copy(entry.path(), target).ok();
        }
    }
}

/// Appends for as long as the fault lasts.
pub(crate) async fn while_appending(store: &Store, fault: impl Future<Output = ()>) {
    let over = AtomicBool::new(false);
    let appends = async {
        while !over.load(Ordering::Relaxed) {
            store.append(7).await;
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
    };
    let fault = async {
        fault.await;
        over.store(true, Ordering::Relaxed);
    };
    tokio::join!(appends, fault);
    // What the relay says it reached was true before the last fault; this it reaches only after.
    store.append(1).await;
}
