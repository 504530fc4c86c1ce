//! Units, persons, holds and initiatives.

use super::*;

#[tokio::test]
async fn a_unit_is_registered_renamed_merged_and_shown_with_its_history() {
    let p = Province::new().await;
    p.unit("so-tai-chinh", "Sở Tài chính").await;
    let created = p
        .done(&p.home_affairs, "units", unit("so-khdt", " Sở  Kế hoạch "))
        .await;
    assert_eq!(
        (created.status, created.etag.as_deref()),
        (201, Some("\"v1\""))
    );
    assert_eq!(created.header("location"), "/api/v1/units/so-khdt");
    assert_eq!(created.json["name"], "Sở Kế hoạch");
    let mut renamed = unit("so-khdt", "Sở Kế hoạch và Đầu tư");
    renamed["validFrom"] = json!("2023-01-01");
    p.done(&p.home_affairs, "units/so-khdt/change", renamed)
        .await;
    let end = json!({
        "validTo": "2025-02-28", "successor": "so-tai-chinh", "decision": "01/NQ-HĐND",
        "reason": "sắp xếp tổ chức bộ máy"
    });
    p.done(&p.home_affairs, "units/so-khdt/merge", end).await;
    let shown = p.get(&p.auditor, "units/so-khdt").await;
    assert_eq!(shown.json["name"], "Sở Kế hoạch và Đầu tư");
    assert_eq!(shown.json["end"]["successor"], "so-tai-chinh");
    assert_eq!(shown.json["history"].as_array().map(Vec::len), Some(2));
    let merged = p.get(&p.auditor, "units?status=MERGED").await;
    assert_eq!(merged.json["items"].as_array().map(Vec::len), Some(1));
}

#[tokio::test]
async fn a_subject_is_shown_as_it_was_at_a_position_and_at_a_time() {
    let p = Province::new().await;
    p.done(&p.home_affairs, "units", unit("so-khdt", "Sở Kế hoạch"))
        .await;
    let then = p.app.runtime.ledger.head().await.unwrap();
    let time = p.app.runtime.clock.now();
    let mut renamed = unit("so-khdt", "Sở Kế hoạch và Đầu tư");
    renamed["validFrom"] = json!("2023-01-01");
    p.app.set_time(time + chrono::TimeDelta::hours(1));
    p.done(&p.home_affairs, "units/so-khdt/change", renamed)
        .await;
    let now = p.get(&p.auditor, "units/so-khdt").await;
    assert_eq!(now.json["name"], "Sở Kế hoạch và Đầu tư");
    let time = time.to_rfc3339_opts(chrono::SecondsFormat::Micros, true);
    for moment in [then.to_string(), time] {
        let shown = p
            .get(&p.auditor, &format!("units/so-khdt?asOf={moment}"))
            .await;
        assert_eq!(shown.json["name"], "Sở Kế hoạch", "{moment}");
        // What was is nothing to be changed.
        assert_eq!(shown.etag, None, "{moment}");
    }
    let before = p
        .get(&p.auditor, &format!("units/so-khdt?asOf={}", then - 1))
        .await;
    assert_eq!(before.status, 404);
    let wrong = p.get(&p.auditor, "units/so-khdt?asOf=yesterday").await;
    assert_eq!((wrong.status, wrong.code()), (400, "query-invalid"));
}

#[tokio::test]
async fn a_merger_names_a_known_successor_and_the_version_it_has_seen() {
    let p = Province::new().await;
    p.unit("so-khdt", "Sở Kế hoạch").await;
    let end = json!({"validTo": "2025-02-28", "successor": "so-la", "decision": "01/NQ"});
    let unknown = p
        .post(&p.home_affairs, "units/so-khdt/merge", end.clone())
        .await;
    assert_eq!((unknown.status, unknown.code()), (422, "unit-unknown"));
    assert_eq!(unknown.json["errors"][0]["field"], "successor");
    let path = api("units/so-khdt/merge");
    let stale = p
        .app
        .post_match(&p.home_affairs, &path, &end, "\"v9\"")
        .await;
    assert_eq!(stale.status, 422, "what is asked is looked at first");
    let none = p.post(&p.home_affairs, "units/so-la/merge", end).await;
    assert_eq!(none.status, 404);
}

#[tokio::test]
async fn a_denied_attempt_is_recorded_and_leaves_no_unit() {
    let p = Province::new().await;
    let before = p.app.runtime.ledger.head().await.unwrap();
    let denied = p
        .post(&p.unit_staff, "units", unit("so-moi", "Sở Mới"))
        .await;
    assert_eq!((denied.status, denied.code()), (403, "not-permitted"));
    assert_eq!(denied.json["violations"][0]["rule"], "D");
    assert_eq!(p.app.runtime.ledger.head().await.unwrap(), before + 1);
    assert_eq!(p.get(&p.auditor, "units/so-moi").await.status, 404);
    let units = p.get(&p.auditor, "units").await;
    assert_eq!(units.json["items"], json!([]));
    p.unit("so-moi", "Sở Mới").await;
}

