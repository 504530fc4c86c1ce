//! `./dev full`: Hoso's full mode on this machine until Ctrl-C, or for one run of the demo.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use hoso_testbed::TestbedError;
use hoso_testbed::full::{Full, FullOptions};

const USAGE: &str = "usage: ./dev full [--demo [--json]] [--replicas N]

Starts a private PostgreSQL and nats-server, every service of Hoso as its own process and nginx in
front, all on free ports of this machine; prints where; stops everything on Ctrl-C.

  --demo         run the sample year there, then stop
  --json         with --demo: print its totals as JSON
  --replicas N   processes a service (default 1)";

/// What was asked for.
#[derive(Default)]
struct Asked {
    demo: bool,
    json: bool,
    replicas: usize,
}

fn main() -> ExitCode {
    let Some(asked) = asked() else {
        eprintln!("{USAGE}");
        return ExitCode::from(2);
    };
    match run(&asked) {
        Ok(code) => ExitCode::from(code),
        Err(error) => {
            eprintln!("full: {error}");
            ExitCode::from(3)
        }
    }
}

fn asked() -> Option<Asked> {
    let mut asked = Asked {
        replicas: 1,
        ..Asked::default()
    };
    let mut arguments = std::env::args().skip(1);
    while let Some(argument) = arguments.next() {
        match argument.as_str() {
            "--demo" => asked.demo = true,
            "--json" => asked.json = true,
            "--replicas" => asked.replicas = arguments.next()?.parse().ok().filter(|n| *n > 0)?,
            _ => return None,
        }
    }
    (asked.demo || !asked.json).then_some(asked)
}

fn run(asked: &Asked) -> Result<u8, TestbedError> {
    let repository = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let hoso = std::env::var_os("HOSO_BINARY").map_or_else(beside, PathBuf::from);
    let mut options = FullOptions::new(hoso, repository);
    options.replicas = asked.replicas;
    let full = Full::start(options)?;
    if asked.demo {
        return demo(&full, asked.json);
    }
    let token = output(full.hoso("hoso_registry").args(["token", "first"]))?;
    println!("Hoso serves {} (documentation at /docs)", full.url());
    println!("The administrator's token: {}", token.trim());
    println!();
    for process in full.processes().values() {
        println!("  {:<16} {}", process.name(), process.url());
    }
    println!("  {:<16} {}", "nats", full.nats.url());
    println!("  {:<16} {}", "postgres", full.database_url("hoso_auditor"));
    println!();
    println!("Ctrl-C stops everything.");
    wait_for_the_end()?;
    eprintln!("full: stopping");
    drop(full);
    Ok(0)
}

/// The program of the same build.
fn beside() -> PathBuf {
    std::env::current_exe()
        .ok()
        .and_then(|own| own.parent().map(|directory| directory.join("hoso")))
        .unwrap_or_else(|| PathBuf::from("hoso"))
}

fn demo(full: &Full, json: bool) -> Result<u8, TestbedError> {
    let mut command = full.hoso("hoso_registry");
    command.args(["demo", "--at", &full.url()]);
    if json {
        command.arg("--json");
    }
    let status = command.status().map_err(|source| TestbedError::Io {
        what: "hoso demo".to_owned(),
        source,
    })?;
    Ok(status
        .code()
        .and_then(|code| u8::try_from(code).ok())
        .unwrap_or(1))
}

fn output(command: &mut std::process::Command) -> Result<String, TestbedError> {
    let output = command.output().map_err(|source| TestbedError::Io {
        what: "hoso".to_owned(),
        source,
    })?;
    if output.status.success() {
        return Ok(String::from_utf8_lossy(&output.stdout).into_owned());
    }
    Err(TestbedError::NotUp {
        program: "hoso",
        said: String::from_utf8_lossy(&output.stderr).into_owned(),
    })
}

/// Ctrl-C, or being told to end.
fn wait_for_the_end() -> Result<(), TestbedError> {
    use tokio::signal::unix::{SignalKind, signal};
    let io = |source| TestbedError::Io {
        what: "waiting for a signal".to_owned(),
        source,
    };
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(io)?;
    runtime.block_on(async {
        let mut interrupt = signal(SignalKind::interrupt()).map_err(io)?;
        let mut terminate = signal(SignalKind::terminate()).map_err(io)?;
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
        }
        Ok(())
    })
}
