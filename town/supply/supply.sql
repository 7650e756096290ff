-- part: sample
SELECT a.id, a.factory_id, a.sku_id, a.asker_id, a.quantity, a.days, a.why, a.status, a.asked_at, a.changed_at,
    a.due_at, a.carrier, a.number, a.stars, a.words, p.slug, p.title_zh, p.title_en, s.name_zh, s.name_en,
    o.name_zh AS factory_zh, o.name_en AS factory_en, o.slug AS factory_slug, u.name AS asker
FROM samples a JOIN skus s ON s.id = a.sku_id JOIN products p ON p.id = s.product_id
    JOIN organisations o ON o.id = a.factory_id JOIN users u ON u.id = a.asker_id

-- name: supply.get
{sample} WHERE a.id = :id

-- What waits first, then the newest.
-- name: supply.of_asker
{sample} WHERE a.asker_id = :asker
ORDER BY CASE WHEN a.status IN ('overdue', 'received', 'shipped', 'granted', 'asked', 'returning') THEN 0 ELSE 1 END,
    a.due_at IS NULL, a.due_at, a.id DESC
LIMIT :most

-- name: supply.of_factory
{sample} WHERE a.factory_id = :factory AND (:status = '' OR a.status = :status)
ORDER BY CASE a.status WHEN 'asked' THEN 0 WHEN 'granted' THEN 1 WHEN 'returning' THEN 2 WHEN 'overdue' THEN 3
    WHEN 'received' THEN 4 WHEN 'shipped' THEN 4 ELSE 5 END, a.id DESC
LIMIT :most

-- name: supply.of_all
{sample} WHERE :status = '' OR a.status = :status
ORDER BY CASE a.status WHEN 'overdue' THEN 0 WHEN 'asked' THEN 1 WHEN 'granted' THEN 2 WHEN 'returning' THEN 3
    WHEN 'received' THEN 4 WHEN 'shipped' THEN 4 ELSE 5 END, a.id DESC
LIMIT :most

-- name: supply.counts
SELECT status, count(*) AS n FROM samples GROUP BY status

-- name: supply.sku
SELECT s.id, p.organisation_id AS factory_id, p.slug, p.title_zh, p.title_en, s.name_zh, s.name_en,
    o.name_zh AS factory_zh, o.name_en AS factory_en
FROM skus s JOIN products p ON p.id = s.product_id JOIN organisations o ON o.id = p.organisation_id
WHERE s.id = :sku AND s.status = 'on' AND p.status = 'on'

-- name: supply.who_asks
SELECT (SELECT count(*) FROM memberships m JOIN organisations o ON o.id = m.organisation_id
        WHERE m.user_id = :user_id AND o.kind = 'agency') AS agencies,
    (SELECT count(*) FROM memberships m WHERE m.user_id = :user_id AND m.organisation_id = :factory) AS own,
    (SELECT count(*) FROM users u WHERE u.id = :user_id AND u.roles / :host % 2 = 1) AS is_host,
    (SELECT count(*) FROM samples a WHERE a.asker_id = :user_id AND a.sku_id = :sku
        AND a.status IN ('asked', 'granted')) AS same,
    (SELECT count(*) FROM samples a WHERE a.asker_id = :user_id AND a.status = 'overdue') AS overdue,
    (SELECT count(*) FROM samples a WHERE a.asker_id = :user_id
        AND a.status IN ('asked', 'granted', 'shipped', 'received', 'overdue', 'returning')) AS n_out

-- name: supply.ask
INSERT INTO samples (factory_id, sku_id, asker_id, quantity, days, why, status, asked_at, changed_at)
VALUES (:factory, :sku, :asker, :quantity, :days, :why, 'asked', :now, :now)
RETURNING id

-- name: supply.to
UPDATE samples SET status = :status, changed_at = :now, due_at = :due, carrier = coalesce(:carrier, carrier),
    number = coalesce(:number, number), stars = :stars, words = coalesce(:words, words)
WHERE id = :id

-- name: supply.event_add
INSERT INTO sample_events (sample_id, at, actor_id, event, to_state, note)
VALUES (:sample, :now, :actor, :event, :to, :note)

-- name: supply.events
SELECT e.id, e.at, e.event, e.to_state, e.note, u.name AS actor
FROM sample_events e LEFT JOIN users u ON u.id = e.actor_id
WHERE e.sample_id = :sample ORDER BY e.id

-- name: supply.due
SELECT id FROM samples WHERE status IN ('shipped', 'received') AND due_at < :now ORDER BY due_at, id LIMIT :most

-- name: supply.clerks
SELECT user_id FROM memberships WHERE organisation_id = :factory ORDER BY user_id LIMIT :most

