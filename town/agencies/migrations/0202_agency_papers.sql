-- What was signed, as it was scanned, and what is changed of an agency beside its contracts.

CREATE TABLE agency_papers (
    id INTEGER PRIMARY KEY,
    contract_id INTEGER NOT NULL REFERENCES agency_contracts (id),
    name TEXT NOT NULL,
    scan_sha256 TEXT NOT NULL,
    added_at INTEGER NOT NULL,
    added_by INTEGER NOT NULL REFERENCES users (id),
    UNIQUE (contract_id, scan_sha256)
) STRICT;
CREATE INDEX agency_papers_by_scan ON agency_papers (scan_sha256);

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
UNION ALL SELECT pdf FROM invoice_papers
UNION ALL SELECT scan_sha256 FROM agency_papers;

-- Whom to call there.
CREATE TABLE agency_contacts (
    agency_id INTEGER PRIMARY KEY REFERENCES organisations (id),
    name BLOB NOT NULL, -- sealed for "agency_contacts.name"
    phone BLOB NOT NULL -- sealed for "agency_contacts.phone"
) STRICT;

CREATE TABLE agency_events (
    id INTEGER PRIMARY KEY,
    agency_id INTEGER NOT NULL REFERENCES organisations (id),
    at INTEGER NOT NULL,
    actor_id INTEGER NOT NULL REFERENCES users (id),
    event TEXT NOT NULL CHECK (event IN ('profile', 'contact', 'open', 'member_add', 'member_remove', 'paper_add', 'paper_remove')),
    contract_id INTEGER REFERENCES agency_contracts (id), -- of a paper: whose
    note TEXT NOT NULL DEFAULT '' -- the names before, a purpose, a login, a paper's name; nothing of a contact
) STRICT;
CREATE INDEX agency_events_by ON agency_events (agency_id, id);
CREATE TRIGGER agency_events_never_change BEFORE UPDATE ON agency_events
BEGIN
    SELECT RAISE(ABORT, 'what happened to an agency is never changed');
END;
CREATE TRIGGER agency_events_never_go BEFORE DELETE ON agency_events
BEGIN
    SELECT RAISE(ABORT, 'what happened to an agency is never deleted');
END;
