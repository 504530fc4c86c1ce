//! A private nginx with the project's own configuration, `deploy/nginx.conf.template`: the one
//! door in front of the services, as in the containers.

use std::fmt::Write as _;
use std::net::{SocketAddr, TcpStream};
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use crate::guarded::{Guarded, Signal};
use crate::nats::tail;
use crate::{Scratch, TestbedError, find_program, free_port};

/// The configuration, as the containers get it.
pub const TEMPLATE: &str = include_str!("../../../deploy/nginx.conf.template");

/// It must listen so soon after its start.
const UP_WITHIN: Duration = Duration::from_secs(20);
/// It must stop so soon.
const STOP_WITHIN: Duration = Duration::from_secs(10);
/// How often a starting server is asked.
const POLL_EVERY: Duration = Duration::from_millis(20);
/// Where nobody answers, for a service that is not there.
const NOBODY: &str = "127.0.0.1:1";

/// What stands behind the door: the addresses of each service's replicas.
#[derive(Debug, Clone)]
pub struct NginxOptions {
    /// Where it listens; a free port of the loopback address otherwise.
    pub listen: Option<SocketAddr>,
    /// Replicas of registry.
    pub registry: Vec<SocketAddr>,
    /// Replicas of submission.
    pub submission: Vec<SocketAddr>,
    /// Replicas of verification.
    pub verification: Vec<SocketAddr>,
    /// Replicas of ranking.
    pub ranking: Vec<SocketAddr>,
    /// Replicas of audit.
    pub audit: Vec<SocketAddr>,
    /// Relays.
    pub relay: Vec<SocketAddr>,
    /// Requests a second that one client may send, and as many at once.
    pub rate: u32,
}

impl Default for NginxOptions {
    /// Nobody behind it, and a rate that stops no test: its clients share one address.
    fn default() -> Self {
        Self {
            listen: None,
            registry: Vec::new(),
            submission: Vec::new(),
            verification: Vec::new(),
            ranking: Vec::new(),
            audit: Vec::new(),
            relay: Vec::new(),
            rate: 100_000,
        }
    }
}

impl NginxOptions {
    /// The variables of the template, in the containers as here.
    fn variables(&self, listen: SocketAddr) -> Vec<(&'static str, String)> {
        vec![
            ("HOSO_PROXY_LISTEN", listen.to_string()),
            ("HOSO_PROXY_LOG", "access.log".to_owned()),
            ("HOSO_PROXY_RESOLVER", "127.0.0.1".to_owned()),
            ("HOSO_PROXY_RATE", self.rate.to_string()),
            ("HOSO_REGISTRY_ADDR", servers(&self.registry)),
            ("HOSO_SUBMISSION_ADDR", servers(&self.submission)),
            ("HOSO_VERIFICATION_ADDR", servers(&self.verification)),
            ("HOSO_RANKING_ADDR", servers(&self.ranking)),
            ("HOSO_AUDIT_ADDR", servers(&self.audit)),
            ("HOSO_RELAY_ADDR", servers(&self.relay)),
        ]
    }
}

/// What stands between `server ` and `;`: further replicas are further directives.
fn servers(addresses: &[SocketAddr]) -> String {
    let mut text = String::new();
    for address in addresses {
        let between = if text.is_empty() { "" } else { "; server " };
        // Writing into a String cannot fail.
        write!(text, "{between}{address}").ok();
    }
    if text.is_empty() {
        return NOBODY.to_owned();
    }
    text
}

/// The template with every `${NAME}` filled in, as `envsubst` does.
fn filled_in(template: &str, variables: &[(&str, String)]) -> String {
    let mut text = template.to_owned();
    for (name, value) in variables {
        text = text.replace(&format!("${{{name}}}"), value);
    }
    text
}

/// A running nginx.
#[derive(Debug)]
pub struct Nginx {
    listen: SocketAddr,
    scratch: Scratch,
    server: Guarded,
}

impl Nginx {
    /// Starts one.
    ///
    /// # Errors
    /// There is none, or it does not come up.
    pub fn start(options: &NginxOptions) -> Result<Self, TestbedError> {
        let program = program()?;
        let listen = match options.listen {
            Some(listen) => listen,
            None => SocketAddr::from(([127, 0, 0, 1], free_port()?)),
        };
        let scratch = Scratch::new()?;
        let config = scratch.path().join("nginx.conf");
        std::fs::write(&config, filled_in(TEMPLATE, &options.variables(listen)))
            .map_err(TestbedError::io("nginx.conf"))?;
        let log = scratch.path().join("nginx.log");
        let file = std::fs::File::create(&log).map_err(TestbedError::io("the log of nginx"))?;
        let mut command = Command::new(program);
        command
            .args(["-e", "stderr", "-p"])
            .arg(scratch.path())
            .arg("-c")
            .arg(&config)
            .stdout(Stdio::null())
            .stderr(file);
        // A terminal's Ctrl-C is for the program that started it; that one stops it in order.
        std::os::unix::process::CommandExt::process_group(&mut command, 0);
        // Killed, it would leave its workers behind.
        let server = Guarded::spawn(&mut command, Signal::Terminate)?;
        let mut nginx = Self {
            listen,
            scratch,
            server,
        };
        nginx.wait_until_up()?;
        Ok(nginx)
    }

    fn wait_until_up(&mut self) -> Result<(), TestbedError> {
        let deadline = Instant::now() + UP_WITHIN;
        while TcpStream::connect_timeout(&self.listen, Duration::from_secs(1)).is_err() {
            if self.server.ended()?.is_some() || Instant::now() > deadline {
                return Err(TestbedError::NotUp {
                    program: "nginx",
                    said: tail(&self.log_file()),
                });
            }
            std::thread::sleep(POLL_EVERY); // poll: a server says nothing before it listens
        }
        Ok(())
    }

    /// Where clients go.
    #[must_use]
    pub fn url(&self) -> String {
        format!("http://{}", self.listen)
    }

    /// What it complains of.
    #[must_use]
    pub fn log_file(&self) -> PathBuf {
        self.scratch.path().join("nginx.log")
    }

    /// Who asked what, a line of JSON a request.
    #[must_use]
    pub fn access_log(&self) -> PathBuf {
        self.scratch.path().join("access.log")
    }
}

impl Drop for Nginx {
    fn drop(&mut self) {
        self.server.stop(Signal::Terminate, STOP_WITHIN).ok();
    }
}

fn program() -> Result<PathBuf, TestbedError> {
    let places = [PathBuf::from("/usr/sbin"), PathBuf::from("/usr/local/sbin")];
    find_program("HOSO_NGINX", "nginx", &places).ok_or_else(|| {
        TestbedError::Missing(
            "nginx is neither on PATH nor in /usr/sbin; `./dev test` and `./dev full` install it \
             with apt-get as root; or set HOSO_NGINX"
                .to_owned(),
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_variable_of_the_template_is_filled_in() {
        let listen = SocketAddr::from(([127, 0, 0, 1], 8080));
        let options = NginxOptions {
            registry: vec![listen, listen],
            ..NginxOptions::default()
        };
        let text = filled_in(TEMPLATE, &options.variables(listen));
        let settings: Vec<_> = text
            .lines()
            .filter(|line| !line.trim_start().starts_with('#'))
            .filter(|line| line.contains("HOSO_") || line.contains("${"))
            .collect();
        assert!(settings.is_empty(), "{settings:?}");
        assert!(text.contains("server 127.0.0.1:8080; server 127.0.0.1:8080;"));
        for (name, _) in options.variables(listen) {
            assert!(TEMPLATE.contains(&format!("${{{name}}}")), "{name}");
        }
    }
}
