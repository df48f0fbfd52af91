//! Whether a new code can be drawn.

use ezqr_render::{EncodeError, TextEncoding, version_of_text};
use ezqr_schema::{FieldFault, NewCode, ProblemCode};

/// Refuses a static code whose content fits no symbol of its level. `pointer` leads to the code. The pattern of
/// a dynamic code is a short link, which always fits. Whether it says that it is UTF-8 makes no difference here: what fits without fits with.
pub(super) fn check(code: &NewCode, pointer: &str) -> Result<(), FieldFault> {
    if code.target_url.is_some() {
        return Ok(());
    }
    let Err(error) = version_of_text(code.content.as_str(), code.error_correction, TextEncoding::default())
    else {
        return Ok(());
    };
    let EncodeError::TooLong { length, capacity, level } = error;
    let detail = format!(
        "has {length} bytes as encoded; a QR code of error-correction level {level} holds at most {capacity}"
    );
    Err(FieldFault::new(format!("{pointer}/content"), detail).with_code(ProblemCode::ContentTooLong))
}
