-- name: certificates.types
SELECT slug, market, is_town FROM certificate_types ORDER BY position

-- name: certificates.type
SELECT slug, market, is_town FROM certificate_types WHERE slug = :type

-- name: certificates.valid_types
SELECT DISTINCT c.type
FROM certificate_products x JOIN certificates c ON c.id = x.certificate_id
WHERE x.product_id = :product AND c.status = 'valid'

-- name: certificates.rules_of
SELECT t.slug AS type, t.market,
    CASE WHEN EXISTS (SELECT 1 FROM certificate_rules r WHERE r.kind_id = :kind AND r.type = t.slug)
        THEN 1 ELSE 0 END AS is_there
FROM certificate_types t WHERE t.is_town = '' ORDER BY t.position

-- name: certificates.rule_remove
DELETE FROM certificate_rules WHERE kind_id = :kind AND type = :type

-- name: certificates.goods_of_kind
SELECT id FROM products
WHERE (kind_id = :kind OR kind_id IN (SELECT id FROM kinds WHERE parent_id = :kind)) AND id > :after
ORDER BY id
LIMIT :most

-- name: certificates.rule_add
INSERT INTO certificate_rules (kind_id, type, market) VALUES (:kind, :type, :market)

-- name: certificates.add
INSERT INTO certificates (organisation_id, type, number, class, scope, issued_on, valid_until, scan,
    scan_type, status, replaces, version, created_at, updated_at)
VALUES (:organisation, :type, :number, :class, :scope, :issued_on, :valid_until, :scan, :scan_type,
    :status, :replaces, 1, :now, :now)
RETURNING id

-- name: certificates.set
UPDATE certificates
SET number = :number, class = :class, scope = :scope, issued_on = :issued_on,
    valid_until = :valid_until, scan = COALESCE(:scan, scan),
    scan_type = COALESCE(:scan_type, scan_type), status = :status, version = version + 1,
    updated_at = :now
WHERE id = :certificate

-- name: certificates.move
UPDATE certificates SET status = :status, version = version + 1, updated_at = :now
WHERE id = :certificate

-- name: certificates.get
SELECT c.id, c.organisation_id, c.type, c.number, c.class, c.scope, c.issued_on, c.valid_until, c.scan,
    c.scan_type, c.status, c.replaces, c.version, c.created_at, c.updated_at,
    o.name_zh AS factory_zh, o.name_en AS factory_en, o.slug AS factory_slug
FROM certificates c JOIN organisations o ON o.id = c.organisation_id
WHERE c.id = :certificate

-- The one that took its place, or is about to.
-- name: certificates.successor
SELECT id, number, status FROM certificates
WHERE replaces = :certificate AND status IN ('review', 'valid')
ORDER BY CASE status WHEN 'valid' THEN 0 ELSE 1 END, id DESC
LIMIT 1

-- name: certificates.same_number
SELECT id FROM certificates WHERE type = :type AND number = :number AND status = 'valid'

-- name: certificates.event_add
INSERT INTO certificate_events (certificate_id, at, actor_id, event, from_status, to_status, note)
VALUES (:certificate, :now, :actor, :event, :from_status, :to_status, :note)

-- name: certificates.events
SELECT e.at, e.event, e.to_status, e.note, u.name AS actor
FROM certificate_events e LEFT JOIN users u ON u.id = e.actor_id
WHERE e.certificate_id = :certificate
ORDER BY e.id DESC

-- name: certificates.cover
-- many: bigint, bigint
INSERT INTO certificate_products (certificate_id, product_id) VALUES (:certificate, :product)

-- name: certificates.uncover
DELETE FROM certificate_products WHERE certificate_id = :certificate

-- name: certificates.covered
SELECT p.id, p.slug, p.title_zh, p.title_en, p.model, p.lacks
FROM certificate_products x JOIN products p ON p.id = x.product_id
WHERE x.certificate_id = :certificate
ORDER BY p.id
LIMIT 500

-- name: certificates.foreign_products
SELECT count(*) AS n FROM certificate_products x JOIN products p ON p.id = x.product_id
WHERE x.certificate_id = :certificate AND p.organisation_id <> :organisation

