//! The sample year through the real binary: the totals and tables of the data's README, the same
//! outcome from `hoso evaluate`, and a dossier's path with actor, capacity, reason and rule book.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test's helpers: a broken setup must stop the test"
)]

use std::collections::BTreeMap;
use std::sync::Arc;

use e2e::contract::{CATEGORIES, describes, message, pool};
use e2e::root;
use e2e::server::{hoso, hoso_json};
use hoso_ledger::Ledger;
use hoso_ledger::sqlite::{SqliteLedger, SqliteOptions};
use hoso_runtime::Clock;
use serde_json::{Value, json};

/// Outcome and place of every item of a README's tables: `| place | item | … | OUTCOME | …`.
fn readme() -> BTreeMap<String, (String, Option<u64>)> {
    let text = std::fs::read_to_string(root().join("examples/soc-trang-2024/README.md")).unwrap();
    let mut expected = BTreeMap::new();
    for line in text.lines().filter(|line| line.starts_with("| ")) {
        let cells: Vec<_> = line.trim_matches('|').split('|').map(str::trim).collect();
        let Some(item) = cells.get(1).filter(|cell| cell.starts_with("hs")) else {
            continue;
        };
        let outcome = cells.iter().find(|cell| {
            let words = [
                "SELECTED",
                "NOT_SELECTED",
                "INELIGIBLE",
                "PENDING",
                "SUSPENDED",
                "ABSORBED",
                "TIE_UNRESOLVED",
            ];
            words.contains(*cell)
        });
        if let Some(outcome) = outcome {
            expected.insert(
                (*item).to_owned(),
                ((*outcome).to_owned(), cells[0].parse().ok()),
            );
        }
    }
    expected
}

fn outcomes(line: &Value, id: &str) -> BTreeMap<String, (String, Option<u64>)> {
    line["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|item| {
            let outcome = item["outcome"].as_str().unwrap().to_owned();
            (
                item[id].as_str().unwrap().to_owned(),
                (outcome, item["place"].as_u64()),
            )
        })
        .collect()
}

#[test]
fn evaluate_agrees_with_the_readme_of_the_sample_year() {
    let line = hoso_json(&[
        "evaluate",
        "--json",
        "examples/soc-trang-2024/round-2024.json",
    ]);
    let expected = readme();
    assert_eq!(expected.len(), 48, "the tables name 48 items");
    assert_eq!(outcomes(&line, "id"), expected);
}

#[tokio::test]
async fn the_demo_gives_the_totals_of_the_readme_and_leaves_a_readable_record() {
    let data = tempfile::tempdir().unwrap();
    let store = data.path().join("store");
    let store = store.to_str().unwrap();
    let demo = hoso_json(&["demo", "--json", "--data", store]);
    assert_eq!(demo["differences"], json!([]));
    assert_eq!(demo["dossiers"], 27);
    assert_eq!(demo["items"], 60);
    // 9 collectives and 9 individuals stand before the ruling on the tie; it adds the tenth.
    assert_eq!(demo["beforeTieRuling"]["selected"], 18);
    assert_eq!(demo["beforeTieRuling"]["byOutcome"]["TIE_UNRESOLVED"], 3);
    assert_eq!(demo["selected"], 19);
    let by_outcome = json!({
        "SELECTED": 19, "NOT_SELECTED": 10, "INELIGIBLE": 9, "PENDING": 5, "SUSPENDED": 2,
        "ABSORBED": 3, "LATE": 5, "LAPSED": 6, "WITHDRAWN": 1,
    });
    assert_eq!(demo["byOutcome"], by_outcome);

    let verify = hoso_json(&["ledger", "verify", "--json", "--data", store]);
    assert_eq!(verify["differences"], json!([]));
    assert_eq!(verify["events"], demo["events"]);
    the_record_is_found_again(store);
    every_event_is_as_published(store).await;
    history_shows_the_path(store);
    a_diff_names_the_event_behind_each_field(store);
    what_was_late_or_out_of_order_is_found_and_nothing_else(store);
    an_export_is_the_same_twice_and_names_no_person(store);
    state_can_be_seen_as_of_a_day(store);
}

