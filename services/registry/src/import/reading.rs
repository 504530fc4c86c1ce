//! Reads the rows of a table, each by itself, and keeps every error of a row.
//!
//! What a row says against the registry or against another row is checked in [`super::check`].

use hoso_domain::evaluation::vocabulary::Group;
use hoso_domain::ids::{ComponentId, InitiativeId, SubjectId, UnitId};
use hoso_domain::registry::TEXT_CHARS_MAX;
use hoso_domain::registry::index::{IndexKind, IndexPublished};
use hoso_domain::registry::unit::UnitDetails;

use super::cell;
use super::kind::{GROUPS, ImportKind, PUBLISHED};
use super::rows::{
    ComponentRow, HoldRow, InitiativeRow, Numbered, RateRow, RowError, Rows, TaskRow, UnitRow,
};
use super::table::{Cell, Column, TableRow};

/// Reads every row of a table; a row with an error is not among the rows.
pub(super) fn read(kind: ImportKind, table: &[TableRow]) -> (Rows, Vec<RowError>) {
    let mut errors = Vec::new();
    let wrong = &mut errors;
    let rows = match kind {
        ImportKind::Units => Rows::Units(each(kind, table, wrong, unit)),
        ImportKind::Index => Rows::Index(each(kind, table, wrong, |f| rate(f, "chi_so"))),
        ImportKind::Satisfaction => {
            Rows::Satisfaction(each(kind, table, wrong, |f| rate(f, "ty_le")))
        }
        ImportKind::Tasks => Rows::Tasks(each(kind, table, wrong, tasks)),
        ImportKind::Components => Rows::Components(each(kind, table, wrong, component)),
        ImportKind::Initiatives => Rows::Initiatives(each(kind, table, wrong, initiative)),
        ImportKind::Holds => Rows::Holds(each(kind, table, wrong, hold)),
        ImportKind::Publications => Rows::Publications(each(kind, table, wrong, publication)),
    };
    (rows, errors)
}

fn each<T>(
    kind: ImportKind,
    table: &[TableRow],
    errors: &mut Vec<RowError>,
    read: impl Fn(&mut Fields<'_>) -> Option<T>,
) -> Vec<Numbered<T>> {
    let mut rows = Vec::new();
    for table_row in table {
        let mut fields = Fields {
            columns: kind.columns(),
            row: table_row,
            errors: Vec::new(),
        };
        match read(&mut fields) {
            Some(row) if fields.errors.is_empty() => rows.push(Numbered {
                number: table_row.number,
                row,
            }),
            Some(_) | None => errors.append(&mut fields.errors),
        }
    }
    rows
}

/// The fields of one row; every error is kept, so that a person sees them all at once.
struct Fields<'a> {
    columns: &'static [Column],
    row: &'a TableRow,
    errors: Vec<RowError>,
}

impl Fields<'_> {
    fn wrong(&mut self, name: &'static str, reason: impl Into<String>) {
        self.errors
            .push(RowError::new(self.row.number, name, reason));
    }

    /// A field that may be empty. `None` also where it is wrong: then an error is kept.
    fn maybe<T>(
        &mut self,
        name: &'static str,
        read: impl Fn(&Cell) -> Result<Option<T>, String>,
    ) -> Option<T> {
        let place = self.columns.iter().position(|column| column.name == name);
        let cell = place.and_then(|place| self.row.cells.get(place));
        match read(cell.unwrap_or(&Cell::Empty)) {
            Ok(value) => value,
            Err(reason) => {
                self.wrong(name, reason);
                None
            }
        }
    }

    /// A field that must be there.
    fn must<T>(
        &mut self,
        name: &'static str,
        read: impl Fn(&Cell) -> Result<Option<T>, String>,
    ) -> Option<T> {
        let errors_before = self.errors.len();
        let value = self.maybe(name, read);
        if value.is_none() && self.errors.len() == errors_before {
            self.wrong(name, "is empty");
        }
        value
    }

    fn text(&mut self, name: &'static str) -> Option<String> {
        let text = self.must(name, cell::text)?;
        if text.chars().count() > TEXT_CHARS_MAX {
            self.wrong(name, format!("has more than {TEXT_CHARS_MAX} characters"));
            return None;
        }
        Some(text)
    }

    fn mark(&mut self, name: &'static str) -> Option<bool> {
        self.maybe(name, |cell| cell::mark(cell).map(Some))
    }
}

fn unit(fields: &mut Fields<'_>) -> Option<UnitRow> {
    let unit = fields.must("ma_don_vi", cell::id::<UnitId>);
    let name = fields.text("ten_don_vi");
    let group = fields.must("khoi", |c| cell::word(c, GROUPS));
    let advising = fields.mark("tham_muu");
    let valid_from = fields.must("hieu_luc_tu", cell::date);
    let valid_to = fields.maybe("hieu_luc_den", cell::date);
    let successor = fields.maybe("don_vi_ke_thua", cell::id::<UnitId>);
    let head_title = fields.text("chuc_vu_nguoi_dung_dau");
    let note = fields.maybe("ghi_chu", cell::text);
    let assessed_since = fields.maybe("danh_gia_tu", cell::year);
    if advising == Some(true) && group.is_some_and(|group| group != Group::Department) {
        fields.wrong(
            "tham_muu",
            "only a unit of group DEPARTMENT may be advising",
        );
    }
    if let (Some(from), Some(to)) = (valid_from, valid_to)
        && to < from
    {
        fields.wrong(
            "hieu_luc_den",
            format!("{to} lies before the first day, {from}"),
        );
    }
    if successor.is_some() && valid_to.is_none() && fields.errors.is_empty() {
        fields.wrong("hieu_luc_den", "is empty, and a successor is named");
    }
    if successor.is_some() && successor == unit {
        fields.wrong("don_vi_ke_thua", "is the unit itself");
    }
    Some(UnitRow {
        details: UnitDetails {
            unit: unit?,
            name: name?,
            group: Some(group?),
            advising: advising?,
            assessed_since,
            valid_from: valid_from?,
            head_title: head_title?,
            note,
        },
        valid_to,
        successor,
    })
}

