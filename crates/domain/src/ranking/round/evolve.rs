//! Folding a round's events. Never refuses: an event that cannot apply leaves the state unchanged.

use std::collections::BTreeSet;

use super::correction::replacement;
use super::state::{
    Approval, Decided, DecidedStage, Latest, Phase, RoundFolder, RoundItem, RoundState, Shortlist,
    Standing,
};
use crate::ids::{HoldId, ItemId};
use crate::ranking::event::{
    AwardFlaggedForReview, AwardHandedOver, AwardRecovered, AwardRevoked, Ballot, CorrectionKind,
    CouncilScored, DecisionCorrected, DecisionIssued, DecisionPublished, DecisionSigned,
    ItemDeclined, ItemEntered, ItemExcluded, ItemRef, ItemWithdrawn, MeetingRecorded, NumberVoided,
    OutcomesNotified, ProposalSubmitted, RankingComputed, ReevaluationNeeded, RegisteredNumber,
    RoundArchived, RoundClosed, RoundEvent, ShortlistAdopted, TieRuled,
};

pub(super) fn evolve(state: RoundState, event: &RoundEvent) -> RoundState {
    match (state, event) {
        (RoundState::NotOpened, RoundEvent::RoundOpened(opened)) => {
            RoundState::Opened(Box::new(RoundFolder::new(opened.clone())))
        }
        (RoundState::NotOpened, _) => RoundState::NotOpened,
        (RoundState::Opened(mut round), event) => {
            round.fold(event);
            RoundState::Opened(round)
        }
    }
}

impl RoundFolder {
    fn fold(&mut self, event: &RoundEvent) {
        match event {
            RoundEvent::RoundOpened(_)
            | RoundEvent::UnitMergeNoted(_)
            | RoundEvent::AttemptRefused(_) => {}
            RoundEvent::ItemEntered(e) => self.enter(e),
            RoundEvent::ItemWithdrawn(e) => self.withdraw(e),
            RoundEvent::ItemSuspended(e) => self.suspend(&e.item, &e.hold),
            RoundEvent::ItemResumed(e) => self.resume(&e.item, &e.hold),
            RoundEvent::ItemExcluded(e) => self.exclude(e),
            RoundEvent::CouncilScored(e) => self.score(e),
            RoundEvent::RankingComputed(e) => self.rank(e),
            RoundEvent::TieRuled(e) => self.rule_on_tie(e),
            RoundEvent::ReevaluationNeeded(e) => self.reevaluate(e),
            RoundEvent::MeetingRecorded(e) => self.meet(e),
            RoundEvent::ShortlistAdopted(e) => self.adopt(e),
            RoundEvent::ShortlistReopened(_) => self.reopen(),
            RoundEvent::ProposalSubmitted(e) => self.propose(e),
            RoundEvent::ItemDeclined(e) => self.decline(e),
            RoundEvent::DecisionSigned(e) => self.sign(e),
            RoundEvent::DecisionIssued(e) => self.issue(e),
            RoundEvent::DecisionPublished(e) => self.publish(e),
            RoundEvent::AwardHandedOver(e) => self.hand_over(e),
            RoundEvent::DecisionCorrected(e) => self.correct(e),
            RoundEvent::AwardRevoked(e) => self.revoke(e),
            RoundEvent::AwardRecovered(e) => self.recover(e),
            RoundEvent::AwardFlaggedForReview(e) => self.flag(e),
            RoundEvent::NumberVoided(e) => self.void_number(e),
            RoundEvent::OutcomesNotified(e) => self.notify(e),
            RoundEvent::RoundClosed(e) => self.close(e),
            RoundEvent::RoundArchived(e) => self.archive(e),
        }
    }

    fn standing_mut(&mut self, id: &ItemId) -> Option<&mut Standing> {
        self.items.get_mut(id).map(|item| &mut item.standing)
    }

    /// The latest ranking no longer knows everything. The first reason stays.
    fn outdate(&mut self, reason: &str) {
        if let Some(latest) = &mut self.ranking {
            latest.outdated.get_or_insert_with(|| reason.to_owned());
        }
    }

    fn enter(&mut self, e: &ItemEntered) {
        let entered = u32::try_from(self.items.len()).unwrap_or(u32::MAX) + 1;
        let item = RoundItem {
            dossier: e.dossier.clone(),
            submitted_by: e.submitted_by.clone(),
            lane: e.lane,
            subject: e.subject.clone(),
            basis: e.basis,
            components: e.components.clone(),
            initiative: e.initiative.clone(),
            unit: e.unit.clone(),
            entered,
            council_score: None,
            approval: None,
            standing: Standing::Entered,
            flags: Vec::new(),
        };
        self.items.insert(e.item.clone(), item);
        self.outdate(&format!("item {} entered", e.item));
    }

