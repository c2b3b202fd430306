//! Environment of a measurement: clock, machine and versions.

use serde::Serialize;
use std::{fs, sync::LazyLock, thread, time::Instant};

/// Returns the milliseconds since the first call.
pub(crate) fn now_ms() -> f64 {
    static START: LazyLock<Instant> = LazyLock::new(Instant::now);
    START.elapsed().as_secs_f64() * 1e3
}

/// Machine of a measurement.
#[derive(Debug, Serialize)]
pub(crate) struct Machine {
    cpu: String,
    cores: usize,
    os: &'static str,
    arch: &'static str,
}

/// Versions of the measured software.
#[derive(Debug, Serialize)]
pub(crate) struct Versions {
    parevm: &'static str,
    revm: &'static str,
    build: &'static str,
    allocator: &'static str,
}

impl Machine {
    pub(crate) fn this() -> Self {
        Self {
            cpu: cpu().unwrap_or_else(|| "unknown".to_owned()),
            cores: thread::available_parallelism().map_or(1, usize::from),
            os: std::env::consts::OS,
            arch: std::env::consts::ARCH,
        }
    }
}

impl Versions {
    pub(crate) fn this() -> Self {
        Self {
            parevm: env!("CARGO_PKG_VERSION"),
            revm: locked("revm").unwrap_or("unknown"),
            build: "native",
            allocator: "mimalloc",
        }
    }
}

/// Returns the processor's name, if the system has it.
fn cpu() -> Option<String> {
    let text = fs::read_to_string("/proc/cpuinfo").ok()?;
    let line = text.lines().find(|line| line.starts_with("model name"))?;
    Some(line.split_once(':')?.1.trim().to_owned())
}

/// Returns the version of a package in the lock file.
fn locked(package: &str) -> Option<&'static str> {
    const LOCK: &str = include_str!("../../../Cargo.lock");
    let name = format!("name = \"{package}\"");
    let mut lines = LOCK.lines().skip_while(|line| *line != name);
    lines
        .nth(1)?
        .strip_prefix("version = \"")?
        .strip_suffix('"')
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_version_of_revm_is_that_of_the_lock_file() {
        assert_eq!(super::locked("revm"), Some("43.0.3"));
        assert_eq!(super::locked("no-such-package"), None);
    }
}
