-- Pictures that belong to a note: what is broken, what has come.
CREATE TABLE claim_pictures (
    id INTEGER PRIMARY KEY,
    note_id INTEGER NOT NULL REFERENCES claim_notes (id),
    object TEXT NOT NULL
) STRICT;
CREATE INDEX claim_pictures_by_note ON claim_pictures (note_id, id);
CREATE INDEX claim_pictures_by_object ON claim_pictures (object);

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
UNION ALL SELECT object FROM claim_pictures;
