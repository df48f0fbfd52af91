-- Counts of scans in the embedded store, version 2: whose they are.

-- The installation whose scans these are, and how far its numbers were given out, as `sequence_blocks` in `ezqr.db`
-- has it: an `ezqr.db` that is behind was put back from a copy. Read at the start, raised with each lease; one row.
CREATE TABLE installation (
  only_row    INTEGER PRIMARY KEY CHECK (only_row = 1),
  fingerprint BLOB NOT NULL CHECK (length(fingerprint) = 32),
  next_block  INTEGER NOT NULL CHECK (next_block BETWEEN 0 AND 16777216),
  generation  INTEGER NOT NULL CHECK (generation >= 0)
) STRICT;
