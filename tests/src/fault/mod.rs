//! The fault suite of the full mode: real processes under a real load, broken at random moments from
//! a seed, judged by an oracle that knows only what the clients noted and what the log says.
//!
//! `./dev fault` runs it; a short version is a test.

#![expect(
    clippy::expect_used,
    reason = "a test's helper: a broken setup must stop the test"
)]

mod breakage;
mod load;
mod oracle;
mod poison;
mod random;
mod world;

pub use breakage::{Breakage, all};
pub use oracle::Verdict;
pub use random::Random;
pub use world::World;

/// How much is done.
#[derive(Debug, Clone, Copy)]
pub struct Scale {
    /// Times each fault strikes.
    pub runs: u64,
    /// Clients at work beside each other.
    pub clients: usize,
    /// Commands that must be acknowledged before a fault strikes, and after it is over.
    pub commands: u64,
    /// How long a partition lasts, milliseconds.
    pub partition_ms: u64,
}

impl Scale {
    /// Every fault once, in minutes.
    pub const SHORT: Self = Self {
        runs: 1,
        clients: 4,
        commands: 30,
        partition_ms: 3_000,
    };
    /// What `./dev fault` does unless it is told otherwise.
    pub const FULL: Self = Self {
        runs: 5,
        clients: 8,
        commands: 60,
        partition_ms: 60_000,
    };
}

/// What came of one fault.
#[derive(Debug, serde::Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Report {
    /// The fault.
    pub name: &'static str,
    /// Times it struck.
    pub runs: u64,
    /// Acknowledged and not in the log, or an effect that never came.
    pub lost: u64,
    /// Commands or effects that are there more than once.
    pub duplicated: u64,
    /// Nothing lost, nothing twice, and everything else the oracle looks at is right.
    pub ok: bool,
    /// Commands acknowledged while it was tried.
    pub acknowledged: u64,
    /// Times a client had to send again.
    pub sent_again: u64,
    /// What was found, in words.
    pub findings: Vec<String>,
}

/// Lets one fault strike as often as the scale says, and judges after each.
///
/// # Panics
/// If the load cannot go on although the fault is over.
pub async fn strike(
    world: &mut World,
    breakage: &Breakage,
    scale: Scale,
    random: &mut Random,
) -> Report {
    let mut report = Report {
        name: breakage.name,
        runs: 0,
        lost: 0,
        duplicated: 0,
        ok: true,
        acknowledged: 0,
        sent_again: 0,
        findings: Vec::new(),
    };
    let before = (world.notes().count(), world.notes().failures());
    for _ in 0..scale.runs {
        let load = load::start(world, scale.clients);
        load.acknowledged(scale.commands + random.below(scale.commands))
            .await;
        breakage.strike(world, scale, random).await;
        load.acknowledged(scale.commands).await;
        load.finish().await;
        let verdict = oracle::judge(world).await;
        report.runs += 1;
        report.lost += verdict.lost;
        report.duplicated += verdict.duplicated;
        report.ok &= verdict.is_clean();
        report.findings.extend(verdict.findings);
    }
    report.acknowledged = world.notes().count() - before.0;
    report.sent_again = world.notes().failures() - before.1;
    report
}
