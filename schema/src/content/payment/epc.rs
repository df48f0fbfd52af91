//! SEPA credit transfers (EPC069-12, "Quick Response Code: Guidelines to Enable the Data Capture for the
//! Initiation of a SEPA Credit Transfer", version 002 of the code, which leaves the BIC optional).

use serde_json::Value;

use super::{amount, check_digits};
use crate::content::fields::{Fields, Refused};
use crate::content::{pasted, rules};

/// Longest payload, in bytes: a version 13 symbol at level M, the largest the guidelines allow.
const MOST_BYTES: usize = 331;

/// `{"name", "iban", "bic", "amount", "purpose", "reference", "text", "information"}`, of which `name` and
/// `iban` are required and `reference` (ISO 11649) and `text` exclude each other.
///
/// One element a line, in UTF-8, the last line ending after the last element there is.
pub(super) fn transfer(fields: &mut Fields<'_>) -> Result<String, Refused> {
    let name = fields.required("name", rules::line(70));
    let iban = fields.required("iban", iban);
    let bic = fields.optional("bic", bic);
    let amount = fields.optional("amount", amount);
    let purpose = fields.optional("purpose", purpose);
    let reference = fields.optional("reference", reference);
    let text = fields.optional("text", rules::line(140));
    let information = fields.optional("information", rules::line(70));

    let (reference, text) = (reference?, text?);
    if reference.is_some() && text.is_some() {
        return Err(fields.refuse("text", "must not be given together with reference"));
    }
    let elements = [
        "BCD".to_owned(),
        "002".to_owned(),
        "1".to_owned(),
        "SCT".to_owned(),
        bic?.unwrap_or_default(),
        name?,
        iban?,
        amount?.map(|amount| format!("EUR{amount}")).unwrap_or_default(),
        purpose?.unwrap_or_default(),
        reference.unwrap_or_default(),
        text.unwrap_or_default(),
        information?.unwrap_or_default(),
    ];
    let payload = elements.join("\n").trim_end_matches('\n').to_owned();
    match payload.len() {
        bytes if bytes > MOST_BYTES => Err(fields.refuse_whole(format!(
            "makes a payload of {bytes} bytes; EPC069-12 allows at most {MOST_BYTES}"
        ))),
        _ => Ok(payload),
    }
}

/// An IBAN (ISO 13616): country, check digits, 11 to 30 characters. Blanks and dashes are dropped, letters made
/// upper-case.
fn iban(value: &Value) -> Result<String, String> {
    let number = compact(value)?;
    let country = number.bytes().take(2).all(|byte| byte.is_ascii_uppercase());
    let digits = number.bytes().skip(2).take(2).all(|byte| byte.is_ascii_digit());
    if !(15..=34).contains(&number.len()) || !country || !digits {
        return Err("must be an IBAN such as DE89 3704 0044 0532 0130 00".to_owned());
    }
    if check_digits::are_valid(&number) {
        Ok(number)
    } else {
        Err("is no IBAN: its check digits do not fit".to_owned())
    }
}

/// A BIC (ISO 9362): four letters or digits, a country, two characters, and perhaps three of a branch.
fn bic(value: &Value) -> Result<String, String> {
    let code = compact(value)?;
    let country = code.bytes().skip(4).take(2).all(|byte| byte.is_ascii_uppercase());
    if [8, 11].contains(&code.len()) && country && code.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
        return Ok(code);
    }
    Err("must be a BIC of 8 or 11 characters such as COBADEFFXXX".to_owned())
}

/// A purpose code (ISO 20022, `ExternalPurpose1Code`).
fn purpose(value: &Value) -> Result<String, String> {
    let code = compact(value)?;
    if (1..=4).contains(&code.len()) && code.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
        return Ok(code);
    }
    Err("must be a purpose code of 1 to 4 letters or digits such as CHAR".to_owned())
}

/// A structured creditor reference (ISO 11649): `RF`, check digits, 1 to 21 characters.
fn reference(value: &Value) -> Result<String, String> {
    let number = compact(value)?;
    let digits = number.bytes().skip(2).take(2).all(|byte| byte.is_ascii_digit());
    if !(5..=25).contains(&number.len()) || !number.starts_with("RF") || !digits {
        return Err("must be a creditor reference such as RF18 5390 0754 7034".to_owned());
    }
    if check_digits::are_valid(&number) {
        return Ok(number);
    }
    Err("is no creditor reference: its check digits do not fit".to_owned())
}

