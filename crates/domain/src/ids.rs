//! Every identifier is a type of its own, all in this one file: a swapped id must not compile.
//!
//! All have one written form, `[A-Za-z0-9][A-Za-z0-9._-]{0,63}`, compared byte by byte.

use serde::{Deserialize, Serialize};

/// Longest identifier, in bytes.
pub const ID_BYTES_MAX: usize = 64;

/// Text that is no identifier.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{text}` is no {kind}: 1 to 64 of A-Z a-z 0-9 . _ - and the first a letter or digit")]
pub struct IdError {
    /// Which identifier was wanted.
    pub kind: &'static str,
    /// What was given, cut to 80 characters.
    pub text: String,
}

fn check(kind: &'static str, text: &str) -> Result<(), IdError> {
    let bytes = text.as_bytes();
    let first = bytes.first().is_some_and(u8::is_ascii_alphanumeric);
    let rest = bytes
        .iter()
        .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'_' | b'-'));
    if first && rest && bytes.len() <= ID_BYTES_MAX {
        Ok(())
    } else {
        Err(IdError {
            kind,
            text: text.chars().take(80).collect(),
        })
    }
}

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident = $kind:literal;)*) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(try_from = "String", into = "String")]
        pub struct $name(String);

        impl $name {
            /// Reads the written form.
            ///
            /// # Errors
            /// `IdError` names the kind and the text.
            pub fn parse(text: &str) -> Result<Self, IdError> {
                check($kind, text)?;
                Ok(Self(text.to_owned()))
            }

            /// The written form.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl TryFrom<String> for $name {
            type Error = IdError;
            fn try_from(text: String) -> Result<Self, IdError> {
                check($kind, &text)?;
                Ok(Self(text))
            }
        }

        impl std::str::FromStr for $name {
            type Err = IdError;
            fn from_str(text: &str) -> Result<Self, IdError> {
                Self::parse(text)
            }
        }

        impl From<$name> for String {
            fn from(id: $name) -> String {
                id.0
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(&self.0)
            }
        }
    )*};
}

ids! {
    /// A unit (đơn vị): an agency of the registry.
    UnitId = "unit id";
    /// A person; the name behind it lives only in the registry's `person-*` stream.
    PersonId = "person id";
    /// An official (cán bộ, công chức): a person in a role of an agency.
    OfficialId = "official id";
    /// A round (đợt xét khen thưởng).
    RoundId = "round id";
    /// A dossier (hồ sơ).
    DossierId = "dossier id";
    /// An item (mục đề nghị): one subject in one lane of one round.
    ItemId = "item id";
    /// The subject of an item (đối tượng): a unit's id or a person's.
    SubjectId = "subject id";
    /// A component index (chỉ số thành phần).
    ComponentId = "component id";
    /// An initiative (sáng kiến).
    InitiativeId = "initiative id";
    /// A hold (tạm dừng): discipline served or under consideration.
    HoldId = "hold id";
    /// A rule book (bộ quy tắc).
    RuleBookId = "rule book id";
    /// An appeal (khiếu nại).
    AppealId = "appeal id";
    /// A delegation (ủy quyền).
    DelegationId = "delegation id";
}

impl From<UnitId> for SubjectId {
    fn from(id: UnitId) -> Self {
        Self(id.0)
    }
}

impl From<PersonId> for SubjectId {
    fn from(id: PersonId) -> Self {
        Self(id.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_1_to_64_plain_characters_and_starts_with_a_letter_or_digit() {
        let long = "a".repeat(64);
        for good in ["a", "so-noi-vu", "HS-2024-01", "0.x_y", long.as_str()] {
            assert!(UnitId::parse(good).is_ok(), "{good}");
        }
        let too_long = "a".repeat(65);
        for bad in ["", "-a", ".a", "a b", "đ", "a/b", "a\n", too_long.as_str()] {
            assert!(UnitId::parse(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn an_id_read_from_json_is_checked() {
        assert!(serde_json::from_str::<ItemId>("\"i-1\"").is_ok());
        assert!(serde_json::from_str::<ItemId>("\"i 1\"").is_err());
    }
}
