//! What holds of any bytes: they are refused with a path and a reason, or they are a round whose
//! canonical text reads back, has one outcome, and answers every question without a panic.

use hoso_domain::evaluation::{
    RoundFile, Sources, WITHIN_DEFAULT, evaluate, explain, receipts, what_if,
};
use hoso_domain::rulebook::RuleBook;
use hoso_domain::rulebook::lint::{PlannedRound, lint};

/// Largest round of which what-if is asked: its work is facts times lane size.
const WHAT_IF_ITEMS_MAX: usize = 6;

/// Panics if the law does not hold; whether the bytes were a round file.
///
/// # Panics
/// That is its purpose.
pub(crate) fn holds(bytes: &[u8]) -> bool {
    let file = match RoundFile::read(bytes) {
        Ok(file) => file,
        Err(error) => {
            assert!(error.path.starts_with('$'), "{error}");
            assert!(
                !error.reason.is_empty() && !error.reason.contains('\n'),
                "{error}"
            );
            return false;
        }
    };
    let book = RuleBook::soc_trang();
    let text = file.to_json().expect("typed records are written");
    assert_eq!(RoundFile::read(text.as_bytes()).as_ref(), Ok(&file));
    let outcome = evaluate(&file, book);
    assert_eq!(outcome.items.len(), file.items.len());
    for lane in &outcome.lanes {
        assert!(lane.selected <= lane.quota);
    }
    let lanes = outcome.lanes.len();
    let written = serde_json::to_string(&outcome).expect("an outcome is written");
    assert_eq!(serde_json::from_str(&written).ok(), Some(outcome));
    let explanation = explain(&file, book, WITHIN_DEFAULT);
    assert_eq!(explanation.lanes.len(), lanes);
    let planned = PlannedRound {
        kind: file.round.kind,
        year: file.round.year,
        from: file.as_of,
        to: file.as_of,
        parameters: &file.parameters,
        components: &file.components,
    };
    let flaws = lint(book, Some(planned));
    assert!(flaws.iter().all(|flaw| flaw.path.starts_with('$')));
    let receipts = receipts(&file, book, &Sources::default()).expect("a receipt is written");
    assert_eq!(receipts.len(), file.items.len());
    if let Some(item) = file.items.first()
        && file.items.len() <= WHAT_IF_ITEMS_MAX
    {
        assert!(what_if(&file, book, &item.id).is_some());
    }
    true
}
