//! Who reads what of a round. Before the outcome is published or notified only those who work on
//! the round read it; afterwards a unit reads its own items. Nobody reads ballots here.

use hoso_domain::actor::{Actor, Role};
use hoso_domain::ranking::round::{RoundFolder, RoundItem};

/// Those who work on every round, and those who audit it.
pub(crate) const INSIDERS: [Role; 7] = [
    Role::StandingOffice,
    Role::HomeAffairs,
    Role::SteeringCommittee,
    Role::Chairman,
    Role::Records,
    Role::Auditor,
    Role::System,
];

/// Whether the actor reads everything of a round.
pub(crate) fn is_insider(actor: &Actor) -> bool {
    INSIDERS.contains(&actor.role)
}

/// Whether the actor reads an item and what became of it.
pub(crate) fn reads_item(actor: &Actor, round: &RoundFolder, item: &RoundItem) -> bool {
    is_insider(actor) || (is_own(actor, item) && round.known_since(&item.dossier).is_some())
}

/// Whether the item is the actor's unit's: submitted by it, or about it.
pub(crate) fn is_own(actor: &Actor, item: &RoundItem) -> bool {
    item.submitted_by == actor.agency
        || item.subject.as_str() == actor.agency.as_str()
        || item.unit.as_ref() == Some(&actor.agency)
}
