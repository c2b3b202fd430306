//! Result of a request.

use super::{RequestLimits, RpcError};
use parevm::interrupt::{Interrupt, Watch};
use serde::{Serialize, de::DeserializeOwned};
use std::{fmt, io};

/// Result of a request as JSON text, which is passed on without parsing.
#[derive(Clone, PartialEq, Eq)]
pub struct Json(String);

/// Returns a small result as JSON. For results whose size depends on the request,
/// [`Params::reply`](super::Params::reply) enforces the limits.
pub(crate) fn reply(result: impl Serialize) -> Result<Json, RpcError> {
    // With the writer of large results, so that the code of a type's encoder exists once.
    reply_within(result, &RequestLimits::default())
}

/// Returns a result as JSON within `limits`.
///
/// # Errors
///
/// [`RpcError`]: the text exceeds the limit of bytes, time or memory.
pub(super) fn reply_within(
    result: impl Serialize,
    limits: &RequestLimits<'_>,
) -> Result<Json, RpcError> {
    let mut text = Text {
        bytes: Vec::new(),
        limit: limits.answer_bytes,
        watch: limits.call.watch,
        asked_at: STRIDE,
        stopped: None,
    };
    let written = serde_json::to_writer(&mut text, &result);
    if let Some(error) = text.stopped {
        return Err(error);
    }
    written.map_err(|error| RpcError::internal(&error))?;
    match String::from_utf8(text.bytes) {
        Ok(text) => Ok(Json(text)),
        Err(error) => Err(RpcError::internal(&error)),
    }
}

impl Json {
    /// Wraps a text that is JSON.
    pub(crate) const fn of(text: String) -> Self {
        Self(text)
    }

    /// Returns the text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Returns the text.
    #[must_use]
    pub fn into_string(self) -> String {
        self.0
    }

    /// Parses the text.
    ///
    /// # Errors
    ///
    /// The result is not a `T`, or nested more than 128 deep, such as the trace of a deep recursion.
    pub fn parse<T: DeserializeOwned>(&self) -> serde_json::Result<T> {
        serde_json::from_str(&self.0)
    }
}

/// Returns `result`, or an error if it takes more than `limit` bytes. Errors count too, as they contain revert data.
pub(crate) fn at_most(result: Result<Json, RpcError>, limit: usize) -> Result<Json, RpcError> {
    let length = match &result {
        Ok(Json(text)) => text.len(),
        Err(error) => error.length(),
    };
    match length <= limit {
        true => result,
        false => Err(RpcError::too_large(limit)),
    }
}

impl fmt::Debug for Json {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Bytes of text between two calls of the [`Watch`].
const STRIDE: usize = 1 << 20;

/// Writer of the text.
struct Text<'w> {
    bytes: Vec<u8>,
    /// Maximum length in bytes.
    limit: usize,
    watch: Option<Watch<'w>>,
    /// Length at which the watch is called next.
    asked_at: usize,
    stopped: Option<RpcError>,
}

impl Text<'_> {
    /// Stops writing and stores the reason.
    #[cold]
    fn stop(&mut self, error: RpcError) -> io::Error {
        self.stopped = Some(error);
        io::ErrorKind::OutOfMemory.into()
    }

    /// Grows the buffer to at least `length` bytes, to twice its capacity, and never above the limit.
    #[cold]
    fn grow(&mut self, length: usize) -> io::Result<()> {
        if length > self.limit {
            return Err(self.stop(RpcError::too_large(self.limit)));
        }
        let capacity = self.bytes.capacity().saturating_mul(2).min(self.limit);
        let more = capacity.max(length) - self.bytes.len();
        self.bytes.try_reserve_exact(more).map_err(|_| {
            let limit = capacity;
            self.stop(Interrupt::Memory { limit }.into())
        })
    }

    #[cold]
    fn ask(&mut self, length: usize) -> io::Result<()> {
        self.asked_at = length.saturating_add(STRIDE);
        match self.watch.and_then(|watch| watch()) {
            Some(interrupt) => Err(self.stop(interrupt.into())),
            None => Ok(()),
        }
    }
}

impl io::Write for Text<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.write_all(bytes)?;
        Ok(bytes.len())
    }

    fn write_all(&mut self, bytes: &[u8]) -> io::Result<()> {
        let length = self.bytes.len().saturating_add(bytes.len());
        if length > self.asked_at {
            self.ask(length)?;
        }
        if length > self.bytes.capacity() {
            self.grow(length)?;
        }
        self.bytes.extend_from_slice(bytes);
        Ok(())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::request::ErrorCode;
    use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

    fn limits(answer_bytes: usize) -> RequestLimits<'static> {
        RequestLimits {
            answer_bytes,
            ..RequestLimits::default()
        }
    }

    #[test]
    fn an_answer_has_as_many_bytes_as_are_allowed_and_no_more() {
        // Two quotes around eight letters.
        let json = reply_within("12345678", &limits(10));
        assert_eq!(json, Ok(Json("\"12345678\"".to_owned())));
        let refused = RpcError {
            code: ErrorCode::AnswerTooLarge,
            message: "the answer takes more than 10 bytes".to_owned(),
            data: None,
        };
        assert_eq!(refused.code.number(), -32_003);
        assert_eq!(reply_within("123456789", &limits(10)), Err(refused));
    }

    #[test]
    fn an_answer_is_not_written_further_than_is_allowed() {
        struct Endless<'n>(&'n AtomicUsize);
        impl Serialize for Endless<'_> {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_seq((0..1_000_000).inspect(|_| {
                    self.0.fetch_add(1, Relaxed);
                }))
            }
        }
        let written = AtomicUsize::new(0);
        assert!(reply_within(Endless(&written), &limits(100)).is_err());
        assert!(written.load(Relaxed) < 60);
    }

    #[test]
    fn an_answer_ends_with_its_time() {
        let asked = AtomicUsize::new(0);
        let watch = || match asked.fetch_add(1, Relaxed) {
            2 => Some(Interrupt::Cancelled),
            _ => None,
        };
        let mut limits = limits(usize::MAX);
        limits.call.watch = Some(&watch);
        let parts = vec!["x".repeat(1 << 19); 32];
        let refused = reply_within(&parts, &limits);
        assert_eq!(refused, Err(Interrupt::Cancelled.into()));
        assert_eq!(asked.load(Relaxed), 3);
    }
}
