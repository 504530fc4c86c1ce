//! Files that somebody names on the command line: read whole, but never more than their kind may
//! hold, so that a wrong path such as a disk image costs no memory.

use std::fs::File;
use std::io::{self, Read as _};
use std::path::Path;

use crate::cli::BadInput;

/// Reads a file of at most `most` bytes.
///
/// # Errors
/// It cannot be read or is larger: bad input, naming the file.
pub(crate) fn read(path: &Path, most: usize) -> Result<Vec<u8>, BadInput> {
    let shown = path.display();
    let bytes = read_one_more(path, most).map_err(|error| BadInput(format!("{shown}: {error}")))?;
    if bytes.len() > most {
        return Err(BadInput(format!("{shown}: is larger than {most} bytes")));
    }
    Ok(bytes)
}

/// Reads at most one byte more than a file may have: a longer one is still seen to be too long.
///
/// # Errors
/// It cannot be read.
pub(crate) fn read_one_more(path: &Path, most: usize) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    File::open(path)?
        .take(most as u64 + 1)
        .read_to_end(&mut bytes)?;
    Ok(bytes)
}
