//! R43 to R47: who proposes and who decides, yearly reports, difficulties, publication.
//!
//! These bind deciders of other modules, which cite them; nothing is computed here.

use super::{Rule, Source, entry};
use crate::evaluation::vocabulary::RuleId;

/// The entries.
pub const RULES: &[Rule] = &[
    entry(
        RuleId::R43,
        Source::Plan,
        "II.3.b, III.4.b",
        "Không quyết định khi chưa có tờ trình theo danh sách đã xếp hạng, có biên bản",
        "No decision without a proposal of a ranked, minuted list",
    ),
    entry(
        RuleId::R44,
        Source::Plan,
        "IV.1",
        "Hàng năm đơn vị báo cáo kết quả qua Sở Nội vụ",
        "Units report results yearly through Home Affairs",
    ),
    entry(
        RuleId::R45,
        Source::Plan,
        "IV.1",
        "Đơn vị cụ thể hóa tiêu chuẩn Giấy khen, đăng ký giao ước thi đua",
        "Units set their own letter criteria and register covenants",
    ),
    entry(
        RuleId::R46,
        Source::Plan,
        "IV, đoạn cuối",
        "Khó khăn, vướng mắc phản ánh về Sở Nội vụ, trình UBND tỉnh",
        "Difficulties go to Home Affairs, then to the People's Committee",
    ),
    entry(
        RuleId::R47,
        Source::Plan,
        "IV.2",
        "Tuyên truyền, công khai kết quả",
        "Results are made public",
    ),
];
