-- Payments.

-- name: pay.payment_add
INSERT INTO pay_payments (checkout_id, buyer_id, provider, channel, status, amount_fen, payer,
                          client_ip, due_at, made_at, expires_at)
VALUES (:checkout, :buyer, :provider, :channel, :status, :amount, :payer, :ip, :due, :now, :expires)
RETURNING id

-- name: pay.part_add
INSERT INTO pay_parts (payment_id, order_id, factory_id, attempt, number, merchant, amount_fen, status)
VALUES (:payment, :order, :factory, :attempt, :number, :merchant, :amount, 'waiting')

-- name: pay.attempts
SELECT COALESCE(MAX(attempt), 0) AS n FROM pay_parts WHERE order_id = :order

-- name: pay.payment_same
SELECT id FROM pay_payments
WHERE checkout_id = :checkout AND provider = :provider AND channel = :channel AND payer = :payer
  AND amount_fen = :total AND status IN ('opening', 'open') AND expires_at > :now
ORDER BY id DESC

-- name: pay.parts_of
SELECT id, order_id, factory_id, number, merchant, amount_fen, status, provider_no, paid_at
FROM pay_parts WHERE payment_id = :payment ORDER BY id

-- name: pay.gifts_of
SELECT number FROM pay_parts
WHERE payment_id = :payment AND amount_fen = 0 AND status = 'waiting'
  AND NOT EXISTS (SELECT 1 FROM pay_parts q WHERE q.payment_id = pay_parts.payment_id
                  AND q.amount_fen > 0 AND q.paid_at IS NULL)
ORDER BY id

-- name: pay.payable_of
SELECT p.id, p.provider
FROM pay_parts t JOIN pay_payments p ON p.id = t.payment_id
WHERE t.order_id = :order AND t.status = 'waiting' AND p.status IN ('opening', 'open') AND p.id <> :except
ORDER BY p.id

-- name: pay.payment_closing
UPDATE pay_payments SET status = 'closing', tries = 0, due_at = :now WHERE id = :payment

-- name: pay.payment_closed
UPDATE pay_payments SET status = 'closed', said = :said, client_ip = '', due_at = NULL
WHERE id = :payment AND status <> 'paid'

-- name: pay.parts_closed
UPDATE pay_parts SET status = 'closed' WHERE payment_id = :payment AND status = 'waiting'

-- name: pay.part_by_number
SELECT t.id, t.payment_id, t.order_id, t.factory_id, t.number, t.merchant, t.amount_fen, t.status,
       t.paid_at, p.provider, p.status AS payment_status
FROM pay_parts t JOIN pay_payments p ON p.id = t.payment_id
WHERE t.number = :number

-- name: pay.part_paid
UPDATE pay_parts SET provider_no = :provider_no, paid_at = :at WHERE id = :part

-- name: pay.part_status
UPDATE pay_parts SET status = :status WHERE id = :part

-- Paid once all of it is that costs anything; one that was closed meanwhile is paid all the same.
-- name: pay.payment_paid
UPDATE pay_payments SET status = 'paid', client_ip = '', due_at = NULL
WHERE id = :payment AND status <> 'paid'
  AND NOT EXISTS (SELECT 1 FROM pay_parts t WHERE t.payment_id = pay_payments.id
                  AND t.amount_fen > 0 AND t.paid_at IS NULL)

-- The part that the order took, and all that was paid for it, also what goes back.
-- name: pay.paid_of
SELECT t.id AS part_id, t.factory_id, t.payment_id, t.amount_fen, t.paid_at, p.provider,
       (SELECT CAST(SUM(q.amount_fen) AS BIGINT) FROM pay_parts q
        WHERE q.order_id = t.order_id AND q.paid_at IS NOT NULL) AS paid_fen
FROM pay_parts t JOIN pay_payments p ON p.id = t.payment_id
WHERE t.order_id = :order AND t.status = 'taken'

