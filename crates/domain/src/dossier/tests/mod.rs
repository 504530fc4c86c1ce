//! The dossier's behaviour, as sentences: given what happened, when somebody asks, then what.

mod draft;
mod hand_in;
mod items;
mod papers;
mod properties;
mod reports;
mod sample;
mod stored;

use chrono::{DateTime, NaiveDate, Utc};

use super::command::{
    AddItem, Command, ConfirmReport, Draft, RefuseReport, RemoveItem, SignProposal, Submit,
    Supplement, Withdraw,
};
use super::content::{Addressee, Channel, ProposedItem, Voting};
use super::event::{
    AttachmentAdded, AttachmentKind, Closure, DossierClosed, Event, ItemVotes, MinutesRecorded,
    ReportAttached, SupplementRequested,
};
use super::facts::{RoundFacts, SubjectFacts, UnitFacts};
use super::{Dossier, DossierContent, DossierState, Papers, Rejection};
use crate::actor::{Actor, Refusal, Role};
use crate::decider::{Decider, Issued};
use crate::document::DocumentRef;
use crate::evaluation::vocabulary::{Basis, Group, Lane, RoundKind};
use crate::ids::{
    ComponentId, DossierId, InitiativeId, ItemId, OfficialId, PersonId, RoundId, SubjectId, UnitId,
};

/// Monday 2 June 2025, 09:00 in Việt Nam.
const NOW: &str = "2025-06-02T02:00:00Z";

