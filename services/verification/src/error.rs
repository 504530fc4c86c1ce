//! Problems of this service that no decider knows: what is not there, or not there yet.
//! The case's rejections explain themselves (`hoso_domain::verification::Rejection`).

use hoso_domain::ids::{DossierId, ItemId, RoundId};
use hoso_runtime::Problem;

/// 404: no case, or none the caller may see.
pub(crate) fn no_case(dossier: &DossierId) -> Problem {
    Problem::not_found(format!("case of dossier {dossier}"))
}

/// 409: no verdict on the item yet, or one from before receipts were kept.
pub(crate) fn no_receipt(item: &ItemId) -> Problem {
    Problem::conflict("no-receipt").detail(format!("item {item} has no verdict with a receipt"))
}

/// 409: the dossier's round has not been opened.
pub(crate) fn round_not_open(round: &RoundId) -> Problem {
    Problem::conflict("round-not-opened").detail(format!("round {round} has not been opened"))
}

/// 409: the round names a rule book that nobody has published here.
pub(crate) fn rule_book_missing(digest: &str) -> Problem {
    Problem::conflict("rule-book-missing").detail(format!("no rule book {digest} is published"))
}

/// 409: the round has no last day for one of the publications.
pub(crate) fn deadline_missing(round: &RoundId) -> Problem {
    Problem::conflict("deadline-missing").detail(format!("round {round} has no such deadline"))
}

/// 409: the facts of the round cannot be put together.
pub(crate) fn facts_unusable(reason: impl std::fmt::Display) -> Problem {
    Problem::conflict("facts-unusable").detail(reason)
}

#[cfg(test)]
mod tests {
    /// Where codes are written: between quotes, with a hyphen, nothing but small letters.
    const SOURCES: [&str; 2] = [
        include_str!("error.rs"),
        include_str!("../../../crates/domain/src/verification/rejection.rs"),
    ];

    #[test]
    fn every_code_has_a_page_that_says_its_name() {
        let pages = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/errors");
        let mut found = 0;
        for source in SOURCES {
            let quoted = source.split('"').skip(1).step_by(2);
            let kebab = |text: &&str| {
                text.contains('-') && text.bytes().all(|b| b.is_ascii_lowercase() || b == b'-')
            };
            for code in quoted.filter(kebab) {
                found += 1;
                let page = std::fs::read_to_string(format!("{pages}/{code}.md"));
                let page = page.unwrap_or_else(|error| panic!("docs/errors/{code}.md: {error}"));
                assert!(page.contains(&format!("`{code}`, HTTP ")), "{code}");
            }
        }
        assert!(found > 20, "only {found} codes were found");
    }
}
