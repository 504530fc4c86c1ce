//! What stands beside the log in a round's bundle: older checkpoints, the proofs of the round's acts,
//! the contract of the events.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::Result;
use hoso_proof::policy::Judgement;
use hoso_proof::{Checkpoint, InclusionFile, KeyHistory, Note, Policy, SignedCheckpoint, TreeHead};
use serde_json::{Value, json};

use super::Seen;
use super::keys::unsigned;
use crate::audit::acts::{Act, Acts, sides};
use crate::audit::bundle;
use crate::audit::findings::Findings;
use crate::audit::schemas::SCHEMAS;
use crate::audit::unpack::Unpacker;
use crate::audit::witnesses::{self, CLOCKS_APART};
use crate::output::say;
use crate::witness;

/// An older checkpoint, as it is in the bundle.
struct Older {
    file: String,
    note: Note,
    head: TreeHead,
}

/// Those of a bundle.
#[derive(Default)]
pub(super) struct OlderCheckpoints(BTreeMap<u64, Older>);

/// When witnesses of the policy saw the checkpoint of a size: the first and the last of them, seconds
/// since 1970.
pub(super) type SeenAt = BTreeMap<u64, (u64, u64)>;

/// An act with the checkpoints on either side.
pub(super) struct Bounded<'a> {
    act: &'a Act,
    before: Option<u64>,
    after: Option<u64>,
}

impl OlderCheckpoints {
    /// Reads them; who signed them is not looked at yet.
    ///
    /// # Errors
    /// The bundle cannot be read.
    pub(super) fn read(
        bundle: &mut Unpacker,
        head: TreeHead,
        findings: &mut Findings,
    ) -> Result<Self> {
        let mut all = BTreeMap::new();
        for size in bundle.checkpoints().clone() {
            let file = bundle::checkpoint_file(size);
            let text = bundle.text(&file)?;
            let read = Note::parse(text.as_bytes()).map_err(|error| error.to_string());
            let read = read.and_then(|note| {
                let checkpoint = Checkpoint::parse(note.text());
                Ok((note, checkpoint.map_err(|error| error.to_string())?.head))
            });
            match read {
                Ok((_, found)) if found.size != size => {
                    findings.of(
                        &file,
                        format!("it is the checkpoint of {} events", found.size),
                    );
                }
                Ok((_, found)) if found.size >= head.size => {
                    findings.of(&file, "it is not older than the bundle's checkpoint");
                }
                Ok((note, head)) => {
                    all.insert(size, Older { file, note, head });
                }
                Err(error) => findings.of(&file, error),
            }
        }
        Ok(Self(all))
    }

    /// What the log must begin with.
    pub(super) fn heads(&self) -> impl Iterator<Item = Seen> + '_ {
        self.0.values().map(|older| Seen {
            name: older.file.clone(),
            file: older.file.clone(),
            head: older.head,
        })
    }

    /// How many.
    pub(super) fn count(&self) -> usize {
        self.0.len()
    }

    /// Those that the key signed that signed then.
    pub(super) fn signed_by(
        &self,
        keys: &KeyHistory,
        findings: &mut Findings,
    ) -> Vec<SignedCheckpoint> {
        let mut signed = Vec::new();
        for Older { file, note, head } in self.0.values() {
            match keys.open(note.encode().as_bytes()) {
                Ok(opened) => signed.push(opened),
                Err(error) => {
                    let what = unsigned(keys, head.size, &error);
                    findings.first_of_all(Some(head.size), file, what);
                }
            }
        }
        signed
    }

    /// When the policy's witnesses saw each. A witness that did not sign an older one is no finding:
    /// nobody waits for witnesses.
    fn seen_at(&self, policy: &Policy, findings: &mut Findings) -> SeenAt {
        let mut all = SeenAt::new();
        for (size, Older { file, note, .. }) in &self.0 {
            let judged = policy.judge(note);
            witnesses::doubts(&judged, file, findings);
            if let Some(times) = times(&judged) {
                all.insert(*size, times);
            }
        }
        all
    }

    /// Every act between the checkpoints on either side of it, the bundle's own one included.
    pub(super) fn bounded<'a>(&self, acts: &'a Acts, head: TreeHead) -> Vec<Bounded<'a>> {
        let mut sizes: BTreeSet<u64> = self.0.keys().copied().collect();
        sizes.insert(head.size);
        let bounded = acts.all().iter().map(|act| {
            let (before, after) = sides(&sizes, act.position);
            Bounded { act, before, after }
        });
        bounded.collect()
    }
}

/// When the witnesses of a policy saw a checkpoint: the first and the last.
fn times(judged: &Judgement<'_>) -> Option<(u64, u64)> {
    let times = judged.witnesses.iter();
    let times = times.filter_map(|said| said.seen_at.as_ref().ok().copied());
    let (first, last) = (times.clone().min()?, times.max()?);
    Some((first, last))
}

