-- Books and accounts.

-- name: ledger.book_find
SELECT id FROM ledger_books WHERE unit = :unit AND subject = :subject

-- name: ledger.book_add
INSERT INTO ledger_books (unit, subject) VALUES (:unit, :subject) RETURNING id

-- name: ledger.account_find
SELECT id, flags FROM ledger_accounts WHERE book = :book AND role = :role

-- name: ledger.account_add
INSERT INTO ledger_accounts (book, role, flags) VALUES (:book, :role, :flags) RETURNING id

-- name: ledger.account_by_names
SELECT a.id
FROM ledger_accounts a JOIN ledger_books b ON b.id = a.book
WHERE b.unit = :unit AND b.subject = :subject AND a.role = :role

-- name: ledger.accounts_of
-- many: text, text
SELECT b.subject, a.role, a.id AS account
FROM ledger_books b JOIN ledger_accounts a ON a.book = b.id
WHERE b.unit = :unit AND b.subject = :subject

-- name: ledger.accounts_of @postgres
SELECT b.subject, a.role, a.id AS account
FROM unnest(:unit::text[], :subject::text[]) AS m (unit, subject)
CROSS JOIN LATERAL (SELECT * FROM ledger_books k WHERE k.unit = m.unit AND k.subject = m.subject
                    OFFSET 0) AS b
JOIN ledger_accounts a ON a.book = b.id

-- name: ledger.account_get
SELECT id, book, flags, debits_pending, debits_posted, credits_pending, credits_posted
FROM ledger_accounts WHERE id = :account

-- name: ledger.account_close
UPDATE ledger_accounts SET flags = flags | 4 WHERE id = :account

-- name: ledger.accounts_get
-- many: bigint
SELECT id, book, flags, debits_pending, debits_posted, credits_pending, credits_posted
FROM ledger_accounts WHERE id = :account

-- name: ledger.accounts_get @postgres
SELECT id, book, flags, debits_pending, debits_posted, credits_pending, credits_posted
FROM ledger_accounts WHERE id = ANY (:account::bigint[])

-- name: ledger.accounts_move
-- many: bigint, bigint, bigint, bigint, bigint
UPDATE ledger_accounts
SET debits_pending = debits_pending + :debits_pending,
    debits_posted = debits_posted + :debits_posted,
    credits_pending = credits_pending + :credits_pending,
    credits_posted = credits_posted + :credits_posted
WHERE id = :account

-- name: ledger.accounts_move @postgres
UPDATE ledger_accounts a
SET debits_pending = a.debits_pending + m.debits_pending,
    debits_posted = a.debits_posted + m.debits_posted,
    credits_pending = a.credits_pending + m.credits_pending,
    credits_posted = a.credits_posted + m.credits_posted
FROM unnest(:debits_pending::bigint[], :debits_posted::bigint[], :credits_pending::bigint[],
            :credits_posted::bigint[], :account::bigint[])
     AS m (debits_pending, debits_posted, credits_pending, credits_posted, account)
WHERE a.id = m.account

-- Transfers and holds.

-- name: ledger.transfers_find
-- many: bytea
SELECT t.id, t.seq, t.kind, t.debit, t.credit, t.amount, t.timeout_ms, t.reason, t.ref, t.at_ms,
       h.id AS hold_id
FROM ledger_transfers t LEFT JOIN ledger_transfers h ON h.seq = t.hold
WHERE t.id = :id

-- name: ledger.transfers_find @postgres
SELECT t.id, t.seq, t.kind, t.debit, t.credit, t.amount, t.timeout_ms, t.reason, t.ref, t.at_ms,
       h.id AS hold_id
FROM ledger_transfers t LEFT JOIN ledger_transfers h ON h.seq = t.hold
WHERE t.id = ANY (:id::bytea[])

-- name: ledger.transfers_add
-- many: bytea, bigint, bigint, bigint, bigint, bigint, bigint, text, text, bigint
INSERT INTO ledger_transfers (id, kind, debit, credit, amount, timeout_ms, hold, reason, ref, at_ms)
VALUES (:id, :kind, :debit, :credit, :amount, :timeout_ms, :hold, :reason, :ref, :now)
RETURNING seq, id

