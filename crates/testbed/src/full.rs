//! Hoso's full mode on this machine: a private PostgreSQL and nats-server, every service its own
//! process, nginx in front; what docker-compose.yml does with containers. Same variables, same
//! roles, same configuration files.

use std::collections::BTreeMap;
use std::fs::File;
use std::net::{SocketAddr, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use crate::guarded::{Guarded, Signal};
use crate::nats::{Nats, NatsOptions, tail};
use crate::nginx::{Nginx, NginxOptions};
use crate::postgres::{Postgres, PostgresOptions};
use crate::proxy::Proxy;
use crate::{Scratch, TestbedError, free_port};

/// The database.
pub const DATABASE: &str = "hoso";
/// The services, as `hoso serve` names them.
pub const SERVICES: [&str; 5] = ["registry", "submission", "verification", "ranking", "audit"];
/// The relay, as `hoso serve` names it.
pub const RELAY: &str = "relay";
/// Roles of the database that log in with a password.
const ROLES: [&str; 7] = [
    "hoso_registry",
    "hoso_submission",
    "hoso_verification",
    "hoso_ranking",
    "hoso_audit",
    "hoso_relay",
    "hoso_auditor",
];

/// Everything must be ready so soon.
const UP_WITHIN: Duration = Duration::from_mins(1);
/// A process must stop so soon.
const STOP_WITHIN: Duration = Duration::from_secs(40);
/// How often a starting process is asked.
const POLL_EVERY: Duration = Duration::from_millis(30);

/// What is started.
#[derive(Debug, Clone)]
pub struct FullOptions {
    /// The `hoso` program.
    pub hoso: PathBuf,
    /// The repository, for `deploy/`.
    pub repository: PathBuf,
    /// Processes a service, 1 or more.
    pub replicas: usize,
    /// Relays, 1 or more; one works, the others wait.
    pub relays: usize,
    /// Every process speaks with PostgreSQL and with NATS through a proxy of its own.
    pub proxied: bool,
    /// More environment for every process.
    pub env: Vec<(String, String)>,
}

impl FullOptions {
    /// One process a service, one relay, no proxies.
    #[must_use]
    pub fn new(hoso: PathBuf, repository: PathBuf) -> Self {
        Self {
            hoso,
            repository,
            replicas: 1,
            relays: 1,
            proxied: false,
            env: Vec::new(),
        }
    }
}

/// One process of Hoso.
#[derive(Debug)]
pub struct Process {
    name: String,
    service: &'static str,
    port: u16,
    log: PathBuf,
    env: Vec<(String, String)>,
    /// In front of PostgreSQL, where the options ask for it.
    pub database_proxy: Option<Proxy>,
    /// In front of NATS, where the options ask for it.
    pub nats_proxy: Option<Proxy>,
    running: Option<Guarded>,
}

impl Process {
    /// Its name, such as `ranking-1`.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// What it serves, such as `ranking`.
    #[must_use]
    pub fn service(&self) -> &'static str {
        self.service
    }

    /// Its own address.
    #[must_use]
    pub fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// What it logs.
    #[must_use]
    pub fn log_file(&self) -> &Path {
        &self.log
    }

    /// The running process's number, if it runs.
    #[must_use]
    pub fn id(&self) -> Option<u32> {
        self.running.as_ref().map(Guarded::id)
    }

    /// Kills it: no handler runs.
    ///
    /// # Errors
    /// It cannot be killed.
    pub fn kill(&mut self) -> Result<(), TestbedError> {
        match self.running.take() {
            Some(mut running) => running.kill(),
            None => Ok(()),
        }
    }

    /// Stops it in its own way.
    ///
    /// # Errors
    /// It cannot be told.
    pub fn stop(&mut self) -> Result<(), TestbedError> {
        match self.running.take() {
            Some(mut running) => running.stop(Signal::Terminate, STOP_WITHIN).map(|_| ()),
            None => Ok(()),
        }
    }

    /// Sends a signal, such as [`Signal::Stop`]: a process that hangs.
    ///
    /// # Errors
    /// It does not run.
    pub fn signal(&self, signal: Signal) -> Result<(), TestbedError> {
        match &self.running {
            Some(running) => running.signal(signal),
            None => Ok(()),
        }
    }
}

