//! The relay while nothing goes wrong.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use hoso_runtime::feed::subscription::Feed as _;
use hoso_runtime::jetstream::head::share_head;
use hoso_runtime::jetstream::{JetStreamFeed, Leadership, RelayOptions, RelayState, Term};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio_util::sync::CancellationToken;

use crate::stage::{
    Chance, Relaying, Store, append, assert_stream_is_the_ledger, connect, open, operator, options,
    server, within,
};

#[tokio::test]
async fn the_stream_is_the_ledger_position_by_position() {
    let (mut chance, server, store) = (Chance::new(), server(), Store::new().await);
    store.append(700).await;
    let relay = Relaying::start(&store.ledger, &server.url(), options(&mut chance)).await;
    for _ in 0..20 {
        store.append(1 + chance.below(40)).await;
        chance.pause(10).await;
    }
    relay.reached(store.ledger.head().await.unwrap()).await;
    relay.stop().await;
    assert_stream_is_the_ledger(&operator(&server.url()).await, &store.ledger, 1).await;
}

#[tokio::test]
async fn a_relay_goes_on_where_the_stream_ends_however_it_ended_itself() {
    let (mut chance, server, store) = (Chance::new(), server(), Store::new().await);
    for round in 0..6 {
        store.append(1 + chance.below(300)).await;
        let relay = Relaying::start(&store.ledger, &server.url(), options(&mut chance)).await;
        if round % 2 == 0 {
            chance.pause(60).await;
            relay.kill().await;
        } else {
            relay.reached(store.ledger.head().await.unwrap()).await;
            relay.stop().await;
        }
    }
    let relay = Relaying::start(&store.ledger, &server.url(), options(&mut chance)).await;
    relay.reached(store.ledger.head().await.unwrap()).await;
    assert_stream_is_the_ledger(&operator(&server.url()).await, &store.ledger, 1).await;
}

#[tokio::test]
async fn nothing_waits_for_a_poll_from_one_process_to_the_next() {
    let (server, store) = (server(), Store::new().await);
    let url = server.url();
    // Three openings of one file are three processes to each other.
    let (writing, reading) = (open(store.path()).await, open(store.path()).await);
    let relay = Relaying::start(&store.ledger, &url, RelayOptions::default()).await;
    relay.reached(0).await;
    let stop = CancellationToken::new();
    let nats = connect(&url, "submission").await;
    within("a connection", nats.up()).await;
    let share = tokio::spawn(share_head(nats, writing.clone(), stop.clone()));
    append(&writing, 1).await;
    let nats = connect(&url, "verification").await;
    within("a connection", nats.up()).await;
    let feed = JetStreamFeed::new(reading, nats);
    let mut events = feed.subscribe("verification", 0);
    assert_eq!(within("an event", events.next(9)).await.unwrap().len(), 1);
    let more = tokio::time::timeout(Duration::from_millis(300), events.next(9)).await;
    more.expect_err("there is nothing more, and the consumer has begun");
    let mut times = Vec::new();
    for _ in 0..40 {
        append(&writing, 1).await;
        let appended = tokio::time::Instant::now();
        assert_eq!(within("an event", events.next(9)).await.unwrap().len(), 1);
        times.push(appended.elapsed());
        tokio::time::sleep(Duration::from_millis(7)).await;
    }
    times.sort();
    println!("appended -> handed out: {times:?}");
    // A poll would take 100 ms on average, at each of two places.
    let median = times[times.len() / 2];
    assert!(median < Duration::from_millis(80), "{times:?}");
    stop.cancel();
    share.await.unwrap();
}

/// Whoever holds the only place leads.
struct OnePlace(Arc<Semaphore>, CancellationToken);

struct Held(Option<OwnedSemaphorePermit>, CancellationToken);

#[async_trait]
impl Leadership for OnePlace {
    async fn lead(&self) -> Box<dyn Term> {
        let place = Arc::clone(&self.0).acquire_owned().await.unwrap();
        Box::new(Held(Some(place), self.1.clone()))
    }
}

#[async_trait]
impl Term for Held {
    async fn ended(&mut self) {
        self.1.cancelled().await;
        self.0.take();
    }
}

#[tokio::test]
async fn the_second_relay_stands_by_and_takes_over() {
    let (mut chance, server, store) = (Chance::new(), server(), Store::new().await);
    store.append(50).await;
    let place = Arc::new(Semaphore::new(1));
    let end_of_first = CancellationToken::new();
    let under = |end| Arc::new(OnePlace(Arc::clone(&place), end)) as Arc<dyn Leadership>;
    let url = server.url();
    let options = options(&mut chance);
    let leads = under(end_of_first.clone());
    let first = Relaying::start_under(&store.ledger, &url, options.clone(), leads).await;
    first.reached(50).await;
    let leads = under(CancellationToken::new());
    let second = Relaying::start_under(&store.ledger, &url, options, leads).await;
    store.append(50).await;
    first.reached(100).await;
    assert_eq!(*second.state.borrow(), RelayState::Standby);
    end_of_first.cancel();
    store.append(50).await;
    second.reached(150).await;
    assert_eq!(*first.state.borrow(), RelayState::Standby);
    assert_stream_is_the_ledger(&operator(&url).await, &store.ledger, 1).await;
}

#[tokio::test]
async fn a_new_stream_of_a_long_ledger_begins_near_its_end() {
    let (server, store) = (server(), Store::new().await);
    store.append(500).await;
    let options = RelayOptions {
        refill_max: 120,
        messages_max: 200,
        ..RelayOptions::default()
    };
    let relay = Relaying::start(&store.ledger, &server.url(), options).await;
    relay.reached(500).await;
    let operator = operator(&server.url()).await;
    assert_stream_is_the_ledger(&operator, &store.ledger, 381).await;
    // The oldest make room, and nothing is missing in between.
    store.append(300).await;
    relay.reached(800).await;
    assert_stream_is_the_ledger(&operator, &store.ledger, 601).await;
}