-- name: ledger.last
SELECT COALESCE(MAX(seq), 0) AS seq FROM ledger_transfers

-- name: ledger.newest
SELECT seq, at_ms FROM ledger_transfers ORDER BY seq DESC LIMIT 1

-- name: ledger.hold_resolution
SELECT kind FROM ledger_transfers WHERE hold = :hold

-- name: ledger.holds_open
-- many: bigint, bigint
INSERT INTO ledger_holds (hold, due_ms) VALUES (:hold, :due_ms)

-- name: ledger.holds_close
-- many: bigint
DELETE FROM ledger_holds WHERE hold = :hold

-- name: ledger.holds_close @postgres
DELETE FROM ledger_holds WHERE hold = ANY (:hold::bigint[])

-- name: ledger.holds_due
SELECT t.id, t.seq
FROM ledger_holds h JOIN ledger_transfers t ON t.seq = h.hold
WHERE h.due_ms <= :now
ORDER BY h.due_ms, h.hold
LIMIT :most

-- Statements. Either side of an account is read by its own index; an account is on one side of a
-- transfer only.

-- name: ledger.statement_account
SELECT a.book, a.role, a.flags, b.unit, b.subject
FROM ledger_accounts a JOIN ledger_books b ON b.id = a.book
WHERE a.id = :account

-- name: ledger.statement_sums
SELECT COALESCE(CAST(SUM(balance) AS BIGINT), 0) AS balance,
       COALESCE(CAST(SUM(held) AS BIGINT), 0) AS held
FROM (
    SELECT CASE WHEN t.kind IN (1, 3) THEN -t.amount ELSE 0 END AS balance,
           CASE t.kind WHEN 1 THEN 0 WHEN 2 THEN -t.amount ELSE h.amount END AS held
    FROM ledger_transfers t LEFT JOIN ledger_transfers h ON h.seq = t.hold
    WHERE t.debit = :account AND t.seq <= :until AND t.at_ms <= :as_of
    UNION ALL
    SELECT CASE WHEN t.kind IN (1, 3) THEN t.amount ELSE 0 END AS balance,
           CASE t.kind WHEN 1 THEN 0 WHEN 2 THEN t.amount ELSE -h.amount END AS held
    FROM ledger_transfers t LEFT JOIN ledger_transfers h ON h.seq = t.hold
    WHERE t.credit = :account AND t.seq <= :until AND t.at_ms <= :as_of) AS moved

-- name: ledger.statement_lines
SELECT * FROM (
    SELECT t.seq, t.id, t.kind, t.credit AS other, -1 AS side, t.amount,
           COALESCE(h.amount, 0) AS held, COALESCE(t.hold, 0) AS hold, t.reason, t.ref, t.at_ms
    FROM ledger_transfers t LEFT JOIN ledger_transfers h ON h.seq = t.hold
    WHERE t.debit = :account AND t.seq > :after AND t.at_ms <= :as_of
    ORDER BY t.seq
    LIMIT :most) AS debited
UNION ALL
SELECT * FROM (
    SELECT t.seq, t.id, t.kind, t.debit AS other, 1 AS side, t.amount,
           COALESCE(h.amount, 0) AS held, COALESCE(t.hold, 0) AS hold, t.reason, t.ref, t.at_ms
    FROM ledger_transfers t LEFT JOIN ledger_transfers h ON h.seq = t.hold
    WHERE t.credit = :account AND t.seq > :after AND t.at_ms <= :as_of
    ORDER BY t.seq
    LIMIT :most) AS credited
ORDER BY seq
LIMIT :most

-- The chain and its heads.

-- name: ledger.chain_end
SELECT seq, hash FROM ledger_chain ORDER BY seq DESC LIMIT 1

-- name: ledger.chain_missing
SELECT seq, id, kind, debit, credit, amount, timeout_ms, COALESCE(hold, 0) AS hold, reason, ref,
       at_ms
FROM ledger_transfers WHERE seq > :after
ORDER BY seq
LIMIT :most

-- name: ledger.chain_add
-- many: bigint, bytea
INSERT INTO ledger_chain (seq, hash) VALUES (:seq, :hash)

-- name: ledger.head_last
SELECT number, seq FROM ledger_heads ORDER BY number DESC LIMIT 1