/// Every verdict and ranking is made again from the facts it names; with other rules, a simulation.
fn the_record_is_found_again(store: &str) {
    let replay = hoso_json(&["replay", "--json", "--data", store]);
    assert_eq!(replay["differences"], json!([]));
    // 48 items reached verification; ranked with the tie, after its ruling and after the hold.
    assert_eq!(replay["verdicts"], 48, "{replay}");
    assert_eq!(replay["rankings"], 3, "{replay}");
    assert_eq!(replay.get("simulation"), None);
    let other = tempfile::tempdir().unwrap();
    let rules = other.path().join("rules.json");
    let book = root().join("crates/domain/rulebooks/soc-trang-52-2022.json");
    let text = std::fs::read_to_string(book).unwrap();
    let fewer = text.replacen("{\"annual\": 10,", "{\"annual\": 1,", 1);
    assert_ne!(fewer, text);
    std::fs::write(&rules, fewer).unwrap();
    let rules = rules.to_str().unwrap();
    let events = replay["events"].clone();
    let simulated = hoso_json(&["replay", "--json", "--rules", rules, "--data", store]);
    let round = &simulated["rounds"][0];
    assert_eq!(simulated["simulation"], true);
    // Ten individuals were selected for ten slots; one slot leaves one.
    assert_eq!(
        round["winners"]["lost"].as_array().unwrap().len(),
        9,
        "{round}"
    );
    assert_eq!(round["rules"][0]["path"], "$.lanes[9].quotas.annual");
    let after = hoso_json(&["replay", "--json", "--data", store]);
    assert_eq!(after["events"], events, "a simulation is never written");
    awards_that_rest_on_a_fact_are_listed(store);
}

fn awards_that_rest_on_a_fact_are_listed(store: &str) {
    let affected = |fact| hoso_json(&["affected", fact, "--json", "--data", store]);
    let rests = affected("SCORE/so-tu-phap/2024");
    assert_eq!(rests["fact"], "SCORE/so-tu-phap/2024");
    let decision = &rests["decisions"][0];
    assert_eq!(decision["decision"], "1987/QĐ-UBND");
    assert_eq!(decision["then"], decision["now"], "nothing was corrected");
    let award = &decision["awards"][0];
    assert_eq!(award["item"], "hs04-2");
    assert_eq!(award["rules"], json!(["R25", "R26"]));
    assert_eq!(award["then"], award["now"]);
    // Its department item was absorbed: no award rests on this one.
    assert_eq!(affected("SCORE/so-noi-vu/2024")["decisions"], json!([]));
    let (code, _, err) = hoso(&["affected", "SCORE/so-noi-vu", "--data", store]);
    assert_eq!(code, 2, "{err}");
}

/// Every event of the whole year, read as another program would: by the published descriptors.
async fn every_event_is_as_published(store: &str) {
    let clock = Clock::system();
    let mut options = SqliteOptions::new(Arc::new(move || clock.now()));
    options.read_only = true;
    let ledger = SqliteLedger::open(store, options).await.unwrap();
    let pool = pool();
    let messages: BTreeMap<_, _> = CATEGORIES.iter().copied().collect();
    let mut read = 0;
    loop {
        let page = ledger.read_all(read, 500).await.unwrap();
        if page.is_empty() {
            break;
        }
        for event in page {
            read = event.position;
            let message = message(&pool, messages[event.stream.category()]);
            describes(&message, &event.data)
                .unwrap_or_else(|error| panic!("{} {}: {error}", event.position, event.event_type));
        }
    }
    assert!(read > 1_000);
}

fn history_shows_the_path(store: &str) {
    let history = hoso_json(&["history", "HS-2024-08", "--json", "--data", store]);
    let events = history["events"].as_array().unwrap();
    let types: Vec<_> = events.iter().map(|e| e["type"].as_str().unwrap()).collect();
    for expected in [
        "DossierDrafted",
        "ItemAdded",
        "ReportConfirmed",
        "MinutesRecorded",
        "ProposalSigned",
        "DossierSubmitted",
        "CaseOpened",
        "DossierReceived",
        "CompletenessChecked",
        "DossierAccepted",
        "DossierForwarded",
        "ItemEntered",
        "FindingRecorded",
        "EligibilityEvaluated",
        "RankingComputed",
        "MeetingRecorded",
        "ShortlistAdopted",
        "ItemSuspended",
        "DecisionSigned",
        "DecisionPublished",
    ] {
        assert!(
            types.contains(&expected),
            "{expected} is not on the path: {types:?}"
        );
    }
    let mut last = 0;
    for event in events {
        let position = event["position"].as_u64().unwrap();
        assert!(position > last, "in position order");
        last = position;
        for field in ["official", "role", "agency"] {
            assert!(
                event["actor"][field].is_string(),
                "who, in which capacity: {event}"
            );
        }
        assert!(event["time"].is_string() && event["service"].is_string());
    }
    let ranked = events.iter().filter(|e| e["type"] == "RankingComputed");
    for event in ranked {
        let digest = event["ruleBook"].as_str().unwrap();
        assert!(
            digest.starts_with("sha256:"),
            "under which rule book: {event}"
        );
    }
}

fn state_can_be_seen_as_of_a_day(store: &str) {
    let now = hoso_json(&["state", "HS-2024-26", "--json", "--data", store]);
    assert!(now.to_string().contains("WITHDRAWN"), "{now}");
    let (code, _, err) = hoso(&["state", "HS-1999-01", "--json", "--data", store]);
    assert_eq!(code, 2, "{err}");
    assert!(err.contains("HS-1999-01"), "{err}");
    // By when acts took effect: the day before its unit withdrew it, 2 July 2025.
    let then = [
        "--effective",
        "2025-07-01T00:00:00Z",
        "--json",
        "--data",
        store,
    ];
    let then = hoso_json(&[&["state", "HS-2024-26"], &then[..]].concat());
    assert!(!then.to_string().contains("WITHDRAWN"), "{then}");
}

