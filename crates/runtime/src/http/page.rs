//! Lists by key: `?after=&limit=`, and the address of the next page in a `Link` header.

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{HeaderValue, Uri, header};
use axum::response::{IntoResponse, Response};
use hoso_ledger::{StreamName, StreamPage, StreamQuery, StreamRecord};
use serde::Serialize;
use utoipa::{IntoParams, ToSchema};

use crate::http::context::RequestContext;
use crate::http::problem::Problem;

/// Entries of a page where nobody says how many.
pub const LIMIT_DEFAULT: u32 = 50;
/// Most entries of a page.
pub const LIMIT_MAX: u32 = 200;

/// Which page.
#[derive(Debug, Clone, PartialEq, Eq, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct PageQuery {
    /// The key behind which the page begins; absent for the first page.
    pub after: Option<String>,
    /// Most entries, 1 to 200.
    #[param(required = false, minimum = 1, maximum = 200, default = 50)]
    pub limit: u32,
}

impl PageQuery {
    /// The ledger's query for streams of a category, keyed by the id behind the category.
    #[must_use]
    pub fn streams(&self, category: &str) -> StreamQuery {
        StreamQuery {
            category: category.to_owned(),
            after: self.after.as_ref().map(|id| StreamName::new(category, id)),
            limit: self.limit,
            ..StreamQuery::default()
        }
    }
}

impl<S: Send + Sync> FromRequestParts<S> for PageQuery {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Self::Rejection> {
        let mut page = Self {
            after: None,
            limit: LIMIT_DEFAULT,
        };
        let query = parts.uri.query().unwrap_or_default();
        for (key, value) in form_urlencoded::parse(query.as_bytes()) {
            match key.as_ref() {
                "after" => page.after = Some(value.into_owned()).filter(|after| !after.is_empty()),
                "limit" => page.limit = limit(&value)?,
                _ => {}
            }
        }
        Ok(page)
    }
}

fn limit(text: &str) -> Result<u32, Problem> {
    text.parse()
        .ok()
        .filter(|limit| (1..=LIMIT_MAX).contains(limit))
        .ok_or_else(|| {
            Problem::bad_request("query-invalid").error("limit", format!("1 to {LIMIT_MAX}"))
        })
}

/// One page of a list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Page<T> {
    /// The entries.
    pub items: Vec<T>,
    /// The key of the last entry, where more follow: `after` of the next page.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next: Option<String>,
}

impl<T> Page<T> {
    /// A page made of the ledger's, keyed by the id behind the category.
    ///
    /// # Errors
    /// Whatever `entry` says of the first record it cannot show.
    pub fn of_streams<E>(
        page: StreamPage,
        entry: impl FnMut(StreamRecord) -> Result<T, E>,
    ) -> Result<Self, E> {
        let next = page
            .more
            .then(|| page.rows.last().map(|row| row.stream.id().to_owned()))
            .flatten();
        let items = page.rows.into_iter().map(entry).collect::<Result<_, E>>()?;
        Ok(Self { items, next })
    }
}

impl<T: Serialize> IntoResponse for Page<T> {
    fn into_response(self) -> Response {
        let link = self
            .next
            .as_deref()
            .zip(RequestContext::current())
            .map(|(next, context)| next_link(&context.uri, next));
        let mut response = axum::Json(self).into_response();
        if let Some(link) = link
            && let Ok(value) = HeaderValue::try_from(link)
        {
            response.headers_mut().insert(header::LINK, value);
        }
        response
    }
}

/// The same address with another `after`.
fn next_link(uri: &Uri, next: &str) -> String {
    let mut query = form_urlencoded::Serializer::new(String::new());
    for (key, value) in form_urlencoded::parse(uri.query().unwrap_or_default().as_bytes()) {
        if key != "after" {
            query.append_pair(&key, &value);
        }
    }
    query.append_pair("after", next);
    format!("<{}?{}>; rel=\"next\"", uri.path(), query.finish())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_next_page_keeps_the_filters_and_replaces_the_key() {
        let uri = Uri::from_static("/api/v1/units?limit=2&after=a&status=A%20B");
        assert_eq!(
            next_link(&uri, "b&c"),
            "</api/v1/units?limit=2&status=A+B&after=b%26c>; rel=\"next\""
        );
    }

    #[test]
    fn a_limit_is_1_to_200() {
        assert_eq!(limit("1"), Ok(1));
        assert_eq!(limit("200"), Ok(200));
        for bad in ["0", "201", "-1", "x", ""] {
            assert!(limit(bad).is_err(), "{bad}");
        }
    }
}
