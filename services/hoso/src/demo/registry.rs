//! The registry's side of the demo: units, published tables, persons, discipline.

use anyhow::{Result, bail};
use chrono::NaiveDate;
use serde_json::{Value, json};

use super::cast::{BODIES, Cast, IN_OFFICE_FROM};
use super::client::{Client, Seen};
use super::dossiers::at;
use super::narrator::Narrator;
use super::sample::{self, Hold, Sample};

/// Tables in the order they are imported: kind, file, what it is.
const TABLES: &[(&str, &str, &str)] = &[
    ("units", "don-vi.csv", "units"),
    (
        "publications",
        "cong-bo.csv",
        "publications and corrections",
    ),
    ("index", "chi-so-cchc.csv", "units' index scores"),
    ("satisfaction", "hai-long.csv", "satisfaction rates"),
    ("tasks", "nhiem-vu.csv", "task counts"),
    (
        "components",
        "chi-so-thanh-phan.csv",
        "component indexes with their advisers",
    ),
    ("initiatives", "sang-kien.csv", "initiatives assessed"),
];

/// The registry.
pub(super) struct Registry<'a> {
    pub(super) client: &'a Client,
    pub(super) narrator: Narrator,
}

impl Registry<'_> {
    /// Registers the bodies that are no assessed units, so that officials can act for them.
    ///
    /// # Errors
    /// The service's refusal.
    pub(super) async fn bodies(&self, keeper: &str) -> Result<()> {
        for &(unit, name, head_title) in BODIES {
            let body = json!({
                "unit": unit, "name": name, "advising": false, "validFrom": IN_OFFICE_FROM,
                "headTitle": head_title,
            });
            self.client
                .post(keeper, "/api/v1/units", Seen::New, &body)
                .await?
                .success("register a body")?;
        }
        Ok(())
    }

    /// Imports the year's tables.
    ///
    /// # Errors
    /// The first table with a row that cannot be read.
    pub(super) async fn tables(&self, keeper: &str, on: NaiveDate) -> Result<()> {
        for &(kind, file, what) in TABLES {
            let path = format!("/api/v1/imports/{kind}");
            let bytes = sample::file(file)?.into_owned();
            let answer = self
                .client
                .post_bytes(keeper, &path, Seen::New, "text/csv", bytes)
                .await?
                .success(file)?;
            let count = |field| answer.body.get(field).and_then(Value::as_u64).unwrap_or(0);
            if count("accepted") != count("rows") {
                bail!("{file}: {}", answer.body);
            }
            let what = format!("imports {} {what} ({file})", count("rows"));
            self.narrator.step(on, "Home Affairs", &what);
        }
        Ok(())
    }

    /// Registers the individuals the dossiers name: the only place where names are written.
    ///
    /// # Errors
    /// The service's refusal.
    pub(super) async fn persons(&self, keeper: &str, sample: &Sample) -> Result<usize> {
        let mut count = 0;
        let individuals = sample
            .dossiers
            .iter()
            .flat_map(|d| &d.items)
            .filter(|i| i.basis.is_some());
        for item in individuals {
            let mut body = json!({
                "person": item.subject,
                "name": item.name,
                "position": item.position,
                "unit": item.unit,
                "insider": item.basis.as_deref() != Some("OUTSIDER"),
            });
            if let Some(fields) = body.as_object_mut() {
                fields.retain(|_, value| !value.is_null());
            }
            self.client
                .post(keeper, "/api/v1/persons", Seen::New, &body)
                .await?
                .success(&item.subject)?;
            count += 1;
        }
        Ok(count)
    }

    /// Opens a hold, as of its day.
    ///
    /// # Errors
    /// The service's refusal.
    pub(super) async fn open_hold(&self, cast: &Cast, number: usize, hold: &Hold) -> Result<()> {
        let serving = hold.content.contains("thi hành");
        let body = json!({
            "hold": format!("kl-{number:02}"),
            "subject": hold.subject,
            "openedOn": hold.opened,
            "ground": if serving { "SERVING" } else { "UNDER_CONSIDERATION" },
            "document": hold.document,
            "effectiveAt": at(hold.opened, 9, 0),
        });
        self.client
            .post(
                cast.token("inspectorate")?,
                "/api/v1/holds",
                Seen::New,
                &body,
            )
            .await?
            .success(&hold.subject)?;
        let what = format!("opens a hold on {}: {}", hold.subject, hold.document);
        self.narrator.step(hold.opened, "Inspectorate", &what);
        Ok(())
    }

    /// Lifts a hold.
    ///
    /// # Errors
    /// The service's refusal.
    pub(super) async fn lift_hold(
        &self,
        cast: &Cast,
        number: usize,
        hold: &Hold,
        closed: NaiveDate,
    ) -> Result<()> {
        let body = json!({
            "on": closed,
            "document": format!("Kết thúc: {}", hold.document),
            "effectiveAt": at(closed, 8, 0),
        });
        let path = format!("/api/v1/holds/kl-{number:02}/lift");
        self.client
            .post(cast.token("inspectorate")?, &path, Seen::Any, &body)
            .await?
            .success(&hold.subject)?;
        let what = format!("lifts the hold on {}", hold.subject);
        self.narrator.step(closed, "Inspectorate", &what);
        Ok(())
    }
}
