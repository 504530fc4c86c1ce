//! What two persons erased is in no file of the data directory any more, and the log verifies as it
//! did.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use e2e::hoso_binary;
use e2e::server::{Server, hoso, hoso_json};
use serde_json::{Value, json};

use super::bundle::text;

const NAME: &str = "Nguyễn Văn Hư Cấu";
const POSITION: &str = "Chuyên viên chính hư cấu";

pub(crate) struct Official<'s> {
    pub(crate) url: &'s str,
    pub(crate) token: String,
}

impl<'s> Official<'s> {
    pub(crate) fn of(data: &str, url: &'s str, official: &str) -> Self {
        let issued = hoso_json(&[
            "token",
            "issue",
            "--official",
            official,
            "--days",
            "1",
            "--json",
            "--data",
            data,
        ]);
        let token = issued["token"].as_str().unwrap().to_owned();
        Self { url, token }
    }

    async fn post(&self, path: &str, body: Value) -> Value {
        let request = reqwest::Client::new()
            .post(format!("{}/api/v1/{path}", self.url))
            .bearer_auth(&self.token)
            .header("Idempotency-Key", path)
            .json(&body);
        let answer = request.send().await.unwrap();
        let status = answer.status();
        let body = answer.text().await.unwrap();
        assert!(status.is_success(), "{path}: {status} {body}");
        serde_json::from_str(&body).unwrap()
    }

    pub(crate) fn erase(&self, arguments: &[&str]) -> Output {
        Command::new(hoso_binary())
            .args(["erase", "ca-nhan-01", "--url", self.url])
            .args(arguments)
            .env("HOSO_TOKEN", &self.token)
            .output()
            .unwrap()
    }
}

/// Every file under a directory that holds the bytes. Files of a database in use come and go.
pub(crate) fn holding(directory: &Path, bytes: &[u8]) -> Vec<String> {
    let mut found = Vec::new();
    for entry in fs::read_dir(directory).unwrap().map(Result::unwrap) {
        let path = entry.path();
        if path.is_dir() {
            found.extend(holding(&path, bytes));
            continue;
        }
        match fs::read(&path) {
            Ok(read) if read.windows(bytes.len()).any(|w| w == bytes) => {
                found.push(path.display().to_string());
            }
            Ok(_) => {}
            Err(error) => assert_eq!(error.kind(), std::io::ErrorKind::NotFound, "{error}"),
        }
    }
    found
}

pub(crate) fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr)
}

/// Who holds an office, and a person with a name.
async fn registered(administrator: &Official<'_>, data: &str) -> String {
    let somebody = json!({"person": "p-home-affairs", "name": "Hư Cấu Hai", "insider": false});
    administrator.post("persons", somebody).await;
    let office = json!({
        "official": "home-affairs", "person": "p-home-affairs", "agency": "so-noi-vu",
        "role": "HOME_AFFAIRS", "validFrom": "2021-01-01",
    });
    administrator.post("officials", office).await;
    let home_affairs = Official::of(data, administrator.url, "home-affairs");
    let unit = json!({
        "unit": "so-noi-vu", "name": "Sở Nội vụ", "group": "DEPARTMENT",
        "validFrom": "2021-01-01", "headTitle": "Giám đốc",
    });
    home_affairs.post("units", unit).await;
    let person = json!({
        "person": "ca-nhan-01", "name": NAME, "position": POSITION, "unit": "so-noi-vu",
        "insider": true,
    });
    let shown = home_affairs.post("persons", person).await;
    assert_eq!(shown["name"], NAME);
    home_affairs.token
}

fn files(directory: &Path) -> Vec<(PathBuf, Vec<u8>)> {
    let paths = fs::read_dir(directory).unwrap().map(|e| e.unwrap().path());
    paths
        .map(|path| (path.clone(), fs::read(path).unwrap()))
        .collect()
}

fn in_no_file(directory: &Path, secrets: &[&[u8]]) {
    for secret in secrets {
        assert_eq!(holding(directory, secret), Vec::<String>::new());
    }
}

#[tokio::test]
async fn a_name_is_in_no_file_and_after_the_erasure_its_key_is_in_none_either() {
    let scratch = tempfile::tempdir().unwrap();
    let data = text(scratch.path());
    let mut server = Server::start(scratch.path());
    let url = server.url.clone();
    let administrator = Official::of(data, &url, "administrator");
    let token = registered(&administrator, data).await;
    let home_affairs = Official { url: &url, token };
    let texts = [NAME.as_bytes(), POSITION.as_bytes()];
    in_no_file(scratch.path(), &texts);
    let keys = scratch.path().join("person-keys");
    let before = files(&keys);

    // Keys are copied apart, and the copy follows the erasure.
    let (copy, apart) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let copied = |at: &Path| {
        let (code, out, err) = hoso(&[
            "backup",
            text(at),
            "--data",
            data,
            "--person-keys",
            text(apart.path()),
        ]);
        assert_eq!(code, 0, "{out}{err}");
        files(apart.path()).len()
    };
    assert_eq!(copied(copy.path()), before.len());

    let none = home_affairs.erase(&[]);
    assert!(said(&none).contains("nobody asked"), "{none:?}");
    let asked = home_affairs.erase(&["--basis", "Đơn đề nghị số 7"]);
    assert!(asked.status.success(), "{asked:?}");
    let alone = home_affairs.erase(&["--agree"]);
    assert_eq!(alone.status.code(), Some(2), "{alone:?}");
    assert!(said(&alone).contains("two persons"), "{alone:?}");
    let agreed = administrator.erase(&["--agree", "--json"]);
    assert!(agreed.status.success(), "{agreed:?}");
    let agreed: Value = serde_json::from_slice(&agreed.stdout).unwrap();
    assert_eq!(agreed["name"], Value::Null);
    assert_eq!(agreed["erasure"]["status"], "ERASED");

    let after = files(&keys);
    assert_eq!(after.len() + 1, before.len());
    let gone = before.iter().find(|key| !after.contains(key)).unwrap();
    in_no_file(scratch.path(), &[&gone.1]);
    assert_eq!(server.stop(), Some(0));
    let (code, out, err) = hoso(&["audit", "seal", "--json", "--data", data]);
    assert_eq!(code, 0, "{out}{err}");
    let verified = hoso_json(&["ledger", "verify", "--json", "--data", data]);
    assert_eq!(verified["differences"], json!([]));
    // A copy of the ledger that is made later has nothing to read, and no key of anybody.
    assert_eq!(copied(copy.path()), after.len());
    in_no_file(apart.path(), &[&gone.1]);
    in_no_file(copy.path(), &texts);
    let all: Vec<_> = before.iter().map(|(_, key)| key.as_slice()).collect();
    in_no_file(copy.path(), &all);
}
