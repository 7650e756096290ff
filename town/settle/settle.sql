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

-- Pages of rules (rules.c).

-- What may count for who looks: all for the base; else those of the town, of its own goods, of itself and its
-- agency, and for a maker those of whoever may sell its goods, for a seller those of makers.
-- name: settle.rules
SELECT r.id, r.scope, r.factory_id, r.kind_id, r.who_id, r.version, r.valid_from, r.is_ended, r.host_bp, r.agency_bp,
    r.base_bp, r.note, r.made_at, COALESCE(r.corrects_id, 0) AS corrects,
    CASE WHEN EXISTS (SELECT 1 FROM share_rules c WHERE c.corrects_id = r.id) THEN 1 ELSE 0 END AS is_corrected,
    COALESCE(f.name_zh, '') AS factory_zh, COALESCE(f.name_en, '') AS factory_en,
    COALESCE(k.name_zh, '') AS kind_zh, COALESCE(k.name_en, '') AS kind_en,
    COALESCE(u.name, g.name_zh, '') AS who_zh, COALESCE(u.name, g.name_en, '') AS who_en
FROM share_rules r
LEFT JOIN organisations f ON f.id = r.factory_id
LEFT JOIN kinds k ON k.id = r.kind_id
LEFT JOIN users u ON r.scope = 'host' AND u.id = r.who_id
LEFT JOIN organisations g ON r.scope = 'agency' AND g.id = r.who_id
WHERE :base = 1 OR r.scope = 'town'
   OR r.scope IN ('factory', 'kind') AND (:seller = 1 OR r.factory_id = :factory)
   OR r.scope = 'host' AND (:factory > 0 OR r.who_id = :user
       OR EXISTS (SELECT 1 FROM memberships m JOIN host_agencies a ON a.agency_id = m.organisation_id
                  WHERE m.user_id = :user AND a.host_id = r.who_id AND a.until_at > :now))
   OR r.scope = 'agency' AND (:factory > 0
       OR EXISTS (SELECT 1 FROM memberships m WHERE m.user_id = :user AND m.organisation_id = r.who_id)
       OR EXISTS (SELECT 1 FROM host_agencies a WHERE a.host_id = :user AND a.agency_id = r.who_id AND a.until_at > :now))
ORDER BY CASE r.scope WHEN 'town' THEN 0 WHEN 'factory' THEN 1 WHEN 'kind' THEN 2 WHEN 'agency' THEN 3 ELSE 4 END,
    r.factory_id, r.kind_id, r.who_id, r.valid_from DESC, r.version DESC
LIMIT :most

-- name: settle.caps
SELECT c.provider, c.most_bp, c.made_at
FROM share_caps c WHERE NOT EXISTS (SELECT 1 FROM share_caps n WHERE n.provider = c.provider AND n.id > c.id)
ORDER BY c.provider

-- name: settle.choices
SELECT m.list, m.id, m.name_zh, m.name_en
FROM (SELECT 0 AS list, o.id, o.name_zh, o.name_en FROM organisations o WHERE o.kind = 'factory'
      UNION ALL
      SELECT 1 AS list, k.id, k.name_zh, k.name_en FROM kinds k
      UNION ALL
      SELECT 2 AS list, u.id, u.name AS name_zh, u.name AS name_en FROM users u
      WHERE (u.roles & :host) <> 0 AND u.disabled_at IS NULL
      UNION ALL
      SELECT 3 AS list, o.id, o.name_zh, o.name_en FROM organisations o WHERE o.kind = 'agency') AS m
ORDER BY m.list, m.name_zh, m.id
LIMIT :most

-- Whose agency shares when (agency.c).

-- name: settle.agency_span
SELECT id, agency_id, until_at FROM host_agencies WHERE host_id = :host AND until_at > :now ORDER BY id LIMIT 1

-- name: settle.agency_span_last
SELECT id, from_at, until_at FROM host_agencies WHERE host_id = :host AND agency_id = :agency ORDER BY id DESC LIMIT 1

