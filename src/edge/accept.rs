//! What a client would like to be answered with.

use actix_web::HttpRequest;
use actix_web::http::header::{self, Accept, Header as _};
use actix_web::mime::{self, Mime};

/// Which of `offers`, each a media type, the client likes best; among equals the first, and the first without
/// an `Accept`. `None` when it accepts none of them (RFC 9110, 12.5.1).
pub(super) fn preferred<'offer>(request: &HttpRequest, offers: &[&'offer str]) -> Option<&'offer str> {
    if !request.headers().contains_key(header::ACCEPT) {
        return offers.first().copied();
    }
    // What cannot be read asks for nothing in particular.
    let Ok(accept) = Accept::parse(request) else { return offers.first().copied() };
    let mut best: Option<(&str, header::Quality)> = None;
    for offer in offers {
        let quality = quality_of(&accept, offer);
        if quality > header::Quality::ZERO && best.is_none_or(|(_, known)| quality > known) {
            best = Some((offer, quality));
        }
    }
    best.map(|(offer, _)| offer)
}

/// The weight of the most specific range that holds `offer`.
fn quality_of(accept: &Accept, offer: &str) -> header::Quality {
    let mut found = (0, header::Quality::ZERO);
    for range in accept.iter() {
        let specificity = specificity(&range.item, offer);
        if specificity > found.0 {
            found = (specificity, range.quality);
        }
    }
    found.1
}

/// 0 when `range` does not hold `offer`, else the more the closer. Parameters are not looked at: no offer has
/// any.
fn specificity(range: &Mime, offer: &str) -> u8 {
    let Some((kind, _)) = offer.split_once('/') else { return 0 };
    if range.essence_str() == offer {
        3
    } else if range.subtype() == mime::STAR && range.type_() == kind {
        2
    } else {
        u8::from(range.subtype() == mime::STAR && range.type_() == mime::STAR)
    }
}

#[cfg(test)]
mod tests {
    use actix_web::test::TestRequest;

    use super::preferred;

    #[test]
    fn the_client_chooses_and_the_first_offer_wins_ties() {
        let offers = ["application/json", "image/png", "image/svg+xml"];
        let cases = [
            ("*/*", Some("application/json")),
            ("image/png", Some("image/png")),
            ("image/*", Some("image/png")),
            ("image/svg+xml, image/png;q=0.5", Some("image/svg+xml")),
            ("image/*;q=0.9, image/png;q=0.1", Some("image/svg+xml")),
            ("*/*;q=0.1, image/png", Some("image/png")),
            ("image/png;q=0, image/*", Some("image/svg+xml")),
            ("text/html", None),
            ("application/json;q=0", None),
        ];
        for (accept, expected) in cases {
            let request = TestRequest::default().insert_header(("Accept", accept)).to_http_request();
            assert_eq!(preferred(&request, &offers), expected, "{accept}");
        }
        assert_eq!(preferred(&TestRequest::default().to_http_request(), &offers), Some("application/json"));
    }
}
