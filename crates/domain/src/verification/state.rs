//! A case as its events have made it. Folding never refuses: what happened, happened.

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};

use crate::decider::Listing;
use crate::dossier::content::{DossierContent, ProposedItem};
use crate::evaluation::vocabulary::RuleId;
use crate::ids::{DossierId, ItemId, PersonId, RoundId, UnitId};
use crate::rulebook::RuleBookRef;
use crate::rules::dossier::Missing;

use super::event::{
    CaseOpened, DossierForwarded, DossierReceived, EligibilityEvaluated, Event, ExtensionGranted,
    FindingRecorded, RejectionCode, Timeliness,
};

/// The folded stream of a case.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum CaseState {
    /// Before the first event.
    #[default]
    NotOpened,
    /// There is a case.
    Opened(Box<CaseFile>),
}

/// What is known of a case.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct CaseFile {
    /// The dossier.
    pub dossier: DossierId,
    /// Its round.
    pub round: RoundId,
    /// The unit whose achievement it is.
    pub unit: UnitId,
    /// The unit that submitted it.
    pub submitted_by: UnitId,
    /// The rule book the round is decided under.
    pub rule_book: RuleBookRef,
    /// What it holds, with the last supplement.
    pub content: DossierContent,
    /// Where it stands.
    pub stage: Stage,
    /// The receipt stamp.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub receipt: Option<Receipt>,
    /// Times it was returned for a supplement.
    pub supplement_rounds: u32,
    /// When the last supplement arrived.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub supplemented_at: Option<DateTime<Utc>>,
    /// Its items.
    pub items: BTreeMap<ItemId, ItemFile>,
}

/// Where a case stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Stage {
    /// Sent by the unit, not stamped yet.
    AwaitingReceipt,
    /// Every item late; rests until an extension.
    Late,
    /// Stamped, or supplemented; to be checked.
    Received,
    /// Checked, nothing missing.
    Complete,
    /// Checked, and something is missing.
    Incomplete {
        /// What.
        missing: Vec<Missing>,
    },
    /// Sent back for a supplement.
    SupplementRequested {
        /// What to bring.
        missing: Vec<Missing>,
        /// The last day.
        due_on: NaiveDate,
    },
    /// Taken on.
    Accepted,
    /// With the Standing Office.
    Verifying,
    /// Over: no supplement came.
    Lapsed {
        /// The day that passed.
        due_on: NaiveDate,
    },
    /// Over: not taken on.
    Rejected {
        /// Why, as a code.
        code: RejectionCode,
        /// Why, in words.
        reason: String,
    },
    /// Over: the unit withdrew.
    Withdrawn {
        /// Why.
        reason: String,
    },
}

impl Stage {
    /// The status, as lists are filtered by it.
    #[must_use]
    pub const fn status(&self) -> &'static str {
        match self {
            Self::AwaitingReceipt => "AWAITING_RECEIPT",
            Self::Late => "LATE",
            Self::Received => "RECEIVED",
            Self::Complete => "COMPLETE",
            Self::Incomplete { .. } => "INCOMPLETE",
            Self::SupplementRequested { .. } => "SUPPLEMENT_REQUESTED",
            Self::Accepted => "ACCEPTED",
            Self::Verifying => "VERIFYING",
            Self::Lapsed { .. } => "LAPSED",
            Self::Rejected { .. } => "REJECTED",
            Self::Withdrawn { .. } => "WITHDRAWN",
        }
    }

    /// Whether nothing can happen to the case any more.
    #[must_use]
    pub const fn is_over(&self) -> bool {
        match self {
            Self::Lapsed { .. } | Self::Rejected { .. } | Self::Withdrawn { .. } => true,
            Self::AwaitingReceipt
            | Self::Late
            | Self::Received
            | Self::Complete
            | Self::Incomplete { .. }
            | Self::SupplementRequested { .. }
            | Self::Accepted
            | Self::Verifying => false,
        }
    }
}

/// The receipt stamp.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Receipt {
    /// The stamp's time.
    pub received_at: DateTime<Utc>,
    /// The stamp's number.
    pub number: String,
    /// The agency whose stamp it is.
    pub gateway: UnitId,
}

/// What is known of one item.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ItemFile {
    /// Whether it was in time; absent before the receipt.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub timeliness: Option<Timeliness>,
    /// The last day of an extension that readmitted it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub extended_to: Option<NaiveDate>,
    /// It went into the round.
    pub forwarded: bool,
    /// The finding in force on each criterion.
    pub findings: BTreeMap<RuleId, FindingRecorded>,
    /// The last verdict.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub evaluation: Option<EligibilityEvaluated>,
}

impl ItemFile {
    /// In time, or readmitted by an extension.
    #[must_use]
    pub fn admitted(&self) -> bool {
        self.extended_to.is_some() || self.timeliness.as_ref().is_some_and(|t| t.on_time)
    }
}

impl CaseFile {
    /// The proposed item of an id.
    #[must_use]
    pub fn proposed(&self, item: &ItemId) -> Option<&ProposedItem> {
        self.content.items.iter().find(|p| p.item == *item)
    }

    /// Whether the agency is a party: it submitted the dossier or the achievement is its own (R54).
    #[must_use]
    pub fn is_party(&self, agency: &UnitId) -> bool {
        self.unit == *agency || self.submitted_by == *agency
    }

