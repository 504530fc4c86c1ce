//! Why an item has its outcome, in one Vietnamese sentence with the figures that decided it.
//!
//! Says what was decided elsewhere and decides nothing. Parts are joined by `; `, so that a sentence
//! that grew too long is cut between them.

use std::fmt::{self, Write as _};

use super::explanation::day;
use super::outcome::CriterionResult;
use super::ranking::{Key, Ranked, separating};
use super::round_file::Hold;
use super::vocabulary::{Eligibility, ItemOutcome, Lane, RoundKind, Verdict};
use crate::ids::ItemId;

/// Longest reason, in Unicode characters: it goes into events and notices.
pub(super) const REASON_CHARS_MAX: usize = 300;

/// What stands for the parts that were cut.
const MORE: &str = "; …";

/// Keys that are shown of every selected item, even where the first alone decided.
const KEYS_SHOWN: usize = 2;

/// Which key of an assessed unit is a number of years.
const YEARS_IN_GROUP_1: usize = 2;

/// What a lane is ranked by, in order, in Vietnamese.
#[must_use]
pub fn key_names(lane: Lane, kind: RoundKind) -> &'static [&'static str] {
    let score = match kind {
        RoundKind::Annual => &["chỉ số", "hài lòng", "số năm Nhóm 1", "tăng"],
        RoundKind::Interim | RoundKind::Final => {
            &["chỉ số trung bình", "hài lòng", "số năm Nhóm 1", "tăng"]
        }
    };
    match lane {
        Lane::CertIndividual => &["điểm Hội đồng"],
        Lane::CertAdvising => &["tăng trung bình", "tỷ lệ"],
        Lane::FlagDepartment
        | Lane::FlagServiceUnit
        | Lane::FlagCentralAgency
        | Lane::FlagDistrict
        | Lane::CertDepartment
        | Lane::CertServiceUnit
        | Lane::CertCentralAgency
        | Lane::CertDistrict => score,
    }
}

/// Whether a key is of percentage points; the number of years in Group 1 is not.
pub(super) fn is_of_percent(lane: Lane, key: usize) -> bool {
    lane.is_individual() || lane == Lane::CertAdvising || key != YEARS_IN_GROUP_1
}

/// Another item that decided over this one.
#[derive(Clone, Copy)]
pub(super) struct Other<'a> {
    pub(super) item: &'a ItemId,
    pub(super) outcome: ItemOutcome,
    pub(super) place: Option<u32>,
}

/// The criteria with one of these verdicts; rules with the same explanation are said together.
pub(super) fn of_rules(criteria: &[CriterionResult], wanted: &[Verdict]) -> String {
    let mut text = String::with_capacity(160);
    let named = || criteria.iter().filter(|one| wanted.contains(&one.verdict));
    for (index, one) in named().enumerate() {
        let words = words(one);
        if named()
            .take(index)
            .any(|before| self::words(before) == words)
        {
            continue;
        }
        if index > 0 {
            text.push_str("; ");
        }
        text.push_str(one.rule.as_str());
        for same in named().skip(index + 1).filter(|w| self::words(w) == words) {
            text.push_str(", ");
            text.push_str(same.rule.as_str());
        }
        text.push_str(": ");
        text.push_str(words);
    }
    cut(text)
}

/// An explanation without its rule's id.
fn words(criterion: &CriterionResult) -> &str {
    let explanation = criterion.explanation.as_str();
    explanation
        .split_once(": ")
        .map_or(explanation, |(_, words)| words)
}

/// R35: the hold, and what the item would be without it.
pub(super) fn suspended(hold: Option<&Hold>, verdict: Eligibility) -> String {
    let mut text = String::with_capacity(96);
    let written = (|| {
        text.write_str("R35: tạm dừng")?;
        if let Some(hold) = hold {
            write!(text, ", kỷ luật mở ngày {}", day(hold.opened))?;
            match hold.closed {
                Some(closed) => write!(text, ", đến ngày {}", day(closed))?,
                None => text.write_str(", chưa kết thúc")?,
            }
        }
        text.write_str(match verdict {
            Eligibility::Eligible => "; đủ điều kiện",
            Eligibility::Ineligible => "; không đủ điều kiện",
            Eligibility::Pending => "; chưa đủ căn cứ",
        })
    })();
    finished(text, written)
}

/// R29: considered as an adviser only.
pub(super) fn absorbed(advising: Option<Other<'_>>) -> String {
    said_of("R29: đạt cả (1) và (2), chỉ xét theo (1)", advising)
}

