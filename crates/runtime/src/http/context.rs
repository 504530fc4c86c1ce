//! What the process knows about the request in hand, wherever a response is made: its trace, its
//! address. Kept beside the task, so that a problem can name them without being handed them.

use axum::http::Uri;

use crate::trace::TraceContext;

tokio::task_local! {
    static CURRENT: RequestContext;
}

/// The request in hand.
#[derive(Debug, Clone)]
pub struct RequestContext {
    /// Its place in a trace.
    pub trace: TraceContext,
    /// Its address, path and query.
    pub uri: Uri,
}

impl RequestContext {
    /// Runs a request's future under this context.
    pub async fn scope<F: Future>(self, future: F) -> F::Output {
        CURRENT.scope(self, future).await
    }

    /// The context of the request in hand; `None` outside of requests.
    #[must_use]
    pub fn current() -> Option<Self> {
        CURRENT.try_with(Clone::clone).ok()
    }
}
