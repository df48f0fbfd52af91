//! `/qr/{id}.png|svg|pdf`: the images of codes.

use actix_web::http::StatusCode;
use actix_web::http::header::{self, ETag, EntityTag};
use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse, HttpResponseBuilder};
use ezqr_actors::codes::Link;
use ezqr_actors::rendering::{Format, ImageRequest};
use ezqr_render::TextEncoding;
use ezqr_render::options::ImageOptions;
use ezqr_schema::{Code, CodeStatus, NewCode, Owner, ProblemCode, Scope};

use super::{Edge, address, caller, conditions, image_query, records};
use crate::problem::Fault;

/// A PNG of up to so many pixels is drawn where it is asked for, in less time than a message takes.
const PLAIN_PIXELS: u64 = 1_000_000;

/// Says that an image has a smaller quiet zone than the standard asks for.
pub(super) const NOT_CONFORMANT: (&str, &str) = ("x-qr-conformant", "false");

/// Tells the printed side of an image, the quiet zone included, in millimetres.
const PRINTED_SIDE: &str = "x-qr-size-mm";

/// Stands for a short code that is not given out yet: letters take at least the room of digits.
const LARGEST_SHORT_CODE: &str = "ZZZZZZZZ";

/// `GET`: the image of a code. Where no key is asked, a request that fails takes a token of the client's network.
pub(super) async fn show(request: HttpRequest, edge: Data<Edge>) -> Result<HttpResponse, Fault> {
    if !edge.images.public {
        let principal = caller::admit(&edge, &request, Scope::CodesRead).await?;
        return served(&request, &edge, Some(&principal.owner)).await;
    }
    match served(&request, &edge, None).await {
        Ok(answer) => Ok(answer),
        Err(fault) => Err(caller::charge(&edge, &request, fault).await),
    }
}

/// The image that `request` asks for, of a code of `owner` if one is given.
async fn served(request: &HttpRequest, edge: &Edge, owner: Option<&Owner>) -> Result<HttpResponse, Fault> {
    let (id, format) = file(address::segment(request, "file"))?;
    let id = address::code_id(id)?;
    let options = image_query::parse(request.query_string(), Some(format))?;
    let link = edge.handles.reader.link_of(id).await?.ok_or_else(Fault::no_such_code)?;
    if owner.is_some_and(|owner| *owner != link.owner) {
        return Err(Fault::no_such_code());
    }
    check_status(&link)?;
    let image = image_of(edge, &link, format, options).await?;
    let tag = tag_of(&image);
    let mut builder = HttpResponse::Ok();
    builder.insert_header(ETag(tag.clone()));
    let keeping = if edge.images.public { "public, max-age=86400" } else { "private, max-age=86400" };
    builder.insert_header((header::CACHE_CONTROL, keeping));
    if conditions::is_known(request, &tag) {
        return Ok(builder.status(StatusCode::NOT_MODIFIED).finish());
    }
    let limits = PixelLimits { image: edge.image_pixels, request: edge.request_pixels };
    limits.check(pixels_of(&image)?)?;
    draw(edge, builder, image).await
}

/// The pixels that the image of a code about to be minted will have; in rare cases it has less, because the
/// digits of its short code need less room than letters.
pub(super) fn pixels_of_new_code(
    edge: &Edge,
    code: &NewCode,
    format: Format,
    options: ImageOptions,
) -> Result<u64, Fault> {
    let pattern = match (&code.target_url, &code.alias) {
        (None, _) => code.content.as_str().to_owned(),
        (Some(_), Some(alias)) => edge.handles.reader.printed_link(&edge.link_base, alias.as_str()),
        (Some(_), None) => edge.handles.reader.printed_link(&edge.link_base, LARGEST_SHORT_CODE),
    };
    let (level, encoding) = (code.error_correction, encoding(edge, options));
    pixels_of(&ImageRequest { pattern, level, encoding, format, options })
}

/// The answer to what made `code`, as its image.
pub(super) async fn of_new_code(
    edge: &Edge,
    code: &Code,
    format: Format,
    options: ImageOptions,
) -> Result<HttpResponse, Fault> {
    let image = image_of(edge, &Link::from(code.clone()), format, options).await?;
    let mut builder = records::created(code);
    builder.insert_header((header::CACHE_CONTROL, "no-store"));
    draw(edge, builder, image).await
}

/// Id and format of a file's name.
fn file(name: &str) -> Result<(&str, Format), Fault> {
    let (id, extension) = name.rsplit_once('.').unwrap_or((name, ""));
    let format = Format::ALL.into_iter().find(|format| format.extension() == extension);
    let detail = "Images are /qr/{id}.png, /qr/{id}.svg and /qr/{id}.pdf.";
    Ok((id, format.ok_or_else(|| Fault::new(ProblemCode::RouteNotFound, detail))?))
}

