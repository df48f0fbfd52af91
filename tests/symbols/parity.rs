//! Two other encoders draw the same modules.

use ezqr_render::{EncodeError, ErrorCorrection, Mask, Symbol, SymbolRequest, Version};
use qrcode::bits::Bits;
use qrcode::canvas::{Canvas, MaskPattern};
use qrcode::ec::construct_codewords;
use qrcode::types::{Color, EcLevel};
use qrcodegen::{QrCode, QrCodeEcc, QrSegment};

use crate::random::{ALPHANUMERIC, DIGITS, LOWER_CASE, Random};

/// A payload that is best written in one mode, and which.
#[derive(Clone, Copy, Debug)]
enum Kind {
    Digits,
    Alphanumeric,
    Bytes,
}

fn payload(random: &mut Random, kind: Kind, length: usize) -> Vec<u8> {
    match kind {
        Kind::Digits => random.bytes_of(DIGITS, length),
        // Without digits: a run of them would become a segment of its own.
        Kind::Alphanumeric => random.bytes_of(&ALPHANUMERIC[10..], length),
        Kind::Bytes => random.bytes_of(LOWER_CASE, length),
    }
}

/// The bytes that `version` holds at `level`.
fn capacity(version: Version, level: ErrorCorrection) -> usize {
    let longer_than_all = [0xff; 8_000];
    let request = SymbolRequest::new(&longer_than_all).exactly(level).version(version);
    let EncodeError::TooLong { capacity, .. } = request.encode().unwrap_err();
    capacity
}

fn qrcodegen_level(level: ErrorCorrection) -> QrCodeEcc {
    match level {
        ErrorCorrection::Low => QrCodeEcc::Low,
        ErrorCorrection::Medium => QrCodeEcc::Medium,
        ErrorCorrection::Quartile => QrCodeEcc::Quartile,
        ErrorCorrection::High => QrCodeEcc::High,
    }
}

fn qrcode_level(level: ErrorCorrection) -> EcLevel {
    match level {
        ErrorCorrection::Low => EcLevel::L,
        ErrorCorrection::Medium => EcLevel::M,
        ErrorCorrection::Quartile => EcLevel::Q,
        ErrorCorrection::High => EcLevel::H,
    }
}

fn by_qrcodegen(
    payload: &[u8],
    kind: Kind,
    version: Version,
    level: ErrorCorrection,
    mask: Option<Mask>,
) -> QrCode {
    let segment = match kind {
        Kind::Digits => QrSegment::make_numeric(std::str::from_utf8(payload).unwrap()),
        Kind::Alphanumeric => QrSegment::make_alphanumeric(std::str::from_utf8(payload).unwrap()),
        Kind::Bytes => QrSegment::make_bytes(payload),
    };
    let number = qrcodegen::Version::new(version.number());
    let mask = mask.map(|mask| qrcodegen::Mask::new(mask.number()));
    QrCode::encode_segments_advanced(&[segment], qrcodegen_level(level), number, number, mask, false).unwrap()
}

const QRCODE_MASKS: [MaskPattern; 8] = [
    MaskPattern::Checkerboard,
    MaskPattern::HorizontalLines,
    MaskPattern::VerticalLines,
    MaskPattern::DiagonalLines,
    MaskPattern::LargeCheckerboard,
    MaskPattern::Fields,
    MaskPattern::Diamonds,
    MaskPattern::Meadow,
];

fn by_qrcode(payload: &[u8], kind: Kind, version: Version, level: ErrorCorrection, mask: Mask) -> Vec<Color> {
    let number = qrcode::Version::Normal(i16::from(version.number()));
    let level = qrcode_level(level);
    let mut bits = Bits::new(number);
    match kind {
        Kind::Digits => bits.push_numeric_data(payload).unwrap(),
        Kind::Alphanumeric => bits.push_alphanumeric_data(payload).unwrap(),
        Kind::Bytes => bits.push_byte_data(payload).unwrap(),
    }
    bits.push_terminator(level).unwrap();
    let (data, correction) = construct_codewords(&bits.into_bytes(), number, level).unwrap();
    let mut canvas = Canvas::new(number, level);
    canvas.draw_all_functional_patterns();
    canvas.draw_data(&data, &correction);
    canvas.apply_mask(QRCODE_MASKS[usize::from(mask.number())]);
    canvas.into_colors()
}

