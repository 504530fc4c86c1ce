//! Items in and out of a dossier. Refuses what can never be right; eligibility is not asked.

use super::super::command::{AddItem, RemoveItem};
use super::super::content::ProposedItem;
use super::super::event::{Event, ItemRemoved};
use super::super::facts::SubjectFacts;
use super::super::rejection::Rejection;
use super::super::stage::Stage;
use super::super::state::Papers;
use super::{ITEMS_MAX, No, in_hand, paper};
use crate::evaluation::vocabulary::{Basis, Lane, RoundKind};
use crate::ids::SubjectId;

/// Most components one individual advises on; the index has 8.
const COMPONENTS_MAX: usize = 50;

pub(super) fn add(papers: &Papers, add: AddItem) -> Result<Vec<Event>, No> {
    in_hand(papers)?;
    if !matches!(papers.stage, Stage::Preparing) {
        return Err(Rejection::ItemsFixed.into());
    }
    if papers.items.len() >= ITEMS_MAX {
        return Err(Rejection::TooMany {
            what: "items",
            limit: ITEMS_MAX,
        }
        .into());
    }
    let AddItem {
        item,
        subject,
        taken_by,
    } = add;
    check_new(papers, &item)?;
    if let Some(dossier) = taken_by
        && dossier != papers.head.dossier
    {
        let item = item.item;
        return Err(Rejection::ItemIdTaken { item, dossier }.into());
    }
    if papers.head.kind == RoundKind::Annual && item.lane.is_flag() {
        return Err(Rejection::FlagInAnnualRound {
            item: item.item,
            lane: item.lane,
        }
        .into());
    }
    check_subject(papers, &item, subject)?;
    check_basis(&item)?;
    let role = paper::optional("role", item.role)?;
    Ok(vec![Event::ItemAdded(ProposedItem { role, ..item })])
}

pub(super) fn remove(papers: &Papers, remove: RemoveItem) -> Result<Vec<Event>, No> {
    in_hand(papers)?;
    paper::known(papers, &remove.item)?;
    Ok(vec![Event::ItemRemoved(ItemRemoved {
        item: remove.item,
        reason: paper::optional("reason", remove.reason)?,
    })])
}

fn check_new(papers: &Papers, item: &ProposedItem) -> Result<(), Rejection> {
    if papers.items.contains_key(&item.item) {
        return Err(Rejection::ItemExists {
            item: item.item.clone(),
        });
    }
    let same = |other: &&ProposedItem| other.subject == item.subject && other.lane == item.lane;
    match papers.items.values().find(same) {
        Some(other) => Err(Rejection::DuplicateSubject {
            subject: item.subject.clone(),
            lane: item.lane,
            item: other.item.clone(),
        }),
        None => Ok(()),
    }
}

fn check_subject(
    papers: &Papers,
    item: &ProposedItem,
    facts: SubjectFacts,
) -> Result<(), Rejection> {
    let misfit = |reason| Rejection::LaneDoesNotFit {
        item: item.item.clone(),
        lane: item.lane,
        subject: item.subject.clone(),
        reason,
    };
    match facts {
        SubjectFacts::Unknown => Err(Rejection::UnknownSubject {
            subject: item.subject.clone(),
        }),
        SubjectFacts::Person { insider } => {
            if !item.lane.is_individual() {
                return Err(misfit("it is for units, and the subject is a person"));
            }
            check_insider(item, insider)
        }
        SubjectFacts::Unit { group, advising } => {
            if item.lane.is_individual() {
                return Err(misfit("it is for individuals, and the subject is a unit"));
            }
            if item.subject != SubjectId::from(papers.head.unit.clone()) {
                return Err(Rejection::ForeignCollective {
                    item: item.item.clone(),
                    subject: item.subject.clone(),
                });
            }
            if item.lane == Lane::CertAdvising && !advising {
                return Err(misfit("the unit is not one of the advising units"));
            }
            if item.lane != Lane::CertAdvising && item.lane.group() != group {
                return Err(misfit("the unit belongs to another group"));
            }
            Ok(())
        }
    }
}

fn check_insider(item: &ProposedItem, insider: bool) -> Result<(), Rejection> {
    let misfit = |reason| Rejection::BasisDoesNotFit {
        item: item.item.clone(),
        basis: item.basis,
        reason,
    };
    match (item.basis, insider) {
        (Some(Basis::Adviser | Basis::Insider), false) => Err(misfit(
            "the registry has the person outside the assessed units",
        )),
        (Some(Basis::Outsider), true) => Err(misfit(
            "the registry has the person inside an assessed unit",
        )),
        (Some(Basis::Adviser | Basis::Insider), true) | (Some(Basis::Outsider), false) => Ok(()),
        (None, _) => Err(misfit("an individual needs a basis")),
    }
}

/// Basis, components, initiative and nominator go with the lane and with each other.
fn check_basis(item: &ProposedItem) -> Result<(), Rejection> {
    let misfit = |reason| {
        Err(Rejection::BasisDoesNotFit {
            item: item.item.clone(),
            basis: item.basis,
            reason,
        })
    };
    if item.basis.is_some() && !item.lane.is_individual() {
        return misfit("a basis is for individuals");
    }
    if item.unit.is_some() && !item.lane.is_individual() {
        return misfit("the unit of the subject is said for individuals");
    }
    if !item.components.is_empty() && item.basis != Some(Basis::Adviser) {
        return misfit("components go with basis ADVISER");
    }
    if item.basis != Some(Basis::Outsider)
        && (item.initiative.is_some() || item.nominated_by.is_some())
    {
        return misfit("initiative and nominator go with basis OUTSIDER");
    }
    if item.components.len() > COMPONENTS_MAX {
        return Err(Rejection::TooMany {
            what: "components",
            limit: COMPONENTS_MAX,
        });
    }
    let distinct: std::collections::BTreeSet<_> = item.components.iter().collect();
    if distinct.len() != item.components.len() {
        return misfit("a component is named twice");
    }
    Ok(())
}
