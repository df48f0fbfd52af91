//! How a payload is cut into segments, each in one mode, so that the whole takes the fewest bits
//! (ISO/IEC 18004:2015, 7.4).

use qrcode::bits::Bits;
use qrcode::types::{Mode, QrResult, Version as CrateVersion};

use super::Version;

/// The longest payload any symbol holds: the digits of version 40-L.
pub(crate) const LONGEST_PAYLOAD: usize = 7_089;

/// Costs are counted in sixths of a bit, in which a digit (10/3 bits) and an alphanumeric character (11/2)
/// come out whole.
const SIXTHS: u32 = 6;

const MODES: [Mode; 4] = [Mode::Numeric, Mode::Alphanumeric, Mode::Byte, Mode::Kanji];

/// Versions whose character counts are as wide as each other's, so that one segmentation serves them all
/// (table 3).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum VersionClass {
    Small,
    Middle,
    Large,
}

impl VersionClass {
    pub(crate) const ALL: [Self; 3] = [Self::Small, Self::Middle, Self::Large];

    pub(crate) const fn of(version: Version) -> Self {
        match version.number() {
            ..=9 => Self::Small,
            10..=26 => Self::Middle,
            _ => Self::Large,
        }
    }

    /// The versions of the class, smallest first.
    pub(crate) fn versions(self) -> impl Iterator<Item = Version> {
        Version::all().filter(move |version| Self::of(*version) == self)
    }

    /// Bits of a segment's mode indicator and character count.
    fn header_bits(self, mode: Mode) -> u32 {
        let version = CrateVersion::Normal(match self {
            Self::Small => 1,
            Self::Middle => 10,
            Self::Large => 27,
        });
        4 + u32::try_from(mode.length_bits_count(version)).unwrap_or(u32::MAX)
    }
}

/// Which mode each byte of a payload is written in.
pub(crate) struct Segmentation<const LENGTH: usize> {
    /// The mode of all bytes, where one serves best throughout.
    uniform: Option<Mode>,
    modes: [u8; LENGTH],
    bits: usize,
}

impl<const LENGTH: usize> Segmentation<LENGTH> {
    /// The cheapest segmentation of a payload of at most `LENGTH` bytes. With `kanji` the payload is Shift JIS,
    /// and no segment parts a character of two bytes.
    pub(crate) fn new(payload: &[u8], class: VersionClass, kanji: bool) -> Self {
        let mut plan = Self { uniform: None, modes: [0; LENGTH], bits: 0 };
        if !kanji && let Some(mode) = uniform_mode(payload) {
            plan.uniform = Some(mode);
            plan.bits = class.header_bits(mode) as usize + mode.data_bits_count(payload.len());
        } else {
            plan.bits = cheapest(payload, class, kanji, &mut plan.modes);
        }
        plan
    }

    /// One segment in byte mode, whatever shorter ones there are.
    pub(crate) fn one_of_bytes(payload: &[u8], class: VersionClass) -> Self {
        let bits = class.header_bits(Mode::Byte) as usize + 8 * payload.len();
        Self { uniform: Some(Mode::Byte), modes: [0; LENGTH], bits }
    }

    /// Bits of all segments with their headers, without a terminator.
    pub(crate) const fn bits(&self) -> usize {
        self.bits
    }

    /// Writes the segments.
    pub(crate) fn push(&self, payload: &[u8], bits: &mut Bits) -> QrResult<()> {
        if let Some(mode) = self.uniform {
            return push_segment(bits, mode, payload);
        }
        let mut rest = payload;
        for run in self.modes.get(..payload.len()).unwrap_or_default().chunk_by(|left, right| left == right) {
            let (segment, after) = rest.split_at(run.len());
            let mode = run.first().and_then(|mode| MODES.get(usize::from(*mode)));
            push_segment(bits, mode.copied().unwrap_or(Mode::Byte), segment)?;
            rest = after;
        }
        Ok(())
    }
}

fn push_segment(bits: &mut Bits, mode: Mode, segment: &[u8]) -> QrResult<()> {
    match mode {
        Mode::Numeric => bits.push_numeric_data(segment),
        Mode::Alphanumeric => bits.push_alphanumeric_data(segment),
        Mode::Byte => bits.push_byte_data(segment),
        Mode::Kanji => bits.push_kanji_data(segment),
    }
}

const fn is_alphanumeric(byte: u8) -> bool {
    matches!(byte, b'0'..=b'9' | b'A'..=b'Z' | b' ' | b'$' | b'%' | b'*' | b'+' | b'-' | b'.' | b'/' | b':')
}

