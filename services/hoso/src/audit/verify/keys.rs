//! Which keys are believed: the one that was known beforehand, and those that it leads to.

use hoso_proof::{CheckpointError, KeyHistory, LogIdentity, SignedCheckpoint};

use crate::audit::bundle;
use crate::audit::findings::Findings;
use crate::audit::rotations::{Rotations, WrongKeys, written};

/// The keys of the log by its events, if the known one is among them; else that one alone.
pub(super) fn of_the_log(
    rotations: &Rotations,
    known: &LogIdentity,
    findings: &mut Findings,
) -> KeyHistory {
    match rotations.history(known) {
        Ok(history) if history.knows(known) => return history,
        Ok(_) => {
            let what = format!("{} is none of the keys that the log tells of", known.key());
            findings.of(bundle::KEY, what);
        }
        Err(WrongKeys { position, what }) => findings.at(position, bundle::EVENTS, what),
    }
    KeyHistory::new(known.clone())
}

/// Whether the known key leads to the newest: of each key behind it there must be a checkpoint that
/// it and the one before signed. To keys before it the signed events lead.
pub(super) fn handed_over(
    history: &KeyHistory,
    known: &LogIdentity,
    checkpoints: &[SignedCheckpoint],
    findings: &mut Findings,
) {
    let later = history.reigns().skip_while(|reign| reign.log != *known);
    for reign in later.skip(1) {
        let shown = checkpoints.iter().any(|checkpoint| {
            let size = checkpoint.head().size;
            history.at(size).log == reign.log && history.is_handover(checkpoint)
        });
        if !shown {
            let key = reign.log.key();
            let what = format!(
                "no checkpoint shows that the log was handed over to {key}: one that the key before \
                 signed, too, is missing"
            );
            findings.at(reign.since, bundle::CHECKPOINTS, what);
        }
    }
}

/// Whether the bundle's list of keys is that of its events.
pub(super) fn listed(text: &str, history: &KeyHistory, findings: &mut Findings) {
    if text != written(history) {
        findings.of(
            bundle::KEYS,
            "the keys are not those that the events tell of",
        );
    }
}

/// What is wrong with a checkpoint's signature, and whose it must have been.
pub(super) fn unsigned(keys: &KeyHistory, size: u64, error: &CheckpointError) -> String {
    format!(
        "{error}; {} signs a log of {size} events",
        keys.at(size).log.key()
    )
}
