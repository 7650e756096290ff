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

-- Those whose time has run out, or whose show is over; that pieces have come back to; or that none can any more.
-- name: offers.flash_due
SELECT f.id FROM flash_sales f JOIN shows s ON s.id = f.show_id JOIN ledger_accounts a ON a.id = f.account
WHERE f.swept = 0 AND ((f.status = 'running' AND (f.ends_at <= :now OR s.status = 'ended'))
    OR (f.status = 'ended' AND (a.credits_posted - a.debits_posted - a.debits_pending > 0
        OR (f.ended_at < :swept AND a.debits_pending = 0))))
ORDER BY CASE f.status WHEN 'running' THEN 0 ELSE 1 END, f.id LIMIT :most

-- name: offers.flash_one
SELECT f.id, f.show_id, f.sku_id, f.ended_at,
    CASE WHEN f.status = 'running' AND (f.ends_at <= :now OR s.status = 'ended') THEN 1 ELSE 0 END AS is_over,
    a.credits_posted - a.debits_posted - a.debits_pending AS available, a.debits_pending AS held
FROM flash_sales f JOIN shows s ON s.id = f.show_id JOIN ledger_accounts a ON a.id = f.account
WHERE f.id = :flash

-- name: offers.flash_shows
SELECT DISTINCT show_id FROM flash_sales WHERE status = 'running' AND swept = 0

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

-- name: offers.show
SELECT id, status, host_id FROM shows WHERE id = :show

-- name: offers.item
SELECT i.id, i.show_id, i.sku_id, i.price_fen, i.is_on_shelf, s.status, s.host_id
FROM show_items i JOIN shows s ON s.id = i.show_id
WHERE i.id = :item

-- Draws (draw.c, prize.c).

-- name: offers.draw_add
INSERT INTO draws (show_id, item_id, sku_id, prizes, value_fen, seconds, status, planned_at)
VALUES (:show, :item, :sku, :prizes, :value_fen, :seconds, 'planned', :now)
RETURNING id

-- name: offers.draws_open_n
SELECT count(*) AS n FROM draws WHERE show_id = :show AND status IN ('planned', 'open')

-- name: offers.sku_price
SELECT k.price_fen FROM skus k WHERE k.id = :sku

-- name: offers.draw
SELECT d.id, d.show_id, d.item_id, d.sku_id, d.prizes, d.value_fen, d.seconds, d.status, d.account, d.seed_sealed, d.seed_hash,
    d.seed, d.entries, d.entries_hash, d.opened_at, d.closes_at, d.drawn_at, s.status AS show_status, s.host_id,
    s.title_zh AS show_zh, s.title_en AS show_en, p.title_zh, p.title_en, p.slug, p.organisation_id, k.name_zh, k.name_en,
    o.name_zh AS factory_zh, o.name_en AS factory_en
FROM draws d JOIN shows s ON s.id = d.show_id JOIN skus k ON k.id = d.sku_id JOIN products p ON p.id = k.product_id
JOIN organisations o ON o.id = p.organisation_id
WHERE d.id = :draw

-- name: offers.draw_of_show_open
SELECT id FROM draws WHERE show_id = :show AND status = 'open'

-- name: offers.draw_opened
UPDATE draws SET status = 'open', opened_at = :now, closes_at = :closes_at, account = :account, seed_sealed = :seed,
    seed_hash = :seed_hash
WHERE id = :draw AND status = 'planned'

-- name: offers.draw_dropped
UPDATE draws SET status = 'dropped' WHERE id = :draw AND status = 'planned'

-- name: offers.draw_drawn
UPDATE draws SET status = 'drawn', drawn_at = :now, seed = :seed, entries_hash = :entries_hash WHERE id = :draw AND status = 'open'

-- name: offers.draw_due
SELECT d.id FROM draws d JOIN shows s ON s.id = d.show_id
WHERE d.status = 'open' AND (d.closes_at <= :now OR s.status = 'ended') ORDER BY d.id LIMIT :most

-- name: offers.entry_of
SELECT number, receipt FROM draw_entries WHERE draw_id = :draw AND user_id = :user

-- name: offers.entry_add
INSERT INTO draw_entries (draw_id, number, user_id, receipt, at) VALUES (:draw, :number, :user, :receipt, :now)

-- name: offers.entries_count
UPDATE draws SET entries = entries + 1 WHERE id = :draw

