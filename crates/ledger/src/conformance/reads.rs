//! Reading: the log, streams, paths of dossiers, rows and lists, after reopening, after a rebuild.

use std::collections::BTreeSet;
use std::sync::Arc;

use chrono::{Days, NaiveDate};
use futures::TryStreamExt;
use hoso_domain::ids::{DossierId, RoundId, UnitId};

use super::{Engine, Outcome, failure, sample};
use crate::{Ledger, LedgerError, StreamName, StreamQuery, pages};

/// Pages by position meet without gap and without overlap.
pub async fn pages_of_the_log_meet_without_gap(engine: &dyn Engine) -> Outcome {
    let ledger = engine.open(sample::still_clock()).await?;
    for n in 0..5 {
        ledger
            .append(sample::append(&format!("thing-{n}"), 0, 5)?)
            .await?;
    }
    for limit in [1, 3, 25, 100] {
        let mut positions = Vec::new();
        let mut after = 0;
        loop {
            let page = ledger.read_all(after, limit).await?;
            assert!(page.len() <= limit as usize);
            let Some(last) = page.last() else { break };
            after = last.position;
            positions.extend(page.iter().map(|e| e.position));
        }
        assert_eq!(positions, (1..=25).collect::<Vec<_>>());
    }
    assert!(ledger.read_all(25, 10).await?.is_empty());
    assert!(ledger.read_all(u64::MAX, 10).await?.is_empty());
    assert!(ledger.read_all(0, 0).await?.is_empty());
    Ok(())
}

/// Reading ahead gives exactly the stretch asked for, and an error where it is not all there.
pub async fn a_stretch_of_the_log_is_read_ahead_in_order(engine: &dyn Engine) -> Outcome {
    let ledger = engine.open(sample::still_clock()).await?;
    for version in 0..50 {
        let append = sample::append("thing-a", version * 64, 64)?;
        ledger.append(append).await?;
    }
    for (after, until) in [
        (0, 3_200),
        (0, 1),
        (999, 1_001),
        (1, 3_001),
        (3_200, 3_200),
        (9, 3),
    ] {
        let read: Vec<_> = pages(Arc::clone(&ledger), after, until)
            .try_collect()
            .await?;
        let positions: Vec<_> = read.iter().flatten().map(|e| e.position).collect();
        assert_eq!(positions, (after + 1..=until).collect::<Vec<_>>());
    }
    let beyond = pages(ledger, 0, 3_201).try_collect::<Vec<_>>().await;
    assert!(matches!(beyond, Err(LedgerError::Corrupt { .. })));
    Ok(())
}

/// A stream is read in order, from any version, and never with another's events.
pub async fn a_stream_is_read_from_any_version(engine: &dyn Engine) -> Outcome {
    let ledger = engine.open(sample::still_clock()).await?;
    for version in 0..6 {
        ledger
            .append(sample::append("thing-a", version, 1)?)
            .await?;
        ledger
            .append(sample::append("thing-ab", version, 1)?)
            .await?;
    }
    let stream = StreamName::new("thing", "a");
    let page = ledger.read_stream(&stream, 2, 3).await?;
    assert!(page.iter().all(|e| e.stream == stream));
    let places: Vec<_> = page.iter().map(|e| (e.version, e.position)).collect();
    assert_eq!(places, [(3, 5), (4, 7), (5, 9)]);
    assert_eq!(ledger.read_stream(&stream, 0, 100).await?.len(), 6);
    assert!(ledger.read_stream(&stream, 6, 100).await?.is_empty());
    Ok(())
}

/// The path of a dossier is every event that carries its id, once, in position order.
pub async fn the_path_of_a_dossier_crosses_streams(engine: &dyn Engine) -> Outcome {
    let ledger = engine.open(sample::still_clock()).await?;
    let (one, two) = (DossierId::parse("HS-1")?, DossierId::parse("HS-2")?);
    ledger
        .append(sample::append_on_path("dossier-HS-1", 0, "HS-1")?)
        .await?;
    ledger
        .append(sample::append_on_path("dossier-HS-2", 0, "HS-2")?)
        .await?;
    ledger.append(sample::append("unit-x", 0, 1)?).await?;
    let mut round = sample::append("round-r", 0, 2)?;
    for (event, dossiers) in round
        .events
        .iter_mut()
        .zip([vec![&two, &one], vec![&two, &two]])
    {
        event.dossiers = dossiers.into_iter().cloned().collect();
    }
    ledger.append(round).await?;
    let mut own = sample::append_on_path("dossier-HS-1", 1, "HS-1")?;
    for event in &mut own.events {
        event.dossiers = vec![one.clone()];
    }
    ledger.append(own).await?;
    let path = |events: Vec<crate::RecordedEvent>| -> Vec<u64> {
        events.iter().map(|e| e.position).collect()
    };
    assert_eq!(path(ledger.read_dossier(&one, 0, 100).await?), [1, 4, 6]);
    assert_eq!(path(ledger.read_dossier(&two, 0, 100).await?), [2, 4, 5]);
    assert_eq!(path(ledger.read_dossier(&one, 1, 1).await?), [4]);
    let none = DossierId::parse("HS-3")?;
    assert!(ledger.read_dossier(&none, 0, 100).await?.is_empty());
    Ok(())
}

