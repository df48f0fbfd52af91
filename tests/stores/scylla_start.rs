//! Connecting: what is not as it should be stops the start with one sentence, or is repaired.

use std::io::{Read as _, Write as _};
use std::net::TcpListener;
use std::time::Duration;

use ezqr_schema::{CQL_MIGRATIONS, Clock, ManualClock, Timestamp};
use ezqr_store::contract::{Minter, run};
use ezqr_store::{
    CodeStore as _, ConnectError, Credentials, InstallationStore as _, KeyStore as _, LeaseError, MintError,
    ScyllaOptions, ScyllaStore, StoreHealth, WriteError,
};
use futures_util::future::join_all;

use crate::cql::{self, Raw, connect, new_keyspace, options};
use crate::scylla_founding::founding;

fn nowhere(contact_point: &str) -> ScyllaOptions {
    ScyllaOptions {
        contact_points: vec![contact_point.to_owned()],
        keyspace: "ezqr".to_owned(),
        credentials: None,
        tls_ca: None,
        datacenter: None,
        replication_factor: None,
    }
}

/// Why nothing is reached at `contact_point`, and whether waiting helps.
fn refusal_of(contact_point: &str) -> (String, bool) {
    let refusal = run(connect(&nowhere(contact_point))).unwrap_err();
    assert!(matches!(refusal, ConnectError::Unreachable { .. }), "{refusal:?}");
    (refusal.to_string(), refusal.is_temporary())
}

#[test]
fn a_node_that_is_down_is_worth_waiting_for() {
    let (text, is_temporary) = refusal_of("127.0.0.1:1");
    assert!(text.contains("127.0.0.1:1") && is_temporary, "{text}");
}

#[test]
fn a_name_without_an_address_is_not_waited_for() {
    let (text, is_temporary) = refusal_of("no-such-host.invalid:9042");
    assert!(text.contains("no-such-host.invalid:9042") && !is_temporary, "{text}");
}

#[test]
fn a_port_where_something_else_listens_is_not_waited_for() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let contact_point = listener.local_addr().unwrap().to_string();
    std::thread::spawn(move || {
        for mut stream in listener.incoming().flatten() {
            let _ = stream.read(&mut [0; 64]);
            let _ = stream.write_all(b"HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n");
        }
    });
    let (text, is_temporary) = refusal_of(&contact_point);
    assert!(!is_temporary, "{text}");
}

#[test]
fn authorities_that_cannot_be_read_are_refused() {
    let missing = ScyllaOptions { tls_ca: Some("/no/such/file.pem".into()), ..nowhere("127.0.0.1:1") };
    let refusal = run(connect(&missing)).unwrap_err();
    assert!(matches!(refusal, ConnectError::Authorities { .. }), "{refusal:?}");
    assert!(refusal.to_string().contains("/no/such/file.pem") && !refusal.is_temporary());
}

#[test]
#[ignore = "needs a store: tests/cassandra/server starts one"]
fn a_name_that_is_no_keyspace_is_refused() {
    let options = options("Ezqr; DROP");
    let refusal = run(connect(&options)).unwrap_err();
    assert!(matches!(refusal, ConnectError::Keyspace) && !refusal.is_temporary(), "{refusal:?}");
}

#[test]
#[ignore = "needs a store that asks for a password: CASSANDRA_AUTH=1 tests/cassandra/server up"]
fn a_wrong_password_and_none_at_all_are_not_waited_for() {
    let options = options(cql::keyspace());
    let role = options.credentials.as_ref().expect("EZQR_TEST_CQL_USER names a role of the store");
    let user = role.user.clone();
    let wrong = Credentials { user, password: "wrong".to_owned() };
    for credentials in [Some(wrong), None] {
        let refusal = run(connect(&ScyllaOptions { credentials, ..options.clone() })).unwrap_err();
        assert!(matches!(refusal, ConnectError::Unreachable { .. }), "{refusal:?}");
        assert!(!refusal.is_temporary(), "{refusal}");
        assert!(!refusal.to_string().contains("wrong"), "{refusal}");
    }
}

