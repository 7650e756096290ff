-- name: demo.people_n
SELECT count(*) AS n FROM users

-- name: demo.open_show
SELECT s.id FROM shows s JOIN users u ON u.id = s.host_id
WHERE s.title_zh = :title AND u.login = :host AND s.status <> 'ended'
ORDER BY s.id DESC LIMIT 1

-- name: demo.sku_with_stock
SELECT k.id, k.price_fen, coalesce(b.available, 0) AS stock
FROM products p
JOIN skus k ON k.product_id = p.id AND k.position = 1
LEFT JOIN ledger_balances b
    ON b.unit = 'piece' AND b.subject = 'sku:' || k.id AND b.role = 'available'
WHERE p.slug = :slug

-- What another maker sold, and has so many of.
-- name: demo.sold_by_others
SELECT l.sku_id, o.factory_id
FROM order_lines l
JOIN orders o ON o.id = l.order_id
JOIN ledger_balances b ON b.unit = 'piece' AND b.subject = 'sku:' || l.sku_id AND b.role = 'available'
WHERE o.factory_id <> :factory AND o.status = 'paid' AND b.available >= :pieces
ORDER BY o.id LIMIT 1

-- name: demo.goods
SELECT p.id, k.slug AS kind
FROM products p JOIN kinds k ON k.id = p.kind_id
WHERE p.status = 'on'
ORDER BY p.id

-- name: demo.placed
SELECT product_id, stand_id FROM floor_placements WHERE ended_at IS NULL ORDER BY id

-- name: demo.move_planned
UPDATE shows SET starts_at = starts_at + :day * ((:now - starts_at) / :day + 1)
WHERE status = 'planned' AND starts_at < :now AND id <> :show

-- name: demo.scenes
SELECT i.id, i.price_fen, k.price_fen AS hall_price_fen, k.colour, p.shape, p.title_zh, p.title_en,
    kinds.slug AS kind, o.name_zh AS factory_zh
FROM show_items i
JOIN skus k ON k.id = i.sku_id
JOIN products p ON p.id = k.product_id
JOIN kinds ON kinds.id = p.kind_id
JOIN organisations o ON o.id = p.organisation_id
WHERE i.show_id = :show AND i.is_on_shelf = 1
ORDER BY i.position, i.id LIMIT :limit

-- name: demo.goods_by_maker
SELECT p.id, p.organisation_id, p.kind_id, k.name_zh AS kind_zh
FROM products p JOIN kinds k ON k.id = p.kind_id
ORDER BY p.organisation_id, p.kind_id, p.id

-- Of goods that are in no show.
-- name: demo.marks_unshown
SELECT c.id FROM certificates c
WHERE c.type = 'ccc' AND NOT EXISTS (
    SELECT 1 FROM certificate_products x JOIN skus s ON s.product_id = x.product_id
    JOIN show_items i ON i.sku_id = s.id WHERE x.certificate_id = c.id)
ORDER BY c.id

-- The first ended ones of two makers.
-- name: demo.marks_ended
SELECT c.id, c.organisation_id, min(x.product_id) AS product_id
FROM certificates c JOIN certificate_products x ON x.certificate_id = c.id
WHERE c.type = 'ccc' AND c.status = 'expired'
GROUP BY c.id, c.organisation_id
ORDER BY c.id
LIMIT 2

-- name: demo.mark_ends
UPDATE certificates SET valid_until = :day WHERE id = :certificate

-- What a show sold and is in a state, every `each`-th of it.
-- name: demo.orders_of
SELECT o.id, l.line, l.quantity, l.price_fen
FROM orders o JOIN order_lines l ON l.order_id = o.id AND l.line = 1
WHERE o.show_id = :show AND o.status = :status AND o.id % :each = 0
ORDER BY o.id

-- Orders that have come to their buyers, newest first, those of a maker before the others'.
-- name: demo.arrived
SELECT o.id, o.buyer_id FROM orders o
JOIN order_lines l ON l.order_id = o.id AND l.line = 1 AND l.quantity > l.returned
WHERE o.status = 'received'
ORDER BY CASE WHEN o.factory_id = :factory THEN 0 ELSE 1 END, o.id DESC
LIMIT :most

-- Lines that came to their buyers and of which some stayed, those of a maker before the others', the best sold first.
-- name: demo.to_rate
SELECT o.id, o.buyer_id, o.factory_id, o.received_at, l.line FROM orders o
JOIN order_lines l ON l.order_id = o.id AND l.quantity > l.returned
WHERE o.received_at IS NOT NULL AND NOT (o.buyer_id = :buyer AND o.status = 'received')
ORDER BY CASE WHEN o.factory_id = :factory THEN 0 ELSE 1 END,
    (SELECT count(*) FROM order_lines b WHERE b.sku_id = l.sku_id) DESC, l.sku_id, o.received_at, o.id
LIMIT :most

-- The first that the base is asked about.
-- name: demo.order_disputed
SELECT o.id, o.buyer_id FROM claims c JOIN orders o ON o.id = c.order_id WHERE c.status = 'disputed' ORDER BY c.id LIMIT 1

-- A maker's orders in a state, newest first: of a buyer, of all others.

-- name: demo.orders_with
SELECT id, buyer_id FROM orders
WHERE factory_id = :factory AND buyer_id = :buyer AND status = :status ORDER BY id DESC LIMIT :most

-- name: demo.orders_without
SELECT id, buyer_id FROM orders
WHERE factory_id = :factory AND buyer_id <> :buyer AND status = :status ORDER BY id DESC LIMIT :most

