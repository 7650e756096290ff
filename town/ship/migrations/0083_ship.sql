-- Who carries parcels, and how their numbers look.
CREATE TABLE carriers (
    code TEXT PRIMARY KEY CHECK (length(code) BETWEEN 2 AND 16),
    name_zh TEXT NOT NULL,
    name_en TEXT NOT NULL,
    number_min INTEGER NOT NULL CHECK (number_min BETWEEN 1 AND 40), -- characters
    number_max INTEGER NOT NULL CHECK (number_max BETWEEN number_min AND 40),
    is_digits INTEGER NOT NULL CHECK (is_digits IN (0, 1)), -- else letters and hyphens, too
    position INTEGER NOT NULL,
    is_on INTEGER NOT NULL CHECK (is_on IN (0, 1))
) STRICT;
INSERT INTO carriers (code, name_zh, name_en, number_min, number_max, is_digits, position, is_on)
VALUES ('other', '其他承运方', 'Another carrier', 4, 40, 0, 1000, 1);

-- An order may go in several; a carrier's number is one parcel's.
CREATE TABLE parcels (
    id INTEGER PRIMARY KEY,
    order_id INTEGER NOT NULL REFERENCES orders (id),
    carrier TEXT NOT NULL REFERENCES carriers (code),
    number TEXT NOT NULL,
    sent_at INTEGER NOT NULL,
    sent_by INTEGER NOT NULL,
    delivered_at INTEGER,
    UNIQUE (carrier, number)
) STRICT;
CREATE INDEX parcels_by_order ON parcels (order_id, id);

CREATE TABLE parcel_traces (
    id INTEGER PRIMARY KEY,
    parcel_id INTEGER NOT NULL REFERENCES parcels (id),
    at INTEGER NOT NULL,
    what TEXT NOT NULL,
    is_delivery INTEGER NOT NULL CHECK (is_delivery IN (0, 1)),
    UNIQUE (parcel_id, at, what)
) STRICT;

-- A sheet of waybills that was brought, as it was read, until it is taken.
CREATE TABLE waybill_sheets (
    id INTEGER PRIMARY KEY,
    factory_id INTEGER NOT NULL,
    user_id INTEGER NOT NULL,
    filename TEXT NOT NULL,
    made_at INTEGER NOT NULL,
    taken_at INTEGER
) STRICT;
CREATE INDEX waybill_sheets_by_factory ON waybill_sheets (factory_id, id);

CREATE TABLE waybill_lines (
    sheet_id INTEGER NOT NULL REFERENCES waybill_sheets (id),
    row_number INTEGER NOT NULL, -- as the spreadsheet counts
    order_text TEXT NOT NULL,
    carrier_text TEXT NOT NULL,
    number_text TEXT NOT NULL,
    PRIMARY KEY (sheet_id, row_number)
) STRICT, WITHOUT ROWID;
