//! The endpoints, one file each, and what they share: finding the case, running its command.

mod accept_dossier;
mod check_completeness;
mod evaluate_items;
mod forward_dossier;
mod grant_extension;
mod lapse_overdue;
mod list_cases;
mod receive_dossier;
mod record_finding;
mod reject_dossier;
mod return_dossier;
mod show_case;
mod show_receipt;

use hoso_domain::actor::{Actor, Role};
use hoso_domain::decider::Explain;
use hoso_domain::document::DocumentRef;
use hoso_domain::ids::DossierId;
use hoso_domain::verification::{Case, CaseFile, CaseState, Command, Rejection};
use hoso_ledger::execute::load;
use hoso_ledger::{Order, StreamName};
use hoso_runtime::{Problem, Reply, Runtime};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::body::CaseBody;
use crate::error;

/// All endpoints.
pub(crate) fn router() -> OpenApiRouter<Runtime> {
    OpenApiRouter::new()
        .routes(routes!(list_cases::list_cases))
        .routes(routes!(show_case::show_case))
        .routes(routes!(show_receipt::show_receipt))
        .routes(routes!(receive_dossier::receive_dossier))
        .routes(routes!(grant_extension::grant_extension))
        .routes(routes!(check_completeness::check_completeness))
        .routes(routes!(return_dossier::return_dossier))
        .routes(routes!(reject_dossier::reject_dossier))
        .routes(routes!(accept_dossier::accept_dossier))
        .routes(routes!(forward_dossier::forward_dossier))
        .routes(routes!(record_finding::record_finding))
        .routes(routes!(evaluate_items::evaluate_items))
        .routes(routes!(lapse_overdue::lapse_overdue))
}

/// The stream of a dossier's case.
pub(crate) fn stream(dossier: &DossierId) -> StreamName {
    StreamName::new("case", dossier.as_str())
}

/// The case of a dossier, with its version; 404 where there is none.
pub(crate) async fn case_of(
    runtime: &Runtime,
    dossier: &DossierId,
) -> Result<(CaseFile, u64), Problem> {
    let record = runtime.ledger.stream(&stream(dossier)).await?;
    match load::<Case>(record)? {
        (CaseState::Opened(case), version) => Ok((*case, version)),
        (CaseState::NotOpened, _) => Err(error::no_case(dossier)),
    }
}

/// Runs one command on a case and shows the case after it.
pub(crate) async fn run(
    runtime: &Runtime,
    dossier: &DossierId,
    order: Order,
    command: Command,
) -> Result<Reply<CaseBody>, Problem> {
    let stream = stream(dossier);
    let done = runtime.execute::<Case>(&stream, order, command);
    let done = done.await.map_err(|problem| {
        if problem.code == Rejection::NoCase.code() {
            return error::no_case(dossier);
        }
        problem
    })?;
    match &done.state {
        CaseState::Opened(case) => {
            Ok(Reply::ok(done.version, CaseBody::of(case)).replayed(done.duplicate))
        }
        CaseState::NotOpened => Err(error::no_case(dossier)),
    }
}

/// Whether the caller may see a case: a unit's officials see only what is their unit's.
pub(crate) fn may_see(actor: &Actor, case: &CaseFile) -> bool {
    match actor.role {
        Role::UnitStaff | Role::UnitHead | Role::UnitStandingOffice | Role::UnitCommittee => {
            case.is_party(&actor.agency)
        }
        Role::HomeAffairs
        | Role::StandingOffice
        | Role::SteeringCommittee
        | Role::InitiativeCouncil
        | Role::Chairman
        | Role::Inspectorate
        | Role::Records
        | Role::Auditor
        | Role::Administrator
        | Role::System => true,
    }
}

/// The reason every command may carry, where this one must.
pub(crate) fn required_reason(reason: Option<&String>) -> Result<String, Problem> {
    reason
        .cloned()
        .ok_or_else(|| Problem::field("reason", "is required here"))
}

/// Documents named by a digest must have been uploaded; those without one are paper.
pub(crate) async fn check_documents(
    runtime: &Runtime,
    field: &str,
    documents: &[DocumentRef],
) -> Result<(), Problem> {
    for (index, document) in documents.iter().enumerate() {
        let Some(sha256) = &document.sha256 else {
            continue;
        };
        let kept = runtime.documents.get(sha256).await;
        if kept.map_err(Problem::internal)?.is_none() {
            let field = format!("{field}[{index}].sha256");
            return Err(Problem::field(field, "no such document was uploaded"));
        }
    }
    Ok(())
}
