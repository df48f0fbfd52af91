//! What a request shows of whom it comes from.

use std::net::IpAddr;

use actix_web::HttpRequest;
use actix_web::http::header::{self, HeaderName, HeaderValue};
use ezqr_actors::scans::visit::{Evidence, is_prefetch};

use super::Fronts;

static PURPOSE: HeaderName = HeaderName::from_static("purpose");
static SEC_PURPOSE: HeaderName = HeaderName::from_static("sec-purpose");
static X_MOZ: HeaderName = HeaderName::from_static("x-moz");

/// What `request` shows of its visitor, as it came: any bytes, of any length that the server accepts. Of a header
/// that is there twice, the first counts.
/// `address` is the visitor's, which the caller has found out.
pub(super) fn evidence<'request>(
    request: &'request HttpRequest,
    fronts: &Fronts,
    address: IpAddr,
) -> Evidence<'request> {
    let header = |name: &HeaderName| request.headers().get(name).map(HeaderValue::as_bytes);
    Evidence {
        agent: header(&header::USER_AGENT),
        referrer: header(&header::REFERER),
        is_prefetch: is_prefetch(header(&PURPOSE), header(&SEC_PURPOSE), header(&X_MOZ)),
        address,
        country: fronts.country(request),
    }
}

#[cfg(test)]
mod tests {
    use actix_web::test::TestRequest;
    use ezqr_schema::scan::Country;

    use super::*;
    use crate::config::{Config, Layers};

    fn config(settings: &[(&str, &str)]) -> Config {
        let variable = |(name, value): &(&str, &str)| (format!("EZQR__HTTP__{name}"), (*value).to_owned());
        let environment = settings.iter().map(variable).collect();
        Layers::of(None, environment, Vec::new()).unwrap().check().unwrap()
    }

    fn fronts() -> Fronts {
        let settings = [("TRUSTED_NETWORKS", "10.0.0.0/8"), ("COUNTRY_HEADER", "CF-IPCountry")];
        Fronts::of(&config(&settings).http)
    }

    fn request(peer: &str, headers: &[(&str, &[u8])]) -> HttpRequest {
        let request = TestRequest::default().peer_addr(format!("{peer}:4471").parse().unwrap());
        let insert = |request: TestRequest, (name, value): &(&str, &[u8])| {
            request.append_header((*name, HeaderValue::from_bytes(value).unwrap()))
        };
        headers.iter().fold(request, insert).to_http_request()
    }

    fn evidence<'request>(request: &'request HttpRequest, fronts: &Fronts) -> Evidence<'request> {
        super::evidence(request, fronts, fronts.address(request))
    }

    fn address(text: &str) -> IpAddr {
        text.parse().unwrap()
    }

    #[test]
    fn a_bare_request_shows_where_its_connection_comes_from() {
        let request = request("203.0.113.7", &[]);
        let evidence = evidence(&request, &fronts());
        assert_eq!((evidence.agent, evidence.referrer, evidence.is_prefetch), (None, None, false));
        assert_eq!((evidence.address, evidence.country), (address("203.0.113.7"), None));
    }

    #[test]
    fn bytes_that_are_no_text_are_handed_on_as_they_came() {
        let (agent, referrer) =
            (b"Mozilla/5.0 \xff\xfe\xc3\x28\t".as_slice(), b"https://\xe4.example/".as_slice());
        let request =
            request("203.0.113.7", &[("User-Agent", agent), ("Referer", referrer), ("Purpose", b"\xff")]);
        let evidence = evidence(&request, &fronts());
        assert_eq!((evidence.agent, evidence.referrer), (Some(agent), Some(referrer)));
        assert!(!evidence.is_prefetch);
    }

    #[test]
    fn long_texts_are_handed_on_whole() {
        let long = vec![b'a'; 64 * 1024];
        let request = request("203.0.113.7", &[("User-Agent", &long), ("Referer", &long)]);
        let evidence = evidence(&request, &fronts());
        assert_eq!((evidence.agent, evidence.referrer), (Some(long.as_slice()), Some(long.as_slice())));
    }

    #[test]
    fn of_a_header_that_is_there_twice_the_first_counts() {
        let request = request("203.0.113.7", &[("User-Agent", b"first"), ("User-Agent", b"second")]);
        assert_eq!(evidence(&request, &fronts()).agent, Some(b"first".as_slice()));
    }

    #[test]
    fn each_header_of_a_prefetch_is_read() {
        for name in ["Purpose", "Sec-Purpose", "X-Moz"] {
            let request = request("203.0.113.7", &[(name, b"prefetch")]);
            assert!(evidence(&request, &fronts()).is_prefetch, "{name}");
        }
    }

    #[test]
    fn what_a_client_forges_is_not_read_and_what_a_front_says_is() {
        let headers: [(&str, &[u8]); 2] = [("X-Forwarded-For", b"198.51.100.4"), ("CF-IPCountry", b"DE")];
        let forged = request("203.0.113.7", &headers);
        let forged = evidence(&forged, &fronts());
        assert_eq!((forged.address, forged.country), (address("203.0.113.7"), None));
        let told = request("10.0.0.1", &headers);
        let told = evidence(&told, &fronts());
        assert_eq!((told.address, told.country), (address("198.51.100.4"), Country::parse("DE").ok()));
    }
}
