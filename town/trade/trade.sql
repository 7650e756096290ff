-- Writing.

-- Orders are numbered by who places them, without gaps: every write transaction is alone.
-- name: trade.last_order
SELECT COALESCE(MAX(id), 0) AS id FROM orders

-- name: trade.order_add
-- many: bigint, bigint, bigint, bigint, bigint, bigint, bigint, bigint, bigint, bigint, bigint, bigint
INSERT INTO orders (id, checkout_id, buyer_id, factory_id, show_id, status, province, goods_fen,
                    freight_fen, discount_fen, total_fen, placed_at, hold_until)
VALUES (:id, :checkout_id, :buyer_id, :factory_id, :show_id, 'placed', :province, :goods_fen,
        :freight_fen, :discount_fen, :total_fen, :now, :hold_until)

-- name: trade.line_add
-- many: bigint, bigint, bigint, bigint, text, text, text, text, text, bigint, bigint, bigint, bytea, bigint
INSERT INTO order_lines (order_id, line, sku_id, show_id, product_slug, title_zh, title_en, name_zh,
                         name_en, quantity, price_fen, discount_fen, hold, flash_id)
VALUES (:order_id, :line, :sku_id, :show_id, :product_slug, :title_zh, :title_en, :name_zh,
        :name_en, :quantity, :price_fen, :discount_fen, :hold, :flash_id)

-- name: trade.receiver_add
-- many: bigint, bytea, bytea, bytea
INSERT INTO order_receivers (order_id, name, phone, address)
VALUES (:order_id, :name, :phone, :address)

-- name: trade.event_add
-- many: bigint, text, text, text, bigint, text, bigint, bigint, text
INSERT INTO order_events (order_id, event, from_state, to_state, actor_id, actor_as, at, amount_fen,
                          note)
VALUES (:order_id, :event, :from_state, :to_state, :actor_id, :actor_as, :now, :amount_fen, :note)

-- name: trade.order_move
UPDATE orders SET status = :status,
    paid_at = CASE WHEN :status = 'paid' AND paid_at IS NULL THEN :now ELSE paid_at END,
    packed_at = CASE WHEN :status = 'packed' THEN :now WHEN :status = 'paid' THEN NULL
        ELSE packed_at END,
    shipped_at = CASE WHEN :status = 'shipped' THEN :now ELSE shipped_at END,
    received_at = CASE WHEN :status = 'received' THEN :now ELSE received_at END,
    closed_at = CASE WHEN :status = 'closed' THEN :now ELSE closed_at END,
    auto_at = :auto_at
WHERE id = :order_id

-- name: trade.order_clock
UPDATE orders SET auto_at = :auto_at
WHERE id = :order_id AND status IN ('shipped', 'received')

-- name: trade.order_refunded
UPDATE orders SET refunded_fen = refunded_fen + :amount_fen,
    freight_refunded_fen = freight_refunded_fen + :freight_fen
WHERE id = :order_id

-- name: trade.line_refunded
UPDATE order_lines SET refunded_fen = refunded_fen + :amount_fen, returned = returned + :pieces
WHERE order_id = :order_id AND line = :line

-- name: trade.line_hold
UPDATE order_lines SET hold = :hold WHERE order_id = :order_id AND line = :line

-- Reading.

-- name: trade.order_get
SELECT o.id, o.checkout_id, o.buyer_id, o.factory_id, o.show_id, o.status, o.province, o.goods_fen,
       o.freight_fen, o.discount_fen, o.total_fen, o.refunded_fen, o.freight_refunded_fen,
       o.placed_at, o.hold_until, o.paid_at, o.packed_at, o.shipped_at, o.received_at, o.closed_at,
       o.auto_at, f.slug AS factory_slug, f.name_zh AS factory_zh, f.name_en AS factory_en
FROM orders o LEFT JOIN organisations f ON f.id = o.factory_id
WHERE o.id = :order_id

-- name: trade.checkout
SELECT id, total_fen FROM orders WHERE checkout_id = :checkout_id ORDER BY id

-- part: due_of
SELECT o.id, o.buyer_id, o.factory_id, o.status, o.total_fen, o.hold_until, o.paid_at, l.title_zh,
       l.title_en, f.name_zh AS factory_zh, f.name_en AS factory_en
