-- Streams: an author whose log was written on two machines has a row for each branch (log-format.md section 9).

-- A row is one log. Of several of one author each stands for what no earlier one has, from from_seq on; what lies
-- below is its parent's.
CREATE TABLE author_next (
  id              INTEGER PRIMARY KEY,
  key             BLOB NOT NULL CHECK (length(key) = 32),
  name            TEXT NOT NULL,              -- public name of the key
  laptop          TEXT NOT NULL DEFAULT '',   -- device name, NAME#2 where several logs have one name
  role            INTEGER NOT NULL DEFAULT 0,
  standing        INTEGER NOT NULL DEFAULT 3,
  rank            INTEGER NOT NULL DEFAULT 0,
  counted_through INTEGER NOT NULL DEFAULT 0, -- records up to this seq count
  held_seq        INTEGER NOT NULL DEFAULT 0,
  held_link       BLOB NOT NULL DEFAULT x'',
  applied_seq     INTEGER NOT NULL DEFAULT 0,
  touches_others  INTEGER NOT NULL DEFAULT 0, -- 1: an applied change of it is about another log's record
  time            INTEGER NOT NULL DEFAULT 0, -- our own: the greatest hybrid time given or taken over, ms << 16 | counter
  parent          INTEGER NOT NULL DEFAULT 0, -- the row that has what lies below from_seq; 0: nothing does
  from_seq        INTEGER NOT NULL DEFAULT 1
) STRICT;
INSERT INTO author_next (id, key, name, laptop, role, standing, rank, counted_through, held_seq, held_link, applied_seq,
                         touches_others, time)
  SELECT id, key, name, laptop, role, standing, rank, counted_through, held_seq, held_link, applied_seq, touches_others,
         time FROM author;
-- Views name the table; they are made again with those of the catalog.
DROP VIEW IF EXISTS visit;
DROP VIEW IF EXISTS handout;
DELETE FROM meta WHERE key = 'catalog';
DROP TABLE author;
ALTER TABLE author_next RENAME TO author;

-- What the changes of an author's branches are named by, from from_seq on; below, by the author's key. Of an author
-- with one log nothing stands here. A function of the logs.
CREATE TABLE stream (
  author      INTEGER NOT NULL,
  from_seq    INTEGER NOT NULL,
  name        BLOB NOT NULL CHECK (length(name) = 32),
  public_name TEXT NOT NULL,
  PRIMARY KEY (author, from_seq)
) STRICT, WITHOUT ROWID;

-- Which change of which branch a log pinned at `seq`, of authors that forked (`other` is the author's first row): what a
-- dot of another author's log means. Made from the log.
CREATE TABLE branch_pin (
  author      INTEGER NOT NULL,
  other       INTEGER NOT NULL,
  seq         INTEGER NOT NULL,
  pinned_seq  INTEGER NOT NULL,
  pinned_link BLOB NOT NULL,
  PRIMARY KEY (author, other, seq)
) STRICT, WITHOUT ROWID;

-- What a relay holds of logs that are not here, under the names that it gave them.
CREATE TABLE relay_head_apart (
  relay INTEGER NOT NULL,
  name  BLOB NOT NULL,
  seq   INTEGER NOT NULL,
  link  BLOB NOT NULL,
  PRIMARY KEY (name, relay)
) STRICT, WITHOUT ROWID;

-- Beyond a gap packs of several branches may begin at one place. An empty link: put there at a lower level.
CREATE TABLE aside_next (
  author    INTEGER NOT NULL,
  first_seq INTEGER NOT NULL,
  link      BLOB NOT NULL,  -- at its end
  prev_link BLOB NOT NULL,  -- of the change before it
  pack      BLOB NOT NULL,
  PRIMARY KEY (author, first_seq, link)
) STRICT, WITHOUT ROWID;
INSERT INTO aside_next (author, first_seq, link, prev_link, pack) SELECT author, first_seq, x'', x'', pack FROM aside;
DROP TABLE aside;
ALTER TABLE aside_next RENAME TO aside;
