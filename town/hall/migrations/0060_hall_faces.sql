-- The photo that stands for a product, small: for grids.
CREATE VIEW product_faces AS
SELECT x.product_id, f.webp
FROM product_photos x JOIN photo_files f ON f.photo_id = x.id AND f.size = 0
WHERE x.position = (SELECT MIN(y.position) FROM product_photos y WHERE y.product_id = x.product_id);

-- Pictures of an import, by their names in its sheet: what each became, or why it was refused.
CREATE TABLE import_pictures (
    import_id INTEGER NOT NULL REFERENCES imports (id),
    name TEXT NOT NULL,               -- without folders, ASCII in lower case
    zip TEXT NOT NULL,                -- the object that it came in
    message TEXT NOT NULL,            -- of a refused one: a key of locales/
    width INTEGER NOT NULL,
    height INTEGER NOT NULL,
    files TEXT NOT NULL,              -- a line a size: width, height, and the objects
    PRIMARY KEY (import_id, name)
);
