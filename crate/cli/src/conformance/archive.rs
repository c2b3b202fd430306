//! Archives of fixture files.

use super::{
    fixture_file::{FixtureFile, FoundFile, read_bounded},
    sample::Sample,
};
use flate2::read::MultiGzDecoder;
use lzma_rust2::XzReader;
use parevm_testkit::conformance::Suite;
use std::{
    fs,
    io::{self, BufReader, Read},
    path::Path,
};
use tar::{Archive, Entry};

/// Returns true if the name is that of an archive.
pub(super) fn is_archive(name: &str) -> bool {
    [".tar", ".tar.gz", ".tgz", ".tar.xz"]
        .iter()
        .any(|end| name.ends_with(end))
}

/// Calls `found` with every fixture file of the sample in an archive, and with an error for every other file and for the
/// rest of a damaged archive.
pub(super) fn walk(
    name: &str,
    path: &Path,
    suite: Suite,
    sample: Sample,
    found: &mut dyn FnMut(FoundFile),
) {
    if let Err(error) = read(name, path, suite, sample, found) {
        found(FoundFile {
            name: name.to_owned(),
            file: Err(format!("the archive cannot be read: {error}")),
        });
    }
}

fn read(
    name: &str,
    path: &Path,
    suite: Suite,
    sample: Sample,
    found: &mut dyn FnMut(FoundFile),
) -> io::Result<()> {
    let packed = BufReader::new(fs::File::open(path)?);
    let unpacked: Box<dyn Read> = if name.ends_with(".xz") {
        Box::new(XzReader::new(packed, true))
    } else if name.ends_with("gz") {
        Box::new(MultiGzDecoder::new(packed))
    } else {
        Box::new(packed)
    };
    for entry in Archive::new(unpacked).entries()? {
        let entry = entry?;
        let kind = entry.header().entry_type();
        if kind.is_dir() {
            continue;
        }
        let inner = String::from_utf8_lossy(&entry.path_bytes()).into_owned();
        let name = format!("{name}/{}", inner.trim_start_matches("./"));
        if !kind.is_file() || !suite.reads(&name) {
            let file = Err("is no fixture file".to_owned());
            found(FoundFile { name, file });
        } else if sample.has(&name) {
            let file = content(entry);
            found(FoundFile { name, file });
        }
    }
    Ok(())
}

fn content(entry: Entry<'_, impl Read>) -> Result<FixtureFile, String> {
    read_bounded(entry).map(FixtureFile::Bytes)
}
