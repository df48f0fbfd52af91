//! What can be wrong with an option of an image.

use super::{MAXIMUM_QUIET_ZONE, MINIMUM_CONTRAST, Millimetres, PixelSize, Resolution, Scale};

/// An option that breaks its rule.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum InvalidOption {
    /// Pixels a module, outside `1..=Scale::MAXIMUM`.
    #[error("scale is 1 to {} pixels a module, not {given}", Scale::MAXIMUM)]
    Scale {
        /// What was asked for.
        given: u32,
    },
    /// Pixels a side, outside `1..=PixelSize::MAXIMUM`.
    #[error("size is 1 to {} pixels a side, not {given}", PixelSize::MAXIMUM)]
    Size {
        /// What was asked for.
        given: u32,
    },
    /// Modules of quiet zone, above `MAXIMUM_QUIET_ZONE`.
    #[error("margin is 0 to {MAXIMUM_QUIET_ZONE} modules, not {given}")]
    QuietZone {
        /// What was asked for.
        given: u32,
    },
    /// Not `#rgb` or `#rrggbb`, nor `transparent` where that is allowed.
    #[error("{} is #rgb or #rrggbb{}", .field.name(), if *.field == Field::Light { " or transparent" } else { "" })]
    Colour {
        /// `dark` or `light`.
        field: Field,
    },
    /// Dark and light are too much alike for a scanner.
    #[error("dark against light has a contrast of {ratio:.2}:1, {MINIMUM_CONTRAST}:1 is the least")]
    Contrast {
        /// The measured ratio, 1 to 21.
        ratio: f64,
    },
    /// The dark colour is the lighter one of the two.
    #[error("dark is lighter than light (contrast {ratio:.2}:1): many scanners do not read inverted symbols")]
    Inverted {
        /// The measured ratio, 1 to 21.
        ratio: f64,
    },
    /// A physical size that is no finite number inside the bounds.
    #[error(
        "size_mm is {} to {} millimetres a side, not {given}",
        Millimetres::MINIMUM,
        Millimetres::MAXIMUM
    )]
    Millimetres {
        /// What was asked for.
        given: f64,
    },
    /// Dots an inch, outside `1..=Resolution::MAXIMUM`.
    #[error("dpi is 1 to {}, not {given}", Resolution::MAXIMUM)]
    Resolution {
        /// What was asked for.
        given: u32,
    },
}

/// The option at fault, by the name the API gives it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Field {
    /// `scale`
    Scale,
    /// `size`
    Size,
    /// `margin`
    Margin,
    /// `dark`
    Dark,
    /// `light`
    Light,
    /// `size_mm`
    SizeMillimetres,
    /// `dpi`
    Dpi,
}

impl Field {
    /// The name of the query parameter.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Scale => "scale",
            Self::Size => "size",
            Self::Margin => "margin",
            Self::Dark => "dark",
            Self::Light => "light",
            Self::SizeMillimetres => "size_mm",
            Self::Dpi => "dpi",
        }
    }
}

impl InvalidOption {
    /// The option at fault. A pair of colours is reported at `dark`.
    pub const fn field(&self) -> Field {
        match self {
            Self::Scale { .. } => Field::Scale,
            Self::Size { .. } => Field::Size,
            Self::QuietZone { .. } => Field::Margin,
            Self::Colour { field } => *field,
            Self::Contrast { .. } | Self::Inverted { .. } => Field::Dark,
            Self::Millimetres { .. } => Field::SizeMillimetres,
            Self::Resolution { .. } => Field::Dpi,
        }
    }
}
