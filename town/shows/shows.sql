-- name: shows.list
SELECT s.id, s.title_zh, s.title_en, s.room_zh, s.room_en, s.status, s.starts_at, s.started_at,
    s.ended_at, s.card_item_id, u.name AS host_name,
    (SELECT count(*) FROM show_items i WHERE i.show_id = s.id AND i.is_on_shelf = 1) AS items
FROM shows s JOIN users u ON u.id = s.host_id
WHERE s.status = :status
ORDER BY CASE WHEN :status = 'ended' THEN -s.starts_at ELSE s.starts_at END
LIMIT :limit

-- name: shows.list_of_crew
SELECT s.id, s.title_zh, s.title_en, s.room_zh, s.room_en, s.status, s.starts_at, s.started_at,
    s.ended_at, s.card_item_id, u.name AS host_name,
    (SELECT count(*) FROM show_items i WHERE i.show_id = s.id AND i.is_on_shelf = 1) AS items
FROM shows s JOIN users u ON u.id = s.host_id
WHERE (:host = 0 OR s.host_id = :host)
ORDER BY CASE s.status WHEN 'live' THEN 0 WHEN 'planned' THEN 1 ELSE 2 END,
    CASE s.status WHEN 'ended' THEN -s.starts_at ELSE s.starts_at END
LIMIT :limit

-- name: shows.get
SELECT s.id, s.title_zh, s.title_en, s.room_zh, s.room_en, s.status, s.starts_at, s.started_at,
    s.ended_at, s.card_item_id, s.card_at, s.host_id, s.key_sealed, u.name AS host_name
FROM shows s JOIN users u ON u.id = s.host_id
WHERE s.id = :show

-- name: shows.open_ids
SELECT id FROM shows WHERE status <> 'ended'

-- name: shows.key_of
SELECT status, key_hash FROM shows WHERE id = :show

-- name: shows.add
INSERT INTO shows (title_zh, title_en, room_zh, room_en, host_id, status, starts_at, key_hash,
    key_sealed, created_at)
VALUES (:title_zh, :title_en, :room_zh, :room_en, :host, 'planned', :starts_at, :key_hash,
    :key_sealed, :now)
RETURNING id

-- name: shows.set_key
UPDATE shows SET key_hash = :key_hash, key_sealed = :key_sealed WHERE id = :show

-- name: shows.set_live
UPDATE shows SET status = 'live', started_at = :now WHERE id = :show AND status = 'planned'

-- name: shows.set_ended
UPDATE shows SET status = 'ended', ended_at = :now, card_item_id = NULL, card_at = :now
WHERE id = :show AND status <> 'ended'

-- name: shows.set_card
UPDATE shows SET card_item_id = :item, card_at = :now WHERE id = :show AND status <> 'ended'

-- name: shows.event_add
INSERT INTO show_events (show_id, at, actor_id, kind, item_id, value)
VALUES (:show, :now, :actor, :kind, :item, :value)

-- name: shows.items
SELECT i.id, i.position, i.sku_id, i.price_fen, i.is_on_shelf, i.note_zh, i.note_en,
    k.code, k.name_zh AS sku_zh, k.name_en AS sku_en, k.price_fen AS hall_price_fen,
    p.slug, p.title_zh, p.title_en, o.name_zh AS factory_zh, o.name_en AS factory_en,
    o.slug AS factory_slug,
    coalesce((SELECT b.available FROM ledger_balances b WHERE b.unit = 'piece'
        AND b.subject = 'sku:' || i.sku_id AND b.role = 'available'), 0) AS stock_left,
    coalesce((SELECT b.held FROM ledger_balances b WHERE b.unit = 'piece'
        AND b.subject = 'sku:' || i.sku_id AND b.role = 'available'), 0) AS held,
    coalesce((SELECT b.credits_posted FROM ledger_balances b WHERE b.unit = 'piece'
        AND b.subject = 'sku:' || i.sku_id AND b.role = 'sold'), 0) AS sold
FROM show_items i
JOIN skus k ON k.id = i.sku_id
JOIN products p ON p.id = k.product_id
JOIN organisations o ON o.id = p.organisation_id
WHERE i.show_id = :show
ORDER BY i.position, i.id

