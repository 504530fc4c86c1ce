//! OCEL 2.0 as JSON (ocel-standard.org): events related to dossiers, items, rounds, decisions,
//! offices and rule books.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use super::Told;
use crate::mined::Mined;

/// What holds at all times is dated to the beginning of time, as the standard asks.
const ALWAYS: &str = "1970-01-01T00:00:00Z";

#[derive(Default)]
struct Objects {
    /// Type and attributes by id.
    known: BTreeMap<String, (&'static str, BTreeMap<&'static str, String>)>,
    /// Relations from object to object.
    related: BTreeSet<(String, String, &'static str)>,
}

impl Objects {
    fn of(&mut self, kind: &'static str, name: &str) -> String {
        let id = format!("{kind}:{name}");
        self.known
            .entry(id.clone())
            .or_insert_with(|| (kind, BTreeMap::new()));
        id
    }

    fn say(&mut self, id: &str, field: &'static str, value: &str) {
        if let Some((_, fields)) = self.known.get_mut(id) {
            fields.insert(field, value.to_owned());
        }
    }

    fn relate(&mut self, from: &str, to: &str, how: &'static str) {
        let relation = (from.to_owned(), to.to_owned(), how);
        self.related.insert(relation);
    }
}

/// The log.
pub(super) fn log(mined: &[Mined], told: Told) -> Value {
    let mut objects = Objects::default();
    let events: Vec<Value> = mined
        .iter()
        .map(|one| event(one, told, &mut objects))
        .collect();
    json!({
        "objectTypes": object_types(&objects),
        "eventTypes": event_types(mined, told),
        "objects": objects_of(&objects),
        "events": events,
    })
}

fn event(one: &Mined, told: Told, objects: &mut Objects) -> Value {
    let mut related: BTreeSet<(String, &'static str)> = BTreeSet::new();
    let dossiers: Vec<String> = one
        .dossiers
        .iter()
        .map(|id| objects.of("dossier", id))
        .collect();
    let items: Vec<String> = one.items.iter().map(|id| objects.of("item", id)).collect();
    if let Some(round) = &one.round {
        let round = objects.of("round", round);
        for dossier in &dossiers {
            objects.relate(dossier, &round, "submitted for");
        }
        related.insert((round, "of"));
    }
    if let [dossier] = dossiers.as_slice() {
        for item in &items {
            objects.relate(dossier, item, "holds");
        }
    }
    if let Some(number) = &one.decision {
        let decision = objects.of("decision", number);
        for item in &items {
            objects.relate(&decision, item, "rewards");
        }
        related.insert((decision, "is about"));
    }
    describe(one, objects);
    related.extend(dossiers.into_iter().map(|id| (id, "is about")));
    related.extend(items.into_iter().map(|id| (id, "is about")));
    let actor = &one.event.metadata.actor;
    let office = format!("{}@{}", actor.role.as_str(), actor.agency);
    related.insert((objects.of("office", &office), "done by"));
    if let Some(book) = &one.event.metadata.rule_book {
        related.insert((objects.of("ruleBook", book), "decided under"));
    }
    json!({
        "id": format!("e{}", one.event.position),
        "type": one.event.event_type,
        "time": told.time_of(one),
        "attributes": pairs(told.attributes(one)),
        "relationships": related
            .into_iter()
            .map(|(id, how)| json!({"objectId": id, "qualifier": how}))
            .collect::<Vec<_>>(),
    })
}

/// What an event says of a new dossier or item for ever.
fn describe(one: &Mined, objects: &mut Objects) {
    let field = |name: &str| one.body.get(name).and_then(Value::as_str);
    match one.event.event_type.as_str() {
        "DossierDrafted" => {
            if let (Some(dossier), Some(unit)) = (field("dossier"), field("unit")) {
                let id = objects.of("dossier", dossier);
                objects.say(&id, "unit", unit);
            }
        }
        "ItemAdded" => {
            if let (Some(item), Some(lane)) = (field("item"), field("lane")) {
                let id = objects.of("item", item);
                objects.say(&id, "lane", lane);
            }
        }
        _ => {}
    }
}

fn pairs(told: Vec<(&'static str, String)>) -> Vec<Value> {
    let pair = |(name, value)| json!({"name": name, "value": value});
    told.into_iter().map(pair).collect()
}

fn object_types(objects: &Objects) -> Vec<Value> {
    let mut types: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for (kind, fields) in objects.known.values() {
        types.entry(kind).or_default().extend(fields.keys());
    }
    declared(types)
}

fn event_types(mined: &[Mined], told: Told) -> Vec<Value> {
    let mut types: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for one in mined {
        let names = told.attributes(one).into_iter().map(|(name, _)| name);
        types
            .entry(&one.event.event_type)
            .or_default()
            .extend(names);
    }
    declared(types)
}

fn declared(types: BTreeMap<&str, BTreeSet<&str>>) -> Vec<Value> {
    let attribute = |name: &str| {
        let kind = match name {
            "effectiveAt" | "recordedAt" => "time",
            "position" => "integer",
            _ => "string",
        };
        json!({"name": name, "type": kind})
    };
    types
        .into_iter()
        .map(|(name, fields)| {
            let fields: Vec<Value> = fields.into_iter().map(attribute).collect();
            json!({"name": name, "attributes": fields})
        })
        .collect()
}

fn objects_of(objects: &Objects) -> Vec<Value> {
    let related = |id: &str| -> Vec<Value> {
        let own = objects.related.iter().filter(|(from, _, _)| from == id);
        own.map(|(_, to, how)| json!({"objectId": to, "qualifier": how}))
            .collect()
    };
    objects
        .known
        .iter()
        .map(|(id, (kind, fields))| {
            let attributes: Vec<Value> = fields
                .iter()
                .map(|(name, value)| json!({"name": name, "value": value, "time": ALWAYS}))
                .collect();
            json!({
                "id": id, "type": kind, "attributes": attributes, "relationships": related(id),
            })
        })
        .collect()
}
