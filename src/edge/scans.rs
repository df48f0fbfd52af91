//! `/api/v1/qr-codes/{id}/scans` and `/api/v1/scans`: who followed links, when and where.

use actix_web::http::header;
use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse};
use ezqr_actors::scans::Live;
use ezqr_schema::wire::CsvStyle;
use ezqr_schema::wire::scans::{ScanFormat, ScanReport, parse_account_scan_query, parse_scan_query};
use ezqr_schema::{ProblemCode, Scope};

use super::{Edge, accept, address, caller, records};
use crate::problem::Fault;

const JSON: &str = "application/json";
const CSV: &str = "text/csv";
const NDJSON: &str = "application/x-ndjson";

/// `GET` below a code: the scans of a code, a deleted one's too. A static one has none.
pub(super) async fn of_code(request: HttpRequest, edge: Data<Edge>) -> Result<HttpResponse, Fault> {
    let principal = caller::admit(&edge, &request, Scope::ScansRead).await?;
    let id = address::code_id(address::segment(&request, "id"))?;
    let query = parse_scan_query(request.query_string(), edge.clock.now())?;
    let format = asked_format(&request, query.format)?;
    let code = edge.handles.reader.code(&principal.owner, id).await?.ok_or_else(Fault::no_such_code)?;
    // What is in memory comes before the store: a row may go from the one to the other meanwhile, not back.
    let live =
        if code.is_dynamic() { edge.handles.scans.live(vec![code.sequence]).await? } else { Live::default() };
    let report = edge.handles.scan_reader.report(code.sequence, &query, &live).await?;
    answer(&report, format, query.csv)
}

/// `GET`: the scans of all codes of the key's environment, or of those with a tag.
pub(super) async fn of_account(request: HttpRequest, edge: Data<Edge>) -> Result<HttpResponse, Fault> {
    let principal = caller::admit(&edge, &request, Scope::ScansRead).await?;
    let query = parse_account_scan_query(request.query_string(), edge.clock.now())?;
    let format = asked_format(&request, query.scans.format)?;
    let reader = &edge.handles.scan_reader;
    let pages = reader.account_pages(&principal.owner, &query).await?;
    let live = edge.handles.scans.live_of_pages(pages.pages().to_vec()).await?;
    let report = reader.account_report(&pages, &query, &live).await?;
    answer(&report, format, query.scans.csv)
}

/// What the address asks for, or else the header.
fn asked_format(request: &HttpRequest, in_query: Option<ScanFormat>) -> Result<ScanFormat, Fault> {
    if let Some(format) = in_query {
        return Ok(format);
    }
    match accept::preferred(request, &[JSON, CSV, NDJSON]) {
        Some(CSV) => Ok(ScanFormat::Csv),
        Some(NDJSON) => Ok(ScanFormat::Ndjson),
        Some(_) => Ok(ScanFormat::Json),
        None => {
            let detail = format!("A report on scans is answered as {JSON}, {CSV} or {NDJSON}.");
            Err(Fault::new(ProblemCode::NotAcceptable, detail))
        }
    }
}

fn answer(report: &ScanReport, format: ScanFormat, csv: CsvStyle) -> Result<HttpResponse, Fault> {
    let (media_type, body) = match format {
        ScanFormat::Json => return records::json(HttpResponse::Ok(), report),
        ScanFormat::Csv => ("text/csv; charset=utf-8", report.to_csv(csv)),
        ScanFormat::Ndjson => (NDJSON, report.to_ndjson()),
    };
    Ok(HttpResponse::Ok()
        .insert_header((header::CONTENT_TYPE, media_type))
        .insert_header((header::CACHE_CONTROL, "no-store"))
        .insert_header((header::X_CONTENT_TYPE_OPTIONS, "nosniff"))
        .body(body))
}
