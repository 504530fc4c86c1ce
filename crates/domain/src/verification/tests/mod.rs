//! What a case does, as sentences: given events, when a command, then events or a rejection.

mod arrival;
mod authority;
mod check;
mod eligibility;
mod finding;
mod properties;
mod sample_year;

use std::sync::Arc;

use chrono::{DateTime, NaiveDate, Utc};

use super::command::{
    CheckCompleteness, Deadlines, GrantExtension, LapseOverdue, OpenCase, ReceiveDossier,
    RecordEvaluation, RecordFinding, RecordSupplement, RecordWithdrawal, RejectDossier,
    ReturnForSupplement,
};
use super::event::{CriterionVerdict, RejectionCode};
use super::{Case, CaseState, Command, Event, Rejection};
use crate::actor::{Actor, Role};
use crate::calendar::Holidays;
use crate::decider::{Decider, Issued};
use crate::document::DocumentRef;
use crate::dossier::content::{
    Addressee, Channel, DossierContent, MinutesSummary, ProposalSummary, ProposedItem,
    ReportSummary,
};
use crate::evaluation::vocabulary::{
    Basis, Eligibility, FindingVerdict, Lane, RuleId, Verdict, criteria_of,
};
use crate::ids::{DossierId, ItemId, OfficialId, PersonId, RoundId, SubjectId, UnitId};
use crate::rulebook::RuleBook;
use crate::verification::command::JudgedItem;

/// A stream that was told what happened; runs commands and keeps their events.
#[derive(Debug, Clone, Default)]
pub(super) struct Given {
    pub(super) state: CaseState,
    pub(super) events: Vec<Event>,
}

impl Given {
    /// After one more command, which must succeed without a refusal.
    pub(super) fn and(mut self, by: &Actor, at: &str, command: Command) -> Self {
        let events = self.when(by, at, command).unwrap();
        assert!(
            !events.iter().any(|e| matches!(e, Event::AttemptRefused(_))),
            "refused: {events:?}"
        );
        for event in events {
            self.state = Case::evolve(self.state, &event);
            self.events.push(event);
        }
        self
    }

    /// What a command comes to.
    pub(super) fn when(
        &self,
        by: &Actor,
        at: &str,
        command: Command,
    ) -> Result<Vec<Event>, Rejection> {
        let at = instant(at);
        let by = by.clone();
        Case::decide(&self.state, Issued { by, at, command })
    }

    /// The rule that denies a command.
    pub(super) fn denied(&self, by: &Actor, at: &str, command: Command) -> String {
        let name = command.name();
        match self.when(by, at, command).unwrap().as_slice() {
            [Event::AttemptRefused(refusal)] => {
                assert_eq!(refusal.action, name);
                refusal.rule.clone()
            }
            other => panic!("not denied: {other:?}"),
        }
    }

    pub(super) fn status(&self) -> &'static str {
        match &self.state {
            CaseState::NotOpened => "NOT_OPENED",
            CaseState::Opened(case) => case.stage.status(),
        }
    }
}

pub(super) fn instant(text: &str) -> DateTime<Utc> {
    DateTime::parse_from_rfc3339(text).unwrap().to_utc()
}

pub(super) fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

pub(super) fn item(text: &str) -> ItemId {
    ItemId::parse(text).unwrap()
}

pub(super) fn unit(text: &str) -> UnitId {
    UnitId::parse(text).unwrap()
}

pub(super) fn actor(role: Role, agency: &str, person: &str) -> Actor {
    Actor {
        official: OfficialId::parse(&format!("cb-{person}")).unwrap(),
        person: PersonId::parse(person).unwrap(),
        role,
        agency: unit(agency),
        on_behalf_of: None,
    }
}

pub(super) fn home_affairs() -> Actor {
    actor(Role::HomeAffairs, "so-noi-vu", "p-gateway")
}

