//! The OpenAPI description made whole: what every request and answer has in common is written
//! once, here, and not at each endpoint.
#![expect(
    clippy::indexing_slicing,
    reason = "indexing a JSON object adds what is absent; everything indexed here is one"
)]

use axum::http::StatusCode;
use serde_json::{Map, Value, json};
use utoipa::openapi::OpenApi;
use utoipa::{PartialSchema, ToSchema};

use crate::http::problem::ProblemBody;

const SCHEMAS: &str = "#/components/schemas/";

/// The description with headers, problems, the bearer token, and the fields that every command's
/// body may carry.
pub(crate) fn describe(openapi: &OpenApi) -> Value {
    // A description made of texts always encodes; null would be the fallback.
    let mut whole = serde_json::to_value(openapi).unwrap_or_default();
    whole["info"] = json!({
        "title": "Hoso",
        "version": env!("CARGO_PKG_VERSION"),
        "description": "Commendation dossiers (hồ sơ khen thưởng): proposal, verification, \
                        ranking, decision.",
        "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
    });
    let schemas = &mut whole["components"]["schemas"];
    let plain = schemas.clone();
    for schema in schemas
        .as_object_mut()
        .into_iter()
        .flat_map(Map::values_mut)
    {
        inline_parts(schema, &plain);
    }
    let mut bodies = Vec::new();
    let paths = whole["paths"].as_object_mut().into_iter().flatten();
    for (path, item) in paths {
        for (method, operation) in item.as_object_mut().into_iter().flatten() {
            if !operation.is_object() {
                continue;
            }
            document_answers(operation);
            if path.starts_with("/api/") {
                complete(operation, method == "post");
                bodies.extend(json_body(operation));
            }
        }
    }
    let schemas = &mut whole["components"]["schemas"];
    for (name, schema) in problem_schemas() {
        schemas[name] = schema;
    }
    for body in bodies {
        let fields = schemas
            .get_mut(&body)
            .and_then(|schema| schema.get_mut("properties"));
        if let Some(fields) = fields.and_then(Value::as_object_mut) {
            add_common_fields(fields);
        }
    }
    whole["components"]["securitySchemes"]["token"] = json!({
        "type": "http", "scheme": "bearer", "description": "`hoso_` and 64 hex digits",
    });
    whole
}

/// A schema made of others takes their fields, not their names: a part that is also a command's
/// body refuses every further field and gets those that all commands share, which what is answered
/// has not.
fn inline_parts(schema: &mut Value, plain: &Value) {
    let parts = schema.get_mut("allOf").and_then(Value::as_array_mut);
    for part in parts.into_iter().flatten() {
        let name = part["$ref"].as_str().and_then(|r| r.strip_prefix(SCHEMAS));
        if let Some(whole) = name.and_then(|name| plain.get(name)) {
            *part = whole.clone();
            part["additionalProperties"] = Value::Bool(true);
        }
    }
    // A page's entries are such a schema inside the page's own.
    match schema {
        Value::Object(inner) => inner.values_mut().for_each(|one| inline_parts(one, plain)),
        Value::Array(inner) => inner.iter_mut().for_each(|one| inline_parts(one, plain)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

/// Every answer has the description that OpenAPI asks for, and a problem may always come instead.
fn document_answers(operation: &mut Value) {
    operation["responses"]["default"] = json!({
        "description": "A problem; its code has a page under /docs/errors/",
        "content": {"application/problem+json": {"schema": {"$ref": format!("{SCHEMAS}Problem")}}},
    });
    let answers = operation["responses"].as_object_mut().into_iter().flatten();
    for (status, answer) in answers {
        let known = answer["description"]
            .as_str()
            .is_some_and(|d| !d.is_empty());
        if !known && let Some(answer) = answer.as_object_mut() {
            let reason = status
                .parse()
                .ok()
                .and_then(|code| StatusCode::from_u16(code).ok());
            let reason = reason.and_then(|status| status.canonical_reason());
            answer.insert(
                "description".to_owned(),
                json!(reason.unwrap_or("An answer")),
            );
        }
    }
}

/// Headers and token of one operation.
fn complete(operation: &mut Value, command: bool) {
    operation["security"] = json!([{"token": []}]);
    let mut headers = vec![header(
        "Hoso-On-Behalf-Of",
        false,
        "The official on whose behalf, by delegation (ủy quyền)",
    )];
    if command {
        headers.push(header(
            "Idempotency-Key",
            true,
            "1 to 255 visible ASCII characters; the same when the same request is sent again",
        ));
        headers.push(header(
            "If-Match",
            false,
            "The ETag last seen of the resource changed, or `*`; required on changes",
        ));
    }
    match operation["parameters"].as_array_mut() {
        // Some services describe a header themselves, closer to what it means there.
        Some(known) => {
            headers.retain(|one| known.iter().all(|k| k["name"] != one["name"]));
            known.extend(headers);
        }
        None => operation["parameters"] = Value::Array(headers),
    }
}

fn header(name: &str, required: bool, description: &str) -> Value {
    json!({
        "name": name, "in": "header", "required": required, "description": description,
        "schema": {"type": "string"},
    })
}

/// The name of the schema of an operation's JSON body.
fn json_body(operation: &Value) -> Option<String> {
    operation
        .pointer("/requestBody/content/application~1json/schema/$ref")?
        .as_str()?
        .strip_prefix(SCHEMAS)
        .map(str::to_owned)
}

fn add_common_fields(fields: &mut Map<String, Value>) {
    let common = [
        (
            "reason",
            json!({"type": "string", "maxLength": 2000,
                "description": "Why, in the actor's words"}),
        ),
        (
            "effectiveAt",
            json!({"type": "string", "format": "date-time",
                "description": "When the act takes effect; now, unless said; not in the future"}),
        ),
    ];
    for (name, schema) in common {
        fields.entry(name).or_insert(schema);
    }
}

fn problem_schemas() -> Vec<(String, Value)> {
    let mut schemas = vec![(ProblemBody::name().into_owned(), ProblemBody::schema())];
    ProblemBody::schemas(&mut schemas);
    schemas
        .into_iter()
        .filter_map(|(name, schema)| Some((name, serde_json::to_value(schema).ok()?)))
        .collect()
}
