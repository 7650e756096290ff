-- name: shows.list
SELECT s.id, s.title_zh, s.title_en, s.room_zh, s.room_en, s.status, s.starts_at, s.started_at,
    s.ended_at, s.card_item_id, u.name AS host_name,
    (SELECT count(*) FROM show_items i WHERE i.show_id = s.id AND i.is_on_shelf = 1) AS items
FROM shows s JOIN users u ON u.id = s.host_id
WHERE s.status = :status
ORDER BY CASE WHEN :status = 'ended' THEN -s.starts_at ELSE s.starts_at END
LIMIT :limit

-- name: shows.list_of_all
SELECT s.id, s.title_zh, s.title_en, s.room_zh, s.room_en, s.status, s.starts_at, s.started_at,
    s.ended_at, s.card_item_id, u.name AS host_name,
    (SELECT count(*) FROM show_items i WHERE i.show_id = s.id AND i.is_on_shelf = 1) AS items
FROM shows s JOIN users u ON u.id = s.host_id
ORDER BY CASE s.status WHEN 'live' THEN 0 WHEN 'planned' THEN 1 ELSE 2 END,
    CASE s.status WHEN 'ended' THEN -s.starts_at ELSE s.starts_at END
LIMIT :limit

-- Whose host or assistant somebody is.
-- name: shows.list_of_crew
SELECT s.id, s.title_zh, s.title_en, s.room_zh, s.room_en, s.status, s.starts_at, s.started_at,
    s.ended_at, s.card_item_id, u.name AS host_name,
    (SELECT count(*) FROM show_items i WHERE i.show_id = s.id AND i.is_on_shelf = 1) AS items
FROM (SELECT id FROM shows WHERE host_id = :user
      UNION SELECT show_id FROM show_crew WHERE user_id = :user) mine
JOIN shows s ON s.id = mine.id JOIN users u ON u.id = s.host_id
ORDER BY CASE s.status WHEN 'live' THEN 0 WHEN 'planned' THEN 1 ELSE 2 END,
    CASE s.status WHEN 'ended' THEN -s.starts_at ELSE s.starts_at END
LIMIT :limit

-- name: shows.get
SELECT s.id, s.title_zh, s.title_en, s.room_zh, s.room_en, s.status, s.starts_at, s.started_at,
    s.ended_at, s.card_item_id, s.card_at, s.host_id, s.key_sealed, s.slow_s, s.is_talk_off,
    s.pinned_id, s.is_rehearsal, s.cut_at, s.cut_why, s.is_cut_by_base, s.face_item_id, s.checked_at, s.changed_at, u.name AS host_name
FROM shows s JOIN users u ON u.id = s.host_id
WHERE s.id = :show

-- name: shows.save
UPDATE shows SET title_zh = :title_zh, title_en = :title_en, room_zh = :room, room_en = :room, starts_at = :starts_at,
    face_item_id = :face,
    changed_at = CASE WHEN title_zh = :title_zh AND title_en = :title_en AND room_zh = :room AND starts_at = :starts_at
        THEN changed_at ELSE :now END,
    checked_at = CASE WHEN title_zh = :title_zh AND title_en = :title_en AND room_zh = :room AND starts_at = :starts_at
        THEN checked_at END
WHERE id = :show AND status = 'planned'

-- name: shows.changed
UPDATE shows SET changed_at = :now, checked_at = NULL WHERE id = :show

-- name: shows.checked
UPDATE shows SET checked_at = :now, checked_by = :by WHERE id = :show

-- What the check before a show looks at (check.c). valid_until: the first day that one of the certificates which its
-- kind needs at home runs out, of those that are valid.
-- name: shows.check_items
SELECT i.id, i.sku_id, i.price_fen, i.note_zh, k.price_fen AS hall_price_fen, p.slug, p.title_zh, p.title_en, p.lacks,
    CASE WHEN k.status = 'on' AND p.status = 'on' THEN 1 ELSE 0 END AS is_on,
    coalesce(f.state, '') AS factory_state, o.name_zh AS factory_zh, o.name_en AS factory_en,
    coalesce((SELECT min(c.valid_until) FROM certificate_products cp JOIN certificates c ON c.id = cp.certificate_id
        WHERE cp.product_id = p.id AND c.status = 'valid' AND c.type = 'ccc'), '') AS valid_until,
    coalesce((SELECT b.available FROM ledger_balances b WHERE b.unit = 'piece'
        AND b.subject = 'sku:' || i.sku_id AND b.role = 'available'), 0) AS stock_left
