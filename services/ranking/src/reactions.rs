//! What others' events mean for rounds: items enter or are withdrawn, rest under holds, are judged
//! anew. Only rounds that are open, or have awards resting on the facts, are touched.

use std::collections::BTreeSet;

use async_trait::async_trait;
use hoso_domain::calendar::civil_day;
use hoso_domain::decider::{Decider, StoredDecider, StoredEvent};
use hoso_domain::dossier::Dossier;
use hoso_domain::dossier::event::{DossierWithdrawn, Event as DossierEvent};
use hoso_domain::ids::{ComponentId, RoundId, UnitId};
use hoso_domain::ranking::appeal::{Appeal, AppealEvent, Resolution};
use hoso_domain::ranking::event::ItemEntered;
use hoso_domain::ranking::round::{
    Command, EnterItems, HoldChange, NoteCorrection, NoteMerger, Phase, ReopenItem, Round,
    RoundFolder, WithdrawItems,
};
use hoso_domain::registry::hold::{self, Hold};
use hoso_domain::registry::index::{self, Entry, Index, IndexCorrected, IndexKind};
use hoso_domain::registry::unit::{self, Unit};
use hoso_domain::verification::Case;
use hoso_domain::verification::event::{DossierForwarded, Event as CaseEvent, ForwardedItem};
use hoso_ledger::execute::decode;
use hoso_ledger::{RecordedEvent, StreamName};
use hoso_runtime::{Effect, ReactionError, Reactor, Runtime, View};

use crate::NAME;
use crate::views::World;

/// Items entered by one command: each may bring a hold or two, and an append takes 64 events.
const ENTERED_MAX: usize = 16;
/// Names of the commands that enter a dossier's items; a dossier with more items than they take
/// is parked for a person.
const ENTER_NAMES: [&str; 8] = [
    "enter-items",
    "enter-items-2",
    "enter-items-3",
    "enter-items-4",
    "enter-items-5",
    "enter-items-6",
    "enter-items-7",
    "enter-items-8",
];

/// The service's reactions.
pub struct Reactions {
    world: View<World>,
}

impl Reactions {
    /// Reactions that look facts up in a view.
    #[must_use]
    pub fn new(world: View<World>) -> Self {
        Self { world }
    }
}

#[async_trait]
impl Reactor for Reactions {
    fn name(&self) -> &'static str {
        NAME
    }

    async fn react(
        &self,
        _: &Runtime,
        event: &RecordedEvent,
    ) -> Result<Vec<Effect>, ReactionError> {
        let world = &self.world;
        match event.stream.category() {
            Case::CATEGORY => of_case(world, event).await,
            Dossier::CATEGORY => of_dossier(world, event).await,
            Hold::CATEGORY => of_hold(world, event).await,
            Index::CATEGORY => of_index(world, event).await,
            Unit::CATEGORY => of_unit(world, event).await,
            Appeal::CATEGORY => of_appeal(event),
            _ => Ok(Vec::new()),
        }
    }
}

/// The typed event of a category.
fn typed<D: Decider<Event: StoredEvent>>(event: &RecordedEvent) -> Result<D::Event, ReactionError> {
    Ok(decode::<D>(event)?)
}

fn effect(round: &RoundId, name: &'static str, command: Command) -> Effect {
    let stream = StreamName::new(Round::CATEGORY, round.as_str());
    Effect::new::<Round>(stream, name, command)
}

/// Effects on the rounds that pass, under the round's rule book.
fn on_rounds(
    world: &World,
    passes: impl Fn(&RoundFolder) -> bool,
    name: &'static str,
    command: &Command,
) -> Vec<Effect> {
    world
        .rounds()
        .filter(|(_, round)| passes(round))
        .map(|(id, round)| {
            let digest = round.opened.rule_book.digest.clone();
            effect(id, name, command.clone()).rule_book(Some(digest))
        })
        .collect()
}

