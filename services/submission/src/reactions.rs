//! What the procedure at Home Affairs means for the unit's side: asked back, or closed; and which
//! documents go with a person who was erased.

use async_trait::async_trait;
use chrono::NaiveDate;
use hoso_domain::decider::StoredDecider;
use hoso_domain::dossier::event::{DossierClosed, SupplementRequested};
use hoso_domain::dossier::{Closure, Command, Dossier};
use hoso_domain::ids::ItemId;
use hoso_domain::verification::Case;
use hoso_domain::verification::event::{
    DossierForwarded, DossierRejected, Event as CaseEvent, ReturnedForSupplement,
};
use hoso_ledger::execute::decode;
use hoso_ledger::{RecordedEvent, StreamName};
use hoso_runtime::{Effect, Lane, ReactionError, Reactor, Runtime, View};

use crate::views::World;
use crate::{NAME, erase};

/// The service's reactions.
pub(crate) struct Reactions {
    /// What every dossier has.
    pub(crate) world: View<World>,
}

#[async_trait]
impl Reactor for Reactions {
    fn name(&self) -> &'static str {
        NAME
    }

    async fn react(
        &self,
        runtime: &Runtime,
        event: &RecordedEvent,
    ) -> Result<Vec<Effect>, ReactionError> {
        if erase::concerns(event) {
            return erase::react(runtime, &self.world, event).await;
        }
        if event.stream.category() != Case::CATEGORY {
            return Ok(Vec::new());
        }
        let stream = StreamName::new(Dossier::CATEGORY, event.stream.id());
        let effect = follows(&decode::<Case>(event)?)
            .map(|(name, command)| Effect::new::<Dossier>(stream, name, command));
        Ok(effect.into_iter().collect())
    }

    /// A case's events go to its own dossier, an erasure to many.
    fn lane(&self, event: &RecordedEvent) -> Lane {
        if erase::concerns(event) {
            Lane::Alone
        } else {
            Lane::OfItsStream
        }
    }
}

/// The table: which event of a case becomes which command to its dossier.
fn follows(event: &CaseEvent) -> Option<(&'static str, Command)> {
    match event {
        CaseEvent::ReturnedForSupplement(returned) => {
            Some(("request-supplement", request(returned)))
        }
        CaseEvent::DossierLapsed(lapsed) => {
            let reason = format!(
                "Hết ngày {} chưa nhận được bổ sung hồ sơ",
                shown(lapsed.due_on)
            );
            Some(close("close-lapsed", Closure::Lapsed, reason))
        }
        CaseEvent::DossierRejected(DossierRejected { reason, .. }) => {
            Some(close("close-rejected", Closure::Rejected, reason.clone()))
        }
        CaseEvent::DossierLate(late) => {
            let reason = format!(
                "Hồ sơ đến ngày {}, quá hạn của mọi mục đề nghị",
                shown(late.received_on)
            );
            Some(close("close-late", Closure::Late, reason))
        }
        CaseEvent::DossierForwarded(forwarded) => Some(close(
            "close-forwarded",
            Closure::Forwarded,
            forwarding(forwarded),
        )),
        CaseEvent::CaseOpened(_)
        | CaseEvent::DossierReceived(_)
        | CaseEvent::ExtensionGranted(_)
        | CaseEvent::CompletenessChecked(_)
        | CaseEvent::SupplementReceived(_)
        | CaseEvent::DossierAccepted(_)
        | CaseEvent::FindingRecorded(_)
        | CaseEvent::EligibilityEvaluated(_)
        | CaseEvent::ItemFoundIneligible(_)
        | CaseEvent::CaseWithdrawn(_)
        | CaseEvent::AttemptRefused(_) => None,
    }
}

fn request(returned: &ReturnedForSupplement) -> Command {
    Command::RequestSupplement(SupplementRequested {
        supplement_round: returned.supplement_round,
        missing: returned
            .missing
            .iter()
            .map(|missing| missing.text.clone())
            .collect(),
        due_on: returned.due_on,
    })
}

fn close(name: &'static str, outcome: Closure, reason: String) -> (&'static str, Command) {
    (name, Command::Close(DossierClosed { outcome, reason }))
}

fn forwarding(forwarded: &DossierForwarded) -> String {
    let went = forwarded.items.len();
    let told = format!("Đã chuyển Thường trực Ban Chỉ đạo: {went:02} mục");
    let left: Vec<&str> = forwarded
        .excluded
        .iter()
        .map(|excluded| ItemId::as_str(&excluded.item))
        .collect();
    if left.is_empty() {
        told
    } else {
        format!("{told}; không chuyển do trễ hạn: {}", left.join(", "))
    }
}

fn shown(day: NaiveDate) -> impl std::fmt::Display {
    day.format("%d/%m/%Y")
}
