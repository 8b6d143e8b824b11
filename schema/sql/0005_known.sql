-- What headquarters knew when: how far each log was held after a commit, by the clock of this machine. A coordinator's replica
-- keeps it, to show a day as it stood at a time (karez day --as-of); a local note, never sent.
CREATE TABLE known (
  author  INTEGER NOT NULL,
  seq     INTEGER NOT NULL,
  time_ms INTEGER NOT NULL,
  PRIMARY KEY (author, seq)
) STRICT, WITHOUT ROWID;

-- What is here before the notes begin is known from now on.
INSERT INTO known (author, seq, time_ms)
  SELECT id, held_seq, CAST(strftime('%s', 'now') AS INTEGER) * 1000 FROM author WHERE held_seq > 0;
