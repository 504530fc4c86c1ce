//! Rounds: every variant once a round, side by side, so that a ratio compares neighbours in time.
//!
//! A round in which others took more than 3 % of the machine, or before or after which a small
//! durable write was slow, is repeated, at most twice; if it is disturbed in the end, it is dropped.

use std::future::Future;

use crate::setting::Setting;
use crate::{probe, steal};

const REPEAT_ABOVE: u64 = 30;
const DROP_ABOVE: u64 = 50;
const REPEATS_MAX: u32 = 2;

/// Runs `round` until as many results are good as are wanted, or as many attempts again have failed
/// to be.
pub(crate) async fn run<T, F>(
    setting: &Setting,
    mut round: impl FnMut(usize) -> F,
) -> anyhow::Result<Vec<T>>
where
    F: Future<Output = anyhow::Result<T>>,
{
    let wanted = setting.rounds;
    let mut good = Vec::with_capacity(wanted);
    for attempt in 0..wanted * 2 {
        if good.len() == wanted {
            break;
        }
        let mut repeats = 0;
        loop {
            let before = steal::now();
            let quiet_before = probe::is_quiet().await?;
            let measured = round(attempt).await?;
            let quiet = quiet_before && probe::is_quiet().await?;
            let stolen = steal::now().stolen_since(before);
            if setting.keep_disturbed || (quiet && stolen <= REPEAT_ABOVE) {
                good.push(measured);
                break;
            }
            if repeats < REPEATS_MAX {
                repeats += 1;
                continue;
            }
            if quiet && stolen <= DROP_ABOVE {
                good.push(measured);
            } else {
                let slow = if quiet { "" } else { ", and writes were slow" };
                eprintln!("  a round is dropped: {stolen} ‰ of the machine were taken{slow}");
            }
            break;
        }
    }
    Ok(good)
}
