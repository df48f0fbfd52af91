//! From settings to a socket that listens and an open store.

use std::io;
use std::net::{SocketAddr, TcpListener};
use std::time::Duration;

use actix_web::rt;
use ezqr_schema::Clock;
use ezqr_store::Store;
use tokio::net::TcpSocket;

use super::meanwhile::Meanwhile;
use super::store::Insistence;
use super::{BootError, greeting, store};
use crate::config::{Config, CqlUrl};

/// Connections the operating system accepts before a worker does.
const BACKLOG: u32 = 1_024;

/// Between two attempts to reach the store. A refused one takes no time, one without an answer some seconds.
const PAUSE: Duration = Duration::from_secs(2);

/// What a server stands on.
pub(super) struct Opening {
    pub(super) store: Store,
    /// It listens already, so that a port given by the system is known before the first link is made.
    pub(super) listener: TcpListener,
    pub(super) address: SocketAddr,
    /// What answers on the same socket until the server does.
    pub(super) meanwhile: Option<Meanwhile>,
}

impl Opening {
    /// Opens the embedded store and listens; or listens, and waits until the shared store is there.
    ///
    /// The embedded store comes first: a directory that is served already is told as such. Nothing is lost when
    /// this is given up half-way.
    pub(super) async fn of(
        config: &Config,
        insistence: Insistence,
        clock: &Clock,
        print: &impl Fn(&str) -> io::Result<()>,
    ) -> Result<Self, BootError> {
        let Some(url) = &config.store.url else {
            let store = store::serve_embedded(&config.store, insistence)?;
            let (listener, address) = listen(config.http.listen)?;
            return Ok(Self { store, listener, address, meanwhile: None });
        };
        let (listener, address) = listen(config.http.listen)?;
        let again = listener.try_clone().map_err(BootError::Server)?;
        let meanwhile = Meanwhile::start(again, &config.http, clock).map_err(BootError::Server)?;
        let public_url = config.links.public_base(address)?;
        // Whether anybody reads it is nothing a server depends on.
        let waits = || drop(print(&greeting::waiting(url, &public_url)));
        let store = connected(config, url, clock, waits).await?;
        Ok(Self { store, listener, address, meanwhile: Some(meanwhile) })
    }
}

/// The shared store, as soon as it can be reached. `waits` is called when that is not at once.
async fn connected(
    config: &Config,
    url: &CqlUrl,
    clock: &Clock,
    waits: impl FnOnce(),
) -> Result<Store, BootError> {
    let mut waits = Some(waits);
    loop {
        match store::connect(&config.store, url, clock).await {
            Err(BootError::Connect(error)) if error.is_temporary() => {
                tracing::warn!(%error, "cannot reach the store; trying again");
            }
            connected => return connected,
        }
        if let Some(waits) = waits.take() {
            waits();
        }
        rt::time::sleep(PAUSE).await;
    }
}

fn listen(address: SocketAddr) -> Result<(TcpListener, SocketAddr), BootError> {
    let listening = || -> io::Result<_> {
        let socket = if address.is_ipv4() { TcpSocket::new_v4()? } else { TcpSocket::new_v6()? };
        // A restart must not wait for the last connections of the process before to be forgotten.
        socket.set_reuseaddr(true)?;
        socket.bind(address)?;
        let listener = socket.listen(BACKLOG)?.into_std()?;
        let bound = listener.local_addr()?;
        Ok((listener, bound))
    };
    listening().map_err(|cause| BootError::Listen { address, setting: "http.listen", cause })
}
