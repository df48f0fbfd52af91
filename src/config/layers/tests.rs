use std::time::Duration;

use super::*;

fn environment(variables: &[(&str, &str)]) -> Vec<(String, String)> {
    variables.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}

fn listen_flag(value: &str) -> Flag {
    Flag { name: "--listen", section: "http", key: "listen", value: value.to_owned() }
}

/// The fault of the defaults under one file, as it is shown.
fn fault_of_file(text: &str) -> String {
    let mut layers = Layers::defaults().unwrap();
    let laid = layers.lay_file(Path::new("ezqr.toml"), text);
    laid.and_then(|()| layers.check().map(drop)).unwrap_err().to_string()
}

/// The fault of the defaults under one variable, as it is shown.
fn fault_of_variable(name: &str, value: &str) -> String {
    let layers = Layers::of(None, environment(&[(name, value)]), Vec::new());
    layers.and_then(|layers| layers.check()).unwrap_err().to_string()
}

#[test]
fn the_defaults_are_valid() {
    let config = Layers::defaults().unwrap().check().unwrap();
    assert_eq!(config.http.listen.to_string(), "127.0.0.1:8080");
    assert_eq!(config.http.body_limit_bytes, 4 * 1024 * 1024);
    assert_eq!(config.http.drain, Duration::from_secs(30));
    assert_eq!(config.store.data_directory, Path::new("./ezqr-data"));
    assert_eq!(config.store.url, None);
    assert_eq!(config.store.pepper_file(), Path::new("./ezqr-data/pepper"));
    assert_eq!((config.links.link_url, config.links.public_url), (None, None));
    assert!(config.images.public && config.scans.count);
    assert_eq!(config.scans.journal_file_bytes, 16 << 20);
    assert_eq!(config.scans.flush_interval, None);
}

#[test]
fn a_later_source_wins_and_is_remembered() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("ezqr.toml");
    std::fs::write(&path, "[http]\nlisten = \"10.0.0.1:1\"\nworkers = 3\nkeep_alive_seconds = 9\n").unwrap();
    let variables = environment(&[("EZQR__HTTP__LISTEN", "10.0.0.2:2"), ("EZQR__HTTP__WORKERS", "4")]);
    let layers = Layers::of(Some(&path), variables, vec![listen_flag("10.0.0.3:3")]).unwrap();

    let config = layers.check().unwrap();
    assert_eq!(config.http.listen.to_string(), "10.0.0.3:3");
    assert_eq!(config.http.workers.get(), 4);
    assert_eq!(config.http.keep_alive, Duration::from_secs(9));

    let origin = |key| layers.effective().find(|setting| setting.key == key).unwrap().origin.to_string();
    assert_eq!(origin("listen"), "flag --listen");
    assert_eq!(origin("workers"), "environment variable EZQR__HTTP__WORKERS");
    assert_eq!(origin("keep_alive_seconds"), format!("file {}", path.display()));
    assert_eq!(origin("data_directory"), "default");
}

