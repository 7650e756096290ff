-- Photos of products. The pictures themselves are objects (store/objects.h): three sizes of each, as
-- WebP and as JPEG, named by the hash of what is in them.
CREATE TABLE product_photos (
    id INTEGER PRIMARY KEY,
    product_id INTEGER NOT NULL REFERENCES products (id),
    position INTEGER NOT NULL,        -- the first one stands for the product
    width INTEGER NOT NULL,           -- as it was sent, upright
    height INTEGER NOT NULL,
    added_at INTEGER NOT NULL,
    UNIQUE (product_id, position)
);

CREATE TABLE photo_files (
    photo_id INTEGER NOT NULL REFERENCES product_photos (id),
    size INTEGER NOT NULL,            -- 0 small, 1 medium, 2 large
    width INTEGER NOT NULL,
    height INTEGER NOT NULL,
    webp TEXT NOT NULL CHECK (length(webp) = 64),
    jpeg TEXT NOT NULL CHECK (length(jpeg) = 64),
    PRIMARY KEY (photo_id, size)
);
CREATE INDEX photo_files_by_webp ON photo_files (webp);
CREATE INDEX photo_files_by_jpeg ON photo_files (jpeg);

-- Objects that a photo named which is gone: removed a while later, when none names them again.
CREATE TABLE photo_gone (
    object TEXT PRIMARY KEY,
    gone_at INTEGER NOT NULL
);
CREATE INDEX photo_gone_by_time ON photo_gone (gone_at);