async fn of_case(world: &View<World>, event: &RecordedEvent) -> Result<Vec<Effect>, ReactionError> {
    if let CaseEvent::DossierForwarded(forwarded) = typed::<Case>(event)? {
        return enter(&*world.current().await?, event, &forwarded);
    }
    Ok(Vec::new())
}

/// The items of a forwarded dossier enter; a dossier that was withdrawn meanwhile stays out.
fn enter(
    world: &World,
    event: &RecordedEvent,
    forwarded: &DossierForwarded,
) -> Result<Vec<Effect>, ReactionError> {
    if world.round(&forwarded.round).is_none() {
        let reason = format!("round {} was never opened", forwarded.round);
        return Err(ReactionError::poison(reason));
    }
    if world.is_withdrawn(&forwarded.dossier) {
        return Ok(Vec::new());
    }
    let chunks: Vec<&[ForwardedItem]> = forwarded.items.chunks(ENTERED_MAX).collect();
    if chunks.len() > ENTER_NAMES.len() {
        return Err(ReactionError::poison("more items than a round takes in"));
    }
    let day = civil_day(event.metadata.effective_at);
    Ok(chunks
        .into_iter()
        .zip(ENTER_NAMES)
        .map(|(items, name)| {
            let items: Vec<_> = items.iter().map(|i| entered(forwarded, i)).collect();
            let holds = holds_on(world, &items);
            let command = Command::EnterItems(EnterItems { items, holds });
            effect(&forwarded.round, name, command).reason(format!("forwarded on {day}"))
        })
        .collect())
}

fn entered(forwarded: &DossierForwarded, item: &ForwardedItem) -> ItemEntered {
    ItemEntered {
        item: item.item.clone(),
        dossier: forwarded.dossier.clone(),
        lane: item.lane,
        subject: item.subject.clone(),
        basis: item.basis,
        components: item.components.clone(),
        initiative: item.initiative.clone(),
        unit: item.unit.clone(),
        submitted_by: forwarded.submitted_by.clone(),
    }
}

/// Holds that nobody has lifted: the news of their opening came before the items did.
fn holds_on(world: &World, items: &[ItemEntered]) -> Vec<HoldChange> {
    let subjects: BTreeSet<_> = items.iter().map(|item| &item.subject).collect();
    world
        .registry
        .holds
        .values()
        .filter(|record| record.lifted.is_none() && subjects.contains(&record.opened.subject))
        .map(|record| HoldChange {
            hold: record.opened.hold.clone(),
            subject: record.opened.subject.clone(),
        })
        .collect()
}

async fn of_dossier(
    world: &View<World>,
    event: &RecordedEvent,
) -> Result<Vec<Effect>, ReactionError> {
    let DossierEvent::DossierWithdrawn(DossierWithdrawn {
        dossier,
        round,
        reason,
        ..
    }) = typed::<Dossier>(event)?
    else {
        return Ok(Vec::new());
    };
    let world = world.current().await?;
    if world.round(&round).is_none() {
        return Ok(Vec::new());
    }
    let command = Command::WithdrawItems(WithdrawItems { dossier, reason });
    Ok(vec![effect(&round, "withdraw-items", command)])
}

async fn of_hold(world: &View<World>, event: &RecordedEvent) -> Result<Vec<Effect>, ReactionError> {
    let change = |hold: &_, subject: &_| HoldChange {
        hold: Clone::clone(hold),
        subject: Clone::clone(subject),
    };
    let (name, change, command): (_, HoldChange, fn(HoldChange) -> Command) =
        match typed::<Hold>(event)? {
            hold::Event::HoldOpened(e) => (
                "suspend-items",
                change(&e.hold, &e.subject),
                Command::SuspendItems,
            ),
            hold::Event::HoldLifted(e) => (
                "resume-items",
                change(&e.hold, &e.subject),
                Command::ResumeItems,
            ),
            hold::Event::HoldConfirmed(e) => (
                "exclude-items",
                change(&e.hold, &e.subject),
                Command::ExcludeItems,
            ),
            hold::Event::AttemptRefused(_) => return Ok(Vec::new()),
        };
    let subject = change.subject.clone();
    let concerns = |round: &RoundFolder| {
        round.phase == Phase::Running && round.items.values().any(|i| i.subject == subject)
    };
    let world = world.current().await?;
    Ok(on_rounds(&world, concerns, name, &command(change)))
}

