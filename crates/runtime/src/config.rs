//! Settings: flags over environment over a TOML file over defaults. Read once, checked completely;
//! a wrong one stops the start and is named with where it came from. Secrets do not print.

mod layer;

use std::fmt;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

pub use layer::{Layer, Origin};

/// Everything the process can be told.
#[derive(Debug, Clone)]
pub struct Config {
    /// Where the embedded ledger and the documents are.
    pub data: PathBuf,
    /// The address served.
    pub listen: SocketAddr,
    /// PostgreSQL, in full mode.
    pub database_url: Option<Secret>,
    /// NATS, in full mode.
    pub nats_url: Option<Secret>,
    /// The seed of this process's key for NATS, in full mode.
    pub nats_seed: Option<Secret>,
    /// Log filter, such as `info,hoso_runtime=debug`.
    pub log: String,
    /// How log lines look.
    pub log_format: LogFormat,
    /// Where else the last event seen is noted, outside the data directory.
    pub mark: Option<PathBuf>,
    /// The archive of what is sealed: tiles, checkpoints, the log's public key. Anybody may read it.
    pub audit: PathBuf,
    /// The sealer's secrets: the log's key, the secret of the salts, what was signed last.
    pub audit_keys: PathBuf,
    /// Which witnesses the sealer asks for cosignatures, and how many are enough (C2SP tlog-policy).
    pub audit_policy: Option<PathBuf>,
    /// Name of a log that is begun, a URL without its scheme; one of chance otherwise.
    pub audit_origin: Option<String>,
    /// The keys that persons' texts are sealed under; whoever erases a person destroys one.
    pub person_keys: PathBuf,
    shown: Vec<Shown>,
}

/// One setting as `config show` prints it.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Shown {
    /// Its name, as in the TOML file.
    pub setting: &'static str,
    /// Its value; `(secret)` for secrets, empty where there is none.
    pub value: String,
    /// Where it came from.
    pub origin: String,
}

/// How log lines look.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum LogFormat {
    /// Readable on a terminal, JSON otherwise.
    #[default]
    Auto,
    /// Readable.
    Pretty,
    /// JSON lines.
    Json,
}

impl std::str::FromStr for LogFormat {
    type Err = &'static str;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            "auto" => Ok(Self::Auto),
            "pretty" => Ok(Self::Pretty),
            "json" => Ok(Self::Json),
            _ => Err("one of auto, pretty, json"),
        }
    }
}

/// A value that does not print.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    /// A value that is not to print.
    #[must_use]
    pub fn new(value: String) -> Self {
        Self(value)
    }

    /// The value, for whoever must send it.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("(secret)")
    }
}

/// A setting that stops the start.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// A value cannot be read.
    #[error("{origin}: setting `{setting}` is wrong: {reason}")]
    Value {
        /// The setting.
        setting: &'static str,
        /// Where it came from.
        origin: Origin,
        /// What is wrong with it.
        reason: String,
    },
    /// The same setting twice in one place.
    #[error("{first} and {second} are both set; set one of them")]
    Twice {
        /// One.
        first: String,
        /// The other.
        second: String,
    },
    /// A file cannot be read.
    #[error("{path} cannot be read")]
    File {
        /// The file.
        path: String,
        /// Why.
        #[source]
        source: std::io::Error,
    },
    /// The TOML file is malformed, or has a setting that does not exist.
    #[error("{path}: {reason}")]
    Toml {
        /// The file.
        path: String,
        /// What is wrong with it.
        reason: String,
    },
}

