//! R42: when a dossier was due, and whether it came by then.
//!
//! Which publication a lane's deadline runs from is the rule book's (AMB-1); an extension is a person's act.

use chrono::{DateTime, NaiveDate, Utc};

use super::{Rule, Source, entry};
use crate::calendar::{Holidays, in_time};
use crate::evaluation::vocabulary::RuleId;
use crate::rulebook::RuleBook;

/// The entries.
pub const RULES: &[Rule] = &[entry(
    RuleId::R42,
    Source::Plan,
    "III.5.b",
    "Trong vòng 60 ngày kể từ ngày công bố Chỉ số",
    "Within 60 days of the publication of the index",
)];

/// When something was due, and whether it came by then.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Timeliness {
    /// The last day; it ends at 24:00 in Việt Nam.
    pub due_on: NaiveDate,
    /// Whether the stamp at Home Affairs is by then (AMB-3).
    pub on_time: bool,
}

/// R42: whether what was received at an instant is in time for a publication of a day.
///
/// `None` if the calendar runs out.
#[must_use]
pub fn timeliness(
    book: &RuleBook,
    holidays: &Holidays,
    published_on: NaiveDate,
    received_at: DateTime<Utc>,
) -> Option<Timeliness> {
    let due_on = book.submission_due(published_on, holidays)?;
    Some(Timeliness {
        due_on,
        on_time: in_time(received_at, due_on),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rulebook::holidays;

    #[test]
    fn r42_the_due_day_ends_at_midnight_in_viet_nam() {
        let book = RuleBook::soc_trang();
        for (published, received, due, on_time) in [
            (
                "2022-05-25",
                "2022-07-25T23:59:59+07:00",
                "2022-07-25",
                true,
            ),
            (
                "2022-05-25",
                "2022-07-26T00:00:00+07:00",
                "2022-07-25",
                false,
            ),
            ("2022-05-25", "2022-07-25T17:00:00Z", "2022-07-25", false),
            ("2025-04-06", "2025-06-05T16:59:59Z", "2025-06-05", true),
        ] {
            let received_at = DateTime::parse_from_rfc3339(received).unwrap().to_utc();
            let published: NaiveDate = published.parse().unwrap();
            let due_on: NaiveDate = due.parse().unwrap();
            let timely = timeliness(book, holidays(), published, received_at);
            assert_eq!(timely, Some(Timeliness { due_on, on_time }), "{received}");
        }
    }
}
