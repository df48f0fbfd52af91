//! The renderer beside other encoders, in one run, as ratios.
//!
//! Run with `cargo bench --bench render`. The contenders take turns, so that a busy machine hinders all of them
//! alike; printed are the median and the least of the rounds. `cargo bench --bench render -- encode 26 1000`
//! only encodes 26 bytes a thousand times: for callgrind.

#![expect(clippy::print_stdout, reason = "its output is its result")]
#![expect(clippy::unwrap_used, reason = "a bench that fails stops")]

use std::hint::black_box;
use std::num::NonZeroUsize;
use std::time::{Duration, Instant};

use allocation_counter::measure;
use ezqr_render::batch::{Batch, Cancellation};
use ezqr_render::options::{ImageOptions, Size};
use ezqr_render::{ErrorCorrection, Symbol, pdf, png, svg};

const ROUNDS: usize = 15;
const ROUND: Duration = Duration::from_millis(4);

type Contender<'a> = (&'static str, Box<dyn Fn() -> usize + 'a>);

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).filter(|argument| argument != "--bench").collect();
    if let [mode, length, times] = arguments.as_slice()
        && mode == "encode"
    {
        let payload = payload(length.parse().unwrap());
        for _ in 0..times.parse().unwrap() {
            black_box(Symbol::encode(black_box(payload.as_bytes()), ErrorCorrection::Medium).unwrap());
        }
        return;
    }
    for length in [26, 90, 300, 2_300] {
        let payload = payload(length);
        compare(&format!("matrix, {length} bytes"), &matrices(&payload));
        let encode = || {
            black_box(Symbol::encode(payload.as_bytes(), ErrorCorrection::Medium).unwrap());
        };
        println!("  allocations: {}", measure(encode).count_total);
    }
    for length in [26, 90, 300] {
        let payload = payload(length);
        compare(&format!("text to PNG, {length} bytes"), &rasters(&payload));
        compare(&format!("text to SVG, {length} bytes"), &vectors(&payload));
        compare(&format!("text to PDF, {length} bytes"), &pages(&payload));
    }
    for images in [100, 10_000] {
        batch(images);
    }
}

/// A link of so many bytes; at 26 it fills version 2-M.
fn payload(length: usize) -> String {
    let path = "abcdefghijklmnopqrstuvwxyz-ABCDEFGHIJKLMNOPQRSTUVWXYZ_?=&".chars().cycle().step_by(11);
    "https://r.ezqr.io/Ab3xK9pQ".chars().chain(path).take(length).collect()
}

fn matrices(payload: &str) -> Vec<Contender<'_>> {
    vec![
        (
            "ezqr",
            Box::new(|| {
                Symbol::encode(black_box(payload.as_bytes()), ErrorCorrection::Medium).unwrap().side_modules()
            }),
        ),
        ("fast_qr", Box::new(|| fast(payload).size)),
        (
            "qrcode",
            Box::new(move || {
                let level = qrcode::EcLevel::M;
                qrcode::QrCode::with_error_correction_level(black_box(payload), level).unwrap().width()
            }),
        ),
        (
            "qrcodegen",
            Box::new(|| {
                let segments = [qrcodegen::QrSegment::make_bytes(black_box(payload.as_bytes()))];
                let level = qrcodegen::QrCodeEcc::Medium;
                usize::try_from(qrcodegen::QrCode::encode_segments(&segments, level).unwrap().size()).unwrap()
            }),
        ),
        (
            "furious-qr, mask fixed",
            Box::new(|| {
                let options = furious_qr::GenerateOptions { min_ecl: 1, ..Default::default() };
                let code = furious_qr::generate::<{ 177 * 177 }>(black_box(payload), options).unwrap();
                usize::from(code.version)
            }),
        ),
    ]
}

fn fast(payload: &str) -> fast_qr::QRCode {
    fast_qr::QRBuilder::new(black_box(payload)).ecl(fast_qr::ECL::M).build().unwrap()
}

fn symbol(payload: &str) -> Symbol {
    Symbol::encode(black_box(payload.as_bytes()), ErrorCorrection::Medium).unwrap()
}

fn rasters(payload: &str) -> Vec<Contender<'_>> {
    let options = ImageOptions { size: Size::default(), ..ImageOptions::default() };
    vec![
        ("ezqr", Box::new(move || png::write(&symbol(payload), &options).unwrap().len())),
        ("fast_qr + png", Box::new(|| fast_png(payload, ::png::Compression::Balanced).len())),
        ("fast_qr + png, fast", Box::new(|| fast_png(payload, ::png::Compression::Fast).len())),
        (
            "qrcode + image",
            Box::new(move || {
                let code = qrcode::QrCode::with_error_correction_level(payload, qrcode::EcLevel::M).unwrap();
                let modules = code.to_colors();
                let width = code.width();
                let side = u32::try_from(10 * (width + 8)).unwrap();
                let image = image::GrayImage::from_fn(side, side, |x, y| {
                    let module = |pixel: u32| (pixel as usize / 10).checked_sub(4).filter(|at| *at < width);
                    let at = module(x).zip(module(y)).and_then(|(x, y)| modules.get(y * width + x));
                    image::Luma([if at == Some(&qrcode::Color::Dark) { 0 } else { 255 }])
                });
                let mut file = std::io::Cursor::new(Vec::new());
                image.write_to(&mut file, image::ImageFormat::Png).unwrap();
                file.into_inner().len()
            }),
        ),
    ]
}

