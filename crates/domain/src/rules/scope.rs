//! R1 to R5: kinds of award, who decides on each, who may be proposed, how large the groups are.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{Rule, Source, entry, violation};
use crate::decider::Violation;
use crate::evaluation::vocabulary::{Group, Lane, RoundKind, RuleId};
use crate::rulebook::RuleBook;

/// The entries.
pub const RULES: &[Rule] = &[
    entry(
        RuleId::R1,
        Source::Plan,
        "III.1, III.2, III.3",
        "Hình thức khen thưởng: Cờ thi đua (chỉ sơ kết, tổng kết), Bằng khen, Giấy khen",
        "Awards: flag (interim and final reviews only), certificate, letter",
    ),
    entry(
        RuleId::R2,
        Source::Plan,
        "II.3.a, III.1, III.2, III.3, IV.1",
        "Thẩm quyền: UBND tỉnh tặng Cờ, Chủ tịch UBND tỉnh tặng Bằng khen, thủ trưởng đơn vị tặng Giấy khen",
        "Authority: the People's Committee gives flags, its Chairman certificates, heads of units letters",
    ),
    entry(
        RuleId::R3,
        Source::Plan,
        "II.1, III.4",
        "Đối tượng: đơn vị tham gia đánh giá, cơ quan tham mưu, cá nhân, tổ chức trên địa bàn",
        "Subjects: assessed units, advising agencies, individuals and organisations of the province",
    ),
    entry(
        RuleId::R4,
        Source::Plan,
        "III.4.a",
        "Cờ thi đua chỉ xét tập thể tham gia đánh giá Chỉ số hàng năm",
        "The flag is for collectives that took part in the yearly index assessment",
    ),
    entry(
        RuleId::R5,
        Source::Plan,
        "III.1.a, chú thích 1 đến 5",
        "Số đơn vị từng khối: 07, 19, 04, 06, 11; lệch thì cảnh báo",
        "Group sizes 7, 19, 4, 6 and 11; a mismatch is a warning",
    ),
];

/// An award (hình thức khen thưởng), R1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Award {
    /// Flag of the People's Committee (Cờ thi đua của UBND tỉnh).
    Flag,
    /// Certificate of the Chairman (Bằng khen của Chủ tịch UBND tỉnh).
    Certificate,
    /// Letter of a head of unit (Giấy khen).
    Letter,
}

/// Who signs (cấp có thẩm quyền), R2.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum DecidingBody {
    /// People's Committee of the province (UBND tỉnh), signed TM. by its Chairman.
    PeoplesCommittee,
    /// Chairman of the People's Committee (Chủ tịch UBND tỉnh).
    Chairman,
    /// Head of department, unit or agency, or district Chairman (thủ trưởng đơn vị).
    HeadOfUnit,
}

impl Award {
    /// The award a lane gives.
    #[must_use]
    pub const fn of(lane: Lane) -> Self {
        if lane.is_flag() {
            Self::Flag
        } else {
            Self::Certificate
        }
    }

    /// R2: who decides on it.
    #[must_use]
    pub const fn decided_by(self) -> DecidingBody {
        match self {
            Self::Flag => DecidingBody::PeoplesCommittee,
            Self::Certificate => DecidingBody::Chairman,
            Self::Letter => DecidingBody::HeadOfUnit,
        }
    }
}

/// R1: a flag lane in an annual round is a violation.
#[must_use]
pub fn award_exists(kind: RoundKind, lane: Lane) -> Option<Violation> {
    (kind == RoundKind::Annual && lane.is_flag()).then(|| {
        violation(
            RuleId::R1,
            None,
            format!("{lane}: khen thưởng hàng năm không có Cờ thi đua"),
        )
    })
}

/// R2: a body that is not the one with authority over the award is a violation.
#[must_use]
pub fn decided_by(award: Award, body: DecidingBody) -> Option<Violation> {
    (award.decided_by() != body).then(|| {
        let right = match award.decided_by() {
            DecidingBody::PeoplesCommittee => "UBND tỉnh",
            DecidingBody::Chairman => "Chủ tịch UBND tỉnh",
            DecidingBody::HeadOfUnit => "thủ trưởng đơn vị",
        };
        violation(RuleId::R2, None, format!("thẩm quyền thuộc {right}"))
    })
}

/// R5: groups whose size in the registry is not the plan's, as warnings; `None` is the advising units.
#[must_use]
pub fn group_size_warnings(book: &RuleBook, counts: &BTreeMap<Option<Group>, u32>) -> Vec<String> {
    let sizes = book.groups().iter();
    let off = sizes.filter_map(|entry| {
        let count = counts.get(&entry.group).copied().unwrap_or(0);
        let name = entry.group.map_or("ADVISING", Group::as_str);
        (count != entry.size)
            .then(|| format!("R5: {name} has {count} units, the plan says {}", entry.size))
    });
    off.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn r1_a_flag_exists_in_reviews_only() {
        for (kind, lane, broken) in [
            (RoundKind::Annual, Lane::FlagDistrict, true),
            (RoundKind::Interim, Lane::FlagDistrict, false),
            (RoundKind::Final, Lane::FlagDepartment, false),
            (RoundKind::Annual, Lane::CertDistrict, false),
        ] {
            assert_eq!(award_exists(kind, lane).is_some(), broken, "{kind} {lane}");
        }
    }

    #[test]
    fn r2_each_award_has_one_body() {
        let bodies = [
            DecidingBody::PeoplesCommittee,
            DecidingBody::Chairman,
            DecidingBody::HeadOfUnit,
        ];
        for (award, right) in [
            (
                Award::of(Lane::FlagDepartment),
                DecidingBody::PeoplesCommittee,
            ),
            (Award::of(Lane::CertIndividual), DecidingBody::Chairman),
            (Award::Letter, DecidingBody::HeadOfUnit),
        ] {
            for body in bodies {
                assert_eq!(
                    decided_by(award, body).is_none(),
                    body == right,
                    "{award:?} {body:?}"
                );
            }
        }
    }

    #[test]
    fn r5_a_group_of_another_size_is_warned_about() {
        let book = RuleBook::soc_trang();
        let mut counts: BTreeMap<_, _> = book
            .groups()
            .iter()
            .map(|entry| (entry.group, entry.size))
            .collect();
        assert_eq!(group_size_warnings(book, &counts), Vec::<String>::new());
        counts.insert(Some(Group::District), 10);
        counts.remove(&None);
        assert_eq!(
            group_size_warnings(book, &counts),
            [
                "R5: ADVISING has 0 units, the plan says 7",
                "R5: DISTRICT has 10 units, the plan says 11"
            ]
        );
    }
}