-- What waits: for a factory, for the base.

-- name: supply.todo_asked
SELECT count(*) OVER () AS n, p.title_zh AS label_zh, p.title_en AS label_en, '/samples/' || a.id AS link,
    u.name AS of_zh, u.name AS of_en, a.quantity AS amount, a.changed_at AS at
FROM samples a JOIN skus s ON s.id = a.sku_id JOIN products p ON p.id = s.product_id JOIN users u ON u.id = a.asker_id
WHERE a.factory_id = :organisation AND a.status IN ('asked', 'granted') AND a.changed_at > :from AND a.changed_at <= :until
ORDER BY a.changed_at, a.id
LIMIT :most OFFSET :skip

-- name: supply.todo_back
SELECT count(*) OVER () AS n, p.title_zh AS label_zh, p.title_en AS label_en, '/samples/' || a.id AS link,
    u.name AS of_zh, u.name AS of_en, a.quantity AS amount, a.changed_at AS at
FROM samples a JOIN skus s ON s.id = a.sku_id JOIN products p ON p.id = s.product_id JOIN users u ON u.id = a.asker_id
WHERE a.factory_id = :organisation AND a.status IN ('returning', 'overdue') AND a.changed_at > :from
    AND a.changed_at <= :until
ORDER BY a.changed_at, a.id
LIMIT :most OFFSET :skip

-- name: supply.todo_overdue
SELECT count(*) OVER () AS n, p.title_zh AS label_zh, p.title_en AS label_en, '/samples/' || a.id AS link,
    u.name AS of_zh, u.name AS of_en, a.quantity AS amount, a.due_at AS at
FROM samples a JOIN skus s ON s.id = a.sku_id JOIN products p ON p.id = s.product_id JOIN users u ON u.id = a.asker_id
WHERE (:organisation = 0 OR a.factory_id = :organisation) AND a.status = 'overdue' AND a.due_at > :from AND a.due_at <= :until
ORDER BY a.due_at, a.id
LIMIT :most OFFSET :skip

-- Checks.

-- What is granted and out is what the ledger's account holds.
-- name: supply.wrong_pieces
SELECT x.sku AS id FROM (
    SELECT k.id AS sku,
        coalesce((SELECT sum(a.quantity) FROM samples a WHERE a.sku_id = k.id
            AND a.status IN ('granted', 'shipped', 'received', 'overdue', 'returning')), 0) AS n_out,
        coalesce((SELECT b.available FROM ledger_balances b WHERE b.unit = 'piece'
            AND b.subject = 'sku:' || k.id AND b.role = 'sample'), 0) AS held
    FROM skus k) x
WHERE x.n_out <> x.held ORDER BY x.sku LIMIT :most

-- name: supply.wrong_state
SELECT a.id FROM samples a
WHERE a.status <> coalesce((SELECT e.to_state FROM sample_events e WHERE e.sample_id = a.id
    ORDER BY e.id DESC LIMIT 1), '') ORDER BY a.id LIMIT :most

-- Capacity and promises.

-- name: supply.capacity
SELECT s.id AS sku, p.title_zh, p.title_en, s.name_zh, s.name_en, coalesce(c.per_week, 0) AS per_week, c.day, c.pieces,
    coalesce((SELECT b.available FROM ledger_balances b WHERE b.unit = 'piece' AND b.subject = 'sku:' || s.id
        AND b.role = 'available'), 0) AS stock
FROM skus s JOIN products p ON p.id = s.product_id LEFT JOIN supply_promises c ON c.sku_id = s.id
WHERE p.organisation_id = :factory AND s.status = 'on' AND p.status = 'on'
ORDER BY c.day IS NULL, c.day, p.id, s.position
LIMIT :most

-- What is to be made of a factory's SKUs, or of one, and by when: what is promised, and what was agreed in quotes.
-- part: due
FROM (SELECT c.sku_id AS sku, c.day, c.pieces FROM supply_promises c WHERE c.day IS NOT NULL
    UNION ALL
    SELECT q.sku_id AS sku, q.due_day AS day, q.quantity AS pieces FROM quotes q WHERE q.status = 'making') d

-- name: supply.due_of_factory
SELECT d.sku, d.day, d.pieces {due} JOIN skus s ON s.id = d.sku JOIN products p ON p.id = s.product_id
WHERE p.organisation_id = :factory ORDER BY d.sku, d.day LIMIT :most

-- name: supply.due_of_sku
SELECT d.sku, d.day, d.pieces {due} WHERE d.sku = :sku ORDER BY d.day LIMIT :most

-- name: supply.sku_of
SELECT s.id FROM skus s JOIN products p ON p.id = s.product_id WHERE s.id = :sku AND p.organisation_id = :factory