FROM orders o JOIN order_lines l ON l.order_id = o.id AND l.line = 1
LEFT JOIN organisations f ON f.id = o.factory_id

-- name: trade.due_checkout
{due_of}
WHERE o.checkout_id = :checkout_id ORDER BY o.id LIMIT :most

-- name: trade.due_order
{due_of}
WHERE o.id = :order_id

-- name: trade.lines
SELECT line, sku_id, show_id, product_slug, title_zh, title_en, name_zh, name_en, quantity,
       price_fen, quantity * price_fen AS amount_fen, discount_fen, refunded_fen, returned, hold,
       flash_id
FROM order_lines WHERE order_id = :order_id ORDER BY line

-- The same for a page, with what the picture is drawn from.
-- name: trade.lines_shown
SELECT l.line, l.sku_id, l.product_slug, l.title_zh, l.title_en, l.name_zh, l.name_en, l.quantity,
       l.price_fen, l.quantity * l.price_fen AS amount_fen, l.discount_fen, l.refunded_fen,
       l.returned, s.colour, p.colour AS product_colour
FROM order_lines l JOIN skus s ON s.id = l.sku_id JOIN products p ON p.id = s.product_id
WHERE l.order_id = :order_id ORDER BY l.line

-- name: trade.receiver
SELECT name, phone, address FROM order_receivers WHERE order_id = :order_id

-- name: trade.events
SELECT event, from_state, to_state, actor_as, at, amount_fen, note
FROM order_events WHERE order_id = :order_id ORDER BY id

-- name: trade.unpaid_of_buyers
-- many: bigint, bigint
SELECT buyer_id, count(*) AS n FROM orders
WHERE buyer_id = :buyer_id AND placed_at > :since AND paid_at IS NULL
GROUP BY buyer_id

-- name: trade.unpaid_of_buyers @postgres
SELECT m.buyer_id, (SELECT count(*) FROM orders o WHERE o.buyer_id = m.buyer_id
                    AND o.placed_at > m.since AND o.paid_at IS NULL) AS n
FROM unnest(:buyer_id::bigint[], :since::bigint[]) AS m (buyer_id, since)

-- name: trade.orders_due
SELECT id FROM orders
WHERE status = 'placed' AND hold_until <= :now
ORDER BY hold_until, id
LIMIT :most

-- name: trade.orders_by_clock
SELECT id, status FROM orders
WHERE auto_at <= :now AND status IN ('shipped', 'received')
ORDER BY auto_at, id
LIMIT :most

-- Lists are paged by falling id: `before` is the last id seen, or the largest number there is;
-- `state` is a group of order_list.h, or empty.

-- part: state_of
CASE o.status WHEN 'placed' THEN 'to_pay' WHEN 'paid' THEN 'to_ship' WHEN 'packed' THEN 'to_ship'
    WHEN 'shipped' THEN 'to_receive' WHEN 'received' THEN 'done' WHEN 'closed' THEN 'done'
    ELSE 'over' END

-- name: trade.groups_of_buyer
SELECT {state_of} AS state, count(*) AS n FROM orders o WHERE o.buyer_id = :buyer_id GROUP BY 1

-- name: trade.orders_of_buyer
SELECT o.id, o.status, o.total_fen, o.refunded_fen, o.placed_at, o.hold_until, o.factory_id, o.show_id,
       f.name_zh AS factory_zh, f.name_en AS factory_en, l.title_zh, l.title_en, l.product_slug,
       (SELECT SUM(quantity) FROM order_lines q WHERE q.order_id = o.id) AS pieces
FROM orders o JOIN order_lines l ON l.order_id = o.id AND l.line = 1 JOIN organisations f ON f.id = o.factory_id
WHERE o.buyer_id = :buyer_id AND o.id < :before
  AND (:state = '' OR {state_of} = :state)
ORDER BY o.id DESC
LIMIT :most

-- name: trade.orders_of_factory
SELECT o.id, o.status, o.total_fen, o.refunded_fen, o.placed_at, o.hold_until, o.factory_id, o.show_id,
       f.name_zh AS factory_zh, f.name_en AS factory_en, l.title_zh, l.title_en, l.product_slug,
       (SELECT SUM(quantity) FROM order_lines q WHERE q.order_id = o.id) AS pieces
