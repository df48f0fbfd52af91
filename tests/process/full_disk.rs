//! What must work on a full disk.

use std::fs;
use std::io::Write as _;
use std::path::Path;

use crate::client::Client;
use crate::disk::Disk;
use crate::server::{Server, directory, run, run_json, unlimited_key};
use crate::skipped::skip;

/// Takes what room there is, and what the logs have left: nothing more can be written.
fn fill(path: &Path) {
    let mut file = fs::File::create(path.join("ezqr-data/ballast")).unwrap();
    let chunk = [7; 4_096];
    while file.write_all(&chunk).is_ok() {}
    let create = |name: &str| run(path, &["account", "create", "--plan", "free", "--name", name]);
    let mut made = 0;
    while create(&format!("one of many {made}")).status.success() {
        made += 1;
        assert!(made < 500, "there is always room");
        while file.write_all(&[7]).is_ok() {}
    }
}

#[test]
fn on_a_full_disk_accounts_are_suspended_and_keys_revoked() {
    let directory = directory();
    let path = directory.path();
    let Some(_disk) = Disk::mount(&path.join("ezqr-data"), 12 << 20) else {
        return skip("no small disk can be mounted here");
    };
    let mut serve =
        crate::server::ezqr(path, &["serve", "--listen", "127.0.0.1:0", "--metrics-listen", "off"]);
    let server = Server::of(serve.env("EZQR__SCANS__JOURNAL_FILE_BYTES", "65536"), path);
    let key = unlimited_key(path);
    let client = Client::new(&server.url, &key);
    run_json(path, &["account", "create", "--name", "Acme", "--plan", "pro"]);
    let acme = run_json(path, &["key", "create", "--account", "Acme", "--name", "of acme"]);
    let acme = Client::new(&server.url, acme["secret"].as_str().unwrap());
    assert_eq!(acme.get("/api/v1/qr-codes?limit=1").unwrap().status, 200);
    fill(path);
    let suspended = run(path, &["account", "suspend", "Acme"]);
    let told = String::from_utf8_lossy(&suspended.stdout);
    assert!(suspended.status.success(), "{}", String::from_utf8_lossy(&suspended.stderr));
    assert!(told.contains("the reserve was used up"), "{told}");
    assert_eq!(acme.get("/api/v1/qr-codes?limit=1").unwrap().status, 403, "it is in effect");
    assert_eq!(client.get("/api/v1/qr-codes?limit=1").unwrap().status, 200);
    // The reserve is gone, but its room is not.
    let revoked = run(path, &["key", "revoke", "load"]);
    assert!(revoked.status.success(), "{}", String::from_utf8_lossy(&revoked.stderr));
    assert_eq!(client.get("/api/v1/qr-codes?limit=1").unwrap().status, 401);
}