-- name: supply.promise_of
SELECT per_week, day, pieces, version FROM supply_promises WHERE sku_id = :sku

-- name: supply.promise_put
INSERT INTO supply_promises (sku_id, per_week, day, pieces, version, changed_at, changed_by)
VALUES (:sku, :per_week, :day, :pieces, 1, :now, :actor)
ON CONFLICT (sku_id) DO UPDATE SET per_week = excluded.per_week, day = excluded.day, pieces = excluded.pieces,
    version = supply_promises.version + 1, changed_at = excluded.changed_at, changed_by = excluded.changed_by

-- name: supply.promise_kept
UPDATE supply_promises SET day = NULL, pieces = NULL, version = version + 1, changed_at = :now, changed_by = :actor
WHERE sku_id = :sku

-- Restock in mid-show.

-- name: supply.show_items
SELECT i.sku_id AS sku, p.title_zh, p.title_en, s.name_zh, s.name_en, o.name_zh AS factory_zh, o.name_en AS factory_en,
    c.per_week, c.day, c.pieces AS promised,
    coalesce((SELECT b.available FROM ledger_balances b WHERE b.unit = 'piece' AND b.subject = 'sku:' || s.id
        AND b.role = 'available'), 0) AS stock,
    (SELECT max(r.id) FROM restock_asks r WHERE r.show_id = i.show_id AND r.sku_id = i.sku_id) AS ask_id
FROM show_items i JOIN skus s ON s.id = i.sku_id JOIN products p ON p.id = s.product_id
    JOIN organisations o ON o.id = p.organisation_id LEFT JOIN supply_promises c ON c.sku_id = s.id
WHERE i.show_id = :show AND i.is_on_shelf = 1
ORDER BY i.position, i.id
LIMIT :most

-- name: supply.show_sku
SELECT s.status, p.organisation_id AS factory_id, p.title_zh, p.title_en FROM show_items i
JOIN shows s ON s.id = i.show_id JOIN skus k ON k.id = i.sku_id JOIN products p ON p.id = k.product_id
WHERE i.show_id = :show AND i.sku_id = :sku

-- name: supply.restock_get
SELECT r.id, r.show_id, r.sku_id, r.factory_id, r.pieces, r.status, r.asked_at, r.asked_by, r.answered_at, r.got,
    p.title_zh, p.title_en, k.name_zh, k.name_en, s.title_zh AS show_zh, s.title_en AS show_en, u.name AS asker,
    coalesce((SELECT b.available FROM ledger_balances b WHERE b.unit = 'piece' AND b.subject = 'sku:' || k.id
        AND b.role = 'available'), 0) AS stock
FROM restock_asks r JOIN skus k ON k.id = r.sku_id JOIN products p ON p.id = k.product_id
    JOIN shows s ON s.id = r.show_id JOIN users u ON u.id = r.asked_by
WHERE r.id = :id

-- One that nobody answered in time makes room for the next.
-- name: supply.restock_old
UPDATE restock_asks SET status = 'declined', answered_at = :now WHERE show_id = :show AND sku_id = :sku
    AND status = 'asked' AND asked_at < :before

-- name: supply.restock_open
SELECT id FROM restock_asks WHERE show_id = :show AND sku_id = :sku AND status = 'asked'

-- name: supply.restock_ask
INSERT INTO restock_asks (show_id, sku_id, factory_id, pieces, status, asked_at, asked_by)
VALUES (:show, :sku, :factory, :pieces, 'asked', :now, :actor)
RETURNING id

-- name: supply.restock_answered
UPDATE restock_asks SET status = :status, got = :got, answered_at = :now, answered_by = :actor WHERE id = :id

-- Quotes.

-- part: quote
SELECT q.id, q.factory_id, q.sku_id, q.asker_id, q.quantity, q.want_fen, q.status, q.lead_days, q.until_at, q.price_fen,
    q.order_id, q.asked_at, q.changed_at, q.due_day,
    coalesce((SELECT b.available FROM ledger_balances b WHERE b.unit = 'piece' AND b.subject = 'sku:' || s.id
        AND b.role = 'available'), 0) AS stock, p.slug, p.title_zh, p.title_en, s.name_zh, s.name_en, s.price_fen AS hall_fen,
    o.name_zh AS factory_zh, o.name_en AS factory_en, u.name AS asker
FROM quotes q JOIN skus s ON s.id = q.sku_id JOIN products p ON p.id = s.product_id
    JOIN organisations o ON o.id = q.factory_id JOIN users u ON u.id = q.asker_id

-- name: supply.quote_get
{quote} WHERE q.id = :id