/// The whole of it. Dropping it stops everything, the processes of Hoso first.
#[derive(Debug)]
pub struct Full {
    options: FullOptions,
    processes: BTreeMap<String, Process>,
    proxy: Option<Nginx>,
    passwords: BTreeMap<&'static str, String>,
    /// The nats-server.
    pub nats: Nats,
    /// The database.
    pub postgres: Postgres,
    scratch: Scratch,
}

impl Full {
    /// Starts everything and waits until every process is ready.
    ///
    /// # Errors
    /// A program is missing, or something does not come up; with the end of its log.
    pub fn start(options: FullOptions) -> Result<Self, TestbedError> {
        let scratch = Scratch::new()?;
        for directory in ["data", "passwords"] {
            std::fs::create_dir_all(scratch.path().join(directory))
                .map_err(TestbedError::io(directory))?;
        }
        let superuser = random_word()?;
        let postgres = Postgres::start(PostgresOptions {
            password: Some(superuser),
            settings: Vec::new(),
        })?;
        let mut passwords = BTreeMap::new();
        for role in ROLES {
            let password = random_word()?;
            std::fs::write(scratch.path().join("passwords").join(role), &password)
                .map_err(TestbedError::io("a password file"))?;
            passwords.insert(role, password);
        }
        let keys = scratch.path().join("nats");
        run(Command::new(&options.hoso).arg("nats-keys").arg(&keys))?;
        let nats = Nats::start(NatsOptions {
            config: Some(options.repository.join("deploy/nats.conf")),
            env: public_keys(&keys.join("nats.env"))?,
        })?;
        let mut full = Self {
            options,
            processes: BTreeMap::new(),
            proxy: None,
            passwords,
            nats,
            postgres,
            scratch,
        };
        full.fresh_database()?;
        full.start_processes()?;
        full.start_proxy()?;
        Ok(full)
    }

    /// Where users go: the proxy's address; nobody's before it is up.
    #[must_use]
    pub fn url(&self) -> String {
        self.proxy.as_ref().map(Nginx::url).unwrap_or_default()
    }

    /// The database's URL for a role.
    #[must_use]
    pub fn database_url(&self, role: &str) -> String {
        let port = self.postgres.port();
        match self.passwords.get(role) {
            Some(password) => format!("postgres://{role}:{password}@127.0.0.1:{port}/{DATABASE}"),
            None => self.postgres.superuser_url(DATABASE),
        }
    }

    /// The file of a NATS user's secret key.
    #[must_use]
    pub fn seed_file(&self, user: &str) -> PathBuf {
        self.scratch
            .path()
            .join("nats")
            .join(format!("{user}.seed"))
    }

    /// The directory of the documents.
    #[must_use]
    pub fn data_dir(&self) -> PathBuf {
        self.scratch.path().join("data")
    }

    /// The processes by name, such as `ranking-1`.
    #[must_use]
    pub fn processes(&self) -> &BTreeMap<String, Process> {
        &self.processes
    }

    /// The same, to do something to them.
    pub fn processes_mut(&mut self) -> &mut BTreeMap<String, Process> {
        &mut self.processes
    }

    /// A command of `hoso` on this database, as the given role.
    #[must_use]
    pub fn hoso(&self, role: &str) -> Command {
        let mut command = Command::new(&self.options.hoso);
        command
            .env("HOSO_DATABASE_URL", self.database_url(role))
            .env("HOSO_DATA", self.data_dir())
            .env("HOSO_LOG", "warn");
        command
    }