FROM show_items i JOIN skus k ON k.id = i.sku_id JOIN products p ON p.id = k.product_id
JOIN organisations o ON o.id = p.organisation_id LEFT JOIN factories f ON f.organisation_id = o.id
WHERE i.show_id = :show AND i.is_on_shelf = 1
ORDER BY i.position, i.id

-- Who waits for a show (reserve.c).

-- name: shows.reserved
SELECT (SELECT count(*) FROM show_reservations r WHERE r.show_id = s.id) AS n,
    (SELECT count(*) FROM show_reservations r WHERE r.show_id = s.id AND r.user_id = :user) AS mine
FROM shows s WHERE s.id = :show

-- name: shows.reserve
INSERT INTO show_reservations (show_id, user_id, at) VALUES (:show, :user, :now)
ON CONFLICT (show_id, user_id) DO NOTHING

-- name: shows.unreserve
DELETE FROM show_reservations WHERE show_id = :show AND user_id = :user

-- name: shows.waiting
SELECT user_id FROM show_reservations WHERE show_id = :show ORDER BY user_id LIMIT :most

-- name: shows.waited_for
SELECT s.id, s.title_zh, s.title_en FROM show_reservations r JOIN shows s ON s.id = r.show_id
WHERE r.user_id = :user AND s.status = 'live' AND s.started_at > :since
ORDER BY s.started_at DESC LIMIT 1

-- Shows whose rooms are opened at the start: what runs, and what is near. Others are when somebody comes.
-- name: shows.open_ids
SELECT id FROM shows WHERE status <> 'ended' AND (status = 'live' OR starts_at BETWEEN :from AND :until)
ORDER BY CASE status WHEN 'live' THEN 0 ELSE 1 END, starts_at LIMIT :most

-- A page that was made just before its end may have opened a show's rooms again.
-- name: shows.ended_lately
SELECT id FROM shows WHERE status = 'ended' AND starts_at > :from AND ended_at > :since LIMIT 200

-- name: shows.key_of
SELECT s.status, s.key_hash, s.cut_at, s.host_id, s.is_rehearsal, u.roles, u.disabled_at
FROM shows s JOIN users u ON u.id = s.host_id
WHERE s.id = :show

-- name: shows.host_roles
SELECT roles FROM users WHERE id = :user AND disabled_at IS NULL

-- name: shows.add
INSERT INTO shows (title_zh, title_en, room_zh, room_en, host_id, status, starts_at, key_hash,
    key_sealed, created_at)
VALUES (:title_zh, :title_en, :room_zh, :room_en, :host, 'planned', :starts_at, :key_hash,
    :key_sealed, :now)
RETURNING id

-- name: shows.set_key
UPDATE shows SET key_hash = :key_hash, key_sealed = :key_sealed WHERE id = :show

-- The base has moved the room of one that is to come: it begins as much later or earlier.
-- name: shows.shift
UPDATE shows SET starts_at = starts_at + :by_ms, changed_at = :now, checked_at = NULL WHERE id = :show AND status = 'planned'

-- name: shows.set_room
UPDATE shows SET room_zh = :room_zh, room_en = :room_en WHERE id = :show

-- name: shows.set_live
UPDATE shows SET status = 'live', started_at = :now
WHERE id = :show AND status = 'planned' AND is_rehearsal = 0

-- name: shows.set_ended
UPDATE shows SET status = 'ended', ended_at = :now, card_item_id = NULL, card_at = :now,
    pinned_id = NULL, is_rehearsal = 0, cut_at = NULL, is_cut_by_base = 0
WHERE id = :show AND status <> 'ended'

-- name: shows.set_card
UPDATE shows SET card_item_id = :item, card_at = :now WHERE id = :show AND status <> 'ended'

-- name: shows.event_add
INSERT INTO show_events (show_id, at, actor_id, kind, item_id, value, message_id, user_id, note)
VALUES (:show, :now, :actor, :kind, :item, :value, :message, :user, :note)

-- name: shows.events
SELECT e.id, e.at, e.kind, e.item_id, e.value, e.note, e.actor_id, a.name AS actor_name,
    u.name AS user_name, m.name AS message_name, m.body AS message_body, p.title_zh, p.title_en
