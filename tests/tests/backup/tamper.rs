//! A backup that is not what was written is refused, and the file is named: by the check, by a later
//! run where it would add to it, and by a restore, which then leaves nothing behind.

use std::fs;
use std::path::Path;

use e2e::server::hoso;

use super::place::{Place, contents, copy};

/// A change somebody makes to a backup, and what must be said about it.
struct Tampering {
    name: &'static str,
    change: fn(&Path),
    words: &'static [&'static str],
}

/// The only file, or the first, whose name begins so.
fn file(backup: &Path, begin: &str) -> std::path::PathBuf {
    let names = contents(backup).into_keys();
    let name = names.into_iter().find(|name| name.starts_with(begin));
    backup.join(name.unwrap())
}

fn edit(path: &Path, from: &str, to: &str) {
    let text = fs::read_to_string(path).unwrap();
    assert!(text.contains(from), "{text}");
    fs::write(path, text.replacen(from, to, 1)).unwrap();
}

fn flip(path: &Path, at: usize) {
    let mut bytes = fs::read(path).unwrap();
    bytes[at] ^= 1;
    fs::write(path, bytes).unwrap();
}

fn swap(one: &Path, other: &Path) {
    let (first, second) = (fs::read(one).unwrap(), fs::read(other).unwrap());
    fs::write(one, second).unwrap();
    fs::write(other, first).unwrap();
}

/// The manifest changed, and its own digest made to fit, as somebody would who knows the format.
fn forge(backup: &Path, change: impl Fn(&str) -> String) {
    let path = backup.join("manifest.json");
    let text = fs::read_to_string(&path).unwrap();
    let body = text.strip_prefix("{\n\"manifest\": ").unwrap();
    let (body, _) = body.rsplit_once(",\n\"sha256\"").unwrap();
    let changed = change(body);
    assert_ne!(changed, body);
    let digest = e2e::sha256(changed.as_bytes());
    let forged = format!("{{\n\"manifest\": {changed},\n\"sha256\": \"{digest}\"\n}}\n");
    fs::write(path, forged).unwrap();
}

