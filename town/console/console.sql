-- name: console.factory
SELECT slug, name_zh, name_en FROM organisations WHERE id = :organisation

-- What a base sets up first, and whether it has: the board lists it until all of it is there.
-- name: console.begun
SELECT CASE WHEN EXISTS (SELECT 1 FROM kinds WHERE parent_id IS NOT NULL) THEN 1 ELSE 0 END AS kinds,
    CASE WHEN EXISTS (SELECT 1 FROM floor_stands) THEN 1 ELSE 0 END AS floor,
    CASE WHEN EXISTS (SELECT 1 FROM factories WHERE state = 'approved') THEN 1 ELSE 0 END AS makers,
    CASE WHEN EXISTS (SELECT 1 FROM products WHERE status = 'on') THEN 1 ELSE 0 END AS products
