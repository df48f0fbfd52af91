-- Counts of scans in the embedded store, version 1. The file is `scans.db` of the data directory.
--
-- A table says who reads it how, and what bounds it. Windows, days and months are counted from 1970 (UTC), ids
-- are the 16 bytes of their UUID. Every row is absolute and written whole; of two writings of a row the one that
-- counts more stays. The codes of a page are neighbours: sequence >> 7.

-- Scans of a code in 15 minutes, as one epoch of one process counted them. Read by day and page, or by day and
-- code; written where the day's others are, and forgotten from the front. A row per code, window and epoch with
-- a scan: 35 days are kept.
CREATE TABLE scan_windows (
  day      INTEGER NOT NULL,
  sequence INTEGER NOT NULL,
  quarter  INTEGER NOT NULL CHECK (quarter BETWEEN 0 AND 95),
  epoch    BLOB NOT NULL CHECK (length(epoch) = 16),
  hits     INTEGER NOT NULL,
  tally    BLOB NOT NULL,
  PRIMARY KEY (day, sequence, quarter, epoch)
) STRICT, WITHOUT ROWID;

-- Scans of a code on a day, computed from its windows. Read by month and page, or by month and code. A row per
-- code and day with a scan: 400 days are kept.
CREATE TABLE scan_days (
  month    INTEGER NOT NULL,
  sequence INTEGER NOT NULL,
  day      INTEGER NOT NULL,
  hits     INTEGER NOT NULL,
  quarters BLOB NOT NULL,
  tally    BLOB NOT NULL,
  PRIMARY KEY (month, sequence, day)
) STRICT, WITHOUT ROWID;

-- Pages of which a day is to be computed from its windows, and when that was last noted. Read by day. A row per
-- page scanned on the day, gone when the day was computed.
CREATE TABLE scan_days_due (
  day      INTEGER NOT NULL,
  page     INTEGER NOT NULL,
  noted_ms INTEGER NOT NULL,
  PRIMARY KEY (day, page)
) STRICT, WITHOUT ROWID;

-- Scans of a code in a month, computed from its days. Read by page or code. A row per code and month with a scan,
-- kept for ever.
CREATE TABLE scan_months (
  sequence INTEGER NOT NULL,
  month    INTEGER NOT NULL,
  total    INTEGER NOT NULL,
  bots     INTEGER NOT NULL,
  uniques  INTEGER NOT NULL,
  PRIMARY KEY (sequence, month)
) STRICT, WITHOUT ROWID;

-- Who visited a code on a day, as one run of a process saw it, so that nobody can be told from it. `registers` is
-- the sum of them, which grows with every visitor that is noticed. Read like days. A row per code, day and run
-- with a visitor: 400 days are kept.
CREATE TABLE scan_uniques (
  month     INTEGER NOT NULL,
  sequence  INTEGER NOT NULL,
  day       INTEGER NOT NULL,
  run       BLOB NOT NULL CHECK (length(run) = 16),
  registers INTEGER NOT NULL,
  visitors  BLOB NOT NULL,
  PRIMARY KEY (month, sequence, day, run)
) STRICT, WITHOUT ROWID;

-- The key that tells the visitors of a day apart. A row per day, erased when the day is over; what is erased here
-- is overwritten (`secure_delete`), and the log of writes cut off.
CREATE TABLE visitor_salts (
  day  INTEGER PRIMARY KEY,
  salt BLOB NOT NULL CHECK (length(salt) = 16)
) STRICT;
