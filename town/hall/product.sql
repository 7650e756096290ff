-- Products as makers keep them (product_save.h). The fields stand in the order of product_field.c.

-- name: hall.product_add
INSERT INTO products (title_zh, title_en, about_zh, about_en, model, moq, lead_days,
    warranty_months, hs_code, market, video_url,
    slug, organisation_id, kind_id, shape, colour, price_fen, status, version,
    created_at, updated_at)
VALUES (:title_zh, :title_en, :about_zh, :about_en, :model, :moq, :lead_days,
    :warranty_months, :hs_code, :market, :video_url,
    :slug, :organisation, :kind, :shape, :colour, :price_fen,
    'draft', 1, :now, :now)
RETURNING id

-- name: hall.product_set
UPDATE products
SET title_zh = :title_zh, title_en = :title_en, about_zh = :about_zh, about_en = :about_en,
    model = :model, moq = :moq, lead_days = :lead_days, warranty_months = :warranty_months,
    hs_code = :hs_code, market = :market, video_url = :video_url,
    kind_id = :kind, colour = :colour, price_fen = :price_fen,
    version = version + 1, updated_at = :now
WHERE id = :product AND version = :version

-- name: hall.product_move
UPDATE products
SET status = :status, updated_at = :now,
    shown_at = CASE WHEN :status = 'on' THEN :now ELSE shown_at END
WHERE id = :product

-- name: hall.product_of_id
SELECT p.id, p.slug, p.title_zh, p.title_en, p.about_zh, p.about_en, p.model, p.moq, p.lead_days,
    p.warranty_months, p.hs_code, p.market, p.video_url, p.organisation_id, p.kind_id, p.shape,
    p.colour, p.price_fen, p.status, p.version, p.created_at, p.updated_at, p.shown_at,
    o.name_zh AS factory_zh, o.name_en AS factory_en, o.slug AS factory_slug,
    k.name_zh AS kind_zh, k.name_en AS kind_en, k.slug AS kind_slug
FROM products p
JOIN organisations o ON o.id = p.organisation_id
JOIN kinds k ON k.id = p.kind_id
WHERE p.id = :product

-- name: hall.kind_of_id
SELECT slug, name_zh, name_en, (SELECT count(*) FROM kinds b WHERE b.parent_id = k.id) AS below
FROM kinds k WHERE id = :kind

-- name: hall.maker_slug
SELECT slug FROM organisations WHERE id = :organisation

-- name: hall.slug_taken
SELECT count(*) AS n FROM products WHERE slug = :slug

-- name: hall.specs_clear
DELETE FROM product_specs WHERE product_id = :product

-- name: hall.spec_add
INSERT INTO product_specs (product_id, position, name, kind, amount, unit, word)
VALUES (:product, :position, :name, :kind, :amount, :unit, :word)

-- name: hall.skus_all
SELECT id, code, name_zh, name_en, colour, gtin, price_fen, list_price_fen, status, position
FROM skus WHERE product_id = :product
ORDER BY position

-- name: hall.sku_add
INSERT INTO skus (product_id, position, code, name_zh, name_en, colour, gtin, price_fen,
    list_price_fen, status)
VALUES (:product, :position, :code, :name_zh, :name_en, :colour, :gtin, :price_fen,
    :list_price_fen, :status)
RETURNING id

-- Positions are unique: those that stay are moved out of the way before they are numbered anew.
-- name: hall.skus_aside
UPDATE skus SET position = -position WHERE product_id = :product

-- name: hall.sku_set
UPDATE skus
SET position = :position, code = :code, name_zh = :name_zh, name_en = :name_en, colour = :colour,
    gtin = :gtin, price_fen = :price_fen, list_price_fen = :list_price_fen, status = :status
WHERE id = :sku AND product_id = :product

-- name: hall.sku_off
UPDATE skus SET position = :position, status = 'off' WHERE id = :sku

-- name: hall.sku_of_code
SELECT id, product_id FROM skus WHERE code = :code

-- name: hall.sku_of_gtin
SELECT id, product_id FROM skus WHERE gtin = :gtin

-- name: hall.product_event_add
INSERT INTO product_events (product_id, at, actor_id, event, from_status, to_status, version, note,
    changes)
VALUES (:product, :now, :actor, :event, :from_status, :to_status, :version, :note, :changes)

-- name: hall.product_events
SELECT e.id, e.at, e.event, e.from_status, e.to_status, e.version, e.note, e.changes,
    u.name AS actor
FROM product_events e LEFT JOIN users u ON u.id = e.actor_id
WHERE e.product_id = :product AND e.version > :after
ORDER BY e.id DESC
LIMIT :most

-- name: hall.kind_attributes
SELECT a.kind_id, a.position, name, kind, unit, words, least, most, is_required
FROM kind_attributes a
WHERE a.kind_id = :kind OR a.kind_id = (SELECT parent_id FROM kinds WHERE id = :kind)
ORDER BY CASE WHEN a.kind_id = :kind THEN 1 ELSE 0 END, position

-- name: hall.kind_attribute_add
INSERT INTO kind_attributes (kind_id, position, name, kind, unit, words, least, most, is_required)
VALUES (:kind, :position, :name, :type, :unit, :words, :least, :most, :is_required)

-- name: hall.kinds_all
SELECT k.id, k.slug, k.name_zh, k.name_en, k.parent_id
FROM kinds k LEFT JOIN kinds p ON p.id = k.parent_id
ORDER BY COALESCE(p.position, k.position), CASE WHEN k.parent_id IS NULL THEN 0 ELSE 1 END,
    k.position