/// The mode of the whole payload, where it is plain that changing modes never pays; most links are such.
///
/// A change costs a header of 13 bits or more, 14 for digits. Against bytes, a digit saves at most 14/3 bits
/// and an alphanumeric character 5/2; among alphanumeric characters, a digit saves 13/6, and a run of them
/// another half by rounding. A stretch that saves no more than its header stays as it is.
fn uniform_mode(payload: &[u8]) -> Option<Mode> {
    let (mut digits, mut others, mut run) = (0_u32, 0_u32, 0_u32);
    let (mut longest_run, mut largest_saving) = (0, 0);
    let mut has_letters = payload.is_empty();
    let mut has_bytes = payload.is_empty();
    for byte in payload {
        if byte.is_ascii_digit() {
            digits += 1;
            run += 1;
            longest_run = longest_run.max(run);
        } else {
            run = 0;
            if is_alphanumeric(*byte) {
                others += 1;
                has_letters = true;
            } else {
                (digits, others) = (0, 0);
                has_bytes = true;
            }
        }
        largest_saving = largest_saving.max(28 * digits + 15 * others);
    }
    match (has_bytes, has_letters) {
        (true, _) => (largest_saving <= 6 * 13).then_some(Mode::Byte),
        (false, true) => (longest_run <= 6).then_some(Mode::Alphanumeric),
        (false, false) => Some(Mode::Numeric),
    }
}

/// Whether these two bytes are a character that Kanji mode holds (7.4.6).
const fn is_kanji(first: u8, second: u8) -> bool {
    matches!(u16::from_be_bytes([first, second]), 0x8140..=0x9ffc | 0xe040..=0xebbf)
        && second >= 0x40
        && second <= 0xfc
        && second != 0x7f
}

/// What a byte of a payload is to the modes: the cost of its character in each, in sixths of a bit.
fn character_costs(rest: &[u8], kanji: bool) -> (usize, [Option<u32>; 4]) {
    match rest {
        [first, second, ..] if kanji && is_kanji(*first, *second) => {
            (2, [None, None, Some(16 * SIXTHS), Some(13 * SIXTHS)])
        }
        [first, ..] if first.is_ascii_digit() => (1, [Some(20), Some(33), Some(8 * SIXTHS), None]),
        [first, ..] if is_alphanumeric(*first) => (1, [None, Some(33), Some(8 * SIXTHS), None]),
        _ => (1, [None, None, Some(8 * SIXTHS), None]),
    }
}

/// Stands in for the second byte of a character until the way back gives it the mode of the first.
const SECOND_BYTE: u8 = 0xff;

/// Fills `modes` with the mode of each byte of the cheapest segmentation and returns its bits.
///
/// Forward, byte by byte, the cost of the cheapest segmentation that ends in each mode; `modes` meanwhile
/// notes for each character which modes were entered there (bits 0 to 3) and which mode they were entered
/// from (bits 4 and 5). Backward, the choices that led to the cheapest end.
fn cheapest(payload: &[u8], class: VersionClass, kanji: bool, modes: &mut [u8]) -> usize {
    let headers = MODES.map(|mode| class.header_bits(mode) * SIXTHS);
    let mut costs: [Option<u32>; 4] = [None; 4];
    let mut position = 0;
    while let Some(rest) = payload.get(position..).filter(|rest| !rest.is_empty()) {
        let (length, characters) = character_costs(rest, kanji);
        let (from, closed) = cheapest_end(&costs).unwrap_or((0, 0));
        let mut note = from << 4;
        for (mode, cost) in costs.iter_mut().enumerate() {
            let entered = closed + headers.get(mode).copied().unwrap_or(0);
            let character = characters.get(mode).copied().flatten();
            if cost.is_none_or(|stayed| entered < stayed) {
                note |= 1 << mode;
                *cost = Some(entered);
            }
            *cost = cost.zip(character).map(|(before, more)| before + more);
        }
        if let Some((note_of_first, others)) =
            modes.get_mut(position..position + length).and_then(<[u8]>::split_first_mut)
        {
            *note_of_first = note;
            others.fill(SECOND_BYTE);
        }
        position += length;
    }
    let Some((mut mode, total)) = cheapest_end(&costs) else { return 0 };
    for note in modes.iter_mut().take(position).rev() {
        if *note == SECOND_BYTE {
            *note = mode;
            continue;
        }
        let entered = *note >> mode & 1 == 1;
        let from = *note >> 4;
        *note = mode;
        if entered {
            mode = from;
        }
    }
    (total / SIXTHS) as usize
}

/// The mode in which closing the segment is cheapest, and the cost then, rounded up to whole bits.
fn cheapest_end(costs: &[Option<u32>; 4]) -> Option<(u8, u32)> {
    let closed =
        (0..).zip(costs).filter_map(|(mode, cost)| Some((mode, cost.as_ref()?.next_multiple_of(SIXTHS))));
    closed.min_by_key(|(_, cost)| *cost)
}

