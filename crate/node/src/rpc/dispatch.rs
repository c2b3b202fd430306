//! Dispatcher of requests: [`Node::request`].
//!
//! A request that changes the node works on a copy, which shares what it does not change, and the copy replaces the
//! node last: after an error or a panic the node is unchanged.

use super::{
    method::{Handler, SendResult},
    table::method,
};
use crate::{
    chain::Chain,
    node::{Host, Node, RequestContext, is_full},
    request::{Json, Params, RpcError, at_most, is_pending},
};
use parevm_simulate::CallError;
use serde_json::Value;

/// Response of a node to a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Response {
    /// Result, or error.
    pub result: Result<Json, RpcError>,
    /// True if the request changed the node. The same request with the same time and entropy causes the same change,
    /// so a host restores the node by repeating these requests, and only these.
    pub changed: bool,
}

impl Node {
    /// Answers the method `name` with positional `params`. After an error the node is unchanged, unless the error
    /// says that a transaction was sent and is not mined yet (code 4 or 5).
    pub fn request(&mut self, host: &Host<'_>, name: &str, params: &[Value]) -> Response {
        self.respond(host, name, params, false)
    }

    /// Repeats a request that changed a node in the same state ([`Response::changed`]). A host may omit polls of a
    /// filter that found nothing: a filter that is polled here is open, however long ago its last poll was.
    pub fn repeat(&mut self, host: &Host<'_>, name: &str, params: &[Value]) -> Response {
        self.respond(host, name, params, true)
    }

    fn respond(
        &mut self,
        host: &Host<'_>,
        name: &str,
        params: &[Value],
        is_repeat: bool,
    ) -> Response {
        let handler = match method(name) {
            Ok(handler) => handler,
            Err(error) => return Response::refused(error),
        };
        if let Some(answer) = self.answer(host, handler, params) {
            return answer;
        }
        // Such a build has reads only.
        if !cfg!(feature = "dev") {
            return Response::refused(RpcError::left_out(name));
        }
        let limits = self.options().limits;
        let watch = limits.watch(host);
        let context = &RequestContext {
            is_repeat,
            ..RequestContext::new(host, &limits, &watch)
        };
        let most = context.limits.answer_bytes;
        let params = &mut Params::new(params, context.limits);
        match handler {
            Handler::Write(_) | Handler::Send(_) if is_full(host) => {
                let reason = "the node has no memory for more: revert, roll back or reset it";
                Response::refused(RpcError::limit(reason.to_owned()))
            }
            Handler::Release(answer) => self.change(None, |next| {
                at_most(answer(next, params, context), most).map(Ok)
            }),
            Handler::Write(answer) => self.change(Some(host), |next| {
                at_most(answer(next, params, context), most).map(Ok)
            }),
            Handler::Send(answer) => self.change(Some(host), |next| answer(next, params, context)),
            Handler::ReadChain(_)
            | Handler::ReadPool(_)
            | Handler::CallChain(_)
            | Handler::ReadNode(_)
            | Handler::CallNode(_) => Response::refused(RpcError::unknown_method(name)),
        }
    }

    /// Answers a method that leaves the node unchanged ([`Method::is_read`](super::Method::is_read)); `None` for
    /// every other. Several threads may call it at a time.
    #[must_use]
    pub fn read(&self, host: &Host<'_>, name: &str, params: &[Value]) -> Option<Response> {
        match method(name) {
            Ok(handler) => self.answer(host, handler, params),
            Err(error) => Some(Response::refused(error)),
        }
    }

    fn answer(&self, host: &Host<'_>, handler: Handler, params: &[Value]) -> Option<Response> {
        if !handler.is_read() {
            return None;
        }
        // A call on the pending block runs on a chain that has it.
        let asks_pending = params.iter().any(is_pending);
        let limits = self.options().limits;
        let watch = limits.watch(host);
        let context = &RequestContext::new(host, &limits, &watch);
        let params = &mut Params::new(params, context.limits);
        let result = match handler {
            Handler::ReadChain(answer) => {
                let answer = |chain: &Chain| answer(chain, params);
                self.with_pending(context, asks_pending, answer)
            }
            Handler::ReadPool(answer) => answer(self.chain(), &self.state().pool, params),
            Handler::CallChain(answer) => {
                let answer = |chain: &Chain| answer(chain, params, &context.limits);
                self.with_pending(context, asks_pending, answer)
            }
            Handler::ReadNode(answer) => answer(self, params),
            Handler::CallNode(answer) => answer(self, params, context),
            Handler::Release(_) | Handler::Write(_) | Handler::Send(_) => return None,
        };
        Some(Response::read(result, context.limits.answer_bytes))
    }

    /// Replaces the node by a copy that `answer` has changed, if it succeeds and takes no more memory of `host` than
    /// a request may.
    fn change(
        &mut self,
        host: Option<&Host<'_>>,
        answer: impl FnOnce(&mut Self) -> Result<SendResult, RpcError>,
    ) -> Response {
        let limits = self.options().limits;
        let watch = host.and_then(|host| limits.watch_memory(host));
        let mut next = self.clone();
        let answer = answer(&mut next).and_then(|result| {
            let interrupt = watch.and_then(|watch| watch());
            interrupt.map_or(Ok(result), |interrupt| {
                Err(CallError::Interrupted(interrupt).into())
            })
        });
        match answer {
            Ok(result) => {
                *self = next;
                Response {
                    result,
                    changed: true,
                }
            }
            Err(error) => Response::refused(error),
        }
    }
}

impl Response {
    /// Returns the response of a method that leaves the node unchanged, of at most `most` bytes.
    fn read(result: Result<Json, RpcError>, most: usize) -> Self {
        Self {
            result: at_most(result, most),
            changed: false,
        }
    }

    const fn refused(error: RpcError) -> Self {
        Self {
            result: Err(error),
            changed: false,
        }
    }
}
