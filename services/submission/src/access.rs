//! Who sees which dossier. Who may change one stands in the domain's decider.

use hoso_domain::actor::{Actor, Role};
use hoso_domain::dossier::Papers;
use hoso_domain::ids::UnitId;

/// What an actor sees of the dossiers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Sight {
    /// Every dossier, and what every service did with it.
    Every,
    /// The dossiers that this unit submits.
    Own(UnitId),
    /// None.
    Nothing,
}

impl Sight {
    /// What an actor sees.
    pub(crate) fn of(actor: &Actor) -> Self {
        match actor.role {
            Role::UnitStaff | Role::UnitHead | Role::UnitStandingOffice | Role::UnitCommittee => {
                Self::Own(actor.agency.clone())
            }
            Role::HomeAffairs
            | Role::StandingOffice
            | Role::SteeringCommittee
            | Role::InitiativeCouncil
            | Role::Chairman
            | Role::Auditor => Self::Every,
            Role::Inspectorate | Role::Records | Role::Administrator | Role::System => {
                Self::Nothing
            }
        }
    }

    /// Whether it takes in this dossier.
    pub(crate) fn takes_in(&self, papers: &Papers) -> bool {
        match self {
            Self::Every => true,
            Self::Own(unit) => papers.head.submitted_by == *unit,
            Self::Nothing => false,
        }
    }

    /// Whether it takes in what other services did besides the dossier itself.
    pub(crate) fn takes_in_procedure(&self) -> bool {
        match self {
            Self::Every => true,
            Self::Own(_) | Self::Nothing => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use hoso_domain::ids::{OfficialId, PersonId};

    use super::*;

    fn sight(role: Role) -> Sight {
        Sight::of(&Actor {
            official: OfficialId::parse("o").unwrap(),
            person: PersonId::parse("p").unwrap(),
            role,
            agency: UnitId::parse("huyen-my-tu").unwrap(),
            on_behalf_of: None,
        })
    }

    #[test]
    fn a_units_officials_see_what_their_unit_submits() {
        let own = Sight::Own(UnitId::parse("huyen-my-tu").unwrap());
        for role in [
            Role::UnitStaff,
            Role::UnitHead,
            Role::UnitStandingOffice,
            Role::UnitCommittee,
        ] {
            assert_eq!(sight(role), own);
        }
    }

    #[test]
    fn those_who_judge_decide_or_audit_see_every_dossier_and_the_others_none() {
        for role in [
            Role::HomeAffairs,
            Role::StandingOffice,
            Role::SteeringCommittee,
            Role::InitiativeCouncil,
            Role::Chairman,
            Role::Auditor,
        ] {
            assert_eq!(sight(role), Sight::Every);
        }
        for role in [Role::Inspectorate, Role::Records, Role::Administrator] {
            assert_eq!(sight(role), Sight::Nothing);
        }
    }
}
