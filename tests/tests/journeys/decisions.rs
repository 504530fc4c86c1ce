//! What happens to a decision after it is signed: form corrected, content replaced, awards revoked;
//! and who may decide at all (R2, R43, R52).

use e2e::office::{ANNUAL, Dossier, Office, of_decision, text};
use serde_json::{Value, json};

use crate::arrival::in_order;
use crate::districts::{self, NGA_NAM, SOC_TRANG, VINH_CHAU};

#[tokio::test]
async fn only_the_chairman_decides_on_what_was_proposed_in_the_right_name_and_number() {
    let (office, _) = districts::proposed().await;
    office.day("2025-08-15");
    let both = [VINH_CHAU, SOC_TRANG];
    let flag = office
        .sign(ANNUAL, "931/QĐ-UBND", "PEOPLES_COMMITTEE", &both)
        .await;
    flag.denied("R2");
    let added = office.sign(ANNUAL, "931/QĐ-UBND", "CHAIRMAN", &[VINH_CHAU, NGA_NAM]);
    added.await.denied("R43");
    for who in ["home-affairs", "standing-office", "committee", "records"] {
        let decision = json!({
            "number": "931/QĐ-UBND", "date": office.today(), "body": "CHAIRMAN",
            "signedBy": "Giám đốc", "items": both,
        });
        office
            .on_round(who, ANNUAL, "decisions", decision)
            .await
            .denied("R2");
    }
    let unnumbered = office.sign(ANNUAL, "QĐ-UBND", "CHAIRMAN", &both).await;
    unnumbered.not_done(422, "not-a-document-number");
    office
        .sign(ANNUAL, "931/QĐ-UBND", "CHAIRMAN", &[VINH_CHAU])
        .await
        .done();
    let again = office
        .sign(ANNUAL, "931/QĐ-UBND", "CHAIRMAN", &[SOC_TRANG])
        .await;
    assert_eq!(
        again.not_done(409, "number-taken")["violations"][0]["rule"],
        "R52"
    );
    // Records may void a number, and then nobody uses it.
    let void = json!({ "body": "CHAIRMAN", "year": 2025, "number": "932/QĐ-UBND" });
    office
        .on_round("records", ANNUAL, "void-numbers", void)
        .await
        .done();
    let voided = office
        .sign(ANNUAL, "932/QĐ-UBND", "CHAIRMAN", &[SOC_TRANG])
        .await;
    voided.not_done(409, "number-taken");
    office
        .sign(ANNUAL, "933/QĐ-UBND", "CHAIRMAN", &[SOC_TRANG])
        .await
        .done();
    let denied = office.denials("HS-thi-xa-nga-nam").await;
    assert!(denied.iter().any(|[stream, who, action, rule]| {
        (stream.as_str(), who.as_str()) == ("round-annual-2024", "chairman")
            && (action.as_str(), rule.as_str()) == ("SignDecision", "R43")
    }));
}

#[tokio::test]
async fn an_error_of_form_keeps_the_number_and_one_of_content_replaces_the_decision() {
    let number = "941/QĐ-UBND";
    let (office, _) = districts::awarded(number).await;
    office.day("2025-08-20");
    let correct = of_decision(number, "correct");
    let form = json!({
        "kind": "CORRECTION", "correctionNumber": "55/UBND-VX", "date": office.today(),
        "signedBy": "Chủ tịch Ủy ban nhân dân tỉnh", "changes": "Sửa lỗi chính tả tên đơn vị",
    });
    let by_records = office
        .on_round("records", ANNUAL, &correct, form.clone())
        .await;
    by_records.denied("R2");
    let mut items = form.clone();
    items["items"] = json!([VINH_CHAU]);
    let items = office.on_round("chairman", ANNUAL, &correct, items).await;
    items.not_done(422, "correction-changes-items");
    let round = office
        .on_round("chairman", ANNUAL, &correct, form)
        .await
        .done();
    let decision = &round["decisions"][0];
    assert_eq!(decision["number"], number);
    assert_eq!(decision["corrections"], json!(["55/UBND-VX"]));
    assert_eq!(decision["publishedOn"], "2025-08-15");

    // The content was wrong: Sóc Trăng should not stand in it.
    office.day("2025-08-22");
    let content = json!({
        "kind": "REPLACEMENT", "correctionNumber": "942/QĐ-UBND", "date": office.today(),
        "signedBy": "Chủ tịch Ủy ban nhân dân tỉnh", "changes": "Thay Quyết định 941",
        "items": [VINH_CHAU],
    });
    let stranger = {
        let mut c = content.clone();
        c["items"] = json!([VINH_CHAU, NGA_NAM]);
        c
    };
    office
        .on_round("chairman", ANNUAL, &correct, stranger)
        .await
        .denied("R43");
    let round = office
        .on_round("chairman", ANNUAL, &correct, content.clone())
        .await
        .done();
    let by_number = |number: &str| {
        let decisions = round["decisions"].as_array().unwrap();
        decisions
            .iter()
            .find(|d| d["number"] == number)
            .unwrap()
            .clone()
    };
    assert_eq!(by_number(number)["replacedBy"], "942/QĐ-UBND");
    assert_eq!(by_number("942/QĐ-UBND")["items"], json!([VINH_CHAU]));
    assert_eq!(
        text(&office.item(ANNUAL, VINH_CHAU).await, "decision"),
        "942/QĐ-UBND"
    );
    assert_ne!(office.standing(ANNUAL, SOC_TRANG).await, "AWARDED");
    let twice = office.on_round("chairman", ANNUAL, &correct, content).await;
    twice.not_done(409, "decision-wrong-step");
    // The replacement is issued like any other.
    office.proclaim(ANNUAL, "942/QĐ-UBND").await;
    in_order(
        &office.path("HS-thanh-pho-soc-trang").await,
        &[
            "DecisionPublished",
            "DecisionCorrected",
            "DecisionCorrected",
        ],
    );
}

