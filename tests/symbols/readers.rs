//! Readers of others agree about what is written: none reads anything else, and none fails for how it is written.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use ezqr_render::options::{ImageOptions, QuietZone, Scale, Size};
use ezqr_render::{ErrorCorrection, Symbol, TextEncoding, png};
use rayon::iter::{IntoParallelRefIterator as _, ParallelIterator as _};

use crate::decoders::{has_program, read_png, rqrr, rxing};
use crate::samples::{self, Sample};
use crate::skipped::skip;

/// What a reader made of an image.
#[derive(Clone, Debug, PartialEq)]
enum Outcome {
    Read(Vec<u8>),
    Nothing,
    Failed(String),
}

impl From<Option<Vec<u8>>> for Outcome {
    fn from(read: Option<Vec<u8>>) -> Self {
        read.map_or(Self::Nothing, Self::Read)
    }
}

/// Reads all files; the outcomes are in their order.
type Reader = fn(&[PathBuf]) -> Vec<Outcome>;

fn by_rxing(files: &[PathBuf]) -> Vec<Outcome> {
    let read =
        |file: &PathBuf| rxing(&read_png(&std::fs::read(file).unwrap())).map(String::into_bytes).into();
    files.par_iter().map(read).collect()
}

fn by_rqrr(files: &[PathBuf]) -> Vec<Outcome> {
    files.par_iter().map(|file| rqrr(&read_png(&std::fs::read(file).unwrap())).into()).collect()
}

/// What zbar reads between any two images.
const BETWEEN: &str = "-- the next image --";

/// One process for all files. It does not tell which file held what, and texts have line breaks of their own: so a
/// symbol that is known stands behind each. (Its XML would tell, but gets all but ASCII wrong.)
fn by_zbar(files: &[PathBuf]) -> Vec<Outcome> {
    let Some(folder) = files.first().and_then(|file| file.parent()) else { return Vec::new() };
    let between = draw(&[BETWEEN], LOOKS[0], folder, "between").remove(0);
    let mut command = Command::new("zbarimg");
    command.args(["--quiet", "--raw", "-Sdisable", "-Sqrcode.enable"]);
    for file in files {
        command.arg(file).arg(&between);
    }
    let output = command.output().unwrap().stdout;
    let text = String::from_utf8_lossy(&output);
    let end = format!("{BETWEEN}\n");
    let read: Vec<&str> = text.split_terminator(end.as_str()).collect();
    assert_eq!(read.len(), files.len());
    read.into_iter().map(|text| text.strip_suffix('\n').map(|text| text.as_bytes().to_vec()).into()).collect()
}

fn by_zxing_cpp(files: &[PathBuf]) -> Vec<Outcome> {
    by_python("zxing-cpp", files)
}

fn by_opencv(files: &[PathBuf]) -> Vec<Outcome> {
    by_python("opencv", files)
}

/// The interpreter that has the readers of `readers.py`.
fn python() -> String {
    #[allow(clippy::disallowed_methods, reason = "tests have no configuration to ask")]
    std::env::var("EZQR_TEST_PYTHON").unwrap_or_else(|_| "python3".to_owned())
}

fn has_python_readers() -> bool {
    let output = Command::new(python()).args(["-c", "import cv2, zxingcpp"]).output();
    if output.is_ok_and(|output| output.status.success()) {
        return true;
    }
    skip("python3, or that of EZQR_TEST_PYTHON, lacks the packages zxing-cpp and opencv-python-headless");
    false
}

/// One process for all files.
fn by_python(reader: &str, files: &[PathBuf]) -> Vec<Outcome> {
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/symbols/readers.py");
    let mut command = Command::new(python());
    let mut child = command
        .env("OPENCV_LOG_LEVEL", "ERROR")
        .args([script, reader])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let paths: Vec<&str> = files.iter().map(|file| file.to_str().unwrap()).collect();
    let paths = paths.join("\n");
    let mut input = child.stdin.take().unwrap();
    // The script answers while it is told: whoever writes must not wait for who reads.
    let telling = std::thread::spawn(move || input.write_all(paths.as_bytes()));
    let output = child.wait_with_output().unwrap();
    telling.join().unwrap().unwrap();
    assert!(output.status.success(), "{reader} ended with {}", output.status);
    let text = String::from_utf8(output.stdout).unwrap();
    let outcomes: Vec<Outcome> = text
        .lines()
        .map(|line| match line.strip_prefix('!') {
            Some(error) => Outcome::Failed(error.trim().to_owned()),
            None if line == "-" => Outcome::Nothing,
            None => Outcome::Read(bytes_of(line)),
        })
        .collect();
    assert_eq!(outcomes.len(), files.len(), "{reader}");
    outcomes
}

fn bytes_of(hexadecimal: &str) -> Vec<u8> {
    let digits: Vec<u32> = hexadecimal.chars().map(|digit| digit.to_digit(16).unwrap()).collect();
    digits.chunks(2).map(|pair| u8::try_from(16 * pair[0] + pair[1]).unwrap()).collect()
}

/// Pixels a module and modules of quiet zone. A reader that finds no symbol in the first picture gets the next, as a
/// phone does: some miss one symbol in a hundred, whatever it holds, and find it in another picture.
const LOOKS: [(u32, u32); 4] = [(4, 4), (4, 10), (3, 6), (6, 5)];

