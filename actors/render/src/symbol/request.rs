//! What a caller may ask of a symbol, and how it is met.

use ezqr_schema::ErrorCorrection;
use qrcode::bits::Bits;
use qrcode::ec::construct_codewords;
use qrcode::types::{Mode, QrResult};

use super::segmentation::{LONGEST_PAYLOAD, Segmentation, VersionClass};
use super::version::crate_level;
use super::{Mask, Symbol, Version};

/// Most payloads are links; longer ones pay for the larger table.
const SHORT_PAYLOAD: usize = 320;

/// A request that can become no symbol.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum EncodeError {
    /// The payload does not fit the largest version allowed.
    #[error("{length} bytes do not fit at level {level}: at most {capacity}")]
    TooLong {
        /// Bytes of the payload.
        length: usize,
        /// Bytes that the largest version allowed (40, or the one asked for) holds at this level in byte mode.
        /// Digits, upper-case text and Kanji may be longer than this.
        capacity: usize,
        /// The level asked for.
        level: ErrorCorrection,
    },
}

/// The number of a character set or another interpretation of the data (AIM ECI), 0 to 999 999.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Eci(u32);

/// A number that is no ECI designator.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("eci: 0 to 999999, not {0}")]
pub struct UnknownEci(pub u32);

impl Eci {
    /// UTF-8.
    pub const UTF_8: Self = Self(26);

    /// The designator of this number, 0 to 999 999.
    pub const fn new(number: u32) -> Result<Self, UnknownEci> {
        if number > 999_999 { Err(UnknownEci(number)) } else { Ok(Self(number)) }
    }

    /// Bits of its header (ISO/IEC 18004:2015, 7.4.2).
    const fn bits(self) -> usize {
        match self.0 {
            ..128 => 12,
            128..16_384 => 20,
            _ => 28,
        }
    }
}

/// A symbol in the asking: a payload, and what is fixed rather than chosen.
#[derive(Clone, Copy, Debug)]
pub struct SymbolRequest<'a> {
    payload: &'a [u8],
    level: ErrorCorrection,
    raises_level: bool,
    version: Option<Version>,
    mask: Option<Mask>,
    kanji: bool,
    one_segment: bool,
    eci: Option<Eci>,
}

impl<'a> SymbolRequest<'a> {
    /// The smallest version that holds `payload` at level M, the highest level that this version reaches, and
    /// the mask of the lowest penalty.
    pub const fn new(payload: &'a [u8]) -> Self {
        Self {
            payload,
            level: ErrorCorrection::Medium,
            raises_level: true,
            version: None,
            mask: None,
            kanji: false,
            one_segment: false,
            eci: None,
        }
    }

    /// At least this level; it rises as far as the version stays the same.
    pub const fn at_least(mut self, level: ErrorCorrection) -> Self {
        self.level = level;
        self.raises_level = true;
        self
    }

    /// This level and no other.
    pub const fn exactly(mut self, level: ErrorCorrection) -> Self {
        self.level = level;
        self.raises_level = false;
        self
    }

    /// This version and no other.
    pub const fn version(mut self, version: Version) -> Self {
        self.version = Some(version);
        self
    }

    /// This mask and no other.
    pub const fn mask(mut self, mask: Mask) -> Self {
        self.mask = Some(mask);
        self
    }

    /// The payload is Shift JIS: its characters of two bytes may be written in Kanji mode.
    pub const fn shift_jis(mut self) -> Self {
        self.kanji = true;
        self
    }

    /// One segment in byte mode, even where changing modes would take fewer bits.
    pub const fn one_segment(mut self) -> Self {
        self.one_segment = true;
        self
    }

    /// Tell the reader how to interpret the bytes of the payload.
    pub const fn eci(mut self, eci: Eci) -> Self {
        self.eci = Some(eci);
        self
    }

    /// The version this request comes to. No codeword and no matrix is made.
    pub fn best_version(&self) -> Result<Version, EncodeError> {
        if self.payload.len() <= SHORT_PAYLOAD {
            self.fit::<SHORT_PAYLOAD>().map(|(version, _)| version)
        } else {
            self.fit::<LONGEST_PAYLOAD>().map(|(version, _)| version)
        }
    }

    /// The symbol.
    pub fn encode(&self) -> Result<Symbol, EncodeError> {
        if self.payload.len() <= SHORT_PAYLOAD {
            self.encode_up_to::<SHORT_PAYLOAD>()
        } else {
            self.encode_up_to::<LONGEST_PAYLOAD>()
        }
    }

    #[inline(never)]
    fn encode_up_to<const LENGTH: usize>(&self) -> Result<Symbol, EncodeError> {
        let (version, segmentation) = self.fit::<LENGTH>()?;
        let level = self.reached_level(version, self.bits_of(&segmentation));
        // What fits by its count of bits is not refused.
        let (data, correction) =
            self.codewords(version, level, &segmentation).map_err(|_| self.too_long())?;
        Ok(Symbol::draw(version, level, self.mask, data.iter().chain(&correction)))
    }

    /// The smallest version allowed that holds the payload, and the segmentation for it.
    fn fit<const LENGTH: usize>(&self) -> Result<(Version, Segmentation<LENGTH>), EncodeError> {
        if self.payload.len() > LENGTH {
            return Err(self.too_long());
        }
        for class in VersionClass::ALL {
            let mut versions =
                class.versions().filter(|version| self.version.is_none_or(|asked| asked == *version));
            // No mode takes less than a digit's ten bits for three bytes.
            let least = self.payload.len() * 10 / 3;
            let Some(candidate) = versions.find(|version| version.data_bits(self.level) >= least) else {
                continue;
            };
            let segmentation = if self.one_segment {
                Segmentation::one_of_bytes(self.payload, class)
            } else {
                Segmentation::new(self.payload, class, self.kanji)
            };
            let bits = self.bits_of(&segmentation);
            let fits = |version: &Version| version.data_bits(self.level) >= bits;
            if let Some(version) = std::iter::once(candidate).chain(versions).find(fits) {
                return Ok((version, segmentation));
            }
        }
        Err(self.too_long())
    }

    fn bits_of<const LENGTH: usize>(&self, segmentation: &Segmentation<LENGTH>) -> usize {
        segmentation.bits() + self.eci.map_or(0, Eci::bits)
    }

    fn reached_level(&self, version: Version, bits: usize) -> ErrorCorrection {
        if !self.raises_level {
            return self.level;
        }
        let mut levels = ErrorCorrection::ALL.into_iter().rev();
        levels.find(|level| version.data_bits(*level) >= bits).unwrap_or(self.level)
    }

    fn codewords<const LENGTH: usize>(
        &self,
        version: Version,
        level: ErrorCorrection,
        segmentation: &Segmentation<LENGTH>,
    ) -> QrResult<(Vec<u8>, Vec<u8>)> {
        let (version, level) = (version.as_crate_version(), crate_level(level));
        let mut bits = Bits::new(version);
        if let Some(eci) = self.eci {
            bits.push_eci_designator(eci.0)?;
        }
        segmentation.push(self.payload, &mut bits)?;
        bits.push_terminator(level)?;
        construct_codewords(&bits.into_bytes(), version, level)
    }

    fn too_long(&self) -> EncodeError {
        let largest = self.version.unwrap_or(Version::MAX);
        let header =
            4 + Mode::Byte.length_bits_count(largest.as_crate_version()) + self.eci.map_or(0, Eci::bits);
        EncodeError::TooLong {
            length: self.payload.len(),
            capacity: (largest.data_bits(self.level) - header) / 8,
            level: self.level,
        }
    }
}
