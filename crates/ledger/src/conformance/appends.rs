//! Appending: positions, versions, refusals, time, bytes, limits.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use futures::future::join_all;

use super::{Engine, Outcome, failure, sample};
use crate::limits;
use crate::{Append, Clock, Ledger, LedgerError};

/// Positions are 1, 2, 3 … and the head is the last of them.
pub async fn positions_are_dense_from_one(engine: &dyn Engine) -> Outcome {
    let ledger = engine.open(sample::still_clock()).await?;
    assert_eq!(ledger.head().await?, 0);
    let first = ledger.append(sample::append("thing-a", 0, 1)?).await?;
    assert_eq!(
        (first.first_position, first.count, first.version),
        (1, 1, 1)
    );
    let second = ledger.append(sample::append("thing-b", 0, 3)?).await?;
    assert_eq!(
        (second.first_position, second.count, second.version),
        (2, 3, 3)
    );
    let third = ledger.append(sample::append("thing-a", 1, 2)?).await?;
    assert_eq!(
        (third.first_position, third.count, third.version),
        (5, 2, 3)
    );
    assert!(!third.duplicate);
    assert_eq!(ledger.head().await?, 6);
    let positions: Vec<_> = ledger
        .read_all(0, 100)
        .await?
        .iter()
        .map(|e| e.position)
        .collect();
    assert_eq!(positions, [1, 2, 3, 4, 5, 6]);
    Ok(())
}

/// A command decided on another version than the stream's is a conflict that names both.
pub async fn a_stream_continues_only_at_the_version_seen(engine: &dyn Engine) -> Outcome {
    let ledger = engine.open(sample::still_clock()).await?;
    ledger.append(sample::append("thing-a", 0, 2)?).await?;
    for wrong in [0, 1, 3] {
        let refused = ledger.append(sample::append("thing-a", wrong, 1)?).await;
        let Err(LedgerError::Conflict {
            stream,
            expected,
            actual,
        }) = refused
        else {
            return Err(failure(format!("version {wrong}: {refused:?}")));
        };
        assert_eq!((stream.as_str(), expected, actual), ("thing-a", wrong, 2));
    }
    let ahead = ledger.append(sample::append("thing-new", 1, 1)?).await;
    assert!(matches!(
        ahead,
        Err(LedgerError::Conflict { actual: 0, .. })
    ));
    assert_eq!(ledger.head().await?, 2);
    Ok(())
}

/// Of many commands decided on one version exactly one is recorded.
pub async fn one_of_many_rivals_wins_a_version(engine: &dyn Engine) -> Outcome {
    let ledger = engine.open(sample::still_clock()).await?;
    for version in 0..5 {
        let rivals = (0..16)
            .map(|_| sample::append("thing-a", version, 1))
            .collect::<Result<Vec<_>, _>>()?;
        let answers = join_all(rivals.into_iter().map(|rival| ledger.append(rival))).await;
        let won = answers.iter().filter(|a| a.is_ok()).count();
        let lost = answers
            .iter()
            .filter(|a| matches!(a, Err(LedgerError::Conflict { .. })))
            .count();
        assert_eq!((won, lost), (1, 15));
    }
    assert_eq!(ledger.head().await?, 5);
    Ok(())
}

/// A refused command beside accepted ones takes no position and takes nothing down with it.
pub async fn a_refused_command_leaves_no_hole(engine: &dyn Engine) -> Outcome {
    let ledger = engine.open(sample::still_clock()).await?;
    let mut commands = Vec::new();
    for n in 0..40 {
        let wrong = if n % 3 == 0 { 7 } else { 0 };
        commands.push(sample::append(&format!("thing-{n}"), wrong, 1)?);
    }
    let answers = join_all(commands.into_iter().map(|c| ledger.append(c))).await;
    let accepted = answers.iter().filter(|a| a.is_ok()).count();
    assert_eq!(accepted, 26);
    let positions: Vec<_> = ledger
        .read_all(0, 100)
        .await?
        .iter()
        .map(|e| e.position)
        .collect();
    assert_eq!(positions, (1..=26).collect::<Vec<_>>());
    Ok(())
}

