//! Whether a new code can be drawn.

use ezqr_render::{EncodeError, best_version};
use ezqr_schema::{FieldFault, NewCode, ProblemCode};

/// Refuses a static code whose content fits no symbol of its level. `pointer` leads to the code. The pattern of
/// a dynamic code is a short link, which always fits.
pub(super) fn check(code: &NewCode, pointer: &str) -> Result<(), FieldFault> {
    if code.target_url.is_some() {
        return Ok(());
    }
    let Err(error) = best_version(code.content.as_str().as_bytes(), code.error_correction) else {
        return Ok(());
    };
    let EncodeError::TooLong { length, capacity, level } = error;
    let detail = format!(
        "has {length} bytes as encoded; a QR code of error-correction level {level} holds at most {capacity}"
    );
    Err(FieldFault::new(format!("{pointer}/content"), detail).with_code(ProblemCode::ContentTooLong))
}
