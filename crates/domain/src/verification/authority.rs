//! Who may do what to a case (domain.md D), and who must stand aside (R54, R55).
//!
//! | step | roles | stands aside |
//! |---|---|---|
//! | open, take in a supplement or a withdrawal | SYSTEM | |
//! | receive | HOME_AFFAIRS | nobody: a stamp judges nothing |
//! | lapse | HOME_AFFAIRS, SYSTEM | nobody: the calendar judges |
//! | check, return, reject, accept, forward | HOME_AFFAIRS; STANDING_OFFICE of another agency where Home Affairs is a party | parties (R54), confirmers (R55) |
//! | extend | STANDING_OFFICE, CHAIRMAN | parties (R54), confirmers (R55) |
//! | finding | STANDING_OFFICE; INITIATIVE_COUNCIL for R17, R28, R33 | parties to the item (R54), confirmers (R55) |
//! | evaluate | STANDING_OFFICE, SYSTEM | nobody: the verdict is computed |

use crate::actor::{Actor, Refusal, Role};
use crate::dossier::content::ProposedItem;
use crate::evaluation::vocabulary::RuleId;

use super::state::CaseFile;

/// Criteria that the initiative council knows about: a new model or initiative.
const COUNCIL_RULES: [RuleId; 3] = [RuleId::R17, RuleId::R28, RuleId::R33];

/// The roles that may record a finding on a rule.
#[must_use]
pub fn finders(rule: RuleId) -> &'static [Role] {
    if COUNCIL_RULES.contains(&rule) {
        &[Role::StandingOffice, Role::InitiativeCouncil]
    } else {
        &[Role::StandingOffice]
    }
}

/// Whether the actor may judge the dossier: check, return, reject, accept, forward.
pub(super) fn refuse_judge(actor: &Actor, case: &CaseFile, action: &str) -> Option<Refusal> {
    Refusal::unless_role(actor, &[Role::HomeAffairs, Role::StandingOffice], action)
        .or_else(|| refuse_party(actor, case, action))
        .or_else(|| refuse_confirmer(actor, case, action))
        .or_else(|| refuse_needless_stand_in(actor, case, action))
}

/// Whether the actor may readmit late items.
pub(super) fn refuse_extension(actor: &Actor, case: &CaseFile, action: &str) -> Option<Refusal> {
    Refusal::unless_role(actor, &[Role::StandingOffice, Role::Chairman], action)
        .or_else(|| refuse_party(actor, case, action))
        .or_else(|| refuse_confirmer(actor, case, action))
}

/// Whether the actor may record a finding on a criterion of an item.
pub(super) fn refuse_finder(
    actor: &Actor,
    case: &CaseFile,
    item: &ProposedItem,
    rule: RuleId,
    action: &str,
) -> Option<Refusal> {
    let roles = [Role::StandingOffice, Role::InitiativeCouncil];
    Refusal::unless_role(actor, &roles, action)
        .or_else(|| {
            (!finders(rule).contains(&actor.role)).then(|| {
                let reason = format!("the initiative council does not find on {rule}");
                Refusal::new(action, "D", reason)
            })
        })
        .or_else(|| {
            case.is_party_to(item, &actor.agency).then(|| {
                let reason = format!("{} is a party to {}", actor.agency, item.item);
                Refusal::new(action, RuleId::R54.as_str(), reason)
            })
        })
        .or_else(|| refuse_confirmer(actor, case, action))
}

/// A party does not judge its own dossier.
fn refuse_party(actor: &Actor, case: &CaseFile, action: &str) -> Option<Refusal> {
    case.is_party(&actor.agency).then(|| {
        let reason = format!("{} is a party to dossier {}", actor.agency, case.dossier);
        Refusal::new(action, RuleId::R54.as_str(), reason)
    })
}

/// Nobody both confirms and verifies the same dossier, in whichever office.
fn refuse_confirmer(actor: &Actor, case: &CaseFile, action: &str) -> Option<Refusal> {
    case.confirmed_by(&actor.person).then(|| {
        let reason = "who confirmed a report or signed the dossier does not verify it";
        Refusal::new(action, RuleId::R55.as_str(), reason)
    })
}

/// The Standing Office stands in for Home Affairs only where Home Affairs is a party.
fn refuse_needless_stand_in(actor: &Actor, case: &CaseFile, action: &str) -> Option<Refusal> {
    let gateway = case.receipt.as_ref().map(|r| &r.gateway);
    let needed = gateway.is_some_and(|gateway| case.is_party(gateway));
    (actor.role == Role::StandingOffice && !needed).then(|| {
        let reason = "this is for HOME_AFFAIRS; STANDING_OFFICE stands in only where Home Affairs is a party";
        Refusal::new(action, "D", reason)
    })
}