/// The row of a stream is what its last accepted append said, all of it.
pub async fn a_row_holds_what_the_last_append_said(engine: &dyn Engine) -> Outcome {
    let ledger = engine.open(sample::still_clock()).await?;
    ledger.append(sample::append("thing-a", 0, 1)?).await?;
    let mut second = sample::append("thing-a", 1, 2)?;
    second.row.state = String::from(r#"{"tên":"Sở Nội vụ", "n":2}"#);
    second.row.listing.round = Some(RoundId::parse("2024-de-nghi")?);
    second.row.listing.unit = Some(UnitId::parse("so-noi-vu")?);
    second.row.listing.dossier = Some(DossierId::parse("HS-9")?);
    second.row.listing.status = String::from("SUBMITTED");
    second.row.listing.due = NaiveDate::from_ymd_opt(2024, 12, 31);
    ledger.append(second.clone()).await?;
    let refused = ledger.append(sample::append("thing-a", 1, 1)?).await;
    assert!(refused.is_err());
    let row = ledger.stream(&second.row.stream).await?;
    let row = row.ok_or_else(|| failure("the stream has no row"))?;
    assert_eq!(row.stream, second.row.stream);
    assert_eq!((row.version, row.last_position), (3, 3));
    assert_eq!(row.state, second.row.state);
    assert_eq!(row.listing, second.row.listing);
    let mut third = sample::append("thing-a", 3, 1)?;
    third.row.listing.status = String::from("WITHDRAWN");
    ledger.append(third.clone()).await?;
    let row = ledger.stream(&second.row.stream).await?;
    assert_eq!(row.map(|row| row.listing), Some(third.row.listing));
    Ok(())
}

/// A list gives the streams that match every filter, by name, page by page.
pub async fn lists_are_filtered_and_paged_by_key(engine: &dyn Engine) -> Outcome {
    let ledger = engine.open(sample::still_clock()).await?;
    let day = |n: u64| NaiveDate::default() + Days::new(n);
    let due = |n: u64| (!n.is_multiple_of(5)).then(|| day(n));
    for n in 0..24 {
        let mut append = sample::append(&format!("dossier-{n:02}"), 0, 1)?;
        let listing = &mut append.row.listing;
        listing.round = Some(RoundId::parse(&format!("r{}", n % 2))?);
        listing.unit = Some(UnitId::parse(&format!("u{}", n % 3))?);
        listing.status = format!("S{}", n % 4);
        listing.due = due(n);
        ledger.append(append).await?;
    }
    // Every combination of filters: the lowest bit asks for the round, and so on.
    for filters in 0..16_u32 {
        let asked = |bit: u32| filters & (1 << bit) > 0;
        let query = StreamQuery {
            category: "dossier".to_owned(),
            round: asked(0).then(|| "r1".to_owned()),
            unit: asked(1).then(|| "u2".to_owned()),
            status: asked(2).then(|| "S3".to_owned()),
            due_until: asked(3).then(|| day(12)),
            after: None,
            limit: 5,
        };
        let matches = |n: u64| {
            (!asked(0) || n % 2 == 1)
                && (!asked(1) || n % 3 == 2)
                && (!asked(2) || n % 4 == 3)
                && (!asked(3) || due(n).is_some_and(|due| due <= day(12)))
        };
        let wanted: Vec<_> = (0..24)
            .filter(|n| matches(*n))
            .map(|n| format!("dossier-{n:02}"))
            .collect();
        let got = all_pages(ledger.as_ref(), query.clone()).await?;
        assert_eq!(got, wanted, "{query:?}");
    }
    Ok(())
}

async fn all_pages(
    ledger: &dyn Ledger,
    mut query: StreamQuery,
) -> Result<Vec<String>, LedgerError> {
    let mut names = Vec::new();
    loop {
        let page = ledger.streams(&query).await?;
        assert!(page.rows.len() <= query.limit as usize);
        query.after = page.rows.last().map(|row| row.stream.clone());
        names.extend(page.rows.iter().map(|row| row.stream.to_string()));
        if !page.more {
            return Ok(names);
        }
    }
}

/// `case-*` and `casebook-*` and `case2-*` are three categories.
pub async fn a_category_is_not_confused_with_a_longer_one(engine: &dyn Engine) -> Outcome {
    let ledger = engine.open(sample::still_clock()).await?;
    for name in ["case-a", "case-b-c", "casebook-a", "case2-a", "cas-e"] {
        ledger.append(sample::append(name, 0, 1)?).await?;
    }
    for (category, wanted) in [
        ("case", vec!["case-a", "case-b-c"]),
        ("casebook", vec!["casebook-a"]),
        ("case2", vec!["case2-a"]),
        ("cas", vec!["cas-e"]),
        ("ca", vec![]),
    ] {
        for status in [None, Some("DRAFT".to_owned())] {
            let query = StreamQuery {
                category: category.to_owned(),
                status,
                limit: 10,
                ..StreamQuery::default()
            };
            assert_eq!(all_pages(ledger.as_ref(), query).await?, wanted);
        }
    }
    Ok(())
}

/// Nothing there is an empty answer, never an error.
pub async fn what_was_never_written_is_empty(engine: &dyn Engine) -> Outcome {
    let ledger = engine.open(sample::still_clock()).await?;
    let stream = StreamName::new("thing", "none");
    assert_eq!(ledger.head().await?, 0);
    assert!(ledger.read_all(0, 10).await?.is_empty());
    assert!(ledger.read_stream(&stream, 0, 10).await?.is_empty());
    assert!(ledger.stream(&stream).await?.is_none());
    assert!(ledger.command(sample::id()).await?.is_none());
    assert_eq!(ledger.cursor("nobody").await?, 0);
    assert!(ledger.parked("nobody").await?.is_empty());
    Ok(())
}

/// Closed and opened again, everything is there, and the log goes on where it stood.
pub async fn everything_is_there_after_reopening(engine: &dyn Engine) -> Outcome {
    let ledger = engine.open(sample::still_clock()).await?;
    let mut append = sample::append_on_path("dossier-HS-1", 0, "HS-1")?;
    append.cursor = Some(sample::cursor("watcher", 0, 1));
    ledger.append(append.clone()).await?;
    let log = ledger.read_all(0, 10).await?;
    let row = ledger.stream(&append.row.stream).await?;
    ledger.close().await;
    let ledger = engine.open(sample::still_clock()).await?;
    assert_eq!(ledger.read_all(0, 10).await?, log);
    assert_eq!(ledger.stream(&append.row.stream).await?, row);
    assert_eq!(ledger.cursor("watcher").await?, 1);
    assert!(ledger.append(append).await?.duplicate);
    assert_eq!(*ledger.watch_head().borrow(), 1);
    let next = ledger.append(sample::append("dossier-HS-1", 1, 1)?).await?;
    assert_eq!((next.first_position, next.version), (2, 2));
    Ok(())
}

/// A rebuild replaces what differs, counts it, and refuses rows that do not fit the events.
pub async fn rows_are_rebuilt_from_their_events(engine: &dyn Engine) -> Outcome {
    let ledger = engine.open(sample::still_clock()).await?;
    let same = sample::append("thing-a", 0, 1)?;
    let mut other = sample::append("thing-b", 0, 2)?;
    ledger.append(same.clone()).await?;
    ledger.append(other.clone()).await?;
    other.row.state = String::from(r#"{"made":"anew"}"#);
    other.row.listing.status = String::from("CLOSED");
    let rows = vec![same.row.clone(), other.row.clone()];
    assert_eq!(ledger.rebuild_rows(rows.clone()).await?, 1);
    assert_eq!(ledger.rebuild_rows(rows).await?, 0);
    let row = ledger.stream(&other.row.stream).await?;
    let row = row.ok_or_else(|| failure("the stream has no row"))?;
    assert_eq!((row.version, row.last_position), (2, 3));
    assert_eq!(
        (row.state, row.listing),
        (other.row.state.clone(), other.row.listing.clone())
    );
    let mut early = other.row.clone();
    early.version = 1;
    let mut changed = same.row.clone();
    changed.state = String::from("{}");
    let refused = ledger.rebuild_rows(vec![changed, early]).await;
    assert!(matches!(
        refused,
        Err(LedgerError::Conflict { actual: 2, .. })
    ));
    let kept = ledger.stream(&same.row.stream).await?;
    assert_eq!(kept.map(|row| row.state), Some(same.row.state));
    let states: BTreeSet<_> = [ledger.head().await?, 3].into();
    assert_eq!(states.len(), 1, "a rebuild appends nothing");
    Ok(())
}
