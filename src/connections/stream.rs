//! An accepted stream that ends by itself.

use std::cell::Cell;
use std::io;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio::time::{Instant, Sleep, sleep_until};

use super::refusal;
use super::seats::Seat;
use super::watch::{Limits, Over, Watch};

/// Counter: connections that were ended because they were held too long, labelled `reason`: `silent`, `stalled` or
/// `slow`.
const ENDED_TOTAL: &str = "http_connections_ended_total";

/// What the service tells the stream it answers on.
#[derive(Clone, Debug, Default)]
pub(crate) struct Closing(Rc<Told>);

#[derive(Debug, Default)]
struct Told {
    answers_no_more: Cell<bool>,
    owes_refusal: Cell<bool>,
}

impl Closing {
    /// The answer under way is the last on this connection.
    pub(super) fn begin(&self) {
        self.0.answers_no_more.set(true);
    }

    /// A request was given up unanswered because its body is broken.
    pub(super) fn owe_refusal(&self) {
        self.0.owes_refusal.set(true);
    }
}

/// A connection under [`Watch`].
///
/// Reads and writes pass through. A deadline is looked for where the task would go to sleep: a read or write that is
/// pending, and each flush, one of which every turn of the dispatcher ends with. Its passing is an error of the
/// stream, at which the dispatcher drops the connection.
#[derive(Debug)]
pub(crate) struct Watched {
    stream: TcpStream,
    watch: Watch,
    /// Strikes at the deadline or before it, and is then set anew: a deadline that moves on costs nothing.
    timer: Pin<Box<Sleep>>,
    closing: Closing,
    /// Given back when the stream is dropped.
    _seat: Option<Seat>,
}

impl Watched {
    pub(crate) fn new(stream: TcpStream, limits: Limits, seat: Option<Seat>) -> Self {
        let watch = Watch::new(limits, Instant::now());
        let timer = Box::pin(sleep_until(watch.deadline()));
        Self { stream, watch, timer, closing: Closing::default(), _seat: seat }
    }

    /// Where the service says that it answers for the last time.
    pub(crate) fn closing(&self) -> Closing {
        self.closing.clone()
    }

    /// An error when the connection is over; else the task is woken when to look again.
    fn check(&mut self, context: &mut Context<'_>) -> io::Result<()> {
        if self.watch.deadline() < self.timer.deadline() {
            self.timer.as_mut().reset(self.watch.deadline());
        }
        while self.timer.as_mut().poll(context).is_ready() {
            self.watch.judge(Instant::now()).map_err(ended)?;
            self.timer.as_mut().reset(self.watch.deadline());
        }
        Ok(())
    }
}

/// Counts the end of a connection, and makes it an error of the stream.
fn ended(over: Over) -> io::Error {
    metrics::counter!(ENDED_TOTAL, "reason" => over.name()).increment(1);
    io::Error::new(io::ErrorKind::TimedOut, over)
}

/// At broken chunks the dispatcher drops the connection without a word, whatever the request waits for. What is owed is
/// written as far as there is room at once.
impl Drop for Watched {
    fn drop(&mut self) {
        if self.closing.0.owes_refusal.get() && !self.watch.is_answering() {
            let _ = self.stream.try_write(&refusal::of_broken_chunks());
        }
    }
}

impl AsyncRead for Watched {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        match Pin::new(&mut self.stream).poll_read(context, buffer) {
            Poll::Ready(read) => Poll::Ready(read),
            Poll::Pending => {
                self.check(context).map_or_else(|error| Poll::Ready(Err(error)), |()| Poll::Pending)
            }
        }
    }
}

impl AsyncWrite for Watched {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        match Pin::new(&mut self.stream).poll_write(context, bytes) {
            Poll::Ready(written) => {
                if let Ok(written) = written {
                    self.watch.wrote(written, Instant::now);
                }
                Poll::Ready(written)
            }
            Poll::Pending => {
                let judged = self.watch.stuck(Instant::now).map_err(ended);
                judged
                    .and_then(|()| self.check(context))
                    .map_or_else(|error| Poll::Ready(Err(error)), |()| Poll::Pending)
            }
        }
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        match Pin::new(&mut self.stream).poll_flush(context) {
            Poll::Ready(Ok(())) => {
                let is_last = self.closing.0.answers_no_more.get();
                self.watch.flushed(is_last, Instant::now);
                Poll::Ready(self.check(context))
            }
            failed @ (Poll::Ready(Err(_)) | Poll::Pending) => failed,
        }
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}
