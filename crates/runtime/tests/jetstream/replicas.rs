//! Services in several processes over JetStream: each effect once, whoever handles it, whatever
//! happens to NATS.

use hoso_ledger::{Position, StreamName};
use hoso_runtime::Runtime;

use crate::notes;
use crate::process::Process;
use crate::stage::{Chance, Relaying, Store, options, server, within};

async fn lines_of(runtime: &Runtime, note: &str) -> usize {
    let stream = StreamName::new("note", note);
    let events = runtime.ledger.read_stream(&stream, 0, 1_000).await.unwrap();
    events.len()
}

#[tokio::test]
async fn two_replicas_do_each_effect_once_while_nats_comes_and_goes() {
    let (mut chance, mut server, store) = (Chance::new(), server(), Store::new().await);
    let url = server.url();
    let relay = Relaying::start(&store.ledger, &url, options(&mut chance)).await;
    let (one, other) = (
        Process::of_notes(&store, &url).await,
        Process::of_notes(&store, &url).await,
    );
    let (notes, rounds) = (4, 20);
    for round in 0..rounds {
        for note in 0..notes {
            let writer = if chance.below(2) == 0 { &one } else { &other };
            notes::write_directly(&writer.runtime, &format!("n{note}"), "a line").await;
        }
        match round {
            5 | 12 => server.kill().unwrap(),
            8 | 15 => server.restart().unwrap(),
            _ => chance.pause(40).await,
        }
    }
    let mut head: Position = 0;
    for process in [&one, &other] {
        head = within("nothing is left to do", process.runtime.wait_idle())
            .await
            .unwrap();
    }
    assert_eq!(head, notes * rounds * 3, "a line and two copies of it");
    for note in 0..notes {
        let copies = lines_of(&one.runtime, &format!("n{note}.copy")).await;
        assert_eq!(copies as u64, 2 * rounds, "note {note}");
    }
    assert_eq!(one.runtime.ledger.cursor("notes").await.unwrap(), head);
    relay.reached(head).await;
    one.stop().await;
    other.stop().await;
}
