//! Archives of a batch's images: `Accept: application/zip`.
//!
//! An archive begins with `manifest.csv`, a row for each item of the request; the images follow in the order
//! of the request. It is sent while it is drawn. One that is cut off has no directory and its transfer no
//! end, so that it cannot be taken for a shorter one.

mod manifest;

use actix_web::http::header;
use actix_web::web::Bytes;
use actix_web::{HttpResponse, HttpResponseBuilder};
use ezqr_actors::codes::Link;
use ezqr_actors::rendering::{BatchFailed, BatchImages, BatchTicket, Format, ImageRequest};
use ezqr_render::archive::{Archive, ArchiveError, MANIFEST};
use ezqr_render::options::ImageOptions;
use ezqr_schema::wire::{CsvStyle, Refused, parameters};
use ezqr_schema::{Code, FieldFault, NewCode, Problem, ProblemCode};
use futures_util::stream::{Stream, try_unfold};

use super::Edge;
use super::batches::{self, OnError};
use super::idempotency::Item;
use super::image_query::{self, ImageParameters};
use super::images::{self, NOT_CONFORMANT, PixelLimits};
use crate::problem::Fault;

/// The media type of archives.
pub(super) const MEDIA_TYPE: &str = "application/zip";

/// What the images of an archive shall be.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct ArchiveOptions {
    format: Format,
    image: ImageOptions,
    /// For whom the manifest is written.
    csv: CsvStyle,
}

/// Reads `on_error`, `format` (PNG without one), `csv` and the parameters of images; all the faults of a query at
/// once.
pub(super) fn parse_query(query: &str) -> Result<(OnError, ArchiveOptions), Refused> {
    let (mut on_error, mut format, mut csv) = (OnError::Refuse, Format::Png, CsvStyle::Plain);
    let mut image = ImageParameters::default();
    let faults = parameters::read_without(query, image_query::is_ignored, |name, value| match name {
        "on_error" => OnError::parse(value).map(|asked| on_error = asked),
        "format" => format_of(value).map(|asked| format = asked),
        "csv" => CsvStyle::parse(value).map(|asked| csv = asked),
        _ => image
            .set(name, value)
            .unwrap_or_else(|| Err(format!("is not a parameter of archives; they have {PARAMETERS}"))),
    });
    let image = image.finish(Some(format), faults)?;
    Ok((on_error, ArchiveOptions { format, image, csv }))
}

const PARAMETERS: &str = "on_error, format, csv, scale, size, margin, dark, light, size_mm, dpi, eci";

fn format_of(value: &str) -> Result<Format, String> {
    let known = Format::ALL.into_iter().find(|format| format.extension() == value);
    known.ok_or_else(|| "must be png, svg or pdf".to_owned())
}

impl ArchiveOptions {
    /// Refuses each item whose image would have too many pixels.
    pub(super) fn check_each(self, edge: &Edge, items: Vec<Item>) -> Result<Vec<Item>, Fault> {
        let mut checked = Vec::with_capacity(items.len());
        for (index, item) in items.into_iter().enumerate() {
            let pixels = match &item {
                Ok(code) => images::pixels_of_new_code(edge, code, self.format, self.image)?,
                Err(_) => 0,
            };
            if pixels <= edge.image_pixels {
                checked.push(item);
                continue;
            }
            let detail =
                format!("would have an image of {pixels} pixels; at most {} are allowed", edge.image_pixels);
            let fault = FieldFault::new(format!("/{index}"), detail);
            checked.push(Err(Refused::one(fault.with_code(ProblemCode::ImageTooLarge))));
        }
        Ok(checked)
    }

