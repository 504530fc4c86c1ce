//! Publications, entries and rule books.

use std::collections::BTreeSet;

use chrono::NaiveDate;
use hoso_domain::ids::{ComponentId, RuleBookId, UnitId};
use hoso_domain::percent::Percent;
use hoso_domain::registry::index::{
    ComponentEntry, Entries, Entry, IndexKind, IndexPublished, IndexState, RateEntry,
    RecordEntries, ScoreEntry, TaskEntry,
};
use hoso_domain::registry::rule_book::{RuleBookPublished, digest};
use hoso_domain::text::tidy;
use hoso_runtime::Problem;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::some_text;

/// A publication (công bố), or from edition 2 its correction (đính chính).
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct PublicationBody {
    /// `PROVINCIAL_INDEX`, `UNIT_INDEX` or `SATISFACTION`.
    #[schema(value_type = String, example = "UNIT_INDEX")]
    pub(crate) kind: IndexKind,
    /// For which year.
    #[schema(minimum = 2021, maximum = 2030)]
    pub(crate) year: u16,
    /// 1, then 2 and on for corrections.
    #[schema(minimum = 1, example = 1)]
    edition: u16,
    /// Day of publication.
    published_on: NaiveDate,
    /// Number of the decision.
    #[schema(example = "688/QĐ-UBND")]
    decision_number: String,
    /// Who published.
    publisher: String,
    /// A remark.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    note: Option<String>,
}

impl From<PublicationBody> for IndexPublished {
    fn from(body: PublicationBody) -> Self {
        Self {
            kind: body.kind,
            year: body.year,
            edition: body.edition,
            published_on: body.published_on,
            decision_number: tidy(&body.decision_number),
            publisher: tidy(&body.publisher),
            note: some_text(body.note),
        }
    }
}

impl From<IndexPublished> for PublicationBody {
    fn from(published: IndexPublished) -> Self {
        Self {
            kind: published.kind,
            year: published.year,
            edition: published.edition,
            published_on: published.published_on,
            decision_number: published.decision_number,
            publisher: published.publisher,
            note: published.note,
        }
    }
}

/// One entry. Which fields belong to it says the kind: `unit` and `score` for `UNIT_INDEX`; `unit`
/// and `rate` for `SATISFACTION`; `unit`, `assigned` and `doneOnTime` for `TASKS`; `component`,
/// `name`, `adviser` and maybe `rate` for `PROVINCIAL_INDEX`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct EntryBody {
    /// The unit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    unit: Option<UnitId>,
    /// A score in percent, at most four decimals.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, example = "89.64")]
    score: Option<Percent>,
    /// A rate in percent, at most four decimals; of a component absent: not published.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    rate: Option<Percent>,
    /// Tasks assigned.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    assigned: Option<u32>,
    /// Of them done on time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    done_on_time: Option<u32>,
    /// The component.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    component: Option<ComponentId>,
    /// What the component is called.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    name: Option<String>,
    /// The unit that advises on the component.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    adviser: Option<UnitId>,
}

impl From<Entry> for EntryBody {
    fn from(entry: Entry) -> Self {
        let none = Self::default();
        match entry {
            Entry::Score(entry) => Self {
                unit: Some(entry.unit),
                score: Some(entry.score),
                ..none
            },
            Entry::Rate(entry) => Self {
                unit: Some(entry.unit),
                rate: Some(entry.rate),
                ..none
            },
            Entry::Tasks(entry) => Self {
                unit: Some(entry.unit),
                assigned: Some(entry.assigned),
                done_on_time: Some(entry.done_on_time),
                ..none
            },
            Entry::Component(entry) => Self {
                component: Some(entry.component),
                name: Some(entry.name),
                adviser: Some(entry.adviser),
                rate: entry.rate,
                ..none
            },
        }
    }
}

/// Entries of a kind and year. Those not named stay as they are.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct EntriesBody {
    /// `PROVINCIAL_INDEX`, `UNIT_INDEX`, `SATISFACTION` or `TASKS`.
    #[schema(value_type = String, example = "UNIT_INDEX")]
    pub(crate) kind: IndexKind,
    /// For which year.
    #[schema(minimum = 2021, maximum = 2030)]
    pub(crate) year: u16,
    /// The entries.
    #[serde(default)]
    entries: Vec<EntryBody>,
    /// Units or components that have no entry any more.
    #[serde(default)]
    removed: BTreeSet<String>,
}

impl EntriesBody {
    /// The entries as their kind has them.
    ///
    /// # Errors
    /// 422 `body-invalid` naming each field that is missing, or does not belong there.
    pub(crate) fn into_record(self) -> Result<RecordEntries, Problem> {
        let entries = match self.kind {
            IndexKind::UnitIndex => each(&self.entries, score).map(Entries::Scores),
            IndexKind::Satisfaction => each(&self.entries, rate).map(Entries::Rates),
            IndexKind::Tasks => each(&self.entries, tasks).map(Entries::Tasks),
            IndexKind::ProvincialIndex => each(&self.entries, component).map(Entries::Components),
        }?;
        Ok(RecordEntries {
            kind: self.kind,
            year: self.year,
            entries,
            absent: self.removed,
        })
    }
}