    fn leave(&mut self, id: &ItemId, to: Standing, how: &str) {
        if let Some(standing) = self.standing_mut(id) {
            *standing = to;
            self.proposed.remove(id);
            self.outdate(&format!("item {id} was {how}"));
        }
    }

    fn withdraw(&mut self, e: &ItemWithdrawn) {
        let reason = e.reason.clone();
        self.leave(&e.item, Standing::Withdrawn { reason }, "withdrawn");
    }

    fn exclude(&mut self, e: &ItemExcluded) {
        let hold = e.hold.clone();
        self.leave(&e.item, Standing::Excluded { hold }, "excluded");
    }

    fn decline(&mut self, e: &ItemDeclined) {
        let reason = e.reason.clone();
        self.leave(&e.item, Standing::Declined { reason }, "declined");
    }

    fn score(&mut self, e: &CouncilScored) {
        for score in &e.scores {
            if let Some(item) = self.items.get_mut(&score.item) {
                item.council_score = Some(score.score);
            }
        }
        self.outdate("the council scored individuals");
    }

    fn rule_on_tie(&mut self, e: &TieRuled) {
        let order = e.order.iter().map(|i| i.item.clone()).collect();
        self.rulings.insert(e.lane, order);
        self.outdate("a tie was ruled on");
    }

    fn meet(&mut self, e: &MeetingRecorded) {
        self.minutes.insert(e.minutes_number.clone(), e.date);
        for ballot in &e.ballots {
            self.vote(&e.minutes_number, ballot);
        }
    }

    fn reopen(&mut self) {
        self.shortlist = None;
        self.proposed.clear();
    }

    fn propose(&mut self, e: &ProposalSubmitted) {
        let dated = e.items.iter().map(|i| (i.item.clone(), e.date));
        self.proposed.extend(dated);
    }

    fn suspend(&mut self, id: &ItemId, hold: &HoldId) {
        let Some(standing) = self.standing_mut(id) else {
            return;
        };
        if let Standing::Suspended { holds } = standing {
            holds.insert(hold.clone());
        } else {
            *standing = Standing::Suspended {
                holds: BTreeSet::from([hold.clone()]),
            };
        }
        self.outdate(&format!("item {id} was suspended"));
    }

    fn resume(&mut self, id: &ItemId, hold: &HoldId) {
        let Some(item) = self.items.get_mut(id) else {
            return;
        };
        let Standing::Suspended { holds } = &mut item.standing else {
            return;
        };
        holds.remove(hold);
        if holds.is_empty() {
            item.standing = after_vote(item.approval.as_ref());
            self.outdate(&format!("item {id} was resumed"));
        }
    }

    fn vote(&mut self, minutes: &str, ballot: &Ballot) {
        let Some(item) = self.items.get_mut(&ballot.item) else {
            return;
        };
        item.approval = Some(Approval {
            minutes: minutes.to_owned(),
            approved: ballot.approved,
        });
        let before = item.standing.is_ranked();
        if matches!(
            item.standing,
            Standing::Entered | Standing::NotApproved { .. }
        ) {
            item.standing = after_vote(item.approval.as_ref());
        }
        if before != item.standing.is_ranked() {
            self.proposed.remove(&ballot.item);
            self.outdate(&format!("the meeting voted on item {}", ballot.item));
        }
    }

    fn rank(&mut self, e: &RankingComputed) {
        self.ranking = Some(Latest {
            computed: e.clone(),
            outdated: None,
        });
    }

    fn reevaluate(&mut self, e: &ReevaluationNeeded) {
        if e.appeal.is_some() {
            if matches!(self.phase, Phase::Closed { .. }) {
                self.phase = Phase::Running;
            }
            for id in e.items.iter().map(|i| &i.item) {
                if let Some(item) = self.items.get_mut(id)
                    && !item.standing.is_ranked()
                {
                    item.standing = Standing::Entered;
                    item.approval = None;
                }
            }
        }
        self.outdate(&e.reason);
    }

    fn adopt(&mut self, e: &ShortlistAdopted) {
        let items = e.lanes.iter().flat_map(|lane| &lane.items);
        self.shortlist = Some(Shortlist {
            ranking_edition: e.ranking_edition,
            date: e.date,
            items: items.map(|i| i.item.clone()).collect(),
        });
        self.proposed.clear();
    }

