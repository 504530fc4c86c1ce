//! The words of a round: kinds, groups, lanes, bases, verdicts, outcomes and rule ids.
//!
//! Each word has one written form, the same in round files, events, the API and the proto contract.
//! Nothing here computes; which criteria a lane has is the table [`criteria_of`].

use serde::{Deserialize, Serialize};

/// Text that is none of an enumeration's words.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{text}` is no {kind}")]
pub struct WordError {
    /// Which enumeration was wanted.
    pub kind: &'static str,
    /// What was given, cut to 80 characters.
    pub text: String,
}

macro_rules! words {
    ($($(#[$doc:meta])* $name:ident ($kind:literal) { $($(#[$variant_doc:meta])* $variant:ident = $text:literal,)* })*) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        pub enum $name {
            $($(#[$variant_doc])* #[serde(rename = $text)] $variant,)*
        }

        impl $name {
            /// Every word, in the order of the tables.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)*];

            /// The written form.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $text,)* }
            }

            /// Reads the written form.
            ///
            /// # Errors
            /// `WordError` for any other text.
            pub fn parse(text: &str) -> Result<Self, WordError> {
                match text {
                    $($text => Ok(Self::$variant),)*
                    _ => Err(WordError { kind: $kind, text: text.chars().take(80).collect() }),
                }
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.as_str())
            }
        }

        impl std::str::FromStr for $name {
            type Err = WordError;
            fn from_str(text: &str) -> Result<Self, WordError> {
                Self::parse(text)
            }
        }
    )*};
}

