//! What a question about the past is about: a dossier, a round, or any stream; and as of when.

use anyhow::Result;
use chrono::{DateTime, Utc};
use clap::Args;
use hoso_domain::decider::StoredDecider;
use hoso_domain::dossier::Dossier;
use hoso_domain::ids::{DossierId, RoundId};
use hoso_domain::log_key::LogKey;
use hoso_domain::parked::Feed;
use hoso_domain::ranking::appeal::Appeal;
use hoso_domain::ranking::round::Round;
use hoso_domain::registry::hold::Hold;
use hoso_domain::registry::index::Index;
use hoso_domain::registry::initiative::Initiative;
use hoso_domain::registry::official::Official;
use hoso_domain::registry::person::Person;
use hoso_domain::registry::rule_book::RuleBook;
use hoso_domain::registry::unit::Unit;
use hoso_domain::verification::Case;
use hoso_ledger::{Ledger, LedgerError, StreamName, StreamQuery};
use hoso_runtime::past::{Folding, Moment, Side};

use crate::cli::BadInput;

/// Rows of one page of streams.
const PAGE_ROWS: u32 = 500;

/// What it is about.
#[derive(Debug, Clone, Args)]
pub(crate) struct SubjectArgs {
    /// The dossier; with --round the round, with --stream a stream's name such as hold-kl-1
    #[arg(value_name = "DOSSIER")]
    what: String,
    /// The name is a round's, such as annual-2024
    #[arg(long, conflicts_with = "stream")]
    round: bool,
    /// The name is a stream's
    #[arg(long)]
    stream: bool,
}

/// As of when.
#[derive(Debug, Clone, Args)]
pub(crate) struct AsOfArgs {
    /// Only what was recorded by then: a position, or a time such as 2025-06-16T17:00:00Z
    #[arg(long, value_name = "POSITION|TIME")]
    as_of: Option<Moment>,
    /// Only acts that had taken effect by then, as far as they were recorded
    #[arg(long, value_name = "TIME")]
    effective: Option<DateTime<Utc>>,
}

impl AsOfArgs {
    /// The moment.
    pub(crate) fn moment(&self) -> Moment {
        let moment = self.as_of.unwrap_or_default();
        Moment {
            effective: self.effective.or(moment.effective),
            ..moment
        }
    }
}

/// A dossier, a round or a stream.
#[derive(Debug, Clone)]
pub(crate) enum Subject {
    /// A dossier: its own stream, its case, its items in the round.
    Dossier(DossierId),
    /// A round: its own stream, and those of its dossiers.
    Round(RoundId),
    /// One stream.
    Stream(StreamName),
}

impl SubjectArgs {
    /// The subject.
    ///
    /// # Errors
    /// The name is none of its kind.
    pub(crate) fn subject(&self) -> Result<Subject> {
        let wrong = |error: &dyn std::fmt::Display| BadInput(format!("{}: {error}", self.what));
        if self.round {
            let round = self.what.parse::<RoundId>();
            return Ok(Subject::Round(round.map_err(|error| wrong(&error))?));
        }
        if self.stream {
            let stream = StreamName::from_stored(self.what.clone());
            if folding(stream.category()).is_none() {
                return Err(wrong(&"no stream of a category that this version knows").into());
            }
            return Ok(Subject::Stream(stream));
        }
        let dossier = self.what.parse::<DossierId>();
        Ok(Subject::Dossier(dossier.map_err(|error| wrong(&error))?))
    }
}

impl Subject {
    /// The field of a JSON answer that names it, and the name.
    pub(crate) fn named(&self) -> (&'static str, &str) {
        match self {
            Self::Dossier(dossier) => ("dossier", dossier.as_str()),
            Self::Round(round) => ("round", round.as_str()),
            Self::Stream(stream) => ("stream", stream.as_str()),
        }
    }

    /// There was none then.
    pub(crate) fn unknown(&self) -> anyhow::Error {
        let (kind, name) = self.named();
        BadInput(format!("there is no {kind} {name} then")).into()
    }
}

/// A round's own stream.
pub(crate) fn stream_of_round(round: &RoundId) -> StreamName {
    StreamName::new(Round::CATEGORY, round.as_str())
}

/// Every stream that is a round's: its own, then dossiers, cases and appeals by name.
///
/// # Errors
/// The ledger's.
pub(crate) async fn streams_of_round(
    ledger: &dyn Ledger,
    round: &RoundId,
) -> Result<Vec<StreamName>, LedgerError> {
    let mut streams = vec![stream_of_round(round)];
    for category in [Dossier::CATEGORY, Case::CATEGORY, Appeal::CATEGORY] {
        let mut query = StreamQuery {
            category: category.to_owned(),
            round: Some(round.as_str().to_owned()),
            limit: PAGE_ROWS,
            ..StreamQuery::default()
        };
        loop {
            let page = ledger.streams(&query).await?;
            query.after = page.rows.last().map(|row| row.stream.clone());
            streams.extend(page.rows.into_iter().map(|row| row.stream));
            if !page.more {
                break;
            }
        }
    }
    Ok(streams)
}

/// How the streams of a category are folded; `None` for one this version does not know.
pub(crate) fn folding(category: &str) -> Option<Folding> {
    Some(match category {
        Unit::CATEGORY => Side::fold::<Unit>,
        Person::CATEGORY => Side::fold::<Person>,
        Official::CATEGORY => Side::fold::<Official>,
        Index::CATEGORY => Side::fold::<Index>,
        Hold::CATEGORY => Side::fold::<Hold>,
        Initiative::CATEGORY => Side::fold::<Initiative>,
        RuleBook::CATEGORY => Side::fold::<RuleBook>,
        Dossier::CATEGORY => Side::fold::<Dossier>,
        Case::CATEGORY => Side::fold::<Case>,
        Round::CATEGORY => Side::fold::<Round>,
        Appeal::CATEGORY => Side::fold::<Appeal>,
        LogKey::CATEGORY => Side::fold::<LogKey>,
        Feed::CATEGORY => Side::fold::<Feed>,
        _ => return None,
    })
}
