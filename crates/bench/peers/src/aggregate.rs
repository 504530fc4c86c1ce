//! The same made-up dossier that Hoso's own benchmarks write (`ledger_load.rs` there), as an
//! aggregate of cqrs-es: an event of 577 bytes, a state of 1.5 kB, the same words as metadata.

use std::collections::HashMap;

use cqrs_es::event_sink::EventSink;
use cqrs_es::{Aggregate, DomainEvent};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// Events of one aggregate before the next begins.
pub(crate) const EVENTS_A_STREAM: u64 = 20;

/// The made-up event.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) enum LoadEvent {
    FindingRecorded {
        number: u64,
        dossier: String,
        rules: Vec<String>,
        reason: String,
    },
}

impl DomainEvent for LoadEvent {
    fn event_type(&self) -> String {
        "FindingRecorded".to_owned()
    }

    fn event_version(&self) -> String {
        "1".to_owned()
    }
}

/// What is asked for: one more finding.
pub(crate) struct Record {
    /// The number it must get: the version it was decided on, plus one.
    pub(crate) number: u64,
    /// On what.
    pub(crate) dossier: String,
}

/// Why not.
#[derive(Debug, thiserror::Error)]
#[error("the next finding has number {next}")]
pub(crate) struct OutOfTurn {
    next: u64,
}

/// The made-up state.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(crate) struct Load {
    findings: u64,
    last: usize,
    notes: String,
}

impl Aggregate for Load {
    const TYPE: &'static str = "dossier";
    type Command = Record;
    type Event = LoadEvent;
    type Error = OutOfTurn;
    type Services = ();

    async fn handle(
        &mut self,
        command: Self::Command,
        _services: &Self::Services,
        sink: &EventSink<Self>,
    ) -> Result<(), Self::Error> {
        let next = self.findings + 1;
        if command.number != next {
            return Err(OutOfTurn { next });
        }
        sink.write(event(command.number, command.dossier), self).await;
        Ok(())
    }

    fn apply(&mut self, event: Self::Event) {
        let LoadEvent::FindingRecorded { number, reason, .. } = event;
        self.findings = self.findings.max(number);
        self.last = reason.len();
        if self.notes.is_empty() {
            self.notes = "x".repeat(1_450);
        }
    }
}

/// A finding.
pub(crate) fn event(number: u64, dossier: String) -> LoadEvent {
    LoadEvent::FindingRecorded {
        number,
        dossier,
        rules: (0..6).map(|n| format!("R{n:02}/TT-SNV-2024")).collect(),
        reason: format!(
            "{}không có ý kiến.",
            "đã đối chiếu hồ sơ với chỉ số, báo cáo tự chấm và biên bản họp; ".repeat(4)
        ),
    }
}

/// The dossier with a number.
pub(crate) fn dossier(stream: u64) -> String {
    format!("HS-{stream:010}")
}

/// Its aggregate's id: as good as random, so that no index is filled in order.
pub(crate) fn aggregate_id(stream: u64) -> String {
    Uuid::new_v5(&Uuid::NAMESPACE_OID, &stream.to_be_bytes()).to_string()
}

/// What Hoso keeps in columns of its own.
pub(crate) fn metadata(command: &str) -> HashMap<String, String> {
    [
        ("official", "cb-so-noi-vu-017"),
        ("person", "p-00000017"),
        ("role", "HOME_AFFAIRS"),
        ("agency", "so-noi-vu"),
        ("reason", "đủ điều kiện theo hồ sơ"),
        ("command", command),
        ("correlation", command),
        ("causation", command),
        (
            "rule_book",
            "sha256:abababababababababababababababababababababababababababababababab",
        ),
        (
            "traceparent",
            "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
        ),
    ]
    .into_iter()
    .map(|(key, value)| (key.to_owned(), value.to_owned()))
    .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_event_has_the_size_of_hosos() -> serde_json::Result<()> {
        assert_eq!(serde_json::to_string(&event(1, dossier(7)))?.len(), 577);
        Ok(())
    }
}