fn modules(symbol: &Symbol) -> Vec<Vec<bool>> {
    let side = symbol.side_modules();
    (0..side).map(|y| (0..side).map(|x| symbol.is_dark(x, y)).collect()).collect()
}

#[test]
fn every_version_level_and_mask_is_drawn_as_two_other_encoders_draw_it() {
    let mut random = Random::new(1);
    for version in Version::all() {
        for level in ErrorCorrection::ALL {
            let capacity = capacity(version, level);
            for (mask, kind) in
                Mask::ALL.into_iter().zip([Kind::Digits, Kind::Alphanumeric, Kind::Bytes].into_iter().cycle())
            {
                let length = 1 + random.below(capacity);
                let payload = payload(&mut random, kind, length);
                let request = SymbolRequest::new(&payload).exactly(level).version(version).mask(mask);
                let symbol = request.encode().unwrap();
                assert_eq!((symbol.version(), symbol.level(), symbol.mask()), (version, level, mask));
                let ours = modules(&symbol);
                let theirs = by_qrcodegen(&payload, kind, version, level, Some(mask));
                let side = i32::from(version.number()) * 4 + 17;
                let theirs: Vec<Vec<bool>> =
                    (0..side).map(|y| (0..side).map(|x| theirs.get_module(x, y)).collect()).collect();
                assert!(ours == theirs, "qrcodegen differs: {version}-{level}, mask {mask:?}, {kind:?}");
                let theirs = by_qrcode(&payload, kind, version, level, mask);
                let ours = ours.concat();
                assert!(
                    ours.iter().zip(&theirs).all(|(dark, colour)| *dark == (*colour == Color::Dark)),
                    "qrcode differs: {version}-{level}, mask {mask:?}, {kind:?}"
                );
            }
        }
    }
}

/// The penalty by the letter of 7.8.3, module by module. Where `scaled`, finder-like patterns count at any
/// size that keeps the ratio, as qrcodegen reads the rule, with light as much wider.
fn penalty(modules: &[Vec<bool>], scaled: bool) -> usize {
    let side = modules.len();
    let columns: Vec<Vec<bool>> = (0..side).map(|x| modules.iter().map(|row| row[x]).collect()).collect();
    let mut points = 0;
    for line in modules.iter().chain(&columns) {
        let runs: Vec<(bool, usize)> =
            line.chunk_by(|left, right| left == right).map(|run| (run[0], run.len())).collect();
        points += runs.iter().map(|(_, length)| if *length >= 5 { length - 2 } else { 0 }).sum::<usize>();
        // Outside all is light: the runs at the ends have no end.
        let mut open = vec![(false, 0)];
        open.extend(runs);
        open.push((false, 0));
        if !open[1].0 {
            open.remove(0);
        }
        if !open[open.len() - 2].0 {
            open.pop();
        }
        let last = open.len() - 1;
        open[0].1 += side;
        open[last].1 += side;
        for window in open.windows(7) {
            let unit = window[1].1;
            let is_core =
                window[1].0 && window[1..6].iter().map(|run| run.1).eq([unit, unit, 3 * unit, unit, unit]);
            if is_core && (scaled || unit == 1) {
                let (before, after) = (window[0].1, window[6].1);
                points += 40 * usize::from(before >= 4 * unit && after >= unit);
                points += 40 * usize::from(after >= 4 * unit && before >= unit);
            }
        }
    }
    for (upper, lower) in modules.iter().zip(&modules[1..]) {
        for (upper, lower) in upper.windows(2).zip(lower.windows(2)) {
            points += 3 * usize::from(upper[0] == upper[1] && upper == lower);
        }
    }
    let dark = modules.iter().flatten().filter(|dark| **dark).count();
    let total = side * side;
    points + 10 * ((20 * dark).abs_diff(10 * total).div_ceil(total) - 1)
}

