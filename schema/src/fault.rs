//! What is wrong with one field of a request body.

use serde::Serialize;

use crate::ProblemCode;

/// One fault of a request body, as it stands in a problem's `errors` (RFC 9457, 3).
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct FieldFault {
    /// Where: a JSON pointer (RFC 6901) relative to the body, for example `/content/ssid`; empty for the body
    /// itself.
    pub pointer: String,
    /// What is wrong and which rule says so, for the caller to read. It never repeats what the caller sent in
    /// a secret field.
    pub detail: String,
    /// The problem this fault alone would be: mostly [`ProblemCode::InvalidRequest`]. Not in the answer.
    #[serde(skip)]
    pub code: ProblemCode,
}

impl FieldFault {
    /// A fault at `pointer` that is no problem of its own.
    pub fn new(pointer: impl Into<String>, detail: impl Into<String>) -> Self {
        Self { pointer: pointer.into(), detail: detail.into(), code: ProblemCode::InvalidRequest }
    }

    /// The same fault as a problem of its own.
    pub fn with_code(self, code: ProblemCode) -> Self {
        Self { code, ..self }
    }

    /// The same fault seen from further out: `/content` under `/3` is `/3/content`.
    pub fn under(self, prefix: &str) -> Self {
        Self { pointer: format!("{prefix}{}", self.pointer), ..self }
    }
}

/// `pointer` extended by one member name, escaped as RFC 6901, 3 asks.
pub fn pointer_to(pointer: &str, member: &str) -> String {
    format!("{pointer}/{}", member.replace('~', "~0").replace('/', "~1"))
}

#[cfg(test)]
mod tests {
    use super::{FieldFault, pointer_to};

    #[test]
    fn a_member_name_is_escaped_in_a_pointer() {
        assert_eq!(pointer_to("/content", "ssid"), "/content/ssid");
        assert_eq!(pointer_to("", "a/b~c"), "/a~1b~0c");
    }

    #[test]
    fn a_fault_of_an_item_names_the_item() {
        let fault = FieldFault::new("/content", "is empty").under("/3");
        assert_eq!(fault, FieldFault::new("/3/content", "is empty"));
    }
}
