//! History written into an empty ledger is the same history, or nothing.

use hoso_domain::decider::Listing;
use hoso_domain::ids::DossierId;

use super::{Engine, Outcome, sample};
use crate::read::{CommandRecord, Parked, ParkedStatus, StreamRecord};
use crate::restore::Restore;
use crate::{Append, LedgerError, Position, RecordedEvent, StreamName};

/// What a made-up ledger held: two streams, three commands of which one had no events.
struct History {
    appends: Vec<Append>,
    events: Vec<RecordedEvent>,
    commands: Vec<CommandRecord>,
    rows: Vec<StreamRecord>,
}

fn history() -> Result<History, Box<dyn std::error::Error + Send + Sync>> {
    let mut appends = vec![
        sample::append_on_path("thing-a", 0, "HS-1")?,
        sample::append("thing-b", 0, 2)?,
        sample::append("thing-a", 1, 0)?,
        sample::append("thing-a", 1, 1)?,
    ];
    // Characters that an encoding on the way could change.
    let odd = "{\"a\":\"\\u0000 \u{2028}đ\", \"b\" : 1.0}\n";
    if let Some(event) = appends.first_mut().and_then(|a| a.events.first_mut()) {
        *event = sample::event(odd);
    }
    let mut history = History {
        appends: appends.clone(),
        events: Vec::new(),
        commands: Vec::new(),
        rows: Vec::new(),
    };
    let mut head: Position = 0;
    for append in appends {
        let count = append.events.len() as u64;
        history.commands.push(CommandRecord {
            command: append.command,
            digest: append.digest,
            stream: append.row.stream.clone(),
            first_position: head + u64::from(count > 0),
            count: u32::try_from(count)?,
            version: append.row.version,
        });
        for (version, event) in (append.row.version - count + 1..).zip(append.events) {
            head += 1;
            history.events.push(RecordedEvent {
                position: head,
                id: event.id,
                stream: append.row.stream.clone(),
                version,
                event_type: event.event_type,
                schema_version: event.schema_version,
                data: event.data,
                sha256: event.sha256,
                metadata: append.metadata.clone(),
                command: append.command,
                recorded_at: sample::moment(i64::try_from(head)? / 2)
                    + chrono::TimeDelta::microseconds(7),
            });
        }
    }
    for (name, version, last_position) in [("thing-a", 2, 4), ("thing-b", 2, 3)] {
        history.rows.push(StreamRecord {
            stream: StreamName::from_stored(name.to_owned()),
            version,
            last_position,
            state: format!(r#"{{"count":{version}}}"#),
            listing: Listing {
                status: "DRAFT".to_owned(),
                ..Listing::default()
            },
        });
    }
    Ok(history)
}

fn parked() -> Parked {
    Parked {
        consumer: "watcher".to_owned(),
        position: 2,
        stream: StreamName::new("thing", "b"),
        reason: "nobody knows".to_owned(),
        status: ParkedStatus::Waiting,
    }
}

async fn write(restore: &mut dyn Restore, history: &History) -> Outcome {
    // In two parts, as pages come.
    let (first, second) = history.events.split_at(3);
    restore.events(first.to_vec()).await?;
    restore.events(second.to_vec()).await?;
    restore.events(Vec::new()).await?;
    restore.rows(history.rows.clone()).await?;
    let dossier = DossierId::parse("HS-1")?;
    restore
        .paths(vec![(dossier.clone(), 1), (dossier, 4)])
        .await?;
    restore.commands(history.commands.clone()).await?;
    restore
        .consumers(vec![("watcher".to_owned(), 2)], vec![parked()])
        .await?;
    Ok(())
}

/// Everything is what it was, to the byte, and the log goes on behind it.
pub async fn restored_history_is_what_it_was(engine: &dyn Engine) -> Outcome {
    let history = history()?;
    let mut restore = engine.restore().await?;
    write(restore.as_mut(), &history).await?;
    assert_eq!(restore.read_all(0, 10).await?, history.events);
    assert_eq!(
        restore.read_all(1, 2).await?,
        history.events.get(1..3).unwrap_or_default()
    );
    let row = history.rows.first().cloned();
    let stream = StreamName::new("thing", "a");
    assert_eq!(restore.stream(&stream).await?, row);
    restore.finish().await?;

    let ledger = engine.open(sample::still_clock()).await?;
    assert_eq!(ledger.head().await?, 4);
    assert_eq!(ledger.read_all(0, 10).await?, history.events);
    assert_eq!(ledger.stream(&stream).await?, row);
    let path = ledger
        .read_dossier(&DossierId::parse("HS-1")?, 0, 10)
        .await?;
    assert_eq!(path.iter().map(|e| e.position).collect::<Vec<_>>(), [1, 4]);
    assert_eq!(ledger.cursor("watcher").await?, 2);
    assert_eq!(ledger.parked("watcher").await?, [parked()]);
    for (append, record) in history.appends.iter().zip(&history.commands) {
        let again = ledger.append(append.clone()).await?;
        assert!(again.duplicate);
        assert_eq!(
            (again.first_position, again.count, again.version),
            (record.first_position, record.count, record.version)
        );
    }
    assert_eq!(ledger.head().await?, 4);
    let next = ledger.append(sample::append("thing-a", 2, 1)?).await?;
    assert_eq!((next.first_position, next.version), (5, 3));
    let times = ledger.read_all(3, 2).await?;
    assert!(times.is_sorted_by_key(|event| event.recorded_at));
    Ok(())
}

/// A restore that was not finished leaves nothing, and can be begun again.
pub async fn an_unfinished_restore_leaves_nothing(engine: &dyn Engine) -> Outcome {
    let history = history()?;
    let mut restore = engine.restore().await?;
    write(restore.as_mut(), &history).await?;
    drop(restore);
    let mut again = engine.restore().await?;
    assert!(again.read_all(0, 10).await?.is_empty());
    write(again.as_mut(), &history).await?;
    again.finish().await?;
    let ledger = engine.open(sample::still_clock()).await?;
    assert_eq!(ledger.read_all(0, 10).await?, history.events);
    Ok(())
}

/// Where there is a ledger that holds anything, none is restored.
pub async fn a_ledger_that_holds_anything_is_not_restored_over(engine: &dyn Engine) -> Outcome {
    let ledger = engine.open(sample::still_clock()).await?;
    ledger.append(sample::append("thing-a", 0, 1)?).await?;
    let log = ledger.read_all(0, 10).await?;
    let refused = engine.restore().await.err();
    assert!(
        matches!(refused, Some(LedgerError::NotWritable { .. })),
        "{refused:?}"
    );
    assert_eq!(ledger.read_all(0, 10).await?, log);
    Ok(())
}

/// What could never have been appended is refused: a hole in the log, a version out of turn, a
/// command twice.
pub async fn history_that_never_was_is_refused(engine: &dyn Engine) -> Outcome {
    let whole = history()?;
    let mut hole = whole.events.clone();
    hole.remove(1);
    let mut swapped = whole.events.clone();
    swapped.swap(0, 3);
    let mut out_of_turn = whole.events.clone();
    for event in &mut out_of_turn {
        event.version += 1;
    }
    for events in [hole, swapped, out_of_turn] {
        let mut restore = engine.restore().await?;
        let refused = restore.events(events).await;
        assert!(
            matches!(refused, Err(LedgerError::Corrupt { .. })),
            "{refused:?}"
        );
    }
    let mut restore = engine.restore().await?;
    restore.events(whole.events.clone()).await?;
    let twice = [whole.commands.clone(), whole.commands].concat();
    let refused = restore.commands(twice).await;
    assert!(
        matches!(refused, Err(LedgerError::Corrupt { .. })),
        "{refused:?}"
    );
    Ok(())
}