    /// Makes the database, migrated and empty; whatever it held before is gone.
    ///
    /// # Errors
    /// The database server refuses, or the migrations do.
    pub fn fresh_database(&self) -> Result<(), TestbedError> {
        let server = self.postgres.superuser_url("postgres");
        run(self
            .postgres
            .psql(&server)
            .args(["-c", "DROP DATABASE IF EXISTS hoso WITH (FORCE)"])
            .args(["-c", "CREATE DATABASE hoso"]))?;
        run(self.hoso("").arg("migrate").env(
            "HOSO_ROLE_PASSWORD_DIR",
            self.scratch.path().join("passwords"),
        ))
    }

    /// Starts a process that was killed or stopped, without waiting until it is ready.
    ///
    /// # Errors
    /// There is none of that name, or it cannot be started.
    pub fn launch(&mut self, name: &str) -> Result<(), TestbedError> {
        let hoso = self.options.hoso.clone();
        let process = self.processes.get_mut(name).ok_or_else(|| {
            TestbedError::Missing(format!("there is no process {name} in this full mode"))
        })?;
        let log = File::options()
            .append(true)
            .create(true)
            .open(&process.log)
            .map_err(TestbedError::io("a process's log"))?;
        let errors = log
            .try_clone()
            .map_err(TestbedError::io("a process's log"))?;
        let mut command = Command::new(hoso);
        command
            .args(["serve", process.service])
            .envs(process.env.iter().map(|(key, value)| (key, value)))
            .stdout(log)
            .stderr(errors);
        // Ctrl-C at the terminal is for the program that started it; that one stops it in order.
        std::os::unix::process::CommandExt::process_group(&mut command, 0);
        process.running = None;
        process.running = Some(Guarded::spawn(&mut command, Signal::Terminate)?);
        Ok(())
    }

    /// Waits until every running process answers that it is ready.
    ///
    /// # Errors
    /// One does not in time; with the end of its log.
    pub fn wait_ready(&mut self) -> Result<(), TestbedError> {
        let deadline = Instant::now() + UP_WITHIN;
        for process in self.processes.values_mut() {
            let Some(running) = &mut process.running else {
                continue;
            };
            while !ready(process.port) {
                if running.ended()?.is_some() || Instant::now() > deadline {
                    return Err(TestbedError::NotUp {
                        program: process.service,
                        said: tail(&process.log),
                    });
                }
                std::thread::sleep(POLL_EVERY); // poll: readiness is a question
            }
        }
        Ok(())
    }

    fn start_processes(&mut self) -> Result<(), TestbedError> {
        let services = SERVICES.map(|service| (service, self.options.replicas));
        let all = services.into_iter().chain([(RELAY, self.options.relays)]);
        for (service, count) in all.collect::<Vec<_>>() {
            for number in 1..=count.max(1) {
                let process = self.process(service, format!("{service}-{number}"))?;
                let name = process.name.clone();
                self.processes.insert(name.clone(), process);
                self.launch(&name)?;
            }
        }
        self.wait_ready()
    }

    fn process(&self, service: &'static str, name: String) -> Result<Process, TestbedError> {
        let proxied = self.options.proxied;
        let proxy = |target| proxied.then(|| Proxy::start(target)).transpose();
        let database_proxy = proxy(self.postgres.port())?;
        let nats_proxy = proxy(self.nats.port())?;
        let role = format!("hoso_{service}");
        let database = self.database_url(&role);
        let database = through(&database, self.postgres.port(), database_proxy.as_ref());
        let nats = through(&self.nats.url(), self.nats.port(), nats_proxy.as_ref());
        let port = free_port()?;
        let seed = self.seed_file(service);
        let mut env = vec![
            ("HOSO_DATABASE_URL".to_owned(), database),
            ("HOSO_NATS_URL".to_owned(), nats),
            ("HOSO_NATS_SEED_FILE".to_owned(), seed.display().to_string()),
            ("HOSO_LISTEN".to_owned(), format!("127.0.0.1:{port}")),
            (
                "HOSO_DATA".to_owned(),
                self.data_dir().display().to_string(),
            ),
            ("HOSO_LOG_FORMAT".to_owned(), "json".to_owned()),
        ];
        if service == "registry" {
            let keys = self.data_dir().join("person-keys");
            env.push(("HOSO_PERSON_KEYS".to_owned(), keys.display().to_string()));
        }
        if service == "audit" {
            for (variable, directory) in
                [("HOSO_AUDIT", "audit"), ("HOSO_AUDIT_KEYS", "audit-keys")]
            {
                let directory = self.data_dir().join(directory);
                env.push((variable.to_owned(), directory.display().to_string()));
            }
        }
        env.extend(self.options.env.iter().cloned());
        Ok(Process {
            log: self.scratch.path().join(format!("{name}.log")),
            name,
            service,
            port,
            env,
            database_proxy,
            nats_proxy,
            running: None,
        })
    }

