//! The four error-correction levels of a QR symbol.

use serde::{Deserialize, Serialize};

/// How much of a symbol may be lost before it stops decoding (ISO/IEC 18004:2015, 6.5.1).
///
/// The variants are ordered: a later one recovers more and holds less.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum ErrorCorrection {
    /// About 7 % of the codewords.
    #[serde(rename = "L")]
    Low,
    /// About 15 % of the codewords; what a code gets when it asks for none.
    #[default]
    #[serde(rename = "M")]
    Medium,
    /// About 25 % of the codewords.
    #[serde(rename = "Q")]
    Quartile,
    /// About 30 % of the codewords.
    #[serde(rename = "H")]
    High,
}

impl ErrorCorrection {
    /// All levels, weakest first.
    pub const ALL: [Self; 4] = [Self::Low, Self::Medium, Self::Quartile, Self::High];

    /// The letter the standard and the API use: `L`, `M`, `Q` or `H`.
    pub const fn letter(self) -> char {
        match self {
            Self::Low => 'L',
            Self::Medium => 'M',
            Self::Quartile => 'Q',
            Self::High => 'H',
        }
    }
}

impl std::fmt::Display for ErrorCorrection {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "{}", self.letter())
    }
}
