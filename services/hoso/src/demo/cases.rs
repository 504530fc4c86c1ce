//! Home Affairs' and the Standing Office's side of the demo: stamps, checks, returns, findings.

use anyhow::{Context as _, Result};
use chrono::{DateTime, FixedOffset, NaiveDate, TimeDelta};
use serde_json::{Value, json};

use super::cast::Cast;
use super::client::{Answer, Client, Seen};
use super::dossiers::at;
use super::narrator::Narrator;
use super::sample::{Dossier, Finding};

/// Home Affairs, whose own dossier another office judges (R54).
const GATEWAY: &str = "so-noi-vu";

/// The verifying side.
pub(super) struct Office<'a> {
    pub(super) client: &'a Client,
    pub(super) cast: &'a Cast,
    pub(super) narrator: Narrator,
}

impl Office<'_> {
    /// Stamps the receipt; says whether every item was late.
    ///
    /// # Errors
    /// The service's refusal.
    pub(super) async fn receive(&self, dossier: &Dossier) -> Result<bool> {
        let body = json!({
            "receivedAt": dossier.received_at, "receiptNumber": dossier.receipt_number,
        });
        let case = self
            .act(
                "home-affairs",
                &dossier.id,
                "receive",
                dossier.received_at,
                body,
            )
            .await?;
        let items = timeliness(&case.body);
        let late: Vec<_> = items.iter().filter(|(_, on_time)| !on_time).collect();
        let verdict = match late.len() {
            0 => "in time".to_owned(),
            n if n == items.len() => "LATE: every item came after its last day".to_owned(),
            _ => format!(
                "late: {}; the others in time",
                late.iter()
                    .map(|(item, _)| item.as_str())
                    .collect::<Vec<_>>()
                    .join(", ")
            ),
        };
        let what = format!(
            "stamps {} {}: {verdict}",
            dossier.id, dossier.receipt_number
        );
        self.narrator
            .step_at(dossier.received_at, "Home Affairs", &what);
        Ok(!items.is_empty() && late.len() == items.len())
    }

    /// Checks completeness; returns what is missing, in words.
    ///
    /// # Errors
    /// The service's refusal.
    pub(super) async fn check(
        &self,
        dossier: &Dossier,
        when: DateTime<FixedOffset>,
    ) -> Result<Vec<String>> {
        let who = judge_of(dossier);
        let case = self.act(who, &dossier.id, "check", when, json!({})).await?;
        Ok(missing(&case.body))
    }

    /// Sends the dossier back for a supplement.
    ///
    /// # Errors
    /// The service's refusal.
    pub(super) async fn send_back(
        &self,
        dossier: &Dossier,
        when: DateTime<FixedOffset>,
        due_on: NaiveDate,
        missing: &[String],
    ) -> Result<()> {
        let who = judge_of(dossier);
        self.act(who, &dossier.id, "return", when, json!({ "dueOn": due_on }))
            .await?;
        let what = format!(
            "returns {} until {}: {}",
            dossier.id,
            due_on.format("%d/%m/%Y"),
            missing.join("; ")
        );
        self.narrator.step_at(when, title(who), &what);
        Ok(())
    }

    /// Takes the dossier on and hands it to the Standing Office.
    ///
    /// # Errors
    /// The service's refusal.
    pub(super) async fn accept(
        &self,
        dossier: &Dossier,
        when: DateTime<FixedOffset>,
    ) -> Result<()> {
        let who = judge_of(dossier);
        self.act(who, &dossier.id, "accept", when, json!({}))
            .await?;
        self.act(
            who,
            &dossier.id,
            "forward",
            when + TimeDelta::minutes(5),
            json!({}),
        )
        .await?;
        let what = format!(
            "{} is complete; forwards it to the Standing Office",
            dossier.id
        );
        self.narrator.step_at(when, title(who), &what);
        Ok(())
    }

    /// Lets lapse what is overdue on a day.
    ///
    /// # Errors
    /// The service's refusal.
    pub(super) async fn lapse(&self, on: NaiveDate) -> Result<()> {
        let token = self.cast.token("home-affairs")?;
        let body = json!({
            "on": on, "effectiveAt": at(on, 8, 0), "reason": "Hết hạn bổ sung, không nhận được",
        });
        let answer = self
            .client
            .post(token, "/api/v1/cases/lapse-overdue", Seen::New, &body)
            .await?
            .success("lapse overdue cases")?;
        for dossier in answer
            .body
            .get("lapsed")
            .and_then(Value::as_array)
            .into_iter()
            .flatten()
        {
            let what = format!("{} lapses: no supplement came", plain(dossier));
            self.narrator.step(on, "Home Affairs", &what);
        }
        Ok(())
    }

    /// Records a verifier's finding.
    ///
    /// # Errors
    /// The service's refusal.
    pub(super) async fn find(&self, dossier: &str, finding: &Finding) -> Result<()> {
        let who = if finding.verifier.contains("Văn phòng Ủy ban nhân dân tỉnh") {
            "standing-office-2"
        } else if finding.verifier.contains("Sở Khoa học và Công nghệ") {
            "council"
        } else {
            "standing-office"
        };
        let body = json!({
            "item": finding.item,
            "rule": finding.rule,
            "verdict": finding.verdict,
            "evidence": finding.evidence,
            "foundOn": finding.date,
        });
        self.act(who, dossier, "findings", at(finding.date, 14, 0), body)
            .await?;
        Ok(())
    }

    /// Evaluates a case's items as of a day.
    ///
    /// # Errors
    /// The service's refusal.
    pub(super) async fn evaluate(&self, dossier: &str, as_of: NaiveDate) -> Result<()> {
        let body = json!({ "asOf": as_of });
        self.act(
            "standing-office",
            dossier,
            "evaluate",
            at(as_of, 16, 0),
            body,
        )
        .await?;
        Ok(())
    }

    /// One command on a case.
    ///
    /// # Errors
    /// The service's refusal.
    pub(super) async fn act(
        &self,
        who: &str,
        dossier: &str,
        command: &str,
        when: DateTime<FixedOffset>,
        mut body: Value,
    ) -> Result<Answer> {
        if let Some(fields) = body.as_object_mut() {
            fields.insert("effectiveAt".into(), json!(when));
            fields.insert("reason".into(), json!(reason(command)));
        }
        let path = format!("/api/v1/cases/{dossier}/{command}");
        self.client
            .post(self.cast.token(who)?, &path, Seen::Any, &body)
            .await?
            .success(&format!("{dossier} {command}"))
    }
}