-- name: settle.agency_span_add
INSERT INTO host_agencies (host_id, agency_id, from_at, until_at) VALUES (:host, :agency, :now, :until)

-- name: settle.agency_span_until
UPDATE host_agencies SET until_at = :until WHERE id = :id

-- What an order comes to.

-- name: settle.lines
SELECT l.line, l.quantity * l.price_fen - l.discount_fen - l.refunded_fen AS net, o.factory_id, p.kind_id,
    o.placed_at, COALESCE(s.host_id, 0) AS host_id,
    COALESCE((SELECT a.agency_id FROM host_agencies a
              WHERE a.host_id = s.host_id AND a.from_at <= o.placed_at AND a.until_at > o.placed_at
              ORDER BY a.id LIMIT 1), 0) AS agency_id
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

-- One order's money (order_money.c).

-- name: settle.order
SELECT id, buyer_id, factory_id, status, placed_at, goods_fen, freight_fen, discount_fen, total_fen
FROM orders WHERE id = :order

-- name: settle.lines_of
SELECT l.line, l.title_zh, l.title_en, l.name_zh, l.name_en, l.quantity, l.quantity * l.price_fen AS amount_fen,
    l.discount_fen, l.refunded_fen, s.net_fen, COALESCE(r.scope, '') AS scope, COALESCE(r.version, 0) AS version,
    CASE WHEN l.show_id IS NULL THEN 0 ELSE COALESCE(r.host_bp, 0) END AS host_bp,
    CASE WHEN EXISTS (SELECT 1 FROM order_shares g WHERE g.order_id = l.order_id AND g.party LIKE 'agency:%')
        THEN COALESCE(r.agency_bp, 0) ELSE 0 END AS agency_bp, -- a host of no agency: nobody has it
    COALESCE(r.base_bp, 0) AS base_bp
FROM order_lines l LEFT JOIN order_share_lines s ON s.order_id = l.order_id AND s.line = l.line
LEFT JOIN share_rules r ON r.id = s.rule_id
WHERE l.order_id = :order ORDER BY l.line

-- part: instructed
CAST(COALESCE(SUM(CASE WHEN i.status IN ('done', 'settled') THEN i.amount_fen ELSE 0 END), 0) AS BIGINT)
FROM pay_instructions i WHERE i.order_id = s.order_id AND i.party = s.party

-- name: settle.shares_of
SELECT s.party, s.fen, s.made_at,
    CASE WHEN EXISTS (SELECT 1 FROM pay_instructions i WHERE i.order_id = s.order_id AND i.kind = 'share'
                      AND i.party = s.party) THEN 1 ELSE 0 END AS is_shared,
    (SELECT {instructed} AND i.kind = 'share') AS shared_fen,
    (SELECT {instructed} AND i.kind = 'share_return') AS returned_fen
FROM order_shares s WHERE s.order_id = :order ORDER BY s.party

-- name: settle.paid_of
SELECT CAST(COALESCE(SUM(amount_fen), 0) AS BIGINT) AS fen
FROM pay_parts WHERE order_id = :order AND paid_at IS NOT NULL

-- Payouts (payouts.c).

-- What came into the purses of makers (released) and others (shared) after one transfer and up to another.
-- name: settle.given
SELECT m.party, p.provider, COUNT(DISTINCT q.order_id) AS orders, CAST(SUM(m.plus) AS BIGINT) AS plus,
    CAST(SUM(m.minus) AS BIGINT) AS minus
