//! Given events, when a command, then events or a rejection: the registry's tests in that form.

use chrono::{DateTime, NaiveDate, Utc};

use crate::actor::{Actor, Role};
use crate::decider::{Decider, Issued};
use crate::ids::{OfficialId, PersonId, UnitId};

/// An actor in a role, of Home Affairs' agency.
pub(super) fn actor(role: Role) -> Actor {
    Actor {
        official: OfficialId::parse(&format!("o-{}", role.as_str())).unwrap(),
        person: PersonId::parse(&format!("p-{}", role.as_str())).unwrap(),
        role,
        agency: UnitId::parse("so-noi-vu").unwrap(),
        on_behalf_of: None,
    }
}

/// The moment every command of the tests is issued at.
pub(super) fn at() -> DateTime<Utc> {
    "2025-08-01T02:00:00Z".parse().unwrap()
}

pub(super) fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

pub(super) fn unit(id: &str) -> UnitId {
    UnitId::parse(id).unwrap()
}

/// The state after some events.
pub(super) fn given<D: Decider>(events: &[D::Event]) -> D::State {
    events.iter().fold(D::State::default(), D::evolve)
}

/// What a command by a role is answered.
pub(super) fn when<D, C>(
    state: &D::State,
    role: Role,
    command: C,
) -> Result<Vec<D::Event>, D::Rejection>
where
    D: Decider<Command = Issued<C>>,
{
    when_by::<D, C>(state, actor(role), command)
}

/// What a command by an actor is answered.
pub(super) fn when_by<D, C>(
    state: &D::State,
    by: Actor,
    command: C,
) -> Result<Vec<D::Event>, D::Rejection>
where
    D: Decider<Command = Issued<C>>,
{
    let at = at();
    D::decide(state, Issued { by, at, command })
}

/// Roles that may nothing of what `allowed` may.
pub(super) fn others(allowed: &[Role]) -> Vec<Role> {
    let all = [
        Role::UnitStaff,
        Role::UnitHead,
        Role::UnitStandingOffice,
        Role::UnitCommittee,
        Role::HomeAffairs,
        Role::StandingOffice,
        Role::SteeringCommittee,
        Role::InitiativeCouncil,
        Role::Chairman,
        Role::Inspectorate,
        Role::Records,
        Role::Auditor,
        Role::Administrator,
        Role::System,
    ];
    all.into_iter().filter(|r| !allowed.contains(r)).collect()
}
