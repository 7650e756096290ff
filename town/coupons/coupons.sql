-- name: coupons.add
INSERT INTO coupons (factory_id, kind, off_fen, percent, most_fen, least_fen, product_id, claim_from, claim_until,
    use_days, pieces, made_at, made_by)
VALUES (:factory_id, :kind, :off_fen, :percent, :most_fen, :least_fen, :product_id, :claim_from, :claim_until,
    :use_days, :pieces, :now, :user_id)
RETURNING id

-- name: coupons.product_of
SELECT id FROM products WHERE id = :product_id AND organisation_id = :factory_id

-- name: coupons.open_n
SELECT count(*) AS n FROM coupons WHERE factory_id = :factory_id AND stopped_at IS NULL AND claim_until > :now

-- name: coupons.stop
UPDATE coupons SET stopped_at = :now WHERE id = :coupon_id AND factory_id = :factory_id AND stopped_at IS NULL

-- part: terms
c.id AS coupon_id, c.factory_id, c.product_id, c.off_fen, c.percent, c.most_fen, c.least_fen, c.claim_from,
    c.claim_until, c.use_days, c.pieces

-- name: coupons.get
SELECT {terms}, c.stopped_at FROM coupons c WHERE c.id = :coupon_id

-- name: coupons.claim_of
SELECT id FROM coupon_claims WHERE coupon_id = :coupon_id AND user_id = :user_id

-- name: coupons.works_for
SELECT 1 AS works FROM memberships WHERE user_id = :user_id AND organisation_id = :factory_id

-- name: coupons.claim_add
INSERT INTO coupon_claims (coupon_id, user_id, claimed_at, use_until)
VALUES (:coupon_id, :user_id, :now, :use_until)
RETURNING id

-- name: coupons.held
-- many: bigint
SELECT h.id, h.user_id, h.use_until, h.order_id, {terms}
FROM coupon_claims h JOIN coupons c ON c.id = h.coupon_id WHERE h.id = :claim_id

-- name: coupons.held @postgres
SELECT h.id, h.user_id, h.use_until, h.order_id, {terms}
FROM coupon_claims h JOIN coupons c ON c.id = h.coupon_id WHERE h.id = ANY (:claim_id::bigint[])

-- name: coupons.usable
SELECT h.id, h.user_id, h.use_until, h.order_id, {terms}
FROM coupon_claims h JOIN coupons c ON c.id = h.coupon_id
WHERE h.user_id = :user_id AND h.order_id IS NULL AND h.use_until > :now
ORDER BY h.use_until, h.id LIMIT :most

-- name: coupons.use
-- many: bigint, bigint, bigint, bigint
INSERT INTO coupon_uses (order_id, claim_id, discount_fen, used_at)
VALUES (:order_id, :claim_id, :discount_fen, :now)

-- name: coupons.take
-- many: bigint, bigint, bigint, bigint
UPDATE coupon_claims SET order_id = :order_id
WHERE id = :claim_id AND :discount_fen > 0 AND :now > 0

-- name: coupons.take @postgres
UPDATE coupon_claims h SET order_id = m.order_id
FROM unnest(:order_id::bigint[], :claim_id::bigint[], :discount_fen::bigint[], :now::bigint[])
    AS m (order_id, claim_id, discount_fen, used_at)
WHERE h.id = m.claim_id

-- name: coupons.free
UPDATE coupon_claims SET order_id = NULL WHERE order_id = :order_id

-- name: coupons.given_back
UPDATE coupon_uses SET back_at = :now WHERE order_id = :order_id AND back_at IS NULL

-- name: coupons.used_by
SELECT u.claim_id, u.back_at, h.order_id FROM coupon_uses u JOIN coupon_claims h ON h.id = u.claim_id
WHERE u.order_id = :order_id

-- name: coupons.retake
UPDATE coupon_claims SET order_id = :order_id WHERE id = :claim_id AND order_id IS NULL

-- name: coupons.not_back
UPDATE coupon_uses SET back_at = NULL WHERE order_id = :order_id

-- name: coupons.offered
SELECT 1 AS offered FROM coupons c
WHERE c.factory_id = :factory_id AND (c.product_id IS NULL OR c.product_id = :product_id)
  AND c.stopped_at IS NULL AND c.claim_from <= :now AND c.claim_until > :now