words! {
    /// Kind of round (loại đợt xét khen thưởng), R6.
    RoundKind("kind of round") {
        /// Every year (khen thưởng hàng năm).
        Annual = "ANNUAL",
        /// The review of 2021–2025 (sơ kết), award year 2025.
        Interim = "INTERIM",
        /// The review of 2021–2030 (tổng kết), award year 2030.
        Final = "FINAL",
    }

    /// Group of assessed units (khối, nhóm), footnotes 2 to 5 of the plan.
    Group("group") {
        /// Departments (sở, ban, ngành), 19.
        Department = "DEPARTMENT",
        /// Public service units of the province (đơn vị sự nghiệp công lập tỉnh), 4.
        ServiceUnit = "SERVICE_UNIT",
        /// Central agencies in the province (cơ quan Trung ương đặt tại tỉnh), 6.
        CentralAgency = "CENTRAL_AGENCY",
        /// Districts, towns and the city (huyện, thị xã, thành phố), 11.
        District = "DISTRICT",
    }

    /// Lane (diện khen thưởng): an award for a group, with its own quota. Quotas never move between lanes (R8).
    Lane("lane") {
        /// Flag of the People's Committee (Cờ thi đua của UBND tỉnh), departments.
        FlagDepartment = "FLAG_DEPARTMENT",
        /// Flag, public service units.
        FlagServiceUnit = "FLAG_SERVICE_UNIT",
        /// Flag, central agencies.
        FlagCentralAgency = "FLAG_CENTRAL_AGENCY",
        /// Flag, districts.
        FlagDistrict = "FLAG_DISTRICT",
        /// Certificate of the Chairman (Bằng khen của Chủ tịch UBND tỉnh), advising units: standard (1).
        CertAdvising = "CERT_ADVISING",
        /// Certificate, departments: standard (2).
        CertDepartment = "CERT_DEPARTMENT",
        /// Certificate, public service units: standard (2).
        CertServiceUnit = "CERT_SERVICE_UNIT",
        /// Certificate, central agencies: standard (2).
        CertCentralAgency = "CERT_CENTRAL_AGENCY",
        /// Certificate, districts: standard (2).
        CertDistrict = "CERT_DISTRICT",
        /// Certificate, individuals: standards (3) and (4) share the lane (R9).
        CertIndividual = "CERT_INDIVIDUAL",
    }

    /// On which ground an individual is proposed (căn cứ đề nghị đối với cá nhân).
    Basis("basis") {
        /// Advises on the provincial index (cá nhân tham mưu): standard (3).
        Adviser = "ADVISER",
        /// Works in an assessed unit (cá nhân trong đơn vị): standard (4), first part.
        Insider = "INSIDER",
        /// Outside the assessed units (cá nhân, tổ chức ngoài đơn vị): standard (4), second part.
        Outsider = "OUTSIDER",
    }

    /// A human's word on a criterion (kết luận thẩm định).
    FindingVerdict("finding") {
        /// Meets it (đạt).
        Met = "MET",
        /// Does not (không đạt).
        NotMet = "NOT_MET",
    }

    /// Verdict on one criterion (kết quả từng tiêu chuẩn).
    Verdict("verdict") {
        /// Met (đạt).
        Met = "MET",
        /// Not met (không đạt).
        NotMet = "NOT_MET",
        /// An input is missing (thiếu số liệu).
        Unknown = "UNKNOWN",
        /// A human must say (chờ kết luận thẩm định).
        NeedsFinding = "NEEDS_FINDING",
    }

    /// Verdict on an item (đủ điều kiện hay không).
    Eligibility("eligibility") {
        /// Every criterion met (đủ điều kiện).
        Eligible = "ELIGIBLE",
        /// None failed, something open (chưa kết luận).
        Pending = "PENDING",
        /// At least one criterion not met (không đủ điều kiện).
        Ineligible = "INELIGIBLE",
    }

    /// Outcome of an item in its round (kết quả).
    ItemOutcome("outcome") {
        /// Within the quota (được chọn).
        Selected = "SELECTED",
        /// Eligible, but below the cut (không được chọn).
        NotSelected = "NOT_SELECTED",
        /// A criterion is not met (không đủ điều kiện).
        Ineligible = "INELIGIBLE",
        /// A criterion is open (chưa kết luận).
        Pending = "PENDING",
        /// A hold is in force (tạm dừng), R35.
        Suspended = "SUSPENDED",
        /// Considered only as adviser (chỉ xét theo tiêu chuẩn (1)), R29.
        Absorbed = "ABSORBED",
        /// The unit has the flag of this round (đã được tặng Cờ), R48.
        ExcludedByFlag = "EXCLUDED_BY_FLAG",
        /// The unit's flag hangs on a tie (chờ kết quả xét Cờ), R48.
        AwaitingFlag = "AWAITING_FLAG",
        /// Equal at the cut, nobody has ruled (bằng nhau ở vị trí cuối, chờ chọn).
        TieUnresolved = "TIE_UNRESOLVED",
    }

    /// What was published (loại công bố): a deadline runs from one of them (AMB-1).
    PublicationKind("kind of publication") {
        /// The province's index, by the Ministry of Home Affairs (Chỉ số CCHC cấp tỉnh, Bộ Nội vụ công bố).
        ProvincialIndex = "PROVINCIAL_INDEX",
        /// The units' index, by the province (Chỉ số CCHC của đơn vị, UBND tỉnh công bố).
        UnitIndex = "UNIT_INDEX",
        /// Satisfaction rates (chỉ số hài lòng).
        Satisfaction = "SATISFACTION",
    }
}

impl Lane {
    /// The group whose units the lane is for; `None` for advising units and individuals.
    #[must_use]
    pub const fn group(self) -> Option<Group> {
        match self {
            Self::FlagDepartment | Self::CertDepartment => Some(Group::Department),
            Self::FlagServiceUnit | Self::CertServiceUnit => Some(Group::ServiceUnit),
            Self::FlagCentralAgency | Self::CertCentralAgency => Some(Group::CentralAgency),
            Self::FlagDistrict | Self::CertDistrict => Some(Group::District),
            Self::CertAdvising | Self::CertIndividual => None,
        }
    }

    /// Whether the award is the flag (Cờ thi đua).
    #[must_use]
    pub const fn is_flag(self) -> bool {
        match self {
            Self::FlagDepartment
            | Self::FlagServiceUnit
            | Self::FlagCentralAgency
            | Self::FlagDistrict => true,
            Self::CertAdvising
            | Self::CertDepartment
            | Self::CertServiceUnit
            | Self::CertCentralAgency
            | Self::CertDistrict
            | Self::CertIndividual => false,
        }
    }

    /// Whether the subjects are persons.
    #[must_use]
    pub const fn is_individual(self) -> bool {
        matches!(self, Self::CertIndividual)
    }
}

