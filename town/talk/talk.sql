-- Since when an order is over, or NULL.
-- part: over_at
CASE WHEN o.status IN ('closed', 'refunded', 'cancelled', 'expired')
    THEN (SELECT max(e.at) FROM order_events e WHERE e.order_id = o.id) END

-- An order, and its talk as a whole; NULL where nothing has been written yet.
-- name: talk.order
SELECT o.id, o.buyer_id, o.factory_id, f.name_zh AS factory_zh, f.name_en AS factory_en, {over_at} AS over_at,
    l.title_zh, l.title_en, t.n, t.last_id, t.waits_since, t.buyer_seen, t.factory_seen, t.buyer_unread, t.factory_unread
FROM orders o LEFT JOIN order_lines l ON l.order_id = o.id AND l.line = 1 LEFT JOIN organisations f ON f.id = o.factory_id LEFT JOIN talks t ON t.order_id = o.id
WHERE o.id = :order_id

-- Writing.

-- What somebody has written since a moment: about an order, and in all.
-- name: talk.lately
SELECT count(CASE WHEN order_id = :order_id THEN 1 END) AS here, count(*) AS n
FROM talk_words WHERE user_id = :user_id AND at > :since

-- name: talk.add
INSERT INTO talk_words (order_id, user_id, side, at, words) VALUES (:order_id, :user_id, :side, :now, :words)
RETURNING id

-- How many of the other side's come after one.
-- name: talk.unread
SELECT count(*) AS n FROM talk_words WHERE order_id = :order_id AND id > :seen AND side <> :side

-- name: talk.set
INSERT INTO talks (order_id, buyer_id, factory_id, n, last_id, waits_since, buyer_seen, factory_seen, buyer_unread,
                   factory_unread)
VALUES (:order_id, :buyer_id, :factory_id, :n, :last_id, :waits_since, :buyer_seen, :factory_seen, :buyer_unread,
        :factory_unread)
ON CONFLICT (order_id) DO UPDATE SET n = excluded.n, last_id = excluded.last_id, waits_since = excluded.waits_since,
    buyer_seen = excluded.buyer_seen, factory_seen = excluded.factory_seen, buyer_unread = excluded.buyer_unread,
    factory_unread = excluded.factory_unread

-- name: talk.opening_add
INSERT INTO talk_openings (order_id, user_id, purpose, at) VALUES (:order_id, :user_id, :purpose, :now)

-- Reading.

-- The newest before one, newest first.
-- name: talk.of_order
SELECT id, side, at, words FROM talk_words WHERE order_id = :order_id AND id < :before ORDER BY id DESC LIMIT :most

-- name: talk.opened_by
SELECT count(*) AS n FROM talk_openings WHERE order_id = :order_id AND user_id = :user_id AND at > :since

-- name: talk.openings
SELECT purpose, at FROM talk_openings WHERE order_id = :order_id ORDER BY id DESC LIMIT :most

-- Of some orders of a list, how much is new to a side.

-- name: talk.new_to_buyer
SELECT order_id, buyer_unread AS n FROM talks
WHERE buyer_id = :buyer_id AND buyer_unread > 0 AND order_id BETWEEN :least AND :most

-- name: talk.new_to_factory
SELECT order_id, factory_unread AS n FROM talks
WHERE factory_id = :factory_id AND factory_unread > 0 AND order_id BETWEEN :least AND :most

-- name: talk.sum_to_buyer
SELECT CAST(COALESCE(sum(buyer_unread), 0) AS BIGINT) AS n FROM talks WHERE buyer_id = :buyer_id AND buyer_unread > 0

-- name: talk.sum_to_factory
SELECT CAST(COALESCE(sum(factory_unread), 0) AS BIGINT) AS n FROM talks WHERE factory_id = :factory_id AND factory_unread > 0

-- part: waits
t.waits_since IS NOT NULL AND ({over_at} IS NULL OR {over_at} > :since)

-- The last word of each of a maker's orders: those that wait for an answer first, the longest of them first. What is
-- over since before `since` waits no more: nobody can write there. Both parts end at `most` by an index of their own.
-- name: talk.of_factory
SELECT t.order_id, t.n, t.factory_unread AS unread, m.side, m.at, m.words, l.title_zh, l.title_en, x.waits
FROM (SELECT * FROM (SELECT t.order_id, 1 AS waits FROM talks t JOIN orders o ON o.id = t.order_id
                     WHERE t.factory_id = :factory_id AND {waits}
                     ORDER BY t.waits_since, t.order_id LIMIT :most) w
      UNION ALL
      SELECT * FROM (SELECT t.order_id, 0 AS waits FROM talks t JOIN orders o ON o.id = t.order_id
                     WHERE t.factory_id = :factory_id AND NOT ({waits})
                     ORDER BY t.last_id DESC LIMIT :most) r) x
