//! A process that ends when the one that started it ends, even by `kill -9`: a shell beside it
//! waits on a pipe that the system closes in any case, and then ends it.

use std::io::Write as _;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use crate::TestbedError;

/// How often a process that was told to stop is looked at.
const POLL_EVERY: Duration = Duration::from_millis(10);

/// The signals that are sent here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Signal {
    /// Finish what is in hand.
    Terminate,
    /// PostgreSQL's fast shutdown; what Ctrl-C sends.
    Interrupt,
    /// PostgreSQL's immediate shutdown.
    Quit,
    /// No handler runs.
    Kill,
    /// Stop running, until [`Signal::Continue`].
    Stop,
    /// Run on.
    Continue,
}

impl Signal {
    fn name(self) -> &'static str {
        match self {
            Self::Terminate => "TERM",
            Self::Interrupt => "INT",
            Self::Quit => "QUIT",
            Self::Kill => "KILL",
            Self::Stop => "STOP",
            Self::Continue => "CONT",
        }
    }
}

/// A guarded process.
#[derive(Debug)]
pub struct Guarded {
    child: Child,
    guard: Child,
}

impl Guarded {
    /// Starts a program; `last` is what it is sent when this process is gone.
    ///
    /// # Errors
    /// It or its guard cannot be started.
    pub fn spawn(command: &mut Command, last: Signal) -> Result<Self, TestbedError> {
        let program = command.get_program().to_string_lossy().into_owned();
        let child = command
            .stdin(Stdio::null())
            .spawn()
            .map_err(TestbedError::io(program))?;
        // Its own process group: a Ctrl-C at the terminal must not end the guard before its ward.
        let mut shell = Command::new("sh");
        std::os::unix::process::CommandExt::process_group(&mut shell, 0);
        let guard = shell
            .args(["-c", r#"read -r released || kill -s "$1" "$2""#, "guard"])
            .arg(last.name())
            .arg(child.id().to_string())
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .map_err(TestbedError::io("the guard of a process"))?;
        Ok(Self { child, guard })
    }

    /// The process.
    #[must_use]
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// The process itself, for its pipes.
    pub fn child(&mut self) -> &mut Child {
        &mut self.child
    }

    /// Sends a signal.
    ///
    /// # Errors
    /// It cannot be sent.
    pub fn signal(&self, signal: Signal) -> Result<(), TestbedError> {
        send(signal, self.child.id())
    }

    /// How it ended, if it has.
    ///
    /// # Errors
    /// The system does not say.
    pub fn ended(&mut self) -> Result<Option<ExitStatus>, TestbedError> {
        self.child
            .try_wait()
            .map_err(TestbedError::io("a process's end"))
    }

    /// Kills it and waits for its end.
    ///
    /// # Errors
    /// It cannot be killed.
    pub fn kill(&mut self) -> Result<(), TestbedError> {
        self.child.kill().map_err(TestbedError::io("kill"))?;
        self.wait().map(|_| ())
    }

    /// Sends a signal and waits for the end; kills it where it takes longer than `within`.
    ///
    /// # Errors
    /// It cannot be signalled or waited for.
    pub fn stop(&mut self, signal: Signal, within: Duration) -> Result<ExitStatus, TestbedError> {
        if let Some(status) = self.ended()? {
            self.release();
            return Ok(status);
        }
        self.signal(signal)?;
        let deadline = Instant::now() + within;
        while Instant::now() < deadline {
            if let Some(status) = self.ended()? {
                self.release();
                return Ok(status);
            }
            std::thread::sleep(POLL_EVERY); // poll: a child can be waited for, but not for a time
        }
        self.child.kill().map_err(TestbedError::io("kill"))?;
        self.wait()
    }

    fn wait(&mut self) -> Result<ExitStatus, TestbedError> {
        let status = self
            .child
            .wait()
            .map_err(TestbedError::io("a process's end"))?;
        self.release();
        Ok(status)
    }

    /// Tells the guard that the process is gone: its number may be another's soon.
    fn release(&mut self) {
        if let Some(mut pipe) = self.guard.stdin.take() {
            pipe.write_all(b"released\n").ok();
        }
        self.guard.wait().ok();
    }
}

impl Drop for Guarded {
    fn drop(&mut self) {
        if let Ok(None) = self.child.try_wait() {
            self.child.kill().ok();
            self.child.wait().ok();
        }
        self.release();
    }
}

/// Sends a signal to any process.
///
/// # Errors
/// It cannot be sent.
pub fn send(signal: Signal, process: u32) -> Result<(), TestbedError> {
    let status = Command::new("kill")
        .args(["-s", signal.name(), &process.to_string()])
        .stderr(Stdio::null())
        .status()
        .map_err(TestbedError::io("kill"))?;
    if status.success() {
        return Ok(());
    }
    let gone = std::io::Error::from(std::io::ErrorKind::NotFound);
    Err(TestbedError::io(format!("process {process}"))(gone))
}
