//! When a connection has been held long enough.

use std::time::Duration;

use tokio::time::Instant;

use crate::config::Http;

/// How long a client may go on sending after its last answer, so that it gets to read that (RFC 9112, 9.6).
const LINGER: Duration = Duration::from_secs(2);

/// How long connections may be held.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Limits {
    /// From the accept, or the end of an answer, to the first byte of the next.
    silence: Duration,
    /// From a byte of an answer to the next, while the client has no room for it.
    stall: Duration,
    /// The pace of a client is judged after so much waiting for its room in all.
    window: Duration,
    /// What it must have taken, in bytes for each second of that.
    least_rate: u64,
}

impl Limits {
    pub(crate) fn of(http: &Http) -> Self {
        Self {
            silence: http.keep_alive + http.header_timeout + http.body_timeout + http.answer_timeout,
            stall: http.write_timeout,
            window: http.answer_rate_window,
            least_rate: http.least_answer_rate_bytes,
        }
    }
}

/// Why a connection is ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Over {
    /// No whole request came since the last answer.
    #[error("no request came in time")]
    Silent,
    /// The client took nothing of an answer.
    #[error("the client took nothing of the answer")]
    Stalled,
    /// The client takes too little of its answers.
    #[error("the client takes less than the least rate")]
    Slow,
}

impl Over {
    /// Its name in the metrics.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Silent => "silent",
            Self::Stalled => "stalled",
            Self::Slow => "slow",
        }
    }
}

/// One connection, as its reads and writes tell of it.
///
/// Bytes that come move nothing: who sends something, a little at a time, is no better than who sends nothing. A deadline
/// stands from the accept and from each answer that is out, until the next one begins. While an answer waits for
/// the client's room, the client is measured instead. All its waits count together, whichever answer they are
/// for, so that small answers in a row are no way around the rate. Whole waits are judged, with what came of them: room comes
/// in pieces of some KiB.
#[derive(Debug)]
pub(crate) struct Watch {
    limits: Limits,
    /// When the first byte of the next answer must be out.
    next_answer: Instant,
    /// Whether part of an answer went out since the last flush.
    is_answering: bool,
    /// Since when an answer waits for the client's room.
    stuck: Option<Instant>,
    /// How long answers waited in this window, but for the wait that goes on.
    waited: Duration,
    /// What was taken in this window.
    taken: u64,
}

impl Watch {
    /// Of a connection accepted at `now`.
    pub(crate) fn new(limits: Limits, now: Instant) -> Self {
        Self {
            limits,
            next_answer: now + limits.silence,
            is_answering: false,
            stuck: None,
            waited: Duration::ZERO,
            taken: 0,
        }
    }

    /// The client had room for so many bytes.
    pub(crate) fn wrote(&mut self, bytes: usize, now: impl FnOnce() -> Instant) {
        self.is_answering = true;
        if let Some(since) = self.stuck.take() {
            self.waited += now().saturating_duration_since(since);
        }
        // Before the first wait of a window nothing is measured.
        if !self.waited.is_zero() {
            self.taken = self.taken.saturating_add(u64::try_from(bytes).unwrap_or(u64::MAX));
        }
    }

    /// The client has no room. An error when it took too little until now.
    pub(crate) fn stuck(&mut self, now: impl FnOnce() -> Instant) -> Result<(), Over> {
        if self.stuck.is_some() {
            return Ok(());
        }
        self.stuck = Some(now());
        if self.waited >= self.limits.window {
            let asked = u128::from(self.limits.least_rate) * self.waited.as_millis();
            if u128::from(self.taken) * 1_000 < asked {
                return Err(Over::Slow);
            }
            (self.waited, self.taken) = (Duration::ZERO, 0);
        }
        Ok(())
    }

    /// All that was answered is out. `is_last`: nothing more will be answered.
    pub(crate) fn flushed(&mut self, is_last: bool, now: impl FnOnce() -> Instant) {
        if self.is_answering {
            self.is_answering = false;
            self.next_answer =
                now() + if is_last { LINGER.min(self.limits.silence) } else { self.limits.silence };
        }
    }

    /// Whether a part of an answer is out and the rest is not.
    pub(crate) const fn is_answering(&self) -> bool {
        self.is_answering
    }

