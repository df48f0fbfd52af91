//! `wifi`: the `WIFI:` form of phone cameras (`ZXing`, "Barcode Contents"; Wi-Fi Alliance, WPA3
//! specification, 7.1).

use serde_json::Value;

use super::fields::{Fields, Refused};
use super::rules;

/// Longest network name, in bytes (IEEE 802.11, 9.4.2.2).
const MOST_SSID: usize = 32;

/// How a network is protected.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Security {
    /// WPA or WPA2 with a pre-shared key.
    Psk,
    /// WPA3: a password of its own, or the pre-shared key while in transition.
    Sae,
    /// WEP, which protects nothing.
    Wep,
    /// An open network.
    Open,
}

/// `{"ssid", "password", "security", "hidden"}`, of which `ssid` is required.
///
/// `security` is `wpa`, `wpa2`, `wpa3`, `wep` or `nopass`; without it, `wpa` where there is a password and
/// `nopass` where there is none. The three generations of WPA share the type `WPA` of the payload (WPA3
/// specification, 7.1), so that every phone joins. The characters `\ ; , : "` are escaped by a backslash, as
/// all readers undo it.
///
/// What reads as hexadecimal (`CAFE`, `12345678`) is not put in quotes, though the page of `ZXing` asks for them. Phones
/// take an unquoted value for text: Android reads a key only where WPA or WEP has keys of that very length
/// (`WifiNetworkConfig` of its settings), and writes none itself. An iPhone takes the quotes for a part of the password
/// and does not join, and libraries that parse the payload (`rxing`) hand them on.
pub(super) fn wifi(fields: &mut Fields<'_>) -> Result<String, Refused> {
    let ssid = fields.required("ssid", ssid);
    let security = fields.optional("security", security);
    let password = fields.optional("password", rules::line(128));
    let hidden = fields.optional("hidden", rules::boolean);

    let password = password?;
    let security = security?.unwrap_or(if password.is_some() { Security::Psk } else { Security::Open });
    let password = match (security, password) {
        (Security::Open, None) => Ok(None),
        (Security::Open, Some(_)) => Err(fields.refuse("password", "must not be given for an open network")),
        (Security::Psk | Security::Sae | Security::Wep, None) => {
            Err(fields.refuse("password", "is required unless security is nopass"))
        }
        (Security::Psk | Security::Sae | Security::Wep, Some(password)) => {
            check_password(security, &password)
                .map_err(|detail| fields.refuse("password", detail))
                .map(|()| Some(password))
        }
    };

    let kind = match security {
        Security::Psk | Security::Sae => "WPA",
        Security::Wep => "WEP",
        Security::Open => "nopass",
    };
    let password = password?.map(|password| format!("P:{};", escape(&password))).unwrap_or_default();
    let hidden = if hidden? == Some(true) { "H:true;" } else { "" };
    Ok(format!("WIFI:T:{kind};S:{};{password}{hidden};", escape(&ssid?)))
}

fn ssid(value: &Value) -> Result<String, String> {
    let name = rules::line(MOST_SSID)(value)?;
    match name.len() {
        bytes if bytes > MOST_SSID => Err(format!("is {bytes} bytes long; at most {MOST_SSID} are allowed")),
        _ => Ok(name),
    }
}

fn security(value: &Value) -> Result<Security, String> {
    match rules::string(value)?.to_ascii_lowercase().as_str() {
        "wpa" | "wpa2" => Ok(Security::Psk),
        "wpa3" => Ok(Security::Sae),
        "wep" => Ok(Security::Wep),
        "nopass" => Ok(Security::Open),
        _ => Err("must be wpa, wpa2, wpa3, wep or nopass".to_owned()),
    }
}

/// The lengths IEEE 802.11 gives passphrases (J.4.1) and keys (12.3.2); SAE bounds none.
fn check_password(security: Security, password: &str) -> Result<(), &'static str> {
    let printable = password.bytes().all(|byte| byte == b' ' || byte.is_ascii_graphic());
    let hexadecimal = password.bytes().all(|byte| byte.is_ascii_hexdigit());
    let accepted = match security {
        Security::Psk => {
            (printable && (8..=63).contains(&password.len())) || (hexadecimal && password.len() == 64)
        }
        Security::Wep => {
            (printable && [5, 13, 16].contains(&password.len()))
                || (hexadecimal && [10, 26, 32].contains(&password.len()))
        }
        Security::Sae | Security::Open => true,
    };
    match security {
        _ if accepted => Ok(()),
        Security::Wep => {
            Err("must be 5, 13 or 16 ASCII characters or 10, 26 or 32 hexadecimal digits for WEP")
        }
        Security::Psk | Security::Sae | Security::Open => {
            Err("must be 8 to 63 printable ASCII characters or 64 hexadecimal digits for WPA")
        }
    }
}

fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        if matches!(character, '\\' | ';' | ',' | ':' | '"') {
            escaped.push('\\');
        }
        escaped.push(character);
    }
    escaped
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::content::ContentType::Wifi;
    use crate::content::tests::{accepted, refused};

    #[test]
    fn a_network_becomes_a_wifi_payload() {
        let networks = [
            (json!({ "ssid": "Café" }), "WIFI:T:nopass;S:Café;;"),
            (json!({ "ssid": "Home", "password": "correct horse" }), "WIFI:T:WPA;S:Home;P:correct horse;;"),
            (
                json!({ "ssid": "Home", "password": "correct horse", "security": "WPA2", "hidden": true }),
                "WIFI:T:WPA;S:Home;P:correct horse;H:true;;",
            ),
            (
                json!({ "ssid": "H", "password": "x", "security": "wpa3", "hidden": false }),
                "WIFI:T:WPA;S:H;P:x;;",
            ),
            (
                json!({ "ssid": "Old", "password": "ab,de", "security": "wep" }),
                r"WIFI:T:WEP;S:Old;P:ab\,de;;",
            ),
            (
                json!({ "ssid": r#"a\b;c,d:e"f"#, "password": r#";P:\,"";;"# }),
                r#"WIFI:T:WPA;S:a\\b\;c\,d\:e\"f;P:\;P\:\\\,\"\"\;\;;;"#,
            ),
            (json!({ "ssid": " a ", "security": "nopass", "password": null }), "WIFI:T:nopass;S: a ;;"),
        ];
        for (content, payload) in networks {
            assert_eq!(accepted(Wifi, &content), payload);
        }
    }

    #[test]
    fn what_reads_as_hexadecimal_is_written_as_it_is() {
        for (content, payload) in [
            (json!({ "ssid": "CAFE", "password": "12345678" }), "WIFI:T:WPA;S:CAFE;P:12345678;;"),
            (json!({ "ssid": "0123", "password": "DEADBEEF00" }), "WIFI:T:WPA;S:0123;P:DEADBEEF00;;"),
            (
                json!({ "ssid": "ab", "password": "0123456789", "security": "wep" }),
                "WIFI:T:WEP;S:ab;P:0123456789;;",
            ),
        ] {
            assert_eq!(accepted(Wifi, &content), payload);
        }
    }

    #[test]
    fn every_fault_of_a_network_is_named() {
        assert_eq!(
            refused(Wifi, &json!({ "security": "wpa4", "hidden": "yes", "password": "a\nb", "pass": 1 })),
            [
                "/content/ssid is required",
                "/content/security must be wpa, wpa2, wpa3, wep or nopass",
                "/content/password must not contain control characters such as line breaks and tabs",
                "/content/hidden must be true or false",
                "/content/pass is not a field of this object; its fields are ssid, security, password, hidden",
            ]
        );
        assert_eq!(
            refused(Wifi, &json!({ "password": "short" })),
            [
                "/content/ssid is required",
                "/content/password must be 8 to 63 printable ASCII characters or 64 hexadecimal digits for WPA",
            ]
        );
        assert_eq!(
            refused(Wifi, &json!({ "ssid": "ä".repeat(17) })),
            ["/content/ssid is 34 bytes long; at most 32 are allowed"]
        );
    }

    #[test]
    fn a_password_fits_its_security() {
        let outcome = |security: &str, password: &str| {
            let content = json!({ "ssid": "a", "security": security, "password": password });
            crate::Payload::parse(Wifi, &content).is_ok()
        };
        assert!(
            outcome("wpa", &"a".repeat(8))
                && outcome("wpa", &"a".repeat(63))
                && outcome("wpa", &"a".repeat(64))
        );
        assert!(
            !outcome("wpa", &"a".repeat(7))
                && !outcome("wpa", &"g".repeat(64))
                && !outcome("wpa", "pässwörter")
        );
        assert!(outcome("wpa3", &"ä".repeat(128)) && !outcome("wpa3", &"a".repeat(129)));
        assert!(
            outcome("wep", "0123456789") && !outcome("wep", "012345678") && !outcome("wep", "012345678g")
        );
        assert!(!outcome("nopass", "12345678"));
        assert_eq!(
            refused(Wifi, &json!({ "ssid": "a", "security": "wpa" })),
            ["/content/password is required unless security is nopass"]
        );
    }
}