-- name: ledger.head_add
INSERT INTO ledger_heads (number, seq, hash, at_ms, key, signature)
VALUES (:number, :seq, :hash, :now, :key, :signature)

-- What the guard looks for before each commit, among what the transfers after :after have touched.

-- name: ledger.guard_crossing
SELECT t.seq AS id
FROM ledger_transfers t
LEFT JOIN ledger_accounts d ON d.id = t.debit
LEFT JOIN ledger_accounts c ON c.id = t.credit
LEFT JOIN ledger_transfers h ON h.seq = t.hold
WHERE t.seq > :after
  AND (d.id IS NULL OR c.id IS NULL OR d.book <> c.book OR (t.hold IS NOT NULL AND h.seq IS NULL))
ORDER BY t.seq
LIMIT 1

-- name: ledger.guard_books
SELECT book AS id
FROM ledger_accounts
WHERE book IN (SELECT d.book FROM ledger_transfers t JOIN ledger_accounts d ON d.id = t.debit
               WHERE t.seq > :after
               UNION
               SELECT c.book FROM ledger_transfers t JOIN ledger_accounts c ON c.id = t.credit
               WHERE t.seq > :after)
GROUP BY book
HAVING SUM(debits_pending) <> SUM(credits_pending) OR SUM(debits_posted) <> SUM(credits_posted)
ORDER BY book
LIMIT 1

-- From the few to their rows: PostgreSQL would walk over all accounts that there are.
-- name: ledger.guard_books @postgres
SELECT m.book AS id
FROM (SELECT d.book FROM ledger_transfers t JOIN ledger_accounts d ON d.id = t.debit
      WHERE t.seq > :after
      UNION
      SELECT c.book FROM ledger_transfers t JOIN ledger_accounts c ON c.id = t.credit
      WHERE t.seq > :after) AS m
CROSS JOIN LATERAL (SELECT SUM(debits_pending) AS dp, SUM(debits_posted) AS d,
                           SUM(credits_pending) AS cp, SUM(credits_posted) AS c
                    FROM ledger_accounts a WHERE a.book = m.book) AS s
WHERE s.dp <> s.cp OR s.d <> s.c
ORDER BY m.book
LIMIT 1

-- name: ledger.guard_limits
SELECT id
FROM ledger_accounts
WHERE id IN (SELECT debit FROM ledger_transfers WHERE seq > :after
             UNION
             SELECT credit FROM ledger_transfers WHERE seq > :after)
  AND (debits_pending < 0 OR debits_posted < 0 OR credits_pending < 0 OR credits_posted < 0
       OR ((flags & 1) <> 0 AND debits_pending + debits_posted > credits_posted)
       OR ((flags & 2) <> 0 AND credits_pending + credits_posted > debits_posted))
ORDER BY id
LIMIT 1

-- name: ledger.guard_limits @postgres
SELECT a.id
FROM (SELECT debit AS account FROM ledger_transfers WHERE seq > :after
      UNION
      SELECT credit FROM ledger_transfers WHERE seq > :after) AS m
CROSS JOIN LATERAL (SELECT * FROM ledger_accounts k WHERE k.id = m.account OFFSET 0) AS a
WHERE a.debits_pending < 0 OR a.debits_posted < 0 OR a.credits_pending < 0 OR a.credits_posted < 0
   OR ((a.flags & 1) <> 0 AND a.debits_pending + a.debits_posted > a.credits_posted)
   OR ((a.flags & 2) <> 0 AND a.credits_pending + a.credits_posted > a.debits_posted)
ORDER BY a.id
LIMIT 1

-- What `guildhall check` reads, in slices by key: rows after :after, at most :most or up to :until.

-- name: ledger.check_end
SELECT MAX(seq) AS seq FROM (
    SELECT COALESCE(MAX(seq), 0) AS seq FROM ledger_transfers
    UNION ALL SELECT COALESCE(MAX(seq), 0) FROM ledger_chain
    UNION ALL SELECT COALESCE(MAX(hold), 0) FROM ledger_holds) AS ends

