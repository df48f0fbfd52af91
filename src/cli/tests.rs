use clap::Parser as _;
use ezqr_schema::{Clock, KeySecret};
use ezqr_store::{AccountStore as _, KeyStore as _};
use tempfile::TempDir;

use super::*;
use crate::boot::Application;
use crate::config::{Config, Flag};

/// A server on a directory of its own, and the command line beside it.
struct Beside {
    administration: Administration,
    directory: TempDir,
    _server: Application,
}

impl Beside {
    async fn a_server() -> Self {
        let directory = tempfile::tempdir().unwrap();
        let config = config(&directory);
        let server = Application::build(&config, Clock::system()).await.unwrap();
        let administration = Administration::open(&config.store).await.unwrap();
        Self { administration, directory, _server: server }
    }

    async fn run(&self, line: &str) -> Result<Output, CommandError> {
        let words = ["ezqr"].into_iter().chain(line.split(' '));
        match Arguments::try_parse_from(words).unwrap().command {
            Command::Account(command) => account::execute(command, &self.administration).await,
            Command::Key(command) => key::execute(command, &self.administration).await,
            Command::Serve { .. } | Command::Config(_) | Command::Doctor { .. } => {
                panic!("{line} needs no store")
            }
        }
    }

    async fn fault(&self, line: &str) -> String {
        self.run(line).await.unwrap_err().to_string()
    }
}

fn config(directory: &TempDir) -> Config {
    let flag = |name, section, key, value: &str| Flag { name, section, key, value: value.to_owned() };
    let flags = vec![
        flag("--listen", "http", "listen", "127.0.0.1:0"),
        flag("--data", "store", "data_directory", directory.path().to_str().unwrap()),
    ];
    Layers::of(None, Vec::new(), flags).unwrap().check().unwrap()
}

#[actix_web::test]
async fn accounts_are_created_suspended_and_resumed_by_name_or_id() {
    let beside = Beside::a_server().await;
    let created = beside.run("account create --name acme --plan pro").await.unwrap();
    assert_eq!(created.json["plan"], "pro");
    let id = created.json["id"].as_str().unwrap();

    let suspended = beside.run("account suspend acme").await.unwrap();
    assert_eq!(suspended.text, "Account acme is suspended.");
    let listed = beside.run("account list").await.unwrap();
    assert_eq!(listed.json[1]["status"], "suspended");
    assert!(listed.text.contains(id) && listed.text.starts_with("NAME"), "{}", listed.text);
    beside.run(&format!("account resume {id}")).await.unwrap();
    let accounts = beside.administration.store.accounts().await.unwrap();
    assert_eq!(accounts[1].status.name(), "active");

    assert_eq!(
        beside.fault("account create --name acme --plan free").await,
        "an account of this name exists"
    );
    assert_eq!(beside.fault("account suspend nobody").await, "no account has the name or id \"nobody\"");
}

#[actix_web::test]
async fn a_key_is_shown_once_kept_as_a_hash_and_revoked() {
    let beside = Beside::a_server().await;
    let created = beside.run("key create --name ci --environment staging --scopes codes:read").await.unwrap();
    let secret = KeySecret::parse(created.json["secret"].as_str().unwrap()).unwrap();
    assert!(created.text.contains(secret.reveal()));
    assert!(secret.reveal().starts_with("ezqr_staging_"));

    let pepper = beside.administration.pepper().await.unwrap();
    let keys = beside.administration.store.keys().await.unwrap();
    assert_eq!(keys[1].hash, secret.hash(&pepper));
    let listed = beside.run("key list").await.unwrap();
    assert!(!listed.text.contains(secret.reveal()) && !listed.json.to_string().contains(secret.reveal()));

    let id = created.json["id"].as_str().unwrap();
    beside.run(&format!("key revoke {id} --grace-seconds 3600")).await.unwrap();
    assert!(beside.run("key list").await.unwrap().text.contains("active until "));
    let earlier = beside.run(&format!("key revoke {id}")).await.unwrap();
    assert_eq!(earlier.text, format!("Revoked key {id}."));
}

#[actix_web::test]
async fn a_key_is_revoked_by_its_name_when_only_one_that_works_has_it() {
    let beside = Beside::a_server().await;
    let ids: Vec<String> = {
        let mut ids = Vec::new();
        for _ in 0..3 {
            let created = beside.run("key create --name staging").await.unwrap();
            assert_eq!(
                created.json["scopes"],
                serde_json::json!(["codes:read", "codes:write", "scans:read"])
            );
            ids.push(created.json["id"].as_str().unwrap().to_owned());
        }
        ids
    };
    let fault = beside.fault("key revoke staging").await;
    assert!(
        fault.contains("several keys are called \"staging\"") && ids.iter().all(|id| fault.contains(id)),
        "{fault}"
    );
    beside.run(&format!("key revoke {}", ids[0])).await.unwrap();
    let fault = beside.fault("key revoke staging").await;
    assert!(!fault.contains(&ids[0]) && fault.contains(&ids[1]) && fault.contains(&ids[2]), "{fault}");
    beside.run(&format!("key revoke {}", ids[1])).await.unwrap();
    let revoked = beside.run("key revoke staging").await.unwrap();
    assert_eq!(revoked.json["id"], ids[2]);
    let fault = beside.fault("key revoke staging").await;
    assert!(ids.iter().all(|id| fault.contains(id)), "revoked already, all of them: {fault}");
    assert_eq!(beside.fault("key revoke nobody").await, "no key has the name or id \"nobody\"");
}

#[actix_web::test]
async fn a_key_gets_no_more_than_its_accounts_plan_allows() {
    let beside = Beside::a_server().await;
    beside.run("account create --name small --plan free").await.unwrap();
    for (requests, allowed) in [(100, true), (101, false), (0, false)] {
        let line = format!("key create --name a --account small --requests-per-minute {requests}");
        assert_eq!(beside.run(&line).await.is_ok(), allowed, "{requests}");
    }
    assert!(beside.run("key create --name a --requests-per-minute 0").await.is_ok(), "on plan max");
    let keys = beside.run("key list --account small").await.unwrap();
    assert_eq!(keys.json.as_array().unwrap().len(), 1);
}

#[actix_web::test]
async fn a_key_is_not_made_with_a_foreign_pepper() {
    let beside = Beside::a_server().await;
    std::fs::write(beside.directory.path().join("pepper"), "0".repeat(64)).unwrap();
    let fault = beside.fault("key create --name a").await;
    assert!(fault.contains("/pepper is not the one this installation was made with"), "{fault}");
}

#[actix_web::test]
async fn there_is_nothing_to_administer_before_the_first_start() {
    let directory = tempfile::tempdir().unwrap();
    let fault = Administration::open(&config(&directory).store).await.map(drop).unwrap_err().to_string();
    assert!(fault.contains("start `ezqr serve` first"), "{fault}");
}
