//! A small actor, the policies it is tested under, and the gates that hold it.

use std::convert::Infallible;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use ezqr_schema::Clock;
use tokio::sync::{Notify, oneshot};

use crate::kernel::*;

/// Longer than any test takes: what runs into it has hung.
pub(super) const PATIENCE: Duration = Duration::from_secs(20);

/// Short pauses; liveness checks far away.
pub(super) fn policy() -> Policy {
    Policy {
        restart: RestartPolicy { backoff: Duration::from_millis(1), ..RestartPolicy::default() },
        pulse: PulsePolicy { interval: PATIENCE * 10, ..PulsePolicy::default() },
        build_deadline: PATIENCE,
    }
}

pub(super) fn root() -> Root {
    Root::with_policy(Clock::system(), policy()).unwrap()
}

pub(super) async fn tally(root: &mut Root, capacity: u16, seed: &Arc<Seed>) -> Handle<Tally> {
    root.start::<Tally>(Spec::new("tally", capacity), Arc::clone(seed)).await.unwrap()
}

/// What outlives the incarnations of a [`Tally`].
#[derive(Default)]
pub(super) struct Seed {
    /// Builds begun.
    pub(super) builds: AtomicU32,
    /// Builds that fail, counted down; the first build always succeeds.
    pub(super) failing_builds: AtomicU32,
    /// Whether a failing build panics instead.
    pub(super) builds_panic: bool,
    /// Told when a build begins after the first.
    pub(super) rebuilding: Notify,
    /// Awaited by every build after the first when set.
    pub(super) gate: Option<Arc<Notify>>,
    /// Told at every tick.
    pub(super) ticked: Notify,
    /// Whether the first tick of an incarnation is never done with.
    pub(super) ticks_stick: bool,
    /// The timer's interval; none when absent.
    pub(super) interval: Option<Duration>,
}

/// Adds up numbers.
pub(super) struct Tally {
    sum: u64,
    ticks: u32,
    seed: Arc<Seed>,
}

#[derive(Debug, thiserror::Error)]
#[error("the store is away")]
pub(super) struct StoreAway;

impl Behaviour for Tally {
    type Seed = Arc<Seed>;
    type BuildError = StoreAway;

    async fn build(seed: &Arc<Seed>) -> Result<Self, StoreAway> {
        if seed.builds.fetch_add(1, Ordering::SeqCst) > 0 {
            seed.rebuilding.notify_one();
            if let Some(gate) = &seed.gate {
                gate.notified().await;
            }
            let fails = seed
                .failing_builds
                .fetch_update(Ordering::SeqCst, Ordering::SeqCst, |left| left.checked_sub(1));
            if fails.is_ok() {
                assert!(!seed.builds_panic, "the build panics on purpose");
                return Err(StoreAway);
            }
        }
        Ok(Self { sum: 0, ticks: 0, seed: Arc::clone(seed) })
    }

    fn timers(&self, timers: &mut Timers<Self>) {
        if let Some(interval) = self.seed.interval {
            timers.every(interval, Tick);
        }
    }
}

/// Adds to the sum and answers it.
pub(super) struct Add(pub(super) u64);

impl Message for Add {
    type Reply = u64;
}

impl Respond<Add> for Tally {
    fn respond(&mut self, Add(number): Add) -> Reply<Self, u64> {
        self.sum += number;
        Reply::now(self.sum)
    }
}

/// Answers when the sender lets it, or drops out.
pub(super) struct AnswerWhen(pub(super) oneshot::Receiver<u64>);

impl Message for AnswerWhen {
    type Reply = u64;
}

impl Respond<AnswerWhen> for Tally {
    fn respond(&mut self, AnswerWhen(number): AnswerWhen) -> Reply<Self, u64> {
        Reply::later(async { number.await.unwrap_or(0) })
    }
}

/// Adds a number that comes later, and answers the sum of then.
pub(super) struct AddWhen(pub(super) oneshot::Receiver<u64>);

impl Message for AddWhen {
    type Reply = u64;
}

impl Respond<AddWhen> for Tally {
    fn respond(&mut self, AddWhen(number): AddWhen) -> Reply<Self, u64> {
        Reply::then(number, |state: &mut Self, number| {
            state.sum += number.unwrap_or(0);
            Reply::now(state.sum)
        })
    }
}

/// Blocks the actor's thread until the other end is dropped; tells when it has begun.
pub(super) struct Hold(pub(super) oneshot::Sender<()>, pub(super) std::sync::mpsc::Receiver<Infallible>);

impl Message for Hold {
    type Reply = ();
}

impl Respond<Hold> for Tally {
    fn respond(&mut self, Hold(begun, released): Hold) -> Reply<Self, ()> {
        let _ = begun.send(());
        let _ = released.recv();
        Reply::now(())
    }
}

/// Blocks the actor's thread until the answer is dropped.
pub(super) async fn hold(tally: &Handle<Tally>) -> std::sync::mpsc::SyncSender<Infallible> {
    let (begun, holding) = oneshot::channel();
    let (release, released) = std::sync::mpsc::sync_channel(0);
    tally.tell(Hold(begun, released)).unwrap();
    holding.await.unwrap();
    release
}

/// Counts the ticks of this incarnation.
#[derive(Clone)]
pub(super) struct Tick;

impl Message for Tick {
    type Reply = ();
}

impl Respond<Tick> for Tally {
    fn respond(&mut self, _: Tick) -> Reply<Self, ()> {
        self.ticks += 1;
        self.seed.ticked.notify_one();
        if self.seed.ticks_stick { Reply::later(std::future::pending()) } else { Reply::now(()) }
    }
}

/// Answers the ticks of this incarnation.
pub(super) struct Ticks;

impl Message for Ticks {
    type Reply = u32;
}

impl Respond<Ticks> for Tally {
    fn respond(&mut self, _: Ticks) -> Reply<Self, u32> {
        Reply::now(self.ticks)
    }
}

/// Asks until the queue, known to empty soon, has room.
pub(super) async fn ask_when_there_is_room<M: Message>(
    tally: &Handle<Tally>,
    message: impl Fn() -> M,
) -> Result<M::Reply, AskError>
where
    Tally: Respond<M>,
{
    let asks = async {
        loop {
            match tally.ask(message(), PATIENCE).await {
                Err(AskError::Refused) => tokio::task::yield_now().await,
                outcome => return outcome,
            }
        }
    };
    tokio::time::timeout(PATIENCE, asks).await.unwrap()
}

/// Waits until the vitals show what is asked for; conditions change on the actors' threads.
pub(super) async fn until(vitals: &Vitals, expected: impl Fn(&Health) -> bool) -> Health {
    let settled = async {
        loop {
            let health = vitals.health();
            if expected(&health) {
                return health;
            }
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
    };
    tokio::time::timeout(PATIENCE, settled).await.unwrap()
}
