//! The sample year through the importer: spreadsheets and CSV say the same, errors stand row by
//! row, and what was imported is what the round file of that year holds.

use std::collections::BTreeSet;
use std::path::PathBuf;

use chrono::{DateTime, Utc};
use hoso_domain::actor::{Actor, Role};
use hoso_domain::evaluation::RoundFile;
use hoso_domain::ids::{OfficialId, PersonId, UnitId};
use hoso_ledger::Position;
use hoso_runtime::{Clock, Runtime, View};
use tempfile::TempDir;

use super::*;
use crate::views::RegistryFacts;

fn sample(name: &str) -> Vec<u8> {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .join("../../examples/soc-trang-2024")
        .join(name);
    std::fs::read(&path).unwrap()
}

fn file_of(kind: ImportKind) -> &'static str {
    match kind {
        ImportKind::Units => "don-vi.csv",
        ImportKind::Index => "chi-so-cchc.csv",
        ImportKind::Satisfaction => "hai-long.csv",
        ImportKind::Tasks => "nhiem-vu.csv",
        ImportKind::Components => "chi-so-thanh-phan.csv",
        ImportKind::Initiatives => "sang-kien.csv",
        ImportKind::Holds => "ky-luat.csv",
        ImportKind::Publications => "cong-bo.csv",
    }
}

fn without_numbers<T: Clone>(rows: &[Numbered<T>]) -> Vec<T> {
    rows.iter().map(|numbered| numbered.row.clone()).collect()
}

fn assert_same_rows(kind: ImportKind, csv: &Rows, sheet: &Rows) {
    macro_rules! compare {
        ($($variant:ident),*) => {
            match (csv, sheet) {
                $((Rows::$variant(csv), Rows::$variant(sheet)) => {
                    assert_eq!(without_numbers(csv), without_numbers(sheet), "{kind:?}");
                })*
                other => panic!("{kind:?}: {other:?}"),
            }
        };
    }
    compare!(
        Units,
        Index,
        Satisfaction,
        Tasks,
        Components,
        Initiatives,
        Holds,
        Publications
    );
}

#[test]
fn every_sheet_of_the_workbook_says_what_its_csv_says() {
    let workbook = sample("so-lieu-2024.xlsx");
    for (kind, rows) in [
        (ImportKind::Units, 40),
        (ImportKind::Index, 157),
        (ImportKind::Satisfaction, 157),
        (ImportKind::Tasks, 157),
        (ImportKind::Components, 32),
        (ImportKind::Initiatives, 11),
        (ImportKind::Holds, 4),
        (ImportKind::Publications, 13),
    ] {
        let csv = parse(kind, &sample(file_of(kind)), Some("text/csv")).unwrap();
        let sheet = parse(kind, &workbook, Some("so-lieu-2024.xlsx")).unwrap();
        assert_eq!((csv.rows, sheet.rows), (rows, rows), "{kind:?}");
        assert_eq!((&csv.rejected, &sheet.rejected), (&vec![], &vec![]));
        assert_same_rows(kind, &csv.good, &sheet.good);
    }
}

#[test]
fn rows_are_numbered_as_the_person_sees_them() {
    let numbers = |bytes: &[u8]| {
        let parsed = parse(ImportKind::Holds, bytes, None).unwrap();
        let Rows::Holds(rows) = parsed.good else {
            panic!("{parsed:?}")
        };
        rows.iter().map(|n| n.number).collect::<Vec<_>>()
    };
    assert_eq!(numbers(&sample("ky-luat.csv")), [2, 3, 4, 5]);
    assert_eq!(numbers(&sample("so-lieu-2024.xlsx")), [6, 7, 8, 9]);
}

#[test]
fn a_hidden_sheet_is_never_read() {
    let index = parse(ImportKind::Index, &sample("so-lieu-2024.xlsx"), None).unwrap();
    let Rows::Index(rows) = index.good else {
        panic!("{index:?}")
    };
    let of = |unit: &str| {
        rows.iter()
            .find(|n| n.row.unit.as_str() == unit && n.row.year == 2024)
            .and_then(|n| n.row.value)
            .map(|value| value.to_string())
    };
    assert_eq!(
        of("so-y-te"),
        Some("90.74".to_owned()),
        "not the draft's 93.15"
    );
    assert_eq!(of("co-quan-trung-uong-3"), None, "not the draft's 84.70");
}

