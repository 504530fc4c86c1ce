//! A past moment in a query: `asOf`, and `from` and `to`.

use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::http::problem::Problem;
use crate::past::{Change, Moment};

/// As of when.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[serde(rename_all = "camelCase")]
#[into_params(parameter_in = Query, rename_all = "camelCase")]
pub struct AsOfQuery {
    /// A position of the log, or a time such as `2025-06-16T17:00:00Z` by which it was recorded; or
    /// `effective:` and a time by which it had taken effect; both with a comma between; now if absent.
    as_of: Option<String>,
}

/// From when to when.
#[derive(Debug, Clone, Deserialize, IntoParams)]
#[serde(rename_all = "camelCase")]
#[into_params(parameter_in = Query, rename_all = "camelCase")]
pub struct BetweenQuery {
    /// The first moment, written as `asOf`.
    from: String,
    /// The second moment; now if absent.
    to: Option<String>,
}

impl AsOfQuery {
    /// The moment.
    ///
    /// # Errors
    /// 400 `query-invalid` for text that names none.
    pub fn moment(&self) -> Result<Moment, Problem> {
        moment("asOf", self.as_of.as_deref())
    }

    /// Whether a moment was asked for.
    #[must_use]
    pub fn is_asked(&self) -> bool {
        self.as_of.is_some()
    }
}

impl BetweenQuery {
    /// The moments.
    ///
    /// # Errors
    /// 400 `query-invalid` for text that names none.
    pub fn moments(&self) -> Result<[Moment; 2], Problem> {
        let from = moment("from", Some(&self.from))?;
        Ok([from, moment("to", self.to.as_deref())?])
    }
}

fn moment(name: &'static str, text: Option<&str>) -> Result<Moment, Problem> {
    text.map_or(Ok(Moment::HEAD), str::parse)
        .map_err(|error| Problem::bad_request("query-invalid").error(name, error))
}

/// What changed between two moments.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Changes {
    /// A field each: stream, path (JSON Pointer), from, to, and by which events: who, when, in which
    /// capacity, by which delegation, why, under which rule book.
    #[schema(value_type = Vec<serde_json::Value>)]
    pub changes: Vec<Change>,
}