    /// When it is over, if nothing happens until then.
    pub(crate) fn deadline(&self) -> Instant {
        self.stuck.map_or(self.next_answer, |since| since + self.limits.stall)
    }

    /// Why it is over, if it is.
    pub(crate) fn judge(&self, now: Instant) -> Result<(), Over> {
        if now < self.deadline() {
            return Ok(());
        }
        Err(if self.stuck.is_some() { Over::Stalled } else { Over::Silent })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    const LIMITS: Limits = Limits {
        silence: Duration::from_secs(100),
        stall: Duration::from_secs(30),
        window: Duration::from_secs(60),
        least_rate: 1,
    };

    /// A connection whose time the test tells.
    struct Timed {
        watch: Watch,
        now: Instant,
    }

    impl Timed {
        fn new() -> Self {
            let now = Instant::now();
            Self { watch: Watch::new(LIMITS, now), now }
        }

        /// Lets so many seconds pass.
        fn pass(&mut self, seconds: u32) -> Result<(), Over> {
            self.now += SECOND * seconds;
            self.watch.judge(self.now)
        }

        fn wrote(&mut self, bytes: usize) {
            self.watch.wrote(bytes, || self.now);
        }

        fn stuck(&mut self) -> Result<(), Over> {
            self.watch.stuck(|| self.now)
        }

        fn flushed(&mut self) {
            self.watch.flushed(false, || self.now);
        }
    }

    #[test]
    fn what_brings_no_answer_is_over_after_one_limit_from_the_accept() {
        let mut timed = Timed::new();
        timed.pass(99).unwrap();
        // The dispatcher flushes at every turn, with nothing written.
        timed.flushed();
        assert_eq!(timed.pass(1), Err(Over::Silent));
    }

    #[test]
    fn each_answer_gives_the_next_one_the_whole_limit() {
        let mut timed = Timed::new();
        for _ in 0..10 {
            timed.pass(99).unwrap();
            timed.wrote(100);
            timed.flushed();
        }
        timed.pass(99).unwrap();
        timed.flushed();
        assert_eq!(timed.pass(1), Err(Over::Silent));
    }

    #[test]
    fn after_the_last_answer_little_time_is_left() {
        let mut timed = Timed::new();
        timed.wrote(100);
        timed.watch.flushed(true, || timed.now);
        assert_eq!(timed.pass(2), Err(Over::Silent));
    }

    #[test]
    fn an_answer_of_which_nothing_is_taken_is_over_whatever_was_taken_before() {
        let mut timed = Timed::new();
        timed.wrote(1_000_000);
        timed.stuck().unwrap();
        timed.pass(29).unwrap();
        timed.wrote(1_000_000);
        timed.stuck().unwrap();
        timed.pass(29).unwrap();
        assert_eq!(timed.pass(1), Err(Over::Stalled));
    }

    #[test]
    fn trickled_reads_are_over_after_one_window() {
        let mut timed = Timed::new();
        timed.wrote(1_000_000);
        for _ in 0..6 {
            timed.stuck().unwrap();
            timed.pass(10).unwrap();
            timed.wrote(9);
        }
        assert_eq!(timed.stuck(), Err(Over::Slow));
    }

    #[test]
    fn who_takes_the_least_rate_is_served_to_the_end() {
        let mut timed = Timed::new();
        for _ in 0..1_000 {
            timed.stuck().unwrap();
            timed.pass(10).unwrap();
            timed.wrote(11);
        }
    }

    #[test]
    fn small_answers_in_a_row_are_no_way_around_the_rate() {
        let mut timed = Timed::new();
        for _ in 0..6 {
            timed.stuck().unwrap();
            timed.pass(10).unwrap();
            timed.wrote(9);
            timed.flushed();
            timed.pass(50).unwrap();
        }
        assert_eq!(timed.stuck(), Err(Over::Slow));
    }

    #[test]
    fn a_client_that_idles_between_answers_loses_nothing_of_its_rate() {
        let mut timed = Timed::new();
        for _ in 0..100 {
            timed.stuck().unwrap();
            timed.pass(1).unwrap();
            timed.wrote(1);
            timed.flushed();
            timed.pass(90).unwrap();
        }
    }
}
