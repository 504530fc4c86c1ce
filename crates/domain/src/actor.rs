//! Who acts, in which capacity: roles, the actor of a command, and refusals.
//!
//! Authority at each step stands with the step, in the deciders; this file holds the words.

use serde::{Deserialize, Serialize};

use crate::decider::Violation;
use crate::ids::{OfficialId, PersonId, UnitId};

/// A capacity an official acts in (domain.md D).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Role {
    /// Unit's officer for reform (công chức phụ trách CCHC của đơn vị): drafts, answers supplements.
    UnitStaff,
    /// Head of the unit (thủ trưởng đơn vị): signs, submits, withdraws.
    UnitHead,
    /// Standing Office of the submitting level (Thường trực Ban Chỉ đạo của đơn vị): holds the review meeting.
    UnitStandingOffice,
    /// Steering Committee of the submitting level (Ban Chỉ đạo của đơn vị): confirms reports.
    UnitCommittee,
    /// Home Affairs (Sở Nội vụ), the gateway: receipt, completeness, registry.
    HomeAffairs,
    /// Standing Office of the provincial committee (Thường trực Ban Chỉ đạo CCHC tỉnh): verifies, ranks, proposes.
    StandingOffice,
    /// Provincial Steering Committee (Ban Chỉ đạo CCHC tỉnh): adopts the ranked list.
    SteeringCommittee,
    /// Initiative council (Hội đồng Sáng kiến tỉnh).
    InitiativeCouncil,
    /// Chairman of the provincial People's Committee (Chủ tịch UBND tỉnh).
    Chairman,
    /// Discipline, inspection and audit bodies (thanh tra, kiểm tra): holds and conclusions.
    Inspectorate,
    /// Records officer (văn thư, lưu trữ): numbers, issues, archives.
    Records,
    /// Auditor: reads everything, writes nothing.
    Auditor,
    /// System administrator: accounts and parameter proposals, no business transition.
    Administrator,
    /// A reaction of one of Hoso's own services.
    System,
}

impl Role {
    /// The role in words, as it is stored.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::UnitStaff => "UNIT_STAFF",
            Self::UnitHead => "UNIT_HEAD",
            Self::UnitStandingOffice => "UNIT_STANDING_OFFICE",
            Self::UnitCommittee => "UNIT_COMMITTEE",
            Self::HomeAffairs => "HOME_AFFAIRS",
            Self::StandingOffice => "STANDING_OFFICE",
            Self::SteeringCommittee => "STEERING_COMMITTEE",
            Self::InitiativeCouncil => "INITIATIVE_COUNCIL",
            Self::Chairman => "CHAIRMAN",
            Self::Inspectorate => "INSPECTORATE",
            Self::Records => "RECORDS",
            Self::Auditor => "AUDITOR",
            Self::Administrator => "ADMINISTRATOR",
            Self::System => "SYSTEM",
        }
    }
}

/// Who acts: an official, the person behind, the role and agency, and for whom by delegation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Actor {
    /// The official who acts.
    pub official: OfficialId,
    /// The person behind the official: one person may hold several offices (R55 compares persons).
    pub person: PersonId,
    /// The capacity acted in; under a delegation the delegating official's role.
    pub role: Role,
    /// The agency acted for; under a delegation the delegating official's agency.
    pub agency: UnitId,
    /// The official on whose behalf, by delegation (ủy quyền).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub on_behalf_of: Option<OfficialId>,
}

/// A denied attempt at a decision: what was tried, by which rule it was denied, and why.
///
/// Recorded as an event (`AttemptRefused`) in the stream it was aimed at.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Refusal {
    /// The command's name, such as `SignDecision`.
    pub action: String,
    /// The rule that denied it: `D` for the table of actors and steps, else R-number.
    pub rule: String,
    /// Why, in words.
    pub reason: String,
}

impl Refusal {
    /// A refusal of `action` under `rule`.
    #[must_use]
    pub fn new(action: &str, rule: &str, reason: impl Into<String>) -> Self {
        Self {
            action: action.to_owned(),
            rule: rule.to_owned(),
            reason: reason.into(),
        }
    }

    /// The refusals that violated rules make of `action`, one a rule, in the order they are named.
    #[must_use]
    pub fn by_rules(action: &str, violations: &[Violation]) -> Vec<Self> {
        let mut refusals: Vec<Self> = Vec::new();
        for violation in violations {
            match refusals.iter_mut().find(|r| r.rule == violation.rule) {
                Some(known) if known.reason == violation.reason => {}
                Some(known) => {
                    known.reason.push_str("; ");
                    known.reason.push_str(&violation.reason);
                }
                None => refusals.push(Self::new(action, violation.rule, violation.reason.as_str())),
            }
        }
        refusals
    }

    /// `None` if the actor holds one of `roles`; else the refusal by the table of domain.md D.
    #[must_use]
    pub fn unless_role(actor: &Actor, roles: &[Role], action: &str) -> Option<Self> {
        if roles.contains(&actor.role) {
            return None;
        }
        let allowed: Vec<_> = roles.iter().map(|r| r.as_str()).collect();
        Some(Self::new(
            action,
            "D",
            format!(
                "{} may not; this is for {}",
                actor.role.as_str(),
                allowed.join(", ")
            ),
        ))
    }

    /// `None` if the actor acts for `agency`; else a refusal: nobody acts outside the own agency.
    #[must_use]
    pub fn unless_agency(actor: &Actor, agency: &UnitId, action: &str) -> Option<Self> {
        (actor.agency != *agency).then(|| {
            Self::new(
                action,
                "D",
                format!("{} acts outside its agency", actor.role.as_str()),
            )
        })
    }
}