fn revocation(office: &Office, ground: &str, year: Option<u16>) -> Value {
    json!({
        "ground": ground, "evidence": "Kết luận 09/KL-TTT (mẫu)", "violationYear": year,
        "decisionNumber": office.number("QĐ-UBND"), "date": office.today(),
    })
}

#[tokio::test]
async fn an_award_is_revoked_on_any_of_four_grounds_and_its_slot_stays_empty() {
    let (office, _) = districts::entered().await;
    let more = [
        ("so-giao-duc-va-dao-tao", "CERT_DEPARTMENT"),
        ("don-vi-su-nghiep-1", "CERT_SERVICE_UNIT"),
    ];
    for (unit, lane) in more {
        office.staff(&[unit]).await;
        office.day("2025-05-13");
        office
            .bring_in(&Dossier::of(unit, ANNUAL).in_lane(lane))
            .await;
    }
    let awards = [
        VINH_CHAU,
        SOC_TRANG,
        "so-giao-duc-va-dao-tao-1",
        "don-vi-su-nghiep-1-1",
    ];
    office.day("2025-07-30");
    office.rank(ANNUAL).await;
    office
        .meet(ANNUAL, &[&awards[..], &[NGA_NAM]].concat())
        .await;
    office.adopt(ANNUAL).await.done();
    office.propose(ANNUAL, &awards).await;
    office.day("2025-08-15");
    office
        .sign(ANNUAL, "951/QĐ-UBND", "CHAIRMAN", &awards)
        .await
        .done();
    let revoke = |item: &str| format!("items/{item}/revoke");
    let early = revocation(&office, "A", None);
    let early = office
        .on_round("chairman", ANNUAL, &revoke(VINH_CHAU), early)
        .await;
    early.not_done(409, "decision-wrong-step");
    office.proclaim(ANNUAL, "951/QĐ-UBND").await;

    office.day("2025-11-03");
    // Ground d needs violations within the time of the achievement: of an annual award, its year.
    for year in [None, Some(2020), Some(2025)] {
        let outside = revocation(&office, "D", year);
        let outside = office
            .on_round("chairman", ANNUAL, &revoke(VINH_CHAU), outside)
            .await;
        let body = outside.not_done(422, "outside-achievement-period");
        assert_eq!(body["violations"][0]["rule"], "R49");
    }
    let by_inspectors = revocation(&office, "A", None);
    let path = revoke(VINH_CHAU);
    office
        .on_round("inspectorate", ANNUAL, &path, by_inspectors)
        .await
        .denied("R2");
    for (item, ground, year) in [
        (awards[0], "A", None),
        (awards[1], "B", None),
        (awards[2], "C", None),
        (awards[3], "D", Some(2024)),
    ] {
        let body = revocation(&office, ground, year);
        office
            .on_round("chairman", ANNUAL, &revoke(item), body)
            .await
            .done();
        let seen = office.item(ANNUAL, item).await;
        assert_eq!(text(&seen, "standing"), "REVOKED");
        assert_eq!(text(&seen, "reason"), format!("R49, ground {ground}"));
        let again = revocation(&office, ground, year);
        let again = office
            .on_round("chairman", ANNUAL, &revoke(item), again)
            .await;
        again.not_done(409, "item-wrong-standing");
        recovered_once(&office, item).await;
    }
    // Ngã Năm was next, and stays so: a revoked award frees no slot.
    office.rank(ANNUAL).await;
    office.adopt(ANNUAL).await.done();
    let round = office.get("auditor", "rounds/annual-2024").await.done();
    assert_eq!(round["shortlist"]["items"], json!([]));
    let path = office.path("HS-don-vi-su-nghiep-1").await;
    in_order(
        &path,
        &[
            "DecisionSigned",
            "DecisionPublished",
            "AwardRevoked",
            "AwardRecovered",
        ],
    );
}

async fn recovered_once(office: &Office, item: &str) {
    let path = format!("items/{item}/recover");
    let note = json!({ "note": "Đã thu hồi Bằng khen" });
    office
        .on_round("chairman", ANNUAL, &path, note.clone())
        .await
        .denied("D");
    office
        .on_round("records", ANNUAL, &path, note.clone())
        .await
        .done();
    let again = office.on_round("records", ANNUAL, &path, note).await;
    again.not_done(409, "item-wrong-standing");
}