/// Reads each entry, and refuses fields that its kind does not have.
fn each<T>(
    entries: &[EntryBody],
    read: impl Fn(&EntryBody) -> Result<(T, EntryBody), &'static str>,
) -> Result<Vec<T>, Problem> {
    let mut good = Vec::new();
    for (place, entry) in entries.iter().enumerate() {
        match read(entry) {
            Ok((value, meant)) if meant == *entry => good.push(value),
            Ok(_) => {
                let reason = "has a field that this kind of entry does not have";
                return Err(Problem::field(format!("entries[{place}]"), reason));
            }
            Err(field) => {
                let field = format!("entries[{place}].{field}");
                return Err(Problem::field(field, "is missing"));
            }
        }
    }
    Ok(good)
}

fn score(body: &EntryBody) -> Result<(ScoreEntry, EntryBody), &'static str> {
    let entry = ScoreEntry {
        unit: body.unit.clone().ok_or("unit")?,
        score: body.score.ok_or("score")?,
    };
    Ok((entry.clone(), Entry::Score(entry).into()))
}

fn rate(body: &EntryBody) -> Result<(RateEntry, EntryBody), &'static str> {
    let entry = RateEntry {
        unit: body.unit.clone().ok_or("unit")?,
        rate: body.rate.ok_or("rate")?,
    };
    Ok((entry.clone(), Entry::Rate(entry).into()))
}

fn tasks(body: &EntryBody) -> Result<(TaskEntry, EntryBody), &'static str> {
    let entry = TaskEntry {
        unit: body.unit.clone().ok_or("unit")?,
        assigned: body.assigned.ok_or("assigned")?,
        done_on_time: body.done_on_time.ok_or("doneOnTime")?,
    };
    Ok((entry.clone(), Entry::Tasks(entry).into()))
}

fn component(body: &EntryBody) -> Result<(ComponentEntry, EntryBody), &'static str> {
    let entry = ComponentEntry {
        component: body.component.clone().ok_or("component")?,
        name: body.name.clone().ok_or("name")?,
        adviser: body.adviser.clone().ok_or("adviser")?,
        rate: body.rate,
    };
    let tidied = ComponentEntry {
        name: tidy(&entry.name),
        ..entry.clone()
    };
    Ok((tidied, Entry::Component(entry).into()))
}

/// What is recorded of a kind and year.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct IndexView {
    /// The kind.
    #[schema(value_type = String)]
    kind: IndexKind,
    /// The year.
    year: u16,
    /// Publication and corrections, oldest first.
    publications: Vec<PublicationBody>,
    /// Entries, by unit or component.
    entries: Vec<EntryBody>,
    /// Version of the stream, as the `ETag` says it.
    version: u64,
}

impl IndexView {
    pub(crate) fn of(kind: IndexKind, year: u16, state: IndexState, version: u64) -> Self {
        Self {
            kind,
            year,
            publications: state
                .editions
                .into_iter()
                .map(PublicationBody::from)
                .collect(),
            entries: state.entries.into_values().map(EntryBody::from).collect(),
            version,
        }
    }
}

/// What recording entries did.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct EntriesAnswer {
    /// The kind.
    #[schema(value_type = String)]
    pub(crate) kind: IndexKind,
    /// The year.
    pub(crate) year: u16,
    /// Entries that are new, changed or removed.
    pub(crate) recorded: usize,
    /// Published values that changed by it.
    pub(crate) corrected: usize,
}

/// A rule book (bộ quy tắc) to publish.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct RuleBookBody {
    /// The rule book.
    #[schema(value_type = String, example = "soc-trang-52-2022")]
    pub(crate) rule_book: RuleBookId,
    /// Its version, from 1.
    #[schema(minimum = 1)]
    version: u32,
    /// Where the rules come from.
    source: String,
    /// The rule book's file, byte for byte.
    body: String,
}

impl RuleBookBody {
    /// The file must be a rule book, and the one it is published as.
    ///
    /// # Errors
    /// 422 `rule-book-body`.
    pub(crate) fn into_published(self) -> Result<RuleBookPublished, Problem> {
        let unfit = |reason: String| Problem::unprocessable("rule-book-body").detail(reason);
        let book = hoso_domain::rulebook::RuleBook::read(self.body.as_bytes())
            .map_err(|error| unfit(error.to_string()))?;
        let named = book.reference();
        if named.id != self.rule_book || named.version != self.version {
            return Err(unfit(format!(
                "the body is rule book {} version {}",
                named.id, named.version
            )));
        }
        Ok(RuleBookPublished {
            digest: digest(&self.body),
            rule_book: self.rule_book,
            version: self.version,
            source: tidy(&self.source),
            body: self.body,
        })
    }
}

/// A published rule book.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct RuleBookView {
    /// The rule book.
    #[schema(value_type = String)]
    rule_book: RuleBookId,
    /// Its version.
    version: u32,
    /// `sha256:` and the hex digest of the body's bytes.
    digest: String,
    /// Where the rules come from.
    source: String,
    /// The rule book's file, byte for byte.
    body: String,
}

impl RuleBookView {
    pub(crate) fn of(published: RuleBookPublished) -> Self {
        Self {
            rule_book: published.rule_book,
            version: published.version,
            digest: published.digest,
            source: published.source,
            body: published.body,
        }
    }
}