-- name: offers.entry_user
SELECT user_id FROM draw_entries WHERE draw_id = :draw AND number = :number

-- name: offers.entries_page
SELECT number, receipt FROM draw_entries WHERE draw_id = :draw AND number > :after ORDER BY number LIMIT :most

-- name: offers.works_for
SELECT 1 AS works FROM memberships WHERE user_id = :user AND organisation_id = :organisation

-- name: offers.is_crew
SELECT 1 AS is_crew FROM show_crew WHERE show_id = :show AND user_id = :user

-- name: offers.win_add
INSERT INTO draw_wins (draw_id, number, user_id, place, status, until_at)
VALUES (:draw, :number, :user, :place, 'won', :until)

-- name: offers.wins
SELECT w.place, w.number, e.receipt, u.name FROM draw_wins w
JOIN draw_entries e ON e.draw_id = w.draw_id AND e.number = w.number JOIN users u ON u.id = w.user_id
WHERE w.draw_id = :draw ORDER BY w.place

-- name: offers.win
SELECT w.id, w.user_id, w.status, w.until_at, w.order_id, d.sku_id, d.show_id, d.account, d.id AS draw_id
FROM draw_wins w JOIN draws d ON d.id = w.draw_id WHERE w.id = :win

-- name: offers.wins_of
SELECT w.id, w.status, w.until_at, w.order_id, d.id AS draw_id, d.show_id, d.value_fen, p.title_zh, p.title_en, p.slug,
    s.title_zh AS show_zh, s.title_en AS show_en
FROM draw_wins w JOIN draws d ON d.id = w.draw_id JOIN skus k ON k.id = d.sku_id JOIN products p ON p.id = k.product_id
JOIN shows s ON s.id = d.show_id
WHERE w.user_id = :user ORDER BY w.id DESC LIMIT :most

-- name: offers.win_taken
UPDATE draw_wins SET status = 'taken', order_id = :order_id WHERE id = :win AND status = 'won'

-- name: offers.wins_lapsed
SELECT w.id FROM draw_wins w
WHERE w.status = 'won' AND w.until_at <= :now ORDER BY w.until_at, w.id LIMIT :most

-- name: offers.win_lapse
UPDATE draw_wins SET status = 'lapsed' WHERE id = :win

-- name: offers.draws_of_show
SELECT d.id, d.item_id, d.prizes, d.value_fen, d.seconds, d.status, d.seed_hash, d.entries, d.closes_at, d.drawn_at,
    p.title_zh, p.title_en
FROM draws d JOIN skus k ON k.id = d.sku_id JOIN products p ON p.id = k.product_id
WHERE d.show_id = :show AND (d.status IN ('planned', 'open') OR (d.status = 'drawn' AND d.drawn_at > :since))
ORDER BY CASE d.status WHEN 'open' THEN 0 WHEN 'planned' THEN 1 ELSE 2 END, d.id DESC LIMIT 30

-- A draw's entries and winners add up, and what lies in its account is what nobody has taken yet.
-- name: offers.check_draws
SELECT d.id FROM draws d LEFT JOIN ledger_accounts a ON a.id = d.account
WHERE (d.status = 'drawn' AND (SELECT count(*) FROM draw_wins w WHERE w.draw_id = d.id)
        <> CASE WHEN d.entries < d.prizes THEN d.entries ELSE d.prizes END)
    OR d.entries <> (SELECT count(*) FROM draw_entries e WHERE e.draw_id = d.id)
    OR (d.status = 'open' AND a.credits_posted - a.debits_posted - a.debits_pending <> d.prizes)
    OR (d.status = 'drawn' AND a.credits_posted - a.debits_posted - a.debits_pending
        <> (SELECT count(*) FROM draw_wins w WHERE w.draw_id = d.id AND w.status = 'won'))
ORDER BY d.id LIMIT :most

-- Sealing anew (store/seal.h).

-- name: offers.seed_seal_next
SELECT id AS id, seed_sealed AS sealed FROM draws
WHERE id > :after AND seed_sealed IS NOT NULL AND substr(seed_sealed, 2, 1) <> :key
ORDER BY id LIMIT :most

-- name: offers.seed_seal_put
UPDATE draws SET seed_sealed = :sealed WHERE id = :id AND seed_sealed = :before

-- name: offers.seed_seal_count
SELECT substr(seed_sealed, 2, 1) AS key, COUNT(*) AS n FROM draws WHERE seed_sealed IS NOT NULL GROUP BY 1
