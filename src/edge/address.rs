//! What stands in a request's path.

use actix_web::HttpRequest;
use ezqr_schema::CodeId;

use crate::problem::Fault;

/// The segment of the path that the route calls `name`.
pub(super) fn segment<'request>(request: &'request HttpRequest, name: &str) -> &'request str {
    request.match_info().query(name)
}

/// The id in the path. One that cannot be an id belongs to no code, and so is answered like one that
/// belongs to none.
pub(super) fn code_id(text: &str) -> Result<CodeId, Fault> {
    text.parse().map_err(|_| Fault::no_such_code())
}
