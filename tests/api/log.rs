//! What the log of the program holds, and what it never does.

use serde_json::{Value, json};
use tempfile::TempDir;

use crate::support::{Client, Connection, Server};

#[test]
fn no_key_payload_target_or_path_is_ever_logged() {
    let directory = TempDir::new().unwrap();
    let server = Server::start(directory.path());
    let api = Client::new(server.address, Some(&server.key));
    let secrets = [
        "wifi-password-4471",
        "target-4471",
        "name-4471",
        "tag-4471",
        "meta-4471",
        "external-4471",
        "alias-4471",
    ];
    let body = json!({
        "content_type": "wifi", "content": { "ssid": "ssid-4471", "password": secrets[0] }, "name": secrets[2],
        "target_url": format!("https://example.com/{}", secrets[1]), "tags": [secrets[3]],
        "metadata": { "k": secrets[4] }, "external_id": secrets[5], "alias": secrets[6],
    });
    let record = api.created(&body);
    // Refused in every way there is: each leaves a line.
    assert_eq!(api.create(&body).status, 409);
    let mut faulty = body.clone();
    faulty["target_url"] = json!(format!("javascript:{}", secrets[1]));
    faulty["content"]["pass-4471"] = json!(1);
    assert_eq!(api.create(&faulty).status, 422);
    assert_eq!(api.post("/api/v1/qr-codes/batch", &json!([faulty])).status, 422);
    let unreadable = format!("{{\"content\": \"{}\" x", secrets[0]);
    assert_eq!(api.call("POST", "/api/v1/qr-codes").body("application/json", unreadable).send().status, 400);
    assert_eq!(api.get(&format!("/api/v1/qr-codes?tag={0}&tag={0}", secrets[3])).send().status, 400);
    assert_eq!(api.get(&format!("/api/v1/{}", secrets[1])).send().status, 404);
    let stranger = Client::new(server.address, Some("ezqr_production_stranger-4471"));
    assert_eq!(stranger.show(&record).status, 401);
    let link = record["short_link"].as_str().unwrap();
    assert_eq!(api.get(link).send().status, 302);
    assert_eq!(api.delete(&record).status, 204);
    assert_eq!(api.get(link).send().status, 410);
    Connection::exchange(server.address, format!("GET /{} HTTP/1.1\r\n{}\r\n\r\n", secrets[1], secrets[0]));

    let (key, id) = (server.key.clone(), record["id"].as_str().unwrap().to_owned());
    let log = server.end();
    let lines: Vec<Value> = log.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    // Those of one kind and second share a line, which tells their number.
    let number = |line: &Value| match line["message"].as_str() {
        Some("request refused") => 1,
        Some("further requests refused") => line["requests"].as_u64().unwrap(),
        _ => 0,
    };
    let refused: u64 = lines.iter().map(number).sum();
    assert!(refused >= 7, "refusals are logged:\n{log}");
    // The number stands in everything that was sent, refused or not.
    for secret in ["4471", "example.com", key.as_str(), &id, key.rsplit('_').nth(1).unwrap(), "127.0.0.1:"] {
        let told: Vec<&str> = log.lines().filter(|line| line.contains(secret)).collect();
        assert!(told.is_empty(), "{secret} is in the log:\n{}", told.join("\n"));
    }
}

#[test]
fn a_flood_of_refusals_leaves_few_lines_that_tell_its_number() {
    let directory = TempDir::new().unwrap();
    let server = Server::start(directory.path());
    let mut connection = Connection::open(server.address);
    let request = "GET /api/v1/qr-codes HTTP/1.1\r\nHost: a\r\n\r\n";
    connection.write(request.repeat(1_000) + &request.replace("Host: a", "Host: a\r\nConnection: close"));
    let answers = connection.read_to_end();
    let refused = ["HTTP/1.1 401", "HTTP/1.1 429"].map(|status| answers.matches(status).count());
    assert_eq!(refused.iter().sum::<usize>(), 1_001);

    let log = server.end();
    let lines: Vec<Value> = log.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let of = |message: &str| lines.iter().filter(|line| line["message"] == message).collect::<Vec<_>>();
    let (each, numbers) = (of("request refused"), of("further requests refused"));
    let told: u64 = numbers.iter().map(|line| line["requests"].as_u64().unwrap()).sum();
    assert_eq!(each.len() + usize::try_from(told).unwrap(), 1_001, "each is told, by a line or by a number");
    assert!(each.len() + numbers.len() < 200, "{} lines", each.len() + numbers.len());
    for code in ["missing-key", "rate-limited"] {
        assert!(numbers.iter().any(|line| line["code"] == code), "{code}");
    }
}