FROM show_events e
LEFT JOIN users a ON a.id = e.actor_id
LEFT JOIN users u ON u.id = e.user_id
LEFT JOIN show_messages m ON m.id = e.message_id
LEFT JOIN show_items i ON i.id = e.item_id
LEFT JOIN skus k ON k.id = i.sku_id
LEFT JOIN products p ON p.id = k.product_id
WHERE e.show_id = :show AND e.id < :before
ORDER BY e.id DESC LIMIT :most

-- name: shows.items
SELECT i.id, i.position, i.sku_id, i.price_fen, i.is_on_shelf, i.note_zh, i.note_en,
    k.code, k.name_zh AS sku_zh, k.name_en AS sku_en, k.price_fen AS hall_price_fen,
    p.slug, p.title_zh, p.title_en, o.name_zh AS factory_zh, o.name_en AS factory_en,
    o.slug AS factory_slug,
    coalesce((SELECT b.available FROM ledger_balances b WHERE b.unit = 'piece'
        AND b.subject = 'sku:' || i.sku_id AND b.role = 'available'), 0) AS stock_left,
    coalesce((SELECT b.held FROM ledger_balances b WHERE b.unit = 'piece'
        AND b.subject = 'sku:' || i.sku_id AND b.role = 'available'), 0) AS held,
    coalesce((SELECT b.credits_posted FROM ledger_balances b WHERE b.unit = 'piece'
        AND b.subject = 'sku:' || i.sku_id AND b.role = 'sold'), 0) AS sold
FROM show_items i
JOIN skus k ON k.id = i.sku_id
JOIN products p ON p.id = k.product_id
JOIN organisations o ON o.id = p.organisation_id
WHERE i.show_id = :show
ORDER BY i.position, i.id

-- name: shows.face
SELECT p.slug, p.title_zh, p.title_en, i.price_fen,
    CASE WHEN i.id = s.card_item_id THEN 1 ELSE 0 END AS is_card
FROM shows s
JOIN show_items i ON i.show_id = s.id AND i.is_on_shelf = 1
JOIN skus k ON k.id = i.sku_id
JOIN products p ON p.id = k.product_id
WHERE s.id = :show
ORDER BY CASE WHEN i.id = s.card_item_id THEN 0 WHEN i.id = s.face_item_id THEN 1 ELSE 2 END, i.position, i.id LIMIT 1

-- name: shows.item
SELECT i.id, i.show_id, i.position, i.sku_id, i.price_fen, i.is_on_shelf, s.status, s.card_item_id,
    s.host_id
FROM show_items i JOIN shows s ON s.id = i.show_id
WHERE i.id = :item

-- name: shows.item_after
SELECT id FROM show_items
WHERE show_id = :show AND is_on_shelf = 1
    AND (position, id) > (SELECT position, id FROM show_items WHERE id = :item)
ORDER BY position, id LIMIT 1

-- name: shows.item_first
SELECT id FROM show_items WHERE show_id = :show AND is_on_shelf = 1 ORDER BY position, id LIMIT 1

-- name: shows.item_add
INSERT INTO show_items (show_id, position, sku_id, price_fen, note_zh, note_en)
VALUES (:show, (SELECT coalesce(max(position), 0) + 1 FROM show_items WHERE show_id = :show), :sku,
    :price_fen, :note_zh, :note_en)
RETURNING id

-- name: shows.item_price
UPDATE show_items SET price_fen = :price_fen WHERE id = :item

-- name: shows.item_note
UPDATE show_items SET note_zh = :note_zh, note_en = :note_en WHERE id = :item

-- name: shows.item_shelf
UPDATE show_items SET is_on_shelf = :on WHERE id = :item

-- name: shows.item_place
UPDATE show_items SET position = :position WHERE id = :item

-- name: shows.item_ids
SELECT id FROM show_items WHERE show_id = :show ORDER BY position, id

-- name: shows.item_by_sku
SELECT i.id, i.price_fen, i.is_on_shelf, s.status
FROM show_items i JOIN shows s ON s.id = i.show_id
WHERE i.show_id = :show AND i.sku_id = :sku

-- name: shows.of_product
SELECT s.id, s.title_zh, s.title_en, s.status, s.starts_at, i.price_fen
FROM shows s
JOIN show_items i ON i.show_id = s.id AND i.is_on_shelf = 1
JOIN skus k ON k.id = i.sku_id
WHERE k.product_id = :product AND s.status <> 'ended'
ORDER BY CASE s.status WHEN 'live' THEN 0 ELSE 1 END, s.starts_at LIMIT 1