/// A runtime on a fresh store, and somebody of Home Affairs.
struct Office {
    runtime: Runtime,
    facts: View<RegistryFacts>,
    _directory: TempDir,
}

fn now() -> DateTime<Utc> {
    "2025-08-15T02:00:00Z".parse().unwrap()
}

fn actor(role: Role) -> Actor {
    Actor {
        official: OfficialId::parse("o-1").unwrap(),
        person: PersonId::parse("p-1").unwrap(),
        role,
        agency: UnitId::parse("so-noi-vu").unwrap(),
        on_behalf_of: None,
    }
}

impl Office {
    async fn open() -> Self {
        let directory = TempDir::new().unwrap();
        let runtime = Runtime::open_embedded(directory.path(), Clock::fixed(now()))
            .await
            .unwrap();
        Self {
            facts: View::new(runtime.ledger.clone()),
            runtime,
            _directory: directory,
        }
    }

    async fn import(&self, kind: ImportKind, bytes: &[u8]) -> ImportReport {
        self.import_with(kind, bytes, &ImportOptions::default())
            .await
    }

    async fn import_with(
        &self,
        kind: ImportKind,
        bytes: &[u8],
        options: &ImportOptions,
    ) -> ImportReport {
        import(
            &self.runtime,
            actor(Role::HomeAffairs),
            kind,
            bytes,
            options,
        )
        .await
        .unwrap()
    }

    async fn import_sample(&self) {
        for kind in ImportKind::ALL {
            let report = self.import(*kind, &sample(file_of(*kind))).await;
            assert_eq!(
                (&report.rejected, report.applied),
                (&vec![], true),
                "{kind:?}"
            );
            assert_eq!(report.warnings, [], "{kind:?}");
        }
    }

    async fn head(&self) -> Position {
        self.runtime.ledger.head().await.unwrap()
    }
}

#[tokio::test]
async fn the_imported_year_is_the_registrys_part_of_its_round_file() {
    let office = Office::open().await;
    office.import_sample().await;
    let file = RoundFile::read(&sample("round-2024.json")).unwrap();
    let facts = office.facts.current().await.unwrap();
    let inputs = facts.round_inputs(file.as_of);
    let texts = |records: Vec<String>| records.into_iter().collect::<BTreeSet<_>>();
    macro_rules! compare {
        ($($field:ident),*) => {$(
            let ours = inputs.$field.iter().map(|r| format!("{r:?}")).collect();
            let theirs = file.$field.iter().map(|r| format!("{r:?}")).collect();
            assert_eq!(texts(ours), texts(theirs), stringify!($field));
            assert_eq!(inputs.$field.len(), file.$field.len(), stringify!($field));
        )*};
    }
    compare!(
        units,
        index,
        satisfaction,
        tasks,
        components,
        initiatives,
        holds
    );
}

#[tokio::test]
async fn the_workbook_after_the_csv_files_changes_nothing() {
    let office = Office::open().await;
    office.import_sample().await;
    let head = office.head().await;
    let workbook = sample("so-lieu-2024.xlsx");
    for kind in ImportKind::ALL {
        let report = office.import(*kind, &workbook).await;
        assert_eq!(
            (report.rejected, report.consequences),
            (vec![], vec![]),
            "{kind:?}"
        );
    }
    assert_eq!(office.head().await, head);
}

#[tokio::test]
async fn publications_and_entries_may_come_in_either_order() {
    let (publications_first, entries_first) = (Office::open().await, Office::open().await);
    let units = sample("don-vi.csv");
    let tables = [ImportKind::Publications, ImportKind::Index];
    publications_first.import(ImportKind::Units, &units).await;
    entries_first.import(ImportKind::Units, &units).await;
    for kind in tables {
        publications_first
            .import(kind, &sample(file_of(kind)))
            .await;
    }
    for kind in tables.into_iter().rev() {
        entries_first.import(kind, &sample(file_of(kind))).await;
    }
    let as_of = "2025-08-15".parse().unwrap();
    let one = publications_first.facts.current().await.unwrap();
    let other = entries_first.facts.current().await.unwrap();
    assert_eq!(one.round_inputs(as_of), other.round_inputs(as_of));
    assert_eq!(one.round_inputs(as_of).index.len(), 156);
}

