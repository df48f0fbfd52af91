//! Group commit under writes that fail, refuse and panic.

use std::sync::mpsc::{Receiver, sync_channel};
use std::sync::{Arc, Mutex};

use ezqr_schema::AccountId;
use futures_util::FutureExt as _;
use futures_util::future::{join, join_all};
use rusqlite::Connection;
use tempfile::TempDir;
use tokio::sync::oneshot;

use super::write::Outcome;
use super::*;
use crate::contract::run;
use crate::embedded::connection::open_writer;

/// Writes one row, after it did what it is told to.
struct Row {
    value: i64,
    conduct: Conduct,
    account: Option<AccountId>,
}

enum Conduct {
    Well,
    /// Refuses before it writes.
    Refuse,
    /// Leaves behind what makes the COMMIT fail.
    SpoilCommit,
    Panic,
    /// Answers how many rows there are before it.
    Count,
    /// Takes one message, which tells that it has begun; then waits until the other end is dropped.
    Wait(Mutex<Receiver<()>>),
}

impl Write for Row {
    type Answer = i64;
    type Error = WriteError;

    fn account(&self) -> Option<AccountId> {
        self.account
    }

    fn apply(&self, transaction: &Connection) -> Result<i64, NotApplied<WriteError>> {
        match &self.conduct {
            Conduct::Well => {}
            Conduct::Refuse => return Err(NotApplied::Refused(refusal())),
            Conduct::SpoilCommit => {
                transaction.execute("INSERT INTO children (parent) VALUES (?)", [self.value])?;
            }
            Conduct::Panic => panic!("as the test wants it"),
            Conduct::Count => return Ok(i64::try_from(values(transaction).len()).unwrap()),
            Conduct::Wait(gate) => {
                let gate = gate.lock().unwrap();
                gate.recv().unwrap();
                gate.recv().unwrap_err();
            }
        }
        transaction.execute("INSERT OR ROLLBACK INTO numbers (value) VALUES (?)", [self.value])?;
        Ok(self.value)
    }
}

fn refusal() -> WriteError {
    WriteError::OutcomeUnknown("refused".to_owned())
}

const fn row(value: i64) -> Row {
    Row { value, conduct: Conduct::Well, account: None }
}

fn scratch(directory: &TempDir) -> Connection {
    let connection = open_writer(&directory.path().join("scratch.db")).unwrap();
    connection
        .execute_batch(
            "PRAGMA foreign_keys = on;
             CREATE TABLE IF NOT EXISTS numbers (value INTEGER PRIMARY KEY);
             CREATE TABLE IF NOT EXISTS parents (parent INTEGER PRIMARY KEY);
             CREATE TABLE IF NOT EXISTS children (
               parent INTEGER REFERENCES parents (parent) DEFERRABLE INITIALLY DEFERRED);",
        )
        .unwrap();
    connection
}

fn values(connection: &Connection) -> Vec<i64> {
    let mut select = connection.prepare("SELECT value FROM numbers ORDER BY value").unwrap();
    select.query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect()
}

/// Commits `rows` as one group and tells what each caller heard.
fn commit(connection: &Connection, rows: Vec<Row>) -> Vec<Outcome<Row>> {
    let (group, answers): (Vec<Box<dyn Pending>>, Vec<_>) = rows
        .into_iter()
        .map(|row| {
            let (reply, answer) = oneshot::channel();
            (Box::new(Queued::new(row, reply)) as Box<dyn Pending>, answer)
        })
        .unzip();
    group::commit("test", connection, group).unwrap();
    answers.into_iter().map(|answer| answer.blocking_recv().unwrap()).collect()
}

fn is_unavailable(outcome: &Outcome<Row>) -> bool {
    matches!(outcome, Err(WriteError::Unavailable(_)))
}

