//! What every store keeps of a code alike: enumerations as numbers, and nothing that tells itself.

use ezqr_schema::{Code, CodeId, CodeStatus, ErrorCorrection, InvalidTimestamp, Timestamp};

/// The position in [`CodeStatus::ALL`].
pub(crate) const fn status_number(status: CodeStatus) -> u8 {
    match status {
        CodeStatus::Active => 0,
        CodeStatus::Paused => 1,
        CodeStatus::Deleted => 2,
    }
}

/// The status at this position.
pub(crate) fn status(number: u8) -> Option<CodeStatus> {
    CodeStatus::ALL.get(usize::from(number)).copied()
}

/// The position in [`ErrorCorrection::ALL`].
pub(crate) const fn level_number(level: ErrorCorrection) -> u8 {
    match level {
        ErrorCorrection::Low => 0,
        ErrorCorrection::Medium => 1,
        ErrorCorrection::Quartile => 2,
        ErrorCorrection::High => 3,
    }
}

/// The level at this position.
pub(crate) fn level(number: u8) -> Option<ErrorCorrection> {
    ErrorCorrection::ALL.get(usize::from(number)).copied()
}

/// When the code of `id` was minted: the first 48 bits (RFC 9562, 5.7). It is stored nowhere else.
pub(crate) fn created_at(id: CodeId) -> Result<Timestamp, InvalidTimestamp> {
    let milliseconds = id.as_uuid().as_u64_pair().0 >> 16;
    Timestamp::from_millis(milliseconds.cast_signed())
}

/// When the code was last changed; `None` for one that never was.
pub(crate) fn updated_at(code: &Code) -> Option<Timestamp> {
    Some(code.updated_at).filter(|updated_at| *updated_at != code.created_at)
}

/// The metadata as text; `None` for none.
pub(crate) fn metadata(code: &Code) -> Option<&str> {
    Some(code.metadata.as_str()).filter(|_| !code.metadata.is_empty())
}

/// A number below 2^63 as stores keep it: all of ezqr's are.
pub(crate) const fn integer(value: u64) -> i64 {
    value.cast_signed()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stored_numbers_are_positions_and_turn_back() {
        for (position, value) in (0..).zip(CodeStatus::ALL) {
            assert_eq!((status_number(value), status(position)), (position, Some(value)));
        }
        for (position, value) in (0..).zip(ErrorCorrection::ALL) {
            assert_eq!((level_number(value), level(position)), (position, Some(value)));
        }
        assert_eq!((status(3), level(4)), (None, None));
    }
}