#[tokio::test]
async fn a_dry_run_shows_the_consequences_and_records_nothing() {
    let office = Office::open().await;
    let options = ImportOptions {
        dry_run: true,
        ..ImportOptions::default()
    };
    let units = sample("don-vi.csv");
    let report = office
        .import_with(ImportKind::Units, &units, &options)
        .await;
    let count = |event| {
        let made = report.consequences.iter();
        made.filter(|c| c.event == event).count()
    };
    assert_eq!(
        (count("UnitRegistered"), count("UnitMerged")),
        (40, 2),
        "{report:?}"
    );
    assert_eq!((report.accepted, report.applied), (40, false));
    assert_eq!(office.head().await, 0);
}

#[tokio::test]
async fn a_corrected_value_is_shown_before_and_recorded_after() {
    let office = Office::open().await;
    office.import_sample().await;
    let table = "ma_don_vi;nam;chi_so\nso-xay-dung;2022;76,15\n";
    let options = ImportOptions {
        dry_run: true,
        ..ImportOptions::default()
    };
    let foreseen = office
        .import_with(ImportKind::Index, table.as_bytes(), &options)
        .await;
    let done = office.import(ImportKind::Index, table.as_bytes()).await;
    assert_eq!(foreseen.consequences, done.consequences);
    let changes: Vec<_> = done.consequences.iter().flat_map(|c| &c.changes).collect();
    assert_eq!(changes.len(), 1);
    assert_eq!(
        (changes[0].from.as_deref(), changes[0].to.as_deref()),
        (Some("77.15"), Some("76.15"))
    );
}

#[tokio::test]
async fn every_bad_row_is_named_and_nothing_is_imported_beside_it() {
    let office = Office::open().await;
    office
        .import(ImportKind::Units, &sample("don-vi.csv"))
        .await;
    let head = office.head().await;
    let table = "ma_don_vi,ten_don_vi,nam,chi_so\n\
        so-y-te,Sở Y tế,2024,90.74\n\
        so-la,Sở Lạ,2024,80\n\
        so-y-te,Sở Y tế,2020,80\n\
        so-tu-phap,Sở Tư pháp,2024,101\n\
        so-y-te,Sở Y tế,2024,91\n\
        don-vi-su-nghiep-4,,2023,80\n\
        so-thong-tin-va-truyen-thong,,2026,80\n\
        ,,,\"80,12345\"\n";
    let report = office.import(ImportKind::Index, table.as_bytes()).await;
    let said: Vec<_> = report
        .rejected
        .iter()
        .map(|e| (e.row, e.column.unwrap_or_default()))
        .collect();
    assert_eq!(
        said,
        [
            (3, "ma_don_vi"),
            (4, "nam"),
            (5, "chi_so"),
            (6, "ma_don_vi"),
            (7, "ma_don_vi"),
            (8, "ma_don_vi"),
            (9, "chi_so"),
            (9, "ma_don_vi"),
            (9, "nam"),
        ],
        "{:#?}",
        report.rejected
    );
    assert_eq!(
        (report.rows, report.accepted, report.applied),
        (8, 1, false)
    );
    assert_eq!(office.head().await, head, "nothing is imported");
}

#[tokio::test]
async fn good_rows_are_imported_where_that_is_asked_for() {
    let office = Office::open().await;
    office
        .import(ImportKind::Units, &sample("don-vi.csv"))
        .await;
    let table = "ma_don_vi,nam,so_giao,so_hoan_thanh_dung_han\n\
        so-y-te,2024,30,30\n\
        so-tu-phap,2024,30,31\n\
        so-noi-vu,2024,30,\n\
        so-cong-thuong,2024,,\n";
    let options = ImportOptions {
        accept_good_rows: true,
        ..ImportOptions::default()
    };
    let report = office
        .import_with(ImportKind::Tasks, table.as_bytes(), &options)
        .await;
    let rows: Vec<_> = report.rejected.iter().map(|e| e.row).collect();
    assert_eq!(rows, [3, 4]);
    assert_eq!((report.accepted, report.applied), (2, true));
    assert_eq!(
        report.consequences[0].entries,
        Some(1),
        "an empty row is no record"
    );
}