LIMIT 1

-- What can be claimed now, of one maker or with 0 of all; and whether the visitor has.
-- name: coupons.to_claim
SELECT {terms}, f.slug, f.name_zh AS factory_zh, f.name_en AS factory_en, p.title_zh, p.title_en, p.slug AS product_slug,
    COALESCE((SELECT b.available FROM ledger_balances b
        WHERE b.unit = 'coupon' AND b.subject = 'coupon:' || c.id AND b.role = 'available'), 0) AS left
FROM coupons c JOIN organisations f ON f.id = c.factory_id LEFT JOIN products p ON p.id = c.product_id
WHERE (:factory_id = 0 OR c.factory_id = :factory_id) AND c.stopped_at IS NULL AND c.claim_from <= :now AND c.claim_until > :now
  AND NOT EXISTS (SELECT 1 FROM coupon_claims h WHERE h.coupon_id = c.id AND h.user_id = :user_id)
ORDER BY c.claim_until, c.id LIMIT :most

-- name: coupons.claimed
SELECT h.id, h.user_id, h.use_until, h.order_id, {terms}, f.slug, f.name_zh AS factory_zh, f.name_en AS factory_en,
    p.title_zh, p.title_en, p.slug AS product_slug
FROM coupon_claims h JOIN coupons c ON c.id = h.coupon_id JOIN organisations f ON f.id = c.factory_id
LEFT JOIN products p ON p.id = c.product_id
WHERE h.user_id = :user_id
ORDER BY CASE WHEN h.order_id IS NULL AND h.use_until > :now THEN 0 ELSE 1 END, h.use_until, h.id LIMIT :most

-- name: coupons.of_factory
SELECT {terms}, c.stopped_at, p.title_zh, p.title_en, p.slug AS product_slug,
    (SELECT count(*) FROM coupon_claims h WHERE h.coupon_id = c.id) AS claimed,
    (SELECT count(*) FROM coupon_claims h JOIN coupon_uses u ON u.claim_id = h.id AND u.back_at IS NULL
        WHERE h.coupon_id = c.id) AS used,
    CAST(COALESCE((SELECT sum(u.discount_fen) FROM coupon_claims h JOIN coupon_uses u ON u.claim_id = h.id
        AND u.back_at IS NULL WHERE h.coupon_id = c.id), 0) AS BIGINT) AS given_fen
FROM coupons c LEFT JOIN products p ON p.id = c.product_id
WHERE c.factory_id = :factory_id ORDER BY c.id DESC LIMIT :most

-- name: coupons.products
SELECT id, title_zh, title_en FROM products WHERE organisation_id = :factory_id AND status = 'on' ORDER BY id LIMIT :most

-- For the check.

-- name: coupons.wrong_stock
SELECT c.id FROM coupons c
WHERE (SELECT count(*) FROM coupon_claims h WHERE h.coupon_id = c.id) <> COALESCE((SELECT b.credits_posted - b.debits_posted
    FROM ledger_balances b WHERE b.unit = 'coupon' AND b.subject = 'coupon:' || c.id AND b.role = 'claimed'), 0)
ORDER BY c.id LIMIT :most

-- name: coupons.wrong_use
SELECT h.coupon_id AS id FROM coupon_claims h
WHERE h.order_id IS NOT NULL AND NOT EXISTS (SELECT 1 FROM coupon_uses u
    WHERE u.order_id = h.order_id AND u.claim_id = h.id AND u.back_at IS NULL)
ORDER BY h.coupon_id LIMIT :most

-- name: coupons.wrong_order
SELECT h.coupon_id AS id FROM coupon_uses u JOIN coupon_claims h ON h.id = u.claim_id
WHERE u.back_at IS NULL AND (h.order_id IS NULL OR h.order_id <> u.order_id)
ORDER BY h.coupon_id LIMIT :most

-- name: coupons.wrong_discount
SELECT h.coupon_id AS id FROM coupon_uses u JOIN coupon_claims h ON h.id = u.claim_id JOIN orders o ON o.id = u.order_id
WHERE o.discount_fen <> u.discount_fen OR o.buyer_id <> h.user_id
ORDER BY h.coupon_id LIMIT :most

