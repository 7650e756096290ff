-- name: hall.photo_add
INSERT INTO product_photos (product_id, position, width, height, added_at)
VALUES (:product, :position, :width, :height, :now)
RETURNING id

-- name: hall.photo_file_add
-- many: bigint, bigint, bigint, bigint, text, text
INSERT INTO photo_files (photo_id, size, width, height, webp, jpeg)
VALUES (:photo, :size, :width, :height, :webp, :jpeg)

-- Where the next one goes, how many there are, and how many of them are this very picture.
-- name: hall.photo_count
SELECT COUNT(*) AS n, COALESCE(MAX(p.position), 0) AS last,
    COALESCE(SUM(CASE WHEN f.webp = :webp THEN 1 ELSE 0 END), 0) AS same
FROM product_photos p JOIN photo_files f ON f.photo_id = p.id AND f.size = 2
WHERE p.product_id = :product

-- name: hall.photo_same
SELECT p.id FROM product_photos p JOIN photo_files f ON f.photo_id = p.id
WHERE p.product_id = :product AND f.size = 2 AND f.webp = :webp

-- name: hall.photo_find
SELECT id, position FROM product_photos WHERE id = :photo AND product_id = :product

-- name: hall.photo_place
UPDATE product_photos SET position = :position WHERE id = :photo

-- name: hall.photo_first_place
SELECT COALESCE(MIN(position), 1) AS first FROM product_photos WHERE product_id = :product

-- name: hall.photo_files_gone
INSERT INTO objects_gone (object, gone_at)
SELECT webp, :now FROM photo_files WHERE photo_id = :photo
UNION SELECT jpeg, :now FROM photo_files WHERE photo_id = :photo
ON CONFLICT (object) DO UPDATE SET gone_at = excluded.gone_at

-- name: hall.photo_files_gone @postgres
INSERT INTO objects_gone (object, gone_at)
SELECT webp, :now::bigint FROM photo_files WHERE photo_id = :photo
UNION SELECT jpeg, :now::bigint FROM photo_files WHERE photo_id = :photo
ON CONFLICT (object) DO UPDATE SET gone_at = excluded.gone_at

-- name: hall.photo_files_remove
DELETE FROM photo_files WHERE photo_id = :photo

-- name: hall.photo_remove
DELETE FROM product_photos WHERE id = :photo

-- name: hall.photos
SELECT p.id, p.width AS full_width, p.height AS full_height, f.size, f.width, f.height, f.webp, f.jpeg
FROM product_photos p JOIN photo_files f ON f.photo_id = p.id
WHERE p.product_id = :product ORDER BY p.position, f.size

-- Is this object a photo? Others are nobody's business here.
-- name: hall.photo_of_webp
SELECT photo_id FROM photo_files WHERE webp = :object LIMIT 1

-- name: hall.photo_of_jpeg
SELECT photo_id FROM photo_files WHERE jpeg = :object LIMIT 1

-- name: hall.photo_product
SELECT id, organisation_id, status, version FROM products WHERE id = :product