#[test]
fn a_refused_value_is_named_with_its_key_its_source_and_what_is_allowed() {
    let cases = [
        (
            "[http]\nworkers = 900",
            "http.workers: invalid value: integer `900`, expected a whole number from 0 to 256 (set by file ezqr.toml)",
        ),
        (
            "[http]\nworkers = -1",
            "http.workers: invalid value: integer `-1`, expected a whole number from 0 to 256 (set by file ezqr.toml)",
        ),
        (
            "[telemetry]\nlog_format = \"xml\"",
            "telemetry.log_format: unknown variant `xml`, expected `text` or `json` (set by file ezqr.toml)",
        ),
        (
            "[links]\nlink_url = \"https://r.example.com/path\"",
            "links.link_url: must be scheme and host alone, without path, query and fragment (set by file ezqr.toml)",
        ),
        (
            "[images]\npublic = \"yes\"",
            "images.public: invalid type: string \"yes\", expected a boolean (set by file ezqr.toml)",
        ),
        (
            "[images]\neci = 26",
            "images.eci: invalid type: integer `26`, expected a boolean (set by file ezqr.toml)",
        ),
        (
            "[links]\ncapitals = \"yes\"",
            "links.capitals: unknown variant `yes`, expected one of `after-scheme`, `all`, `none` (set by file ezqr.toml)",
        ),
        (
            "[store]\ndata_directory = \"\"",
            "store.data_directory: must be the path of a directory (set by file ezqr.toml)",
        ),
        (
            "[store]\nurl = \"cql://ann:secret@10.0.0.1\"",
            "store.url: must not hold a user or password; set store.user and store.password_file (set by file ezqr.toml)",
        ),
        (
            "[store]\nreplication_factor = 17",
            "store.replication_factor: invalid value: integer `17`, expected a whole number from 0 to 16 (set by file ezqr.toml)",
        ),
        (
            "[scans]\nmemory_keys = 999",
            "scans.memory_keys: invalid value: integer `999`, expected a whole number from 1000 to 100000000 (set by file ezqr.toml)",
        ),
        (
            "[scans]\njournal_file_bytes = 1_048_576\njournal_limit_bytes = 2_097_151",
            "scans.journal_limit_bytes: must be at least twice scans.journal_file_bytes (set by file ezqr.toml)",
        ),
        (
            "[http]\ntrusted_networks = [\"10.0.0.0/8\", \"10.1.2.3/16\"]",
            "http.trusted_networks: `10.1.2.3/16` is no network: it begins at 10.1.0.0/16 (set by file ezqr.toml)",
        ),
        (
            "[http]\ntrusted_networks = [\"proxy.example\"]",
            "http.trusted_networks: `proxy.example` is no network, such as 10.0.0.0/8 or fd00::/8 (set by file ezqr.toml)",
        ),
        (
            "[http]\ncountry_header = \"CF IPCountry\"",
            "http.country_header: invalid HTTP header name (set by file ezqr.toml)",
        ),
        (
            "[scans]\ngeo_database = \"a\\u0000b\"",
            "scans.geo_database: must be a path, which holds no zero character (set by file ezqr.toml)",
        ),
        (
            "[store]\nuser = \"ann\"",
            "store.password_file: must be set, because store.user is (set by default)",
        ),
        (
            "[store]\nuser = \"\"\npassword_file = \"password\"",
            "store.user: must be set, because store.password_file is (set by file ezqr.toml)",
        ),
    ];
    for (text, fault) in cases {
        assert_eq!(fault_of_file(text), fault);
    }
}

#[test]
fn a_refused_variable_is_named_too() {
    let cases = [
        (
            "EZQR__HTTP__LISTEN",
            "8080",
            "http.listen: invalid value: string \"8080\", expected an IP address and a port, such as 127.0.0.1:8080 \
             or [::]:8080",
        ),
        (
            "EZQR__HTTP__WORKERS",
            "many",
            "http.workers: invalid type: string \"many\", expected a whole number from 0 to 256",
        ),
        (
            "EZQR__TELEMETRY__METRICS_LISTEN",
            "no",
            "telemetry.metrics_listen: invalid value: string \"no\", expected `off`, or an IP address and a port \
             such as 127.0.0.1:9464",
        ),
    ];
    for (name, value, fault) in cases {
        assert_eq!(fault_of_variable(name, value), format!("{fault} (set by environment variable {name})"));
    }
}

#[test]
fn an_unknown_key_is_refused_with_the_known_ones() {
    assert_eq!(
        fault_of_file("[images]\npubic = true"),
        "images.pubic: there is no such setting; [images] has eci, public (set by file ezqr.toml)"
    );
    assert_eq!(
        fault_of_variable("EZQR__IMAGE__PUBLIC", "true"),
        "image.public: there is no such setting; the sections are http, images, limits, links, rendering, scans, store, \
         telemetry (set by environment variable EZQR__IMAGE__PUBLIC)"
    );
    assert_eq!(
        fault_of_variable("EZQR__IMAGES", "true"),
        "images: there is no such setting; [images] has eci, public (set by environment variable EZQR__IMAGES)"
    );
    assert_eq!(
        fault_of_file("listen = \"127.0.0.1:1\""),
        "file ezqr.toml: `listen` must stand in a section, such as [http]"
    );
}

