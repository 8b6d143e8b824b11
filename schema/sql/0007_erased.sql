-- Changes whose private part a held erase names (sealed-fields.md): by key, for the change may not be here yet.
CREATE TABLE erased (
  author    BLOB NOT NULL CHECK (length(author) = 32),
  seq       INTEGER NOT NULL,
  by_author INTEGER NOT NULL,           -- the row of the author whose log holds the erase
  by_seq    INTEGER NOT NULL,
  is_done   INTEGER NOT NULL DEFAULT 0, -- 1: the change is held here and its part is gone
  PRIMARY KEY (author, seq, by_author, by_seq)
) STRICT, WITHOUT ROWID;
