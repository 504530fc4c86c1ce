//! The registry as one fold over the log: what imports, lists and checks look facts up in.

use std::ops::Deref;

use hoso_domain::registry::facts::Facts;
use hoso_ledger::RecordedEvent;
use hoso_runtime::Fold;

/// [`Facts`], folded from the log.
#[derive(Debug, Clone, Default)]
pub struct RegistryFacts(Facts);

impl Deref for RegistryFacts {
    type Target = Facts;
    fn deref(&self) -> &Facts {
        &self.0
    }
}

impl Fold for RegistryFacts {
    fn apply(&mut self, event: &RecordedEvent) {
        let category = event.stream.category();
        if let Err(error) = self.0.apply_stored(category, &event.data) {
            tracing::error!(
                event.position = event.position,
                event.event_type = event.event_type,
                %error,
                "event {} of the registry cannot be read and is skipped",
                event.position
            );
        }
    }
}
