//! Payloads and options from a seed: a failing one is found again by its number.

use ezqr_render::options::{Colour, Colours, ImageOptions, Light, PixelSize, QuietZone, Scale, Size};

/// `SplitMix64` (Steele, Lea, Flood 2014).
pub(crate) struct Random(u64);

impl Random {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed)
    }

    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// Below `bound`.
    pub(crate) fn below(&mut self, bound: usize) -> usize {
        usize::try_from(self.next() % bound as u64).unwrap()
    }

    pub(crate) fn byte(&mut self) -> u8 {
        self.next().to_le_bytes()[0]
    }

    pub(crate) fn pick<'a, Item>(&mut self, items: &'a [Item]) -> &'a Item {
        &items[self.below(items.len())]
    }

    pub(crate) fn bytes_of(&mut self, alphabet: &[u8], length: usize) -> Vec<u8> {
        (0..length).map(|_| *self.pick(alphabet)).collect()
    }
}

pub(crate) const DIGITS: &[u8] = b"0123456789";
pub(crate) const ALPHANUMERIC: &[u8] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:";
pub(crate) const LOWER_CASE: &[u8] = b"abcdefghijklmnopqrstuvwxyz";

/// ASCII text: a link, digits, upper case, or all of them in turns.
pub(crate) fn text(random: &mut Random) -> Vec<u8> {
    let longest = match random.below(40) {
        0 => 300,
        1 => 150,
        _ => 80,
    };
    let length = 1 + random.below(longest);
    match random.below(4) {
        0 => random.bytes_of(DIGITS, length),
        1 => random.bytes_of(ALPHANUMERIC, length),
        2 => [b"https://r.ezqr.io/".to_vec(), random.bytes_of(LOWER_CASE, length)].concat(),
        _ => {
            let mut text = Vec::new();
            while text.len() < length {
                let alphabet = *random.pick(&[DIGITS, ALPHANUMERIC, LOWER_CASE]);
                let run = 1 + random.below(20);
                text.extend(random.bytes_of(alphabet, run));
            }
            text
        }
    }
}

/// Colours that are accepted.
pub(crate) fn colours(random: &mut Random) -> Colours {
    loop {
        let mut colour = || Colour { red: random.byte(), green: random.byte(), blue: random.byte() };
        let (dark, light) = (colour(), colour());
        let light = if random.below(8) == 0 { Light::Transparent } else { Light::Opaque(light) };
        if let Ok(colours) = Colours::new(dark, light) {
            return colours;
        }
    }
}

/// Options under which a symbol must be readable; mostly small images, which are the hard ones and cost least.
pub(crate) fn options(random: &mut Random) -> ImageOptions {
    let size = if random.below(5) == 0 {
        Size::Canvas(PixelSize::new(1 + u32::try_from(random.below(160)).unwrap()).unwrap())
    } else {
        Size::Scale(Scale::new(*random.pick(&[1, 1, 2, 2, 2, 2, 2, 3, 3, 3, 3, 2, 2, 4, 5, 8])).unwrap())
    };
    let quiet_zone = QuietZone::new(*random.pick(&[4, 4, 4, 5, 9])).unwrap();
    let colours = if random.below(2) == 0 { Colours::default() } else { colours(random) };
    ImageOptions { size, quiet_zone, colours, ..ImageOptions::default() }
}
