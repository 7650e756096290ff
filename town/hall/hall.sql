-- name: hall.kinds
SELECT k.id, k.slug, k.name_zh, k.name_en,
    (SELECT count(*) FROM products p WHERE p.kind_id = k.id AND p.status = 'on') AS products,
    (SELECT p.slug FROM products p WHERE p.kind_id = k.id AND p.status = 'on'
        ORDER BY p.id LIMIT 1) AS picture
FROM kinds k
WHERE NOT EXISTS (SELECT 1 FROM kinds c WHERE c.parent_id = k.id)
ORDER BY k.position

-- name: hall.kind_by_slug
SELECT id, slug, name_zh, name_en FROM kinds WHERE slug = :slug

-- name: hall.factory_by_slug
SELECT o.id, o.slug, o.name_zh, o.name_en, o.about_zh, o.about_en, f.code,
    coalesce(f.approved_at, o.created_at) AS since
FROM organisations o JOIN factories f ON f.organisation_id = o.id
WHERE o.slug = :slug AND f.state IN ('approved', 'suspended')

-- Shows that were held with something of a maker, the last ones first.
-- name: hall.factory_held
SELECT s.id, s.title_zh, s.title_en, s.started_at
FROM shows s
WHERE s.started_at IS NOT NULL AND EXISTS (SELECT 1 FROM show_items i
    JOIN skus k ON k.id = i.sku_id JOIN products p ON p.id = k.product_id
    WHERE i.show_id = s.id AND p.organisation_id = :factory)
ORDER BY s.started_at DESC, s.id DESC
LIMIT :most

-- What a grid shows of goods, in no order.
-- name: hall.goods
-- many: bigint
SELECT p.id, p.slug, p.title_zh, p.title_en, p.price_fen, o.name_zh AS factory_zh,
    o.name_en AS factory_en,
    coalesce((SELECT sum(b.available) FROM skus s JOIN ledger_balances b
        ON b.unit = 'piece' AND b.subject = 'sku:' || s.id AND b.role = 'available'
        WHERE s.product_id = p.id AND s.status = 'on'), 0) AS stock,
    coalesce((SELECT sum(b.credits_posted) FROM skus s JOIN ledger_balances b
        ON b.unit = 'piece' AND b.subject = 'sku:' || s.id AND b.role = 'sold'
        WHERE s.product_id = p.id), 0) AS sold,
    EXISTS (SELECT 1 FROM shows w JOIN show_items i ON i.id = w.card_item_id
        JOIN skus s ON s.id = i.sku_id WHERE w.status = 'live' AND s.product_id = p.id) AS is_on_air,
    (SELECT v.webp FROM product_faces v WHERE v.product_id = p.id) AS photo
FROM products p
JOIN organisations o ON o.id = p.organisation_id
WHERE p.id = :product

-- name: hall.goods @postgres
SELECT p.id, p.slug, p.title_zh, p.title_en, p.price_fen, o.name_zh AS factory_zh,
    o.name_en AS factory_en,
    coalesce((SELECT sum(b.available) FROM skus s JOIN ledger_balances b
        ON b.unit = 'piece' AND b.subject = 'sku:' || s.id AND b.role = 'available'
        WHERE s.product_id = p.id AND s.status = 'on'), 0) AS stock,
    coalesce((SELECT sum(b.credits_posted) FROM skus s JOIN ledger_balances b
        ON b.unit = 'piece' AND b.subject = 'sku:' || s.id AND b.role = 'sold'
        WHERE s.product_id = p.id), 0) AS sold,
    EXISTS (SELECT 1 FROM shows w JOIN show_items i ON i.id = w.card_item_id
        JOIN skus s ON s.id = i.sku_id WHERE w.status = 'live' AND s.product_id = p.id) AS is_on_air,
    (SELECT v.webp FROM product_faces v WHERE v.product_id = p.id) AS photo
FROM products p
JOIN organisations o ON o.id = p.organisation_id
WHERE p.id = ANY (:product::bigint[])

-- name: hall.product_by_slug
SELECT p.id, p.slug, p.title_zh, p.title_en, p.about_zh, p.about_en, p.model, p.shape, p.colour,
    p.price_fen, p.status, p.lacks, p.moq, p.lead_days, p.warranty_months, p.hs_code, p.market,
    p.organisation_id, k.slug AS kind_slug, k.name_zh AS kind_zh,
    k.name_en AS kind_en, o.slug AS factory_slug, o.name_zh AS factory_zh, o.name_en AS factory_en
