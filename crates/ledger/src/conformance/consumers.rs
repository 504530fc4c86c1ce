//! Cursors, parked events, followers of the head, closing.

use std::time::Duration;

use futures::future::join_all;

use super::{Engine, Outcome, failure, sample};
use crate::{LedgerError, Parked, ParkedStatus, StreamName};

/// A follower that is not woken within this time is not woken at all.
const WOKEN_WITHIN: Duration = Duration::from_secs(10);

/// A reaction's events and its cursor are there together.
pub async fn a_cursor_moves_with_its_effect(engine: &dyn Engine) -> Outcome {
    let ledger = engine.open(sample::still_clock()).await?;
    ledger.append(sample::append("thing-a", 0, 3)?).await?;
    ledger.move_cursor(sample::cursor("watcher", 0, 2)).await?;
    let mut reaction = sample::append("effect-a", 0, 1)?;
    reaction.cursor = Some(sample::cursor("watcher", 2, 3));
    ledger.append(reaction.clone()).await?;
    assert_eq!(ledger.cursor("watcher").await?, 3);
    assert_eq!(ledger.cursor("other").await?, 0);
    assert!(ledger.append(reaction).await?.duplicate);
    assert_eq!(ledger.cursor("watcher").await?, 3);
    Ok(())
}

/// Another replica was faster: neither the events nor the cursor.
pub async fn a_cursor_that_stands_elsewhere_takes_the_events_down_too(
    engine: &dyn Engine,
) -> Outcome {
    let ledger = engine.open(sample::still_clock()).await?;
    ledger.append(sample::append("thing-a", 0, 3)?).await?;
    ledger.move_cursor(sample::cursor("watcher", 0, 2)).await?;
    let mut late = sample::append("effect-a", 0, 1)?;
    late.cursor = Some(sample::cursor("watcher", 1, 2));
    let refused = ledger.append(late.clone()).await;
    let Err(LedgerError::CursorConflict {
        consumer,
        expected,
        actual,
    }) = refused
    else {
        return Err(failure(format!("{refused:?}")));
    };
    assert_eq!((consumer.as_str(), expected, actual), ("watcher", 1, 2));
    assert_eq!(ledger.head().await?, 3);
    assert!(ledger.stream(&late.row.stream).await?.is_none());
    assert!(ledger.command(late.command).await?.is_none());
    let moved = ledger.move_cursor(sample::cursor("watcher", 1, 3)).await;
    assert!(matches!(
        moved,
        Err(LedgerError::CursorConflict { actual: 2, .. })
    ));
    let back = ledger.move_cursor(sample::cursor("watcher", 2, 1)).await;
    assert!(matches!(back, Err(LedgerError::CursorConflict { .. })));
    assert_eq!(ledger.cursor("watcher").await?, 2);
    Ok(())
}

/// Two replicas that react to one event: one effect.
pub async fn of_two_replicas_one_moves_the_cursor(engine: &dyn Engine) -> Outcome {
    let ledger = engine.open(sample::still_clock()).await?;
    for at in 0..10 {
        let mut replicas = Vec::new();
        for replica in 0..2 {
            let mut reaction = sample::append(&format!("effect-{at}-{replica}"), 0, 1)?;
            reaction.cursor = Some(sample::cursor("watcher", at, at + 1));
            replicas.push(reaction);
        }
        let answers = join_all(replicas.into_iter().map(|r| ledger.append(r))).await;
        let won = answers.iter().filter(|a| a.is_ok()).count();
        assert_eq!(won, 1);
    }
    assert_eq!(ledger.cursor("watcher").await?, 10);
    assert_eq!(ledger.head().await?, 10);
    Ok(())
}

/// The consumers are listed by name, each where it stands; one that never ran is not there.
pub async fn every_cursor_is_listed_by_name(engine: &dyn Engine) -> Outcome {
    let ledger = engine.open(sample::still_clock()).await?;
    assert!(ledger.cursors().await?.is_empty());
    ledger.append(sample::append("thing-a", 0, 3)?).await?;
    ledger.move_cursor(sample::cursor("watcher", 0, 2)).await?;
    ledger.move_cursor(sample::cursor("lagging", 0, 1)).await?;
    ledger.move_cursor(sample::cursor("Other", 0, 3)).await?;
    ledger.move_cursor(sample::cursor("lagging", 1, 2)).await?;
    let refused = ledger.move_cursor(sample::cursor("late", 1, 2)).await;
    assert!(matches!(refused, Err(LedgerError::CursorConflict { .. })));
    let cursors = [("Other", 3), ("lagging", 2), ("watcher", 2)];
    let cursors = cursors.map(|(consumer, at)| (consumer.to_owned(), at));
    assert_eq!(ledger.cursors().await?, cursors);
    Ok(())
}

fn poison(consumer: &str, position: u64) -> Parked {
    Parked {
        consumer: consumer.to_owned(),
        position,
        stream: StreamName::new("thing", "a"),
        reason: "không đọc được".to_owned(),
        status: ParkedStatus::Waiting,
    }
}

