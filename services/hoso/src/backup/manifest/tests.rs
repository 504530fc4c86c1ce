//! Which manifests are taken for what they say.

use super::*;

fn entry(name: FileName, entries: u64) -> FileEntry {
    let sha256 = match name {
        FileName::Standing(digest) => digest,
        FileName::Events { .. } | FileName::Commands { .. } | FileName::Documents { .. } => {
            Digest([7; 32])
        }
    };
    FileEntry {
        name,
        entries,
        size: 100,
        sha256,
    }
}

const FILES: [(FileName, u64); 9] = [
    (FileName::Events { first: 1, last: 10 }, 10),
    (
        FileName::Events {
            first: 11,
            last: 20,
        },
        10,
    ),
    (commands(0, 20, 1), 5),
    (commands(0, 20, 2), 5),
    (FileName::Documents { number: 1 }, 2),
    (
        FileName::Events {
            first: 21,
            last: 25,
        },
        5,
    ),
    (commands(20, 25, 1), 2),
    (FileName::Documents { number: 2 }, 1),
    (FileName::Standing(Digest([9; 32])), 4),
];

const fn commands(from: Position, until: Position, part: u64) -> FileName {
    FileName::Commands { from, until, part }
}

/// Two runs: 25 events in three files, 12 commands in three, 3 documents, 2 cursors, 1 parked event
/// and 1 command that was not final.
fn whole() -> Manifest {
    let head = Head {
        position: 25,
        sha256: Digest([1; 32]),
        recorded_at: DateTime::UNIX_EPOCH,
    };
    Manifest {
        format_version: FORMAT,
        program: "hoso 0.1.0".to_owned(),
        made_at: DateTime::UNIX_EPOCH,
        head: Some(head),
        counts: Counts {
            events: 25,
            commands: 13,
            cursors: 2,
            parked: 1,
            documents: 3,
        },
        files: FILES.map(|(name, entries)| entry(name, entries)).into(),
    }
}

fn refusal(manifest: &Manifest) -> String {
    let (text, _) = manifest.seal().unwrap();
    Manifest::open(text.as_bytes()).unwrap_err().to_string()
}

#[test]
fn a_manifest_comes_back_as_it_was_sealed() {
    let (text, digest) = whole().seal().unwrap();
    let (manifest, read) = Manifest::open(text.as_bytes()).unwrap();
    assert_eq!(read, digest);
    assert_eq!(manifest.files, whole().files);
    assert_eq!((manifest.position(), manifest.bytes()), (25, 900));
}

#[test]
fn every_single_file_left_out_or_put_twice_is_noticed() {
    for at in 0..whole().files.len() {
        let mut short = whole();
        let left_out = short.files.remove(at);
        assert!(refusal(&short).contains("manifest.json"), "{left_out:?}");
        let mut twice = whole();
        twice.files.insert(at, left_out);
        assert!(refusal(&twice).contains("twice"), "{at}");
    }
}

#[test]
fn files_in_another_order_are_noticed() {
    for (one, other) in [(0, 1), (2, 3), (4, 7), (1, 5), (2, 6)] {
        let mut swapped = whole();
        swapped.files.swap(one, other);
        assert!(
            refusal(&swapped).contains("does not follow"),
            "{one} {other}"
        );
    }
}

#[test]
fn figures_that_do_not_fit_the_files_are_noticed() {
    let change: [fn(&mut Manifest); 9] = [
        |m| m.counts.events = 24,
        |m| m.counts.commands = 12,
        |m| m.counts.cursors = u64::MAX,
        |m| m.counts.parked = 0,
        |m| m.counts.documents = 2,
        |m| m.head = None,
        |m| m.files[0].entries = 9,
        |m| m.files[8].entries = u64::MAX,
        |m| {
            m.head = m.head.map(|head| Head {
                position: 24,
                ..head
            });
        },
    ];
    for (number, change) in change.into_iter().enumerate() {
        let mut other = whole();
        change(&mut other);
        assert!(refusal(&other).contains("manifest.json"), "{number}");
    }
}

#[test]
fn every_flipped_byte_of_the_file_is_noticed() {
    let (text, _) = whole().seal().unwrap();
    for at in 0..text.len() {
        let mut bytes = text.clone().into_bytes();
        bytes[at] ^= 1;
        let opened = Manifest::open(&bytes);
        // A blank around the sealed part may be another blank: it says nothing.
        if let Ok((manifest, _)) = opened {
            assert!(text.as_bytes()[at].is_ascii_whitespace(), "byte {at}");
            assert_eq!(manifest.files, whole().files);
        }
    }
}

#[test]
fn names_that_lead_elsewhere_are_no_names() {
    for name in [
        "../events-000000000001-000000000010.jsonl",
        "events-000000000001-000000000010.jsonl/../../x",
        "/etc/passwd",
        "events-1-10.jsonl",
        "events-000000000001-000000000010-000000000011.jsonl",
        "events-+00000000001-000000000010.jsonl",
        "documents/../x.jsonl",
        "standing-00.jsonl",
        "ledger.sqlite",
        "",
    ] {
        assert_eq!(FileName::parse(name), None, "{name}");
        let (text, _) = whole().seal().unwrap();
        let body = text.replace("events-000000000001-000000000010.jsonl", name);
        let sealed: Sealed<'_> = serde_json::from_str(&body).unwrap();
        let digest = Digest::of(sealed.manifest.get().as_bytes());
        let forged = body.replace(&sealed.sha256.to_string(), &digest.to_string());
        let refused = Manifest::open(forged.as_bytes()).unwrap_err().to_string();
        assert!(
            refused.contains("is no file of a backup"),
            "{name}: {refused}"
        );
    }
    for file in whole().files {
        assert_eq!(FileName::parse(&file.name.to_string()), Some(file.name));
    }
}

#[test]
fn a_later_format_is_named_before_anything_else_is_read() {
    let mut later = whole();
    later.format_version = 2;
    let (text, _) = later.seal().unwrap();
    let body = text.replace("\"program\"", "\"writtenBy\"");
    let sealed: Sealed<'_> = serde_json::from_str(&body).unwrap();
    let digest = Digest::of(sealed.manifest.get().as_bytes());
    let body = body.replace(&sealed.sha256.to_string(), &digest.to_string());
    let refused = Manifest::open(body.as_bytes()).unwrap_err().to_string();
    assert!(refused.contains("is of format 2"), "{refused}");
}
