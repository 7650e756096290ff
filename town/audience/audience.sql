-- Counting (count.c).

-- name: audience.running
SELECT id FROM shows WHERE status = 'live' ORDER BY id LIMIT :most

-- Two processes that both have followers of a room: the greater number stands.
-- name: audience.sample_put
-- many: bigint, bigint, bigint
INSERT INTO audience_samples (show_id, at, viewers)
VALUES (:show, :at, :viewers)
ON CONFLICT (show_id, at) DO UPDATE SET viewers = CASE
    WHEN excluded.viewers > audience_samples.viewers THEN excluded.viewers
    ELSE audience_samples.viewers END

-- name: audience.visits_find
-- many: bigint, text
SELECT id, show_id, visitor FROM audience_visits WHERE show_id = :show AND visitor = :visitor

-- name: audience.visits_find @postgres
SELECT v.id, v.show_id, v.visitor
FROM unnest(:show::bigint[], :visitor::text[]) AS m (show_id, visitor)
JOIN audience_visits v ON v.show_id = m.show_id AND v.visitor = m.visitor

-- name: audience.visits_n
SELECT count(*) AS n FROM (SELECT 1 AS one FROM audience_visits WHERE show_id = :show LIMIT :most) v

-- name: audience.visit_add
-- many: bigint, text, bigint, text, text, bigint, bigint, bigint
INSERT INTO audience_visits (show_id, visitor, is_member, source, via, started_at, seen_at, stayed_ms)
VALUES (:show, :visitor, :member, :source, :via, :first, :last, :stay)
RETURNING id

-- What lies between the last sign of a visit and this one counts, unless it was away for longer than :gap; a clock
-- that went back adds nothing.
-- name: audience.visit_seen
-- many: bigint, bigint, bigint, bigint, bigint, bigint
UPDATE audience_visits SET
    is_member = CASE WHEN :member = 1 THEN 1 ELSE is_member END,
    stayed_ms = stayed_ms + CASE WHEN :last <= seen_at THEN 0 WHEN :first <= seen_at THEN :last - seen_at
        WHEN :first - seen_at <= :gap THEN :first - seen_at + :stay ELSE :stay END,
    seen_at = CASE WHEN :last > seen_at THEN :last ELSE seen_at END
WHERE id = :visit

-- name: audience.visit_seen @postgres
UPDATE audience_visits v SET
    is_member = CASE WHEN m.member = 1 THEN 1 ELSE v.is_member END,
    stayed_ms = v.stayed_ms + CASE WHEN m.last <= v.seen_at THEN 0 WHEN m.first <= v.seen_at THEN m.last - v.seen_at
        WHEN m.first - v.seen_at <= m.gap THEN m.first - v.seen_at + m.stay ELSE m.stay END,
    seen_at = CASE WHEN m.last > v.seen_at THEN m.last ELSE v.seen_at END
FROM unnest(:member::bigint[], :last::bigint[], :first::bigint[], :gap::bigint[], :stay::bigint[], :visit::bigint[])
    AS m (member, last, first, gap, stay, visit)
WHERE v.id = m.visit

-- name: audience.open_add
-- many: bigint, bigint, bigint, text, bigint
INSERT INTO audience_opens (show_id, visit_id, item_id, origin, at)
VALUES (:show, :visit, :item, :origin, :at)
ON CONFLICT (visit_id, item_id, origin) DO NOTHING

-- name: audience.item_of
SELECT i.id FROM show_items i WHERE i.id = :item AND i.show_id = :show

-- Figures (figures.c) of one show.

-- name: audience.figure_reach
SELECT created_at AS at FROM shows WHERE id = :show

-- name: audience.figure_peak
SELECT coalesce(max(viewers), 0) AS value FROM audience_samples WHERE show_id = :show AND at <= :until

-- The ten seconds in which it was reached first.
-- name: audience.figure_peak_rows
SELECT s.at AS id, '/shows/' || s.show_id || '/report' AS link, h.title_zh AS label_zh, h.title_en AS label_en,
    s.at, s.viewers AS amount
