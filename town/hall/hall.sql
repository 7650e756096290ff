-- name: hall.kinds
SELECT k.id, k.slug, k.name_zh, k.name_en, k.parent_id,
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

-- What a grid shows of a product p of a maker o.
-- part: good
p.id, p.slug, p.title_zh, p.title_en, p.price_fen, o.name_zh AS factory_zh,
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

-- What a grid shows of goods, in no order.
-- name: hall.goods
-- many: bigint
SELECT {good}
FROM products p
JOIN organisations o ON o.id = p.organisation_id
WHERE p.id = :product

-- name: hall.goods @postgres
SELECT {good}
FROM products p
JOIN organisations o ON o.id = p.organisation_id
WHERE p.id = ANY (:product::bigint[])

-- name: hall.product_by_slug
SELECT p.id, p.slug, p.title_zh, p.title_en, p.about_zh, p.about_en, p.model, p.shape, p.colour,
    p.price_fen, p.status, p.lacks, p.moq, p.lead_days, p.warranty_months, p.hs_code, p.market,
    p.video_url, p.organisation_id, k.slug AS kind_slug, u.slug AS above_slug,
    u.name_zh AS above_zh, u.name_en AS above_en, k.name_zh AS kind_zh,
    k.name_en AS kind_en, o.slug AS factory_slug, o.name_zh AS factory_zh, o.name_en AS factory_en
FROM products p
JOIN kinds k ON k.id = p.kind_id
LEFT JOIN kinds u ON u.id = k.parent_id
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
SELECT {good}
FROM (SELECT x.id, abs(x.price_fen - y.price_fen) AS far
    FROM products y JOIN products x ON x.kind_id = y.kind_id
    WHERE y.id = :product AND x.id <> y.id AND x.status = 'on'
    ORDER BY far, x.id LIMIT :limit) n
JOIN products p ON p.id = n.id
JOIN organisations o ON o.id = p.organisation_id
ORDER BY n.far, p.id

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
SELECT {good}
FROM products p
JOIN organisations o ON o.id = p.organisation_id
WHERE p.status = 'on' AND p.id IN (SELECT min(id) FROM products WHERE status = 'on' GROUP BY kind_id)
ORDER BY p.kind_id
LIMIT :limit

-- The newest of each kind, the newest first.
-- name: hall.fresh
SELECT {good}
FROM products p
JOIN organisations o ON o.id = p.organisation_id
WHERE p.status = 'on' AND p.id IN (SELECT max(id) FROM products WHERE status = 'on' GROUP BY kind_id)
ORDER BY p.created_at DESC, p.id DESC
LIMIT :limit

-- Makers with the most goods on show, and three of each, a row each.
-- name: hall.front_makers
SELECT m.organisation_id AS id, m.products, o.slug, o.name_zh, o.name_en, g.slug AS product,
    (SELECT v.webp FROM product_faces v WHERE v.product_id = g.id) AS photo
FROM (SELECT organisation_id, count(*) AS products FROM products WHERE status = 'on'
    GROUP BY organisation_id ORDER BY count(*) DESC, organisation_id LIMIT :makers) AS m
JOIN organisations o ON o.id = m.organisation_id
JOIN (SELECT id, slug, organisation_id,
        row_number() OVER (PARTITION BY organisation_id ORDER BY id) AS nr
    FROM products WHERE status = 'on') AS g ON g.organisation_id = m.organisation_id AND g.nr <= 3
ORDER BY m.products DESC, m.organisation_id, g.nr

-- name: hall.best
SELECT {good}
FROM (SELECT product_id AS id, sold AS n FROM hall_docs WHERE sold > 0
    ORDER BY sold DESC, product_id LIMIT :limit) t
JOIN products p ON p.id = t.id
JOIN organisations o ON o.id = p.organisation_id
WHERE p.status = 'on'
ORDER BY t.n DESC, p.id

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
-- part: shown
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

-- name: hall.figure_products
SELECT count(*) AS value FROM ({shown}) AS shown

-- name: hall.figure_products_rows
SELECT p.id, '/hall/products/' || p.slug AS link, p.title_zh AS label_zh, p.title_en AS label_en,
    coalesce((SELECT max(e.at) FROM product_events e WHERE e.product_id = p.id AND e.at <= :until
        AND e.to_status = 'on' AND coalesce(e.from_status, '') <> 'on'), p.created_at) AS at,
    1 AS amount