FROM orders o JOIN order_lines l ON l.order_id = o.id AND l.line = 1 JOIN organisations f ON f.id = o.factory_id
WHERE o.factory_id = :factory_id AND o.id < :before
  AND (:state = '' OR {state_of} = :state)
ORDER BY o.id DESC
LIMIT :most

-- name: trade.orders_of_all
SELECT o.id, o.status, o.total_fen, o.refunded_fen, o.placed_at, o.hold_until, o.factory_id, o.show_id,
       f.name_zh AS factory_zh, f.name_en AS factory_en, l.title_zh, l.title_en, l.product_slug,
       (SELECT SUM(quantity) FROM order_lines q WHERE q.order_id = o.id) AS pieces
FROM orders o JOIN order_lines l ON l.order_id = o.id AND l.line = 1 JOIN organisations f ON f.id = o.factory_id
WHERE o.id < :before
  AND (:state = '' OR {state_of} = :state)
ORDER BY o.id DESC
LIMIT :most

-- name: trade.orders_of_show
SELECT o.id, o.status, o.total_fen, o.placed_at, l.title_zh, l.title_en,
       (SELECT SUM(quantity) FROM order_lines q WHERE q.order_id = o.id) AS pieces
FROM orders o JOIN order_lines l ON l.order_id = o.id AND l.line = 1
WHERE o.show_id = :show_id
ORDER BY o.id DESC
LIMIT :most

-- What `guildhall check` looks for: ids of the first that are wrong, after one and up to another.

-- name: trade.wrong_totals
SELECT o.id
FROM orders o
WHERE o.id > :after AND o.id <= :until
  AND (o.goods_fen <> COALESCE((SELECT SUM(quantity * price_fen) FROM order_lines l
                                WHERE l.order_id = o.id), -1)
   OR o.discount_fen <> (SELECT SUM(discount_fen) FROM order_lines l WHERE l.order_id = o.id)
   OR o.refunded_fen <> o.freight_refunded_fen
      + (SELECT SUM(refunded_fen) FROM order_lines l WHERE l.order_id = o.id)
   OR (o.status = 'refunded' AND o.refunded_fen <> o.total_fen))
ORDER BY o.id
LIMIT :most

-- A placed order's holds are open, a paid one's are posted whole, any other's are voided.
-- name: trade.wrong_holds
SELECT DISTINCT l.order_id AS id
FROM order_lines l
JOIN orders o ON o.id = l.order_id
LEFT JOIN ledger_transfers h ON h.id = l.hold
LEFT JOIN ledger_transfers r ON r.hold = h.seq
WHERE l.order_id > :after AND l.order_id <= :until
  AND (h.seq IS NULL OR h.kind <> 2 OR h.amount <> l.quantity
   OR h.ref <> 'order:' || l.order_id
   OR (o.status = 'placed' AND r.seq IS NOT NULL)
   OR (o.paid_at IS NOT NULL AND (r.seq IS NULL OR r.kind <> 3 OR r.amount <> h.amount))
   OR (o.status IN ('cancelled', 'expired') AND (r.seq IS NULL OR r.kind NOT IN (4, 5))))
ORDER BY l.order_id
LIMIT :most

-- What came back of an order's pieces has left `sold` once.
-- name: trade.wrong_returns
SELECT o.id
FROM orders o
WHERE o.id > :after AND o.id <= :until AND o.paid_at IS NOT NULL
  AND (SELECT SUM(returned) FROM order_lines l WHERE l.order_id = o.id)
   <> (SELECT COALESCE(SUM(amount), 0) FROM ledger_transfers t
       WHERE t.ref = 'order:' || o.id AND t.reason = 'return')
ORDER BY o.id
LIMIT :most

-- Pieces held or sold for an order by transfers that none of its lines names, unless voided.
-- (The line is looked for by the order that the hold names: there is no index on what a line holds.)
-- name: trade.stray_holds
SELECT t.seq AS id
FROM ledger_transfers t
LEFT JOIN order_lines l ON l.order_id = CAST(substr(t.ref, 7) AS INTEGER) AND l.hold = t.id
LEFT JOIN ledger_transfers r ON r.hold = t.seq
WHERE t.seq > :after AND t.seq <= :until
  AND t.kind = 2 AND t.reason = 'order' AND l.order_id IS NULL
  AND (r.seq IS NULL OR r.kind = 3)
