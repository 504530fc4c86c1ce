//! Reasons and explanations say the figures that decided, in Vietnamese, within their length.

use proptest::prelude::*;

use super::*;
use crate::evaluation::reason::REASON_CHARS_MAX;

const ROUND_2024: &[u8] = include_bytes!("../../../../../examples/soc-trang-2024/round-2024.json");
const ROUND_2025: &[u8] = include_bytes!("../../../../../examples/soc-trang-2025/round-2025.json");

fn reason(outcome: &Outcome, id: &str) -> String {
    let mut items = outcome.items.iter();
    let item = items.find(|item| item.id.as_str() == id).unwrap();
    item.reason.clone()
}

fn check(bytes: &[u8], table: &[(&str, &str)]) {
    let file = RoundFile::read(bytes).unwrap();
    let outcome = evaluate(&file, RuleBook::soc_trang());
    for (id, said) in table {
        assert_eq!(reason(&outcome, id), *said, "{id}");
    }
}

/// The "Vì sao" column of the sample year's README.
const REASONS_2024: &[(&str, &str)] = &[
    (
        "hs02-1",
        "vị trí 1 trong 3 suất: tăng trung bình 3,3; tỷ lệ 93,45",
    ),
    (
        "hs01-1",
        "vị trí 2 trong 3 suất: tăng trung bình 1,5; tỷ lệ 89,95; bằng hs03-1 ở khóa trước, hơn ở tỷ lệ 89,95 > 83,8",
    ),
    (
        "hs05-1",
        "vị trí 4, hết 3 suất: tăng trung bình 0,95 < 1,5 của hs03-1 (vị trí 3)",
    ),
    (
        "hs04-1",
        "R21: the-che 100 (2023) → 100 (2024) không cao hơn",
    ),
    (
        "hs07-1",
        "R21: không có chỉ số thành phần năm xét; chưa có kết luận thẩm định",
    ),
    ("hs10-1", "vị trí 3 trong 3 suất: chỉ số 86,91; hài lòng 90"),
    (
        "hs05-2",
        "R29: đạt cả (1) và (2), chỉ xét theo (1); mục hs05-1 không được chọn, vị trí 4",
    ),
    (
        "hs08-1",
        "R35: tạm dừng, kỷ luật mở ngày 01/08/2025, chưa kết thúc; đủ điều kiện",
    ),
    (
        "hs03-2",
        "R27: hài lòng trung bình 89,9875 < 90 (359,95 / 4 năm)",
    ),
    ("hs06-2", "R22: 40/42 nhiệm vụ đúng hạn (năm 2024)"),
    ("hs11-1", "R26: năm 2021 đạt 48,75 < 50, Nhóm 5"),
    ("hs12-1", "R27: không có tỷ lệ hài lòng năm 2024"),
    ("hs20-1", "R25, R26: không có chỉ số năm 2024"),
    (
        "hs23-1",
        "vị trí 3, hết 2 suất: chỉ số 86,4 bằng nhau; hài lòng 92,4 < 93,1 của hs21-1 (vị trí 2)",
    ),
    (
        "hs03-3",
        "vị trí 3 trong 10 suất, cùng 1 mục khác: điểm Hội đồng 93",
    ),
    (
        "hs09-2",
        "vị trí 10: 3 mục bằng nhau ở mọi khóa (87,25), còn 1 suất, chờ chọn; điểm Hội đồng 87,25 < 89 của hs08-2 (vị trí 9)",
    ),
    (
        "hs15-2",
        "vị trí 16, hết 10 suất: điểm Hội đồng chưa có, kém 87,25 của nhóm chờ chọn (vị trí 10)",
    ),
    (
        "hs07-3",
        "R30: tac-dong 78,6 (2023) → 77,35 (2024) không cao hơn",
    ),
    ("hs14-2", "R33: sáng kiến SK-2024-08 không được công nhận"),
];

#[test]
fn the_reasons_of_2024_are_those_of_its_readme() {
    check(ROUND_2024, REASONS_2024);
}

#[test]
fn the_reasons_of_2025_name_flags_and_rulings() {
    check(
        ROUND_2025,
        &[
            (
                "i-033",
                "R48: đơn vị được tặng Cờ cho cùng thành tích; mục i-005 được chọn, vị trí 1",
            ),
            (
                "i-008",
                "vị trí 1 trong 1 suất: chỉ số trung bình 84; hài lòng 92; bằng i-007 ở mọi khóa, theo quyết định chọn",
            ),
            (
                "i-007",
                "vị trí 2, hết 1 suất: bằng i-008 ở mọi khóa, theo quyết định chọn",
            ),
            (
                "i-030",
                "R22: 145/155 nhiệm vụ đúng hạn (2021–2025), năm 2021 chưa đủ; R26: năm 2021 đạt 48,75 < 50, Nhóm 5",
            ),
        ],
    );
}

