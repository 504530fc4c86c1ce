//! Who is refused, and what is recorded of it.

use hoso_domain::actor::Role;
use serde_json::json;

use super::world::*;

#[tokio::test]
async fn a_denied_attempt_is_answered_with_its_rule_and_recorded() {
    let world = World::start().await;
    world
        .submit("HS-1", "so-tu-phap", content("HS-1", "so-tu-phap"))
        .await;
    let head = world
        .app
        .appoint("cb-stp", Role::UnitHead, "so-tu-phap")
        .await;
    let body = json!({"receiptNumber": "1/ĐẾN"});
    let answer = world.act(&head, "HS-1", "receive", body).await;
    assert_eq!((answer.status, answer.code()), (403, "not-permitted"));
    assert_eq!(answer.json["violations"][0]["rule"], "D");
    assert_eq!(world.events("HS-1").await, ["CaseOpened", "AttemptRefused"]);
}

#[tokio::test]
async fn home_affairs_does_not_judge_its_own_dossier_and_the_standing_office_stands_in() {
    let world = World::start().await;
    world
        .submit("HS-1", "so-noi-vu", content("HS-1", "so-noi-vu"))
        .await;
    world.receive("HS-1", STAMPED).await;
    let answer = world
        .act(&world.home_affairs, "HS-1", "check", json!({}))
        .await;
    assert_eq!((answer.status, answer.code()), (403, "not-permitted"));
    assert_eq!(answer.json["violations"][0]["rule"], "R54");
    let case = world
        .done(&world.standing_office, "HS-1", "check", json!({}))
        .await;
    assert_eq!(case["status"], "COMPLETE");
}

#[tokio::test]
async fn a_finder_is_neither_of_the_agency_nor_who_confirmed() {
    let world = World::start().await;
    world.forwarded("HS-1").await;
    let finding =
        || json!({"item": "HS-1-d", "rule": "R24", "verdict": "MET", "evidence": "Nhận xét"});
    let own = world
        .app
        .appoint("cb-1", Role::StandingOffice, "so-tu-phap")
        .await;
    let answer = world.act(&own, "HS-1", "findings", finding()).await;
    assert_eq!(answer.json["violations"][0]["rule"], "R54");
    let confirmer = world
        .app
        .appoint_person(
            "cb-2",
            "p-truong-ban",
            Role::StandingOffice,
            "van-phong-ubnd-tinh",
        )
        .await;
    let answer = world.act(&confirmer, "HS-1", "findings", finding()).await;
    assert_eq!(answer.json["violations"][0]["rule"], "R55");
    let council = world
        .app
        .appoint("cb-3", Role::InitiativeCouncil, "so-y-te")
        .await;
    let answer = world.act(&council, "HS-1", "findings", finding()).await;
    assert_eq!(answer.json["violations"][0]["rule"], "D");
}

#[tokio::test]
async fn officials_of_a_unit_see_their_own_case_and_no_other() {
    let world = World::start().await;
    world
        .submit("HS-1", "so-tu-phap", content("HS-1", "so-tu-phap"))
        .await;
    world
        .submit_for("HS-2", "so-y-te", "so-tu-phap", content("HS-2", "so-y-te"))
        .await;
    world
        .submit("HS-3", "so-y-te", content("HS-3", "so-y-te"))
        .await;
    let staff = world
        .app
        .appoint("cb-stp", Role::UnitStaff, "so-tu-phap")
        .await;
    for (dossier, status) in [("HS-1", 200), ("HS-2", 200), ("HS-3", 404), ("HS-9", 404)] {
        let answer = world.case(&staff, dossier).await;
        assert_eq!(answer.status, status, "{dossier}");
    }
    let list = world.app.get(&staff, "/api/v1/cases").await;
    let dossiers: Vec<_> = list.json["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|entry| entry["dossier"].as_str().unwrap())
        .collect();
    assert_eq!(dossiers, ["HS-1", "HS-2"]);
    let auditor = world
        .app
        .appoint("cb-kt", Role::Auditor, "thanh-tra-tinh")
        .await;
    assert_eq!(world.case(&auditor, "HS-3").await.status, 200);
}

#[tokio::test]
async fn only_home_affairs_ends_overdue_cases() {
    let world = World::start().await;
    let path = "/api/v1/cases/lapse-overdue";
    let answer = world
        .app
        .post(&world.standing_office, path, &json!({}))
        .await;
    assert_eq!((answer.status, answer.code()), (403, "not-permitted"));
}
