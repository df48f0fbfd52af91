-- The embedded store, version 1. The file is `ezqr.db` of the data directory.
--
-- A table says who reads it how, and what bounds it. Times are milliseconds since 1970 (UTC), ids are the
-- 16 bytes of their UUID, small numbers are positions in the enumerations of ezqr-schema.

-- What the installation is founded on. Read at the start; one row, never changed.
CREATE TABLE installation (
  only_row           INTEGER PRIMARY KEY CHECK (only_row = 1),
  secret             BLOB NOT NULL CHECK (length(secret) = 32),
  pepper_fingerprint BLOB NOT NULL CHECK (length(pepper_fingerprint) = 32)
) STRICT;

-- Which blocks of sequence numbers were given out. Read and raised once per 65,536 numbers; one row.
CREATE TABLE sequence_blocks (
  name       TEXT PRIMARY KEY,
  next_block INTEGER NOT NULL CHECK (next_block BETWEEN 0 AND 16777216)
) STRICT, WITHOUT ROWID;
INSERT INTO sequence_blocks (name, next_block) VALUES ('codes', 0);

-- Link bases that were ever in force, because codes keep theirs. Read whole at the start; at most 65,536 rows.
CREATE TABLE link_bases (
  link_base INTEGER PRIMARY KEY CHECK (link_base BETWEEN 0 AND 65535),
  url       TEXT NOT NULL UNIQUE
) STRICT;

-- Accounts. Read whole at the start and after a change by another process; a row per account.
CREATE TABLE accounts (
  account_id BLOB PRIMARY KEY,
  name       TEXT NOT NULL UNIQUE,
  plan       TEXT NOT NULL,
  status     TEXT NOT NULL,
  created_ms INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- API keys, revoked ones included. Read whole like accounts; a row per key that was ever made.
CREATE TABLE api_keys (
  key_id              BLOB PRIMARY KEY,
  account_id          BLOB NOT NULL,
  environment         TEXT NOT NULL,
  name                TEXT NOT NULL,
  hash                BLOB NOT NULL UNIQUE CHECK (length(hash) = 32),
  scopes              INTEGER NOT NULL,
  requests_per_minute INTEGER NOT NULL,
  created_ms          INTEGER NOT NULL,
  revoked_ms          INTEGER
) STRICT, WITHOUT ROWID;

-- A page is 128 numbers of one owner: page = sequence >> 7. Read by number with every code, and newest first
-- by owner for lists; a row per page that was opened, so at least one per 128 codes.
CREATE TABLE pages (
  page        INTEGER PRIMARY KEY,
  account_id  BLOB NOT NULL,
  environment TEXT NOT NULL,
  opened_ms   INTEGER NOT NULL
) STRICT;
CREATE INDEX pages_by_owner ON pages (account_id, environment, opened_ms, page);

-- Codes. Read by number, or a page of at most 128 together: the rows of a page are neighbours. The owner is
-- the page's; the creation time is in the id. Without any index, so that a batch writes neighbours alone.
CREATE TABLE codes (
  sequence         INTEGER PRIMARY KEY,
  id               BLOB NOT NULL,
  content_type     INTEGER NOT NULL,
  content          TEXT NOT NULL,
  target_url       TEXT,             -- NULL: a static code
  alias            TEXT,
  link_base        INTEGER NOT NULL,
  name             TEXT,
  tags             TEXT,             -- a JSON array; NULL: none
  metadata         TEXT,             -- a JSON object; NULL: empty
  external_id      TEXT,
  error_correction INTEGER NOT NULL,
  status           INTEGER NOT NULL,
  expires_ms       INTEGER,
  updated_ms       INTEGER,          -- NULL: never changed since it was minted
  version          INTEGER NOT NULL
) STRICT;

-- Chosen short codes. Read by alias; a row per alias, never changed or removed.
CREATE TABLE aliases (
  alias    TEXT PRIMARY KEY,
  sequence INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- Pages in which a code has a tag, or once had it: a hint, checked against the codes. Read newest first by
-- owner and tag; at most one row per tag and page, whatever the number of codes.
CREATE TABLE pages_by_tag (
  account_id  BLOB NOT NULL,
  environment TEXT NOT NULL,
  tag         TEXT NOT NULL,
  opened_ms   INTEGER NOT NULL,
  page        INTEGER NOT NULL,
  PRIMARY KEY (account_id, environment, tag, opened_ms, page)
) STRICT, WITHOUT ROWID;

-- Codes that have an external id, or once had it: a hint, checked against the code. Read newest first by
-- owner and external id; a row per code and external id it ever had.
CREATE TABLE codes_by_external_id (
  account_id  BLOB NOT NULL,
  environment TEXT NOT NULL,
  external_id TEXT NOT NULL,
  sequence    INTEGER NOT NULL,
  PRIMARY KEY (account_id, environment, external_id, sequence)
) STRICT, WITHOUT ROWID;
