//! Fixture files, with or without gzip.

use crate::data;
use flate2::read::GzDecoder;
use parevm::{
    Engine,
    fixture::{Fixture, FixtureError},
};
use std::{
    fs, io,
    io::Read,
    path::{Path, PathBuf},
};

/// Error of a fixture file.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum LoadError {
    /// The file cannot be read, or its gzip stream is damaged.
    #[error("{} cannot be read", path.display())]
    Read {
        /// File.
        path: PathBuf,
        /// Error of the system.
        source: io::Error,
    },
    /// The content of the file is no fixture.
    #[error("{} cannot be used", path.display())]
    Content {
        /// File.
        path: PathBuf,
        /// Error, with the field or the transaction.
        source: FixtureError,
    },
}

/// Loads a fixture. Senders are recovered on the engine's threads.
///
/// # Errors
///
/// [`LoadError`], with the file.
pub fn load(engine: &Engine, path: &Path) -> Result<Fixture, LoadError> {
    let text = read(path).map_err(|source| LoadError::Read {
        path: path.to_owned(),
        source,
    })?;
    engine
        .read_fixture(&text)
        .map_err(|source| LoadError::Content {
            path: path.to_owned(),
            source,
        })
}

/// Reads the JSON text of a fixture file.
///
/// # Errors
///
/// The file cannot be read, or its gzip stream is damaged.
pub fn read(path: &Path) -> io::Result<Vec<u8>> {
    let bytes = fs::read(path)?;
    // A gzip stream begins with these two bytes, a JSON text never does.
    if !bytes.starts_with(&[0x1f, 0x8b]) {
        return Ok(bytes);
    }
    let mut text = Vec::new();
    GzDecoder::new(bytes.as_slice()).read_to_end(&mut text)?;
    Ok(text)
}

/// Returns the fixture files of a folder, sorted by name.
///
/// # Errors
///
/// The folder cannot be read.
pub fn list(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let mut paths = Vec::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        let name = path
            .file_name()
            .and_then(|name| name.to_str())
            .unwrap_or_default();
        if name.ends_with(".json.gz") || name.ends_with(".json") {
            paths.push(path);
        }
    }
    paths.sort();
    Ok(paths)
}

/// Returns the folder of recorded blocks: `blocks` of the outside data, else [`embedded_folder`].
#[must_use]
pub fn blocks_folder() -> PathBuf {
    data::find_outside("blocks").unwrap_or_else(embedded_folder)
}

/// Returns the folder of the blocks in the package.
#[must_use]
pub fn embedded_folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fixtures")
}

/// Returns the name of a fixture file, without folder and extensions.
#[must_use]
pub fn name(path: &Path) -> &str {
    let name = path
        .file_name()
        .and_then(|name| name.to_str())
        .unwrap_or_default();
    name.trim_end_matches(".gz").trim_end_matches(".json")
}