FROM audience_samples s JOIN shows h ON h.id = s.show_id
WHERE s.show_id = :show AND s.at <= :until AND s.at > :after
    AND s.at = (SELECT t.at FROM audience_samples t WHERE t.show_id = :show AND t.at <= :until
        ORDER BY t.viewers DESC, t.at LIMIT 1)
ORDER BY s.at LIMIT :most

-- name: audience.figure_visits
SELECT count(*) AS value FROM audience_visits WHERE show_id = :show AND started_at <= :until

-- name: audience.figure_visits_rows
SELECT v.id, NULL AS link, CASE v.is_member WHEN 1 THEN '会员' ELSE '访客' END AS label_zh,
    CASE v.is_member WHEN 1 THEN 'Member' ELSE 'Guest' END AS label_en, v.started_at AS at, 1 AS amount
FROM audience_visits v
WHERE v.show_id = :show AND v.started_at <= :until AND v.id > :after
ORDER BY v.id LIMIT :most

-- Whole seconds of each visit, so that the rows add up.
-- name: audience.figure_stay
SELECT coalesce(sum(stayed_ms / 1000), 0) AS value
FROM audience_visits WHERE show_id = :show AND started_at <= :until

-- name: audience.figure_stay_rows
SELECT v.id, NULL AS link, CASE v.is_member WHEN 1 THEN '会员' ELSE '访客' END AS label_zh,
    CASE v.is_member WHEN 1 THEN 'Member' ELSE 'Guest' END AS label_en, v.started_at AS at,
    v.stayed_ms / 1000 AS amount
FROM audience_visits v
WHERE v.show_id = :show AND v.started_at <= :until AND v.id > :after
ORDER BY v.id LIMIT :most

-- name: audience.figure_opens
SELECT count(*) AS value FROM audience_opens WHERE show_id = :show AND at <= :until

-- name: audience.figure_opens_rows
SELECT o.id, '/hall/products/' || p.slug AS link, p.title_zh AS label_zh, p.title_en AS label_en, o.at, 1 AS amount
FROM audience_opens o
JOIN show_items i ON i.id = o.item_id JOIN skus k ON k.id = i.sku_id JOIN products p ON p.id = k.product_id
WHERE o.show_id = :show AND o.at <= :until AND o.id > :after
ORDER BY o.id LIMIT :most

-- name: audience.figure_orders
SELECT count(*) AS value FROM orders WHERE show_id = :show AND placed_at <= :until

-- name: audience.figure_orders_rows
SELECT o.id, NULL AS link, l.title_zh AS label_zh, l.title_en AS label_en, o.placed_at AS at, 1 AS amount
FROM orders o JOIN order_lines l ON l.order_id = o.id AND l.line = 1
WHERE o.show_id = :show AND o.placed_at <= :until AND o.id > :after
ORDER BY o.id LIMIT :most

-- The desk (pace.c): ten minutes beside the ten before.

-- name: audience.samples_since
SELECT at, viewers FROM audience_samples WHERE show_id = :show AND at >= :from AND at < :until ORDER BY at LIMIT :most

-- Pieces of what was placed in each step of time.
-- name: audience.pieces_since
SELECT (o.placed_at - :from) / :step AS bucket, sum(l.quantity) AS pieces
FROM orders o JOIN order_lines l ON l.order_id = o.id
WHERE o.show_id = :show AND o.placed_at >= :from AND o.placed_at < :until
GROUP BY (o.placed_at - :from) / :step ORDER BY 1

-- name: audience.stays_between
SELECT count(*) AS visits,
    coalesce(sum((CASE WHEN seen_at < :until THEN seen_at ELSE :until END)
        - (CASE WHEN started_at > :from THEN started_at ELSE :from END)), 0) AS stayed_ms
FROM audience_visits WHERE show_id = :show AND seen_at >= :from AND started_at < :until

