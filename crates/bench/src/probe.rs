//! How long a small durable write takes, between the rounds: while others keep the cores busy,
//! whoever waits for a disk wakes at the scheduler's next tick only, and everything that waits for
//! a flush is many times slower for no fault of its own.

use std::io::Write;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

/// Writes of one probe; the median counts.
const WRITES: usize = 41;
/// So many times slower than the fastest probe of this run is disturbed.
const DISTURBED_ABOVE: u64 = 4;

/// Nanoseconds of the fastest probe so far.
static FASTEST: AtomicU64 = AtomicU64::new(u64::MAX);

/// Whether the machine is quiet now, as far as this run knows it.
pub(crate) async fn is_quiet() -> anyhow::Result<bool> {
    let now = tokio::task::spawn_blocking(nanos).await??;
    let fastest = FASTEST.fetch_min(now, Ordering::Relaxed).min(now);
    Ok(now <= fastest.saturating_mul(DISTURBED_ABOVE))
}

fn nanos() -> anyhow::Result<u64> {
    let mut file = tempfile::tempfile()?;
    let mut took = Vec::with_capacity(WRITES);
    for _ in 0..WRITES {
        let started = Instant::now();
        file.write_all(&[0; 4_096])?;
        file.sync_data()?;
        took.push(started.elapsed());
    }
    took.sort_unstable();
    let median = took.get(WRITES / 2).copied().unwrap_or_default();
    Ok(u64::try_from(median.as_nanos())?)
}
