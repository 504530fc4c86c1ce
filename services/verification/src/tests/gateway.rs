//! Home Affairs' gateway: receipt, completeness, supplement, lapse, acceptance.

use hoso_runtime::testing::send;
use serde_json::json;

use super::world::*;
use crate::daily;

#[tokio::test]
async fn a_complete_dossier_goes_from_receipt_to_the_standing_office() {
    let world = World::start().await;
    let case = world.forwarded("HS-1").await;
    assert_eq!(case["status"], "VERIFYING");
    assert_eq!(case["receipt"]["number"], "1528/ĐẾN");
    assert_eq!(case["receipt"]["gateway"], "so-noi-vu");
    assert!(
        case["items"]
            .as_array()
            .unwrap()
            .iter()
            .all(|i| i["forwarded"] == true)
    );
    let expected = [
        "CaseOpened",
        "DossierReceived",
        "CompletenessChecked",
        "DossierAccepted",
        "DossierForwarded",
    ];
    assert_eq!(world.events("HS-1").await, expected);
}

#[tokio::test]
async fn each_item_is_timely_by_its_own_deadline_and_late_ones_stay_behind() {
    let world = World::start().await;
    world
        .submit("HS-1", "so-tu-phap", content("HS-1", "so-tu-phap"))
        .await;
    let case = world.receive("HS-1", "2025-06-10T15:30:00+07:00").await;
    let adviser = &item(&case, "a")["timeliness"];
    assert_eq!(adviser["publication"], "PROVINCIAL_INDEX");
    assert_eq!(adviser["dueOn"], "2025-06-05");
    assert_eq!(adviser["onTime"], false);
    assert_eq!(item(&case, "d")["timeliness"]["onTime"], true);
    world
        .done(&world.home_affairs, "HS-1", "check", json!({}))
        .await;
    world
        .done(&world.home_affairs, "HS-1", "accept", json!({}))
        .await;
    let case = world
        .done(&world.home_affairs, "HS-1", "forward", json!({}))
        .await;
    assert_eq!(item(&case, "d")["forwarded"], true);
    assert_eq!(item(&case, "a")["forwarded"], false);
}

#[tokio::test]
async fn a_late_dossier_rests_until_an_extension_readmits_it() {
    let world = World::start().await;
    world
        .submit("HS-1", "so-tu-phap", content("HS-1", "so-tu-phap"))
        .await;
    let case = world.receive("HS-1", "2025-06-18T08:35:00+07:00").await;
    assert_eq!(case["status"], "LATE");
    let check = world
        .act(&world.home_affairs, "HS-1", "check", json!({}))
        .await;
    assert_eq!((check.status, check.code()), (409, "case-at-other-step"));
    let extension = |reason: Option<&str>| {
        let mut body = json!({
            "items": ["HS-1-d"], "newDueOn": "2025-06-20",
            "document": {"name": "gia-han.pdf"},
        });
        if let Some(reason) = reason {
            body["reason"] = json!(reason);
        }
        body
    };
    let office = &world.standing_office;
    let silent = world.act(office, "HS-1", "extend", extension(None)).await;
    assert_eq!((silent.status, silent.code()), (422, "body-invalid"));
    let reason = Some("Bão, đường bị chia cắt");
    let case = world
        .done(office, "HS-1", "extend", extension(reason))
        .await;
    assert_eq!(case["status"], "RECEIVED");
    assert_eq!(item(&case, "d")["timeliness"]["extendedTo"], "2025-06-20");
}

#[tokio::test]
async fn an_incomplete_dossier_is_not_accepted_and_the_answer_cites_the_rules() {
    let world = World::start().await;
    world
        .submit("HS-1", "so-tu-phap", without_a_report("HS-1", "so-tu-phap"))
        .await;
    world.receive("HS-1", STAMPED).await;
    let case = world.gateway("HS-1", "check").await;
    assert_eq!(case["status"], "INCOMPLETE");
    assert_eq!(case["missing"][0]["rule"], "R37");
    assert_eq!(case["missing"][0]["item"], "HS-1-p");
    let answer = world
        .act(&world.home_affairs, "HS-1", "accept", json!({}))
        .await;
    assert_eq!((answer.status, answer.code()), (409, "dossier-incomplete"));
    let violation = &answer.json["violations"][0];
    assert_eq!(violation["rule"], "R37");
    assert_eq!(violation["citation"], "III.5.a");
    assert_eq!(violation["item"], "HS-1-p");
}

#[tokio::test]
async fn a_returned_dossier_is_supplemented_and_keeps_its_timeliness() {
    let world = World::start().await;
    world
        .submit("HS-1", "so-tu-phap", without_a_report("HS-1", "so-tu-phap"))
        .await;
    world.receive("HS-1", STAMPED).await;
    world.gateway("HS-1", "check").await;
    let case = world.gateway("HS-1", "return").await;
    assert_eq!(case["status"], "SUPPLEMENT_REQUESTED");
    assert_eq!(case["dueOn"], "2025-06-20");
    world
        .supplement(
            "HS-1",
            "2025-06-20T23:59:59+07:00",
            content("HS-1", "so-tu-phap"),
        )
        .await;
    let case = world
        .done(&world.home_affairs, "HS-1", "check", json!({}))
        .await;
    assert_eq!(case["status"], "COMPLETE");
    assert_eq!(item(&case, "p")["timeliness"]["onTime"], true);
}