-- What a maker's certificate could cover.
-- name: certificates.products_of
SELECT p.id, p.title_zh, p.title_en, p.model, k.name_zh AS kind_zh, k.name_en AS kind_en,
    CASE WHEN EXISTS (SELECT 1 FROM certificate_products x
                      WHERE x.certificate_id = :certificate AND x.product_id = p.id)
         THEN 1 ELSE 0 END AS is_covered
FROM products p JOIN kinds k ON k.id = p.kind_id
WHERE p.organisation_id = :organisation
ORDER BY k.position, p.id
LIMIT 500

-- name: certificates.needed
SELECT DISTINCT r.type,
    CASE WHEN EXISTS (SELECT 1 FROM certificate_products x JOIN certificates c ON c.id = x.certificate_id
                      WHERE x.product_id = p.id AND c.type = r.type AND c.status = 'valid')
         THEN 1 ELSE 0 END AS is_there
FROM products p
JOIN kinds k ON k.id = p.kind_id
JOIN certificate_rules r ON r.kind_id = k.id OR r.kind_id = k.parent_id
WHERE p.id = :product AND r.market = :market
ORDER BY r.type

-- name: certificates.product
SELECT id, slug, organisation_id, title_zh, title_en, about_zh, about_en, model, market, lacks,
    warranty_months, status,
    CASE WHEN EXISTS (SELECT 1 FROM factories f WHERE f.organisation_id = products.organisation_id
        AND f.state = 'suspended') THEN 1 ELSE 0 END AS is_suspended
FROM products WHERE id = :product

-- name: certificates.goods_of
SELECT id FROM products WHERE organisation_id = :organisation AND id > :after
ORDER BY id
LIMIT :most

-- name: certificates.set_lacks
UPDATE products SET lacks = :lacks WHERE id = :product AND lacks <> :lacks

-- name: certificates.past
SELECT id FROM certificates
WHERE status = 'valid' AND valid_until < :today
ORDER BY valid_until, id
LIMIT :most

-- A maker's (0: all), by state or by when they end.
-- name: certificates.list
SELECT c.id, c.type, c.number, c.class, c.issued_on, c.valid_until, c.status, c.scan,
    o.name_zh AS factory_zh, o.name_en AS factory_en,
    (SELECT count(*) FROM certificate_products x WHERE x.certificate_id = c.id) AS products
FROM certificates c JOIN organisations o ON o.id = c.organisation_id
LEFT JOIN certificates b ON b.id = :after
WHERE (:organisation = 0 OR c.organisation_id = :organisation)
    AND (:status = '' OR c.status = :status)
    AND (:ends_by = '' OR (c.status IN ('valid', 'expired') AND c.valid_until <= :ends_by
         AND NOT EXISTS (SELECT 1 FROM certificates n WHERE n.replaces = c.id
                         AND n.status = 'valid')))
    AND (b.id IS NULL OR (:ends_by <> '' AND c.valid_until > b.valid_until)
         OR ((:ends_by = '' OR c.valid_until = b.valid_until) AND c.id > b.id))
ORDER BY CASE WHEN :ends_by = '' THEN '' ELSE c.valid_until END, c.id
LIMIT :most

-- name: certificates.of_product
SELECT c.id, c.type, c.number, c.class, c.valid_until, c.status
FROM certificate_products x JOIN certificates c ON c.id = x.certificate_id
JOIN certificate_types t ON t.slug = c.type
WHERE x.product_id = :product
    AND (c.status = 'valid' OR (c.status = 'expired' AND NOT EXISTS (SELECT 1 FROM certificates n
        WHERE n.replaces = c.id AND n.status = 'valid')))
ORDER BY CASE c.status WHEN 'valid' THEN 0 ELSE 1 END, t.position, c.id

-- name: certificates.checks
SELECT item, at FROM home_checks WHERE product_id = :product

-- name: certificates.check_add
INSERT INTO home_checks (product_id, item, at, actor_id) VALUES (:product, :item, :now, :actor)

-- name: certificates.check_drop
DELETE FROM home_checks WHERE product_id = :product AND item = :item

