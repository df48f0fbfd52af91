//! What a caller may ask of a symbol.

use ezqr_schema::ErrorCorrection;

use crate::{Mask, Symbol, Version};

/// A request that can become no symbol.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum EncodeError {
    /// The payload does not fit the largest version allowed.
    #[error("{length} bytes do not fit at level {level}: at most {capacity}")]
    TooLong {
        /// Bytes of the payload.
        length: usize,
        /// Bytes that the largest version allowed (40, or the one asked for) holds at this level in byte mode.
        /// Digits and upper-case text may be longer than this.
        capacity: usize,
        /// The level asked for.
        level: ErrorCorrection,
    },
}

/// A symbol in the asking: a payload, and what is to be fixed rather than chosen.
#[derive(Clone, Copy, Debug)]
pub struct SymbolRequest<'a> {
    pub(crate) payload: &'a [u8],
    pub(crate) level: ErrorCorrection,
    pub(crate) raises_level: bool,
    pub(crate) version: Option<Version>,
    pub(crate) mask: Option<Mask>,
}

impl<'a> SymbolRequest<'a> {
    /// The smallest version at level M or better, with the mask of the lowest penalty.
    pub const fn new(payload: &'a [u8]) -> Self {
        Self { payload, level: ErrorCorrection::Medium, raises_level: true, version: None, mask: None }
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

    /// The version this request comes to. Costs no matrix.
    pub fn best_version(&self) -> Result<Version, EncodeError> {
        let bits = qrcode::bits::encode_auto(self.payload, crate::version::crate_level(self.level));
        match bits.map(|bits| bits.version()) {
            Ok(qrcode::Version::Normal(number)) => {
                Ok(Version::new(u32::from(number.unsigned_abs())).unwrap_or(Version::MAX))
            }
            Ok(qrcode::Version::Micro(_)) | Err(_) => Err(EncodeError::TooLong {
                length: self.payload.len(),
                capacity: self.version.unwrap_or(Version::MAX).data_bits(self.level) / 8 - 3,
                level: self.level,
            }),
        }
    }

    /// The symbol.
    pub fn encode(&self) -> Result<Symbol, EncodeError> {
        Symbol::draw(self)
    }
}

/// The version that `payload` comes to at `level`, without its symbol: for checking many payloads before any
/// is drawn.
pub fn best_version(payload: &[u8], level: ErrorCorrection) -> Result<Version, EncodeError> {
    SymbolRequest::new(payload).at_least(level).best_version()
}
