//! Telling units what became of their items, with reasons (R50).

use super::act::Act;
use super::command::NotifyOutcomes;
use super::rejection::Rejection;
use super::state::{Phase, RoundFolder, RoundItem, Standing};
use crate::actor::Role;
use crate::ids::{DossierId, ItemId};
use crate::ranking::event::{Notice, NotifiedItem, OutcomesNotified, RoundEvent};

pub(super) fn notify(
    act: &Act<'_>,
    round: &RoundFolder,
    notify: &NotifyOutcomes,
) -> Result<Vec<RoundEvent>, Rejection> {
    if let Some(refusal) = act.unless_role(&[Role::StandingOffice, Role::HomeAffairs]) {
        return Ok(refusal);
    }
    let first_decision = round.decisions.values().map(|d| d.date).min();
    let earliest = match (first_decision, round.phase) {
        (Some(date), _) => date,
        (None, Phase::Closed { on } | Phase::Archived { on, .. }) => on,
        (None, Phase::Running) => return Err(Rejection::NothingDecided),
    };
    act.day_between("on", notify.on, earliest)?;
    let notices = dossiers(round, notify)?
        .into_iter()
        .map(|dossier| Notice {
            items: items_of(round, &dossier),
            dossier,
        })
        .collect();
    Ok(vec![RoundEvent::OutcomesNotified(OutcomesNotified {
        on: notify.on,
        notices,
    })])
}

fn dossiers(round: &RoundFolder, notify: &NotifyOutcomes) -> Result<Vec<DossierId>, Rejection> {
    let known: std::collections::BTreeSet<&DossierId> =
        round.items.values().map(|item| &item.dossier).collect();
    if notify.dossiers.is_empty() {
        return Ok(known.into_iter().cloned().collect());
    }
    match notify.dossiers.iter().find(|d| !known.contains(d)) {
        Some(stranger) => Err(Rejection::UnknownDossier {
            dossier: stranger.to_string(),
        }),
        None => Ok(notify.dossiers.clone()),
    }
}

fn items_of(round: &RoundFolder, dossier: &DossierId) -> Vec<NotifiedItem> {
    round
        .items
        .iter()
        .filter(|(_, item)| item.dossier == *dossier)
        .map(|(id, item)| told(round, id, item))
        .collect()
}

/// What is told of an item: where it stands, or else what the last ranking made of it.
fn told(round: &RoundFolder, id: &ItemId, item: &RoundItem) -> NotifiedItem {
    let say = |outcome: &str, reason: String| NotifiedItem {
        item: id.clone(),
        outcome: outcome.to_owned(),
        reason,
    };
    let status = item.standing.status();
    match &item.standing {
        Standing::Awarded { decision, .. } => say(status, format!("decision {decision}")),
        Standing::Revoked {
            decision, ground, ..
        } => say(
            status,
            format!("decision {decision} revoked on ground {ground:?} of R49"),
        ),
        Standing::Withdrawn { reason } | Standing::Declined { reason } => {
            say(status, reason.clone())
        }
        Standing::NotApproved { minutes } => say(
            status,
            format!("not approved by the meeting, minutes {minutes}"),
        ),
        Standing::Excluded { .. } => say(status, "R35: discipline was imposed".to_owned()),
        Standing::Lapsed => say(
            status,
            "R35: a hold was in force until the round closed".to_owned(),
        ),
        Standing::Suspended { .. } => say(
            status,
            "R35: a hold is in force on the subject; not rewarded yet".to_owned(),
        ),
        Standing::Entered => {
            let ranking = round.ranking.as_ref();
            let ranked = ranking.and_then(|r| r.computed.items.iter().find(|i| i.item == *id));
            match ranked {
                Some(ranked) => say(ranked.outcome.as_str(), ranked.reason.clone()),
                None => say(status, "not ranked".to_owned()),
            }
        }
    }
}
