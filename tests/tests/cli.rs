//! The command line as a stranger uses it: wrong paths, broken files, closed pipes. Every failure
//! has its exit code and says what is wrong; nothing panics and nothing grows without bound.

#![expect(
    clippy::expect_used,
    reason = "a test's helper: a broken setup must stop the test"
)]

use std::collections::BTreeSet;
use std::fs;
use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};

use e2e::hoso_binary;
use e2e::server::{Server, hoso, hoso_json};
use serde_json::Value;

/// Bad input or wrong use: exit code 2, nothing on standard output, the words on standard error.
fn assert_bad_input(arguments: &[&str], words: &[&str]) {
    assert_fails(2, arguments, words);
}

fn assert_fails(code: i32, arguments: &[&str], words: &[&str]) {
    let (ended, out, err) = hoso(arguments);
    assert_eq!(ended, code, "hoso {arguments:?}: {err}");
    assert_eq!(out, "", "hoso {arguments:?}");
    for word in words {
        assert!(
            err.contains(word),
            "hoso {arguments:?} lacks {word:?}: {err}"
        );
    }
    assert!(!err.contains("panicked"), "hoso {arguments:?}: {err}");
}

fn text(path: &Path) -> &str {
    path.to_str().expect("a path in UTF-8")
}

#[test]
fn a_path_that_is_no_data_directory_is_wrong_use_and_named() {
    let scratch = tempfile::tempdir().expect("a directory");
    let file = scratch.path().join("a-file");
    fs::write(&file, "").expect("a file");
    let missing = scratch.path().join("missing");
    let units = "examples/soc-trang-2024/don-vi.csv";
    for command in [
        &["up", "--data"][..],
        &["demo", "--data"],
        &["import", "units", units, "--data"],
        &["ledger", "verify", "--data"],
        &["history", "HS-2024-08", "--data"],
    ] {
        let arguments = [command, &[text(&file)]].concat();
        assert_bad_input(&arguments, &[text(&file)]);
    }
    for command in [
        &["state", "HS-2024-08", "--data"][..],
        &["ledger", "rebuild", "--data"],
        &["token", "issue", "--official", "x", "--days", "3", "--data"],
    ] {
        let arguments = [command, &[text(&missing)]].concat();
        assert_bad_input(&arguments, &["there is no ledger in", text(&missing)]);
        assert!(!missing.exists(), "{arguments:?} made a directory");
    }
}

#[test]
fn a_file_that_is_no_ledger_is_a_problem_found() {
    let scratch = tempfile::tempdir().expect("a directory");
    fs::write(scratch.path().join("ledger.sqlite"), [0xa5; 8192]).expect("a file");
    let verify = ["ledger", "verify", "--data", text(scratch.path())];
    assert_fails(1, &verify, &["not a database"]);
}

#[test]
fn files_larger_than_their_kind_may_be_are_refused_without_reading_them() {
    if !Path::new("/dev/zero").exists() {
        return;
    }
    let scratch = tempfile::tempdir().expect("a directory");
    let round = "examples/soc-trang-2024/round-2024.json";
    let data = text(scratch.path());
    assert_bad_input(
        &["import", "units", "/dev/zero", "--data", data],
        &["/dev/zero: is larger than"],
    );
    assert_bad_input(
        &["evaluate", "--rules", "/dev/zero", round],
        &["/dev/zero: is larger than"],
    );
    assert_bad_input(&["evaluate", "/dev/zero"], &["/dev/zero: $: longer than"]);
}

