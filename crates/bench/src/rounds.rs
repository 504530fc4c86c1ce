//! Rounds: every variant once a round, side by side, so that a ratio compares neighbours in time.
//!
//! A round in which others took more than 3 % of the machine is repeated, at most twice; one above
//! 5 % in the end is dropped.

use std::future::Future;

use crate::steal;

const REPEAT_ABOVE: u64 = 30;
const DROP_ABOVE: u64 = 50;
const REPEATS_MAX: u32 = 2;

/// Runs `round` until `wanted` results are good, or as many attempts again have failed to be.
pub(crate) async fn run<T, F>(
    wanted: usize,
    mut round: impl FnMut(usize) -> F,
) -> anyhow::Result<Vec<T>>
where
    F: Future<Output = anyhow::Result<T>>,
{
    let mut good = Vec::with_capacity(wanted);
    for attempt in 0..wanted * 2 {
        if good.len() == wanted {
            break;
        }
        let mut repeats = 0;
        loop {
            let before = steal::now();
            let measured = round(attempt).await?;
            let stolen = steal::now().stolen_since(before);
            if stolen > REPEAT_ABOVE && repeats < REPEATS_MAX {
                repeats += 1;
                continue;
            }
            if stolen <= DROP_ABOVE {
                good.push(measured);
            } else {
                eprintln!("  a round is dropped: {stolen} ‰ of the machine were taken");
            }
            break;
        }
    }
    Ok(good)
}
