//! Section `images`.

use ezqr_render::TextEncoding;
use serde::{Deserialize, Deserializer};

/// Images over HTTP.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Images {
    /// Whether an image needs no API key.
    pub public: bool,
    /// Whether symbols of text that is not all ASCII say that it is UTF-8.
    #[serde(rename = "eci", deserialize_with = "encoding")]
    pub encoding: TextEncoding,
}

fn encoding<'de, D: Deserializer<'de>>(deserializer: D) -> Result<TextEncoding, D::Error> {
    let declared = bool::deserialize(deserializer)?;
    Ok(if declared { TextEncoding::Declared } else { TextEncoding::Undeclared })
}
