//! Events that no service can understand: of a type nobody knows, of a schema from the future, with
//! something else in them than their type says. They are parked, each with the rest of its stream;
//! nothing else waits for them; a person's decision ends it.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use hoso_domain::actor::{Actor, Role};
use hoso_domain::decider::Listing;
use hoso_domain::ids::{OfficialId, PersonId, UnitId};
use hoso_ledger::postgres::{PostgresLedger, PostgresOptions};
use hoso_ledger::{
    Append, ExpectedVersion, Ledger as _, Metadata, NewEvent, Parked, StreamName, StreamRow,
};
use serde_json::json;
use sha2::{Digest as _, Sha256};
use uuid::Uuid;

use super::{Random, World};

/// They must be parked so soon, and so soon let go.
const WITHIN: Duration = Duration::from_mins(1);
const POLL_EVERY: Duration = Duration::from_millis(50);

/// What each poisoned stream holds: event types, schema versions, data. The second event of the last
/// one is sound by itself and must wait behind the first.
const STREAMS: [&[(&str, u16, &str)]; 3] = [
    &[("DossierDreamt", 1, r#"{"dossierDreamt":{"of":"later"}}"#)],
    &[(
        "DossierClosed",
        2,
        r#"{"dossierClosed":{"outcome":"REJECTED","reason":"-"}}"#,
    )],
    &[
        (
            "DossierSubmitted",
            1,
            r#"{"dossierSubmitted":{"dossier":7}}"#,
        ),
        (
            "DossierClosed",
            1,
            r#"{"dossierClosed":{"outcome":"REJECTED","reason":"-"}}"#,
        ),
    ],
];

/// The services that read dossiers.
const READERS: [&str; 2] = ["verification", "ranking"];

/// Appends them as the submission service, and lets them go once they are parked.
pub(super) async fn strike(world: &mut World, random: &mut Random) {
    let url = world.full.database_url("hoso_submission");
    let ledger = PostgresLedger::open(&url, PostgresOptions::new("hoso poison"))
        .await
        .expect("the submission service's ledger");
    let mut expected = 0;
    for events in STREAMS {
        let id = format!("HS-DOC-{}", random.number());
        let append = append(&id, events, random);
        world.poisoned.insert(append.row.stream.to_string());
        ledger.append(append).await.expect("it is appended");
        expected += events.len();
    }
    ledger.close().await;
    for reader in READERS {
        let parked = until(world, reader, |parked| parked.len() >= expected).await;
        assert_eq!(parked.len(), expected, "{reader} parked: {parked:?}");
        let office = world.client();
        let shown = office.get("auditor", "parked").await.done();
        // What waits behind the first of a stream goes on by itself.
        let mut streams = BTreeSet::new();
        for event in parked {
            let position = event.position;
            assert!(
                shown
                    .to_string()
                    .contains(&format!("\"position\":{position}")),
                "{position} is not shown: {shown}"
            );
            if streams.insert(event.stream.to_string()) {
                let path = format!("parked/{reader}/{position}/skip");
                let reason = json!({ "reason": "sự kiện không đọc được", "effectiveAt": null });
                office.post("administrator", &path, reason).await.done();
            }
        }
        until(world, reader, <[Parked]>::is_empty).await;
    }
}

/// What waits for a person at a consumer, once it is as it should be.
async fn until(world: &World, consumer: &str, is_so: impl Fn(&[Parked]) -> bool) -> Vec<Parked> {
    let deadline = Instant::now() + WITHIN;
    loop {
        let parked = super::oracle::waiting(world, consumer).await;
        if is_so(&parked) {
            return parked;
        }
        assert!(Instant::now() < deadline, "{consumer} parked: {parked:?}");
        tokio::time::sleep(POLL_EVERY).await; // poll: nobody tells that an event was parked
    }
}

fn append(id: &str, events: &[(&str, u16, &str)], random: &mut Random) -> Append {
    let mut drawn = || Uuid::from_u64_pair(random.number(), random.number());
    let command = drawn();
    let new = |(event_type, schema_version, data): &(&str, u16, &str)| NewEvent {
        id: drawn(),
        event_type: (*event_type).to_owned(),
        schema_version: *schema_version,
        sha256: Sha256::digest(data.as_bytes()).into(),
        data: (*data).to_owned(),
        dossiers: Vec::new(),
    };
    let events: Vec<_> = events.iter().map(new).collect();
    let actor = Actor {
        official: OfficialId::parse("system-submission").expect("an id"),
        person: PersonId::parse("system-submission").expect("an id"),
        role: Role::System,
        agency: UnitId::parse("system").expect("an id"),
        on_behalf_of: None,
    };
    Append {
        command,
        digest: Sha256::digest(command.as_bytes()).into(),
        expected: ExpectedVersion::Exactly(0),
        row: StreamRow {
            stream: StreamName::new("dossier", id),
            version: events.len() as u64,
            state: "{}".to_owned(),
            listing: Listing::default(),
        },
        events,
        metadata: Metadata {
            actor,
            reason: None,
            correlation: command,
            causation: None,
            rule_book: None,
            effective_at: hoso_runtime::Clock::system().now(),
            traceparent: None,
        },
        cursor: None,
    }
}