#[tokio::test]
async fn a_units_officer_reads_the_names_of_the_own_unit_only() {
    let p = Province::new().await;
    for (id, unit) in [("ca-nhan-01", "so-noi-vu"), ("ca-nhan-02", "so-y-te")] {
        let body = json!({"person": id, "name": "N. V. A (hư cấu)", "unit": unit, "insider": true});
        p.done(&p.home_affairs, "persons", body).await;
    }
    let own = p.get(&p.unit_staff, "persons").await;
    assert_eq!(own.json["items"].as_array().map(Vec::len), Some(1));
    assert_eq!(own.json["items"][0]["person"], "ca-nhan-02");
    for (path, status) in [("persons/ca-nhan-01", 404), ("persons/ca-nhan-02", 200)] {
        assert_eq!(p.get(&p.unit_staff, path).await.status, status, "{path}");
    }
    let others = p.get(&p.unit_staff, "persons?unit=so-noi-vu").await;
    assert_eq!(others.json["items"], json!([]));
    let all = p.get(&p.home_affairs, "persons").await;
    assert_eq!(all.json["items"].as_array().map(Vec::len), Some(2));
}

#[tokio::test]
async fn a_name_stands_nowhere_in_the_record_but_sealed() {
    let p = Province::new().await;
    let body = json!({"person": "ca-nhan-01", "name": "N. V. A (hư cấu)", "insider": false});
    p.done(&p.home_affairs, "persons", body).await;
    let mut moved = json!({"person": "ca-nhan-01", "name": "N. V. B (hư cấu)", "insider": false});
    moved["position"] = json!("Chuyên viên");
    p.done(&p.home_affairs, "persons/ca-nhan-01/change", moved)
        .await;
    let events = p.app.runtime.ledger.read_all(0, 1000).await.unwrap();
    for event in events {
        assert!(!event.data.contains("hư cấu"), "{}", event.data);
        assert!(!event.data.contains("Chuyên viên"), "{}", event.data);
        let sealed = event.data.contains("\"name\":\"sealed:v1:");
        assert_eq!(
            sealed,
            event.stream.category() == "person",
            "{}",
            event.data
        );
    }
    let shown = p.get(&p.auditor, "persons/ca-nhan-01").await;
    assert_eq!(shown.json["name"], "N. V. B (hư cấu)");
    assert_eq!(shown.json["position"], "Chuyên viên");
}

#[tokio::test]
async fn the_inspectorate_opens_confirms_and_lifts_a_hold_that_units_do_not_see() {
    let p = Province::new().await;
    let hold = json!({
        "hold": "h-1", "subject": "so-y-te", "openedOn": "2025-08-01",
        "ground": "UNDER_CONSIDERATION", "document": "77/TB"
    });
    p.done(&p.inspectorate, "holds", hold).await;
    let confirm = json!({"on": "2025-08-10", "document": "112/QĐ"});
    p.done(&p.inspectorate, "holds/h-1/confirm", confirm).await;
    let early = json!({"on": "2025-07-31", "document": "1/KL"});
    let early = p.post(&p.home_affairs, "holds/h-1/lift", early).await;
    assert_eq!((early.status, early.code()), (409, "hold-before-opening"));
    let lift = json!({"on": "2025-08-15", "document": "2/KL"});
    let lifted = p.done(&p.home_affairs, "holds/h-1/lift", lift).await;
    assert_eq!(lifted.json["lifted"]["on"], "2025-08-15");
    assert_eq!(p.get(&p.unit_staff, "holds/h-1").await.status, 403);
    assert_eq!(p.get(&p.unit_staff, "holds").await.status, 403);
    let seen = p.get(&p.auditor, "holds?status=LIFTED").await;
    assert_eq!(seen.json["items"][0]["hold"], "h-1");
}

#[tokio::test]
async fn a_councils_later_result_replaces_an_earlier_one() {
    let p = Province::new().await;
    let result = |date: &str, recognised: bool| {
        json!({
            "initiative": "SK-1", "title": "Sáng kiến", "author": "ca-nhan-01",
            "council": "Hội đồng Sáng kiến tỉnh", "document": "1/QĐ", "date": date,
            "batch": "Đợt 1/2025", "recognised": recognised
        })
    };
    p.done(&p.home_affairs, "initiatives", result("2025-04-22", false))
        .await;
    p.done(&p.home_affairs, "initiatives", result("2025-07-25", true))
        .await;
    let earlier = p
        .post(&p.home_affairs, "initiatives", result("2025-04-22", false))
        .await;
    assert_eq!(
        (earlier.status, earlier.code()),
        (409, "initiative-superseded")
    );
    let shown = p.get(&p.unit_staff, "initiatives/SK-1").await;
    assert_eq!(shown.json["recognised"], true);
    let recognised = p.get(&p.auditor, "initiatives?status=RECOGNISED").await;
    assert_eq!(recognised.json["items"].as_array().map(Vec::len), Some(1));
}
