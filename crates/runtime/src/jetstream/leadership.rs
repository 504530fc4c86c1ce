//! Which process relays. For economy only: two relays at once cannot harm the stream, since only
//! one of two messages with the same expected predecessor is taken.

use async_trait::async_trait;

/// Decides which of several processes does a job that one should do.
#[async_trait]
pub trait Leadership: Send + Sync {
    /// Waits until it is this process. Does not fail: what cannot be asked is asked again.
    async fn lead(&self) -> Box<dyn Term>;
}

/// The time in which this process does the job; given up when dropped.
#[async_trait]
pub trait Term: Send {
    /// Returns when the term is over.
    async fn ended(&mut self);
}

/// There is nobody else.
#[derive(Debug, Clone, Copy, Default)]
pub struct Alone;

#[async_trait]
impl Leadership for Alone {
    async fn lead(&self) -> Box<dyn Term> {
        Box::new(Self)
    }
}

#[async_trait]
impl Term for Alone {
    async fn ended(&mut self) {
        std::future::pending::<()>().await;
    }
}