#[tokio::test]
async fn overdue_cases_lapse_on_request_and_others_do_not() {
    let world = World::start().await;
    for dossier in ["HS-1", "HS-2"] {
        let content = without_a_report(dossier, "so-tu-phap");
        world.submit(dossier, "so-tu-phap", content).await;
        world.receive(dossier, STAMPED).await;
        world.gateway(dossier, "check").await;
    }
    world.gateway("HS-1", "return").await;
    let later = json!({"effectiveAt": "2025-07-01T09:00:00+07:00"});
    world
        .done(&world.home_affairs, "HS-2", "return", later)
        .await;
    let lapse = |on: &'static str| {
        let body = json!({"on": on});
        let token = world.home_affairs.clone();
        let app = &world.app;
        async move { app.post(&token, "/api/v1/cases/lapse-overdue", &body).await }
    };
    assert_eq!(lapse("2025-06-20").await.json["lapsed"], json!([]));
    assert_eq!(lapse("2025-06-21").await.json["lapsed"], json!(["HS-1"]));
    assert_eq!(lapse("2025-06-21").await.json["lapsed"], json!([]));
    let case = world.case(&world.home_affairs, "HS-1").await;
    assert_eq!(case.json["status"], "LAPSED");
}

#[tokio::test]
async fn the_daily_task_ends_what_is_overdue_today_once() {
    let world = World::start().await;
    world
        .submit("HS-1", "so-tu-phap", without_a_report("HS-1", "so-tu-phap"))
        .await;
    world.receive("HS-1", STAMPED).await;
    world.gateway("HS-1", "check").await;
    world.gateway("HS-1", "return").await;
    world.app.set_time(instant("2025-06-20T23:59:59+07:00"));
    assert_eq!(daily::run(&world.app.runtime).await.unwrap(), 0);
    world.app.set_time(instant("2025-06-21T00:01:00+07:00"));
    assert_eq!(daily::run(&world.app.runtime).await.unwrap(), 1);
    assert_eq!(daily::run(&world.app.runtime).await.unwrap(), 0);
    assert_eq!(world.events("HS-1").await.last().unwrap(), "DossierLapsed");
}

#[tokio::test]
async fn a_dossier_is_rejected_with_a_code_and_a_reason() {
    let world = World::start().await;
    world
        .submit("HS-1", "so-tu-phap", without_a_report("HS-1", "so-tu-phap"))
        .await;
    world.receive("HS-1", STAMPED).await;
    let body = json!({"code": "WRONG_SUBJECT", "reason": "Không thuộc đối tượng của Kế hoạch"});
    let case = world
        .done(&world.home_affairs, "HS-1", "reject", body)
        .await;
    assert_eq!(case["status"], "REJECTED");
    assert_eq!(case["rejection"]["code"], "WRONG_SUBJECT");
    let silent = json!({"code": "WRONG_SUBJECT"});
    let answer = world
        .act(&world.home_affairs, "HS-1", "reject", silent)
        .await;
    assert_eq!((answer.status, answer.code()), (422, "body-invalid"));
}

#[tokio::test]
async fn a_dossier_is_not_received_before_its_round_is_open_nor_without_a_case() {
    let world = World::without_round().await;
    world
        .submit("HS-1", "so-tu-phap", content("HS-1", "so-tu-phap"))
        .await;
    let body = || json!({"receiptNumber": "1/ĐẾN"});
    let answer = world
        .act(&world.home_affairs, "HS-1", "receive", body())
        .await;
    assert_eq!((answer.status, answer.code()), (409, "round-not-opened"));
    for (verb, body) in [("receive", body()), ("accept", json!({}))] {
        let answer = world.act(&world.home_affairs, "HS-9", verb, body).await;
        assert_eq!((answer.status, answer.code()), (404, "not-found"), "{verb}");
    }
}

#[tokio::test]
async fn a_change_needs_the_version_seen_and_a_repeated_request_changes_nothing() {
    let world = World::start().await;
    world
        .submit("HS-1", "so-tu-phap", content("HS-1", "so-tu-phap"))
        .await;
    let path = "/api/v1/cases/HS-1/receive";
    let body = json!({"receiptNumber": "1/ĐẾN"});
    let request = |key: &str| {
        let request = world.app.request(reqwest::Method::POST, path);
        let request = request.bearer_auth(&world.home_affairs).json(&body);
        request.header("Idempotency-Key", key)
    };
    assert_eq!(send(request("k-1")).await.status, 428);
    let stale = request("k-2").header("If-Match", "\"v9\"");
    assert_eq!(send(stale).await.status, 412);
    let seen = world.case(&world.home_affairs, "HS-1").await.etag.unwrap();
    let first = send(request("k-3").header("If-Match", &seen)).await;
    let again = send(request("k-3").header("If-Match", &seen)).await;
    assert_eq!((first.status, again.status), (200, 200), "{}", again.text);
    assert_eq!(first.json, again.json);
    assert_eq!(again.header("idempotency-replayed"), "true");
    assert_eq!(
        world.events("HS-1").await.len(),
        2 + 1,
        "opened, received, late"
    );
}
