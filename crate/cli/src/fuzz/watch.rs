//! Ends the process when a seed does not.

use super::Target;
use std::{
    process,
    sync::{Arc, Mutex, PoisonError},
    thread,
    time::{Duration, Instant},
};

/// Far more than any seed takes, shrinking included.
const PATIENCE: Duration = Duration::from_secs(300);

/// The seed that is tried, and since when.
type Current = Option<(Target, u64, Instant)>;

/// Looks at the clock from a thread of its own.
pub(super) struct Watch(Arc<Mutex<Current>>);

impl Watch {
    pub(super) fn start() -> Self {
        let current: Arc<Mutex<Current>> = Arc::default();
        let seen = Arc::clone(&current);
        thread::spawn(move || {
            loop {
                thread::sleep(Duration::from_secs(5));
                let current = *seen.lock().unwrap_or_else(PoisonError::into_inner);
                if let Some((target, seed, since)) = current
                    && since.elapsed() > PATIENCE
                {
                    eprintln!("{target:?} {seed}: does not end");
                    process::exit(1);
                }
            }
        });
        Self(current)
    }

    /// A seed begins.
    pub(super) fn seed(&self, target: Target, seed: u64) {
        let mut current = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        *current = Some((target, seed, Instant::now()));
    }
}