#[test]
fn the_chosen_mask_has_the_lowest_penalty() {
    let mut random = Random::new(2);
    let (mut symbols, mut differing) = (0, 0);
    for version in Version::all() {
        let rounds = if version.number() <= 12 { 20 } else { 4 };
        for level in ErrorCorrection::ALL {
            let capacity = capacity(version, level);
            for _ in 0..rounds {
                let length = 1 + random.below(capacity);
                let payload = payload(&mut random, Kind::Bytes, length);
                let request = SymbolRequest::new(&payload).exactly(level).version(version);
                let ours = request.encode().unwrap().mask();
                let candidates = Mask::ALL.map(|mask| modules(&request.mask(mask).encode().unwrap()));
                let best = |scaled: bool| {
                    Mask::ALL
                        .into_iter()
                        .zip(&candidates)
                        .min_by_key(|(_, modules)| penalty(modules, scaled))
                        .unwrap()
                        .0
                };
                assert_eq!(ours, best(false), "{version}-{level}, {length} bytes");
                let theirs = by_qrcodegen(&payload, Kind::Bytes, version, level, None).mask().value();
                if ours.number() != theirs {
                    differing += 1;
                    assert_eq!(best(true).number(), theirs, "not explained by scaled finder-like patterns");
                }
                symbols += 1;
            }
        }
    }
    println!(
        "qrcodegen chose another mask for {differing} of {symbols} symbols, each for a scaled finder-like pattern"
    );
    assert!(differing * 100 < symbols);
}

#[test]
fn no_version_is_larger_than_the_one_qrcode_finds() {
    let mut random = Random::new(3);
    for _ in 0..2_000 {
        let payload = crate::random::text(&mut random);
        for level in ErrorCorrection::ALL {
            let ours = SymbolRequest::new(&payload).at_least(level).best_version().unwrap();
            let theirs = qrcode::bits::encode_auto(&payload, qrcode_level(level)).unwrap().version();
            assert!(qrcode::Version::Normal(i16::from(ours.number())).width() <= theirs.width());
            let symbol = Symbol::encode(&payload, level).unwrap();
            assert_eq!(symbol.version(), ours);
            assert!(symbol.level() >= level);
        }
    }
}

#[test]
fn the_level_rises_to_what_the_version_holds() {
    let one_byte = Symbol::encode(b"a", ErrorCorrection::Low).unwrap();
    assert_eq!((one_byte.version(), one_byte.level()), (Version::MIN, ErrorCorrection::High));
    let exactly = SymbolRequest::new(b"a").exactly(ErrorCorrection::Low).encode().unwrap();
    assert_eq!(exactly.level(), ErrorCorrection::Low);
    let link = Symbol::encode(b"https://r.ezqr.io/Ab3xK9pQ", ErrorCorrection::Low).unwrap();
    assert_eq!((link.version().number(), link.level()), (2, ErrorCorrection::Medium));
}

#[test]
fn a_payload_over_capacity_is_refused_with_its_figures() {
    for (level, capacity) in ErrorCorrection::ALL.into_iter().zip([2_953, 2_331, 1_663, 1_273]) {
        let fits = vec![b'x'; capacity];
        assert_eq!(Symbol::encode(&fits, level).unwrap().version(), Version::MAX);
        let length = capacity + 1;
        let too_long = EncodeError::TooLong { length, capacity, level };
        assert_eq!(Symbol::encode(&vec![b'x'; length], level).unwrap_err(), too_long);
        assert_eq!(
            SymbolRequest::new(&vec![b'x'; length]).at_least(level).best_version().unwrap_err(),
            too_long
        );
    }
    let digits = vec![b'7'; 7_089];
    assert_eq!(Symbol::encode(&digits, ErrorCorrection::Low).unwrap().version(), Version::MAX);
    assert!(Symbol::encode(&[digits, vec![b'7']].concat(), ErrorCorrection::Low).is_err());
    let small = SymbolRequest::new(&[b'x'; 15]).exactly(ErrorCorrection::Medium).version(Version::MIN);
    let too_long = EncodeError::TooLong { length: 15, capacity: 14, level: ErrorCorrection::Medium };
    assert_eq!(small.encode().unwrap_err(), too_long);
}