fn rate(fields: &mut Fields<'_>, column: &'static str) -> Option<RateRow> {
    let unit = fields.must("ma_don_vi", cell::id::<UnitId>);
    let name = fields.maybe("ten_don_vi", cell::text);
    let year = fields.must("nam", cell::year);
    let value = fields.maybe(column, cell::percent);
    Some(RateRow {
        unit: unit?,
        name,
        year: year?,
        value,
    })
}

fn tasks(fields: &mut Fields<'_>) -> Option<TaskRow> {
    let unit = fields.must("ma_don_vi", cell::id::<UnitId>);
    let name = fields.maybe("ten_don_vi", cell::text);
    let year = fields.must("nam", cell::year);
    let assigned = fields.maybe("so_giao", cell::count);
    let done = fields.maybe("so_hoan_thanh_dung_han", cell::count);
    let tasks = match (assigned, done) {
        (Some(assigned), Some(done)) if done > assigned => {
            fields.wrong(
                "so_hoan_thanh_dung_han",
                format!("{done} is more than the {assigned} assigned"),
            );
            None
        }
        (Some(assigned), Some(done)) => Some((assigned, done)),
        (None, Some(_)) if fields.errors.is_empty() => {
            fields.wrong("so_giao", "is empty");
            None
        }
        (Some(_), None) if fields.errors.is_empty() => {
            fields.wrong("so_hoan_thanh_dung_han", "is empty");
            None
        }
        (None, _) | (_, None) => None,
    };
    Some(TaskRow {
        unit: unit?,
        name,
        year: year?,
        tasks,
    })
}

fn component(fields: &mut Fields<'_>) -> Option<ComponentRow> {
    let component = fields.must("ma_chi_so", cell::id::<ComponentId>);
    let name = fields.text("ten_chi_so");
    let year = fields.must("nam", cell::year);
    let adviser = fields.must("don_vi_tham_muu", cell::id::<UnitId>);
    let rate = fields.maybe("ty_le", cell::percent);
    Some(ComponentRow {
        component: component?,
        name: name?,
        year: year?,
        adviser: adviser?,
        rate,
    })
}

fn initiative(fields: &mut Fields<'_>) -> Option<InitiativeRow> {
    let initiative = fields.must("ma_sang_kien", cell::id::<InitiativeId>);
    let title = fields.text("ten_sang_kien");
    let author = fields.text("tac_gia");
    let council = fields.text("hoi_dong");
    let document = fields.text("so_van_ban");
    let date = fields.must("ngay", cell::date);
    let batch = fields.text("dot");
    let recognised = fields.mark("cong_nhan");
    Some(InitiativeRow {
        initiative: initiative?,
        title: title?,
        author: author?,
        council: council?,
        document: document?,
        date: date?,
        batch: batch?,
        recognised: recognised?,
    })
}

fn hold(fields: &mut Fields<'_>) -> Option<HoldRow> {
    let subject = fields.must("doi_tuong", cell::id::<SubjectId>);
    let opened = fields.must("ngay_mo", cell::date);
    let closed = fields.maybe("ngay_dong", cell::date);
    let note = fields.maybe("noi_dung", cell::text);
    let document = fields.text("can_cu");
    if let (Some(opened), Some(closed)) = (opened, closed)
        && closed < opened
    {
        fields.wrong(
            "ngay_dong",
            format!("{closed} lies before {opened}, when it was opened"),
        );
    }
    Some(HoldRow {
        subject: subject?,
        opened: opened?,
        closed,
        note,
        document: document?,
    })
}

fn publication(fields: &mut Fields<'_>) -> Option<IndexPublished> {
    let kind: Option<IndexKind> = fields.must("loai", |c| cell::word(c, PUBLISHED));
    let year = fields.must("nam", cell::year);
    let edition = fields.must("lan", cell::count);
    let published_on = fields.must("ngay_cong_bo", cell::date);
    let decision_number = fields.text("so_quyet_dinh");
    let publisher = fields.text("co_quan_cong_bo");
    let note = fields.maybe("ghi_chu", cell::text);
    let edition = edition.and_then(|edition| {
        let small = u16::try_from(edition).ok().filter(|e| (1..=99).contains(e));
        if small.is_none() {
            fields.wrong("lan", format!("{edition} is no edition of 1 to 99"));
        }
        small
    });
    Some(IndexPublished {
        kind: kind?,
        year: year?,
        edition: edition?,
        published_on: published_on?,
        decision_number: decision_number?,
        publisher: publisher?,
        note,
    })
}
