//! The typed rule book: its parts, its strict reading, its questions and answers.
//!
//! Reading refuses unknown fields and a book that contradicts itself; it does not judge whether a
//! quota or threshold is wise.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::calendar::{Counting, Holidays, last_day};
use crate::evaluation::vocabulary::{
    Basis, Group, Lane, PublicationKind, RoundKind, RuleId, criteria_of,
};
use crate::ids::RuleBookId;
use crate::percent::Percent;
use crate::rulebook::parameters::{ParameterName, Parameters};
use crate::rulebook::totals::AwardTotal;

const SOC_TRANG_52_2022: &str = include_str!("../../rulebooks/soc-trang-52-2022.json");

/// Why a rule book is refused.
#[derive(Debug, thiserror::Error)]
pub enum RuleBookError {
    /// Not the JSON of a rule book: the parser's words, with line and column.
    #[error("not a rule book")]
    Form(#[source] serde_json::Error),
    /// Reads, but contradicts itself.
    #[error("{0}")]
    Contradiction(String),
}

/// A rule book by name, version and digest: what an outcome says it was made under.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct RuleBookRef {
    /// Id.
    pub id: RuleBookId,
    /// Version, from 1.
    pub version: u32,
    /// `sha256:` and the lower-case hex digest of the file's exact bytes.
    pub digest: String,
}

/// First and last day a book is valid.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Validity {
    /// First day.
    pub from: NaiveDate,
    /// Last day.
    pub to: NaiveDate,
}

/// The years of the movement.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Windows {
    /// First year of every window.
    pub from: u16,
    /// Award year of the interim review (sơ kết).
    pub interim: u16,
    /// Award year of the final review (tổng kết).
    pub r#final: u16,
}

/// How many assessed units a group had when the plan was made (R5).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct GroupSize {
    /// The group; absent for the advising units (đơn vị tham mưu).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub group: Option<Group>,
    /// Units.
    pub size: u32,
    /// Where the plan says so.
    pub citation: String,
}

/// How many awards a lane has, by kind of round (R7). 0 = no such award.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Quotas {
    /// Annual round.
    pub annual: u32,
    /// Interim review.
    pub interim: u32,
    /// Final review.
    pub r#final: u32,
}

/// Criteria of a lane, or of one basis in the individuals' lane.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Row {
    /// The basis, in the individuals' lane only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub basis: Option<Basis>,
    /// The publication that starts the deadline (AMB-1).
    pub publication: PublicationKind,
    /// The criteria, in order; all must be met.
    pub criteria: Vec<RuleId>,
}

/// One lane: quota and criteria.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct LaneRules {
    /// The lane.
    pub lane: Lane,
    /// Awards.
    pub quotas: Quotas,
    /// Where the plan gives the quotas.
    pub citation: String,
    /// One row, or one a basis.
    pub rows: Vec<Row>,
}

/// How a criterion is judged from figures; a finding `NOT_MET` always wins.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE", deny_unknown_fields)]
pub enum Computation {
    /// A human's word alone.
    Finding,
    /// All assigned tasks done on time (hoàn thành đúng tiến độ 100% nhiệm vụ), then a human's word on quality.
    Tasks,
    /// Mean index score of the window.
    #[serde(rename_all = "camelCase")]
    Mean {
        /// Lowest mean that passes.
        threshold: Percent,
        /// The band's number, for the mean of group numbers (AMB-7).
        group: u32,
    },
    /// No year in the lowest group.
    #[serde(rename_all = "camelCase")]
    Floor {
        /// Lowest score that passes.
        threshold: Percent,
    },
    /// Mean satisfaction of the window.
    #[serde(rename_all = "camelCase")]
    Satisfaction {
        /// Up to the interim award year.
        threshold: Percent,
        /// In the final review; annual rounds after the interim year follow `satisfaction.from2026`.
        final_threshold: Percent,
    },
    /// Component indexes of the adviser strictly higher than the year before.
    Growth,
    /// The same for an individual's components, where keeping the maximum passes.
    GrowthOrMaximum,
    /// An initiative recognised by the council, then a human's word.
    RecognisedInitiative,
}

/// A criterion: the plan's clause and how it is judged.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Criterion {
    /// Rule id.
    pub rule: RuleId,
    /// Section of the plan, such as `III.4.b(2)`.
    pub citation: String,
    /// First and last day, if the clause is not in force as long as the book.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub validity: Option<Validity>,
    /// How it is judged.
    pub computation: Computation,
    /// The clause in Vietnamese, the plan's words.
    pub vi: String,
    /// The clause in English.
    pub en: String,
}

