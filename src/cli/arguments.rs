//! What can be written behind `ezqr`.

use std::fmt::Display;
use std::num::IntErrorKind;
use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};
use ezqr_schema::{Environment, Name, Plan, Rate, Scope};

use crate::config::Flag;

/// A self-hosted QR-code platform behind a REST API.
#[derive(Debug, Parser)]
#[command(name = "ezqr", version)]
pub(super) struct Arguments {
    #[command(flatten)]
    pub(super) settings: Settings,
    /// Write the outcome as JSON.
    #[arg(long, global = true)]
    pub(super) json: bool,
    #[command(subcommand)]
    pub(super) command: Command,
}

/// Settings given as flags: they go before the environment and the file.
#[derive(Debug, Args)]
#[command(next_help_heading = "Settings")]
pub(super) struct Settings {
    /// File of settings, in TOML.
    #[arg(long, global = true, value_name = "FILE")]
    pub(super) config: Option<PathBuf>,
    /// Address and port to listen on.
    #[arg(long, global = true, value_name = "ADDRESS")]
    listen: Option<String>,
    /// The shared store, such as `cql://10.0.0.1:9042`; without it the embedded one.
    #[arg(long, global = true, value_name = "URL")]
    store: Option<String>,
    /// Directory of the embedded store.
    #[arg(long, global = true, value_name = "DIRECTORY")]
    data: Option<String>,
    /// Scheme and host of short links.
    #[arg(long, global = true, value_name = "URL")]
    link_url: Option<String>,
    /// Scheme and host of the API and the images.
    #[arg(long, global = true, value_name = "URL")]
    public_url: Option<String>,
    /// Database of countries, a `.mmdb` file; without it the table that comes along.
    #[arg(long, global = true, value_name = "FILE")]
    geo_db: Option<String>,
    /// Address and port of the metrics, or `off`.
    #[arg(long, global = true, value_name = "ADDRESS")]
    metrics_listen: Option<String>,
}

impl Settings {
    /// The settings that were given.
    pub(super) fn flags(self) -> Vec<Flag> {
        [
            ("--listen", "http", "listen", self.listen),
            ("--store", "store", "url", self.store),
            ("--data", "store", "data_directory", self.data),
            ("--link-url", "links", "link_url", self.link_url),
            ("--public-url", "links", "public_url", self.public_url),
            ("--geo-db", "scans", "geo_database", self.geo_db),
            ("--metrics-listen", "telemetry", "metrics_listen", self.metrics_listen),
        ]
        .into_iter()
        .filter_map(|(name, section, key, value)| Some(Flag { name, section, key, value: value? }))
        .collect()
    }
}

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Serve the API, the images and the short links.
    Serve {
        /// Set files of another installation aside, or of one whose database is gone, and go on without them; when
        /// there is no installation, found one. Codes printed by the other lead nowhere then.
        #[arg(long)]
        found: bool,
    },
    /// Look at the settings.
    #[command(subcommand)]
    Config(ConfigCommand),
    /// Look at the data directory and tell what is wrong with it; beside a running server too.
    Doctor {
        /// After a restore: pass over the numbers that may have been printed since the copy was made. Needed when all
        /// files were put back together; no server may run.
        #[arg(long)]
        after_restore: bool,
    },
    /// Accounts of the installation.
    #[command(subcommand)]
    Account(AccountCommand),
    /// API keys of an account.
    #[command(subcommand)]
    Key(KeyCommand),
}

#[derive(Debug, Subcommand)]
pub(super) enum ConfigCommand {
    /// Show every setting in effect and where it was set, or what is wrong.
    Check,
}

#[derive(Clone, Debug, Subcommand)]
pub(super) enum AccountCommand {
    /// Create an account.
    Create {
        /// What it is called.
        #[arg(long, value_parser = checked(Name::parse))]
        name: Name,
        /// What it may use: `free`, `pro` or `max`.
        #[arg(long, value_parser = plan)]
        plan: Plan,
    },
    /// List the accounts.
    List,
    /// Refuse an account's keys and switch its short links off.
    Suspend {
        /// Name or id.
        account: String,
    },
    /// Undo `suspend`.
    Resume {
        /// Name or id.
        account: String,
    },
}

