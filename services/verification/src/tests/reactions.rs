//! What wakes a case: submission, supplement, withdrawal, corrected figures.

use hoso_domain::dossier;
use hoso_domain::dossier::event::DossierWithdrawn;
use hoso_domain::ids::{DossierId, RoundId};
use serde_json::json;

use super::world::*;

fn withdrawn(was_submitted: bool) -> dossier::Event {
    dossier::Event::DossierWithdrawn(DossierWithdrawn {
        dossier: DossierId::parse("HS-1").unwrap(),
        round: RoundId::parse(ROUND).unwrap(),
        number: None,
        date: day("2025-07-01"),
        reason: "Đơn vị tự rà soát".to_owned(),
        was_submitted,
        items: Vec::new(),
    })
}

#[tokio::test]
async fn a_withdrawn_dossiers_case_ends() {
    let world = World::start().await;
    world.forwarded("HS-1").await;
    world
        .tell(
            "dossier-HS-1",
            "2025-07-02T08:50:00+07:00",
            vec![withdrawn(true)],
        )
        .await;
    world.app.wait_idle().await;
    let case = world.case(&world.home_affairs, "HS-1").await.json;
    assert_eq!(case["status"], "WITHDRAWN");
    assert_eq!(case["withdrawal"], "Đơn vị tự rà soát");
}

#[tokio::test]
async fn a_draft_that_is_withdrawn_has_no_case_and_parks_nothing() {
    let world = World::start().await;
    world
        .tell(
            "dossier-HS-1",
            "2025-07-02T08:50:00+07:00",
            vec![withdrawn(false)],
        )
        .await;
    world.app.wait_idle().await;
    assert_eq!(world.case(&world.home_affairs, "HS-1").await.status, 404);
    assert_eq!(
        world
            .app
            .runtime
            .ledger
            .parked("verification")
            .await
            .unwrap(),
        []
    );
}

#[tokio::test]
async fn a_corrected_score_is_judged_anew_where_it_changes_a_verdict_or_a_value() {
    let world = World::start().await;
    world.forwarded("HS-1").await;
    world
        .done(&world.standing_office, "HS-1", "evaluate", json!({}))
        .await;
    let before = world.events("HS-1").await.len();
    world.correct_score("so-y-te", "89", "90").await;
    assert_eq!(
        world.events("HS-1").await.len(),
        before,
        "another unit's score"
    );
    world.correct_score("so-tu-phap", "89", "49.99").await;
    let case = world.case(&world.home_affairs, "HS-1").await.json;
    assert_eq!(item(&case, "d")["evaluation"]["verdict"], "INELIGIBLE");
    let events = world.events("HS-1").await;
    let news = &events[before..];
    assert_eq!(
        news,
        ["EligibilityEvaluated", "ItemFoundIneligible"],
        "only the department's"
    );
    assert_eq!(
        world
            .app
            .runtime
            .ledger
            .parked("verification")
            .await
            .unwrap(),
        []
    );
}

#[tokio::test]
async fn a_case_without_verdicts_is_not_judged_by_a_correction() {
    let world = World::start().await;
    world.forwarded("HS-1").await;
    let before = world.events("HS-1").await;
    world.correct_score("so-tu-phap", "89", "49.99").await;
    assert_eq!(world.events("HS-1").await, before);
}

#[tokio::test]
async fn a_supplement_that_crossed_the_lapse_is_recorded_as_denied() {
    let world = World::start().await;
    world
        .submit("HS-1", "so-tu-phap", without_a_report("HS-1", "so-tu-phap"))
        .await;
    world.receive("HS-1", STAMPED).await;
    world.gateway("HS-1", "check").await;
    world.gateway("HS-1", "return").await;
    let path = "/api/v1/cases/lapse-overdue";
    world.app.post(&world.home_affairs, path, &json!({})).await;
    world
        .supplement(
            "HS-1",
            "2025-06-19T10:00:00+07:00",
            content("HS-1", "so-tu-phap"),
        )
        .await;
    assert_eq!(world.events("HS-1").await.last().unwrap(), "AttemptRefused");
    assert_eq!(
        world
            .app
            .runtime
            .ledger
            .parked("verification")
            .await
            .unwrap(),
        []
    );
}