#[test]
fn a_write_that_fails_harms_no_other_of_its_group() {
    let directory = TempDir::new().unwrap();
    let connection = scratch(&directory);
    commit(&connection, vec![row(3)]);
    let outcomes = commit(&connection, vec![row(1), row(2), row(3), row(4)]);
    assert_eq!([&outcomes[0], &outcomes[1], &outcomes[3]], [&Ok(1), &Ok(2), &Ok(4)]);
    assert!(is_unavailable(&outcomes[2]), "{outcomes:?}");
    assert_eq!(values(&connection), [1, 2, 3, 4]);
}

#[test]
fn a_refusal_leaves_the_transaction_to_the_others() {
    let directory = TempDir::new().unwrap();
    let connection = scratch(&directory);
    let refused = Row { conduct: Conduct::Refuse, ..row(2) };
    assert_eq!(commit(&connection, vec![row(1), refused, row(3)]), [Ok(1), Err(refusal()), Ok(3)]);
    assert_eq!(values(&connection), [1, 3]);
}

#[test]
fn after_a_commit_that_fails_nobody_is_told_of_success_and_the_next_group_goes_on() {
    let directory = TempDir::new().unwrap();
    let connection = scratch(&directory);
    let refused = Row { conduct: Conduct::Refuse, ..row(2) };
    let spoiling = Row { conduct: Conduct::SpoilCommit, ..row(3) };
    let outcomes = commit(&connection, vec![row(1), refused, spoiling]);
    assert!(matches!(&outcomes[0], Err(WriteError::OutcomeUnknown(reason)) if *reason != "refused"));
    assert!(is_unavailable(&outcomes[1]), "what was refused wrote nothing for certain");
    assert!(matches!(&outcomes[2], Err(WriteError::OutcomeUnknown(_))));
    assert!(values(&connection).is_empty());
    assert_eq!(commit(&connection, vec![row(4)]), [Ok(4)]);
    assert_eq!(values(&connection), [4]);
}

#[test]
fn a_database_that_another_process_holds_is_unavailable() {
    let directory = TempDir::new().unwrap();
    let connection = scratch(&directory);
    connection.busy_timeout(std::time::Duration::ZERO).unwrap();
    let other = scratch(&directory);
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    assert!(commit(&connection, vec![row(1), row(2)]).iter().all(is_unavailable));
    other.execute_batch("COMMIT").unwrap();
    assert_eq!(commit(&connection, vec![row(1)]), [Ok(1)]);
}

#[test]
fn a_panic_is_heard_by_those_who_wait_and_by_those_who_come_later() {
    let directory = TempDir::new().unwrap();
    let (held, gate) = sync_channel(0);
    let writer = Arc::new(Writer::start("scratch.db", scratch(&directory), None, 8).unwrap());
    run(async {
        let waiting = Row { conduct: Conduct::Wait(Mutex::new(gate)), ..row(1) };
        let panicking = Row { conduct: Conduct::Panic, ..row(2) };
        let behind = async {
            let rest = join(writer.write(panicking), writer.write(row(3)));
            held.send(()).unwrap();
            drop(held);
            rest.await
        };
        let (first, (second, third)) = join(writer.write(waiting), behind).await;
        for outcome in [&second, &third] {
            assert!(matches!(outcome, Err(WriteError::OutcomeUnknown(_))), "{outcome:?}");
        }
        // It was in the transaction of the panic, or in one before it.
        assert_eq!(values(&scratch(&directory)), first.into_iter().collect::<Vec<_>>());
        while writer.is_alive() {
            tokio::task::yield_now().await;
        }
        assert!(is_unavailable(&writer.write(row(4)).await));
    });
}

