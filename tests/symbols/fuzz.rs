//! No input breaks the renderer: bodies that take any bytes, run over a corpus and over generated input.

use ezqr_render::archive::{Archive, FileNames};
use ezqr_render::options::{
    Colours, ImageOptions, Millimetres, PixelSize, QuietZone, Resolution, Scale, Size,
};
use ezqr_render::{Eci, ErrorCorrection, Mask, SymbolRequest, Version, pdf, png, svg};
use ezqr_schema::wire::{CsvStyle, CsvTable};

use crate::decoders::read_png;
use crate::random::Random;

/// Takes values off the front of the input; when that is used up, zeros.
struct Input<'a>(&'a [u8]);

impl Input<'_> {
    fn byte(&mut self) -> u8 {
        let Some((first, rest)) = self.0.split_first() else { return 0 };
        self.0 = rest;
        *first
    }

    fn number(&mut self) -> u32 {
        u32::from_le_bytes([self.byte(), self.byte(), self.byte(), self.byte()])
    }

    fn float(&mut self) -> f64 {
        f64::from_bits(u64::from(self.number()) << 32 | u64::from(self.number()))
    }
}

/// Any payload with any request becomes a symbol or a typed error.
fn encode(input: &[u8]) {
    let mut input = Input(input);
    let level = ErrorCorrection::ALL[usize::from(input.byte() % 4)];
    let flags = input.byte();
    let (version, mask, eci) = (input.byte(), input.byte(), input.number());
    let mut request = SymbolRequest::new(input.0).at_least(level);
    if flags & 1 > 0 {
        request = request.exactly(level);
    }
    if flags & 2 > 0
        && let Ok(version) = Version::new(u32::from(version))
    {
        request = request.version(version);
    }
    if flags & 4 > 0
        && let Ok(mask) = Mask::new(u32::from(mask))
    {
        request = request.mask(mask);
    }
    if flags & 8 > 0 {
        request = request.shift_jis();
    }
    if flags & 16 > 0
        && let Ok(eci) = Eci::new(eci)
    {
        request = request.eci(eci);
    }
    let fits = request.best_version();
    match request.encode() {
        Ok(symbol) => {
            assert_eq!(fits, Ok(symbol.version()));
            assert!(symbol.level() >= level);
        }
        Err(error) => assert_eq!(fits, Err(error)),
    }
}

/// Any numbers become valid options or a typed error, and valid options an image.
fn draw(input: &[u8]) {
    let mut input = Input(input);
    let size = match input.byte() % 3 {
        0 => Scale::new(input.number() % 1_100).map(Size::Scale),
        1 => PixelSize::new(input.number() % 21_000).map(Size::Canvas),
        _ => Ok(Size::Unasked),
    };
    let quiet_zone = QuietZone::new(u32::from(input.byte()));
    let (millimetres, resolution) =
        (Millimetres::new(input.float()), Resolution::new(input.number() % 11_000));
    let (dark, light) = (format!("#{:06x}", input.number() >> 8), format!("#{:03x}", input.number() >> 20));
    let colours = Colours::parse(Some(&dark), Some(&light));
    let options = ImageOptions {
        size: size.unwrap_or_default(),
        quiet_zone: quiet_zone.unwrap_or_default(),
        colours: colours.unwrap_or_default(),
        printed_side: millimetres.ok(),
        resolution: resolution.ok(),
        encoding: None,
    };
    let payload = &input.0[..input.0.len().min(200)];
    let symbol = SymbolRequest::new(payload).encode().unwrap();
    let title = String::from_utf8_lossy(payload);
    assert!(svg::write(&symbol, &options, Some(&title)).ends_with("/></svg>"));
    assert!(pdf::write(&symbol, &options).unwrap().starts_with(b"%PDF-"));
    // What is larger is refused by whoever asks for it.
    if options.pixels(symbol.version()) <= 250_000 {
        let image = read_png(&png::write(&symbol, &options).unwrap());
        assert_eq!(image.pixels.len() as u64, options.pixels(symbol.version()));
    }
}

/// Colours as text.
fn parse(input: &[u8]) {
    let text = String::from_utf8_lossy(input);
    let (dark, light) = text.split_once(',').unwrap_or((&text, "#fff"));
    if let Ok(colours) = Colours::parse(Some(dark), Some(light)) {
        assert_eq!(Colours::new(colours.dark(), colours.light()), Ok(colours));
    }
}

/// Names, manifest and archive.
fn archive(input: &[u8]) {
    let text = String::from_utf8_lossy(input);
    let (mut names, mut archive, mut out) = (FileNames::default(), Archive::default(), Vec::new());
    let mut manifest = CsvTable::new(CsvStyle::Plain);
    let mut given = std::collections::HashSet::new();
    for line in text.split('\n') {
        let name = names.give(line, "png");
        assert!(!name.starts_with('.'));
        assert!(name.len() <= 220, "{name}");
        let forbidden = |c: char| c.is_control() || c.is_whitespace() || "<>:\"/\\|?*".contains(c);
        assert!(!name.contains(forbidden), "{name}");
        assert!(given.insert(name.to_lowercase()), "{name}");
        archive.file(&name, line.as_bytes(), &mut out).unwrap();
        manifest.push([name.as_str(), line]);
    }
    archive.finish(&mut out).unwrap();
    assert!(manifest.into_text().lines().all(|line| !line.starts_with(['=', '+', '@'])));
}

const BODIES: [fn(&[u8]); 4] = [encode, draw, parse, archive];

#[test]
fn the_corpus_passes() {
    let corpus = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/symbols/corpus");
    let mut inputs = 0;
    for file in std::fs::read_dir(corpus).unwrap() {
        let input = std::fs::read(file.unwrap().path()).unwrap();
        for body in BODIES {
            body(&input);
        }
        inputs += 1;
    }
    assert!(inputs >= 8);
}

#[test]
fn ten_thousand_generated_inputs_pass() {
    for seed in 0..10_000 {
        let mut random = Random::new(seed);
        let longest = if seed % 50 == 0 { 8_000 } else { 120 };
        let length = random.below(longest);
        let input: Vec<u8> = match seed % 3 {
            0 => (0..length).map(|_| random.byte()).collect(),
            1 => random.bytes_of(b"0123456789ABC abc/:#,=+-@.\n\r\"\0\xff\x81\x40\xe0\xeb", length),
            // One byte over and over, after a header of noise.
            _ => (0..length).map(|at| if at < 16 { random.byte() } else { b'7' }).collect(),
        };
        for body in BODIES {
            body(&input);
        }
    }
}