/// Bands of the index other than Group 1, whose bound is a parameter (footnotes 6 to 8).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Thresholds {
    /// Lowest score of Group 2 (Nhóm 2).
    pub group2_from: Percent,
    /// Lowest score of Group 3.
    pub group3_from: Percent,
    /// Lowest score of Group 4; below is Group 5.
    pub group4_from: Percent,
}

/// The deadline of submission (R42).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Deadline {
    /// Days from publication.
    pub days: u32,
    /// How they are counted (AMB-2).
    pub counting: Counting,
    /// Where the plan says so.
    pub citation: String,
}

/// Supplementing an incomplete dossier that came in time (bổ sung hồ sơ, AMB-5).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Supplement {
    /// Days from the request.
    pub days: u32,
    /// How they are counted.
    pub counting: Counting,
    /// Most requests a dossier.
    pub rounds_max: u32,
}

/// What a dossier must be (R37 to R41).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct DossierDemands {
    /// Original sets (bộ bản chính), R40.
    pub sets: u32,
    /// Where the plan says so.
    pub citation: String,
    /// Supplement.
    pub supplement: Supplement,
}

/// A fraction of whole numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Fraction {
    /// Numerator.
    pub numerator: u32,
    /// Denominator, not 0.
    pub denominator: u32,
}

impl Fraction {
    /// Whether `part` of `total` is at least this fraction.
    #[must_use]
    pub fn is_reached(self, part: u32, total: u32) -> bool {
        u64::from(part) * u64::from(self.denominator)
            >= u64::from(total) * u64::from(self.numerator)
    }

    /// Whether `part` of `total` is more than this fraction.
    #[must_use]
    pub fn is_exceeded(self, part: u32, total: u32) -> bool {
        u64::from(part) * u64::from(self.denominator) > u64::from(total) * u64::from(self.numerator)
    }
}

/// Voting at meetings (AMB-32): both fractions are of the total members, present or not.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Voting {
    /// Members present, at least (số thành viên tối thiểu).
    pub quorum: Fraction,
    /// Members in favour, more than.
    pub majority: Fraction,
}

impl Voting {
    /// Whether a meeting may decide.
    #[must_use]
    pub fn has_quorum(&self, present: u32, total: u32) -> bool {
        total > 0 && self.quorum.is_reached(present, total)
    }

    /// Whether a vote carries: of the total members, not of those present.
    #[must_use]
    pub fn carries(&self, in_favour: u32, total: u32) -> bool {
        self.majority.is_exceeded(in_favour, total)
    }
}

/// Appealing against an outcome (khiếu nại lần đầu).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct AppealPeriod {
    /// Days from the notice or the publication.
    pub days: u32,
    /// How they are counted.
    pub counting: Counting,
    /// Where the law says so.
    pub citation: String,
}

/// A question that the plan leaves open, and this book's answer (domain.md C).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Ambiguity {
    /// `AMB-1` to `AMB-40`.
    pub id: String,
    /// The question.
    pub question: String,
    /// The answer in force.
    pub default: String,
    /// Other answers.
    pub alternatives: Vec<String>,
    /// The words or the law the answer rests on.
    pub source: String,
    /// The evaluation parameter that answers it, where one does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parameter: Option<ParameterName>,
}

/// The file as it is written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Text {
    id: RuleBookId,
    version: u32,
    title: String,
    source: String,
    validity: Validity,
    windows: Windows,
    groups: Vec<GroupSize>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    totals: Vec<AwardTotal>,
    lanes: Vec<LaneRules>,
    criteria: Vec<Criterion>,
    bands: Thresholds,
    deadline: Deadline,
    dossier: DossierDemands,
    voting: Voting,
    appeal: AppealPeriod,
    retention_years: u32,
    parameters: Parameters,
    ambiguities: Vec<Ambiguity>,
}

/// A rule book, read and free of contradictions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RuleBook {
    text: Text,
    digest: String,
}

