-- An order, and what was asked for of it, if anything was.
-- name: invoice.order
SELECT o.id, o.buyer_id, o.factory_id, o.paid_at, o.total_fen - o.refunded_fen AS left_fen,
    f.name_zh AS factory_zh, f.name_en AS factory_en,
    i.id AS invoice_id, i.status, i.kind, i.title, i.tax, i.email, i.reason, i.changed_at,
    p.id AS paper_id, p.number, p.amount_fen
FROM orders o LEFT JOIN organisations f ON f.id = o.factory_id
LEFT JOIN invoices i ON i.order_id = o.id LEFT JOIN invoice_papers p ON p.id = i.paper_id
WHERE o.id = :order_id

-- name: invoice.get
SELECT i.id, i.order_id, i.buyer_id, i.factory_id, i.kind, i.status, i.title, i.tax, i.email, i.reason,
    i.paper_id, i.asked_at, i.changed_at, o.paid_at, o.total_fen, o.refunded_fen,
    o.total_fen - o.refunded_fen AS left_fen, f.name_zh AS factory_zh, f.name_en AS factory_en
FROM invoices i JOIN orders o ON o.id = i.order_id LEFT JOIN organisations f ON f.id = i.factory_id
WHERE i.id = :invoice_id

-- name: invoice.add
INSERT INTO invoices (order_id, buyer_id, factory_id, kind, status, title, tax, email, asked_at, changed_at)
VALUES (:order_id, :buyer_id, :factory_id, :kind, 'asked', :title, :tax, :email, :now, :now)
RETURNING id

-- name: invoice.ask_again
UPDATE invoices SET kind = :kind, title = :title, tax = :tax, email = :email, reason = NULL, asked_at = :now
WHERE id = :invoice_id

-- name: invoice.moved
UPDATE invoices SET status = :status, changed_at = :now WHERE id = :invoice_id

-- name: invoice.refused
UPDATE invoices SET reason = :reason WHERE id = :invoice_id

-- name: invoice.forget
UPDATE invoices SET title = NULL, tax = NULL, email = NULL, reason = NULL WHERE id = :invoice_id

-- name: invoice.used
SELECT p.number, p.pdf, i.order_id FROM invoice_papers p JOIN invoices i ON i.id = p.invoice_id
WHERE p.factory_id = :factory_id AND (p.number = :number OR p.pdf = :pdf) LIMIT 1

-- name: invoice.paper_add
INSERT INTO invoice_papers (invoice_id, factory_id, number, amount_fen, pdf, user_id, at)
VALUES (:invoice_id, :factory_id, :number, :amount_fen, :pdf, :user_id, :now)
RETURNING id

-- name: invoice.issued
UPDATE invoices SET paper_id = :paper_id WHERE id = :invoice_id

-- name: invoice.event_add
INSERT INTO invoice_events (invoice_id, event, from_state, to_state, actor_id, actor_as, at)
VALUES (:invoice_id, :event, :from_state, :to_state, :actor_id, :actor_as, :now)

-- name: invoice.events_n
SELECT count(*) AS n FROM invoice_events WHERE invoice_id = :invoice_id

-- name: invoice.events
SELECT event, to_state, actor_as, at FROM invoice_events WHERE invoice_id = :invoice_id ORDER BY id

-- Newest first.
-- name: invoice.papers
SELECT id, number, amount_fen, at FROM invoice_papers WHERE invoice_id = :invoice_id ORDER BY id DESC

-- name: invoice.paper
SELECT number, pdf FROM invoice_papers WHERE id = :paper_id AND invoice_id = :invoice_id

-- Who has read what is sealed.

-- name: invoice.opening_add
INSERT INTO invoice_openings (invoice_id, user_id, is_maker, purpose, at)
VALUES (:invoice_id, :user_id, :is_maker, :purpose, :now)

