//! Codes as the API answers them.

use actix_web::http::StatusCode;
use actix_web::http::header::{self, ETag};
use actix_web::{HttpResponse, HttpResponseBuilder};
use ezqr_schema::wire::{CodeRecord, RecordContext, ScanCount};
use ezqr_schema::{Code, LinkBase, LinkBaseId};
use serde::Serialize;

use super::{Edge, conditions};
use crate::problem::Fault;

/// Followed links are not counted yet.
pub(super) const NOT_COUNTED_YET: ScanCount = ScanCount::NONE;

/// What the records of some codes need besides them: few different link bases, each looked up once.
pub(super) struct Records<'edge> {
    edge: &'edge Edge,
    link_bases: Vec<(LinkBaseId, LinkBase)>,
}

impl<'edge> Records<'edge> {
    /// Looks up what the records of `codes` need.
    pub(super) async fn of(edge: &'edge Edge, codes: &[Code]) -> Result<Self, Fault> {
        let mut link_bases: Vec<(LinkBaseId, LinkBase)> = Vec::new();
        for code in codes {
            if !link_bases.iter().any(|(known, _)| *known == code.link_base) {
                link_bases.push((code.link_base, edge.handles.reader.link_base(code).await?));
            }
        }
        Ok(Self { edge, link_bases })
    }

    /// The record of `code`, which is one of those given.
    pub(super) fn record<'code>(&'code self, code: &'code Code, scan_count: ScanCount) -> CodeRecord<'code> {
        let own = self.link_bases.iter().find(|(id, _)| *id == code.link_base);
        let context = RecordContext {
            short_codes: self.edge.handles.reader.short_codes(),
            // It was looked up for this very code, so the other base is never taken.
            link_base: own.map_or(&self.edge.public_url, |(_, base)| base),
            public_url: self.edge.public_url.as_str(),
        };
        CodeRecord::new(code, context, scan_count)
    }
}

/// The answer that is the record of `code`.
pub(super) async fn answer(
    edge: &Edge,
    mut builder: HttpResponseBuilder,
    code: &Code,
) -> Result<HttpResponse, Fault> {
    let records = Records::of(edge, std::slice::from_ref(code)).await?;
    builder.insert_header(ETag(conditions::tag_of(code.version)));
    json(builder, &records.record(code, NOT_COUNTED_YET))
}

/// The beginning of the answer to what made `code`.
pub(super) fn created(code: &Code) -> HttpResponseBuilder {
    let mut builder = HttpResponse::build(StatusCode::CREATED);
    builder.insert_header((header::LOCATION, format!("/api/v1/qr-codes/{}", code.id)));
    builder
}

/// An answer in JSON, of a record or of several: never kept by anybody in between.
pub(super) fn json(mut builder: HttpResponseBuilder, body: &impl Serialize) -> Result<HttpResponse, Fault> {
    let body = serde_json::to_vec(body).map_err(Fault::internal)?;
    Ok(builder
        .insert_header((header::CONTENT_TYPE, "application/json"))
        .insert_header((header::CACHE_CONTROL, "no-store"))
        .insert_header((header::X_CONTENT_TYPE_OPTIONS, "nosniff"))
        .body(body))
}
