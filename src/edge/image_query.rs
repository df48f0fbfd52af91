//! The parameters of an image.

use ezqr_actors::rendering::Format;
use ezqr_render::TextEncoding;
use ezqr_render::options::{
    Colours, ImageOptions, InvalidOption, Millimetres, PixelSize, QuietZone, Resolution, Scale, Size,
};
use ezqr_schema::FieldFault;
use ezqr_schema::wire::{Refused, parameters};

const PARAMETERS: &str = "scale, size, margin, dark, light, size_mm, dpi, eci";

/// Reads the parameters of an image; all the faults of a query at once. Those that `format` has no use for are
/// faults too. Without a format, because no image is asked for, each is judged by itself.
pub(super) fn parse(query: &str, format: Option<Format>) -> Result<ImageOptions, Refused> {
    let mut image = ImageParameters::default();
    let faults = parameters::read_without(query, is_ignored, |name, value| {
        image
            .set(name, value)
            .unwrap_or_else(|| Err(format!("is not a parameter of images; they have {PARAMETERS}")))
    });
    image.finish(format, faults)
}

/// Whether a parameter says nothing to us: what pages, caches and campaigns append to the address of an image of
/// theirs. Each such name is in the description of the API.
pub(super) fn is_ignored(name: &str) -> bool {
    matches!(name, "v" | "_" | "fbclid" | "gclid" | "msclkid") || name.starts_with("utm_")
}

/// The parameters of an image as they are read, one by one.
#[derive(Default)]
pub(super) struct ImageParameters {
    options: ImageOptions,
    dark: Option<String>,
    light: Option<String>,
    /// The names that were there, whether their values are in order or not.
    given: Vec<String>,
}

impl ImageParameters {
    /// Takes a parameter; `None` when images have none of this name.
    pub(super) fn set(&mut self, name: &str, value: &str) -> Option<Result<(), String>> {
        let options = &mut self.options;
        let outcome = match name {
            "scale" => number(value, Scale::new).map(|scale| options.size = Size::Scale(scale)),
            "size" => number(value, PixelSize::new).map(|side| options.size = Size::Canvas(side)),
            "margin" => number(value, QuietZone::new).map(|margin| options.quiet_zone = margin),
            "size_mm" => millimetres(value).map(|side| options.printed_side = Some(side)),
            "dpi" => number(value, Resolution::new).map(|dpi| options.resolution = Some(dpi)),
            "eci" => encoding(value).map(|encoding| options.encoding = Some(encoding)),
            "dark" => {
                self.dark = Some(colour(value));
                Ok(())
            }
            "light" => {
                self.light = Some(colour(value));
                Ok(())
            }
            _ => return None,
        };
        self.given.push(name.to_owned());
        Some(outcome)
    }

    /// The options of an image in `format`, unless there are `faults` or the parameters do not go together.
    pub(super) fn finish(
        mut self,
        format: Option<Format>,
        mut faults: Vec<FieldFault>,
    ) -> Result<ImageOptions, Refused> {
        let unfitting = self.unfitting(format).into_iter();
        faults.extend(unfitting.map(|(name, detail)| parameters::fault(name, detail)));
        match Colours::parse(self.dark.as_deref(), self.light.as_deref()) {
            Ok(colours) => self.options.colours = colours,
            Err(error) => faults.push(parameters::fault(error.field().name(), detail_of(&error))),
        }
        if faults.is_empty() { Ok(self.options) } else { Err(Refused::new(faults)) }
    }

    /// The parameters that contradict others or say nothing in `format`, and what to send instead.
    fn unfitting(&self, format: Option<Format>) -> Vec<(&'static str, &'static str)> {
        let has = |name: &str| self.given.iter().any(|given| given == name);
        let has_pixels = has("scale") || has("size");
        let mut unfitting = Vec::new();
        if has("scale") && has("size") {
            unfitting.push(("size", "must not be there with scale: each decides the pixels alone"));
        }
        match format {
            Some(Format::Png) if has_pixels && has("size_mm") && has("dpi") => {
                let detail = "must not be there with dpi and scale or size: pixels and dpi decide the printed \
                              side; send two of the three";
                unfitting.push(("size_mm", detail));
            }
            Some(Format::Png) | None => {}
            Some(Format::Svg) => {
                if has_pixels && has("size_mm") {
                    let detail =
                        "must not be there with scale or size in an SVG: each decides its width alone";
                    unfitting.push(("size_mm", detail));
                }
                if has("dpi") {
                    unfitting.push(("dpi", "is of no use to an SVG, which has no dots; send size_mm alone"));
                }
            }
            Some(Format::Pdf) => {
                let detail = "is of no use to a PDF, which has no pixels; send size_mm";
                let of_pixels = ["scale", "size", "dpi"].into_iter().filter(|name| has(name));
                unfitting.extend(of_pixels.map(|name| (name, detail)));
            }
        }
        unfitting
    }
}

/// What is wrong, after the name of the parameter, which a fault tells already.
fn detail_of(error: &InvalidOption) -> String {
    let (name, text) = (error.field().name(), error.to_string());
    text.strip_prefix(name).unwrap_or(&text).trim_start().to_owned()
}

