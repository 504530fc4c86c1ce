//! The sample year as the offices handed it over: tables, dossiers, findings, council scores.
//!
//! It is part of the binary, so that `hoso demo` needs nothing beside it. The files stand in
//! `examples/soc-trang-2024`, with a README that says what is fictitious and what must come out.

use std::borrow::Cow;

use anyhow::{Context as _, Result};
use chrono::{DateTime, FixedOffset, NaiveDate};
use rust_embed::RustEmbed;
use serde::Deserialize;
use serde::de::DeserializeOwned;

#[derive(RustEmbed)]
#[folder = "../../examples/soc-trang-2024"]
struct Files;

/// A file of the sample year.
///
/// # Errors
/// If the sample year has no such file.
pub(super) fn file(path: &str) -> Result<Cow<'static, [u8]>> {
    Files::get(path)
        .map(|f| f.data)
        .with_context(|| format!("the sample year has no {path}"))
}

fn json<T: DeserializeOwned>(path: &str) -> Result<T> {
    serde_json::from_slice(&file(path)?).with_context(|| format!("sample file {path}"))
}

/// The whole sample year.
pub(super) struct Sample {
    /// Dossiers, by the time they arrived.
    pub(super) dossiers: Vec<Dossier>,
    /// The verifiers' findings, by date.
    pub(super) findings: Vec<Finding>,
    /// The council's scores of individuals.
    pub(super) council: Council,
    /// Discipline under consideration or served.
    pub(super) holds: Vec<Hold>,
    /// Every unit with its head's title.
    pub(super) units: Vec<Unit>,
    /// The round's facts as one file, to compare with.
    pub(super) round_file: Cow<'static, [u8]>,
}

impl Sample {
    /// Reads the sample year.
    ///
    /// # Errors
    /// Names the file that cannot be read.
    pub(super) fn read() -> Result<Self> {
        let mut dossiers = Vec::new();
        for path in Files::iter().filter(|p| p.starts_with("ho-so/HS-")) {
            dossiers.push(json::<Dossier>(&path)?);
        }
        dossiers.sort_by_key(|d| (d.received_at, d.id.clone()));
        let mut findings = json::<Findings>("ho-so/ket-qua-tham-dinh.json")?.findings;
        findings.sort_by_key(|f| f.date);
        Ok(Self {
            dossiers,
            findings,
            council: json("ho-so/diem-hoi-dong.json")?,
            holds: table("ky-luat.csv")?,
            units: table("don-vi.csv")?,
            round_file: file("round-2024.json")?,
        })
    }
}

fn table<T: DeserializeOwned>(path: &str) -> Result<Vec<T>> {
    let bytes = file(path)?;
    csv::Reader::from_reader(bytes.as_ref())
        .deserialize()
        .collect::<Result<_, _>>()
        .with_context(|| format!("sample file {path}"))
}

/// A unit's row, as far as the demo needs it.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct Unit {
    #[serde(rename = "ma_don_vi")]
    pub(super) id: String,
    #[serde(rename = "chuc_vu_nguoi_dung_dau")]
    pub(super) head_title: String,
}

/// A hold's row.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct Hold {
    #[serde(rename = "doi_tuong")]
    pub(super) subject: String,
    #[serde(rename = "ngay_mo")]
    pub(super) opened: NaiveDate,
    #[serde(rename = "ngay_dong")]
    pub(super) closed: Option<NaiveDate>,
    #[serde(rename = "noi_dung")]
    pub(super) content: String,
    #[serde(rename = "can_cu")]
    pub(super) document: String,
}

