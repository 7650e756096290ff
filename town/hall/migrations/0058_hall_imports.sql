-- Sheets of goods that makers bring (town/hall/import.h). Rows lie here while they are looked at.

CREATE TABLE imports (
    id INTEGER PRIMARY KEY,
    organisation_id INTEGER NOT NULL REFERENCES organisations (id),
    actor_id INTEGER NOT NULL REFERENCES users (id),
    status TEXT NOT NULL CHECK (status IN
        ('reading', 'mapping', 'checking', 'checked', 'taking', 'taken', 'failed')),
    file_name TEXT NOT NULL,
    file TEXT NOT NULL,               -- an object's id (store/objects.h)
    zip_name TEXT NOT NULL DEFAULT '',
    zip TEXT,                         -- pictures by their file names
    header TEXT NOT NULL DEFAULT '[]',  -- JSON: the titles of the columns
    mapping TEXT NOT NULL DEFAULT '[]', -- JSON: what each column is (sheet_column.h), or ""
    rows_n INTEGER NOT NULL DEFAULT 0,
    faults_n INTEGER NOT NULL DEFAULT 0,
    new_n INTEGER NOT NULL DEFAULT 0,     -- products
    changed_n INTEGER NOT NULL DEFAULT 0,
    same_n INTEGER NOT NULL DEFAULT 0,
    task_id INTEGER NOT NULL DEFAULT 0,
    why TEXT NOT NULL DEFAULT '',     -- of a failed one: a key of locales/
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL
);
CREATE INDEX imports_by_organisation ON imports (organisation_id, id);

-- `cells` is JSON: a list of {"c": column, "k": kind, "m": merged, "t": text}.
CREATE TABLE import_rows (
    import_id INTEGER NOT NULL REFERENCES imports (id),
    number INTEGER NOT NULL,          -- as the spreadsheet counts
    cells TEXT NOT NULL,
    PRIMARY KEY (import_id, number)
);

CREATE TABLE import_faults (
    import_id INTEGER NOT NULL REFERENCES imports (id),
    position INTEGER NOT NULL,
    number INTEGER NOT NULL,          -- of the row
    col INTEGER NOT NULL,             -- from 1; 0: the row as a whole
    value TEXT NOT NULL,
    message TEXT NOT NULL,            -- a key of locales/
    least INTEGER NOT NULL DEFAULT 0,
    most INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (import_id, position)
);

-- What came of it.
CREATE TABLE import_products (
    import_id INTEGER NOT NULL REFERENCES imports (id),
    product_id INTEGER NOT NULL REFERENCES products (id),
    is_new INTEGER NOT NULL,
    PRIMARY KEY (import_id, product_id)
);