FROM products p
JOIN kinds k ON k.id = p.kind_id
JOIN organisations o ON o.id = p.organisation_id
WHERE p.slug = :slug AND p.status = 'on'

-- name: hall.specs
SELECT name, kind, amount, unit, word FROM product_specs WHERE product_id = :product
ORDER BY position

-- name: hall.skus
SELECT s.id, s.code, s.gtin, s.name_zh, s.name_en, s.colour, s.price_fen, s.list_price_fen,
    coalesce((SELECT b.available FROM ledger_balances b
        WHERE b.unit = 'piece' AND b.subject = 'sku:' || s.id AND b.role = 'available'), 0) AS stock,
    coalesce((SELECT b.account FROM ledger_balances b
        WHERE b.unit = 'piece' AND b.subject = 'sku:' || s.id AND b.role = 'available'), 0)
        AS account
FROM skus s
WHERE s.product_id = :product AND s.status = 'on'
ORDER BY s.position

-- name: hall.alike
SELECT p.id, p.slug, p.title_zh, p.title_en, p.price_fen, o.name_zh AS factory_zh,
    o.name_en AS factory_en,
    coalesce((SELECT sum(b.available) FROM skus s JOIN ledger_balances b
        ON b.unit = 'piece' AND b.subject = 'sku:' || s.id AND b.role = 'available'
        WHERE s.product_id = p.id AND s.status = 'on'), 0) AS stock,
    coalesce((SELECT sum(b.credits_posted) FROM skus s JOIN ledger_balances b
        ON b.unit = 'piece' AND b.subject = 'sku:' || s.id AND b.role = 'sold'
        WHERE s.product_id = p.id), 0) AS sold,
    EXISTS (SELECT 1 FROM shows w JOIN show_items i ON i.id = w.card_item_id
        JOIN skus s ON s.id = i.sku_id WHERE w.status = 'live' AND s.product_id = p.id) AS is_on_air,
    (SELECT v.webp FROM product_faces v WHERE v.product_id = p.id) AS photo
FROM products p
JOIN organisations o ON o.id = p.organisation_id
WHERE p.kind_id = (SELECT kind_id FROM products WHERE id = :product)
    AND p.id <> :product AND p.status = 'on'
ORDER BY abs(p.price_fen - (SELECT price_fen FROM products WHERE id = :product)), p.id
LIMIT :limit

-- name: hall.picture
SELECT p.shape, p.colour, k.slug AS kind_slug
FROM products p JOIN kinds k ON k.id = p.kind_id
WHERE p.slug = :slug

-- name: hall.skus_by_id
-- many: bigint
SELECT s.id, s.product_id, s.code, s.name_zh, s.name_en, s.price_fen, s.colour, p.organisation_id,
    p.slug AS product_slug, p.title_zh, p.title_en, p.colour AS product_colour,
    CASE WHEN s.status = 'on' AND p.status = 'on' AND p.lacks = '' THEN 1 ELSE 0 END AS is_for_sale
FROM skus s JOIN products p ON p.id = s.product_id
WHERE s.id = :sku

-- name: hall.skus_by_id @postgres
SELECT s.id, s.product_id, s.code, s.name_zh, s.name_en, s.price_fen, s.colour, p.organisation_id,
    p.slug AS product_slug, p.title_zh, p.title_en, p.colour AS product_colour,
    CASE WHEN s.status = 'on' AND p.status = 'on' AND p.lacks = '' THEN 1 ELSE 0 END AS is_for_sale
FROM skus s JOIN products p ON p.id = s.product_id
WHERE s.id = ANY (:sku::bigint[])

-- name: hall.stock_now
-- many: bigint
SELECT :sku AS sku_id, a.available, d.credits_posted AS sold
FROM ledger_balances a
JOIN ledger_balances d ON d.unit = a.unit AND d.subject = a.subject AND d.role = 'sold'
WHERE a.unit = 'piece' AND a.subject = 'sku:' || :sku AND a.role = 'available'

