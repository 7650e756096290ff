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

-- name: ledger.account_get
SELECT id, book, flags, debits_pending, debits_posted, credits_pending, credits_posted
FROM ledger_accounts WHERE id = :account

-- name: ledger.account_close
UPDATE ledger_accounts SET flags = flags | 4 WHERE id = :account

-- name: ledger.account_add_debits
UPDATE ledger_accounts
SET debits_pending = debits_pending + :pending, debits_posted = debits_posted + :posted
WHERE id = :account

-- name: ledger.account_add_credits
UPDATE ledger_accounts
SET credits_pending = credits_pending + :pending, credits_posted = credits_posted + :posted
WHERE id = :account

-- Transfers and holds.

-- name: ledger.transfer_find
SELECT t.seq, t.kind, t.debit, t.credit, t.amount, t.timeout_ms, t.reason, t.ref,
       t.at_ms, h.id AS hold_id
FROM ledger_transfers t LEFT JOIN ledger_transfers h ON h.seq = t.hold
WHERE t.id = :id

-- name: ledger.transfer_add
INSERT INTO ledger_transfers (id, kind, debit, credit, amount, timeout_ms, hold, reason, ref, at_ms)
VALUES (:id, :kind, :debit, :credit, :amount, :timeout_ms, :hold, :reason, :ref, :now)
RETURNING seq

-- name: ledger.last
SELECT COALESCE(MAX(seq), 0) AS seq FROM ledger_transfers

-- name: ledger.hold_resolution
SELECT kind FROM ledger_transfers WHERE hold = :hold

-- name: ledger.hold_open
INSERT INTO ledger_holds (hold, due_ms) VALUES (:hold, :due_ms)

-- name: ledger.hold_close
DELETE FROM ledger_holds WHERE hold = :hold

-- name: ledger.holds_due
SELECT t.id
FROM ledger_holds h JOIN ledger_transfers t ON t.seq = h.hold
WHERE h.due_ms <= :now
ORDER BY h.due_ms, h.hold
LIMIT :most

-- What `guildhall check` looks for. Each gives the first rows that are wrong, none when all is well.

-- name: ledger.wrong_balances
WITH moved AS (
    SELECT t.debit, t.credit,
           CASE t.kind WHEN 2 THEN t.amount WHEN 1 THEN 0 ELSE -h.amount END AS pending,
           CASE WHEN t.kind IN (1, 3) THEN t.amount ELSE 0 END AS posted
    FROM ledger_transfers t LEFT JOIN ledger_transfers h ON h.seq = t.hold
), debits AS (
    SELECT debit AS account, SUM(pending) AS pending, SUM(posted) AS posted
    FROM moved GROUP BY debit
), credits AS (
    SELECT credit AS account, SUM(pending) AS pending, SUM(posted) AS posted
    FROM moved GROUP BY credit
)
SELECT a.id AS account
FROM ledger_accounts a
LEFT JOIN debits d ON d.account = a.id
LEFT JOIN credits c ON c.account = a.id
WHERE a.debits_pending <> COALESCE(d.pending, 0) OR a.debits_posted <> COALESCE(d.posted, 0)
   OR a.credits_pending <> COALESCE(c.pending, 0) OR a.credits_posted <> COALESCE(c.posted, 0)
ORDER BY a.id
LIMIT :most

-- name: ledger.unbalanced_books
SELECT book
FROM ledger_accounts
GROUP BY book
HAVING SUM(debits_pending) <> SUM(credits_pending) OR SUM(debits_posted) <> SUM(credits_posted)
ORDER BY book
LIMIT :most

-- name: ledger.broken_limits
SELECT id AS account
FROM ledger_accounts
WHERE debits_pending < 0 OR debits_posted < 0 OR credits_pending < 0 OR credits_posted < 0
   OR ((flags & 1) <> 0 AND debits_pending + debits_posted > credits_posted)
   OR ((flags & 2) <> 0 AND credits_pending + credits_posted > debits_posted)
ORDER BY id
LIMIT :most

-- name: ledger.crossing_transfers
SELECT t.seq
FROM ledger_transfers t
LEFT JOIN ledger_accounts d ON d.id = t.debit
LEFT JOIN ledger_accounts c ON c.id = t.credit
WHERE d.book IS NULL OR c.book IS NULL OR d.book <> c.book OR t.amount <= 0
ORDER BY t.seq
LIMIT :most

-- name: ledger.wrong_resolutions
SELECT t.seq
FROM ledger_transfers t LEFT JOIN ledger_transfers h ON h.seq = t.hold
WHERE t.kind >= 3
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
WHERE hold IS NOT NULL
GROUP BY hold
HAVING COUNT(*) > 1
ORDER BY hold
LIMIT :most

-- name: ledger.wrong_open_holds
SELECT t.seq
FROM ledger_transfers t
LEFT JOIN ledger_transfers r ON r.hold = t.seq
LEFT JOIN ledger_holds o ON o.hold = t.seq
WHERE (t.kind = 2 AND (r.seq IS NULL) <> (o.hold IS NOT NULL))
   OR (t.kind <> 2 AND o.hold IS NOT NULL)
   OR (o.hold IS NOT NULL AND t.kind = 2 AND COALESCE(o.due_ms, 0) <>
       CASE WHEN t.timeout_ms = 0 THEN 0 ELSE t.at_ms + t.timeout_ms END)
ORDER BY t.seq
LIMIT :most
