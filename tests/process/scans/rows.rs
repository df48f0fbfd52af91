//! The rows of `scans.db`, as no ezqr reads them.

use std::path::Path;

use ezqr_schema::scan::{Class, Epoch, EpochId, Tally, Window};
use rusqlite::Connection;
use uuid::Uuid;

/// A row of a window.
#[derive(Debug)]
pub(crate) struct Row {
    pub(crate) sequence: u64,
    pub(crate) epoch: Epoch,
    pub(crate) hits: u64,
    pub(crate) tally: Tally,
}

pub(crate) fn open(data: &Path) -> Connection {
    Connection::open(data.join("scans.db")).unwrap()
}

/// All rows of windows. Of each, the cells must add up to the hits, class by class.
pub(crate) fn windows(data: &Path) -> Vec<Row> {
    let connection = open(data);
    let mut select =
        connection.prepare("SELECT day, sequence, quarter, epoch, hits, tally FROM scan_windows").unwrap();
    let rows = select.query_map([], |row| {
        let window = Window::new(row.get::<_, u32>(0)? * Window::PER_DAY + row.get::<_, u32>(2)?).unwrap();
        let id = EpochId::from_uuid(Uuid::from_bytes(row.get(3)?));
        let tally: Vec<u8> = row.get(5)?;
        let tally = Tally::decode(&tally).expect("a row holds counts");
        let number = |column| row.get::<_, i64>(column).map(i64::cast_unsigned);
        Ok(Row { sequence: number(1)?, epoch: Epoch { id, window }, hits: number(4)?, tally })
    });
    let rows: Vec<Row> = rows.unwrap().map(Result::unwrap).collect();
    for row in &rows {
        check(row);
    }
    rows
}

fn check(row: &Row) {
    let mut hits = 0;
    for class in Class::ALL {
        let of_class = row.tally.cells().filter(|(cell, _)| cell.class == class);
        let in_cells: u64 = of_class.map(|(_, count)| count).sum();
        assert_eq!(in_cells + row.tally.other(class), row.tally.of_class(class), "{row:?}");
        hits += row.tally.of_class(class);
    }
    assert_eq!(hits, row.hits, "{row:?}");
}
