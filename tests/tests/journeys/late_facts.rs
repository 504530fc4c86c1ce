//! A correction and a conclusion on discipline that come late: open rounds are shown as they were
//! and are, decided awards are listed, and nobody but the reviewer changes one (AMB-35, AMB-36).

use e2e::office::{ANNUAL, Office, text};
use e2e::server::{hoso, hoso_json};
use serde_json::{Value, json};

use crate::districts::{self, NGA_NAM, SOC_TRANG, VINH_CHAU};

const SCORE: &str = "SCORE/thanh-pho-soc-trang/2024";

async fn affected(office: &Office, who: &str, fact: &str) -> Value {
    let path = format!("affected?fact={fact}");
    office.get(who, &path).await.done()
}

/// The item of a list, with its outcomes then and now.
fn of<'a>(list: &'a Value, item: &str) -> (&'a Value, [&'a str; 2]) {
    let mut items = list.as_array().unwrap().iter();
    let found = items.find(|one| one["item"] == item);
    assert!(found.is_some(), "{item} in {list}");
    let found = found.unwrap();
    let outcome = |when: &str| found[when]["outcome"].as_str().unwrap();
    (found, [outcome("then"), outcome("now")])
}

/// What the command line says of the same store; dates of events differ in nothing.
fn on_the_command_line(office: &Office, fact: &str) -> (Value, String) {
    let store = office.directory().unwrap().to_str().unwrap();
    let json = hoso_json(&["affected", fact, "--json", "--data", store]);
    let (code, out, err) = hoso(&["affected", fact, "--data", store]);
    assert_eq!(code, 0, "{err}");
    (json, out)
}

#[tokio::test]
async fn a_correction_shows_an_open_round_as_it_was_ranked_and_as_it_is() {
    let (office, _) = districts::proposed().await;
    let before = affected(&office, "auditor", SCORE).await;
    assert_eq!(before["rounds"], json!([]), "nothing was said since");
    office.day("2025-08-01");
    office
        .correct_score("thanh-pho-soc-trang", 2024, "48.00")
        .await;

    let shown = affected(&office, "standing-office", SCORE).await;
    assert_eq!(shown["fact"], SCORE);
    assert_eq!(shown["said"]["type"], "EntriesRecorded");
    assert_eq!(shown["said"]["actor"]["role"], "HOME_AFFAIRS");
    let round = &shown["rounds"][0];
    assert_eq!(round["round"], ANNUAL);
    assert_eq!(round["rankingEdition"], 1);
    assert!(round["outdated"].is_string(), "{round}");
    assert!(round["since"].as_u64().unwrap() < shown["said"]["position"].as_u64().unwrap());
    assert_eq!(
        (&round["then"], &round["now"]),
        (&json!(["86.4"]), &json!(["48"]))
    );
    let (item, outcomes) = of(&round["items"], SOC_TRANG);
    assert_eq!(outcomes, ["SELECTED", "INELIGIBLE"]);
    assert_eq!(item["rules"], json!(["R25", "R26"]));
    let floor = &item["criteria"][1];
    assert_eq!(floor["rule"], "R26");
    assert_eq!(
        (&floor["then"]["verdict"], &floor["now"]["verdict"]),
        (&json!("MET"), &json!("NOT_MET"))
    );
    assert_eq!(floor["now"]["value"], "48");
    assert_eq!(of(&round["items"], NGA_NAM).1, ["NOT_SELECTED", "SELECTED"]);
    assert_eq!(round["items"].as_array().unwrap().len(), 2, "{round}");
    assert_eq!(shown["decisions"], json!([]));

    let (json, told) = on_the_command_line(&office, SCORE);
    assert_eq!(json, shown);
    assert!(
        told.contains("open round annual-2024: SCORE/thanh-pho-soc-trang/2024 was 86.4, is 48"),
        "{told}"
    );
    assert!(told.contains("R26: MET → NOT_MET"), "{told}");

    // Shown, not done: the people rank again, and then there is nothing left to show but what was.
    let outcome = office.rank(ANNUAL).await;
    assert_eq!(
        (outcome[SOC_TRANG].as_str(), outcome[NGA_NAM].as_str()),
        ("INELIGIBLE", "SELECTED")
    );
}

