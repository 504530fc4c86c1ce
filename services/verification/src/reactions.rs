//! Which event of others wakes the service, and which command to a case it becomes.
//!
//! | event | command |
//! |---|---|
//! | DossierSubmitted | OpenCase |
//! | DossierSupplemented | RecordSupplement |
//! | DossierWithdrawn, once handed in | RecordWithdrawal |
//! | IndexCorrected | RecordEvaluation, changes only, for every case with verdicts in an open round |

use async_trait::async_trait;
use chrono::NaiveDate;
use hoso_domain::calendar::civil_day;
use hoso_domain::decider::StoredDecider as _;
use hoso_domain::dossier::{self, Dossier};
use hoso_domain::ids::DossierId;
use hoso_domain::registry::index::{self, Index};
use hoso_domain::verification::command::{
    OpenCase, RecordEvaluation, RecordSupplement, RecordWithdrawal,
};
use hoso_domain::verification::{Case, CaseFile, CaseState, Command, EVALUATED_ITEMS_MAX};
use hoso_ledger::execute::{decode, load};
use hoso_ledger::{RecordedEvent, StreamQuery};
use hoso_runtime::{Effect, Lane, ReactionError, Reactor, Runtime, View};

use crate::NAME;
use crate::http::stream;
use crate::judge::evaluate;
use crate::views::Foreign;

/// Rows read at a time.
const SCAN_ROWS_MAX: u32 = 500;
/// Names of the parts of one case's re-evaluation; a dossier holds no more items than they carry.
const PARTS: [&str; 3] = ["re-evaluate", "re-evaluate-2", "re-evaluate-3"];

/// The service's reactions.
pub(crate) struct CaseReactor {
    foreign: View<Foreign>,
}

impl CaseReactor {
    /// Reactions that look foreign facts up in a view.
    pub(crate) fn new(foreign: View<Foreign>) -> Self {
        Self { foreign }
    }
}

#[async_trait]
impl Reactor for CaseReactor {
    fn name(&self) -> &'static str {
        NAME
    }

    async fn react(
        &self,
        runtime: &Runtime,
        event: &RecordedEvent,
    ) -> Result<Vec<Effect>, ReactionError> {
        // Every event of a category that matters is read: one that nobody knows here may be the one
        // that something must follow from, and is parked.
        match event.stream.category() {
            Dossier::CATEGORY => Ok(follow(decode::<Dossier>(event)?)),
            Index::CATEGORY => match decode::<Index>(event)? {
                index::Event::IndexCorrected(corrected) => {
                    self.reevaluate(runtime, event, &corrected).await
                }
                index::Event::IndexPublished(_)
                | index::Event::EntriesRecorded(_)
                | index::Event::AttemptRefused(_) => Ok(Vec::new()),
            },
            _ => Ok(Vec::new()),
        }
    }

    /// A dossier's events go to its own case. A correction looks at what became of all cases.
    fn lane(&self, event: &RecordedEvent) -> Lane {
        match event.stream.category() {
            Index::CATEGORY => Lane::Alone,
            _ => Lane::OfItsStream,
        }
    }
}

