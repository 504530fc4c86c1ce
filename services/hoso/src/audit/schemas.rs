//! The published contract of events, as this version has it: it goes into a round's bundle, so that
//! whoever reads the bundle years later knows what each field is.

/// A file of the contract, by its name and with its text.
macro_rules! schema {
    ($name:literal) => {
        (
            concat!("hoso/events/v1/", $name, ".proto"),
            include_str!(concat!(
                "../../../../proto/hoso/events/v1/",
                $name,
                ".proto"
            )),
        )
    };
}

/// Every file of `proto/`, by its name behind `schemas/` in a bundle.
pub(super) const SCHEMAS: &[(&str, &str)] = &[
    schema!("audit"),
    schema!("ranking"),
    schema!("registry"),
    schema!("runtime"),
    schema!("shared"),
    schema!("submission"),
    schema!("verification"),
];

/// Whether a text is a name of a schema, of whatever version.
pub(super) fn is_schema(name: &str) -> bool {
    let part = |part: &str| {
        let ok = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_';
        !part.is_empty() && part.bytes().all(ok)
    };
    let path = name.strip_suffix(".proto");
    path.is_some_and(|path| path.len() <= 100 && path.split('/').all(part))
}
