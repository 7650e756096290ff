-- What an import keeps on disk: bytes of the files that were sent, and the objects of its pictures.
ALTER TABLE imports ADD COLUMN file_bytes INTEGER NOT NULL DEFAULT 0;
ALTER TABLE imports ADD COLUMN zip_bytes INTEGER NOT NULL DEFAULT 0;
CREATE INDEX imports_by_change ON imports (updated_at) WHERE file <> '';

CREATE TABLE import_objects (
    import_id INTEGER NOT NULL REFERENCES imports (id),
    name TEXT NOT NULL,               -- of the picture, as in import_pictures
    object TEXT NOT NULL CHECK (length(object) = 64),
    PRIMARY KEY (import_id, name, object)
);
CREATE INDEX import_objects_by_object ON import_objects (object);
