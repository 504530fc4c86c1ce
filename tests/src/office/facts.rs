//! Home Affairs' registry work: tables and publications of the sample years.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::{Answer, Office, text};
use crate::root;

/// The tables of the sample year, in the order they are imported.
const TABLES: &[(&str, &str)] = &[
    ("units", "don-vi.csv"),
    ("publications", "cong-bo.csv"),
    ("index", "chi-so-cchc.csv"),
    ("satisfaction", "hai-long.csv"),
    ("tasks", "nhiem-vu.csv"),
    ("components", "chi-so-thanh-phan.csv"),
];

impl Office {
    /// Imports the published facts of 2024 and opens the annual round on them.
    ///
    /// # Panics
    /// If anything is refused.
    pub async fn annual_round(&self) {
        for (kind, file) in TABLES {
            self.import(kind, file).await;
        }
        self.day("2025-04-15");
        let round = json!({ "kind": "ANNUAL", "year": 2024 });
        self.post("standing-office", "rounds", round).await.done();
    }

    /// Imports a table of `examples/soc-trang-2024`.
    ///
    /// # Panics
    /// If a row is refused.
    pub async fn import(&self, kind: &str, file: &str) {
        let table = root().join("examples/soc-trang-2024").join(file);
        let bytes = std::fs::read(table).expect("a table of the sample year");
        let request = self
            .request(
                reqwest::Method::POST,
                "home-affairs",
                &format!("imports/{kind}"),
            )
            .header("idempotency-key", format!("import-{kind}"))
            .header("content-type", "text/csv")
            .body(bytes);
        let report = Answer::of(request).await.done();
        assert_eq!(
            report.get("accepted"),
            report.get("rows"),
            "{file}: {report}"
        );
    }

    /// Registers the facts of `examples/soc-trang-2025/round-2025.json`: units, the years' entries,
    /// and the publications the interim round of 2025 opens on.
    ///
    /// # Panics
    /// If anything is refused.
    pub async fn interim_round(&self) {
        let file = root().join("examples/soc-trang-2025/round-2025.json");
        let bytes = std::fs::read(file).expect("the sample round");
        let file: Value = serde_json::from_slice(&bytes).expect("JSON");
        self.import("units", "don-vi.csv").await;
        for (kind, list) in [
            ("UNIT_INDEX", "index"),
            ("SATISFACTION", "satisfaction"),
            ("TASKS", "tasks"),
            ("PROVINCIAL_INDEX", "components"),
        ] {
            for (year, entries) in by_year(&file, list) {
                let body = json!({ "kind": kind, "year": year, "entries": entries });
                self.post("home-affairs", "index-entries", body)
                    .await
                    .done();
            }
        }
        self.import("publications", "cong-bo.csv").await;
        self.day("2026-04-15");
        for kind in ["PROVINCIAL_INDEX", "SATISFACTION", "UNIT_INDEX"] {
            self.publish(kind, 2025, 1).await;
        }
        let round = json!({ "kind": "INTERIM", "year": 2025 });
        self.post("standing-office", "rounds", round).await.done();
    }

    /// Registers that an index was published today, as its first edition or corrected.
    ///
    /// # Panics
    /// If it is refused.
    pub async fn publish(&self, kind: &str, year: u16, edition: u16) {
        let body = json!({
            "kind": kind, "year": year, "edition": edition, "publishedOn": self.today(),
            "decisionNumber": self.number("QĐ-CB"), "publisher": "Cơ quan công bố (mẫu)",
        });
        self.post("home-affairs", "publications", body).await.done();
    }

    /// Corrects a unit's index score: a second edition, and the entry as it reads there.
    ///
    /// # Panics
    /// If it is refused.
    pub async fn correct_score(&self, unit: &str, year: u16, score: &str) {
        self.publish("UNIT_INDEX", year, 2).await;
        let entries = json!([{ "unit": unit, "score": score }]);
        let body = json!({ "kind": "UNIT_INDEX", "year": year, "entries": entries });
        let answer = self
            .post("home-affairs", "index-entries", body)
            .await
            .done();
        assert_eq!(text(&answer, "corrected"), "1", "{answer}");
        self.settle().await;
    }

    /// The inspectorate opens a hold on a subject today.
    ///
    /// # Panics
    /// If it is refused.
    pub async fn hold(&self, hold: &str, subject: &str) {
        let body = json!({
            "hold": hold, "subject": subject, "openedOn": self.today(),
            "ground": "UNDER_CONSIDERATION", "document": "Thông báo 77/TB (mẫu)",
        });
        self.post("inspectorate", "holds", body).await.done();
        self.settle().await;
    }

    /// The inspectorate lifts a hold, or confirms that discipline was imposed.
    ///
    /// # Panics
    /// If it is refused.
    pub async fn end_hold(&self, hold: &str, how: &str) {
        let body = json!({ "on": self.today(), "document": "Kết luận 12/KL (mẫu)" });
        let path = format!("holds/{hold}/{how}");
        self.post("inspectorate", &path, body).await.done();
        self.settle().await;
    }
}

/// The entries of a round file's list as the API takes them, by year.
fn by_year(file: &Value, field: &str) -> BTreeMap<u64, Vec<Value>> {
    let mut years: BTreeMap<u64, Vec<Value>> = BTreeMap::new();
    for row in super::list(file, field) {
        let mut entry: Map<String, Value> = row.as_object().expect("a row").clone();
        let year = entry
            .remove("year")
            .and_then(|y| y.as_u64())
            .expect("a year");
        if let Some(component) = entry.remove("id") {
            entry.insert("name".into(), component.clone());
            entry.insert("component".into(), component);
        }
        entry.retain(|_, value| !value.is_null());
        years.entry(year).or_default().push(Value::Object(entry));
    }
    years
}
