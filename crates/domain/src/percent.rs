//! Exact percentages: 0 to 100 with at most four decimals, kept as whole ten-thousandths.
//!
//! Scores, rates and thresholds are compared exactly and never rounded (round-file.md, Reading).

use serde::{Deserialize, Serialize};

/// A percentage, 0 to 100, in steps of 0.0001. Written as a string such as `"87.25"`.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize,
)]
#[serde(try_from = "String", into = "String")]
pub struct Percent(u32);

/// Text that is no percentage.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PercentError {
    /// Not of the form `(0|[1-9][0-9]{0,2})(\.[0-9]{1,4})?`.
    #[error("not a percentage: digits with at most 4 decimals after a point, such as \"87.25\"")]
    Form,
    /// Above 100.
    #[error("a percentage is 0 to 100")]
    Range,
}

impl Percent {
    /// Ten-thousandths in one percent.
    pub const SCALE: u32 = 10_000;
    /// 0.
    pub const ZERO: Self = Self(0);
    /// 100.
    pub const MAX: Self = Self(100 * Self::SCALE);

    /// From whole ten-thousandths; `None` above 100 %.
    #[must_use]
    pub const fn from_ten_thousandths(value: u32) -> Option<Self> {
        if value <= Self::MAX.0 {
            Some(Self(value))
        } else {
            None
        }
    }

    /// Whole ten-thousandths, 0 to 1 000 000.
    #[must_use]
    pub const fn ten_thousandths(self) -> u32 {
        self.0
    }

    /// Reads the written form.
    ///
    /// # Errors
    /// `PercentError::Form` or `PercentError::Range`.
    pub fn parse(text: &str) -> Result<Self, PercentError> {
        let (whole, decimals) = match text.split_once('.') {
            Some((whole, decimals)) => (whole, Some(decimals)),
            None => (text, None),
        };
        let digits = |s: &str| !s.is_empty() && s.bytes().all(|b| b.is_ascii_digit());
        let leading_zero = whole.len() > 1 && whole.starts_with('0');
        if !digits(whole) || whole.len() > 3 || leading_zero {
            return Err(PercentError::Form);
        }
        let mut value = whole.parse::<u32>().map_err(|_| PercentError::Form)? * Self::SCALE;
        if let Some(decimals) = decimals {
            if !digits(decimals) || decimals.len() > 4 {
                return Err(PercentError::Form);
            }
            let padded = format!("{decimals:0<4}");
            value += padded.parse::<u32>().map_err(|_| PercentError::Form)?;
        }
        Self::from_ten_thousandths(value).ok_or(PercentError::Range)
    }
}

impl std::fmt::Display for Percent {
    /// The shortest written form: no trailing zeros.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let (whole, rest) = (self.0 / Self::SCALE, self.0 % Self::SCALE);
        if rest == 0 {
            write!(f, "{whole}")
        } else {
            let decimals = format!("{rest:04}");
            write!(f, "{whole}.{}", decimals.trim_end_matches('0'))
        }
    }
}

impl TryFrom<String> for Percent {
    type Error = PercentError;
    fn try_from(text: String) -> Result<Self, PercentError> {
        Self::parse(&text)
    }
}

impl std::str::FromStr for Percent {
    type Err = PercentError;
    fn from_str(text: &str) -> Result<Self, PercentError> {
        Self::parse(text)
    }
}

impl From<Percent> for String {
    fn from(value: Percent) -> String {
        value.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_only_the_written_form() {
        for (text, value) in [
            ("0", 0),
            ("100", 1_000_000),
            ("87.25", 872_500),
            ("0.0001", 1),
            ("9.9", 99_000),
        ] {
            assert_eq!(
                Percent::parse(text).map(Percent::ten_thousandths),
                Ok(value),
                "{text}"
            );
        }
        for text in [
            "", "00", "01", ".5", "5.", "1.00000", "-1", "+1", "1e2", "87,25", " 1", "١",
        ] {
            assert_eq!(Percent::parse(text), Err(PercentError::Form), "{text}");
        }
        for text in ["100.0001", "101", "999"] {
            assert_eq!(Percent::parse(text), Err(PercentError::Range), "{text}");
        }
    }

    #[test]
    fn prints_without_trailing_zeros() {
        for (text, printed) in [("87.2500", "87.25"), ("100.0", "100"), ("0.0010", "0.001")] {
            assert_eq!(
                Percent::parse(text).map(|p| p.to_string()),
                Ok(printed.to_owned())
            );
        }
    }
}
