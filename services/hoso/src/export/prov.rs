//! W3C PROV as PROV-JSON: an event is an activity, each version of a stream an entity, the office an
//! agent; the rule book is the plan an activity followed.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::{Told, written};
use crate::mined::Mined;

/// The records of a document, by kind and id.
#[derive(Default)]
struct Document {
    records: BTreeMap<&'static str, Map<String, Value>>,
}

impl Document {
    fn add(&mut self, kind: &'static str, id: String, record: Value) {
        self.records.entry(kind).or_default().insert(id, record);
    }
}

/// The document.
pub(super) fn document(mined: &[Mined], told: Told) -> Value {
    let mut document = Document::default();
    let positions: BTreeMap<_, _> = mined
        .iter()
        .map(|one| (one.event.id, one.event.position))
        .collect();
    for one in mined {
        activity(&mut document, one, told);
        versions(&mut document, one);
        agents(&mut document, one, told);
        let caused_by = one.event.metadata.causation;
        if let Some(cause) = caused_by.and_then(|id| positions.get(&id)) {
            let at = one.event.position;
            document.add(
                "wasInformedBy",
                format!("_:i{at}"),
                json!({"prov:informed": event_id(at), "prov:informant": event_id(*cause)}),
            );
        }
    }
    let mut whole = Map::new();
    whole.insert(
        "prefix".to_owned(),
        json!({"hoso": "urn:hoso:", "xsd": "http://www.w3.org/2001/XMLSchema#"}),
    );
    for (kind, records) in document.records {
        whole.insert(kind.to_owned(), Value::Object(records));
    }
    Value::Object(whole)
}

fn event_id(position: u64) -> String {
    format!("hoso:event/{position}")
}

fn activity(document: &mut Document, one: &Mined, told: Told) {
    let mut record = Map::new();
    let effective = written(one.event.metadata.effective_at);
    record.insert("prov:startTime".to_owned(), effective.clone().into());
    record.insert("prov:endTime".to_owned(), effective.into());
    let kind = format!("hoso:{}", one.event.event_type);
    record.insert(
        "prov:type".to_owned(),
        json!({"$": kind, "type": "prov:QUALIFIED_NAME"}),
    );
    for (name, value) in told.attributes(one) {
        record.insert(format!("hoso:{name}"), value.into());
    }
    document.add(
        "activity",
        event_id(one.event.position),
        Value::Object(record),
    );
}

/// The version of the stream that the event made, out of the one before.
fn versions(document: &mut Document, one: &Mined) {
    let (at, version) = (one.event.position, one.event.version);
    let id = |version: u64| format!("hoso:stream/{}/{version}", one.event.stream);
    let kind = format!("hoso:{}", one.event.stream.category());
    document.add(
        "entity",
        id(version),
        json!({
            "prov:type": {"$": kind, "type": "prov:QUALIFIED_NAME"},
            "hoso:dataSha256": hex::encode(one.event.sha256),
        }),
    );
    document.add(
        "wasGeneratedBy",
        format!("_:g{at}"),
        json!({
            "prov:entity": id(version), "prov:activity": event_id(at),
            "prov:time": written(one.event.recorded_at),
        }),
    );
    if version > 1 {
        let before = id(version - 1);
        document.add(
            "used",
            format!("_:u{at}"),
            json!({"prov:activity": event_id(at), "prov:entity": before}),
        );
        document.add(
            "wasDerivedFrom",
            format!("_:d{at}"),
            json!({
                "prov:generatedEntity": id(version), "prov:usedEntity": before,
                "prov:activity": event_id(at),
            }),
        );
    }
}

fn agents(document: &mut Document, one: &Mined, told: Told) {
    let (at, metadata) = (one.event.position, &one.event.metadata);
    let actor = &metadata.actor;
    let office = format!("hoso:office/{}/{}", actor.role.as_str(), actor.agency);
    let kind = |name: &str| json!({"$": name, "type": "prov:QUALIFIED_NAME"});
    document.add(
        "agent",
        office.clone(),
        json!({"prov:type": kind("prov:Organization")}),
    );
    // Who acts for the office: named only where persons are told.
    let who = if told.persons {
        Some(format!("hoso:official/{}", actor.official))
    } else if actor.on_behalf_of.is_some() {
        Some(format!(
            "hoso:deputy/{}/{}",
            actor.role.as_str(),
            actor.agency
        ))
    } else {
        None
    };
    let agent = who.clone().unwrap_or_else(|| office.clone());
    let mut association = json!({"prov:activity": event_id(at), "prov:agent": agent});
    if let (Some(book), Value::Object(fields)) = (&metadata.rule_book, &mut association) {
        let plan = format!("hoso:rulebook/{}", book.replace(':', "-"));
        document.add(
            "entity",
            plan.clone(),
            json!({"prov:type": kind("prov:Plan")}),
        );
        fields.insert("prov:plan".to_owned(), plan.into());
    }
    document.add("wasAssociatedWith", format!("_:a{at}"), association);
    if let Some(who) = who {
        document.add(
            "agent",
            who.clone(),
            json!({"prov:type": kind("prov:Person")}),
        );
        document.add(
            "actedOnBehalfOf",
            format!("_:b{at}"),
            json!({
                "prov:delegate": who, "prov:responsible": office, "prov:activity": event_id(at),
            }),
        );
    }
}
