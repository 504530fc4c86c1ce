//! Facts that change under a round: a corrected index, a merged unit.

use e2e::office::{ANNUAL, text};
use serde_json::{Value, json};

use crate::arrival::in_order;
use crate::districts::{self, NGA_NAM, SOC_TRANG, VINH_CHAU};

#[tokio::test]
async fn an_index_corrected_while_the_round_is_open_is_judged_anew() {
    let (office, _) = districts::proposed().await;
    office.day("2025-08-01");
    let evaluate = json!({ "asOf": office.today() });
    let path = "cases/HS-thanh-pho-soc-trang/evaluate";
    office.post("standing-office", path, evaluate).await.done();
    // 86.40 becomes 48.00: Group 5, which no year may be.
    office
        .correct_score("thanh-pho-soc-trang", 2024, "48.00")
        .await;

    let case = office
        .get("auditor", "cases/HS-thanh-pho-soc-trang")
        .await
        .done();
    assert_eq!(case["items"][0]["evaluation"]["verdict"], "INELIGIBLE");
    let criteria = case["items"][0]["evaluation"]["criteria"]
        .as_array()
        .unwrap();
    let floor = criteria.iter().find(|c| c["rule"] == "R26").unwrap();
    assert_eq!(floor["verdict"], "NOT_MET");
    // What was proposed on the old facts is not signed.
    let signed = office
        .sign(ANNUAL, "921/QĐ-UBND", "CHAIRMAN", &[SOC_TRANG])
        .await;
    signed.denied("R43");
    office.adopt(ANNUAL).await.not_done(409, "ranking-outdated");
    let outcome = office.rank(ANNUAL).await;
    assert_eq!(outcome[SOC_TRANG], "INELIGIBLE");
    assert_eq!(outcome[NGA_NAM], "SELECTED");
    let path = office.path("HS-thanh-pho-soc-trang").await;
    in_order(
        &path,
        &[
            "EligibilityEvaluated",
            "ReevaluationNeeded",
            "RankingComputed",
        ],
    );
    let evaluated = path.iter().filter(|step| *step == "EligibilityEvaluated");
    assert_eq!(evaluated.count(), 2, "{path:?}");
    // The others' dossiers were judged from other facts.
    let other = office.path("HS-thi-xa-nga-nam").await;
    assert!(
        !other.contains(&"ReevaluationNeeded".to_owned()),
        "{other:?}"
    );
}

#[tokio::test]
async fn an_index_corrected_after_the_decision_flags_the_award_and_changes_nothing() {
    let (office, _) = districts::awarded("922/QĐ-UBND").await;
    office.day("2025-09-10");
    office
        .correct_score("thanh-pho-soc-trang", 2024, "48.00")
        .await;
    let item = office.item(ANNUAL, SOC_TRANG).await;
    assert_eq!(text(&item, "standing"), "AWARDED");
    assert_eq!(text(&item, "decision"), "922/QĐ-UBND");
    assert_eq!(item["flags"].as_array().unwrap().len(), 1, "{item}");
    assert!(text(&item, "flags").contains("86.4 → 48"), "{item}");
    let untouched = office.item(ANNUAL, VINH_CHAU).await;
    assert_eq!(untouched.get("flags"), None, "{untouched}");
    let path = office.path("HS-thanh-pho-soc-trang").await;
    in_order(&path, &["DecisionPublished", "AwardFlaggedForReview"]);
    assert!(!path.contains(&"AwardRevoked".to_owned()), "{path:?}");
}

#[tokio::test]
async fn a_unit_merged_while_the_round_is_open_goes_on_with_the_merger_noted() {
    let (office, _) = districts::proposed().await;
    office.day("2025-08-01");
    let merger = json!({
        "validTo": "2025-07-31", "successor": "thanh-pho-soc-trang",
        "decision": "Nghị quyết 12/NQ-HĐND (mẫu)",
    });
    office
        .post("home-affairs", "units/thi-xa-vinh-chau/merge", merger)
        .await
        .done();
    let noted: Vec<Value> = office
        .round_events(ANNUAL)
        .await
        .into_iter()
        .filter_map(|(kind, data)| (kind == "UnitMergeNoted").then_some(data))
        .collect();
    let [noted] = &noted[..] else {
        panic!("noted once: {noted:?}")
    };
    assert!(noted.to_string().contains(VINH_CHAU), "{noted}");
    assert!(
        office
            .path("HS-thi-xa-vinh-chau")
            .await
            .contains(&"UnitMergeNoted".to_owned())
    );

    // The item goes on; nothing of its is the successor's (AMB-39).
    assert_eq!(office.standing(ANNUAL, VINH_CHAU).await, "ENTERED");
    office.day("2025-08-15");
    let outcome = office.rank(ANNUAL).await;
    assert_eq!(outcome[VINH_CHAU], "SELECTED");
    assert_eq!(outcome[SOC_TRANG], "SELECTED");
    office.adopt(ANNUAL).await.done();
    office.propose(ANNUAL, &[VINH_CHAU, SOC_TRANG]).await;
    let signed = office.sign(ANNUAL, "923/QĐ-UBND", "CHAIRMAN", &[VINH_CHAU, SOC_TRANG]);
    assert_eq!(signed.await.done()["signed"].as_array().unwrap().len(), 2);
}
