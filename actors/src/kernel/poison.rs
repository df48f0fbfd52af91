//! Faults on purpose, for tests of supervision on any actor.

use std::time::Duration;

use super::behaviour::{Behaviour, Message, Respond};
use super::reply::Reply;

/// A message whose handling goes wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Poison {
    /// Panics in the handler.
    Handler,
    /// Panics in the future the handler returns.
    Future,
    /// Panics in the step on the state after the future.
    Step,
    /// Blocks the actor's thread for so long.
    Stall(Duration),
}

impl Message for Poison {
    type Reply = ();
}

impl<A: Behaviour> Respond<Poison> for A {
    fn respond(&mut self, poison: Poison) -> Reply<Self, ()> {
        match poison {
            Poison::Handler => burst(),
            Poison::Future => Reply::later(async { burst() }),
            Poison::Step => Reply::then(async {}, |_, ()| burst()),
            Poison::Stall(time) => {
                std::thread::sleep(time);
                Reply::now(())
            }
        }
    }
}

/// Unwinds as a panic does, without the panic hook's report.
fn burst<T>() -> T {
    std::panic::resume_unwind(Box::new("poisoned on purpose"))
}