async fn of_index(
    world: &View<World>,
    event: &RecordedEvent,
) -> Result<Vec<Effect>, ReactionError> {
    let index::Event::IndexCorrected(corrected) = typed::<Index>(event)? else {
        return Ok(Vec::new());
    };
    let world = world.current().await?;
    let command = Command::NoteCorrection(correction(&world, event, &corrected));
    let concerns = |round: &RoundFolder| corrected.year <= round.opened.year;
    Ok(on_rounds(&world, concerns, "note-correction", &command))
}

fn correction(world: &World, event: &RecordedEvent, corrected: &IndexCorrected) -> NoteCorrection {
    let subjects = corrected.changes.iter().map(|c| c.subject.as_str());
    let (units, components) = match corrected.kind {
        IndexKind::UnitIndex | IndexKind::Satisfaction | IndexKind::Tasks => {
            let units = subjects.filter_map(|s| UnitId::parse(s).ok()).collect();
            (units, BTreeSet::new())
        }
        IndexKind::ProvincialIndex => {
            let components: BTreeSet<_> = subjects
                .filter_map(|s| ComponentId::parse(s).ok())
                .collect();
            (advisers(world, &components), components)
        }
    };
    let what: Vec<String> = corrected
        .changes
        .iter()
        .map(|c| {
            let none = || "–".to_owned();
            let from = c.from.clone().unwrap_or_else(none);
            format!(
                "{}: {from} → {}",
                c.subject,
                c.to.clone().unwrap_or_else(none)
            )
        })
        .collect();
    NoteCorrection {
        cause: event.position,
        year: corrected.year,
        reason: format!(
            "{} {} edition {}: {}",
            corrected.kind,
            corrected.year,
            corrected.edition,
            what.join("; ")
        ),
        units,
        components,
    }
}

/// The units that advise on a component in any year: their growth is judged from its rates.
fn advisers(world: &World, components: &BTreeSet<ComponentId>) -> BTreeSet<UnitId> {
    let of_province = world
        .registry
        .indexes
        .iter()
        .filter(|((kind, _), _)| *kind == IndexKind::ProvincialIndex);
    of_province
        .flat_map(|(_, state)| state.entries.values())
        .filter_map(|entry| match entry {
            Entry::Component(component) if components.contains(&component.component) => {
                Some(component.adviser.clone())
            }
            Entry::Component(_) | Entry::Score(_) | Entry::Rate(_) | Entry::Tasks(_) => None,
        })
        .collect()
}

async fn of_unit(world: &View<World>, event: &RecordedEvent) -> Result<Vec<Effect>, ReactionError> {
    let unit::Event::UnitMerged(merged) = typed::<Unit>(event)? else {
        return Ok(Vec::new());
    };
    let command = Command::NoteMerger(NoteMerger {
        unit: merged.unit.clone(),
        valid_to: merged.valid_to,
        successor: merged.successor,
        decision: merged.decision,
    });
    let concerns = |round: &RoundFolder| {
        round.phase == Phase::Running && round.opened.units.iter().any(|u| u.unit == merged.unit)
    };
    let world = world.current().await?;
    Ok(on_rounds(&world, concerns, "note-merger", &command))
}

fn of_appeal(event: &RecordedEvent) -> Result<Vec<Effect>, ReactionError> {
    let AppealEvent::AppealUpheld(Resolution {
        appeal,
        round,
        item,
        reason,
        ..
    }) = typed::<Appeal>(event)?
    else {
        return Ok(Vec::new());
    };
    let command = Command::ReopenItem(ReopenItem {
        cause: event.position,
        appeal,
        item,
        reason,
    });
    Ok(vec![effect(&round, "reopen-item", command)])
}