impl RuleBook {
    /// The book of the plan 52/KH-UBND of 2022, embedded.
    #[must_use]
    #[expect(clippy::expect_used, reason = "an embedded file; a test reads it")]
    pub fn soc_trang() -> &'static Self {
        static BOOK: LazyLock<RuleBook> = LazyLock::new(|| {
            RuleBook::read(SOC_TRANG_52_2022.as_bytes()).expect("the embedded rule book reads")
        });
        &BOOK
    }

    /// Exact text of the embedded book.
    #[must_use]
    pub const fn soc_trang_text() -> &'static str {
        SOC_TRANG_52_2022
    }

    /// Reads a book from its file's bytes.
    ///
    /// # Errors
    /// `Form` if it is not the JSON of a rule book, `Contradiction` if its parts do not fit together.
    pub fn read(bytes: &[u8]) -> Result<Self, RuleBookError> {
        let text = text_of(bytes).map_err(RuleBookError::Form)?;
        check(&text).map_err(RuleBookError::Contradiction)?;
        let digest = format!("sha256:{}", hex::encode(Sha256::digest(bytes)));
        Ok(Self { text, digest })
    }

    /// Name, version and digest.
    #[must_use]
    pub fn reference(&self) -> RuleBookRef {
        RuleBookRef {
            id: self.text.id.clone(),
            version: self.text.version,
            digest: self.digest.clone(),
        }
    }

    /// Id.
    #[must_use]
    pub fn id(&self) -> &RuleBookId {
        &self.text.id
    }

    /// Version, from 1.
    #[must_use]
    pub fn version(&self) -> u32 {
        self.text.version
    }

    /// `sha256:` and the lower-case hex digest of the file's exact bytes.
    #[must_use]
    pub fn digest(&self) -> &str {
        &self.digest
    }

    /// Title in Vietnamese.
    #[must_use]
    pub fn title(&self) -> &str {
        &self.text.title
    }

    /// The document behind the book.
    #[must_use]
    pub fn source(&self) -> &str {
        &self.text.source
    }

    /// First and last day.
    #[must_use]
    pub fn validity(&self) -> &Validity {
        &self.text.validity
    }

    /// The years of the movement.
    #[must_use]
    pub fn windows(&self) -> &Windows {
        &self.text.windows
    }

    /// Sizes of the groups (R5).
    #[must_use]
    pub fn groups(&self) -> &[GroupSize] {
        &self.text.groups
    }

    /// Size of a group; `None` asks for the advising units.
    #[must_use]
    pub fn group_size(&self, group: Option<Group>) -> Option<u32> {
        self.text
            .groups
            .iter()
            .find(|entry| entry.group == group)
            .map(|entry| entry.size)
    }

    /// Awards of a kind altogether, where the book says so itself.
    #[must_use]
    pub fn totals(&self) -> &[AwardTotal] {
        &self.text.totals
    }

    /// The lanes, in table order.
    #[must_use]
    pub fn lanes(&self) -> &[LaneRules] {
        &self.text.lanes
    }

    /// Awards of a lane in a kind of round (số lượng); 0 where there is no such award.
    #[must_use]
    pub fn quota(&self, kind: RoundKind, lane: Lane) -> u32 {
        self.lane(lane).map_or(0, |rules| rules.quotas.of(kind))
    }

    /// The criteria an item is judged by, in order.
    #[must_use]
    pub fn criteria(&self, lane: Lane, basis: Option<Basis>) -> &[RuleId] {
        self.row(lane, basis).map_or(&[], |row| &row.criteria)
    }

    /// Every clause, in the book's order.
    #[must_use]
    pub fn clauses(&self) -> &[Criterion] {
        &self.text.criteria
    }

    /// A criterion's clause and computation.
    #[must_use]
    pub fn criterion(&self, rule: RuleId) -> Option<&Criterion> {
        self.text.criteria.iter().find(|entry| entry.rule == rule)
    }

    /// The publication that starts the deadline of a lane (AMB-1).
    #[must_use]
    pub fn publication(&self, lane: Lane, basis: Option<Basis>) -> Option<PublicationKind> {
        self.row(lane, basis).map(|row| row.publication)
    }

    /// Bands of the index.
    #[must_use]
    pub fn bands(&self) -> &Thresholds {
        &self.text.bands
    }

    /// The deadline of submission.
    #[must_use]
    pub fn deadline(&self) -> &Deadline {
        &self.text.deadline
    }

    /// Last day of submission for a publication of that day (R42); `None` if the calendar runs out.
    #[must_use]
    pub fn submission_due(&self, published: NaiveDate, holidays: &Holidays) -> Option<NaiveDate> {
        let deadline = self.deadline();
        last_day(published, deadline.days, deadline.counting, holidays)
    }

    /// Last day of a supplement requested on that day (AMB-5); `None` if the calendar runs out.
    #[must_use]
    pub fn supplement_due(&self, requested: NaiveDate, holidays: &Holidays) -> Option<NaiveDate> {
        let supplement = &self.text.dossier.supplement;
        last_day(requested, supplement.days, supplement.counting, holidays)
    }

    /// What a dossier must be.
    #[must_use]
    pub fn dossier(&self) -> &DossierDemands {
        &self.text.dossier
    }

    /// Quorum and majority.
    #[must_use]
    pub fn voting(&self) -> &Voting {
        &self.text.voting
    }

    /// How long an appeal is admitted.
    #[must_use]
    pub fn appeal(&self) -> &AppealPeriod {
        &self.text.appeal
    }

    /// Years that award dossiers are kept (thời hạn bảo quản).
    #[must_use]
    pub fn retention_years(&self) -> u32 {
        self.text.retention_years
    }

    /// The evaluation parameters.
    #[must_use]
    pub fn parameters(&self) -> &Parameters {
        &self.text.parameters
    }

    /// The open questions and their answers.
    #[must_use]
    pub fn ambiguities(&self) -> &[Ambiguity] {
        &self.text.ambiguities
    }

    /// The book as JSON, to be compared with another.
    pub(super) fn decisive(&self) -> serde_json::Value {
        // Nothing in a book that was read fails to be written.
        serde_json::to_value(&self.text).unwrap_or_default()
    }

    fn lane(&self, lane: Lane) -> Option<&LaneRules> {
        self.text.lanes.iter().find(|rules| rules.lane == lane)
    }

    fn row(&self, lane: Lane, basis: Option<Basis>) -> Option<&Row> {
        self.lane(lane)?.rows.iter().find(|row| row.basis == basis)
    }
}