-- name: pay.account
SELECT account FROM pay_accounts WHERE party = :party AND provider = :provider

-- Instructions.

-- name: pay.instruction_add
INSERT INTO pay_instructions (order_id, part_id, kind, key, party, share_id, amount_fen, reason, status,
                              made_at, due_at)
VALUES (:order, :part, :kind, :key, :party, :share, :amount, :reason, 'waiting', :now,
        CASE WHEN EXISTS (SELECT 1 FROM pay_instructions WHERE order_id = :order
                          AND status IN ('waiting', 'sent', 'failed')) THEN NULL ELSE :now END)
RETURNING id

-- name: pay.instruction_find
SELECT id, amount_fen FROM pay_instructions WHERE order_id = :order AND kind = :kind AND key = :key

-- name: pay.instructions_of
SELECT id, kind, key, party, share_id, amount_fen, status, said, note, made_at, done_at
FROM pay_instructions WHERE order_id = :order ORDER BY id

-- name: pay.releases_of
SELECT COUNT(*) AS n FROM pay_instructions WHERE order_id = :order AND kind = 'release'

-- name: pay.open_of
SELECT id FROM pay_instructions
WHERE order_id = :order AND status IN ('waiting', 'sent', 'failed') ORDER BY id

-- name: pay.instruction_get
SELECT i.id, i.order_id, i.part_id, i.kind, i.key, i.party, i.share_id, i.amount_fen, i.reason, i.status,
       i.turn, i.tries, i.provider_no, i.said, i.note, i.due_at, t.factory_id, t.number AS payment_number,
       t.merchant, t.provider_no AS payment_no, t.amount_fen AS paid_fen, p.provider,
       a.account AS receiver, s.turn AS share_turn
FROM pay_instructions i JOIN pay_parts t ON t.id = i.part_id JOIN pay_payments p ON p.id = t.payment_id
LEFT JOIN pay_accounts a ON a.party = i.party AND a.provider = p.provider
LEFT JOIN pay_instructions s ON s.id = i.share_id
WHERE i.id = :id

-- name: pay.instruction_sent
UPDATE pay_instructions SET status = 'sent' WHERE id = :id

-- name: pay.instruction_failed
UPDATE pay_instructions SET status = 'failed', said = :said, due_at = NULL WHERE id = :id

-- name: pay.instruction_end
UPDATE pay_instructions SET status = :status, provider_no = :provider_no, done_at = :at, due_at = NULL
WHERE id = :id

-- name: pay.instruction_retry
UPDATE pay_instructions SET status = 'waiting', turn = turn + 1, tries = 0, due_at = :now, actor_id = :user
WHERE id = :id AND status = 'failed'

-- name: pay.instruction_note
UPDATE pay_instructions SET note = :note, actor_id = :user WHERE id = :id

-- name: pay.instruction_next
UPDATE pay_instructions SET due_at = :now
WHERE id = (SELECT MIN(i.id) FROM pay_instructions i
            WHERE i.order_id = :order AND i.status IN ('waiting', 'sent', 'failed'))
  AND status = 'waiting'

-- The ledger.

-- What open holds take and bring, and what is there, by account.
-- name: pay.where
SELECT m.role, CAST(SUM(m.fen) AS BIGINT) AS fen, CAST(SUM(m.coming) AS BIGINT) AS coming
FROM (
    SELECT a.role, CASE WHEN t.kind IN (1, 3) THEN t.amount ELSE 0 END AS fen,
           CASE t.kind WHEN 1 THEN 0 WHEN 2 THEN t.amount ELSE -h.amount END AS coming
    FROM ledger_transfers t JOIN ledger_accounts a ON a.id = t.credit JOIN ledger_books b ON b.id = a.book
    LEFT JOIN ledger_transfers h ON h.seq = t.hold
    WHERE t.ref = :ref AND b.unit = 'CNY' AND b.subject = 'town'
    UNION ALL
    SELECT a.role, CASE WHEN t.kind IN (1, 3) THEN -t.amount ELSE 0 END AS fen,
           CASE t.kind WHEN 1 THEN 0 WHEN 2 THEN -t.amount ELSE h.amount END AS coming
    FROM ledger_transfers t JOIN ledger_accounts a ON a.id = t.debit JOIN ledger_books b ON b.id = a.book
    LEFT JOIN ledger_transfers h ON h.seq = t.hold
    WHERE t.ref = :ref AND b.unit = 'CNY' AND b.subject = 'town') AS m
