//! The running server.

use std::io;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use actix_web::dev::{Server, ServerHandle};
use actix_web::{App, rt, web};
use ezqr_actors::System;
use ezqr_actors::kernel::Escalation;
use ezqr_actors::scans::{ScanRecorder, ScanRecorders};
use ezqr_schema::{Clock, KeySecret, LinkBase};
use ezqr_store::Store;
use futures_util::future::{Either, select};

use super::BootError;
use super::founding::FirstKey;
use super::interior::Interior;
use super::opening::Opening;
use super::store::Insistence;
use crate::config::{Config, Http, is_loopback};
use crate::connections::{Terms, serve};
use crate::edge::{Edge, Readiness, routes};
use crate::middleware::{Refusals, RequestIds, Surroundings};

/// What the actors get to finish in, after the last request.
const STOP_DEADLINE: Duration = Duration::from_secs(20);

/// A server that accepts connections, and all that stands behind it.
pub struct Application {
    address: SocketAddr,
    link_url: LinkBase,
    public_url: LinkBase,
    first_key: Option<FirstKey>,
    pepper_to_share: Option<PathBuf>,
    server: Server,
    system: System,
    readiness: Arc<Readiness>,
    refusals: Arc<Refusals>,
    store: Store,
    clock: Clock,
    http: Http,
}

/// Why the server is to end.
enum End {
    Asked,
    Escalated(Escalation),
    ByItself(io::Result<()>),
}

impl Application {
    /// Opens the store, listens, founds the installation if there is none, and starts the actors. A shared store
    /// is waited for.
    pub async fn build(config: &Config, clock: Clock) -> Result<Self, BootError> {
        let opening = Opening::of(config, Insistence::Stop, &clock, &|_| Ok(())).await?;
        Box::pin(Self::on(opening, config, clock)).await
    }

    /// Goes on where the store is open and the socket listens: a first key is made only by a process that can go
    /// on to show it.
    pub(super) async fn on(opening: Opening, config: &Config, clock: Clock) -> Result<Self, BootError> {
        let Opening { store, listener, address, meanwhile } = opening;
        let link_url = config.links.link_base(address)?;
        let interior = Box::pin(Interior::start(config, store.clone(), clock.clone(), address));
        let Interior { edge, system, first_key } = interior.await?;
        warn_of_loopback(&link_url);
        let public_url = edge.public_url.clone();
        let readiness = Arc::clone(&edge.readiness);
        let refusals = Arc::<Refusals>::default();
        let server = match start(listener, &config.http, edge, Arc::clone(&refusals)) {
            Ok(server) => server,
            Err(error) => {
                if let Some(first_key) = &first_key {
                    first_key.revoke(&store, &clock).await;
                }
                return Err(BootError::Server(error));
            }
        };
        if let Some(meanwhile) = meanwhile {
            meanwhile.end().await;
        }
        let pepper_to_share = config.store.url.is_some().then(|| config.store.pepper_file());
        let http = config.http.clone();
        Ok(Self {
            address,
            link_url,
            public_url,
            first_key,
            pepper_to_share,
            server,
            system,
            readiness,
            refusals,
            store,
            clock,
            http,
        })
    }

    /// Where it listens.
    pub const fn address(&self) -> SocketAddr {
        self.address
    }

    /// What short links begin with.
    pub const fn link_url(&self) -> &LinkBase {
        &self.link_url
    }

    /// What the addresses of the API and the images begin with.
    pub const fn public_url(&self) -> &LinkBase {
        &self.public_url
    }

    /// The first API key, when this start founded the installation.
    pub fn first_key(&self) -> Option<&KeySecret> {
        self.first_key.as_ref().map(|first_key| &first_key.secret)
    }

    /// Ends without having served, because the first key could not be shown: `cause` says why. The key is revoked.
    pub(super) async fn end_unseen(self, cause: io::Error) -> BootError {
        if let Some(first_key) = &self.first_key {
            first_key.revoke(&self.store, &self.clock).await;
        }
        let handle = self.server.handle();
        // It stops while it runs.
        rt::spawn(self.server);
        handle.stop(false).await;
        if let Err(error) = self.system.stop(STOP_DEADLINE).await {
            tracing::warn!(%error, "the end was cut off");
        }
        BootError::Unseen(cause)
    }

