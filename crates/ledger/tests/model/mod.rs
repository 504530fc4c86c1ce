//! Random commands on a few streams, in random batches, against a model of a dozen lines: the same
//! for every engine.

#![expect(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::cast_possible_truncation,
    reason = "a test: all of these are failures"
)]

use std::collections::BTreeMap;

use futures::future::join_all;
use hoso_ledger::conformance::{Engine, sample};
use hoso_ledger::{Append, Appended, ExpectedVersion, LedgerError, SharedLedger, StreamName};
use proptest::prelude::*;
use uuid::Uuid;

const STREAMS: [&str; 3] = ["thing-a", "thing-b", "case-a"];

/// One command as drawn: what it refers to is made definite against the model.
#[derive(Debug, Clone)]
pub(crate) struct Draw {
    stream: usize,
    /// Added to the version the stream has; mostly 0.
    off: i64,
    count: u64,
    /// Sends an earlier command again.
    again: Option<prop::sample::Index>,
    /// With another digest.
    forged: bool,
    /// Moves the cursor by so much from where it stands, plus a mistake.
    cursor: Option<(u64, bool)>,
}

/// Batches of commands.
pub(crate) fn draws() -> impl Strategy<Value = Vec<Vec<Draw>>> {
    let draw = (
        0..STREAMS.len(),
        prop_oneof![6 => Just(0_i64), 1 => Just(1), 1 => Just(-1)],
        0..4_u64,
        prop::option::weighted(0.2, any::<prop::sample::Index>()),
        prop::bool::weighted(0.1),
        prop::option::weighted(0.3, (0..3_u64, prop::bool::weighted(0.2))),
    )
        .prop_map(|(stream, off, count, again, forged, cursor)| Draw {
            stream,
            off,
            count,
            again,
            forged,
            cursor,
        });
    prop::collection::vec(prop::collection::vec(draw, 1..24), 1..8)
}

/// What a ledger is, without a ledger.
#[derive(Debug, Default)]
struct Model {
    /// Stream, version and command of every event.
    log: Vec<(String, u64, Uuid)>,
    versions: BTreeMap<String, u64>,
    accepted: BTreeMap<Uuid, (Append, Appended)>,
    cursor: u64,
}

#[derive(Debug, PartialEq, Eq)]
enum Answer {
    Done(Appended),
    Conflict(u64),
    DigestMismatch,
    CursorConflict(u64),
}

impl Model {
    fn append(&mut self, append: &Append) -> Answer {
        if let Some((first, answer)) = self.accepted.get(&append.command) {
            if first.digest != append.digest {
                return Answer::DigestMismatch;
            }
            if let Some(cursor) = append.cursor.as_ref().filter(|c| c.from == self.cursor) {
                self.cursor = cursor.to;
            }
            return Answer::Done(Appended {
                duplicate: true,
                ..*answer
            });
        }
        if append
            .cursor
            .as_ref()
            .is_some_and(|c| c.from != self.cursor)
        {
            return Answer::CursorConflict(self.cursor);
        }
        let ExpectedVersion::Exactly(expected) = append.expected;
        let stream = append.row.stream.to_string();
        let version = self.versions.get(&stream).copied().unwrap_or(0);
        if expected != version {
            return Answer::Conflict(version);
        }
        let count = append.events.len() as u64;
        let done = Appended {
            first_position: self.log.len() as u64 + u64::from(count > 0),
            count: append.events.len() as u32,
            version: version + count,
            duplicate: false,
        };
        for version in version + 1..=version + count {
            self.log.push((stream.clone(), version, append.command));
        }
        if count > 0 {
            self.versions.insert(stream, version + count);
        }
        if let Some(cursor) = &append.cursor {
            self.cursor = cursor.to;
        }
        self.accepted.insert(append.command, (append.clone(), done));
        Answer::Done(done)
    }

    /// The command a draw stands for, given what the model holds now.
    fn command(&self, draw: &Draw, sent: &[Append]) -> Append {
        let mut append = match &draw.again {
            Some(index) if !sent.is_empty() => index.get(sent).clone(),
            _ => {
                let stream = STREAMS[draw.stream];
                let version = self.versions.get(stream).copied().unwrap_or(0);
                let expected = version.saturating_add_signed(draw.off);
                sample::append(stream, expected, draw.count).expect("a sample")
            }
        };
        if draw.forged {
            append.digest = [3; 32];
        }
        append.cursor = draw.cursor.map(|(step, wrong)| {
            let from = self.cursor + u64::from(wrong);
            sample::cursor("watcher", from, from + step)
        });
        append
    }
}

fn answer(result: Result<Appended, LedgerError>) -> Answer {
    match result {
        Ok(done) => Answer::Done(done),
        Err(LedgerError::Conflict { actual, .. }) => Answer::Conflict(actual),
        Err(LedgerError::DigestMismatch { .. }) => Answer::DigestMismatch,
        Err(LedgerError::CursorConflict { actual, .. }) => Answer::CursorConflict(actual),
        Err(other) => panic!("{other}"),
    }
}

/// Sends the batches to an empty store, opened anew now and then, and compares every answer and in
/// the end everything.
pub(crate) async fn agrees_with_the_model(engine: &dyn Engine, batches: Vec<Vec<Draw>>) {
    let open = || engine.open(sample::still_clock());
    let mut ledger = open().await.expect("a ledger");
    let mut model = Model::default();
    let mut sent = Vec::new();
    for (n, batch) in batches.into_iter().enumerate() {
        let mut commands = Vec::new();
        let mut expected = Vec::new();
        for draw in &batch {
            let append = model.command(draw, &sent);
            expected.push(model.append(&append));
            sent.push(append.clone());
            commands.push(append);
        }
        // Polled in order, so queued in order: the model's order.
        let calls = commands.into_iter().map(|append| ledger.append(append));
        let answers: Vec<_> = join_all(calls).await.into_iter().map(answer).collect();
        assert_eq!(answers, expected);
        if n % 3 == 2 {
            ledger.close().await;
            ledger = open().await.expect("a ledger");
        }
    }
    compare(&ledger, &model).await;
}

async fn compare(ledger: &SharedLedger, model: &Model) {
    let log = ledger.read_all(0, 10_000).await.expect("the log");
    let log: Vec<_> = log
        .into_iter()
        .map(|e| (e.stream.to_string(), e.version, e.command))
        .collect();
    assert_eq!(log, model.log);
    assert_eq!(
        ledger.cursor("watcher").await.expect("a cursor"),
        model.cursor
    );
    for stream in STREAMS {
        let name = StreamName::from_stored(stream.to_owned());
        let row = ledger.stream(&name).await.expect("a row");
        let version = row.map(|row| row.version);
        assert_eq!(version, model.versions.get(stream).copied());
    }
    for (id, (append, done)) in &model.accepted {
        let record = ledger
            .command(*id)
            .await
            .expect("a command")
            .expect("it was accepted");
        assert_eq!(record.digest, append.digest);
        assert_eq!(record.first_position, done.first_position);
        assert_eq!((record.count, record.version), (done.count, done.version));
    }
}