-- Since it was asked for, by the maker's people and by one person.
-- name: invoice.opened
SELECT count(CASE WHEN p.is_maker = 1 THEN 1 END) AS by_maker,
    count(CASE WHEN p.is_maker = 0 AND p.user_id = :user_id THEN 1 END) AS by_self
FROM invoice_openings p JOIN invoices i ON i.id = p.invoice_id
WHERE p.invoice_id = :invoice_id AND p.at >= i.asked_at

-- name: invoice.openings
SELECT p.purpose, p.at, p.is_maker, u.name FROM invoice_openings p JOIN users u ON u.id = p.user_id
WHERE p.invoice_id = :invoice_id ORDER BY p.id DESC LIMIT :most

-- Lists: of one maker, and of all (by an index each: a maker's page reads nothing of the others').

-- part: listed
SELECT i.id, i.order_id, i.kind, i.status, i.title, i.asked_at, i.changed_at, p.number,
    CASE WHEN i.status IN ('issued', 'void') THEN p.amount_fen ELSE o.total_fen - o.refunded_fen END AS amount_fen,
    f.name_zh AS factory_zh, f.name_en AS factory_en
FROM invoices i JOIN orders o ON o.id = i.order_id LEFT JOIN organisations f ON f.id = i.factory_id
LEFT JOIN invoice_papers p ON p.id = i.paper_id

-- part: group
CASE WHEN i.status IN ('issued', 'refused') THEN i.status WHEN i.status IN ('asked', 'stale') THEN 'to_issue' ELSE 'over' END

-- Those that wait, the longest first.

-- name: invoice.to_issue
{listed}
WHERE i.factory_id = :factory_id AND i.status IN ('asked', 'stale')
ORDER BY i.changed_at, i.id LIMIT :most OFFSET :skip

-- name: invoice.to_issue_of_all
{listed}
WHERE i.status IN ('asked', 'stale')
ORDER BY i.changed_at, i.id LIMIT :most OFFSET :skip

-- name: invoice.of_state
{listed}
WHERE i.factory_id = :factory_id AND {group} = :state
ORDER BY i.id DESC LIMIT :most OFFSET :skip

-- name: invoice.of_state_of_all
{listed}
WHERE {group} = :state
ORDER BY i.id DESC LIMIT :most OFFSET :skip

-- name: invoice.groups
SELECT {group} AS state, count(*) AS n FROM invoices i WHERE i.factory_id = :factory_id GROUP BY 1

-- name: invoice.groups_of_all
SELECT {group} AS state, count(*) AS n FROM invoices i GROUP BY 1

-- What waits for a maker (town/console).
-- name: invoice.todo_maker
SELECT count(*) OVER () AS n, i.id, '#' || i.order_id || ' ' || l.title_zh AS label_zh,
    '#' || i.order_id || ' ' || l.title_en AS label_en, '/invoices/' || i.id AS link, i.status AS tags,
    i.changed_at AS at
FROM invoices i JOIN order_lines l ON l.order_id = i.order_id AND l.line = 1
WHERE i.factory_id = :organisation AND i.status IN ('asked', 'stale')
    AND i.changed_at > :from AND i.changed_at <= :until
ORDER BY i.changed_at, i.id
LIMIT :most OFFSET :skip

-- Sealed texts, for `guildhall seal`.

-- name: invoice.title_seal_next
SELECT id AS id, title AS sealed FROM invoices
WHERE id > :after AND title IS NOT NULL AND substr(title, 2, 1) <> :key
ORDER BY id
LIMIT :most

-- name: invoice.title_seal_put
UPDATE invoices SET title = :sealed WHERE id = :id AND title = :before

-- name: invoice.title_seal_count
SELECT substr(title, 2, 1) AS key, COUNT(*) AS n FROM invoices WHERE title IS NOT NULL GROUP BY 1

-- name: invoice.tax_seal_next
SELECT id AS id, tax AS sealed FROM invoices
WHERE id > :after AND tax IS NOT NULL AND substr(tax, 2, 1) <> :key
ORDER BY id
LIMIT :most

