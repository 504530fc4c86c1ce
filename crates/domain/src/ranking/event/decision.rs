//! The decision: declined items, signature, number, issue, publication, handing over.

use chrono::{Datelike, NaiveDate};
use serde::{Deserialize, Serialize};

use super::ItemRef;
use crate::ids::{DossierId, ItemId};

/// In whose name a decision is issued (R2).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum IssuingBody {
    /// The Chairman (Chủ tịch UBND tỉnh): certificates.
    Chairman,
    /// The People's Committee (UBND tỉnh), signed TM. by the Chairman: flags.
    PeoplesCommittee,
}

impl IssuingBody {
    /// The written form.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Chairman => "CHAIRMAN",
            Self::PeoplesCommittee => "PEOPLES_COMMITTEE",
        }
    }
}

/// A number taken in a body's register of one year (R52).
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct RegisteredNumber {
    /// The body whose register it is.
    pub body: IssuingBody,
    /// The register's year.
    pub year: i32,
    /// The number without leading zeros, such as `7/QĐ-UBND`.
    pub number: String,
}

impl RegisteredNumber {
    /// The entry a number of that day makes. `07/QĐ-UBND` and `7/QĐ-UBND` are one number.
    #[must_use]
    pub fn of(body: IssuingBody, date: NaiveDate, number: &str) -> Self {
        Self::in_year(body, date.year(), number)
    }

    /// The entry a number makes in a year's register.
    #[must_use]
    pub fn in_year(body: IssuingBody, year: i32, number: &str) -> Self {
        let tidy = crate::text::tidy(number);
        Self {
            body,
            year,
            number: tidy.trim_start_matches('0').to_owned(),
        }
    }
}

/// The Chairman returned an item to the Standing Office.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ItemDeclined {
    /// The item.
    pub item: ItemId,
    /// The dossier that holds it.
    pub dossier: DossierId,
    /// Why.
    pub reason: String,
}

/// The decision (Quyết định khen thưởng) was signed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct DecisionSigned {
    /// Its number, such as `123/QĐ-UBND`.
    pub decision: String,
    /// In whose name.
    pub body: IssuingBody,
    /// Its date.
    pub date: NaiveDate,
    /// Title of the signer.
    pub signed_by: String,
    /// The ranking behind the list.
    pub ranking_edition: u32,
    /// The items rewarded.
    pub items: Vec<ItemRef>,
}

/// The decision was issued (ban hành).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct DecisionIssued {
    /// The decision's number.
    pub number: String,
    /// The day.
    pub issued_on: NaiveDate,
    /// Its items.
    pub items: Vec<ItemRef>,
}

/// The decision was published.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct DecisionPublished {
    /// The decision's number.
    pub number: String,
    /// The day.
    pub on: NaiveDate,
    /// Where, such as the address of the portal's page.
    #[serde(rename = "where")]
    pub place: String,
    /// Its items.
    pub items: Vec<ItemRef>,
}

/// The award was handed over.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct AwardHandedOver {
    /// The item.
    pub item: ItemId,
    /// The dossier that holds it.
    pub dossier: DossierId,
    /// The day.
    pub on: NaiveDate,
    /// Title of the unit's representative; absent for individuals, who receive it in person.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub representative: Option<String>,
}