-- Shares (share.c).

-- name: coupons.host_add
INSERT INTO coupon_hosts (coupon_id, host_id, given_at) VALUES (:coupon_id, :host_id, :now)
ON CONFLICT (coupon_id, host_id) DO NOTHING

-- name: coupons.host_is
SELECT 1 AS is_there FROM coupon_hosts WHERE coupon_id = :coupon_id AND host_id = :host_id

-- name: coupons.hosts_n
SELECT count(*) AS n FROM coupon_hosts WHERE coupon_id = :coupon_id

-- name: coupons.hosts_of_factory
SELECT h.coupon_id, h.host_id, u.name, u.login, coalesce(b.available, 0) AS left
FROM coupons c JOIN coupon_hosts h ON h.coupon_id = c.id JOIN users u ON u.id = h.host_id
LEFT JOIN ledger_balances b ON b.unit = 'coupon' AND b.subject = 'coupon:' || c.id AND b.role = 'host:' || h.host_id
WHERE c.factory_id = :factory_id AND c.stopped_at IS NULL AND c.claim_until > :now
ORDER BY h.coupon_id, h.host_id LIMIT :most

-- name: coupons.show_add
INSERT INTO coupon_shows (coupon_id, show_id, host_id, pieces, status)
VALUES (:coupon_id, :show_id, :host_id, :pieces, 'planned')
RETURNING id

-- name: coupons.show_more
UPDATE coupon_shows SET pieces = pieces + :pieces WHERE id = :id

-- name: coupons.show_of
SELECT id, status FROM coupon_shows WHERE coupon_id = :coupon_id AND show_id = :show_id

-- name: coupons.show_get
SELECT s.id, s.show_id, s.host_id, s.status, s.pieces AS planned, {terms}, c.stopped_at
FROM coupon_shows s JOIN coupons c ON c.id = s.coupon_id WHERE s.id = :id

-- name: coupons.show_status
UPDATE coupon_shows SET status = :status, pushed_at = CASE WHEN :status = 'pushed' THEN :now ELSE pushed_at END
WHERE id = :id

-- name: coupons.claimed_in
UPDATE coupon_claims SET show_id = :show_id WHERE id = :claim_id AND show_id IS NULL

-- What a show gives: planned, or pushed to everybody; and whether the visitor has it.
-- name: coupons.of_show
SELECT s.id, s.status, s.pieces AS planned, {terms}, p.title_zh, p.title_en, f.name_zh AS factory_zh, f.name_en AS factory_en,
    coalesce(b.available, 0) AS left,
    CASE WHEN EXISTS (SELECT 1 FROM coupon_claims h WHERE h.coupon_id = c.id AND h.user_id = :user_id) THEN 1 ELSE 0 END
        AS is_claimed
FROM coupon_shows s JOIN coupons c ON c.id = s.coupon_id JOIN organisations f ON f.id = c.factory_id
LEFT JOIN products p ON p.id = c.product_id
LEFT JOIN ledger_balances b ON b.unit = 'coupon' AND b.subject = 'coupon:' || c.id AND b.role = 'show:' || s.show_id
WHERE s.show_id = :show_id AND s.status <> 'ended' AND c.stopped_at IS NULL AND c.claim_until > :now
ORDER BY s.id

-- name: coupons.shares_of_host
SELECT {terms}, p.title_zh, p.title_en, f.name_zh AS factory_zh, f.name_en AS factory_en, coalesce(b.available, 0) AS left
FROM coupon_hosts h JOIN coupons c ON c.id = h.coupon_id JOIN organisations f ON f.id = c.factory_id
LEFT JOIN products p ON p.id = c.product_id
LEFT JOIN ledger_balances b ON b.unit = 'coupon' AND b.subject = 'coupon:' || c.id AND b.role = 'host:' || h.host_id
WHERE h.host_id = :host_id AND c.stopped_at IS NULL AND c.claim_until > :now
ORDER BY c.id LIMIT :most

-- name: coupons.shows_open
SELECT s.id, s.show_id FROM coupon_shows s JOIN shows w ON w.id = s.show_id
WHERE s.status <> 'ended' AND w.status = 'ended' ORDER BY s.id LIMIT :most
