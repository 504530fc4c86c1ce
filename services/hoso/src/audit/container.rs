//! Whether a ZIP file is nothing but its files, one behind the other. A program reads a ZIP file by the
//! list at its end; another one, or a person, may come upon a file that the list does not have, or has
//! under another name. What was verified must be what everybody reads.

use std::fs::File;
use std::io::{BufReader, Read as _, Seek as _, SeekFrom};
use std::path::Path;

use zip::ZipArchive;

/// Bytes of a file's own header in front of its name.
const HEADER_BYTES: usize = 30;
/// What every such header begins with.
const HEADER: [u8; 4] = *b"PK\x03\x04";
/// What the end of the list begins with.
const END: [u8; 4] = *b"PK\x05\x06";
/// Bytes of the end of the list, without a comment.
const END_BYTES: i64 = 22;
/// Bytes of a file's entry in the list in front of its name.
const ENTRY_BYTES: u64 = 46;

/// Checks that the files of a ZIP lie one behind the other from its first byte up to the list of them,
/// that each is named there as it is in the list, and that nothing follows the list.
///
/// # Errors
/// What is there besides, in words.
pub(super) fn check(path: &Path, zip: &mut ZipArchive<BufReader<File>>) -> Result<(), String> {
    let told = |error: std::io::Error| error.to_string();
    let mut file = BufReader::new(File::open(path).map_err(told)?);
    let mut entries = Vec::with_capacity(zip.len());
    for index in 0..zip.len() {
        let entry = zip.by_index_raw(index).map_err(|error| error.to_string())?;
        let data = entry.data_start().ok_or("a file is nowhere")?;
        let name = entry.name_raw().to_vec();
        let listed = entry.central_header_start();
        entries.push((entry.header_start(), data, entry.size(), name, listed));
    }
    let mut listed: Vec<_> = entries
        .iter()
        .map(|entry| (entry.4, entry.3.len()))
        .collect();
    listed.sort_unstable();
    entries.sort_unstable();
    let mut end = 0;
    for (start, data, size, name, _) in &entries {
        if *start != end {
            return Err(format!("bytes that are of no file, at {end}"));
        }
        file.seek(SeekFrom::Start(*start)).map_err(told)?;
        let mut header = vec![0; HEADER_BYTES + name.len()];
        file.read_exact(&mut header).map_err(told)?;
        if !header.starts_with(&HEADER) || !header.ends_with(name) {
            return Err(format!(
                "the file at {start} has another name than in the list"
            ));
        }
        end = data.checked_add(*size).ok_or("a file without an end")?;
    }
    // Each name is in the list once, and the list has nothing else in front of it.
    let first = listed.first().map_or(end, |(at, _)| *at);
    if zip.offset() != 0 || zip.central_directory_start() != end || first != end {
        return Err(format!("bytes that are of no file, at {end}"));
    }
    let gaps = listed.windows(2).any(|pair| match pair {
        [(one, name), (next, _)] => {
            let extra = next.checked_sub(one + ENTRY_BYTES + *name as u64);
            // Room for the sizes of a large file, and not for another file.
            extra.is_none_or(|extra| extra >= ENTRY_BYTES)
        }
        _ => false,
    });
    file.seek(SeekFrom::End(-END_BYTES)).map_err(told)?;
    let mut last = [0; 4];
    file.read_exact(&mut last).map_err(told)?;
    if gaps || !zip.comment().is_empty() || last != END {
        return Err("more than a list of its files at the end".to_owned());
    }
    Ok(())
}