FROM (SELECT id FROM ({shown}) AS there
    WHERE id > :after
    ORDER BY id
    LIMIT :most) AS shown
JOIN products p ON p.id = shown.id
ORDER BY p.id

-- name: hall.figure_products_reach
SELECT min(created_at) AS at FROM products

-- name: hall.figure_factories
SELECT count(DISTINCT organisation_id) AS value FROM ({shown}) AS shown

-- name: hall.figure_factories_rows
SELECT o.id, '/hall/factories/' || o.slug AS link, o.name_zh AS label_zh, o.name_en AS label_en,
    coalesce((SELECT min(e.at) FROM product_events e JOIN products p ON p.id = e.product_id
            WHERE p.organisation_id = o.id AND e.to_status = 'on'),
        (SELECT min(p.created_at) FROM products p WHERE p.organisation_id = o.id)) AS at, 1 AS amount
FROM organisations o
WHERE o.id IN (SELECT organisation_id FROM ({shown}) AS shown)
    AND o.id > :after
ORDER BY o.id
LIMIT :most

-- Of one maker's.

-- name: hall.figure_factory_products
SELECT count(*) AS value FROM products p
WHERE p.organisation_id = :of AND p.created_at <= :until
    AND CASE WHEN EXISTS (SELECT 1 FROM product_events e WHERE e.product_id = p.id AND e.at > :until)
        THEN coalesce((SELECT e.to_status FROM product_events e
                WHERE e.product_id = p.id AND e.at <= :until ORDER BY e.id DESC LIMIT 1),
            (SELECT e.from_status FROM product_events e
                WHERE e.product_id = p.id ORDER BY e.id LIMIT 1))
        ELSE p.status END = 'on'

-- name: hall.figure_factory_products_rows
WITH own AS (SELECT id, slug, title_zh, title_en, status, created_at FROM products
    WHERE organisation_id = :of)
SELECT p.id, '/hall/products/' || p.slug AS link, p.title_zh AS label_zh, p.title_en AS label_en,
    coalesce((SELECT max(e.at) FROM product_events e WHERE e.product_id = p.id AND e.at <= :until
        AND e.to_status = 'on' AND coalesce(e.from_status, '') <> 'on'), p.created_at) AS at,
    1 AS amount
FROM own p
WHERE p.created_at <= :until
    AND CASE WHEN EXISTS (SELECT 1 FROM product_events e WHERE e.product_id = p.id AND e.at > :until)
        THEN coalesce((SELECT e.to_status FROM product_events e
                WHERE e.product_id = p.id AND e.at <= :until ORDER BY e.id DESC LIMIT 1),
            (SELECT e.from_status FROM product_events e
                WHERE e.product_id = p.id ORDER BY e.id LIMIT 1))
        ELSE p.status END = 'on'
    AND p.id > :after
ORDER BY p.id
LIMIT :most

-- name: hall.figure_factory_products_reach
SELECT min(created_at) AS at FROM products WHERE organisation_id = :of

-- name: hall.maker
SELECT o.slug, o.name_zh, o.name_en, f.state
FROM organisations o JOIN factories f ON f.organisation_id = o.id
WHERE o.id = :of

-- What waits (todo.c): see town/console. A product counts from when it came into its state.

-- name: hall.todo_returned
SELECT count(*) OVER () AS n, p.id, p.title_zh AS label_zh, p.title_en AS label_en,
    '/hall/desk/products/' || p.id AS link, e.note, e.at
FROM products p
JOIN product_events e ON e.id = (SELECT max(x.id) FROM product_events x
    WHERE x.product_id = p.id AND coalesce(x.from_status, '') <> x.to_status)
WHERE p.organisation_id = :organisation AND p.status = 'draft' AND e.event = 'return'
    AND e.at > :from AND e.at <= :until
ORDER BY e.at, p.id
LIMIT :most OFFSET :skip

-- name: hall.todo_drafts
SELECT count(*) OVER () AS n, p.id, p.title_zh AS label_zh, p.title_en AS label_en,
    '/hall/desk/products/' || p.id AS link,
    p.updated_at AS at
