//! Sealing, and proofs of what is sealed.

use anyhow::Result;
use hoso_ledger::SharedLedger;
use hoso_proof::{Checkpoint, SignedCheckpoint};
use serde_json::json;

use super::{ConsistencyArgs, PlaceArgs, ProveArgs, SealArgs, archive, keys, told};
use crate::cli::DONE;
use crate::output::{self, say};
use crate::store;

/// Seals everything up to the head.
pub(super) async fn seal(args: SealArgs) -> Result<u8> {
    let config = args.place.settings()?;
    let runtime = store::open_to_read(&config).await?;
    let keys = hoso_audit::Keys::open_or_make(&config.audit_keys, args.origin.as_deref());
    let keys = keys.map_err(told)?;
    let ledger = SharedLedger::clone(&runtime.ledger);
    let sealed = hoso_audit::seal(ledger, &archive(&config), &keys).await;
    runtime.ledger.close().await;
    let sealed = sealed.map_err(told)?;
    let head = sealed.checkpoint.head();
    if args.place.json {
        say!(
            "{}",
            json!({
                "origin": keys.log().origin(),
                "key": keys.log().key().to_string(),
                "before": sealed.before,
                "size": head.size,
                "root": hex::encode(head.root),
                "checkpoint": sealed.checkpoint.note().encode(),
            })
        );
    } else {
        say!(
            "{} events are sealed, {} of them now",
            head.size,
            head.size.saturating_sub(sealed.before)
        );
        output::write(sealed.checkpoint.note().encode().as_bytes());
    }
    Ok(DONE)
}

/// Prints the newest checkpoint. Its signature is for the reader to check: whoever may read the
/// archive needs no secret.
pub(super) fn checkpoint(place: &PlaceArgs) -> Result<u8> {
    let config = place.settings()?;
    let archive = archive(&config);
    let note = archive.checkpoint().map_err(told)?;
    if !place.json {
        output::write(note.as_bytes());
        return Ok(DONE);
    }
    let log = archive.log().map_err(told)?;
    let opened = SignedCheckpoint::open(note.as_bytes(), &log)?;
    let head = Checkpoint::parse(opened.note().text())?.head;
    say!(
        "{}",
        json!({
            "origin": log.origin(),
            "key": log.key().to_string(),
            "size": head.size,
            "root": hex::encode(head.root),
            "checkpoint": note,
        })
    );
    Ok(DONE)
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
    let included = proof.verify(keys.log())?;
    let head = included.checkpoint.head();
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
    let log = archive.log().map_err(told)?;
    let proof = hoso_audit::consistency(&archive, &log, args.old, args.new).map_err(told)?;
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
