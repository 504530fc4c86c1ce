//! The service's endpoints, one file each.

mod appoint_official;
mod assess_initiative;
mod change_person;
mod change_unit;
mod confirm_hold;
mod drop_erasure;
mod end_official;
mod erase_person;
mod erasing;
mod get_entries;
mod get_hold;
mod get_initiative;
mod get_official;
mod get_person;
mod get_rule_book;
mod get_unit;
mod grant_delegation;
mod import_table;
mod issue_token;
mod lift_hold;
mod list_holds;
mod list_initiatives;
mod list_officials;
mod list_persons;
mod list_publications;
mod list_rule_books;
mod list_units;
mod merge_unit;
mod open_hold;
mod publish_index;
mod publish_rule_book;
mod record_entries;
mod register_person;
mod register_unit;
mod request_erasure;
mod revoke_delegation;
mod revoke_token;
mod stream;
mod view;

use hoso_runtime::Runtime;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

/// All routes, with their whole paths.
pub(crate) fn router() -> OpenApiRouter<Runtime> {
    OpenApiRouter::new()
        .routes(routes!(
            register_unit::register_unit,
            list_units::list_units
        ))
        .routes(routes!(get_unit::get_unit))
        .routes(routes!(change_unit::change_unit))
        .routes(routes!(merge_unit::merge_unit))
        .routes(routes!(
            register_person::register_person,
            list_persons::list_persons
        ))
        .routes(routes!(get_person::get_person))
        .routes(routes!(change_person::change_person))
        .routes(routes!(request_erasure::request_erasure))
        .routes(routes!(drop_erasure::drop_erasure))
        .routes(routes!(erase_person::erase_person))
        .routes(routes!(
            appoint_official::appoint_official,
            list_officials::list_officials
        ))
        .routes(routes!(get_official::get_official))
        .routes(routes!(end_official::end_official))
        .routes(routes!(grant_delegation::grant_delegation))
        .routes(routes!(revoke_delegation::revoke_delegation))
        .routes(routes!(issue_token::issue_token))
        .routes(routes!(revoke_token::revoke_token))
        .routes(routes!(
            publish_index::publish_index,
            list_publications::list_publications
        ))
        .routes(routes!(record_entries::record_entries))
        .routes(routes!(get_entries::get_entries))
        .routes(routes!(open_hold::open_hold, list_holds::list_holds))
        .routes(routes!(get_hold::get_hold))
        .routes(routes!(lift_hold::lift_hold))
        .routes(routes!(confirm_hold::confirm_hold))
        .routes(routes!(
            assess_initiative::assess_initiative,
            list_initiatives::list_initiatives
        ))
        .routes(routes!(get_initiative::get_initiative))
        .routes(routes!(
            publish_rule_book::publish_rule_book,
            list_rule_books::list_rule_books
        ))
        .routes(routes!(get_rule_book::get_rule_book))
        .routes(routes!(import_table::import_table))
}
