//! What is asked for, and what the benchmarks of one run share.

use std::path::PathBuf;
use std::time::Duration;

use clap::Parser;
use tokio::sync::OnceCell;

use crate::postgres::peers::Peers;
use crate::postgres::server::Server;

/// Events of the large log where nothing else is said.
const EVENTS: u64 = 1_000_000;
/// The same for `--quick`.
const EVENTS_QUICK: u64 = 100_000;

#[derive(Parser)]
#[command(
    name = "hoso-bench",
    about = "Measures Hoso side by side with raw engines and with others"
)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "flags of a command line, each on its own"
)]
pub(crate) struct Arguments {
    /// Prints one JSON document instead of a table.
    #[arg(long)]
    pub(crate) json: bool,
    /// Rounds whose median counts.
    #[arg(long, default_value_t = 5)]
    rounds: usize,
    /// Milliseconds of one sample.
    #[arg(long, default_value_t = 1_000)]
    sample_ms: u64,
    /// A directory on a real disk for the files that are written; PostgreSQL's and nats-server's
    /// are under TMPDIR.
    #[arg(long, default_value = ".")]
    directory: PathBuf,
    /// A large log of 100 000 events instead of 1 000 000.
    #[arg(long)]
    quick: bool,
    /// Events of the large log.
    #[arg(long, conflicts_with = "quick")]
    events: Option<u64>,
    /// Leaves out what is measured beside cqrs-es, which has to be downloaded and built.
    #[arg(long)]
    without_peers: bool,
    /// Keeps rounds that others have disturbed: to see that everything runs, not to measure.
    #[arg(long)]
    keep_disturbed: bool,
    /// Benchmarks to run, or the beginning of several names (`pg`); all if none is named.
    names: Vec<String>,
}

impl Arguments {
    /// The benchmarks that are meant, in their order.
    pub(crate) fn wanted(&self, all: &[&'static str]) -> anyhow::Result<Vec<&'static str>> {
        let means = |wanted: &str, name: &str| {
            let rest = name.strip_prefix(wanted);
            rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('-'))
        };
        for wanted in &self.names {
            anyhow::ensure!(
                all.iter().any(|name| means(wanted, name)),
                "no benchmark `{wanted}`; there are: {}",
                all.join(", ")
            );
        }
        let named = |name: &str| self.names.iter().any(|wanted| means(wanted, name));
        let wanted = all.iter().copied();
        Ok(wanted
            .filter(|name| self.names.is_empty() || named(name))
            .collect())
    }
}

/// What a benchmark is given.
pub(crate) struct Setting {
    /// A directory on a real disk.
    pub(crate) directory: PathBuf,
    /// Good rounds wanted.
    pub(crate) rounds: usize,
    /// How long one sample runs.
    pub(crate) sample: Duration,
    /// Events of the large log.
    pub(crate) events: u64,
    /// No round is repeated or dropped.
    pub(crate) keep_disturbed: bool,
    without_peers: bool,
    postgres: OnceCell<Server>,
    peers: OnceCell<Result<Peers, String>>,
}

impl Setting {
    pub(crate) fn new(arguments: Arguments) -> Self {
        let usual = if arguments.quick {
            EVENTS_QUICK
        } else {
            EVENTS
        };
        Self {
            directory: arguments.directory,
            rounds: arguments.rounds.max(1),
            sample: Duration::from_millis(arguments.sample_ms),
            events: arguments.events.unwrap_or(usual).max(1),
            keep_disturbed: arguments.keep_disturbed,
            without_peers: arguments.without_peers,
            postgres: OnceCell::new(),
            peers: OnceCell::new(),
        }
    }

    /// The one PostgreSQL of this run; started when it is first asked for.
    pub(crate) async fn postgres(&self) -> anyhow::Result<&Server> {
        self.postgres.get_or_try_init(Server::start).await
    }

    /// The peers' program, or why it is not there; built when it is first asked for.
    pub(crate) async fn peers(&self) -> Result<&Peers, &str> {
        let built = self.peers.get_or_init(|| async {
            if self.without_peers {
                return Err("left out by --without-peers".to_owned());
            }
            Peers::build().await.map_err(|error| format!("{error:#}"))
        });
        built.await.as_ref().map_err(String::as_str)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_beginning_means_all_names_that_go_on_behind_a_hyphen() -> anyhow::Result<()> {
        let all = ["replay", "pg-append", "pg-replay"];
        let wanted = |names: &[&str]| {
            let words = [&["hoso-bench"], names].concat();
            Arguments::try_parse_from(words)?.wanted(&all)
        };
        assert_eq!(wanted(&[])?, all);
        assert_eq!(wanted(&["pg"])?, ["pg-append", "pg-replay"]);
        assert_eq!(wanted(&["replay"])?, ["replay"]);
        assert!(wanted(&["rep"]).is_err());
        Ok(())
    }
}
