//! Which items a person's command is about: a denied attempt is told on their dossiers' paths, as
//! a granted one would be. Commands about the whole round concern none in particular.

use super::act::refused;
use super::command::Command;
use super::state::RoundFolder;
use crate::actor::Refusal;
use crate::decider::Violation;
use crate::ids::ItemId;
use crate::ranking::event::{AttemptRefused, ItemRef, RoundEvent};

/// The items a command names, or those of the decision it names.
pub(super) fn concerned(round: &RoundFolder, command: &Command) -> Vec<ItemRef> {
    let refs = |ids: &[ItemId]| round.item_refs(ids);
    let of_decision = |number: &str| {
        let decided = round.decisions.get(&crate::text::tidy(number));
        decided.map(|d| d.items.clone()).unwrap_or_default()
    };
    match command {
        Command::RuleOnTie(ruling) => refs(&ruling.order),
        Command::SubmitProposal(proposal) => refs(&proposal.items),
        Command::DeclineItem(decline) => round.item_refs([&decline.item]),
        Command::SignDecision(sign) => refs(&sign.items),
        Command::IssueDecision(issue) => of_decision(&issue.number),
        Command::PublishDecision(publish) => of_decision(&publish.number),
        Command::HandOver(hand_over) => round.item_refs([&hand_over.item]),
        Command::CorrectDecision(correct) => of_decision(&correct.decision),
        Command::RevokeAward(revoke) => round.item_refs([&revoke.item]),
        Command::RecordRecovery(recovery) => round.item_refs([&recovery.item]),
        Command::OpenRound(_)
        | Command::EnterItems(_)
        | Command::WithdrawItems(_)
        | Command::SuspendItems(_)
        | Command::ResumeItems(_)
        | Command::ExcludeItems(_)
        | Command::NoteMerger(_)
        | Command::NoteCorrection(_)
        | Command::ReopenItem(_)
        | Command::ScoreIndividuals(_)
        | Command::ComputeRanking(_)
        | Command::RecordMeeting(_)
        | Command::AdoptShortlist(_)
        | Command::VoidNumber(_)
        | Command::NotifyOutcomes(_)
        | Command::CloseRound(_)
        | Command::ArchiveRound(_) => Vec::new(),
    }
}

/// Denials that name no items of their own concern those of the command.
pub(super) fn on_their_paths(mut events: Vec<RoundEvent>, items: &[ItemRef]) -> Vec<RoundEvent> {
    for event in &mut events {
        if let RoundEvent::AttemptRefused(AttemptRefused { items: named, .. }) = event
            && named.is_empty()
        {
            *named = items.to_vec();
        }
    }
    events
}

/// The denied attempt of a command that rules stood in the way of, an event a rule: about the items
/// that the rule names, else about those that the command names.
pub(super) fn denied(
    round: &RoundFolder,
    action: &str,
    concerned: &[ItemRef],
    violations: &[Violation],
) -> Vec<RoundEvent> {
    let mut events = Vec::new();
    for refusal in Refusal::by_rules(action, violations) {
        let of_rule = violations.iter().filter(|v| v.rule == refusal.rule);
        let named: Vec<ItemId> = of_rule.filter_map(|v| v.item.clone()).collect();
        let items = if named.is_empty() {
            concerned.to_vec()
        } else {
            round.item_refs(&named)
        };
        events.extend(refused(refusal, items));
    }
    events
}