#[test]
fn a_full_queue_refuses() {
    let directory = TempDir::new().unwrap();
    let (held, gate) = sync_channel(0);
    let writer = Writer::start("scratch.db", scratch(&directory), None, 2).unwrap();
    run(async {
        let waiting = Row { conduct: Conduct::Wait(Mutex::new(gate)), ..row(0) };
        let (waits, others) = join(writer.write(waiting), async {
            // The writer is at the first, the queue takes two: of four one at least is refused at once.
            held.send(()).unwrap();
            let mut others: Vec<_> = (1..=4).map(|value| Box::pin(writer.write(row(value)))).collect();
            let mut outcomes = Vec::new();
            for other in &mut others {
                outcomes.push(other.as_mut().now_or_never());
            }
            drop(held);
            let mut answered = Vec::new();
            for (other, outcome) in others.into_iter().zip(outcomes) {
                answered.push(match outcome {
                    Some(outcome) => outcome,
                    None => other.await,
                });
            }
            answered
        })
        .await;
        assert_eq!(waits, Ok(0));
        let written: Vec<_> = others.iter().filter_map(|outcome| outcome.as_ref().ok()).copied().collect();
        assert!((1..=3).contains(&written.len()), "{others:?}");
        assert!(others.iter().all(|outcome| outcome.is_ok() || is_unavailable(outcome)));
        let expected: Vec<_> = std::iter::once(0).chain(written).collect();
        assert_eq!(values(&scratch(&directory)), expected, "what was refused was not written");
    });
}

#[test]
fn dropping_the_writer_writes_what_has_queued() {
    let directory = TempDir::new().unwrap();
    let writer = Writer::start("scratch.db", scratch(&directory), None, 8).unwrap();
    let (reply, answer) = oneshot::channel();
    writer.enqueue(None, Box::new(Queued::new(row(1), reply))).unwrap();
    drop(writer);
    assert_eq!(answer.blocking_recv().unwrap(), Ok(1));
    assert_eq!(values(&scratch(&directory)), [1]);
}

#[test]
fn hundreds_of_writes_of_one_account_hold_up_no_other() {
    let directory = TempDir::new().unwrap();
    let (held, gate) = sync_channel(0);
    let writer = Writer::start("scratch.db", scratch(&directory), None, 512).unwrap();
    let of = |account: u8, row: Row| Row { account: Some(AccountId::from_random([account; 16])), ..row };
    run(async {
        let waiting = Row { conduct: Conduct::Wait(Mutex::new(gate)), ..row(0) };
        let behind = async {
            let many = join_all((1..=300).map(|value| writer.write(of(1, row(value)))));
            let one = writer.write(of(2, Row { conduct: Conduct::Count, ..row(0) }));
            // Both have queued when the first poll of each is over; the writer is at the one before.
            let both = join(many, one);
            futures_util::pin_mut!(both);
            assert!(both.as_mut().now_or_never().is_none());
            held.send(()).unwrap();
            drop(held);
            both.await
        };
        let (first, (many, before_it)) = join(writer.write(waiting), behind).await;
        assert_eq!(first, Ok(0));
        assert!(many.iter().all(Result::is_ok), "{many:?}");
        // The one that held the writer up, and one of the other account; not the 300 that came earlier.
        assert_eq!(before_it, Ok(2));
    });
}

#[test]
fn settling_waits_for_a_write_under_way_and_for_those_behind_it() {
    let directory = TempDir::new().unwrap();
    let (held, gate) = sync_channel(0);
    let writer = Writer::start("scratch.db", scratch(&directory), None, 8).unwrap();
    run(async {
        let waiting = Row { conduct: Conduct::Wait(Mutex::new(gate)), ..row(1) };
        let behind = async {
            let second = writer.write(row(2));
            futures_util::pin_mut!(second);
            assert!(second.as_mut().now_or_never().is_none());
            let settled = writer.settle();
            futures_util::pin_mut!(settled);
            held.send(()).unwrap();
            assert!(settled.as_mut().now_or_never().is_none(), "the first is under way");
            drop(held);
            settled.await;
            assert_eq!(values(&scratch(&directory)), [1, 2]);
            second.await
        };
        assert_eq!(join(writer.write(waiting), behind).await, (Ok(1), Ok(2)));
    });
    drop(writer);
}
