//! The service's endpoints, one file each.

mod adopt_shortlist;
mod appeal_view;
mod archive_round;
mod close_round;
mod correct_decision;
mod decline_item;
mod dismiss_appeal;
mod documents;
mod file_appeal;
mod find_appeal_inadmissible;
mod get_affected;
mod get_appeal;
mod get_explanation;
mod get_outcome;
mod get_past;
mod get_round;
mod get_round_file;
mod hand_over_award;
mod issue_decision;
mod list_appeals;
mod list_items;
mod list_rounds;
mod notify_outcomes;
mod open_round;
mod publish_decision;
mod rank_round;
mod record_meeting;
mod recover_award;
mod revoke_award;
mod round_view;
mod rule_on_tie;
mod score_individuals;
mod sign_decision;
mod submit_proposal;
mod target;
mod uphold_appeal;
mod void_number;

use hoso_runtime::Runtime;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

/// All routes, with their whole paths.
pub(crate) fn router() -> OpenApiRouter<Runtime> {
    OpenApiRouter::new()
        .routes(routes!(open_round::open_round, list_rounds::list_rounds))
        .routes(routes!(
            file_appeal::file_appeal,
            list_appeals::list_appeals
        ))
        .routes(routes!(adopt_shortlist::adopt_shortlist))
        .routes(routes!(archive_round::archive_round))
        .routes(routes!(close_round::close_round))
        .routes(routes!(correct_decision::correct_decision))
        .routes(routes!(decline_item::decline_item))
        .routes(routes!(dismiss_appeal::dismiss_appeal))
        .routes(routes!(find_appeal_inadmissible::find_appeal_inadmissible))
        .routes(routes!(get_affected::get_affected))
        .routes(routes!(get_appeal::get_appeal))
        .routes(routes!(get_explanation::get_explanation))
        .routes(routes!(get_outcome::get_outcome))
        .routes(routes!(get_round::get_round))
        .routes(routes!(get_round_file::get_round_file))
        .routes(routes!(get_past::get_round_state))
        .routes(routes!(get_past::get_round_history))
        .routes(routes!(get_past::get_round_diff))
        .routes(routes!(hand_over_award::hand_over_award))
        .routes(routes!(issue_decision::issue_decision))
        .routes(routes!(list_items::list_items))
        .routes(routes!(notify_outcomes::notify_outcomes))
        .routes(routes!(publish_decision::publish_decision))
        .routes(routes!(rank_round::rank_round))
        .routes(routes!(record_meeting::record_meeting))
        .routes(routes!(recover_award::recover_award))
        .routes(routes!(revoke_award::revoke_award))
        .routes(routes!(rule_on_tie::rule_on_tie))
        .routes(routes!(score_individuals::score_individuals))
        .routes(routes!(sign_decision::sign_decision))
        .routes(routes!(submit_proposal::submit_proposal))
        .routes(routes!(uphold_appeal::uphold_appeal))
        .routes(routes!(void_number::void_number))
}