-- name: ledger.check_slice
SELECT t.seq, t.id, t.kind, t.debit, t.credit, t.amount, t.timeout_ms,
       COALESCE(t.hold, 0) AS hold, t.reason, t.ref, t.at_ms, h.amount AS held, c.hash
FROM ledger_transfers t
LEFT JOIN ledger_transfers h ON h.seq = t.hold
LEFT JOIN ledger_chain c ON c.seq = t.seq
WHERE t.seq > :after AND t.seq <= :until
ORDER BY t.seq
LIMIT :most

-- name: ledger.check_accounts
SELECT id, flags, debits_pending, debits_posted, credits_pending, credits_posted
FROM ledger_accounts WHERE id > :after
ORDER BY id
LIMIT :most

-- name: ledger.check_books
SELECT book, CASE WHEN SUM(debits_pending) = SUM(credits_pending)
                   AND SUM(debits_posted) = SUM(credits_posted) THEN 1 ELSE 0 END AS balances
FROM ledger_accounts WHERE book > :after
GROUP BY book
ORDER BY book
LIMIT :most

-- name: ledger.check_heads
SELECT h.number, h.seq, h.hash, h.at_ms, h.key, h.signature, c.hash AS chained
FROM ledger_heads h LEFT JOIN ledger_chain c ON c.seq = h.seq
WHERE h.number > :after
ORDER BY h.number
LIMIT :most

-- Its rules on transfers: each gives the first rows that are wrong among :after < seq <= :until.

-- name: ledger.crossing_transfers
SELECT t.seq
FROM ledger_transfers t
LEFT JOIN ledger_accounts d ON d.id = t.debit
LEFT JOIN ledger_accounts c ON c.id = t.credit
WHERE t.seq > :after AND t.seq <= :until
  AND (d.book IS NULL OR c.book IS NULL OR d.book <> c.book OR t.amount <= 0)
ORDER BY t.seq
LIMIT :most

-- name: ledger.wrong_resolutions
SELECT t.seq
FROM ledger_transfers t LEFT JOIN ledger_transfers h ON h.seq = t.hold
WHERE t.seq > :after AND t.seq <= :until AND t.kind >= 3
  AND (h.seq IS NULL OR h.kind <> 2 OR h.seq >= t.seq OR h.debit <> t.debit
       OR h.credit <> t.credit OR t.amount > h.amount
       OR (t.kind IN (4, 5) AND t.amount <> h.amount)
       OR (t.kind = 3 AND h.timeout_ms > 0 AND t.at_ms >= h.at_ms + h.timeout_ms)
       OR (t.kind = 5 AND (h.timeout_ms = 0 OR t.at_ms < h.at_ms + h.timeout_ms)))
ORDER BY t.seq
LIMIT :most

-- name: ledger.doubly_resolved
SELECT hold AS seq
FROM ledger_transfers
WHERE hold > :after AND hold <= :until
GROUP BY hold
HAVING COUNT(*) > 1
ORDER BY hold
LIMIT :most

-- name: ledger.wrong_open_holds
SELECT t.seq
FROM ledger_transfers t
LEFT JOIN ledger_transfers r ON r.hold = t.seq
LEFT JOIN ledger_holds o ON o.hold = t.seq
WHERE t.seq > :after AND t.seq <= :until
  AND ((t.kind = 2 AND (r.seq IS NULL) <> (o.hold IS NOT NULL))
       OR (t.kind <> 2 AND o.hold IS NOT NULL)
       OR (o.hold IS NOT NULL AND t.kind = 2 AND COALESCE(o.due_ms, 0) <>
           CASE WHEN t.timeout_ms = 0 THEN 0 ELSE t.at_ms + t.timeout_ms END))
ORDER BY t.seq
LIMIT :most

-- name: ledger.chained_but_gone
SELECT c.seq
FROM ledger_chain c LEFT JOIN ledger_transfers t ON t.seq = c.seq
WHERE c.seq > :after AND c.seq <= :until AND t.seq IS NULL
ORDER BY c.seq
LIMIT :most

-- name: ledger.open_but_gone
SELECT o.hold AS seq
FROM ledger_holds o LEFT JOIN ledger_transfers t ON t.seq = o.hold
WHERE o.hold > :after AND o.hold <= :until AND t.seq IS NULL
ORDER BY o.hold
LIMIT :most