-- name: shows.face
SELECT p.slug, p.title_zh, p.title_en, i.price_fen,
    CASE WHEN i.id = s.card_item_id THEN 1 ELSE 0 END AS is_card
FROM shows s
JOIN show_items i ON i.show_id = s.id AND i.is_on_shelf = 1
JOIN skus k ON k.id = i.sku_id
JOIN products p ON p.id = k.product_id
WHERE s.id = :show
ORDER BY CASE WHEN i.id = s.card_item_id THEN 0 ELSE 1 END, i.position, i.id LIMIT 1

-- name: shows.item
SELECT i.id, i.show_id, i.position, i.sku_id, i.price_fen, i.is_on_shelf, s.status, s.card_item_id,
    s.host_id
FROM show_items i JOIN shows s ON s.id = i.show_id
WHERE i.id = :item

-- name: shows.item_after
SELECT id FROM show_items
WHERE show_id = :show AND is_on_shelf = 1
    AND (position, id) > (SELECT position, id FROM show_items WHERE id = :item)
ORDER BY position, id LIMIT 1

-- name: shows.item_first
SELECT id FROM show_items WHERE show_id = :show AND is_on_shelf = 1 ORDER BY position, id LIMIT 1

-- name: shows.item_add
INSERT INTO show_items (show_id, position, sku_id, price_fen, note_zh, note_en)
VALUES (:show, (SELECT coalesce(max(position), 0) + 1 FROM show_items WHERE show_id = :show), :sku,
    :price_fen, :note_zh, :note_en)
RETURNING id

-- name: shows.item_price
UPDATE show_items SET price_fen = :price_fen WHERE id = :item

-- name: shows.item_shelf
UPDATE show_items SET is_on_shelf = :on WHERE id = :item

-- name: shows.item_by_sku
SELECT i.id, i.price_fen, i.is_on_shelf, s.status
FROM show_items i JOIN shows s ON s.id = i.show_id
WHERE i.show_id = :show AND i.sku_id = :sku

-- name: shows.of_product
SELECT s.id, s.title_zh, s.title_en, s.status, s.starts_at, i.price_fen
FROM shows s
JOIN show_items i ON i.show_id = s.id AND i.is_on_shelf = 1
JOIN skus k ON k.id = i.sku_id
WHERE k.product_id = :product AND s.status <> 'ended'
ORDER BY CASE s.status WHEN 'live' THEN 0 ELSE 1 END, s.starts_at LIMIT 1

-- name: shows.of_sku_live
SELECT s.id FROM shows s JOIN show_items i ON i.show_id = s.id
WHERE i.sku_id = :sku AND s.status = 'live'

-- name: shows.of_host_with_sku
SELECT s.id FROM show_items i JOIN shows s ON s.id = i.show_id
WHERE i.sku_id = :sku AND s.host_id = :host AND s.status <> 'ended'
LIMIT 1

-- name: shows.sku_by_code
SELECT k.id, k.price_fen
FROM skus k JOIN products p ON p.id = k.product_id
WHERE k.code = :code OR (k.position = 1 AND p.model = :code)
ORDER BY CASE WHEN k.code = :code THEN 0 ELSE 1 END LIMIT 1

-- name: shows.message_add
INSERT INTO show_messages (show_id, user_id, name, is_crew, body, sent_at)
VALUES (:show, :user, :name, :crew, :body, :now)
RETURNING id

-- name: shows.messages_recent
SELECT id, user_id, name, is_crew, body, sent_at
FROM (SELECT * FROM show_messages WHERE show_id = :show ORDER BY id DESC LIMIT :limit) m
ORDER BY id

-- name: shows.messages_by_user_since
SELECT count(*) AS n FROM show_messages WHERE user_id = :user AND sent_at > :since

-- What `guildhall check` looks for: shows whose card is none of their items, or off the shelf.

-- name: shows.check_cards
SELECT s.id FROM shows s
WHERE s.card_item_id IS NOT NULL
    AND NOT EXISTS (SELECT 1 FROM show_items i WHERE i.id = s.card_item_id AND i.show_id = s.id
        AND i.is_on_shelf = 1)
ORDER BY s.id
LIMIT :most

-- Figures (figures.c): a show was held when it was on air, and its host with it.

