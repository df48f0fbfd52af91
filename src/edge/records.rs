//! Codes as the API answers them.

use actix_web::http::StatusCode;
use actix_web::http::header::{self, ETag};
use actix_web::{HttpResponse, HttpResponseBuilder};
use ezqr_schema::wire::{CodeReceipt, CodeRecord, RecordContext, ScanCount};
use ezqr_schema::{Code, LinkBase, LinkBaseId, Sequence, Timestamp};
use serde::Serialize;

use super::{Edge, conditions};
use crate::problem::Fault;

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

    /// The record of `code`, which is one of those given, as it is shown at `now`.
    pub(super) fn record<'code>(
        &'code self,
        code: &'code Code,
        scan_count: ScanCount,
        now: Timestamp,
    ) -> CodeRecord<'code> {
        let own = self.link_bases.iter().find(|(id, _)| *id == code.link_base);
        let context = RecordContext {
            short_codes: self.edge.handles.reader.short_codes(),
            // It was looked up for this very code, so the other base is never taken.
            link_base: own.map_or(&self.edge.public_url, |(_, base)| base),
            now,
            public_url: self.edge.public_url.as_str(),
        };
        CodeRecord::new(code, context, scan_count)
    }
}

/// How often each of `codes` was scanned, in their order: one message and the reads of their pages; neither where
/// none has a link. A record without its count is worth more than none: one that cannot be had is unavailable.
pub(super) async fn scan_counts(edge: &Edge, codes: &[Code]) -> Vec<ScanCount> {
    let linked: Vec<Sequence> =
        codes.iter().filter(|code| code.is_dynamic()).map(|code| code.sequence).collect();
    let counted = counted(edge, linked).await.unwrap_or_else(|fault| {
        tracing::warn!(
            code = fault.code.code(),
            cause = fault.chain(),
            "records are shown without their scans"
        );
        Vec::new()
    });
    let mut counted = counted.into_iter();
    let count = |code: &Code| {
        if code.is_dynamic() {
            counted.next().map_or(ScanCount::Unavailable, ScanCount::Counted)
        } else {
            ScanCount::NONE
        }
    };
    codes.iter().map(count).collect()
}

async fn counted(edge: &Edge, codes: Vec<Sequence>) -> Result<Vec<u64>, Fault> {
    if codes.is_empty() {
        return Ok(Vec::new());
    }
    // Before the store: a count may go from memory into the store meanwhile, not back.
    let live = edge.handles.scans.live(codes.clone()).await?;
    Ok(edge.handles.scan_reader.counts(&codes, &live).await?)
}

/// The answer that is the record of `code`, which was there before this request.
pub(super) async fn answer(
    edge: &Edge,
    builder: HttpResponseBuilder,
    code: &Code,
) -> Result<HttpResponse, Fault> {
    let counts = scan_counts(edge, std::slice::from_ref(code)).await;
    let scan_count = counts.first().copied().unwrap_or(ScanCount::Unavailable);
    answer_with(edge, builder, code, scan_count, edge.clock.now()).await
}

/// The answer to a change, to a key that may not read codes: what tells it that the change was made, and no more.
pub(super) fn answer_receipt(code: &Code) -> Result<HttpResponse, Fault> {
    let mut builder = HttpResponse::Ok();
    builder.insert_header(ETag(conditions::tag_of(code.version)));
    json(builder, &CodeReceipt::new(code))
}

/// The answer that is the record of `code`, which this request made: nobody has scanned it.
pub(super) async fn answer_created(edge: &Edge, code: &Code) -> Result<HttpResponse, Fault> {
    // As of then: a repeated answer is the first one.
    answer_with(edge, created(code), code, ScanCount::NONE, code.created_at).await
}

async fn answer_with(
    edge: &Edge,
    mut builder: HttpResponseBuilder,
    code: &Code,
    scan_count: ScanCount,
    now: Timestamp,
) -> Result<HttpResponse, Fault> {
    let records = Records::of(edge, std::slice::from_ref(code)).await?;
    builder.insert_header(ETag(conditions::tag_of(code.version)));
    json(builder, &records.record(code, scan_count, now))
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
