-- Rules.

-- A rule of the same scope as r, called {n}, that nothing has corrected.
-- part: same_scope
n.scope = r.scope AND n.factory_id = r.factory_id AND n.kind_id = r.kind_id AND n.who_id = r.who_id
    AND NOT EXISTS (SELECT 1 FROM share_rules x WHERE x.corrects_id = n.id)

-- The rule that counts for a line: of each scope the newest that has begun, of those the nearest.
-- name: settle.rule_of
SELECT r.id, r.host_bp, r.agency_bp, r.base_bp
FROM share_rules r
WHERE r.valid_from <= :at
  AND (r.scope = 'town' OR r.scope = 'factory' AND r.factory_id = :factory
       OR r.scope = 'kind' AND r.factory_id = :factory AND r.kind_id = :kind
       OR r.scope = 'host' AND r.who_id = :host OR r.scope = 'agency' AND r.who_id = :agency)
  AND NOT EXISTS (SELECT 1 FROM share_rules c WHERE c.corrects_id = r.id)
  AND NOT EXISTS (SELECT 1 FROM share_rules n WHERE {same_scope} AND n.valid_from <= :at
                  AND (n.valid_from > r.valid_from OR n.valid_from = r.valid_from AND n.version > r.version))
  AND r.is_ended = 0
ORDER BY CASE r.scope WHEN 'host' THEN 1 WHEN 'agency' THEN 2 WHEN 'kind' THEN 3 WHEN 'factory' THEN 4 ELSE 5 END
LIMIT 1

-- name: settle.rule_add
INSERT INTO share_rules (scope, factory_id, kind_id, who_id, version, valid_from, is_ended, host_bp,
                         agency_bp, base_bp, corrects_id, note, made_at, made_by)
VALUES (:scope, :factory, :kind, :who,
        (SELECT COALESCE(MAX(version), 0) + 1 FROM share_rules
         WHERE scope = :scope AND factory_id = :factory AND kind_id = :kind AND who_id = :who),
        :valid_from, :is_ended, :host_bp, :agency_bp, :base_bp, :corrects, :note, :now, :user)
RETURNING id

-- name: settle.rule_get
SELECT r.id, r.scope, r.factory_id, r.kind_id, r.who_id, r.version, r.valid_from, r.is_ended, r.host_bp,
       r.agency_bp, r.base_bp, r.note,
       CASE WHEN EXISTS (SELECT 1 FROM share_rules c WHERE c.corrects_id = r.id) THEN 1 ELSE 0 END AS is_corrected
FROM share_rules r WHERE r.id = :id

-- name: settle.organisation
SELECT id FROM organisations WHERE id = :id AND kind = :kind

-- name: settle.kind
SELECT id FROM kinds WHERE id = :id

-- name: settle.host
SELECT id FROM users WHERE id = :id AND (roles & :role) <> 0

-- The lowest of what providers let go.
-- name: settle.cap_lowest
SELECT COALESCE(MIN(c.most_bp), 0) AS most
FROM share_caps c WHERE NOT EXISTS (SELECT 1 FROM share_caps n WHERE n.provider = c.provider AND n.id > c.id)

-- name: settle.cap_add
INSERT INTO share_caps (provider, most_bp, made_at, made_by) VALUES (:provider, :most, :now, :user)

-- name: settle.cap_of
SELECT id FROM share_caps WHERE provider = :provider LIMIT 1

-- What an order comes to.

-- name: settle.lines
SELECT l.line, l.quantity * l.price_fen - l.discount_fen - l.refunded_fen AS net, o.factory_id, p.kind_id,
    o.placed_at, COALESCE(s.host_id, 0) AS host_id,
    COALESCE((SELECT m.organisation_id FROM memberships m JOIN organisations g ON g.id = m.organisation_id
              WHERE m.user_id = s.host_id AND g.kind = 'agency' AND m.created_at <= o.placed_at
              ORDER BY m.created_at, m.organisation_id LIMIT 1), 0) AS agency_id
FROM order_lines l JOIN orders o ON o.id = l.order_id
JOIN skus k ON k.id = l.sku_id JOIN products p ON p.id = k.product_id
LEFT JOIN shows s ON s.id = l.show_id
WHERE l.order_id = :order ORDER BY l.line

-- Who was paid the order by, and the cap of that provider; none: nothing goes.
-- name: settle.provider_of
SELECT p.provider,
    COALESCE((SELECT c.most_bp FROM share_caps c WHERE c.provider = p.provider ORDER BY c.id DESC LIMIT 1), 0) AS most
FROM pay_parts t JOIN pay_payments p ON p.id = t.payment_id
WHERE t.order_id = :order AND t.status = 'taken'

-- The test cashier knows everybody.
-- name: settle.account_of
SELECT account FROM pay_accounts WHERE party = :party AND provider = :provider
UNION ALL
SELECT 'test' AS account WHERE :provider = 'test'

-- name: settle.share_line_add
INSERT INTO order_share_lines (order_id, line, rule_id, net_fen) VALUES (:order, :line, :rule, :net)

-- name: settle.share_add
INSERT INTO order_shares (order_id, party, fen, most_bp, made_at) VALUES (:order, :party, :fen, :most, :now)

-- name: settle.share_get
SELECT s.fen, o.status,
    CASE WHEN EXISTS (SELECT 1 FROM pay_instructions i WHERE i.order_id = s.order_id AND i.kind = 'share'
                      AND i.party = s.party) THEN 1 ELSE 0 END AS is_shared
FROM order_shares s JOIN orders o ON o.id = s.order_id
WHERE s.order_id = :order AND s.party = :party

-- What `guildhall check` looks for: ids of the first that are wrong, after one and up to another.

-- name: settle.last_order
SELECT COALESCE(MAX(id), 0) AS id FROM orders

-- name: settle.wrong_unreckoned
SELECT o.id
FROM orders o
WHERE o.id > :after AND o.id <= :until AND o.received_at IS NOT NULL
  AND EXISTS (SELECT 1 FROM pay_parts t WHERE t.order_id = o.id AND t.status = 'taken')
  AND EXISTS (SELECT 1 FROM order_lines l WHERE l.order_id = o.id
              AND NOT EXISTS (SELECT 1 FROM order_share_lines s WHERE s.order_id = l.order_id AND s.line = l.line))
ORDER BY o.id
LIMIT :most

-- name: settle.wrong_sums
SELECT s.order_id AS id
FROM order_shares s
WHERE s.order_id > :after AND s.order_id <= :until
GROUP BY s.order_id
HAVING SUM(s.fen) > (SELECT SUM(l.net_fen) FROM order_share_lines l WHERE l.order_id = s.order_id) * MIN(s.most_bp) / 10000
ORDER BY s.order_id
LIMIT :most

-- name: settle.wrong_shares
SELECT DISTINCT i.order_id AS id
FROM pay_instructions i
WHERE i.order_id > :after AND i.order_id <= :until AND i.kind = 'share'
  AND NOT EXISTS (SELECT 1 FROM order_shares s WHERE s.order_id = i.order_id AND s.party = i.party
                  AND s.fen >= i.amount_fen)
ORDER BY i.order_id
LIMIT :most