#[test]
fn a_mean_that_rounds_to_its_threshold_is_shown_as_about_it() {
    let case = given(RoundKind::Annual, 2024)
        .unit("u", Group::District, false)
        .scores(&[(2023, "88"), (2024, "88")])
        .rates(&[(2022, "90"), (2023, "90"), (2024, "89.9999")])
        .tasks(&[(2024, 1, 1)])
        .item("i", Lane::CertDistrict, "u");
    assert_eq!(
        reason(&case.outcome(), "i"),
        "R27: hài lòng trung bình ≈ 90 < 90 (269,9999 / 3 năm)"
    );
}

#[test]
fn rules_with_the_same_explanation_are_said_together() {
    let case = given(RoundKind::Annual, 2024)
        .unit("u", Group::District, false)
        .item("i", Lane::CertDistrict, "u")
        .with(|item| item.findings.clear());
    assert_eq!(
        reason(&case.outcome(), "i"),
        "R22: không có số liệu nhiệm vụ năm 2024; \
         R23, R24, R28: chưa có kết luận thẩm định; R25, R26: không có chỉ số năm 2024; \
         R27: không có tỷ lệ hài lòng năm 2024"
    );
}

#[test]
fn a_flag_that_hangs_on_a_tie_is_named_by_the_certificates_that_wait_for_it() {
    let years = || 2021..=2025;
    let scores: Vec<_> = years().map(|year| (year, "95")).collect();
    let tasks: Vec<_> = years().map(|year| (year, 5, 5)).collect();
    let case = ["u", "v"]
        .iter()
        .fold(given(RoundKind::Interim, 2025), |case: Given, id: &&str| {
            case.unit(id, Group::District, false)
                .scores(&scores)
                .rates(&scores)
                .tasks(&tasks)
                .item(&format!("{id}-flag"), Lane::FlagDistrict, id)
                .item(&format!("{id}-cert"), Lane::CertDistrict, id)
        });
    let outcome = case.outcome();
    assert_eq!(
        reason(&outcome, "u-flag"),
        "vị trí 1: 2 mục bằng nhau ở mọi khóa (95; 95; 5; 0), còn 1 suất, chờ chọn"
    );
    assert_eq!(
        reason(&outcome, "v-cert"),
        "R48: chờ chọn xong Cờ của đơn vị; mục v-flag bằng nhau ở vạch, chờ chọn, vị trí 1"
    );
}

#[test]
fn a_reason_that_is_too_long_is_cut_between_its_parts() {
    let long = "c".repeat(64);
    let components: Vec<String> = ('a'..='c')
        .map(|end| format!("{}{end}", &long[1..]))
        .collect();
    let case = given(RoundKind::Final, 2030).unit("u", Group::District, false);
    let scores: Vec<_> = (2021..=2030).map(|year| (year, "49.9999")).collect();
    let tasks: Vec<_> = (2021..=2030)
        .map(|year| (year, 1_000_000, 999_999))
        .collect();
    let mut case = case
        .scores(&scores)
        .rates(&scores)
        .tasks(&tasks)
        .item("i", Lane::CertDistrict, "u")
        .finding(RuleId::R23, Some(FindingVerdict::NotMet))
        .finding(RuleId::R24, Some(FindingVerdict::NotMet))
        .finding(RuleId::R28, Some(FindingVerdict::NotMet));
    for component in &components {
        case = case.component(component, "u", &[(2029, "2"), (2030, "1")]);
    }
    let said = reason(&case.outcome(), "i");
    assert!(said.chars().count() <= REASON_CHARS_MAX, "{said}");
    assert!(
        said.starts_with("R22: 9999990/10000000 nhiệm vụ đúng hạn (2021–2030)"),
        "{said}"
    );
}

proptest! {
    #[test]
    fn every_reason_says_something_and_keeps_its_length(
        scores in prop::collection::vec(prop::option::weighted(0.9, 80_u8..92), 0..24),
        length in 1_usize..50,
    ) {
        let case = scores.iter().enumerate().fold(given(RoundKind::Annual, 2024), |case, (n, score)| {
            let id = format!("{}-{n}", "x".repeat(length));
            case.person(&id, Basis::Insider, score.map(|score| score.to_string()).as_deref())
        });
        for item in case.outcome().items {
            let length = item.reason.chars().count();
            prop_assert!((1..=REASON_CHARS_MAX).contains(&length), "{}", item.reason);
        }
    }
}
