//! Documents of one person's items go with the person, and no others.

use hoso_domain::dossier::Dossier;
use hoso_ledger::execute::decode;
use hoso_runtime::View;

use super::*;
use crate::views::World;

const PERSON: &str = "ca-nhan-19";

fn pdf(text: &str) -> Vec<u8> {
    format!("%PDF-1.7\n{text}\n%%EOF\n").into_bytes()
}

fn digest(text: &str) -> String {
    hex::encode(Sha256::digest(pdf(text)))
}

async fn upload(p: &Province, text: &str) -> Value {
    let path = format!("/api/v1/documents?name={text}.pdf");
    let sent = p
        .app
        .post_bytes(&p.staff, &path, "application/pdf", pdf(text));
    let answer = sent.await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    answer.json
}

async fn attach(p: &Province, dossier: &str, item: Option<&str>, text: &str) {
    let document = upload(p, text).await;
    let body = json!({"kind": "EVIDENCE", "item": item, "document": document});
    let path = format!("dossiers/{dossier}/attachments");
    p.done(&p.staff, &path, body).await;
}

/// `HS-1`: `own` and `shared` of the person's item, `shared` and `all` of the whole dossier.
async fn prepared() -> Province {
    let p = Province::new().await;
    p.prepare("HS-1", "hs1").await;
    attach(&p, "HS-1", Some("hs1-2"), "own").await;
    attach(&p, "HS-1", Some("hs1-2"), "shared").await;
    attach(&p, "HS-1", None, "shared").await;
    p
}

async fn erase(p: &Province, documents: &str) {
    let event = json!({"personErased": {
        "person": PERSON, "basis": "Đơn", "requestedBy": "cb-01", "documents": documents,
    }});
    let event: person::Event = serde_json::from_value(event).unwrap();
    p.record("person", PERSON, &event, Listing::default()).await;
    p.app.wait_idle().await;
}

async fn close_round(p: &Province) {
    let closed = json!({"roundClosed": {"on": "2025-09-01", "lapsed": []}});
    p.round_event("annual-2024", closed).await;
    p.app.wait_idle().await;
}

async fn status(p: &Province, text: &str) -> (u16, String) {
    let answer = p
        .get(&p.auditor, &format!("documents/{}", digest(text)))
        .await;
    (answer.status, answer.code().to_owned())
}

async fn there(p: &Province, text: &str) -> bool {
    p.app.runtime.documents.has(&digest(text)).await.unwrap()
}

async fn fates(p: &Province, token: &str) -> Vec<(String, String)> {
    let answer = p.get(token, &format!("documents?person={PERSON}")).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    let items = answer.json["items"].as_array().unwrap().iter();
    let mut fates: Vec<_> = items
        .map(|d| {
            let text = |field: &str| d[field].as_str().unwrap().to_owned();
            (text("name"), text("fate"))
        })
        .collect();
    fates.sort();
    fates
}

fn pairs(pairs: [(&str, &str); 2]) -> Vec<(String, String)> {
    pairs
        .map(|(name, fate)| (name.to_owned(), fate.to_owned()))
        .into()
}

async fn records(p: &Province) -> Vec<Value> {
    let events = p.app.runtime.ledger.read_all(0, 1000).await.unwrap();
    let events = events.iter().filter(|e| e.event_type == "DocumentsErased");
    events
        .map(|event| {
            decode::<Dossier>(event).unwrap();
            serde_json::from_str(&event.data).unwrap()
        })
        .collect()
}

#[tokio::test]
async fn a_document_goes_with_the_person_when_all_are_to_go_and_the_record_says_so() {
    let p = prepared().await;
    assert_eq!(
        fates(&p, &p.home_affairs).await,
        pairs([("own.pdf", "OPEN"), ("shared.pdf", "SHARED")])
    );
    let before = p.app.runtime.ledger.read_all(0, 1000).await.unwrap();
    erase(&p, "ALL").await;
    assert!(!there(&p, "own").await && there(&p, "shared").await);
    assert_eq!(status(&p, "own").await, (410, "document-erased".to_owned()));
    assert_eq!(status(&p, "shared").await.0, 200);
    let of_another = p
        .get(&p.neighbour, &format!("documents/{}", digest("own")))
        .await;
    assert_eq!(of_another.status, 404);
    assert_eq!(
        fates(&p, &p.auditor).await,
        pairs([("own.pdf", "ERASED"), ("shared.pdf", "SHARED")])
    );
    let erased = json!({"documentsErased": {"person": PERSON, "digests": [digest("own")]}});
    assert_eq!(records(&p).await, [erased]);
    // What was recorded before stands as it stood, and the dossier goes on.
    let after = p.app.runtime.ledger.read_all(0, 1000).await.unwrap();
    assert_eq!(after.get(..before.len()), Some(before.as_slice()));
    p.done(&p.head, "dossiers/HS-1/submit", handing_in()).await;
    assert!(
        p.app
            .runtime
            .ledger
            .parked(crate::NAME)
            .await
            .unwrap()
            .is_empty()
    );
}

