-- The log and what a replica remembers beside it. The tables of the collections are made from the catalog.
-- Authors have local integer ids that never leave the file. A record's local key is author << 42 | seq << 10 | k.

CREATE TABLE meta (
  key   TEXT PRIMARY KEY,
  value ANY
) STRICT, WITHOUT ROWID;

CREATE TABLE author (
  id              INTEGER PRIMARY KEY,
  key             BLOB NOT NULL UNIQUE CHECK (length(key) = 32),
  name            TEXT NOT NULL,              -- public name: what record ids begin with
  laptop          TEXT NOT NULL DEFAULT '',   -- device name, NAME#2 where several authors have one name
  role            INTEGER NOT NULL DEFAULT 0,
  standing        INTEGER NOT NULL DEFAULT 3,
  rank            INTEGER NOT NULL DEFAULT 0,
  counted_through INTEGER NOT NULL DEFAULT 0, -- records up to this seq count
  held_seq        INTEGER NOT NULL DEFAULT 0,
  held_link       BLOB NOT NULL DEFAULT x'',
  applied_seq     INTEGER NOT NULL DEFAULT 0,
  touches_others  INTEGER NOT NULL DEFAULT 0, -- 1: an applied change of it is about another author's record
  time            INTEGER NOT NULL DEFAULT 0  -- our own: the greatest hybrid time given or taken over, ms << 16 | counter
) STRICT;

-- The end of a log that stands in no pack yet: our own newest changes. id = author << 32 | seq.
CREATE TABLE change (
  id           INTEGER PRIMARY KEY,
  link         BLOB NOT NULL CHECK (length(link) = 32),
  content      BLOB NOT NULL,
  private_salt BLOB,
  private_part BLOB
) STRICT;

-- The log: packs as they came, small ones merged as the log grows, always with the author's signature at their end. A change
-- stands in the first pack that ends at or above it. id = author << 32 | last seq.
CREATE TABLE pack (
  id        INTEGER PRIMARY KEY,
  first_seq INTEGER NOT NULL,
  count     INTEGER NOT NULL,
  link      BLOB NOT NULL CHECK (length(link) = 32), -- at its end
  signature BLOB NOT NULL CHECK (length(signature) = 64), -- as its header gives it
  bytes     BLOB NOT NULL
) STRICT;

-- Changes that say who may do what, once more beside the packs: few, and needed without unpacking everything.
CREATE TABLE authority_change (
  id      INTEGER PRIMARY KEY,
  content BLOB NOT NULL
) STRICT;

-- Packs that lie beyond a gap, until it closes.
CREATE TABLE aside (
  author    INTEGER NOT NULL,
  first_seq INTEGER NOT NULL,
  pack      BLOB NOT NULL,
  PRIMARY KEY (author, first_seq)
) STRICT, WITHOUT ROWID;

-- Merge metadata, only where a field was changed after its record's creation.
CREATE TABLE field_write (
  record   INTEGER NOT NULL,
  field    INTEGER NOT NULL,
  author   INTEGER NOT NULL,
  seq      INTEGER NOT NULL,
  value    BLOB NOT NULL,
  replaces BLOB NOT NULL,
  PRIMARY KEY (record, field, author, seq)
) STRICT, WITHOUT ROWID;

CREATE TABLE counter_add (
  record INTEGER NOT NULL,
  field  INTEGER NOT NULL,
  author INTEGER NOT NULL,
  seq    INTEGER NOT NULL,
  delta  INTEGER NOT NULL,
  PRIMARY KEY (record, field, author, seq)
) STRICT, WITHOUT ROWID;

CREATE TABLE set_operation (
  record INTEGER NOT NULL,
  field  INTEGER NOT NULL,
  value  BLOB NOT NULL,
  author INTEGER NOT NULL,
  seq    INTEGER NOT NULL,
  seen   BLOB,               -- NULL: an addition; else the additions that a removal saw
  PRIMARY KEY (record, field, value, author, seq)
) STRICT, WITHOUT ROWID;

-- Open conflicts: several visible writes of one field, or an edit that an unaware void meets (field 0).
CREATE TABLE conflict (
  record INTEGER NOT NULL,
  field  INTEGER NOT NULL,
  PRIMARY KEY (record, field)
) STRICT, WITHOUT ROWID;

-- Operations on records that are not here (yet): only software other than ours writes such changes.
CREATE TABLE orphan (
  record INTEGER NOT NULL,
  author INTEGER NOT NULL,
  seq    INTEGER NOT NULL,
  PRIMARY KEY (record, author, seq)
) STRICT, WITHOUT ROWID;

-- How far our own log has pinned another author's.
CREATE TABLE pinned (
  author INTEGER NOT NULL,
  other  INTEGER NOT NULL,
  seq    INTEGER NOT NULL,
  PRIMARY KEY (author, other)
) STRICT, WITHOUT ROWID;

CREATE TABLE relay (
  id           INTEGER PRIMARY KEY CHECK (id = 1),
  key          BLOB NOT NULL,
  incarnation  BLOB NOT NULL,
  arrival      INTEGER NOT NULL DEFAULT 0,
  notes        INTEGER NOT NULL DEFAULT 0,
  last_sync_ms INTEGER,
  skew_ms      INTEGER,
  stated       INTEGER NOT NULL DEFAULT 0   -- the arrival that our newest holding states
) STRICT;

CREATE TABLE relay_head (
  author INTEGER PRIMARY KEY,
  seq    INTEGER NOT NULL,
  link   BLOB NOT NULL
) STRICT;

CREATE TABLE receipt (
  author      INTEGER NOT NULL,
  seq         INTEGER NOT NULL,
  link        BLOB NOT NULL,
  relay       BLOB NOT NULL,
  incarnation BLOB NOT NULL,
  arrival     INTEGER NOT NULL,
  signature   BLOB NOT NULL,
  PRIMARY KEY (author, seq, incarnation)
) STRICT, WITHOUT ROWID;

CREATE TABLE announcement (
  author         INTEGER PRIMARY KEY,
  seq            INTEGER NOT NULL,
  link           BLOB NOT NULL,
  last_record_ms INTEGER NOT NULL,
  now_ms         INTEGER NOT NULL,
  relay_ms       INTEGER NOT NULL,
  signature      BLOB NOT NULL
) STRICT;

CREATE TABLE holding (
  author      INTEGER PRIMARY KEY,
  incarnation BLOB NOT NULL,
  arrival     INTEGER NOT NULL,
  signature   BLOB NOT NULL
) STRICT;
