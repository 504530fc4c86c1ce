//! The relay while everything goes wrong: whatever happens to NATS or to the relay, the stream is
//! the ledger again afterwards, each event once.

use hoso_testbed::guarded::Signal;

use crate::stage::{
    Chance, Relaying, Store, assert_stream_is_the_ledger, copy, delete_stream, operator, options,
    server, stream_config, while_appending,
};

#[tokio::test]
async fn nats_server_is_killed_again_and_again() {
    let (mut chance, mut server, store) = (Chance::new(), server(), Store::new().await);
    let relay = Relaying::start(&store.ledger, &server.url(), options(&mut chance)).await;
    while_appending(&store, async {
        for _ in 0..4 {
            chance.pause(400).await;
            server.kill().unwrap();
            chance.pause(300).await;
            server.restart().unwrap();
        }
    })
    .await;
    relay.reached(store.ledger.head().await.unwrap()).await;
    assert_stream_is_the_ledger(&operator(&server.url()).await, &store.ledger, 1).await;
}

#[tokio::test]
async fn nats_server_hangs_and_takes_what_was_sent_long_ago() {
    let (mut chance, server, store) = (Chance::new(), server(), Store::new().await);
    let relay = Relaying::start(&store.ledger, &server.url(), options(&mut chance)).await;
    while_appending(&store, async {
        for longest in [300, 1_500, 1_500] {
            chance.pause(200).await;
            server.signal(Signal::Stop).unwrap();
            chance.pause(longest).await;
            server.signal(Signal::Continue).unwrap();
        }
    })
    .await;
    relay.reached(store.ledger.head().await.unwrap()).await;
    assert_stream_is_the_ledger(&operator(&server.url()).await, &store.ledger, 1).await;
}

#[tokio::test]
async fn the_store_of_nats_is_deleted() {
    let (mut chance, mut server, store) = (Chance::new(), server(), Store::new().await);
    let relay = Relaying::start(&store.ledger, &server.url(), options(&mut chance)).await;
    while_appending(&store, async {
        for _ in 0..2 {
            chance.pause(400).await;
            server.kill().unwrap();
            std::fs::remove_dir_all(server.store_dir()).unwrap();
            server.restart().unwrap();
        }
    })
    .await;
    relay.reached(store.ledger.head().await.unwrap()).await;
    assert_stream_is_the_ledger(&operator(&server.url()).await, &store.ledger, 1).await;
}

#[tokio::test]
async fn the_store_of_nats_is_rolled_back_to_an_older_copy() {
    let (mut chance, mut server, store) = (Chance::new(), server(), Store::new().await);
    let older = tempfile::tempdir().unwrap();
    let relay = Relaying::start(&store.ledger, &server.url(), options(&mut chance)).await;
    while_appending(&store, async {
        for round in 0..3 {
            chance.pause(300).await;
            let copied = older.path().join(round.to_string());
            copy(&server.store_dir(), &copied);
            chance.pause(300).await;
            server.kill().unwrap();
            std::fs::remove_dir_all(server.store_dir()).unwrap();
            copy(&copied, &server.store_dir());
            server.restart().unwrap();
        }
    })
    .await;
    relay.reached(store.ledger.head().await.unwrap()).await;
    assert_stream_is_the_ledger(&operator(&server.url()).await, &store.ledger, 1).await;
}

#[tokio::test]
async fn the_stream_is_deleted_under_the_relay() {
    let (mut chance, server, store) = (Chance::new(), server(), Store::new().await);
    let relay = Relaying::start(&store.ledger, &server.url(), options(&mut chance)).await;
    store.append(10).await;
    relay.reached(10).await;
    let operator = operator(&server.url()).await;
    while_appending(&store, async {
        for _ in 0..3 {
            chance.pause(300).await;
            // Between two deletions the relay may not have made it again yet.
            operator.delete_stream("EVENTS").await.ok();
        }
    })
    .await;
    relay.reached(store.ledger.head().await.unwrap()).await;
    assert_stream_is_the_ledger(&operator, &store.ledger, 1).await;
}

#[tokio::test]
async fn a_stream_that_goes_while_nothing_is_published_comes_back_too() {
    let (mut chance, server, store) = (Chance::new(), server(), Store::new().await);
    store.append(30).await;
    let relay = Relaying::start(&store.ledger, &server.url(), options(&mut chance)).await;
    relay.reached(30).await;
    let operator = operator(&server.url()).await;
    delete_stream(&operator).await;
    crate::stage::within("the stream is back", async {
        loop {
            let stream = operator.get_stream("EVENTS").await;
            if stream.is_ok_and(|stream| stream.cached_info().state.messages == 30) {
                return;
            }
            tokio::time::sleep(std::time::Duration::from_millis(20)).await;
        }
    })
    .await;
    assert_stream_is_the_ledger(&operator, &store.ledger, 1).await;
}

#[tokio::test]
async fn an_operator_makes_the_stream_anew_from_a_later_position() {
    let (mut chance, server, store) = (Chance::new(), server(), Store::new().await);
    store.append(400).await;
    let first = 1 + chance.below(400);
    let operator = operator(&server.url()).await;
    operator.create_stream(stream_config(first)).await.unwrap();
    let relay = Relaying::start(&store.ledger, &server.url(), options(&mut chance)).await;
    store.append(100).await;
    relay.reached(500).await;
    assert_stream_is_the_ledger(&operator, &store.ledger, first).await;
}

#[tokio::test]
async fn two_relays_at_once_and_one_of_them_killed_at_random_harm_nothing() {
    let (mut chance, server, store) = (Chance::new(), server(), Store::new().await);
    let url = server.url();
    let steady = Relaying::start(&store.ledger, &url, options(&mut chance)).await;
    while_appending(&store, async {
        for _ in 0..5 {
            let other = Relaying::start(&store.ledger, &url, options(&mut chance)).await;
            chance.pause(250).await;
            other.kill().await;
        }
    })
    .await;
    let other = Relaying::start(&store.ledger, &url, options(&mut chance)).await;
    store.append(200).await;
    let head = store.ledger.head().await.unwrap();
    steady.reached(head).await;
    other.reached(head).await;
    assert_stream_is_the_ledger(&operator(&url).await, &store.ledger, 1).await;
}