FROM products p
WHERE p.organisation_id = :organisation AND p.status = 'draft'
    AND p.updated_at > :from AND p.updated_at <= :until
    AND coalesce((SELECT x.event FROM product_events x
        WHERE x.product_id = p.id AND coalesce(x.from_status, '') <> x.to_status
        ORDER BY x.id DESC LIMIT 1), '') <> 'return'
ORDER BY p.updated_at, p.id
LIMIT :most OFFSET :skip

-- name: hall.todo_review
SELECT count(*) OVER () AS n, p.id, p.title_zh AS label_zh, p.title_en AS label_en,
    '/hall/desk/products/' || p.id AS link, o.name_zh AS of_zh, o.name_en AS of_en, e.at
FROM products p
JOIN organisations o ON o.id = p.organisation_id
JOIN product_events e ON e.id = (SELECT max(x.id) FROM product_events x
    WHERE x.product_id = p.id AND coalesce(x.from_status, '') <> x.to_status)
WHERE (:organisation = 0 OR p.organisation_id = :organisation) AND p.status = 'review'
    AND e.at > :from AND e.at <= :until
ORDER BY e.at, p.id
LIMIT :most OFFSET :skip

-- Words to look at: for its maker where they can be changed, for the base where they are let stand.
-- name: hall.todo_flags
SELECT count(*) OVER () AS n, f.id, p.title_zh AS label_zh, p.title_en AS label_en,
    CASE WHEN :organisation = 0 THEN '/hall/flags?flag=' || f.id || '#flag-' || f.id
        ELSE '/hall/desk/products/' || p.id END AS link,
    CASE WHEN :organisation = 0 THEN o.name_zh END AS of_zh,
    CASE WHEN :organisation = 0 THEN o.name_en END AS of_en, f.word AS note, f.rule AS tags, f.at
FROM product_flags f
JOIN products p ON p.id = f.product_id
JOIN organisations o ON o.id = p.organisation_id
WHERE (:organisation = 0 OR p.organisation_id = :organisation) AND f.cleared_at IS NULL
    AND f.at > :from AND f.at <= :until
ORDER BY CASE p.status WHEN 'on' THEN 0 WHEN 'review' THEN 1 ELSE 2 END, f.at, f.id
LIMIT :most OFFSET :skip

-- name: hall.todo_photos
SELECT count(*) OVER () AS n, p.id, p.title_zh AS label_zh, p.title_en AS label_en,
    '/hall/desk/products/' || p.id || '#photos' AS link
FROM products p
WHERE p.organisation_id = :organisation AND p.status <> 'off'
    AND p.created_at > :from AND p.created_at <= :until
    AND NOT EXISTS (SELECT 1 FROM product_photos h WHERE h.product_id = p.id)
ORDER BY CASE p.status WHEN 'on' THEN 0 ELSE 1 END, p.id
LIMIT :most OFFSET :skip

-- name: hall.todo_stock
SELECT count(*) OVER () AS n, s.id, p.title_zh || ' · ' || s.name_zh AS label_zh,
    p.title_en || ' · ' || s.name_en AS label_en, '/hall/desk/products/' || p.id AS link, b.available AS amount
FROM skus s
JOIN products p ON p.id = s.product_id
JOIN ledger_balances b ON b.unit = 'piece' AND b.subject = 'sku:' || s.id AND b.role = 'available'
WHERE p.organisation_id = :organisation AND p.status = 'on' AND s.status = 'on'
    AND p.created_at > :from AND p.created_at <= :until AND b.available <= 10
ORDER BY b.available, s.id
LIMIT :most OFFSET :skip

-- Sheets that wait for a yes or could not be read.
-- name: hall.todo_imports
SELECT count(*) OVER () AS n, i.id, i.file_name AS label_zh, i.file_name AS label_en,
    '/hall/import/' || i.id AS link, i.status AS tags,
    CASE WHEN i.faults_n > 0 THEN i.faults_n END AS amount, i.updated_at AS at
FROM imports i
WHERE i.organisation_id = :organisation AND i.status IN ('mapping', 'checked', 'failed')
    AND i.updated_at > :from AND i.updated_at <= :until
ORDER BY i.updated_at, i.id
LIMIT :most OFFSET :skip