    /// Refuses images that would have too many pixels, by themselves or together.
    pub(super) fn check_together(
        self,
        edge: &Edge,
        limits: PixelLimits,
        codes: &[NewCode],
    ) -> Result<(), Fault> {
        let mut together: u64 = 0;
        for code in codes {
            let pixels = images::pixels_of_new_code(edge, code, self.format, self.image)?;
            limits.check(pixels)?;
            together = together.saturating_add(pixels);
        }
        if together <= limits.request {
            return Ok(());
        }
        let detail = format!(
            "The images would have {together} pixels together; at most {} are allowed in one request.",
            limits.request
        );
        Err(Fault::new(ProblemCode::ImageTooLarge, detail))
    }
}

/// The answer to what made `minted`, as an archive: an item without a problem is the next of them.
pub(super) async fn answer(
    edge: &Edge,
    options: ArchiveOptions,
    ticket: BatchTicket,
    minted: &[Code],
    problems: &[Option<Problem>],
) -> Result<HttpResponse, Fault> {
    let mut requests = Vec::with_capacity(minted.len());
    for code in minted {
        let link = Link::from(code.clone());
        requests.push(images::image_of(edge, &link, options.format, options.image).await?);
    }
    let sides = requests.iter().map(ImageRequest::side_millimetres).collect::<Result<Vec<_>, _>>();
    let sides = sides.map_err(Fault::internal)?;
    let (manifest, names) = manifest::write(edge, options, minted, sides, problems).await?;
    let mut builder = HttpResponse::build(batches::status(problems));
    describe(&mut builder, options);
    Ok(builder.streaming(stream(manifest, names, ticket.begin(requests))))
}

fn describe(builder: &mut HttpResponseBuilder, options: ArchiveOptions) {
    builder
        .insert_header((header::CONTENT_TYPE, MEDIA_TYPE))
        .insert_header((header::CONTENT_DISPOSITION, "attachment; filename=\"qr-codes.zip\""))
        .insert_header((header::CACHE_CONTROL, "no-store"))
        .insert_header((header::X_CONTENT_TYPE_OPTIONS, "nosniff"));
    if !options.image.is_conformant() {
        builder.insert_header(NOT_CONFORMANT);
    }
}

/// Why an archive ends before its directory.
#[derive(Debug, thiserror::Error)]
enum ArchiveCut {
    #[error(transparent)]
    Images(#[from] BatchFailed),
    #[error(transparent)]
    Format(#[from] ArchiveError),
    /// There are other images than names.
    #[error("the images do not match the manifest")]
    Mismatch,
}

/// An archive being sent.
struct Sending {
    archive: Archive,
    /// Until it is sent.
    manifest: Option<String>,
    names: std::vec::IntoIter<String>,
    images: BatchImages,
}

/// The bytes of an archive. An error is the last thing there is, and is logged.
fn stream(
    manifest: String,
    names: Vec<String>,
    images: BatchImages,
) -> impl Stream<Item = Result<Bytes, ArchiveCut>> {
    let sending =
        Sending { archive: Archive::default(), manifest: Some(manifest), names: names.into_iter(), images };
    try_unfold(Some(sending), async |sending| {
        let Some(sending) = sending else { return Ok(None) };
        sending.next().await.map(Some).inspect_err(|error| {
            tracing::warn!(%error, "an archive was cut off");
        })
    })
}

impl Sending {
    /// The next bytes, and what is left; nothing after the directory.
    async fn next(mut self) -> Result<(Bytes, Option<Self>), ArchiveCut> {
        let mut bytes = Vec::new();
        if let Some(manifest) = self.manifest.take() {
            self.archive.file(MANIFEST, manifest.as_bytes(), &mut bytes)?;
            return Ok((bytes.into(), Some(self)));
        }
        let Some(images) = self.images.next().await? else {
            if self.names.next().is_some() {
                return Err(ArchiveCut::Mismatch);
            }
            self.archive.finish(&mut bytes)?;
            return Ok((bytes.into(), None));
        };
        for image in images {
            let name = self.names.next().ok_or(ArchiveCut::Mismatch)?;
            self.archive.file(&name, &image, &mut bytes)?;
        }
        Ok((bytes.into(), Some(self)))
    }
}

#[cfg(test)]
mod tests;
