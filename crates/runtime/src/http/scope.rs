//! What every request passes through, outermost: its trace and span, its time limit, a panic
//! turned into a problem, the headers every answer carries, the measurements.

use std::panic::AssertUnwindSafe;
use std::time::{Duration, Instant};

use axum::extract::{MatchedPath, Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use futures::FutureExt;
use tracing::Instrument;

use crate::http::context::RequestContext;
use crate::http::problem::Problem;
use crate::runtime::Runtime;
use crate::trace::TraceContext;

/// Longest time to answer a request.
const ANSWER_WITHIN: Duration = Duration::from_secs(30);
/// Longest request id that is echoed.
const REQUEST_ID_BYTES_MAX: usize = 128;
const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// Scripts, styles and pictures only of our own; nobody frames us.
const CONTENT_SECURITY_POLICY: &str = "default-src 'self'; img-src 'self' data:; \
    style-src 'self' 'unsafe-inline'; object-src 'none'; base-uri 'none'; \
    form-action 'self'; frame-ancestors 'none'";

/// Headers of every answer that does not set them itself.
const ALWAYS: [(HeaderName, &str); 4] = [
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (header::X_FRAME_OPTIONS, "DENY"),
    (header::REFERRER_POLICY, "no-referrer"),
    (header::CONTENT_SECURITY_POLICY, CONTENT_SECURITY_POLICY),
];

/// The middleware.
pub(crate) async fn scope(
    State(runtime): State<Runtime>,
    request: Request,
    next: Next,
) -> Response {
    let started = Instant::now();
    let method = request.method().clone();
    let route = request
        .extensions()
        .get::<MatchedPath>()
        .map_or("none", MatchedPath::as_str)
        .to_owned();
    let headers = request.headers();
    let parent = headers.get("traceparent").and_then(|h| h.to_str().ok());
    let context = RequestContext {
        trace: TraceContext::continue_or_begin(parent, runtime.ids.new_id()),
        uri: request.uri().clone(),
    };
    let request_id = request_id(headers, &context);
    let private = request.uri().path().starts_with("/api/");
    let traceparent = context.trace.traceparent();
    let span = tracing::info_span!(
        "request",
        trace_id = %context.trace.trace_id,
        http.method = %method,
        http.route = %route,
    );
    let answered = context
        .scope(answer(request, next))
        .instrument(span.clone());
    let mut response = answered.await;
    complete_headers(response.headers_mut(), private, &traceparent, request_id);
    let elapsed = started.elapsed();
    let status = response.status().as_u16();
    span.in_scope(|| {
        tracing::debug!(
            http.status = status,
            duration_us = u64::try_from(elapsed.as_micros()).unwrap_or(u64::MAX),
            "{method} {route} was answered {status}"
        );
    });
    metrics::histogram!("http_server_request_duration_seconds",
        "method" => measured(&method), "route" => route, "status" => status.to_string())
    .record(elapsed.as_secs_f64());
    response
}

/// The method as measurements name it: a caller's invention makes no measurement of its own.
fn measured(method: &Method) -> &'static str {
    match *method {
        Method::GET => "GET",
        Method::HEAD => "HEAD",
        Method::POST => "POST",
        Method::OPTIONS => "OPTIONS",
        _ => "_OTHER",
    }
}

/// The answer within its time; a panic is a bug of ours and nobody else's request.
async fn answer(request: Request, next: Next) -> Response {
    let caught = AssertUnwindSafe(next.run(request)).catch_unwind();
    match tokio::time::timeout(ANSWER_WITHIN, caught).await {
        Ok(Ok(response)) => response,
        Ok(Err(panic)) => {
            let cause = panic
                .downcast_ref::<String>()
                .map(String::as_str)
                .or_else(|| panic.downcast_ref::<&str>().copied())
                .unwrap_or("a panic without words");
            Problem::internal(format!("panic: {cause}")).into_response()
        }
        Err(_) => Problem::timed_out().into_response(),
    }
}

fn request_id(headers: &HeaderMap, context: &RequestContext) -> Option<HeaderValue> {
    headers
        .get(&REQUEST_ID)
        .filter(|id| id.len() <= REQUEST_ID_BYTES_MAX)
        .cloned()
        .or_else(|| HeaderValue::try_from(context.trace.trace_id.as_str()).ok())
}

fn complete_headers(
    headers: &mut HeaderMap,
    private: bool,
    traceparent: &str,
    request_id: Option<HeaderValue>,
) {
    for (name, value) in ALWAYS {
        headers
            .entry(name)
            .or_insert(HeaderValue::from_static(value));
    }
    if private {
        headers
            .entry(header::CACHE_CONTROL)
            .or_insert(HeaderValue::from_static("no-store"));
    }
    if let Ok(value) = HeaderValue::try_from(traceparent) {
        headers.insert("traceparent", value);
    }
    if let Some(id) = request_id {
        headers.insert(REQUEST_ID, id);
    }
}

#[cfg(test)]
mod tests {
    use axum::Router;
    use axum::body::Body;
    use axum::middleware::from_fn;
    use axum::routing::get;
    use tower::ServiceExt as _;

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_request_that_hangs_is_answered_with_when_to_send_it_again() {
        let app = Router::new()
            .route("/", get(std::future::pending::<()>))
            .layer(from_fn(answer));
        let request = Request::get("/").body(Body::empty()).unwrap();
        let response = app.oneshot(request).await.unwrap();
        assert_eq!(response.status(), 504);
        assert_eq!(response.headers()[header::RETRY_AFTER], "1");
    }
}
