//! What one message costs: an ask to a supervised actor, from another thread and from its own.
//!
//! Run with `cargo bench --bench hop`. Medians of batches, so that a busy machine shows as spread.

#![expect(clippy::print_stdout, reason = "its output is its result")]

use std::convert::Infallible;
use std::error::Error;
use std::time::Duration;

use ezqr_actors::kernel::{AskError, Behaviour, Handle, Message, Reply, Respond, Root, Spec};
use ezqr_schema::Clock;
use futures_util::future::join_all;

const BATCHES: usize = 31;
const ASKS: u32 = 10_000;
const IN_FLIGHT: u32 = 250;
const DEADLINE: Duration = Duration::from_secs(10);

struct Counter(u64);

impl Behaviour for Counter {
    type Seed = ();
    type BuildError = Infallible;

    async fn build((): &()) -> Result<Self, Infallible> {
        Ok(Self(0))
    }
}

/// Counts one.
#[derive(Clone, Copy)]
struct Count;

impl Message for Count {
    type Reply = u64;
}

impl Respond<Count> for Counter {
    fn respond(&mut self, _: Count) -> Reply<Self, u64> {
        self.0 += 1;
        Reply::now(self.0)
    }
}

/// Counts one, by way of a future and a step on the state.
#[derive(Clone, Copy)]
struct CountLater;

impl Message for CountLater {
    type Reply = u64;
}

impl Respond<CountLater> for Counter {
    fn respond(&mut self, _: CountLater) -> Reply<Self, u64> {
        Reply::then(async {}, |state: &mut Self, ()| state.respond(Count))
    }
}

/// Asks the actor from its own thread, so many times, and answers how long that took.
struct AskYourself(Handle<Counter>, Clock);

impl Message for AskYourself {
    type Reply = Result<Duration, AskError>;
}

impl Respond<AskYourself> for Counter {
    fn respond(
        &mut self,
        AskYourself(handle, clock): AskYourself,
    ) -> Reply<Self, Result<Duration, AskError>> {
        Reply::later(async move { one_at_a_time(&handle, &clock, Count).await })
    }
}

async fn one_at_a_time<M>(handle: &Handle<Counter>, clock: &Clock, message: M) -> Result<Duration, AskError>
where
    M: Message + Copy,
    Counter: Respond<M>,
{
    let begun_at = clock.monotonic();
    for _ in 0..ASKS {
        handle.ask(message, DEADLINE).await?;
    }
    Ok(clock.monotonic().saturating_sub(begun_at))
}

async fn side_by_side(handle: &Handle<Counter>, clock: &Clock) -> Result<Duration, AskError> {
    let begun_at = clock.monotonic();
    for _ in 0..ASKS / IN_FLIGHT {
        let asks = (0..IN_FLIGHT).map(|_| handle.ask(Count, DEADLINE));
        for answer in join_all(asks).await {
            answer?;
        }
    }
    Ok(clock.monotonic().saturating_sub(begun_at))
}

fn report(what: &str, mut batches: Vec<Duration>) {
    batches.sort();
    let at = |position: usize| batches.get(position).map_or(0, |time| (*time / ASKS).as_nanos());
    let last = BATCHES - 1;
    println!("{what:<44} {:>7} ns  (fastest {}, slowest {})", at(last / 2), at(0), at(last));
}

fn main() -> Result<(), Box<dyn Error>> {
    actix_web::rt::System::new().block_on(async {
        let clock = Clock::system();
        let mut root = Root::new(clock.clone())?;
        let handle = root.start::<Counter>(Spec::new("counter", 1_024), ()).await?;
        let (mut own, mut across, mut later, mut many) = (vec![], vec![], vec![], vec![]);
        for _ in 0..BATCHES {
            own.push(handle.ask(AskYourself(handle.clone(), clock.clone()), DEADLINE).await??);
            across.push(one_at_a_time(&handle, &clock, Count).await?);
            later.push(one_at_a_time(&handle, &clock, CountLater).await?);
            many.push(side_by_side(&handle, &clock).await?);
        }
        report("ask, same thread", own);
        report("ask, other thread, one at a time", across);
        report("ask with a future, other thread", later);
        report("ask, other thread, 250 in flight", many);
        root.stop(DEADLINE).await?;
        Ok(())
    })
}