/// A dossier as a unit handed it in.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Dossier {
    pub(super) id: String,
    pub(super) unit: String,
    pub(super) submitted_by: String,
    pub(super) on_behalf_of_predecessor: bool,
    pub(super) addressee: String,
    pub(super) proposal: Proposal,
    pub(super) minutes: Minutes,
    pub(super) reports: Vec<Report>,
    pub(super) sets: u32,
    pub(super) originals: bool,
    pub(super) channel: String,
    pub(super) sent_at: DateTime<FixedOffset>,
    pub(super) received_at: DateTime<FixedOffset>,
    pub(super) receipt_number: String,
    pub(super) supplements: Vec<Supplement>,
    pub(super) withdrawal: Option<Withdrawal>,
    pub(super) items: Vec<Item>,
    pub(super) attachments: Vec<Attachment>,
}

/// A file as a dossier names it.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct Paper {
    /// What the office calls it.
    pub(super) file: String,
    /// Where it lies in the sample, if it does.
    pub(super) path: Option<String>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Proposal {
    pub(super) number: String,
    pub(super) date: NaiveDate,
    pub(super) signed_by: String,
    pub(super) list: Vec<String>,
    #[serde(flatten)]
    pub(super) paper: Paper,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Minutes {
    pub(super) number: String,
    pub(super) date: NaiveDate,
    pub(super) body: String,
    pub(super) chair: String,
    pub(super) secretary: String,
    pub(super) members_total: u32,
    pub(super) members_present: u32,
    pub(super) absent: Vec<String>,
    pub(super) voting: String,
    pub(super) covers: Vec<String>,
    pub(super) votes: Vec<Vote>,
    #[serde(flatten)]
    pub(super) paper: Paper,
}

#[derive(Debug, Clone, Deserialize)]
pub(super) struct Vote {
    pub(super) item: String,
    #[serde(rename = "for")]
    pub(super) in_favour: u32,
    pub(super) against: u32,
    pub(super) abstained: u32,
    pub(super) recused: u32,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Report {
    pub(super) item: String,
    pub(super) number: Option<String>,
    pub(super) confirmed: bool,
    pub(super) confirmed_by: String,
    pub(super) confirmed_on: NaiveDate,
    #[serde(flatten)]
    pub(super) paper: Paper,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Supplement {
    pub(super) requested_on: NaiveDate,
    pub(super) due_on: NaiveDate,
    pub(super) received_at: Option<DateTime<FixedOffset>>,
    pub(super) added: Vec<Report>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Withdrawal {
    pub(super) number: String,
    pub(super) date: NaiveDate,
    pub(super) received_at: DateTime<FixedOffset>,
    pub(super) reason: String,
}

#[derive(Debug, Clone, Deserialize)]
pub(super) struct Item {
    pub(super) id: String,
    pub(super) lane: String,
    pub(super) subject: String,
    pub(super) basis: Option<String>,
    #[serde(default)]
    pub(super) components: Vec<String>,
    pub(super) initiative: Option<String>,
    pub(super) name: String,
    pub(super) position: Option<String>,
    pub(super) role: Option<String>,
    pub(super) unit: Option<String>,
}

#[derive(Debug, Clone, Deserialize)]
pub(super) struct Attachment {
    pub(super) kind: String,
    pub(super) item: Option<String>,
    #[serde(flatten)]
    pub(super) paper: Paper,
}

#[derive(Debug, Clone, Deserialize)]
struct Findings {
    findings: Vec<Finding>,
}

/// A verifier's word on one criterion of one item.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct Finding {
    pub(super) item: String,
    pub(super) rule: String,
    pub(super) verdict: String,
    pub(super) evidence: String,
    pub(super) verifier: String,
    pub(super) date: NaiveDate,
}

/// The council's meeting that scored individuals.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct Council {
    pub(super) meeting: Meeting,
    pub(super) scores: Vec<Score>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Meeting {
    pub(super) date: NaiveDate,
    pub(super) body: String,
    pub(super) members_total: u32,
    pub(super) members_present: u32,
    pub(super) voting: String,
}

#[derive(Debug, Clone, Deserialize)]
pub(super) struct Score {
    pub(super) item: String,
    #[serde(default)]
    pub(super) ballots: Vec<String>,
    /// Absent where the council has not scored.
    #[serde(rename = "score")]
    pub(super) mean: Option<String>,
}
