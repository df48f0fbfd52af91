//! Conditional requests (RFC 9110, 13).

use actix_web::HttpRequest;
use actix_web::http::header::{self, EntityTag, Header as _, IfMatch, IfNoneMatch};
use ezqr_schema::{ProblemCode, Version};

use crate::problem::Fault;

/// The entity tag of a record at `version`.
pub(super) fn tag_of(version: Version) -> EntityTag {
    EntityTag::new_strong(version.get().to_string())
}

/// The version `If-Match` asks for; `None` when it asks for none in particular.
///
/// Only one can be named: a change is compared with one version where it is written.
pub(super) fn expected_version(request: &HttpRequest) -> Result<Option<Version>, Fault> {
    if !request.headers().contains_key(header::IF_MATCH) {
        return Ok(None);
    }
    let tags = match IfMatch::parse(request) {
        Ok(IfMatch::Any) => return Ok(None),
        Ok(IfMatch::Items(tags)) => tags,
        Err(_) => Vec::new(),
    };
    let [tag] = tags.as_slice() else {
        let detail = "If-Match must hold one entity tag, such as \"3\", or *.";
        return Err(Fault::new(ProblemCode::BadRequest, detail));
    };
    // A weak tag, or one that is printed for no version, as "01" and "+1" are not: nothing can match it.
    let version = tag.tag().parse().ok().map(Version::new).filter(|version| tag_of(*version) == *tag);
    match version {
        Some(version) => Ok(Some(version)),
        None => Err(Fault::new(ProblemCode::VersionMismatch, "If-Match holds the entity tag of no version.")),
    }
}

/// Whether the client has what `tag` stands for already.
pub(super) fn is_known(request: &HttpRequest, tag: &EntityTag) -> bool {
    if !request.headers().contains_key(header::IF_NONE_MATCH) {
        return false;
    }
    match IfNoneMatch::parse(request) {
        Ok(IfNoneMatch::Any) => true,
        Ok(IfNoneMatch::Items(known)) => known.iter().any(|known| known.weak_eq(tag)),
        Err(_) => false,
    }
}

#[cfg(test)]
mod tests {
    use actix_web::test::TestRequest;

    use super::*;

    #[test]
    fn one_strong_number_is_a_version_and_everything_else_is_refused() {
        let expected = |value: &str| {
            let request = TestRequest::default().insert_header(("If-Match", value)).to_http_request();
            expected_version(&request).map_err(|fault| fault.code)
        };
        assert_eq!(expected("\"3\""), Ok(Some(Version::new(3))));
        assert_eq!(expected("*"), Ok(None));
        assert_eq!(expected("W/\"3\""), Err(ProblemCode::VersionMismatch));
        for tag in ["\"x\"", "\"+1\"", "\"01\"", "\"1.0\"", "\"\"", "\"18446744073709551616\""] {
            assert_eq!(expected(tag), Err(ProblemCode::VersionMismatch), "{tag}");
        }
        assert_eq!(expected("\"0\""), Ok(Some(Version::new(0))), "of no code, which the store tells");
        assert_eq!(expected("\"3\", \"4\""), Err(ProblemCode::BadRequest));
        assert_eq!(expected("3"), Err(ProblemCode::BadRequest));
        assert_eq!(expected("\" 1\""), Err(ProblemCode::BadRequest), "no entity tag: RFC 9110, 8.8.3");
        let without = TestRequest::default().to_http_request();
        assert_eq!(expected_version(&without).map_err(|fault| fault.code), Ok(None));
    }
}