FROM (SELECT substr(a.role, CASE WHEN a.role LIKE 'got:%' THEN 5 ELSE 6 END) AS party, t.ref, t.amount AS plus, 0 AS minus
      FROM ledger_books b JOIN ledger_accounts a ON a.book = b.id AND (a.role LIKE 'got:%' OR a.role LIKE 'free:%')
      JOIN ledger_transfers t ON t.credit = a.id AND t.seq > :after AND t.seq <= :until AND t.kind IN (1, 3)
      WHERE b.unit = 'CNY' AND b.subject = 'town'
      UNION ALL
      SELECT substr(a.role, CASE WHEN a.role LIKE 'got:%' THEN 5 ELSE 6 END) AS party, t.ref, 0 AS plus, t.amount AS minus
      FROM ledger_books b JOIN ledger_accounts a ON a.book = b.id AND (a.role LIKE 'got:%' OR a.role LIKE 'free:%')
      JOIN ledger_transfers t ON t.debit = a.id AND t.seq > :after AND t.seq <= :until AND t.kind IN (1, 3)
      WHERE b.unit = 'CNY' AND b.subject = 'town') AS m
JOIN pay_parts q ON q.order_id = CASE WHEN m.ref LIKE 'order:%' THEN CAST(substr(m.ref, 7) AS BIGINT) END
    AND q.status = 'taken'
JOIN pay_payments p ON p.id = q.payment_id
GROUP BY m.party, p.provider
ORDER BY m.party, p.provider

-- name: settle.not_done
SELECT i.id, i.order_id, i.kind, i.party, i.amount_fen, i.status, i.said, i.made_at, p.provider
FROM pay_instructions i JOIN pay_parts t ON t.id = i.part_id JOIN pay_payments p ON p.id = t.payment_id
WHERE i.status IN ('waiting', 'sent', 'failed')
ORDER BY CASE i.status WHEN 'failed' THEN 0 WHEN 'sent' THEN 1 ELSE 2 END, i.id
LIMIT :most

-- Reckoned, and not given, of orders that are still open.
-- part: unshared
FROM orders o JOIN order_shares s ON s.order_id = o.id
JOIN pay_parts t ON t.order_id = o.id AND t.status = 'taken'
JOIN pay_payments p ON p.id = t.payment_id
WHERE o.status = 'received'
  AND NOT EXISTS (SELECT 1 FROM pay_instructions i WHERE i.order_id = o.id AND i.kind = 'share' AND i.party = s.party)

-- name: settle.unshared
SELECT s.order_id, s.party, s.fen, s.made_at, o.auto_at, p.provider,
    CASE WHEN EXISTS (SELECT 1 FROM pay_accounts a WHERE a.party = s.party AND a.provider = p.provider)
         THEN 1 ELSE 0 END AS is_known
{unshared}
ORDER BY s.order_id, s.party
LIMIT :most

-- What waits (todo.c): see town/console.
-- name: settle.todo_unshared
SELECT count(*) OVER () AS n, '#' || s.order_id || ' ' || s.party AS label_zh, '#' || s.order_id || ' ' || s.party AS label_en,
    '/settle/payouts#unshared' AS link, s.made_at AS at
{unshared} AND :organisation = 0 AND s.made_at > :from AND s.made_at <= :until
ORDER BY s.made_at, s.order_id, s.party
LIMIT :most OFFSET :skip

-- Rules that are to begin and may count for a maker's goods.
-- name: settle.todo_rules
SELECT count(*) OVER () AS n, COALESCE(u.name, g.name_zh, k.name_zh, '') || ' v' || r.version AS label_zh,
    COALESCE(u.name, g.name_en, k.name_en, '') || ' v' || r.version AS label_en,
    '/settle/rules' AS link, r.scope AS tags, r.note AS note, r.valid_from AS at
FROM share_rules r
LEFT JOIN kinds k ON k.id = r.kind_id
LEFT JOIN users u ON r.scope = 'host' AND u.id = r.who_id
LEFT JOIN organisations g ON r.scope = 'agency' AND g.id = r.who_id
WHERE r.factory_id IN (0, :organisation) AND r.valid_from > :from AND r.valid_from <= :until
  AND NOT EXISTS (SELECT 1 FROM share_rules c WHERE c.corrects_id = r.id)
ORDER BY r.valid_from, r.id
LIMIT :most OFFSET :skip

