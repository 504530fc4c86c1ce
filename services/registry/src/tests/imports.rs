//! Tables over the wire.

use hoso_runtime::testing::send;

use super::*;

const UNITS: &str = "ma_don_vi;ten_don_vi;khoi;tham_muu;hieu_luc_tu;hieu_luc_den;don_vi_ke_thua;chuc_vu_nguoi_dung_dau\n\
    so-y-te;Sở Y tế;Sở, ban ngành;;01/01/2021;;;Giám đốc\n\
    so-noi-vu;Sở Nội vụ;DEPARTMENT;x;2021-01-01;;;Giám đốc\n";

impl Province {
    async fn import(&self, path: &str, key: &str, table: &str) -> Answer {
        let request = self
            .app
            .request(axum::http::Method::POST, &api(path))
            .bearer_auth(&self.home_affairs)
            .header("Idempotency-Key", key)
            .header("Content-Type", "text/csv; charset=utf-8")
            .body(table.to_owned());
        send(request).await
    }
}

#[tokio::test]
async fn the_same_import_again_gets_the_first_answer() {
    let p = Province::new().await;
    let first = p.import("imports/units", "k-1", UNITS).await;
    assert_eq!(first.status, 200, "{}", first.text);
    assert_eq!(first.json["applied"], true);
    let head = p.app.runtime.ledger.head().await.unwrap();
    let again = p.import("imports/units", "k-1", UNITS).await;
    assert_eq!(again.json, first.json);
    let under_another_key = p.import("imports/units", "k-2", UNITS).await;
    assert_eq!(under_another_key.json["consequences"], json!([]));
    assert_eq!(p.app.runtime.ledger.head().await.unwrap(), head);
    let other = UNITS.replace("Giám đốc", "Chánh Thanh tra");
    let reused = p.import("imports/units", "k-1", &other).await;
    assert_eq!(
        (reused.status, reused.code()),
        (422, "idempotency-key-reused")
    );
}

#[tokio::test]
async fn a_dry_run_does_nothing_and_bad_rows_are_named() {
    let p = Province::new().await;
    let head = p.app.runtime.ledger.head().await.unwrap();
    let dry = p.import("imports/units?dryRun=true", "k-1", UNITS).await;
    assert_eq!(
        (&dry.json["accepted"], &dry.json["applied"]),
        (&json!(2), &json!(false))
    );
    assert_eq!(dry.json["consequences"][0]["event"], "UnitRegistered");
    let bad = format!("{UNITS}so-la;Sở Lạ;XÃ;;01/01/2021;;;Trưởng\n");
    let refused = p.import("imports/units", "k-2", &bad).await;
    assert_eq!(refused.json["rejected"][0]["row"], 4);
    assert_eq!(p.app.runtime.ledger.head().await.unwrap(), head);
    let partly = p
        .import("imports/units?acceptGoodRows=true", "k-3", &bad)
        .await;
    assert_eq!(
        (&partly.json["accepted"], &partly.json["applied"]),
        (&json!(2), &json!(true))
    );
    assert_eq!(p.get(&p.auditor, "units/so-y-te").await.status, 200);
}

#[tokio::test]
async fn a_file_that_is_no_such_table_and_a_table_that_is_none_are_said_to_be() {
    let p = Province::new().await;
    let unreadable = p.import("imports/index", "k-1", "a,b\n1,2\n").await;
    assert_eq!(
        (unreadable.status, unreadable.code()),
        (422, "import-unreadable")
    );
    assert_eq!(p.import("imports/gold", "k-2", UNITS).await.status, 404);
}
