//! The hoso binary: reads the command line and hands it to the command.

mod evaluate;

use std::io;
use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// Hoso: hồ sơ khen thưởng cải cách hành chính, từ đề nghị đến quyết định.
#[derive(Debug, Parser)]
#[command(name = "hoso", version)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Evaluate round files: eligibility, ranking and outcome of every item.
    Evaluate(evaluate::EvaluateArgs),
}

fn main() -> anyhow::Result<ExitCode> {
    let code = match Cli::parse().command {
        Command::Evaluate(args) => {
            let out = &mut io::BufWriter::new(io::stdout().lock());
            evaluate::run(&args, out, &mut io::stderr())?
        }
    };
    Ok(ExitCode::from(code))
}
