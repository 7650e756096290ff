-- name: talk.order
SELECT o.id, o.buyer_id, o.factory_id, f.name_zh AS factory_zh, f.name_en AS factory_en
FROM orders o LEFT JOIN organisations f ON f.id = o.factory_id WHERE o.id = :order_id

-- How many there are, and how many of one side since a moment.
-- name: talk.counts
SELECT count(*) AS n, count(CASE WHEN side = :side AND at > :since THEN 1 END) AS lately
FROM talk_words WHERE order_id = :order_id

-- name: talk.add
INSERT INTO talk_words (order_id, user_id, side, at, words) VALUES (:order_id, :user_id, :side, :now, :words)

-- name: talk.of_order
SELECT id, side, at, words FROM talk_words WHERE order_id = :order_id ORDER BY id

-- name: talk.last
SELECT side, at, words, count(*) OVER () AS n FROM talk_words WHERE order_id = :order_id ORDER BY id DESC LIMIT 1

-- Since when an order's buyer waits: the first word after the maker's last one.
-- part: since
(SELECT min(b.at) FROM talk_words b WHERE b.order_id = m.order_id AND b.id >
    COALESCE((SELECT max(f.id) FROM talk_words f WHERE f.order_id = m.order_id AND f.side = 'factory'), 0))

-- The last word of each of a maker's orders: those that wait for an answer first, the longest of them first.
-- name: talk.of_factory
SELECT m.order_id, m.side, m.at, m.words, l.title_zh, l.title_en
FROM orders o JOIN talk_words m ON m.order_id = o.id JOIN order_lines l ON l.order_id = o.id AND l.line = 1
WHERE o.factory_id = :factory_id
  AND NOT EXISTS (SELECT 1 FROM talk_words n WHERE n.order_id = m.order_id AND n.id > m.id)
ORDER BY CASE WHEN m.side = 'buyer' THEN 0 ELSE 1 END, CASE WHEN m.side = 'buyer' THEN {since} ELSE -m.at END, m.order_id
LIMIT :most

-- name: talk.todo_waiting
SELECT count(*) OVER () AS n, m.id, '#' || o.id || ' ' || l.title_zh AS label_zh,
    '#' || o.id || ' ' || l.title_en AS label_en, '/orders/' || o.id || '/talk' AS link, {since} AS at
FROM orders o JOIN talk_words m ON m.order_id = o.id JOIN order_lines l ON l.order_id = o.id AND l.line = 1
WHERE o.factory_id = :organisation AND m.side = 'buyer' AND m.at > :from AND m.at <= :until
  AND NOT EXISTS (SELECT 1 FROM talk_words n WHERE n.order_id = m.order_id AND n.id > m.id)
ORDER BY at, m.id
LIMIT :most OFFSET :skip

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