/// Whatever the bytes: exit code 2, the file, the JSON path and the reason; the good file beside it is
/// evaluated all the same.
#[test]
fn a_hostile_round_file_is_named_with_path_and_reason_and_the_good_one_evaluated() {
    let scratch = tempfile::tempdir().expect("a directory");
    let good = "examples/soc-trang-2024/round-2024.json";
    let sample = fs::read_to_string(e2e::root().join(good)).expect("the sample round");
    let round = "\"round\": {\"kind\": \"ANNUAL\", \"year\": 2024}";
    assert!(sample.contains(round), "the sample begins with its round");
    let with = |year: &str| sample.replacen("\"year\": 2024", year, 1).into_bytes();
    let deep = format!("{{\"round\": {}", "[".repeat(10_000));
    let rows: [(&str, Vec<u8>, &str); 9] = [
        ("empty", Vec::new(), "$: not JSON: the text ends too early"),
        (
            "bom",
            [b"\xef\xbb\xbf", sample.as_bytes()].concat(),
            "$: byte order mark",
        ),
        (
            "no-utf-8",
            [b"{\"", b"\xff".as_slice(), b"\": 1}"].concat(),
            "$: not UTF-8 at byte 2",
        ),
        ("deep", deep.into_bytes(), "$.round: must be an object"),
        (
            "deep-unknown",
            "{\"x\":".repeat(10_000).into_bytes(),
            "$.x: unknown field",
        ),
        (
            "twice",
            with("\"year\": 2024, \"year\": 2024"),
            "$.round.year: duplicate key",
        ),
        (
            "2-53",
            with("\"year\": 9007199254740993"),
            "$.round.year: must be an integer, 2021 to 2030",
        ),
        (
            "float",
            with("\"year\": 2024.0"),
            "$.round.year: must be an integer, 2021 to 2030",
        ),
        (
            "surrogate",
            with("\"\\ud800\": 1"),
            "$.round: lone surrogate",
        ),
    ];
    for (name, bytes, reason) in rows {
        let path = scratch.path().join(name);
        fs::write(&path, bytes).expect("a file");
        let (code, out, err) = hoso(&["evaluate", "--json", text(&path), good]);
        assert_eq!((code, out.lines().count()), (2, 1), "{name}: {err}");
        assert!(
            out.starts_with(&format!("{{\"file\":\"{good}\"")),
            "{name}: {out}"
        );
        assert_eq!(err, format!("{}: {reason}\n", path.display()), "{name}");
    }
}

#[test]
fn a_round_file_that_is_too_long_no_file_or_missing_is_named() {
    let scratch = tempfile::tempdir().expect("a directory");
    let huge = scratch.path().join("100-MB");
    let file = fs::File::create(&huge).expect("a file");
    file.set_len(100 * 1024 * 1024).expect("room for holes");
    assert_bad_input(&["evaluate", text(&huge)], &["$: longer than 16 MiB"]);
    assert_bad_input(&["evaluate", text(scratch.path())], &["$: "]);
    let missing = scratch.path().join("missing");
    assert_bad_input(&["evaluate", text(&missing)], &["missing: $: "]);
}

#[test]
fn settings_that_cannot_be_read_are_named_with_their_cause() {
    let scratch = tempfile::tempdir().expect("a directory");
    let file = scratch.path().join("hoso.toml");
    let show = ["config", "show", "--config", text(&file)];
    assert_bad_input(&show, &[text(&file), "cannot be read: No such file"]);
    for (toml, word) in [("listn = 'x'", "listn"), ("listen = 5", "integer `5`")] {
        fs::write(&file, toml).expect("a file");
        assert_bad_input(&show, &[text(&file), word]);
    }
    assert_bad_input(&["health", "--url", "banana"], &["--url `banana`"]);
    assert_fails(
        3,
        &["health", "--url", "http://127.0.0.1:1"],
        &["127.0.0.1:1"],
    );
}

#[test]
fn rejected_rows_name_row_column_and_reason_and_end_with_1() {
    let scratch = tempfile::tempdir().expect("a directory");
    let data = text(scratch.path());
    let units = hoso_json(&[
        "import",
        "units",
        "examples/soc-trang-2024/don-vi.csv",
        "--json",
        "--data",
        data,
    ]);
    assert_eq!(units["accepted"], 40, "{units}");
    let table = scratch.path().join("chi-so.csv");
    let rows = "nam,ma_don_vi,chi_so\n2024,so-y-te,101\n2024,khong-co,80\n2024,so-noi-vu,88.4\n";
    fs::write(&table, rows).expect("a table");
    let import = ["import", "index", text(&table), "--json", "--data", data];
    let (code, out, err) = hoso(&import);
    assert_eq!(code, 1, "{err}");
    let report: Value = serde_json::from_str(&out).expect("JSON");
    assert_eq!(report["rows"], 3, "{report}");
    assert_eq!(report["accepted"], 1, "{report}");
    assert_eq!(report["applied"], false, "{report}");
    let rejected: Vec<_> = report["rejected"]
        .as_array()
        .expect("a list")
        .iter()
        .map(|row| (row["row"].as_u64(), row["reason"].to_string()))
        .collect();
    assert_eq!(rejected.len(), 2, "{rejected:?}");
    assert_eq!((rejected[0].0, rejected[1].0), (Some(2), Some(3)));
    assert!(rejected[0].1.contains("chi_so") && rejected[0].1.contains("101"));
    assert!(rejected[1].1.contains("khong-co"), "{rejected:?}");
}

