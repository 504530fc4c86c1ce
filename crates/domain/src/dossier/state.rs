//! The folded dossier: its papers and the stage it is in. Folding never refuses.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};

use super::content::{
    Channel, DossierContent, MinutesSummary, ProposalSummary, ProposedItem, ReportSummary,
};
use super::event::{
    AttachmentAdded, Closure, DossierDrafted, DossierSubmitted, DossierSupplemented, Event,
    MinutesRecorded, ProposalSigned, ReportAttached,
};
use super::stage::{Since, Stage};
use crate::document::DocumentRef;
use crate::ids::{ItemId, PersonId};

/// A dossier before and after it was drafted.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum DossierState {
    /// Nothing happened yet, or only denied attempts.
    #[default]
    NotDrafted,
    /// It exists.
    Drafted(Box<Papers>),
}

/// A drafted dossier.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Papers {
    /// What it is and whose.
    pub head: DossierDrafted,
    /// Where it stands.
    pub stage: Stage,
    /// The items, by id.
    pub items: BTreeMap<ItemId, ProposedItem>,
    /// The reports, by item.
    pub reports: BTreeMap<ItemId, Report>,
    /// Supporting documents, in the order they came.
    pub attachments: Vec<AttachmentAdded>,
    /// The latest minutes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub minutes: Option<MinutesRecorded>,
    /// The signed proposal; falls when the items change after it was signed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub proposal: Option<ProposalSigned>,
    /// How it was handed in, once it was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub handed_in: Option<HandedIn>,
    /// Persons who confirmed or refused a report, or signed the proposal (R55).
    pub confirmers: BTreeSet<PersonId>,
    /// Digests of documents that were erased with a person, and that no paper named again since.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub erased: BTreeSet<String>,
}

/// How a dossier was handed in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct HandedIn {
    /// Number of sets.
    pub sets: u32,
    /// Whether they are originals.
    pub originals: bool,
    /// How they travelled.
    pub channel: Channel,
    /// When the unit sent the dossier first.
    pub sent_at: DateTime<Utc>,
}

/// A report and what the committee of the submitting level said of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Report {
    /// Number and symbol.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub number: Option<String>,
    /// The document.
    pub document: DocumentRef,
    /// The committee's word.
    pub judgement: Judgement,
}

/// The committee's word on a report.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(
    tag = "status",
    rename_all = "SCREAMING_SNAKE_CASE",
    rename_all_fields = "camelCase"
)]
pub enum Judgement {
    /// Not said yet (chờ xác nhận).
    Awaited,
    /// Confirmed (đã xác nhận).
    Confirmed {
        /// The body that confirmed.
        body: String,
        /// The day on the confirmation.
        on: NaiveDate,
    },
    /// Refused (từ chối xác nhận).
    Refused {
        /// Why.
        reason: String,
    },
}

impl DossierState {
    /// The papers, if the dossier exists.
    #[must_use]
    pub fn papers(&self) -> Option<&Papers> {
        match self {
            Self::NotDrafted => None,
            Self::Drafted(papers) => Some(papers),
        }
    }

    /// Folds one event. An event that cannot apply leaves the state as it is.
    #[must_use]
    pub fn evolve(self, event: &Event) -> Self {
        match (self, event) {
            (Self::NotDrafted, Event::DossierDrafted(drafted)) => {
                Self::Drafted(Box::new(Papers::new(drafted.clone())))
            }
            (Self::NotDrafted, _) => Self::NotDrafted,
            (Self::Drafted(mut papers), event) => {
                papers.apply(event);
                Self::Drafted(papers)
            }
        }
    }
}

impl Papers {
    fn new(head: DossierDrafted) -> Self {
        Self {
            head,
            stage: Stage::Preparing,
            items: BTreeMap::new(),
            reports: BTreeMap::new(),
            attachments: Vec::new(),
            minutes: None,
            proposal: None,
            handed_in: None,
            confirmers: BTreeSet::new(),
            erased: BTreeSet::new(),
        }
    }

