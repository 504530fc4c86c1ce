//! The log's keys and the policy of its witnesses, as they are shown. Nothing secret.

use hoso_domain::log_key::LogKeyState;
use hoso_runtime::Problem;
use serde::Serialize;
use utoipa::ToSchema;

use super::problem;
use crate::error::AuditError;
use crate::sealer::Sealing;

/// Which keys sign the log, and whose cosignatures are asked for.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct KeyView {
    /// The log's origin.
    origin: String,
    /// The key that signs (C2SP signed-note).
    key: String,
    /// The key on record that waits for its handover.
    #[serde(skip_serializing_if = "Option::is_none")]
    next: Option<String>,
    /// Every key that signed a checkpoint, in order.
    keys: Vec<KeyEntry>,
    /// The policy on record.
    #[serde(skip_serializing_if = "Option::is_none")]
    policy: Option<PolicyView>,
}

/// A key of the log.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct KeyEntry {
    /// Events of the first checkpoint that it signed; 0 for the log's first key.
    first_size: u64,
    /// The key.
    key: String,
}

/// A policy of witnesses (C2SP tlog-policy).
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct PolicyView {
    /// `sha256:` and the hex digest of its bytes.
    digest: String,
    /// The whole file.
    policy: String,
}

impl KeyView {
    /// What is shown of the record's state and of what is sealed.
    pub(crate) fn of(state: LogKeyState, sealing: &Sealing) -> Result<Self, Problem> {
        let signing = sealing.keys.signing().map_err(problem)?;
        let keys = match sealing.archive.history() {
            Ok(history) => {
                let entry = |reign: &hoso_proof::Reign| KeyEntry {
                    first_size: reign.since,
                    key: reign.log.key().to_string(),
                };
                history.reigns().map(entry).collect()
            }
            // Nothing was sealed yet.
            Err(AuditError::Unsealed { .. }) => Vec::new(),
            Err(error) => return Err(problem(error)),
        };
        let key = signing.key().to_string();
        let next = state.newest(signing.origin());
        let next = next.filter(|newest| **newest != key);
        Ok(Self {
            origin: signing.origin().to_owned(),
            next: next.map(str::to_owned),
            key,
            keys,
            policy: state.policy.map(|set| PolicyView {
                digest: set.digest,
                policy: set.policy,
            }),
        })
    }
}
