//! Rows that cannot be read: passed over, logged and counted, so that they take nothing else along.

use std::fmt::Display;

use crate::ReadError;

/// The rows of one read that cannot be read.
#[derive(Debug, Default)]
pub(crate) struct PassedOver {
    rows: u64,
    /// Why the first of them cannot.
    reason: Option<String>,
}

impl PassedOver {
    /// `row`, or none for one that cannot be read. What is wrong with the store as a whole stays an error.
    pub(crate) fn pass<T>(&mut self, row: Result<T, ReadError>) -> Result<Option<T>, ReadError> {
        match row {
            Ok(row) => Ok(Some(row)),
            Err(ReadError::Unreadable(reason)) => {
                self.rows += 1;
                self.reason.get_or_insert(reason);
                Ok(None)
            }
            Err(error) => Err(error),
        }
    }

    /// Logs and counts them, if there are any, as rows of what lies at `place`.
    pub(crate) fn tell(self, place: impl Display) {
        if let Some(reason) = self.reason {
            metrics::counter!("ezqr_store_unreadable_rows_total").increment(self.rows);
            tracing::error!(%place, rows = self.rows, reason, "rows that cannot be read were passed over");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_one_row_holds_is_passed_over() {
        let mut passed_over = PassedOver::default();
        assert_eq!(passed_over.pass(Ok(7)), Ok(Some(7)));
        for reason in ["codes.name: a", "codes.name: b"] {
            assert_eq!(passed_over.pass::<u8>(Err(ReadError::Unreadable(reason.to_owned()))), Ok(None));
        }
        let damaged = ReadError::Corrupt("the file is no database".to_owned());
        assert_eq!(passed_over.pass::<u8>(Err(damaged.clone())), Err(damaged));
        assert_eq!((passed_over.rows, passed_over.reason.as_deref()), (2, Some("codes.name: a")));
    }
}
