-- The embedded store, version 3: what tells a database that was put back from a copy, and what the server has read.

-- How often numbers moved on because the database was put back. Read and written with next_block.
ALTER TABLE sequence_blocks ADD COLUMN generation INTEGER NOT NULL DEFAULT 0 CHECK (generation >= 0);

-- How often accounts and keys were written, and how often they had been when the server last read them. Written with
-- each of them, and by the server after it read them; read by a command that waits for the server. One row.
CREATE TABLE account_changes (
  only_row INTEGER PRIMARY KEY CHECK (only_row = 1),
  written  INTEGER NOT NULL,
  served   INTEGER NOT NULL
) STRICT;
INSERT INTO account_changes (only_row, written, served) VALUES (1, 0, 0);