/// R48: the unit has its flag.
pub(super) fn excluded(flag: Option<Other<'_>>) -> String {
    said_of("R48: đơn vị được tặng Cờ cho cùng thành tích", flag)
}

/// R48: the unit's flag hangs on a tie.
pub(super) fn awaiting(flag: Option<Other<'_>>) -> String {
    said_of("R48: chờ chọn xong Cờ của đơn vị", flag)
}

fn said_of(why: &str, other: Option<Other<'_>>) -> String {
    let mut text = String::with_capacity(128);
    text.push_str(why);
    let written = other.map_or(Ok(()), |other| write!(text, "; {other}"));
    finished(text, written)
}

impl fmt::Display for Other<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "mục {}", self.item)?;
        let became = match self.outcome {
            ItemOutcome::Selected => "được chọn",
            ItemOutcome::NotSelected => "không được chọn",
            ItemOutcome::TieUnresolved => "bằng nhau ở vạch, chờ chọn",
            ItemOutcome::ExcludedByFlag => "đơn vị được tặng Cờ",
            ItemOutcome::AwaitingFlag => "chờ chọn Cờ",
            ItemOutcome::Ineligible
            | ItemOutcome::Pending
            | ItemOutcome::Suspended
            | ItemOutcome::Absorbed => return Ok(()),
        };
        write!(f, " {became}")?;
        match self.place {
            Some(place) => write!(f, ", vị trí {place}"),
            None => Ok(()),
        }
    }
}

/// A lane that is ranked and cut, to be told.
pub(super) struct Standings<'r, 'a> {
    pub(super) names: &'static [&'static str],
    pub(super) quota: u32,
    pub(super) ranked: &'r [Ranked<'a>],
}

impl Standings<'_, '_> {
    /// Why the ranked item at this index has its place and outcome.
    pub(super) fn reason(&self, index: usize) -> String {
        let Some(one) = self.ranked.get(index) else {
            return String::new();
        };
        let mut text = String::with_capacity(160);
        let written = match one.outcome {
            ItemOutcome::Selected => self.selected(&mut text, index, one),
            ItemOutcome::TieUnresolved => self.tied(&mut text, one),
            ItemOutcome::NotSelected
            | ItemOutcome::Ineligible
            | ItemOutcome::Pending
            | ItemOutcome::Suspended
            | ItemOutcome::Absorbed
            | ItemOutcome::ExcludedByFlag
            | ItemOutcome::AwaitingFlag => self.not_selected(&mut text, one),
        };
        finished(text, written)
    }

    /// The keys, and whom a later key puts it above.
    fn selected(&self, text: &mut String, index: usize, one: &Ranked<'_>) -> fmt::Result {
        write!(text, "vị trí {} trong {} suất", one.place, self.quota)?;
        let shared = self.group(one).len() - 1;
        if shared > 0 {
            write!(text, ", cùng {shared} mục khác")?;
        }
        text.write_str(": ")?;
        let shown = one.entry.keys.iter().zip(self.names).take(KEYS_SHOWN);
        for (number, (key, name)) in shown.enumerate() {
            let then = if number > 0 { "; " } else { "" };
            write!(text, "{then}{name} {}", Value(*key))?;
        }
        let Some(next) = self.ranked.get(index + 1) else {
            return Ok(());
        };
        match separating(one, next) {
            Some(0) => Ok(()),
            Some(key) => {
                text.write_str("; bằng ")?;
                write!(text, "{} ở khóa trước, hơn ở ", next.entry.id)?;
                self.compare(text, key, one, next, ">")
            }
            None if one.place == next.place => Ok(()),
            None => write!(
                text,
                "; bằng {} ở mọi khóa, theo quyết định chọn",
                next.entry.id
            ),
        }
    }

    /// What separates it from the last one above the cut.
    fn not_selected(&self, text: &mut String, one: &Ranked<'_>) -> fmt::Result {
        write!(text, "vị trí {}, hết {} suất", one.place, self.quota)?;
        match self.last_while(|outcome| outcome != ItemOutcome::NotSelected) {
            Some(last) => {
                text.write_str(": ")?;
                self.below(text, one, last)
            }
            None => Ok(()),
        }
    }