macro_rules! rule_ids {
    ($($name:ident)*) => {
        /// Id of a rule of the catalogue (quy tắc), R1 to R55; `rules` says what each is.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        pub enum RuleId {
            $(#[doc = concat!("Rule ", stringify!($name), " of the catalogue.")] $name,)*
        }

        impl RuleId {
            /// Every rule id, in order.
            pub const ALL: &'static [Self] = &[$(Self::$name,)*];

            /// The written form, such as `R25`.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$name => stringify!($name),)* }
            }

            /// Reads the written form.
            ///
            /// # Errors
            /// `WordError` for any other text.
            pub fn parse(text: &str) -> Result<Self, WordError> {
                match text {
                    $(stringify!($name) => Ok(Self::$name),)*
                    _ => Err(WordError { kind: "rule", text: text.chars().take(80).collect() }),
                }
            }
        }
    };
}

rule_ids! {
    R1 R2 R3 R4 R5 R6 R7 R8 R9 R10 R11 R12 R13 R14 R15 R16 R17 R18 R19 R20 R21 R22 R23 R24 R25 R26 R27 R28
    R29 R30 R31 R32 R33 R34 R35 R36 R37 R38 R39 R40 R41 R42 R43 R44 R45 R46 R47 R48 R49 R50 R51 R52 R53 R54
    R55
}

impl std::fmt::Display for RuleId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.as_str())
    }
}

/// The criteria of an item, in the table's order: by lane, and for individuals by basis.
///
/// Empty for an individual without a basis and for a basis outside the individuals' lane.
#[must_use]
pub const fn criteria_of(lane: Lane, basis: Option<Basis>) -> &'static [RuleId] {
    use RuleId as R;
    match (lane, basis) {
        (
            Lane::FlagDepartment
            | Lane::FlagServiceUnit
            | Lane::FlagCentralAgency
            | Lane::FlagDistrict,
            None,
        ) => &[R::R11, R::R12, R::R13, R::R14, R::R15, R::R16, R::R17],
        (Lane::CertAdvising, None) => &[R::R19, R::R20, R::R21],
        (
            Lane::CertDepartment
            | Lane::CertServiceUnit
            | Lane::CertCentralAgency
            | Lane::CertDistrict,
            None,
        ) => &[R::R22, R::R23, R::R24, R::R25, R::R26, R::R27, R::R28],
        (Lane::CertIndividual, Some(Basis::Adviser)) => &[R::R30, R::R31],
        (Lane::CertIndividual, Some(Basis::Insider)) => &[R::R32, R::R34],
        (Lane::CertIndividual, Some(Basis::Outsider)) => &[R::R33, R::R34],
        (Lane::CertIndividual, None)
        | (
            Lane::FlagDepartment
            | Lane::FlagServiceUnit
            | Lane::FlagCentralAgency
            | Lane::FlagDistrict
            | Lane::CertAdvising
            | Lane::CertDepartment
            | Lane::CertServiceUnit
            | Lane::CertCentralAgency
            | Lane::CertDistrict,
            Some(_),
        ) => &[],
    }
}

/// Whether a human may find on a criterion; R15 and R26 are figures alone.
#[must_use]
pub const fn takes_finding(rule: RuleId) -> bool {
    !matches!(rule, RuleId::R15 | RuleId::R26)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_word_reads_back_and_is_what_json_says() {
        for lane in Lane::ALL {
            assert_eq!(Lane::parse(lane.as_str()), Ok(*lane));
            assert_eq!(serde_json::to_value(lane).unwrap(), lane.as_str());
        }
        for outcome in ItemOutcome::ALL {
            assert_eq!(serde_json::to_value(outcome).unwrap(), outcome.as_str());
        }
        assert_eq!(RuleId::ALL.len(), 55);
        for rule in RuleId::ALL {
            assert_eq!(RuleId::parse(rule.as_str()), Ok(*rule));
            assert_eq!(serde_json::to_value(rule).unwrap(), rule.as_str());
        }
        assert!(Lane::parse("cert_district").is_err());
        assert!(RuleId::parse("R56").is_err());
    }

    #[test]
    fn a_basis_belongs_to_individuals_and_to_nobody_else() {
        for lane in Lane::ALL {
            assert_eq!(criteria_of(*lane, None).is_empty(), lane.is_individual());
            for basis in Basis::ALL {
                assert_eq!(
                    criteria_of(*lane, Some(*basis)).is_empty(),
                    !lane.is_individual()
                );
            }
        }
    }
}
