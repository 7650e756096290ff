-- name: claims.order
SELECT id, buyer_id, factory_id, status, freight_fen, freight_refunded_fen, received_at, auto_at
FROM orders WHERE id = :order_id

-- An order's lines, and what other open claims want of each.
-- name: claims.lines_of_order
SELECT l.line, l.sku_id, l.title_zh, l.title_en, l.name_zh, l.name_en, l.product_slug, l.quantity, l.returned,
    l.quantity * l.price_fen - l.discount_fen AS paid_fen, l.refunded_fen,
    CAST(COALESCE((SELECT sum(c.pieces) FROM claims k JOIN claim_lines c ON c.claim_id = k.id
        WHERE k.order_id = l.order_id AND k.ended_at IS NULL AND c.line = l.line), 0) AS BIGINT) AS claimed,
    CAST(COALESCE((SELECT sum(c.amount_fen) FROM claims k JOIN claim_lines c ON c.claim_id = k.id
        WHERE k.order_id = l.order_id AND k.ended_at IS NULL AND c.line = l.line), 0) AS BIGINT) AS claimed_fen
FROM order_lines l WHERE l.order_id = :order_id ORDER BY l.line

-- name: claims.open_of_order
SELECT id, kind, status, rest_ms FROM claims
WHERE order_id = :order_id AND ended_at IS NULL ORDER BY id

-- name: claims.add
INSERT INTO claims (order_id, buyer_id, factory_id, kind, reason, status, freight_fen, rest_ms, opened_at)
VALUES (:order_id, :buyer_id, :factory_id, :kind, :reason, 'asked', :freight_fen, :rest_ms, :now)
RETURNING id

-- name: claims.line_add
INSERT INTO claim_lines (claim_id, line, pieces, amount_fen) VALUES (:claim_id, :line, :pieces, :amount_fen)

-- name: claims.event_add
INSERT INTO claim_events (claim_id, event, from_state, to_state, actor_id, actor_as, at, amount_fen)
VALUES (:claim_id, :event, :from_state, :to_state, :actor_id, :actor_as, :now, :amount_fen)

-- name: claims.note_add
INSERT INTO claim_notes (claim_id, user_id, actor_as, at, words) VALUES (:claim_id, :user_id, :actor_as, :now, :words)
RETURNING id

-- name: claims.picture_add
INSERT INTO claim_pictures (note_id, object) VALUES (:note_id, :object)

-- name: claims.pictures
SELECT p.id, p.note_id FROM claim_notes n JOIN claim_pictures p ON p.note_id = n.id
WHERE n.claim_id = :claim_id ORDER BY p.note_id, p.id

-- name: claims.picture_of
SELECT p.object FROM claim_pictures p JOIN claim_notes n ON n.id = p.note_id
WHERE p.id = :picture_id AND n.claim_id = :claim_id

-- name: claims.notes_n
SELECT count(*) AS n FROM claim_notes WHERE claim_id = :claim_id

-- name: claims.get
SELECT c.id, c.order_id, c.buyer_id, c.factory_id, c.kind, c.reason, c.status, c.freight_fen, c.refund_fen,
    c.rest_ms, c.due_at, c.opened_at, c.ended_at, c.back_carrier, c.back_number, c.anew_carrier, c.anew_number,
    o.status AS order_status, o.freight_fen - o.freight_refunded_fen AS freight_left,
    f.name_zh AS factory_zh, f.name_en AS factory_en
FROM claims c JOIN orders o ON o.id = c.order_id LEFT JOIN organisations f ON f.id = c.factory_id
WHERE c.id = :claim_id

-- name: claims.lines
SELECT c.line, c.pieces, c.amount_fen, l.sku_id, l.title_zh, l.title_en, l.name_zh, l.name_en, l.product_slug,
    l.quantity - l.returned AS pieces_left,
    l.quantity * l.price_fen - l.discount_fen - l.refunded_fen AS fen_left
FROM claim_lines c JOIN claims k ON k.id = c.claim_id
JOIN order_lines l ON l.order_id = k.order_id AND l.line = c.line
WHERE c.claim_id = :claim_id ORDER BY c.line

-- name: claims.stepped
UPDATE claims SET status = :status, due_at = :due_at, ended_at = :ended_at WHERE id = :claim_id

-- name: claims.refunded
UPDATE claims SET refund_fen = :fen WHERE id = :claim_id

-- name: claims.sent_back
UPDATE claims SET back_carrier = :carrier, back_number = :number WHERE id = :claim_id