pub(super) fn standing_office() -> Actor {
    actor(Role::StandingOffice, "van-phong-ubnd-tinh", "p-verifier")
}

pub(super) fn system() -> Actor {
    actor(Role::System, "so-noi-vu", "p-system")
}

pub(super) fn book() -> Arc<RuleBook> {
    Arc::new(RuleBook::soc_trang().clone())
}

fn proposed(id: &str, lane: Lane, subject: &str, basis: Option<Basis>) -> ProposedItem {
    ProposedItem {
        item: item(id),
        lane,
        subject: SubjectId::parse(subject).unwrap(),
        basis,
        components: Vec::new(),
        initiative: None,
        unit: basis.map(|_| unit("so-tu-phap")),
        nominated_by: None,
        role: None,
    }
}

/// A complete dossier: the collective as adviser (`a`) and as department (`d`), an adviser (`p`).
pub(super) fn content() -> DossierContent {
    let items = vec![
        proposed("a", Lane::CertAdvising, "so-tu-phap", None),
        proposed("d", Lane::CertDepartment, "so-tu-phap", None),
        proposed(
            "p",
            Lane::CertIndividual,
            "ca-nhan-06",
            Some(Basis::Adviser),
        ),
    ];
    let list: Vec<ItemId> = items.iter().map(|i| i.item.clone()).collect();
    DossierContent {
        addressee: Addressee::HomeAffairs,
        proposal: ProposalSummary {
            number: "12/TTr-STP".to_owned(),
            date: day("2025-05-28"),
            list: list.clone(),
        },
        minutes: Some(MinutesSummary {
            number: "03/BB-BCĐ".to_owned(),
            date: day("2025-05-22"),
            covers: list.clone(),
        }),
        reports: list
            .iter()
            .map(|item| ReportSummary {
                item: item.clone(),
                confirmed: true,
                confirmed_on: Some(day("2025-05-23")),
            })
            .collect(),
        items,
        sets: 2,
        originals: true,
        channel: Channel::Paper,
        sent_at: instant("2025-06-02T10:00:00+07:00"),
        confirmers: vec![PersonId::parse("p-head").unwrap()],
    }
}

pub(super) fn open_with(content: DossierContent) -> Command {
    Command::OpenCase(OpenCase {
        dossier: DossierId::parse("HS-1").unwrap(),
        round: RoundId::parse("annual-2024").unwrap(),
        unit: unit("so-tu-phap"),
        submitted_by: unit("so-tu-phap"),
        rule_book: RuleBook::soc_trang().reference(),
        content,
    })
}

/// A receipt stamp; the province's index is due on 05/6, the units' on 16/6.
pub(super) fn receive(at: &str) -> Command {
    Command::ReceiveDossier(ReceiveDossier {
        received_at: instant(at),
        receipt_number: "1528/ĐẾN".to_owned(),
        deadlines: Deadlines {
            provincial_index: day("2025-06-05"),
            unit_index: day("2025-06-16"),
        },
        rule_book: book(),
    })
}

pub(super) fn check() -> Command {
    Command::CheckCompleteness(CheckCompleteness {
        rule_book: book(),
        observed: Vec::new(),
    })
}

pub(super) fn give_back(due_on: Option<&str>) -> Command {
    Command::ReturnForSupplement(ReturnForSupplement {
        due_on: due_on.map(day),
        rule_book: book(),
        holidays: Holidays::default(),
    })
}

pub(super) fn supplement(content: DossierContent, at: &str) -> Command {
    Command::RecordSupplement(RecordSupplement {
        content,
        received_at: instant(at),
    })
}

pub(super) fn lapse(on: &str) -> Command {
    Command::LapseOverdue(LapseOverdue { on: day(on) })
}

pub(super) fn reject() -> Command {
    Command::RejectDossier(RejectDossier {
        code: RejectionCode::NotSupplementable,
        reason: "Không họp xét lại được".to_owned(),
    })
}

