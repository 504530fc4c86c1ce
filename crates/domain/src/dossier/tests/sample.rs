//! The sample year's dossiers, each driven from draft to its end exactly as its office handed it in.
//!
//! The files stand in `examples/soc-trang-2024/ho-so`; names in them stay where they are.

use serde::Deserialize;

use super::*;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Sample {
    id: DossierId,
    unit: UnitId,
    submitted_by: UnitId,
    on_behalf_of_predecessor: bool,
    proposal: Proposal,
    minutes: Minutes,
    reports: Vec<Report>,
    sets: u32,
    originals: bool,
    channel: Channel,
    sent_at: DateTime<Utc>,
    supplements: Vec<SupplementStory>,
    withdrawal: Option<Withdrawal>,
    items: Vec<Item>,
    attachments: Vec<Attachment>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Proposal {
    number: String,
    date: NaiveDate,
    signed_by: String,
    list: Vec<ItemId>,
    file: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Minutes {
    number: String,
    date: NaiveDate,
    body: String,
    chair: String,
    secretary: String,
    members_total: u32,
    members_present: u32,
    absent: Vec<String>,
    voting: Voting,
    covers: Vec<ItemId>,
    votes: Vec<ItemVotes>,
    file: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Report {
    item: ItemId,
    number: Option<String>,
    confirmed: bool,
    confirmed_by: String,
    confirmed_on: NaiveDate,
    file: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct SupplementStory {
    requested_on: NaiveDate,
    due_on: NaiveDate,
    missing: Vec<String>,
    received_at: Option<DateTime<Utc>>,
    added: Vec<Report>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Withdrawal {
    number: Option<String>,
    date: NaiveDate,
    received_at: DateTime<Utc>,
    reason: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Item {
    id: ItemId,
    lane: Lane,
    subject: SubjectId,
    basis: Option<Basis>,
    #[serde(default)]
    components: Vec<ComponentId>,
    initiative: Option<InitiativeId>,
    role: Option<String>,
    unit: Option<UnitId>,
    nominated_by: Option<UnitId>,
}

#[derive(Deserialize)]
struct Attachment {
    kind: AttachmentKind,
    item: Option<ItemId>,
    file: String,
}

macro_rules! files {
    ($($number:literal)*) => {
        [$(include_str!(concat!(
            "../../../../../examples/soc-trang-2024/ho-so/HS-2024-",
            $number,
            ".json"
        ))),*]
    };
}

/// The files, HS-2024-01 first.
const FILES: [&str; 27] = files![
    "01" "02" "03" "04" "05" "06" "07" "08" "09" "10" "11" "12" "13" "14"
    "15" "16" "17" "18" "19" "20" "21" "22" "23" "24" "25" "26" "27"
];

fn sample(number: usize) -> Sample {
    serde_json::from_str(FILES[number - 1]).unwrap()
}

/// A dossier on its way, and the moment acts take effect.
struct Drive<'a> {
    sample: &'a Sample,
    story: Story,
    now: DateTime<Utc>,
}

impl Drive<'_> {
    fn act(&mut self, role: Role, command: Command) {
        let by = if role == Role::System {
            system()
        } else {
            Actor {
                agency: self.sample.submitted_by.clone(),
                ..by(role)
            }
        };
        let issued = Issued {
            by,
            at: self.now,
            command,
        };
        let events = Dossier::decide(&self.story.state, issued).unwrap();
        assert_eq!(events.len(), 1);
        for event in events {
            assert!(!matches!(event, Event::AttemptRefused(_)), "{event:?}");
            self.story.happen(event);
        }
    }

    fn draft(&mut self) {
        let own = self.sample.unit == self.sample.submitted_by;
        let drafting = Draft {
            dossier: self.sample.id.clone(),
            unit: self.sample.unit.clone(),
            submitted_by: self.sample.submitted_by.clone(),
            on_behalf_of_predecessor: self.sample.on_behalf_of_predecessor,
            unit_facts: if own {
                UnitFacts::Valid { assessed: true }
            } else {
                UnitFacts::Merged {
                    successor: self.sample.submitted_by.clone(),
                }
            },
            ..super::draft()
        };
        self.act(Role::UnitStaff, Command::Draft(drafting));
    }

    fn item(&mut self, item: &Item) {
        let subject = match item.basis {
            Some(basis) => SubjectFacts::Person {
                insider: basis != Basis::Outsider,
            },
            None => SubjectFacts::Unit {
                group: Some(item.lane.group().unwrap_or(Group::Department)),
                advising: item.lane == Lane::CertAdvising,
            },
        };
        let proposed = ProposedItem {
            item: item.id.clone(),
            lane: item.lane,
            subject: item.subject.clone(),
            basis: item.basis,
            components: item.components.clone(),
            initiative: item.initiative.clone(),
            unit: item.unit.clone(),
            nominated_by: item.nominated_by.clone(),
            role: item.role.clone(),
        };
        self.act(Role::UnitStaff, add(proposed, subject));
    }

    fn minutes(&mut self) {
        let minutes = &self.sample.minutes;
        let recorded = MinutesRecorded {
            number: minutes.number.clone(),
            date: minutes.date,
            body: minutes.body.clone(),
            chair: minutes.chair.clone(),
            secretary: minutes.secretary.clone(),
            members_total: minutes.members_total,
            members_present: minutes.members_present,
            absent: minutes.absent.clone(),
            voting: minutes.voting,
            covers: minutes.covers.clone(),
            votes: minutes.votes.clone(),
            document: paper(&minutes.file),
        };
        self.act(Role::UnitStandingOffice, Command::RecordMinutes(recorded));
    }

    fn report(&mut self, report: &Report) {
        let attached = ReportAttached {
            item: report.item.clone(),
            number: report.number.clone(),
            document: paper(&report.file),
        };
        self.act(Role::UnitStaff, Command::AttachReport(attached));
        assert!(report.confirmed, "the sample has no unconfirmed report");
        let confirmation = ConfirmReport {
            item: report.item.clone(),
            body: report.confirmed_by.clone(),
            confirmed_on: report.confirmed_on,
        };
        self.act(Role::UnitCommittee, Command::ConfirmReport(confirmation));
    }

    fn sign(&mut self) {
        let proposal = &self.sample.proposal;
        let signature = SignProposal {
            number: proposal.number.clone(),
            date: proposal.date,
            signed_by: proposal.signed_by.clone(),
            list: proposal.list.clone(),
            document: paper(&proposal.file),
        };
        self.act(Role::UnitHead, Command::SignProposal(signature));
    }

    fn supplement(&mut self, round: u32, supplement: &SupplementStory) {
        self.now = morning(supplement.requested_on);
        let request = SupplementRequested {
            supplement_round: round,
            missing: supplement.missing.clone(),
            due_on: supplement.due_on,
        };
        self.act(Role::System, Command::RequestSupplement(request));
        let Some(received_at) = supplement.received_at else {
            return;
        };
        self.now = received_at;
        for report in &supplement.added {
            self.report(report);
        }
        self.act(Role::UnitStaff, super::supplement());
    }

    fn withdraw(&mut self, withdrawal: &Withdrawal) {
        self.now = withdrawal.received_at;
        let letter = Withdraw {
            number: withdrawal.number.clone(),
            date: withdrawal.date,
            reason: withdrawal.reason.clone(),
            decision: None,
        };
        self.act(Role::UnitHead, Command::Withdraw(letter));
    }
}

fn morning(day: NaiveDate) -> DateTime<Utc> {
    at(&format!("{day}T02:00:00Z"))
}

/// From draft to handed in, at the time it was sent.
fn hand_in(sample: &Sample) -> Drive<'_> {
    let mut drive = Drive {
        sample,
        story: given([]),
        now: sample.sent_at,
    };
    drive.draft();
    for item in &sample.items {
        drive.item(item);
    }
    drive.minutes();
    for report in &sample.reports {
        drive.report(report);
    }
    for attachment in &sample.attachments {
        let added = AttachmentAdded {
            kind: attachment.kind,
            item: attachment.item.clone(),
            document: paper(&attachment.file),
        };
        drive.act(Role::UnitStaff, Command::AddAttachment(added));
    }
    drive.sign();
    let submission = Submit {
        sets: sample.sets,
        originals: sample.originals,
        channel: sample.channel,
        round_open: true,
    };
    drive.act(Role::UnitHead, Command::Submit(submission));
    drive
}

/// Handed in, then supplemented and withdrawn as the file says.
fn whole_life(sample: &Sample) -> Story {
    let mut drive = hand_in(sample);
    for (round, supplement) in (1..).zip(&sample.supplements) {
        drive.supplement(round, supplement);
    }
    if let Some(withdrawal) = &sample.withdrawal {
        drive.withdraw(withdrawal);
    }
    drive.story
}

#[test]
fn every_dossier_of_the_sample_year_can_be_told_with_these_commands() {
    for number in 1..=27 {
        let sample = sample(number);
        let story = hand_in(&sample).story;
        let content = content(story.last()).unwrap();
        assert_eq!(content.items.len(), sample.items.len(), "{}", sample.id);
        assert_eq!(content.proposal.list, sample.proposal.list);
        assert_eq!(content.reports.len(), sample.reports.len());
        assert_eq!(content.sets, sample.sets);
        assert_eq!(content.sent_at, sample.sent_at);
        whole_life(&sample);
    }
}

#[test]
fn hs_2024_01_is_complete_and_goes_to_the_round() {
    let sample = sample(1);
    let mut story = whole_life(&sample);
    let handed_in = content(story.last()).unwrap();
    assert_eq!(handed_in.proposal.list.len(), handed_in.reports.len());
    assert!(handed_in.reports.iter().all(|report| report.confirmed));
    story = story.when(system(), close(Closure::Forwarded));
    assert_eq!(story.status(), "FORWARDED");
}

#[test]
fn hs_2024_05_is_submitted_by_the_successor_of_a_merged_unit() {
    let sample = sample(5);
    let story = whole_life(&sample);
    let head = &story.papers().head;
    assert!(head.on_behalf_of_predecessor);
    assert_eq!(head.unit, unit("so-thong-tin-va-truyen-thong"));
    assert_eq!(head.submitted_by, unit("so-khoa-hoc-va-cong-nghe"));
}

#[test]
fn hs_2024_16_does_not_agree_with_itself_is_returned_and_lapses() {
    let sample = sample(16);
    let handed_in = hand_in(&sample).story;
    let content = content(handed_in.last()).unwrap();
    let reported: Vec<_> = content.reports.iter().map(|r| r.item.clone()).collect();
    assert_eq!(
        content.proposal.list,
        items(&["hs16-1", "hs16-2", "hs16-3"])
    );
    assert_eq!(reported, items(&["hs16-1", "hs16-2"]));
    let covers = &content.minutes.as_ref().unwrap().covers;
    assert_eq!(*covers, items(&["hs16-1", "hs16-3"]));
    let story = whole_life(&sample).when(system(), close(Closure::Lapsed));
    assert_eq!(story.status(), "LAPSED");
}

#[test]
fn hs_2024_24_brings_the_missing_report_in_a_supplement() {
    let story = whole_life(&sample(24));
    let Event::DossierSupplemented(supplemented) = story.last() else {
        panic!("{:?}", story.last())
    };
    assert_eq!(supplemented.reports, items(&["hs24-3"]));
    assert_eq!(supplemented.received_at, at("2025-06-24T03:05:00Z"));
    assert_eq!(supplemented.content.reports.len(), 3);
}

#[test]
fn hs_2024_26_is_withdrawn_after_it_was_handed_in() {
    let story = whole_life(&sample(26));
    assert_eq!(story.status(), "WITHDRAWN");
    let Event::DossierWithdrawn(withdrawn) = story.last() else {
        panic!("{:?}", story.last())
    };
    assert_eq!(withdrawn.number.as_deref(), Some("412/UBND-NV (mẫu)"));
    assert!(withdrawn.was_submitted);
    assert_eq!(withdrawn.items, items(&["hs26-1"]));
}
