//! The witnesses that a log asks for cosignatures (C2SP tlog-witness), by a policy (tlog-policy).
//!
//! Whatever a witness answers or does not answer, the log is sealed and published on: a witness can
//! only add to a checkpoint. What it sends is believed as far as its signature goes.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use hoso_proof::policy::PolicyWitness;
use hoso_proof::witness::SIZE_MEDIA_TYPE;
use hoso_proof::{
    CheckpointError, ConsistencyFile, KeyHistory, LogIdentity, Policy, SignedCheckpoint, tree,
};
use reqwest::header::CONTENT_TYPE;
use reqwest::{Client, Response, StatusCode, Url, redirect};

use crate::archive::Archive;
use crate::error::AuditError;

/// An answer comes within so long, or none does.
const ANSWER_WITHIN: Duration = Duration::from_secs(5);
/// A connection stands within so long.
const CONNECT_WITHIN: Duration = Duration::from_secs(2);
/// Bytes of an answer, at most.
const ANSWER_BYTES_MAX: usize = 64 * 1024;
/// Requests to a witness for one checkpoint: it says where it stands, and may move on meanwhile.
const REQUESTS_MAX: usize = 3;
/// Characters of a refusal that are told.
const REASON_CHARS_MAX: usize = 200;

/// Why a witness did not cosign.
#[derive(Debug, thiserror::Error)]
pub enum WitnessFault {
    /// It does not answer, or too late.
    #[error("no answer: {0}")]
    Away(String),
    /// It says no.
    #[error("it answered {status}: {reason}")]
    Refused {
        /// The HTTP status.
        status: u16,
        /// What it says.
        reason: String,
    },
    /// It saw more of the log than there is.
    #[error("it saw {seen} events, and there are {there}: the log was cut, or another one goes on")]
    Ahead {
        /// Events that it saw.
        seen: u64,
        /// Events of the checkpoint.
        there: u64,
    },
    /// It saw another log of the same size.
    #[error("it saw another log of {size} events: the log was forked")]
    Forked {
        /// Events of both.
        size: u64,
    },
    /// It stands elsewhere with every request, or beyond this checkpoint, as a newer one was
    /// cosigned.
    #[error("it stands elsewhere by now")]
    Restless,
    /// What it sent is no cosignature of it.
    #[error("what it sent is ignored: {0}")]
    Bad(#[from] CheckpointError),
    /// The archive makes no proof, or does not keep what it sent.
    #[error(transparent)]
    Archive(AuditError),
}

impl WitnessFault {
    /// Whether the log is at fault, by the witness's word: somebody must look at it.
    #[must_use]
    pub const fn is_finding(&self) -> bool {
        match self {
            Self::Ahead { .. } | Self::Forked { .. } => true,
            Self::Refused { status, .. } => *status == 422,
            Self::Archive(error) => error.is_finding(),
            Self::Away(_) | Self::Restless | Self::Bad(_) => false,
        }
    }
}

/// The witnesses of a policy that have an address.
#[derive(Debug)]
pub struct Witnesses {
    policy: Arc<Policy>,
    addresses: Vec<Address>,
    client: Client,
}

/// Where a witness answers.
#[derive(Debug)]
struct Address {
    /// Its index in the policy.
    witness: usize,
    url: Url,
    /// Events that it cosigned, as far as it is known; it says so where it is not.
    cosigned: AtomicU64,
}

/// One witness to ask.
#[derive(Debug, Clone, Copy)]
pub struct Asking<'w> {
    witnesses: &'w Witnesses,
    address: &'w Address,
    witness: &'w PolicyWitness,
}

impl Witnesses {
    /// The witnesses of a policy for a log.
    ///
    /// # Errors
    /// The policy is another log's, or a witness has an address that cannot be asked.
    pub fn new(policy: Policy, log: &LogIdentity) -> Result<Self, AuditError> {
        if !policy.accepts(log) {
            let reason = format!("the log {} is none of its logs", log.key());
            return Err(AuditError::Policy(reason));
        }
        let mut addresses = Vec::new();
        for (index, witness) in policy.witnesses().iter().enumerate() {
            if let Some(url) = &witness.url {
                addresses.push(Address {
                    witness: index,
                    url: address(url).map_err(|reason| {
                        AuditError::Policy(format!("witness {}: {reason}", witness.shown()))
                    })?,
                    cosigned: AtomicU64::new(0),
                });
            }
        }
        let client = Client::builder()
            .connect_timeout(CONNECT_WITHIN)
            .timeout(ANSWER_WITHIN)
            .redirect(redirect::Policy::none())
            .no_proxy()
            .build()
            .map_err(|error| AuditError::Policy(told(&error)))?;
        Ok(Self {
            policy: Arc::new(policy),
            addresses,
            client,
        })
    }

    /// The policy.
    #[must_use]
    pub fn policy(&self) -> &Policy {
        &self.policy
    }

    /// Those that are asked, in the policy's order.
    pub fn asked(&self) -> impl Iterator<Item = Asking<'_>> {
        self.addresses.iter().filter_map(|address| {
            let witness = self.policy.witnesses().get(address.witness)?;
            Some(Asking {
                witnesses: self,
                address,
                witness,
            })
        })
    }
}

/// Whether a media type, with or without parameters, is that of a size.
fn is_size(kind: &[u8]) -> bool {
    let kind = kind.split(|byte| *byte == b';').next().unwrap_or_default();
    kind.trim_ascii()
        .eq_ignore_ascii_case(SIZE_MEDIA_TYPE.as_bytes())
}

