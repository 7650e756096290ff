-- name: books.accounts
SELECT account, unit, subject, role, credits_posted - debits_posted AS balance,
       credits_pending - debits_pending AS held
FROM ledger_balances WHERE account > :after
ORDER BY account
LIMIT :most

-- name: books.accounts_of_factory
SELECT b.account, b.unit, b.subject, b.role, b.credits_posted - b.debits_posted AS balance,
       b.credits_pending - b.debits_pending AS held
FROM products p
JOIN skus s ON s.product_id = p.id
JOIN ledger_balances b ON b.unit = 'piece' AND b.subject = 'sku:' || s.id
WHERE p.organisation_id = :factory AND b.account > :after
ORDER BY b.account
LIMIT :most
