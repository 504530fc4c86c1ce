//! Who reads what of the registry. Units, figures and initiatives are for everybody with a token;
//! names and discipline are not. Who changes what stands in the domain's deciders.

use hoso_domain::actor::{Actor, Role};
use hoso_domain::ids::UnitId;
use hoso_runtime::Problem;

/// Whose names an actor reads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Names {
    /// Everybody's.
    Every,
    /// Those of the persons of this unit.
    Of(UnitId),
}

impl Names {
    /// What an actor reads.
    pub(crate) fn of(actor: &Actor) -> Self {
        match actor.role {
            Role::UnitStaff | Role::UnitHead | Role::UnitStandingOffice | Role::UnitCommittee => {
                Self::Of(actor.agency.clone())
            }
            Role::HomeAffairs
            | Role::StandingOffice
            | Role::SteeringCommittee
            | Role::InitiativeCouncil
            | Role::Chairman
            | Role::Inspectorate
            | Role::Records
            | Role::Auditor
            | Role::Administrator
            | Role::System => Self::Every,
        }
    }

    /// Whether a person of a unit, or of none, is among them.
    pub(crate) fn take_in(&self, unit: Option<&UnitId>) -> bool {
        match self {
            Self::Every => true,
            Self::Of(own) => unit == Some(own),
        }
    }
}

/// Passes those who read holds: discipline under consideration is not for everybody.
///
/// # Errors
/// 403 `not-permitted`. Reading is not a decision: it is not recorded.
pub(crate) fn reads_holds(actor: &Actor) -> Result<(), Problem> {
    match actor.role {
        Role::HomeAffairs
        | Role::StandingOffice
        | Role::SteeringCommittee
        | Role::Chairman
        | Role::Inspectorate
        | Role::Records
        | Role::Auditor
        | Role::System => Ok(()),
        Role::UnitStaff
        | Role::UnitHead
        | Role::UnitStandingOffice
        | Role::UnitCommittee
        | Role::InitiativeCouncil
        | Role::Administrator => Err(Problem::forbidden("not-permitted")
            .detail("holds are read by those who decide on them, and by auditors")),
    }
}

/// Whether an actor sees the digests of tokens.
pub(crate) fn sees_tokens(actor: &Actor) -> bool {
    matches!(actor.role, Role::Administrator | Role::Auditor)
}
