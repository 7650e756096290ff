-- name: hall.document_add
INSERT INTO product_documents (product_id, name, object, bytes, added_at)
VALUES (:product, :name, :object, :bytes, :now)
RETURNING id

-- name: hall.document_count
SELECT COUNT(*) AS n FROM product_documents WHERE product_id = :product

-- name: hall.document_same
SELECT id FROM product_documents WHERE product_id = :product AND object = :object

-- name: hall.document_remove
DELETE FROM product_documents WHERE id = :document AND product_id = :product
RETURNING object

-- name: hall.documents
SELECT id, name, bytes FROM product_documents WHERE product_id = :product ORDER BY id

-- name: hall.document_get
SELECT d.name, d.object, p.status, p.organisation_id
FROM product_documents d JOIN products p ON p.id = d.product_id
WHERE d.id = :document AND p.slug = :slug
