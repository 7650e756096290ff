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
                          AND status IN ('waiting', 'sent', 'failed')) THEN NULL ELSE CAST(:now AS BIGINT) END)
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
       a.account AS receiver, s.turn AS share_turn,
       (SELECT CAST(COALESCE(SUM(r.amount_fen), 0) AS BIGINT) FROM pay_instructions r WHERE r.order_id = i.order_id
        AND r.part_id = i.part_id AND r.kind = 'refund' AND r.status IN ('done', 'settled')) AS refunded_fen
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
VALUES (:payment, :order, CAST(:factory AS BIGINT), 1, :number, 'factory:' || CAST(CAST(:factory AS BIGINT) AS TEXT),
        :amount, 'taken', :at)

-- Statements (reconcile.c).

-- name: pay.statement_add
INSERT INTO pay_statements (provider, day, due_at) VALUES (:provider, :day, :now)
ON CONFLICT (provider, day) DO NOTHING

-- name: pay.statement_claim
UPDATE pay_statements SET due_at = :again, tries = tries + 1
WHERE (provider, day) = (SELECT provider, day FROM pay_statements WHERE due_at <= :now
                         ORDER BY due_at, provider, day LIMIT 1)
RETURNING provider, day, tries

-- name: pay.statement_due
UPDATE pay_statements SET due_at = :due, said = :said WHERE provider = :provider AND day = :day

-- name: pay.statement_read
UPDATE pay_statements SET due_at = NULL, said = '', lines = :lines, read_at = :now
WHERE provider = :provider AND day = :day

-- name: pay.stated_part
SELECT t.id, t.order_id, t.amount_fen, t.merchant, t.paid_at AS at
FROM pay_parts t JOIN pay_payments p ON p.id = t.payment_id
WHERE t.number = :number AND p.provider = :provider

-- name: pay.stated_instruction
SELECT i.id, i.order_id, i.turn, i.amount_fen, t.merchant, i.done_at AS at
FROM pay_instructions i JOIN pay_parts t ON t.id = i.part_id JOIN pay_payments p ON p.id = t.payment_id
WHERE i.id = :id AND i.turn = :turn AND i.kind = 'refund' AND p.provider = :provider

-- name: pay.posted
SELECT amount FROM ledger_transfers WHERE id = :id AND kind IN (1, 3)

-- name: pay.part_stated
UPDATE pay_parts SET stated_on = :day WHERE id = :part

-- name: pay.instruction_stated
UPDATE pay_instructions SET stated_on = :day WHERE id = :id

-- Missing there until now: it stands in a later statement.
-- name: pay.difference_found
UPDATE pay_differences SET closed_at = :now, note = :day
WHERE provider = :provider AND number = :number AND kind = 'missing_there' AND closed_at IS NULL

-- name: pay.parts_not_stated
INSERT INTO pay_differences (provider, day, kind, number, order_id, here, there, found_at)
SELECT CAST(:provider AS TEXT), CAST(:day AS TEXT), 'missing_there', t.number, t.order_id, CAST(t.amount_fen AS TEXT), '',
       CAST(:now AS BIGINT)
FROM pay_parts t JOIN pay_payments p ON p.id = t.payment_id
WHERE p.provider = :provider AND t.amount_fen > 0 AND t.stated_on IS NULL
  AND t.paid_at BETWEEN :from AND :until
ON CONFLICT (provider, kind, number) DO NOTHING

-- name: pay.refunds_not_stated
INSERT INTO pay_differences (provider, day, kind, number, order_id, here, there, found_at)
SELECT CAST(:provider AS TEXT), CAST(:day AS TEXT), 'missing_there',
       'I' || CAST(i.id AS TEXT) || CASE WHEN i.turn > 0 THEN 'R' || CAST(i.turn AS TEXT) ELSE '' END,
       i.order_id, CAST(i.amount_fen AS TEXT), '', CAST(:now AS BIGINT)
FROM pay_instructions i JOIN pay_parts t ON t.id = i.part_id JOIN pay_payments p ON p.id = t.payment_id
WHERE p.provider = :provider AND i.kind = 'refund' AND i.status = 'done' AND i.stated_on IS NULL
  AND i.done_at BETWEEN :from AND :until
ON CONFLICT (provider, kind, number) DO NOTHING

-- The desk (desk.c).

-- part: transfers
FROM pay_parts t JOIN pay_payments p ON p.id = t.payment_id AND p.provider = 'bank'
LEFT JOIN organisations o ON o.id = t.factory_id
WHERE t.status = 'waiting' AND p.status = 'open' AND t.amount_fen > 0

-- name: pay.desk_transfers
SELECT t.id, t.order_id, t.number, t.merchant, t.amount_fen, p.made_at, o.name_zh AS factory_zh,
       o.name_en AS factory_en
{transfers}
ORDER BY p.made_at, t.id
LIMIT :most

-- name: pay.desk_transfer
SELECT t.id, t.order_id, t.number, t.merchant, t.amount_fen
FROM pay_parts t JOIN pay_payments p ON p.id = t.payment_id
WHERE t.id = :part AND p.provider = 'bank'

-- name: pay.part_confirmed
UPDATE pay_parts SET confirmed_by = :user WHERE id = :part AND confirmed_by IS NULL

