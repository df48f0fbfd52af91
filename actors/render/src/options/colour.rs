//! The two colours of an image.

use super::{Field, InvalidOption};

/// The least contrast at which scanners are expected to tell modules apart.
///
/// Measured as they see it, (light + 17) / (dark + 17) of the luma (ITU-R BT.601, 0 to 255), so 1 to 16. From
/// 2.5 on, dark is under half of light and at least 25 below it: the two things that the local threshold of
/// `ZXing` and its kin stands on, which takes an evenly coloured block for dark only if it is under half of its
/// surroundings.
pub const MINIMUM_CONTRAST: f64 = 2.5;

/// The stray light that any scanner sees.
const FLARE: f64 = 17.0;

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

    /// What a grey camera sees, 0 to 255 (ITU-R BT.601).
    fn luma(self) -> f64 {
        0.299 * f64::from(self.red) + 0.587 * f64::from(self.green) + 0.114 * f64::from(self.blue)
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
        let (under, over) = (dark.luma(), light.over_white().luma());
        let ratio = (under.max(over) + FLARE) / (under.min(over) + FLARE);
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

#[cfg(test)]
mod tests {
    use super::{Colour, Colours, Light};
    use crate::options::{Field, InvalidOption};

    fn parse(dark: &str, light: &str) -> Result<Colours, InvalidOption> {
        Colours::parse(Some(dark), Some(light))
    }

    #[test]
    fn three_and_six_digits_are_read_in_either_case() {
        let navy = Colour { red: 0x11, green: 0x22, blue: 0xaa };
        assert_eq!(parse("#12A", "#fff").unwrap().dark(), navy);
        assert_eq!(
            parse("#1122aa", "transparent").unwrap(),
            Colours { dark: navy, light: Light::Transparent }
        );
        assert_eq!(Colours::parse(None, None).unwrap(), Colours::default());
    }

    #[test]
    fn what_is_no_colour_is_refused_with_its_field() {
        for text in ["", "#", "000", "#00", "#0000", "#00000g", "#ggg", "black", "#0000000", "# 00", "#é0"] {
            assert_eq!(parse(text, "#fff"), Err(InvalidOption::Colour { field: Field::Dark }), "{text}");
            assert_eq!(parse("#000", text), Err(InvalidOption::Colour { field: Field::Light }), "{text}");
        }
        assert_eq!(parse("transparent", "#fff"), Err(InvalidOption::Colour { field: Field::Dark }));
    }

    #[test]
    fn too_little_contrast_is_refused_with_the_measured_ratio() {
        let Err(InvalidOption::Contrast { ratio }) = parse("#777", "#fff") else { panic!("accepted") };
        assert!((ratio - 2.0).abs() < 0.001, "{ratio}");
        assert!(matches!(parse("#777", "transparent"), Err(InvalidOption::Contrast { .. })));
        assert!(parse("#5b5b5b", "#fff").is_ok());
        assert!(parse("#5c5c5c", "#fff").is_err());
    }

    #[test]
    fn inverted_colours_are_refused_with_the_measured_ratio() {
        let Err(InvalidOption::Inverted { ratio }) = parse("#fff", "#000") else { panic!("accepted") };
        assert!((ratio - 16.0).abs() < 0.001, "{ratio}");
    }
}
