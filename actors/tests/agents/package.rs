//! Packages of npm: gzipped tar archives.

use std::io::Read as _;

use flate2::read::GzDecoder;

/// The file `name` in a package.
///
/// An archive is a header of 512 bytes and a content padded to as many, in turn; the name is at 0, the length
/// at 124, octal (POSIX.1-2017, pax, ustar interchange format).
pub(crate) fn file_in(package: &[u8], name: &str) -> Vec<u8> {
    let mut archive = Vec::new();
    GzDecoder::new(package).read_to_end(&mut archive).unwrap();
    let mut rest = archive.as_slice();
    while let Some((header, after)) = rest.split_at_checked(512) {
        let field = |at: usize, length: usize| {
            let text = str::from_utf8(&header[at..at + length]).unwrap();
            text.trim_matches(['\0', ' '])
        };
        let length = usize::from_str_radix(field(124, 12), 8).unwrap();
        if field(0, 100) == name {
            return after[..length].to_vec();
        }
        rest = &after[length.next_multiple_of(512)..];
    }
    panic!("{name} is not in the package");
}
