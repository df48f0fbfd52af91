//! PDF: one page of the image's printed size, its modules as vectors.

use std::io::Write as _;

use lopdf::{Document, Object, StringFormat};
use printpdf::{CurTransMat, DictItem, Mm, Op, PdfDocument, PdfPage, PdfSaveOptions, Rgb};

use crate::Symbol;
use crate::options::{Colour, ImageOptions, Light, Millimetres};
use crate::symbol::dark_runs;

/// The printed side of a page whose options name none, in millimetres.
pub const DEFAULT_SIDE: f64 = 50.0;

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
    let quiet_zone = i64::from(options.quiet_zone.modules());
    let side = i64::from(symbol.version().number()) * 4 + 17 + 2 * quiet_zone;
    #[expect(clippy::cast_precision_loss, reason = "at most 305 modules")]
    let module = narrow(side_points / side as f64);
    let matrix = CurTransMat::Raw([module, 0.0, 0.0, -module, 0.0, narrow(side_points)]);
    let mut list = vec![Op::SetTransformationMatrix { matrix }];
    if let Light::Opaque(light) = options.colours.light() {
        list.extend([fill_colour(light), rectangle(0, 0, side, side), operator("f", Vec::new())]);
    }
    list.push(fill_colour(options.colours.dark()));
    for (y, row) in (quiet_zone..).zip(symbol.rows()) {
        for (x, modules) in dark_runs(row) {
            list.push(rectangle(quiet_zone + i64::from(x), y, i64::from(modules), 1));
        }
    }
    list.push(operator("f", Vec::new()));
    list
}

fn fill_colour(colour: Colour) -> Op {
    let channel = |value: u8| f32::from(value) / 255.0;
    let rgb = Rgb::new(channel(colour.red), channel(colour.green), channel(colour.blue), None);
    Op::SetFillColor { col: printpdf::Color::Rgb(rgb) }
}

fn rectangle(x: i64, y: i64, width: i64, height: i64) -> Op {
    operator("re", [x, y, width, height].map(DictItem::Int).to_vec())
}

fn operator(key: &str, value: Vec<DictItem>) -> Op {
    Op::Unknown { key: key.to_owned(), value }
}

/// The file: the content deflated, what says nothing left out, and an identifier made of the content where
/// printpdf puts a random one.
fn finish(mut document: Document) -> Result<Vec<u8>, PdfError> {
    let mut identity = blake3::Hasher::new();
    for object in document.objects.values_mut() {
        if let Object::Stream(stream) = object {
            identity.update(&stream.content);
            let mut deflate = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::default());
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
