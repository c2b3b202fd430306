//! Fixture file: its name and its bytes, on disk or from an archive.

use flate2::read::MultiGzDecoder;
use parevm_testkit::conformance::rpc::pack;
use serde_json::value::RawValue;
use std::{
    fs,
    io::Read,
    path::{Path, PathBuf},
    sync::Arc,
};

/// Maximum size of an unpacked fixture, in bytes: more than any has.
const MAX_BYTES: u64 = 1 << 27;

/// Fixture file, or the error of one that cannot be read.
pub(super) struct FoundFile {
    /// Path in the folder, with archives as folders and `/` as separator.
    pub(super) name: String,
    pub(super) file: Result<FixtureFile, String>,
}

/// Location of a fixture file.
pub(super) enum FixtureFile {
    /// File on disk.
    Path(PathBuf),
    /// Bytes from an archive.
    Bytes(Vec<u8>),
    /// File on disk, to be packed with the shared files.
    Packed(PathBuf, Arc<RawValue>),
}

impl FixtureFile {
    /// Reads the text, without gzip.
    ///
    /// # Errors
    ///
    /// The file cannot be read or is too large, in words.
    pub(super) fn read(self) -> Result<Vec<u8>, String> {
        let bytes = match self {
            Self::Path(path) => read_file(&path)?,
            Self::Bytes(bytes) => bytes,
            Self::Packed(path, shared) => return Ok(pack(&shared, &read_file(&path)?)),
        };
        // A gzip stream begins with these two bytes, a JSON text never does.
        if bytes.starts_with(&[0x1f, 0x8b]) {
            read_bounded(MultiGzDecoder::new(bytes.as_slice()))
        } else {
            Ok(bytes)
        }
    }
}

/// Reads a file on disk.
///
/// # Errors
///
/// As [`FixtureFile::read`].
pub(super) fn read_file(path: &Path) -> Result<Vec<u8>, String> {
    let file = fs::File::open(path);
    read_bounded(file.map_err(|error| format!("cannot be read: {error}"))?)
}

/// Reads all bytes of `source`, at most [`MAX_BYTES`].
///
/// # Errors
///
/// As [`FixtureFile::read`].
pub(super) fn read_bounded(source: impl Read) -> Result<Vec<u8>, String> {
    let mut bytes = Vec::new();
    let read = source.take(MAX_BYTES + 1).read_to_end(&mut bytes);
    read.map_err(|error| format!("cannot be read: {error}"))?;
    if bytes.len() as u64 > MAX_BYTES {
        return Err(format!("has more than {MAX_BYTES} bytes"));
    }
    Ok(bytes)
}
