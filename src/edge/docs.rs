//! `/openapi.json`, `/docs` and `/problems/{code}`: the interface described, for programs and for people.

use std::sync::LazyLock;

use actix_web::http::header;
use actix_web::web::Bytes;
use actix_web::{HttpRequest, HttpResponse};
use ezqr_schema::{ProblemCode, openapi};

use super::address;
use crate::pages;
use crate::problem::Fault;

/// The page, which is the same for the whole life of the program.
static PAGE: LazyLock<Bytes> = LazyLock::new(|| pages::render_reference(&openapi::document()).into());

/// Renders the page, so that no request waits for it.
pub(super) fn prepare() {
    LazyLock::force(&PAGE);
}

/// `GET /openapi.json`: the OpenAPI description, for anybody.
pub(super) async fn openapi() -> HttpResponse {
    HttpResponse::Ok()
        .insert_header((header::CONTENT_TYPE, "application/json"))
        .insert_header((header::CACHE_CONTROL, "public, max-age=3600"))
        .insert_header((header::X_CONTENT_TYPE_OPTIONS, "nosniff"))
        .body(openapi::TEXT)
}

/// `GET /docs`: the same as a page.
pub(super) async fn page() -> HttpResponse {
    pages::reference(PAGE.clone())
}

/// `GET /problems/{code}`: what a problem means and what to do about it. Its answers name this path as their `type`.
pub(super) async fn problem(request: HttpRequest) -> Result<HttpResponse, Fault> {
    let code = ProblemCode::of(address::segment(&request, "code")).ok_or_else(|| {
        Fault::new(ProblemCode::RouteNotFound, "No problem has this code; /docs lists those there are.")
    })?;
    Ok(pages::problem(code))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use ezqr_render::options::{Colours, ImageOptions, Size};
    use serde_json::{Value, json};

    use crate::edge::image_query::parse;

    /// The documented parameters of the image of a code, by name.
    fn parameters() -> Vec<(String, Value)> {
        let document = super::openapi::document();
        let listed = document["paths"]["/qr/{id}.{format}"]["get"]["parameters"].as_array().unwrap();
        let named = listed.iter().map(|reference| {
            let pointer = reference["$ref"].as_str().unwrap().trim_start_matches('#');
            let parameter = document.pointer(pointer).unwrap().clone();
            (parameter["name"].as_str().unwrap().to_owned(), parameter)
        });
        named.filter(|(_, parameter)| parameter["in"] == "query").collect()
    }

    fn query(name: &str, value: &Value) -> String {
        let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        format!("{name}={}", text.replace('#', "%23"))
    }

    #[test]
    fn the_parameters_of_an_image_are_those_that_are_read() {
        let faults = parse("unknown=1", None).unwrap_err().faults;
        let told: BTreeSet<&str> = faults[0].detail.split_once("they have ").unwrap().1.split(", ").collect();
        let parameters = parameters();
        assert_eq!(told, parameters.iter().map(|(name, _)| name.as_str()).collect());

        let example = |(name, parameter): &(String, Value)| query(name, &parameter["example"]);
        let without = |left_out: &str| {
            let rest = parameters.iter().filter(|(name, _)| name != left_out);
            parse(&rest.map(example).collect::<Vec<_>>().join("&"), None).unwrap()
        };
        // Whatever an image can be asked is asked here: who adds an option documents a parameter for it.
        let ImageOptions { size, quiet_zone, colours, printed_side, resolution, encoding } = without("size");
        let plain = ImageOptions::default();
        assert!(matches!(size, Size::Scale(_)) && size != plain.size && quiet_zone != plain.quiet_zone);
        assert!(colours.dark() != plain.colours.dark() && colours.light() != plain.colours.light());
        assert!(printed_side.is_some() && resolution.is_some() && encoding.is_some());
        assert!(matches!(without("scale").size, Size::Canvas(_)));
    }

    #[test]
    fn the_bounds_and_defaults_of_an_image_are_those_described() {
        let mut bounds = 0;
        for (name, parameter) in parameters() {
            let schema = &parameter["schema"];
            let accepts = |value: f64| parse(&query(&name, &json!(value.to_string())), None).is_ok();
            if let (Some(least), Some(most)) = (schema["minimum"].as_f64(), schema["maximum"].as_f64()) {
                bounds += 1;
                assert!(accepts(least) && accepts(most), "{name}");
                assert!(!accepts(least - 1.0) && !accepts(most + 1.0), "{name}");
            }
            if let Some(default) = schema.get("default") {
                assert_eq!(parse(&query(&name, default), None).unwrap(), ImageOptions::default(), "{name}");
            }
        }
        assert_eq!(bounds, 5);
        assert_eq!(parse("dark=000&light=fff", None).unwrap().colours, Colours::default());
    }
}
