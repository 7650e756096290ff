-- Where a maker wants goods sent back to, as its people last said; names people.
CREATE TABLE return_places (
    factory_id INTEGER PRIMARY KEY REFERENCES organisations (id),
    words BLOB NOT NULL, -- sealed for "return_places.words"
    changed_at INTEGER NOT NULL
) STRICT;
