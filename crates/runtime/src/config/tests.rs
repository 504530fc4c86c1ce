//! Which setting wins, and how a wrong one is named.

use std::collections::BTreeMap;
use std::io::Write;

use super::*;

fn load(flags: &Layer, env: &[(&str, &str)]) -> Result<Config, ConfigError> {
    let env: BTreeMap<_, _> = env.iter().copied().collect();
    Config::load(flags, |name| env.get(name).map(|v| (*v).to_owned()))
}

fn file(text: &str) -> tempfile::NamedTempFile {
    let mut file = tempfile::NamedTempFile::new().unwrap();
    file.write_all(text.as_bytes()).unwrap();
    file
}

#[test]
fn flags_win_over_environment_over_file_over_defaults() {
    let toml = file("listen = \"127.0.0.1:1\"\ndata = \"from-file\"\nlog = \"warn\"\n");
    let path = toml.path().to_str().unwrap();
    let flags = Layer {
        listen: Some("127.0.0.1:3".to_owned()),
        ..Layer::default()
    };
    let env = [
        ("HOSO_CONFIG", path),
        ("HOSO_LISTEN", "127.0.0.1:2"),
        ("HOSO_DATA", "from-env"),
    ];
    let config = load(&flags, &env).unwrap();
    assert_eq!(config.listen, "127.0.0.1:3".parse().unwrap());
    assert_eq!(config.data, PathBuf::from("from-env"));
    assert_eq!(config.log, "warn");
    assert_eq!(config.log_format, LogFormat::Auto);
    let origins: Vec<_> = config.show().iter().map(|s| s.origin.as_str()).collect();
    assert_eq!(
        origins,
        [
            "environment",
            "flag",
            "default",
            "default",
            "default",
            path,
            "default",
            "default",
            "default",
            "default",
            "default",
            "default",
            "default"
        ]
    );
}

#[test]
fn a_wrong_setting_stops_the_start_and_is_named_with_its_place() {
    let table = [
        (("HOSO_LISTEN", "nowhere"), "environment: setting `listen`"),
        (("HOSO_LOG", "a=b=c"), "environment: setting `log`"),
        (
            ("HOSO_LOG_FORMAT", "xml"),
            "environment: setting `log_format`",
        ),
        (("HOSO_DATABASE_URL_FILE", "/no/such/file"), "/no/such/file"),
        (("HOSO_CONFIG", "/no/such/file"), "/no/such/file"),
    ];
    for (variable, named) in table {
        let error = load(&Layer::default(), &[variable]).unwrap_err();
        assert!(error.to_string().starts_with(named), "{error}");
    }
    let toml = file("listne = \"127.0.0.1:1\"\n");
    let flags = Layer {
        config: toml.path().to_str().map(str::to_owned),
        ..Layer::default()
    };
    let error = load(&flags, &[]).unwrap_err();
    assert!(error.to_string().contains("listne"), "{error}");
}

#[test]
fn a_secret_comes_from_a_file_and_never_prints() {
    let secret = file("postgres://hoso:pass@db/hoso\n");
    let path = secret.path().to_str().unwrap();
    let config = load(&Layer::default(), &[("HOSO_DATABASE_URL_FILE", path)]).unwrap();
    let url = config.database_url.as_ref().unwrap();
    assert_eq!(url.expose(), "postgres://hoso:pass@db/hoso");
    assert!(!format!("{config:?}").contains("pass"));
    assert_eq!(config.show()[2].value, "(secret)");
    let config = load(&Layer::default(), &[("HOSO_NATS_SEED_FILE", path)]).unwrap();
    let seed = config.nats_seed.as_ref().unwrap();
    assert_eq!(seed.expose(), "postgres://hoso:pass@db/hoso");
    assert!(!format!("{:?}", config.show()).contains("pass"));
    let twice = [
        ("HOSO_DATABASE_URL_FILE", path),
        ("HOSO_DATABASE_URL", "postgres://x"),
    ];
    let error = load(&Layer::default(), &twice).unwrap_err();
    assert!(
        error.to_string().contains("HOSO_DATABASE_URL_FILE"),
        "{error}"
    );
}
