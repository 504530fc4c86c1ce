//! Appeals: in time and late, upheld and dismissed.

use e2e::office::{ANNUAL, Office, text};
use serde_json::{Value, json};

use crate::arrival::in_order;
use crate::districts::{self, NGA_NAM, SOC_TRANG};

async fn appeal(office: &Office, who: &str, id: &str, item: &str) -> e2e::office::Answer {
    let body = json!({
        "id": id, "round": ANNUAL, "item": item,
        "ground": "Điểm hài lòng chưa tính đợt khảo sát bổ sung",
    });
    office.post(who, "appeals", body).await
}

async fn read(office: &Office, id: &str) -> Value {
    office.get("auditor", &format!("appeals/{id}")).await.done()
}

#[tokio::test]
async fn an_upheld_appeal_opens_its_item_again_and_a_dismissed_one_does_not() {
    let (office, _) = districts::proposed().await;
    // Nothing is known yet that could be appealed against.
    let early = appeal(&office, "thi-xa-nga-nam/head", "kn-1", NGA_NAM).await;
    early.not_done(409, "outcome-not-known");
    office.day("2025-08-15");
    let both = [districts::VINH_CHAU, SOC_TRANG];
    office
        .sign(ANNUAL, "961/QĐ-UBND", "CHAIRMAN", &both)
        .await
        .done();
    office.proclaim(ANNUAL, "961/QĐ-UBND").await;
    office
        .on_round("standing-office", ANNUAL, "notifications", json!({}))
        .await
        .done();

    office.day("2025-09-01");
    let stranger = appeal(&office, "huyen-my-tu/head", "kn-0", NGA_NAM).await;
    stranger.denied("D");
    for (id, item, who) in [
        ("kn-1", NGA_NAM, "thi-xa-nga-nam"),
        ("kn-2", SOC_TRANG, "thanh-pho-soc-trang"),
    ] {
        let filed = appeal(&office, &format!("{who}/head"), id, item)
            .await
            .done();
        assert_eq!(
            (text(&filed, "status"), text(&filed, "unit")),
            ("OPEN".into(), who.into())
        );
        assert_eq!(text(&filed, "dueOn"), "2025-11-13");
    }
    let by_home_affairs = office
        .post("home-affairs", "appeals/kn-1/uphold", json!({}))
        .await;
    by_home_affairs.denied("D");
    let reason = json!({ "reason": "Không có căn cứ mới" });
    office
        .post("chairman", "appeals/kn-2/dismiss", reason)
        .await
        .done();
    let reason = json!({ "reason": "Khảo sát bổ sung hợp lệ" });
    office
        .post("chairman", "appeals/kn-1/uphold", reason)
        .await
        .done();
    let twice = office
        .post("chairman", "appeals/kn-1/dismiss", json!({}))
        .await;
    twice.not_done(409, "appeal-resolved");
    office.settle().await;

    assert_eq!(text(&read(&office, "kn-1").await, "status"), "UPHELD");
    assert_eq!(
        text(&read(&office, "kn-2").await, "resolution"),
        "Không có căn cứ mới"
    );
    let path = office.path("HS-thi-xa-nga-nam").await;
    in_order(
        &path,
        &[
            "OutcomesNotified",
            "AppealFiled",
            "AppealUpheld",
            "ReevaluationNeeded",
        ],
    );
    let path = office.path("HS-thanh-pho-soc-trang").await;
    in_order(&path, &["AppealFiled", "AppealDismissed"]);
    assert!(!path.contains(&"ReevaluationNeeded".to_owned()), "{path:?}");
    // Both slots are taken: what follows is for the authority to rule.
    let events = office.round_events(ANNUAL).await;
    let reopened = events
        .iter()
        .find(|(kind, _)| kind == "ReevaluationNeeded")
        .unwrap();
    assert!(
        reopened.1.to_string().contains("\"rulingNeeded\":true"),
        "{}",
        reopened.1
    );
    // A unit does not read another unit's appeal.
    let other = office.get("thanh-pho-soc-trang/head", "appeals/kn-1").await;
    other.not_done(404, "not-found");
    office
        .get("thi-xa-nga-nam/head", "appeals/kn-1")
        .await
        .done();
}

#[tokio::test]
async fn an_appeal_after_ninety_days_is_inadmissible_at_once() {
    let (office, _) = districts::awarded("962/QĐ-UBND").await;
    office.day("2025-11-13");
    let last_day = appeal(
        &office,
        "thi-xa-vinh-chau/staff",
        "kn-3",
        districts::VINH_CHAU,
    )
    .await;
    assert_eq!(text(&last_day.done(), "status"), "OPEN");
    office.day("2025-11-14");
    let late = appeal(&office, "thanh-pho-soc-trang/head", "kn-4", SOC_TRANG)
        .await
        .done();
    assert_eq!(text(&late, "status"), "INADMISSIBLE");
    assert!(text(&late, "resolution").contains("2025-11-13"), "{late}");
    let uphold = office
        .post("chairman", "appeals/kn-4/uphold", json!({}))
        .await;
    uphold.not_done(409, "appeal-resolved");
    let path = office.path("HS-thanh-pho-soc-trang").await;
    in_order(&path, &["AppealFiled", "AppealInadmissible"]);
    // One filed in time may still be found inadmissible, by Home Affairs for other reasons.
    let other = json!({ "reason": "Đơn không ký tên" });
    let found = office
        .post("home-affairs", "appeals/kn-3/find-inadmissible", other)
        .await;
    assert_eq!(text(&found.done(), "status"), "INADMISSIBLE");
}
