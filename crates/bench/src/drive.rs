//! Drives a load: callers that each wait for their answer before they ask again, and how long the
//! answers took.

use std::future::Future;
use std::time::{Duration, Instant};

use futures::future::try_join_all;

/// Calls of each caller before the clock starts: connections and prepared statements are made.
const WARM_UP: u64 = 3;

/// Somebody who asks again and again.
pub(crate) trait Caller: Send + 'static {
    /// Asks for the n-th time, from 0, and waits for the answer.
    fn call(&mut self, n: u64) -> impl Future<Output = anyhow::Result<()>> + Send;
}

/// What came of a load.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Sample {
    /// Answers a second.
    pub(crate) rate: f64,
    /// Half of the answers took less, in microseconds.
    pub(crate) p50: f64,
    /// All but one of a hundred took less, in microseconds.
    pub(crate) p99: f64,
}

impl Sample {
    /// The sample of so many answers, one duration each.
    pub(crate) fn of(mut took: Vec<Duration>, elapsed: Duration) -> Self {
        took.sort_unstable();
        Self {
            rate: rate(took.len() as u64, elapsed),
            p50: percentile(&took, 50),
            p99: percentile(&took, 99),
        }
    }
}

/// Microseconds that so many of a hundred took less than; 0 of none.
fn percentile(sorted: &[Duration], hundredth: usize) -> f64 {
    let last = sorted.len().saturating_sub(1);
    let at = (sorted.len() * hundredth / 100).min(last);
    sorted
        .get(at)
        .map_or(0.0, |took| took.as_secs_f64() * 1_000_000.0)
}

/// Lets every caller ask as fast as it is answered, for so long.
pub(crate) async fn closed_loop<C: Caller>(
    callers: Vec<C>,
    sample: Duration,
) -> anyhow::Result<Sample> {
    let warm = callers.into_iter().map(|mut caller| {
        spawned(async move {
            for n in 0..WARM_UP {
                caller.call(n).await?;
            }
            Ok(caller)
        })
    });
    let callers = try_join_all(warm).await?;
    let started = Instant::now();
    let tasks = callers.into_iter().map(|mut caller| {
        spawned(async move {
            let mut took = Vec::new();
            for n in WARM_UP.. {
                let asked = Instant::now();
                if asked.duration_since(started) >= sample {
                    break;
                }
                caller.call(n).await?;
                took.push(asked.elapsed());
            }
            Ok(took)
        })
    });
    let took = try_join_all(tasks).await?.concat();
    Ok(Sample::of(took, started.elapsed()))
}

/// Begins the work at once, on any thread of the runtime; the future is its end.
pub(crate) fn spawned<T: Send + 'static>(
    work: impl Future<Output = anyhow::Result<T>> + Send + 'static,
) -> impl Future<Output = anyhow::Result<T>> + Send {
    let task = tokio::spawn(work);
    async move { task.await? }
}

/// So many a second.
pub(crate) fn rate(count: u64, elapsed: Duration) -> f64 {
    float(count) / elapsed.as_secs_f64()
}

/// A count to reckon with.
#[expect(clippy::cast_precision_loss, reason = "counts stay far below 2^52")]
pub(crate) fn float(count: u64) -> f64 {
    count as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles_are_of_the_sorted_durations() {
        let took = (1..=200).rev().map(Duration::from_micros).collect();
        let sample = Sample::of(took, Duration::from_secs(2));
        assert!((sample.rate - 100.0).abs() < 1e-9);
        assert!((sample.p50 - 101.0).abs() < 1e-9);
        assert!((sample.p99 - 199.0).abs() < 1e-9);
        let none = Sample::of(Vec::new(), Duration::from_secs(1));
        assert!(none.p99.abs() < 1e-9);
    }
}
