//! The `hoso` program that stands beside this one: where it is, and how it is run and stopped.

use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, ExitStatus, Stdio};

use anyhow::Context;

/// The program that was built with this one.
pub(crate) fn path() -> anyhow::Result<PathBuf> {
    let own = std::env::current_exe()?;
    let hoso = own.with_file_name("hoso");
    anyhow::ensure!(
        hoso.is_file(),
        "{} is not there: build it first with `cargo build --release -p hoso`",
        hoso.display()
    );
    Ok(hoso)
}

/// A started server; it is killed when this is dropped.
#[derive(Debug)]
pub(crate) struct Server(Child);

impl Server {
    /// Starts `hoso up` on a directory and an address.
    pub(crate) fn start(hoso: &Path, data: &Path, listen: &str) -> anyhow::Result<Self> {
        let mut command = Command::new(hoso);
        command
            .args(["up", "--listen", listen, "--data"])
            .arg(data)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        Self::spawn(command)
    }

    /// Starts any other.
    pub(crate) fn spawn(mut command: Command) -> anyhow::Result<Self> {
        let program = command.get_program().to_owned();
        let child = command.spawn();
        let child = child.with_context(|| format!("{} does not start", program.display()))?;
        Ok(Self(child))
    }

    /// What it prints, if that was asked for.
    pub(crate) fn output(&mut self) -> anyhow::Result<ChildStdout> {
        self.0.stdout.take().context("its output is not kept")
    }

    /// How it ended, if it did.
    pub(crate) fn ended(&mut self) -> anyhow::Result<Option<ExitStatus>> {
        Ok(self.0.try_wait()?)
    }

    /// An error if the server ended by itself.
    pub(crate) fn check_alive(&mut self) -> anyhow::Result<()> {
        match self.0.try_wait()? {
            Some(status) => anyhow::bail!("the server ended: {status}"),
            None => Ok(()),
        }
    }

    /// The most memory it ever had resident, in KiB.
    pub(crate) fn peak_kib(&self) -> anyhow::Result<u64> {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.0.id()))?;
        status
            .lines()
            .find_map(|line| line.strip_prefix("VmHWM:"))
            .and_then(|rest| rest.split_whitespace().next())
            .context("no VmHWM in /proc")?
            .parse()
            .context("VmHWM is no number")
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.0.kill().ok();
        self.0.wait().ok();
    }
}
