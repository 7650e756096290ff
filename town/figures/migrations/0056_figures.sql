-- Named figures. Counted ones are queries of their departments (figures.h) and have no row here but
-- what was counted a day; documented ones have their values, each with the paper it stands in.

CREATE TABLE figures (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    kind TEXT NOT NULL CHECK (kind IN ('number', 'date', 'reference')),
    unit TEXT NOT NULL,           -- of a number: locales, figures.unit_UNIT; else empty
    title_zh TEXT NOT NULL,
    title_en TEXT NOT NULL,
    about_zh TEXT NOT NULL,       -- what is meant by it, in words
    about_en TEXT NOT NULL,
    is_public INTEGER NOT NULL CHECK (is_public IN (0, 1)),
    created_at INTEGER NOT NULL,
    CHECK ((kind = 'number') = (unit <> ''))
);

-- What a paper says, and from which day on. A later row of the same day replaces an earlier one; all
-- of them stay.
CREATE TABLE figure_values (
    id INTEGER PRIMARY KEY,
    figure_id INTEGER NOT NULL REFERENCES figures (id),
    number INTEGER,
    words TEXT,                   -- a date as 2021-02-23, or a reference
    holds_from INTEGER NOT NULL,  -- beginning of the day, the town's
    source TEXT NOT NULL,         -- which paper
    scan_name TEXT NOT NULL,      -- its scan, or empty
    scan_sha256 TEXT NOT NULL,    -- 64 hex characters, or empty
    officer_id INTEGER,           -- NULL: the town's founding data
    recorded_at INTEGER NOT NULL,
    CHECK ((number IS NULL) <> (words IS NULL)),
    CHECK ((scan_name = '') = (scan_sha256 = ''))
);
CREATE INDEX figure_values_by_day ON figure_values (figure_id, holds_from, id);

-- What a figure is to reach, counted or documented; the last one counts.
CREATE TABLE figure_goals (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL,
    goal INTEGER NOT NULL CHECK (goal > 0),
    source TEXT NOT NULL,
    officer_id INTEGER,
    set_at INTEGER NOT NULL
);
CREATE INDEX figure_goals_by_name ON figure_goals (name, id);

-- What a counted figure was at the end of each day, as the record stood when it was taken.
CREATE TABLE figure_days (
    name TEXT NOT NULL,
    day INTEGER NOT NULL,         -- days since 1970-01-01, the town's
    value INTEGER NOT NULL,
    taken_at INTEGER NOT NULL,
    PRIMARY KEY (name, day)
);

-- Products on show and the makers they are of, as of a moment.
CREATE INDEX products_shown ON products (status, created_at, organisation_id);
CREATE INDEX product_events_by_time ON product_events (at, product_id);

CREATE TRIGGER figure_values_never_change BEFORE UPDATE ON figure_values
BEGIN
    SELECT RAISE(ABORT, 'values of figures are never changed');
END;

CREATE TRIGGER figure_values_never_go BEFORE DELETE ON figure_values
BEGIN
    SELECT RAISE(ABORT, 'values of figures are never deleted');
END;

CREATE TRIGGER figure_days_never_change BEFORE UPDATE ON figure_days
BEGIN
    SELECT RAISE(ABORT, 'what was counted a day is never changed');
END;

CREATE TRIGGER figure_days_never_go BEFORE DELETE ON figure_days
BEGIN
    SELECT RAISE(ABORT, 'what was counted a day is never deleted');
END;
