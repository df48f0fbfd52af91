//! Every image scans.

use ezqr_render::options::{Colours, ImageOptions, Scale, Size};
use ezqr_render::{Eci, ErrorCorrection, Symbol, SymbolRequest, Version, png};
use rayon::iter::{IntoParallelIterator, ParallelIterator};

use crate::decoders::{Grey, has_program, read_png, rqrr, rxing, zbar};
use crate::random::{Random, options, text};

const PAYLOADS: u64 = 10_000;

struct Drawn {
    payload: Vec<u8>,
    scale: u32,
    colours: Colours,
    file: Vec<u8>,
    image: Grey,
}

fn draw(seed: u64) -> Drawn {
    let mut random = Random::new(seed);
    let payload = text(&mut random);
    let level = *random.pick(&ErrorCorrection::ALL);
    let symbol = Symbol::encode(&payload, level).unwrap();
    let options = options(&mut random);
    let file = png::write(&symbol, &options).unwrap();
    let image = read_png(&file);
    let scale = options.geometry(symbol.version()).scale();
    assert_eq!(u64::try_from(image.pixels.len()).unwrap(), options.pixels(symbol.version()));
    Drawn { payload, scale, colours: options.colours, file, image }
}

#[test]
fn ten_thousand_random_images_are_read_by_two_decoders() {
    // Of images of one pixel a module: how many there are and how many rqrr reads.
    let (small, small_read) = (0..PAYLOADS)
        .into_par_iter()
        .map(|seed| {
            let Drawn { payload, scale, colours, image, .. } = draw(seed);
            let is_read = rxing(&image).map(String::into_bytes).as_ref() == Some(&payload);
            assert!(is_read, "rxing, seed {seed}, scale {scale}, {colours:?}");
            let is_read = rqrr(&image).as_ref() == Some(&payload);
            assert!(is_read || scale == 1, "rqrr, seed {seed}, scale {scale}, {colours:?}");
            if scale == 1 { (1, u64::from(is_read)) } else { (0, 0) }
        })
        .reduce(|| (0, 0), |left, right| (left.0 + right.0, left.1 + right.1));
    println!("rqrr reads {small_read} of {small} images of one pixel a module, and all of the others");
    assert!(small > 500 && small_read * 2 > small);
}

#[test]
fn zbarimg_reads_what_the_others_read() {
    if !has_program("zbarimg") {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let mut read = 0;
    for seed in 0..400 {
        let Drawn { payload, scale, file, .. } = draw(seed);
        if scale < 2 {
            continue;
        }
        let path = folder.path().join("symbol.png");
        std::fs::write(&path, file).unwrap();
        assert_eq!(zbar(&path).map(String::into_bytes), Some(payload), "seed {seed}, scale {scale}");
        read += 1;
    }
    assert!(read > 200);
}

#[test]
fn every_version_and_level_is_read() {
    let sizes: Vec<(Version, ErrorCorrection)> =
        Version::all().flat_map(|version| ErrorCorrection::ALL.map(|level| (version, level))).collect();
    sizes.into_par_iter().for_each(|(version, level)| {
        let mut random = Random::new(u64::from(version.number()));
        let payload = random.bytes_of(b"abcdef0123456789GHIJ:/", 10 + 4 * usize::from(version.number()));
        let payload =
            payload.get(..payload.len().min(7)).filter(|_| version.number() < 3).unwrap_or(&payload);
        let symbol = SymbolRequest::new(payload).exactly(level).version(version).encode();
        let Ok(symbol) = symbol else { return };
        let options = ImageOptions { size: Size::Scale(Scale::new(3).unwrap()), ..ImageOptions::default() };
        let image = read_png(&png::write(&symbol, &options).unwrap());
        assert_eq!(rqrr(&image).as_deref(), Some(payload), "{version}-{level}");
        assert_eq!(rxing(&image).map(String::into_bytes).as_deref(), Some(payload), "{version}-{level}");
    });
}

#[test]
fn bytes_of_any_value_come_back() {
    let mut random = Random::new(7);
    for _ in 0..200 {
        let length = 1 + random.below(200);
        let payload: Vec<u8> = (0..length).map(|_| random.byte()).collect();
        let symbol = Symbol::encode(&payload, ErrorCorrection::Medium).unwrap();
        let image = read_png(&png::write(&symbol, &ImageOptions::default()).unwrap());
        assert_eq!(rqrr(&image), Some(payload));
    }
}

#[test]
fn an_eci_tells_the_reader_what_the_bytes_are() {
    let text = "Grüße, 世界, привет";
    let symbol = SymbolRequest::new(text.as_bytes()).eci(Eci::UTF_8).encode().unwrap();
    let image = read_png(&png::write(&symbol, &ImageOptions::default()).unwrap());
    assert_eq!(rxing(&image).as_deref(), Some(text));
}

#[test]
fn kanji_takes_thirteen_bits_and_reads_back() {
    // 日本語漢字 sixteen times and ABC, in Shift JIS.
    let payload = [b"\x93\xfa\x96\x7b\x8c\xea\x8a\xbf\x8e\x9a".repeat(16), b"ABC".to_vec()].concat();
    let as_bytes = SymbolRequest::new(&payload).encode().unwrap();
    let as_kanji = SymbolRequest::new(&payload).shift_jis().encode().unwrap();
    assert!(as_kanji.version() < as_bytes.version());
    let image = read_png(&png::write(&as_kanji, &ImageOptions::default()).unwrap());
    assert_eq!(rxing(&image), Some("日本語漢字".repeat(16) + "ABC"));
}

#[test]
fn damage_up_to_the_level_is_repaired() {
    let symbol = Symbol::encode(b"https://r.ezqr.io/Ab3xK9pQ", ErrorCorrection::High).unwrap();
    let options = ImageOptions { colours: Colours::default(), ..ImageOptions::default() };
    let mut image = read_png(&png::write(&symbol, &options).unwrap());
    // A blot of six by six modules in the middle.
    let from = image.side / 2 - 30;
    for y in from..from + 60 {
        image.pixels[y * image.side + from..][..60].fill(0);
    }
    assert_eq!(rxing(&image).as_deref(), Some("https://r.ezqr.io/Ab3xK9pQ"));
}