-- name: audience.openers_between
SELECT count(DISTINCT visit_id) AS n FROM audience_opens WHERE show_id = :show AND at >= :from AND at < :until

-- name: audience.buyers_between
SELECT count(DISTINCT buyer_id) AS n FROM orders WHERE show_id = :show AND placed_at >= :from AND placed_at < :until

-- The report (report.c).

-- name: audience.show
SELECT s.id, s.title_zh, s.title_en, s.room_zh, s.room_en, s.status, s.host_id, s.starts_at, s.started_at, s.ended_at,
    u.name AS host_name,
    (SELECT count(*) FROM show_items i JOIN skus k ON k.id = i.sku_id JOIN products p ON p.id = k.product_id
     WHERE i.show_id = s.id AND p.organisation_id = :factory) AS own_items
FROM shows s JOIN users u ON u.id = s.host_id WHERE s.id = :show

-- name: audience.viewers_by
SELECT (at - :from) / :step AS bucket, max(viewers) AS viewers
FROM audience_samples WHERE show_id = :show AND at >= :from AND at < :until
GROUP BY (at - :from) / :step ORDER BY 1

-- By when it was ordered; what was paid, and of one maker when :factory is one.
-- name: audience.sales_by
SELECT (o.placed_at - :from) / :step AS bucket, count(DISTINCT o.id) AS orders, sum(l.quantity) AS pieces,
    sum(l.quantity * l.price_fen - l.discount_fen) AS goods_fen
FROM orders o JOIN order_lines l ON l.order_id = o.id
WHERE o.show_id = :show AND o.paid_at IS NOT NULL AND o.placed_at >= :from AND o.placed_at < :until
    AND (:factory = 0 OR o.factory_id = :factory)
GROUP BY (o.placed_at - :from) / :step ORDER BY 1

-- name: audience.cards
SELECT e.at, e.item_id FROM show_events e
WHERE e.show_id = :show AND e.kind IN ('card', 'ended') ORDER BY e.id LIMIT :most

-- Visits by the ten seconds in which they began, and in which they were seen last.
-- name: audience.starts_by
SELECT (started_at - :from) / :step AS bucket, count(*) AS n FROM audience_visits WHERE show_id = :show
GROUP BY (started_at - :from) / :step ORDER BY 1 LIMIT :most

-- name: audience.ends_by
SELECT (seen_at - :from) / :step AS bucket, count(*) AS n FROM audience_visits WHERE show_id = :show
GROUP BY (seen_at - :from) / :step ORDER BY 1 LIMIT :most

-- Those that were there only while no card was shown.
-- name: audience.visits_within
SELECT count(*) AS n FROM audience_visits WHERE show_id = :show AND started_at >= :from AND seen_at <= :until

-- name: audience.funnel
SELECT
    (SELECT count(*) FROM audience_visits v WHERE v.show_id = :show) AS visits,
    (SELECT count(DISTINCT o.visit_id) FROM audience_opens o WHERE o.show_id = :show) AS opened,
    (SELECT count(DISTINCT o.buyer_id) FROM orders o WHERE o.show_id = :show) AS ordered,
    (SELECT count(DISTINCT o.buyer_id) FROM orders o WHERE o.show_id = :show AND o.paid_at IS NOT NULL) AS paid,
    (SELECT coalesce(sum(v.stayed_ms / 1000), 0) FROM audience_visits v WHERE v.show_id = :show) AS stayed_s,
    (SELECT coalesce(sum(v.is_member), 0) FROM audience_visits v WHERE v.show_id = :show) AS members

-- name: audience.products
SELECT i.id, i.position, i.price_fen, k.code, k.name_zh AS sku_zh, k.name_en AS sku_en, p.slug, p.title_zh, p.title_en,
    p.organisation_id, f.name_zh AS factory_zh, f.name_en AS factory_en,
    coalesce(c.opened, 0) AS opened, coalesce(s.orders, 0) AS orders, coalesce(s.paid, 0) AS paid,
    coalesce(s.pieces, 0) AS pieces, coalesce(s.goods_fen, 0) AS goods_fen, coalesce(s.returned, 0) AS returned