-- name: shows.of_sku_live
SELECT s.id FROM shows s JOIN show_items i ON i.show_id = s.id
WHERE i.sku_id = :sku AND s.status = 'live'

-- name: shows.of_host_with_sku
SELECT s.id FROM show_items i JOIN shows s ON s.id = i.show_id
WHERE i.sku_id = :sku AND s.host_id = :host AND s.status <> 'ended'
LIMIT 1

-- name: shows.sku_by_code
SELECT id, price_fen, 0 AS guess FROM skus WHERE code = :code
UNION ALL SELECT id, price_fen, 1 AS guess FROM skus WHERE code = :upper
UNION ALL SELECT k.id, k.price_fen, 2 AS guess FROM products p JOIN skus k ON k.product_id = p.id AND k.position = 1
WHERE p.model IN (:code, :upper)
ORDER BY guess LIMIT 1

-- name: shows.message_add
INSERT INTO show_messages (show_id, user_id, name, is_crew, body, sent_at, status, held_why,
    is_question, reply_to)
VALUES (:show, :user, :name, :crew, :body, :now, :status, :held_why, :question, :reply_to)
RETURNING id

-- name: shows.message
SELECT m.id, m.show_id, m.user_id, m.name, m.is_crew, m.body, m.sent_at, m.status, m.held_why,
    m.is_question, m.answered_at, m.reply_to, t.name AS to_name
FROM show_messages m LEFT JOIN show_messages t ON t.id = m.reply_to
WHERE m.id = :message AND m.show_id = :show

-- name: shows.messages_recent
SELECT m.id, m.user_id, m.name, m.is_crew, m.body, m.sent_at, m.status, m.held_why, m.is_question,
    m.answered_at, m.reply_to, t.name AS to_name
FROM (SELECT * FROM show_messages WHERE show_id = :show AND status = 'shown'
      ORDER BY id DESC LIMIT :limit) m
LEFT JOIN show_messages t ON t.id = m.reply_to
ORDER BY m.id

-- What a reader who was away has missed.
-- name: shows.messages_after
SELECT m.id, m.user_id, m.name, m.is_crew, m.body, m.sent_at, m.status, m.held_why, m.is_question,
    m.answered_at, m.reply_to, t.name AS to_name
FROM show_messages m LEFT JOIN show_messages t ON t.id = m.reply_to
WHERE m.show_id = :show AND m.id > :after AND m.status = 'shown'
ORDER BY m.id LIMIT :limit

-- For the crew: what waits to be let through, and questions that wait for an answer.
-- name: shows.messages_held
SELECT m.id, m.user_id, m.name, m.is_crew, m.body, m.sent_at, m.status, m.held_why, m.is_question,
    m.answered_at, m.reply_to, NULL AS to_name
FROM show_messages m WHERE m.show_id = :show AND m.status = 'held' ORDER BY m.id LIMIT :limit

-- name: shows.questions_open
SELECT m.id, m.user_id, m.name, m.is_crew, m.body, m.sent_at, m.status, m.held_why, m.is_question,
    m.answered_at, m.reply_to, NULL AS to_name
FROM show_messages m
WHERE m.show_id = :show AND m.is_question = 1 AND m.answered_at IS NULL AND m.status = 'shown'
ORDER BY m.id DESC LIMIT :limit

-- name: shows.message_status
UPDATE show_messages SET status = :status WHERE id = :message

-- name: shows.message_answered
UPDATE show_messages SET answered_at = :at WHERE id = :message

-- name: shows.messages_by_user_since
SELECT count(*) AS n FROM show_messages WHERE user_id = :user AND sent_at > :since

-- name: shows.message_last_of
SELECT body, sent_at FROM show_messages WHERE user_id = :user AND show_id = :show
ORDER BY id DESC LIMIT 1

-- name: shows.pin
UPDATE shows SET pinned_id = :message WHERE id = :show

-- name: shows.talk_rules
UPDATE shows SET slow_s = :slow, is_talk_off = :off WHERE id = :show

-- Who may not talk here now: of a mute of this show, or a block by its host.
-- name: shows.silence_of
SELECT id, kind, until_at FROM show_silences
WHERE user_id = :user AND host_id = :host AND lifted_at IS NULL
    AND (kind = 'block' OR (show_id = :show AND (until_at IS NULL OR until_at > :now)))
