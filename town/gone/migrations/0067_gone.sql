-- Objects (store/objects.h) that a row named which is gone: of any department, not of photos only.
ALTER TABLE photo_gone RENAME TO objects_gone;

-- Every place that names an object. A new one is added here, by a migration that makes the view anew.
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
UNION ALL SELECT scan_sha256 FROM figure_values WHERE scan_sha256 <> '';

CREATE INDEX product_documents_by_object ON product_documents (object);
CREATE INDEX imports_by_file ON imports (file) WHERE file <> '';
CREATE INDEX imports_by_zip ON imports (zip) WHERE zip IS NOT NULL;
CREATE INDEX floor_sheets_by_object ON floor_sheets (object) WHERE object IS NOT NULL;
CREATE INDEX certificates_by_scan ON certificates (scan) WHERE scan IS NOT NULL;
CREATE INDEX factories_by_scan ON factories (scan_sha256) WHERE scan_sha256 <> '';
CREATE INDEX figure_values_by_scan ON figure_values (scan_sha256) WHERE scan_sha256 <> '';
