//! The two colours of an image.

use super::{Field, InvalidOption};

/// The least ratio of luminances, light to dark, at which scanners are expected to tell modules apart.
pub const MINIMUM_CONTRAST: f64 = 3.0;

/// A colour of the sRGB space.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Colour {
    /// Red, 0 to 255.
    pub red: u8,
    /// Green, 0 to 255.
    pub green: u8,
    /// Blue, 0 to 255.
    pub blue: u8,
}

impl Colour {
    /// `#000000`
    pub const BLACK: Self = Self { red: 0, green: 0, blue: 0 };
    /// `#ffffff`
    pub const WHITE: Self = Self { red: 255, green: 255, blue: 255 };

    fn parse(text: &str) -> Option<Self> {
        let digits = text.strip_prefix('#')?.as_bytes();
        let mut nibbles = [0_u8; 6];
        match digits.len() {
            3 => {
                for (pair, digit) in nibbles.chunks_exact_mut(2).zip(digits) {
                    pair.fill(hexadecimal(*digit)?);
                }
            }
            6 => {
                for (nibble, digit) in nibbles.iter_mut().zip(digits) {
                    *nibble = hexadecimal(*digit)?;
                }
            }
            _ => return None,
        }
        let [r1, r0, g1, g0, b1, b0] = nibbles;
        Some(Self { red: r1 << 4 | r0, green: g1 << 4 | g0, blue: b1 << 4 | b0 })
    }

    /// Relative luminance, 0 (black) to 1 (white), as WCAG 2 defines it.
    fn luminance(self) -> f64 {
        let linear = |channel: u8| {
            let value = f64::from(channel) / 255.0;
            if value <= 0.040_45 { value / 12.92 } else { ((value + 0.055) / 1.055).powf(2.4) }
        };
        0.2126 * linear(self.red) + 0.7152 * linear(self.green) + 0.0722 * linear(self.blue)
    }
}

impl std::fmt::Display for Colour {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "#{:02x}{:02x}{:02x}", self.red, self.green, self.blue)
    }
}

fn hexadecimal(digit: u8) -> Option<u8> {
    match digit {
        b'0'..=b'9' => Some(digit - b'0'),
        b'a'..=b'f' => Some(digit - b'a' + 10),
        b'A'..=b'F' => Some(digit - b'A' + 10),
        _ => None,
    }
}

/// What light modules and the quiet zone are drawn in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Light {
    /// One colour.
    Opaque(Colour),
    /// Nothing: what lies under the image shows. Contrast is checked as if that were white.
    Transparent,
}

impl Light {
    fn parse(text: &str) -> Option<Self> {
        if text == "transparent" { Some(Self::Transparent) } else { Colour::parse(text).map(Self::Opaque) }
    }

    pub(crate) const fn over_white(self) -> Colour {
        match self {
            Self::Opaque(colour) => colour,
            Self::Transparent => Colour::WHITE,
        }
    }
}

/// A dark and a light colour a scanner can tell apart, dark on light.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Colours {
    dark: Colour,
    light: Light,
}

impl Colours {
    /// The pair, if its contrast is at least [`MINIMUM_CONTRAST`] and it is not inverted.
    pub fn new(dark: Colour, light: Light) -> Result<Self, InvalidOption> {
        let (under, over) = (dark.luminance(), light.over_white().luminance());
        let ratio = (under.max(over) + 0.05) / (under.min(over) + 0.05);
        if ratio < MINIMUM_CONTRAST {
            return Err(InvalidOption::Contrast { ratio });
        }
        if under > over {
            return Err(InvalidOption::Inverted { ratio });
        }
        Ok(Self { dark, light })
    }

    /// The pair of these two texts (`#rgb`, `#rrggbb`; for `light` also `transparent`); what is absent is
    /// black on white.
    pub fn parse(dark: Option<&str>, light: Option<&str>) -> Result<Self, InvalidOption> {
        let dark = dark.map_or(Some(Colour::BLACK), Colour::parse);
        let dark = dark.ok_or(InvalidOption::Colour { field: Field::Dark })?;
        let light = light.map_or(Some(Light::Opaque(Colour::WHITE)), Light::parse);
        let light = light.ok_or(InvalidOption::Colour { field: Field::Light })?;
        Self::new(dark, light)
    }

    /// The colour of dark modules.
    pub const fn dark(self) -> Colour {
        self.dark
    }

    /// The colour of light modules and of the quiet zone.
    pub const fn light(self) -> Light {
        self.light
    }
}

impl Default for Colours {
    fn default() -> Self {
        Self { dark: Colour::BLACK, light: Light::Opaque(Colour::WHITE) }
    }
}
