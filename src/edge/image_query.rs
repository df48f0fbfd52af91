//! The parameters of an image.

use actix_web::web::Query;
use ezqr_render::TextEncoding;
use ezqr_render::options::{
    Colours, ImageOptions, InvalidOption, Millimetres, PixelSize, QuietZone, Resolution, Scale, Size,
};
use ezqr_schema::wire::Refused;
use ezqr_schema::{FieldFault, ProblemCode};

const PARAMETERS: &str = "scale, size, margin, dark, light, size_mm, dpi, eci";

/// Reads `scale` or `size`, `margin`, `dark`, `light`, `size_mm`, `dpi` and `eci`; all the faults of a query at once.
pub(super) fn parse(query: &str) -> Result<ImageOptions, Refused> {
    of_pairs(pairs(query))
}

/// The names and values of a query, decoded.
pub(super) fn pairs(query: &str) -> Vec<(String, String)> {
    Query::from_query(query).map(Query::into_inner).unwrap_or_default()
}

/// The same as [`parse`], from names and values.
pub(super) fn of_pairs(pairs: Vec<(String, String)>) -> Result<ImageOptions, Refused> {
    let mut reading = Reading::default();
    for (name, value) in pairs {
        if reading.seen.contains(&name) {
            reading.refuse(&name, "must be there once");
        } else {
            reading.take(&name, &value);
        }
        reading.seen.push(name);
    }
    reading.finish()
}

/// A query being read.
#[derive(Default)]
struct Reading {
    options: ImageOptions,
    dark: Option<String>,
    light: Option<String>,
    seen: Vec<String>,
    faults: Vec<FieldFault>,
}

impl Reading {
    fn take(&mut self, name: &str, value: &str) {
        if let Err(Invalid(detail)) = self.set(name, value) {
            self.refuse(name, detail);
        }
    }

    fn set(&mut self, name: &str, value: &str) -> Result<(), Invalid> {
        let options = &mut self.options;
        match name {
            "scale" => options.size = Size::Scale(Scale::new(number(value)?)?),
            "size" => options.size = Size::Canvas(PixelSize::new(number(value)?)?),
            "margin" => options.quiet_zone = QuietZone::new(number(value)?)?,
            "size_mm" => options.printed_side = Some(millimetres(value)?),
            "dpi" => options.resolution = Some(Resolution::new(number(value)?)?),
            "dark" => self.dark = Some(colour(value)),
            "light" => self.light = Some(colour(value)),
            "eci" => options.encoding = Some(encoding(value)?),
            _ => return Err(Invalid(format!("is not a parameter of images; they have {PARAMETERS}"))),
        }
        Ok(())
    }

    fn refuse(&mut self, name: &str, detail: impl Into<String>) {
        self.faults.push(FieldFault::new(name, detail).with_code(ProblemCode::InvalidParameter));
    }

    fn finish(mut self) -> Result<ImageOptions, Refused> {
        if self.seen.iter().any(|name| name == "scale") && self.seen.iter().any(|name| name == "size") {
            self.refuse("size", "must not be there with scale: each decides the pixels alone");
        }
        match Colours::parse(self.dark.as_deref(), self.light.as_deref()) {
            Ok(colours) => self.options.colours = colours,
            Err(error) => self.refuse(error.field().name(), Invalid::from(error).0),
        }
        if self.faults.is_empty() { Ok(self.options) } else { Err(Refused::new(self.faults)) }
    }
}

/// What is wrong with a parameter.
struct Invalid(String);

impl From<InvalidOption> for Invalid {
    fn from(error: InvalidOption) -> Self {
        // The fault names the parameter already.
        let (name, text) = (error.field().name(), error.to_string());
        Self(text.strip_prefix(name).unwrap_or(&text).trim_start().to_owned())
    }
}

/// In an address `#` begins the fragment, so a colour may come without it.
fn colour(text: &str) -> String {
    let is_bare = matches!(text.len(), 3 | 6) && text.bytes().all(|byte| byte.is_ascii_hexdigit());
    if is_bare { format!("#{text}") } else { text.to_owned() }
}

fn number(text: &str) -> Result<u32, Invalid> {
    text.parse().map_err(|_| Invalid("must be a whole number".to_owned()))
}

fn encoding(text: &str) -> Result<TextEncoding, Invalid> {
    match text {
        "true" => Ok(TextEncoding::Declared),
        "false" => Ok(TextEncoding::Undeclared),
        _ => Err(Invalid("must be true or false".to_owned())),
    }
}

fn millimetres(text: &str) -> Result<Millimetres, Invalid> {
    let length = text.parse().map_err(|_| Invalid("must be a number of millimetres".to_owned()))?;
    Ok(Millimetres::new(length)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_image_without_parameters_is_the_plain_one() {
        assert_eq!(parse("").unwrap(), ImageOptions::default());
    }

    #[test]
    fn every_parameter_is_read() {
        let options =
            parse("scale=4&margin=0&dark=%23003366&light=transparent&size_mm=20.5&dpi=300&eci=false")
                .unwrap();
        assert_eq!(options.size, Size::Scale(Scale::new(4).unwrap()));
        assert_eq!(options.quiet_zone.modules(), 0);
        assert_eq!(options.colours, Colours::parse(Some("#003366"), Some("transparent")).unwrap());
        assert_eq!(options.printed_side, Some(Millimetres::new(20.5).unwrap()));
        assert_eq!(options.resolution, Some(Resolution::new(300).unwrap()));
        assert_eq!(options.encoding, Some(TextEncoding::Undeclared));
        assert_eq!(parse("eci=true").unwrap().encoding, Some(TextEncoding::Declared));
        assert_eq!(parse("dark=036").unwrap().colours.dark().to_string(), "#003366");
        assert_eq!(parse("size=512").unwrap().size, Size::Canvas(PixelSize::new(512).unwrap()));
    }

    #[test]
    fn all_faults_are_named_at_once() {
        let refused = parse("scale=0&margin=x&dark=red&colour=1&margin=4&size=3").unwrap_err();
        assert_eq!(refused.code, ProblemCode::InvalidParameter);
        let places: Vec<&str> = refused.faults.iter().map(|fault| fault.pointer.as_str()).collect();
        assert_eq!(places, ["scale", "margin", "colour", "margin", "size", "dark"]);
    }
}
