//! Faults of requests, and the one mapping of them to answers.
//!
//! Handlers end with a [`Fault`]. What the framework refuses by itself (no such route, another method, a body
//! cut off) becomes one too, so that every answer from 400 on is `application/problem+json` (RFC 9457) for
//! programs and a page for visitors. The middleware does this last step: it knows the request's id.

mod answer;
mod domain;
mod fault;
mod framework;
#[cfg(test)]
mod tests;

pub(crate) use answer::{Audience, answer};
pub(crate) use fault::Fault;
pub(crate) use framework::{fault_of, of_payload};
