//! Signing, issuing, publishing, handing over. Everything a signature rests on is checked here
//! again, at the moment of signing: proposal (R43), issuer (R2), holds (R35), quota (R7), number (R52).

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;

use super::act::{Act, short, text};
use super::command::{HandOver, HoldFact, IssueDecision, PublishDecision, SignDecision};
use super::rejection::Rejection;
use super::state::{Decided, DecidedStage, RoundFolder, Standing};
use crate::actor::Role;
use crate::evaluation::vocabulary::{Lane, RuleId};
use crate::ids::ItemId;
use crate::ranking::event::{
    AwardHandedOver, DecisionIssued, DecisionPublished, DecisionSigned, IssuingBody, ItemRef,
    RegisteredNumber, RoundEvent,
};

pub(super) fn sign(
    act: &Act<'_>,
    round: &RoundFolder,
    sign: &SignDecision,
) -> Result<Vec<RoundEvent>, Rejection> {
    let refusal = unless_decider(act).or_else(|| act.unless_running(round, &[Role::Chairman]));
    if let Some(refusal) = refusal {
        return Ok(refusal);
    }
    let number = document_number(&sign.number)?;
    let signed_by = short("signedBy", &sign.signed_by)?;
    distinct(round, &sign.items)?;
    if let Some(refusal) = unless_issuer(act, round, sign.body, &sign.items)
        .or_else(|| unless_proposed(act, round, &sign.items))
    {
        return Ok(refusal);
    }
    check_undecided(round, &sign.items)?;
    let proposed_on = sign.items.iter().filter_map(|id| round.proposed.get(id));
    let earliest = proposed_on.max().copied().unwrap_or(round.opened.opened_on);
    act.day_between("date", sign.date, earliest)?;
    check_number(
        round,
        &sign.taken,
        &RegisteredNumber::of(sign.body, sign.date, &number),
    )?;
    let (free, held) = split_held(act, round, &sign.items, &sign.holds, sign.date);
    if let Some(refusal) = unless_within_quota(act, round, &free) {
        return Ok(refusal);
    }
    let mut events = Vec::new();
    if !free.is_empty() {
        events.push(RoundEvent::DecisionSigned(DecisionSigned {
            decision: number,
            body: sign.body,
            date: sign.date,
            signed_by,
            ranking_edition: round.shortlist.as_ref().map_or(0, |s| s.ranking_edition),
            items: round.item_refs(free),
        }));
    }
    events.extend(refuse_held(act, round, &held));
    Ok(events)
}

/// R2: the Chairman alone decides, in his own name or the committee's.
pub(super) fn unless_decider(act: &Act<'_>) -> Option<Vec<RoundEvent>> {
    (act.by.role != Role::Chairman).then(|| {
        let reason = format!(
            "{} may not; flags and certificates are decided by CHAIRMAN",
            act.by.role.as_str()
        );
        act.refuse(RuleId::R2.as_str(), reason, Vec::new())
    })
}

/// A document number: digits first, as `123/QĐ-UBND`; without leading zeros it is kept as written.
pub(super) fn document_number(number: &str) -> Result<String, Rejection> {
    let number = short("number", number)?;
    let digits = number.chars().take_while(char::is_ascii_digit).count();
    let all_zero = number.chars().take(digits).all(|c| c == '0');
    if digits == 0 || all_zero {
        return Err(Rejection::NotANumber { number });
    }
    Ok(number)
}

/// R52: no number twice in a body's register of one year, and none that was voided. Within a round
/// a number is used once whatever the body, for decisions are called by it.
pub(super) fn check_number(
    round: &RoundFolder,
    taken: &BTreeSet<RegisteredNumber>,
    number: &RegisteredNumber,
) -> Result<(), Rejection> {
    let own = round
        .numbers
        .iter()
        .any(|used| used.number == number.number);
    if own || taken.contains(number) {
        return Err(Rejection::NumberTaken {
            number: number.number.clone(),
            year: number.year,
        });
    }
    Ok(())
}

/// The items are some of the round's, each once.
pub(super) fn distinct(round: &RoundFolder, items: &[ItemId]) -> Result<(), Rejection> {
    if items.is_empty() {
        return Err(Rejection::Nothing { field: "items" });
    }
    let mut seen = BTreeSet::new();
    for id in items {
        if !round.items.contains_key(id) {
            return Err(Rejection::UnknownItem { item: id.clone() });
        }
        if !seen.insert(id) {
            return Err(Rejection::Twice { item: id.clone() });
        }
    }
    Ok(())
}