#[derive(Clone, Debug, Subcommand)]
pub(super) enum KeyCommand {
    /// Create a key; its secret is shown this once.
    Create(NewKey),
    /// List keys, without their secrets.
    List {
        /// Only those of this account, by name or id.
        #[arg(long)]
        account: Option<String>,
    },
    /// Refuse a key.
    Revoke {
        /// Its id, or its name when only one key that works has it.
        key: String,
        /// How long it still works, in seconds.
        #[arg(long, default_value_t = 0, value_parser = clap::value_parser!(u32).range(0..=31_536_000))]
        grace_seconds: u32,
    },
}

#[derive(Clone, Debug, Args)]
pub(super) struct NewKey {
    /// What it is called.
    #[arg(long, value_parser = checked(Name::parse))]
    pub(super) name: Name,
    /// The environment it sees.
    #[arg(long, default_value = "production", value_parser = checked(Environment::parse))]
    pub(super) environment: Environment,
    /// What it may do, parted by commas.
    #[arg(long, default_value = "codes:read,codes:write,scans:read", value_delimiter = ',', value_parser = scope)]
    pub(super) scopes: Vec<Scope>,
    /// How many requests a minute it may make; 0 is no limit.
    #[arg(long, default_value = "100", value_parser = rate)]
    pub(super) requests_per_minute: Rate,
    /// The account it speaks for, by name or id.
    #[arg(long, default_value = "default")]
    pub(super) account: String,
}

/// A parser whose error is told as text.
fn checked<T, E: Display>(parse: fn(&str) -> Result<T, E>) -> impl Fn(&str) -> Result<T, String> + Clone {
    move |text| parse(text).map_err(|error| error.to_string())
}

fn plan(text: &str) -> Result<Plan, String> {
    Plan::parse(text).ok_or_else(|| format!("must be one of {}", Plan::ALL.map(Plan::name).join(", ")))
}

fn scope(text: &str) -> Result<Scope, String> {
    Scope::parse(text).ok_or_else(|| format!("must be one of {}", Scope::ALL.map(Scope::name).join(", ")))
}

fn rate(text: &str) -> Result<Rate, String> {
    let requests = match text.parse::<u32>() {
        Ok(requests) => requests,
        Err(error) if *error.kind() == IntErrorKind::PosOverflow => {
            return Err(format!("must be 0 (no limit) to 1,000,000 requests per minute, is {text}"));
        }
        Err(_) => {
            return Err("must be a whole number, 0 (no limit) to 1,000,000 requests per minute".to_owned());
        }
    };
    Rate::from_requests_per_minute(requests).map_err(|error| error.to_string())
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    use super::*;

    #[test]
    fn the_command_line_is_free_of_contradictions() {
        Arguments::command().debug_assert();
    }

    #[test]
    fn flags_may_stand_before_and_behind_the_command() {
        for line in ["ezqr --listen [::]:80 serve", "ezqr serve --listen [::]:80"] {
            let arguments = Arguments::try_parse_from(line.split(' ')).unwrap();
            let flags = arguments.settings.flags();
            assert_eq!(flags.len(), 1);
            assert_eq!((flags[0].name, flags[0].value.as_str()), ("--listen", "[::]:80"));
        }
    }

    #[test]
    fn a_refused_value_is_told_with_what_is_allowed() {
        let cases = [
            ("ezqr account create --name a --plan huge", "must be one of free, pro, max"),
            ("ezqr key create --name a --scopes codes:read,x", "must be one of codes:read, codes:write"),
            ("ezqr key create --name a --environment A", "must have 1 to 32 characters"),
            ("ezqr key create --name a --requests-per-minute 2000000", "must be 0 (no limit) to 1,000,000"),
            (
                "ezqr key create --name a --requests-per-minute 999999999999",
                "must be 0 (no limit) to 1,000,000 requests per minute, is 999999999999",
            ),
            (
                "ezqr key create --name a --requests-per-minute many",
                "a whole number, 0 (no limit) to 1,000,000",
            ),
            (
                "ezqr key create --name a --requests-per-minute=-1",
                "a whole number, 0 (no limit) to 1,000,000",
            ),
        ];
        for (line, part) in cases {
            let error = Arguments::try_parse_from(line.split(' ')).unwrap_err().to_string();
            assert!(error.contains(part), "{error}");
        }
    }
}
