//! Context of a request: engine, time, id and limits.

use super::{EventId, Host, NodeLimits};
use crate::request::RequestLimits;
use parevm::{Engine, interrupt::Watch};

/// Context of a request.
#[derive(Clone, Copy, Debug)]
pub(crate) struct RequestContext<'a> {
    pub(crate) engine: &'a Engine,
    /// The host's time in milliseconds since the Unix epoch.
    pub(crate) now: u64,
    /// Id of a filter or a subscription that the request opens.
    pub(crate) id: EventId,
    /// True if the request succeeded before, so a filter that it polls is open.
    pub(crate) is_repeat: bool,
    pub(crate) limits: RequestLimits<'a>,
}

impl<'a> RequestContext<'a> {
    /// Creates the context of a request of `host` within `limits`, which `watch` interrupts.
    pub(crate) fn new(host: &Host<'a>, limits: &NodeLimits, watch: Watch<'a>) -> Self {
        Self {
            engine: host.engine,
            now: host.now,
            id: EventId::from_be_bytes(host.entropy),
            is_repeat: false,
            limits: limits.of_request(host, watch),
        }
    }
}
