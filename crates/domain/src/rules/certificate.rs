//! R19 to R34: the standards of the certificate (Bằng khen), and R29, which binds (1) and (2) together.
//!
//! The verdicts on the criteria are computed in `evaluation`.

use super::{Rule, Source, entry};
use crate::evaluation::vocabulary::{Eligibility, RuleId};

const ADVISING: &str = "III.4.b(1)";
const ASSESSED: &str = "III.4.b(2)";
const ADVISER: &str = "III.4.b(3)";
const OTHERS: &str = "III.4.b(4)";

/// The entries.
pub const RULES: &[Rule] = &[
    entry(
        RuleId::R19,
        Source::Plan,
        ADVISING,
        "Người đứng đầu trực tiếp chỉ đạo thực hiện Chỉ số thành phần",
        "The head directly directs the component index",
    ),
    entry(
        RuleId::R20,
        Source::Plan,
        ADVISING,
        "Tham mưu thực hiện tốt bộ tiêu chí của Bộ Nội vụ",
        "Advises well on the Ministry's criteria",
    ),
    entry(
        RuleId::R21,
        Source::Plan,
        ADVISING,
        "Chỉ số thành phần năm sau cao hơn năm trước",
        "The component index is higher than the year before",
    ),
    entry(
        RuleId::R22,
        Source::Plan,
        ASSESSED,
        "Hoàn thành 100% nhiệm vụ được giao, chất lượng, đúng tiến độ",
        "All assigned tasks done, with quality and on schedule",
    ),
    entry(
        RuleId::R23,
        Source::Plan,
        ASSESSED,
        "Người đứng đầu trực tiếp chỉ đạo",
        "The head takes a direct part",
    ),
    entry(
        RuleId::R24,
        Source::Plan,
        ASSESSED,
        "Xuất sắc, tiêu biểu hàng năm hoặc trong giai đoạn",
        "Outstanding and exemplary in the year or in the phase",
    ),
    entry(
        RuleId::R25,
        Source::Plan,
        ASSESSED,
        "Xếp loại trung bình chung từ Nhóm 3 trở lên",
        "Average classification in Group 3 or better",
    ),
    entry(
        RuleId::R26,
        Source::Plan,
        ASSESSED,
        "Không có năm nào xếp loại Nhóm 5",
        "No year in Group 5",
    ),
    entry(
        RuleId::R27,
        Source::Plan,
        ASSESSED,
        "Tỷ lệ hài lòng trung bình từ 90% (đến 2025), 95% (đến 2030)",
        "Mean satisfaction at least 90 % (as of 2025), 95 % (as of 2030)",
    ),
    entry(
        RuleId::R28,
        Source::Plan,
        ASSESSED,
        "Có mô hình mới, sáng kiến để đơn vị khác học tập",
        "A new model or initiative that others can use",
    ),
    entry(
        RuleId::R29,
        Source::Plan,
        "III.4.b, đoạn cuối (2)",
        "Đạt cả (1) và (2) thì chỉ xét theo (1)",
        "Who meets both (1) and (2) is considered under (1) only",
    ),
    entry(
        RuleId::R30,
        Source::Plan,
        ADVISER,
        "Tham mưu xuất sắc; tỷ lệ thành phần cao hơn năm trước hoặc giữ tối đa",
        "Outstanding adviser; component rate higher than the year before or kept at the maximum",
    ),
    entry(
        RuleId::R31,
        Source::Plan,
        ADVISER,
        "Phẩm chất đạo đức tốt, đoàn kết, gương mẫu",
        "Good ethics, solidarity, exemplary conduct",
    ),
    entry(
        RuleId::R32,
        Source::Plan,
        OTHERS,
        "Thành tích gắn với tập thể, hoặc ý tưởng, việc làm hiệu quả thiết thực",
        "Achievement tied to the collective's, or an idea or deed of practical effect",
    ),
    entry(
        RuleId::R33,
        Source::Plan,
        OTHERS,
        "Ngoài đơn vị: sáng kiến nổi bật được Hội đồng cấp tỉnh công nhận",
        "Outsider: an outstanding initiative recognised by the provincial council",
    ),
    entry(
        RuleId::R34,
        Source::Plan,
        OTHERS,
        "Phẩm chất đạo đức tốt, đoàn kết, gương mẫu",
        "Good ethics, solidarity, exemplary conduct",
    ),
];

/// R29: whether a department is considered under (1) only, by the eligibility of its two items.
#[must_use]
pub fn considered_as_adviser_only(advising: Eligibility, assessed: Eligibility) -> bool {
    advising == Eligibility::Eligible && assessed == Eligibility::Eligible
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn r29_binds_only_who_meets_both() {
        use Eligibility::{Eligible, Ineligible, Pending};
        for (advising, assessed, bound) in [
            (Eligible, Eligible, true),
            (Pending, Eligible, false),
            (Ineligible, Eligible, false),
            (Eligible, Pending, false),
            (Eligible, Ineligible, false),
        ] {
            assert_eq!(considered_as_adviser_only(advising, assessed), bound);
        }
    }
}
