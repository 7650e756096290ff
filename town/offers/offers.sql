-- Flash sales (flash.c).

-- name: offers.flash_add
INSERT INTO flash_sales (show_id, item_id, sku_id, price_fen, pieces, per_buyer, seconds, status, planned_at)
VALUES (:show, :item, :sku, :price_fen, :pieces, :per_buyer, :seconds, 'planned', :now)
RETURNING id

-- name: offers.flash
SELECT f.id, f.show_id, f.item_id, f.sku_id, f.price_fen, f.pieces, f.per_buyer, f.seconds, f.status, f.account,
    f.ends_at, i.price_fen AS show_price_fen, i.is_on_shelf, s.status AS show_status
FROM flash_sales f JOIN show_items i ON i.id = f.item_id JOIN shows s ON s.id = f.show_id
WHERE f.id = :flash

-- name: offers.flash_open_n
SELECT count(*) AS n FROM flash_sales WHERE show_id = :show AND status IN ('planned', 'running')

-- name: offers.flash_started
UPDATE flash_sales SET status = 'running', started_at = :now, ends_at = :ends_at, account = :account
WHERE id = :flash AND status = 'planned'

-- name: offers.flash_ended
UPDATE flash_sales SET status = 'ended', ended_at = :now,
    ends_at = CASE WHEN ends_at > :now THEN :now ELSE ends_at END
WHERE id = :flash AND status = 'running'

-- name: offers.flash_dropped
UPDATE flash_sales SET status = 'dropped' WHERE id = :flash AND status = 'planned'

-- name: offers.flash_swept
UPDATE flash_sales SET swept = 1 WHERE id = :flash

-- What a SKU is sold for in a show at a moment, when a sale of it runs. One whose pieces are all gone sells nothing:
-- the show's price counts until some come back.
-- name: offers.flash_running
SELECT f.id, f.price_fen, f.per_buyer, f.account,
    a.credits_posted - a.debits_posted - a.debits_pending AS available
FROM flash_sales f JOIN ledger_accounts a ON a.id = f.account
WHERE f.show_id = :show AND f.sku_id = :sku AND f.status = 'running' AND f.ends_at > :now

-- Those whose time has run out, or whose show is over, and those that pieces may have come back to.
-- name: offers.flash_due
SELECT f.id, f.show_id, f.sku_id, f.status, f.account, f.ended_at,
    CASE WHEN f.status = 'running' AND (f.ends_at <= :now OR s.status = 'ended') THEN 1 ELSE 0 END AS is_over,
    a.credits_posted - a.debits_posted - a.debits_pending AS available, a.debits_pending AS held
FROM flash_sales f JOIN shows s ON s.id = f.show_id JOIN ledger_accounts a ON a.id = f.account
WHERE f.swept = 0 AND f.status IN ('running', 'ended')
ORDER BY f.id LIMIT :most

-- name: offers.flash_of_sku
SELECT f.show_id FROM flash_sales f WHERE f.sku_id = :sku AND f.status = 'running' AND f.swept = 0

-- For pages and rooms: what runs, and for the crew what is planned, too.
-- name: offers.flash_of_show
SELECT f.id, f.item_id, f.sku_id, f.price_fen, f.pieces, f.per_buyer, f.seconds, f.status, f.ends_at,
    i.price_fen AS show_price_fen, p.title_zh, p.title_en, k.name_zh, k.name_en,
    coalesce(a.credits_posted - a.debits_posted - a.debits_pending, f.pieces) AS available
FROM flash_sales f JOIN show_items i ON i.id = f.item_id JOIN skus k ON k.id = f.sku_id
JOIN products p ON p.id = k.product_id
LEFT JOIN ledger_accounts a ON a.id = f.account
WHERE f.show_id = :show AND f.status IN ('running', 'planned')
ORDER BY CASE f.status WHEN 'running' THEN 0 ELSE 1 END, f.id

-- The check: what lies in the account of a sale that is over and swept, or a sale that took more than it was given.
-- name: offers.check_flash
SELECT f.id FROM flash_sales f JOIN ledger_accounts a ON a.id = f.account
WHERE (f.swept = 1 AND a.credits_posted <> a.debits_posted)
    OR a.debits_posted + a.debits_pending > a.credits_posted
ORDER BY f.id LIMIT :most

-- name: offers.item
SELECT i.id, i.show_id, i.sku_id, i.price_fen, i.is_on_shelf, s.status, s.host_id
FROM show_items i JOIN shows s ON s.id = i.show_id
WHERE i.id = :item