#[tokio::test]
async fn a_correction_after_the_decision_lists_the_award_and_the_chairman_revokes_it() {
    let (office, _) = districts::awarded("981/QĐ-UBND").await;
    office.day("2025-09-10");
    office
        .correct_score("thanh-pho-soc-trang", 2024, "48.00")
        .await;
    let shown = affected(&office, "chairman", SCORE).await;
    let decision = &shown["decisions"][0];
    assert_eq!(decision["decision"], "981/QĐ-UBND");
    assert_eq!(
        (&decision["then"], &decision["now"]),
        (&json!(["86.4"]), &json!(["48"]))
    );
    assert_eq!(
        of(&decision["awards"], SOC_TRANG).1,
        ["SELECTED", "INELIGIBLE"]
    );
    assert_eq!(
        of(&decision["others"], NGA_NAM).1,
        ["NOT_SELECTED", "SELECTED"]
    );
    assert_eq!(
        decision["awards"].as_array().unwrap().len(),
        1,
        "{decision}"
    );
    let (json, told) = on_the_command_line(&office, SCORE);
    assert_eq!(json["decisions"], shown["decisions"]);
    assert!(
        told.contains("decision 981/QĐ-UBND of 15/08/2025"),
        "{told}"
    );

    // Nothing changed by itself; it is the chairman who decides.
    for item in [SOC_TRANG, VINH_CHAU] {
        assert_eq!(office.standing(ANNUAL, item).await, "AWARDED");
    }
    assert_eq!(office.standing(ANNUAL, NGA_NAM).await, "ENTERED");
    let body = json!({
        "ground": "B", "evidence": "Quyết định đính chính Chỉ số (mẫu)",
        "decisionNumber": office.number("QĐ-UBND"), "date": office.today(),
    });
    let path = format!("items/{SOC_TRANG}/revoke");
    office
        .on_round("chairman", ANNUAL, &path, body)
        .await
        .done();
    assert_eq!(office.standing(ANNUAL, SOC_TRANG).await, "REVOKED");
}

#[tokio::test]
async fn a_late_conclusion_on_discipline_lists_the_award_it_would_have_kept_back() {
    let (office, _) = districts::awarded("982/QĐ-UBND").await;
    office.day("2025-10-01");
    let fact = "HOLD/thi-xa-vinh-chau";
    let before = affected(&office, "auditor", fact).await;
    assert_eq!(
        (&before["said"], &before["decisions"]),
        (&Value::Null, &json!([]))
    );
    // Opened in June, told in October.
    let hold = json!({
        "hold": "kl-vinh-chau", "subject": "thi-xa-vinh-chau", "openedOn": "2025-06-15",
        "ground": "UNDER_CONSIDERATION", "document": "Thông báo 78/TB (mẫu)",
    });
    office.post("inspectorate", "holds", hold).await.done();
    office.settle().await;
    office.end_hold("kl-vinh-chau", "confirm").await;

    let shown = affected(&office, "auditor", fact).await;
    assert_eq!(shown["said"]["type"], "HoldConfirmed");
    let decision = &shown["decisions"][0];
    assert_eq!(
        (&decision["then"], &decision["now"]),
        (&json!([]), &json!(["2025-06-15.."]))
    );
    assert_eq!(
        of(&decision["awards"], VINH_CHAU).1,
        ["SELECTED", "SUSPENDED"]
    );
    assert_eq!(
        of(&decision["others"], NGA_NAM).1,
        ["NOT_SELECTED", "SELECTED"]
    );
    assert_eq!(office.standing(ANNUAL, VINH_CHAU).await, "AWARDED");

    // One that began after the decision took nothing from its ground, and is listed all the same.
    office.hold("kl-soc-trang", "thanh-pho-soc-trang").await;
    let shown = affected(&office, "auditor", "HOLD/thanh-pho-soc-trang").await;
    let (award, outcomes) = of(&shown["decisions"][0]["awards"], SOC_TRANG);
    assert_eq!(outcomes, ["SELECTED", "SELECTED"]);
    assert_eq!(award["rules"], json!([]));
    assert_eq!(text(&shown["decisions"][0], "others"), "[]");
}

#[tokio::test]
async fn who_works_on_no_round_is_not_told_what_rests_on_a_fact() {
    let office = Office::open().await;
    office.annual_round().await;
    office.staff(&["thanh-pho-soc-trang"]).await;
    let path = format!("affected?fact={SCORE}");
    let unit = office.get("thanh-pho-soc-trang/head", &path).await;
    assert_eq!(unit.status, 403, "{}", unit.body);
    let wrong = office.get("auditor", "affected?fact=SCORE/x").await;
    wrong.not_done(400, "query-invalid");
}
