//! A QR symbol: its modules, and how it came to them.

mod format;
mod mask;
mod matrix;
mod outlines;
mod penalty;
mod placement;
mod request;
mod runs;
mod segmentation;
mod template;
mod text;
mod version;
mod window;

use ezqr_schema::ErrorCorrection;

pub use mask::{Mask, UnknownMask};
pub(crate) use outlines::{Corner, outlines};
pub use request::{Eci, EncodeError, SymbolRequest, UnknownEci};
pub(crate) use runs::dark_runs;
use template::Template;
pub use text::{TextEncoding, version_of_text};
pub use version::{UnknownVersion, Version};

/// Modules a side of version 40.
const LONGEST_SIDE: usize = Version::MAX.side_modules();

/// Modules of a symbol: column `x` is bit `x % 64` of word `x / 64`.
type Rows = [[u64; 3]; LONGEST_SIDE];

/// A QR symbol, without its quiet zone. It lies in place: about 4 KiB, nothing on the heap.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Symbol {
    version: Version,
    level: ErrorCorrection,
    mask: Mask,
    rows: Rows,
}

impl Symbol {
    /// The smallest symbol that holds `payload`, bytes that need not be text, at `level` or better; of text see
    /// [`Self::of_text`].
    pub fn encode(payload: &[u8], level: ErrorCorrection) -> Result<Self, EncodeError> {
        SymbolRequest::new(payload).at_least(level).encode()
    }

    /// Draws `codewords`, which are those of `version` at `level`.
    fn draw<'a>(
        version: Version,
        level: ErrorCorrection,
        mask: Option<Mask>,
        codewords: impl IntoIterator<Item = &'a u8>,
    ) -> Self {
        let mut rows = [[0; 3]; LONGEST_SIDE];
        let mask = matrix::draw(Template::of(version), codewords, level, mask, &mut rows);
        Self { version, level, mask, rows }
    }

    /// Its version.
    pub const fn version(&self) -> Version {
        self.version
    }

    /// The level it reached, at least the one asked for.
    pub const fn level(&self) -> ErrorCorrection {
        self.level
    }

    /// Its mask.
    pub const fn mask(&self) -> Mask {
        self.mask
    }

    /// Modules a side, 21 to 177.
    pub const fn side_modules(&self) -> usize {
        self.version.side_modules()
    }

    /// Whether the module in column `x` of row `y` is dark. Outside the symbol all is light.
    pub fn is_dark(&self, x: usize, y: usize) -> bool {
        let word = self.rows.get(y).and_then(|row| row.get(x / 64));
        word.is_some_and(|word| word >> (x % 64) & 1 == 1)
    }

    /// The rows, topmost first. Column `x` is bit `x % 64` of word `x / 64`; bits beyond the side are zero.
    pub fn rows(&self) -> impl ExactSizeIterator<Item = &[u64; 3]> {
        self.rows.iter().take(self.side_modules())
    }
}