-- name: pay.desk_instructions
SELECT i.id, i.order_id, i.kind, i.party, i.amount_fen, i.reason, i.said, i.made_at, p.provider,
       o.name_zh AS factory_zh, o.name_en AS factory_en,
       (SELECT COUNT(*) FROM pay_instructions b WHERE b.order_id = i.order_id AND b.status = 'waiting') AS behind
FROM pay_instructions i JOIN pay_parts t ON t.id = i.part_id JOIN pay_payments p ON p.id = t.payment_id
LEFT JOIN organisations o ON o.id = t.factory_id
WHERE i.status = :status AND (i.status = 'failed' OR i.due_at IS NULL)
ORDER BY i.id
LIMIT :most

-- name: pay.desk_statements
SELECT s.provider, s.day, s.lines, s.read_at, s.due_at, s.said,
       (SELECT COUNT(*) FROM pay_differences d WHERE d.provider = s.provider AND d.day = s.day) AS differences
FROM pay_statements s ORDER BY s.day DESC, s.provider LIMIT :most

-- name: pay.difference_close
UPDATE pay_differences SET note = :note, closed_at = :now, closed_by = :user
WHERE id = :id AND closed_at IS NULL

-- name: pay.statement_again
UPDATE pay_statements SET due_at = :now, tries = 0 WHERE provider = :provider AND day = :day

-- Who gets money at providers (merchants.c).

-- name: pay.parties
SELECT m.kind, m.party, m.name_zh, m.name_en
FROM (SELECT 0 AS place, 0 AS id, 'base' AS kind, 'base' AS party, '' AS name_zh, '' AS name_en
      UNION ALL
      SELECT CASE o.kind WHEN 'factory' THEN 1 ELSE 2 END AS place, o.id, o.kind,
             o.kind || ':' || CAST(o.id AS TEXT) AS party, o.name_zh, o.name_en
      FROM organisations o WHERE o.kind IN ('factory', 'agency')
      UNION ALL
      SELECT 3 AS place, u.id, 'host' AS kind, 'host:' || CAST(u.id AS TEXT) AS party, u.name AS name_zh,
             u.name AS name_en
      FROM users u WHERE (u.roles & :host) <> 0 AND u.disabled_at IS NULL) AS m
WHERE :q = '' OR m.party = :q OR m.name_zh LIKE '%' || :q || '%' OR m.name_en LIKE '%' || :q || '%'
ORDER BY m.place, m.id
LIMIT :most OFFSET :skip

-- name: pay.party
SELECT 1 AS there WHERE :party = 'base'
    OR EXISTS (SELECT 1 FROM organisations o WHERE o.kind IN ('factory', 'agency')
               AND o.kind || ':' || CAST(o.id AS TEXT) = :party)
    OR EXISTS (SELECT 1 FROM users u WHERE 'host:' || CAST(u.id AS TEXT) = :party AND (u.roles & :host) <> 0)

-- name: pay.accounts_of
SELECT provider, account FROM pay_accounts WHERE party = :party

-- name: pay.account_put
INSERT INTO pay_accounts (party, provider, account, changed_at, changed_by)
VALUES (:party, :provider, :account, :now, :user)
ON CONFLICT (party, provider) DO UPDATE SET account = excluded.account, changed_at = excluded.changed_at,
    changed_by = excluded.changed_by

-- name: pay.account_remove
DELETE FROM pay_accounts WHERE party = :party AND provider = :provider

-- One order's money (money.c).

-- name: pay.payments_of
SELECT t.number, t.factory_id, t.amount_fen, t.status, t.provider_no, t.paid_at, p.provider, p.made_at
FROM pay_parts t JOIN pay_payments p ON p.id = t.payment_id
WHERE t.order_id = :order ORDER BY t.id

-- What waits (todo.c): see town/console.

-- name: pay.todo_transfers
SELECT count(*) OVER () AS n, t.id, '#' || t.order_id || ' ' || t.number AS label_zh,
    '#' || t.order_id || ' ' || t.number AS label_en, '/pay/desk#transfers' AS link,
    o.name_zh AS of_zh, o.name_en AS of_en, p.made_at AS at
{transfers} AND :organisation = 0 AND p.made_at > :from AND p.made_at <= :until
ORDER BY p.made_at, t.id
LIMIT :most OFFSET :skip

-- Refused by their provider, or a person's to do.
-- name: pay.todo_instructions
SELECT count(*) OVER () AS n, i.id, '#' || i.order_id || ' I' || i.id AS label_zh,
    '#' || i.order_id || ' I' || i.id AS label_en, '/pay/desk#failed' AS link,
    o.name_zh AS of_zh, o.name_en AS of_en, i.said AS note, i.made_at AS at
FROM pay_instructions i JOIN pay_parts t ON t.id = i.part_id LEFT JOIN organisations o ON o.id = t.factory_id
WHERE (i.status = 'failed' OR (i.status = 'sent' AND i.due_at IS NULL))
    AND :organisation = 0 AND i.made_at > :from AND i.made_at <= :until
ORDER BY i.made_at, i.id
LIMIT :most OFFSET :skip

-- name: pay.todo_differences
SELECT count(*) OVER () AS n, d.id, d.day || ' ' || d.number AS label_zh,
    d.day || ' ' || d.number AS label_en, '/pay/desk#differences' AS link, d.found_at AS at
FROM pay_differences d
WHERE d.closed_at IS NULL AND :organisation = 0 AND d.found_at > :from AND d.found_at <= :until
ORDER BY d.found_at, d.id
LIMIT :most OFFSET :skip
