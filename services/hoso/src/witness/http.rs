//! What a witness answers over HTTP: `POST /add-checkpoint`, and whether it is there.

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::{Body, Bytes, to_bytes};
use axum::extract::State;
use axum::http::StatusCode;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse as _, Response};
use axum::routing::{get, post};
use hoso_proof::Refusal;
use hoso_proof::witness::{REQUEST_BYTES_MAX, SIZE_MEDIA_TYPE};

use super::directory::{Answer, Witness};

/// A body comes within so long, or not at all.
const BODY_WITHIN: Duration = Duration::from_secs(10);
const TEXT: &str = "text/plain; charset=utf-8";

/// The routes.
pub(super) fn router(witness: Arc<Witness>) -> Router {
    Router::new()
        .route("/add-checkpoint", post(add_checkpoint))
        .route("/livez", get(async || "ok\n"))
        .fallback(async || plain(StatusCode::NOT_FOUND, "there is no such address"))
        .with_state(witness)
}

async fn add_checkpoint(State(witness): State<Arc<Witness>>, body: Body) -> Response {
    let body = match tokio::time::timeout(BODY_WITHIN, to_bytes(body, REQUEST_BYTES_MAX)).await {
        Err(_) => return plain(StatusCode::REQUEST_TIMEOUT, "the body took too long"),
        Ok(Err(_)) => {
            return plain(
                StatusCode::PAYLOAD_TOO_LARGE,
                "the body is too long, or was cut",
            );
        }
        Ok(Ok(body)) => body,
    };
    match decided(witness, body).await {
        Ok(Answer::Cosigned(lines)) => ([(CONTENT_TYPE, TEXT)], lines).into_response(),
        Ok(Answer::Refused(refusal)) => refused(&refusal),
        Err(error) => {
            tracing::error!("nothing was cosigned: {error:#}");
            plain(StatusCode::INTERNAL_SERVER_ERROR, "nothing was cosigned")
        }
    }
}

/// Decides on a thread that may wait for the disk.
async fn decided(witness: Arc<Witness>, body: Bytes) -> anyhow::Result<Answer> {
    tokio::task::spawn_blocking(move || witness.add(&body)).await?
}

fn refused(refusal: &Refusal) -> Response {
    let status = StatusCode::from_u16(refusal.status());
    let status = status.unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    match refusal {
        Refusal::Stale { size } | Refusal::Forked { size } => {
            let body = format!("{size}\n");
            (status, [(CONTENT_TYPE, SIZE_MEDIA_TYPE)], body).into_response()
        }
        Refusal::Malformed(_)
        | Refusal::UnknownLog
        | Refusal::Unsigned
        | Refusal::Inconsistent { .. } => {
            tracing::warn!(%refusal, "refused");
            plain(status, &refusal.to_string())
        }
    }
}

fn plain(status: StatusCode, text: &str) -> Response {
    (status, [(CONTENT_TYPE, TEXT)], format!("{text}\n")).into_response()
}
