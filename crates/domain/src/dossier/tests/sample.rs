//! Dossiers of the sample year, driven from draft to their end as the offices handed them in.

use super::*;

/// How one item stands in a sample dossier: id, lane, subject, basis, components, initiative.
type Row = (
    &'static str,
    Lane,
    &'static str,
    Option<Basis>,
    &'static [&'static str],
    Option<&'static str>,
);

/// A sample dossier, as far as its shape goes.
struct Sample {
    id: &'static str,
    unit: &'static str,
    group: Group,
    advising: bool,
    items: &'static [Row],
    covers: &'static [&'static str],
    reports: &'static [&'static str],
    members: [u32; 2],
    minuted_on: &'static str,
    confirmed_on: &'static str,
    proposed_on: &'static str,
    sent_at: &'static str,
}

const HS_01: Sample = Sample {
    id: "HS-2024-01",
    unit: "so-noi-vu",
    group: Group::Department,
    advising: true,
    items: &[
        ("hs01-1", Lane::CertAdvising, "so-noi-vu", None, &[], None),
        ("hs01-2", Lane::CertDepartment, "so-noi-vu", None, &[], None),
        (
            "hs01-3",
            Lane::CertIndividual,
            "ca-nhan-01",
            Some(Basis::Adviser),
            &["to-chuc-bo-may"],
            None,
        ),
        (
            "hs01-4",
            Lane::CertIndividual,
            "ca-nhan-02",
            Some(Basis::Adviser),
            &["cong-vu", "chi-dao-dieu-hanh"],
            None,
        ),
    ],
    covers: &["hs01-1", "hs01-2", "hs01-3", "hs01-4"],
    reports: &["hs01-1", "hs01-2", "hs01-3", "hs01-4"],
    members: [9, 8],
    minuted_on: "2025-05-12",
    confirmed_on: "2025-05-13",
    proposed_on: "2025-05-19",
    sent_at: "2025-05-22T02:12:00Z",
};

const HS_16: Sample = Sample {
    id: "HS-2024-16",
    unit: "don-vi-su-nghiep-2",
    group: Group::ServiceUnit,
    advising: false,
    items: &[
        (
            "hs16-1",
            Lane::CertServiceUnit,
            "don-vi-su-nghiep-2",
            None,
            &[],
            None,
        ),
        (
            "hs16-2",
            Lane::CertIndividual,
            "ca-nhan-24",
            Some(Basis::Insider),
            &[],
            None,
        ),
        (
            "hs16-3",
            Lane::CertIndividual,
            "ca-nhan-25",
            Some(Basis::Insider),
            &[],
            None,
        ),
    ],
    covers: &["hs16-1", "hs16-3"],
    reports: &["hs16-1", "hs16-2"],
    members: [7, 6],
    minuted_on: "2025-06-03",
    confirmed_on: "2025-06-04",
    proposed_on: "2025-06-09",
    sent_at: "2025-06-11T07:20:00Z",
};

const HS_24: Sample = Sample {
    id: "HS-2024-24",
    unit: "huyen-my-tu",
    group: Group::District,
    advising: false,
    items: &[
        ("hs24-1", Lane::CertDistrict, "huyen-my-tu", None, &[], None),
        (
            "hs24-2",
            Lane::CertIndividual,
            "ca-nhan-19",
            Some(Basis::Insider),
            &[],
            None,
        ),
        (
            "hs24-3",
            Lane::CertIndividual,
            "ca-nhan-20",
            Some(Basis::Outsider),
            &[],
            Some("SK-2025-02"),
        ),
    ],
    covers: &["hs24-1", "hs24-2", "hs24-3"],
    reports: &["hs24-1", "hs24-2"],
    members: [9, 7],
    minuted_on: "2025-06-10",
    confirmed_on: "2025-06-11",
    proposed_on: "2025-06-13",
    sent_at: "2025-06-16T09:30:00Z",
};

const HS_26: Sample = Sample {
    id: "HS-2024-26",
    unit: "huyen-thanh-tri",
    group: Group::District,
    advising: false,
    items: &[(
        "hs26-1",
        Lane::CertDistrict,
        "huyen-thanh-tri",
        None,
        &[],
        None,
    )],
    covers: &["hs26-1"],
    reports: &["hs26-1"],
    members: [9, 9],
    minuted_on: "2025-06-02",
    confirmed_on: "2025-06-03",
    proposed_on: "2025-06-06",
    sent_at: "2025-06-09T02:20:00Z",
};

impl Sample {
    fn by(&self, role: Role) -> Actor {
        Actor {
            agency: unit(self.unit),
            ..by(role)
        }
    }

    fn item(&self, row: &Row) -> Command {
        let (id, lane, subject, basis, components, initiative) = *row;
        let facts = match basis {
            Some(basis) => SubjectFacts::Person {
                insider: basis != Basis::Outsider,
            },
            None => SubjectFacts::Unit {
                group: Some(self.group),
                advising: self.advising,
            },
        };
        let proposed = ProposedItem {
            components: components
                .iter()
                .map(|c| ComponentId::parse(c).unwrap())
                .collect(),
            initiative: initiative.map(|i| InitiativeId::parse(i).unwrap()),
            nominated_by: initiative.map(|_| unit(self.unit)),
            ..proposed(id, lane, subject, basis)
        };
        add(proposed, facts)
    }

    /// Does one act at the time the dossier was sent, or at another.
    fn act(&self, story: &mut Story, when: &str, role: Role, command: Command) {
        let events = story.ask(when, self.by(role), command).unwrap();
        assert_eq!(events.len(), 1);
        for event in events {
            assert!(!matches!(event, Event::AttemptRefused(_)), "{event:?}");
            story.happen(event);
        }
    }

