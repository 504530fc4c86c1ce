//! A round as it is shown: in full to those who work on it, and what is public to everybody else.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use hoso_domain::ids::ItemId;
use hoso_domain::ranking::round::{Decided, DecidedStage, RoundFolder};
use serde::Serialize;
use utoipa::ToSchema;

/// A round.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct RoundView {
    /// Id, such as `annual-2024`.
    id: String,
    /// `ANNUAL`, `INTERIM` or `FINAL`.
    kind: String,
    /// Award year.
    year: u16,
    /// `OPEN`, `RANKED`, `SHORTLISTED`, `PROPOSED`, `DECIDED`, `CLOSED` or `ARCHIVED`.
    status: String,
    /// The day it was opened.
    opened_on: NaiveDate,
    rule_book: RuleBookName,
    /// The round's own answers over the rule book's.
    parameters: BTreeMap<String, String>,
    /// Number of awards a lane.
    quotas: BTreeMap<String, u32>,
    publications: Vec<PublicationView>,
    /// Last day for dossiers, by the publication the period starts with.
    deadlines: BTreeMap<String, NaiveDate>,
    /// Number of assessed units when it was opened.
    units: usize,
    /// What is unusual and no error.
    warnings: Vec<String>,
    /// Number of items by where they stand; only for those who work on the round.
    #[serde(skip_serializing_if = "Option::is_none")]
    items: Option<BTreeMap<String, u32>>,
    /// The latest ranking; only for those who work on the round.
    #[serde(skip_serializing_if = "Option::is_none")]
    ranking: Option<RankingView>,
    /// The adopted list; only for those who work on the round.
    #[serde(skip_serializing_if = "Option::is_none")]
    shortlist: Option<ShortlistView>,
    /// Items proposed to the deciding authority; only for those who work on the round.
    #[serde(skip_serializing_if = "Option::is_none")]
    proposed: Option<Vec<String>>,
    /// Decisions; to others only those published.
    decisions: Vec<DecisionView>,
}

/// A rule book's name.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct RuleBookName {
    id: String,
    version: u32,
    /// `sha256:<hex>`.
    digest: String,
}

/// A publication the round rests on.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct PublicationView {
    kind: String,
    published_on: NaiveDate,
    decision_number: String,
    edition: u16,
}

/// The latest ranking, in short.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct RankingView {
    edition: u32,
    as_of: NaiveDate,
    /// Digest of the round file.
    inputs_digest: String,
    /// Position of the log up to which facts were known.
    facts_position: u64,
    /// Why it must be computed anew, if so.
    #[serde(skip_serializing_if = "Option::is_none")]
    outdated: Option<String>,
}

/// The adopted list.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct ShortlistView {
    ranking_edition: u32,
    date: NaiveDate,
    items: Vec<String>,
}

/// A decision.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct DecisionView {
    number: String,
    /// `CHAIRMAN` or `PEOPLES_COMMITTEE`.
    body: String,
    date: NaiveDate,
    signed_by: String,
    items: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    issued_on: Option<NaiveDate>,
    #[serde(skip_serializing_if = "Option::is_none")]
    published_on: Option<NaiveDate>,
    #[serde(rename = "where", skip_serializing_if = "Option::is_none")]
    place: Option<String>,
    /// Numbers of the letters that corrected it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    corrections: Vec<String>,
    /// The decision that replaced it.
    #[serde(skip_serializing_if = "Option::is_none")]
    replaced_by: Option<String>,
}

fn texts<'a>(ids: impl IntoIterator<Item = &'a ItemId>) -> Vec<String> {
    ids.into_iter().map(ToString::to_string).collect()
}

impl RoundView {
    /// A round, in full or what is public.
    pub(crate) fn of(round: &RoundFolder, full: bool) -> Self {
        let opened = &round.opened;
        let deadlines = opened.deadlines.iter();
        Self {
            id: opened.round.to_string(),
            kind: opened.kind.to_string(),
            year: opened.year,
            status: round.status().to_owned(),
            opened_on: opened.opened_on,
            rule_book: RuleBookName {
                id: opened.rule_book.id.to_string(),
                version: opened.rule_book.version,
                digest: opened.rule_book.digest.clone(),
            },
            parameters: opened
                .parameters
                .iter()
                .map(|(name, value)| (name.as_str().to_owned(), value.clone()))
                .collect(),
            quotas: opened
                .quotas
                .iter()
                .map(|entry| (entry.lane.to_string(), entry.quota))
                .collect(),
            publications: opened
                .publications
                .iter()
                .map(|publication| PublicationView {
                    kind: publication.kind.to_string(),
                    published_on: publication.published_on,
                    decision_number: publication.decision_number.clone(),
                    edition: publication.edition,
                })
                .collect(),
            deadlines: deadlines
                .map(|d| (d.publication.to_string(), d.due_on))
                .collect(),
            units: opened.units.len(),
            warnings: opened.warnings.clone(),
            items: full.then(|| standings(round)),
            ranking: ranking(round).filter(|_| full),
            shortlist: shortlist(round).filter(|_| full),
            proposed: full.then(|| texts(round.proposed.keys())),
            decisions: round
                .decisions
                .iter()
                .filter(|(_, decided)| full || decided.stage.published_on().is_some())
                .map(|(number, decided)| decision(number, decided))
                .collect(),
        }
    }
}

fn standings(round: &RoundFolder) -> BTreeMap<String, u32> {
    let mut counts = BTreeMap::new();
    for item in round.items.values() {
        *counts.entry(item.standing.status().to_owned()).or_default() += 1;
    }
    counts
}

fn ranking(round: &RoundFolder) -> Option<RankingView> {
    let latest = round.ranking.as_ref()?;
    Some(RankingView {
        edition: latest.computed.edition,
        as_of: latest.computed.as_of,
        inputs_digest: latest.computed.inputs_digest.clone(),
        facts_position: latest.computed.facts_position,
        outdated: latest.outdated.clone(),
    })
}

fn shortlist(round: &RoundFolder) -> Option<ShortlistView> {
    let shortlist = round.shortlist.as_ref()?;
    Some(ShortlistView {
        ranking_edition: shortlist.ranking_edition,
        date: shortlist.date,
        items: texts(&shortlist.items),
    })
}

fn decision(number: &str, decided: &Decided) -> DecisionView {
    let place = match &decided.stage {
        DecidedStage::Published { place, .. } => Some(place.clone()),
        DecidedStage::Signed | DecidedStage::Issued { .. } => None,
    };
    DecisionView {
        number: number.to_owned(),
        body: decided.body.as_str().to_owned(),
        date: decided.date,
        signed_by: decided.signed_by.clone(),
        items: texts(decided.items.iter().map(|i| &i.item)),
        issued_on: decided.stage.issued_on(),
        published_on: decided.stage.published_on(),
        place,
        corrections: decided.corrections.clone(),
        replaced_by: decided.replaced_by.clone(),
    }
}
