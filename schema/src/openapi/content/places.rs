//! `wifi` and `geo`.

use serde_json::json;

use super::{Named, decimal, line, named, object};

/// The schemas by name.
pub(super) fn schemas() -> Named {
    named(json!({
        "WifiContent": object(
            "A wireless network to be joined.",
            json!({
                "ssid": line(32, "The network's name; the limit counts bytes of UTF-8."),
                "security": {
                    "type": "string",
                    "enum": ["wpa", "wpa2", "wpa3", "wep", "nopass"],
                    "description": "By default `wpa` with a password and `nopass` without. Case does not matter.",
                },
                "password": line(
                    128,
                    "Required unless `security` is `nopass`. For WPA 8 to 63 printable ASCII characters or 64 \
                     hexadecimal digits; for WEP 5, 13 or 16 characters or 10, 26 or 32 hexadecimal digits.",
                ),
                "hidden": { "type": "boolean", "description": "Whether the network does not tell its name." },
            }),
            &["ssid"],
            json!([
                { "ssid": "Guests", "security": "wpa3", "password": "blue;sky 42", "hidden": false },
                { "ssid": "Open house" },
            ]),
        ),
        "GeoContent": object(
            "A place to be shown on a map (RFC 5870, WGS 84).",
            json!({
                "latitude": decimal("Degrees north, -90 to 90."),
                "longitude": decimal("Degrees east, -180 to 180."),
                "altitude": decimal("Metres above the ellipsoid."),
                "uncertainty": decimal("Metres around the place; not negative."),
            }),
            &["latitude", "longitude"],
            json!([
                { "latitude": 52.5163, "longitude": 13.3777 },
                { "latitude": "-33.8568", "longitude": "151.2153", "altitude": 4, "uncertainty": "35.5" },
            ]),
        ),
    }))
}
