//! A person's texts can be read until two persons erased them, and never again.

use hoso_domain::ids::PersonId;

use super::*;

const NAME: &str = "N. V. A (hư cấu)";

fn person(id: &str) -> Value {
    json!({"person": id, "name": NAME, "position": "Chuyên viên", "insider": false})
}

async fn asked(p: &Province) {
    p.done(&p.home_affairs, "persons", person("ca-nhan-01"))
        .await;
    let basis = json!({"basis": "Đơn đề nghị số 7"});
    let asked = p
        .done(&p.home_affairs, "persons/ca-nhan-01/erasure-request", basis)
        .await;
    assert_eq!(asked.json["erasure"]["status"], "REQUESTED");
    assert_eq!(asked.json["erasure"]["requestedBy"], "so-nv");
    assert_eq!(asked.json["name"], NAME);
}

#[tokio::test]
async fn two_persons_erase_a_name_and_nothing_brings_it_back() {
    let p = Province::new().await;
    asked(&p).await;
    let erase = "persons/ca-nhan-01/erasure";
    let alone = p.post(&p.home_affairs, erase, json!({})).await;
    assert_eq!((alone.status, alone.code()), (409, "erasure-needs-two"));
    let denied = p.post(&p.unit_staff, erase, json!({})).await;
    assert_eq!((denied.status, denied.code()), (403, "not-permitted"));
    let before = p.app.runtime.ledger.read_all(0, 1000).await.unwrap();
    let erased = p.done(&p.administrator, erase, json!({})).await;
    assert_eq!(erased.json["erasure"]["status"], "ERASED");
    assert_eq!(erased.json["name"], Value::Null);
    assert_eq!(erased.json.get("position"), None);

    let id = PersonId::parse("ca-nhan-01").unwrap();
    assert!(p.app.runtime.person_keys.get(&id).unwrap().is_none());
    // What was recorded before stands as it stood.
    let after = p.app.runtime.ledger.read_all(0, 1000).await.unwrap();
    assert_eq!(after.get(..before.len()), Some(before.as_slice()));
    let shown = p.get(&p.auditor, "persons/ca-nhan-01").await;
    assert_eq!(shown.json["name"], Value::Null);
    let listed = p.get(&p.auditor, "persons").await;
    assert_eq!(listed.json["items"][0]["name"], Value::Null);

    let again = p.done(&p.administrator, erase, json!({})).await;
    assert_eq!(again.json["erasure"]["status"], "ERASED");
    for (path, body) in [
        ("persons", person("ca-nhan-01")),
        ("persons/ca-nhan-01/change", person("ca-nhan-01")),
        (
            "persons/ca-nhan-01/erasure-request",
            json!({"basis": "Đơn"}),
        ),
        ("persons/ca-nhan-01/erasure-drop", json!({})),
    ] {
        let refused = p.post(&p.home_affairs, path, body).await;
        assert_eq!(
            (refused.status, refused.code()),
            (409, "person-erased"),
            "{path}"
        );
    }
    assert!(p.app.runtime.person_keys.get(&id).unwrap().is_none());
}

#[tokio::test]
async fn a_request_is_dropped_and_the_name_stays() {
    let p = Province::new().await;
    asked(&p).await;
    let change = "persons/ca-nhan-01/change";
    let moved = json!({"person": "ca-nhan-01", "name": NAME, "insider": true, "unit": "so-y-te"});
    let held = p.post(&p.home_affairs, change, moved).await;
    assert_eq!(
        (held.status, held.code()),
        (409, "erasure-requested-already")
    );
    let dropped = p
        .done(
            &p.administrator,
            "persons/ca-nhan-01/erasure-drop",
            json!({}),
        )
        .await;
    assert_eq!(dropped.json.get("erasure"), None);
    assert_eq!(dropped.json["name"], NAME);
    let erase = p
        .post(&p.administrator, "persons/ca-nhan-01/erasure", json!({}))
        .await;
    assert_eq!((erase.status, erase.code()), (409, "erasure-not-requested"));
}