/// Reads the form, strictly at every depth: parts of it are parts of events too, and those tolerate
/// what a newer version adds.
fn text_of(bytes: &[u8]) -> Result<Text, serde_json::Error> {
    let mut json = serde_json::Deserializer::from_slice(bytes);
    let mut unknown = None;
    let text = serde_ignored::deserialize(&mut json, |path| {
        unknown.get_or_insert_with(|| path.to_string());
    })?;
    json.end()?;
    match unknown {
        Some(path) => Err(serde::de::Error::custom(format!("unknown field `{path}`"))),
        None => Ok(text),
    }
}

/// The first thing in which the book contradicts itself or leaves something open.
fn check(text: &Text) -> Result<(), String> {
    if text.version == 0 {
        return Err("version starts at 1".to_owned());
    }
    if text.validity.from > text.validity.to {
        return Err("validity ends before it begins".to_owned());
    }
    let windows = &text.windows;
    if !(windows.from <= windows.interim && windows.interim <= windows.r#final) {
        return Err("windows are out of order".to_owned());
    }
    let mut totals = BTreeSet::new();
    if !text.totals.iter().all(|total| totals.insert(total.award)) {
        return Err("a total is given twice".to_owned());
    }
    check_criteria(text)?;
    check_lanes(text)?;
    for (name, fraction) in [
        ("quorum", text.voting.quorum),
        ("majority", text.voting.majority),
    ] {
        if fraction.denominator == 0 || fraction.numerator > fraction.denominator {
            return Err(format!("{name} is no fraction between 0 and 1"));
        }
    }
    let mut seen = BTreeSet::new();
    match text
        .ambiguities
        .iter()
        .find(|entry| !seen.insert(&entry.id))
    {
        Some(twice) => Err(format!("{} is answered twice", twice.id)),
        None => Ok(()),
    }
}

fn check_criteria(text: &Text) -> Result<(), String> {
    let mut seen = BTreeSet::new();
    for criterion in &text.criteria {
        if !seen.insert(criterion.rule) {
            return Err(format!("criterion {} stands twice", criterion.rule));
        }
        if criterion.validity.as_ref().is_some_and(|v| v.from > v.to) {
            return Err(format!("{} ends before it begins", criterion.rule));
        }
    }
    Ok(())
}

fn check_lanes(text: &Text) -> Result<(), String> {
    let lanes: Vec<_> = text.lanes.iter().map(|rules| rules.lane).collect();
    if lanes != Lane::ALL {
        return Err("lanes must be all ten, in the order of the table".to_owned());
    }
    for rules in &text.lanes {
        let bases: Vec<_> = rules.rows.iter().map(|row| row.basis).collect();
        let wanted: Vec<_> = if rules.lane.is_individual() {
            Basis::ALL.iter().copied().map(Some).collect()
        } else {
            vec![None]
        };
        if bases != wanted {
            return Err(format!("rows of {} must be one a basis", rules.lane));
        }
        for row in &rules.rows {
            check_row(text, rules.lane, row)?;
        }
    }
    Ok(())
}

fn check_row(text: &Text, lane: Lane, row: &Row) -> Result<(), String> {
    let mut allowed = criteria_of(lane, row.basis).iter();
    for rule in &row.criteria {
        if !allowed.any(|known| known == rule) {
            return Err(format!(
                "{rule} in {lane} is no criterion of it, or out of order"
            ));
        }
        if !text.criteria.iter().any(|entry| entry.rule == *rule) {
            return Err(format!("{rule} in {lane} has no clause"));
        }
    }
    Ok(())
}
