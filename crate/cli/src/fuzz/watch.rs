//! Ends the process when a seed does not.

use super::Target;
use std::{
    process,
    sync::{Arc, Mutex, PoisonError},
    thread,
    time::Duration,
};

/// Between two looks.
const TICK: Duration = Duration::from_secs(5);

/// Looks at one seed, five minutes of them: far more than any seed takes, shrinking included.
const PATIENCE: u32 = 60;

/// The seed that is tried, and how often it was looked at.
type Current = Option<(Target, u64, u32)>;

/// Looks from a thread of its own. Its looks are counted and not the clock asked: a process that was
/// stopped for a while did not look either.
pub(super) struct Watch(Arc<Mutex<Current>>);

impl Watch {
    pub(super) fn start() -> Self {
        let current: Arc<Mutex<Current>> = Arc::default();
        let seen = Arc::clone(&current);
        thread::spawn(move || {
            loop {
                thread::sleep(TICK);
                let mut current = seen.lock().unwrap_or_else(PoisonError::into_inner);
                if let Some((target, seed, looks)) = current.as_mut() {
                    *looks += 1;
                    if *looks > PATIENCE {
                        err!("{target:?} {seed}: does not end");
                        process::exit(1);
                    }
                }
            }
        });
        Self(current)
    }

    /// A seed begins.
    pub(super) fn seed(&self, target: Target, seed: u64) {
        let mut current = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        *current = Some((target, seed, 0));
    }
}
