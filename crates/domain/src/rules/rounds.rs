//! R6 to R10: when rounds are held, how many awards each has, and what a round needs to open.

use std::collections::{BTreeMap, BTreeSet};

use super::{Rule, Source, entry, violation};
use crate::decider::Violation;
use crate::evaluation::vocabulary::{Lane, PublicationKind, RoundKind, RuleId};
use crate::rulebook::RuleBook;

/// The entries.
pub const RULES: &[Rule] = &[
    entry(
        RuleId::R6,
        Source::Plan,
        "II.3",
        "Xét hàng năm; sơ kết năm 2025; tổng kết năm 2030",
        "A round every year; interim review in 2025, final review in 2030",
    ),
    entry(
        RuleId::R7,
        Source::Plan,
        "III.1, III.2, III.3",
        "Số lượng khen thưởng từng diện không vượt số lượng quy định",
        "Awards of a lane never exceed its quota",
    ),
    entry(
        RuleId::R8,
        Source::Plan,
        "III.1, III.2, III.3",
        "Suất trống của một diện không chuyển sang diện khác",
        "An unused slot never moves to another lane",
    ),
    entry(
        RuleId::R9,
        Source::Plan,
        "III.1, III.2, III.3",
        "Cá nhân theo tiêu chuẩn (3) và (4) chung một diện",
        "Individuals of standards (3) and (4) share one lane",
    ),
    entry(
        RuleId::R10,
        Source::Plan,
        "II.3.a",
        "Chỉ mở đợt xét khi Chỉ số đã được công bố",
        "A round opens only on published results",
    ),
];

/// R6: the pairing of kind and award year.
#[must_use]
pub fn award_year(book: &RuleBook, kind: RoundKind, year: u16) -> Option<Violation> {
    let windows = book.windows();
    let fits = match kind {
        RoundKind::Annual => (windows.from..=windows.r#final).contains(&year),
        RoundKind::Interim => year == windows.interim,
        RoundKind::Final => year == windows.r#final,
    };
    (!fits).then(|| {
        violation(
            RuleId::R6,
            None,
            format!("không có đợt {kind} của năm {year}"),
        )
    })
}

/// R7 and R8: every lane with more awards than its quota.
#[must_use]
pub fn quotas(book: &RuleBook, kind: RoundKind, awards: &BTreeMap<Lane, u32>) -> Vec<Violation> {
    let over = awards.iter().filter_map(|(lane, count)| {
        let quota = book.quota(kind, *lane);
        (*count > quota).then(|| {
            let reason = format!("{lane}: {count} mục, số lượng quy định {quota}");
            violation(RuleId::R7, None, reason)
        })
    });
    over.collect()
}

/// R10: publications of the award year that a round needs and that are missing.
#[must_use]
pub fn publications(published: &BTreeSet<PublicationKind>) -> Vec<Violation> {
    let needed = [PublicationKind::ProvincialIndex, PublicationKind::UnitIndex];
    let missing = needed.into_iter().filter(|kind| !published.contains(kind));
    missing
        .map(|kind| violation(RuleId::R10, None, format!("{kind} chưa được công bố")))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn r6_kind_and_year_belong_together() {
        let book = RuleBook::soc_trang();
        for (kind, year, fits) in [
            (RoundKind::Annual, 2021, true),
            (RoundKind::Annual, 2030, true),
            (RoundKind::Annual, 2020, false),
            (RoundKind::Annual, 2031, false),
            (RoundKind::Interim, 2025, true),
            (RoundKind::Interim, 2024, false),
            (RoundKind::Final, 2030, true),
            (RoundKind::Final, 2029, false),
        ] {
            assert_eq!(
                award_year(book, kind, year).is_none(),
                fits,
                "{kind} {year}"
            );
        }
    }

    #[test]
    fn r7_a_lane_may_fill_its_quota_and_no_more() {
        let book = RuleBook::soc_trang();
        for (count, broken) in [(0, 0), (2, 0), (3, 1)] {
            let awards = [(Lane::CertDistrict, count)].into();
            assert_eq!(
                quotas(book, RoundKind::Annual, &awards).len(),
                broken,
                "{count}"
            );
        }
    }

    #[test]
    fn r8_an_empty_lane_does_not_help_a_full_one() {
        let awards = [(Lane::CertDistrict, 5), (Lane::CertDepartment, 0)].into();
        let violations = quotas(RuleBook::soc_trang(), RoundKind::Interim, &awards);
        assert_eq!(violations.len(), 1);
        assert_eq!(violations[0].rule, "R7");
    }

    #[test]
    fn r10_both_indexes_must_be_out() {
        let unit = PublicationKind::UnitIndex;
        let provincial = PublicationKind::ProvincialIndex;
        assert!(publications(&[unit, provincial].into()).is_empty());
        assert_eq!(publications(&[unit].into()).len(), 1);
        assert_eq!(publications(&BTreeSet::new()).len(), 2);
    }
}
