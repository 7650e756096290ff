-- Pieces a buyer (limit.h).

-- name: trade.limits
-- many: bigint
SELECT sku_id, per_buyer FROM sku_limits WHERE sku_id = :sku_id

-- name: trade.limits @postgres
SELECT sku_id, per_buyer FROM sku_limits WHERE sku_id = ANY (:sku_id::bigint[])

-- name: trade.bought
-- many: bigint, bigint
SELECT o.buyer_id, l.sku_id, SUM(l.quantity - l.returned) AS n
FROM orders o JOIN order_lines l ON l.order_id = o.id
WHERE o.buyer_id = :buyer_id AND l.sku_id = :sku_id AND o.status NOT IN ('cancelled', 'expired')
GROUP BY o.buyer_id, l.sku_id

-- name: trade.bought @postgres
SELECT o.buyer_id, l.sku_id, CAST(SUM(l.quantity - l.returned) AS bigint) AS n
FROM unnest(:buyer_id::bigint[], :sku_id::bigint[]) AS m (buyer_id, sku_id)
JOIN orders o ON o.buyer_id = m.buyer_id AND o.status NOT IN ('cancelled', 'expired')
JOIN order_lines l ON l.order_id = o.id AND l.sku_id = m.sku_id
GROUP BY o.buyer_id, l.sku_id

-- name: trade.bought_flash
-- many: bigint, bigint
SELECT o.buyer_id, SUM(l.quantity - l.returned) AS n
FROM orders o JOIN order_lines l ON l.order_id = o.id
WHERE o.buyer_id = :buyer_id AND l.flash_id = :flash_id AND o.status NOT IN ('cancelled', 'expired')
GROUP BY o.buyer_id

-- name: trade.bought_flash @postgres
SELECT o.buyer_id, CAST(SUM(l.quantity - l.returned) AS bigint) AS n
FROM unnest(:buyer_id::bigint[], :flash_id::bigint[]) AS m (buyer_id, flash_id)
JOIN orders o ON o.buyer_id = m.buyer_id AND o.status NOT IN ('cancelled', 'expired')
JOIN order_lines l ON l.order_id = o.id AND l.flash_id = m.flash_id
GROUP BY o.buyer_id

-- An order whose time has passed would take its buyer beyond a limit, were it paid now.
-- name: trade.beyond_limit
SELECT count(*) AS n
FROM order_lines l JOIN orders o ON o.id = l.order_id JOIN sku_limits m ON m.sku_id = l.sku_id
WHERE l.order_id = :order_id
  AND l.quantity + COALESCE((SELECT SUM(q.quantity - q.returned)
                             FROM orders b JOIN order_lines q ON q.order_id = b.id
                             WHERE b.buyer_id = o.buyer_id AND q.sku_id = l.sku_id
                               AND b.id <> o.id AND b.status NOT IN ('cancelled', 'expired')), 0)
      > m.per_buyer

-- The same of a flash sale.
-- name: trade.beyond_flash
SELECT count(*) AS n
FROM order_lines l JOIN orders o ON o.id = l.order_id JOIN flash_sales f ON f.id = l.flash_id
WHERE l.order_id = :order_id
  AND l.quantity + COALESCE((SELECT SUM(q.quantity - q.returned)
                             FROM orders b JOIN order_lines q ON q.order_id = b.id
                             WHERE b.buyer_id = o.buyer_id AND q.flash_id = l.flash_id
                               AND b.id <> o.id AND b.status NOT IN ('cancelled', 'expired')), 0)
      > f.per_buyer

-- Where the pieces of a flash sale are, while it runs.
-- name: trade.flash_account
SELECT account FROM flash_sales WHERE id = :flash_id AND status = 'running' AND ends_at > :now

-- name: trade.limits_of_factory
SELECT s.id, s.code, p.slug, p.title_zh, p.title_en, s.name_zh, s.name_en, m.per_buyer
FROM skus s JOIN products p ON p.id = s.product_id LEFT JOIN sku_limits m ON m.sku_id = s.id
WHERE p.organisation_id = :factory_id AND s.status = 'on'
  AND CASE WHEN :q = '' THEN m.per_buyer IS NOT NULL
           ELSE s.code = :q OR p.model = :q OR p.title_zh LIKE '%' || :q || '%'
                OR lower(p.title_en) LIKE '%' || lower(:q) || '%' END
ORDER BY p.id, s.position
LIMIT :most

-- name: trade.limit_set
INSERT INTO sku_limits (sku_id, per_buyer, changed_at, changed_by)
VALUES (:sku_id, :per_buyer, :now, :user_id)
ON CONFLICT (sku_id) DO UPDATE SET per_buyer = excluded.per_buyer,
    changed_at = excluded.changed_at, changed_by = excluded.changed_by

-- name: trade.limit_remove
DELETE FROM sku_limits WHERE sku_id = :sku_id
