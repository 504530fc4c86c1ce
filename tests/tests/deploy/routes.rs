//! Every address goes to the process that owns it: asked one by one, from what each service says
//! of itself in its OpenAPI description.

use std::collections::{BTreeMap, BTreeSet};

use e2e::server::hoso_json;
use reqwest::Method;
use serde_json::Value;

use crate::{House, PROCESSES};

/// What every service has, and who answers it at the door.
const SHARED: [(&str, &str); 10] = [
    ("/api/v1/events", "registry"),
    ("/api/v1/feed", "registry"),
    ("/api/v1/parked", "registry"),
    ("/api/v1/parked/{consumer}/{position}/retry", "{consumer}"),
    ("/api/v1/parked/{consumer}/{position}/skip", "{consumer}"),
    ("/docs/errors/{code}", "registry"),
    ("/livez", "the door"),
    ("/metrics", "nobody"),
    ("/readyz", "registry"),
    ("/version", "registry"),
];

/// Services with an API of their own, as `hoso openapi` knows them.
const SERVICES: [&str; 5] = ["registry", "submission", "verification", "ranking", "audit"];

/// Methods of a path.
type Operations = BTreeMap<String, Vec<String>>;

fn described(service: &str) -> Operations {
    let document = hoso_json(&["openapi", service]);
    let paths = document["paths"].as_object().unwrap();
    paths
        .iter()
        .map(|(path, item)| {
            let methods = item.as_object().unwrap().keys().cloned().collect();
            (path.clone(), methods)
        })
        .collect()
}

/// A path with its parameters filled in: an id with a slash, Vietnamese letters and a percent sign
/// must arrive as it was sent.
fn filled_in(path: &str) -> String {
    let mut target = String::new();
    for part in path.split('/').skip(1) {
        target.push('/');
        target.push_str(match part {
            "{consumer}" => "{consumer}",
            "{position}" => "7",
            parameter if parameter.starts_with('{') => "12%2FQ%C4%90-UBND%25",
            fixed => fixed,
        });
    }
    target
}

async fn expect(house: &House, client: &reqwest::Client, method: &str, target: &str, owner: &str) {
    let method: Method = method.to_uppercase().parse().unwrap();
    let asked = format!("{target}?after=1&wait=a%20b");
    let response = client.request(method.clone(), house.url(&asked));
    let response = response.send().await.unwrap();
    let status = response.status().as_u16();
    let answer: Value = response.json().await.unwrap();
    match owner {
        "the door" => assert_eq!((status, &answer["ok"]), (200, &Value::Bool(true))),
        "nobody" => assert_eq!((status, answer["code"].as_str()), (404, Some("not-found"))),
        service => {
            assert_eq!(answer["service"], service, "{method} {target}");
            assert_eq!(answer["target"], asked.as_str(), "{method} {target}");
            assert_eq!(answer["method"], method.as_str());
        }
    }
}

#[tokio::test]
async fn every_path_of_every_service_is_routed_to_its_owner() {
    let house = House::new().await;
    let client = reqwest::Client::new();
    let documents: Vec<_> = SERVICES.map(|name| (name, described(name))).into();
    let everywhere: BTreeSet<_> = documents[0].1.keys().cloned().collect();
    let shared: BTreeSet<_> = documents.iter().fold(everywhere, |shared, (_, document)| {
        shared
            .into_iter()
            .filter(|path| document.contains_key(path))
            .collect()
    });
    let known: BTreeSet<_> = SHARED.iter().map(|(path, _)| (*path).to_owned()).collect();
    assert_eq!(shared, known, "say who answers it at the door");
    let mut own = 0;
    for (service, document) in &documents {
        for (path, methods) in document.iter().filter(|(path, _)| !shared.contains(*path)) {
            for method in methods {
                own += 1;
                expect(&house, &client, method, &filled_in(path), service).await;
            }
        }
    }
    assert!(own > 90, "only {own} operations were found");
    for (path, owner) in SHARED {
        for method in &documents[0].1[path] {
            // The audit reacts to nothing, so nothing of it is ever parked.
            for consumer in &SERVICES[..4] {
                let target = filled_in(path).replace("{consumer}", consumer);
                let owner = owner.replace("{consumer}", consumer);
                expect(&house, &client, method, &target, &owner).await;
            }
        }
    }
}

#[tokio::test]
async fn what_a_process_knows_of_itself_is_asked_by_its_name() {
    let house = House::new().await;
    for process in PROCESSES {
        for own in [
            "livez",
            "readyz",
            "version",
            "openapi.json",
            "api/v1/feed",
            "api/v1/parked",
        ] {
            let url = house.url(&format!("/services/{process}/{own}?wait=idle"));
            let answer: Value = reqwest::get(url).await.unwrap().json().await.unwrap();
            assert_eq!(answer["service"], process);
            assert_eq!(answer["target"], format!("/{own}?wait=idle"));
        }
    }
    let before = house.asked();
    for closed in [
        "/services/registry/metrics",
        "/services/registry/api/v1/units",
        "/services/stranger/readyz",
        "/services/registry",
        "/services/",
    ] {
        let response = reqwest::get(house.url(closed)).await.unwrap();
        assert_eq!(response.status(), 404, "{closed}");
    }
    assert_eq!(house.asked(), before);
}

#[tokio::test]
async fn everything_else_is_the_registrys() {
    let house = House::new().await;
    for target in [
        "/",
        "/docs/",
        "/docs/swagger-ui.css",
        "/openapi.json",
        "/api/v1/dossiersx",
        "/api/v1/nothing",
        "/api/v2/dossiers",
    ] {
        let response = reqwest::get(house.url(target)).await.unwrap();
        let answer: Value = response.json().await.unwrap();
        assert_eq!(answer["service"], "registry", "{target}");
        assert_eq!(answer["target"], target);
    }
}
