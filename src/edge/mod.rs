//! The resources of the HTTP interface, one file each.

mod accept;
mod address;
mod archives;
mod batches;
mod body;
#[cfg(test)]
mod budget;
mod caller;
mod client;
mod codes;
mod conditions;
mod docs;
mod fit;
mod health;
mod idempotency;
mod image_query;
mod images;
mod links;
mod records;
pub(crate) mod routes;
mod scans;
#[cfg(test)]
mod site;
mod visitor;

use std::time::Duration;

use ezqr_actors::Handles;
use ezqr_schema::wire::Cursors;
use ezqr_schema::{Clock, LinkBase};

pub(crate) use self::caller::rate_limit_headers;
pub(crate) use self::client::Fronts;
pub(crate) use self::health::Readiness;
use crate::config::Images;

/// What every handler may use. One for all workers.
pub(crate) struct Edge {
    /// The owners of state.
    pub(crate) handles: Handles,
    /// Signs list cursors.
    pub(crate) cursors: Cursors,
    /// The time.
    pub(crate) clock: Clock,
    /// What the short links of new codes begin with.
    pub(crate) link_base: LinkBase,
    /// Who is believed about clients.
    pub(crate) fronts: Fronts,
    /// What the addresses of the API and the images begin with.
    pub(crate) public_url: LinkBase,
    /// Whether to be sent requests.
    pub(crate) readiness: std::sync::Arc<Readiness>,
    /// Largest request body.
    pub(crate) body_limit_bytes: usize,
    /// How long a body may take to arrive.
    pub(crate) body_timeout: Duration,
    /// Most pixels of an image.
    pub(crate) image_pixels: u64,
    /// Most pixels of all images of a request.
    pub(crate) request_pixels: u64,
    /// Who may see images.
    pub(crate) images: Images,
}

impl Edge {
    /// Where short links of this installation are answered: every host they ever had, and that of the API, which
    /// answers them too. No code may lead there.
    async fn link_hosts(&self) -> Vec<LinkBase> {
        let mut hosts = self.handles.reader.link_bases().await;
        hosts.push(self.public_url.clone());
        hosts
    }
}