const TAMPERINGS: &[Tampering] = &[
    Tampering {
        name: "a flipped byte of an event",
        change: |b| flip(&file(b, "events-000000000001"), 700),
        words: &["events-000000000001"],
    },
    Tampering {
        name: "another digit in an event's header",
        change: |b| {
            edit(
                &file(b, "events-000000000001"),
                "\"version\":1",
                "\"version\":2",
            );
        },
        words: &["events-000000000001", "version 2"],
    },
    Tampering {
        name: "a blank more in an event's header",
        change: |b| {
            edit(
                &file(b, "events-000000000001"),
                "\"role\":\"",
                "\"role\": \"",
            );
        },
        words: &["events-000000000001", "bytes"],
    },
    Tampering {
        name: "a missing segment",
        change: |b| fs::remove_file(file(b, "events-000000000001")).unwrap(),
        words: &["events-000000000001", "is missing"],
    },
    Tampering {
        name: "a missing list of commands",
        change: |b| fs::remove_file(file(b, "commands-000000000000")).unwrap(),
        words: &["commands-000000000000", "is missing"],
    },
    Tampering {
        name: "missing cursors",
        change: |b| fs::remove_file(file(b, "standing-")).unwrap(),
        words: &["standing-", "is missing"],
    },
    Tampering {
        name: "a segment cut short",
        change: |b| {
            let path = file(b, "events-000000000001");
            let bytes = fs::read(&path).unwrap();
            fs::write(path, &bytes[..bytes.len() / 2]).unwrap();
        },
        words: &["events-000000000001", "were written"],
    },
    Tampering {
        name: "two segments swapped",
        change: |b| {
            let (one, other) = (
                file(b, "commands-000000000000"),
                file(b, "events-000000000001"),
            );
            swap(&one, &other);
        },
        words: &["were written"],
    },
    Tampering {
        name: "a segment that is a link to another",
        change: |b| {
            let path = file(b, "events-000000000001");
            fs::rename(&path, b.join("../elsewhere")).unwrap();
            std::os::unix::fs::symlink("../elsewhere", path).unwrap();
        },
        words: &["is no regular file"],
    },
    Tampering {
        name: "an edited manifest",
        change: |b| {
            edit(
                &b.join("manifest.json"),
                "\"documents\": 2",
                "\"documents\": 1",
            );
        },
        words: &["manifest.json was changed"],
    },
    Tampering {
        name: "a manifest of nothing",
        change: |b| fs::write(b.join("manifest.json"), "").unwrap(),
        words: &["manifest.json is no manifest"],
    },
    Tampering {
        name: "a forged manifest that lists one file less",
        change: |b| {
            forge(b, |body| {
                let at = body
                    .find("    {\n      \"name\": \"documents-000001")
                    .unwrap();
                let (head, tail) = body.split_at(at);
                format!("{head}{}", tail.split_once("},\n").unwrap().1)
            });
        },
        words: &["manifest.json"],
    },
    Tampering {
        name: "a forged manifest with a path that leads out",
        change: |b| {
            forge(b, |body| {
                body.replace("\"documents-000001", "\"../../documents-000001")
            });
        },
        words: &["is no file of a backup"],
    },
    Tampering {
        name: "a forged manifest with an absolute path",
        change: |b| {
            forge(b, |body| {
                body.replace("documents-000001.jsonl", "/etc/passwd")
            });
        },
        words: &["is no file of a backup"],
    },
    Tampering {
        name: "a forged manifest of another last event",
        change: |b| {
            forge(b, |body| {
                body.replacen("\"recordedAt\": \"20", "\"recordedAt\": \"19", 1)
            });
        },
        words: &["names another event as the last"],
    },
    Tampering {
        name: "a missing document",
        change: |b| fs::remove_file(file(b, "documents/")).unwrap(),
        words: &["document ", "is missing"],
    },
    Tampering {
        name: "a flipped byte of a document",
        change: |b| flip(&file(b, "documents/"), 11),
        words: &["document ", "is damaged"],
    },
    Tampering {
        name: "a list of documents that leads out",
        change: |b| {
            edit(
                &file(b, "documents-000001"),
                "{\"sha256\":\"",
                "{\"sha256\":\"../../",
            );
        },
        words: &["documents-000001", "bytes"],
    },
];

#[tokio::test]
async fn every_kind_of_tampering_is_noticed_and_named() {
    let place = Place::new();
    place.import_units("data");
    place.keep_document("data", "one").await;
    place.backup("data", "whole");
    place.import_index("data", "2024");
    place.keep_document("data", "two").await;
    place.backup("data", "whole");
    for (number, tampering) in TAMPERINGS.iter().enumerate() {
        let name = format!("case-{number}/backup");
        copy(&place.path("whole"), &place.path(&name));
        (tampering.change)(&place.path(&name));
        let (code, out, err) = hoso(&["backup", "--check", &place.text(&name)]);
        assert_eq!(code, 1, "{}: {out}{err}", tampering.name);
        for word in tampering.words {
            let said = out.contains(word) || err.contains(word);
            assert!(said, "{} lacks {word:?}: {out}{err}", tampering.name);
        }
        let data = place.text(&format!("case-{number}/data"));
        let restore = ["restore", &place.text(&name), "--data", &data];
        Place::refused(1, &restore, tampering.words);
        let left = contents(Path::new(&data)).into_keys();
        let left: Vec<_> = left.filter(|name| name.contains("sqlite")).collect();
        assert!(left.is_empty(), "{}: {left:?}", tampering.name);
    }
    let (code, out, err) = hoso(&["backup", "--check", &place.text("whole")]);
    assert_eq!(code, 0, "{out}{err}");
}
