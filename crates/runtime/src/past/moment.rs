//! A past moment of the log (tính đến): a position, a recorded time, an effective time, or both.
//!
//! Recorded: what was known then. Effective: what had happened by then, as far as it was known. An
//! act that was entered late is in the second and not yet in the first.

use std::str::FromStr;

use chrono::{DateTime, Utc};
use hoso_ledger::{Position, RecordedEvent};

/// Up to where the log was written.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Recorded {
    /// Everything.
    #[default]
    Head,
    /// Up to and with this position.
    Position(Position),
    /// What was recorded up to and at this time.
    Time(DateTime<Utc>),
}

/// A moment to look at the log as of.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Moment {
    /// What was known.
    pub recorded: Recorded,
    /// Only acts that had taken effect up to and at this time.
    pub effective: Option<DateTime<Utc>>,
}

/// Text that names no moment.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "`{text}` is no moment: a position, a recorded time such as 2025-06-16T17:00:00Z, \
     `effective:` and a time, both with a comma between, or `head`"
)]
pub struct MomentError {
    /// What was given, cut to 80 characters.
    pub text: String,
}

impl Moment {
    /// Everything.
    pub const HEAD: Self = Self {
        recorded: Recorded::Head,
        effective: None,
    };

    /// Whether an event had been recorded by then. Neither positions nor recorded times ever
    /// decrease: after one that was not, none was.
    #[must_use]
    pub fn knows(self, event: &RecordedEvent) -> bool {
        match self.recorded {
            Recorded::Head => true,
            Recorded::Position(position) => event.position <= position,
            Recorded::Time(time) => event.recorded_at <= time,
        }
    }

    /// Whether an event had been recorded by then and had taken effect.
    #[must_use]
    pub fn includes(self, event: &RecordedEvent) -> bool {
        self.knows(event)
            && self
                .effective
                .is_none_or(|time| event.metadata.effective_at <= time)
    }
}

impl FromStr for Moment {
    type Err = MomentError;

    fn from_str(text: &str) -> Result<Self, MomentError> {
        let wrong = || MomentError {
            text: text.chars().take(80).collect(),
        };
        let time = |text: &str| {
            let parsed = DateTime::parse_from_rfc3339(text).map_err(|_| wrong())?;
            Ok::<_, MomentError>(parsed.to_utc())
        };
        let mut recorded = None;
        let mut effective = None;
        for part in text.split(',') {
            if let Some(rest) = part.strip_prefix("effective:") {
                if effective.replace(time(rest)?).is_some() {
                    return Err(wrong());
                }
                continue;
            }
            let said = if part == "head" {
                Recorded::Head
            } else if part.bytes().all(|b| b.is_ascii_digit()) && !part.is_empty() {
                Recorded::Position(part.parse().map_err(|_| wrong())?)
            } else {
                Recorded::Time(time(part)?)
            };
            if recorded.replace(said).is_some() {
                return Err(wrong());
            }
        }
        Ok(Self {
            recorded: recorded.unwrap_or_default(),
            effective,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> DateTime<Utc> {
        text.parse().unwrap()
    }

    #[test]
    fn a_number_is_a_position_and_rfc_3339_is_a_time() {
        let moment = |recorded, effective| {
            Ok(Moment {
                recorded,
                effective,
            })
        };
        let midnight = at("2025-06-16T17:00:00Z");
        assert_eq!("17".parse(), moment(Recorded::Position(17), None));
        assert_eq!("head".parse(), Ok(Moment::HEAD));
        assert_eq!(
            "2025-06-17T00:00:00+07:00".parse(),
            moment(Recorded::Time(midnight), None)
        );
        assert_eq!(
            "effective:2025-06-16T17:00:00Z".parse(),
            moment(Recorded::Head, Some(midnight))
        );
        assert_eq!(
            "17,effective:2025-06-16T17:00:00Z".parse(),
            moment(Recorded::Position(17), Some(midnight))
        );
    }

    #[test]
    fn what_names_no_moment_is_refused() {
        for wrong in [
            "",
            "-1",
            "+1",
            "2025-06-16",
            "yesterday",
            "1,2",
            "1,",
            "effective:",
            "effective:17",
            "99999999999999999999999",
        ] {
            assert!(wrong.parse::<Moment>().is_err(), "{wrong}");
        }
    }
}
