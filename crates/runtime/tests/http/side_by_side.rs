//! Events of different streams handled at once: order within a stream, nothing beside what goes
//! alone, and wherever a service dies each effect once, behind no cursor that passed it.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use hoso_ledger::{RecordedEvent, SharedLedger, StreamName};
use hoso_runtime::{Clock, Effect, Lane, ReactionError, Reactor, Runtime, Service, serve};
use proptest::prelude::*;
use tempfile::TempDir;
use tokio::sync::Barrier;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;
use utoipa_axum::router::OpenApiRouter;

use crate::notes;

/// What takes longer never comes.
const WITHIN: Duration = Duration::from_mins(1);

async fn within<T>(work: impl Future<Output = T>) -> T {
    tokio::time::timeout(WITHIN, work).await.expect("in time")
}

async fn embedded() -> (TempDir, Runtime) {
    let directory = tempfile::tempdir().unwrap();
    let runtime = Runtime::open_embedded(directory.path(), Clock::system()).await;
    (directory, runtime.unwrap())
}

async fn begin(
    runtime: &Runtime,
    services: Vec<Service>,
) -> (JoinHandle<std::io::Result<()>>, CancellationToken) {
    let stop = CancellationToken::new();
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let served = serve(runtime.clone(), services, listener, stop.clone());
    (tokio::spawn(served), stop)
}

fn of(reactor: impl Reactor + 'static) -> Vec<Service> {
    vec![Service {
        name: "notes",
        router: OpenApiRouter::new(),
        reactor: Some(Arc::new(reactor)),
    }]
}

/// An event is handled only when one of each of three streams is.
struct Meeting(Barrier);

#[async_trait]
impl Reactor for Meeting {
    fn name(&self) -> &'static str {
        "notes"
    }
    async fn react(&self, _: &Runtime, _: &RecordedEvent) -> Result<Vec<Effect>, ReactionError> {
        self.0.wait().await;
        Ok(Vec::new())
    }
    fn lane(&self, _: &RecordedEvent) -> Lane {
        Lane::OfItsStream
    }
}

#[tokio::test]
async fn events_of_different_streams_are_handled_at_once() {
    let (_directory, runtime) = embedded().await;
    for line in ["one", "two"] {
        for note in ["a", "b", "c"] {
            notes::write_directly(&runtime, note, line).await;
        }
    }
    let (served, stop) = begin(&runtime, of(Meeting(Barrier::new(3)))).await;
    assert_eq!(within(runtime.wait_idle()).await.unwrap(), 6);
    stop.cancel();
    served.await.unwrap().unwrap();
}

/// Counts how many events are handled at once, and lets others go on meanwhile.
#[derive(Default)]
struct Counting {
    now: AtomicUsize,
    most: Arc<AtomicUsize>,
    beside_a_lone_one: Arc<AtomicUsize>,
}

#[async_trait]
impl Reactor for Counting {
    fn name(&self) -> &'static str {
        "notes"
    }
    async fn react(
        &self,
        _: &Runtime,
        event: &RecordedEvent,
    ) -> Result<Vec<Effect>, ReactionError> {
        let now = self.now.fetch_add(1, Ordering::SeqCst) + 1;
        self.most.fetch_max(now, Ordering::SeqCst);
        for _ in 0..50 {
            tokio::task::yield_now().await;
            if self.lane(event) == Lane::Alone && self.now.load(Ordering::SeqCst) > 1 {
                self.beside_a_lone_one.fetch_add(1, Ordering::SeqCst);
            }
        }
        self.now.fetch_sub(1, Ordering::SeqCst);
        Ok(Vec::new())
    }
    fn lane(&self, event: &RecordedEvent) -> Lane {
        if event.stream.id().starts_with("lone") {
            Lane::Alone
        } else {
            Lane::OfItsStream
        }
    }
}

#[tokio::test]
async fn nothing_is_handled_beside_an_event_that_goes_alone() {
    let (_directory, runtime) = embedded().await;
    for round in 0..5 {
        for note in ["a", "b", "lone", "c", "lone-2", "lone-3", "d", "a"] {
            notes::write_directly(&runtime, note, &format!("line {round}")).await;
        }
    }
    let counting = Counting::default();
    let most = Arc::clone(&counting.most);
    let beside = Arc::clone(&counting.beside_a_lone_one);
    let (served, stop) = begin(&runtime, of(counting)).await;
    within(runtime.wait_idle()).await.unwrap();
    assert_eq!(beside.load(Ordering::SeqCst), 0);
    assert!(most.load(Ordering::SeqCst) > 1);
    stop.cancel();
    served.await.unwrap().unwrap();
}