-- name: shows.figure_held
SELECT count(*) AS value FROM shows WHERE started_at >= :from AND started_at <= :until

-- name: shows.figure_held_rows
SELECT id, '/shows/' || id AS link, title_zh AS label_zh, title_en AS label_en, started_at AS at,
    1 AS amount
FROM shows WHERE started_at >= :from AND started_at <= :until AND id > :after
ORDER BY id
LIMIT :most

-- name: shows.figure_held_reach
SELECT min(created_at) AS at FROM shows

-- name: shows.figure_hosts
SELECT count(DISTINCT host_id) AS value FROM shows WHERE started_at <= :until

-- A host's row is the first show: who it is can be seen there, where the host is named anyway.
-- name: shows.figure_hosts_rows
SELECT s.id, '/shows/' || s.id AS link, s.title_zh AS label_zh, s.title_en AS label_en,
    s.started_at AS at, 1 AS amount
FROM shows s
WHERE s.started_at <= :until AND s.id > :after
    AND NOT EXISTS (SELECT 1 FROM shows t WHERE t.host_id = s.host_id
        AND (t.started_at, t.id) < (s.started_at, s.id))
ORDER BY s.id
LIMIT :most

-- Of one show: what was paid of the orders placed in it.

-- name: shows.figure_sold
SELECT coalesce(sum(l.quantity), 0) AS value
FROM orders o JOIN order_lines l ON l.order_id = o.id
WHERE o.show_id = :show AND o.paid_at <= :until

-- name: shows.figure_sold_rows
SELECT o.id, NULL AS link, min(l.title_zh) AS label_zh, min(l.title_en) AS label_en, o.paid_at AS at,
    sum(l.quantity) AS amount
FROM orders o JOIN order_lines l ON l.order_id = o.id
WHERE o.show_id = :show AND o.paid_at <= :until AND o.id > :after
GROUP BY o.id, o.paid_at
ORDER BY o.id
LIMIT :most

-- name: shows.figure_turnover
SELECT coalesce(sum(total_fen), 0) AS value FROM orders WHERE show_id = :show AND paid_at <= :until

-- name: shows.figure_turnover_rows
SELECT o.id, NULL AS link, l.title_zh AS label_zh, l.title_en AS label_en, o.paid_at AS at,
    o.total_fen AS amount
FROM orders o JOIN order_lines l ON l.order_id = o.id AND l.line = 1
WHERE o.show_id = :show AND o.paid_at <= :until AND o.id > :after
ORDER BY o.id
LIMIT :most

-- name: shows.figure_show_reach
SELECT created_at AS at FROM shows WHERE id = :show

-- Sealing anew (store/seal.h).

-- name: shows.key_seal_next
SELECT id AS id, key_sealed AS sealed FROM shows
WHERE id > :after AND substr(key_sealed, 2, 1) <> :key
ORDER BY id
LIMIT :most

-- name: shows.key_seal_put
UPDATE shows SET key_sealed = :sealed WHERE id = :id AND key_sealed = :before

-- name: shows.key_seal_count
SELECT substr(key_sealed, 2, 1) AS key, COUNT(*) AS n FROM shows GROUP BY 1

-- What comes (todo.c): see town/console. Shows with something of a maker.

-- name: shows.todo_coming
SELECT count(*) OVER () AS n, s.id, s.title_zh AS label_zh, s.title_en AS label_en,
    '/shows/' || s.id AS link, s.status AS tags,
    (SELECT count(*) FROM show_items i JOIN skus k ON k.id = i.sku_id
        JOIN products p ON p.id = k.product_id
        WHERE i.show_id = s.id AND i.is_on_shelf = 1 AND p.organisation_id = :organisation)
        AS amount,
    s.starts_at AS at
FROM shows s
WHERE s.status <> 'ended' AND s.starts_at > :from AND s.starts_at <= :until
    AND EXISTS (SELECT 1 FROM show_items i JOIN skus k ON k.id = i.sku_id
        JOIN products p ON p.id = k.product_id
        WHERE i.show_id = s.id AND i.is_on_shelf = 1 AND p.organisation_id = :organisation)
ORDER BY s.starts_at, s.id
LIMIT :most OFFSET :skip
