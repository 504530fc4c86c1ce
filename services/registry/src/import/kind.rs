//! The eight tables: their names, columns and headings, and the words that stand in them.

use hoso_domain::evaluation::vocabulary::Group;
use hoso_domain::registry::index::IndexKind;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::table::Column;

/// Which table is imported.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum ImportKind {
    /// Units (đơn vị).
    Units,
    /// The units' index (chỉ số CCHC).
    Index,
    /// Satisfaction (hài lòng).
    Satisfaction,
    /// Tasks (nhiệm vụ).
    Tasks,
    /// Component indexes (chỉ số thành phần).
    Components,
    /// Initiatives (sáng kiến).
    Initiatives,
    /// Holds (kỷ luật).
    Holds,
    /// Publications (công bố).
    Publications,
}

impl ImportKind {
    /// Every kind, in an order that a whole year can be imported in.
    pub const ALL: &'static [Self] = &[
        Self::Units,
        Self::Publications,
        Self::Index,
        Self::Satisfaction,
        Self::Tasks,
        Self::Components,
        Self::Initiatives,
        Self::Holds,
    ];

    /// The word of the command line and of the address.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Units => "units",
            Self::Index => "index",
            Self::Satisfaction => "satisfaction",
            Self::Tasks => "tasks",
            Self::Components => "components",
            Self::Initiatives => "initiatives",
            Self::Holds => "holds",
            Self::Publications => "publications",
        }
    }

    /// Reads the word.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|kind| kind.as_str() == text)
    }

    pub(super) const fn columns(self) -> &'static [Column] {
        match self {
            Self::Units => UNITS,
            Self::Index => INDEX,
            Self::Satisfaction => SATISFACTION,
            Self::Tasks => TASKS,
            Self::Components => COMPONENTS,
            Self::Initiatives => INITIATIVES,
            Self::Holds => HOLDS,
            Self::Publications => PUBLICATIONS,
        }
    }
}

const fn required(name: &'static str, heading: &'static str) -> Column {
    Column {
        name,
        heading,
        optional: false,
    }
}

const fn optional(name: &'static str, heading: &'static str) -> Column {
    Column {
        name,
        heading,
        optional: true,
    }
}

const UNIT: Column = required("ma_don_vi", "Mã đơn vị");
const UNIT_NAME: Column = optional("ten_don_vi", "Tên đơn vị");
const YEAR: Column = required("nam", "Năm");
const NOTE: Column = optional("ghi_chu", "Ghi chú");

const UNITS: &[Column] = &[
    UNIT,
    required("ten_don_vi", "Tên đơn vị"),
    required("khoi", "Khối"),
    required("tham_muu", "Cơ quan tham mưu"),
    required("hieu_luc_tu", "Hiệu lực từ"),
    required("hieu_luc_den", "Hiệu lực đến"),
    required("don_vi_ke_thua", "Đơn vị kế thừa"),
    required("chuc_vu_nguoi_dung_dau", "Chức vụ người đứng đầu"),
    NOTE,
    // Not in the sample: only where a ruling says since when a unit counts.
    optional("danh_gia_tu", "Đánh giá từ năm"),
];
const INDEX: &[Column] = &[UNIT, UNIT_NAME, YEAR, required("chi_so", "Chỉ số CCHC (%)")];
const SATISFACTION: &[Column] = &[
    UNIT,
    UNIT_NAME,
    YEAR,
    required("ty_le", "Tỷ lệ hài lòng (%)"),
];
const TASKS: &[Column] = &[
    UNIT,
    UNIT_NAME,
    YEAR,
    required("so_giao", "Số nhiệm vụ được giao"),
    required("so_hoan_thanh_dung_han", "Hoàn thành đúng hạn"),
];
const COMPONENTS: &[Column] = &[
    required("ma_chi_so", "Mã chỉ số"),
    required("ten_chi_so", "Tên chỉ số thành phần"),
    YEAR,
    required("don_vi_tham_muu", "Đơn vị tham mưu"),
    required("ty_le", "Tỷ lệ (%)"),
];
const INITIATIVES: &[Column] = &[
    required("ma_sang_kien", "Mã sáng kiến"),
    required("ten_sang_kien", "Tên sáng kiến"),
    required("tac_gia", "Tác giả"),
    required("hoi_dong", "Hội đồng"),
    required("so_van_ban", "Số văn bản"),
    required("ngay", "Ngày"),
    required("dot", "Đợt"),
    required("cong_nhan", "Công nhận"),
];
const HOLDS: &[Column] = &[
    required("doi_tuong", "Đối tượng"),
    required("ngay_mo", "Ngày mở"),
    required("ngay_dong", "Ngày đóng"),
    optional("noi_dung", "Nội dung"),
    required("can_cu", "Căn cứ"),
];
const PUBLICATIONS: &[Column] = &[
    required("loai", "Loại"),
    YEAR,
    required("lan", "Lần"),
    required("ngay_cong_bo", "Ngày công bố"),
    required("so_quyet_dinh", "Số quyết định"),
    required("co_quan_cong_bo", "Cơ quan công bố"),
    NOTE,
];

/// Groups by code and by the term that stands in spreadsheets.
pub(super) const GROUPS: &[(Group, &str, &str)] = &[
    (Group::Department, "DEPARTMENT", "Sở, ban ngành"),
    (
        Group::ServiceUnit,
        "SERVICE_UNIT",
        "Đơn vị sự nghiệp công lập tỉnh",
    ),
    (
        Group::CentralAgency,
        "CENTRAL_AGENCY",
        "Cơ quan Trung ương đóng tại tỉnh",
    ),
    (Group::District, "DISTRICT", "Huyện, thị xã, thành phố"),
];

/// Kinds of publication by code and by the term that stands in spreadsheets.
pub(super) const PUBLISHED: &[(IndexKind, &str, &str)] = &[
    (
        IndexKind::ProvincialIndex,
        "PROVINCIAL_INDEX",
        "Chỉ số CCHC cấp tỉnh",
    ),
    (IndexKind::UnitIndex, "UNIT_INDEX", "Chỉ số CCHC của đơn vị"),
    (IndexKind::Satisfaction, "SATISFACTION", "Chỉ số hài lòng"),
];
