//! What arrives: the dossier, its receipt stamp, extensions, supplements, withdrawals.
//!
//! The stamp at Home Affairs is what counts (AMB-3), for each item by its own publication (AMB-1).

use std::collections::BTreeSet;

use crate::actor::{Refusal, Role};
use crate::calendar::{civil_day, in_time};
use crate::dossier::content::ProposedItem;
use crate::evaluation::vocabulary::PublicationKind;

use super::command::{
    GrantExtension, OpenCase, ReceiveDossier, RecordSupplement, RecordWithdrawal,
};
use super::event::{
    CaseOpened, CaseWithdrawn, DossierLapsed, DossierLate, DossierReceived, Event,
    ExtensionGranted, SupplementReceived, Timeliness,
};
use super::state::{CaseFile, Stage};
use super::{
    Act, ENTRIES_MAX, NUMBER_CHARACTERS_MAX, Rejection, TEXT_CHARACTERS_MAX, at_most, authority,
    refused, text,
};

/// Opens the case.
pub(super) fn open(act: &Act<'_>, open: OpenCase) -> Vec<Event> {
    if let Some(refusal) = Refusal::unless_role(act.by, &[Role::System], act.action) {
        return refused(refusal);
    }
    vec![Event::CaseOpened(CaseOpened {
        dossier: open.dossier,
        round: open.round,
        unit: open.unit,
        submitted_by: open.submitted_by,
        rule_book: open.rule_book,
        content: open.content,
    })]
}

/// Stamps the receipt and says of each item whether it was in time.
pub(super) fn receive(
    act: &Act<'_>,
    case: &CaseFile,
    receive: &ReceiveDossier,
) -> Result<Vec<Event>, Rejection> {
    if let Some(refusal) = Refusal::unless_role(act.by, &[Role::HomeAffairs], act.action) {
        return Ok(refused(refusal));
    }
    if case.stage != Stage::AwaitingReceipt {
        return Err(act.wrong_step(case, "AWAITING_RECEIPT"));
    }
    if receive.received_at < case.content.sent_at || receive.received_at > act.at {
        return Err(Rejection::ReceiptTime);
    }
    let timeliness = case
        .content
        .items
        .iter()
        .map(|item| timeliness(item, receive))
        .collect::<Result<Vec<_>, _>>()?;
    let all_late = timeliness.iter().all(|t| !t.on_time);
    let items = timeliness.iter().map(|t| t.item.clone()).collect();
    let mut events = vec![Event::DossierReceived(DossierReceived {
        dossier: case.dossier.clone(),
        received_at: receive.received_at,
        receipt_number: text(
            "receiptNumber",
            &receive.receipt_number,
            NUMBER_CHARACTERS_MAX,
        )?,
        gateway: act.by.agency.clone(),
        timeliness,
    })];
    if all_late {
        events.push(Event::DossierLate(DossierLate {
            dossier: case.dossier.clone(),
            received_on: civil_day(receive.received_at),
            items,
        }));
    }
    Ok(events)
}

/// R42 for one item, by the publication its period runs from.
fn timeliness(item: &ProposedItem, receive: &ReceiveDossier) -> Result<Timeliness, Rejection> {
    let publication = receive
        .rule_book
        .publication(item.lane, item.basis)
        .ok_or_else(|| Rejection::NoRow {
            item: item.item.clone(),
        })?;
    let due_on = match publication {
        PublicationKind::ProvincialIndex => receive.deadlines.provincial_index,
        // No row's period runs from the satisfaction rates; they come out with the units' index.
        PublicationKind::UnitIndex | PublicationKind::Satisfaction => receive.deadlines.unit_index,
    };
    Ok(Timeliness {
        item: item.item.clone(),
        publication,
        due_on,
        on_time: in_time(receive.received_at, due_on),
    })
}

/// Readmits late items, until the dossier is forwarded.
pub(super) fn extend(
    act: &Act<'_>,
    case: &CaseFile,
    grant: GrantExtension,
) -> Result<Vec<Event>, Rejection> {
    if let Some(refusal) = authority::refuse_extension(act.by, case, act.action) {
        return Ok(refused(refusal));
    }
    let wanted = "received and not forwarded";
    let receipt = case
        .receipt
        .as_ref()
        .ok_or_else(|| act.wrong_step(case, wanted))?;
    if case.stage.is_over() || case.stage == Stage::Verifying {
        return Err(act.wrong_step(case, wanted));
    }
    at_most("items", &grant.items, ENTRIES_MAX)?;
    let items: BTreeSet<_> = grant.items.into_iter().collect();
    for id in &items {
        let item = case
            .items
            .get(id)
            .ok_or_else(|| Rejection::UnknownItem { item: id.clone() })?;
        if item.admitted() {
            return Err(Rejection::NotLate { item: id.clone() });
        }
    }
    if items.is_empty() {
        return Err(Rejection::NothingToExtend);
    }
    let received_on = civil_day(receipt.received_at);
    if grant.new_due_on < received_on {
        return Err(Rejection::ExtensionTooShort { received_on });
    }
    text("document.name", &grant.document.name, TEXT_CHARACTERS_MAX)?;
    Ok(vec![Event::ExtensionGranted(ExtensionGranted {
        dossier: case.dossier.clone(),
        items: items.into_iter().collect(),
        new_due_on: grant.new_due_on,
        reason: text("reason", &grant.reason, TEXT_CHARACTERS_MAX)?,
        document: grant.document,
    })])
}

/// Takes a supplement in. One that crossed the end of its case changes nothing and is recorded as
/// denied; one that came after its due day ends the case.
pub(super) fn supplement(
    act: &Act<'_>,
    case: &CaseFile,
    supplement: RecordSupplement,
) -> Result<Vec<Event>, Rejection> {
    if let Some(refusal) = Refusal::unless_role(act.by, &[Role::System], act.action) {
        return Ok(refused(refusal));
    }
    if case.stage.is_over() {
        let reason = format!("the case is {} already", case.stage.status());
        return Ok(refused(Refusal::new(act.action, "AMB-5", reason)));
    }
    let Stage::SupplementRequested { due_on, .. } = case.stage else {
        return Err(act.wrong_step(case, "SUPPLEMENT_REQUESTED"));
    };
    if !in_time(supplement.received_at, due_on) {
        return Ok(vec![Event::DossierLapsed(DossierLapsed {
            dossier: case.dossier.clone(),
            due_on,
            supplement_at: Some(supplement.received_at),
        })]);
    }
    Ok(vec![Event::SupplementReceived(SupplementReceived {
        dossier: case.dossier.clone(),
        content: supplement.content,
        received_at: supplement.received_at,
    })])
}

/// Ends the case on the unit's word; nothing to do where it is over already.
pub(super) fn withdraw(act: &Act<'_>, case: &CaseFile, withdrawal: RecordWithdrawal) -> Vec<Event> {
    if let Some(refusal) = Refusal::unless_role(act.by, &[Role::System], act.action) {
        return refused(refusal);
    }
    if case.stage.is_over() {
        return Vec::new();
    }
    vec![Event::CaseWithdrawn(CaseWithdrawn {
        dossier: case.dossier.clone(),
        reason: withdrawal.reason,
    })]
}
