//! Requests of India's Unified Payments Interface (NPCI, "UPI Linking Specifications", 1.6).

use serde_json::Value;

use super::amount;
use crate::content::fields::{Fields, Refused};
use crate::content::{percent, rules};

/// `{"address", "name", "amount", "note", "reference"}`, the first two required: the payee's virtual payment
/// address and name, an amount in rupees, a note the payer sees, and the payee's own transaction reference.
///
/// A deep link, percent-encoded except for the address's at sign, which payment apps expect bare.
pub(super) fn request(fields: &mut Fields<'_>) -> Result<String, Refused> {
    let address = fields.required("address", address);
    let name = fields.required("name", rules::line(99));
    let amount = fields.optional("amount", amount);
    let note = fields.optional("note", rules::line(80));
    let reference = fields.optional("reference", reference);

    let parameters = [
        Some(format!("pa={}", percent::encode(&address?, b"@"))),
        Some(format!("pn={}", percent::encode(&name?, b""))),
        amount?.map(|amount| format!("am={amount}")),
        Some("cu=INR".to_owned()),
        note?.map(|note| format!("tn={}", percent::encode(&note, b""))),
        reference?.map(|reference| format!("tr={reference}")),
    ];
    Ok(format!("upi://pay?{}", parameters.into_iter().flatten().collect::<Vec<_>>().join("&")))
}

/// A virtual payment address: a name, an at sign, a provider's handle.
fn address(value: &Value) -> Result<String, String> {
    let text = rules::string(value)?;
    let is_name = |name: &str| {
        (1..=255).contains(&name.len())
            && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b".-_".contains(&byte))
    };
    let is_handle = |handle: &str| {
        (2..=64).contains(&handle.len())
            && handle.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'.')
    };
    match text.split_once('@') {
        Some((name, handle)) if is_name(name) && is_handle(handle) => Ok(text.to_owned()),
        _ => Err("must be a virtual payment address such as ann@bank".to_owned()),
    }
}

fn reference(value: &Value) -> Result<String, String> {
    let text = rules::string(value)?;
    if (1..=35).contains(&text.len())
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte))
    {
        return Ok(text.to_owned());
    }
    Err("must be 1 to 35 ASCII letters, digits or -._~".to_owned())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::content::ContentType::Payment;
    use crate::content::tests::{accepted, refused};

    #[test]
    fn a_request_becomes_a_deep_link() {
        let requests = [
            (
                json!({ "scheme": "upi", "address": "ann@okbank", "name": "Ann" }),
                "upi://pay?pa=ann@okbank&pn=Ann&cu=INR",
            ),
            (
                json!({
                    "scheme": "upi", "address": "tea.stall-1_a@upi", "name": "Chai & Söhne", "amount": 49.5,
                    "note": "Table 4? 100% #1+1", "reference": "INV-2026.01"
                }),
                "upi://pay?pa=tea.stall-1_a@upi&pn=Chai%20%26%20S%C3%B6hne&am=49.50&cu=INR\
                 &tn=Table%204%3F%20100%25%20%231%2B1\
                 &tr=INV-2026.01",
            ),
        ];
        for (content, payload) in requests {
            assert_eq!(accepted(Payment, &content), payload);
        }
    }

    #[test]
    fn every_fault_of_a_request_is_named() {
        assert_eq!(
            refused(
                Payment,
                &json!({ "scheme": "upi", "name": "a\nb", "amount": "1.234", "reference": "a&am=1", "iban": "" })
            ),
            [
                "/content/address is required",
                "/content/name must not contain control characters such as line breaks and tabs",
                "/content/amount must have at most two places after the point",
                "/content/reference must be 1 to 35 ASCII letters, digits or -._~",
                "/content/iban is not a field of this object; its fields are scheme, address, \
                 name, amount, note, reference",
            ]
        );
        for address in
            ["", "ann", "ann@", "@bank", "ann@ok@bank", "ann@ok&am=1", "an n@bank", "änn@bank", "ann@b"]
        {
            assert_eq!(
                refused(Payment, &json!({ "scheme": "upi", "name": "A", "address": address })),
                ["/content/address must be a virtual payment address such as ann@bank"],
                "{address}"
            );
        }
    }
}