JOIN talks t ON t.order_id = x.order_id JOIN talk_words m ON m.id = t.last_id
JOIN order_lines l ON l.order_id = t.order_id AND l.line = 1
ORDER BY x.waits DESC, CASE WHEN x.waits = 1 THEN t.waits_since END, CASE WHEN x.waits = 1 THEN t.order_id END,
    t.last_id DESC
LIMIT :most

-- (2592000000 is TALK_OVER_MS.)
-- name: talk.todo_waiting
SELECT count(*) OVER () AS n, o.id, '#' || o.id || ' ' || l.title_zh AS label_zh,
    '#' || o.id || ' ' || l.title_en AS label_en, '/orders/' || o.id || '/talk' AS link,
    CASE WHEN t.factory_unread > 0 THEN t.factory_unread END AS amount, t.waits_since AS at
FROM talks t JOIN orders o ON o.id = t.order_id JOIN order_lines l ON l.order_id = o.id AND l.line = 1
WHERE t.factory_id = :organisation AND t.waits_since > :from AND t.waits_since <= :until
    AND ({over_at} IS NULL OR {over_at} > :until - 2592000000)
ORDER BY t.waits_since, o.id
LIMIT :most OFFSET :skip

-- For the check: ids of the first orders that are wrong, after one and up to another.

-- name: talk.last_checked
SELECT max(x.id) AS id FROM (SELECT max(order_id) AS id FROM talk_words UNION ALL SELECT max(order_id) FROM talks) x

-- name: talk.wrong_order
SELECT DISTINCT w.order_id AS id FROM talk_words w LEFT JOIN orders o ON o.id = w.order_id
LEFT JOIN talks t ON t.order_id = w.order_id
WHERE w.order_id > :after AND w.order_id <= :until
  AND (o.id IS NULL OR t.order_id IS NULL OR t.buyer_id <> o.buyer_id OR t.factory_id <> o.factory_id)
ORDER BY w.order_id LIMIT :most

-- (A maker's people come and go: that one was there is known, of which maker no more.)
-- name: talk.wrong_party
SELECT DISTINCT w.order_id AS id FROM talk_words w JOIN orders o ON o.id = w.order_id
WHERE w.order_id > :after AND w.order_id <= :until
  AND ((w.side = 'buyer') <> (w.user_id = o.buyer_id)
       OR NOT EXISTS (SELECT 1 FROM users u WHERE u.id = w.user_id))
ORDER BY w.order_id LIMIT :most

-- name: talk.wrong_time
SELECT DISTINCT w.order_id AS id FROM talk_words w
WHERE w.order_id > :after AND w.order_id <= :until
  AND w.at < (SELECT p.at FROM talk_words p WHERE p.order_id = w.order_id AND p.id < w.id ORDER BY p.id DESC LIMIT 1)
ORDER BY w.order_id LIMIT :most

-- name: talk.wrong_count
SELECT t.order_id AS id FROM talks t
WHERE t.order_id > :after AND t.order_id <= :until
  AND (t.n <> (SELECT count(*) FROM talk_words w WHERE w.order_id = t.order_id)
       OR t.last_id <> COALESCE((SELECT max(w.id) FROM talk_words w WHERE w.order_id = t.order_id), 0))
ORDER BY t.order_id LIMIT :most

-- name: talk.wrong_mark
SELECT t.order_id AS id FROM talks t
WHERE t.order_id > :after AND t.order_id <= :until
  AND (t.buyer_seen > t.last_id OR t.factory_seen > t.last_id
       OR t.buyer_unread <> (SELECT count(*) FROM talk_words w
           WHERE w.order_id = t.order_id AND w.id > t.buyer_seen AND w.side = 'factory')
       OR t.factory_unread <> (SELECT count(*) FROM talk_words w
           WHERE w.order_id = t.order_id AND w.id > t.factory_seen AND w.side = 'buyer'))
ORDER BY t.order_id LIMIT :most

-- (200 is TALK_MAX: nobody can answer any more.)
-- name: talk.wrong_wait
SELECT t.order_id AS id FROM talks t
WHERE t.order_id > :after AND t.order_id <= :until
  AND COALESCE(t.waits_since, 0) <> COALESCE((SELECT min(b.at) FROM talk_words b
      WHERE t.n < 200 AND b.order_id = t.order_id AND b.side = 'buyer' AND b.id > COALESCE((SELECT max(f.id)
          FROM talk_words f WHERE f.order_id = t.order_id AND f.side = 'factory'), 0)), 0)
ORDER BY t.order_id LIMIT :most

-- Sealed words, for `guildhall seal`.

-- name: talk.words_seal_next
SELECT id AS id, words AS sealed FROM talk_words
WHERE id > :after AND substr(words, 2, 1) <> :key
ORDER BY id
LIMIT :most

-- name: talk.words_seal_put
UPDATE talk_words SET words = :sealed WHERE id = :id AND words = :before

-- name: talk.words_seal_count
SELECT substr(words, 2, 1) AS key, COUNT(*) AS n FROM talk_words GROUP BY 1
