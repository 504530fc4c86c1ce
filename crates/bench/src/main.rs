//! Measures Hoso.
fn main() {}