-- name: settle.todo_statements
SELECT count(*) OVER () AS n, s.month AS label_zh, s.month AS label_en,
    '/settle/statements/' || s.party || '/' || s.month AS link, s.made_at AS at
FROM settle_statements s
WHERE s.party = 'factory:' || CAST(CAST(:organisation AS BIGINT) AS TEXT) AND s.made_at > :from AND s.made_at <= :until
ORDER BY s.month DESC
LIMIT :most OFFSET :skip

-- Statements: what a party's purses did. :frozen and :own are its two accounts, 0 for one that it has not.

-- part: purse_moves
(SELECT s.seq, MIN(s.at_ms) AS at_ms, MIN(CASE s.reason WHEN 'moved' THEN 'payment' ELSE s.reason END) AS kind,
        MIN(CASE WHEN s.ref LIKE 'order:%' THEN CAST(substr(s.ref, 7) AS BIGINT) END) AS order_id,
        MIN(s.debit) AS debit, MIN(s.credit) AS credit, MIN(s.amount) AS amount,
        CAST(SUM(s.frozen) AS BIGINT) AS frozen, CAST(SUM(s.own) AS BIGINT) AS own
 FROM (SELECT t.seq, t.at_ms, t.reason, t.ref, t.debit, t.credit, t.amount,
              CASE WHEN t.debit = :frozen THEN -t.amount ELSE 0 END AS frozen,
              CASE WHEN t.debit = :own THEN -t.amount ELSE 0 END AS own
       FROM ledger_transfers t
       WHERE t.debit IN (:frozen, :own) AND t.seq > :after AND t.seq <= :until AND t.kind IN (1, 3)
       UNION ALL
       SELECT t.seq, t.at_ms, t.reason, t.ref, t.debit, t.credit, t.amount,
              CASE WHEN t.credit = :frozen THEN t.amount ELSE 0 END AS frozen,
              CASE WHEN t.credit = :own THEN t.amount ELSE 0 END AS own
       FROM ledger_transfers t
       WHERE t.credit IN (:frozen, :own) AND t.seq > :after AND t.seq <= :until AND t.kind IN (1, 3)) AS s
 GROUP BY s.seq)

-- name: settle.purse_sums
SELECT m.kind, COUNT(*) AS n, CAST(SUM(m.frozen) AS BIGINT) AS frozen, CAST(SUM(m.own) AS BIGINT) AS own
FROM {purse_moves} AS m
GROUP BY m.kind
ORDER BY m.kind

-- name: settle.purse_orders
SELECT w.order_id, w.frozen, w.own, w.refunded, w.n, w.last_at, o.placed_at, o.goods_fen, o.freight_fen, o.discount_fen
FROM (SELECT m.order_id, COUNT(*) AS n, MAX(m.at_ms) AS last_at, CAST(SUM(m.frozen) AS BIGINT) AS frozen,
             CAST(SUM(m.own) AS BIGINT) AS own,
             CAST(SUM(CASE m.kind WHEN 'refund' THEN m.amount ELSE 0 END) AS BIGINT) AS refunded
      FROM {purse_moves} AS m
      WHERE m.order_id > :order
      GROUP BY m.order_id
      ORDER BY m.order_id
      LIMIT :most) AS w
LEFT JOIN orders o ON o.id = w.order_id
ORDER BY w.order_id

-- Of orders after one and up to another. The other side: 'got:host:7' of a maker's, 'frozen:factory:3' of a share.
-- name: settle.purse_moves
SELECT m.seq, m.at_ms, m.kind, m.order_id, m.amount, m.frozen, m.own, m.debit, m.credit,
    CASE m.kind WHEN 'share' THEN c.role WHEN 'share_return' THEN d.role ELSE '' END AS got,
    CASE m.kind WHEN 'share' THEN d.role WHEN 'share_return' THEN c.role ELSE '' END AS gave
FROM {purse_moves} AS m
JOIN ledger_accounts d ON d.id = m.debit
JOIN ledger_accounts c ON c.id = m.credit
WHERE m.order_id > :order AND m.order_id <= :last
ORDER BY m.order_id, m.seq

