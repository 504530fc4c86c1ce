//! What the relay must not write over: it stops, says what it found and what to do, and goes on
//! once a person has repaired it.

use async_nats::jetstream::Context;
use async_nats::jetstream::stream::Config;
use hoso_ledger::conformance::sample;
use hoso_runtime::jetstream::{Alarm, RelayOptions, Why, message};
use hoso_testbed::nats::{Nats as Server, NatsOptions as ServerOptions};

use crate::stage::{
    Chance, Relaying, Store, append, assert_stream_is_the_ledger, copy, delete_stream, messages,
    open, operator, options, server, stream_config,
};

/// The operator deletes the stream, and the relay makes it again from the ledger.
async fn repaired(relay: &Relaying, operator: &Context, store: &Store) {
    delete_stream(operator).await;
    relay.reached(store.ledger.head().await.unwrap()).await;
    assert_stream_is_the_ledger(operator, &store.ledger, 1).await;
}

#[tokio::test]
async fn a_foreign_message_at_the_end_stops_the_relay() {
    let (mut chance, server, store) = (Chance::new(), server(), Store::new().await);
    store.append(20).await;
    let relay = Relaying::start(&store.ledger, &server.url(), options(&mut chance)).await;
    relay.reached(20).await;
    let operator = operator(&server.url()).await;
    let sent = operator
        .publish("hoso.events.x.Y", "{not ours".into())
        .await;
    assert_eq!(sent.unwrap().await.unwrap().sequence, 21);
    // It takes the place of the ledger's next event; before there is one, the stream is ahead.
    let ahead = Why::Ahead {
        stream: 21,
        ledger: 20,
    };
    assert_eq!(relay.alarm().await.why, ahead);
    store.append(5).await;
    let mut state = relay.state.clone();
    let foreign = state.wait_for(|state| {
        matches!(
            state,
            hoso_runtime::jetstream::RelayState::Alarmed(Alarm {
                position: 21,
                why: Why::Foreign { .. },
            })
        )
    });
    crate::stage::within("the foreign message is named", foreign)
        .await
        .unwrap();
    let stream = operator.get_stream("EVENTS").await.unwrap();
    assert_eq!(
        stream.cached_info().state.last_sequence,
        21,
        "nothing behind it"
    );
    repaired(&relay, &operator, &store).await;
}

#[tokio::test]
async fn a_foreign_message_far_back_is_found_by_and_by() {
    let (mut chance, server, store) = (Chance::new(), server(), Store::new().await);
    store.append(8).await;
    let operator = operator(&server.url()).await;
    operator.create_stream(stream_config(1)).await.unwrap();
    let events = store.ledger.read_all(0, 8).await.unwrap();
    for event in &events {
        if event.position == 3 {
            let sent = operator.publish("hoso.events.x.Y", "{}".into()).await;
            sent.unwrap().await.unwrap();
        } else {
            let sent = message::encode(event).unwrap();
            let sent = operator.send_publish(message::subject(event), sent).await;
            sent.unwrap().await.unwrap();
        }
    }
    let options = RelayOptions {
        check_every: std::time::Duration::from_millis(10),
        ..options(&mut chance)
    };
    let relay = Relaying::start(&store.ledger, &server.url(), options).await;
    let alarm = relay.alarm().await;
    assert!(matches!(alarm.why, Why::Foreign { .. }), "{alarm}");
    assert_eq!(alarm.position, 3);
    repaired(&relay, &operator, &store).await;
}

#[tokio::test]
async fn another_event_at_the_same_position_stops_the_relay() {
    let (mut chance, server, store) = (Chance::new(), server(), Store::new().await);
    store.append(9).await;
    // Another ledger has as many events, others.
    let other = Store::new().await;
    other.append(9).await;
    let relay = Relaying::start(&other.ledger, &server.url(), options(&mut chance)).await;
    relay.reached(9).await;
    relay.stop().await;
    store.append(4).await;
    let relay = Relaying::start(&store.ledger, &server.url(), options(&mut chance)).await;
    let differs = Alarm {
        position: 9,
        why: Why::Differs {
            position: 9,
            what: "event id",
        },
    };
    assert_eq!(relay.alarm().await, differs);
    let operator = operator(&server.url()).await;
    assert_eq!(messages(&operator).await.len(), 9, "nothing was published");
    repaired(&relay, &operator, &store).await;
}

