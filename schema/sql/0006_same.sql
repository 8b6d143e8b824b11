-- What verdicts say is one thing recorded twice (close-format.md): read from the change that made the verdict, so that a later
-- word about it changes nothing but whether it counts. Local record keys.
CREATE TABLE same_verdict (
  verdict INTEGER PRIMARY KEY,
  about   INTEGER NOT NULL,
  same_as INTEGER NOT NULL
) STRICT;
CREATE INDEX same_verdict_by_about ON same_verdict (about);
CREATE INDEX same_verdict_by_same_as ON same_verdict (same_as);
