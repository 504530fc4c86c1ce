//! Checks that every paper passes: texts, dates, document references. Returns them tidied.

use chrono::NaiveDate;

use super::super::rejection::Rejection;
use super::super::state::Papers;
use super::{DOCUMENTS_MAX, TEXT_CHARS_MAX};
use crate::document::DocumentRef;
use crate::ids::ItemId;
use crate::text::tidy;

/// Longest file name, in characters.
const NAME_CHARS_MAX: usize = 255;
/// Characters of a SHA-256 in hex.
const SHA256_HEX_CHARS: usize = 64;

/// A text that must be there, tidied.
pub(super) fn text(what: &'static str, given: &str) -> Result<String, Rejection> {
    let tidied = tidy(given);
    if tidied.is_empty() || tidied.chars().count() > TEXT_CHARS_MAX {
        return Err(Rejection::TextLength {
            what,
            limit: TEXT_CHARS_MAX,
        });
    }
    Ok(tidied)
}

/// A text that may be absent; blank is absent.
pub(super) fn optional(
    what: &'static str,
    given: Option<String>,
) -> Result<Option<String>, Rejection> {
    match given {
        Some(given) if !tidy(&given).is_empty() => text(what, &given).map(Some),
        Some(_) | None => Ok(None),
    }
}

/// A paper's date: not before the movement began, not after the day of the act that records it.
pub(super) fn date(
    what: &'static str,
    date: NaiveDate,
    today: NaiveDate,
) -> Result<NaiveDate, Rejection> {
    // 2021-01-01 exists; the fallback only keeps this free of panics.
    let first = NaiveDate::from_ymd_opt(2021, 1, 1).unwrap_or(NaiveDate::MIN);
    if date < first || date > today {
        return Err(Rejection::DateOutside {
            what,
            date,
            first,
            last: today,
        });
    }
    Ok(date)
}

/// A document reference, its name tidied.
pub(super) fn document(given: DocumentRef) -> Result<DocumentRef, Rejection> {
    let malformed = |reason| Rejection::DocumentMalformed { reason };
    let name = tidy(&given.name);
    if name.is_empty() || name.chars().count() > NAME_CHARS_MAX {
        return Err(malformed("a name has 1 to 255 characters"));
    }
    if name.contains(['/', '\\']) || name.chars().any(char::is_control) {
        return Err(malformed("a name has no path and no control character"));
    }
    if let Some(digest) = &given.sha256 {
        let hex = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
        if digest.len() != SHA256_HEX_CHARS || !digest.bytes().all(hex) {
            return Err(malformed("a digest is 64 lower-case hex characters"));
        }
    }
    Ok(DocumentRef { name, ..given })
}

/// One more document fits.
pub(super) fn room_for_document(papers: &Papers) -> Result<(), Rejection> {
    if papers.document_count() >= DOCUMENTS_MAX {
        return Err(Rejection::TooMany {
            what: "documents",
            limit: DOCUMENTS_MAX,
        });
    }
    Ok(())
}

/// The dossier has the item.
pub(super) fn known(papers: &Papers, item: &ItemId) -> Result<(), Rejection> {
    if papers.items.contains_key(item) {
        Ok(())
    } else {
        Err(Rejection::UnknownItem { item: item.clone() })
    }
}

/// Every item is the dossier's, and none stands twice.
pub(super) fn known_once<'a>(
    papers: &Papers,
    what: &'static str,
    items: impl IntoIterator<Item = &'a ItemId>,
) -> Result<(), Rejection> {
    let mut seen = std::collections::BTreeSet::new();
    for item in items {
        known(papers, item)?;
        if !seen.insert(item) {
            return Err(Rejection::ItemNamedTwice {
                item: item.clone(),
                what,
            });
        }
    }
    Ok(())
}
