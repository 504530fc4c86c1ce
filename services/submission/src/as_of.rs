//! A past moment of the log: a position, or a time (tính đến).

use std::str::FromStr;

use chrono::{DateTime, Utc};
use hoso_ledger::{Position, RecordedEvent};

/// Up to where the log is read.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum AsOf {
    /// Everything.
    #[default]
    Head,
    /// Up to and with this position.
    Position(Position),
    /// What was recorded up to and at this time.
    Time(DateTime<Utc>),
}

/// Text that is neither a position nor a time.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{text}` is neither a position nor a time such as 2025-06-16T17:00:00Z")]
pub struct AsOfError {
    /// What was given, cut to 80 characters.
    pub text: String,
}

impl AsOf {
    /// Whether an event had been recorded by then.
    #[must_use]
    pub fn includes(self, event: &RecordedEvent) -> bool {
        match self {
            Self::Head => true,
            Self::Position(position) => event.position <= position,
            Self::Time(time) => event.recorded_at <= time,
        }
    }
}

impl FromStr for AsOf {
    type Err = AsOfError;

    fn from_str(text: &str) -> Result<Self, AsOfError> {
        if let Ok(position) = text.parse() {
            return Ok(Self::Position(position));
        }
        DateTime::parse_from_rfc3339(text)
            .map(|time| Self::Time(time.to_utc()))
            .map_err(|_| AsOfError {
                text: text.chars().take(80).collect(),
            })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_a_position_and_rfc_3339_is_a_time() {
        assert_eq!("17".parse(), Ok(AsOf::Position(17)));
        let midnight = "2025-06-16T17:00:00Z".parse().unwrap();
        assert_eq!(
            "2025-06-17T00:00:00+07:00".parse(),
            Ok(AsOf::Time(midnight))
        );
        for wrong in ["", "-1", "2025-06-16", "yesterday"] {
            assert!(wrong.parse::<AsOf>().is_err(), "{wrong}");
        }
    }
}