-- name: hall.stock_now @postgres
SELECT m.sku AS sku_id, a.available, d.credits_posted AS sold
FROM unnest(:sku::bigint[]) AS m (sku)
JOIN ledger_balances a ON a.unit = 'piece' AND a.subject = 'sku:' || m.sku AND a.role = 'available'
JOIN ledger_balances d ON d.unit = 'piece' AND d.subject = 'sku:' || m.sku AND d.role = 'sold'

-- name: hall.skus_moved
SELECT b.subject
FROM (SELECT DISTINCT debit FROM ledger_transfers WHERE seq > :after) AS moved
JOIN ledger_accounts a ON a.id = moved.debit
JOIN ledger_books b ON b.id = a.book
WHERE b.unit = 'piece'
LIMIT :most

-- name: hall.picks
SELECT p.id, p.slug, p.title_zh, p.title_en, p.price_fen, o.name_zh AS factory_zh,
    o.name_en AS factory_en,
    coalesce((SELECT sum(b.available) FROM skus s JOIN ledger_balances b
        ON b.unit = 'piece' AND b.subject = 'sku:' || s.id AND b.role = 'available'
        WHERE s.product_id = p.id AND s.status = 'on'), 0) AS stock,
    coalesce((SELECT sum(b.credits_posted) FROM skus s JOIN ledger_balances b
        ON b.unit = 'piece' AND b.subject = 'sku:' || s.id AND b.role = 'sold'
        WHERE s.product_id = p.id), 0) AS sold,
    EXISTS (SELECT 1 FROM shows w JOIN show_items i ON i.id = w.card_item_id
        JOIN skus s ON s.id = i.sku_id WHERE w.status = 'live' AND s.product_id = p.id) AS is_on_air,
    (SELECT v.webp FROM product_faces v WHERE v.product_id = p.id) AS photo
FROM products p
JOIN organisations o ON o.id = p.organisation_id
WHERE p.status = 'on' AND p.id IN (SELECT min(id) FROM products WHERE status = 'on' GROUP BY kind_id)
ORDER BY p.kind_id
LIMIT :limit

-- name: hall.best
SELECT p.id, p.slug, p.title_zh, p.title_en, p.price_fen, o.name_zh AS factory_zh,
    o.name_en AS factory_en,
    coalesce((SELECT sum(b.available) FROM skus s JOIN ledger_balances b
        ON b.unit = 'piece' AND b.subject = 'sku:' || s.id AND b.role = 'available'
        WHERE s.product_id = p.id AND s.status = 'on'), 0) AS stock,
    coalesce((SELECT sum(b.credits_posted) FROM skus s JOIN ledger_balances b
        ON b.unit = 'piece' AND b.subject = 'sku:' || s.id AND b.role = 'sold'
        WHERE s.product_id = p.id), 0) AS sold,
    EXISTS (SELECT 1 FROM shows w JOIN show_items i ON i.id = w.card_item_id
        JOIN skus s ON s.id = i.sku_id WHERE w.status = 'live' AND s.product_id = p.id) AS is_on_air,
    (SELECT v.webp FROM product_faces v WHERE v.product_id = p.id) AS photo
FROM (SELECT s.product_id AS id, sum(b.credits_posted) AS n
    FROM skus s JOIN ledger_balances b
        ON b.unit = 'piece' AND b.subject = 'sku:' || s.id AND b.role = 'sold'
    WHERE b.credits_posted > 0 GROUP BY s.product_id) t
JOIN products p ON p.id = t.id
JOIN organisations o ON o.id = p.organisation_id
WHERE p.status = 'on'
ORDER BY t.n DESC, p.id LIMIT :limit

-- name: hall.kinds_of_factory
SELECT k.slug, k.name_zh, k.name_en, count(*) AS products
FROM products p JOIN kinds k ON k.id = p.kind_id
WHERE p.organisation_id = :factory AND p.status = 'on'
GROUP BY k.id, k.slug, k.name_zh, k.name_en, k.position ORDER BY k.position

-- name: hall.factory_show
SELECT s.id, s.title_zh, s.title_en, s.status, s.starts_at
FROM shows s
JOIN show_items i ON i.show_id = s.id AND i.is_on_shelf = 1
JOIN skus k ON k.id = i.sku_id
JOIN products p ON p.id = k.product_id
WHERE p.organisation_id = :factory AND s.status <> 'ended'
ORDER BY CASE s.status WHEN 'live' THEN 0 ELSE 1 END, s.starts_at LIMIT 1