/// The modules of `fast_qr`, ten pixels each, through the png crate at one bit a pixel.
fn fast_png(payload: &str, compression: ::png::Compression) -> Vec<u8> {
    let code = fast(payload);
    let side = 10 * (code.size + 8);
    let bytes = side.div_ceil(8);
    let mut pixels = vec![0xff_u8; bytes * side];
    for y in 0..code.size {
        let mut line = vec![0xff_u8; bytes];
        for (x, module) in code[y].iter().take(code.size).enumerate() {
            if module.value() {
                for pixel in 10 * (x + 4)..10 * (x + 5) {
                    if let Some(byte) = line.get_mut(pixel / 8) {
                        *byte &= !(0x80 >> (pixel % 8));
                    }
                }
            }
        }
        for to in pixels.chunks_exact_mut(bytes).skip(10 * (y + 4)).take(10) {
            to.copy_from_slice(&line);
        }
    }
    let mut file = Vec::new();
    let pixels_a_side = u32::try_from(side).unwrap();
    let mut encoder = ::png::Encoder::new(&mut file, pixels_a_side, pixels_a_side);
    encoder.set_color(::png::ColorType::Grayscale);
    encoder.set_depth(::png::BitDepth::One);
    encoder.set_compression(compression);
    encoder.write_header().unwrap().write_image_data(&pixels).unwrap();
    file
}

fn vectors(payload: &str) -> Vec<Contender<'_>> {
    let options = ImageOptions::default();
    vec![
        ("ezqr", Box::new(move || svg::write(&symbol(payload), &options, None).len())),
        ("fast_qr", Box::new(|| fast_qr::convert::svg::SvgBuilder::default().to_str(&fast(payload)).len())),
    ]
}

fn pages(payload: &str) -> Vec<Contender<'_>> {
    let options = ImageOptions::default();
    vec![("ezqr", Box::new(move || pdf::write(&symbol(payload), &options).unwrap().len()))]
}

#[expect(clippy::disallowed_methods, reason = "a bench times")]
fn time(mut work: impl FnMut()) -> Duration {
    let start = Instant::now();
    work();
    start.elapsed()
}

/// Lets the contenders take turns; the first is the one that the others are compared with.
fn compare(title: &str, contenders: &[Contender<'_>]) {
    let mut results = Vec::new();
    for (name, work) in contenders {
        let output = work();
        let once = time(|| {
            black_box(work());
        })
        .max(Duration::from_nanos(100));
        let times = u32::try_from(ROUND.as_nanos() / once.as_nanos()).unwrap().max(1);
        results.push((*name, work, times, output, Vec::with_capacity(ROUNDS)));
    }
    for _ in 0..ROUNDS {
        for (_, work, times, _, rounds) in &mut results {
            let round = time(|| {
                (0..*times).for_each(|_| {
                    black_box(work());
                });
            });
            rounds.push(round.as_secs_f64() * 1e6 / f64::from(*times));
        }
    }
    println!("{title}");
    let mut ours = None;
    for (name, _, _, output, rounds) in &mut results {
        rounds.sort_by(f64::total_cmp);
        let (median, least) = (*rounds.get(ROUNDS / 2).unwrap(), *rounds.first().unwrap());
        let (our_median, our_least) = *ours.get_or_insert((median, least));
        println!(
            "  {name:24} median {median:9.2} us, least {least:9.2} us, {:6.1}x and {:6.1}x; {output}",
            median / our_median,
            least / our_least
        );
    }
}

/// PNG files of a pool of one and of two threads.
fn batch(images: usize) {
    let payloads: Vec<String> = (0..images).map(|index| format!("https://r.ezqr.io/{index:08}")).collect();
    let mut cpu_of_one = None;
    // Both live to the end: the time of a thread that has ended is no longer to be read.
    let pools = [1, 2].map(|threads| rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap());
    for pool in &pools {
        let mut rounds: Vec<(f64, f64)> = (0..9)
            .map(|_| {
                let window = NonZeroUsize::new(256).unwrap();
                let mut batch = Batch::new(payloads.clone(), window, Cancellation::default());
                let before = cpu();
                let wall = time(|| {
                    let draw = |payload: &String| png::write(&symbol(payload), &ImageOptions::default());
                    while let Some(window) = batch.next_window(pool, draw).unwrap() {
                        drop(black_box(window));
                    }
                });
                let of_an_image = 1e6 / f64::from(u32::try_from(images).unwrap());
                ((cpu() - before) * of_an_image, wall.as_secs_f64() * of_an_image)
            })
            .collect();
        rounds.sort_by(|left, right| left.0.total_cmp(&right.0));
        let (median, _) = *rounds.get(4).unwrap();
        let (least, _) = *rounds.first().unwrap();
        rounds.sort_by(|left, right| left.1.total_cmp(&right.1));
        let (_, wall) = *rounds.get(4).unwrap();
        let (one_median, one_least) = *cpu_of_one.get_or_insert((median, least));
        println!(
            "batch of {images}, {} threads: wall {wall:.2} us an image; CPU median {median:.2} us, least {least:.2} us, {:.2}x and {:.2}x of one thread",
            pool.current_num_threads(),
            median / one_median,
            least / one_least
        );
    }
}

/// Seconds that all threads of this process have run.
fn cpu() -> f64 {
    let tasks = std::fs::read_dir("/proc/self/task").unwrap();
    let nanoseconds = tasks.map(|task| {
        let times = std::fs::read_to_string(task.unwrap().path().join("schedstat")).unwrap_or_default();
        times.split(' ').next().and_then(|run| run.parse::<f64>().ok()).unwrap_or(0.0)
    });
    nanoseconds.sum::<f64>() / 1e9
}