/// A line of a note: most are copied, some cannot be digested.
#[derive(Debug, Clone)]
struct Line {
    note: u8,
    poison: bool,
}

fn a_line() -> impl Strategy<Value = Line> {
    let poison = prop::bool::weighted(0.03);
    (0..6u8, poison).prop_map(|(note, poison)| Line { note, poison })
}

/// What must have become of the lines: of each note those copied, and those parked.
fn expected(lines: &[Line]) -> BTreeMap<String, (Vec<String>, usize)> {
    let mut notes = BTreeMap::<String, (Vec<String>, usize)>::new();
    for (number, line) in lines.iter().enumerate() {
        let (copied, parked) = notes.entry(format!("n{}", line.note)).or_default();
        if line.poison || *parked > 0 {
            *parked += 1;
        } else {
            copied.extend([format!("line {number}"), format!("line {number}")]);
        }
    }
    notes
}

/// The line of a note's event.
fn line_of(event: &RecordedEvent) -> String {
    match hoso_ledger::execute::decode::<notes::Note>(event).unwrap() {
        notes::Event::NoteWritten(written) | notes::Event::NoteCopied(written) => written.line,
        notes::Event::NoteSealed(_) | notes::Event::AttemptRefused(_) => String::new(),
    }
}

async fn copies(ledger: &SharedLedger, note: &str) -> Vec<RecordedEvent> {
    let stream = StreamName::new("note", &format!("{note}.copy"));
    ledger.read_stream(&stream, 0, 1_000).await.unwrap()
}

/// Every event that the cursor passed was copied twice, is parked, or is a copy itself.
async fn nothing_is_behind_the_cursor(ledger: &SharedLedger) {
    let cursor = ledger.cursor("notes").await.unwrap();
    let parked = ledger.parked("notes").await.unwrap();
    let parked: BTreeSet<_> = parked.iter().map(|parked| parked.position).collect();
    let events = ledger.read_all(0, 1_000).await.unwrap();
    let mut caused = BTreeMap::new();
    for event in &events {
        *caused.entry(event.metadata.causation).or_insert(0) += 1;
    }
    for event in events.iter().filter(|event| event.position <= cursor) {
        let copies = caused.get(&Some(event.id)).copied().unwrap_or(0);
        let done = event.event_type != "NoteWritten" || copies == 2;
        let position = event.position;
        assert!(
            done || parked.contains(&position),
            "the cursor at {cursor} passed {position} with {copies} effects"
        );
    }
}

async fn dies_again_and_again(lines: Vec<Line>, deaths: Vec<u64>) {
    let (_directory, runtime) = embedded().await;
    let ledger = &runtime.ledger;
    for (number, line) in lines.iter().enumerate() {
        let text = format!("line {number}");
        let text = if line.poison { "poison" } else { &text };
        notes::write_directly(&runtime, &format!("n{}", line.note), text).await;
    }
    for commits in deaths {
        let mut head = ledger.watch_head();
        let until = *head.borrow() + commits;
        let (served, _stop) = begin(&runtime, notes::service(&runtime)).await;
        // Dead after so many events, or when nothing is left to do.
        tokio::select! {
            moved = head.wait_for(|head| *head >= until) => { moved.unwrap(); }
            idle = runtime.wait_idle() => { idle.unwrap(); }
        }
        served.abort();
        assert!(served.await.unwrap_err().is_cancelled());
        nothing_is_behind_the_cursor(ledger).await;
    }
    let (served, stop) = begin(&runtime, notes::service(&runtime)).await;
    let head = within(runtime.wait_idle()).await.unwrap();
    assert_eq!(ledger.cursor("notes").await.unwrap(), head);
    let parked = ledger.parked("notes").await.unwrap();
    for (note, (copied, waiting)) in expected(&lines) {
        let found = copies(ledger, &note).await;
        let found: Vec<_> = found.iter().map(line_of).collect();
        assert_eq!(found, copied, "note {note}");
        let stream = StreamName::new("note", &note);
        let of_it = parked.iter().filter(|parked| parked.stream == stream);
        assert_eq!(of_it.count(), waiting, "note {note}");
    }
    stop.cancel();
    served.await.unwrap().unwrap();
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]
    /// Order, once, parked in its place: whatever the lines, wherever the service dies.
    #[test]
    fn wherever_a_service_dies_each_effect_happens_once_and_in_order(
        lines in prop::collection::vec(a_line(), 1..120),
        deaths in prop::collection::vec(0..40u64, 0..6),
    ) {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(2)
            .enable_all()
            .build()
            .unwrap();
        runtime.block_on(dies_again_and_again(lines, deaths));
    }
}
