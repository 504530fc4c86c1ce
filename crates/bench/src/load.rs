//! A made-up decider: dossiers that get finding after finding, events of 577 bytes, a state of
//! 1.5 kB, another status every 6 events.

use hoso_domain::decider::{Decider, Issued, Listing, StoredDecider, StoredEvent};
use hoso_domain::ids::{DossierId, RoundId, UnitId};
use serde::{Deserialize, Serialize};

/// Events of one stream before the next begins.
pub(crate) const EVENTS_A_STREAM: u64 = 20;
/// The event's name.
pub(crate) const EVENT_TYPE: &str = "FindingRecorded";

/// The made-up event; its JSON has 577 bytes.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) enum LoadEvent {
    /// A finding was recorded.
    FindingRecorded {
        /// Which.
        number: u64,
        /// On what.
        dossier: String,
        /// Under which rules.
        rules: Vec<String>,
        /// Why.
        reason: String,
    },
}

impl LoadEvent {
    /// The n-th finding on a dossier.
    pub(crate) fn finding(dossier: String, number: u64) -> Self {
        Self::FindingRecorded {
            number,
            dossier,
            rules: (0..6).map(|n| format!("R{n:02}/TT-SNV-2024")).collect(),
            reason: format!(
                "{}không có ý kiến.",
                "đã đối chiếu hồ sơ với chỉ số, báo cáo tự chấm và biên bản họp; ".repeat(4)
            ),
        }
    }
}

impl StoredEvent for LoadEvent {
    fn event_type(&self) -> &'static str {
        EVENT_TYPE
    }
}

/// The made-up state.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct LoadState {
    /// Number of findings.
    pub(crate) findings: u64,
    /// The last reason's length.
    pub(crate) last: usize,
    listing: Listing,
    notes: String,
}

impl LoadState {
    /// Folds one event.
    pub(crate) fn evolve(mut self, event: &LoadEvent) -> Self {
        let LoadEvent::FindingRecorded {
            number,
            dossier,
            reason,
            ..
        } = event;
        if self.notes.is_empty() {
            self.notes = "x".repeat(1_330);
            self.listing.round = RoundId::parse("2024-de-nghi-tinh").ok();
            self.listing.dossier = DossierId::parse(dossier).ok();
            self.listing.unit = unit_of(dossier);
        }
        self.findings = self.findings.max(*number);
        self.last = reason.len();
        let status = self.findings / 6;
        if status * 6 == self.findings || self.listing.status.is_empty() {
            self.listing.status = format!("STATUS_{status}");
        }
        self
    }
}

fn unit_of(dossier: &str) -> Option<UnitId> {
    let number: u64 = dossier.strip_prefix("HS-")?.parse().ok()?;
    UnitId::parse(&format!("don-vi-{:02}", number % 47)).ok()
}

/// A dossier's id.
pub(crate) fn dossier(stream: u64) -> String {
    format!("HS-{stream:010}")
}

/// What is asked for: the next finding, which must have this number.
#[derive(Debug, Clone)]
pub(crate) struct Record {
    /// On what.
    pub(crate) dossier: String,
    /// Its number.
    pub(crate) number: u64,
}

/// A finding out of turn.
#[derive(Debug, thiserror::Error)]
#[error("the next finding has number {next}")]
pub(crate) struct OutOfTurn {
    next: u64,
}

/// The decider.
pub(crate) struct Load;

impl Decider for Load {
    type State = LoadState;
    type Command = Issued<Record>;
    type Event = LoadEvent;
    type Rejection = OutOfTurn;

    fn decide(
        state: &Self::State,
        command: Self::Command,
    ) -> Result<Vec<Self::Event>, Self::Rejection> {
        let next = state.findings + 1;
        let Record { dossier, number } = command.command;
        if number != next {
            return Err(OutOfTurn { next });
        }
        Ok(vec![LoadEvent::finding(dossier, number)])
    }

    fn evolve(state: Self::State, event: &Self::Event) -> Self::State {
        state.evolve(event)
    }
}

impl StoredDecider for Load {
    const CATEGORY: &'static str = "dossier";

    fn listing(state: &Self::State) -> Listing {
        state.listing.clone()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_load_has_the_sizes_it_is_described_with() -> serde_json::Result<()> {
        let event = LoadEvent::finding(dossier(7), 1);
        assert_eq!(serde_json::to_string(&event)?.len(), 577);
        let state = LoadState::default().evolve(&event);
        let bytes = serde_json::to_string(&state)?.len();
        assert!((1_450..1_550).contains(&bytes), "{bytes}");
        assert_eq!(state.listing.status, "STATUS_0");
        assert_eq!(state.listing.unit, UnitId::parse("don-vi-07").ok());
        Ok(())
    }
}