/// The body that gives the award of a lane (R2).
#[must_use]
pub const fn issuer_of(lane: Lane) -> IssuingBody {
    if lane.is_flag() {
        IssuingBody::PeoplesCommittee
    } else {
        IssuingBody::Chairman
    }
}

/// R2: flags in the committee's name, certificates in the Chairman's.
pub(super) fn unless_issuer(
    act: &Act<'_>,
    round: &RoundFolder,
    body: IssuingBody,
    items: &[ItemId],
) -> Option<Vec<RoundEvent>> {
    let other = |id: &&ItemId| {
        let item = round.items.get(*id);
        item.is_some_and(|item| issuer_of(item.lane) != body)
    };
    let wrong = round.item_refs(items.iter().filter(other));
    let reason = format!(
        "not in the name of {}: flags are the People's Committee's, certificates the Chairman's",
        body.as_str()
    );
    (!wrong.is_empty()).then(|| act.refuse(RuleId::R2.as_str(), reason, wrong))
}

/// R43: nobody is added who does not stand on a proposal of the ranked, minuted list.
pub(super) fn unless_proposed(
    act: &Act<'_>,
    round: &RoundFolder,
    items: &[ItemId],
) -> Option<Vec<RoundEvent>> {
    let stranger = |id: &&ItemId| {
        let decided = round.items.get(*id);
        let decided = decided.is_some_and(|item| item.standing.holds_slot());
        !decided && !round.proposed.contains_key(*id)
    };
    let strangers = round.item_refs(items.iter().filter(stranger));
    let reason = "not on a proposal of the ranked and minuted list that stands";
    (!strangers.is_empty()).then(|| act.refuse(RuleId::R43.as_str(), reason, strangers))
}

fn check_undecided(round: &RoundFolder, items: &[ItemId]) -> Result<(), Rejection> {
    items
        .iter()
        .try_for_each(|id| super::order::undecided(round, id).map(|_| ()))
}

/// R35: items whose subject is held on any day from the decision's date to the signature, by the
/// registry's word or by the round's own: either is enough.
pub(super) fn split_held<'a>(
    act: &Act<'_>,
    round: &RoundFolder,
    items: &'a [ItemId],
    holds: &[HoldFact],
    date: NaiveDate,
) -> (Vec<&'a ItemId>, Vec<&'a ItemId>) {
    let (from, to) = (date.min(act.day()), date.max(act.day()));
    items.iter().partition(|id| {
        let Some(item) = round.items.get(*id) else {
            return true;
        };
        let held = holds
            .iter()
            .any(|hold| hold.subject == item.subject && hold.touches(from, to));
        !held && !matches!(item.standing, Standing::Suspended { .. })
    })
}

/// The refusal of held items, if there are any.
pub(super) fn refuse_held(act: &Act<'_>, round: &RoundFolder, held: &[&ItemId]) -> Vec<RoundEvent> {
    let items: Vec<ItemRef> = round.item_refs(held.iter().copied());
    if items.is_empty() {
        return Vec::new();
    }
    let reason = "a hold is in force on the subject: not rewarded yet";
    act.refuse(RuleId::R35.as_str(), reason, items)
}

/// R7: with all decisions together, no lane over its quota.
fn unless_within_quota(
    act: &Act<'_>,
    round: &RoundFolder,
    items: &[&ItemId],
) -> Option<Vec<RoundEvent>> {
    let mut more: BTreeMap<Lane, u32> = BTreeMap::new();
    for item in items.iter().filter_map(|id| round.items.get(*id)) {
        *more.entry(item.lane).or_default() += 1;
    }
    let (lane, count) = more
        .into_iter()
        .find(|(lane, count)| round.slots_taken(*lane) + count > round.quota(*lane))?;
    let over = |id: &&&ItemId| {
        let item = round.items.get(**id);
        item.is_some_and(|item| item.lane == lane)
    };
    let reason = format!(
        "lane {lane}: {} awards with this decision, the quota is {}",
        round.slots_taken(lane) + count,
        round.quota(lane)
    );
    let items = round.item_refs(items.iter().filter(over).copied());
    Some(act.refuse(RuleId::R7.as_str(), reason, items))
}