-- All of them in the order of the ledger, for a statement's hash.
-- name: settle.purse_lines
SELECT m.seq, m.at_ms, m.kind, COALESCE(m.order_id, 0) AS order_id, m.frozen, m.own
FROM {purse_moves} AS m
ORDER BY m.seq
LIMIT :most

-- What of each line was shared, and by which rule; of the orders after one and up to another that the
-- party has to do with.
-- name: settle.shared_lines
SELECT s.order_id, s.line, s.net_fen, COALESCE(h.host_id, 0) AS host_id, COALESCE(r.id, 0) AS rule_id,
    COALESCE(r.scope, '') AS scope, COALESCE(r.version, 0) AS version, COALESCE(r.host_bp, 0) AS host_bp,
    COALESCE(r.agency_bp, 0) AS agency_bp, COALESCE(r.base_bp, 0) AS base_bp
FROM orders o JOIN order_share_lines s ON s.order_id = o.id
JOIN order_lines l ON l.order_id = s.order_id AND l.line = s.line
LEFT JOIN shows h ON h.id = l.show_id
LEFT JOIN share_rules r ON r.id = s.rule_id
WHERE o.id > :order AND o.id <= :last
  AND (o.factory_id = :factory
       OR EXISTS (SELECT 1 FROM order_shares x WHERE x.order_id = o.id AND x.party = :party))
ORDER BY s.order_id, s.line

-- name: settle.seq_from
SELECT seq, at_ms FROM ledger_transfers WHERE seq >= :seq ORDER BY seq LIMIT 1

-- name: settle.purse_account
SELECT a.id FROM ledger_books b JOIN ledger_accounts a ON a.book = b.id
WHERE b.unit = 'CNY' AND b.subject = 'town' AND a.role = :role

-- Parties and their names.

-- name: settle.organisation_name
SELECT name_zh, name_en FROM organisations WHERE id = :id AND kind = :kind

-- name: settle.person_name
SELECT name FROM users WHERE id = :id

-- name: settle.agencies_of
SELECT o.id FROM memberships m JOIN organisations o ON o.id = m.organisation_id
WHERE m.user_id = :user AND o.kind = 'agency' ORDER BY o.id

-- Everybody who has or had money here, and what lies there now.
-- part: purses
(SELECT p.party, CAST(SUM(p.frozen) AS BIGINT) AS frozen, CAST(SUM(p.own) AS BIGINT) AS own
 FROM (SELECT substr(a.role, 8) AS party, a.credits_posted - a.debits_posted AS frozen, 0 AS own
       FROM ledger_books b JOIN ledger_accounts a ON a.book = b.id AND a.role LIKE 'frozen:%'
       WHERE b.unit = 'CNY' AND b.subject = 'town'
       UNION ALL
       SELECT substr(a.role, CASE WHEN a.role LIKE 'got:%' THEN 5 ELSE 6 END) AS party, 0 AS frozen,
              a.credits_posted - a.debits_posted AS own
       FROM ledger_books b JOIN ledger_accounts a ON a.book = b.id AND (a.role LIKE 'got:%' OR a.role LIKE 'free:%')
       WHERE b.unit = 'CNY' AND b.subject = 'town') AS p
 GROUP BY p.party)

-- name: settle.parties
SELECT q.party, q.frozen, q.own, q.name_zh, q.name_en
FROM (SELECT p.party, p.frozen, p.own,
             COALESCE(o.name_zh, u.name, '') AS name_zh, COALESCE(o.name_en, u.name, '') AS name_en
      FROM {purses} AS p
      LEFT JOIN organisations o ON o.id = CASE WHEN p.party LIKE 'factory:%' THEN CAST(substr(p.party, 9) AS BIGINT)
                                               WHEN p.party LIKE 'agency:%' THEN CAST(substr(p.party, 8) AS BIGINT) END
      LEFT JOIN users u ON u.id = CASE WHEN p.party LIKE 'host:%' THEN CAST(substr(p.party, 6) AS BIGINT) END) AS q
