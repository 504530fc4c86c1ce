//! Keys and notes against the examples that specifications and other programs publish.

#![expect(clippy::unwrap_used, reason = "the published texts must be read")]

use hoso_proof::note::{NOTE_BYTES_MAX, SIGNATURES_MAX};
use hoso_proof::{Algorithm, Checkpoint, KeyError, Note, NoteError, PublicKey, SecretKey};
use proptest::prelude::*;

/// The example of C2SP signed-note.
const EXAMPLE_KEY: &str = "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k";
const EXAMPLE_NOTE: &str = "This is an example message.\n\n— example.com/foo \
    Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM=\n";

/// The second signer of the example of Go's package `note`, whose seed is 32 zero bytes.
const GO_KEY: &str = "EnochRoot+af0cfe78+ATtqJ7zOtqQtYqOo0CpvDXNlMhV3HeJDpjrASKGLWdop";
const GO_TEXT: &str = "If you think cryptography is the answer to your problem,\n\
    then you don't know what your problem is.\n";
const GO_SIGNATURE: &str = "— EnochRoot \
    rwz+eBzmZa0SO3NbfRGzPCpDckykFXSdeX+MNtCOXm2/5n2tiOHp+vAF1aGrQ5ovTG01oOTGwnWLox33WWd1RvMc+QQ=\n";

/// A checkpoint of a public log, with what its witnesses signed.
const PUBLIC_LOG: &str =
    "arche2025h1.staging.ct.transparency.dev+ba2f06c0+AU0vHmlGCS/PdN8b2OaGmKprLI8HKM+dJ472xgFYh15f";
const PUBLIC_WITNESS: &str = "remora.n621.de+da77ade7+BOvN63jn/bLvkieywe8R6UYAtVtNbZpXh34x7onlmtw2";
const PUBLIC_CHECKPOINT: &str = "arche2025h1.staging.ct.transparency.dev
1432088532
U7WM79jrzyhGZ5/GUBTpM7NzwdyfFx61t3RovgcC4Ro=

— arche2025h1.staging.ct.transparency.dev zTM8sQAAAZ5W0WdjBAMARjBEAiBjW5IQf9pvsYLfQFX6hoGREPMHbdQ3urbllzalApkptQIgIpwtEroeW2BXaHAI4kJXFbon5Ch9MNL5zRNZ55lvGt0=
— arche2025h1.staging.ct.transparency.dev ui8GwCF1+kWqZrxGdhj4aX3gcw7XUlXQQabg/27lefwhUkzbC3NygNI75MdhL1bfTW9g8Ei59RA23oHP7Ry1k3ZFWwQ=
— remora.n621.de 2net5wAAAABqEiEgPlfF3V06o0Y+fHM+J5J9s27wgxxcOVSpZ/2g/KSiXCg9DEZI+aVCIobWX9sXTynk5XeU/zZ0WBxtqB0DrAWfBw==
";

fn public(text: &str) -> PublicKey {
    PublicKey::parse(text).unwrap()
}

fn parsed(text: &str) -> Note {
    Note::parse(text.as_bytes()).unwrap()
}

#[test]
fn published_notes_verify() {
    let held = parsed(EXAMPLE_NOTE).verify(&public(EXAMPLE_KEY)).unwrap();
    assert_eq!(held.seen_at, None);
    let go = parsed(&format!("{GO_TEXT}\n{GO_SIGNATURE}"));
    assert_eq!(go.text(), GO_TEXT);
    assert!(go.verify(&public(GO_KEY)).is_ok());
    let unsigned = go.verify(&public(EXAMPLE_KEY));
    assert_eq!(
        unsigned,
        Err(NoteError::Unsigned("example.com/foo".to_owned()))
    );
}

#[test]
fn a_published_checkpoint_and_its_cosignature_verify() {
    let note = parsed(PUBLIC_CHECKPOINT);
    assert_eq!(note.verify(&public(PUBLIC_LOG)).unwrap().seen_at, None);
    let seen = note.verify(&public(PUBLIC_WITNESS)).unwrap().seen_at;
    assert_eq!(seen, Some(0x6a12_2120));
    let checkpoint = Checkpoint::parse(note.text()).unwrap();
    assert_eq!(checkpoint.head.size, 1_432_088_532);
    let changed = parsed(&PUBLIC_CHECKPOINT.replace("1432088532", "1432088533"));
    for key in [PUBLIC_LOG, PUBLIC_WITNESS] {
        assert!(matches!(
            changed.verify(&public(key)),
            Err(NoteError::Forged(_))
        ));
    }
}

