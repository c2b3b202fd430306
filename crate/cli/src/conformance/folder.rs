//! Walk over the fixture files of a folder.

use super::{
    archive,
    fixture_file::{FixtureFile, FoundFile, read_file},
    sample::Sample,
};
use parevm_testkit::conformance::{Suite, rpc::SharedFiles};
use std::{path::Path, sync::Arc};
use walkdir::WalkDir;

/// Calls `found` with every fixture file of the sample in `folder`, the largest first and archives last, and with the error
/// of every file that cannot be read.
pub(super) fn walk(folder: &Path, suite: Suite, sample: Sample, found: &mut dyn FnMut(FoundFile)) {
    let mut files = Vec::new();
    let mut archives = Vec::new();
    let mut shared = SharedFiles::default();
    for entry in WalkDir::new(folder).follow_links(true).sort_by_file_name() {
        let entry = match entry {
            Ok(entry) => entry,
            Err(error) => {
                let name = relative_name(folder, error.path().unwrap_or(folder));
                let file = Err(format!("cannot be read: {error}"));
                found(FoundFile { name, file });
                continue;
            }
        };
        if !entry.file_type().is_file() {
            continue;
        }
        let name = relative_name(folder, entry.path());
        if archive::is_archive(&name) {
            archives.push((name, entry.into_path()));
        } else if suite.reads(&name) && sample.has(&name) {
            let bytes = entry.metadata().map_or(0, |metadata| metadata.len());
            files.push((bytes, name, entry.into_path()));
        } else if suite == Suite::Rpc && SharedFiles::has(&name) {
            match read_file(entry.path()) {
                Ok(bytes) => shared.add(&name, &bytes),
                Err(error) => found(FoundFile {
                    name,
                    file: Err(error),
                }),
            }
        }
    }
    let shared = Arc::from(shared.joined());
    // A stable sort: the order is equal in each run.
    files.sort_by_key(|(bytes, ..)| std::cmp::Reverse(*bytes));
    for (_, name, path) in files {
        let file = Ok(match suite {
            Suite::Rpc => FixtureFile::Packed(path, Arc::clone(&shared)),
            _ => FixtureFile::Path(path),
        });
        found(FoundFile { name, file });
    }
    for (name, path) in archives {
        archive::walk(&name, &path, suite, sample, found);
    }
}

/// Returns the path relative to `folder`, with `/` as separator; the file's name if it is `folder`.
fn relative_name(folder: &Path, path: &Path) -> String {
    let relative = path.strip_prefix(folder).unwrap_or(path);
    if relative.as_os_str().is_empty() {
        let own = path.file_name().unwrap_or(path.as_os_str());
        return own.to_string_lossy().into_owned();
    }
    let parts: Vec<_> = relative.iter().map(|part| part.to_string_lossy()).collect();
    parts.join("/")
}