/// What witnesses say of the time of each act.
pub(super) fn witnessed(
    older: &OlderCheckpoints,
    newest: (TreeHead, &Judgement<'_>),
    policy: &Policy,
    findings: &mut Findings,
) -> SeenAt {
    let mut all = older.seen_at(policy, findings);
    let (head, judged) = newest;
    if let Some(times) = times(judged) {
        all.insert(head.size, times);
    }
    all
}

/// What witnesses saw before it was recorded has a wrong time: the log's clock or somebody's hand. That
/// the checkpoint before an act was seen proves no such thing: a log may be signed for later.
pub(super) fn held_to_their_times(acts: &[Bounded<'_>], seen: &SeenAt, findings: &mut Findings) {
    for Bounded { act, after, .. } in acts {
        let first = after.and_then(|size| seen.get(&size));
        let recorded_at = u64::try_from(act.recorded_at.timestamp()).unwrap_or_default();
        if let Some((first, _)) = first
            && recorded_at > first.saturating_add(CLOCKS_APART)
        {
            let what = format!(
                "recorded at {}, but a witness saw it at {}",
                act.recorded_at,
                witness::shown(*first)
            );
            findings.at(act.position, bundle::EVENTS, what);
        }
    }
}

/// The acts for `--json`, with what bounds their times.
pub(super) fn acts_in_json(acts: &[Bounded<'_>], seen: &SeenAt) -> Value {
    let side = |size: Option<u64>| {
        size.map(|size| {
            let times = seen.get(&size);
            json!({
                "events": size,
                "firstSeenAt": times.map(|times| witness::shown(times.0)),
                "lastSeenAt": times.map(|times| witness::shown(times.1)),
            })
        })
    };
    let acts = acts.iter().map(|Bounded { act, before, after }| {
        json!({
            "position": act.position,
            "type": act.event_type,
            "recordedAt": act.recorded_at,
            "after": side(*before),
            "before": side(*after),
        })
    });
    acts.collect()
}

/// The same for people, where witnesses said something.
pub(super) fn print_acts(acts: &[Bounded<'_>], seen: &SeenAt) {
    for Bounded { act, before, after } in acts {
        let shown = |size: &Option<u64>| size.and_then(|size| seen.get(&size));
        let (before, after) = (shown(before), shown(after));
        if before.is_none() && after.is_none() {
            continue;
        }
        let (position, event_type) = (act.position, &act.event_type);
        let recorded_at = act.recorded_at;
        let after = after.map(|times| format!("seen by a witness at {}", witness::shown(times.0)));
        let before = before.map(|times| {
            format!(
                "not in what witnesses saw up to {}",
                witness::shown(times.1)
            )
        });
        let told: Vec<_> = before.into_iter().chain(after).collect();
        let told = told.join(", ");
        say!("{position} {event_type}, recorded at {recorded_at}: {told}");
    }
}

/// Every act must have its proof, under the bundle's own checkpoint, and nothing else one.
///
/// # Errors
/// The bundle cannot be read.
pub(super) fn proofs(
    bundle: &mut Unpacker,
    acts: &Acts,
    note: &str,
    head: TreeHead,
    findings: &mut Findings,
) -> Result<()> {
    let there = bundle.proofs().clone();
    let wanted: BTreeSet<u64> = acts.all().iter().map(|act| act.position).collect();
    for position in wanted.difference(&there) {
        let file = bundle::proof_file(*position);
        findings.at(*position, &file, "the round's act has no proof");
    }
    for position in there.difference(&wanted) {
        let file = bundle::proof_file(*position);
        findings.of(&file, "no act of the round stands there");
    }
    for position in wanted.intersection(&there) {
        let file = bundle::proof_file(*position);
        let text = bundle.text(&file)?;
        if let Err(what) = proof(&text, *position, note, head) {
            findings.at(*position, &file, what);
        }
    }
    Ok(())
}

/// Whether a proof is what it must be. The signature under the checkpoint is looked at once, for all.
fn proof(text: &str, position: u64, note: &str, head: TreeHead) -> Result<(), String> {
    let proof = InclusionFile::parse(text.as_bytes()).map_err(|error| error.to_string())?;
    if proof.encode() != text {
        return Err("written in another way than proofs are".to_owned());
    }
    if proof.checkpoint != note {
        return Err("its checkpoint is not the bundle's".to_owned());
    }
    let leaf = proof.under(head).map_err(|error| error.to_string())?;
    if leaf.position != position {
        return Err(format!("it proves the event at position {}", leaf.position));
    }
    Ok(())
}

/// Whether the contract in the bundle is the one of this program, another one, or not there. It
/// explains the events and proves nothing, so that another version is no finding.
///
/// # Errors
/// The bundle cannot be read.
pub(super) fn schemas(bundle: &mut Unpacker) -> Result<&'static str> {
    let there = bundle.schemas().clone();
    if there.is_empty() {
        return Ok("none");
    }
    if there.len() != SCHEMAS.len() {
        return Ok("other");
    }
    for (name, text) in SCHEMAS {
        if !there.contains(*name) || bundle.text(&format!("{}{name}", bundle::SCHEMAS))? != *text {
            return Ok("other");
        }
    }
    Ok("own")
}