#[tokio::test]
async fn an_open_items_document_goes_when_the_round_closes_without_an_award() {
    let p = prepared().await;
    erase(&p, "WITHOUT_AWARD").await;
    assert!(there(&p, "own").await);
    assert_eq!(records(&p).await, Vec::<Value>::new());
    close_round(&p).await;
    assert!(!there(&p, "own").await);
    assert_eq!(records(&p).await.len(), 1);
    // A later erasure, or another closing, records nothing twice.
    erase(&p, "ALL").await;
    assert_eq!(records(&p).await.len(), 1);
}

#[tokio::test]
async fn what_an_award_rests_on_stays_until_all_are_to_go() {
    let p = prepared().await;
    let signed = json!({"decisionSigned": {
        "decision": "7/QĐ-UBND", "body": "CHAIRMAN", "date": "2025-08-01", "signedBy": "Chủ tịch",
        "rankingEdition": 1, "items": [{"item": "hs1-2", "dossier": "HS-1"}],
    }});
    p.round_event("annual-2024", signed).await;
    erase(&p, "WITHOUT_AWARD").await;
    close_round(&p).await;
    assert!(there(&p, "own").await);
    let shown = p
        .get(&p.auditor, &format!("documents?person={PERSON}"))
        .await;
    let items = shown.json["items"].as_array().unwrap();
    let own = items.iter().find(|d| d["name"] == "own.pdf").unwrap();
    assert_eq!(
        (&own["fate"], &own["decision"]),
        (&json!("AWARDED"), &json!("7/QĐ-UBND"))
    );
    erase(&p, "ALL").await;
    assert!(!there(&p, "own").await);
}

#[tokio::test]
async fn what_came_back_is_removed_at_the_next_start_unless_somebody_else_uses_it() {
    let p = prepared().await;
    erase(&p, "ALL").await;
    let world = View::<World>::new(std::sync::Arc::clone(&p.app.runtime.ledger));
    // As after a crash, or out of a copy of the directory: nobody gets it meanwhile.
    upload(&p, "own").await;
    assert!(there(&p, "own").await);
    assert_eq!(status(&p, "own").await.0, 410);
    assert_eq!(
        crate::erase::sweep(&p.app.runtime, &world).await.unwrap(),
        1
    );
    assert!(!there(&p, "own").await);
    let again = crate::erase::sweep(&p.app.runtime, &world).await;
    assert_eq!(again.unwrap(), 0);

    attach(&p, "HS-1", Some("hs1-1"), "own").await;
    let kept = crate::erase::sweep(&p.app.runtime, &world).await;
    assert_eq!(kept.unwrap(), 0);
    assert_eq!(status(&p, "own").await.0, 200);
    erase(&p, "ALL").await;
    assert_eq!(status(&p, "own").await.0, 200);
}

#[tokio::test]
async fn only_those_who_decide_on_it_see_whose_documents_are_where() {
    let p = prepared().await;
    let path = format!("documents?person={PERSON}");
    for token in [&p.staff, &p.head, &p.committee] {
        let denied = p.get(token, &path).await;
        assert_eq!((denied.status, denied.code()), (403, "not-permitted"));
    }
    let page = p.get(&p.home_affairs, &format!("{path}&limit=1")).await;
    let next = page.json["next"].as_str().unwrap();
    let rest = p
        .get(&p.home_affairs, &format!("{path}&limit=1&after={next}"))
        .await;
    assert_eq!(rest.json["items"].as_array().unwrap().len(), 1);
    assert_eq!(rest.json.get("next"), None);
}
