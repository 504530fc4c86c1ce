//! What holds whatever is done in whichever order.

use proptest::prelude::*;

use super::*;
use crate::ranking::event::{CorrectionKind, RevocationGround};
use crate::ranking::round::{
    CloseRound, CorrectDecision, DeclineItem, HoldChange, RevokeAward, WithdrawItems,
};

/// One thing somebody tries.
#[derive(Debug, Clone)]
enum Try {
    Hold(u8),
    Lift(u8),
    Confirm(u8),
    Withdraw(u8),
    Rank,
    Meet(u8),
    Adopt,
    Propose(Vec<u8>),
    Decline(u8),
    Sign(Vec<u8>),
    Issue,
    Replace(Vec<u8>),
    Revoke(u8),
    Close,
}

fn tries() -> impl Strategy<Value = Vec<Try>> {
    let one = || 0..6u8;
    let some = || proptest::collection::vec(0..6u8, 1..6);
    let attempt = prop_oneof![
        1 => one().prop_map(Try::Hold),
        1 => one().prop_map(Try::Lift),
        1 => one().prop_map(Try::Confirm),
        1 => one().prop_map(Try::Withdraw),
        5 => Just(Try::Rank),
        3 => (0..10u8).prop_map(Try::Meet),
        5 => Just(Try::Adopt),
        5 => some().prop_map(Try::Propose),
        1 => one().prop_map(Try::Decline),
        5 => some().prop_map(Try::Sign),
        2 => Just(Try::Issue),
        1 => some().prop_map(Try::Replace),
        1 => one().prop_map(Try::Revoke),
        1 => Just(Try::Close),
    ];
    proptest::collection::vec(attempt, 1..40)
}

/// A round under attempts, and who is on hold as the registry would say.
struct Play {
    given: Given,
    held: BTreeSet<usize>,
    step: u32,
}

const SUBJECTS: [&str; 6] = [
    "so-y-te",
    "so-tu-phap",
    "so-gd",
    "so-ct",
    "ca-nhan-1",
    "ca-nhan-2",
];
const TODAY: &str = "2025-08-15";

fn named(which: &[u8]) -> Vec<ItemId> {
    let set: BTreeSet<usize> = which.iter().map(|n| usize::from(*n)).collect();
    set.into_iter().map(|n| item(ALL[n])).collect()
}

impl Play {
    fn facts(&self) -> Vec<HoldFact> {
        let fact = |n: &usize| held(SUBJECTS[*n], "2025-08-01", None);
        self.held.iter().map(fact).collect()
    }

    fn number(&self) -> String {
        format!("{}/QĐ-UBND", 1000 + self.step)
    }

    fn change(n: u8) -> HoldChange {
        HoldChange {
            hold: hold(&format!("kl-{n}")),
            subject: subject(SUBJECTS[usize::from(n)]),
        }
    }

    /// Who tries it, and the command.
    fn command(&mut self, attempt: &Try) -> (Role, Command) {
        match attempt {
            Try::Hold(n) => {
                self.held.insert(usize::from(*n));
                (Role::System, Command::SuspendItems(Self::change(*n)))
            }
            Try::Lift(n) => {
                self.held.remove(&usize::from(*n));
                (Role::System, Command::ResumeItems(Self::change(*n)))
            }
            Try::Confirm(n) => (Role::System, Command::ExcludeItems(Self::change(*n))),
            Try::Withdraw(n) => (
                Role::System,
                Command::WithdrawItems(WithdrawItems {
                    dossier: DossierId::parse(&format!("HS-{}", ALL[usize::from(*n)])).unwrap(),
                    reason: "Rút".to_owned(),
                }),
            ),
            Try::Rank => (Role::StandingOffice, rank(&self.given, TODAY)),
            Try::Meet(votes) => (Role::StandingOffice, record(self.meeting(*votes))),
            Try::Adopt => {
                let ranking = self.given.round().ranking.as_ref();
                let edition = ranking.map_or(1, |r| r.computed.edition);
                (Role::SteeringCommittee, adopt(edition, TODAY))
            }
            Try::Propose(which) => (
                Role::HomeAffairs,
                Command::SubmitProposal(SubmitProposal {
                    number: self.number(),
                    date: day(TODAY),
                    items: named(which),
                    document: None,
                }),
            ),
            Try::Decline(n) => (
                Role::Chairman,
                Command::DeclineItem(DeclineItem {
                    item: item(ALL[usize::from(*n)]),
                    reason: "Lý do".to_owned(),
                }),
            ),
            Try::Sign(which) => (Role::Chairman, Command::SignDecision(self.signing(which))),
            Try::Issue => (Role::Records, self.issue()),
            Try::Replace(which) => (Role::Chairman, self.replace(which)),
            Try::Revoke(n) => (Role::Chairman, self.revoke(*n)),
            Try::Close => (
                Role::StandingOffice,
                Command::CloseRound(CloseRound { on: day(TODAY) }),
            ),
        }
    }

    fn meeting(&self, votes: u8) -> RecordMeeting {
        let open = |id: &&&str| {
            let standing = &self.given.round().items[&item(id)].standing;
            matches!(
                standing,
                Standing::Entered | Standing::Suspended { .. } | Standing::NotApproved { .. }
            )
        };
        let ids: Vec<&str> = ALL.iter().filter(open).copied().collect();
        let mut minutes = meeting(&format!("{}/BB-BCĐ", self.step), TODAY, &ids);
        // Most meetings approve everything; some vote the first item down.
        if votes < 2
            && let Some(first) = minutes.tallies.first_mut()
        {
            (first.in_favour, first.against) = (1, 7);
        }
        minutes
    }