-- The base's kinds, each with how many goods, attributes and rules of certificates are its own.
-- part: kind
k.id, k.slug, k.name_zh, k.name_en, k.parent_id,
    (SELECT count(*) FROM products x WHERE x.kind_id = k.id) AS products,
    (SELECT count(*) FROM kind_attributes a WHERE a.kind_id = k.id) AS attributes,
    (SELECT count(*) FROM certificate_rules c WHERE c.kind_id = k.id) AS rules

-- name: hall.kinds_desk
SELECT {kind}
FROM kinds k LEFT JOIN kinds p ON p.id = k.parent_id
ORDER BY COALESCE(p.position, k.position), CASE WHEN k.parent_id IS NULL THEN 0 ELSE 1 END,
    k.position

-- name: hall.kind_desk
SELECT {kind}
FROM kinds k WHERE k.id = :kind

-- name: hall.kind_last
SELECT COALESCE(MAX(position), 0) AS last FROM kinds

-- name: hall.kind_rename
UPDATE kinds SET name_zh = :name_zh, name_en = :name_en WHERE id = :kind

-- name: hall.kind_attribute_remove
DELETE FROM kind_attributes WHERE kind_id = :kind AND name = :name

-- name: hall.kind_add
INSERT INTO kinds (slug, name_zh, name_en, position, parent_id)
VALUES (:slug, :name_zh, :name_en, :position, :parent)
RETURNING id

-- The maker's table: everything of one maker, or of all (0), whatever its state.
-- name: hall.desk
SELECT p.id, p.slug, p.title_zh, p.title_en, p.model, p.moq, p.lead_days, p.market, p.status,
    p.price_fen, p.version, p.updated_at, k.name_zh AS kind_zh, k.name_en AS kind_en,
    o.name_zh AS factory_zh, o.name_en AS factory_en,
    (SELECT count(*) FROM skus s WHERE s.product_id = p.id AND s.status = 'on') AS skus,
    coalesce((SELECT sum(b.available) FROM skus s JOIN ledger_balances b
        ON b.unit = 'piece' AND b.subject = 'sku:' || s.id AND b.role = 'available'
        WHERE s.product_id = p.id AND s.status = 'on'), 0) AS stock
FROM products p
JOIN kinds k ON k.id = p.kind_id
JOIN organisations o ON o.id = p.organisation_id
WHERE (:factory = 0 OR p.organisation_id = :factory) AND (:status = '' OR p.status = :status)
    AND p.id < :before
ORDER BY p.id DESC
LIMIT :most

-- name: hall.desk_counts
SELECT status, count(*) AS n FROM products
WHERE :factory = 0 OR organisation_id = :factory
GROUP BY status

-- name: hall.attributes_all
SELECT a.name, a.kind, a.unit, a.words, a.least, a.most, a.is_required
FROM kind_attributes a JOIN kinds k ON k.id = a.kind_id
ORDER BY k.position, a.kind_id, a.position

-- name: hall.specs_of_maker
SELECT DISTINCT s.name FROM product_specs s JOIN products p ON p.id = s.product_id
WHERE p.organisation_id = :organisation

-- name: hall.export
SELECT p.id, (SELECT count(*) FROM skus s WHERE s.product_id = p.id) AS skus
FROM products p WHERE p.organisation_id = :organisation
ORDER BY p.id

-- Words that the base should look at (words.h).

-- name: hall.flags_of
SELECT f.id, f.field, f.word, f.rule, f.at, f.cleared_at, f.note, f.cleared_text, u.name AS cleared_by
FROM product_flags f LEFT JOIN users u ON u.id = f.cleared_by
WHERE f.product_id = :product
ORDER BY f.id

-- name: hall.flag_add
INSERT INTO product_flags (product_id, field, word, rule, at)
VALUES (:product, :field, :word, :rule, :now)

-- name: hall.flag_drop
DELETE FROM product_flags WHERE id = :flag

-- name: hall.flag_clear
UPDATE product_flags SET cleared_at = :now, cleared_by = :user, note = :note,
    cleared_text = (SELECT CASE product_flags.field WHEN 'title_zh' THEN p.title_zh
        WHEN 'title_en' THEN p.title_en WHEN 'about_zh' THEN p.about_zh ELSE p.about_en END
        FROM products p WHERE p.id = product_flags.product_id)
WHERE id = :flag AND cleared_at IS NULL

-- name: hall.flag_reopen
UPDATE product_flags SET cleared_at = NULL, cleared_by = NULL, note = '', cleared_text = NULL, at = :now
WHERE id = :flag

-- The one that was asked for comes first, so that it is among the most that are shown.
-- name: hall.flags_open
SELECT f.id, f.product_id, f.field, f.word, f.rule, f.at, p.title_zh, p.title_en, p.status,
    CASE f.field WHEN 'title_zh' THEN p.title_zh WHEN 'title_en' THEN p.title_en
        WHEN 'about_zh' THEN p.about_zh ELSE p.about_en END AS text,
    o.name_zh AS factory_zh, o.name_en AS factory_en
FROM product_flags f
JOIN products p ON p.id = f.product_id
JOIN organisations o ON o.id = p.organisation_id
WHERE f.cleared_at IS NULL
ORDER BY CASE WHEN f.id = :first THEN 0 ELSE 1 END,
    CASE p.status WHEN 'on' THEN 0 WHEN 'review' THEN 1 ELSE 2 END, f.at, f.id
LIMIT :most