ORDER BY kind, id LIMIT 1

-- name: shows.silence_in_force
SELECT id FROM show_silences
WHERE user_id = :user AND host_id = :host AND lifted_at IS NULL AND kind = :kind
    AND (kind = 'block' OR (show_id = :show AND (until_at IS NULL OR until_at > :now)))
ORDER BY id LIMIT 1

-- name: shows.silence_until
UPDATE show_silences SET until_at = :until WHERE id = :silence

-- name: shows.silences
SELECT s.id, s.kind, s.until_at, s.at, u.name, b.name AS by_name
FROM show_silences s JOIN users u ON u.id = s.user_id JOIN users b ON b.id = s.by_id
WHERE s.lifted_at IS NULL AND (s.kind = 'block' OR s.until_at IS NULL OR s.until_at > :now)
    AND s.host_id = :host AND (s.kind = 'block' OR s.show_id = :show)
ORDER BY s.id DESC LIMIT :most

-- name: shows.silence
SELECT id, show_id, host_id, user_id, kind, lifted_at FROM show_silences WHERE id = :silence

-- name: shows.silence_add
INSERT INTO show_silences (show_id, host_id, user_id, kind, until_at, by_id, at)
VALUES (:show, :host, :user, :kind, :until, :by, :now)
RETURNING id

-- name: shows.silence_lift
UPDATE show_silences SET lifted_at = :now, lifted_by = :by WHERE id = :silence AND lifted_at IS NULL

-- name: shows.grants_of
SELECT grants FROM show_crew WHERE show_id = :show AND user_id = :user

-- name: shows.crew
SELECT c.user_id, c.grants, c.added_at, u.name, u.login
FROM show_crew c JOIN users u ON u.id = c.user_id
WHERE c.show_id = :show ORDER BY c.added_at, c.user_id

-- name: shows.crew_put
INSERT INTO show_crew (show_id, user_id, grants, added_by, added_at)
VALUES (:show, :user, :grants, :by, :now)
ON CONFLICT (show_id, user_id) DO UPDATE SET grants = excluded.grants

-- name: shows.crew_remove
DELETE FROM show_crew WHERE show_id = :show AND user_id = :user

-- name: shows.rehearse
UPDATE shows SET is_rehearsal = :on WHERE id = :show AND status = 'planned'

-- name: shows.rehearsing
SELECT id FROM shows WHERE is_rehearsal = 1 AND status = 'planned'

-- What the base did only the base undoes.
-- name: shows.cut
UPDATE shows SET cut_at = :at, cut_why = :why, is_cut_by_base = :by_base
WHERE id = :show AND status <> 'ended' AND is_cut_by_base <= :is_base

-- What was ordered and paid in the last ten minutes, and in the ten before.
-- name: shows.pace
SELECT coalesce(sum(CASE WHEN o.placed_at > :since THEN 1 ELSE 0 END), 0) AS orders,
    coalesce(sum(CASE WHEN o.placed_at > :since THEN 0 ELSE 1 END), 0) AS orders_before,
    coalesce(sum(CASE WHEN o.placed_at > :since AND o.paid_at IS NOT NULL THEN o.total_fen ELSE 0 END), 0)
        AS paid_fen,
    coalesce(sum(CASE WHEN o.placed_at > :since OR o.paid_at IS NULL THEN 0 ELSE o.total_fen END), 0)
        AS paid_fen_before,
    coalesce(sum(CASE WHEN o.placed_at > :since THEN o.pieces ELSE 0 END), 0) AS pieces,
    coalesce(sum(CASE WHEN o.placed_at > :since THEN 0 ELSE o.pieces END), 0) AS pieces_before
FROM (SELECT o.placed_at, o.paid_at, o.total_fen,
          (SELECT sum(l.quantity) FROM order_lines l WHERE l.order_id = o.id) AS pieces
      FROM orders o WHERE o.show_id = :show AND o.placed_at > :before) o

-- What `guildhall check` looks for: shows whose card is none of their items, or off the shelf.

-- name: shows.check_cards
SELECT s.id FROM shows s
WHERE s.card_item_id IS NOT NULL
    AND NOT EXISTS (SELECT 1 FROM show_items i WHERE i.id = s.card_item_id AND i.show_id = s.id
        AND i.is_on_shelf = 1)