GROUP BY m.role
ORDER BY m.role

-- Differences.

-- name: pay.difference_add
INSERT INTO pay_differences (provider, day, kind, number, order_id, here, there, found_at)
VALUES (:provider, :day, :kind, :number, :order, :here, :there, :now)
ON CONFLICT (provider, kind, number) DO NOTHING

-- What is due at providers (run.c). Taking it sets due_at on, so that nobody else takes it while the
-- provider is asked, and somebody does if who asked has died.

-- name: pay.due
SELECT 1 AS n WHERE EXISTS (SELECT 1 FROM pay_payments WHERE due_at <= :now)
    OR EXISTS (SELECT 1 FROM pay_instructions WHERE due_at <= :now)
    OR EXISTS (SELECT 1 FROM pay_statements WHERE due_at <= :now)

-- name: pay.payment_claim
UPDATE pay_payments SET due_at = :again, tries = tries + 1
WHERE id = (SELECT id FROM pay_payments WHERE due_at <= :now ORDER BY due_at, id LIMIT 1)
RETURNING id

-- name: pay.instruction_claim
UPDATE pay_instructions SET due_at = :again, tries = tries + 1
WHERE id = (SELECT id FROM pay_instructions WHERE due_at <= :now ORDER BY due_at, id LIMIT 1)
RETURNING id

-- name: pay.payment_get
SELECT id, checkout_id, buyer_id, provider, channel, status, amount_fen, payer, client_ip, go, go_text,
       said, tries, due_at, made_at, expires_at
FROM pay_payments WHERE id = :payment

-- name: pay.payment_opened
UPDATE pay_payments SET status = 'open', go = :go, go_text = :go_text, client_ip = '', tries = 0, due_at = :due
WHERE id = :payment AND status = 'opening'

-- name: pay.payment_due
UPDATE pay_payments SET due_at = :due WHERE id = :payment AND status = :status

-- name: pay.instruction_due
UPDATE pay_instructions SET due_at = :due WHERE id = :id AND status = 'sent'

-- What `guildhall check` looks for: ids of the first that are wrong, after one and up to another.

-- name: pay.last_order
SELECT COALESCE(MAX(order_id), 0) AS id FROM pay_parts

-- part: money_of
FROM (SELECT DISTINCT order_id FROM pay_parts WHERE order_id > :after AND order_id <= :until) AS o
    JOIN ledger_transfers t ON t.ref = 'order:' || o.order_id
    JOIN ledger_accounts a ON a.id = t.debit
    JOIN ledger_books b ON b.id = a.book AND b.unit = 'CNY' AND b.subject = 'town'

-- name: pay.wrong_moves
SELECT DISTINCT w.order_id AS id
FROM (SELECT m.order_id, m.kind
      FROM (SELECT order_id, 'payment' AS kind, amount_fen AS here, 0 AS there FROM pay_parts
            WHERE paid_at IS NOT NULL AND order_id > :after AND order_id <= :until
            UNION ALL
            SELECT order_id, kind, amount_fen AS here, 0 AS there FROM pay_instructions
            WHERE status IN ('done', 'settled') AND order_id > :after AND order_id <= :until
            UNION ALL
            SELECT o.order_id, t.reason AS kind, 0 AS here, t.amount AS there
            {money_of}
            WHERE t.kind IN (1, 3) AND t.reason <> 'moved') AS m
      GROUP BY m.order_id, m.kind
      HAVING SUM(m.here) <> SUM(m.there)) AS w