#[cfg(test)]
mod tests {
    use super::{MODES, Segmentation, VersionClass, cheapest, is_kanji};
    use qrcode::bits::Bits;
    use qrcode::types::{Mode, Version};

    /// Numbers below `bound`, always the same ones.
    fn numbers() -> impl FnMut(usize) -> usize {
        let mut state = 1_u64;
        move |bound| {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            usize::try_from(state >> 33).unwrap() % bound
        }
    }

    fn can_hold(mode: Mode, byte: u8) -> bool {
        match mode {
            Mode::Numeric => byte.is_ascii_digit(),
            Mode::Alphanumeric => super::is_alphanumeric(byte),
            Mode::Byte => true,
            Mode::Kanji => false,
        }
    }

    /// The fewest bits over all ways to give each byte a mode.
    fn by_trying_all(payload: &[u8], class: VersionClass) -> usize {
        let ways = 3_usize.pow(u32::try_from(payload.len()).unwrap());
        let bits = (0..ways).filter_map(|way| {
            let mut way = way;
            let modes: Vec<Mode> = payload
                .iter()
                .map(|_| {
                    let mode = MODES[way % 3];
                    way /= 3;
                    mode
                })
                .collect();
            let is_possible = modes.iter().zip(payload).all(|(mode, byte)| can_hold(*mode, *byte));
            let segments = modes.chunk_by(|left, right| left == right);
            let bits =
                segments.map(|run| class.header_bits(run[0]) as usize + run[0].data_bits_count(run.len()));
            is_possible.then(|| bits.sum::<usize>())
        });
        bits.min().unwrap()
    }

    #[test]
    fn no_segmentation_of_a_short_payload_is_shorter() {
        let mut below = numbers();
        for _ in 0..300 {
            let length = 1 + below(9);
            let payload: Vec<u8> = (0..length).map(|_| b"00123AB:az"[below(10)]).collect();
            for class in VersionClass::ALL {
                let found = Segmentation::<16>::new(&payload, class, false).bits();
                assert_eq!(found, by_trying_all(&payload, class), "{payload:?} {class:?}");
            }
        }
    }

    #[test]
    fn a_payload_that_keeps_one_mode_loses_nothing_by_it() {
        let mut below = numbers();
        let (mut kept, mut rounds) = (0, 0);
        for alphabet in
            [&b"a/:.A07"[..], b"abcdefA0", b"ABCDE012", b"ABCDEFGHIJKLM5", b"0123456789", b"ab:/012345"]
        {
            for _ in 0..400 {
                let length = 1 + below(60);
                let payload: Vec<u8> = (0..length).map(|_| alphabet[below(alphabet.len())]).collect();
                for class in VersionClass::ALL {
                    let segmentation = Segmentation::<64>::new(&payload, class, false);
                    kept += usize::from(segmentation.uniform.is_some());
                    assert_eq!(
                        segmentation.bits(),
                        cheapest(&payload, class, false, &mut [0; 64]),
                        "{payload:?}"
                    );
                    rounds += 1;
                }
            }
        }
        assert!(kept * 4 > rounds && kept < rounds, "{kept} of {rounds}");
    }

    #[test]
    fn the_bits_are_those_that_are_written() {
        let mut below = numbers();
        for round in 0..600 {
            let kanji = round % 2 == 0;
            let mut payload = Vec::new();
            while payload.len() < 40 {
                let run = 1 + below(12);
                match below(4) {
                    0 => payload.extend((0..run).map(|_| b'0' + u8::try_from(below(10)).unwrap())),
                    1 => payload.extend((0..run).map(|_| b"ABC:/$"[below(6)])),
                    2 => payload.extend((0..run).map(|_| b"abc!\xff"[below(5)])),
                    _ => payload.extend(b"\x93\xfa\x96\x7b".repeat(run)),
                }
            }
            let segmentation = Segmentation::<256>::new(&payload, VersionClass::Large, kanji);
            let mut bits = Bits::new(Version::Normal(27));
            segmentation.push(&payload, &mut bits).unwrap();
            assert_eq!(bits.len(), segmentation.bits());
        }
    }

    #[test]
    fn kanji_are_the_two_byte_characters_of_the_standard() {
        for (first, second, expected) in [
            (0x81, 0x40, true),
            (0x9f, 0xfc, true),
            (0xe0, 0x40, true),
            (0xeb, 0xbf, true),
            (0x81, 0x3f, false),
            (0x9f, 0xfd, false),
            (0xa0, 0x40, false),
            (0xeb, 0xc0, false),
            (0x82, 0x7f, false),
            (b'A', b'A', false),
        ] {
            assert_eq!(is_kanji(first, second), expected, "{first:x} {second:x}");
        }
    }
}