-- Paid orders of a maker that nothing is claimed of, the newest first.
-- name: demo.to_invoice
SELECT o.id, o.buyer_id, o.paid_at, o.total_fen - o.refunded_fen AS left_fen FROM orders o
WHERE o.factory_id = :factory AND o.paid_at IS NOT NULL AND o.total_fen > o.refunded_fen + 1000
  AND NOT EXISTS (SELECT 1 FROM claims c WHERE c.order_id = o.id)
  AND NOT EXISTS (SELECT 1 FROM invoices i WHERE i.order_id = o.id)
ORDER BY o.id DESC LIMIT :most

-- The same of a buyer.
-- name: demo.own_to_invoice
SELECT o.id, o.buyer_id, o.paid_at, o.total_fen - o.refunded_fen AS left_fen FROM orders o
WHERE o.buyer_id = :buyer AND o.paid_at IS NOT NULL AND o.total_fen > o.refunded_fen + 1000
  AND NOT EXISTS (SELECT 1 FROM claims c WHERE c.order_id = o.id)
  AND NOT EXISTS (SELECT 1 FROM invoices i WHERE i.order_id = o.id)
ORDER BY o.id DESC LIMIT :most

-- What the buyer waits for (told.c).

-- name: demo.shows_to_wait_for
SELECT id, title_zh, title_en, starts_at FROM shows WHERE status IN ('ended', 'planned')
ORDER BY starts_at LIMIT :most

-- name: demo.told
UPDATE notices SET routed_at = :at, seen_at = :seen WHERE about = :about

-- name: demo.told_by_mail
INSERT INTO notice_sends (notice_id, channel, status, why, tries, made_at, ended_at)
SELECT id, 'mail', :status, :why, 1, :at, :at FROM notices WHERE about = :about

-- Samples (sampled.c).

-- name: demo.skus_for_samples
SELECT k.id, p.organisation_id AS factory_id FROM skus k JOIN products p ON p.id = k.product_id
JOIN ledger_balances b ON b.unit = 'piece' AND b.subject = 'sku:' || k.id AND b.role = 'available'
WHERE p.status = 'on' AND k.status = 'on' AND b.available >= 10
ORDER BY CASE WHEN p.organisation_id = :factory THEN 0 ELSE 1 END, k.id LIMIT :most

-- name: demo.skus_for_quotes
SELECT k.id, k.price_fen FROM skus k JOIN products p ON p.id = k.product_id
JOIN ledger_balances b ON b.unit = 'piece' AND b.subject = 'sku:' || k.id AND b.role = 'available'
WHERE p.status = 'on' AND k.status = 'on' AND p.organisation_id = :factory AND b.available >= 100 AND k.price_fen >= 1000
ORDER BY k.id LIMIT 9

-- name: demo.shows_for_rooms
SELECT id, title_zh, title_en, host_id, starts_at FROM shows WHERE status IN ('planned', 'live') AND starts_at > :now - 10800000 ORDER BY starts_at, id LIMIT 30

-- name: demo.classrooms
SELECT id FROM venue_spaces WHERE kind = 'classroom' ORDER BY code DESC

-- name: demo.sessions_for_rooms
SELECT id, starts_at FROM training_sessions WHERE show_id IS NULL AND starts_at > :since ORDER BY starts_at

-- name: demo.late_promise
UPDATE supply_promises SET day = day - 2 WHERE sku_id = :sku

-- What people were told of rooms before now they have seen, all but the newest.
-- name: demo.told_of_rooms
UPDATE notices SET routed_at = due_at, seen_at = due_at
WHERE about LIKE 'booking:%' AND due_at <= :now AND id < (SELECT max(n.id) FROM notices n WHERE n.about LIKE 'booking:%' AND n.due_at <= :now)

-- Makers with goods on sale, the clerk's first, and then those whose goods were sold in shows.
-- name: demo.factories_for_events
SELECT o.id FROM organisations o JOIN factories f ON f.organisation_id = o.id AND f.state = 'approved'
WHERE EXISTS (SELECT 1 FROM products p WHERE p.organisation_id = o.id AND p.status = 'on')
ORDER BY CASE WHEN o.id = :factory THEN 0 ELSE 1 END,
    CASE WHEN EXISTS (SELECT 1 FROM orders r WHERE r.factory_id = o.id AND r.show_id IS NOT NULL) THEN 0 ELSE 1 END, o.id
LIMIT :most

-- name: demo.products_for_events
SELECT id FROM products WHERE organisation_id = :factory AND status = 'on' ORDER BY id LIMIT :most

-- Halls for an event, that one prefers first.
-- name: demo.spaces_for_events
SELECT id FROM venue_spaces WHERE code IN ('S2', 'S1', 'H2', 'C201', 'H1') ORDER BY CASE code WHEN 'S2' THEN 0 WHEN 'S1' THEN 1 ELSE 2 END, code

-- What people were told of events before now they have seen, but for the invitations.
-- name: demo.told_of_events
UPDATE notices SET routed_at = due_at, seen_at = CASE WHEN kind = 'event.invited' THEN NULL ELSE due_at END
WHERE kind LIKE 'event.%' AND due_at <= :now

-- What a show sells, and what its host sold in the days before.
-- name: demo.campaign_goods
SELECT DISTINCT p.id, p.slug FROM shows s JOIN show_items i ON i.show_id = s.id JOIN skus k ON k.id = i.sku_id
    JOIN products p ON p.id = k.product_id
WHERE s.id = :show OR s.host_id = :host AND s.starts_at >= :from AND s.starts_at < :until
ORDER BY p.id LIMIT :most

-- The reply that is ready to be signed: suggestion 248 of 2021.
-- name: demo.to_issue
SELECT s.id FROM suggestions s JOIN letter_sessions t ON t.id = s.session_id
WHERE t.slug = '17-5' AND s.number = 248 AND s.state = 'signing'
