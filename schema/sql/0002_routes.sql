-- Ways home beside the workspace's relay: laptops that serve as relays, and bundle files.

-- Relay 1 is the workspace's own, whose receipts mean "on the relay". Others are laptops that serve; what they hold
-- spares sending it twice and proves nothing more.
CREATE TABLE relay_next (
  id           INTEGER PRIMARY KEY,
  key          BLOB NOT NULL,
  incarnation  BLOB NOT NULL,
  arrival      INTEGER NOT NULL DEFAULT 0,
  notes        INTEGER NOT NULL DEFAULT 0,
  last_sync_ms INTEGER,
  skew_ms      INTEGER,
  stated       INTEGER NOT NULL DEFAULT 0   -- the arrival that our newest holding states
) STRICT;
INSERT INTO relay_next (id, key, incarnation, arrival, notes, last_sync_ms, skew_ms, stated)
  SELECT id, key, incarnation, arrival, notes, last_sync_ms, skew_ms, stated FROM relay;
DROP TABLE relay;
ALTER TABLE relay_next RENAME TO relay;

CREATE TABLE relay_head_next (
  relay  INTEGER NOT NULL,
  author INTEGER NOT NULL,
  seq    INTEGER NOT NULL,
  link   BLOB NOT NULL,
  PRIMARY KEY (relay, author)
) STRICT, WITHOUT ROWID;
INSERT INTO relay_head_next (relay, author, seq, link) SELECT 1, author, seq, link FROM relay_head;
DROP TABLE relay_head;
ALTER TABLE relay_head_next RENAME TO relay_head;

-- What others signed to hold: the heads that a bundle's packer stated. A log never shrinks under one key, so the
-- greatest seq is the newest word.
CREATE TABLE holder_head (
  holder INTEGER NOT NULL,
  author INTEGER NOT NULL,
  seq    INTEGER NOT NULL,
  link   BLOB NOT NULL,
  PRIMARY KEY (holder, author)
) STRICT, WITHOUT ROWID;

-- 1: came by hand (a bundle, a laptop that serves), and the workspace's relay may not have heard it.
ALTER TABLE announcement ADD COLUMN carried INTEGER NOT NULL DEFAULT 0;
