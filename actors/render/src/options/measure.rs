//! Lengths: pixels, modules, millimetres, dots an inch.

use super::InvalidOption;

/// The widest quiet zone, in modules.
pub const MAXIMUM_QUIET_ZONE: u32 = 64;

/// Pixels a module, the same across and down.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Scale(u32);

impl Scale {
    /// The most pixels a module.
    pub const MAXIMUM: u32 = 1_000;

    /// A scale of `1..=Scale::MAXIMUM` pixels a module.
    pub const fn new(pixels: u32) -> Result<Self, InvalidOption> {
        if pixels == 0 || pixels > Self::MAXIMUM {
            return Err(InvalidOption::Scale { given: pixels });
        }
        Ok(Self(pixels))
    }

    /// Pixels a module.
    pub const fn pixels(self) -> u32 {
        self.0
    }
}

impl Default for Scale {
    fn default() -> Self {
        Self(10)
    }
}

/// Pixels a side of the whole image, the quiet zone included.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct PixelSize(u32);

impl PixelSize {
    /// The most pixels a side.
    pub const MAXIMUM: u32 = 20_000;

    /// A side of `1..=PixelSize::MAXIMUM` pixels.
    pub const fn new(pixels: u32) -> Result<Self, InvalidOption> {
        if pixels == 0 || pixels > Self::MAXIMUM {
            return Err(InvalidOption::Size { given: pixels });
        }
        Ok(Self(pixels))
    }

    /// Pixels a side.
    pub const fn pixels(self) -> u32 {
        self.0
    }
}

/// The light border around a symbol, in modules.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct QuietZone(u32);

impl QuietZone {
    /// The least that ISO/IEC 18004:2015, 6.3.8 allows, in modules.
    pub const CONFORMANT: u32 = 4;

    /// A quiet zone of `0..=MAXIMUM_QUIET_ZONE` modules.
    pub const fn new(modules: u32) -> Result<Self, InvalidOption> {
        if modules > MAXIMUM_QUIET_ZONE {
            return Err(InvalidOption::QuietZone { given: modules });
        }
        Ok(Self(modules))
    }

    /// Modules on each side.
    pub const fn modules(self) -> u32 {
        self.0
    }

    /// Whether it is as wide as the standard asks.
    pub const fn is_conformant(self) -> bool {
        self.0 >= Self::CONFORMANT
    }
}

impl Default for QuietZone {
    fn default() -> Self {
        Self(Self::CONFORMANT)
    }
}

/// The printed side of the whole image, the quiet zone included, in millimetres.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Millimetres(f64);

impl Millimetres {
    /// The shortest side.
    pub const MINIMUM: f64 = 1.0;
    /// The longest side, within what a PDF page may measure (14 400 points).
    pub const MAXIMUM: f64 = 5_000.0;

    /// A side of `MINIMUM..=MAXIMUM` millimetres, rounded to the micrometre.
    pub fn new(length: f64) -> Result<Self, InvalidOption> {
        if (Self::MINIMUM..=Self::MAXIMUM).contains(&length) {
            return Ok(Self(to_the_micrometre(length)));
        }
        Err(InvalidOption::Millimetres { given: length })
    }

    /// The length in millimetres.
    pub const fn length(self) -> f64 {
        self.0
    }
}

/// An inch.
pub(crate) const MILLIMETRES_AN_INCH: f64 = 25.4;

/// `millimetres`, rounded to the micrometre.
pub(super) fn to_the_micrometre(millimetres: f64) -> f64 {
    (millimetres * 1_000.0).round() / 1_000.0
}

/// Dots an inch, for printers and for programs that lay a PNG out by its physical size.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Resolution(u32);

impl Resolution {
    /// The most dots an inch.
    pub const MAXIMUM: u32 = 10_000;

    /// A resolution of `1..=Resolution::MAXIMUM` dots an inch.
    pub const fn new(dots_per_inch: u32) -> Result<Self, InvalidOption> {
        if dots_per_inch == 0 || dots_per_inch > Self::MAXIMUM {
            return Err(InvalidOption::Resolution { given: dots_per_inch });
        }
        Ok(Self(dots_per_inch))
    }

    /// Dots an inch.
    pub const fn dots_per_inch(self) -> u32 {
        self.0
    }

    /// Whole dots a module, at least one, with which a side of so many `modules` comes nearest to `side`.
    pub(super) fn dots_a_module(self, side: Millimetres, modules: u32) -> u32 {
        let dots = side.length() / MILLIMETRES_AN_INCH * f64::from(self.0) / f64::from(modules);
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "at most 2 million")]
        let whole = dots.round() as u32;
        whole.max(1)
    }
}

#[cfg(test)]
mod tests {
    use super::{MAXIMUM_QUIET_ZONE, Millimetres, PixelSize, QuietZone, Resolution, Scale};
    use crate::options::InvalidOption;

    #[test]
    fn nothing_and_too_much_are_refused() {
        for given in [0, u32::MAX] {
            assert_eq!(Scale::new(given), Err(InvalidOption::Scale { given }));
            assert_eq!(PixelSize::new(given), Err(InvalidOption::Size { given }));
            assert_eq!(Resolution::new(given), Err(InvalidOption::Resolution { given }));
        }
        assert!(Scale::new(Scale::MAXIMUM).is_ok() && Scale::new(Scale::MAXIMUM + 1).is_err());
        assert!(
            PixelSize::new(PixelSize::MAXIMUM).is_ok() && PixelSize::new(PixelSize::MAXIMUM + 1).is_err()
        );
        let given = MAXIMUM_QUIET_ZONE + 1;
        assert_eq!(QuietZone::new(given), Err(InvalidOption::QuietZone { given }));
    }

    #[test]
    fn a_quiet_zone_under_four_is_given_but_does_not_conform() {
        let conformant = [0, 3, 4, 64].map(|modules| QuietZone::new(modules).unwrap().is_conformant());
        assert_eq!(conformant, [false, false, true, true]);
    }

    #[test]
    fn only_finite_positive_millimetres_within_bounds_are_taken() {
        for given in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY, -1.0, -0.0, 0.0, 0.999, 5_000.1, 1e300] {
            let error = Millimetres::new(given).unwrap_err();
            let InvalidOption::Millimetres { given: told } = error else { panic!("{error}") };
            assert_eq!(told.to_bits(), given.to_bits());
        }
        assert!((Millimetres::new(25.400_04).unwrap().length() - 25.4).abs() < f64::EPSILON);
    }
}
