//! A private PostgreSQL, at least 15, with the durable settings of its defaults. It refuses to run
//! as root: then a system user runs it.

use std::os::unix::fs::{MetadataExt as _, chown};
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use crate::guarded::{Guarded, Signal, send};
use crate::nats::tail;
use crate::{Scratch, TestbedError, find_program, free_port};

/// The superuser of the private cluster.
pub const SUPERUSER: &str = "postgres";
/// Names a server that tests share: a superuser's URL. `./dev test` sets it.
pub const SHARED: &str = "HOSO_TEST_POSTGRES";

/// It must take connections so soon after its start; recovery after a kill included.
const UP_WITHIN: Duration = Duration::from_mins(1);
/// It must stop so soon.
const STOP_WITHIN: Duration = Duration::from_secs(20);
/// How often a starting server is asked.
const POLL_EVERY: Duration = Duration::from_millis(30);
/// Users who run it where we are root, the first that exists; the last is made.
const USERS: [&str; 2] = ["postgres", "hoso-postgres"];

/// How it is started.
#[derive(Debug, Clone, Default)]
pub struct PostgresOptions {
    /// The superuser's password: everybody then needs one (SCRAM). Without it everybody on this
    /// machine is trusted.
    pub password: Option<String>,
    /// Lines for postgresql.conf.
    pub settings: Vec<String>,
}

/// A running PostgreSQL.
#[derive(Debug)]
pub struct Postgres {
    binaries: PathBuf,
    /// Who runs it where we are root: user and group.
    runs_as: Option<(u32, u32)>,
    options: PostgresOptions,
    port: u16,
    scratch: Scratch,
    server: Option<Guarded>,
}

impl Postgres {
    /// Starts a new cluster on a free port, in a scratch directory.
    ///
    /// # Errors
    /// There is none, it is too old, no user may run it, or it does not come up.
    pub fn start(options: PostgresOptions) -> Result<Self, TestbedError> {
        let mut postgres = Self {
            binaries: binaries()?,
            runs_as: runs_as()?,
            options,
            port: free_port()?,
            scratch: Scratch::new()?,
            server: None,
        };
        postgres.initialise()?;
        postgres.restart()?;
        Ok(postgres)
    }

    /// Its port.
    #[must_use]
    pub fn port(&self) -> u16 {
        self.port
    }

    /// The URL of a role without a password.
    #[must_use]
    pub fn url(&self, database: &str, role: &str) -> String {
        format!("postgres://{role}@127.0.0.1:{}/{database}", self.port)
    }

    /// The URL of the superuser.
    #[must_use]
    pub fn superuser_url(&self, database: &str) -> String {
        match &self.options.password {
            None => self.url(database, SUPERUSER),
            Some(password) => format!(
                "postgres://{SUPERUSER}:{password}@127.0.0.1:{}/{database}",
                self.port
            ),
        }
    }

    /// `psql` on a database.
    #[must_use]
    pub fn psql(&self, url: &str) -> Command {
        let mut command = Command::new(self.binaries.join("psql"));
        command.args(["-X", "-q", "-v", "ON_ERROR_STOP=1", "-d", url]);
        command
    }

    /// What it logs.
    #[must_use]
    pub fn log_file(&self) -> PathBuf {
        self.scratch.path().join("postgres.log")
    }

    /// Its data directory.
    #[must_use]
    pub fn data_dir(&self) -> PathBuf {
        self.scratch.path().join("data")
    }

    /// Kills the postmaster and every backend: no handler runs, nothing is flushed.
    ///
    /// # Errors
    /// It cannot be killed.
    pub fn kill(&mut self) -> Result<(), TestbedError> {
        let Some(server) = &mut self.server else {
            return Ok(());
        };
        // Every backend leads a session of its own, so they are found by their parent.
        let backends = children(server.id());
        server.kill()?;
        for backend in backends {
            // One that has noticed the postmaster's end is gone already.
            send(Signal::Kill, backend).ok();
        }
        Ok(())
    }

    /// Stops it in its own way: connections end, everything is flushed.
    ///
    /// # Errors
    /// It cannot be told.
    pub fn stop(&mut self) -> Result<(), TestbedError> {
        match &mut self.server {
            Some(server) => server.stop(Signal::Interrupt, STOP_WITHIN).map(|_| ()),
            None => Ok(()),
        }
    }

