//! Problems of this service that no decider knows: facts it looks up before it asks one.
//! The deciders' rejections explain themselves.

use hoso_domain::ids::{OfficialId, PersonId, UnitId};
use hoso_runtime::Problem;

/// 422: a body names a unit that the registry does not have.
pub(crate) fn unit_unknown(field: &str, unit: &UnitId) -> Problem {
    Problem::unprocessable("unit-unknown").error(field, format!("there is no unit {unit}"))
}

/// 422: a body names a person that the registry does not have.
pub(crate) fn person_unknown(field: &str, person: &PersonId) -> Problem {
    Problem::unprocessable("person-unknown").error(field, format!("there is no person {person}"))
}

/// 422: a body names an official that the registry does not have.
pub(crate) fn official_unknown(field: &str, official: &OfficialId) -> Problem {
    Problem::unprocessable("official-unknown")
        .error(field, format!("there is no official {official}"))
}

/// 422: entries for units that have none that year.
pub(crate) fn entries_unfit(reasons: Vec<(String, String)>) -> Problem {
    reasons.into_iter().fold(
        Problem::unprocessable("unit-not-assessed"),
        |problem, (field, reason)| problem.error(field, reason),
    )
}