#[test]
#[ignore = "needs a store: tests/cassandra/server starts one"]
fn a_data_centre_the_cluster_does_not_have_is_refused() {
    let options = options(cql::keyspace());
    let refusal =
        run(connect(&ScyllaOptions { datacenter: Some("mars".to_owned()), ..options })).unwrap_err();
    let ConnectError::DataCenter { named, known } = &refusal else { panic!("{refusal:?}") };
    assert_eq!(named.as_deref(), Some("mars"));
    assert!(refusal.to_string().contains(&known[0]) && !refusal.is_temporary(), "{refusal}");
}

#[test]
#[ignore = "needs a store: tests/cassandra/server starts one"]
fn a_keyspace_of_a_newer_program_is_refused_and_left_alone() {
    let name = new_keyspace("newer");
    let options = options(&name);
    run(async {
        let raw = Raw::connect().await;
        raw.create_keyspace(&name).await;
        let table = format!("{name}.migrations");
        raw.run(&format!("CREATE TABLE {table} (name text PRIMARY KEY, version int, holder uuid)")).await;
        raw.run(&format!("INSERT INTO {table} (name, version) VALUES ('schema', 4471)")).await;
        let refusal = connect(&options).await.unwrap_err();
        assert!(matches!(refusal, ConnectError::NewerSchema { found: 4_471, .. }), "{refusal:?}");
        assert!(!refusal.is_temporary());
        assert_eq!(raw.tables(&name).await, ["migrations"]);
        raw.drop_keyspace(&name).await;
    });
}

#[test]
#[ignore = "needs a store: tests/cassandra/server starts one"]
fn a_keyspace_is_made_by_one_of_many_and_repaired_wherever_that_one_stopped() {
    let name = new_keyspace("migrated");
    let options = options(&name);
    let known = CQL_MIGRATIONS.last().unwrap().number;
    run(async {
        let raw = Raw::connect().await;
        for started in join_all((0..3).map(|_| connect(&options))).await {
            started.unwrap();
        }
        let all = raw.tables(&name).await;
        let made = CQL_MIGRATIONS.iter().map(|migration| migration.statements().len()).sum::<usize>();
        assert_eq!(all.len(), made + 1);
        assert_eq!(raw.version(&name).await, Some(known.cast_signed()));
        assert_eq!(raw.holder(&name).await, None, "the lock is free again");

        // Cut off before the version was written, in the middle, and right at the start.
        let tables: Vec<_> = all.iter().filter(|table| *table != "migrations").collect();
        for lost in [0, 2, tables.len()] {
            for table in &tables[tables.len() - lost..] {
                raw.run(&format!("DROP TABLE {name}.{table}")).await;
            }
            raw.run(&format!("UPDATE {name}.migrations SET version = null WHERE name = 'schema'")).await;
            connect(&options).await.unwrap();
            assert_eq!(raw.tables(&name).await, all, "{lost} were lost");
            assert_eq!(raw.version(&name).await, Some(known.cast_signed()));
        }

        // By one who died and holds the lock still, for a little while.
        raw.run(&format!("UPDATE {name}.migrations SET version = null WHERE name = 'schema'")).await;
        let held = format!("UPDATE {name}.migrations USING TTL 3 SET holder = uuid() WHERE name = 'lock'");
        raw.run(&held).await;
        connect(&options).await.unwrap();
        assert_eq!(raw.holder(&name).await, None, "it was waited for");
        assert_eq!(raw.version(&name).await, Some(known.cast_signed()));
        raw.drop_keyspace(&name).await;
    });
}

