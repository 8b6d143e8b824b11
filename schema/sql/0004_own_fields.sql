-- What records show in fields that coordinators made at run time (own-fields.md). `field` is the local key of the record
-- that defines the field; a value stands here whether or not that is known here, counts, or fits: readers judge that.
CREATE TABLE own_field_value (
  record         INTEGER NOT NULL,
  field          INTEGER NOT NULL,
  value          ANY NOT NULL,    -- a text, a number, or the milliseconds of a time
  offset_minutes INTEGER,         -- of a time
  PRIMARY KEY (record, field)
) STRICT, WITHOUT ROWID;

-- The view that shows them is made with those of the catalog.
DELETE FROM meta WHERE key = 'catalog';