    fn signing(&self, which: &[u8]) -> SignDecision {
        SignDecision {
            items: named(which),
            holds: self.facts(),
            ..signing(&self.number(), TODAY, &[])
        }
    }

    fn last_decision(&self) -> String {
        let decisions = &self.given.round().decisions;
        let standing = decisions.iter().filter(|(_, d)| d.replaced_by.is_none());
        let last = standing.map(|(number, _)| number.clone()).next_back();
        last.unwrap_or_else(|| DECISION.to_owned())
    }

    fn issue(&self) -> Command {
        Command::IssueDecision(IssueDecision {
            number: self.last_decision(),
            on: day(TODAY),
        })
    }

    fn replace(&self, which: &[u8]) -> Command {
        Command::CorrectDecision(CorrectDecision {
            decision: self.last_decision(),
            kind: CorrectionKind::Replacement,
            number: self.number(),
            date: day(TODAY),
            signed_by: "Chủ tịch".to_owned(),
            changes: "Sai nội dung".to_owned(),
            items: Some(named(which)),
            holds: self.facts(),
            taken: BTreeSet::new(),
        })
    }

    fn revoke(&self, n: u8) -> Command {
        Command::RevokeAward(RevokeAward {
            item: item(ALL[usize::from(n)]),
            ground: RevocationGround::A,
            evidence: "Kết luận".to_owned(),
            violation_year: None,
            number: self.number(),
            date: day(TODAY),
            documents: Vec::new(),
            taken: BTreeSet::new(),
        })
    }

    /// Tries once; what was signed, if anything.
    fn attempt(&mut self, attempt: &Try) -> Result<(), TestCaseError> {
        self.step += 1;
        let (by, command) = self.command(attempt);
        let first = self.given.when(by, TODAY, command.clone());
        let second = self.given.when(by, TODAY, command);
        prop_assert_eq!(&first, &second, "deciding is deterministic");
        let Ok(events) = first else {
            return Ok(());
        };
        for event in &events {
            if let RoundEvent::DecisionSigned(signed) = event {
                for signed in &signed.items {
                    let n = ALL.iter().position(|id| *id == signed.item.as_str());
                    let on_hold = n.is_some_and(|n| self.held.contains(&n));
                    prop_assert!(!on_hold, "{:?} is on hold and was signed", signed);
                }
            }
        }
        self.given = self.given.clone().told(events);
        Ok(())
    }
}

/// Awards that stand, counted from the events alone.
fn awards(events: &[RoundEvent]) -> BTreeMap<Lane, BTreeSet<ItemId>> {
    let mut lanes: BTreeMap<ItemId, Lane> = BTreeMap::new();
    let mut awarded: BTreeMap<Lane, BTreeSet<ItemId>> = BTreeMap::new();
    for event in events {
        if let RoundEvent::ItemEntered(entered) = event {
            lanes.insert(entered.item.clone(), entered.lane);
        } else if let RoundEvent::DecisionSigned(signed) = event {
            for signed in &signed.items {
                let lane = lanes[&signed.item];
                awarded.entry(lane).or_default().insert(signed.item.clone());
            }
        } else if let RoundEvent::DecisionCorrected(corrected) = event {
            for dropped in &corrected.dropped {
                let lane = lanes[&dropped.item];
                awarded.entry(lane).or_default().remove(&dropped.item);
            }
            for kept in &corrected.items {
                let lane = lanes[&kept.item];
                awarded.entry(lane).or_default().insert(kept.item.clone());
            }
        }
    }
    awarded
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn quotas_hold_nobody_on_hold_is_signed_and_replay_is_the_live_state(
        tries in tries(),
        from_the_table in any::<bool>(),
    ) {
        let mut play = Play {
            given: if from_the_table { proposed() } else { opened() },
            held: BTreeSet::new(),
            step: 0,
        };
        for attempt in &tries {
            play.attempt(attempt)?;
            for (lane, awarded) in awards(&play.given.events) {
                let quota = play.given.round().quota(lane);
                prop_assert!(u32::try_from(awarded.len()).unwrap() <= quota, "{lane}");
            }
        }
        let replayed = play
            .given
            .events
            .iter()
            .fold(RoundState::default(), Round::evolve);
        prop_assert_eq!(&replayed, &play.given.state);
        let json = serde_json::to_string(&replayed).unwrap();
        let stored: RoundState = serde_json::from_str(&json).unwrap();
        prop_assert_eq!(&stored, &replayed, "the stored state reads back");
        for event in &play.given.events {
            let text = serde_json::to_string(event).unwrap();
            prop_assert_eq!(&serde_json::from_str::<RoundEvent>(&text).unwrap(), event);
        }
    }
}

#[test]
fn a_refusal_is_stored_flat_beside_its_items() {
    let given = proposed();
    let mut command = signing(DECISION, TODAY, &["d1"]);
    command.holds = vec![held("so-y-te", "2025-08-01", None)];
    let events = given
        .when(Role::Chairman, TODAY, Command::SignDecision(command))
        .unwrap();
    let json = serde_json::to_value(&events[0]).unwrap();
    assert_eq!(json["attemptRefused"]["rule"], "R35");
    assert_eq!(json["attemptRefused"]["items"][0]["item"], "d1");
}