    fn start_proxy(&mut self) -> Result<(), TestbedError> {
        let of = |service| {
            let processes = self.processes.values();
            processes
                .filter(|process| process.service == service)
                .map(|process| SocketAddr::from(([127, 0, 0, 1], process.port)))
                .collect()
        };
        let options = NginxOptions {
            registry: of("registry"),
            submission: of("submission"),
            verification: of("verification"),
            ranking: of("ranking"),
            audit: of("audit"),
            relay: of(RELAY),
            ..NginxOptions::default()
        };
        self.proxy = Some(Nginx::start(&options)?);
        Ok(())
    }
}

impl Drop for Full {
    fn drop(&mut self) {
        drop(self.proxy.take());
        // All are told at once, then waited for.
        for process in self.processes.values() {
            process.signal(Signal::Continue).ok();
            process.signal(Signal::Terminate).ok();
        }
        for process in self.processes.values_mut() {
            process.stop().ok();
        }
    }
}

/// The same URL with the proxy's port.
fn through(url: &str, port: u16, proxy: Option<&Proxy>) -> String {
    match proxy {
        None => url.to_owned(),
        Some(proxy) => url.replace(&format!(":{port}"), &format!(":{}", proxy.port())),
    }
}

fn run(command: &mut Command) -> Result<(), TestbedError> {
    let what = format!("{command:?}");
    let output = command
        .stdin(Stdio::null())
        .output()
        .map_err(TestbedError::io(what))?;
    if output.status.success() {
        return Ok(());
    }
    Err(TestbedError::NotUp {
        program: "a step of the start",
        said: String::from_utf8_lossy(&output.stderr).into_owned(),
    })
}

/// 32 hexadecimal digits of the system's randomness.
fn random_word() -> Result<String, TestbedError> {
    use std::fmt::Write as _;
    use std::io::Read as _;
    let mut bytes = [0; 16];
    File::open("/dev/urandom")
        .and_then(|mut random| random.read_exact(&mut bytes))
        .map_err(TestbedError::io("/dev/urandom"))?;
    let mut word = String::new();
    for byte in bytes {
        write!(word, "{byte:02x}").ok();
    }
    Ok(word)
}

/// `NAME=value` lines.
fn public_keys(file: &Path) -> Result<Vec<(String, String)>, TestbedError> {
    let text =
        std::fs::read_to_string(file).map_err(TestbedError::io(file.display().to_string()))?;
    Ok(text
        .lines()
        .filter_map(|line| line.split_once('='))
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .collect())
}

/// Asks `/readyz` over plain HTTP/1.0: no client library is worth it here.
fn ready(port: u16) -> bool {
    use std::io::{Read as _, Write as _};
    let address = SocketAddr::from(([127, 0, 0, 1], port));
    let Ok(mut stream) = TcpStream::connect_timeout(&address, Duration::from_secs(1)) else {
        return false;
    };
    if stream
        .set_read_timeout(Some(Duration::from_secs(5)))
        .is_err()
    {
        return false;
    }
    let mut status = [0; 12];
    stream
        .write_all(b"GET /readyz HTTP/1.0\r\nHost: localhost\r\n\r\n")
        .and_then(|()| stream.read_exact(&mut status))
        .is_ok_and(|()| status.ends_with(b" 200"))
}
