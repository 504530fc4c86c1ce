//! A person's texts on their way into the record and out of it: sealed, and read with the person's
//! key.

use hoso_domain::actor::Actor;
use hoso_domain::decider::Explain as _;
use hoso_domain::ids::PersonId;
use hoso_domain::registry::person::{self, PersonDetails, Rejection, is_sealed, keeps_persons};
use hoso_ledger::Order;
use hoso_runtime::personal::{PersonKey, PersonalError};
use hoso_runtime::{PersonKeys, Problem};
use sha2::{Digest as _, Sha256};

const NAME: &str = "name";
const POSITION: &str = "position";

/// Seals the texts of an entry, and takes them out of what the command is remembered by. Details
/// that the decider will not accept stay as they are: they go nowhere.
///
/// # Errors
/// 422 for a text that looks like a sealed one; the person's key cannot be read or made.
pub(crate) fn sealed(
    keys: &PersonKeys,
    by: &Actor,
    order: &mut Order,
    details: PersonDetails,
) -> Result<PersonDetails, Problem> {
    let texts = [
        (NAME, Some(&details.name)),
        (POSITION, details.position.as_ref()),
    ];
    for (field, text) in texts {
        if text.is_some_and(|text| is_sealed(text)) {
            let reason = format!("begins with `{}`, which no text may", person::SEALED);
            return Err(Problem::field(field, reason));
        }
    }
    if !keeps_persons(by.role) || person::check(&details).is_err() {
        // A denied attempt is remembered by its id alone: no digest of a name outlives the name.
        order.digest = Sha256::digest(order.command.as_bytes()).into();
        return Ok(details);
    }
    let key = keys.get_or_make(&details.person).map_err(problem)?;
    order.digest = key.digest(&order.digest);
    let position = details.position.as_deref();
    let position = position.map(|text| key.seal(POSITION, text)).transpose();
    Ok(PersonDetails {
        name: key.seal(NAME, &details.name).map_err(problem)?,
        position: position.map_err(problem)?,
        ..details
    })
}

/// Takes back the key that was made for a command which turned out to be about somebody erased: it
/// opens nothing, and a key of an erased person is what nobody wants to find.
pub(crate) fn unmade(keys: &PersonKeys, person: &PersonId, problem: Problem) -> Problem {
    if problem.code == Rejection::Erased.code()
        && let Err(error) = keys.destroy(person)
    {
        tracing::error!(%error, %person, "the key of an erased person is there");
    }
    problem
}

/// Name and position, where they can be read.
pub(crate) struct Texts {
    pub(crate) name: Option<String>,
    pub(crate) position: Option<String>,
}

/// Reads the texts of an entry. What has lost its key, or does not open, is not there; a key that
/// is missing without an erasure is told to the operator.
pub(crate) fn texts(keys: &PersonKeys, details: &PersonDetails, erased: bool) -> Texts {
    let key = keys.get(&details.person).unwrap_or_else(|error| {
        tracing::error!(%error, "a person's key cannot be read");
        None
    });
    if key.is_none() && !erased && is_sealed(&details.name) {
        tracing::error!(person = %details.person, "the key of a person's texts is missing");
    }
    let read = |field, record: &str| read(key.as_ref(), field, record);
    Texts {
        name: read(NAME, &details.name),
        position: details.position.as_deref().and_then(|p| read(POSITION, p)),
    }
}

fn read(key: Option<&PersonKey>, field: &str, record: &str) -> Option<String> {
    if !is_sealed(record) {
        return Some(record.to_owned());
    }
    match key?.open(field, record) {
        Ok(text) => Some(text),
        Err(error) => {
            tracing::error!(%error, field, "a person's text cannot be read");
            None
        }
    }
}

/// What cannot be sealed or destroyed is ours to look at.
pub(crate) fn problem(error: PersonalError) -> Problem {
    Problem::internal(error)
}
