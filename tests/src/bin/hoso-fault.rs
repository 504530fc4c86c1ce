//! `./dev fault`: the fault suite of the full mode; a line a fault, or JSON.

use std::process::ExitCode;

use e2e::fault::{Breakage, Random, Report, Scale, World, all, strike};

const USAGE: &str = "usage: ./dev fault [--json] [--short] [--runs N] [NAME…]

Breaks the full mode under load, at random moments from a printed seed (HOSO_SEED repeats a run), and
holds the log against what the clients noted: acknowledged ⊆ log ⊆ attempted, every effect once.

  --json      print {\"faults\": [{\"name\", \"runs\", \"lost\", \"duplicated\", \"ok\", …}]}
  --short     every fault once, partitions of 3 s: what ./dev test runs
  --runs N    times each fault strikes (default 5)
  --list      print the names and stop
  NAME…       only faults whose name begins so

Exit code 0: nothing lost, nothing twice; 1: something was.";

/// What was asked for.
struct Asked {
    json: bool,
    scale: Scale,
    faults: Vec<Breakage>,
}

fn main() -> ExitCode {
    let Some(asked) = asked() else {
        eprintln!("{USAGE}");
        return ExitCode::from(2);
    };
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build();
    let runtime = match runtime {
        Ok(runtime) => runtime,
        Err(error) => {
            eprintln!("fault: {error}");
            return ExitCode::from(3);
        }
    };
    let reports = runtime.block_on(run(&asked));
    if asked.json {
        println!("{}", serde_json::json!({ "faults": reports }));
    }
    ExitCode::from(u8::from(reports.iter().any(|report| !report.ok)))
}

fn asked() -> Option<Asked> {
    let mut asked = Asked {
        json: false,
        scale: Scale::FULL,
        faults: all(),
    };
    let mut names = Vec::new();
    let mut runs = None;
    let mut arguments = std::env::args().skip(1);
    while let Some(argument) = arguments.next() {
        match argument.as_str() {
            "--json" => asked.json = true,
            "--short" => asked.scale = Scale::SHORT,
            "--runs" => runs = Some(arguments.next()?.parse().ok().filter(|n| *n > 0)?),
            "--list" => {
                for fault in all() {
                    println!("{}", fault.name);
                }
                std::process::exit(0);
            }
            _ if argument.starts_with('-') => return None,
            _ => names.push(argument),
        }
    }
    if let Some(runs) = runs {
        asked.scale.runs = runs;
    }
    if !names.is_empty() {
        asked
            .faults
            .retain(|fault| names.iter().any(|name| fault.name.starts_with(name)));
    }
    (!asked.faults.is_empty()).then_some(asked)
}

async fn run(asked: &Asked) -> Vec<Report> {
    let mut random = Random::from_environment();
    let mut world = World::start().await;
    let mut reports = Vec::new();
    for fault in &asked.faults {
        let report = strike(&mut world, fault, asked.scale, &mut random).await;
        print(&report, asked.json);
        reports.push(report);
    }
    reports
}

fn print(report: &Report, to_the_side: bool) {
    let line = format!(
        "{:<34} runs {:<3} lost {:<3} duplicated {:<3} acknowledged {:<6} sent again {:<5} {}",
        report.name,
        report.runs,
        report.lost,
        report.duplicated,
        report.acknowledged,
        report.sent_again,
        if report.ok { "ok" } else { "NOT OK" }
    );
    if to_the_side {
        eprintln!("{line}");
    } else {
        println!("{line}");
    }
    for finding in &report.findings {
        eprintln!("    {finding}");
    }
}
