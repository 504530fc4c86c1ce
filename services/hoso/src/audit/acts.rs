//! The acts of a round: events of its own stream that decide about all of it, not about one item.
//! Each has a proof of its own in the round's bundle, and stands between two checkpoints, where the
//! archive has them: witnesses that saw both bound its time.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use hoso_domain::decider::StoredDecider as _;
use hoso_domain::ids::RoundId;
use hoso_domain::ranking::round::Round;
use hoso_ledger::{Position, RecordedEvent, StreamName};

/// Acts of a round, at most; the first ones where a round has more.
const ACTS_MAX: usize = 10_000;
/// Types of events that are about one item, or decide nothing. A bundle's format: a type that is new
/// is an act unless another format says otherwise.
const NO_ACTS: [&str; 10] = [
    "AttemptRefused",
    "AwardFlaggedForReview",
    "AwardHandedOver",
    "ItemEntered",
    "ItemExcluded",
    "ItemResumed",
    "ItemSuspended",
    "ItemWithdrawn",
    "ReevaluationNeeded",
    "UnitMergeNoted",
];

/// One act.
#[derive(Debug)]
pub(super) struct Act {
    /// Its position.
    pub(super) position: Position,
    /// The event's type.
    pub(super) event_type: String,
    /// When it was recorded.
    pub(super) recorded_at: DateTime<Utc>,
}

/// Those of a round, in order.
#[derive(Debug)]
pub(super) struct Acts {
    stream: StreamName,
    found: Vec<Act>,
}

impl Acts {
    /// None yet.
    pub(super) fn of(round: &RoundId) -> Self {
        Self {
            stream: StreamName::new(Round::CATEGORY, round.as_str()),
            found: Vec::new(),
        }
    }

    /// Notes the next event, if it is one.
    pub(super) fn note(&mut self, event: &RecordedEvent) {
        let of_the_round = event.stream == self.stream;
        let is_act = of_the_round && !NO_ACTS.contains(&event.event_type.as_str());
        if is_act && self.found.len() < ACTS_MAX {
            self.found.push(Act {
                position: event.position,
                event_type: event.event_type.clone(),
                recorded_at: event.recorded_at,
            });
        }
    }

    /// All of them.
    pub(super) fn all(&self) -> &[Act] {
        &self.found
    }

    /// Of the sizes of checkpoints, those next to an act on either side: the last without it, and the
    /// first with it.
    pub(super) fn between(&self, sizes: &BTreeSet<u64>) -> BTreeSet<u64> {
        let next = self.found.iter().map(|act| sides(sizes, act.position));
        next.flat_map(|(before, after)| before.into_iter().chain(after))
            .collect()
    }
}

/// The size of the last checkpoint before a position, and of the first that has it.
pub(super) fn sides(sizes: &BTreeSet<u64>, position: Position) -> (Option<u64>, Option<u64>) {
    let before = sizes.range(..position).next_back();
    let after = sizes.range(position..).next();
    (before.copied(), after.copied())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_act_stands_between_the_checkpoints_next_to_it() {
        let sizes = BTreeSet::from([3, 7, 9]);
        assert_eq!(sides(&sizes, 1), (None, Some(3)));
        assert_eq!(sides(&sizes, 3), (None, Some(3)));
        assert_eq!(sides(&sizes, 4), (Some(3), Some(7)));
        assert_eq!(sides(&sizes, 10), (Some(9), None));
        assert_eq!(sides(&BTreeSet::new(), 4), (None, None));
    }

    #[test]
    fn what_is_no_act_is_an_event_of_a_round() {
        let ranking = crate::audit::schemas::SCHEMAS
            .iter()
            .find(|(name, _)| name.ends_with("/ranking.proto"));
        let (_, text) = ranking.unwrap();
        for name in NO_ACTS.iter().filter(|name| **name != "AttemptRefused") {
            assert!(text.contains(&format!("message {name} ")), "{name}");
        }
    }
}
