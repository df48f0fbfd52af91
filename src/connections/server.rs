//! A server of applications on watched connections.

use std::io;
use std::net::TcpListener;
use std::num::NonZeroUsize;
use std::sync::Arc;
use std::time::Duration;

use actix_http::error::DispatchError;
use actix_http::{HttpService, KeepAlive, Protocol, Request};
use actix_server::Server;
use actix_service::{IntoServiceFactory, Service, ServiceFactory, ServiceFactoryExt as _, fn_service};
use actix_web::dev::{AppConfig, Extensions, ServiceResponse};
#[cfg(target_os = "linux")]
use socket2::SockRef;
use tokio::net::TcpStream;

use super::bodies::Shared;
use super::descriptors;
use super::seats::Seats;
use super::stream::Watched;
use super::watch::Limits;
use crate::config::Http;
use crate::edge::Fronts;

/// Counter: connections that were closed at once because their network had as many as it may.
const REFUSED_TOTAL: &str = "http_connections_refused_total";

/// Most bytes that the system holds of an answer before they are on their way. It would hold megabytes, and tell of room
/// only when a third of them has gone: a client's pace could not be seen.
const UNSENT: u32 = 16_384;

/// How long the client of a connection that is being closed may take to close it too.
const DISCONNECT: Duration = Duration::from_secs(1);

/// On which terms connections are served.
#[derive(Clone)]
pub(crate) struct Terms {
    workers: usize,
    /// Open connections of each worker.
    connections: usize,
    header_timeout: Duration,
    keep_alive: KeepAlive,
    shutdown: Duration,
    limits: Limits,
    seats: Arc<Seats>,
}

impl Terms {
    /// Those of the settings, for `workers` workers; fewer connections where there are fewer descriptors.
    pub(crate) fn of(http: &Http, workers: NonZeroUsize) -> Self {
        Self::with(http, workers, http.connections_per_worker)
    }

    /// The same with at most so many connections of each worker.
    pub(crate) fn with(http: &Http, workers: NonZeroUsize, most: usize) -> Self {
        let workers = workers.get();
        let connections = descriptors::connections_per_worker(most, workers);
        let all = connections.saturating_mul(workers);
        let share = (all.saturating_mul(http.network_share_percent) / 100).max(1);
        Self {
            workers,
            connections,
            header_timeout: http.header_timeout,
            keep_alive: http.keep_alive.into(),
            shutdown: http.drain,
            limits: Limits::of(http),
            seats: Seats::new(share, Fronts::of(http)),
        }
    }

    /// Without a second request on a connection, and with `shutdown` for those under way at the end.
    pub(crate) fn briefly(self, shutdown: Duration) -> Self {
        Self { keep_alive: KeepAlive::Disabled, shutdown, ..self }
    }

    /// Open connections of each worker.
    pub(crate) const fn connections_per_worker(&self) -> usize {
        self.connections
    }

    /// Seats a connection, or closes it.
    fn admit(&self, stream: TcpStream) -> Result<Accepted, DispatchError> {
        let peer = stream.peer_addr().ok();
        let seat = match peer {
            Some(peer) => self.seats.take(peer.ip()).map_err(|full| {
                metrics::counter!(REFUSED_TOTAL).increment(1);
                DispatchError::Io(io::Error::other(full))
            })?,
            None => None,
        };
        // The next part of a streamed answer would wait for the client's acknowledgement of the last. Where the
        // system refuses either option, the connection is slower or judged later.
        let _ = stream.set_nodelay(true);
        #[cfg(target_os = "linux")]
        let _ = SockRef::from(&stream).set_tcp_notsent_lowat(UNSENT);
        Ok((Watched::new(stream, self.limits, seat), Protocol::Http1, peer))
    }
}

/// What the dispatcher takes.
type Accepted = (Watched, Protocol, Option<std::net::SocketAddr>);

/// Serves the applications that `application` makes, one for each worker.
pub(crate) fn serve<F, I, A>(listener: TcpListener, terms: &Terms, application: F) -> io::Result<Server>
where
    F: Fn() -> I + Clone + Send + 'static,
    I: IntoServiceFactory<A, Request>,
    A: ServiceFactory<
            Request,
            Config = AppConfig,
            Response = ServiceResponse,
            Error = actix_web::Error,
            InitError = (),
        > + 'static,
    A::Future: 'static,
    A::Service: 'static,
    <A::Service as Service<Request>>::Future: 'static,
{
    let address = listener.local_addr()?;
    let builder = Server::build()
        .workers(terms.workers)
        .max_concurrent_connections(terms.connections)
        .shutdown_timeout(terms.shutdown.as_secs())
        .disable_signals();
    let ending = builder.graceful_shutdown_signal();
    let terms = terms.clone();
    let builder = builder.listen("http", listener, move || {
        let (ending, shared) = (ending.clone(), Shared::new());
        let http = HttpService::build()
            // As actix-web does it: connections without a request are closed when the server drains.
            .graceful_shutdown_signal(move || {
                let ending = ending.clone();
                async move { ending.notified().await }
            })
            .keep_alive(terms.keep_alive)
            .client_request_timeout(terms.header_timeout)
            .client_disconnect_timeout(DISCONNECT)
            .local_addr(address)
            .expect(shared.expectations())
            .on_connect_ext(|stream: &Watched, data: &mut Extensions| drop(data.insert(stream.closing())))
            .finish(shared.application(application().into_factory()));
        let terms = terms.clone();
        fn_service(move |stream: TcpStream| std::future::ready(terms.admit(stream))).and_then(http)
    })?;
    Ok(builder.run())
}