    /// The pepper file, when other nodes may serve the same installation and need it.
    pub(super) fn pepper_to_share(&self) -> Option<&Path> {
        self.pepper_to_share.as_deref()
    }

    /// Serves until `asked` is done, or until the server cannot go on; then says so to load balancers, lets
    /// requests under way finish, and stops the actors.
    pub async fn run_until(self, asked: impl Future<Output = ()>) -> Result<(), BootError> {
        let handle = self.server.handle();
        let vitals = self.system.handles().vitals.clone();
        let server = rt::spawn(self.server);
        let asked_or_escalated = select(Box::pin(asked), Box::pin(vitals.escalated()));
        let end = match select(Box::pin(asked_or_escalated), server).await {
            Either::Left((Either::Left(_), _)) => End::Asked,
            Either::Left((Either::Right((escalation, _)), _)) => End::Escalated(escalation),
            Either::Right((ended, _)) => End::ByItself(ended.unwrap_or_else(|error| Err(error.into()))),
        };
        self.readiness.withdraw();
        if !matches!(end, End::ByItself(_)) {
            drain(&handle, self.http.drain_notice).await;
        }
        self.refusals.tell_all();
        let stopped = self.system.stop(STOP_DEADLINE).await;
        self.store.empty_logs().await;
        match end {
            End::Asked => Ok(stopped?),
            End::Escalated(escalation) => Err(BootError::Escalated(escalation)),
            End::ByItself(Ok(())) => Err(BootError::Server(io::Error::other("without an error"))),
            End::ByItself(Err(error)) => Err(BootError::Server(error)),
        }
    }
}

async fn drain(server: &ServerHandle, notice: Duration) {
    tracing::info!("draining");
    rt::time::sleep(notice).await;
    server.stop(true).await;
}

fn start(
    listener: std::net::TcpListener,
    http: &Http,
    edge: Edge,
    refusals: Arc<Refusals>,
) -> io::Result<Server> {
    let edge = web::Data::new(edge);
    let uri_limit_bytes = http.uri_limit_bytes;
    let terms = Terms::of(http, http.workers);
    if terms.connections_per_worker() < http.connections_per_worker {
        tracing::warn!(
            asked = http.connections_per_worker,
            possible = terms.connections_per_worker(),
            "the limit on open files (ulimit -n) allows fewer connections than http.connections_per_worker"
        );
    }
    serve(listener, &terms, move || {
        let clock = edge.clock.clone();
        let request_ids = Rc::new(RequestIds::new());
        let refusals = Arc::clone(&refusals);
        let surroundings = Surroundings { clock, uri_limit_bytes, request_ids, refusals };
        let app = App::new().app_data(edge.clone());
        let app = match edge.handles.recorders.as_ref().map(recorder) {
            Some(recorder) => app.app_data(recorder),
            None => app,
        };
        app.configure(|app| routes::register(app, &surroundings))
    })
}

/// How often an idle worker looks whether an epoch is over.
const TURN: Duration = Duration::from_millis(250);

/// The recorder of the worker that asks, which turns to the next epoch even while nothing is scanned.
fn recorder(recorders: &ScanRecorders) -> Rc<ScanRecorder> {
    let recorder = Rc::new(recorders.attach());
    let turned = Rc::downgrade(&recorder);
    rt::spawn(async move {
        while let Some(recorder) = turned.upgrade() {
            recorder.turn();
            drop(recorder);
            rt::time::sleep(TURN).await;
        }
    });
    recorder
}

/// A code printed with such a link leads nowhere, for ever.
fn warn_of_loopback(link_url: &LinkBase) {
    if is_loopback(link_url) {
        tracing::warn!("links.link_url is this machine's own: codes printed now lead nowhere from elsewhere");
    }
}