/// What follows from the unit's side.
fn follow(event: dossier::Event) -> Vec<Effect> {
    match event {
        dossier::Event::DossierSubmitted(submitted) => {
            let open = Command::OpenCase(OpenCase {
                dossier: submitted.dossier.clone(),
                round: submitted.round,
                unit: submitted.unit,
                submitted_by: submitted.submitted_by,
                rule_book: submitted.rule_book,
                content: submitted.content,
            });
            vec![effect(&submitted.dossier, "open-case", open)]
        }
        dossier::Event::DossierSupplemented(supplemented) => {
            let supplement = Command::RecordSupplement(RecordSupplement {
                content: supplemented.content,
                received_at: supplemented.received_at,
            });
            vec![effect(
                &supplemented.dossier,
                "record-supplement",
                supplement,
            )]
        }
        dossier::Event::DossierWithdrawn(withdrawn) if withdrawn.was_submitted => {
            let reason = withdrawn.reason;
            let withdrawal = Command::RecordWithdrawal(RecordWithdrawal { reason });
            vec![effect(&withdrawn.dossier, "record-withdrawal", withdrawal)]
        }
        dossier::Event::DossierDrafted(_)
        | dossier::Event::ItemAdded(_)
        | dossier::Event::ItemRemoved(_)
        | dossier::Event::AttachmentAdded(_)
        | dossier::Event::ReportAttached(_)
        | dossier::Event::MinutesRecorded(_)
        | dossier::Event::ReportConfirmed(_)
        | dossier::Event::ReportConfirmationRefused(_)
        | dossier::Event::ProposalSigned(_)
        | dossier::Event::SupplementRequested(_)
        | dossier::Event::DossierWithdrawn(_)
        | dossier::Event::DossierClosed(_)
        | dossier::Event::DocumentsErased(_)
        | dossier::Event::AttemptRefused(_) => Vec::new(),
    }
}

fn effect(dossier: &DossierId, name: &'static str, command: Command) -> Effect {
    Effect::new::<Case>(stream(dossier), name, command)
}

impl CaseReactor {
    /// New verdicts for the cases of open rounds whose award year the corrected figures can
    /// concern, where they change anything (AMB-36).
    async fn reevaluate(
        &self,
        runtime: &Runtime,
        event: &RecordedEvent,
        corrected: &index::IndexCorrected,
    ) -> Result<Vec<Effect>, ReactionError> {
        let foreign = self.foreign.current().await?;
        let corrected_on = civil_day(event.metadata.effective_at);
        let mut effects = Vec::new();
        for (id, round) in foreign.open_rounds() {
            if corrected.year > round.opened.year {
                continue;
            }
            let cases = verifying(runtime, id.as_str()).await?;
            // As of now: no case knows anything that the facts' position does not cover.
            let foreign = self.foreign.current().await?;
            for case in cases {
                // Never for an earlier day than the verdicts there are.
                let Some(last) = last_evaluated(&case) else {
                    continue;
                };
                let as_of = corrected_on.max(last);
                let evaluation = evaluate(&foreign, foreign.position(), &case, as_of)
                    .map_err(|problem| ReactionError::poison(problem.detail.unwrap_or_default()))?;
                effects.extend(parts(&case, &evaluation));
            }
        }
        Ok(effects)
    }
}

/// The cases of a round that are being verified.
async fn verifying(runtime: &Runtime, round: &str) -> Result<Vec<CaseFile>, ReactionError> {
    let mut query = StreamQuery {
        category: "case".to_owned(),
        round: Some(round.to_owned()),
        status: Some("VERIFYING".to_owned()),
        limit: SCAN_ROWS_MAX,
        ..StreamQuery::default()
    };
    let mut cases = Vec::new();
    loop {
        let page = runtime.ledger.streams(&query).await?;
        query.after = page.rows.last().map(|row| row.stream.clone());
        for row in page.rows {
            if let (CaseState::Opened(case), _) = load::<Case>(Some(row))? {
                cases.push(*case);
            }
        }
        if !page.more {
            return Ok(cases);
        }
    }
}

/// The latest day any item of the case was evaluated for.
fn last_evaluated(case: &CaseFile) -> Option<NaiveDate> {
    let evaluations = case.items.values().filter_map(|i| i.evaluation.as_ref());
    evaluations.map(|e| e.as_of).max()
}

/// A re-evaluation as effects that fit into one append each; the case decides what is new in it.
fn parts(case: &CaseFile, whole: &RecordEvaluation) -> Vec<Effect> {
    let digest = &whole.rule_book.digest;
    let parts = whole.items.chunks(EVALUATED_ITEMS_MAX).zip(PARTS);
    parts
        .map(|(items, name)| {
            let part = Command::RecordEvaluation(RecordEvaluation {
                items: items.to_vec(),
                only_changes: true,
                ..whole.clone()
            });
            effect(&case.dossier, name, part).rule_book(Some(digest.clone()))
        })
        .collect()
}