/// In an address `#` begins the fragment, so a colour may come without it.
fn colour(text: &str) -> String {
    let is_bare = matches!(text.len(), 3 | 6) && text.bytes().all(|byte| byte.is_ascii_hexdigit());
    if is_bare { format!("#{text}") } else { text.to_owned() }
}

fn number<T>(text: &str, new: impl Fn(u32) -> Result<T, InvalidOption>) -> Result<T, String> {
    let number = text.parse().map_err(|_| "must be a whole number".to_owned())?;
    new(number).map_err(|error| detail_of(&error))
}

fn encoding(text: &str) -> Result<TextEncoding, String> {
    match text {
        "true" => Ok(TextEncoding::Declared),
        "false" => Ok(TextEncoding::Undeclared),
        _ => Err("must be true or false".to_owned()),
    }
}

fn millimetres(text: &str) -> Result<Millimetres, String> {
    let length = text.parse().map_err(|_| "must be a number of millimetres".to_owned())?;
    Millimetres::new(length).map_err(|error| detail_of(&error))
}

#[cfg(test)]
mod tests {
    use ezqr_schema::ProblemCode;

    use super::*;

    fn png(query: &str) -> Result<ImageOptions, Refused> {
        parse(query, Some(Format::Png))
    }

    /// The parameters at fault.
    fn faults(query: &str, format: Format) -> Vec<String> {
        let refused = parse(query, Some(format)).unwrap_err();
        refused.faults.into_iter().map(|fault| fault.pointer).collect()
    }

    #[test]
    fn an_image_without_parameters_is_the_plain_one() {
        assert_eq!(png("").unwrap(), ImageOptions::default());
    }

    #[test]
    fn every_parameter_is_read() {
        let options = png("scale=4&margin=0&dark=%23003366&light=transparent&dpi=300&eci=false").unwrap();
        assert_eq!(options.size, Size::Scale(Scale::new(4).unwrap()));
        assert_eq!(options.quiet_zone.modules(), 0);
        assert_eq!(options.colours, Colours::parse(Some("#003366"), Some("transparent")).unwrap());
        assert_eq!(options.resolution, Some(Resolution::new(300).unwrap()));
        assert_eq!(png("size_mm=20.5").unwrap().printed_side, Some(Millimetres::new(20.5).unwrap()));
        assert_eq!(options.encoding, Some(TextEncoding::Undeclared));
        assert_eq!(png("eci=true").unwrap().encoding, Some(TextEncoding::Declared));
        assert_eq!(png("dark=036").unwrap().colours.dark().to_string(), "#003366");
        assert_eq!(png("size=512").unwrap().size, Size::Canvas(PixelSize::new(512).unwrap()));
    }

    #[test]
    fn all_faults_are_named_at_once() {
        let refused = png("scale=0&margin=x&dark=red&colour=1&margin=4&size=3").unwrap_err();
        assert_eq!(refused.code, ProblemCode::InvalidParameter);
        let places: Vec<&str> = refused.faults.iter().map(|fault| fault.pointer.as_str()).collect();
        assert_eq!(places, ["scale", "margin", "colour", "margin", "size", "dark"]);
    }

    #[test]
    fn what_a_format_has_no_use_for_is_named() {
        assert_eq!(faults("scale=1&size_mm=9&dpi=9&margin=5", Format::Pdf), ["scale", "dpi"]);
        assert_eq!(faults("size=9", Format::Pdf), ["size"]);
        assert_eq!(faults("size=9&size_mm=9&dpi=9", Format::Svg), ["size_mm", "dpi"]);
        assert_eq!(faults("size=9&size_mm=9&dpi=9", Format::Png), ["size_mm"]);
        for (query, format) in [
            ("scale=9", Format::Svg),
            ("size=9", Format::Svg),
            ("size_mm=9&light=transparent", Format::Svg),
            ("size_mm=9&light=transparent", Format::Pdf),
            ("size_mm=9&dpi=9", Format::Png),
            ("size_mm=9&size=9", Format::Png),
            ("dpi=9&scale=9", Format::Png),
        ] {
            assert!(parse(query, Some(format)).is_ok(), "{query}");
        }
        // No image is asked for.
        assert!(parse("size=9&size_mm=9&dpi=9", None).is_ok());
        assert!(parse("size=9&scale=9", None).is_err());
    }

    #[test]
    fn what_caches_and_campaigns_append_changes_nothing() {
        let plain = png("scale=3").unwrap();
        for query in
            ["v=2&scale=3", "scale=3&v=1&v=2", "scale=3&utm_source=x&utm_=", "_=1&scale=3&gclid=&fbclid=1"]
        {
            assert_eq!(png(query).unwrap(), plain, "{query}");
        }
        for name in ["V", "ver", "utm", "utmx", "xutm_source", "__"] {
            assert_eq!(faults(&format!("{name}=1"), Format::Svg), [name]);
        }
        assert_eq!(faults("=1", Format::Svg), ["query"], "it has no name of its own");
    }
}
