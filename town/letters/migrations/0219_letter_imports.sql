-- Registers of suggestions that came as workbooks: the file is kept, and read again when it is taken.
CREATE TABLE letter_imports (
    id INTEGER PRIMARY KEY,
    session_id INTEGER NOT NULL REFERENCES letter_sessions (id),
    name TEXT NOT NULL CHECK (length(name) BETWEEN 1 AND 120),
    file TEXT NOT NULL CHECK (length(file) = 64),
    made_at INTEGER NOT NULL,
    made_by INTEGER NOT NULL REFERENCES users (id),
    taken_at INTEGER,
    taken_n INTEGER,
    CHECK ((taken_at IS NULL) = (taken_n IS NULL))
) STRICT;
CREATE INDEX letter_imports_by_session ON letter_imports (session_id, id);

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
UNION ALL SELECT scan_sha256 FROM agency_papers
UNION ALL SELECT sha256 FROM suggestion_files
UNION ALL SELECT scan_sha256 FROM suggestion_ratings WHERE scan_sha256 <> ''
UNION ALL SELECT pdf_sha256 FROM letters WHERE pdf_sha256 <> ''
UNION ALL SELECT file FROM letter_imports;