/// A deleted code is not drawn any more. Any other is: what is printed of a paused or expired code, or of a suspended
/// account, stays as it is, and its image shows nothing that the print does not.
fn check_status(link: &Link) -> Result<(), Fault> {
    if link.status == CodeStatus::Deleted {
        return Err(Fault::new(ProblemCode::CodeDeleted, "The code was deleted."));
    }
    Ok(())
}

/// What the image of `link` is made of.
pub(super) async fn image_of(
    edge: &Edge,
    link: &Link,
    format: Format,
    options: ImageOptions,
) -> Result<ImageRequest, Fault> {
    let pattern = edge.handles.reader.pattern(link).await?;
    let (level, encoding) = (link.error_correction, encoding(edge, options));
    Ok(ImageRequest { pattern, level, encoding, format, options })
}

/// As it was asked for, or as the installation has it.
fn encoding(edge: &Edge, options: ImageOptions) -> TextEncoding {
    options.encoding.unwrap_or(edge.images.encoding)
}

/// The same image has the same tag. A newer program may draw other bytes, so its version is in it.
fn tag_of(image: &ImageRequest) -> EntityTag {
    let content = format!("{} {image:?}", env!("CARGO_PKG_VERSION"));
    let hash = blake3::hash(content.as_bytes()).to_hex();
    EntityTag::new_strong(hash.chars().take(32).collect())
}

/// Draws the image here when it is plain, in the render pool when it is large. Whether it may have so many pixels is
/// checked before, of a new code before it is minted.
async fn draw(
    edge: &Edge,
    mut builder: HttpResponseBuilder,
    image: ImageRequest,
) -> Result<HttpResponse, Fault> {
    let pixels = pixels_of(&image)?;
    let (format, is_conformant) = (image.format, image.options.is_conformant());
    let side = image.side_millimetres().map_err(Fault::internal)?;
    let bytes = if pixels <= PLAIN_PIXELS {
        image.render().map_err(Fault::internal)?
    } else {
        edge.handles.rendering.render(image).await?
    };
    builder
        .insert_header((header::CONTENT_TYPE, format.media_type()))
        .insert_header((header::X_CONTENT_TYPE_OPTIONS, "nosniff"));
    if format == Format::Svg {
        // Opened by itself, an SVG is a document: it must not load or run anything.
        builder.insert_header((header::CONTENT_SECURITY_POLICY, "default-src 'none'; sandbox"));
    }
    if !is_conformant {
        builder.insert_header(NOT_CONFORMANT);
    }
    if let Some(side) = side {
        builder.insert_header((PRINTED_SIDE, side.to_string()));
    }
    Ok(builder.body(bytes))
}

fn pixels_of(image: &ImageRequest) -> Result<u64, Fault> {
    // Whether a code fits some symbol is seen to before it is minted.
    image.pixels().map_err(Fault::internal)
}

/// How many pixels images may have.
#[derive(Clone, Copy, Debug)]
pub(super) struct PixelLimits {
    /// One of them.
    pub(super) image: u64,
    /// All of a request together.
    pub(super) request: u64,
}

impl PixelLimits {
    /// Refuses an image of too many pixels; that of a new code before it is minted, so that nothing is left behind.
    pub(super) fn check(self, pixels: u64) -> Result<(), Fault> {
        if pixels <= self.image {
            return Ok(());
        }
        let detail = format!("The image would have {pixels} pixels; at most {} are allowed.", self.image);
        Err(Fault::new(ProblemCode::ImageTooLarge, detail))
    }
}

#[cfg(test)]
mod tests {
    use ezqr_schema::ErrorCorrection;

    use super::*;

    #[test]
    fn a_file_name_is_an_id_and_a_format() {
        assert_eq!(file("1.svg").unwrap(), ("1", Format::Svg));
        for name in ["1", "1.gif", "1.PNG", ""] {
            assert_eq!(file(name).unwrap_err().code, ProblemCode::RouteNotFound, "{name}");
        }
    }

    #[test]
    fn what_changes_an_image_changes_its_tag() {
        let image = ImageRequest {
            pattern: "HTTPS://R.EXAMPLE/7K3MX9QA".to_owned(),
            level: ErrorCorrection::Medium,
            encoding: TextEncoding::Declared,
            format: Format::Svg,
            options: ImageOptions::default(),
        };
        assert_eq!(tag_of(&image), tag_of(&image.clone()));
        let others = [
            ImageRequest { format: Format::Png, ..image.clone() },
            ImageRequest { pattern: "HTTPS://R.EXAMPLE/7K3MX9QB".to_owned(), ..image.clone() },
            ImageRequest { level: ErrorCorrection::High, ..image.clone() },
            ImageRequest { encoding: TextEncoding::Undeclared, ..image.clone() },
            ImageRequest {
                options: image_query::parse("margin=1", Some(Format::Svg)).unwrap(),
                ..image.clone()
            },
        ];
        for other in others {
            assert_ne!(tag_of(&other), tag_of(&image), "{other:?}");
        }
    }
}
