//! Section `images`.

use serde::Deserialize;

/// Images over HTTP.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Images {
    /// Whether an image needs no API key.
    pub public: bool,
}