pub(super) fn extend(items: &[&str], new_due_on: &str) -> Command {
    Command::GrantExtension(GrantExtension {
        items: items.iter().map(|i| item(i)).collect(),
        new_due_on: day(new_due_on),
        reason: "Bão, đường bị chia cắt".to_owned(),
        document: document(),
    })
}

pub(super) fn document() -> DocumentRef {
    DocumentRef {
        name: "gia-han.pdf".to_owned(),
        sha256: None,
        size: None,
        media_type: None,
    }
}

pub(super) fn finding(on: &str, rule: RuleId, verdict: FindingVerdict) -> Command {
    Command::RecordFinding(RecordFinding {
        item: item(on),
        rule,
        verdict,
        evidence: "Sổ theo dõi nhiệm vụ".to_owned(),
        documents: Vec::new(),
        found_on: day("2025-06-26"),
        rule_book: book(),
        round_closed: false,
    })
}

/// A verdict on one item where every criterion is `verdict`.
pub(super) fn judged(on: &str, lane: Lane, basis: Option<Basis>, verdict: Verdict) -> JudgedItem {
    let criteria = criteria_of(lane, basis);
    JudgedItem {
        item: item(on),
        verdict: match verdict {
            Verdict::Met => Eligibility::Eligible,
            Verdict::NotMet => Eligibility::Ineligible,
            Verdict::Unknown | Verdict::NeedsFinding => Eligibility::Pending,
        },
        criteria: criteria
            .iter()
            .map(|rule| CriterionVerdict {
                rule: *rule,
                verdict,
                citation: "III.4.b".to_owned(),
                value: None,
                threshold: None,
                explanation: "…".to_owned(),
                explanation_en: None,
                inputs: Vec::new(),
                finding: None,
            })
            .collect(),
        engine: None,
        receipt_digest: None,
    }
}

pub(super) fn evaluation(items: Vec<JudgedItem>) -> RecordEvaluation {
    RecordEvaluation {
        as_of: day("2025-07-01"),
        rule_book: RuleBook::soc_trang().reference(),
        facts_position: 7,
        inputs_digest: "sha256:00".to_owned(),
        items,
        only_changes: false,
        round_closed: false,
    }
}

pub(super) fn withdraw() -> Command {
    Command::RecordWithdrawal(RecordWithdrawal {
        reason: "Đơn vị tự rà soát".to_owned(),
    })
}

pub(super) const SENT: &str = "2025-06-02T10:00:00+07:00";
pub(super) const STAMPED: &str = "2025-06-02T10:20:00+07:00";
pub(super) const CHECKED: &str = "2025-06-10T09:00:00+07:00";
pub(super) const LATER: &str = "2025-07-02T09:00:00+07:00";

pub(super) fn opened_with(content: DossierContent) -> Given {
    Given::default().and(&system(), SENT, open_with(content))
}

pub(super) fn received_with(content: DossierContent) -> Given {
    opened_with(content).and(&home_affairs(), STAMPED, receive(STAMPED))
}

pub(super) fn received() -> Given {
    received_with(content())
}

/// Minutes missing, so that the dossier is incomplete.
pub(super) fn without_minutes() -> DossierContent {
    DossierContent {
        minutes: None,
        ..content()
    }
}

pub(super) fn incomplete() -> Given {
    received_with(without_minutes()).and(&home_affairs(), CHECKED, check())
}

/// Returned on 10/6, due on 20/6.
pub(super) fn returned() -> Given {
    incomplete().and(&home_affairs(), CHECKED, give_back(None))
}

pub(super) fn accepted() -> Given {
    received().and(&home_affairs(), CHECKED, check()).and(
        &home_affairs(),
        CHECKED,
        Command::AcceptDossier,
    )
}

pub(super) fn forwarded() -> Given {
    accepted().and(&home_affairs(), CHECKED, Command::ForwardDossier)
}