-- Figures (figures.c): what was on show at a moment. Of a product without a later event its state now
-- is the one of then; of any other the last event before that moment says it, or, of one older than
-- the events, from which state the first one came.

-- name: hall.figure_products
SELECT count(*) AS value FROM (
    SELECT p.id, p.organisation_id FROM products p
    WHERE p.status = 'on' AND p.created_at <= :until
        AND p.id NOT IN (SELECT product_id FROM product_events WHERE at > :until)
    UNION ALL
    SELECT p.id, p.organisation_id FROM products p
    WHERE p.id IN (SELECT product_id FROM product_events WHERE at > :until)
        AND p.created_at <= :until
        AND coalesce((SELECT e.to_status FROM product_events e
                WHERE e.product_id = p.id AND e.at <= :until ORDER BY e.id DESC LIMIT 1),
            (SELECT e.from_status FROM product_events e
                WHERE e.product_id = p.id ORDER BY e.id LIMIT 1)) = 'on'
) AS shown

-- name: hall.figure_products_rows
SELECT p.id, '/hall/products/' || p.slug AS link, p.title_zh AS label_zh, p.title_en AS label_en,
    coalesce((SELECT max(e.at) FROM product_events e WHERE e.product_id = p.id AND e.at <= :until
        AND e.to_status = 'on' AND coalesce(e.from_status, '') <> 'on'), p.created_at) AS at,
    1 AS amount
FROM (SELECT id FROM (
    SELECT p.id, p.organisation_id FROM products p
    WHERE p.status = 'on' AND p.created_at <= :until
        AND p.id NOT IN (SELECT product_id FROM product_events WHERE at > :until)
    UNION ALL
    SELECT p.id, p.organisation_id FROM products p
    WHERE p.id IN (SELECT product_id FROM product_events WHERE at > :until)
        AND p.created_at <= :until
        AND coalesce((SELECT e.to_status FROM product_events e
                WHERE e.product_id = p.id AND e.at <= :until ORDER BY e.id DESC LIMIT 1),
            (SELECT e.from_status FROM product_events e
                WHERE e.product_id = p.id ORDER BY e.id LIMIT 1)) = 'on'
) AS there
    WHERE id > :after
    ORDER BY id
    LIMIT :most) AS shown
JOIN products p ON p.id = shown.id
ORDER BY p.id

-- name: hall.figure_products_reach
SELECT min(created_at) AS at FROM products

-- name: hall.figure_factories
SELECT count(DISTINCT organisation_id) AS value FROM (
    SELECT p.id, p.organisation_id FROM products p
    WHERE p.status = 'on' AND p.created_at <= :until
        AND p.id NOT IN (SELECT product_id FROM product_events WHERE at > :until)
    UNION ALL
    SELECT p.id, p.organisation_id FROM products p
    WHERE p.id IN (SELECT product_id FROM product_events WHERE at > :until)
        AND p.created_at <= :until
        AND coalesce((SELECT e.to_status FROM product_events e
                WHERE e.product_id = p.id AND e.at <= :until ORDER BY e.id DESC LIMIT 1),
            (SELECT e.from_status FROM product_events e
                WHERE e.product_id = p.id ORDER BY e.id LIMIT 1)) = 'on'
) AS shown

-- name: hall.figure_factories_rows
SELECT o.id, '/hall/factories/' || o.slug AS link, o.name_zh AS label_zh, o.name_en AS label_en,
    (SELECT min(p.created_at) FROM products p WHERE p.organisation_id = o.id) AS at, 1 AS amount
FROM organisations o
WHERE o.id IN (SELECT organisation_id FROM (
    SELECT p.id, p.organisation_id FROM products p
    WHERE p.status = 'on' AND p.created_at <= :until
        AND p.id NOT IN (SELECT product_id FROM product_events WHERE at > :until)
    UNION ALL
    SELECT p.id, p.organisation_id FROM products p
    WHERE p.id IN (SELECT product_id FROM product_events WHERE at > :until)
        AND p.created_at <= :until
        AND coalesce((SELECT e.to_status FROM product_events e
                WHERE e.product_id = p.id AND e.at <= :until ORDER BY e.id DESC LIMIT 1),
            (SELECT e.from_status FROM product_events e
                WHERE e.product_id = p.id ORDER BY e.id LIMIT 1)) = 'on'
) AS shown)
    AND o.id > :after
ORDER BY o.id
LIMIT :most
