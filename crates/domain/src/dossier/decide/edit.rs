//! The dossier's papers: attachments, reports, minutes, the signed proposal.

use chrono::NaiveDate;

use super::super::command::SignProposal;
use super::super::event::{
    AttachmentAdded, Event, ItemVotes, MinutesRecorded, ProposalSigned, ReportAttached,
};
use super::super::rejection::Rejection;
use super::super::state::Papers;
use super::{No, in_hand, paper};
use crate::actor::Actor;

/// Most members of a committee; keeps sums of votes far from any overflow.
const MEMBERS_MAX: u32 = 1_000;

pub(super) fn attachment(papers: &Papers, attachment: AttachmentAdded) -> Result<Vec<Event>, No> {
    in_hand(papers)?;
    paper::room_for_document(papers)?;
    if let Some(item) = &attachment.item {
        paper::known(papers, item)?;
    }
    let document = paper::document(attachment.document)?;
    Ok(vec![Event::AttachmentAdded(AttachmentAdded {
        document,
        ..attachment
    })])
}

pub(super) fn report(papers: &Papers, report: ReportAttached) -> Result<Vec<Event>, No> {
    in_hand(papers)?;
    paper::known(papers, &report.item)?;
    if !papers.reports.contains_key(&report.item) {
        paper::room_for_document(papers)?;
    }
    Ok(vec![Event::ReportAttached(ReportAttached {
        item: report.item,
        number: paper::optional("number", report.number)?,
        document: paper::document(report.document)?,
    })])
}

pub(super) fn minutes(
    papers: &Papers,
    minutes: MinutesRecorded,
    today: NaiveDate,
) -> Result<Vec<Event>, No> {
    in_hand(papers)?;
    if papers.minutes.is_none() {
        paper::room_for_document(papers)?;
    }
    paper::known_once(papers, "covers", &minutes.covers)?;
    paper::known_once(papers, "votes", minutes.votes.iter().map(|v| &v.item))?;
    check_attendance(&minutes)?;
    for votes in &minutes.votes {
        check_votes(votes, &minutes)?;
    }
    let mut absent = Vec::with_capacity(minutes.absent.len());
    for title in &minutes.absent {
        absent.push(paper::text("absent", title)?);
    }
    Ok(vec![Event::MinutesRecorded(MinutesRecorded {
        number: paper::text("number", &minutes.number)?,
        date: paper::date("date of the minutes", minutes.date, today)?,
        body: paper::text("body", &minutes.body)?,
        chair: paper::text("chair", &minutes.chair)?,
        secretary: paper::text("secretary", &minutes.secretary)?,
        absent,
        document: paper::document(minutes.document)?,
        members_total: minutes.members_total,
        members_present: minutes.members_present,
        voting: minutes.voting,
        covers: minutes.covers,
        votes: minutes.votes,
    })])
}

fn check_attendance(minutes: &MinutesRecorded) -> Result<(), Rejection> {
    let total = minutes.members_total;
    let present = minutes.members_present;
    let wrong = |reason: String| Err(Rejection::MinutesDoNotAddUp { reason });
    if total == 0 || total > MEMBERS_MAX {
        return wrong(format!("a body has 1 to {MEMBERS_MAX} members"));
    }
    if present > total {
        return wrong(format!("{present} present of {total} members"));
    }
    if minutes.absent.len() > (total - present) as usize {
        let absent = minutes.absent.len();
        return wrong(format!(
            "{absent} absent and {present} present of {total} members"
        ));
    }
    Ok(())
}

fn check_votes(votes: &ItemVotes, minutes: &MinutesRecorded) -> Result<(), Rejection> {
    let item = &votes.item;
    let wrong = |reason: String| Err(Rejection::MinutesDoNotAddUp { reason });
    if !minutes.covers.contains(item) {
        return wrong(format!(
            "votes on {item}, which the meeting did not deal with"
        ));
    }
    let counts = [votes.r#for, votes.against, votes.abstained, votes.recused];
    let cast: u64 = counts.into_iter().map(u64::from).sum();
    let present = minutes.members_present;
    if cast > u64::from(present) {
        return wrong(format!("{cast} votes on {item} of {present} present"));
    }
    Ok(())
}

pub(super) fn sign(
    papers: &Papers,
    by: &Actor,
    sign: SignProposal,
    today: NaiveDate,
) -> Result<Vec<Event>, No> {
    in_hand(papers)?;
    if sign.list.is_empty() {
        return Err(Rejection::NoItems.into());
    }
    paper::known_once(papers, "list", &sign.list)?;
    if papers.proposal.is_none() {
        paper::room_for_document(papers)?;
    }
    Ok(vec![Event::ProposalSigned(ProposalSigned {
        number: paper::text("number", &sign.number)?,
        date: paper::date("date of the proposal", sign.date, today)?,
        signed_by: paper::text("signedBy", &sign.signed_by)?,
        list: sign.list,
        document: paper::document(sign.document)?,
        signer: by.person.clone(),
    })])
}