ORDER BY w.order_id
LIMIT :most

-- name: pay.wrong_holds
SELECT m.order_id AS id
FROM (SELECT order_id, amount_fen AS here, 0 AS there FROM pay_instructions
      WHERE status = 'sent' AND order_id > :after AND order_id <= :until
      UNION ALL
      SELECT o.order_id, 0 AS here, t.amount AS there
      {money_of}
      JOIN ledger_holds h ON h.hold = t.seq) AS m
GROUP BY m.order_id
HAVING SUM(m.here) <> SUM(m.there)
ORDER BY m.order_id
LIMIT :most

-- name: pay.wrong_purses
SELECT DISTINCT w.order_id AS id
FROM (SELECT m.order_id, m.account
      FROM (SELECT o.order_id, t.debit AS account, -t.amount AS fen
            {money_of}
            WHERE t.kind IN (1, 3)
            UNION ALL
            SELECT o.order_id, t.credit AS account, t.amount AS fen
            {money_of}
            WHERE t.kind IN (1, 3)) AS m
      JOIN ledger_accounts c ON c.id = m.account
      WHERE c.role <> 'outside'
      GROUP BY m.order_id, m.account
      HAVING SUM(m.fen) < 0) AS w
ORDER BY w.order_id
LIMIT :most

-- name: pay.wrong_closed
SELECT m.order_id AS id
FROM (SELECT o.order_id, CASE WHEN a.role LIKE 'frozen:%' THEN -t.amount ELSE 0 END AS fen
      {money_of}
      WHERE t.kind IN (1, 3)
      UNION ALL
      SELECT o.order_id, CASE WHEN c.role LIKE 'frozen:%' THEN t.amount ELSE 0 END AS fen
      {money_of}
      JOIN ledger_accounts c ON c.id = t.credit
      WHERE t.kind IN (1, 3)) AS m
JOIN orders r ON r.id = m.order_id
WHERE r.status IN ('closed', 'cancelled', 'expired', 'refunded')
  AND NOT EXISTS (SELECT 1 FROM pay_instructions i WHERE i.order_id = m.order_id
                  AND i.status IN ('waiting', 'sent', 'failed'))
GROUP BY m.order_id
HAVING SUM(m.fen) <> 0
ORDER BY m.order_id
LIMIT :most

-- name: pay.wrong_back
SELECT DISTINCT t.order_id AS id
FROM pay_parts t
WHERE t.order_id > :after AND t.order_id <= :until AND t.amount_fen > 0
  AND (t.paid_at IS NOT NULL) <> (t.status IN ('taken', 'back'))
   OR t.order_id > :after AND t.order_id <= :until AND t.status = 'back' AND t.amount_fen > 0
  AND NOT EXISTS (SELECT 1 FROM pay_instructions i WHERE i.part_id = t.id AND i.kind = 'refund'
                  AND i.amount_fen = t.amount_fen)
ORDER BY t.order_id
LIMIT :most

-- Of an order's instructions, only the first that is open may be due or sent; and one that waits and is
-- the first is due, or it never will be.
-- name: pay.wrong_turns
SELECT DISTINCT i.order_id AS id
FROM pay_instructions i
WHERE i.status IN ('waiting', 'sent', 'failed') AND i.order_id > :after AND i.order_id <= :until
  AND CASE WHEN EXISTS (SELECT 1 FROM pay_instructions b WHERE b.order_id = i.order_id AND b.id < i.id
                        AND b.status IN ('waiting', 'sent', 'failed'))
           THEN i.status <> 'waiting' OR i.due_at IS NOT NULL
           ELSE (i.status = 'waiting' AND i.due_at IS NULL)
                OR (i.status = 'failed' AND i.due_at IS NOT NULL) END
