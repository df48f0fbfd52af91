//! `ezqr account`.

use ezqr_schema::{Account, AccountId, AccountStatus};
use ezqr_store::AccountStore as _;
use serde_json::{Value, json};

use super::CommandError;
use super::administration::{Administration, random_id};
use super::arguments::AccountCommand;
use super::output::{Output, table, with_note};

pub(super) async fn execute(
    command: AccountCommand,
    administration: &Administration,
) -> Result<Output, CommandError> {
    match command {
        AccountCommand::Create { name, plan } => {
            let account = Account {
                id: AccountId::from_random(random_id()?),
                name,
                plan,
                status: AccountStatus::Active,
                created_at: administration.clock.now(),
            };
            administration.store.create_account(&account).await?;
            let served = administration.until_served().await?;
            let text = format!(
                "Created account {} ({}) on plan {}.",
                account.name.as_str(),
                account.id,
                plan.name()
            );
            Ok(Output { text: with_note(text, served), json: shown(&account) })
        }
        AccountCommand::List => {
            let accounts = administration.store.accounts().await?;
            let rows: Vec<_> = accounts.iter().map(row).collect();
            let text = table(["NAME", "ID", "PLAN", "STATUS", "CREATED"], &rows);
            Ok(Output { text, json: accounts.iter().map(shown).collect() })
        }
        AccountCommand::Suspend { account } => {
            set_status(administration, &account, AccountStatus::Suspended).await
        }
        AccountCommand::Resume { account } => {
            set_status(administration, &account, AccountStatus::Active).await
        }
    }
}

async fn set_status(
    administration: &Administration,
    name_or_id: &str,
    status: AccountStatus,
) -> Result<Output, CommandError> {
    let account = administration.account(name_or_id).await?;
    administration.store.set_account_status(account.id, status).await?;
    let served = administration.until_served().await?;
    let account = Account { status, ..account };
    let text = format!("Account {} is {}.", account.name.as_str(), status.name());
    Ok(Output { text: with_note(text, served), json: shown(&account) })
}

fn row(account: &Account) -> [String; 5] {
    [
        account.name.as_str().to_owned(),
        account.id.to_string(),
        account.plan.name().to_owned(),
        account.status.name().to_owned(),
        account.created_at.to_string(),
    ]
}

fn shown(account: &Account) -> Value {
    json!({
        "id": account.id,
        "name": account.name.as_str(),
        "plan": account.plan,
        "status": account.status,
        "created_at": account.created_at,
    })
}