ORDER BY t.seq
LIMIT :most

-- name: trade.stray_holds @postgres
SELECT t.seq AS id
FROM ledger_transfers t
LEFT JOIN order_lines l ON l.hold = t.id
    AND l.order_id = CASE WHEN t.ref ~ '^order:[0-9]{1,18}$' THEN substr(t.ref, 7)::bigint END
LEFT JOIN ledger_transfers r ON r.hold = t.seq
WHERE t.seq > :after AND t.seq <= :until
  AND t.kind = 2 AND t.reason = 'order' AND l.order_id IS NULL
  AND (r.seq IS NULL OR r.kind = 3)
ORDER BY t.seq
LIMIT :most

-- A paid order has taken one payment of its total, any other none; what goes back of it is
-- instructed. (That instructions and ledger agree is pay's to check.)
-- A prize that was given (order_given) is paid without a payment.
-- name: trade.wrong_payments
SELECT o.id
FROM orders o
WHERE o.id > :after AND o.id <= :until
  AND NOT (o.total_fen = 0 AND NOT EXISTS (SELECT 1 FROM pay_parts g WHERE g.order_id = o.id))
  AND ((SELECT COUNT(*) FROM pay_parts p
        WHERE p.order_id = o.id AND p.status = 'taken' AND p.amount_fen = o.total_fen)
       <> (CASE WHEN o.paid_at IS NOT NULL THEN 1 ELSE 0 END)
   OR (SELECT COALESCE(SUM(i.amount_fen), 0) FROM pay_instructions i
       JOIN pay_parts p ON p.id = i.part_id AND p.status = 'taken'
       WHERE i.order_id = o.id AND i.kind = 'refund') <> o.refunded_fen)
ORDER BY o.id
LIMIT :most

-- The events of an order tell how it came to its state, without a gap.
-- name: trade.wrong_events
SELECT o.id
FROM orders o
WHERE o.id > :after AND o.id <= :until
  AND (COALESCE((SELECT to_state FROM order_events e WHERE e.order_id = o.id
                 ORDER BY e.id DESC LIMIT 1), '') <> o.status
   OR (SELECT COUNT(*) FROM order_events e WHERE e.order_id = o.id AND e.from_state IS NULL) <> 1
   OR EXISTS (SELECT 1 FROM order_events e WHERE e.order_id = o.id AND e.from_state IS NOT NULL
              AND e.from_state <> COALESCE((SELECT p.to_state FROM order_events p
                                            WHERE p.order_id = o.id AND p.id < e.id
                                            ORDER BY p.id DESC LIMIT 1), '')))
ORDER BY o.id
LIMIT :most

-- Sealing anew (store/seal.h).

-- name: trade.receiver_name_seal_next
SELECT order_id AS id, name AS sealed FROM order_receivers
WHERE order_id > :after AND substr(name, 2, 1) <> :key
ORDER BY order_id
LIMIT :most

-- name: trade.receiver_name_seal_put
UPDATE order_receivers SET name = :sealed WHERE order_id = :id AND name = :before

-- name: trade.receiver_name_seal_count
SELECT substr(name, 2, 1) AS key, COUNT(*) AS n FROM order_receivers GROUP BY 1

-- name: trade.receiver_phone_seal_next
SELECT order_id AS id, phone AS sealed FROM order_receivers
WHERE order_id > :after AND substr(phone, 2, 1) <> :key
ORDER BY order_id
LIMIT :most

-- name: trade.receiver_phone_seal_put
UPDATE order_receivers SET phone = :sealed WHERE order_id = :id AND phone = :before

-- name: trade.receiver_phone_seal_count
SELECT substr(phone, 2, 1) AS key, COUNT(*) AS n FROM order_receivers GROUP BY 1

-- name: trade.receiver_address_seal_next
SELECT order_id AS id, address AS sealed FROM order_receivers
WHERE order_id > :after AND substr(address, 2, 1) <> :key
ORDER BY order_id
LIMIT :most

-- name: trade.receiver_address_seal_put
UPDATE order_receivers SET address = :sealed WHERE order_id = :id AND address = :before

-- name: trade.receiver_address_seal_count
SELECT substr(address, 2, 1) AS key, COUNT(*) AS n FROM order_receivers GROUP BY 1

-- Figures (figures.c).

-- name: trade.figure_orders
SELECT count(*) AS value FROM orders WHERE paid_at <= :until

-- name: trade.figure_turnover
SELECT coalesce(sum(total_fen), 0) AS value FROM orders WHERE paid_at <= :until

-- name: trade.figure_orders_rows
SELECT id, '/orders/' || id AS link, '#' || id AS label_zh, '#' || id AS label_en, paid_at AS at,
       1 AS amount
FROM orders WHERE paid_at <= :until AND id > :after
ORDER BY id
LIMIT :most

-- name: trade.figure_turnover_rows
SELECT id, '/orders/' || id AS link, '#' || id AS label_zh, '#' || id AS label_en, paid_at AS at,
       total_fen AS amount
FROM orders WHERE paid_at <= :until AND id > :after
ORDER BY id
LIMIT :most

-- name: trade.figure_orders_reach
SELECT min(placed_at) AS at FROM orders

-- Of one factory, this year.

-- name: trade.figure_factory_orders
SELECT count(*) AS value FROM orders
WHERE factory_id = :of AND paid_at >= :from AND paid_at <= :until

-- name: trade.figure_factory_turnover
SELECT coalesce(sum(total_fen), 0) AS value FROM orders
WHERE factory_id = :of AND paid_at >= :from AND paid_at <= :until

-- name: trade.figure_factory_orders_rows
SELECT id, '/orders/' || id AS link, '#' || id AS label_zh, '#' || id AS label_en, paid_at AS at,
       1 AS amount
FROM orders WHERE factory_id = :of AND paid_at >= :from AND paid_at <= :until AND id > :after
ORDER BY id
LIMIT :most

-- name: trade.figure_factory_turnover_rows
SELECT id, '/orders/' || id AS link, '#' || id AS label_zh, '#' || id AS label_en, paid_at AS at,
       total_fen AS amount
FROM orders WHERE factory_id = :of AND paid_at >= :from AND paid_at <= :until AND id > :after
ORDER BY id
LIMIT :most

-- name: trade.figure_factory_reach
SELECT min(placed_at) AS at FROM orders WHERE factory_id = :of

-- name: trade.factory
SELECT slug, name_zh, name_en FROM organisations WHERE id = :of

-- What waits (todo.c): see town/console.

-- name: trade.todo_pack
SELECT count(*) OVER () AS n, o.id, '#' || o.id || ' ' || l.title_zh AS label_zh,
    '#' || o.id || ' ' || l.title_en AS label_en, '/orders/' || o.id AS link,
    (SELECT sum(q.quantity) FROM order_lines q WHERE q.order_id = o.id) AS amount, o.paid_at AS at
FROM orders o JOIN order_lines l ON l.order_id = o.id AND l.line = 1
WHERE o.factory_id = :organisation AND o.status IN ('paid', 'packed')
    AND o.paid_at > :from AND o.paid_at <= :until
ORDER BY o.paid_at, o.id
LIMIT :most OFFSET :skip

-- (Of one factory, or with 0 of all.)
-- name: trade.todo_late
SELECT count(*) OVER () AS n, o.id, '#' || o.id || ' ' || l.title_zh AS label_zh,
    '#' || o.id || ' ' || l.title_en AS label_en, '/orders/' || o.id AS link,
    f.name_zh AS of_zh, f.name_en AS of_en,
    (SELECT sum(q.quantity) FROM order_lines q WHERE q.order_id = o.id) AS amount, o.paid_at AS at
FROM orders o JOIN order_lines l ON l.order_id = o.id AND l.line = 1
JOIN organisations f ON f.id = o.factory_id
WHERE o.status IN ('paid', 'packed') AND (:organisation = 0 OR o.factory_id = :organisation)
    AND o.paid_at > :from AND o.paid_at <= :until
ORDER BY o.paid_at, o.id
LIMIT :most OFFSET :skip