#[test]
fn what_is_no_table_is_bad_input() {
    let scratch = tempfile::tempdir().expect("a directory");
    let data = scratch.path().join("data");
    for (name, bytes) in [
        ("empty.csv", &b""[..]),
        ("empty.xlsx", b""),
        ("noise.csv", &[0xff, 0xfe, 0, 1]),
        ("noise.xlsx", b"PK\x03\x04 and then nothing"),
    ] {
        let file = scratch.path().join(name);
        fs::write(&file, bytes).expect("a file");
        let import = ["import", "units", text(&file), "--data", text(&data)];
        assert_bad_input(&import, &[text(&file), "(import-unreadable)"]);
    }
}

#[test]
fn a_reader_that_goes_away_is_no_failure_and_a_full_disk_is_one() {
    let round = "examples/soc-trang-2024/round-2024.json";
    for arguments in [
        &["openapi"][..],
        &["completions", "bash"],
        &["config", "show"],
        &["evaluate", round],
    ] {
        let mut child = Command::new(hoso_binary())
            .args(arguments)
            .current_dir(e2e::root())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("hoso starts");
        drop(child.stdout.take());
        let output = child.wait_with_output().expect("hoso ends");
        let err = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(0), "hoso {arguments:?}: {err}");
        assert_eq!(err, "", "hoso {arguments:?}");
        let Ok(full) = fs::OpenOptions::new().write(true).open("/dev/full") else {
            continue;
        };
        let output = Command::new(hoso_binary())
            .args(arguments)
            .current_dir(e2e::root())
            .stdout(full)
            .output()
            .expect("hoso runs");
        let err = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(3), "hoso {arguments:?}: {err}");
        assert!(err.contains("No space left"), "hoso {arguments:?}: {err}");
        assert!(!err.contains("panicked"), "hoso {arguments:?}: {err}");
    }
}

#[test]
fn one_directory_is_served_once_and_its_server_ends_in_order() {
    let scratch = tempfile::tempdir().expect("a directory");
    let data = text(scratch.path());
    let mut server = Server::start(scratch.path());
    assert_bad_input(
        &["up", "--data", data, "--listen", "127.0.0.1:0"],
        &["another hoso serves", data],
    );
    assert_bad_input(&["demo", "--data", data], &["holds a ledger already", data]);
    let taken = server.url.trim_start_matches("http://").to_owned();
    let other = tempfile::tempdir().expect("a directory");
    assert_fails(
        3,
        &["up", "--data", text(other.path()), "--listen", &taken],
        &["cannot listen on", &taken],
    );
    assert_eq!(hoso(&["health", "--url", &server.url]).0, 0);
    assert_eq!(server.stop(), Some(0));
    assert_eq!(hoso(&["health", "--url", &server.url]).0, 3);
}

#[test]
fn a_token_opens_the_api_until_it_is_revoked() {
    let scratch = tempfile::tempdir().expect("a directory");
    let data = text(scratch.path());
    drop(Server::start(scratch.path()));
    let official = ["--official", "administrator"];
    let issue = [
        &["token", "issue"][..],
        &official,
        &["--days", "3", "--json", "--data", data],
    ];
    let issued = hoso_json(&issue.concat());
    let token = issued["token"].as_str().expect("a token").to_owned();
    let revoke = [
        &["token", "revoke"][..],
        &official,
        &["--token", &token, "--data", data],
    ];
    assert_eq!(hoso(&revoke.concat()).0, 0);
    assert_bad_input(&revoke.concat(), &["(token-unknown)"]);
    assert_bad_input(
        &[
            "token",
            "issue",
            "--official",
            "ghost",
            "--days",
            "3",
            "--data",
            data,
        ],
        &["(official-unknown)"],
    );
}

