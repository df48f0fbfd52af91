//! PDF: one page of the image's printed size, its modules as vectors.

use std::io::Write as _;

use lopdf::{Document, Object, StringFormat};
use printpdf::{CurTransMat, Mm, Op, PdfDocument, PdfPage, PdfSaveOptions, Rgb};

use crate::Symbol;
use crate::decimal::push_decimal;
use crate::options::{Colour, ImageOptions, Light, Millimetres};
use crate::symbol::dark_runs;

/// The printed side of a page whose options name none, in millimetres.
pub const DEFAULT_SIDE: f64 = 50.0;

/// The usual level 6 takes twice as long, for files a tenth smaller.
const LEVEL: flate2::Compression = flate2::Compression::new(2);

const POINTS_A_MILLIMETRE: f64 = 72.0 / 25.4;

/// A page that could not be written.
#[derive(Debug, thiserror::Error)]
pub enum PdfError {
    /// The writer of the file refused.
    #[error("the PDF could not be written")]
    Write(#[from] std::io::Error),
}

/// The image of `symbol`: a page of the printed side, quiet zone included.
pub fn write(symbol: &Symbol, options: &ImageOptions) -> Result<Vec<u8>, PdfError> {
    let millimetres = options.printed_side.map_or(DEFAULT_SIDE, Millimetres::length);
    let mut page = PdfDocument::new("");
    page.with_pages(vec![PdfPage::new(
        Mm(narrow(millimetres)),
        Mm(narrow(millimetres)),
        operations(symbol, options, millimetres * POINTS_A_MILLIMETRE),
    )]);
    // "Secure" would drop the operators that printpdf has no name for.
    let save = PdfSaveOptions { optimize: false, secure: false, ..PdfSaveOptions::default() };
    finish(page.to_lopdf_document(&save, &mut Vec::new()))
}

/// The content stream: coordinates in modules, from the top left, as in the other formats.
fn operations(symbol: &Symbol, options: &ImageOptions, side_points: f64) -> Vec<Op> {
    let quiet_zone = options.quiet_zone.modules();
    let side = u32::from(symbol.version().number()) * 4 + 17 + 2 * quiet_zone;
    let module = narrow(side_points / f64::from(side));
    let matrix = CurTransMat::Raw([module, 0.0, 0.0, -module, 0.0, narrow(side_points)]);
    let mut list = vec![Op::SetTransformationMatrix { matrix }];
    if let Light::Opaque(light) = options.colours.light() {
        list.extend([fill_colour(light), verbatim(format!("0 0 {side} {side} re f"))]);
    }
    list.extend([fill_colour(options.colours.dark()), verbatim(path(symbol, quiet_zone))]);
    list
}

/// One rectangle a run of dark modules.
fn path(symbol: &Symbol, quiet_zone: u32) -> String {
    let mut text = Vec::with_capacity(3 * symbol.side_modules() * symbol.side_modules());
    for (y, row) in (quiet_zone..).zip(symbol.rows()) {
        for (first, modules) in dark_runs(row) {
            push_decimal(&mut text, quiet_zone + first);
            text.push(b' ');
            push_decimal(&mut text, y);
            text.push(b' ');
            push_decimal(&mut text, modules);
            text.extend_from_slice(b" 1 re\n");
        }
    }
    text.push(b'f');
    // Digits, blanks and operators.
    String::from_utf8(text).unwrap_or_default()
}

fn fill_colour(colour: Colour) -> Op {
    let channel = |value: u8| f32::from(value) / 255.0;
    let rgb = Rgb::new(channel(colour.red), channel(colour.green), channel(colour.blue), None);
    Op::SetFillColor { col: printpdf::Color::Rgb(rgb) }
}

/// printpdf has no rectangles that are only a path, and costs several allocations an operator; one it does
/// not know it writes as it stands, so the whole path goes in as one.
fn verbatim(operators: String) -> Op {
    Op::Unknown { key: operators, value: Vec::new() }
}

/// The file: the content deflated, what says nothing left out, and an identifier made of the content where
/// printpdf puts a random one.
fn finish(mut document: Document) -> Result<Vec<u8>, PdfError> {
    let mut identity = blake3::Hasher::new();
    for object in document.objects.values_mut() {
        if let Object::Stream(stream) = object {
            identity.update(&stream.content);
            let mut deflate = flate2::write::ZlibEncoder::new(Vec::new(), LEVEL);
            deflate.write_all(&stream.content)?;
            stream.set_content(deflate.finish()?);
            stream.dict.set("Filter", "FlateDecode");
        }
    }
    let identity = identity.finalize();
    let id =
        Object::String(identity.as_bytes().iter().take(16).copied().collect(), StringFormat::Hexadecimal);
    document.trailer.set("ID", vec![id.clone(), id]);
    if let Some(Object::Reference(information)) = document.trailer.remove(b"Info") {
        document.objects.remove(&information);
    }
    let mut file = Vec::with_capacity(4_096);
    document.save_to(&mut file)?;
    Ok(file)
}

/// printpdf measures in 32 bits.
#[expect(clippy::cast_possible_truncation, reason = "a millionth of a page's side is not seen")]
const fn narrow(length: f64) -> f32 {
    length as f32
}
