//! The fixture files below a folder.

use super::{archive, sample::Sample};
use flate2::read::MultiGzDecoder;
use parevm_testkit::conformance::{
    Suite,
    rpc::{Beside, pack},
};
use serde_json::value::RawValue;
use std::{
    fs,
    io::Read,
    path::{Path, PathBuf},
    sync::Arc,
};
use walkdir::WalkDir;

/// More bytes than any fixture has, unpacked. A larger file is not read to its end.
const MOST_BYTES: u64 = 1 << 27;

/// A file, or why there is none.
pub(super) struct Found {
    /// Path below the folder, with archives as folders and `/` between.
    pub(super) name: String,
    pub(super) file: Result<File, String>,
}

/// A file that is to be read.
pub(super) enum File {
    /// On disk.
    Path(PathBuf),
    /// From an archive.
    Bytes(Vec<u8>),
    /// On disk, to be packed with what lies beside it.
    Packed(PathBuf, Arc<RawValue>),
}

impl File {
    /// The text, unpacked.
    pub(super) fn read(self) -> Result<Vec<u8>, String> {
        let bytes = match self {
            Self::Path(path) => bytes_of(&path)?,
            Self::Bytes(bytes) => bytes,
            Self::Packed(path, beside) => return Ok(pack(&beside, &bytes_of(&path)?)),
        };
        // A gzip stream begins with these two bytes, a JSON text never does.
        if bytes.starts_with(&[0x1f, 0x8b]) {
            bounded(MultiGzDecoder::new(bytes.as_slice()))
        } else {
            Ok(bytes)
        }
    }
}

fn bytes_of(path: &Path) -> Result<Vec<u8>, String> {
    let file = fs::File::open(path);
    bounded(file.map_err(|error| format!("cannot be read: {error}"))?)
}

/// All bytes of `source`, unless they are too many.
pub(super) fn bounded(source: impl Read) -> Result<Vec<u8>, String> {
    let mut bytes = Vec::new();
    let read = source.take(MOST_BYTES + 1).read_to_end(&mut bytes);
    read.map_err(|error| format!("cannot be read: {error}"))?;
    if bytes.len() as u64 > MOST_BYTES {
        return Err(format!("has more than {MOST_BYTES} bytes"));
    }
    Ok(bytes)
}

/// Tells every fixture file of the sample below `folder`, largest first and archives last. What
/// cannot be read is told with the reason.
pub(super) fn walk(folder: &Path, suite: Suite, sample: Sample, found: &mut dyn FnMut(Found)) {
    let mut files = Vec::new();
    let mut archives = Vec::new();
    let mut beside = Beside::default();
    for entry in WalkDir::new(folder).follow_links(true).sort_by_file_name() {
        let entry = match entry {
            Ok(entry) => entry,
            Err(error) => {
                let name = name_below(folder, error.path().unwrap_or(folder));
                let file = Err(format!("cannot be read: {error}"));
                found(Found { name, file });
                continue;
            }
        };
        if !entry.file_type().is_file() {
            continue;
        }
        let name = name_below(folder, entry.path());
        if archive::is_archive(&name) {
            archives.push((name, entry.into_path()));
        } else if suite.reads(&name) && sample.has(&name) {
            let bytes = entry.metadata().map_or(0, |metadata| metadata.len());
            files.push((bytes, name, entry.into_path()));
        } else if suite == Suite::Rpc && Beside::has(&name) {
            match bytes_of(entry.path()) {
                Ok(bytes) => beside.add(&name, &bytes),
                Err(error) => found(Found {
                    name,
                    file: Err(error),
                }),
            }
        }
    }
    let beside = Arc::from(beside.joined());
    // The sort is stable: the same order in each run.
    files.sort_by_key(|(bytes, ..)| std::cmp::Reverse(*bytes));
    for (_, name, path) in files {
        let file = Ok(match suite {
            Suite::Rpc => File::Packed(path, Arc::clone(&beside)),
            _ => File::Path(path),
        });
        found(Found { name, file });
    }
    for (name, path) in archives {
        archive::walk(&name, &path, suite, sample, found);
    }
}

/// The path below `folder`, with `/` between; its own name where it is the folder.
fn name_below(folder: &Path, path: &Path) -> String {
    let below = path.strip_prefix(folder).unwrap_or(path);
    if below.as_os_str().is_empty() {
        let own = path.file_name().unwrap_or(path.as_os_str());
        return own.to_string_lossy().into_owned();
    }
    let parts: Vec<_> = below.iter().map(|part| part.to_string_lossy()).collect();
    parts.join("/")
}
