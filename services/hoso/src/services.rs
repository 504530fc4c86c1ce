//! The services of this binary, in the order they are named everywhere.

use std::sync::Arc;

use clap::ValueEnum;
use hoso_audit::Sealing;
use hoso_runtime::{Runtime, Service};

/// A service by its name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum ServiceName {
    /// Units, officials, published figures, holds, rule books
    Registry,
    /// The unit's side: dossiers from draft to submitted
    Submission,
    /// Receipt, completeness, findings, eligibility
    Verification,
    /// Rounds, ranking, meeting, decision, award, appeal
    Ranking,
    /// What is sealed: checkpoints, tiles, proofs
    Audit,
}

impl ServiceName {
    const ALL: [Self; 5] = [
        Self::Registry,
        Self::Submission,
        Self::Verification,
        Self::Ranking,
        Self::Audit,
    ];

    /// The service on a runtime, and the audit on what is sealed; its background work starts, but
    /// for the sealing.
    pub(crate) fn on(self, runtime: &Runtime, sealing: &Arc<Sealing>) -> Service {
        match self {
            Self::Registry => hoso_registry::service(runtime),
            Self::Submission => hoso_submission::service(runtime),
            Self::Verification => hoso_verification::service(runtime),
            Self::Ranking => hoso_ranking::service(runtime),
            Self::Audit => hoso_audit::service(sealing),
        }
    }
}

/// The services that react to events, by name, wherever they run.
pub(crate) const REACTORS: [&str; 3] = ["submission", "verification", "ranking"];

/// The services `hoso up` runs in one process.
pub(crate) fn all(runtime: &Runtime, sealing: &Arc<Sealing>) -> Vec<Service> {
    ServiceName::ALL
        .into_iter()
        .map(|name| name.on(runtime, sealing))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn every_service_that_reacts_is_waited_for() {
        let directory = tempfile::tempdir().unwrap();
        let clock = hoso_runtime::Clock::system();
        let runtime = Runtime::open_embedded(directory.path(), clock)
            .await
            .unwrap();
        let sealing = crate::audit::sealing_in(directory.path()).unwrap();
        let services = all(&runtime, &sealing);
        let reactors = services
            .iter()
            .filter_map(|service| service.reactor.as_ref());
        let names: Vec<_> = reactors.map(|reactor| reactor.name()).collect();
        assert_eq!(names, REACTORS);
    }
}
