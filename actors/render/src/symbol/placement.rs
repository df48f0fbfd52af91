//! Where the bits of the codewords go: up and down in pairs of columns, from the right
//! (ISO/IEC 18004:2015, 7.7.3).

/// Words of a row.
const WORDS: usize = 3;

/// One or two successive bits that go to neighbouring columns of one row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Step {
    /// The word, counted through all rows.
    word: u16,
    /// The bit of that word that takes the last of the bits.
    shift: u8,
    /// One or two.
    bits: u8,
}

/// The way of the codewords through the data modules of one version.
pub(super) struct Placement {
    steps: Vec<Step>,
}

impl Placement {
    pub(super) fn new(side: usize, is_data: impl Fn(usize, usize) -> bool) -> Self {
        let mut steps = Vec::new();
        // Column 6 is the vertical timing pattern; pairs left of it are one further to the left.
        let rights = (7..side).rev().step_by(2).chain([5, 3, 1]);
        for (pair, right) in rights.enumerate() {
            for row in 0..side {
                let y = if pair % 2 == 0 { side - 1 - row } else { row };
                steps.extend(steps_of(right, y, &is_data));
            }
        }
        Self { steps }
    }

    /// Sets the modules of the codewords' bits in `rows`, whose words are counted through. What is left over
    /// after the last codeword stays light.
    pub(super) fn draw<'a>(&self, codewords: impl IntoIterator<Item = &'a u8>, rows: &mut [u64]) {
        let mut codewords = codewords.into_iter();
        // The bits in hand, uppermost first.
        let (mut held, mut count) = (0_u32, 0_u8);
        for step in &self.steps {
            if count < 2 {
                held |= u32::from(codewords.next().copied().unwrap_or(0)) << (24 - count);
                count += 8;
            }
            if let Some(word) = rows.get_mut(usize::from(step.word)) {
                *word |= u64::from(held >> (32 - step.bits)) << step.shift;
            }
            held <<= step.bits;
            count -= step.bits;
        }
    }
}

/// The steps of one row of the pair of columns that ends at `right`: the right column comes first.
fn steps_of(right: usize, y: usize, is_data: impl Fn(usize, usize) -> bool) -> impl Iterator<Item = Step> {
    let step = move |x: usize, bits| Step {
        // At most 531 words.
        word: u16::try_from(y * WORDS + x / 64).unwrap_or(u16::MAX),
        shift: u8::try_from(x % 64).unwrap_or(0),
        bits,
    };
    let left = right - 1;
    let one_word = left % 64 != 63;
    let steps = match (is_data(right, y), is_data(left, y)) {
        (true, true) if one_word => [Some(step(left, 2)), None],
        (true, true) => [Some(step(right, 1)), Some(step(left, 1))],
        (true, false) => [Some(step(right, 1)), None],
        (false, true) => [Some(step(left, 1)), None],
        (false, false) => [None, None],
    };
    steps.into_iter().flatten()
}
