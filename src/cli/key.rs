//! `ezqr key`.

use ezqr_schema::{AccountId, ApiKey, KeyId, KeySecret, Scope, Scopes, Timestamp};
use ezqr_store::KeyStore as _;
use serde_json::{Value, json};

use super::CommandError;
use super::administration::{Administration, random_id};
use super::arguments::{KeyCommand, NewKey};
use super::output::{Output, table, with_note};

pub(super) async fn execute(
    command: KeyCommand,
    administration: &Administration,
) -> Result<Output, CommandError> {
    match command {
        KeyCommand::Create(new) => create(new, administration).await,
        KeyCommand::List { account } => {
            let account = match account {
                Some(name_or_id) => Some(administration.account(&name_or_id).await?.id),
                None => None,
            };
            list(account, administration).await
        }
        KeyCommand::Revoke { key, grace_seconds } => {
            let key = administration.key(&key).await?.id;
            let from = administration.clock.now().saturating_add_millis(i64::from(grace_seconds) * 1_000);
            administration.store.revoke_key(key, from).await?;
            let served = administration.until_served().await?;
            let text = match grace_seconds {
                0 => format!("Revoked key {key}."),
                _ => format!("Key {key} is refused from {from} on, unless it was to be earlier."),
            };
            Ok(Output { text: with_note(text, served), json: json!({ "id": key, "revoked_at": from }) })
        }
    }
}

async fn create(new: NewKey, administration: &Administration) -> Result<Output, CommandError> {
    let NewKey { name, environment, scopes, requests_per_minute: rate, account } = new;
    let account = administration.account(&account).await?;
    if !account.plan.allows(rate) {
        return Err(CommandError::AbovePlan(account.plan));
    }
    let secret = KeySecret::generate(&environment)?;
    let key = ApiKey {
        id: KeyId::from_random(random_id()?),
        account: account.id,
        environment,
        name,
        hash: secret.hash(&administration.pepper().await?),
        scopes: scopes.into_iter().collect::<Scopes>(),
        rate,
        created_at: administration.clock.now(),
        revoked_at: None,
    };
    administration.store.create_key(&key).await?;
    let served = administration.until_served().await;
    let text = format!(
        "Created key {} for environment {} of account {}. Its secret is shown this once:\n\n  {}\n",
        key.id,
        key.environment,
        account.name.as_str(),
        secret.reveal()
    );
    let mut json = shown(&key);
    if let Value::Object(members) = &mut json {
        members.insert("secret".to_owned(), secret.reveal().into());
    }
    // It is shown in any case: it exists.
    let note = served.unwrap_or(Some("Whether a running server has taken it in is not known."));
    Ok(Output { text: with_note(text, note), json })
}

async fn list(account: Option<AccountId>, administration: &Administration) -> Result<Output, CommandError> {
    let mut keys = administration.store.keys().await?;
    keys.retain(|key| account.is_none_or(|account| key.account == account));
    let now = administration.clock.now();
    let rows: Vec<_> = keys.iter().map(|key| row(key, now)).collect();
    let text = table(["NAME", "ID", "ENVIRONMENT", "SCOPES", "PER MINUTE", "STATE"], &rows);
    Ok(Output { text, json: keys.iter().map(shown).collect() })
}

fn row(key: &ApiKey, now: Timestamp) -> [String; 6] {
    let scopes: Vec<&str> = key.scopes.iter().map(Scope::name).collect();
    let state = match key.revoked_at {
        None => "active".to_owned(),
        Some(from) if from <= now => "revoked".to_owned(),
        Some(from) => format!("active until {from}"),
    };
    let rate = match key.rate.requests_per_minute() {
        0 => "no limit".to_owned(),
        requests => requests.to_string(),
    };
    [
        key.name.as_str().to_owned(),
        key.id.to_string(),
        key.environment.to_string(),
        scopes.join(","),
        rate,
        state,
    ]
}

/// Without the hash: of no use to anybody here.
fn shown(key: &ApiKey) -> Value {
    json!({
        "id": key.id,
        "account": key.account,
        "environment": key.environment,
        "name": key.name.as_str(),
        "scopes": key.scopes.iter().collect::<Vec<_>>(),
        "requests_per_minute": key.rate.requests_per_minute(),
        "created_at": key.created_at,
        "revoked_at": key.revoked_at,
    })
}
