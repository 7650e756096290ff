-- Electronic invoices that buyers ask for: one request an order.
CREATE TABLE invoices (
    id INTEGER PRIMARY KEY,
    order_id INTEGER NOT NULL UNIQUE REFERENCES orders (id),
    buyer_id INTEGER NOT NULL,
    factory_id INTEGER NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('person', 'company')),
    status TEXT NOT NULL CHECK (status IN
        ('asked', 'issued', 'refused', 'withdrawn', 'lapsed', 'stale', 'void')),
    title BLOB,  -- sealed for "invoices.title"; NULL: forgotten, as nothing is to be issued any more
    tax BLOB,    -- sealed for "invoices.tax"; a company's
    email BLOB,  -- sealed for "invoices.email"; NULL: none was given
    reason BLOB, -- sealed for "invoices.reason": why it was refused
    paper_id INTEGER,            -- what was issued last
    asked_at INTEGER NOT NULL,   -- for the last time
    changed_at INTEGER NOT NULL  -- its state
) STRICT;
CREATE INDEX invoices_by_factory ON invoices (factory_id, id);
CREATE INDEX invoices_to_issue ON invoices (factory_id, id) WHERE status IN ('asked', 'stale');

-- What was issued: one, and another for each time that the amount was no longer what was paid.
CREATE TABLE invoice_papers (
    id INTEGER PRIMARY KEY,
    invoice_id INTEGER NOT NULL REFERENCES invoices (id),
    factory_id INTEGER NOT NULL,
    number TEXT NOT NULL,
    amount_fen INTEGER NOT NULL CHECK (amount_fen > 0), -- what was paid less what went back, then
    pdf TEXT NOT NULL,
    user_id INTEGER NOT NULL,
    at INTEGER NOT NULL,
    UNIQUE (factory_id, number),
    UNIQUE (factory_id, pdf)
) STRICT;
CREATE INDEX invoice_papers_by_invoice ON invoice_papers (invoice_id, id);
CREATE INDEX invoice_papers_by_pdf ON invoice_papers (pdf);

CREATE TABLE invoice_events (
    id INTEGER PRIMARY KEY,
    invoice_id INTEGER NOT NULL REFERENCES invoices (id),
    event TEXT NOT NULL,
    from_state TEXT,
    to_state TEXT NOT NULL,
    actor_id INTEGER,
    actor_as TEXT NOT NULL,
    at INTEGER NOT NULL
) STRICT;
CREATE INDEX invoice_events_by_invoice ON invoice_events (invoice_id, id);

-- Who has read the title and the tax number, when and what for: before that they are masked.
CREATE TABLE invoice_openings (
    id INTEGER PRIMARY KEY,
    invoice_id INTEGER NOT NULL REFERENCES invoices (id),
    user_id INTEGER NOT NULL,
    is_maker INTEGER NOT NULL CHECK (is_maker IN (0, 1)), -- one of the maker's, or of the base
    purpose TEXT NOT NULL,
    at INTEGER NOT NULL
) STRICT;
CREATE INDEX invoice_openings_by_invoice ON invoice_openings (invoice_id, id);

CREATE TRIGGER invoice_openings_never_change BEFORE UPDATE ON invoice_openings
BEGIN
    SELECT RAISE(ABORT, 'openings of invoices are never changed');
END;

CREATE TRIGGER invoice_openings_never_go BEFORE DELETE ON invoice_openings
BEGIN
    SELECT RAISE(ABORT, 'openings of invoices are never deleted');
END;

DROP VIEW objects_named;
CREATE VIEW objects_named AS
SELECT webp AS object FROM photo_files
UNION ALL SELECT jpeg FROM photo_files
UNION ALL SELECT object FROM product_documents
UNION ALL SELECT file FROM imports WHERE file <> ''
UNION ALL SELECT zip FROM imports WHERE zip IS NOT NULL
UNION ALL SELECT object FROM import_objects
UNION ALL SELECT object FROM floor_sheets WHERE object IS NOT NULL
UNION ALL SELECT scan FROM certificates WHERE scan IS NOT NULL
UNION ALL SELECT scan_sha256 FROM factories WHERE scan_sha256 <> ''
UNION ALL SELECT scan_sha256 FROM figure_values WHERE scan_sha256 <> ''
UNION ALL SELECT object FROM claim_pictures
UNION ALL SELECT pdf FROM invoice_papers;