    fn award(&mut self, items: &[ItemRef], decision: &str) {
        for id in items.iter().map(|i| &i.item) {
            self.proposed.remove(id);
            if let Some(standing) = self.standing_mut(id) {
                let handed_over = match standing {
                    Standing::Awarded { handed_over, .. } => *handed_over,
                    Standing::Entered
                    | Standing::Suspended { .. }
                    | Standing::NotApproved { .. }
                    | Standing::Withdrawn { .. }
                    | Standing::Declined { .. }
                    | Standing::Excluded { .. }
                    | Standing::Lapsed
                    | Standing::Revoked { .. } => None,
                };
                *standing = Standing::Awarded {
                    decision: decision.to_owned(),
                    handed_over,
                };
            }
        }
    }

    fn sign(&mut self, e: &DecisionSigned) {
        self.numbers
            .insert(RegisteredNumber::of(e.body, e.date, &e.decision));
        let decided = Decided {
            body: e.body,
            date: e.date,
            signed_by: e.signed_by.clone(),
            items: e.items.clone(),
            stage: DecidedStage::Signed,
            corrections: Vec::new(),
            replaced_by: None,
        };
        self.decisions.insert(e.decision.clone(), decided);
        self.award(&e.items, &e.decision);
    }

    fn issue(&mut self, e: &DecisionIssued) {
        if let Some(decided) = self.decisions.get_mut(&e.number) {
            decided.stage = DecidedStage::Issued { on: e.issued_on };
        }
    }

    fn publish(&mut self, e: &DecisionPublished) {
        if let Some(decided) = self.decisions.get_mut(&e.number)
            && let Some(issued_on) = decided.stage.issued_on()
        {
            decided.stage = DecidedStage::Published {
                issued_on,
                on: e.on,
                place: e.place.clone(),
            };
        }
    }

    fn hand_over(&mut self, e: &AwardHandedOver) {
        if let Some(Standing::Awarded { handed_over, .. }) = self.standing_mut(&e.item) {
            *handed_over = Some(e.on);
        }
    }

    fn revoke(&mut self, e: &AwardRevoked) {
        let number = RegisteredNumber::of(e.body, e.date, &e.decision_number);
        self.numbers.insert(number);
        if let Some(standing) = self.standing_mut(&e.item)
            && let Some(decision) = standing.decision().map(str::to_owned)
        {
            *standing = Standing::Revoked {
                decision,
                ground: e.ground,
                recovered: None,
            };
        }
    }

    fn recover(&mut self, e: &AwardRecovered) {
        if let Some(Standing::Revoked { recovered, .. }) = self.standing_mut(&e.item) {
            *recovered = Some(e.on);
        }
    }

    fn flag(&mut self, e: &AwardFlaggedForReview) {
        if let Some(item) = self.items.get_mut(&e.item) {
            item.flags.push(e.reason.clone());
        }
    }

    fn void_number(&mut self, e: &NumberVoided) {
        let number = RegisteredNumber::in_year(e.body, e.year, &e.number);
        self.numbers.insert(number);
    }

    fn notify(&mut self, e: &OutcomesNotified) {
        for notice in &e.notices {
            self.notified.entry(notice.dossier.clone()).or_insert(e.on);
        }
    }

    fn correct(&mut self, e: &DecisionCorrected) {
        let Some(old) = self.decisions.get_mut(&e.decision) else {
            return;
        };
        match e.kind {
            CorrectionKind::Correction => old.corrections.push(e.correction_number.clone()),
            CorrectionKind::Replacement => {
                old.replaced_by = Some(e.correction_number.clone());
                let new = replacement(old, e);
                self.numbers
                    .insert(RegisteredNumber::of(new.body, e.date, &e.correction_number));
                self.decisions.insert(e.correction_number.clone(), new);
                for id in e.dropped.iter().map(|i| &i.item) {
                    if let Some(standing) = self.standing_mut(id) {
                        *standing = Standing::Entered;
                    }
                }
                self.award(&e.items, &e.correction_number);
            }
        }
    }

    fn archive(&mut self, e: &RoundArchived) {
        self.phase = Phase::Archived {
            on: e.on,
            retain_until: e.retain_until,
        };
    }

    fn close(&mut self, e: &RoundClosed) {
        self.phase = Phase::Closed { on: e.on };
        for id in e.lapsed.iter().map(|i| &i.item) {
            if let Some(standing) = self.standing_mut(id) {
                *standing = Standing::Lapsed;
            }
        }
    }
}

/// Where an item stands that neither rests nor left: as the last meeting voted.
fn after_vote(approval: Option<&Approval>) -> Standing {
    match approval {
        Some(approval) if !approval.approved => Standing::NotApproved {
            minutes: approval.minutes.clone(),
        },
        Some(_) | None => Standing::Entered,
    }
}
