//! The actix actor round a behaviour: guards its handlers, carries its futures, builds it anew.
//!
//! actix's own supervisor does not survive a panic; it starts over only a context that was stopped. So a
//! panic is caught here, the context is stopped, and what starts over is an empty shell on the same mailbox.

use std::any::{Any, type_name};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::rc::Rc;
use std::sync::Arc;
use std::task::Poll;

use actix::fut::{ActorFuture, ActorFutureExt, wrap_future};
use actix::{Actor, ActorContext, AsyncContext, Context, Handler, Supervised};
use futures_util::future::{FutureExt, LocalBoxFuture};
use futures_util::stream::{FuturesUnordered, StreamExt};

use super::answer::{Answer, AskError, Envelope};
use super::arbiter::{Surroundings, build};
use super::behaviour::{Behaviour, Message, Respond};
use super::handle::Handle;
use super::reply::{Reply, Stage};
use super::restart::Budget;
use super::timers::Timers;
use super::vitals::{Cause, Condition};

/// Messages handled in a row before futures and timers get their turn: a busy mailbox would starve them.
const MESSAGES_IN_A_ROW: u8 = 64;

pub(super) struct Shell<A: Behaviour> {
    /// Absent while it is built, and for good when the budget is spent.
    state: Option<A>,
    in_flight: FuturesUnordered<LocalBoxFuture<'static, Landing<A>>>,
    in_a_row: u8,
    seed: Rc<A::Seed>,
    budget: Budget,
    surroundings: Surroundings,
}

/// How a future in flight has ended.
enum Landing<A: Behaviour> {
    Answered,
    Crashed(Crash),
    Resumes(Resume<A>),
}

/// Goes on with a handling.
type Resume<A> = Box<dyn FnOnce(&mut Shell<A>) -> Result<(), Crash>>;

/// A caught panic; the panic hook has told its text.
struct Crash {
    /// Type of the message being handled, for the log.
    handling: &'static str,
    /// Its [`Answer`]. Dropped, it tells the caller, who then finds the crash in the vitals.
    unanswered: Box<dyn Any>,
}

impl<A: Behaviour> Shell<A> {
    pub(super) fn new(state: A, seed: Rc<A::Seed>, surroundings: Surroundings) -> Self {
        let budget = Budget::new(surroundings.policy.restart);
        let in_flight = FuturesUnordered::new();
        Self { state: Some(state), in_flight, in_a_row: 0, seed, budget, surroundings }
    }

    fn respond<M: Message>(&mut self, message: M, answer: Answer<M::Reply>) -> Result<(), Crash>
    where
        A: Respond<M>,
    {
        self.advance(type_name::<M>(), answer, |state| state.respond(message))
    }

    /// Runs one step of a handling on the state, then answers or leaves the next step in flight.
    fn advance<R: 'static>(
        &mut self,
        handling: &'static str,
        answer: Answer<R>,
        step: impl FnOnce(&mut A) -> Reply<A, R>,
    ) -> Result<(), Crash> {
        let Some(state) = &mut self.state else {
            answer.refuse(AskError::Stopped);
            return Ok(());
        };
        let Ok(Reply(next)) = catch_unwind(AssertUnwindSafe(|| step(state))) else {
            return Err(Crash { handling, unanswered: Box::new(answer) });
        };
        match next {
            Stage::Now(reply) => answer.give(reply),
            Stage::Later(future) => self.in_flight.push(Box::pin(async move {
                let Ok(reply) = AssertUnwindSafe(future).catch_unwind().await else {
                    return Landing::Crashed(Crash { handling, unanswered: Box::new(answer) });
                };
                answer.give(reply);
                Landing::Answered
            })),
            Stage::Then(future) => self.in_flight.push(Box::pin(async move {
                let Ok(step) = AssertUnwindSafe(future).catch_unwind().await else {
                    return Landing::Crashed(Crash { handling, unanswered: Box::new(answer) });
                };
                Landing::Resumes(Box::new(move |shell| shell.advance(handling, answer, step)))
            })),
        }
        Ok(())
    }

    /// Polls what is in flight and has been woken.
    fn drive(&mut self, context: &mut Context<Self>, task: &mut std::task::Context<'_>) {
        self.in_a_row = 0;
        while let Poll::Ready(Some(landing)) = self.in_flight.poll_next_unpin(task) {
            let landed = match landing {
                Landing::Answered => Ok(()),
                Landing::Crashed(crash) => Err(crash),
                Landing::Resumes(go_on) => go_on(self),
            };
            if let Err(crash) = landed {
                self.end_incarnation(context, crash);
                return;
            }
        }
    }

    fn end_incarnation(&self, context: &mut Context<Self>, crash: Crash) {
        let Surroundings { chart, queue, .. } = &self.surroundings;
        tracing::error!(actor = %chart.name, handling = crash.handling, "actor panicked");
        chart.crashed();
        drop(crash.unanswered);
        queue.instruments.restarts_after_panic();
        context.stop();
    }

    /// Sets the timers of a fresh state.
    fn arm(&mut self, context: &mut Context<Self>) {
        let Some(state) = &self.state else { return };
        let mut timers = Timers::new(Handle::new(context.address(), Arc::clone(&self.surroundings.queue)));
        if catch_unwind(AssertUnwindSafe(|| state.timers(&mut timers))).is_err() {
            self.end_incarnation(context, Crash { handling: "timers", unanswered: Box::new(()) });
            return;
        }
        for timer in timers.into_futures() {
            self.in_flight.push(Box::pin(timer.map(|()| Landing::Answered)));
        }
    }

    /// Builds the state anew, while the queue waits.
    fn rebuild(&mut self, context: &mut Context<Self>) {
        let pause = self.budget.spend(self.surroundings.queue.clock.monotonic());
        let Some(pause) = pause else {
            self.give_up();
            return;
        };
        let (seed, deadline) = (Rc::clone(&self.seed), self.surroundings.policy.build_deadline);
        let attempt = async move {
            tokio::time::sleep(pause).await;
            build::<A>(&seed, deadline).await
        };
        context.wait(wrap_future(attempt).map(|built, shell: &mut Self, context| {
            let Surroundings { chart, queue, .. } = &shell.surroundings;
            match built {
                Ok(state) => {
                    tracing::info!(actor = %chart.name, "actor restarted");
                    chart.rebuilt();
                    shell.state = Some(state);
                    shell.arm(context);
                }
                Err(error) => {
                    tracing::error!(actor = %chart.name, %error, "actor could not be rebuilt");
                    queue.instruments.restarts_after_failed_build();
                    shell.rebuild(context);
                }
            }
        }));
    }

    fn give_up(&self) {
        let Surroundings { chart, vitals, .. } = &self.surroundings;
        if chart.give_up_as(Condition::Failed) {
            vitals.escalate(chart, Cause::BudgetSpent);
        }
    }
}

