//! R11 to R18: the standards of the flag (Cờ thi đua). Their verdicts are computed in `evaluation`.

use super::{Rule, Source, entry};
use crate::evaluation::vocabulary::RuleId;

const CITATION: &str = "III.4.a";

/// The entries.
pub const RULES: &[Rule] = &[
    entry(
        RuleId::R11,
        Source::Plan,
        CITATION,
        "Hoàn thành 100% nhiệm vụ được giao, chất lượng, đúng tiến độ",
        "All assigned tasks done, with quality and on schedule",
    ),
    entry(
        RuleId::R12,
        Source::Plan,
        CITATION,
        "Người đứng đầu trực tiếp chỉ đạo",
        "The head takes a direct part",
    ),
    entry(
        RuleId::R13,
        Source::Plan,
        CITATION,
        "Xuất sắc, tiêu biểu, dẫn đầu trong giai đoạn",
        "Outstanding, exemplary and leading in the phase",
    ),
    entry(
        RuleId::R14,
        Source::Plan,
        CITATION,
        "Xếp loại trung bình chung từ Nhóm 2 trở lên",
        "Average classification in Group 2 or better",
    ),
    entry(
        RuleId::R15,
        Source::Plan,
        CITATION,
        "Không có năm nào xếp loại Nhóm 5",
        "No year in Group 5",
    ),
    entry(
        RuleId::R16,
        Source::Plan,
        CITATION,
        "Tỷ lệ hài lòng trung bình từ 90% (đến 2025), 95% (đến 2030)",
        "Mean satisfaction at least 90 % (as of 2025), 95 % (as of 2030)",
    ),
    entry(
        RuleId::R17,
        Source::Plan,
        CITATION,
        "Có mô hình mới, sáng kiến để đơn vị khác học tập",
        "A new model or initiative that others can use",
    ),
    entry(
        RuleId::R18,
        Source::Plan,
        "III.2.a, III.3.a",
        "Mỗi khối, cụm một Cờ",
        "One flag a block",
    ),
];
