//! The clock at the edge: the only place that reads the machine's time. Deciders and folds get
//! time inside commands and events.

use std::sync::{Arc, PoisonError, RwLock};

use chrono::{DateTime, NaiveDate, Utc};
use hoso_domain::calendar::civil_day;

/// Tells the time: the machine's, or a fixed one in tests and demonstrations.
#[derive(Debug, Clone)]
pub struct Clock(Option<Arc<RwLock<DateTime<Utc>>>>);

impl Clock {
    /// The machine's clock.
    #[must_use]
    pub fn system() -> Self {
        Self(None)
    }

    /// A clock that stands at `time` until [`Clock::set`].
    #[must_use]
    pub fn fixed(time: DateTime<Utc>) -> Self {
        Self(Some(Arc::new(RwLock::new(time))))
    }

    /// Now.
    #[must_use]
    #[expect(
        clippy::disallowed_methods,
        reason = "the edge: everything else takes the time from here"
    )]
    pub fn now(&self) -> DateTime<Utc> {
        match &self.0 {
            None => Utc::now(),
            Some(fixed) => *fixed.read().unwrap_or_else(PoisonError::into_inner),
        }
    }

    /// Today's civil day, in Việt Nam.
    #[must_use]
    pub fn today(&self) -> NaiveDate {
        civil_day(self.now())
    }

    /// Moves a fixed clock, for all its clones; the machine's clock is not moved.
    pub fn set(&self, time: DateTime<Utc>) {
        if let Some(fixed) = &self.0 {
            *fixed.write().unwrap_or_else(PoisonError::into_inner) = time;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fixed_clock_stands_until_it_is_set_and_its_clones_follow() {
        let noon = DateTime::from_timestamp(1_700_000_000, 0).unwrap();
        let clock = Clock::fixed(noon);
        let clone = clock.clone();
        assert_eq!(clone.now(), noon);
        clock.set(noon + chrono::Duration::days(1));
        assert_eq!(clone.now(), noon + chrono::Duration::days(1));
    }
}
