-- The embedded store, version 2: requests that may be repeated.

-- What is remembered of requests with an idempotency key, in the order they came. Read by the name of the
-- request. Bounded by the requests of a day: each new one lets go of the oldest that are over their time.
CREATE TABLE idempotency (
  arrival        INTEGER PRIMARY KEY,
  account_id     BLOB NOT NULL,
  environment    TEXT NOT NULL,
  key            TEXT NOT NULL,
  request_hash   BLOB NOT NULL,
  page           INTEGER NOT NULL,
  opened_ms      INTEGER NOT NULL,
  first_sequence INTEGER NOT NULL,
  created_ms     INTEGER NOT NULL,
  link_base      INTEGER NOT NULL,
  items          BLOB NOT NULL      -- what became of each item, a byte each
) STRICT;
CREATE UNIQUE INDEX idempotency_by_name ON idempotency (account_id, environment, key);
