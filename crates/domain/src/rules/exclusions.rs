//! R35 and R36: discipline, and no more award than achievement.

use chrono::NaiveDate;

use super::{Rule, Source, entry};
use crate::evaluation::vocabulary::RuleId;

/// The entries.
pub const RULES: &[Rule] = &[
    entry(
        RuleId::R35,
        Source::Plan,
        "I.2.e",
        "Chưa khen thưởng khi đang thi hành hoặc đang xem xét kỷ luật",
        "Not rewarded yet while discipline is served or under consideration",
    ),
    entry(
        RuleId::R36,
        Source::Plan,
        "I.2.e",
        "Thành tích đạt đến đâu khen thưởng đến đó",
        "The award matches the level of the achievement",
    ),
];

/// R35: whether a hold is in force on a day. The day it is closed on is free again.
#[must_use]
pub fn hold_in_force(opened: NaiveDate, closed: Option<NaiveDate>, on: NaiveDate) -> bool {
    opened <= on && closed.is_none_or(|closed| closed > on)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn r35_a_hold_is_in_force_from_its_opening_to_the_day_before_its_closing() {
        let day = |text: &str| text.parse::<NaiveDate>().unwrap();
        let on = day("2025-08-15");
        for (opened, closed, held) in [
            ("2025-08-01", None, true),
            ("2025-08-15", None, true),
            ("2025-08-16", None, false),
            ("2025-08-01", Some("2025-08-16"), true),
            ("2025-08-01", Some("2025-08-15"), false),
            ("2025-08-15", Some("2025-08-15"), false),
        ] {
            assert_eq!(
                hold_in_force(day(opened), closed.map(day), on),
                held,
                "{opened} {closed:?}"
            );
        }
    }
}