#[test]
fn an_element_of_a_list_is_named_with_its_source() {
    let fault = fault_of_file("[http]\ntrusted_networks = [\"10.0.0.0/8\", 7]");
    assert!(fault.starts_with("http.trusted_networks"), "{fault}");
    assert!(fault.ends_with("(set by file ezqr.toml)"), "{fault}");
}

#[test]
fn a_file_that_is_no_toml_or_not_there_is_named() {
    assert!(fault_of_file("[http\n").starts_with("file ezqr.toml: TOML parse error at line 1"));
    let missing = Layers::of(Some(Path::new("/nowhere/ezqr.toml")), Vec::new(), Vec::new()).unwrap_err();
    assert!(missing.to_string().starts_with("cannot read file /nowhere/ezqr.toml: "), "{missing}");
}

#[test]
fn a_variable_is_read_as_its_setting_is_written() {
    let variables = environment(&[
        ("EZQR__IMAGES__PUBLIC", "false"),
        ("EZQR__STORE__DATA_DIRECTORY", "2024"),
        ("EZQR__HTTP__BODY_LIMIT_BYTES", "2_048"),
        ("EZQR__HTTP__TRUSTED_NETWORKS", "10.0.0.0/8, fd00::/8,192.0.2.1"),
        ("EZQR__HTTP__COUNTRY_HEADER", "CF-IPCountry"),
    ]);
    let config = Layers::of(None, variables, Vec::new()).unwrap().check().unwrap();
    assert_eq!(config.store.data_directory, Path::new("2024"));
    assert_eq!(config.http.body_limit_bytes, 2_048);
    let networks: Vec<_> = config.http.trusted_networks.iter().map(ToString::to_string).collect();
    assert_eq!(networks, ["10.0.0.0/8", "fd00::/8", "192.0.2.1/32"]);
    assert_eq!(config.http.country_header.unwrap().as_str(), "cf-ipcountry");
    assert!(!config.images.public);
}

#[test]
fn a_shared_store_is_described_by_the_section_store() {
    let variables = environment(&[
        ("EZQR__STORE__URL", "cql://10.0.0.1,10.0.0.2:19042/staging"),
        ("EZQR__STORE__PEPPER_FILE", "/run/secrets/ezqr-pepper"),
        ("EZQR__STORE__USER", "ezqr"),
        ("EZQR__STORE__PASSWORD_FILE", "/run/secrets/cql"),
        ("EZQR__STORE__TLS_CA", "ca.pem"),
        ("EZQR__STORE__DATACENTER", "north"),
        ("EZQR__STORE__REPLICATION_FACTOR", "3"),
    ]);
    let store = Layers::of(None, variables, Vec::new()).unwrap().check().unwrap().store;
    assert_eq!(store.url.as_ref().unwrap().to_string(), "cql://10.0.0.1:9042,10.0.0.2:19042/staging");
    assert_eq!(store.pepper_file(), Path::new("/run/secrets/ezqr-pepper"));
    assert_eq!((store.user.as_deref(), store.datacenter.as_deref()), (Some("ezqr"), Some("north")));
    assert_eq!(store.password_file.as_deref(), Some(Path::new("/run/secrets/cql")));
    assert_eq!(store.tls_ca.as_deref(), Some(Path::new("ca.pem")));
    assert_eq!(store.replication_factor, std::num::NonZeroU8::new(3));
}

#[test]
fn a_secret_is_not_shown() {
    let entry = Entry { value: Value::from("hunter2"), origin: Origin::Default };
    let layers = Layers(BTreeMap::from([(("store".to_owned(), "cql_password".to_owned()), entry)]));
    assert_eq!(layers.effective().next().unwrap().value, Value::from("<redacted>"));
}