#[test]
fn the_published_signature_is_made() {
    let key = SecretKey::from_seed("EnochRoot", Algorithm::Ed25519, &[0; 32]).unwrap();
    assert_eq!(key.public().to_string(), GO_KEY);
    let mut note = Note::new(GO_TEXT.to_owned()).unwrap();
    note.sign(&key).unwrap();
    assert_eq!(note.encode(), format!("{GO_TEXT}\n{GO_SIGNATURE}"));
}

#[test]
fn keys_are_written_as_they_are_read() {
    for text in [EXAMPLE_KEY, GO_KEY, PUBLIC_LOG, PUBLIC_WITNESS] {
        assert_eq!(public(text).to_string(), text);
    }
    for algorithm in [Algorithm::Ed25519, Algorithm::CosignatureV1] {
        let key = SecretKey::from_seed("example.com/log", algorithm, &[3; 32]).unwrap();
        let read = SecretKey::parse(&key.expose()).unwrap();
        assert_eq!(read.expose(), key.expose());
        assert_eq!(read.public(), &public(&key.public().to_string()));
        assert!(!format!("{key:?}").contains(&key.expose()[30..]));
    }
}

/// Every part of a key and every change of a character, as Go's tests do it.
#[test]
fn a_mangled_key_is_refused() {
    for start in 0..GO_KEY.len() {
        for end in start..=GO_KEY.len() {
            let whole = start == 0 && end == GO_KEY.len();
            assert_eq!(PublicKey::parse(&GO_KEY[start..end]).is_ok(), whole);
        }
    }
    for at in 0..GO_KEY.len() {
        let mut bytes = GO_KEY.as_bytes().to_vec();
        bytes[at] += 1;
        let text = String::from_utf8(bytes).unwrap();
        assert!(PublicKey::parse(&text).is_err(), "{text}");
    }
    let upper = GO_KEY.replace("af0cfe78", "AF0CFE78");
    assert_eq!(PublicKey::parse(&upper), Err(KeyError::Format));
    assert_eq!(
        SecretKey::from_seed("two words", Algorithm::Ed25519, &[0; 32]).unwrap_err(),
        KeyError::Name
    );
}

/// Under a key of small order one signature is of every text.
#[test]
fn a_key_that_anybody_can_sign_for_is_refused() {
    use base64::Engine as _;
    use sha2::Digest as _;
    let mut typed = vec![1_u8];
    typed.extend([1].iter().chain(&[0; 31]));
    let id = sha2::Sha256::digest([b"weak\n", typed.as_slice()].concat());
    let bytes = base64::engine::general_purpose::STANDARD.encode(&typed);
    let text = format!("weak+{}+{bytes}", hex::encode(&id[..4]));
    assert_eq!(PublicKey::parse(&text), Err(KeyError::Ed25519));
}

#[test]
fn a_forged_line_is_not_hidden_behind_a_good_one() {
    let forged = GO_SIGNATURE.replace("rwz+eBzm", "rwz+eBzn");
    for lines in [[GO_SIGNATURE, &forged], [forged.as_str(), GO_SIGNATURE]] {
        let note = parsed(&format!("{GO_TEXT}\n{}", lines.concat()));
        let verified = note.verify(&public(GO_KEY));
        assert_eq!(verified, Err(NoteError::Forged("EnochRoot".to_owned())));
    }
}

#[test]
fn a_log_does_not_cosign_and_a_witness_does_not_sign() {
    let log = SecretKey::from_seed("log", Algorithm::Ed25519, &[1; 32]).unwrap();
    let witness = SecretKey::from_seed("witness", Algorithm::CosignatureV1, &[2; 32]).unwrap();
    let mut note = Note::new("text\n".to_owned()).unwrap();
    assert!(matches!(note.sign(&witness), Err(NoteError::WrongKey(_))));
    assert!(matches!(note.cosign(&log, 1), Err(NoteError::WrongKey(_))));
    assert!(note.cosign(&witness, u64::MAX).is_err());
    note.sign(&log).unwrap();
    note.cosign(&witness, 1_700_000_000).unwrap();
    let note = parsed(&note.encode());
    let seen = note.verify(witness.public()).unwrap().seen_at;
    assert_eq!(seen, Some(1_700_000_000));
}