ORDER BY s.id
LIMIT :most

-- Figures (figures.c): a show was held when it was on air, and its host with it.

-- name: shows.figure_held
SELECT count(*) AS value FROM shows WHERE started_at >= :from AND started_at <= :until

-- name: shows.figure_held_rows
SELECT id, '/shows/' || id AS link, title_zh AS label_zh, title_en AS label_en, started_at AS at,
    1 AS amount
FROM shows WHERE started_at >= :from AND started_at <= :until AND id > :after
ORDER BY id
LIMIT :most

-- name: shows.figure_held_reach
SELECT min(created_at) AS at FROM shows

-- name: shows.figure_hosts
SELECT count(DISTINCT host_id) AS value FROM shows WHERE started_at <= :until

-- A host's row is the first show: who it is can be seen there, where the host is named anyway.
-- name: shows.figure_hosts_rows
SELECT s.id, '/shows/' || s.id AS link, s.title_zh AS label_zh, s.title_en AS label_en,
    s.started_at AS at, 1 AS amount
FROM shows s
WHERE s.started_at <= :until AND s.id > :after
    AND NOT EXISTS (SELECT 1 FROM shows t WHERE t.host_id = s.host_id
        AND (t.started_at, t.id) < (s.started_at, s.id))
ORDER BY s.id
LIMIT :most

-- Of one show: what was paid of the orders placed in it.

-- name: shows.figure_sold
SELECT coalesce(sum(l.quantity), 0) AS value
FROM orders o JOIN order_lines l ON l.order_id = o.id
WHERE o.show_id = :show AND o.paid_at <= :until

-- name: shows.figure_sold_rows
SELECT o.id, NULL AS link, min(l.title_zh) AS label_zh, min(l.title_en) AS label_en, o.paid_at AS at,
    sum(l.quantity) AS amount
FROM orders o JOIN order_lines l ON l.order_id = o.id
WHERE o.show_id = :show AND o.paid_at <= :until AND o.id > :after
GROUP BY o.id, o.paid_at
ORDER BY o.id
LIMIT :most

-- name: shows.figure_turnover
SELECT coalesce(sum(total_fen), 0) AS value FROM orders WHERE show_id = :show AND paid_at <= :until

-- name: shows.figure_turnover_rows
SELECT o.id, NULL AS link, l.title_zh AS label_zh, l.title_en AS label_en, o.paid_at AS at,
    o.total_fen AS amount
FROM orders o JOIN order_lines l ON l.order_id = o.id AND l.line = 1
WHERE o.show_id = :show AND o.paid_at <= :until AND o.id > :after
ORDER BY o.id
LIMIT :most

-- name: shows.figure_show_reach
SELECT created_at AS at FROM shows WHERE id = :show

-- Sealing anew (store/seal.h).

-- name: shows.key_seal_next
SELECT id AS id, key_sealed AS sealed FROM shows
WHERE id > :after AND substr(key_sealed, 2, 1) <> :key
ORDER BY id
LIMIT :most

-- name: shows.key_seal_put
UPDATE shows SET key_sealed = :sealed WHERE id = :id AND key_sealed = :before

-- name: shows.key_seal_count
SELECT substr(key_sealed, 2, 1) AS key, COUNT(*) AS n FROM shows GROUP BY 1

-- What comes (todo.c): see town/console. Shows with something of a maker.

-- name: shows.todo_coming
SELECT count(*) OVER () AS n, s.id, s.title_zh AS label_zh, s.title_en AS label_en,
    '/shows/' || s.id AS link, s.status AS tags,
    (SELECT count(*) FROM show_items i JOIN skus k ON k.id = i.sku_id
        JOIN products p ON p.id = k.product_id
        WHERE i.show_id = s.id AND i.is_on_shelf = 1 AND p.organisation_id = :organisation)
        AS amount,
    s.starts_at AS at
FROM shows s
WHERE s.status <> 'ended' AND s.starts_at > :from AND s.starts_at <= :until
    AND EXISTS (SELECT 1 FROM show_items i JOIN skus k ON k.id = i.sku_id
        JOIN products p ON p.id = k.product_id
        WHERE i.show_id = s.id AND i.is_on_shelf = 1 AND p.organisation_id = :organisation)
ORDER BY s.starts_at, s.id
LIMIT :most OFFSET :skip
