//! A private PostgreSQL that many test processes share: prints its superuser's URL and runs until
//! its standard input ends. `./dev test` keeps one beside the tests.

use std::io::Read as _;
use std::process::ExitCode;

use hoso_testbed::postgres::{Postgres, PostgresOptions};

fn main() -> ExitCode {
    let postgres = match Postgres::start(PostgresOptions::default()) {
        Ok(postgres) => postgres,
        Err(error) => {
            eprintln!("postgres: {error}");
            return ExitCode::from(3);
        }
    };
    println!("{}", postgres.superuser_url("postgres"));
    let mut nothing = Vec::new();
    std::io::stdin().read_to_end(&mut nothing).ok();
    ExitCode::SUCCESS
}