#[test]
fn the_description_of_all_services_says_what_each_says_of_itself() {
    let whole = hoso_json(&["openapi"]);
    for service in ["registry", "submission", "verification", "ranking"] {
        let one = hoso_json(&["openapi", service]);
        for part in ["/components/schemas", "/paths"] {
            let parts = one.pointer(part).and_then(Value::as_object).expect("parts");
            for (name, said) in parts {
                let beside = &whole.pointer(part).expect("parts")[name];
                assert_eq!(
                    beside, said,
                    "{service}: another service says {name} otherwise"
                );
            }
        }
    }
    let paths = whole["paths"].as_object().expect("paths");
    for (path, item) in paths {
        for (method, operation) in item.as_object().expect("methods") {
            let answers = operation["responses"].as_object().expect("answers");
            for (status, answer) in answers {
                let said = answer["description"].as_str().unwrap_or_default();
                assert!(!said.is_empty(), "{method} {path} {status}");
            }
        }
    }
}

#[test]
fn the_description_is_one_that_other_programs_can_read() {
    let whole = hoso_json(&["openapi"]);
    let mut ids = BTreeSet::new();
    for item in whole["paths"].as_object().expect("paths").values() {
        for operation in item.as_object().expect("methods").values() {
            let id = operation["operationId"]
                .as_str()
                .expect("an operation has an id");
            assert!(ids.insert(id.to_owned()), "{id} stands for two operations");
            let headers = operation["parameters"].as_array().into_iter().flatten();
            let mut names = BTreeSet::new();
            for header in headers {
                let name = format!("{} {}", header["in"], header["name"]);
                assert!(names.insert(name.clone()), "{id} describes {name} twice");
            }
        }
    }
    assert!(ids.len() > 80, "{}", ids.len());
    let mut wrong = Vec::new();
    unreadable(&whole, "$", &mut wrong);
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// What no validator takes: a schema's `properties` that are nothing, and a part of a schema that
/// refuses the other parts' fields.
fn unreadable(value: &Value, at: &str, wrong: &mut Vec<String>) {
    if value.get("properties").is_some_and(Value::is_null) {
        wrong.push(format!("{at}.properties is null"));
    }
    for part in value
        .get("allOf")
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
    {
        if part.get("$ref").is_some() || part["additionalProperties"] == Value::Bool(false) {
            wrong.push(format!("{at}.allOf has a part that refuses the others"));
        }
    }
    if let Some(object) = value.as_object() {
        for (name, inner) in object {
            unreadable(inner, &format!("{at}.{name}"), wrong);
        }
    }
    for (index, inner) in value.as_array().into_iter().flatten().enumerate() {
        unreadable(inner, &format!("{at}[{index}]"), wrong);
    }
}

#[test]
fn the_documentation_names_no_foreign_host() {
    let scratch = tempfile::tempdir().expect("a directory");
    let server = Server::start(scratch.path());
    let page = curl(&format!("{}/docs/", server.url));
    let scripts: Vec<_> = page.split("src=\"").skip(1).collect();
    assert!(!scripts.is_empty(), "{page}");
    assert!(!page.contains("://"), "{page}");
}

/// What a web address answers, in text.
fn curl(url: &str) -> String {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .expect("a runtime");
    runtime.block_on(async {
        let answer = reqwest::get(url).await.expect("an answer");
        answer.text().await.expect("its text")
    })
}

#[test]
fn a_story_is_told_on_standard_error_where_standard_output_is_for_json() {
    let mut demo = Command::new(hoso_binary())
        .args(["demo", "--json"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("hoso starts");
    let err = BufReader::new(demo.stderr.take().expect("its messages"));
    let told = std::thread::spawn(move || err.lines().map_while(Result::ok).count());
    let output = demo.wait_with_output().expect("hoso ends");
    let lines: Vec<_> = output
        .stdout
        .split(|b| *b == b'\n')
        .filter(|l| !l.is_empty())
        .collect();
    assert_eq!(lines.len(), 1, "one line of JSON");
    let report: Value = serde_json::from_slice(lines[0]).expect("JSON");
    assert!(report["events"].as_u64() > Some(0), "{report}");
    assert!(told.join().expect("read") > 10);
}
