//! What is checked against the registry and the rounds.

use super::*;

fn individual(item: &str, subject: &str, basis: &str) -> Value {
    json!({"item": item, "lane": "CERT_INDIVIDUAL", "subject": subject, "basis": basis})
}

#[tokio::test]
async fn a_lane_must_fit_the_subject_and_the_round() {
    let province = Province::new().await;
    let p = &province;
    p.draft("HS-1").await;
    let mine = |lane: &str| json!({"item": "x-1", "lane": lane, "subject": "huyen-my-tu"});
    for (body, code, rule) in [
        (mine("FLAG_DISTRICT"), "flag-in-annual-round", "R1"),
        (mine("CERT_DEPARTMENT"), "lane-does-not-fit", "R3"),
        (mine("CERT_ADVISING"), "lane-does-not-fit", "R3"),
        (
            individual("x-1", "ca-nhan-20", "INSIDER"),
            "basis-does-not-fit",
            "R3",
        ),
    ] {
        let answer = p.problem(&p.staff, "dossiers/HS-1/items", body).await;
        assert_eq!((answer.status, answer.code()), (422, code));
        let violation = &answer.json["violations"][0];
        assert_eq!(violation["rule"], rule);
        assert_eq!(violation["item"], "x-1");
        assert!(!violation["citation"].as_str().unwrap().is_empty());
    }
    let unknown = individual("x-1", "ca-nhan-99", "INSIDER");
    let answer = p.problem(&p.staff, "dossiers/HS-1/items", unknown).await;
    assert_eq!((answer.status, answer.code()), (422, "subject-unknown"));
}

#[tokio::test]
async fn an_item_id_is_taken_once_over_all_dossiers_until_it_is_given_back() {
    let province = Province::new().await;
    let p = &province;
    p.draft("HS-1").await;
    p.draft("HS-2").await;
    let body = individual("x-1", "ca-nhan-19", "INSIDER");
    p.done(&p.staff, "dossiers/HS-1/items", body.clone()).await;
    let taken = p
        .problem(&p.staff, "dossiers/HS-2/items", body.clone())
        .await;
    assert_eq!((taken.status, taken.code()), (409, "item-id-taken"));
    p.done(&p.staff, "dossiers/HS-1/items/x-1/remove", json!({}))
        .await;
    p.done(&p.staff, "dossiers/HS-2/items", body).await;
}

#[tokio::test]
async fn the_recorded_successor_submits_for_a_merged_unit() {
    let province = Province::new().await;
    let p = &province;
    let officer = p
        .app
        .appoint("successor", Role::UnitStaff, "so-noi-vu")
        .await;
    let body = |submitted_by: &str, on_behalf: bool| {
        json!({"dossier": "HS-5", "round": "annual-2024", "unit": "so-cu",
            "submittedBy": submitted_by, "onBehalfOfPredecessor": on_behalf})
    };
    let silent = p
        .problem(&officer, "dossiers", body("so-noi-vu", false))
        .await;
    assert_eq!(silent.code(), "predecessor-unclear");
    let foreign = p
        .problem(&p.staff, "dossiers", body("huyen-my-tu", true))
        .await;
    assert_eq!(foreign.code(), "not-successor");
    p.done(&officer, "dossiers", body("so-noi-vu", true)).await;
    for lane in ["CERT_ADVISING", "CERT_DEPARTMENT"] {
        let item = json!({"item": format!("hs5-{lane}"), "lane": lane, "subject": "so-cu"});
        p.done(&officer, "dossiers/HS-5/items", item).await;
    }
    let list = p.get(&officer, "dossiers").await.json;
    assert_eq!(list["items"][0]["unit"], "so-cu");
}

#[tokio::test]
async fn a_dossier_is_for_a_round_that_is_open() {
    let province = Province::new().await;
    let p = &province;
    let body = |round: &str| json!({"dossier": "HS-7", "round": round, "unit": "huyen-my-tu"});
    let unknown = p.problem(&p.staff, "dossiers", body("annual-2023")).await;
    assert_eq!((unknown.status, unknown.code()), (422, "round-unknown"));
    p.prepare("HS-1", "hs1").await;
    p.round_event("annual-2024", json!({"roundClosed": {"on": "2025-06-16"}}))
        .await;
    let closed = p.problem(&p.staff, "dossiers", body("annual-2024")).await;
    assert_eq!((closed.status, closed.code()), (403, "not-permitted"));
    let closed = p
        .problem(&p.head, "dossiers/HS-1/submit", handing_in())
        .await;
    assert_eq!(closed.status, 403);
}

#[tokio::test]
async fn a_phase_has_flags() {
    let province = Province::new().await;
    let p = &province;
    p.open_round("interim-2025", "INTERIM", 2025).await;
    let body = json!({"dossier": "HS-1", "round": "interim-2025", "unit": "huyen-my-tu"});
    p.done(&p.staff, "dossiers", body).await;
    let flag = json!({"item": "x-1", "lane": "FLAG_DISTRICT", "subject": "huyen-my-tu"});
    let answer = p.done(&p.staff, "dossiers/HS-1/items", flag).await;
    assert_eq!(answer.json["kind"], "INTERIM");
}
