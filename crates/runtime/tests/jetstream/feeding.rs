//! The feed over JetStream: every event once and in order, whatever happens to NATS, the stream or
//! the relay; out of the stream while that is good.

use std::sync::Arc;
use std::time::Duration;

use futures::StreamExt as _;
use hoso_ledger::RecordedEvent;
use hoso_ledger::conformance::sample;
use hoso_runtime::feed::subscription::Feed as _;
use hoso_runtime::jetstream::{JetStreamFeed, message};
use hoso_runtime::telemetry::metrics_handle;
use hoso_testbed::guarded::Signal;

use crate::reader::{Reader, counted};
use crate::stage::{
    Chance, Relaying, Store, connect, copy, delete_stream, operator, options, server,
    stream_config, while_appending, within,
};

/// Appends until a consumer was handed more out of the stream than before.
async fn fed_by_the_stream(store: &Store, consumer: &str, before: u64) {
    within("the stream is used", async {
        while counted(consumer, "stream") == before {
            store.append(3).await;
            // poll: the counters tell nobody when they move
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    })
    .await;
}

#[tokio::test]
async fn once_caught_up_the_events_come_out_of_the_stream() {
    metrics_handle();
    let (mut chance, server, store) = (Chance::new(), server(), Store::new().await);
    store.append(300).await;
    let url = server.url();
    let relay = Relaying::start(&store.ledger, &url, options(&mut chance)).await;
    relay.reached(300).await;
    let reader = Reader::start(&store.ledger, &url, "steady", 0, Chance::new()).await;
    reader.reached(300).await;
    let late = Reader::start(&store.ledger, &url, "late", 211, Chance::new()).await;
    late.reached(300).await;
    fed_by_the_stream(&store, "steady", 0).await;
    fed_by_the_stream(&store, "late", 0).await;
    let begun = store.ledger.head().await.unwrap();
    reader.reached(begun).await;
    late.reached(begun).await;
    let before = ["steady", "late"].map(|consumer| counted(consumer, "stream"));
    while_appending(&store, chance.pause(2_000)).await;
    let head = store.ledger.head().await.unwrap();
    reader.reached(head).await;
    late.reached(head).await;
    reader.has_read_all(&store.ledger).await;
    late.has_read_all(&store.ledger).await;
    for (consumer, before) in ["steady", "late"].into_iter().zip(before) {
        let stream = counted(consumer, "stream") - before;
        let ledger = counted(consumer, "ledger");
        println!("{consumer}: {stream} out of the stream, {ledger} out of the ledger");
        assert!(stream + 10 >= head - begun, "{stream} of {}", head - begun);
    }
}

#[tokio::test]
async fn without_nats_the_ledger_feeds_and_nats_is_used_once_it_is_there() {
    metrics_handle();
    let (mut chance, mut server, store) = (Chance::new(), server(), Store::new().await);
    server.kill().unwrap();
    let url = server.url();
    let reader = Reader::start(&store.ledger, &url, "patient", 0, Chance::new()).await;
    let relay = Relaying::start(&store.ledger, &url, options(&mut chance)).await;
    store.append(120).await;
    reader.reached(120).await;
    assert_eq!(counted("patient", "stream"), 0);
    server.restart().unwrap();
    relay.reached(120).await;
    fed_by_the_stream(&store, "patient", 0).await;
    reader.has_read_all(&store.ledger).await;
}

/// Two readers through a fault: one from the beginning, one from somewhere.
async fn read_through<F: Future<Output = ()>>(store: &Store, url: &str, fault: impl FnOnce() -> F) {
    let first = Reader::start(&store.ledger, url, "first", 0, Chance::new()).await;
    let head = store.ledger.head().await.unwrap();
    let later = Reader::start(&store.ledger, url, "later", head / 2, Chance::new()).await;
    while_appending(store, fault()).await;
    let head = store.ledger.head().await.unwrap();
    first.reached(head).await;
    later.reached(head).await;
    first.has_read_all(&store.ledger).await;
    later.has_read_all(&store.ledger).await;
}

#[tokio::test]
async fn nats_server_is_killed_under_the_readers() {
    let (mut chance, mut server, store) = (Chance::new(), server(), Store::new().await);
    let url = server.url();
    let _relay = Relaying::start(&store.ledger, &url, options(&mut chance)).await;
    store.append(50).await;
    read_through(&store, &url, || async move {
        for _ in 0..4 {
            chance.pause(500).await;
            server.kill().unwrap();
            chance.pause(200).await;
            server.restart().unwrap();
        }
        chance.pause(1_500).await;
    })
    .await;
}

#[tokio::test]
async fn nats_server_hangs_and_the_readers_go_on() {
    metrics_handle();
    let (mut chance, server, store) = (Chance::new(), server(), Store::new().await);
    let url = server.url();
    let _relay = Relaying::start(&store.ledger, &url, options(&mut chance)).await;
    store.append(50).await;
    let reader = Reader::start(&store.ledger, &url, "going", 0, Chance::new()).await;
    reader.reached(50).await;
    for _ in 0..2 {
        server.signal(Signal::Stop).unwrap();
        // A second until the silence is noticed; from then on nothing waits for NATS.
        store.append(1).await;
        reader.reached(store.ledger.head().await.unwrap()).await;
        let started = tokio::time::Instant::now();
        while started.elapsed() < Duration::from_millis(2_500) {
            store.append(1).await;
            let appended = tokio::time::Instant::now();
            reader.reached(store.ledger.head().await.unwrap()).await;
            // The reader itself pauses now and then.
            let waited = appended.elapsed();
            assert!(waited < Duration::from_millis(500), "{waited:?}");
        }
        server.signal(Signal::Continue).unwrap();
        let before = counted("going", "stream");
        fed_by_the_stream(&store, "going", before).await;
    }
    reader.has_read_all(&store.ledger).await;
}

#[tokio::test]
async fn the_store_is_deleted_and_rolled_back_under_the_readers() {
    let (mut chance, mut server, store) = (Chance::new(), server(), Store::new().await);
    let url = server.url();
    let _relay = Relaying::start(&store.ledger, &url, options(&mut chance)).await;
    store.append(50).await;
    let older = tempfile::tempdir().unwrap();
    read_through(&store, &url, || async move {
        for round in 0..4 {
            chance.pause(400).await;
            let copied = older.path().join(round.to_string());
            copy(&server.store_dir(), &copied);
            chance.pause(400).await;
            server.kill().unwrap();
            std::fs::remove_dir_all(server.store_dir()).unwrap();
            if round % 2 == 0 {
                copy(&copied, &server.store_dir());
            }
            server.restart().unwrap();
        }
        chance.pause(1_500).await;
    })
    .await;
}

#[tokio::test]
async fn the_stream_is_deleted_and_made_anew_under_the_readers() {
    let (mut chance, server, store) = (Chance::new(), server(), Store::new().await);
    let url = server.url();
    let _relay = Relaying::start(&store.ledger, &url, options(&mut chance)).await;
    store.append(50).await;
    let operator = operator(&url).await;
    let ledger = Arc::clone(&store.ledger);
    read_through(&store, &url, || async move {
        for round in 0..5 {
            chance.pause(500).await;
            operator.delete_stream("EVENTS").await.ok();
            if round % 2 == 0 {
                // From somewhere near the end, or a little beyond it.
                let first = ledger.head().await.unwrap() - 5 + chance.below(12);
                operator.create_stream(stream_config(first)).await.ok();
            }
        }
        chance.pause(1_500).await;
    })
    .await;
}

#[tokio::test]
async fn the_relay_is_killed_and_replaced_under_the_readers() {
    let (mut chance, server, store) = (Chance::new(), server(), Store::new().await);
    let url = server.url();
    let ledger = Arc::clone(&store.ledger);
    let at = url.clone();
    store.append(50).await;
    read_through(&store, &url, || async move {
        for _ in 0..6 {
            let relay = Relaying::start(&ledger, &at, options(&mut chance)).await;
            chance.pause(400).await;
            relay.kill().await;
            chance.pause(300).await;
        }
    })
    .await;
}

#[tokio::test]
async fn a_foreign_message_is_never_handed_out() {
    metrics_handle();
    let (mut chance, server, store) = (Chance::new(), server(), Store::new().await);
    let url = server.url();
    let relay = Relaying::start(&store.ledger, &url, options(&mut chance)).await;
    store.append(40).await;
    relay.reached(40).await;
    let reader = Reader::start(&store.ledger, &url, "wary", 0, Chance::new()).await;
    reader.reached(40).await;
    within("the stream is used", async {
        while counted("wary", "stream") == 0 {
            store.append(3).await;
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    })
    .await;
    let operator = operator(&url).await;
    for body in ["{not json", "{}", "[1,2]", "\u{0}\u{fffd}"] {
        let sent = operator.publish("hoso.events.x.Y", body.into()).await;
        sent.unwrap().await.ok();
    }
    relay.alarm().await;
    // The stream is bad from here on, and everything still arrives.
    store.append(60).await;
    reader.reached(store.ledger.head().await.unwrap()).await;
    delete_stream(&operator).await;
    store.append(60).await;
    reader.reached(store.ledger.head().await.unwrap()).await;
    reader.has_read_all(&store.ledger).await;
}

#[tokio::test]
async fn a_stream_of_another_ledger_is_never_read() {
    metrics_handle();
    let (mut chance, server) = (Chance::new(), server());
    let (store, other) = (Store::new().await, Store::new().await);
    other.append(150).await;
    let url = server.url();
    let relay = Relaying::start(&other.ledger, &url, options(&mut chance)).await;
    relay.reached(150).await;
    relay.stop().await;
    // First the stream has more than the ledger, then as much and other things.
    let reader = Reader::start(&store.ledger, &url, "strict", 0, Chance::new()).await;
    for _ in 0..30 {
        store.append(10).await;
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    reader.reached(300).await;
    reader.has_read_all(&store.ledger).await;
    assert_eq!(counted("strict", "stream"), 0);
}

#[tokio::test]
async fn an_event_that_says_something_else_is_noticed_within_a_second() {
    metrics_handle();
    let (_, server, store) = (Chance::new(), server(), Store::new().await);
    let url = server.url();
    let operator = operator(&url).await;
    operator.create_stream(stream_config(1)).await.unwrap();
    store.append(1).await;
    let publish = async |event: &RecordedEvent| {
        let sent = message::encode(event).unwrap();
        let sent = operator.send_publish(message::subject(event), sent).await;
        sent.unwrap().await.unwrap();
    };
    publish(&store.ledger.read_all(0, 1).await.unwrap()[0]).await;
    let nats = connect(&url, "exact").await;
    within("a connection", nats.up()).await;
    let feed = JetStreamFeed::new(Arc::clone(&store.ledger), nats);
    let mut events = feed.subscribe("exact", 0);
    assert_eq!(within("an event", events.next(9)).await.unwrap().len(), 1);
    // Well made, under the operator's key, and not what the ledger says.
    let wait = tokio::time::sleep(Duration::from_millis(1_200));
    tokio::select! {
        page = events.next(9) => panic!("there is nothing: {page:?}"),
        () = wait => {}
    }
    store.append(1).await;
    let truth = store.ledger.read_all(1, 1).await.unwrap();
    let mut lie = truth[0].clone();
    lie.version += 7;
    publish(&lie).await;
    let page = within("the ledger's event", events.next(9)).await.unwrap();
    assert_eq!(page, truth);
    assert!(metrics_handle().render().contains("why=\"differs\""));
}

#[tokio::test]
async fn a_slow_consumer_of_large_events_keeps_little_in_memory() {
    metrics_handle();
    let (mut chance, server, store) = (Chance::new(), server(), Store::new().await);
    let url = server.url();
    let relay = Relaying::start(&store.ledger, &url, options(&mut chance)).await;
    store.append(1).await;
    relay.reached(1).await;
    let nats = connect(&url, "slow").await;
    within("a connection", nats.up()).await;
    let feed = JetStreamFeed::new(Arc::clone(&store.ledger), nats);
    let mut events = feed.subscribe("slow", 0);
    assert_eq!(within("an event", events.next(1)).await.unwrap().len(), 1);
    let more = tokio::time::timeout(Duration::from_millis(200), events.next(1)).await;
    more.expect_err("there is nothing more, and the consumer has begun");
    let count = 60;
    for _ in 0..count {
        let mut large = sample::append(&format!("case-{}", sample::id()), 0, 0).unwrap();
        let text = format!("\"{}\"", "x".repeat(512 << 10));
        large.events = vec![sample::event(&text)];
        large.row.version = 1;
        store.ledger.append(large).await.unwrap();
    }
    relay.reached(count + 1).await;
    let operator = operator(&url).await;
    let mut got = 1;
    while got <= count {
        for event in within("an event", events.next(2)).await.unwrap() {
            got += 1;
            assert_eq!(event.position, got);
        }
        if got % 8 == 0 {
            // 8 MiB are asked for at a time, and again once half of them have come.
            let ahead = delivered(&operator).await.saturating_sub(got);
            assert!(ahead <= 26, "{ahead} events of 512 KiB wait in memory");
        }
    }
    assert_eq!(
        counted("slow", "stream"),
        count,
        "{}",
        metrics_handle().render()
    );
}

/// Up to where the server has sent messages to the only consumer.
async fn delivered(operator: &async_nats::jetstream::Context) -> u64 {
    let stream = operator.get_stream("EVENTS").await.unwrap();
    let consumers: Vec<_> = stream.consumers().collect().await;
    let consumers = consumers.into_iter().map(|info| info.unwrap().delivered);
    consumers.map(|sent| sent.stream_sequence).max().unwrap()
}