/// Who judges the completeness of a dossier: not its own agency.
fn judge_of(dossier: &Dossier) -> &'static str {
    if dossier.unit == GATEWAY || dossier.submitted_by == GATEWAY {
        "standing-office-2"
    } else {
        "home-affairs"
    }
}

/// The office in words.
fn title(who: &str) -> &'static str {
    match who {
        "home-affairs" => "Home Affairs",
        "standing-office-2" => "Standing Office, for Home Affairs' own dossier (R54)",
        _ => "Standing Office",
    }
}

/// Why the step is taken, for the record.
fn reason(command: &str) -> &'static str {
    match command {
        "receive" => "Tiếp nhận hồ sơ, đóng dấu ĐẾN",
        "check" => "Kiểm tra thành phần hồ sơ (mục III.5 của kế hoạch)",
        "return" => "Hồ sơ chưa đủ, yêu cầu bổ sung",
        "accept" => "Hồ sơ đủ thành phần",
        "forward" => "Chuyển Thường trực Ban Chỉ đạo thẩm định",
        "findings" => "Kết luận thẩm định theo tài liệu kiểm chứng",
        "evaluate" => "Xét điều kiện từng tiêu chuẩn",
        _ => "Theo Kế hoạch 52/KH-UBND",
    }
}

fn plain(value: &Value) -> String {
    value
        .as_str()
        .map_or_else(|| value.to_string(), str::to_owned)
}

/// Each item and whether it was in time.
fn timeliness(case: &Value) -> Vec<(String, bool)> {
    let items = case.get("items").and_then(Value::as_array);
    items
        .into_iter()
        .flatten()
        .filter_map(|item| {
            let on_time = item.get("timeliness")?.get("onTime")?.as_bool()?;
            Some((plain(item.get("item")?), on_time))
        })
        .collect()
}

/// What is missing, in words.
fn missing(case: &Value) -> Vec<String> {
    let missing = case.get("missing").and_then(Value::as_array);
    missing
        .into_iter()
        .flatten()
        .filter_map(|one| {
            Some(format!(
                "{} ({})",
                plain(one.get("text")?),
                plain(one.get("rule")?)
            ))
        })
        .collect()
}

/// The dossier that holds an item.
///
/// # Errors
/// If none does.
pub(super) fn dossier_of<'a>(dossiers: &'a [Dossier], item: &str) -> Result<&'a Dossier> {
    dossiers
        .iter()
        .find(|dossier| dossier.items.iter().any(|i| i.id == item))
        .with_context(|| format!("no dossier holds {item}"))
}
