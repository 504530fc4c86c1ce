//! The `hoso` binary: wiring only. Every command lives in a module of its own.

mod affected;
mod audit;
mod backup;
mod cli;
mod client;
mod config;
mod conformance;
mod demo;
mod diff;
mod erase;
mod erased;
mod evaluate;
mod export;
mod first_run;
mod folds;
mod health;
mod history;
mod import;
mod input;
mod leadership;
mod ledger;
mod mark;
mod migrate;
mod mined;
mod nats_keys;
mod openapi;
mod output;
mod replay;
mod restore;
mod serve;
mod services;
mod store;
mod subject;
mod token;
mod up;
mod witness;

use std::process::ExitCode;

use clap::Parser as _;

fn main() -> ExitCode {
    let arguments = cli::Cli::parse();
    let code = match cli::run(arguments) {
        Ok(code) => code,
        Err(error) => {
            eprintln!("hoso: {error:#}");
            cli::exit_code(&error)
        }
    };
    match output::failure() {
        Some(error) if code == cli::DONE => {
            eprintln!("hoso: standard output: {error}");
            ExitCode::from(cli::UNAVAILABLE)
        }
        _ => ExitCode::from(code),
    }
}