    fn report(&self, story: &mut Story, when: &str, id: &str) {
        self.act(story, when, Role::UnitStaff, report(id));
        let confirmation = Command::ConfirmReport(ConfirmReport {
            item: item(id),
            body: "Ban Chỉ đạo CCHC".to_owned(),
            confirmed_on: day(self.confirmed_on),
        });
        self.act(story, when, Role::UnitCommittee, confirmation);
    }

    fn hand_in(&self) -> Story {
        let mut story = given([]);
        let drafting = Draft {
            dossier: DossierId::parse(self.id).unwrap(),
            unit: unit(self.unit),
            submitted_by: unit(self.unit),
            ..draft()
        };
        let sent = self.sent_at;
        self.act(&mut story, sent, Role::UnitStaff, Command::Draft(drafting));
        for row in self.items {
            self.act(&mut story, sent, Role::UnitStaff, self.item(row));
        }
        let [total, present] = self.members;
        let minutes = MinutesRecorded {
            date: day(self.minuted_on),
            members_total: total,
            members_present: present,
            absent: vec!["Ủy viên (đi công tác)".to_owned(); (total - present) as usize],
            votes: self
                .covers
                .iter()
                .map(|id| votes(id, [present, 0, 0, 0]))
                .collect(),
            ..meeting(self.covers)
        };
        let office = Role::UnitStandingOffice;
        self.act(&mut story, sent, office, Command::RecordMinutes(minutes));
        for id in self.reports {
            self.report(&mut story, sent, id);
        }
        let list: Vec<_> = self.items.iter().map(|row| row.0).collect();
        let signature = Command::SignProposal(SignProposal {
            number: "729/TTr".to_owned(),
            date: day(self.proposed_on),
            signed_by: "Thủ trưởng".to_owned(),
            list: items(&list),
            document: paper("to-trinh.pdf"),
        });
        self.act(&mut story, sent, Role::UnitHead, signature);
        self.act(&mut story, sent, Role::UnitHead, submit());
        story
    }
}

#[test]
fn hs_2024_01_is_complete_and_goes_to_the_round() {
    let mut story = HS_01.hand_in();
    let Event::DossierSubmitted(submitted) = story.last() else {
        panic!("{:?}", story.last())
    };
    let content = &submitted.content;
    assert_eq!(content.items.len(), 4);
    assert_eq!(content.items[3].components.len(), 2);
    assert_eq!(content.proposal.list.len(), content.reports.len());
    assert!(content.reports.iter().all(|report| report.confirmed));
    let forwarded = close(Closure::Forwarded);
    let events = story
        .ask("2025-05-26T02:00:00Z", system(), forwarded)
        .unwrap();
    story.happen(events[0].clone());
    assert_eq!(story.status(), "FORWARDED");
}

#[test]
fn hs_2024_16_does_not_agree_with_itself_is_returned_and_lapses() {
    let mut story = HS_16.hand_in();
    let Event::DossierSubmitted(submitted) = story.last() else {
        panic!("{:?}", story.last())
    };
    let content = &submitted.content;
    let reported: Vec<_> = content.reports.iter().map(|r| r.item.clone()).collect();
    assert_eq!(
        content.proposal.list,
        items(&["hs16-1", "hs16-2", "hs16-3"])
    );
    assert_eq!(reported, items(&["hs16-1", "hs16-2"]));
    assert_eq!(
        content.minutes.as_ref().unwrap().covers,
        items(&["hs16-1", "hs16-3"])
    );
    for (when, command) in [
        ("2025-06-13T02:00:00Z", request(1)),
        ("2025-06-24T02:00:00Z", close(Closure::Lapsed)),
    ] {
        let events = story.ask(when, system(), command).unwrap();
        story.happen(events[0].clone());
    }
    assert_eq!(story.status(), "LAPSED");
}

#[test]
fn hs_2024_24_brings_the_missing_report_in_a_supplement() {
    let mut story = HS_24.hand_in();
    let events = story
        .ask("2025-06-17T02:00:00Z", system(), request(1))
        .unwrap();
    story.happen(events[0].clone());
    let received = "2025-06-24T03:05:00Z";
    HS_24.report(&mut story, received, "hs24-3");
    HS_24.act(&mut story, received, Role::UnitStaff, supplement());
    let Event::DossierSupplemented(supplemented) = story.last() else {
        panic!("{:?}", story.last())
    };
    assert_eq!(supplemented.reports, items(&["hs24-3"]));
    assert_eq!(supplemented.received_at, at(received));
    assert_eq!(supplemented.content.reports.len(), 3);
    assert_eq!(supplemented.content.sent_at, at(HS_24.sent_at));
}

#[test]
fn hs_2024_26_is_withdrawn_after_it_was_forwarded() {
    let mut story = HS_26.hand_in();
    let forwarded = close(Closure::Forwarded);
    let events = story
        .ask("2025-06-12T02:00:00Z", system(), forwarded)
        .unwrap();
    story.happen(events[0].clone());
    let letter = Command::Withdraw(Withdraw {
        number: Some("412/UBND-NV (mẫu)".to_owned()),
        date: day("2025-07-01"),
        reason: "Đơn vị tự rà soát, đề nghị rút để hoàn thiện số liệu nhiệm vụ".to_owned(),
        decision: None,
    });
    HS_26.act(&mut story, "2025-07-02T01:50:00Z", Role::UnitHead, letter);
    assert_eq!(story.status(), "WITHDRAWN");
}
