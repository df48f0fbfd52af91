//! Everything behind the listener.

use std::net::SocketAddr;
use std::sync::Arc;

use ezqr_actors::{Bounds, Premises, System};
use ezqr_schema::Clock;
use ezqr_schema::wire::Cursors;
use ezqr_store::Store;

use super::BootError;
use super::counting::counting;
use super::founding::{FirstKey, Ground};
use super::pepper::PepperFile;
use crate::config::Config;
use crate::edge::{Edge, Fronts, Readiness};

/// What serves requests, however they come: the running actors, and what handlers use of them.
pub(crate) struct Interior {
    /// What every handler may use.
    pub(crate) edge: Edge,
    /// The actors.
    pub(crate) system: System,
    /// The first API key, when this start founded the installation.
    pub(crate) first_key: Option<FirstKey>,
}

impl Interior {
    /// Finds or founds the installation of `store` and starts the actors, for a process that listens on
    /// `address`.
    pub(crate) async fn start(
        config: &Config,
        store: Store,
        clock: Clock,
        address: SocketAddr,
    ) -> Result<Self, BootError> {
        let link_base = config.links.link_base(address)?;
        let public_url = config.links.public_base(address)?;
        let premises = Premises {
            store: store.clone(),
            link_base: link_base.clone(),
            link_capitals: config.links.capitals,
            clock: clock.clone(),
            counting: counting(config)?,
        };
        let preparation = Box::new(Box::pin(System::prepare(premises, bounds(config))).await?);
        // The last thing that can fail by a setting was before: what is founded has a key, which must be shown.
        let ground = Ground::of(&store, &PepperFile::at(config.store.pepper_file()), &clock).await?;
        let Ground { secret, pepper, first_key } = ground;
        let cursors = Cursors::new(&secret);
        let system = match Box::pin(preparation.start(secret, pepper)).await {
            Ok(system) => system,
            Err(error) => {
                if let Some(first_key) = &first_key {
                    first_key.revoke(&store, &clock).await;
                }
                return Err(error.into());
            }
        };
        let edge = Edge {
            handles: system.handles().clone(),
            cursors,
            clock,
            link_base,
            fronts: Fronts::of(&config.http),
            public_url,
            readiness: Arc::new(Readiness::new(system.handles().vitals.clone(), store)),
            body_limit_bytes: config.http.body_limit_bytes,
            body_timeout: config.http.body_timeout,
            image_pixels: config.limits.image_pixels,
            request_pixels: config.limits.request_pixels,
            images: config.images.clone(),
        };
        Ok(Self { edge, system, first_key })
    }
}

fn bounds(config: &Config) -> Bounds {
    Bounds {
        queue: config.limits.queue_messages,
        rendering_queue: config.rendering.queue_images,
        rendering_batches: config.rendering.batches,
        cached_links: config.limits.cached_links,
        cached_links_bytes: config.limits.cached_links_bytes,
        limited_callers: config.limits.limited_callers,
        misses_per_minute: config.limits.misses_per_minute,
        followed_links: config.limits.followed_links,
        render_threads: config.rendering.threads,
    }
}
