//! The HTTP edge of ezqr and its command line.
//!
//! The way of a request: the listener and its [`connections`], [`middleware`] around the resource, the handler in [`edge`], which asks
//! the owners of state through their typed handles (`ezqr-actors`) and reads what they publish; on the way
//! out, [`problem`] gives a failure its body.
//!
//! Invariants:
//! - This crate sends no message by hand: it does not depend on actix, only on actix-web.
//! - A redirect and a plain image ask no owner; they read the cache, or the store behind it.
//! - Texts of a request become valid values before anything else looks at them.

#![forbid(unsafe_code)]

pub mod boot;
pub mod cli;
pub mod config;
mod connections;
mod edge;
mod middleware;
mod pages;
mod problem;
mod telemetry;