-- name: certificates.home_facts
SELECT
    (SELECT count(*) FROM product_specs s WHERE s.product_id = :product AND s.name = 'voltage'
        AND s.amount = 220) AS has_voltage,
    (SELECT count(*) FROM product_specs s WHERE s.product_id = :product AND s.name = 'voltage')
        AS says_voltage,
    (SELECT count(*) FROM product_specs s WHERE s.product_id = :product AND s.name = 'plug'
        AND s.word LIKE 'plug_cn%') AS has_plug,
    (SELECT count(*) FROM product_specs s WHERE s.product_id = :product AND s.name = 'plug')
        AS says_plug,
    (SELECT count(*) FROM skus k WHERE k.product_id = :product AND k.status = 'on'
        AND k.gtin IS NULL) AS without_gtin

-- What waits (todo.c): see town/console. Days here are the town's.

-- Goods in the hall that are not sold at home for want of a certificate; of a maker's own, those for
-- which none is before the base already.
-- name: certificates.todo_lacking
SELECT count(*) OVER () AS n, p.id, p.title_zh AS label_zh, p.title_en AS label_en,
    CASE WHEN :organisation = 0 THEN '/hall/desk/products/' || p.id
        ELSE '/certificates/checklist/' || p.id END AS link,
    CASE WHEN :organisation = 0 THEN o.name_zh END AS of_zh,
    CASE WHEN :organisation = 0 THEN o.name_en END AS of_en, p.lacks AS tags
FROM products p JOIN organisations o ON o.id = p.organisation_id
WHERE (:organisation = 0 OR p.organisation_id = :organisation) AND p.status = 'on'
    AND p.lacks NOT IN ('', 'export') AND p.created_at > :from AND p.created_at <= :until
    AND (:organisation = 0 OR NOT EXISTS (SELECT 1 FROM certificate_products x
        JOIN certificates c ON c.id = x.certificate_id
        WHERE x.product_id = p.id AND c.status = 'review'))
ORDER BY p.id
LIMIT :most OFFSET :skip

-- name: certificates.todo_returned
SELECT count(*) OVER () AS n, c.id, c.number AS label_zh, c.number AS label_en,
    '/certificates/' || c.id AS link, e.note, c.type AS tags, e.at
FROM certificates c
JOIN certificate_events e ON e.id = (SELECT max(x.id) FROM certificate_events x
    WHERE x.certificate_id = c.id)
WHERE c.organisation_id = :organisation AND c.status = 'returned'
    AND e.at > :from AND e.at <= :until
ORDER BY e.at, c.id
LIMIT :most OFFSET :skip

-- name: certificates.todo_review
SELECT count(*) OVER () AS n, c.id, c.number AS label_zh, c.number AS label_en,
    '/certificates/' || c.id AS link, o.name_zh AS of_zh, o.name_en AS of_en, c.type AS tags,
    c.updated_at AS at
FROM certificates c JOIN organisations o ON o.id = c.organisation_id
WHERE (:organisation = 0 OR c.organisation_id = :organisation) AND c.status = 'review'
    AND c.updated_at > :from AND c.updated_at <= :until
ORDER BY c.updated_at, c.id
LIMIT :most OFFSET :skip

-- Those with their last day in a span that nothing succeeds yet.
-- part: unsucceeded
SELECT count(*) OVER () AS n, c.id, c.number AS label_zh, c.number AS label_en,
    '/certificates/' || c.id AS link, CASE WHEN :organisation = 0 THEN o.name_zh END AS of_zh,
    CASE WHEN :organisation = 0 THEN o.name_en END AS of_en,
    c.type AS tags, c.valid_until AS at
FROM certificates c JOIN organisations o ON o.id = c.organisation_id
WHERE (:organisation = 0 OR c.organisation_id = :organisation)
    AND c.valid_until >= :from AND c.valid_until <= :until
    AND NOT EXISTS (SELECT 1 FROM certificates s WHERE s.replaces = c.id
        AND s.status IN ('review', 'valid'))

-- part: by_end
ORDER BY c.valid_until, c.id LIMIT :most OFFSET :skip

-- Those that end in a span of days and that nothing succeeds yet.
-- name: certificates.todo_ending
{unsucceeded} AND c.status = 'valid' {by_end}

-- Those that have ended without a successor, by whose end something of the maker's is not sold.
-- name: certificates.todo_ended
{unsucceeded} AND c.status = 'expired' {by_end}
