//! R48 to R55: what law and good practice add to the plan.

use super::{Rule, Source, entry, violation};
use crate::decider::Violation;
use crate::evaluation::vocabulary::{ItemOutcome, RuleId};
use crate::ids::{ItemId, PersonId, SubjectId, UnitId};

/// The entries.
pub const RULES: &[Rule] = &[
    entry(
        RuleId::R48,
        Source::Law,
        "Luật Thi đua, khen thưởng 2022",
        "Một thành tích không khen nhiều hình thức trong một đợt",
        "No two awards for one achievement in one round",
    ),
    entry(
        RuleId::R49,
        Source::Law,
        "Luật Thi đua, khen thưởng 2022, chương VII",
        "Hủy bỏ quyết định, thu hồi hiện vật và tiền thưởng",
        "Annulment, with recovery of object and money",
    ),
    entry(
        RuleId::R50,
        Source::Law,
        "Thủ tục hành chính khen thưởng",
        "Thông báo lý do cho đơn vị trình khi không được khen",
        "Who is not rewarded is notified with reasons",
    ),
    entry(
        RuleId::R51,
        Source::Law,
        "Nghị định 30/2020/NĐ-CP, Điều 5",
        "Văn bản điện tử ký số có giá trị như bản gốc",
        "A signed electronic document equals the original",
    ),
    entry(
        RuleId::R52,
        Source::Law,
        "Nghị định 30/2020/NĐ-CP, Điều 15",
        "Số văn bản duy nhất theo cơ quan và năm",
        "Document numbers are unique per body and year",
    ),
    entry(
        RuleId::R53,
        Source::Law,
        "Nghị định 30/2020/NĐ-CP, Điều 18",
        "Sai nội dung thì thay thế, sai thể thức thì đính chính",
        "Wrong content is replaced, wrong form corrected",
    ),
    entry(
        RuleId::R54,
        Source::Practice,
        "Thông lệ tránh xung đột lợi ích",
        "Thành viên không tham gia xét mục của mình hoặc đơn vị mình",
        "A member abstains from items of the own unit or self",
    ),
    entry(
        RuleId::R55,
        Source::Inferred,
        "Phân tách nhiệm vụ",
        "Không ai vừa xác nhận vừa thẩm định một hồ sơ",
        "Nobody both confirms and verifies the same dossier",
    ),
];

/// R48: what the outcome of a unit's flag makes of its eligible certificate items; `None` = nothing.
#[must_use]
pub fn excluded_by_flag(flag: ItemOutcome) -> Option<ItemOutcome> {
    match flag {
        ItemOutcome::Selected => Some(ItemOutcome::ExcludedByFlag),
        ItemOutcome::TieUnresolved => Some(ItemOutcome::AwaitingFlag),
        ItemOutcome::NotSelected
        | ItemOutcome::Ineligible
        | ItemOutcome::Pending
        | ItemOutcome::Suspended
        | ItemOutcome::Absorbed
        | ItemOutcome::ExcludedByFlag
        | ItemOutcome::AwaitingFlag => None,
    }
}

/// Somebody who judges: finds, votes, decides.
#[derive(Debug, Clone, Copy)]
pub struct Judge<'a> {
    /// The person behind the official.
    pub person: &'a PersonId,
    /// The agency acted for.
    pub agency: &'a UnitId,
}

/// What is judged.
#[derive(Debug, Clone, Copy)]
pub struct Candidate<'a> {
    /// The item.
    pub item: &'a ItemId,
    /// The unit or person to be rewarded.
    pub subject: &'a SubjectId,
    /// The unit behind the item, if one: its own, or the person's.
    pub unit: Option<&'a UnitId>,
}

/// R54: a judge whose own unit, or who in person, is the candidate must abstain.
#[must_use]
pub fn recusal(judge: Judge<'_>, candidate: Candidate<'_>) -> Option<Violation> {
    let subject = candidate.subject.as_str();
    let oneself = subject == judge.person.as_str();
    let own_unit = subject == judge.agency.as_str() || candidate.unit == Some(judge.agency);
    let reason = match (oneself, own_unit) {
        (true, _) => "người xét là đối tượng được đề nghị",
        (false, true) => "mục thuộc đơn vị của người xét",
        (false, false) => return None,
    };
    Some(violation(RuleId::R54, Some(candidate.item), reason))
}

/// R55: who confirmed or signed a dossier may not verify it. Persons are compared, not offices.
#[must_use]
pub fn separation<'a>(
    verifier: &PersonId,
    confirmers: impl IntoIterator<Item = &'a PersonId>,
) -> Option<Violation> {
    confirmers
        .into_iter()
        .any(|person| person == verifier)
        .then(|| {
            let reason = "người thẩm định đã xác nhận hoặc ký hồ sơ này";
            violation(RuleId::R55, None, reason)
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn r48_a_flag_excludes_and_a_tied_flag_makes_wait() {
        let nothing = |outcome: &&ItemOutcome| excluded_by_flag(**outcome).is_none();
        assert_eq!(
            excluded_by_flag(ItemOutcome::Selected),
            Some(ItemOutcome::ExcludedByFlag)
        );
        assert_eq!(
            excluded_by_flag(ItemOutcome::TieUnresolved),
            Some(ItemOutcome::AwaitingFlag)
        );
        assert_eq!(ItemOutcome::ALL.iter().filter(nothing).count(), 7);
    }

    #[test]
    fn r54_own_unit_and_oneself() {
        let person = PersonId::parse("p-1").unwrap();
        let agency = UnitId::parse("so-noi-vu").unwrap();
        let other = UnitId::parse("so-y-te").unwrap();
        let item = ItemId::parse("i-1").unwrap();
        let judge = Judge {
            person: &person,
            agency: &agency,
        };
        for (subject, unit, abstains) in [
            ("so-noi-vu", None, true),
            ("so-y-te", None, false),
            ("p-1", Some(&other), true),
            ("p-2", Some(&agency), true),
            ("p-2", Some(&other), false),
            ("p-2", None, false),
        ] {
            let candidate = Candidate {
                item: &item,
                subject: &SubjectId::parse(subject).unwrap(),
                unit,
            };
            let found = recusal(judge, candidate);
            assert_eq!(found.is_some(), abstains, "{subject} {unit:?}");
        }
    }

    #[test]
    fn r55_one_person_in_two_offices_is_one_person() {
        let person = |text: &str| PersonId::parse(text).unwrap();
        let confirmers = [person("p-1"), person("p-2")];
        assert!(separation(&person("p-2"), &confirmers).is_some());
        assert!(separation(&person("p-3"), &confirmers).is_none());
        assert!(separation(&person("p-3"), &[]).is_none());
    }
}