/// A second command that expects what the first makes is accepted in the same breath.
pub async fn two_commands_on_one_stream_in_one_batch_follow_each_other(
    engine: &dyn Engine,
) -> Outcome {
    let ledger = engine.open(sample::still_clock()).await?;
    for round in 0..10 {
        let first = sample::append("thing-a", round * 3, 2)?;
        let second = sample::append("thing-a", round * 3 + 2, 1)?;
        let (first, second) = tokio::join!(ledger.append(first), ledger.append(second));
        assert_eq!(first?.version, round * 3 + 2);
        assert_eq!(second?.version, round * 3 + 3);
    }
    let row = ledger.stream(&crate::StreamName::new("thing", "a")).await?;
    let row = row.ok_or_else(|| failure("the stream has no row"))?;
    assert_eq!((row.version, row.last_position), (30, 30));
    assert_eq!(row.state, r#"{"count":30}"#);
    Ok(())
}

/// The log's time stands still where the clock steps back. An engine that tells its own time keeps
/// to it.
pub async fn recorded_time_never_goes_back(engine: &dyn Engine) -> Outcome {
    let seconds = Arc::new(AtomicI64::new(100));
    let shown = Arc::clone(&seconds);
    let clock: Clock = Arc::new(move || sample::moment(shown.load(Ordering::SeqCst)));
    let ledger = engine.open(clock).await?;
    for (version, second) in [100, 130, 70, -3_600, 131].into_iter().enumerate() {
        seconds.store(second, Ordering::SeqCst);
        ledger
            .append(sample::append("thing-a", version as u64, 1)?)
            .await?;
    }
    let times: Vec<_> = ledger
        .read_all(0, 10)
        .await?
        .iter()
        .map(|e| e.recorded_at)
        .collect();
    if engine.tells_its_own_time() {
        assert!(times.is_sorted());
        assert!(times.iter().all(|at| *at > sample::moment(3_600)));
    } else {
        let expected = [100, 130, 130, 130, 131].map(sample::moment);
        assert_eq!(times, expected);
    }
    Ok(())
}

/// A command that decided nothing is remembered, makes no event and no row.
pub async fn a_command_without_events_is_remembered(engine: &dyn Engine) -> Outcome {
    let ledger = engine.open(sample::still_clock()).await?;
    ledger.append(sample::append("thing-a", 0, 1)?).await?;
    let nothing = sample::append("thing-b", 0, 0)?;
    let done = ledger.append(nothing.clone()).await?;
    assert_eq!((done.first_position, done.count, done.version), (1, 0, 0));
    assert_eq!(ledger.head().await?, 1);
    assert!(ledger.stream(&nothing.row.stream).await?.is_none());
    let again = ledger.append(nothing.clone()).await?;
    assert!(again.duplicate);
    assert_eq!(again.count, 0);
    let late = ledger.append(sample::append("thing-a", 0, 0)?).await;
    assert!(matches!(late, Err(LedgerError::Conflict { .. })));
    Ok(())
}

/// What is read is byte for byte what was appended, with all that was said about it.
pub async fn data_keeps_its_exact_bytes(engine: &dyn Engine) -> Outcome {
    let ledger = engine.open(sample::still_clock()).await?;
    let texts = [
        r#"{"b": 1,  "a":1.0, "a":2}"#,
        r#"{"tên":"Nguyễn Thị Hằng — Sở Nội vụ","nfd":"a\u0301 á"}"#,
        "{\"emoji\":\"🎖️\",\"rtl\":\"\u{202e}abc\",\"nul\":\"\\u0000\"}\n\t ",
        "",
    ];
    let mut append = sample::append("thing-a", 0, 0)?;
    append.events = texts.iter().map(|text| sample::event(text)).collect();
    append.row.version = texts.len() as u64;
    ledger.append(append.clone()).await?;
    let read = ledger.read_all(0, 10).await?;
    assert_eq!(read.len(), texts.len());
    for ((read, sent), version) in read.iter().zip(&append.events).zip(1..) {
        assert_eq!(read.data, sent.data);
        assert_eq!(read.sha256, sent.sha256);
        assert_eq!(read.id, sent.id);
        assert_eq!(read.event_type, sent.event_type);
        assert_eq!(read.schema_version, sent.schema_version);
        assert_eq!(read.version, version);
        assert_eq!(read.stream, append.row.stream);
        assert_eq!(read.metadata, append.metadata);
        assert_eq!(read.command, append.command);
        if !engine.tells_its_own_time() {
            assert_eq!(read.recorded_at, sample::moment(0));
        }
    }
    Ok(())
}

/// Beyond a limit the command is refused, the limit named, and nothing written.
pub async fn limits_are_refused_and_named(engine: &dyn Engine) -> Outcome {
    let ledger = engine.open(sample::still_clock()).await?;
    let good = sample::append("thing-a", 0, 1)?;
    let mut too_many = sample::append("thing-a", 0, 65)?;
    too_many.row.version = 65;
    let mut too_large = good.clone();
    too_large.events = vec![sample::event(&"x".repeat(limits::DATA_BYTES_MAX + 1))];
    let mut too_long = good.clone();
    too_long.metadata.reason = Some("ộ".repeat(limits::REASON_CHARS_MAX + 1));
    let long_name = format!("thing-{}", "a".repeat(limits::STREAM_BYTES_MAX));
    let too_long_name = sample::append(&long_name, 0, 1)?;
    for over in [too_many, too_large, too_long, too_long_name] {
        let refused = ledger.append(over).await;
        assert!(
            matches!(refused, Err(LedgerError::Limit { .. })),
            "{refused:?}"
        );
    }
    assert_eq!(ledger.head().await?, 0);
    let mut at_the_limit = sample::append("thing-a", 0, 0)?;
    let large = format!("\"{}\"", "x".repeat(limits::DATA_BYTES_MAX - 2));
    at_the_limit.events = (0..limits::EVENTS_MAX)
        .map(|_| sample::event("{}"))
        .collect();
    if let Some(first) = at_the_limit.events.first_mut() {
        *first = sample::event(&large);
    }
    at_the_limit.row.version = limits::EVENTS_MAX as u64;
    at_the_limit.metadata.reason = Some("ộ".repeat(limits::REASON_CHARS_MAX));
    ledger.append(at_the_limit).await?;
    assert_eq!(ledger.head().await?, 64);
    let read = ledger.read_all(0, 1).await?;
    assert_eq!(read.first().map(|e| e.data.len()), Some(large.len()));
    Ok(())
}

/// U+0000 in a text and a year that not every calendar has: refused before anything is written, so
/// that history can move from any engine to any other.
pub async fn what_not_every_engine_keeps_is_refused_by_all(engine: &dyn Engine) -> Outcome {
    let ledger = engine.open(sample::still_clock()).await?;
    let nul = || "a\0b".to_owned();
    let mut refused = Vec::new();
    for n in 0..8 {
        let mut append = sample::append("thing-a", 0, 1)?;
        match n {
            0 => append.events = vec![sample::event(&nul())],
            1 => append.row.state = nul(),
            2 => append.row.listing.status = nul(),
            3 => append.metadata.reason = Some(nul()),
            4 => append.metadata.rule_book = Some(nul()),
            5 => append.metadata.traceparent = Some(nul()),
            6 => append.metadata.effective_at = chrono::DateTime::<chrono::Utc>::MIN_UTC,
            _ => append.row.listing.due = Some(chrono::NaiveDate::MAX),
        }
        refused.push(ledger.append(append).await.map(|_| ()));
    }
    refused.push(ledger.move_cursor(sample::cursor("a\0b", 0, 1)).await);
    let status = crate::ParkedStatus::Skipped;
    refused.push(ledger.resolve_parked("a\0b", 1, status).await);
    for refused in refused {
        assert!(
            matches!(refused, Err(LedgerError::Corrupt { .. })),
            "{refused:?}"
        );
    }
    assert_eq!(ledger.head().await?, 0);
    ledger.append(sample::append("thing-a", 0, 1)?).await?;
    Ok(())
}

/// A row whose version its events do not make, and a stream without a proper name, are refused.
pub async fn a_row_that_contradicts_its_events_is_refused(engine: &dyn Engine) -> Outcome {
    let ledger = engine.open(sample::still_clock()).await?;
    let mut wrong = vec![sample::append("thing-a", 0, 2)?];
    if let Some(first) = wrong.first_mut() {
        first.row.version = 1;
    }
    for name in [
        "",
        "thing",
        "thing-",
        "-a",
        "thing-a b",
        "thing-\n",
        "thing-đ",
    ] {
        wrong.push(sample::append(name, 0, 1)?);
    }
    for append in wrong {
        let name = append.row.stream.clone();
        let refused = ledger.append(append).await;
        assert!(
            matches!(refused, Err(LedgerError::Corrupt { .. })),
            "{name}: {refused:?}"
        );
    }
    assert_eq!(ledger.head().await?, 0);
    Ok(())
}

/// A caller that goes away leaves its command's outcome open, and the ledger at work.
pub async fn a_dropped_caller_stops_nothing(engine: &dyn Engine) -> Outcome {
    let ledger = engine.open(sample::still_clock()).await?;
    let mut dropped = Vec::new();
    for n in 0..20 {
        let append = sample::append(&format!("gone-{n}"), 0, 1)?;
        let call = ledger.append(append.clone());
        // Polled once: the command is on its way, its caller is gone.
        if futures::future::poll_immediate(call).await.is_none() {
            dropped.push(append);
        }
    }
    let done = ledger.append(sample::append("thing-a", 0, 1)?).await?;
    assert_eq!(done.version, 1);
    for append in dropped {
        let retried = ledger.append(append.clone()).await?;
        assert_eq!((retried.count, retried.version), (1, 1));
        let events = ledger.read_stream(&append.row.stream, 0, 10).await?;
        assert_eq!(events.len(), 1);
    }
    Ok(())
}

/// Many callers on few streams: a dense log, continuous versions, and every answer true.
pub async fn many_writers_leave_a_dense_log(engine: &dyn Engine) -> Outcome {
    let ledger = engine.open(sample::still_clock()).await?;
    let writers = (0..32).map(|writer| {
        let ledger = Arc::clone(&ledger);
        tokio::spawn(async move { write_some(ledger.as_ref(), writer).await })
    });
    let mut acknowledged = BTreeMap::new();
    for written in join_all(writers).await {
        acknowledged.extend(written??);
    }
    let log = ledger.read_all(0, 10_000).await?;
    let mut versions: BTreeMap<&str, u64> = BTreeMap::new();
    for (event, position) in log.iter().zip(1..) {
        assert_eq!(event.position, position);
        let version = versions.entry(event.stream.as_str()).or_default();
        *version += 1;
        assert_eq!(event.version, *version);
        assert_eq!(acknowledged.remove(&position), Some(event.command));
    }
    assert!(acknowledged.is_empty(), "acknowledged and not in the log");
    Ok(())
}

type Acknowledged = BTreeMap<u64, uuid::Uuid>;

async fn write_some(
    ledger: &dyn Ledger,
    writer: u64,
) -> Result<Acknowledged, Box<dyn std::error::Error + Send + Sync>> {
    let mut acknowledged = BTreeMap::new();
    for n in 0..20 {
        let mut append: Append = sample::append(&format!("thing-{}", (writer + n) % 5), 0, 2)?;
        let row = ledger.stream(&append.row.stream).await?;
        let version = row.map_or(0, |row| row.version);
        append.expected = crate::ExpectedVersion::Exactly(version);
        append.row.version = version + 2;
        let command = append.command;
        match ledger.append(append).await {
            Ok(done) => {
                acknowledged.insert(done.first_position, command);
                acknowledged.insert(done.first_position + 1, command);
            }
            Err(LedgerError::Conflict { .. }) => {}
            Err(other) => return Err(other.into()),
        }
    }
    Ok(acknowledged)
}
