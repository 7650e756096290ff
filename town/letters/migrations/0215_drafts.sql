-- What the figures of a draft were when it was saved, so that it can say which have changed since.
CREATE TABLE letter_version_figures (
    letter_id INTEGER NOT NULL REFERENCES letters (id),
    version INTEGER NOT NULL,
    name TEXT NOT NULL,
    of_id INTEGER NOT NULL, -- 0: of none
    as_of_day INTEGER NOT NULL, -- -1: of the moment
    number INTEGER,
    words TEXT,
    PRIMARY KEY (letter_id, version, name, of_id, as_of_day),
    CHECK ((number IS NULL) <> (words IS NULL))
) STRICT;
