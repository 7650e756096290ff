-- The calendar of workdays: only the days that are not as their weekday says.
CREATE TABLE workdays (
    id INTEGER PRIMARY KEY,
    day INTEGER NOT NULL, -- of the town (town/day.h)
    is_work INTEGER NOT NULL CHECK (is_work IN (0, 1)), -- 1: a make-up day; 0: a holiday
    name_zh TEXT NOT NULL CHECK (length(name_zh) BETWEEN 1 AND 20),
    name_en TEXT NOT NULL CHECK (length(name_en) BETWEEN 1 AND 40),
    set_at INTEGER NOT NULL,
    set_by INTEGER REFERENCES users (id) -- NULL: the town's founding data
) STRICT;
CREATE INDEX workdays_by_day ON workdays (day, id);
-- A later row of a day takes the former's place, and both stay: a deadline of then can be explained.
CREATE TRIGGER workdays_never_change BEFORE UPDATE ON workdays
BEGIN
    SELECT RAISE(ABORT, 'the calendar of workdays is only added to');
END;
CREATE TRIGGER workdays_never_go BEFORE DELETE ON workdays
BEGIN
    SELECT RAISE(ABORT, 'the calendar of workdays is only added to');
END;

-- Years whose calendar has been announced: a deadline in another one is provisional.
CREATE TABLE workday_years (
    year INTEGER PRIMARY KEY CHECK (year BETWEEN 1970 AND 9998),
    source TEXT NOT NULL CHECK (length(source) BETWEEN 1 AND 200),
    set_at INTEGER NOT NULL,
    set_by INTEGER REFERENCES users (id)
) STRICT;