-- name: claims.sent_anew
UPDATE claims SET anew_carrier = :carrier, anew_number = :number WHERE id = :claim_id

-- name: claims.rest
UPDATE claims SET rest_ms = :rest_ms WHERE order_id = :order_id AND ended_at IS NULL

-- name: claims.due
SELECT id, kind, status FROM claims WHERE due_at IS NOT NULL AND due_at <= :now ORDER BY due_at, id LIMIT :most

-- name: claims.later
UPDATE claims SET due_at = :due_at WHERE id = :claim_id

-- name: claims.events
SELECT e.event, e.to_state, e.actor_as, e.at, e.amount_fen FROM claim_events e
WHERE e.claim_id = :claim_id ORDER BY e.id

-- name: claims.notes
SELECT n.id, n.actor_as, n.at, n.words FROM claim_notes n WHERE n.claim_id = :claim_id ORDER BY n.id

-- name: claims.of_order
SELECT c.id, c.kind, c.status, c.opened_at, c.ended_at FROM claims c WHERE c.order_id = :order_id ORDER BY c.id

-- part: listed
SELECT c.id, c.order_id, c.kind, c.reason, c.status, c.due_at, c.opened_at, c.ended_at, c.refund_fen,
    f.name_zh AS factory_zh, f.name_en AS factory_en, l.title_zh, l.title_en, l.product_slug,
    (SELECT CAST(sum(x.pieces) AS BIGINT) FROM claim_lines x WHERE x.claim_id = c.id) AS pieces,
    (SELECT CAST(sum(x.amount_fen) AS BIGINT) FROM claim_lines x WHERE x.claim_id = c.id) + c.freight_fen AS asked_fen
FROM claims c JOIN organisations f ON f.id = c.factory_id
JOIN order_lines l ON l.order_id = c.order_id
    AND l.line = (SELECT min(x.line) FROM claim_lines x WHERE x.claim_id = c.id)

-- name: claims.of_factory_open
{listed}
WHERE c.factory_id = :factory_id AND c.ended_at IS NULL ORDER BY c.due_at, c.id LIMIT :most

-- name: claims.of_factory_over
{listed}
WHERE c.factory_id = :factory_id AND c.ended_at IS NOT NULL ORDER BY c.ended_at DESC, c.id DESC LIMIT :most

-- name: claims.of_buyer_open
{listed}
WHERE c.buyer_id = :buyer_id AND c.ended_at IS NULL ORDER BY c.due_at, c.id LIMIT :most

-- name: claims.of_buyer_over
{listed}
WHERE c.buyer_id = :buyer_id AND c.ended_at IS NOT NULL ORDER BY c.ended_at DESC, c.id DESC LIMIT :most

-- Open claims of the orders of one page of a list.
-- name: claims.marks_of_buyer
SELECT order_id, id, kind, status FROM claims
WHERE buyer_id = :buyer_id AND ended_at IS NULL AND order_id BETWEEN :from_id AND :to_id ORDER BY order_id DESC, id DESC

-- name: claims.marks_of_factory
SELECT order_id, id, kind, status FROM claims
WHERE factory_id = :factory_id AND ended_at IS NULL AND order_id BETWEEN :from_id AND :to_id ORDER BY order_id DESC, id DESC

-- name: claims.marks_of_all
SELECT order_id, id, kind, status FROM claims
WHERE ended_at IS NULL AND order_id BETWEEN :from_id AND :to_id ORDER BY order_id DESC, id DESC

-- name: claims.disputed
{listed}
WHERE c.status = 'disputed' ORDER BY c.id LIMIT :most

-- name: claims.disputed_of_order
SELECT count(*) AS n FROM claims WHERE order_id = :order_id AND status = 'disputed'

-- name: claims.open_of_all
{listed}
WHERE c.ended_at IS NULL AND c.status <> 'disputed' ORDER BY c.due_at, c.id LIMIT :most

-- What waits for a maker: an answer, or word that goods came back.
-- name: claims.todo_maker
SELECT count(*) OVER () AS n, c.id, '#' || c.order_id || ' ' || l.title_zh AS label_zh,
    '#' || c.order_id || ' ' || l.title_en AS label_en, '/claims/' || c.id AS link, c.kind AS tags, c.due_at AS at
FROM claims c JOIN order_lines l ON l.order_id = c.order_id
    AND l.line = (SELECT min(x.line) FROM claim_lines x WHERE x.claim_id = c.id)
