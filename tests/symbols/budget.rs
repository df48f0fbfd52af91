//! What an encode may take from the allocator.

use allocation_counter::measure;
use ezqr_render::options::{ImageOptions, PixelSize, Size};
use ezqr_render::{ErrorCorrection, Symbol, png};
use qrcode::bits::Bits;
use qrcode::ec::construct_codewords;
use qrcode::types::{EcLevel, Version};

#[test]
fn an_encode_allocates_only_what_the_bit_stream_and_error_correction_do() {
    for length in [26, 90, 300, 2_000] {
        let payload = vec![b'x'; length];
        let encode = || assert!(Symbol::encode(&payload, ErrorCorrection::Medium).is_ok());
        // The tables of the version are made by the first.
        encode();
        let symbol = Symbol::encode(&payload, ErrorCorrection::Medium).unwrap();
        let version = Version::Normal(i16::from(symbol.version().number()));
        assert_eq!(symbol.level(), ErrorCorrection::Medium);
        let ours = measure(encode).count_total;
        let theirs = measure(|| {
            let mut bits = Bits::new(version);
            bits.push_byte_data(&payload).unwrap();
            bits.push_terminator(EcLevel::M).unwrap();
            construct_codewords(&bits.into_bytes(), version, EcLevel::M).unwrap();
        });
        println!("{length} bytes: {ours} allocations");
        assert_eq!(ours, theirs.count_total, "{length} bytes");
    }
}

#[test]
fn an_image_of_sixteen_megapixels_needs_kilobytes() {
    let size = Size::Canvas(PixelSize::new(4_000).unwrap());
    let options = ImageOptions { size, ..ImageOptions::default() };
    for length in [26, 2_000] {
        let symbol = Symbol::encode(&vec![b'x'; length], ErrorCorrection::Medium).unwrap();
        let memory = measure(|| assert!(png::write(&symbol, &options).is_ok())).bytes_max;
        println!("{length} bytes of payload: {memory} bytes of memory");
        assert!(memory < 512 * 1_024, "{memory}");
    }
}