/// Draws each text as the service draws it, in files of `folder`.
fn draw(texts: &[&str], (scale, quiet_zone): (u32, u32), folder: &Path, name: &str) -> Vec<PathBuf> {
    let options = ImageOptions {
        size: Size::Scale(Scale::new(scale).unwrap()),
        quiet_zone: QuietZone::new(quiet_zone).unwrap(),
        ..ImageOptions::default()
    };
    let draw = |(number, text): (usize, &&str)| {
        let symbol = Symbol::of_text(text, ErrorCorrection::Medium, TextEncoding::Declared).unwrap();
        let path = folder.join(format!("{name}-{number}.png"));
        std::fs::write(&path, png::write(&symbol, &options).unwrap()).unwrap();
        path
    };
    texts.iter().enumerate().map(draw).collect()
}

/// What `reader` makes of each text, in the first picture in which it finds anything.
fn look(reader: Reader, texts: &[&str]) -> Vec<Outcome> {
    let folder = tempfile::tempdir().unwrap();
    let mut outcomes = vec![Outcome::Nothing; texts.len()];
    for look in LOOKS {
        let unread: Vec<usize> = (0..texts.len()).filter(|at| outcomes[*at] == Outcome::Nothing).collect();
        if unread.is_empty() {
            break;
        }
        let again: Vec<&str> = unread.iter().map(|at| texts[*at]).collect();
        let read = reader(&draw(&again, look, folder.path(), "symbol"));
        for (at, outcome) in unread.into_iter().zip(read) {
            outcomes[at] = outcome;
        }
    }
    outcomes
}

/// `reader` reads nothing that is not written, and everything whose plain twin it reads. What is returned is a summary.
fn check(name: &str, reader: Reader, samples: &[Sample]) -> String {
    let texts: Vec<&str> = samples.iter().map(|sample| sample.text.as_str()).collect();
    let (mut wrong, mut silent) = (Vec::new(), Vec::new());
    for (sample, outcome) in samples.iter().zip(look(reader, &texts)) {
        match outcome {
            Outcome::Read(bytes) if bytes == sample.text.as_bytes() => {}
            Outcome::Read(bytes) => {
                wrong.push(format!("{:?} as {:?}", sample.text, String::from_utf8_lossy(&bytes)));
            }
            Outcome::Failed(error) => wrong.push(format!("{:?}: {error}", sample.text)),
            Outcome::Nothing => silent.push(sample),
        }
    }
    // A reader that reads little proves little.
    assert!(
        silent.len() * 20 < samples.len(),
        "{name} reads nothing in {} of {}",
        silent.len(),
        samples.len()
    );
    let twins: Vec<&str> = silent.iter().map(|sample| sample.twin.as_str()).collect();
    let missed: Vec<&str> = silent
        .iter()
        .zip(look(reader, &twins))
        .filter(|(sample, outcome)| *outcome == Outcome::Read(sample.twin.clone().into_bytes()))
        .map(|(sample, _)| sample.text.as_str())
        .collect();
    assert!(wrong.is_empty(), "{name} reads {} of {} wrong: {wrong:#?}", wrong.len(), samples.len());
    assert!(missed.is_empty(), "{name} does not read {} of {}: {missed:#?}", missed.len(), samples.len());
    format!("{name}: of {} {} wrong, {} silent", samples.len(), wrong.len(), silent.len())
}

const LINKS: usize = 1_000;

fn check_both(name: &str, reader: Reader) -> String {
    let texts = samples::in_many_languages();
    assert!(texts.len() >= 300);
    [check(name, reader, &texts), check(name, reader, &samples::links(LINKS))].join("\n")
}

#[test]
fn rxing_reads_texts_of_many_languages_and_links_as_they_are() {
    println!("{}", check_both("rxing", by_rxing));
}

#[test]
fn rqrr_reads_texts_of_many_languages_and_links_as_they_are() {
    println!("{}", check_both("rqrr", by_rqrr));
}

#[test]
fn zbar_reads_texts_of_many_languages_and_links_as_they_are() {
    if has_program("zbarimg") {
        println!("{}", check_both("zbar", by_zbar));
    }
}

#[test]
fn zxing_cpp_reads_texts_of_many_languages_and_links_as_they_are() {
    if has_python_readers() {
        println!("{}", check_both("zxing-cpp", by_zxing_cpp));
    }
}

#[test]
fn opencv_reads_texts_of_many_languages_and_links_as_they_are() {
    if has_python_readers() {
        println!("{}", check_both("OpenCV", by_opencv));
    }
}

#[test]
fn a_printed_link_is_hardly_larger_than_one_all_in_capitals() {
    let mut versions = [0_u32; 3];
    for sample in samples::links(LINKS) {
        let capitals = sample.text.to_ascii_uppercase();
        for (sum, text) in versions.iter_mut().zip([&sample.text, &capitals, &sample.twin]) {
            let symbol = Symbol::of_text(text, ErrorCorrection::Medium, TextEncoding::Declared).unwrap();
            *sum += u32::from(symbol.version().number());
        }
    }
    let [printed, capitals, plain] = versions;
    println!(
        "versions of {LINKS} links, summed: {capitals} in capitals, {printed} as printed, {plain} plain"
    );
    assert!(capitals <= printed && printed < plain);
}
