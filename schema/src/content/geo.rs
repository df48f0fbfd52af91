//! `geo`: a `geo` URI (RFC 5870).

use serde_json::Value;

use super::decimal::Decimal;
use super::fields::{Fields, Refused};

/// `{"latitude", "longitude", "altitude", "uncertainty"}`, the first two required: degrees, and metres above
/// the WGS 84 ellipsoid and around the place. JSON numbers or decimal strings; printed with the digits given.
pub(super) fn geo(fields: &mut Fields<'_>) -> Result<String, Refused> {
    let latitude = fields.required("latitude", degrees(90));
    let longitude = fields.required("longitude", degrees(180));
    let altitude = fields.optional("altitude", Decimal::from_value);
    let uncertainty = fields.optional("uncertainty", not_negative);

    let altitude = altitude?.map(|altitude| format!(",{altitude}")).unwrap_or_default();
    let uncertainty = uncertainty?.map(|uncertainty| format!(";u={uncertainty}")).unwrap_or_default();
    Ok(format!("geo:{},{}{altitude}{uncertainty}", latitude?, longitude?))
}

fn degrees(limit: u32) -> impl Fn(&Value) -> Result<Decimal, String> {
    move |value| {
        let degrees = Decimal::from_value(value)?;
        if degrees.is_within(limit) {
            Ok(degrees)
        } else {
            Err(format!("must lie between -{limit} and {limit} degrees"))
        }
    }
}

fn not_negative(value: &Value) -> Result<Decimal, String> {
    let metres = Decimal::from_value(value)?;
    if metres.is_negative() { Err("must not be negative".to_owned()) } else { Ok(metres) }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::content::ContentType::Geo;
    use crate::content::tests::{accepted, refused};

    #[test]
    fn a_place_becomes_a_geo_uri() {
        let places = [
            (json!({ "latitude": 52.5163, "longitude": 13.3777 }), "geo:52.5163,13.3777"),
            (json!({ "latitude": "-33.856800", "longitude": "151.2153" }), "geo:-33.8568,151.2153"),
            (
                json!({ "latitude": 90, "longitude": -180, "altitude": -4.5, "uncertainty": 35 }),
                "geo:90,-180,-4.5;u=35",
            ),
            (json!({ "latitude": 51.5, "longitude": -0.000_01, "altitude": null }), "geo:51.5,-0.00001"),
            (json!({ "latitude": -0.0, "longitude": 0 }), "geo:0,0"),
        ];
        for (content, payload) in places {
            assert_eq!(accepted(Geo, &content), payload);
        }
    }

    #[test]
    fn every_fault_of_a_place_is_named() {
        assert_eq!(
            refused(
                Geo,
                &json!({ "latitude": 90.000_001, "longitude": "181", "uncertainty": -1, "label": "a" })
            ),
            [
                "/content/latitude must lie between -90 and 90 degrees",
                "/content/longitude must lie between -180 and 180 degrees",
                "/content/uncertainty must not be negative",
                "/content/label is not a field of this object; its fields are latitude, longitude, \
                 altitude, uncertainty",
            ]
        );
        assert_eq!(
            refused(Geo, &json!({ "latitude": "52,5" })),
            [
                "/content/latitude must be a decimal number such as 12.5, with at most 18 digits",
                "/content/longitude is required",
            ]
        );
    }
}
