-- part: is_own
(SELECT count(*) FROM memberships m WHERE m.organisation_id = o.factory_id AND m.user_id = o.buyer_id) AS is_own

-- A line of an order, as far as rating it asks.
-- name: ratings.line
SELECT o.id AS order_id, o.buyer_id, o.factory_id, o.received_at, l.line, l.quantity, l.returned, l.title_zh, l.title_en,
    l.name_zh, l.name_en, s.product_id, {is_own}
FROM orders o JOIN order_lines l ON l.order_id = o.id JOIN skus s ON s.id = l.sku_id
WHERE o.id = :order_id AND l.line = :line

-- name: ratings.of_line
SELECT id, stars, words FROM ratings WHERE order_id = :order_id AND line = :line

-- name: ratings.add
INSERT INTO ratings (order_id, line, product_id, factory_id, buyer_id, status, stars, words, at)
VALUES (:order_id, :line, :product_id, :factory_id, :buyer_id, :status, :stars, :words, :now)
RETURNING id

-- name: ratings.add_event
INSERT INTO rating_events (rating_id, event, from_state, to_state, actor_id, actor_as, at)
VALUES (:rating_id, :event, :from_state, :to_state, :actor_id, :actor_as, :now)

-- name: ratings.events
SELECT event, from_state, to_state, actor_id, actor_as, at FROM rating_events WHERE rating_id = :rating_id ORDER BY id

-- name: ratings.get
SELECT id, factory_id, status, answer, hidden_why FROM ratings WHERE id = :rating_id

-- name: ratings.answer
UPDATE ratings SET status = :status, answer = :words, answered_at = :now WHERE id = :rating_id

-- name: ratings.hide
UPDATE ratings SET status = :status, hidden_why = :words, hidden_at = :now WHERE id = :rating_id

-- part: shown
r.id, r.order_id, r.line, r.status, r.stars, r.words, r.at, r.answer, r.answered_at, r.hidden_why, r.hidden_at, u.name

-- The lines of an order, each with what was said of it, if anything.
-- name: ratings.of_order
SELECT l.line AS order_line, l.quantity, l.returned, l.title_zh, l.title_en, l.name_zh, l.name_en, {is_own}, {shown}
FROM orders o JOIN order_lines l ON l.order_id = o.id LEFT JOIN ratings r ON r.order_id = l.order_id AND r.line = l.line LEFT JOIN users u ON u.id = r.buyer_id
WHERE o.id = :order_id ORDER BY l.line

-- name: ratings.product
SELECT p.id, p.slug, p.title_zh, p.title_en FROM products p WHERE p.slug = :slug AND p.status = 'on'

-- The list that a product's average is computed from is the one that ratings.of_product pages through.
-- name: ratings.sum
SELECT count(*) AS n, CAST(COALESCE(sum(stars), 0) AS BIGINT) AS stars FROM ratings
WHERE product_id = :product_id AND hidden_at IS NULL

-- name: ratings.of_product
SELECT {shown} FROM ratings r JOIN users u ON u.id = r.buyer_id
WHERE r.product_id = :product_id AND r.hidden_at IS NULL AND r.id < :before
ORDER BY r.id DESC LIMIT :most

-- Unanswered ones first, the lowest of them on top; then the others, newest first.
-- name: ratings.of_factory
SELECT {shown}, l.title_zh, l.title_en
FROM ratings r JOIN users u ON u.id = r.buyer_id JOIN order_lines l ON l.order_id = r.order_id AND l.line = r.line
WHERE r.factory_id = :factory_id
ORDER BY CASE WHEN r.status = 'shown' THEN 0 ELSE 1 END, CASE WHEN r.status = 'shown' THEN r.stars ELSE 0 END, r.id DESC
LIMIT :most OFFSET :skip

-- name: ratings.lowest
SELECT {shown}, l.title_zh, l.title_en, f.name_zh AS factory_zh, f.name_en AS factory_en
FROM ratings r JOIN users u ON u.id = r.buyer_id JOIN order_lines l ON l.order_id = r.order_id AND l.line = r.line
JOIN organisations f ON f.id = r.factory_id
WHERE r.hidden_at IS NULL
ORDER BY r.stars, r.id DESC LIMIT :most OFFSET :skip

-- name: ratings.hidden
SELECT {shown}, l.title_zh, l.title_en, f.name_zh AS factory_zh, f.name_en AS factory_en
FROM ratings r JOIN users u ON u.id = r.buyer_id JOIN order_lines l ON l.order_id = r.order_id AND l.line = r.line
JOIN organisations f ON f.id = r.factory_id
WHERE r.hidden_at IS NOT NULL
ORDER BY r.hidden_at DESC, r.id DESC LIMIT :most

-- For the check.

-- name: ratings.wrong_stars
SELECT id FROM ratings WHERE stars < 1 OR stars > 5 ORDER BY id LIMIT :most

-- name: ratings.wrong_line
SELECT r.id FROM ratings r
WHERE NOT EXISTS (SELECT 1 FROM orders o JOIN order_lines l ON l.order_id = o.id JOIN skus s ON s.id = l.sku_id
    WHERE o.id = r.order_id AND l.line = r.line AND o.buyer_id = r.buyer_id AND o.factory_id = r.factory_id
      AND s.product_id = r.product_id)
ORDER BY r.id LIMIT :most

-- name: ratings.wrong_time
SELECT r.id FROM ratings r JOIN orders o ON o.id = r.order_id
WHERE o.received_at IS NULL OR r.at < o.received_at OR r.at >= o.received_at + :days_ms
ORDER BY r.id LIMIT :most

-- name: ratings.wrong_event
SELECT r.id FROM ratings r
WHERE r.status <> COALESCE((SELECT e.to_state FROM rating_events e WHERE e.rating_id = r.id ORDER BY e.id DESC LIMIT 1), '')
ORDER BY r.id LIMIT :most
