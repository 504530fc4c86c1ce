//! Idempotency, and `execute` above it.

use std::collections::BTreeSet;
use std::sync::Arc;

use futures::future::join_all;
use hoso_domain::actor::Role;

use super::counter::{Count, Counter, Refused};
use super::{Engine, Outcome, failure, sample};
use crate::{CommandQuery, ExecuteError, LedgerError, Order, StreamName, execute};

/// The same command again is answered with the first positions and appends nothing.
pub async fn a_command_sent_again_gets_its_first_answer(engine: &dyn Engine) -> Outcome {
    let ledger = engine.open(sample::still_clock()).await?;
    ledger.append(sample::append("thing-z", 0, 2)?).await?;
    let append = sample::append("thing-a", 0, 3)?;
    let first = ledger.append(append.clone()).await?;
    let again = ledger.append(append.clone()).await?;
    assert!(again.duplicate && !first.duplicate);
    assert_eq!(again.first_position, first.first_position);
    assert_eq!((again.count, again.version), (3, 3));
    assert_eq!(ledger.head().await?, 5);
    let record = ledger.command(append.command).await?;
    let record = record.ok_or_else(|| failure("the command is not remembered"))?;
    assert_eq!(record.command, append.command);
    assert_eq!(record.digest, append.digest);
    assert_eq!(record.stream, append.row.stream);
    assert_eq!(
        (record.first_position, record.count, record.version),
        (3, 3, 3)
    );
    Ok(())
}

/// One command ten times in parallel: one event, ten answers that agree.
pub async fn ten_parallel_sends_make_one_event_and_equal_answers(engine: &dyn Engine) -> Outcome {
    let ledger = engine.open(sample::still_clock()).await?;
    for n in 0..5_u64 {
        let append = sample::append(&format!("thing-{n}"), 0, 1)?;
        let answers = join_all((0..10).map(|_| ledger.append(append.clone()))).await;
        let mut first = 0;
        for answer in answers {
            let answer = answer?;
            assert_eq!(
                (answer.first_position, answer.count, answer.version),
                (n + 1, 1, 1)
            );
            first += u32::from(!answer.duplicate);
        }
        assert_eq!(first, 1);
    }
    assert_eq!(ledger.head().await?, 5);
    Ok(())
}

/// A command id with another digest, or on another stream, is refused.
pub async fn a_command_id_used_for_something_else_is_refused(engine: &dyn Engine) -> Outcome {
    let ledger = engine.open(sample::still_clock()).await?;
    let append = sample::append("thing-a", 0, 1)?;
    ledger.append(append.clone()).await?;
    let mut other_request = append.clone();
    other_request.digest = [7; 32];
    let mut other_stream = sample::append("thing-b", 0, 1)?;
    other_stream.command = append.command;
    other_stream.digest = append.digest;
    for reused in [other_request, other_stream] {
        let refused = ledger.append(reused).await;
        assert!(
            matches!(refused, Err(LedgerError::DigestMismatch { command }) if command == append.command)
        );
    }
    assert_eq!(ledger.head().await?, 1);
    Ok(())
}

/// The first answer stands although the stream has moved on and the version seen is old.
pub async fn a_command_is_answered_after_its_stream_moved_on(engine: &dyn Engine) -> Outcome {
    let ledger = engine.open(sample::still_clock()).await?;
    let append = sample::append("thing-a", 0, 1)?;
    ledger.append(append.clone()).await?;
    ledger.append(sample::append("thing-a", 1, 4)?).await?;
    let again = ledger.append(append).await?;
    assert_eq!(
        (again.first_position, again.version, again.duplicate),
        (1, 1, true)
    );
    Ok(())
}

/// Commands are walked by id, each once, only those of the stretch, those without events too.
pub async fn commands_are_walked_by_id(engine: &dyn Engine) -> Outcome {
    let ledger = engine.open(sample::still_clock()).await?;
    let nothing = CommandQuery {
        until: u64::MAX,
        limit: 3,
        ..CommandQuery::default()
    };
    assert!(ledger.commands(&nothing).await?.is_empty());
    let mut wanted = BTreeSet::new();
    for n in 0..10 {
        let append = sample::append(&format!("thing-{n}"), 0, n % 3)?;
        let first = ledger.append(append.clone()).await?.first_position;
        if (3..=6).contains(&first) {
            wanted.insert(append.command);
        }
    }
    for limit in [1, 2, 100] {
        let mut query = CommandQuery {
            after: None,
            from: 3,
            until: 6,
            limit,
        };
        let mut walked = Vec::new();
        loop {
            let page = ledger.commands(&query).await?;
            let Some(last) = page.last() else { break };
            query.after = Some(last.command);
            walked.extend(page);
        }
        let ids: Vec<_> = walked.iter().map(|record| record.command).collect();
        assert_eq!(ids, wanted.iter().copied().collect::<Vec<_>>());
        for record in walked {
            let known = ledger.command(record.command).await?;
            assert_eq!(known.ok_or_else(|| failure("unknown"))?, record);
        }
    }
    Ok(())
}

fn order() -> Result<Order, Box<dyn std::error::Error + Send + Sync>> {
    Ok(Order {
        command: sample::id(),
        digest: [1; 32],
        seen: None,
        metadata: sample::metadata()?,
        cursor: None,
    })
}

