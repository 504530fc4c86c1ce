//! What the steps of an erasure have in common.

use hoso_domain::registry::person::{Command as Ask, Person, PersonState};
use hoso_ledger::Order;
use hoso_runtime::{Problem, Reply, Runtime};

use super::stream;
use super::view::PersonView;
use crate::personal;

/// Takes one step with a person who is there. Whichever it was, somebody erased has no key afterwards.
///
/// # Errors
/// 404 for nobody; the rejection's or refusal's problem; a key that cannot be destroyed.
pub(super) async fn step(
    runtime: &Runtime,
    id: &str,
    order: Order,
    ask: Ask,
) -> Result<Reply<PersonView>, Problem> {
    let keys = &runtime.person_keys;
    stream::show::<Person, _>(runtime, id, |state, version| {
        PersonView::of(state, version, keys)
    })
    .await?;
    let name = stream::name::<Person>(id);
    let done = runtime.execute::<Person>(&name, order, ask).await?;
    if let PersonState::Erased { details, .. } = &done.state {
        keys.destroy(&details.person).map_err(personal::problem)?;
    }
    let shown = stream::shown(PersonView::of(done.state, done.version, keys))?;
    Ok(Reply::ok(done.version, shown).replayed(done.duplicate))
}
