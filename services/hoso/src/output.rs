//! Standard output: facts, a line at a time, that neither panic nor pass over what went wrong.
//!
//! A reader that went away (`hoso history … | head -1`) has read enough: the command still does its
//! work. Any other failure, such as a full disk, is kept and becomes the exit code.

use std::fmt::Arguments;
use std::io::{self, ErrorKind, Write as _};
use std::sync::OnceLock;

/// The first failure to write.
static FAILED: OnceLock<io::Error> = OnceLock::new();

/// Prints a line on standard output, as `println!` would.
macro_rules! say {
    ($($argument:tt)*) => {
        $crate::output::line(format_args!($($argument)*))
    };
}

pub(crate) use say;

/// Prints a line.
pub(crate) fn line(text: Arguments<'_>) {
    write(format!("{text}\n").as_bytes());
}

/// Prints bytes as they are.
pub(crate) fn write(bytes: &[u8]) {
    let mut out = io::stdout().lock();
    keep_failure(out.write_all(bytes).and_then(|()| out.flush()));
}

fn keep_failure(written: io::Result<()>) {
    if let Err(error) = written
        && error.kind() != ErrorKind::BrokenPipe
    {
        // Later failures have the first one's cause.
        FAILED.set(error).ok();
    }
}

/// Why not everything was printed; `None` if it was, or the reader went away.
pub(crate) fn failure() -> Option<&'static io::Error> {
    FAILED.get()
}