impl Config {
    /// Puts the layers together. `env` is asked for `HOSO_*` variables; the TOML file is the one
    /// that `flags.config` or `HOSO_CONFIG` names.
    ///
    /// # Errors
    /// The first wrong setting, named.
    pub fn load(flags: &Layer, env: impl Fn(&str) -> Option<String>) -> Result<Self, ConfigError> {
        let environment = Layer::from_env(&env)?;
        let file = match flags.config.as_ref().or(environment.config.as_ref()) {
            Some(path) => Layer::from_file(path)?,
            None => Layer::default(),
        };
        let path = flags.config.clone().or_else(|| environment.config.clone());
        let mut settings = Settings {
            layers: [
                (Origin::Flag, flags),
                (Origin::Environment, &environment),
                (Origin::File(path.unwrap_or_default()), &file),
            ],
            shown: Vec::new(),
        };
        let data: PathBuf = settings.parsed("data", |l| &l.data, "./hoso-data")?;
        let listen = settings.parsed("listen", |l| &l.listen, "127.0.0.1:8080")?;
        let database_url = settings.secret("database_url", |l| &l.database_url);
        let nats_url = settings.secret("nats_url", |l| &l.nats_url);
        let nats_seed = settings.secret("nats_seed", |l| &l.nats_seed);
        let log: String = settings.parsed("log", |l| &l.log, "info")?;
        let log_format = settings.parsed("log_format", |l| &l.log_format, "auto")?;
        let mark: PathBuf = settings.parsed("mark", |l| &l.mark, "")?;
        let audit: PathBuf = settings.parsed("audit", |l| &l.audit, "")?;
        let audit_keys: PathBuf = settings.parsed("audit_keys", |l| &l.audit_keys, "")?;
        let audit_policy: PathBuf = settings.parsed("audit_policy", |l| &l.audit_policy, "")?;
        let audit_origin: String = settings.parsed("audit_origin", |l| &l.audit_origin, "")?;
        let person_keys: PathBuf = settings.parsed("person_keys", |l| &l.person_keys, "")?;
        check_filter(&log, &settings)?;
        Ok(Self {
            audit: given_or(audit, &data, "audit"),
            audit_keys: given_or(audit_keys, &data, "audit-keys"),
            person_keys: given_or(person_keys, &data, "person-keys"),
            data,
            listen,
            database_url,
            nats_url,
            nats_seed,
            log,
            log_format,
            mark: Some(mark).filter(|mark| !mark.as_os_str().is_empty()),
            audit_policy: Some(audit_policy).filter(|file| !file.as_os_str().is_empty()),
            audit_origin: Some(audit_origin).filter(|origin| !origin.is_empty()),
            shown: settings.shown,
        })
    }

    /// Every setting, its value and where it came from, secrets not.
    #[must_use]
    pub fn show(&self) -> &[Shown] {
        &self.shown
    }
}

/// A directory of its own, or the one of that name in the data directory.
fn given_or(given: PathBuf, data: &Path, name: &str) -> PathBuf {
    if given.as_os_str().is_empty() {
        return data.join(name);
    }
    given
}

fn check_filter(log: &str, settings: &Settings<'_>) -> Result<(), ConfigError> {
    match tracing_subscriber::EnvFilter::try_new(log) {
        Ok(_) => Ok(()),
        Err(error) => Err(ConfigError::Value {
            setting: "log",
            origin: settings.find(&|l: &Layer| &l.log).0,
            reason: error.to_string(),
        }),
    }
}

struct Settings<'l> {
    layers: [(Origin, &'l Layer); 3],
    shown: Vec<Shown>,
}

impl Settings<'_> {
    fn find<'s>(
        &'s self,
        field: &impl Fn(&Layer) -> &Option<String>,
    ) -> (Origin, Option<&'s String>) {
        self.layers
            .iter()
            .find_map(|(origin, layer)| {
                let value = field(layer).as_ref()?;
                Some((origin.clone(), Some(value)))
            })
            .unwrap_or((Origin::Default, None))
    }

    fn parsed<T>(
        &mut self,
        setting: &'static str,
        field: impl Fn(&Layer) -> &Option<String>,
        default: &str,
    ) -> Result<T, ConfigError>
    where
        T: std::str::FromStr<Err: fmt::Display>,
    {
        let (origin, value) = self.find(&field);
        let value = value.map_or(default, String::as_str).to_owned();
        let parsed = value.parse().map_err(|error: T::Err| ConfigError::Value {
            setting,
            origin: origin.clone(),
            reason: format!("`{value}`: {error}"),
        })?;
        self.shown.push(Shown {
            setting,
            value,
            origin: origin.to_string(),
        });
        Ok(parsed)
    }

    fn secret(
        &mut self,
        setting: &'static str,
        field: impl Fn(&Layer) -> &Option<String>,
    ) -> Option<Secret> {
        let (origin, value) = self.find(&field);
        let secret = value.cloned().map(Secret);
        self.shown.push(Shown {
            setting,
            value: secret
                .as_ref()
                .map(|secret| format!("{secret:?}"))
                .unwrap_or_default(),
            origin: origin.to_string(),
        });
        secret
    }
}

#[cfg(test)]
mod tests;