/// A parked event and the cursor past it are there together, or neither.
pub async fn parking_moves_the_cursor_in_the_same_commit(engine: &dyn Engine) -> Outcome {
    let ledger = engine.open(sample::still_clock()).await?;
    ledger.append(sample::append("thing-a", 0, 3)?).await?;
    ledger
        .park(&poison("watcher", 2), sample::cursor("watcher", 0, 2))
        .await?;
    ledger
        .park(&poison("watcher", 3), sample::cursor("watcher", 2, 3))
        .await?;
    let late = ledger
        .park(&poison("watcher", 1), sample::cursor("watcher", 0, 1))
        .await;
    assert!(matches!(late, Err(LedgerError::CursorConflict { .. })));
    let parked = ledger.parked("watcher").await?;
    assert_eq!(parked, [poison("watcher", 2), poison("watcher", 3)]);
    assert_eq!(ledger.cursor("watcher").await?, 3);
    assert!(ledger.parked("other").await?.is_empty());
    let mut wordy = poison("watcher", 3);
    wordy.reason = "x".repeat(2_001);
    let refused = ledger.park(&wordy, sample::cursor("watcher", 3, 3)).await;
    assert!(matches!(refused, Err(LedgerError::Limit { .. })));
    Ok(())
}

/// A person's decision changes the status of that event only.
pub async fn a_parked_event_is_resolved_by_a_decision(engine: &dyn Engine) -> Outcome {
    let ledger = engine.open(sample::still_clock()).await?;
    ledger
        .park(&poison("watcher", 2), sample::cursor("watcher", 0, 2))
        .await?;
    ledger
        .park(&poison("watcher", 5), sample::cursor("watcher", 2, 5))
        .await?;
    ledger
        .resolve_parked("watcher", 2, ParkedStatus::Retried)
        .await?;
    ledger
        .resolve_parked("watcher", 5, ParkedStatus::Skipped)
        .await?;
    let statuses: Vec<_> = ledger
        .parked("watcher")
        .await?
        .iter()
        .map(|p| p.status)
        .collect();
    assert_eq!(statuses, [ParkedStatus::Retried, ParkedStatus::Skipped]);
    for (consumer, position) in [("watcher", 3), ("other", 2)] {
        let refused = ledger
            .resolve_parked(consumer, position, ParkedStatus::Skipped)
            .await;
        assert!(
            matches!(refused, Err(LedgerError::NotParked { .. })),
            "{refused:?}"
        );
    }
    Ok(())
}

/// A follower sees the head of every commit at once.
pub async fn followers_wake_on_every_commit(engine: &dyn Engine) -> Outcome {
    let ledger = engine.open(sample::still_clock()).await?;
    let mut head = ledger.watch_head();
    assert_eq!(*head.borrow_and_update(), 0);
    for version in 0..3 {
        ledger
            .append(sample::append("thing-a", version, 1)?)
            .await?;
        tokio::time::timeout(WOKEN_WITHIN, head.wait_for(|at| *at == version + 1)).await??;
    }
    Ok(())
}

/// A follower sees commits of another process (here: another instance on the same store) soon.
pub async fn followers_wake_on_commits_of_another_instance(engine: &dyn Engine) -> Outcome {
    let one = engine.open(sample::still_clock()).await?;
    let two = engine.open(sample::still_clock()).await?;
    let mut head = one.watch_head();
    two.append(sample::append("thing-a", 0, 1)?).await?;
    tokio::time::timeout(WOKEN_WITHIN, head.wait_for(|at| *at == 1)).await??;
    assert_eq!(one.read_all(0, 10).await?.len(), 1);
    let next = one.append(sample::append("thing-a", 1, 1)?).await?;
    assert_eq!((next.first_position, next.version), (2, 2));
    Ok(())
}

/// Told that there is more, followers of another instance learn it without waiting for the poll;
/// told so for nothing, they learn nothing.
pub async fn followers_are_told_at_once_when_somebody_says_look(engine: &dyn Engine) -> Outcome {
    const COMMITS: u64 = 30;
    let one = engine.open(sample::still_clock()).await?;
    let two = engine.open(sample::still_clock()).await?;
    let mut head = one.watch_head();
    one.look();
    let started = tokio::time::Instant::now();
    for version in 0..COMMITS {
        two.append(sample::append("thing-a", version, 1)?).await?;
        one.look();
        tokio::time::timeout(WOKEN_WITHIN, head.wait_for(|at| *at == version + 1)).await??;
    }
    // Left to the poll, one commit after the other is seen 200 ms later.
    let taken = started.elapsed();
    assert!(taken < Duration::from_millis(100 * COMMITS), "{taken:?}");
    one.look();
    assert_eq!(one.head().await?, COMMITS);
    assert_eq!(*head.borrow(), COMMITS);
    Ok(())
}

/// What was queued before is written; afterwards every call says that the outcome is unknown.
pub async fn a_closed_ledger_answers_unavailable(engine: &dyn Engine) -> Outcome {
    let ledger = engine.open(sample::still_clock()).await?;
    let appends = (0..50)
        .map(|n| sample::append(&format!("thing-{n}"), 0, 1))
        .collect::<Result<Vec<_>, _>>()?;
    let calls = join_all(appends.into_iter().map(|append| ledger.append(append)));
    let (answers, ()) = tokio::join!(calls, ledger.close());
    let mut written = 0;
    for answer in answers {
        match answer {
            Ok(_) => written += 1,
            Err(LedgerError::Unavailable { .. }) => {}
            Err(other) => return Err(other.into()),
        }
    }
    let late = ledger.append(sample::append("thing-z", 0, 1)?).await;
    assert!(matches!(late, Err(LedgerError::Unavailable { .. })));
    assert!(matches!(
        ledger.head().await,
        Err(LedgerError::Unavailable { .. })
    ));
    let again = engine.open(sample::still_clock()).await?;
    assert_eq!(again.head().await?, written);
    Ok(())
}