FROM show_items i
JOIN skus k ON k.id = i.sku_id JOIN products p ON p.id = k.product_id JOIN organisations f ON f.id = p.organisation_id
LEFT JOIN (SELECT item_id, count(DISTINCT visit_id) AS opened FROM audience_opens WHERE show_id = :show
    GROUP BY item_id) c ON c.item_id = i.id
LEFT JOIN (SELECT l.sku_id, count(*) AS orders, sum(CASE WHEN o.paid_at IS NULL THEN 0 ELSE 1 END) AS paid,
        sum(CASE WHEN o.paid_at IS NULL THEN 0 ELSE l.quantity END) AS pieces,
        sum(CASE WHEN o.paid_at IS NULL THEN 0 ELSE l.returned END) AS returned,
        sum(CASE WHEN o.paid_at IS NULL THEN 0 ELSE l.quantity * l.price_fen - l.discount_fen END) AS goods_fen
    FROM orders o JOIN order_lines l ON l.order_id = o.id AND l.show_id = :show
    WHERE o.show_id = :show GROUP BY l.sku_id) s ON s.sku_id = i.sku_id
WHERE i.show_id = :show AND (:factory = 0 OR p.organisation_id = :factory)
ORDER BY goods_fen DESC, i.position, i.id

-- name: audience.sources
SELECT v.source, count(*) AS visits, sum(v.stayed_ms / 1000) AS stayed_s,
    sum(CASE WHEN EXISTS (SELECT 1 FROM audience_opens o WHERE o.visit_id = v.id) THEN 1 ELSE 0 END) AS opened
FROM audience_visits v WHERE v.show_id = :show
GROUP BY v.source ORDER BY visits DESC, v.source

-- name: audience.vias
SELECT v.source, v.via, count(*) AS visits, sum(v.stayed_ms / 1000) AS stayed_s,
    sum(CASE WHEN EXISTS (SELECT 1 FROM audience_opens o WHERE o.visit_id = v.id) THEN 1 ELSE 0 END) AS opened
FROM audience_visits v WHERE v.show_id = :show AND v.via IS NOT NULL
GROUP BY v.source, v.via ORDER BY visits DESC, v.via LIMIT :most

-- name: audience.flashes
SELECT f.id, f.price_fen, f.pieces, f.started_at, f.ended_at, f.status, p.title_zh, p.title_en,
    coalesce((SELECT sum(l.quantity) FROM orders o JOIN order_lines l ON l.order_id = o.id AND l.flash_id = f.id
        WHERE o.show_id = f.show_id AND o.paid_at IS NOT NULL), 0) AS sold
FROM flash_sales f JOIN skus k ON k.id = f.sku_id JOIN products p ON p.id = k.product_id
WHERE f.show_id = :show AND f.status IN ('running', 'ended') ORDER BY f.started_at, f.id LIMIT :most

-- The terms as coupon_take() reads them; given: what the show had of it.
-- name: audience.coupons
SELECT k.id AS coupon_id, k.factory_id, k.product_id, k.off_fen, k.percent, k.most_fen, k.least_fen, k.claim_from,
    k.claim_until, k.use_days, k.pieces, c.pieces AS given, c.pushed_at, f.name_zh AS factory_zh,
    f.name_en AS factory_en,
    (SELECT count(*) FROM coupon_claims a WHERE a.coupon_id = c.coupon_id AND a.show_id = c.show_id) AS claimed,
    (SELECT count(*) FROM coupon_claims a JOIN coupon_uses u ON u.claim_id = a.id AND u.back_at IS NULL
     WHERE a.coupon_id = c.coupon_id AND a.show_id = c.show_id) AS used
FROM coupon_shows c JOIN coupons k ON k.id = c.coupon_id JOIN organisations f ON f.id = k.factory_id
WHERE c.show_id = :show AND c.pushed_at IS NOT NULL ORDER BY c.pushed_at, c.id LIMIT :most