    /// How many are equal for how many awards, and what separates them from the last selected.
    fn tied(&self, text: &mut String, one: &Ranked<'_>) -> fmt::Result {
        let (place, equal) = (one.place, self.group(one).len());
        let left = self.quota.saturating_sub(place.saturating_sub(1));
        write!(text, "vị trí {place}: {equal} mục bằng nhau ở mọi khóa (")?;
        for (number, key) in one.entry.keys.iter().enumerate() {
            let then = if number > 0 { "; " } else { "" };
            write!(text, "{then}{}", Value(*key))?;
        }
        write!(text, "), còn {left} suất, chờ chọn")?;
        match self.last_while(|outcome| outcome == ItemOutcome::Selected) {
            Some(last) => {
                text.write_str("; ")?;
                self.below(text, one, last)
            }
            None => Ok(()),
        }
    }

    /// The first key in which the one lies below the other, after those that are equal.
    fn below(&self, text: &mut String, one: &Ranked<'_>, other: &Ranked<'_>) -> fmt::Result {
        let Some(key) = separating(one, other) else {
            let id = other.entry.id;
            return write!(text, "bằng {id} ở mọi khóa, theo quyết định chọn");
        };
        for (key, name) in one.entry.keys.iter().zip(self.names).take(key) {
            write!(text, "{name} {} bằng nhau; ", Value(*key))?;
        }
        self.compare(text, key, one, other, "<")?;
        match other.outcome {
            ItemOutcome::TieUnresolved => text.write_str(" của nhóm chờ chọn")?,
            ItemOutcome::Selected
            | ItemOutcome::NotSelected
            | ItemOutcome::Ineligible
            | ItemOutcome::Pending
            | ItemOutcome::Suspended
            | ItemOutcome::Absorbed
            | ItemOutcome::ExcludedByFlag
            | ItemOutcome::AwaitingFlag => write!(text, " của {}", other.entry.id)?,
        }
        write!(text, " (vị trí {})", other.place)
    }

    /// One key of two items.
    fn compare(
        &self,
        text: &mut String,
        key: usize,
        one: &Ranked<'_>,
        other: &Ranked<'_>,
        sign: &str,
    ) -> fmt::Result {
        let name = self.names.get(key).copied().unwrap_or_default();
        let value = |ranked: &Ranked<'_>| ranked.entry.keys.get(key).copied().flatten();
        let (mine, theirs) = (value(one), value(other));
        match (mine, theirs) {
            (None, _) => write!(text, "{name} chưa có, kém {}", Value(theirs)),
            (_, None) => write!(text, "{name} {}, bên kia chưa có", Value(mine)),
            (Some(one), Some(other)) => {
                let (mine, theirs) = (one.spoken(), other.spoken());
                write!(text, "{name} {mine} {sign} {theirs}")?;
                if one.only_looks_like(other) {
                    text.write_str(", chênh dưới 0,0001")?;
                }
                Ok(())
            }
        }
    }

    /// The last whose outcome is such; those selected stand first, then the tied, then the others.
    ///
    /// Found by halving: a lane of many losers looks for it once for each of them.
    fn last_while(&self, such: impl Fn(ItemOutcome) -> bool) -> Option<&Ranked<'_>> {
        let end = self.ranked.partition_point(|one| such(one.outcome));
        self.ranked.get(end.checked_sub(1)?)
    }

    /// Those who share its place.
    fn group(&self, one: &Ranked<'_>) -> &[Ranked<'_>] {
        let from = self.ranked.partition_point(|r| r.place < one.place);
        let to = self.ranked.partition_point(|r| r.place <= one.place);
        self.ranked.get(from..to).unwrap_or_default()
    }
}

/// A key in words.
struct Value(Key);

impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Some(value) => value.spoken().fmt(f),
            None => f.write_str("chưa có"),
        }
    }
}

/// Writing to a string never fails, so there is nothing to say about it.
fn finished(text: String, _written: fmt::Result) -> String {
    cut(text)
}

/// Cuts a reason that is too long between its parts.
fn cut(mut text: String) -> String {
    // No shorter in bytes than in characters, and mostly short enough.
    if text.len() <= REASON_CHARS_MAX || text.chars().count() <= REASON_CHARS_MAX {
        text.shrink_to_fit();
        return text;
    }
    let room = REASON_CHARS_MAX - MORE.chars().count();
    let end = text
        .char_indices()
        .nth(room)
        .map_or(text.len(), |(at, _)| at);
    let end = text
        .get(..end)
        .and_then(|kept| kept.rfind("; "))
        .unwrap_or(end);
    text.truncate(end);
    text.push_str(MORE);
    text
}
