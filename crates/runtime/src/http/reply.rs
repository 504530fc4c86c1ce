//! What a request that was done is answered: the resource, its version as an entity tag.

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;

use crate::http::problem::Problem;

/// A JSON answer about one resource.
#[derive(Debug, Clone)]
pub struct Reply<T> {
    status: StatusCode,
    version: Option<u64>,
    location: Option<String>,
    replayed: bool,
    body: T,
}

impl<T> Reply<T> {
    /// 200, with the resource's version.
    pub fn ok(version: u64, body: T) -> Self {
        Self {
            status: StatusCode::OK,
            version: Some(version),
            location: None,
            replayed: false,
            body,
        }
    }

    /// 201, with where it is.
    pub fn created(location: impl Into<String>, version: u64, body: T) -> Self {
        Self {
            status: StatusCode::CREATED,
            location: Some(location.into()),
            ..Self::ok(version, body)
        }
    }

    /// 200, about something that has no version.
    pub fn unversioned(body: T) -> Self {
        Self {
            version: None,
            ..Self::ok(0, body)
        }
    }

    /// Says whether this is the first answer again.
    #[must_use]
    pub fn replayed(mut self, replayed: bool) -> Self {
        self.replayed = replayed;
        self
    }
}

impl<T: Serialize> IntoResponse for Reply<T> {
    fn into_response(self) -> Response {
        let text = match serde_json::to_string(&self.body) {
            Ok(text) => text,
            Err(error) => return Problem::internal(error).into_response(),
        };
        let mut response = (self.status, text).into_response();
        let headers = response.headers_mut();
        headers.insert(
            header::CONTENT_TYPE,
            HeaderValue::from_static("application/json"),
        );
        if let Some(version) = self.version
            && let Ok(tag) = HeaderValue::try_from(format!("\"v{version}\""))
        {
            headers.insert(header::ETAG, tag);
        }
        if let Some(location) = self.location
            && let Ok(location) = HeaderValue::try_from(location)
        {
            headers.insert(header::LOCATION, location);
        }
        if self.replayed {
            headers.insert("idempotency-replayed", HeaderValue::from_static("true"));
        }
        response
    }
}