-- name: invoice.tax_seal_put
UPDATE invoices SET tax = :sealed WHERE id = :id AND tax = :before

-- name: invoice.tax_seal_count
SELECT substr(tax, 2, 1) AS key, COUNT(*) AS n FROM invoices WHERE tax IS NOT NULL GROUP BY 1

-- name: invoice.email_seal_next
SELECT id AS id, email AS sealed FROM invoices
WHERE id > :after AND email IS NOT NULL AND substr(email, 2, 1) <> :key
ORDER BY id
LIMIT :most

-- name: invoice.email_seal_put
UPDATE invoices SET email = :sealed WHERE id = :id AND email = :before

-- name: invoice.email_seal_count
SELECT substr(email, 2, 1) AS key, COUNT(*) AS n FROM invoices WHERE email IS NOT NULL GROUP BY 1

-- name: invoice.reason_seal_next
SELECT id AS id, reason AS sealed FROM invoices
WHERE id > :after AND reason IS NOT NULL AND substr(reason, 2, 1) <> :key
ORDER BY id
LIMIT :most

-- name: invoice.reason_seal_put
UPDATE invoices SET reason = :sealed WHERE id = :id AND reason = :before

-- name: invoice.reason_seal_count
SELECT substr(reason, 2, 1) AS key, COUNT(*) AS n FROM invoices WHERE reason IS NOT NULL GROUP BY 1

-- For the check.

-- name: invoice.last
SELECT max(id) AS id FROM invoices

-- name: invoice.wrong_order
SELECT i.id FROM invoices i JOIN orders o ON o.id = i.order_id
WHERE i.id > :after AND i.id <= :until
  AND (o.paid_at IS NULL OR o.buyer_id <> i.buyer_id OR o.factory_id <> i.factory_id
       OR EXISTS (SELECT 1 FROM invoices j WHERE j.order_id = i.order_id AND j.id <> i.id))
ORDER BY i.id LIMIT :most

-- name: invoice.wrong_event
SELECT i.id FROM invoices i
WHERE i.id > :after AND i.id <= :until
  AND i.status <> COALESCE((SELECT e.to_state FROM invoice_events e WHERE e.invoice_id = i.id ORDER BY e.id DESC LIMIT 1), '')
ORDER BY i.id LIMIT :most

-- name: invoice.wrong_paper
SELECT i.id FROM invoices i
WHERE i.id > :after AND i.id <= :until
  AND ((i.status IN ('issued', 'stale', 'void')) <> (i.paper_id IS NOT NULL)
       OR COALESCE(i.paper_id, 0) <> COALESCE((SELECT max(p.id) FROM invoice_papers p
           WHERE p.invoice_id = i.id AND p.factory_id = i.factory_id AND p.number <> '' AND p.pdf <> ''), 0))
ORDER BY i.id LIMIT :most

-- name: invoice.wrong_amount
SELECT i.id FROM invoices i JOIN orders o ON o.id = i.order_id JOIN invoice_papers p ON p.id = i.paper_id
WHERE i.id > :after AND i.id <= :until
  AND (p.amount_fen > o.total_fen
       OR (i.status = 'issued' AND p.amount_fen <> o.total_fen - o.refunded_fen)
       OR (i.status = 'stale' AND p.amount_fen <= o.total_fen - o.refunded_fen)
       OR (i.status = 'void' AND o.total_fen <> o.refunded_fen))
ORDER BY i.id LIMIT :most

-- name: invoice.wrong_texts
SELECT i.id FROM invoices i
WHERE i.id > :after AND i.id <= :until
  AND ((i.status IN ('withdrawn', 'lapsed')) <> (i.title IS NULL)
       OR (i.title IS NOT NULL AND (i.kind = 'company') <> (i.tax IS NOT NULL))
       OR (i.title IS NULL AND (i.tax IS NOT NULL OR i.email IS NOT NULL))
       OR (i.status = 'refused') <> (i.reason IS NOT NULL))
ORDER BY i.id LIMIT :most
