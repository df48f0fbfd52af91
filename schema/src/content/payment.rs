//! `payment`: a transfer a banking app fills in.

mod check_digits;
mod epc;
mod upi;

use serde_json::Value;

use super::Build;
use super::decimal::Decimal;
use super::fields::{Fields, Refused};
use super::rules;

/// Largest amount, in hundredths (EPC069-12, AT-04; taken for UPI too, whose own limits are the banks').
const MOST_HUNDREDTHS: i64 = 99_999_999_999;

/// `{"scheme", ...}`: `epc` for a SEPA credit transfer in euro, `upi` for India's Unified Payments Interface
/// in rupees; the other fields are the scheme's.
pub(super) fn payment(fields: &mut Fields<'_>) -> Result<String, Refused> {
    match fields.required("scheme", scheme) {
        Ok(build) => build(fields),
        Err(refused) => {
            fields.let_rest_pass();
            Err(refused)
        }
    }
}

fn scheme(value: &Value) -> Result<Build, String> {
    match rules::string(value)? {
        "epc" => Ok(epc::transfer),
        "upi" => Ok(upi::request),
        _ => Err("must be epc or upi".to_owned()),
    }
}

/// An amount of 0.01 to 999999999.99, printed with two places after the point.
fn amount(value: &Value) -> Result<String, String> {
    match Decimal::from_value(value)?.hundredths() {
        Some(hundredths @ 1..=MOST_HUNDREDTHS) => Ok(format!("{}.{:02}", hundredths / 100, hundredths % 100)),
        Some(_) => Err("must lie between 0.01 and 999999999.99".to_owned()),
        None => Err("must have at most two places after the point".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::amount;
    use crate::content::ContentType::Payment;
    use crate::content::tests::refused;

    #[test]
    fn an_amount_has_two_places() {
        for (value, printed) in [
            (json!(12), "12.00"),
            (json!(12.3), "12.30"),
            (json!("12.30"), "12.30"),
            (json!(0.01), "0.01"),
            (json!(0.1), "0.10"),
            (json!("999999999.99"), "999999999.99"),
            (json!(999_999_999.99), "999999999.99"),
            (json!(1.10), "1.10"),
        ] {
            assert_eq!(amount(&value).as_deref(), Ok(printed), "{value}");
        }
    }

    #[test]
    fn an_amount_is_exact_and_bounded() {
        for value in [json!(0), json!("0.00"), json!(-1), json!("1000000000"), json!("1000000000.00")] {
            assert_eq!(amount(&value), Err("must lie between 0.01 and 999999999.99".to_owned()), "{value}");
        }
        for value in [json!(0.1 + 0.2), json!("12.345"), json!(0.001)] {
            assert_eq!(
                amount(&value),
                Err("must have at most two places after the point".to_owned()),
                "{value}"
            );
        }
        for value in [json!("EUR12"), json!("12,30"), json!("1e2"), json!(true)] {
            assert!(amount(&value).unwrap_err().starts_with("must be a decimal number"), "{value}");
        }
    }

    #[test]
    fn without_a_scheme_only_the_scheme_is_at_fault() {
        assert_eq!(refused(Payment, &json!({ "iban": "x" })), ["/content/scheme is required"]);
        assert_eq!(
            refused(Payment, &json!({ "scheme": "SPC", "iban": 1 })),
            ["/content/scheme must be epc or upi"]
        );
    }
}