-- name: audience.draws
SELECT d.id, d.prizes, d.entries, d.opened_at, d.drawn_at, d.status, p.title_zh, p.title_en,
    (SELECT count(*) FROM draw_wins w WHERE w.draw_id = d.id AND w.status = 'taken') AS taken
FROM draws d JOIN skus k ON k.id = d.sku_id JOIN products p ON p.id = k.product_id
WHERE d.show_id = :show AND d.status IN ('open', 'drawn') ORDER BY d.opened_at, d.id LIMIT :most

-- The host's shows up to this one, the newest first.
-- name: audience.earlier
SELECT s.id, s.title_zh, s.title_en, s.started_at, s.ended_at,
    (SELECT coalesce(max(a.viewers), 0) FROM audience_samples a WHERE a.show_id = s.id) AS peak,
    (SELECT count(*) FROM audience_visits v WHERE v.show_id = s.id) AS visits,
    (SELECT coalesce(sum(v.stayed_ms / 1000), 0) FROM audience_visits v WHERE v.show_id = s.id) AS stayed_s,
    (SELECT count(*) FROM orders o WHERE o.show_id = s.id AND o.paid_at IS NOT NULL) AS paid,
    (SELECT coalesce(sum(o.total_fen), 0) FROM orders o WHERE o.show_id = s.id AND o.paid_at IS NOT NULL) AS total_fen
FROM shows s
WHERE s.host_id = :host AND s.started_at IS NOT NULL AND s.started_at <= :started
ORDER BY s.started_at DESC, s.id DESC LIMIT :most

-- Shows that had goods of a maker, and what came of those (makers.c).
-- name: audience.shows_of_maker
SELECT s.id, s.title_zh, s.title_en, s.status, s.started_at, u.name AS host_name, m.items,
    (SELECT count(DISTINCT o.visit_id) FROM audience_opens o
     JOIN show_items i ON i.id = o.item_id JOIN skus k ON k.id = i.sku_id JOIN products p ON p.id = k.product_id
     WHERE o.show_id = s.id AND p.organisation_id = :factory) AS opened,
    (SELECT count(*) FROM orders o WHERE o.show_id = s.id AND o.factory_id = :factory AND o.paid_at IS NOT NULL) AS paid,
    (SELECT coalesce(sum(l.quantity), 0) FROM orders o JOIN order_lines l ON l.order_id = o.id
     WHERE o.show_id = s.id AND o.factory_id = :factory AND o.paid_at IS NOT NULL) AS pieces,
    (SELECT coalesce(sum(l.quantity * l.price_fen - l.discount_fen), 0)
     FROM orders o JOIN order_lines l ON l.order_id = o.id
     WHERE o.show_id = s.id AND o.factory_id = :factory AND o.paid_at IS NOT NULL) AS goods_fen
FROM (SELECT i.show_id, count(*) AS items FROM show_items i
      JOIN skus k ON k.id = i.sku_id JOIN products p ON p.id = k.product_id
      WHERE p.organisation_id = :factory GROUP BY i.show_id) m
JOIN shows s ON s.id = m.show_id JOIN users u ON u.id = s.host_id
WHERE s.started_at IS NOT NULL
ORDER BY s.started_at DESC, s.id DESC LIMIT :most

-- What `guildhall check` looks for: the tables themselves refuse the rest.

-- name: audience.check_visits
SELECT v.id, v.show_id FROM audience_visits v JOIN shows s ON s.id = v.show_id
WHERE s.started_at IS NULL OR v.started_at < s.started_at - :slack
ORDER BY v.id LIMIT :most

-- name: audience.check_opens
SELECT o.id, o.show_id FROM audience_opens o
JOIN audience_visits v ON v.id = o.visit_id JOIN show_items i ON i.id = o.item_id
WHERE v.show_id <> o.show_id OR i.show_id <> o.show_id
ORDER BY o.id LIMIT :most