/// The string without blanks and dashes and in upper case, as it is meant when written in groups.
fn compact(value: &Value) -> Result<String, String> {
    Ok(pasted::without_separators(rules::string(value)?).to_ascii_uppercase())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::content::ContentType::Payment;
    use crate::content::tests::{accepted, refused};

    const IBAN: &str = "DE89370400440532013000";

    #[test]
    fn a_transfer_becomes_the_lines_of_the_guidelines() {
        let transfers = [
            (
                json!({ "scheme": "epc", "name": "Max Mustermann", "iban": "DE89 3704 0044 0532 0130 00" }),
                "BCD\n002\n1\nSCT\n\nMax Mustermann\nDE89370400440532013000",
            ),
            (
                json!({
                    "scheme": "epc", "name": "Red Cross of Belgium", "iban": "be72000000001616",
                    "bic": "bpotbeb1", "amount": 1, "purpose": "char", "text": "Urgency fund",
                    "information": "Sample EPC QR code"
                }),
                "BCD\n002\n1\nSCT\nBPOTBEB1\nRed Cross of Belgium\nBE72000000001616\nEUR1.00\nCHAR\n\n\
                 Urgency fund\nSample EPC QR code",
            ),
            (
                json!({
                    "scheme": "epc", "name": "Franz Mustermänn", "iban": "DE89370400440532013000",
                    "bic": "BHBLDEHHXXX", "amount": "12.3", "purpose": "GDDS",
                    "reference": "RF18 5390 0754 7034"
                }),
                "BCD\n002\n1\nSCT\nBHBLDEHHXXX\nFranz Mustermänn\nDE89370400440532013000\nEUR12.30\n\
                 GDDS\nRF18539007547034",
            ),
        ];
        for (content, payload) in transfers {
            assert_eq!(accepted(Payment, &content), payload);
        }
    }

    #[test]
    fn groups_may_be_set_apart_by_any_blank_or_dash() {
        for iban in [
            "DE89\u{a0}3704\u{a0}0044\u{a0}0532\u{a0}0130\u{a0}00",
            "DE89-3704-0044-0532-0130-00",
            "\u{feff}de89\u{2013}3704\u{202f}0044\u{2011}0532 0130 00\u{200b}",
        ] {
            let content = json!({
                "scheme": "epc", "name": "A", "iban": iban, "bic": "COBA\u{a0}DEFF XXX",
                "reference": "RF18\u{2003}5390\u{2010}0754 7034",
            });
            let payload = "BCD\n002\n1\nSCT\nCOBADEFFXXX\nA\nDE89370400440532013000\n\n\nRF18539007547034";
            assert_eq!(accepted(Payment, &content), payload, "{iban:?}");
        }
        let wrong = json!({ "scheme": "epc", "name": "A", "iban": "DE88\u{a0}3704\u{a0}0044\u{a0}0532\u{a0}0130\u{a0}00" });
        assert_eq!(refused(Payment, &wrong), ["/content/iban is no IBAN: its check digits do not fit"]);
    }

    #[test]
    fn every_fault_of_a_transfer_is_named() {
        assert_eq!(
            refused(
                Payment,
                &json!({
                    "scheme": "epc", "name": "Ann\nDE00", "iban": "DE88370400440532013000", "bic": "BHBL",
                    "amount": 0, "purpose": "ABCDE", "reference": "RF19539007547034", "text": "x".repeat(141),
                    "currency": "EUR"
                })
            ),
            [
                "/content/name must not contain control characters such as line breaks and tabs",
                "/content/iban is no IBAN: its check digits do not fit",
                "/content/bic must be a BIC of 8 or 11 characters such as COBADEFFXXX",
                "/content/amount must lie between 0.01 and 999999999.99",
                "/content/purpose must be a purpose code of 1 to 4 letters or digits such as CHAR",
                "/content/reference is no creditor reference: its check digits do not fit",
                "/content/text is 141 characters long; at most 140 are allowed",
                "/content/currency is not a field of this object; its fields are scheme, name, iban, \
                 bic, amount, purpose, reference, text, information",
            ]
        );
        assert_eq!(
            refused(Payment, &json!({ "scheme": "epc" })),
            ["/content/name is required", "/content/iban is required"]
        );
    }

    #[test]
    fn a_reference_and_a_text_exclude_each_other() {
        let content = json!({
            "scheme": "epc", "name": "Ann", "iban": "DE89370400440532013000",
            "reference": "RF18539007547034", "text": "a"
        });
        assert_eq!(refused(Payment, &content), ["/content/text must not be given together with reference"]);
    }

    #[test]
    fn a_payload_has_at_most_331_bytes() {
        let transfer = |text: String| json!({ "scheme": "epc", "name": "A", "iban": IBAN, "text": text });
        let fixed = "BCD\n002\n1\nSCT\n\nA\nDE89370400440532013000\n\n\n\n".len();
        let longest = "ä".repeat(139) + "€";
        assert_eq!(accepted(Payment, &transfer(longest.clone())).len(), fixed + longest.len());
        // One byte more or less is what the third byte of a euro sign makes.
        let of_bytes = |bytes: usize| {
            let euros = bytes - fixed - 2 * 140;
            transfer("€".repeat(euros) + &"ä".repeat(140 - euros))
        };
        assert_eq!(accepted(Payment, &of_bytes(331)).len(), 331);
        assert_eq!(
            refused(Payment, &of_bytes(332)),
            ["/content makes a payload of 332 bytes; EPC069-12 allows at most 331"]
        );
        let content = transfer("€".repeat(140));
        let bytes = fixed + 420;
        assert_eq!(
            refused(Payment, &content),
            [format!("/content makes a payload of {bytes} bytes; EPC069-12 allows at most 331")]
        );
    }

    #[test]
    fn what_is_no_iban_is_refused() {
        for iban in ["", "DE89", "89DE370400440532013000", "DEXX370400440532013000", "ÄÖ89370400440532013000"]
        {
            assert_eq!(
                refused(Payment, &json!({ "scheme": "epc", "name": "A", "iban": iban })),
                ["/content/iban must be an IBAN such as DE89 3704 0044 0532 0130 00"],
                "{iban}"
            );
        }
    }
}
