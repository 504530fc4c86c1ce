//! The daily task: soon after each midnight in Việt Nam, cases lapse whose due day has ended.
//!
//! Replicas may all run it: a case lapses once, because the command's id is made of the dossier and
//! the day. A day that was missed is made up for the next night.

use std::time::Duration;

use chrono::{DateTime, Days, NaiveTime, Utc};
use hoso_domain::calendar::civil_day;
use hoso_domain::ids::IdError;
use hoso_ledger::{Metadata, Order};
use hoso_runtime::runtime::system_actor;
use hoso_runtime::{Problem, Runtime};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use crate::NAME;
use crate::lapse::{lapse, overdue};

/// Command ids of the task are `UUIDv5` under this namespace.
const LAPSES: Uuid = Uuid::from_u128(0x2f0c_94d1_8a53_5c4e_8b17_90d2_6d3e_41a7);
/// How long after midnight, so that a clock a little ahead asks no question about the future.
const AFTER_MIDNIGHT: Duration = Duration::from_mins(1);
/// Việt Nam is seven hours ahead of UTC.
const MIDNIGHT_UTC_HOUR: u32 = 17;

/// Starts the task where there is an executor to run it; it ends with the process.
pub(crate) fn start(runtime: Runtime) {
    if let Ok(executor) = tokio::runtime::Handle::try_current() {
        executor.spawn(every_midnight(runtime));
    }
}

async fn every_midnight(runtime: Runtime) {
    loop {
        let wait = until_midnight(runtime.clock.now()) + AFTER_MIDNIGHT;
        tokio::time::sleep(wait).await;
        match run(&runtime).await {
            Ok(lapsed) => tracing::info!(lapsed, "{lapsed} overdue cases lapsed"),
            Err(problem) => tracing::error!(
                code = problem.code,
                "overdue cases could not be ended: {}",
                problem.detail.unwrap_or_default()
            ),
        }
    }
}

/// Ends every case that is overdue today; says how many.
pub(crate) async fn run(runtime: &Runtime) -> Result<usize, Problem> {
    let now = runtime.clock.now();
    let today = civil_day(now);
    let mut lapsed = 0;
    for dossier in overdue(runtime, today).await? {
        let order = order(dossier.as_str(), now).map_err(Problem::internal)?;
        lapsed += usize::from(lapse(runtime, &dossier, order, today).await?);
    }
    Ok(lapsed)
}

fn order(dossier: &str, now: DateTime<Utc>) -> Result<Order, IdError> {
    let name = format!("{dossier} {}", civil_day(now));
    let command = Uuid::new_v5(&LAPSES, name.as_bytes());
    Ok(Order {
        command,
        digest: Sha256::digest(name.as_bytes()).into(),
        seen: None,
        metadata: Metadata {
            actor: system_actor(NAME)?,
            reason: None,
            correlation: command,
            causation: None,
            rule_book: None,
            effective_at: now,
            traceparent: None,
        },
        cursor: None,
    })
}

/// From an instant to the next midnight in Việt Nam; never zero.
fn until_midnight(now: DateTime<Utc>) -> Duration {
    let midnight = NaiveTime::from_hms_opt(MIDNIGHT_UTC_HOUR, 0, 0).unwrap_or_default();
    let today = now.date_naive().and_time(midnight).and_utc();
    let next = if today > now {
        today
    } else {
        today.checked_add_days(Days::new(1)).unwrap_or(today)
    };
    (next - now).to_std().unwrap_or(AFTER_MIDNIGHT)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_task_waits_for_the_next_midnight_in_viet_nam() {
        for (now, seconds) in [
            ("2025-06-20T16:59:59Z", 1),
            ("2025-06-20T17:00:00Z", 24 * 3600),
            ("2025-06-20T17:00:01Z", 24 * 3600 - 1),
            ("2025-06-20T00:00:00Z", 17 * 3600),
        ] {
            let now = DateTime::parse_from_rfc3339(now).unwrap().to_utc();
            assert_eq!(until_midnight(now).as_secs(), seconds, "{now}");
        }
    }
}
