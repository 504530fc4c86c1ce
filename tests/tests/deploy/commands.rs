//! Every command line of `hoso` in docker-compose.yml, the Dockerfile and the operators' manual is
//! one that the program knows.

use std::process::Command;

use e2e::{hoso_binary, root};

use crate::compose::{compose, default_of, list, services, text};

/// What the program says of arguments that it cannot read begins so; what it says of anything else
/// begins with its name.
const UNREADABLE: &str = "error: ";

/// Runs it where there is nothing: no setting, no ledger. It says so and ends.
fn said(arguments: &[String]) -> String {
    let nowhere = tempfile::tempdir().unwrap();
    let output = Command::new(hoso_binary())
        .args(arguments)
        .env_clear()
        .current_dir(nowhere.path())
        .output()
        .unwrap();
    String::from_utf8(output.stderr).unwrap()
}

fn words(line: &str) -> Vec<String> {
    line.split_whitespace().map(str::to_owned).collect()
}

#[test]
fn every_command_line_is_one_that_the_program_knows() {
    let compose = compose();
    let mut lines: Vec<Vec<String>> = Vec::new();
    for (_, service) in services(&compose) {
        if !default_of(text(&service["image"])).starts_with("hoso:") {
            continue;
        }
        assert!(service["entrypoint"].is_null(), "the image's own");
        let command = list(&service["command"]).iter();
        lines.push(command.map(|word| text(word).to_owned()).collect());
        let check = list(&service["healthcheck"]["test"]).iter().skip(2);
        lines.push(check.map(|word| text(word).to_owned()).collect());
    }
    let read = |path| std::fs::read_to_string(root().join(path)).unwrap();
    let dockerfile = read("Dockerfile");
    let check = dockerfile
        .lines()
        .find_map(|line| line.split_once("CMD [\"hoso\", "));
    let (_, check) = check.unwrap();
    lines.push(words(&check.replace(['"', ',', ']'], " ")));
    let manual = read("docs/operations.md");
    let mut documented = 0;
    for line in manual.lines() {
        for begin in [
            "docker compose exec registry hoso ",
            "docker compose run --rm cli ",
        ] {
            let Some((_, rest)) = line.split_once(begin) else {
                continue;
            };
            let end = rest.find(['#', '`', '…']).unwrap_or(rest.len());
            lines.push(words(&rest[..end]));
            documented += 1;
        }
    }
    assert!(documented >= 2, "the manual shows how to run commands");
    lines.retain(|line| !line.is_empty());
    lines.sort();
    lines.dedup();
    assert!(lines.len() >= 9, "{lines:?}");
    for line in lines {
        let said = said(&line);
        assert!(!said.starts_with(UNREADABLE), "hoso {line:?}: {said}");
    }
    for wrong in ["serve nobody", "serve", "health --nonsense"] {
        let said = said(&words(wrong));
        assert!(said.starts_with(UNREADABLE), "hoso {wrong}: {said}");
    }
}
