//! Data of the tests: a small part in this crate's folder `data`, the rest outside of the repository.
//!
//! [`VARIABLE`] names the folder of outside data, relative to the repository or absolute. Unset or empty:
//! there is none, and tests that need it are not run. docs/testing.md ("Outside data") says what it holds. The
//! scripts read the same variable in `scripts/data.mjs`; nothing else names a path outside of the repository.

use std::{
    env, io,
    path::{Path, PathBuf},
};

/// Environment variable that names the folder of outside data.
pub const VARIABLE: &str = "PAREVM_DATA";

/// Returns the path of `name` in the folder of outside data, or `None` where it is not there.
#[must_use]
pub fn find_outside(name: &str) -> Option<PathBuf> {
    let folder = env::var_os(VARIABLE).filter(|named| !named.is_empty())?;
    let path = repository().join(folder).join(name);
    path.exists().then_some(path)
}

/// Returns the path of `name` in the folder of outside data.
///
/// # Errors
///
/// [`io::ErrorKind::NotFound`], which says what to set.
pub fn outside(name: &str) -> io::Result<PathBuf> {
    find_outside(name).ok_or_else(|| {
        let words = format!(
            "{VARIABLE} names no folder that has {name}; see docs/testing.md, Outside data"
        );
        io::Error::new(io::ErrorKind::NotFound, words)
    })
}

/// Returns the path of `name` in the folder of the data that the repository has.
#[must_use]
pub fn embedded(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("data")
        .join(name)
}

fn repository() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}
