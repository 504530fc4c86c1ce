//! Files as offices keep them, and files that are none.

use std::io::Write as _;

use zip::ZipWriter;
use zip::write::SimpleFileOptions;

use super::*;

const WANTED: &[Column] = &[
    Column {
        name: "ma_don_vi",
        heading: "Mã đơn vị",
        optional: false,
    },
    Column {
        name: "chi_so",
        heading: "Chỉ số CCHC",
        optional: false,
    },
];

fn rows(text: &str) -> Result<Vec<(u32, Vec<Cell>)>, FileError> {
    let rows = read(text.as_bytes(), Format::Csv, WANTED)?;
    Ok(rows.into_iter().map(|r| (r.number, r.cells)).collect())
}

#[test]
fn a_csv_may_have_a_bom_commas_or_semicolons_and_quoted_line_breaks() {
    let cells = vec![Cell::typed("so-y-te"), Cell::typed("88,40")];
    for text in [
        "ma_don_vi,chi_so\nso-y-te,\"88,40\"\n",
        "\u{feff}ma_don_vi;chi_so\r\nso-y-te;88,40\r\n",
        "ma_don_vi\tchi_so\nso-y-te\t88,40",
    ] {
        assert_eq!(rows(text), Ok(vec![(2, cells.clone())]), "{text:?}");
    }
    let broken_heading = "ma_don_vi;\"chi_so\n(%)\"\n\nso-y-te;88,40\n";
    let rows = rows(&broken_heading.replace("chi_so", "Chỉ số CCHC")).unwrap();
    assert_eq!(rows, [(4, cells)], "the line as an editor counts it");
}

#[test]
fn another_encoding_is_said_to_be_one() {
    let bytes = b"ma_don_vi,chi_so\nS\xe1,1\n";
    assert_eq!(read(bytes, Format::Csv, WANTED), Err(FileError::NotUtf8));
    let utf16: Vec<u8> = "ma_don_vi"
        .encode_utf16()
        .flat_map(u16::to_le_bytes)
        .collect();
    assert_eq!(read(&utf16, Format::Csv, WANTED), Err(FileError::NotUtf8));
}

#[test]
fn a_file_is_taken_for_what_its_bytes_or_name_say() {
    for (hint, bytes, format) in [
        (None, &b"PK\x03\x04"[..], Format::Xlsx),
        (Some("text/csv"), &b"a,b"[..], Format::Csv),
        (Some("/tables/x.XLSX"), &b""[..], Format::Xlsx),
        (None, &b"a,b"[..], Format::Csv),
    ] {
        assert_eq!(Format::of(hint, bytes), format, "{hint:?}");
    }
    assert!(matches!(
        read(b"not a workbook", Format::Xlsx, WANTED),
        Err(FileError::Workbook(_))
    ));
}

/// A workbook of one sheet: its rows, and how its cells of style 1 are shown.
fn workbook(rows: &str, format: &str, more: &[(&str, &[u8])]) -> Vec<u8> {
    let office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
    let main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";
    let package = "http://schemas.openxmlformats.org/package/2006/relationships";
    let relation = |kind: &str, target: &str| {
        format!(
            "<Relationships xmlns=\"{package}\"><Relationship Id=\"r1\" Type=\"{office}/{kind}\" \
             Target=\"{target}\"/></Relationships>"
        )
    };
    let parts = [
        ("_rels/.rels", relation("officeDocument", "xl/workbook.xml")),
        (
            "xl/_rels/workbook.xml.rels",
            relation("worksheet", "worksheets/sheet1.xml"),
        ),
        (
            "xl/workbook.xml",
            format!(
                "<workbook xmlns=\"{main}\" xmlns:r=\"{office}\"><sheets>\
                 <sheet name=\"S\" sheetId=\"1\" r:id=\"r1\"/></sheets></workbook>"
            ),
        ),
        (
            "xl/styles.xml",
            format!(
                "<styleSheet xmlns=\"{main}\"><numFmts count=\"1\"><numFmt numFmtId=\"200\" \
                 formatCode=\"{format}\"/></numFmts><cellXfs count=\"2\"><xf numFmtId=\"0\"/>\
                 <xf numFmtId=\"200\" applyNumberFormat=\"1\"/></cellXfs></styleSheet>"
            ),
        ),
        (
            "xl/worksheets/sheet1.xml",
            format!("<worksheet xmlns=\"{main}\"><sheetData>{rows}</sheetData></worksheet>"),
        ),
    ];
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    let texts = parts.iter().map(|(name, text)| (*name, text.as_bytes()));
    for (name, bytes) in texts.chain(more.iter().copied()) {
        zip.start_file(name, SimpleFileOptions::default()).unwrap();
        zip.write_all(bytes).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

const ROWS: &str = "<row r=\"1\"><c r=\"A1\" t=\"inlineStr\"><is><t>ma_don_vi</t></is></c>\
     <c r=\"B1\" t=\"inlineStr\"><is><t>chi_so</t></is></c></row>\
     <row r=\"2\"><c r=\"A2\" t=\"inlineStr\"><is><t>so-y-te</t></is></c>\
     <c r=\"B2\" s=\"1\"><v>0.884</v></c></row>";

#[test]
fn a_number_shown_as_a_percentage_is_the_percentage_that_people_see() {
    for (format, cell) in [
        ("0.00%", Cell::Share(0.884)),
        ("0.0\\%", Cell::Number(0.884)),
        ("0.0&quot;%&quot;", Cell::Number(0.884)),
        ("0.00", Cell::Number(0.884)),
    ] {
        let rows = read(&workbook(ROWS, format, &[]), Format::Xlsx, WANTED).unwrap();
        assert_eq!(rows[0].cells, [Cell::typed("so-y-te"), cell], "{format}");
    }
}

#[test]
fn a_workbook_that_grows_beyond_all_tables_is_refused_before_it_is_read() {
    let past = usize::try_from(UNPACKED_BYTES_MAX).unwrap() + 1;
    let bomb = workbook(ROWS, "0", &[("xl/sharedStrings.xml", &vec![b' '; past])]);
    assert!(bomb.len() < 1024 * 1024, "{} bytes", bomb.len());
    assert_eq!(
        read(&bomb, Format::Xlsx, WANTED),
        Err(FileError::UnpackedTooLarge)
    );
    let names: Vec<_> = (0..=PARTS_MAX).map(|n| format!("x/{n}")).collect();
    let many: Vec<_> = names.iter().map(|name| (name.as_str(), &b""[..])).collect();
    assert_eq!(
        read(&workbook(ROWS, "0", &many), Format::Xlsx, WANTED),
        Err(FileError::UnpackedTooLarge)
    );
}

#[test]
fn a_damaged_workbook_is_refused_and_never_breaks_the_reader() {
    let whole = workbook(ROWS, "0%", &[]);
    let mut refused = 0;
    for place in (0..whole.len()).step_by(3) {
        let mut damaged = whole.clone();
        damaged[place] ^= 0xff;
        refused += usize::from(read(&damaged, Format::Xlsx, WANTED).is_err());
        let cut = &whole[..place];
        assert!(read(cut, Format::Xlsx, WANTED).is_err(), "cut at {place}");
    }
    assert!(refused > 0);
}

#[test]
fn text_that_people_cannot_see_is_shown_escaped_and_refused() {
    let rows = rows("ma_don_vi,chi_so\nso-y\u{202e}-te,1\n").unwrap();
    let unusable = Cell::Unusable("so-y\\u{202e}-te".to_owned());
    assert_eq!(rows[0].1[0], unusable);
}