-- name: supply.quotes_of_asker
{quote} WHERE q.asker_id = :asker ORDER BY q.changed_at DESC, q.id DESC LIMIT :most

-- name: supply.quotes_of_factory
{quote} WHERE q.factory_id = :factory
ORDER BY CASE q.status WHEN 'asked' THEN 0 WHEN 'countered' THEN 0 WHEN 'making' THEN 1 ELSE 2 END, q.changed_at DESC, q.id DESC LIMIT :most

-- name: supply.quote_who
SELECT (SELECT count(*) FROM memberships m WHERE m.user_id = :asker AND m.organisation_id = :factory) AS own,
    (SELECT count(*) FROM quotes q WHERE q.asker_id = :asker AND q.status IN ('asked', 'quoted', 'countered', 'making', 'accepted'))
        AS n_open

-- name: supply.quote_ask
INSERT INTO quotes (factory_id, sku_id, asker_id, quantity, want_fen, status, asked_at, changed_at)
VALUES (:factory, :sku, :asker, :quantity, :want, 'asked', :now, :now)
RETURNING id

-- name: supply.quote_to
UPDATE quotes SET status = :status, changed_at = :now, quantity = :quantity, want_fen = :want, until_at = :until,
    price_fen = :price, lead_days = :lead, order_id = :order_id, due_day = :due
WHERE id = :id

-- name: supply.quote_event
INSERT INTO quote_events (quote_id, at, actor_id, event, to_state, quantity, price_fen, note)
VALUES (:quote, :now, :actor, :event, :to_state, :quantity, :price, :note)

-- name: supply.quote_events
SELECT e.at, e.event, e.quantity, e.price_fen, e.note, u.name AS actor
FROM quote_events e LEFT JOIN users u ON u.id = e.actor_id WHERE e.quote_id = :quote ORDER BY e.id

-- name: supply.tiers
SELECT least, price_fen FROM quote_tiers WHERE quote_id = :quote ORDER BY least

-- name: supply.tiers_clear
DELETE FROM quote_tiers WHERE quote_id = :quote

-- name: supply.tier_add
INSERT INTO quote_tiers (quote_id, least, price_fen) VALUES (:quote, :least, :price)

-- name: supply.tier_for
SELECT price_fen FROM quote_tiers WHERE quote_id = :quote AND least <= :quantity ORDER BY least DESC LIMIT 1

-- name: supply.quotes_over
SELECT id FROM quotes WHERE status IN ('quoted', 'accepted') AND until_at < :now ORDER BY until_at, id LIMIT :most

-- name: supply.quote_of_order
SELECT id FROM quotes WHERE order_id = :order_id AND status = 'ordered'

-- name: supply.todo_quotes
SELECT count(*) OVER () AS n, p.title_zh AS label_zh, p.title_en AS label_en, '/quotes/' || q.id AS link,
    u.name AS of_zh, u.name AS of_en, q.quantity AS amount, q.changed_at AS at
FROM quotes q JOIN skus s ON s.id = q.sku_id JOIN products p ON p.id = s.product_id JOIN users u ON u.id = q.asker_id
WHERE q.factory_id = :organisation AND q.status IN ('asked', 'countered') AND q.changed_at > :from AND q.changed_at <= :until
ORDER BY q.changed_at, q.id
LIMIT :most OFFSET :skip

-- name: supply.todo_making
SELECT count(*) OVER () AS n, p.title_zh AS label_zh, p.title_en AS label_en, '/quotes/' || q.id AS link,
    u.name AS of_zh, u.name AS of_en, q.quantity AS amount, (q.due_day + 1) * 86400000 - 28800000 AS at
FROM quotes q JOIN skus s ON s.id = q.sku_id JOIN products p ON p.id = s.product_id JOIN users u ON u.id = q.asker_id
WHERE q.factory_id = :organisation AND q.status = 'making' AND (q.due_day + 1) * 86400000 - 28800000 > :from
    AND (q.due_day + 1) * 86400000 - 28800000 <= :until
ORDER BY q.due_day, q.id
LIMIT :most OFFSET :skip

-- What is agreed and not ordered is what the ledger keeps for it.
-- name: supply.wrong_kept
SELECT x.sku AS id FROM (
    SELECT k.id AS sku,
        coalesce((SELECT sum(q.quantity) FROM quotes q WHERE q.sku_id = k.id AND q.status = 'accepted'), 0) AS n_kept,
        coalesce((SELECT b.available FROM ledger_balances b WHERE b.unit = 'piece'
            AND b.subject = 'sku:' || k.id AND b.role = 'quote'), 0) AS held
    FROM skus k) x
WHERE x.n_kept <> x.held ORDER BY x.sku LIMIT :most