/// Rivals on one stream decide again after a conflict; every accepted step is counted once.
pub async fn execute_decides_again_on_conflict_and_counts_everything(
    engine: &dyn Engine,
) -> Outcome {
    let ledger = engine.open(sample::still_clock()).await?;
    let rivals = (0..3).map(|_| {
        let ledger = Arc::clone(&ledger);
        tokio::spawn(async move {
            let stream = StreamName::new("counter", "a");
            let mut done = 0_u64;
            for _ in 0..20 {
                let run = execute::<Counter>(
                    ledger.as_ref(),
                    &stream,
                    order()?,
                    || Count::Up,
                    sample::id,
                );
                match run.await {
                    Ok(executed) => {
                        assert_eq!(executed.state.count, executed.version);
                        done += 1;
                    }
                    Err(ExecuteError::Ledger(LedgerError::Conflict { .. })) => {}
                    Err(other) => return Err(failure(other.to_string())),
                }
            }
            Ok(done)
        })
    });
    let mut done = 0;
    for counted in join_all(rivals).await {
        done += counted??;
    }
    assert!(done >= 20);
    let row = ledger.stream(&StreamName::new("counter", "a")).await?;
    assert_eq!(row.map(|row| row.version), Some(done));
    Ok(())
}

/// A repeated command gets its first events and the state right after them, also when the domain
/// would refuse it now, and when the caller's version is old by now.
pub async fn execute_answers_a_repeated_command_with_its_first_result(
    engine: &dyn Engine,
) -> Outcome {
    let ledger = engine.open(sample::still_clock()).await?;
    let stream = StreamName::new("counter", "a");
    let mut first_order = order()?;
    first_order.seen = Some(0);
    let run = |order: Order, command: Count| {
        let (ledger, stream) = (&ledger, &stream);
        async move {
            execute::<Counter>(ledger.as_ref(), stream, order, move || command, sample::id).await
        }
    };
    let first = run(first_order.clone(), Count::Up).await?;
    assert_eq!((first.version, first.duplicate), (1, false));
    run(order()?, Count::Up).await?;
    run(order()?, Count::Close).await?;
    let refused = run(order()?, Count::Up).await;
    assert!(matches!(refused, Err(ExecuteError::Rejected(Refused))));
    let again = run(first_order.clone(), Count::Up).await?;
    assert!(again.duplicate);
    assert_eq!(
        (again.version, again.first_position),
        (1, first.first_position)
    );
    assert_eq!((again.state.count, again.events), (1, first.events));
    let mut other = first_order;
    other.digest = [2; 32];
    let mismatch = run(other, Count::Up).await;
    assert!(matches!(
        mismatch,
        Err(ExecuteError::Ledger(LedgerError::DigestMismatch { .. }))
    ));
    assert_eq!(ledger.head().await?, 3);
    Ok(())
}

/// What a rule denies a person is recorded, once however often it is sent, and answered as a rejection;
/// a reaction that comes too late attempts nothing.
pub async fn execute_records_what_a_person_was_denied_and_nothing_of_a_reaction(
    engine: &dyn Engine,
) -> Outcome {
    let ledger = engine.open(sample::still_clock()).await?;
    let stream = StreamName::new("counter", "a");
    let run = |order: Order, command: Count| {
        let (ledger, stream) = (&ledger, &stream);
        async move {
            execute::<Counter>(ledger.as_ref(), stream, order, move || command, sample::id).await
        }
    };
    run(order()?, Count::Close).await?;
    let mut reaction = order()?;
    reaction.metadata.actor.role = Role::System;
    let late = run(reaction, Count::Close).await;
    assert!(matches!(late, Err(ExecuteError::Rejected(Refused))));
    assert_eq!(ledger.head().await?, 1);
    let persons = order()?;
    for _ in 0..2 {
        let denied = run(persons.clone(), Count::Close).await;
        assert!(matches!(denied, Err(ExecuteError::Rejected(Refused))));
        assert_eq!(ledger.head().await?, 2);
    }
    let recorded = ledger.read_all(1, 1).await?;
    assert_eq!(
        recorded.first().map(|e| e.event_type.as_str()),
        Some("AttemptRefused")
    );
    Ok(())
}

/// A caller that has seen an older version is told the version there is.
pub async fn execute_refuses_an_old_version(engine: &dyn Engine) -> Outcome {
    let ledger = engine.open(sample::still_clock()).await?;
    let stream = StreamName::new("counter", "a");
    for seen in [None, Some(1)] {
        let mut order = order()?;
        order.seen = seen;
        execute::<Counter>(ledger.as_ref(), &stream, order, || Count::Up, sample::id).await?;
    }
    let mut order = order()?;
    order.seen = Some(1);
    let stale = execute::<Counter>(ledger.as_ref(), &stream, order, || Count::Up, sample::id).await;
    assert!(matches!(
        stale,
        Err(ExecuteError::Stale { seen: 1, actual: 2 })
    ));
    Ok(())
}

/// A reaction that ran before only moves its cursor: the effect is not repeated.
pub async fn execute_moves_a_cursor_that_was_set_back(engine: &dyn Engine) -> Outcome {
    let ledger = engine.open(sample::still_clock()).await?;
    let stream = StreamName::new("counter", "a");
    let first = order()?;
    execute::<Counter>(
        ledger.as_ref(),
        &stream,
        first.clone(),
        || Count::Up,
        sample::id,
    )
    .await?;
    let mut reaction = first;
    reaction.cursor = Some(sample::cursor("watcher", 0, 1));
    for _ in 0..2 {
        let run = execute::<Counter>(
            ledger.as_ref(),
            &stream,
            reaction.clone(),
            || Count::Up,
            sample::id,
        );
        assert!(run.await?.duplicate);
        assert_eq!(ledger.cursor("watcher").await?, 1);
    }
    assert_eq!(ledger.head().await?, 1);
    Ok(())
}