/// A decision that stands: known, and not replaced.
pub(super) fn standing_decision<'a>(
    round: &'a RoundFolder,
    number: &str,
    wanted: &'static str,
) -> Result<(&'a str, &'a Decided), Rejection> {
    let tidy = crate::text::tidy(number);
    let (number, decided) = round
        .decisions
        .get_key_value(&tidy)
        .ok_or(Rejection::UnknownDecision { number: tidy })?;
    if decided.replaced_by.is_some() {
        return Err(Rejection::DecisionStands {
            number: number.clone(),
            status: "REPLACED",
            wanted,
        });
    }
    Ok((number, decided))
}

fn wrong_step(number: &str, decided: &Decided, wanted: &'static str) -> Rejection {
    Rejection::DecisionStands {
        number: number.to_owned(),
        status: match decided.stage {
            DecidedStage::Signed => "SIGNED",
            DecidedStage::Issued { .. } => "ISSUED",
            DecidedStage::Published { .. } => "PUBLISHED",
        },
        wanted,
    }
}

pub(super) fn issue(
    act: &Act<'_>,
    round: &RoundFolder,
    issue: &IssueDecision,
) -> Result<Vec<RoundEvent>, Rejection> {
    if let Some(refusal) = act.unless_role(&[Role::Records]) {
        return Ok(refusal);
    }
    let (number, decided) = standing_decision(round, &issue.number, "SIGNED")?;
    if decided.stage != DecidedStage::Signed {
        return Err(wrong_step(number, decided, "SIGNED"));
    }
    act.day_between("on", issue.on, decided.date)?;
    Ok(vec![RoundEvent::DecisionIssued(DecisionIssued {
        number: number.to_owned(),
        issued_on: issue.on,
        items: decided.items.clone(),
    })])
}

pub(super) fn publish(
    act: &Act<'_>,
    round: &RoundFolder,
    publish: &PublishDecision,
) -> Result<Vec<RoundEvent>, Rejection> {
    if let Some(refusal) = act.unless_role(&[Role::Records]) {
        return Ok(refusal);
    }
    let (number, decided) = standing_decision(round, &publish.number, "ISSUED")?;
    let DecidedStage::Issued { on: issued_on } = decided.stage else {
        return Err(wrong_step(number, decided, "ISSUED"));
    };
    act.day_between("on", publish.on, issued_on)?;
    Ok(vec![RoundEvent::DecisionPublished(DecisionPublished {
        number: number.to_owned(),
        on: publish.on,
        place: text("where", &publish.place)?,
        items: decided.items.clone(),
    })])
}

pub(super) fn hand_over(
    act: &Act<'_>,
    round: &RoundFolder,
    hand_over: HandOver,
) -> Result<Vec<RoundEvent>, Rejection> {
    if let Some(refusal) = act.unless_role(&[Role::Records]) {
        return Ok(refusal);
    }
    let item = round.items.get(&hand_over.item);
    let item = item.ok_or_else(|| Rejection::UnknownItem {
        item: hand_over.item.clone(),
    })?;
    let Standing::Awarded {
        decision,
        handed_over: None,
    } = &item.standing
    else {
        return Err(Rejection::ItemStands {
            item: hand_over.item,
            status: if matches!(item.standing, Standing::Awarded { .. }) {
                "HANDED_OVER"
            } else {
                item.standing.status()
            },
        });
    };
    let (number, decided) = standing_decision(round, decision, "ISSUED")?;
    let issued_on = decided.stage.issued_on();
    let issued_on = issued_on.ok_or_else(|| wrong_step(number, decided, "ISSUED"))?;
    act.day_between("on", hand_over.on, issued_on)?;
    let representative = match (item.lane.is_individual(), hand_over.representative) {
        (true, None) => None,
        (false, Some(title)) => Some(short("representative", &title)?),
        (true, Some(_)) => {
            return Err(Rejection::Representative {
                item: hand_over.item,
                reason: "an individual receives the award in person",
            });
        }
        (false, None) => {
            return Err(Rejection::Representative {
                item: hand_over.item,
                reason: "a collective receives the award through a representative",
            });
        }
    };
    Ok(vec![RoundEvent::AwardHandedOver(AwardHandedOver {
        item: hand_over.item,
        dossier: item.dossier.clone(),
        on: hand_over.on,
        representative,
    })])
}
