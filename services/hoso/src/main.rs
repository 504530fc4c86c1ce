//! The `hoso` binary: wiring only. Every command lives in a module of its own.

mod cli;
mod config;
mod demo;
mod evaluate;
mod first_run;
mod folds;
mod health;
mod history;
mod import;
mod ledger;
mod openapi;
mod services;
mod store;
mod token;
mod up;

use std::process::ExitCode;

use clap::Parser as _;

fn main() -> ExitCode {
    let arguments = cli::Cli::parse();
    match cli::run(arguments) {
        Ok(code) => ExitCode::from(code),
        Err(error) => {
            eprintln!("hoso: {error:#}");
            ExitCode::from(cli::exit_code(&error))
        }
    }
}