fn at(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn unit(id: &str) -> UnitId {
    UnitId::parse(id).unwrap()
}

fn item(id: &str) -> ItemId {
    ItemId::parse(id).unwrap()
}

fn person(id: &str) -> PersonId {
    PersonId::parse(id).unwrap()
}

fn items(ids: &[&str]) -> Vec<ItemId> {
    ids.iter().map(|id| item(id)).collect()
}

fn paper(name: &str) -> DocumentRef {
    DocumentRef {
        name: name.to_owned(),
        sha256: None,
        size: None,
        media_type: None,
    }
}

/// An official of the unit that submits; the person is named after the role.
fn by(role: Role) -> Actor {
    let name = role.as_str().to_lowercase().replace('_', "-");
    Actor {
        official: OfficialId::parse(&format!("official-{name}")).unwrap(),
        person: person(&name),
        role,
        agency: unit("huyen-my-tu"),
        on_behalf_of: None,
    }
}

fn staff() -> Actor {
    by(Role::UnitStaff)
}

fn head() -> Actor {
    by(Role::UnitHead)
}

fn committee() -> Actor {
    by(Role::UnitCommittee)
}

fn office() -> Actor {
    by(Role::UnitStandingOffice)
}

fn system() -> Actor {
    Actor {
        agency: unit("hoso"),
        ..by(Role::System)
    }
}

fn elsewhere(actor: Actor) -> Actor {
    Actor {
        agency: unit("huyen-ke-sach"),
        ..actor
    }
}

fn draft() -> Draft {
    Draft {
        dossier: DossierId::parse("HS-1").unwrap(),
        round: RoundId::parse("annual-2024").unwrap(),
        unit: unit("huyen-my-tu"),
        submitted_by: unit("huyen-my-tu"),
        on_behalf_of_predecessor: false,
        addressee: Addressee::HomeAffairs,
        round_facts: Some(RoundFacts {
            kind: RoundKind::Annual,
            year: 2024,
            rule_book: crate::rulebook::RuleBook::soc_trang().reference(),
            open: true,
        }),
        unit_facts: UnitFacts::Valid { assessed: true },
    }
}

const DISTRICT: SubjectFacts = SubjectFacts::Unit {
    group: Some(Group::District),
    advising: false,
};
const INSIDER: SubjectFacts = SubjectFacts::Person { insider: true };
const OUTSIDER: SubjectFacts = SubjectFacts::Person { insider: false };

fn proposed(id: &str, lane: Lane, subject: &str, basis: Option<Basis>) -> ProposedItem {
    ProposedItem {
        item: item(id),
        lane,
        subject: SubjectId::parse(subject).unwrap(),
        basis,
        components: Vec::new(),
        initiative: None,
        unit: None,
        nominated_by: None,
        role: None,
    }
}

fn add(item: ProposedItem, subject: SubjectFacts) -> Command {
    Command::AddItem(AddItem {
        item,
        subject,
        taken_by: None,
    })
}

/// Item `i-1`: the unit itself.
fn add_unit() -> Command {
    let collective = proposed("i-1", Lane::CertDistrict, "huyen-my-tu", None);
    add(collective, DISTRICT)
}

/// Item `i-2`: a person of the unit.
fn add_person() -> Command {
    let insider = Some(Basis::Insider);
    let individual = proposed("i-2", Lane::CertIndividual, "ca-nhan-19", insider);
    add(individual, INSIDER)
}

fn remove(id: &str) -> Command {
    Command::RemoveItem(RemoveItem {
        item: item(id),
        reason: None,
    })
}

fn report(id: &str) -> Command {
    Command::AttachReport(ReportAttached {
        item: item(id),
        number: None,
        document: paper("bao-cao.pdf"),
    })
}

fn attachment() -> Command {
    Command::AddAttachment(AttachmentAdded {
        kind: AttachmentKind::Evidence,
        item: None,
        document: paper("minh-chung.pdf"),
    })
}

fn confirm(id: &str) -> Command {
    Command::ConfirmReport(ConfirmReport {
        item: item(id),
        body: "Ban Chỉ đạo CCHC huyện".to_owned(),
        confirmed_on: day("2025-05-28"),
    })
}

fn refuse(id: &str) -> Command {
    Command::RefuseReport(RefuseReport {
        item: item(id),
        reason: "số liệu chưa khớp".to_owned(),
    })
}

fn votes(id: &str, counts: [u32; 4]) -> ItemVotes {
    let [r#for, against, abstained, recused] = counts;
    ItemVotes {
        item: item(id),
        r#for,
        against,
        abstained,
        recused,
    }
}

fn meeting(covers: &[&str]) -> MinutesRecorded {
    MinutesRecorded {
        number: "08/BB-BCĐ".to_owned(),
        date: day("2025-05-26"),
        body: "Thường trực Ban Chỉ đạo CCHC huyện".to_owned(),
        chair: "Chủ tịch Ủy ban nhân dân, Trưởng ban".to_owned(),
        secretary: "Công chức phụ trách CCHC".to_owned(),
        members_total: 9,
        members_present: 7,
        absent: vec!["Trưởng phòng Tổ chức (đi học)".to_owned()],
        voting: Voting::Open,
        covers: items(covers),
        votes: covers.iter().map(|id| votes(id, [6, 0, 0, 1])).collect(),
        document: paper("bien-ban.pdf"),
    }
}

fn minutes(covers: &[&str]) -> Command {
    Command::RecordMinutes(meeting(covers))
}

fn sign(list: &[&str]) -> Command {
    Command::SignProposal(SignProposal {
        number: "808/TTr-UBND".to_owned(),
        date: day("2025-05-30"),
        signed_by: "Chủ tịch Ủy ban nhân dân".to_owned(),
        list: items(list),
        document: paper("to-trinh.pdf"),
    })
}

fn submit() -> Command {
    Command::Submit(Submit {
        sets: 2,
        originals: true,
        channel: Channel::Paper,
        round_open: true,
    })
}

fn supplement() -> Command {
    Command::Supplement(Supplement {
        sets: None,
        originals: None,
    })
}

fn withdraw() -> Command {
    Command::Withdraw(Withdraw {
        number: Some("412/UBND-NV".to_owned()),
        date: day("2025-06-01"),
        reason: "đơn vị tự rà soát".to_owned(),
        decision: None,
    })
}

fn request(supplement_round: u32) -> Command {
    Command::RequestSupplement(SupplementRequested {
        supplement_round,
        missing: vec!["Báo cáo thành tích của i-2".to_owned()],
        due_on: day("2025-06-12"),
    })
}

fn close(outcome: Closure) -> Command {
    Command::Close(DossierClosed {
        outcome,
        reason: "kết quả xử lý".to_owned(),
    })
}

/// What an event hands in.
fn content(event: &Event) -> Option<&DossierContent> {
    if let Event::DossierSubmitted(submitted) = event {
        return Some(&submitted.content);
    }
    if let Event::DossierSupplemented(supplemented) = event {
        return Some(&supplemented.content);
    }
    None
}

/// A dossier with a past, and what somebody then gets.
struct Story {
    state: DossierState,
    events: Vec<Event>,
}

/// A dossier on which these succeeded, in order.
fn given(past: impl IntoIterator<Item = (Actor, Command)>) -> Story {
    let mut story = Story {
        state: DossierState::default(),
        events: Vec::new(),
    };
    for (actor, command) in past {
        let events = story.ask(NOW, actor, command).unwrap();
        assert!(!events.is_empty(), "the past must have happened");
        for event in events {
            assert!(
                !matches!(event, Event::AttemptRefused(_)),
                "the past was refused: {event:?}"
            );
            story.happen(event);
        }
    }
    story
}

/// Drafted, one collective and one person, reports, minutes, confirmations, signature.
fn prepared() -> Vec<(Actor, Command)> {
    vec![
        (staff(), Command::Draft(draft())),
        (staff(), add_unit()),
        (staff(), add_person()),
        (staff(), report("i-1")),
        (staff(), report("i-2")),
        (office(), minutes(&["i-1", "i-2"])),
        (committee(), confirm("i-1")),
        (committee(), confirm("i-2")),
        (head(), sign(&["i-1", "i-2"])),
    ]
}

fn submitted() -> Vec<(Actor, Command)> {
    let mut past = prepared();
    past.push((head(), submit()));
    past
}

fn with(mut past: Vec<(Actor, Command)>, more: Vec<(Actor, Command)>) -> Vec<(Actor, Command)> {
    past.extend(more);
    past
}

impl Story {
    fn ask(&self, when: &str, by: Actor, command: Command) -> Result<Vec<Event>, Rejection> {
        let issued = Issued {
            by,
            at: at(when),
            command,
        };
        Dossier::decide(&self.state, issued)
    }

    fn happen(&mut self, event: Event) {
        let state = std::mem::take(&mut self.state);
        self.state = Dossier::evolve(state, &event);
        self.events.push(event);
    }

    /// The command must succeed with exactly one event, which then happens.
    fn when(mut self, by: Actor, command: Command) -> Self {
        let mut events = self.ask(NOW, by, command).unwrap();
        assert_eq!(events.len(), 1, "{events:?}");
        self.happen(events.remove(0));
        self
    }

    fn last(&self) -> &Event {
        self.events.last().unwrap()
    }

    fn papers(&self) -> &Papers {
        self.state.papers().unwrap()
    }

    fn status(&self) -> &'static str {
        self.papers().status()
    }

    /// The command is a mistake.
    fn rejects(&self, by: Actor, command: Command) -> Rejection {
        self.ask(NOW, by, command).unwrap_err()
    }

    /// The attempt is denied, and that is recorded.
    fn refuses(&self, by: Actor, command: Command) -> Refusal {
        match self.ask(NOW, by, command).unwrap().as_slice() {
            [Event::AttemptRefused(refusal)] => refusal.clone(),
            other => panic!("not refused: {other:?}"),
        }
    }

    /// The command has nothing to do.
    fn ignores(&self, by: Actor, command: Command) {
        assert_eq!(self.ask(NOW, by, command), Ok(Vec::new()));
    }
}