#[test]
fn what_is_no_note_is_refused() {
    let line = "— name AAAAAAE=\n";
    assert!(Note::parse(format!("text\n\n{line}").as_bytes()).is_ok());
    for wrong in [
        String::new(),
        "text\n".to_owned(),
        "text\n\n".to_owned(),
        format!("text\n{line}"),
        format!("text\r\n\n{line}"),
        format!("te\u{0}xt\n\n{line}"),
        format!("text\n\n{}", line.trim_end()),
        format!("text\n\n{line}\n"),
        "text\n\n- name AAAAAAE=\n".to_owned(),
        "text\n\n— name AAAAAA==\n".to_owned(),
        "text\n\n— name AAAAAAF=\n".to_owned(),
        "text\n\n— name AAAAAAE\n".to_owned(),
        "text\n\n— na+me AAAAAAE=\n".to_owned(),
        "text\n\n—  AAAAAAE=\n".to_owned(),
        format!("text\n\n{}", line.repeat(SIGNATURES_MAX + 1)),
        format!("{}\n\n{line}", "x".repeat(NOTE_BYTES_MAX)),
    ] {
        assert!(Note::parse(wrong.as_bytes()).is_err(), "{wrong:?}");
    }
    assert!(Note::parse(format!("text\n\n{}", line.repeat(SIGNATURES_MAX)).as_bytes()).is_ok());
    assert!(Note::parse(b"te\xffxt\n\n\xe2\x80\x94 name AAAAAAE=\n").is_err());
}

#[test]
fn what_is_no_checkpoint_is_refused() {
    let root = "U7WM79jrzyhGZ5/GUBTpM7NzwdyfFx61t3RovgcC4Ro=";
    let good = format!("example.com/log\n5\n{root}\n");
    assert_eq!(Checkpoint::parse(&good).unwrap().text(), good);
    let extended = format!("{good}more\n");
    assert_eq!(Checkpoint::parse(&extended).unwrap().extension, "more\n");
    for wrong in [
        String::new(),
        format!("\n5\n{root}\n"),
        format!("example.com/log\n05\n{root}\n"),
        format!("example.com/log\n+5\n{root}\n"),
        format!("example.com/log\n-5\n{root}\n"),
        format!("example.com/log\n18446744073709551616\n{root}\n"),
        format!("example.com/log\n5\n{root}"),
        format!("example.com/log\n5\r\n{root}\n"),
        format!("example.com/log\n5\n{}\n", &root[1..]),
        format!("example.com/log\n5\n{}\n", root.replace("Ro=", "Rp=")),
        format!("{good}\n"),
        format!("{good}\nmore\n"),
    ] {
        assert!(Checkpoint::parse(&wrong).is_err(), "{wrong:?}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn hostile_notes_and_keys_end_in_a_value_or_an_error(text in "(a|\n|— | |\\+|=|A|1|é|\u{85}){0,60}") {
        if let Ok(note) = Note::parse(text.as_bytes()) {
            prop_assert_eq!(note.encode(), text.clone());
            if let Ok(checkpoint) = Checkpoint::parse(note.text()) {
                prop_assert_eq!(checkpoint.text(), note.text());
            }
        }
        prop_assert!(PublicKey::parse(&text).is_err());
        prop_assert!(SecretKey::parse(&text).is_err());
    }

    #[test]
    fn a_changed_note_verifies_no_more(at in 0_usize..GO_TEXT.len(), seed in any::<[u8; 32]>()) {
        let key = SecretKey::from_seed("log", Algorithm::Ed25519, &seed).unwrap();
        let mut note = Note::new(GO_TEXT.to_owned()).unwrap();
        note.sign(&key).unwrap();
        let mut bytes = note.encode().into_bytes();
        bytes[at] ^= 1;
        if let Ok(changed) = Note::parse(&bytes) {
            prop_assert!(changed.verify(key.public()).is_err());
        }
    }
}
