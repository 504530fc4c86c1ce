//! The decider of one round: opening, entries, ranking, meeting, shortlist, decision, aftermath.
//!
//! Each phase has a file with its decisions; `evolve` folds all events. Facts of other services
//! (publications, holds, numbers taken elsewhere) arrive inside the commands.
//!
//! | step | roles |
//! |---|---|
//! | open | STANDING_OFFICE, HOME_AFFAIRS |
//! | enter, withdraw, suspend, resume, exclude, note a merger or a correction | SYSTEM |
//! | council scores, rank, meeting, tie ruling | STANDING_OFFICE |
//! | adopt the shortlist | STEERING_COMMITTEE |
//! | propose, notify, close | STANDING_OFFICE, HOME_AFFAIRS |
//! | decline, sign, correct, revoke | CHAIRMAN |
//! | issue, publish, hand over, take back, void a number, archive | RECORDS |

mod act;
mod aftermath;
mod command;
mod concern;
mod correction;
mod decision;
mod entries;
mod evolve;
mod meeting;
mod notice;
mod open;
mod order;
mod rejection;
mod shortlist;
mod state;
#[cfg(test)]
mod tests;

pub use command::*;
pub use decision::issuer_of;
pub use open::round_name;
pub use order::live_rulings;
pub use rejection::Rejection;
pub use state::{
    Approval, Decided, DecidedStage, HoldSet, Latest, Phase, RoundFolder, RoundItem, RoundState,
    Shortlist, Standing,
};

use super::event::RoundEvent;
use crate::decider::{Decider, Explain as _, Issued, Listing, StoredDecider};
use act::Act;

/// The decider of a round (đợt xét khen thưởng).
#[derive(Debug, Clone, Copy)]
pub struct Round;

impl Decider for Round {
    type State = RoundState;
    type Command = Issued<Command>;
    type Event = RoundEvent;
    type Rejection = Rejection;

    fn decide(state: &RoundState, issued: Issued<Command>) -> Result<Vec<RoundEvent>, Rejection> {
        let Issued { by, at, command } = issued;
        let act = Act {
            by: &by,
            at,
            action: command.name(),
        };
        match (state, command) {
            (RoundState::NotOpened, Command::OpenRound(open)) => open::open(&act, *open),
            (RoundState::Opened(_), Command::OpenRound(_)) => Err(Rejection::AlreadyOpen),
            (RoundState::NotOpened, _) => Err(Rejection::NotOpened),
            (RoundState::Opened(round), command) => {
                let items = concern::concerned(round, &command);
                let events = decide_opened(&act, round, command)?;
                Ok(concern::on_their_paths(events, &items))
            }
        }
    }

    fn evolve(state: RoundState, event: &RoundEvent) -> RoundState {
        evolve::evolve(state, event)
    }
}

impl StoredDecider for Round {
    const CATEGORY: &'static str = "round";

    fn listing(state: &RoundState) -> Listing {
        match state {
            RoundState::NotOpened => Listing::default(),
            RoundState::Opened(round) => Listing {
                round: Some(round.opened.round.clone()),
                status: round.status().to_owned(),
                due: round.opened.deadlines.iter().map(|d| d.due_on).max(),
                ..Listing::default()
            },
        }
    }

    fn denials(
        state: &RoundState,
        issued: Issued<Command>,
        rejection: &Rejection,
    ) -> Vec<RoundEvent> {
        let violations = rejection.violations();
        match state.opened() {
            Some(round) => {
                let action = issued.command.name();
                let items = concern::concerned(round, &issued.command);
                concern::denied(round, action, &items, &violations)
            }
            None => Vec::new(),
        }
    }

    fn rule_book(state: &RoundState) -> Option<&str> {
        match state {
            RoundState::NotOpened => None,
            RoundState::Opened(round) => Some(&round.opened.rule_book.digest),
        }
    }
}

fn decide_opened(
    act: &Act<'_>,
    round: &RoundFolder,
    command: Command,
) -> Result<Vec<RoundEvent>, Rejection> {
    match command {
        Command::OpenRound(_) => Err(Rejection::AlreadyOpen),
        Command::EnterItems(enter) => entries::enter(act, round, &enter),
        Command::WithdrawItems(withdraw) => Ok(entries::withdraw(act, round, &withdraw)),
        Command::SuspendItems(hold) => Ok(entries::suspend(act, round, &hold)),
        Command::ResumeItems(hold) => Ok(entries::resume(act, round, &hold)),
        Command::ExcludeItems(hold) => Ok(entries::exclude(act, round, &hold)),
        Command::NoteMerger(merger) => Ok(entries::note_merger(act, round, merger)),
        Command::NoteCorrection(change) => Ok(order::note_correction(act, round, &change)),
        Command::ReopenItem(reopen) => order::reopen_item(act, round, reopen),
        Command::ScoreIndividuals(scores) => order::score(act, round, scores),
        Command::ComputeRanking(ranking) => order::rank(act, round, *ranking),
        Command::RuleOnTie(ruling) => order::rule_on_tie(act, round, &ruling),
        Command::RecordMeeting(meeting) => meeting::record(act, round, meeting),
        Command::AdoptShortlist(adopt) => shortlist::adopt(act, round, &adopt),
        Command::SubmitProposal(proposal) => shortlist::propose(act, round, proposal),
        Command::DeclineItem(decline) => shortlist::decline(act, round, &decline),
        Command::SignDecision(sign) => decision::sign(act, round, &sign),
        Command::IssueDecision(issue) => decision::issue(act, round, &issue),
        Command::PublishDecision(publish) => decision::publish(act, round, &publish),
        Command::HandOver(hand_over) => decision::hand_over(act, round, hand_over),
        Command::CorrectDecision(correct) => correction::correct(act, round, &correct),
        Command::RevokeAward(revoke) => correction::revoke(act, round, revoke),
        Command::RecordRecovery(recovery) => correction::recover(act, round, &recovery),
        Command::VoidNumber(void) => correction::void_number(act, round, &void),
        Command::NotifyOutcomes(notify) => notice::notify(act, round, &notify),
        Command::CloseRound(close) => aftermath::close(act, round, close),
        Command::ArchiveRound(archive) => aftermath::archive(act, round, archive),
    }
}