#[tokio::test]
async fn units_name_successors_that_exist_and_authors_have_ids() {
    let office = Office::open().await;
    let units = "ma_don_vi,ten_don_vi,khoi,tham_muu,hieu_luc_tu,hieu_luc_den,don_vi_ke_thua,chuc_vu_nguoi_dung_dau\n\
        so-a,Sở A,DEPARTMENT,x,01/01/2021,28/02/2025,so-b,Giám đốc\n\
        so-b,Sở B,\"Huyện, thị xã, thành phố\",,2021-01-01,2025-02-28,so-c,Giám đốc\n\
        so-d,Sở D,\"SỞ, BAN NGÀNH\",x,2021-01-01,,,Giám đốc\n\
        so-e,Sở E,DISTRICT,x,2021-01-01,,,Giám đốc\n\
        so-f,Sở F,XÃ,,2021-01-01,,,Giám đốc\n";
    let options = ImportOptions {
        accept_good_rows: true,
        ..ImportOptions::default()
    };
    let report = office
        .import_with(ImportKind::Units, units.as_bytes(), &options)
        .await;
    let said: Vec<_> = report
        .rejected
        .iter()
        .map(|e| (e.row, e.column.unwrap_or_default()))
        .collect();
    assert_eq!(
        said,
        [
            (2, "don_vi_ke_thua"),
            (3, "don_vi_ke_thua"),
            (5, "tham_muu"),
            (6, "khoi"),
        ]
    );
    let head = "ma_sang_kien,ten_sang_kien,tac_gia,hoi_dong,so_van_ban,ngay,dot,cong_nhan\n";
    let row = |author: &str| format!("{head}SK-1,Sáng kiến,{author},HĐ,1/QĐ,05/04/2025,Đợt 1,x\n");
    let known = office
        .import(ImportKind::Initiatives, row("Tập thể Sở D").as_bytes())
        .await;
    assert!(known.applied, "{known:?}");
    let named = office
        .import(ImportKind::Initiatives, row("N. V. A (hư cấu)").as_bytes())
        .await;
    assert_eq!(named.rejected[0].column, Some("tac_gia"));
}

#[tokio::test]
async fn what_the_streams_reject_is_told_by_row_too() {
    let office = Office::open().await;
    let head = "loai,nam,lan,ngay_cong_bo,so_quyet_dinh,co_quan_cong_bo\n";
    let table = format!(
        "{head}UNIT_INDEX,2022,2,2023-06-12,2/QĐ,Chủ tịch\n\
         UNIT_INDEX,2022,1,2023-03-31,1/QĐ,Chủ tịch\n\
         UNIT_INDEX,2023,2,2024-03-31,1/QĐ,Chủ tịch\n\
         Chỉ số hài lòng,2022,1,31/12/2022,3/QĐ,Bộ\n"
    );
    let report = office
        .import(ImportKind::Publications, table.as_bytes())
        .await;
    let rows: Vec<_> = report.rejected.iter().map(|e| e.row).collect();
    assert_eq!(rows, [4, 5], "{report:?}");
    assert_eq!(
        report.accepted, 2,
        "an edition may stand before the one it corrects"
    );
}

#[tokio::test]
async fn a_denied_import_is_recorded_once_and_a_denied_dry_run_is_not() {
    let office = Office::open().await;
    let units = sample("don-vi.csv");
    for (dry_run, events) in [(true, 0), (false, 1)] {
        let options = ImportOptions {
            dry_run,
            ..ImportOptions::default()
        };
        let by = actor(Role::UnitHead);
        let denied = import(&office.runtime, by, ImportKind::Units, &units, &options).await;
        assert_eq!(denied.unwrap_err().code, "not-permitted");
        assert_eq!(office.head().await, events);
    }
}

#[tokio::test]
async fn a_file_without_the_columns_says_which_it_lacks() {
    let office = Office::open().await;
    let denied = import(
        &office.runtime,
        actor(Role::HomeAffairs),
        ImportKind::Index,
        "ma_don_vi,nam\n".as_bytes(),
        &ImportOptions::default(),
    )
    .await
    .unwrap_err();
    assert_eq!(denied.code, "import-unreadable");
    assert!(denied.detail.unwrap().contains("chi_so"));
}
