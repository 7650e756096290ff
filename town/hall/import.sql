-- name: hall.import_add
INSERT INTO imports (organisation_id, actor_id, status, file_name, file, zip_name, zip, file_bytes,
    zip_bytes, created_at, updated_at)
VALUES (:organisation, :actor, 'reading', :file_name, :file, :zip_name, :zip, :file_bytes, :zip_bytes,
    :now, :now)
RETURNING id

-- name: hall.import_get
SELECT i.id, i.organisation_id, i.actor_id, i.status, i.file_name, i.file, i.zip_name, i.zip, i.header,
    i.mapping, i.rows_n, i.faults_n, i.new_n, i.changed_n, i.same_n, i.task_id, i.why, i.created_at,
    CASE WHEN t.state IN ('waiting', 'running') THEN 1 ELSE 0 END AS is_at_work
FROM imports i LEFT JOIN tasks t ON t.id = i.task_id
WHERE i.id = :import

-- name: hall.imports_of
SELECT id, status, file_name, rows_n, faults_n, new_n, changed_n, created_at
FROM imports WHERE organisation_id = :organisation
ORDER BY id DESC
LIMIT :most

-- name: hall.import_models
SELECT id, model FROM products WHERE organisation_id = :organisation AND id > :after
ORDER BY id
LIMIT :most

-- name: hall.import_failed
UPDATE imports SET status = 'failed', why = :why, updated_at = :now
WHERE id = :import AND status = 'reading'

-- name: hall.import_taken
UPDATE imports SET status = 'taken', why = '', updated_at = :now
WHERE id = :import AND status NOT IN ('taken', 'failed', 'reading')

-- name: hall.import_task
UPDATE imports SET task_id = :task, status = :status, updated_at = :now
WHERE id = :import AND status NOT IN ('taken', 'failed', 'reading') AND NOT EXISTS (
    SELECT 1 FROM tasks t WHERE t.id = imports.task_id AND t.state IN ('waiting', 'running'))

-- What was to read it has ended, and it is not read.
-- name: hall.import_again
UPDATE imports SET task_id = :task, updated_at = :now
WHERE id = :import AND status = 'reading' AND NOT EXISTS (
    SELECT 1 FROM tasks t WHERE t.id = imports.task_id AND t.state IN ('waiting', 'running'))

-- name: hall.import_first_task
UPDATE imports SET task_id = :task WHERE id = :import

-- name: hall.import_header
UPDATE imports
SET header = :header, mapping = :mapping, rows_n = :rows, status = 'mapping', updated_at = :now
WHERE id = :import AND status = 'reading'

-- name: hall.import_mapping
UPDATE imports SET mapping = :mapping, status = 'mapping', updated_at = :now
WHERE id = :import AND status NOT IN ('taken', 'failed', 'reading')

-- name: hall.import_counts
UPDATE imports
SET status = 'checked', faults_n = :faults, new_n = :new, changed_n = :changed, same_n = :same,
    updated_at = :now
WHERE id = :import AND status NOT IN ('taken', 'failed', 'reading')

-- name: hall.import_rows_clear
DELETE FROM import_rows WHERE import_id = :import

-- name: hall.import_row_add
-- many: bigint, bigint, text
INSERT INTO import_rows (import_id, number, cells) VALUES (:import, :number, :cells)

-- name: hall.import_row_set
UPDATE import_rows SET cells = :cells WHERE import_id = :import AND number = :number

-- name: hall.import_row
SELECT cells FROM import_rows WHERE import_id = :import AND number = :number

-- name: hall.import_rows
SELECT number, cells FROM import_rows WHERE import_id = :import AND number > :after
ORDER BY number
LIMIT :most

-- name: hall.import_faults_clear
DELETE FROM import_faults WHERE import_id = :import

-- name: hall.import_fault_add
-- many: bigint, bigint, bigint, bigint, text, text, bigint, bigint
INSERT INTO import_faults (import_id, position, number, col, value, message, least, most)
VALUES (:import, :position, :number, :col, :value, :message, :least, :most)

-- name: hall.import_faults
SELECT number, col, value, message, least, most FROM import_faults
WHERE import_id = :import
ORDER BY position
LIMIT :most