    /// The status in one word, as lists are filtered by.
    #[must_use]
    pub const fn status(&self) -> &'static str {
        match &self.stage {
            Stage::Preparing if self.proposal.is_some() => "SIGNED",
            Stage::Preparing => "DRAFT",
            Stage::Submitted => "SUBMITTED",
            Stage::SupplementRequested { .. } => "SUPPLEMENT_REQUESTED",
            Stage::Supplemented { .. } => "SUPPLEMENTED",
            Stage::Withdrawn { .. } => "WITHDRAWN",
            Stage::Closed { outcome, .. } => match outcome {
                Closure::Lapsed => "LAPSED",
                Closure::Rejected => "REJECTED",
                Closure::Late => "LATE",
                Closure::Forwarded => "FORWARDED",
            },
        }
    }

    /// Documents in the dossier: reports, attachments, minutes, proposal.
    #[must_use]
    pub fn document_count(&self) -> usize {
        self.reports.len()
            + self.attachments.len()
            + usize::from(self.minutes.is_some())
            + usize::from(self.proposal.is_some())
    }

    /// What the dossier holds, as it is handed in with `proposal`.
    #[must_use]
    pub fn content(&self, proposal: &ProposalSigned, handed_in: &HandedIn) -> DossierContent {
        DossierContent {
            addressee: self.head.addressee,
            items: self.items.values().cloned().collect(),
            proposal: ProposalSummary {
                number: proposal.number.clone(),
                date: proposal.date,
                list: proposal.list.clone(),
            },
            minutes: self.minutes.as_ref().map(|minutes| MinutesSummary {
                number: minutes.number.clone(),
                date: minutes.date,
                covers: minutes.covers.clone(),
            }),
            reports: self.reports.iter().map(summary).collect(),
            sets: handed_in.sets,
            originals: handed_in.originals,
            channel: handed_in.channel,
            sent_at: handed_in.sent_at,
            confirmers: self.confirmers.iter().cloned().collect(),
        }
    }

    fn apply(&mut self, event: &Event) {
        match event {
            Event::DossierDrafted(_) | Event::AttemptRefused(_) => {}
            Event::ItemAdded(item) => self.add_item(item),
            Event::ItemRemoved(removed) => self.remove_item(&removed.item),
            Event::AttachmentAdded(attachment) => {
                self.name(&attachment.document);
                self.attachments.push(attachment.clone());
                self.note(|since| since.other = true);
            }
            Event::ReportAttached(report) => self.attach_report(report),
            Event::MinutesRecorded(minutes) => {
                self.name(&minutes.document);
                self.minutes = Some(minutes.clone());
                self.note(|since| since.minutes = true);
            }
            Event::ReportConfirmed(confirmed) => {
                let judgement = Judgement::Confirmed {
                    body: confirmed.body.clone(),
                    on: confirmed.confirmed_on,
                };
                self.judge(&confirmed.item, &confirmed.confirmer, judgement);
            }
            Event::ReportConfirmationRefused(refused) => {
                let judgement = Judgement::Refused {
                    reason: refused.reason.clone(),
                };
                self.judge(&refused.item, &refused.confirmer, judgement);
            }
            Event::ProposalSigned(signed) => {
                self.name(&signed.document);
                self.confirmers.insert(signed.signer.clone());
                self.proposal = Some(signed.clone());
                self.note(|since| since.proposal = true);
            }
            Event::DossierSubmitted(submitted) => self.submit(submitted),
            Event::SupplementRequested(request) => {
                self.stage = Stage::SupplementRequested {
                    request: request.clone(),
                    since: Since::default(),
                };
            }
            Event::DossierSupplemented(supplemented) => self.supplement(supplemented),
            Event::DossierWithdrawn(withdrawn) => {
                self.stage = Stage::Withdrawn {
                    date: withdrawn.date,
                    reason: withdrawn.reason.clone(),
                };
            }
            Event::DossierClosed(closed) => {
                self.stage = Stage::Closed {
                    outcome: closed.outcome,
                    reason: closed.reason.clone(),
                };
            }
            Event::DocumentsErased(erased) => {
                self.erased.extend(erased.digests.iter().cloned());
            }
        }
    }

    fn add_item(&mut self, item: &ProposedItem) {
        self.items.insert(item.item.clone(), item.clone());
        self.proposal = None;
        self.note(|since| since.other = true);
    }

    fn remove_item(&mut self, item: &ItemId) {
        self.items.remove(item);
        self.reports.remove(item);
        self.proposal = None;
        self.note(|since| {
            since.reports.remove(item);
            since.proposal = false;
            since.other = true;
        });
    }

    /// A document that came anew is there again, whoever's it was before.
    fn name(&mut self, document: &DocumentRef) {
        if let Some(digest) = &document.sha256 {
            self.erased.remove(digest);
        }
    }

    fn attach_report(&mut self, report: &ReportAttached) {
        self.name(&report.document);
        let awaited = Report {
            number: report.number.clone(),
            document: report.document.clone(),
            judgement: Judgement::Awaited,
        };
        self.reports.insert(report.item.clone(), awaited);
        self.note(|since| {
            since.reports.insert(report.item.clone());
        });
    }

    fn judge(&mut self, item: &ItemId, confirmer: &PersonId, judgement: Judgement) {
        self.confirmers.insert(confirmer.clone());
        if let Some(report) = self.reports.get_mut(item) {
            report.judgement = judgement;
        }
        self.note(|since| {
            since.reports.insert(item.clone());
        });
    }

    fn submit(&mut self, submitted: &DossierSubmitted) {
        self.handed_in = Some(handed_in(&submitted.content));
        self.stage = Stage::Submitted;
    }

    fn supplement(&mut self, supplemented: &DossierSupplemented) {
        self.handed_in = Some(handed_in(&supplemented.content));
        self.stage = Stage::Supplemented {
            supplement_round: supplemented.supplement_round,
        };
    }

    /// While a supplement is requested, remembers what came in.
    fn note(&mut self, remember: impl FnOnce(&mut Since)) {
        if let Stage::SupplementRequested { since, .. } = &mut self.stage {
            remember(since);
        }
    }
}

fn handed_in(content: &DossierContent) -> HandedIn {
    HandedIn {
        sets: content.sets,
        originals: content.originals,
        channel: content.channel,
        sent_at: content.sent_at,
    }
}

fn summary((item, report): (&ItemId, &Report)) -> ReportSummary {
    let confirmed_on = match &report.judgement {
        Judgement::Confirmed { on, .. } => Some(*on),
        Judgement::Awaited | Judgement::Refused { .. } => None,
    };
    ReportSummary {
        item: item.clone(),
        confirmed: confirmed_on.is_some(),
        confirmed_on,
    }
}
