-- Carriers.

-- name: ship.carriers
SELECT code, name_zh, name_en, number_min, number_max, is_digits, position, is_on
FROM carriers ORDER BY position, code

-- name: ship.carrier_set
INSERT INTO carriers (code, name_zh, name_en, number_min, number_max, is_digits, position, is_on)
VALUES (:code, :name_zh, :name_en, :number_min, :number_max, :is_digits, :position, :is_on)
ON CONFLICT (code) DO UPDATE SET name_zh = excluded.name_zh, name_en = excluded.name_en,
    number_min = excluded.number_min, number_max = excluded.number_max,
    is_digits = excluded.is_digits, position = excluded.position, is_on = excluded.is_on

-- Parcels.

-- name: ship.parcel_add
INSERT INTO parcels (order_id, carrier, number, sent_at, sent_by, trace_due_at)
VALUES (:order_id, :carrier, :number, :now, :user_id, :trace_due_at)
RETURNING id

-- name: ship.parcel_of_number
SELECT id, order_id FROM parcels WHERE carrier = :carrier AND number = :number

-- name: ship.parcels_of_order
SELECT p.id, p.carrier, p.number, p.sent_at, p.delivered_at, c.name_zh, c.name_en
FROM parcels p JOIN carriers c ON c.code = p.carrier
WHERE p.order_id = :order_id ORDER BY p.id

-- name: ship.traces_of_order
SELECT t.parcel_id, t.at, t.what, t.is_delivery
FROM parcels p JOIN parcel_traces t ON t.parcel_id = p.id
WHERE p.order_id = :order_id ORDER BY t.parcel_id, t.at DESC, t.id DESC

-- name: ship.parcel_get
SELECT p.id, p.order_id, p.delivered_at, o.factory_id, o.status, o.shipped_at, o.auto_at
FROM parcels p JOIN orders o ON o.id = p.order_id WHERE p.id = :parcel_id

-- name: ship.trace_add
INSERT INTO parcel_traces (parcel_id, at, what, is_delivery)
VALUES (:parcel_id, :at, :what, :is_delivery)
ON CONFLICT (parcel_id, at, what) DO NOTHING

-- name: ship.parcel_delivered
UPDATE parcels SET delivered_at = :at WHERE id = :parcel_id AND delivered_at IS NULL

-- The last of an order's parcels to arrive, once all have.
-- name: ship.all_delivered
SELECT count(*) AS n, sum(CASE WHEN delivered_at IS NULL THEN 1 ELSE 0 END) AS missing,
    max(delivered_at) AS last_at
FROM parcels WHERE order_id = :order_id

-- What is to be shipped.

-- name: ship.to_ship
SELECT o.id, o.status, o.paid_at, o.total_fen, o.province, r.name, r.phone, r.address
FROM orders o LEFT JOIN order_receivers r ON r.order_id = o.id
WHERE o.factory_id = :factory_id AND o.status IN ('paid', 'packed') AND o.id > :after
ORDER BY o.id
LIMIT :most

-- name: ship.to_ship_lines
SELECT l.order_id, l.quantity - l.returned AS quantity, l.title_zh, l.title_en, l.name_zh, l.name_en,
    s.code
FROM orders o JOIN order_lines l ON l.order_id = o.id JOIN skus s ON s.id = l.sku_id
WHERE o.factory_id = :factory_id AND o.status IN ('paid', 'packed') AND o.id > :after
    AND o.id <= :until AND l.quantity > l.returned
ORDER BY l.order_id, l.line

-- name: ship.to_ship_n
SELECT count(*) AS n FROM orders WHERE factory_id = :factory_id AND status IN ('paid', 'packed')

-- Sheets of waybills.

-- name: ship.sheet_add
INSERT INTO waybill_sheets (factory_id, user_id, filename, made_at)
VALUES (:factory_id, :user_id, :filename, :now)
RETURNING id

-- name: ship.line_add
-- many: bigint, bigint, text, text, text
INSERT INTO waybill_lines (sheet_id, row_number, order_text, carrier_text, number_text)
VALUES (:sheet_id, :row_number, :order_text, :carrier_text, :number_text)

-- name: ship.sheet_get
SELECT id, factory_id, filename, made_at, taken_at FROM waybill_sheets WHERE id = :sheet_id

-- name: ship.sheet_lines
SELECT row_number, order_text, carrier_text, number_text FROM waybill_lines
WHERE sheet_id = :sheet_id ORDER BY row_number

-- name: ship.sheet_taken
UPDATE waybill_sheets SET taken_at = :now WHERE id = :sheet_id

-- name: ship.order_state
SELECT id, factory_id, status FROM orders WHERE id = :order_id

