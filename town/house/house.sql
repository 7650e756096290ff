-- The list of words.

-- name: house.version
SELECT COALESCE(max(id), 0) AS version FROM house_word_events

-- name: house.words
SELECT id, word, class, rule, note FROM house_words ORDER BY id LIMIT :most

-- name: house.words_n
SELECT count(*) AS n, count(CASE WHEN class = 'blocked' THEN 1 END) AS blocked,
    count(CASE WHEN class = 'flagged' THEN 1 END) AS flagged,
    count(CASE WHEN class = 'exempt' THEN 1 END) AS exempt,
    count(CASE WHEN word LIKE '%#%' THEN 1 END) AS numbers
FROM house_words

-- (Of one class, or with '' of all; those that hold a text, or with '' all.)
-- name: house.words_page
SELECT w.id, w.word, w.class, w.rule, w.note, e.at, u.name AS by_name
FROM house_words w
LEFT JOIN house_word_events e ON e.id = (SELECT max(x.id) FROM house_word_events x WHERE x.word = w.word)
LEFT JOIN users u ON u.id = e.actor_id
WHERE (:class = '' OR w.class = :class) AND (:holds = '' OR w.word LIKE '%' || :holds || '%' ESCAPE '!')
    AND w.id > :after
ORDER BY w.id LIMIT :most

-- name: house.word
SELECT id, word, class, rule, note FROM house_words WHERE id = :id

-- name: house.word_of
SELECT id, word, class, rule, note FROM house_words WHERE word = :word

-- name: house.word_add
INSERT INTO house_words (word, class, rule, note) VALUES (:word, :class, :rule, :note)

-- name: house.word_change
UPDATE house_words SET class = :class, rule = :rule, note = :note WHERE id = :id

-- name: house.word_remove
DELETE FROM house_words WHERE id = :id

-- name: house.word_event_add
INSERT INTO house_word_events (at, actor_id, event, word, class, rule, note, why)
VALUES (:now, :actor, :event, :word, :class, :rule, :note, :why)

-- name: house.word_events
SELECT e.id, e.at, e.event, e.word, e.class, e.rule, e.note, e.why, u.name AS by_name
FROM house_word_events e LEFT JOIN users u ON u.id = e.actor_id
WHERE e.id < :before ORDER BY e.id DESC LIMIT :most

-- For the check: words whose last change says otherwise than the list.
-- name: house.wrong_words
SELECT x.word FROM (
    SELECT w.word FROM house_words w
    WHERE NOT EXISTS (SELECT 1 FROM house_word_events e
        WHERE e.id = (SELECT max(y.id) FROM house_word_events y WHERE y.word = w.word)
            AND e.event <> 'remove' AND e.class = w.class AND e.rule = w.rule AND e.note = w.note)
    UNION ALL
    SELECT e.word FROM house_word_events e
    WHERE e.event <> 'remove' AND e.id = (SELECT max(y.id) FROM house_word_events y WHERE y.word = e.word)
        AND NOT EXISTS (SELECT 1 FROM house_words w WHERE w.word = e.word)) x
ORDER BY x.word LIMIT :most
