//! What stands beside the log: the checkpoints its signer signed.

use super::{Engine, Outcome, sample};
use crate::LedgerError;

/// In the order they were kept, each once, whoever keeps it again.
pub async fn a_checkpoint_is_kept_once_and_stays(engine: &dyn Engine) -> Outcome {
    let ledger = engine.open(sample::still_clock()).await?;
    assert_eq!(ledger.checkpoints(0, 10).await?, []);
    ledger.append(sample::append("thing-a", 0, 3)?).await?;
    for (size, note) in [
        (2, "two\n"),
        (3, "ba\n"),
        (2, "two\n"),
        (3, "three, again\n"),
    ] {
        ledger.keep_checkpoint(size, note).await?;
    }
    let kept = ledger.checkpoints(0, 10).await?;
    let seen: Vec<_> = kept
        .iter()
        .map(|kept| (kept.seq, kept.size, kept.note.as_str()))
        .collect();
    let all = [(1, 2, "two\n"), (2, 3, "ba\n"), (3, 3, "three, again\n")];
    assert_eq!(seen, all);
    ledger.close().await;
    let ledger = engine.open(sample::still_clock()).await?;
    assert_eq!(ledger.checkpoints(0, 10).await?, kept);
    assert_eq!(ledger.checkpoints(1, 1).await?.first(), kept.get(1));
    Ok(())
}

/// A note of more events than there are tells that the log was cut, and is not kept beside it.
pub async fn a_checkpoint_of_more_than_there_is_is_refused(engine: &dyn Engine) -> Outcome {
    let ledger = engine.open(sample::still_clock()).await?;
    ledger.append(sample::append("thing-a", 0, 2)?).await?;
    let refused = ledger.keep_checkpoint(3, "three\n").await;
    assert!(
        matches!(refused, Err(LedgerError::Corrupt { .. })),
        "{refused:?}"
    );
    let long = "x".repeat((64 << 10) + 1);
    for bad in [long.as_str(), "", "a\0b"] {
        let refused = ledger.keep_checkpoint(1, bad).await;
        assert!(refused.is_err(), "{} bytes", bad.len());
    }
    assert_eq!(ledger.checkpoints(0, 10).await?, []);
    // A refusal stops nothing.
    ledger.append(sample::append("thing-b", 0, 1)?).await?;
    ledger.keep_checkpoint(3, "three\n").await?;
    assert_eq!(ledger.checkpoints(0, 10).await?.len(), 1);
    Ok(())
}
