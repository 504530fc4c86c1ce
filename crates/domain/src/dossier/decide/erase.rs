//! Documents of persons who were erased: noted once, however the dossier stands.

use super::super::event::{DocumentsErased, Event};
use super::super::state::Papers;

/// Notes what was not noted yet. Whose the documents are was looked up over all dossiers and rounds.
pub(super) fn documents(papers: &Papers, erased: Vec<DocumentsErased>) -> Vec<Event> {
    let unnoted = erased.into_iter().filter_map(|mut one| {
        one.digests.retain(|digest| !papers.erased.contains(digest));
        one.digests.sort_unstable();
        one.digests.dedup();
        (!one.digests.is_empty()).then_some(Event::DocumentsErased(one))
    });
    unnoted.collect()
}
