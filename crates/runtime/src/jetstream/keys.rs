//! Keys for NATS: each process proves who it is by signing with a seed that only it has, and the
//! server knows the public half (`deploy/nats.conf`).

use nkeys::{KeyPair, KeyPairType};

use crate::config::Secret;
use crate::ids::Ids;

/// Everybody who may connect, as `deploy/nats.conf` lists them: the relay, the services, and a
/// person who repairs.
pub const USERS: [&str; 7] = [
    "relay",
    "registry",
    "submission",
    "verification",
    "ranking",
    "audit",
    "operator",
];

/// A user's key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UserKey {
    /// Its secret half, `SU…`.
    pub seed: Secret,
    /// Its public half, `U…`.
    pub public: String,
}

impl UserKey {
    /// A new key.
    ///
    /// # Errors
    /// The machine's random source could not be read.
    pub fn new(ids: &Ids) -> std::io::Result<Self> {
        let pair = KeyPair::new_from_raw(KeyPairType::User, ids.secret()?);
        let pair = pair.map_err(std::io::Error::other)?;
        let seed = pair.seed().map_err(std::io::Error::other)?;
        Ok(Self {
            public: pair.public_key(),
            seed: Secret::new(seed),
        })
    }

    /// The variable in which `deploy/nats.conf` looks for a user's public key.
    #[must_use]
    pub fn variable(user: &str) -> String {
        format!("HOSO_NKEY_{}", user.to_ascii_uppercase())
    }
}
