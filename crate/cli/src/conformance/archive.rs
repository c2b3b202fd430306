//! Archives of fixture files.

use super::{
    files::{File, Found, bounded},
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

/// True when the file is an archive, by its name.
pub(super) fn is_archive(name: &str) -> bool {
    [".tar", ".tar.gz", ".tgz", ".tar.xz"]
        .iter()
        .any(|end| name.ends_with(end))
}

/// Tells every fixture file of the sample in an archive. Anything else in it is told as what cannot be
/// used, and so is the rest of an archive that is damaged.
pub(super) fn walk(
    name: &str,
    path: &Path,
    suite: Suite,
    sample: Sample,
    found: &mut dyn FnMut(Found),
) {
    if let Err(error) = read(name, path, suite, sample, found) {
        found(Found {
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
    found: &mut dyn FnMut(Found),
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
            found(Found { name, file });
        } else if sample.has(&name) {
            let file = content(entry);
            found(Found { name, file });
        }
    }
    Ok(())
}

fn content(entry: Entry<'_, impl Read>) -> Result<File, String> {
    bounded(entry).map(File::Bytes)
}