impl Asking<'_> {
    /// Who.
    #[must_use]
    pub const fn witness(&self) -> &PolicyWitness {
        self.witness
    }

    /// Asks for a cosignature of a checkpoint, and keeps it in the archive; when the witness says it
    /// saw the checkpoint, seconds since 1970.
    ///
    /// # Errors
    /// There is none; the checkpoint stays as it was.
    pub async fn ask(
        &self,
        archive: &Archive,
        keys: &KeyHistory,
        checkpoint: &SignedCheckpoint,
    ) -> Result<u64, WitnessFault> {
        let mut cosigned = checkpoint.clone();
        let lines = self.lines(archive, keys, checkpoint).await?;
        let seen_at = cosigned.join(&lines, &self.witness.key)?;
        let size = checkpoint.head().size;
        self.address.cosigned.store(size, Ordering::Relaxed);
        // On a thread that may wait for the disk.
        let (archive, keys) = (archive.clone(), keys.clone());
        let policy = Arc::clone(&self.witnesses.policy);
        let keep = move || archive.add_cosignatures(&cosigned, &keys, &policy);
        let kept = tokio::task::spawn_blocking(keep).await;
        kept.unwrap_or_else(|error| Err(AuditError::Stopped(error.to_string())))
            .map_err(WitnessFault::Archive)?;
        Ok(seen_at)
    }

    async fn lines(
        &self,
        archive: &Archive,
        keys: &KeyHistory,
        checkpoint: &SignedCheckpoint,
    ) -> Result<String, WitnessFault> {
        let there = checkpoint.head().size;
        let mut old = self.address.cosigned.load(Ordering::Relaxed).min(there);
        for _ in 0..REQUESTS_MAX {
            let response = self.send(body(archive, checkpoint, old)?).await?;
            let status = response.status();
            let is_size = response
                .headers()
                .get(CONTENT_TYPE)
                .is_some_and(|kind| is_size(kind.as_bytes()));
            let text = bounded(response).await?;
            if status == StatusCode::OK {
                return Ok(text);
            }
            let seen = Some(text.trim_end()).filter(|_| is_size && status == StatusCode::CONFLICT);
            let Some(seen) = seen.and_then(|size| size.parse::<u64>().ok()) else {
                return Err(WitnessFault::Refused {
                    status: status.as_u16(),
                    reason: text.trim().chars().take(REASON_CHARS_MAX).collect(),
                });
            };
            if seen > there {
                // Another process may have sealed more meanwhile, and asked.
                let newest = archive.newest().map_err(WitnessFault::Archive)?;
                let newest = newest.map(|note| keys.open(note.as_bytes()));
                let there = newest
                    .transpose()?
                    .map_or(there, |newest| newest.head().size);
                return Err(if seen > there {
                    WitnessFault::Ahead { seen, there }
                } else {
                    WitnessFault::Restless
                });
            }
            if seen == old {
                return Err(WitnessFault::Forked { size: seen });
            }
            old = seen;
        }
        Err(WitnessFault::Restless)
    }

    async fn send(&self, body: String) -> Result<Response, WitnessFault> {
        let request = self.witnesses.client.post(self.address.url.clone());
        let sent = request.body(body).send().await;
        sent.map_err(|error| WitnessFault::Away(told(&error)))
    }
}

/// The address that a submission prefix makes.
fn address(prefix: &[u8]) -> Result<Url, String> {
    let prefix = std::str::from_utf8(prefix).map_err(|_| "its URL is not UTF-8".to_owned())?;
    let text = format!("{}/add-checkpoint", prefix.trim_end_matches('/'));
    let url: Url = text
        .parse()
        .map_err(|error| format!("its URL {prefix}: {error}"))?;
    if url.scheme() != "http" {
        // A cosignature proves itself, whoever carries it; there is no TLS in here.
        return Err(format!(
            "its URL {prefix}: only http is spoken; put a proxy that speaks TLS before it"
        ));
    }
    Ok(url)
}

fn body(
    archive: &Archive,
    checkpoint: &SignedCheckpoint,
    old: u64,
) -> Result<String, WitnessFault> {
    let hashes = tree::prove_consistency(archive, checkpoint.head(), old)
        .map_err(|error| WitnessFault::Archive(error.into()))?;
    let file = ConsistencyFile {
        old_size: old,
        hashes,
        checkpoint: checkpoint.note().encode(),
    };
    Ok(file.encode())
}

async fn bounded(mut response: Response) -> Result<String, WitnessFault> {
    let mut bytes = Vec::new();
    loop {
        let chunk = response.chunk().await;
        let chunk = chunk.map_err(|error| WitnessFault::Away(told(&error)))?;
        let Some(chunk) = chunk else {
            break;
        };
        bytes.extend_from_slice(&chunk);
        if bytes.len() > ANSWER_BYTES_MAX {
            return Err(WitnessFault::Away("the answer is too long".to_owned()));
        }
    }
    String::from_utf8(bytes).map_err(|_| WitnessFault::Away("the answer is no text".to_owned()))
}

/// An error and what lies behind it: the outermost alone says only that sending failed.
fn told(error: &reqwest::Error) -> String {
    let mut text = error.to_string();
    let mut source = std::error::Error::source(error);
    while let Some(cause) = source {
        text = format!("{text}: {cause}");
        source = cause.source();
    }
    text
}