#[tokio::test]
async fn a_ledger_restored_from_an_older_backup_is_noticed_and_said() {
    let (mut chance, server, store) = (Chance::new(), server(), Store::new().await);
    store.append(60).await;
    store.ledger.close().await;
    let backup = tempfile::tempdir().unwrap();
    copy(store.path(), backup.path());
    let ledger = open(store.path()).await;
    append(&ledger, 40).await;
    let relay = Relaying::start(&ledger, &server.url(), options(&mut chance)).await;
    relay.reached(100).await;
    relay.stop().await;
    let restored = open(backup.path()).await;
    let relay = Relaying::start(&restored, &server.url(), options(&mut chance)).await;
    let alarm = relay.alarm().await;
    let ahead = Why::Ahead {
        stream: 100,
        ledger: 60,
    };
    assert_eq!(alarm.why, ahead);
    let said = alarm.to_string();
    for word in ["100", "60", "older", "keep a copy", "nats stream rm EVENTS"] {
        assert!(said.contains(word), "{word}: {said}");
    }
    // Also when new events have hidden how far back it went.
    append(&restored, 45).await;
    let mut state = relay.state.clone();
    let differs = state.wait_for(|state| {
        let hoso_runtime::jetstream::RelayState::Alarmed(alarm) = state else {
            return false;
        };
        matches!(alarm.why, Why::Differs { position: 100, .. })
    });
    crate::stage::within("the other event is noticed", differs)
        .await
        .unwrap();
}

#[tokio::test]
async fn a_stream_that_loses_messages_by_its_settings_is_refused() {
    let (mut chance, server, store) = (Chance::new(), server(), Store::new().await);
    store.append(3).await;
    let operator = operator(&server.url()).await;
    let wrong = [
        Config {
            deny_delete: false,
            ..stream_config(1)
        },
        Config {
            max_messages_per_subject: 1,
            ..stream_config(1)
        },
        Config {
            subjects: vec!["hoso.events.>".to_owned(), "more".to_owned()],
            ..stream_config(1)
        },
        Config {
            storage: async_nats::jetstream::stream::StorageType::Memory,
            ..stream_config(1)
        },
    ];
    for config in wrong {
        operator.create_stream(config).await.unwrap();
        let relay = Relaying::start(&store.ledger, &server.url(), options(&mut chance)).await;
        let alarm = relay.alarm().await;
        assert!(matches!(alarm.why, Why::Unfit { .. }), "{alarm}");
        repaired(&relay, &operator, &store).await;
        relay.stop().await;
        delete_stream(&operator).await;
    }
}

#[tokio::test]
async fn an_event_larger_than_nats_takes_stops_the_relay_before_it() {
    let directory = tempfile::tempdir().unwrap();
    let config = directory.path().join("small.conf");
    std::fs::write(&config, "max_payload: 4096\n").unwrap();
    let server = Server::start(ServerOptions {
        config: Some(config),
        ..ServerOptions::default()
    });
    let (mut chance, server, store) = (Chance::new(), server.unwrap(), Store::new().await);
    store.append(12).await;
    let mut large = sample::append("case-large", 0, 0).unwrap();
    large.events = vec![sample::event(&format!("\"{}\"", "x".repeat(9_000)))];
    large.row.version = 1;
    store.ledger.append(large).await.unwrap();
    store.append(2).await;
    let options = RelayOptions {
        window: 4,
        ..options(&mut chance)
    };
    let relay = Relaying::start(&store.ledger, &server.url(), options).await;
    let alarm = relay.alarm().await;
    assert_eq!(alarm.position, 13);
    assert!(alarm.to_string().contains("max_payload"), "{alarm}");
    let operator = operator(&server.url()).await;
    assert_eq!(messages(&operator).await.len(), 12);
}