fn a_diff_names_the_event_behind_each_field(store: &str) {
    let [before, after] = [
        "effective:2025-07-01T00:00:00Z",
        "effective:2025-07-03T00:00:00Z",
    ];
    let told = hoso_json(&[
        "diff",
        "HS-2024-26",
        before,
        after,
        "--json",
        "--data",
        store,
    ]);
    let changes = told["changes"].as_array().unwrap();
    let paths = [
        "/drafted/stage",
        "/opened/stage",
        "/opened/items/hs26-1/standing",
    ];
    for (path, kind) in paths
        .iter()
        .zip(["DossierWithdrawn", "CaseWithdrawn", "ItemWithdrawn"])
    {
        let change = changes
            .iter()
            .find(|c| c["path"].as_str().unwrap().starts_with(path));
        let change = change.unwrap_or_else(|| panic!("{path} is not in {told}"));
        assert_eq!(change["by"][0]["type"], kind, "{change}");
    }
    let round = [
        "diff",
        "annual-2024",
        "0",
        "head",
        "--round",
        "--json",
        "--data",
        store,
    ];
    let round = hoso_json(&round);
    let streams: std::collections::BTreeSet<&str> = round["changes"]
        .as_array()
        .unwrap()
        .iter()
        .map(|change| change["stream"].as_str().unwrap())
        .collect();
    for stream in ["round-annual-2024", "dossier-HS-2024-01", "case-HS-2024-27"] {
        assert!(streams.contains(stream), "{stream}");
    }
}

/// The sample year's late dossiers, lapsed supplements and the minutes dated after their proposal.
fn what_was_late_or_out_of_order_is_found_and_nothing_else(store: &str) {
    let (code, out, err) = hoso(&["conformance", "--json", "--data", store]);
    assert_eq!(code, 1, "{err}");
    let told: Value = serde_json::from_str(&out).unwrap();
    let dossiers = told["dossiers"].as_array().unwrap();
    assert_eq!(dossiers.len(), 27);
    let mut found: Vec<String> = Vec::new();
    for one in dossiers.iter().chain(told["rounds"].as_array().unwrap()) {
        assert_eq!(one["complete"], true, "{one}");
        assert_eq!(one["fitness"], 1.0, "{one}");
        for deviation in one["deviations"].as_array().unwrap() {
            let [id, kind, step] = [&one["id"], &deviation["kind"], &deviation["step"]];
            let text = |value: &Value| value.as_str().unwrap().to_owned();
            found.push(format!("{} {} {}", text(id), text(kind), text(step)));
        }
    }
    found.dedup();
    assert_eq!(
        found,
        [
            "HS-2024-06 LATE DossierReceived",
            "HS-2024-13 LATE DossierReceived",
            "HS-2024-16 LATE DossierLapsed",
            "HS-2024-19 LATE DossierLapsed",
            "HS-2024-25 WRONG_ORDER ProposalSigned",
            "HS-2024-25 LATE DossierLapsed",
            "HS-2024-27 LATE DossierReceived",
        ]
    );
    let one = hoso_json(&[
        "conformance",
        "--dossier",
        "HS-2024-08",
        "--json",
        "--data",
        store,
    ]);
    assert_eq!(one["dossiers"].as_array().unwrap().len(), 1);
    let (code, _, err) = hoso(&["conformance", "--round", "annual-1999", "--data", store]);
    assert_eq!(code, 2, "{err}");
}

fn an_export_is_the_same_twice_and_names_no_person(store: &str) {
    let scratch = tempfile::tempdir().unwrap();
    for format in ["ocel", "xes", "prov"] {
        let write = |name: &str, more: &[&str]| {
            let file = scratch.path().join(name);
            let path = file.to_str().unwrap();
            let whole = [&["export", format, "-o", path, "--data", store], more].concat();
            let (code, _, err) = hoso(&whole);
            assert_eq!(code, 0, "{err}");
            std::fs::read_to_string(&file).unwrap()
        };
        let first = write("first", &[]);
        assert_eq!(first, write("second", &[]), "{format}");
        // An official's own name, an individual, and words somebody wrote.
        for private in ["so-y-te.head", "ca-nhan-", "Kết luận thẩm định theo"] {
            assert!(!first.contains(private), "{format} tells {private}");
        }
        assert!(
            write("whole", &["--with-persons"]).contains("so-y-te.head"),
            "{format}"
        );
    }
    let (code, _, err) = hoso(&[
        "export",
        "ocel",
        "-o",
        "/no/such/folder/log",
        "--data",
        store,
    ]);
    assert_eq!(code, 3, "{err}");
    assert!(err.contains("/no/such/folder/log"), "{err}");
}
