//! What is told to whoever started the server.

use ezqr_schema::LinkBase;

use super::Application;
use crate::config::CqlUrl;

/// That the server waits, and where it can be asked.
pub(super) fn waiting(store: &CqlUrl, public_url: &LinkBase) -> String {
    format!("ezqr waits for the store {store}; meanwhile {public_url} answers /healthz and /readyz alone")
}

/// Where the server listens and, at the very first start, the key and three commands to begin with.
pub(super) fn text(application: &Application) -> String {
    let (public_url, link_url) = (application.public_url(), application.link_url());
    let served = format!("ezqr serves {public_url}, short links are {link_url}/...\n");
    let Some(key) = application.first_key() else {
        return format!("{served}API keys are made by `ezqr key create --name NAME`.\n");
    };
    let key = key.reveal();
    let pepper = application.pepper_to_share().map_or_else(String::new, |path| {
        format!("Give the pepper file {} to all other nodes before they start.\n\n", path.display())
    });
    format!(
        r#"{served}
The API key of environment production, shown this once (`ezqr key create --name NAME` makes others):

  {key}

{pepper}Mint a code, mint a batch, fetch the first code's image:

  curl -sS {public_url}/api/v1/qr-codes -H 'Authorization: Bearer {key}' -H 'Content-Type: application/json' -d '{{"name":"Hello","content_type":"url","content":"https://example.com/","dynamic":true}}' | tee code.json
  curl -sS {public_url}/api/v1/qr-codes/batch -H 'Authorization: Bearer {key}' -H 'Content-Type: application/json' -d '[{{"content_type":"url","content":"https://example.com/orders/1","dynamic":true}},{{"content_type":"text","content":"Order 2"}}]'
  curl -sS -o code.png "$(sed -n 's/.*"png":"\([^"]*\)".*/\1/p' code.json)"
"#
    )
}