    /// Starts it again on the same port and data; kills it first where it runs.
    ///
    /// # Errors
    /// It does not come up.
    pub fn restart(&mut self) -> Result<(), TestbedError> {
        self.kill()?;
        self.server = None;
        let deadline = Instant::now() + UP_WITHIN;
        loop {
            let mut server = self.spawn()?;
            loop {
                if self.answers() {
                    self.server = Some(server);
                    return Ok(());
                }
                let ended = server.ended()?.is_some();
                if Instant::now() > deadline {
                    return Err(TestbedError::NotUp {
                        program: "postgres",
                        said: tail(&self.log_file()),
                    });
                }
                std::thread::sleep(POLL_EVERY); // poll: it says nothing before it listens
                if ended {
                    // Backends of a killed postmaster keep its shared memory for a moment, and
                    // until then a new one refuses to start.
                    break;
                }
            }
        }
    }

    fn spawn(&self) -> Result<Guarded, TestbedError> {
        let log = std::fs::File::options()
            .append(true)
            .create(true)
            .open(self.log_file())
            .map_err(TestbedError::io("the log of postgres"))?;
        let mut command = self.command("postgres");
        command
            .arg("-D")
            .arg(self.data_dir())
            .stdout(Stdio::null())
            .stderr(log);
        Guarded::spawn(&mut command, Signal::Quit)
    }

    fn answers(&self) -> bool {
        let status = self
            .command("pg_isready")
            .args(["-q", "-h", "127.0.0.1", "-p", &self.port.to_string()])
            .stdin(Stdio::null())
            .status();
        status.is_ok_and(|status| status.success())
    }

    fn command(&self, program: &str) -> Command {
        let mut command = Command::new(self.binaries.join(program));
        command.current_dir(self.scratch.path()).env("LC_ALL", "C");
        if let Some((user, group)) = self.runs_as {
            command.uid(user).gid(group);
        }
        // A terminal's Ctrl-C is for the program that started it; that one stops it in order.
        command.process_group(0);
        command
    }

    fn initialise(&self) -> Result<(), TestbedError> {
        use std::fmt::Write as _;
        let data = self.data_dir();
        std::fs::create_dir(&data).map_err(TestbedError::io("a data directory"))?;
        if let Some((user, group)) = self.runs_as {
            chown(&data, Some(user), Some(group)).map_err(TestbedError::io("a data directory"))?;
            chown(self.scratch.path(), Some(user), Some(group))
                .map_err(TestbedError::io("a scratch directory"))?;
        }
        let mut command = self.command("initdb");
        command
            .arg("-D")
            .arg(&data)
            .args(["-U", SUPERUSER, "-E", "UTF8", "--locale=C"])
            // The cluster is new and empty: one sync at the end of it is the first start's.
            .arg("--no-sync");
        let word = self.scratch.path().join("password");
        if let Some(password) = &self.options.password {
            std::fs::write(&word, password).map_err(TestbedError::io("a password file"))?;
            command.args([
                "--auth-local=trust",
                "--auth-host=scram-sha-256",
                "--pwfile",
            ]);
            command.arg(&word);
        } else {
            command.arg("--auth=trust");
        }
        let output = command
            .stdin(Stdio::null())
            .output()
            .map_err(TestbedError::io("initdb"))?;
        if !output.status.success() {
            return Err(TestbedError::NotUp {
                program: "initdb",
                said: String::from_utf8_lossy(&output.stderr).into_owned(),
            });
        }
        std::fs::remove_file(&word).ok();
        let mut settings = format!(
            "\nlisten_addresses = '127.0.0.1'\nport = {}\nunix_socket_directories = ''\n\
             max_connections = 300\nlog_min_messages = warning\n",
            self.port
        );
        for line in &self.options.settings {
            writeln!(settings, "{line}").ok();
        }
        let file = data.join("postgresql.conf");
        let written = std::fs::read_to_string(&file)
            .and_then(|defaults| std::fs::write(&file, defaults + &settings));
        written.map_err(TestbedError::io("postgresql.conf"))
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        // Its files go with the scratch directory: nothing needs to be flushed.
        if let Some(server) = &mut self.server {
            server.stop(Signal::Quit, STOP_WITHIN).ok();
        }
    }
}

/// The server that tests share, or one of this process.
#[derive(Debug)]
pub enum Shared {
    /// Named by [`SHARED`].
    Named(String),
    /// Started here.
    Own(Box<Postgres>),
}

