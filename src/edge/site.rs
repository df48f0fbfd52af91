//! A server without its listener, for tests.

use std::rc::Rc;
use std::sync::Arc;

use actix_web::dev::{ServiceFactory, ServiceRequest, ServiceResponse};
use actix_web::http::Method;
use actix_web::test::TestRequest;
use actix_web::{App, Error, web};
use ezqr_actors::System;
use ezqr_schema::{Clock, KeySecret};
use ezqr_store::{EmbeddedOptions, EmbeddedStore, Store};
use tempfile::TempDir;

use super::{Edge, routes};
use crate::boot::interior::Interior;
use crate::config::{Flag, Layers};
use crate::middleware::{RequestIds, Surroundings};

/// Everything of a server but the listener.
pub(super) struct Site {
    pub(super) edge: web::Data<Edge>,
    key: KeySecret,
    _system: System,
    _directory: TempDir,
}

impl Site {
    /// With default settings, on a directory of its own.
    pub(super) async fn new() -> Self {
        let directory = tempfile::tempdir().unwrap();
        let value = directory.path().to_str().unwrap().to_owned();
        let data = Flag { name: "--data", section: "store", key: "data_directory", value };
        let config = Layers::of(None, Vec::new(), vec![data]).unwrap().check().unwrap();
        let store = EmbeddedStore::open(directory.path(), EmbeddedOptions::default()).unwrap();
        let address = ([127, 0, 0, 1], 8080).into();
        let store = Store::Embedded(store);
        let Interior { edge, system, first_key } =
            Box::pin(Interior::start(&config, store, Clock::system(), address)).await.unwrap();
        Self {
            edge: web::Data::new(edge),
            key: first_key.unwrap().secret,
            _system: system,
            _directory: directory,
        }
    }

    /// Asks and tells so far: of the key ring, the limiter, the owner of codes, the render pool and the owner of
    /// scans.
    pub(super) fn messages(&self) -> [u64; 5] {
        let handles = &self.edge.handles;
        [
            handles.keyring.raw().messages(),
            handles.limiter.raw().messages(),
            handles.codes.raw().messages(),
            handles.rendering.raw().messages(),
            handles.scans.raw().messages(),
        ]
    }

    /// What a worker serves.
    pub(super) fn app(
        &self,
    ) -> App<
        impl ServiceFactory<
            ServiceRequest,
            Config = (),
            Response = ServiceResponse,
            Error = Error,
            InitError = (),
        > + use<>,
    > {
        let request_ids = Rc::new(RequestIds::new());
        let surroundings = Surroundings {
            clock: self.edge.clock.clone(),
            uri_limit_bytes: 8_192,
            request_ids,
            refusals: Arc::default(),
        };
        let recorder = Rc::new(self.edge.handles.recorders.as_ref().unwrap().attach());
        App::new()
            .app_data(self.edge.clone())
            .app_data(recorder)
            .configure(|app| routes::register(app, &surroundings))
    }

    /// A request with the first key.
    pub(super) fn request(&self, method: Method, path: &str) -> TestRequest {
        let bearer = format!("Bearer {}", self.key.reveal());
        TestRequest::with_uri(path).method(method).insert_header(("Authorization", bearer))
    }
}
