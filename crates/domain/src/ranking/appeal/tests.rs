//! What an appeal does, as sentences.

use super::*;
use crate::calendar::Counting;
use crate::ids::{OfficialId, PersonId};

fn actor(role: Role, agency: &str) -> Actor {
    Actor {
        official: OfficialId::parse("cb-1").unwrap(),
        person: PersonId::parse("p-1").unwrap(),
        role,
        agency: UnitId::parse(agency).unwrap(),
        on_behalf_of: None,
    }
}

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn filing() -> AppealCommand {
    AppealCommand::File(Box::new(FileAppeal {
        appeal: AppealId::parse("kn-1").unwrap(),
        round: RoundId::parse("annual-2024").unwrap(),
        item: ItemId::parse("hs11-1").unwrap(),
        dossier: DossierId::parse("HS-2024-11").unwrap(),
        unit: UnitId::parse("so-giao-thong").unwrap(),
        ground: "Điểm năm 2021 đã được đính chính".to_owned(),
        known_since: Some(day("2025-08-20")),
        period: AppealPeriod {
            days: 90,
            counting: Counting::CalendarRolled,
            citation: "Luật Khiếu nại 2011, Điều 9".to_owned(),
        },
        holidays: Holidays::default(),
    }))
}

fn when(
    state: &AppealState,
    by: Actor,
    on: &str,
    command: AppealCommand,
) -> Result<Vec<AppealEvent>, AppealRejection> {
    let at = format!("{on}T02:00:00Z").parse().unwrap();
    Appeal::decide(state, Issued { by, at, command })
}

fn given_filed() -> AppealState {
    let head = actor(Role::UnitHead, "so-giao-thong");
    when(&AppealState::NotFiled, head, "2025-09-01", filing())
        .unwrap()
        .iter()
        .fold(AppealState::NotFiled, Appeal::evolve)
}

fn word() -> Word {
    Word {
        reason: "Có căn cứ".to_owned(),
    }
}

fn types(events: &[AppealEvent]) -> Vec<&'static str> {
    events.iter().map(StoredEvent::event_type).collect()
}

#[test]
fn the_unit_appeals_within_ninety_days_and_the_last_day_counts() {
    // 20/8/2025 + 90 days = 18/11/2025, a Tuesday.
    let head = || actor(Role::UnitHead, "so-giao-thong");
    let last = when(&AppealState::NotFiled, head(), "2025-11-18", filing()).unwrap();
    assert_eq!(types(&last), ["AppealFiled"]);
    let late = when(&AppealState::NotFiled, head(), "2025-11-19", filing()).unwrap();
    assert_eq!(types(&late), ["AppealFiled", "AppealInadmissible"]);
}

#[test]
fn nobody_appeals_against_an_outcome_nobody_was_told() {
    let AppealCommand::File(mut file) = filing() else {
        panic!("a filing");
    };
    file.known_since = None;
    let head = actor(Role::UnitHead, "so-giao-thong");
    let command = AppealCommand::File(file);
    assert_eq!(
        when(&AppealState::NotFiled, head, "2025-09-01", command),
        Err(AppealRejection::OutcomeUnknown)
    );
}

#[test]
fn another_unit_may_not_appeal_and_home_affairs_takes_letters_in() {
    let other = actor(Role::UnitHead, "so-y-te");
    let refused = when(&AppealState::NotFiled, other, "2025-09-01", filing()).unwrap();
    assert_eq!(types(&refused), ["AttemptRefused"]);
    let gateway = actor(Role::HomeAffairs, "so-noi-vu");
    let taken = when(&AppealState::NotFiled, gateway, "2025-09-01", filing()).unwrap();
    assert_eq!(types(&taken), ["AppealFiled"]);
}

#[test]
fn the_chairman_upholds_or_dismisses_once() {
    let chairman = || actor(Role::Chairman, "ubnd-tinh");
    let open = given_filed();
    assert_eq!(open.status(), "OPEN");
    let upheld = when(
        &open,
        chairman(),
        "2025-09-10",
        AppealCommand::Uphold(word()),
    )
    .unwrap();
    assert_eq!(types(&upheld), ["AppealUpheld"]);
    let state = upheld.iter().fold(open.clone(), Appeal::evolve);
    assert_eq!(state.status(), "UPHELD");
    assert_eq!(
        when(
            &state,
            chairman(),
            "2025-09-11",
            AppealCommand::Dismiss(word())
        ),
        Err(AppealRejection::Resolved { status: "UPHELD" })
    );
    let dismissed = when(
        &open,
        chairman(),
        "2025-09-10",
        AppealCommand::Dismiss(word()),
    )
    .unwrap();
    assert_eq!(types(&dismissed), ["AppealDismissed"]);
}

#[test]
fn home_affairs_finds_inadmissible_but_does_not_uphold_and_no_party_judges() {
    let open = given_filed();
    let gateway = actor(Role::HomeAffairs, "so-noi-vu");
    let found = when(
        &open,
        gateway.clone(),
        "2025-09-10",
        AppealCommand::FindInadmissible(word()),
    );
    assert_eq!(types(&found.unwrap()), ["AppealInadmissible"]);
    let upheld = when(&open, gateway, "2025-09-10", AppealCommand::Uphold(word()));
    assert_eq!(types(&upheld.unwrap()), ["AttemptRefused"]);
    let party = actor(Role::HomeAffairs, "so-giao-thong");
    let judged = when(
        &open,
        party,
        "2025-09-10",
        AppealCommand::FindInadmissible(word()),
    )
    .unwrap();
    let refusal = judged.first().and_then(StoredEvent::refusal).unwrap();
    assert_eq!(refusal.rule, "R54");
}

#[test]
fn an_appeal_that_was_never_filed_cannot_be_judged() {
    let chairman = actor(Role::Chairman, "ubnd-tinh");
    assert_eq!(
        when(
            &AppealState::NotFiled,
            chairman,
            "2025-09-10",
            AppealCommand::Uphold(word())
        ),
        Err(AppealRejection::NotFiled)
    );
}