impl Shared {
    /// The superuser's URL of one of its databases.
    #[must_use]
    pub fn superuser_url(&self, database: &str) -> String {
        match self {
            Self::Own(postgres) => postgres.superuser_url(database),
            Self::Named(url) => match url.rsplit_once('/') {
                Some((server, _)) => format!("{server}/{database}"),
                None => url.clone(),
            },
        }
    }

    /// The URL of a role; the shared server trusts whoever is on this machine.
    #[must_use]
    pub fn url(&self, database: &str, role: &str) -> String {
        let url = self.superuser_url(database);
        match url.split_once("://").map(|(_, rest)| rest) {
            Some(rest) => match rest.split_once('@') {
                Some((_, server)) => format!("postgres://{role}@{server}"),
                None => format!("postgres://{role}@{rest}"),
            },
            None => url,
        }
    }
}

/// The server named by [`SHARED`], or a new one.
///
/// # Errors
/// As [`Postgres::start`].
pub fn shared() -> Result<Shared, TestbedError> {
    match std::env::var(SHARED) {
        Ok(url) if !url.is_empty() => Ok(Shared::Named(url)),
        _ => {
            let options = PostgresOptions::default();
            Ok(Shared::Own(Box::new(Postgres::start(options)?)))
        }
    }
}

/// Where the programs of PostgreSQL 15 or later are.
fn binaries() -> Result<PathBuf, TestbedError> {
    let mut packaged: Vec<(u32, PathBuf)> = std::fs::read_dir("/usr/lib/postgresql")
        .into_iter()
        .flatten()
        .flatten()
        .filter_map(|entry| {
            let version = entry.file_name().to_str()?.parse().ok()?;
            Some((version, entry.path().join("bin")))
        })
        .filter(|(version, _)| *version >= 15)
        .collect();
    packaged.sort();
    let places: Vec<_> = packaged.into_iter().rev().map(|(_, path)| path).collect();
    // Only `initdb` stands for a whole server: client packages bring `psql` alone.
    find_program("HOSO_INITDB", "initdb", &places)
        .and_then(|initdb| initdb.canonicalize().ok())
        .and_then(|initdb| initdb.parent().map(Path::to_path_buf))
        .ok_or_else(|| {
            TestbedError::Missing(
                "PostgreSQL (initdb) is neither on PATH nor under /usr/lib/postgresql; \
                 `./dev test` and `./dev full` install it with apt-get as root"
                    .to_owned(),
            )
        })
}

/// Who runs the server: `None` for ourselves; where we are root a system user.
fn runs_as() -> Result<Option<(u32, u32)>, TestbedError> {
    let ourselves = std::fs::metadata("/proc/self")
        .map_err(TestbedError::io("/proc/self"))?
        .uid();
    if ourselves != 0 {
        return Ok(None);
    }
    if let Some(user) = USERS.iter().find_map(|name| user(name)) {
        return Ok(Some(user));
    }
    let [.., name] = USERS;
    let status = Command::new("useradd")
        .args([
            "--system",
            "--no-create-home",
            "--shell",
            "/usr/sbin/nologin",
        ])
        .arg(name)
        .status()
        .map_err(TestbedError::io("useradd"))?;
    match user(name) {
        Some(user) if status.success() => Ok(Some(user)),
        _ => Err(TestbedError::Missing(format!(
            "PostgreSQL refuses to run as root, and there is no user {} to run it",
            USERS.join(" or ")
        ))),
    }
}

/// User and group of a name in /etc/passwd.
fn user(name: &str) -> Option<(u32, u32)> {
    let passwd = std::fs::read_to_string("/etc/passwd").ok()?;
    passwd.lines().find_map(|line| {
        let mut fields = line.split(':');
        if fields.next()? != name {
            return None;
        }
        let user = fields.nth(1)?.parse().ok()?;
        let group = fields.next()?.parse().ok()?;
        Some((user, group))
    })
}

/// The processes whose parent is `parent`.
fn children(parent: u32) -> Vec<u32> {
    let processes = std::fs::read_dir("/proc").into_iter().flatten().flatten();
    processes
        .filter_map(|entry| entry.file_name().to_str()?.parse::<u32>().ok())
        .filter(|process| {
            let stat = std::fs::read_to_string(format!("/proc/{process}/stat"));
            // `pid (name) state parent …`; the name may hold anything.
            stat.ok()
                .and_then(|stat| {
                    let (_, rest) = stat.rsplit_once(')')?;
                    rest.split_whitespace().nth(1)?.parse::<u32>().ok()
                })
                .is_some_and(|of| of == parent)
        })
        .collect()
}
