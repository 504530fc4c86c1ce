//! The service's endpoints, one file each.

mod add_attachment;
mod add_item;
mod attach_report;
mod confirm_report;
mod document;
mod draft_dossier;
mod get_diff;
mod get_document;
mod get_dossier;
mod get_history;
mod get_state;
mod list_documents;
mod list_dossiers;
mod record_minutes;
mod refuse_report;
mod remove_item;
mod sign_proposal;
mod submit_dossier;
mod supplement_dossier;
mod target;
mod upload_document;
mod view;
mod withdraw_dossier;

use hoso_runtime::Runtime;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

/// All routes, with their whole paths.
pub(crate) fn router() -> OpenApiRouter<Runtime> {
    OpenApiRouter::new()
        .routes(routes!(
            draft_dossier::draft_dossier,
            list_dossiers::list_dossiers
        ))
        .routes(routes!(get_dossier::get_dossier))
        .routes(routes!(get_history::get_dossier_history))
        .routes(routes!(get_state::get_dossier_state))
        .routes(routes!(get_diff::get_dossier_diff))
        .routes(routes!(add_item::add_item))
        .routes(routes!(remove_item::remove_item))
        .routes(routes!(add_attachment::add_attachment))
        .routes(routes!(attach_report::attach_report))
        .routes(routes!(confirm_report::confirm_report))
        .routes(routes!(refuse_report::refuse_report))
        .routes(routes!(record_minutes::record_minutes))
        .routes(routes!(sign_proposal::sign_proposal))
        .routes(routes!(submit_dossier::submit_dossier))
        .routes(routes!(supplement_dossier::supplement_dossier))
        .routes(routes!(withdraw_dossier::withdraw_dossier))
        .routes(routes!(
            upload_document::upload_document,
            list_documents::list_documents
        ))
        .routes(routes!(get_document::get_document))
}
