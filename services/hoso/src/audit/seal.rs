//! Sealing, and proofs of what is sealed.

use anyhow::Result;
use hoso_ledger::SharedLedger;
use hoso_proof::{Note, Policy};
use serde_json::{Value, json};

use super::{CheckpointArgs, ConsistencyArgs, ProveArgs, SealArgs, archive, keys, told, witnesses};
use crate::cli::{BadInput, DONE};
use crate::output::{self, say};
use crate::store;

/// Seals everything up to the head, and asks the witnesses. That they cosign is not waited for: what
/// is sealed is published without them.
pub(super) async fn seal(args: SealArgs) -> Result<u8> {
    let config = args.place.settings_with(&args.policy)?;
    let runtime = store::open_to_read(&config).await?;
    let keys = hoso_audit::Keys::open_or_make(
        &config.audit_keys,
        args.origin.as_deref().or(config.audit_origin.as_deref()),
    );
    let keys = keys.map_err(told)?;
    let witnesses = witnesses::witnesses(&config, keys.log())?;
    let ledger = SharedLedger::clone(&runtime.ledger);
    let archive = archive(&config);
    let sealed = hoso_audit::seal(ledger, &archive, &keys).await;
    runtime.ledger.close().await;
    let sealed = sealed.map_err(told)?;
    let head = sealed.checkpoint.head();
    // What was sealed may have handed over to the next key.
    let signing = keys.signing().map_err(told)?;
    let mut report = json!({
        "origin": signing.origin(),
        "key": signing.key().to_string(),
        "before": sealed.before,
        "size": head.size,
        "root": hex::encode(head.root),
    });
    if let Some(witnesses) = &witnesses {
        let history = archive.history().map_err(told)?;
        let said = hoso_audit::cosign_newest(&archive, &history, witnesses).await;
        for said in said.map_err(told)? {
            if let Err(fault) = said.seen_at {
                eprintln!("hoso: witness {}: not cosigned: {fault}", said.name);
            }
        }
    }
    let note = archive.checkpoint_of(head.size).map_err(told)?;
    let policy = witnesses.as_deref().map(hoso_audit::Witnesses::policy);
    add_witnesses(&mut report, &note, policy)?;
    if args.place.json {
        say!("{report}");
    } else {
        let new = head.size.saturating_sub(sealed.before);
        say!("{} events are sealed, {new} of them now", head.size);
        output::write(note.as_bytes());
    }
    Ok(DONE)
}

/// Prints the newest checkpoint. Its signature is for the reader to check: whoever may read the
/// archive needs no secret.
pub(super) fn checkpoint(args: &CheckpointArgs) -> Result<u8> {
    let config = args.place.settings_with(&args.policy)?;
    let archive = archive(&config);
    let note = archive.checkpoint().map_err(told)?;
    let log = archive.log().map_err(told)?;
    // Nobody is asked: where a witness is reached, or how, does not matter here.
    let policy = config.audit_policy.as_deref().map(witnesses::policy);
    let policy = policy.transpose()?;
    if policy.as_ref().is_some_and(|policy| !policy.accepts(&log)) {
        let text = format!("the log {} is none of the policy's logs", log.key());
        return Err(BadInput(text).into());
    }
    let history = archive.history().map_err(told)?;
    let head = history.open(note.as_bytes())?.head();
    let cosigned = witnesses::cosigned_up_to(&archive, &history)?;
    let lag = head.size.saturating_sub(cosigned.unwrap_or(0));
    if !args.place.json {
        output::write(note.as_bytes());
        if policy.is_some() && lag > 0 {
            eprintln!("hoso: the last {lag} events are not witnessed yet");
        }
        return Ok(DONE);
    }
    let mut report = json!({
        "origin": log.origin(),
        "key": log.key().to_string(),
        "size": head.size,
        "root": hex::encode(head.root),
        "witnessed": cosigned.map(|size| json!({ "size": size, "lag": lag })),
    });
    add_witnesses(&mut report, &note, policy.as_ref())?;
    say!("{report}");
    Ok(DONE)
}

/// The checkpoint, and what the witnesses of the policy said of it.
fn add_witnesses(report: &mut Value, note: &str, policy: Option<&Policy>) -> Result<()> {
    if let Some(report) = report.as_object_mut() {
        report.insert("checkpoint".to_owned(), note.into());
        if let Some(policy) = policy {
            let read = Note::parse(note.as_bytes())?;
            let judged = policy.judge(&read);
            let said = witnesses::cosignatures(&judged);
            report.insert("cosignatures".to_owned(), said.into());
            report.insert("quorum".to_owned(), judged.reached.into());
        }
    }
    Ok(())
}

/// Proves that an event is in the log.
pub(super) async fn prove(args: ProveArgs) -> Result<u8> {
    let config = args.place.settings()?;
    let keys = keys(&config)?;
    let runtime = store::open_to_read(&config).await?;
    let archive = archive(&config);
    let proof = hoso_audit::prove(&runtime.ledger, &archive, &keys, args.position).await;
    runtime.ledger.close().await;
    let proof = proof.map_err(told)?;
    if !args.place.json {
        output::write(proof.encode().as_bytes());
        return Ok(DONE);
    }
    let history = archive.history().map_err(told)?;
    let head = history.open(proof.checkpoint.as_bytes())?.head();
    proof.under(head)?;
    let hashes: Vec<_> = proof.hashes.iter().map(hex::encode).collect();
    say!(
        "{}",
        json!({
            "position": args.position,
            "index": proof.index,
            "size": head.size,
            "root": hex::encode(head.root),
            "leaf": hex::encode(&proof.leaf),
            "salt": hex::encode(keys.salt(args.position).as_bytes()),
            "hashes": hashes,
            "proof": proof.encode(),
        })
    );
    Ok(DONE)
}

/// Proves that one checkpoint grew from another.
pub(super) fn consistency(args: &ConsistencyArgs) -> Result<u8> {
    let config = args.place.settings()?;
    let archive = archive(&config);
    let keys = archive.history().map_err(told)?;
    let proof = hoso_audit::consistency(&archive, &keys, args.old, args.new).map_err(told)?;
    if !args.place.json {
        output::write(proof.encode().as_bytes());
        return Ok(DONE);
    }
    let hashes: Vec<_> = proof.hashes.iter().map(hex::encode).collect();
    say!(
        "{}",
        json!({
            "old": args.old,
            "new": args.new,
            "hashes": hashes,
            "proof": proof.encode(),
        })
    );
    Ok(DONE)
}