-- name: ship.sheets_of_factory
SELECT w.id, w.filename, w.made_at, w.taken_at,
    (SELECT count(*) FROM waybill_lines l WHERE l.sheet_id = w.id) AS n
FROM waybill_sheets w WHERE w.factory_id = :factory_id ORDER BY w.id DESC LIMIT :most

-- name: ship.sheet_prune
DELETE FROM waybill_lines WHERE sheet_id IN (SELECT id FROM waybill_sheets WHERE made_at < :before)

-- Papers.

-- name: ship.factory_name
SELECT name_zh, name_en FROM organisations WHERE id = :factory_id

-- Each SKU that open orders of a maker want, by its code.
-- name: ship.picks
SELECT s.code, min(l.title_zh) AS title_zh, min(l.title_en) AS title_en, min(l.name_zh) AS name_zh,
    min(l.name_en) AS name_en, CAST(sum(l.quantity - l.returned) AS BIGINT) AS pieces, count(*) AS orders
FROM orders o JOIN order_lines l ON l.order_id = o.id JOIN skus s ON s.id = l.sku_id
WHERE o.factory_id = :factory_id AND o.status IN ('paid', 'packed') AND l.quantity > l.returned
GROUP BY s.id, s.code
ORDER BY s.code, s.id
LIMIT :most

-- name: ship.order_paid
SELECT paid_at FROM orders WHERE id = :order_id

-- name: ship.order_lines
SELECT l.quantity - l.returned AS quantity, l.title_zh, l.title_en, l.name_zh, l.name_en, s.code
FROM order_lines l JOIN skus s ON s.id = l.sku_id
WHERE l.order_id = :order_id AND l.quantity > l.returned
ORDER BY l.line

-- Carriers that are asked.

-- name: ship.ask_add
INSERT INTO waybill_asks (order_id, carrier, status, further, asked_at, asked_by, due_at)
VALUES (:order_id, :carrier, 'asked', :further, :now, :user_id, :now)

-- name: ship.ask_open
SELECT id FROM waybill_asks WHERE order_id = :order_id AND status = 'asked'

-- name: ship.ask_due
SELECT id, order_id, carrier, tries FROM waybill_asks
WHERE due_at IS NOT NULL AND due_at <= :now ORDER BY due_at, id LIMIT 1

-- name: ship.trace_due
SELECT id, carrier, number, trace_tries AS tries FROM parcels
WHERE trace_due_at IS NOT NULL AND trace_due_at <= :now ORDER BY trace_due_at, id LIMIT 1

-- name: ship.due
SELECT 1 AS due FROM waybill_asks WHERE due_at IS NOT NULL AND due_at <= :now
UNION ALL
SELECT 1 FROM parcels WHERE trace_due_at IS NOT NULL AND trace_due_at <= :now
LIMIT 1

-- name: ship.ask_taken
UPDATE waybill_asks SET due_at = :again, tries = tries + 1 WHERE id = :ask_id

-- name: ship.ask_later
UPDATE waybill_asks SET due_at = :again WHERE id = :ask_id AND status = 'asked'

-- name: ship.ask_ended
UPDATE waybill_asks SET status = :status, number = :number, said = :said, due_at = NULL WHERE id = :ask_id

-- name: ship.ask_get
SELECT a.order_id, a.carrier, a.status, a.further, a.asked_by, o.factory_id
FROM waybill_asks a JOIN orders o ON o.id = a.order_id WHERE a.id = :ask_id

-- name: ship.ask_parcel
SELECT f.name_zh AS sender,
    (SELECT CAST(sum(l.quantity - l.returned) AS BIGINT) FROM order_lines l WHERE l.order_id = o.id) AS pieces
FROM orders o JOIN organisations f ON f.id = o.factory_id WHERE o.id = :order_id

-- The last one of each of a maker's orders that is to be shipped.
-- name: ship.asks_of_factory
SELECT a.order_id, a.status, a.said, c.name_zh, c.name_en
FROM orders o JOIN waybill_asks a ON a.order_id = o.id JOIN carriers c ON c.code = a.carrier
WHERE o.factory_id = :factory_id AND o.status IN ('paid', 'packed')
  AND NOT EXISTS (SELECT 1 FROM waybill_asks b WHERE b.order_id = a.order_id AND b.id > a.id)
ORDER BY a.order_id

-- name: ship.trace_taken
UPDATE parcels SET trace_due_at = :again, trace_tries = trace_tries + 1 WHERE id = :parcel_id

-- name: ship.trace_later
UPDATE parcels SET trace_due_at = :again WHERE id = :parcel_id

-- name: ship.ask_of_order
SELECT a.status, a.said, c.name_zh, c.name_en
FROM waybill_asks a JOIN carriers c ON c.code = a.carrier WHERE a.order_id = :order_id
ORDER BY a.id DESC LIMIT 1
