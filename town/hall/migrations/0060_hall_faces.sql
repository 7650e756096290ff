-- The photo that stands for a product, small: for grids.
CREATE VIEW product_faces AS
SELECT x.product_id, f.webp
FROM product_photos x JOIN photo_files f ON f.photo_id = x.id AND f.size = 0
WHERE x.position = (SELECT MIN(y.position) FROM product_photos y WHERE y.product_id = x.product_id);

-- Pictures of an import that are still to be taken out of its ZIP.
CREATE TABLE import_pictures (
    import_id INTEGER NOT NULL REFERENCES imports (id),
    product_id INTEGER NOT NULL REFERENCES products (id),
    position INTEGER NOT NULL,
    name TEXT NOT NULL,
    PRIMARY KEY (import_id, product_id, position)
);
ALTER TABLE imports ADD COLUMN pictures_n INTEGER NOT NULL DEFAULT 0; -- taken