    /// Whether the agency is a party to one item: to the dossier, as the subject, or as the unit
    /// the subject works in or is nominated by (R54).
    #[must_use]
    pub fn is_party_to(&self, item: &ProposedItem, agency: &UnitId) -> bool {
        self.is_party(agency)
            || item.subject.as_str() == agency.as_str()
            || item.unit.as_ref() == Some(agency)
            || item.nominated_by.as_ref() == Some(agency)
    }

    /// Whether the person confirmed a report of this dossier or signed it (R55).
    #[must_use]
    pub fn confirmed_by(&self, person: &PersonId) -> bool {
        self.content.confirmers.contains(person)
    }

    /// The day by which somebody must act.
    #[must_use]
    pub const fn due(&self) -> Option<NaiveDate> {
        match self.stage {
            Stage::SupplementRequested { due_on, .. } => Some(due_on),
            Stage::AwaitingReceipt
            | Stage::Late
            | Stage::Received
            | Stage::Complete
            | Stage::Incomplete { .. }
            | Stage::Accepted
            | Stage::Verifying
            | Stage::Lapsed { .. }
            | Stage::Rejected { .. }
            | Stage::Withdrawn { .. } => None,
        }
    }
}

pub(super) fn listing(state: &CaseState) -> Listing {
    match state {
        CaseState::NotOpened => Listing::default(),
        CaseState::Opened(case) => Listing {
            round: Some(case.round.clone()),
            unit: Some(case.unit.clone()),
            dossier: Some(case.dossier.clone()),
            status: case.stage.status().to_owned(),
            due: case.due(),
        },
    }
}

pub(super) fn evolve(state: CaseState, event: &Event) -> CaseState {
    match (state, event) {
        (CaseState::NotOpened, Event::CaseOpened(opened)) => {
            CaseState::Opened(Box::new(open(opened)))
        }
        (CaseState::NotOpened, _) => CaseState::NotOpened,
        (CaseState::Opened(mut case), event) => {
            fold(&mut case, event);
            CaseState::Opened(case)
        }
    }
}

fn open(opened: &CaseOpened) -> CaseFile {
    let items = opened.content.items.iter();
    CaseFile {
        dossier: opened.dossier.clone(),
        round: opened.round.clone(),
        unit: opened.unit.clone(),
        submitted_by: opened.submitted_by.clone(),
        rule_book: opened.rule_book.clone(),
        items: items
            .map(|p| (p.item.clone(), ItemFile::default()))
            .collect(),
        content: opened.content.clone(),
        stage: Stage::AwaitingReceipt,
        receipt: None,
        supplement_rounds: 0,
        supplemented_at: None,
    }
}

fn fold(case: &mut CaseFile, event: &Event) {
    match event {
        Event::DossierReceived(received) => receive(case, received),
        Event::DossierLate(_) => case.stage = Stage::Late,
        Event::ExtensionGranted(granted) => extend(case, granted),
        Event::CompletenessChecked(checked) => {
            case.stage = if checked.complete {
                Stage::Complete
            } else {
                let missing = checked.missing.clone();
                Stage::Incomplete { missing }
            };
        }
        Event::ReturnedForSupplement(returned) => {
            case.supplement_rounds = returned.supplement_round;
            case.stage = Stage::SupplementRequested {
                missing: returned.missing.clone(),
                due_on: returned.due_on,
            };
        }
        Event::SupplementReceived(supplement) => {
            case.content = supplement.content.clone();
            case.supplemented_at = Some(supplement.received_at);
            case.stage = Stage::Received;
        }
        Event::DossierLapsed(lapsed) => {
            let due_on = lapsed.due_on;
            case.stage = Stage::Lapsed { due_on };
        }
        Event::DossierRejected(rejected) => {
            case.stage = Stage::Rejected {
                code: rejected.code,
                reason: rejected.reason.clone(),
            };
        }
        Event::DossierAccepted(_) => case.stage = Stage::Accepted,
        Event::DossierForwarded(forwarded) => forward(case, forwarded),
        Event::FindingRecorded(finding) => {
            if let Some(item) = case.items.get_mut(&finding.item) {
                item.findings.insert(finding.rule, finding.clone());
            }
        }
        Event::EligibilityEvaluated(evaluated) => {
            if let Some(item) = case.items.get_mut(&evaluated.item) {
                item.evaluation = Some(evaluated.clone());
            }
        }
        Event::CaseWithdrawn(withdrawn) => {
            let reason = withdrawn.reason.clone();
            case.stage = Stage::Withdrawn { reason };
        }
        Event::CaseOpened(_) | Event::ItemFoundIneligible(_) | Event::AttemptRefused(_) => {}
    }
}

fn receive(case: &mut CaseFile, received: &DossierReceived) {
    case.receipt = Some(Receipt {
        received_at: received.received_at,
        number: received.receipt_number.clone(),
        gateway: received.gateway.clone(),
    });
    for timeliness in &received.timeliness {
        if let Some(item) = case.items.get_mut(&timeliness.item) {
            item.timeliness = Some(timeliness.clone());
        }
    }
    case.stage = Stage::Received;
}

fn extend(case: &mut CaseFile, granted: &ExtensionGranted) {
    for id in &granted.items {
        if let Some(item) = case.items.get_mut(id) {
            item.extended_to = Some(granted.new_due_on);
        }
    }
    if case.stage == Stage::Late {
        case.stage = Stage::Received;
    }
}

fn forward(case: &mut CaseFile, forwarded: &DossierForwarded) {
    for entry in &forwarded.items {
        if let Some(item) = case.items.get_mut(&entry.item) {
            item.forwarded = true;
        }
    }
    case.stage = Stage::Verifying;
}