WHERE c.factory_id = :organisation AND c.ended_at IS NULL AND c.status IN ('asked', 'sent_back')
    AND c.due_at > :from AND c.due_at <= :until
ORDER BY c.due_at, c.id
LIMIT :most OFFSET :skip

-- (Of one factory, or with 0 of all.)
-- name: claims.todo_disputed
SELECT count(*) OVER () AS n, c.id, '#' || c.order_id || ' ' || l.title_zh AS label_zh,
    '#' || c.order_id || ' ' || l.title_en AS label_en, '/claims/' || c.id AS link,
    f.name_zh AS of_zh, f.name_en AS of_en, c.kind AS tags, c.opened_at AS at
FROM claims c JOIN organisations f ON f.id = c.factory_id JOIN order_lines l ON l.order_id = c.order_id
    AND l.line = (SELECT min(x.line) FROM claim_lines x WHERE x.claim_id = c.id)
WHERE (:organisation = 0 OR c.factory_id = :organisation) AND c.status = 'disputed'
    AND c.opened_at > :from AND c.opened_at <= :until
ORDER BY c.opened_at, c.id
LIMIT :most OFFSET :skip

-- Sealed notes, for `guildhall seal`.

-- name: claims.note_seal_next
SELECT id AS id, words AS sealed FROM claim_notes
WHERE id > :after AND substr(words, 2, 1) <> :key
ORDER BY id
LIMIT :most

-- name: claims.note_seal_put
UPDATE claim_notes SET words = :sealed WHERE id = :id AND words = :before

-- name: claims.note_seal_count
SELECT substr(words, 2, 1) AS key, COUNT(*) AS n FROM claim_notes GROUP BY 1

-- For the check.

-- name: claims.last
SELECT max(id) AS id FROM claims

-- name: claims.wrong_money
SELECT c.id FROM claims c
WHERE c.id > :after AND c.id <= :until
  AND COALESCE(c.refund_fen, 0) <> COALESCE((SELECT sum(i.amount_fen) FROM pay_instructions i
      WHERE i.order_id = c.order_id AND i.kind = 'refund' AND i.key = 'claim:' || c.id), 0)
ORDER BY c.id LIMIT :most

-- name: claims.wrong_end
SELECT c.id FROM claims c
WHERE c.id > :after AND c.id <= :until
  AND ((c.ended_at IS NOT NULL) <> (c.status IN ('done', 'withdrawn', 'lapsed', 'rejected', 'overtaken'))
       OR (c.ended_at IS NOT NULL AND c.due_at IS NOT NULL)
       OR (c.ended_at IS NULL AND c.due_at IS NULL AND c.status <> 'disputed'))
ORDER BY c.id LIMIT :most

-- name: claims.wrong_event
SELECT c.id FROM claims c
WHERE c.id > :after AND c.id <= :until
  AND c.status <> COALESCE((SELECT e.to_state FROM claim_events e WHERE e.claim_id = c.id ORDER BY e.id DESC LIMIT 1), '')
ORDER BY c.id LIMIT :most

-- name: claims.wrong_clock
SELECT c.id FROM claims c JOIN orders o ON o.id = c.order_id
WHERE c.id > :after AND c.id <= :until AND c.ended_at IS NULL AND o.auto_at IS NOT NULL
ORDER BY c.id LIMIT :most

-- name: claims.wrong_lines
SELECT c.id FROM claims c
WHERE c.id > :after AND c.id <= :until
  AND NOT EXISTS (SELECT 1 FROM claim_lines l WHERE l.claim_id = c.id)
ORDER BY c.id LIMIT :most

-- Where goods are sent back to.

-- name: claims.place_set
INSERT INTO return_places (factory_id, words, changed_at) VALUES (:factory_id, :words, :now)
ON CONFLICT (factory_id) DO UPDATE SET words = excluded.words, changed_at = excluded.changed_at

-- name: claims.place
SELECT words FROM return_places WHERE factory_id = :factory_id

-- name: claims.place_seal_next
SELECT factory_id AS id, words AS sealed FROM return_places
WHERE factory_id > :after AND substr(words, 2, 1) <> :key
ORDER BY factory_id
LIMIT :most

-- name: claims.place_seal_put
UPDATE return_places SET words = :sealed WHERE factory_id = :id AND words = :before

-- name: claims.place_seal_count
SELECT substr(words, 2, 1) AS key, COUNT(*) AS n FROM return_places GROUP BY 1
