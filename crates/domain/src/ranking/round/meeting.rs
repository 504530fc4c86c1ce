//! Minutes of a review meeting: quorum and votes over the total members, recusals (R54).

use std::collections::BTreeSet;

use super::act::{Act, short};
use super::command::{Member, RecordMeeting, Tally};
use super::order::{attendance, undecided};
use super::rejection::Rejection;
use super::state::{RoundFolder, RoundItem};
use crate::actor::Role;
use crate::evaluation::vocabulary::RuleId;
use crate::ids::{ItemId, OfficialId};
use crate::ranking::event::{Ballot, MeetingRecorded, RoundEvent};

pub(super) fn record(
    act: &Act<'_>,
    round: &RoundFolder,
    meeting: RecordMeeting,
) -> Result<Vec<RoundEvent>, Rejection> {
    if let Some(refusal) = act.unless_running(round, &[Role::StandingOffice]) {
        return Ok(refusal);
    }
    if round.ranking.is_none() {
        return Err(Rejection::NotRanked);
    }
    let minutes_number = short("minutesNumber", &meeting.minutes_number)?;
    if round.minutes.contains_key(&minutes_number) {
        return Err(Rejection::MinutesRecorded {
            number: minutes_number,
        });
    }
    act.day_between("date", meeting.date, round.opened.opened_on)?;
    check_quorum(round, &meeting)?;
    check_members(&meeting)?;
    if let Some(refusal) = unless_recused(act, round, &meeting) {
        return Ok(refusal);
    }
    let ballots = ballots(round, &meeting)?;
    Ok(vec![RoundEvent::MeetingRecorded(MeetingRecorded {
        minutes_number,
        date: meeting.date,
        body: short("body", &meeting.body)?,
        chair: short("chair", &meeting.chair)?,
        secretary: short("secretary", &meeting.secretary)?,
        members_total: meeting.members_total,
        members_present: meeting.members_present,
        voting: meeting.voting,
        present: meeting.members.into_iter().map(|m| m.official).collect(),
        recusals: meeting.recusals,
        ballots,
        document: meeting.document,
    })])
}

fn check_quorum(round: &RoundFolder, meeting: &RecordMeeting) -> Result<(), Rejection> {
    let (present, total) = (meeting.members_present, meeting.members_total);
    attendance(present, total)?;
    let voting = &round.opened.voting;
    if !voting.has_quorum(present, total) {
        return Err(Rejection::NoQuorum {
            present,
            total,
            numerator: voting.quorum.numerator,
            denominator: voting.quorum.denominator,
        });
    }
    Ok(())
}

/// Where the minutes name the members, they name all who were present, and only they recuse.
fn check_members(meeting: &RecordMeeting) -> Result<(), Rejection> {
    if meeting.members.is_empty() {
        return Ok(());
    }
    let officials: BTreeSet<&OfficialId> = meeting.members.iter().map(|m| &m.official).collect();
    if u32::try_from(officials.len()) != Ok(meeting.members_present)
        || officials.len() != meeting.members.len()
    {
        return Err(Rejection::MembersDoNotAdd {
            named: meeting.members.len(),
            present: meeting.members_present,
        });
    }
    match meeting
        .recusals
        .iter()
        .find(|r| !officials.contains(&r.official))
    {
        Some(recusal) => Err(Rejection::RecusedAbsent {
            item: recusal.item.clone(),
            official: recusal.official.clone(),
        }),
        None => Ok(()),
    }
}

/// R54: a member who is the subject, or whose own unit is, takes no part in that item.
fn unless_recused(
    act: &Act<'_>,
    round: &RoundFolder,
    meeting: &RecordMeeting,
) -> Option<Vec<RoundEvent>> {
    let recused = |member: &Member, item: &ItemId| {
        let matches =
            |r: &&crate::ranking::event::Recusal| r.official == member.official && r.item == *item;
        meeting.recusals.iter().any(|r| matches(&r))
    };
    meeting.tallies.iter().find_map(|tally| {
        let item = round.items.get(&tally.item)?;
        let member = meeting
            .members
            .iter()
            .find(|member| is_party(member, item) && !recused(member, &tally.item))?;
        let reason = format!(
            "{} is a party to {} and took part in the vote on it",
            member.official, tally.item
        );
        let items = round.item_refs([&tally.item]);
        Some(act.refuse(RuleId::R54.as_str(), reason, items))
    })
}

fn is_party(member: &Member, item: &RoundItem) -> bool {
    let subject = item.subject.as_str();
    subject == member.person.as_str()
        || subject == member.agency.as_str()
        || item.unit.as_ref() == Some(&member.agency)
}

fn ballots(round: &RoundFolder, meeting: &RecordMeeting) -> Result<Vec<Ballot>, Rejection> {
    if meeting.tallies.is_empty() {
        return Err(Rejection::Nothing { field: "ballots" });
    }
    let mut seen = BTreeSet::new();
    meeting
        .tallies
        .iter()
        .map(|tally| {
            if !seen.insert(&tally.item) {
                return Err(Rejection::Twice {
                    item: tally.item.clone(),
                });
            }
            ballot(round, meeting, tally)
        })
        .collect()
}

fn ballot(
    round: &RoundFolder,
    meeting: &RecordMeeting,
    tally: &Tally,
) -> Result<Ballot, Rejection> {
    let item = undecided(round, &tally.item)?;
    let counted = [
        tally.in_favour,
        tally.against,
        tally.abstained,
        tally.recused,
    ]
    .into_iter()
    .map(u64::from)
    .sum();
    if counted != u64::from(meeting.members_present) {
        return Err(Rejection::VotesDoNotAdd {
            item: tally.item.clone(),
            counted,
            present: meeting.members_present,
        });
    }
    let listed: BTreeSet<&OfficialId> = meeting
        .recusals
        .iter()
        .filter(|r| r.item == tally.item)
        .map(|r| &r.official)
        .collect();
    if u32::try_from(listed.len()) != Ok(tally.recused) {
        return Err(Rejection::RecusalsDoNotAdd {
            item: tally.item.clone(),
            counted: tally.recused,
            listed: listed.len(),
        });
    }
    let voting = &round.opened.voting;
    Ok(Ballot {
        item: tally.item.clone(),
        dossier: item.dossier.clone(),
        in_favour: tally.in_favour,
        against: tally.against,
        abstained: tally.abstained,
        recused: tally.recused,
        approved: voting.carries(tally.in_favour, meeting.members_total),
    })
}