#[test]
#[ignore = "needs a store: tests/cassandra/server starts one"]
fn who_looks_makes_nothing_and_migrates_nothing() {
    let name = new_keyspace("looked_at");
    let options = options(&name);
    let known = CQL_MIGRATIONS.last().unwrap().number;
    run(async {
        let raw = Raw::connect().await;
        let look = async || ScyllaStore::attach(options.clone(), Clock::system()).await;
        let missing = async || {
            let refusal = look().await.unwrap_err();
            assert!(matches!(refusal, ConnectError::Missing { .. }), "{refusal:?}");
            assert!(refusal.to_string().contains(&name) && !refusal.is_temporary(), "{refusal}");
        };
        missing().await;
        let keyspaces = raw.rows("SELECT keyspace_name FROM system_schema.keyspaces").await;
        let mut keyspaces = keyspaces.rows::<(String,)>().unwrap().map(Result::unwrap);
        assert!(keyspaces.all(|(keyspace,)| keyspace != name), "the keyspace was made");

        raw.create_keyspace(&name).await;
        missing().await;
        let no_tables: [&str; 0] = [];
        assert_eq!(raw.tables(&name).await, no_tables);

        // Cut off before the version was written.
        let store = connect(&options).await.unwrap();
        raw.run(&format!("UPDATE {name}.migrations SET version = null WHERE name = 'schema'")).await;
        missing().await;
        for (version, text) in [(known - 1, "start `ezqr serve` once"), (4_471, "use a newer ezqr")] {
            raw.run(&format!("UPDATE {name}.migrations SET version = {version} WHERE name = 'schema'")).await;
            let refusal = look().await.unwrap_err();
            assert!(refusal.to_string().contains(text) && !refusal.is_temporary(), "{refusal}");
            assert_eq!(raw.version(&name).await, Some(version.cast_signed()), "it was migrated");
        }
        raw.run(&format!("UPDATE {name}.migrations SET version = {known} WHERE name = 'schema'")).await;

        // A founding that was cut off stays so.
        store.found(founding()).await.unwrap();
        raw.run(&format!("TRUNCATE {name}.api_keys")).await;
        raw.run(&format!("UPDATE {name}.installation SET is_finished = null WHERE name = 'ezqr'")).await;
        let looked = look().await.unwrap();
        assert!(looked.installation().await.unwrap().is_some());
        assert_eq!(looked.keys().await.unwrap(), []);
        connect(&options).await.unwrap().installation().await.unwrap();
        assert_eq!(looked.keys().await.unwrap().len(), 1, "whoever serves finishes it");
        raw.drop_keyspace(&name).await;
    });
}

#[test]
#[ignore = "needs a store: tests/cassandra/server starts one"]
fn a_clock_that_is_far_off_stops_the_start() {
    let options = options(cql::keyspace());
    let now = Clock::system().now();
    for (seconds, way) in [(90, "ahead of"), (-90, "behind")] {
        let clock = ManualClock::starting_at(now.saturating_add_millis(seconds * 1_000));
        let refusal = run(ScyllaStore::connect(options.clone(), clock.clock())).unwrap_err();
        assert!(matches!(refusal, ConnectError::Clock(_)) && !refusal.is_temporary(), "{refusal:?}");
        assert!(refusal.to_string().contains(way), "{refusal}");
    }
}

#[test]
#[ignore = "needs a store: tests/cassandra/server starts one"]
fn a_clock_that_goes_wrong_later_leases_nothing_until_it_is_right_again() {
    let options = options(cql::keyspace());
    let right = || Clock::system().now();
    run(async {
        let clock = ManualClock::starting_at(right());
        let store = ScyllaStore::connect(options, clock.clock()).await.unwrap();
        store.lease_block().await.unwrap();
        clock.set_wall(Timestamp::from_millis(right().as_millis() + 60_000).unwrap());
        let refusal = store.lease_block().await.unwrap_err();
        assert!(matches!(refusal, LeaseError::Write(WriteError::Unavailable(_))), "{refusal:?}");
        assert!(refusal.to_string().contains("clock"), "{refusal}");
        assert_eq!(store.health(), StoreHealth::Running, "reads are answered still");
        clock.set_wall(right());
        clock.advance(Duration::from_secs(1));
        store.lease_block().await.unwrap();
    });
}

#[test]
#[ignore = "needs a store: tests/cassandra/server starts one"]
fn nothing_is_minted_from_the_future_nor_after_the_clock_was_set() {
    let options = options(cql::keyspace());
    run(async {
        let clock = ManualClock::starting_at(Clock::system().now());
        let store = ScyllaStore::connect(options, clock.clock()).await.unwrap();
        let mut minter = Minter::new(&store).await;
        let right = clock.clock().now();
        minter.now = right.saturating_add_millis(21_000);
        let future = minter.plain();
        minter.now = right;
        let present = minter.plain();
        for (wall, code) in [(right, &future), (right.saturating_add_millis(21_000), &present)] {
            clock.set_wall(wall);
            let refusal = store.mint(minter.mint([code.clone()])).await.unwrap_err();
            assert!(matches!(refusal, MintError::Write(WriteError::Unavailable(_))), "{refusal:?}");
            assert!(store.code(code.sequence).await.unwrap().is_none(), "nothing was written");
        }
        clock.set_wall(right);
        store.mint(minter.mint([present])).await.unwrap();
    });
}
