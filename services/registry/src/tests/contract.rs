//! The API's description, and a page about every problem.

use std::path::PathBuf;

use super::*;

#[test]
fn the_api_describes_every_endpoint() {
    let described = crate::http::router().to_openapi();
    let mut paths: Vec<_> = described.paths.paths.keys().cloned().collect();
    paths.sort();
    let whole: Vec<_> = [
        "delegations",
        "holds",
        "holds/{id}",
        "holds/{id}/confirm",
        "holds/{id}/lift",
        "imports/{kind}",
        "index-entries",
        "index-entries/{kind}/{year}",
        "initiatives",
        "initiatives/{id}",
        "officials",
        "officials/{id}",
        "officials/{id}/delegations/{delegation}/revoke",
        "officials/{id}/end",
        "officials/{id}/tokens/{digest}/revoke",
        "persons",
        "persons/{id}",
        "persons/{id}/change",
        "persons/{id}/erasure",
        "persons/{id}/erasure-drop",
        "persons/{id}/erasure-request",
        "publications",
        "rule-books",
        "rule-books/{id}/{version}",
        "tokens",
        "units",
        "units/{id}",
        "units/{id}/change",
        "units/{id}/merge",
    ]
    .iter()
    .map(|path| api(path))
    .collect();
    assert_eq!(paths, whole);
}

/// Where this service's codes are written, each between quotes.
const SOURCES: [&str; 10] = [
    include_str!("../error.rs"),
    include_str!("../import/run.rs"),
    include_str!("../../../../crates/domain/src/registry/unit.rs"),
    include_str!("../../../../crates/domain/src/registry/person.rs"),
    include_str!("../../../../crates/domain/src/registry/official.rs"),
    include_str!("../../../../crates/domain/src/registry/official/decide.rs"),
    include_str!("../../../../crates/domain/src/registry/index/decide.rs"),
    include_str!("../../../../crates/domain/src/registry/hold.rs"),
    include_str!("../../../../crates/domain/src/registry/initiative.rs"),
    include_str!("../../../../crates/domain/src/registry/rule_book.rs"),
];

#[test]
fn every_code_has_its_page() {
    let pages = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../docs/errors");
    let is_code = |text: &str| {
        text.contains('-') && text.bytes().all(|b| b.is_ascii_lowercase() || b == b'-')
    };
    let mut seen = 0;
    for code in SOURCES
        .iter()
        .flat_map(|source| source.split('"'))
        .filter(|text| is_code(text))
    {
        seen += 1;
        let page = std::fs::read_to_string(pages.join(format!("{code}.md")))
            .unwrap_or_else(|error| panic!("{code}: {error}"));
        assert!(page.contains(&format!("`{code}`")), "{code}");
    }
    assert!(seen > 40, "{seen} codes found");
}