WHERE q.party > :after
  AND (:q = '' OR q.party = :q OR q.name_zh LIKE '%' || :q || '%' OR q.name_en LIKE '%' || :q || '%')
ORDER BY q.party
LIMIT :most

-- Statements that were issued.

-- name: settle.statement
SELECT party, month, opening_frozen_fen, opening_own_fen, closing_frozen_fen, closing_own_fen, moves, until_seq,
    hash, made_at
FROM settle_statements WHERE party = :party AND month = :month

-- name: settle.statements_of
SELECT month, opening_frozen_fen, opening_own_fen, closing_frozen_fen, closing_own_fen, moves, made_at
FROM settle_statements WHERE party = :party ORDER BY month DESC LIMIT :most

-- The last one before a month: what a later statement begins with.
-- name: settle.statement_before
SELECT closing_frozen_fen, closing_own_fen, until_seq
FROM settle_statements WHERE party = :party AND month < :month ORDER BY month DESC LIMIT 1

-- name: settle.statement_add
INSERT INTO settle_statements (party, month, opening_frozen_fen, opening_own_fen, closing_frozen_fen,
                               closing_own_fen, moves, until_seq, hash, made_at)
VALUES (:party, :month, :opening_frozen, :opening_own, :closing_frozen, :closing_own, :moves, :until, :hash, :now)

-- name: settle.month_last
SELECT month, until_seq FROM settle_months ORDER BY month DESC LIMIT 1

-- name: settle.month_add
INSERT INTO settle_months (month, until_seq, made_at) VALUES (:month, :until, :now)

-- name: settle.money_begins
SELECT MIN(t.at_ms) AS at_ms
FROM ledger_books b JOIN ledger_accounts a ON a.book = b.id JOIN ledger_transfers t ON t.credit = a.id
WHERE b.unit = 'CNY' AND b.subject = 'town'

-- Who moved between two transfers and has no statement of the month yet.
-- name: settle.to_issue
SELECT p.party
FROM {purses} AS p
WHERE NOT EXISTS (SELECT 1 FROM settle_statements s WHERE s.party = p.party AND s.month = :month)
  AND EXISTS (SELECT 1 FROM ledger_books b JOIN ledger_accounts a ON a.book = b.id
              WHERE b.unit = 'CNY' AND b.subject = 'town'
                AND a.role IN ('frozen:' || p.party, 'free:' || p.party, 'got:' || p.party)
                AND (EXISTS (SELECT 1 FROM ledger_transfers t WHERE t.debit = a.id AND t.seq > :after
                             AND t.seq <= :until AND t.kind IN (1, 3))
                     OR EXISTS (SELECT 1 FROM ledger_transfers t WHERE t.credit = a.id AND t.seq > :after
                                AND t.seq <= :until AND t.kind IN (1, 3))))
ORDER BY p.party
LIMIT :most

-- name: settle.statements_after
SELECT party, month, opening_frozen_fen, opening_own_fen, closing_frozen_fen, closing_own_fen, moves, hash
FROM settle_statements WHERE (month, party) > (:month, :party) ORDER BY month, party LIMIT :most

-- The first that moved in a month that is issued whole, and has no statement of it.
-- name: settle.months
SELECT month, until_seq FROM settle_months ORDER BY month

-- name: settle.purses_now
SELECT p.party, p.frozen, p.own FROM {purses} AS p ORDER BY p.party

-- What all purses together have is what came from outside and has not gone back.
-- name: settle.outside
SELECT CAST(COALESCE(SUM(a.debits_posted - a.credits_posted), 0) AS BIGINT) AS fen
FROM ledger_books b JOIN ledger_accounts a ON a.book = b.id
WHERE b.unit = 'CNY' AND b.subject = 'town' AND a.role IN ('outside', 'paid')

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
