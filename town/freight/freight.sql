-- Reading, for many at once (freight.h).

-- name: freight.of_factories
-- many: bigint
SELECT id, factory_id, name, is_default, free_fen, free_pieces
FROM freight_templates WHERE factory_id = :factory_id ORDER BY id

-- name: freight.of_factories @postgres
SELECT id, factory_id, name, is_default, free_fen, free_pieces
FROM freight_templates WHERE factory_id = ANY (:factory_id::bigint[]) ORDER BY id

-- name: freight.zones_of
-- many: bigint
SELECT template_id, zone, first_pieces, first_fen, next_pieces, next_fen, is_always
FROM freight_zones WHERE template_id = :template_id

-- name: freight.zones_of @postgres
SELECT template_id, zone, first_pieces, first_fen, next_pieces, next_fen, is_always
FROM freight_zones WHERE template_id = ANY (:template_id::bigint[])

-- name: freight.places_of
-- many: bigint
SELECT template_id, province, zone FROM freight_places WHERE template_id = :template_id

-- name: freight.places_of @postgres
SELECT template_id, province, zone FROM freight_places
WHERE template_id = ANY (:template_id::bigint[])

-- name: freight.of_products
-- many: bigint
SELECT product_id, template_id FROM freight_products WHERE product_id = :product_id

-- name: freight.of_products @postgres
SELECT product_id, template_id FROM freight_products
WHERE product_id = ANY (:product_id::bigint[])

-- The maker's pages.

-- name: freight.get
SELECT id, factory_id, name, is_default, free_fen, free_pieces
FROM freight_templates WHERE id = :template_id

-- name: freight.count
SELECT count(*) AS n FROM freight_templates WHERE factory_id = :factory_id

-- name: freight.named_by
SELECT template_id, count(*) AS n FROM freight_products
WHERE template_id IN (SELECT id FROM freight_templates WHERE factory_id = :factory_id)
GROUP BY template_id

-- name: freight.products
SELECT p.id, p.slug, p.title_zh, p.title_en, p.model, f.template_id
FROM products p LEFT JOIN freight_products f ON f.product_id = p.id
WHERE p.organisation_id = :factory_id
  AND CASE WHEN :q = '' THEN f.product_id IS NOT NULL
           ELSE p.model = :q OR p.title_zh LIKE '%' || :q || '%'
                OR lower(p.title_en) LIKE '%' || lower(:q) || '%' END
ORDER BY p.id
LIMIT :most

-- name: freight.product_of
SELECT id FROM products WHERE id = :product_id AND organisation_id = :factory_id

-- Writing.

-- name: freight.add
INSERT INTO freight_templates (factory_id, name, is_default, free_fen, free_pieces, changed_at,
                               changed_by)
VALUES (:factory_id, :name, :is_default, :free_fen, :free_pieces, :now, :user_id)
RETURNING id

-- name: freight.set
UPDATE freight_templates SET name = :name, is_default = :is_default, free_fen = :free_fen,
    free_pieces = :free_pieces, changed_at = :now, changed_by = :user_id
WHERE id = :template_id

-- name: freight.no_default
UPDATE freight_templates SET is_default = 0 WHERE factory_id = :factory_id AND is_default = 1

-- name: freight.clear_zones
DELETE FROM freight_zones WHERE template_id = :template_id

-- name: freight.clear_places
DELETE FROM freight_places WHERE template_id = :template_id

-- name: freight.zone_add
-- many: bigint, bigint, bigint, bigint, bigint, bigint, bigint
INSERT INTO freight_zones (template_id, zone, first_pieces, first_fen, next_pieces, next_fen,
                           is_always)
VALUES (:template_id, :zone, :first_pieces, :first_fen, :next_pieces, :next_fen, :is_always)

-- name: freight.place_add
-- many: bigint, bigint, bigint
INSERT INTO freight_places (template_id, province, zone) VALUES (:template_id, :province, :zone)

-- name: freight.clear_products
DELETE FROM freight_products WHERE template_id = :template_id

-- name: freight.remove
DELETE FROM freight_templates WHERE id = :template_id

-- name: freight.product_name
INSERT INTO freight_products (product_id, template_id) VALUES (:product_id, :template_id)
ON CONFLICT (product_id) DO UPDATE SET template_id = excluded.template_id

-- name: freight.product_default
DELETE FROM freight_products WHERE product_id = :product_id