#[tokio::test]
async fn a_key_that_outlived_the_erasure_is_destroyed_at_the_next_start() {
    let p = Province::new().await;
    asked(&p).await;
    p.done(&p.administrator, "persons/ca-nhan-01/erasure", json!({}))
        .await;
    let id = PersonId::parse("ca-nhan-01").unwrap();
    let keys = &p.app.runtime.person_keys;
    // As after a crash between the record and the deed.
    keys.get_or_make(&id).unwrap();
    let destroyed = keys.destroy_erased(p.app.runtime.ledger.as_ref()).await;
    assert_eq!(destroyed.unwrap(), 1);
    assert!(keys.get(&id).unwrap().is_none());
}

#[tokio::test]
async fn a_lost_key_leaves_a_person_without_a_name_and_everything_else() {
    let p = Province::new().await;
    p.done(&p.home_affairs, "persons", person("ca-nhan-01"))
        .await;
    let id = PersonId::parse("ca-nhan-01").unwrap();
    p.app.runtime.person_keys.destroy(&id).unwrap();
    let shown = p.get(&p.auditor, "persons/ca-nhan-01").await;
    assert_eq!((shown.status, &shown.json["name"]), (200, &Value::Null));
    assert_eq!(shown.json.get("erasure"), None);
}

#[tokio::test]
async fn a_text_that_looks_sealed_is_refused_and_a_repeated_command_is_the_same() {
    let p = Province::new().await;
    let mut body = person("ca-nhan-01");
    body["name"] = json!("sealed:v1:00");
    let refused = p.post(&p.home_affairs, "persons", body).await;
    assert_eq!(refused.status, 422);
    assert_eq!(refused.json["errors"][0]["field"], "name");
    p.done(&p.home_affairs, "persons", person("ca-nhan-01"))
        .await;
    let head = p.app.runtime.ledger.head().await.unwrap();
    // The same entry under another key changes nothing: the same text is the same record.
    let again = p
        .done(&p.home_affairs, "persons", person("ca-nhan-01"))
        .await;
    assert_eq!(again.json["version"], 1);
    assert_eq!(p.app.runtime.ledger.head().await.unwrap(), head);
}

#[tokio::test]
async fn which_documents_go_is_asked_shown_and_widened_by_two_persons_and_never_narrowed() {
    let p = Province::new().await;
    asked(&p).await;
    let erase = "persons/ca-nhan-01/erasure";
    let erased = p.done(&p.administrator, erase, json!({})).await;
    assert_eq!(erased.json["erasure"]["documents"], "WITHOUT_AWARD");
    let ask = |documents: &str| json!({"basis": "Hết hạn lưu trữ", "documents": documents});
    let request = "persons/ca-nhan-01/erasure-request";
    for narrower in ["NONE", "WITHOUT_AWARD"] {
        let refused = p.post(&p.home_affairs, request, ask(narrower)).await;
        assert_eq!((refused.status, refused.code()), (409, "person-erased"));
    }
    let unknown = p.post(&p.home_affairs, request, ask("SOME")).await;
    assert_eq!(unknown.status, 422, "{}", unknown.text);
    let wider = p.done(&p.home_affairs, request, ask("ALL")).await;
    assert_eq!(wider.json["erasure"]["status"], "ERASED");
    assert_eq!(wider.json["erasure"]["wider"]["documents"], "ALL");
    let alone = p.post(&p.home_affairs, erase, json!({})).await;
    assert_eq!((alone.status, alone.code()), (409, "erasure-needs-two"));
    let agreed = p.done(&p.administrator, erase, json!({})).await;
    assert_eq!(agreed.json["erasure"]["documents"], "ALL");
    assert_eq!(agreed.json["erasure"].get("wider"), None);
}
