//! Watchdog: ends the process if a seed does not end.

use super::Target;
use std::{
    process,
    sync::{Arc, Mutex, PoisonError},
    thread,
    time::Duration,
};

/// Time between two checks.
const TICK: Duration = Duration::from_secs(5);

/// Maximum number of checks of one seed: five minutes, far more than any seed takes with shrinking.
const MAX_CHECKS: u32 = 60;

/// Current seed, with the number of checks since its start.
type Current = Option<(Target, u64, u32)>;

/// Watchdog with its own thread. It counts checks instead of reading a clock: a suspended process makes no checks.
pub(super) struct Watchdog(Arc<Mutex<Current>>);

impl Watchdog {
    pub(super) fn start() -> Self {
        let current: Arc<Mutex<Current>> = Arc::default();
        let seen = Arc::clone(&current);
        thread::spawn(move || {
            loop {
                thread::sleep(TICK);
                let mut current = seen.lock().unwrap_or_else(PoisonError::into_inner);
                if let Some((target, seed, checks)) = current.as_mut() {
                    *checks += 1;
                    if *checks > MAX_CHECKS {
                        err!("{target:?} {seed}: does not end");
                        process::exit(1);
                    }
                }
            }
        });
        Self(current)
    }

    /// Starts a seed.
    pub(super) fn start_seed(&self, target: Target, seed: u64) {
        let mut current = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        *current = Some((target, seed, 0));
    }
}