impl<A: Behaviour> Actor for Shell<A> {
    type Context = Context<Self>;

    /// Called for each incarnation: only the first comes with its state.
    fn started(&mut self, context: &mut Self::Context) {
        context.spawn(Drive);
        if self.state.is_some() { self.arm(context) } else { self.rebuild(context) }
    }
}

impl<A: Behaviour> Supervised for Shell<A> {
    fn restarting(&mut self, _: &mut Self::Context) {
        self.in_a_row = 0;
        let (state, in_flight) = (self.state.take(), std::mem::take(&mut self.in_flight));
        // What is cut off answers `Crashed`. A destructor on a broken state may panic as well.
        for discarded in [
            catch_unwind(AssertUnwindSafe(|| drop(in_flight))),
            catch_unwind(AssertUnwindSafe(|| drop(state))),
        ] {
            if discarded.is_err() {
                tracing::error!(actor = %self.surroundings.chart.name, "actor panicked while it was discarded");
            }
        }
    }
}

impl<A: Respond<M>, M: Message> Handler<Envelope<M>> for Shell<A> {
    type Result = ();

    fn handle(&mut self, envelope: Envelope<M>, context: &mut Self::Context) {
        if envelope.is_abandoned() {
            return;
        }
        let (message, answer) = envelope.open(&self.surroundings.queue);
        if let Err(crash) = self.respond(message, answer) {
            self.end_incarnation(context, crash);
            return;
        }
        self.in_a_row += 1;
        if self.in_a_row >= MESSAGES_IN_A_ROW {
            self.in_a_row = 0;
            context.wait(Breath { taken: false });
        }
    }
}

/// Polls what is in flight whenever the context runs; never ends.
struct Drive;

impl<A: Behaviour> ActorFuture<Shell<A>> for Drive {
    type Output = ();

    fn poll(
        self: Pin<&mut Self>,
        shell: &mut Shell<A>,
        context: &mut Context<Shell<A>>,
        task: &mut std::task::Context<'_>,
    ) -> Poll<()> {
        shell.drive(context, task);
        Poll::Pending
    }
}

/// Interrupts the mailbox: polls what is in flight and lets the thread's timers run.
struct Breath {
    taken: bool,
}

impl<A: Behaviour> ActorFuture<Shell<A>> for Breath {
    type Output = ();

    fn poll(
        mut self: Pin<&mut Self>,
        shell: &mut Shell<A>,
        context: &mut Context<Shell<A>>,
        task: &mut std::task::Context<'_>,
    ) -> Poll<()> {
        if self.taken {
            return Poll::Ready(());
        }
        self.taken = true;
        shell.drive(context, task);
        task.waker().wake_by_ref();
        Poll::Pending
    }
}