-- name: hall.import_product_add
-- many: bigint, bigint, bigint
INSERT INTO import_products (import_id, product_id, is_new) VALUES (:import, :product, :is_new)

-- name: hall.import_products
SELECT p.id, p.slug, p.title_zh, p.title_en, p.model, p.status, x.is_new
FROM import_products x JOIN products p ON p.id = x.product_id
WHERE x.import_id = :import
ORDER BY p.id
LIMIT :most

-- name: hall.import_drafts
SELECT p.id, p.model FROM import_products x JOIN products p ON p.id = x.product_id
WHERE x.import_id = :import AND p.status = 'draft'
ORDER BY p.id
LIMIT :most

-- name: hall.import_came
SELECT COUNT(*) AS n, COALESCE(SUM(CASE WHEN p.status = 'draft' THEN 1 ELSE 0 END), 0) AS drafts
FROM import_products x JOIN products p ON p.id = x.product_id
WHERE x.import_id = :import

-- name: hall.import_zip
UPDATE imports SET zip = :zip, zip_name = :name, zip_bytes = :bytes
WHERE id = :import AND status NOT IN ('taken', 'failed', 'reading')

-- name: hall.import_picture_set
INSERT INTO import_pictures (import_id, name, zip, message, width, height, files)
VALUES (:import, :name, :zip, :message, :width, :height, :files)
ON CONFLICT (import_id, name) DO UPDATE
SET zip = excluded.zip, message = excluded.message, width = excluded.width, height = excluded.height,
    files = excluded.files

-- What a picture was before it came once more.
-- name: hall.import_picture_gone
INSERT INTO objects_gone (object, gone_at)
SELECT object, CAST(:now AS BIGINT) FROM import_objects WHERE import_id = :import AND name = :name
ON CONFLICT (object) DO UPDATE SET gone_at = excluded.gone_at

-- name: hall.import_picture_objects_clear
DELETE FROM import_objects WHERE import_id = :import AND name = :name

-- name: hall.import_object_add
-- many: bigint, text, text
INSERT INTO import_objects (import_id, name, object) VALUES (:import, :name, :object)
ON CONFLICT DO NOTHING

-- name: hall.import_pictures
SELECT name, zip, message, width, height, files FROM import_pictures
WHERE import_id = :import AND name > :after
ORDER BY name
LIMIT :most

-- name: hall.import_picture
SELECT name, zip, message, width, height, files FROM import_pictures
WHERE import_id = :import AND name = :name

-- What is kept, and until when (import_keep.c).

-- name: hall.imports_kept
SELECT COUNT(*) AS n, CAST(COALESCE(SUM(file_bytes + zip_bytes), 0) AS BIGINT) AS bytes
FROM imports WHERE organisation_id = :organisation AND file <> ''

-- name: hall.imports_due
SELECT i.id FROM imports i
WHERE i.file <> '' AND i.updated_at < :ended
    AND (i.status IN ('taken', 'failed') OR i.updated_at < :open)
    AND NOT EXISTS (SELECT 1 FROM tasks t WHERE t.id = i.task_id AND t.state IN ('waiting', 'running'))
ORDER BY i.updated_at
LIMIT :most

-- name: hall.import_gone
INSERT INTO objects_gone (object, gone_at)
SELECT file, CAST(:now AS BIGINT) FROM imports WHERE id = :import AND file <> ''
UNION SELECT zip, CAST(:now AS BIGINT) FROM imports WHERE id = :import AND zip IS NOT NULL
UNION SELECT object, CAST(:now AS BIGINT) FROM import_objects WHERE import_id = :import
ON CONFLICT (object) DO UPDATE SET gone_at = excluded.gone_at

-- name: hall.import_pictures_clear
DELETE FROM import_pictures WHERE import_id = :import

-- name: hall.import_objects_clear
DELETE FROM import_objects WHERE import_id = :import

-- name: hall.import_emptied
UPDATE imports
SET file = '', zip = NULL, file_bytes = 0, zip_bytes = 0,
    why = CASE WHEN status IN ('taken', 'failed') THEN why ELSE :why END,
    status = CASE WHEN status = 'taken' THEN status ELSE 'failed' END
WHERE id = :import AND NOT EXISTS (
    SELECT 1 FROM tasks t WHERE t.id = imports.task_id AND t.state IN ('waiting', 'running'))