ORDER BY i.order_id
LIMIT :most

-- name: pay.stray_money
SELECT t.seq AS id
FROM ledger_transfers t
JOIN ledger_accounts a ON a.id = t.debit
JOIN ledger_books b ON b.id = a.book AND b.unit = 'CNY' AND b.subject = 'town'
JOIN ledger_accounts c ON c.id = t.credit AND c.role <> 'paid' -- see adopt.c
WHERE t.seq > :after AND t.seq <= :until
  AND NOT EXISTS (SELECT 1 FROM pay_parts p WHERE p.order_id = CAST(substr(t.ref, 7) AS INTEGER))
ORDER BY t.seq
LIMIT :most

-- name: pay.stray_money @postgres
SELECT t.seq AS id
FROM ledger_transfers t
JOIN ledger_accounts a ON a.id = t.debit
JOIN ledger_books b ON b.id = a.book AND b.unit = 'CNY' AND b.subject = 'town'
JOIN ledger_accounts c ON c.id = t.credit AND c.role <> 'paid'
WHERE t.seq > :after AND t.seq <= :until
  AND NOT EXISTS (SELECT 1 FROM pay_parts p WHERE p.order_id =
                  CASE WHEN t.ref ~ '^order:[0-9]{1,18}$' THEN substr(t.ref, 7)::bigint END)
ORDER BY t.seq
LIMIT :most

-- name: pay.differences_open
SELECT id, provider, day, kind, number, order_id, here, there, found_at
FROM pay_differences WHERE closed_at IS NULL ORDER BY id LIMIT :most

-- Pages.

-- name: pay.payment_last
SELECT id, provider, channel, status, go, go_text, said, expires_at
FROM pay_payments WHERE checkout_id = :checkout AND buyer_id = :buyer
ORDER BY id DESC LIMIT 1

-- What was paid before (adopt.c).

-- name: pay.to_adopt
SELECT o.id, o.buyer_id, o.factory_id, o.paid_at, t.amount
FROM ledger_books b JOIN ledger_accounts a ON a.book = b.id AND a.role = 'paid'
JOIN ledger_transfers t ON t.credit = a.id AND t.reason = 'payment'
JOIN orders o ON o.id = CAST(substr(t.ref, 7) AS INTEGER)
WHERE b.unit = 'CNY' AND b.subject = 'town' AND o.paid_at IS NOT NULL
  AND NOT EXISTS (SELECT 1 FROM pay_parts p WHERE p.order_id = o.id)
ORDER BY t.seq
LIMIT :most

-- name: pay.to_adopt @postgres
SELECT o.id, o.buyer_id, o.factory_id, o.paid_at, t.amount
FROM ledger_books b JOIN ledger_accounts a ON a.book = b.id AND a.role = 'paid'
JOIN ledger_transfers t ON t.credit = a.id AND t.reason = 'payment'
JOIN orders o ON o.id = CASE WHEN t.ref ~ '^order:[0-9]{1,18}$' THEN substr(t.ref, 7)::bigint END
WHERE b.unit = 'CNY' AND b.subject = 'town' AND o.paid_at IS NOT NULL
  AND NOT EXISTS (SELECT 1 FROM pay_parts p WHERE p.order_id = o.id)
ORDER BY t.seq
LIMIT :most

-- name: pay.adopt_payment
INSERT INTO pay_payments (checkout_id, buyer_id, provider, channel, status, amount_fen, made_at, expires_at)
VALUES (:order, :buyer, 'test', 0, 'paid', :amount, :at, :at)
RETURNING id

-- name: pay.adopt_part
INSERT INTO pay_parts (payment_id, order_id, factory_id, attempt, number, merchant, amount_fen, status,
                       paid_at)
VALUES (:payment, :order, :factory, 1, :number, 'factory:' || CAST(:factory AS TEXT), :amount, 'taken', :at)
