-- Planning.

-- name: elsewhere.add
INSERT INTO elsewhere_shows (platform, title_zh, title_en, room, link, host_id, starts_at, state,
    created_at)
VALUES (:platform, :title_zh, :title_en, :room, :link, :host, :starts_at, 'planned', :now)
RETURNING id

-- name: elsewhere.item_add
INSERT INTO elsewhere_items (show_id, position, sku_id, price_fen)
VALUES (:show, :position, :sku, :price_fen)

-- name: elsewhere.sku_by_code
SELECT k.id, k.price_fen
FROM skus k JOIN products p ON p.id = k.product_id
WHERE k.code = :code OR (k.position = 1 AND p.model = :code)
ORDER BY CASE WHEN k.code = :code THEN 0 ELSE 1 END LIMIT 1

-- name: elsewhere.get
SELECT s.id, s.platform, s.title_zh, s.title_en, s.room, s.link, s.host_id, s.starts_at, s.state,
    u.name AS host_name
FROM elsewhere_shows s JOIN users u ON u.id = s.host_id
WHERE s.id = :show

-- name: elsewhere.set_state
UPDATE elsewhere_shows SET state = :state WHERE id = :show

-- name: elsewhere.event_add
INSERT INTO elsewhere_events (show_id, at, actor_id, event, state, sheet_id)
VALUES (:show, :now, :actor, :event, :state, :sheet)

-- Pages.

-- name: elsewhere.list
SELECT s.id, s.platform, s.title_zh, s.title_en, s.room, s.link, s.host_id, s.starts_at, s.state,
    u.name AS host_name, r.amount_fen, r.pieces, r.viewers
FROM elsewhere_shows s JOIN users u ON u.id = s.host_id
LEFT JOIN elsewhere_results r ON r.show_id = s.id AND r.replaced_at IS NULL
WHERE s.state <> 'dropped' AND (:host = 0 OR s.host_id = :host)
ORDER BY s.starts_at DESC, s.id DESC
LIMIT :most

-- name: elsewhere.coming
SELECT s.id, s.platform, s.title_zh, s.title_en, s.room, s.link, s.starts_at, u.name AS host_name
FROM elsewhere_shows s JOIN users u ON u.id = s.host_id
WHERE s.state = 'planned' AND s.starts_at BETWEEN :from AND :until
ORDER BY s.starts_at, s.id
LIMIT :most

-- name: elsewhere.items
SELECT k.code, p.slug, p.title_zh, p.title_en, i.price_fen
FROM elsewhere_items i
JOIN skus k ON k.id = i.sku_id
JOIN products p ON p.id = k.product_id
WHERE i.show_id = :show
ORDER BY i.position

-- name: elsewhere.results
SELECT r.sheet_id, r.row_number, r.started_at, r.amount_fen, r.pieces, r.orders, r.viewers, r.peak,
    r.counted_at, r.replaced_at, t.filename
FROM elsewhere_results r JOIN elsewhere_sheets t ON t.id = r.sheet_id
WHERE r.show_id = :show
ORDER BY r.counted_at DESC, r.sheet_id DESC

-- name: elsewhere.sheets
SELECT t.id, t.platform, t.filename, t.made_at, t.taken_at,
    (SELECT count(*) FROM elsewhere_lines l WHERE l.sheet_id = t.id) AS lines
FROM elsewhere_sheets t
WHERE :user = 0 OR t.user_id = :user
ORDER BY t.id DESC
LIMIT :most

-- Sheets.

-- name: elsewhere.sheet_add
INSERT INTO elsewhere_sheets (platform, sha256, filename, user_id, made_at)
VALUES (:platform, :sha256, :filename, :user, :now)
RETURNING id

-- name: elsewhere.line_add
-- many: bigint, bigint, text, text, text, text, text, text, text
INSERT INTO elsewhere_lines (sheet_id, row_number, room_text, start_text, amount_text, pieces_text,
    orders_text, viewers_text, peak_text)
VALUES (:sheet, :row, :room, :start, :amount, :pieces, :orders, :viewers, :peak)

-- name: elsewhere.sheet_get
SELECT id, platform, filename, user_id, made_at, taken_at FROM elsewhere_sheets WHERE id = :sheet

-- The same file of the same platform by the same person, still waiting, or taken and still counting.
-- name: elsewhere.sheet_same
SELECT t.id FROM elsewhere_sheets t
WHERE t.sha256 = :sha256 AND t.platform = :platform AND t.user_id = :user
    AND (t.taken_at IS NULL OR EXISTS (SELECT 1 FROM elsewhere_results r
        WHERE r.sheet_id = t.id AND r.replaced_at IS NULL))
ORDER BY t.id DESC LIMIT 1

-- name: elsewhere.lines
SELECT row_number, room_text, start_text, amount_text, pieces_text, orders_text, viewers_text,
    peak_text
FROM elsewhere_lines WHERE sheet_id = :sheet ORDER BY row_number

-- name: elsewhere.near
SELECT id, title_zh, title_en, room, starts_at, host_id FROM elsewhere_shows
WHERE platform = :platform AND state <> 'dropped' AND starts_at BETWEEN :from AND :until
    AND (:host = 0 OR host_id = :host)
ORDER BY id

-- name: elsewhere.current
SELECT sheet_id, row_number, started_at, amount_fen, pieces, orders, viewers, peak
FROM elsewhere_results WHERE show_id = :show AND replaced_at IS NULL

-- name: elsewhere.replace
UPDATE elsewhere_results SET replaced_at = :now WHERE show_id = :show AND replaced_at IS NULL

-- name: elsewhere.result_add
INSERT INTO elsewhere_results (sheet_id, row_number, show_id, started_at, amount_fen, pieces,
    orders, viewers, peak, counted_at)
VALUES (:sheet, :row, :show, :started_at, :amount_fen, :pieces, :orders, :viewers, :peak, :now)

-- name: elsewhere.sheet_taken
UPDATE elsewhere_sheets SET taken_at = :now WHERE id = :sheet

-- name: elsewhere.sheet_results
SELECT r.row_number, r.show_id, r.replaced_at, s.title_zh, s.title_en
FROM elsewhere_results r JOIN elsewhere_shows s ON s.id = r.show_id
WHERE r.sheet_id = :sheet ORDER BY r.row_number

-- name: elsewhere.prune_lines
DELETE FROM elsewhere_lines WHERE sheet_id IN (SELECT id FROM elsewhere_sheets
    WHERE taken_at IS NULL AND made_at < :before)

-- name: elsewhere.prune_sheets
DELETE FROM elsewhere_sheets WHERE taken_at IS NULL AND made_at < :before

-- Figures: what platforms reported, as it counted at a moment.

-- name: elsewhere.figure_turnover
SELECT coalesce(sum(amount_fen), 0) AS value FROM elsewhere_results
WHERE counted_at <= :until AND (replaced_at IS NULL OR replaced_at > :until)

-- name: elsewhere.figure_turnover_rows
SELECT r.show_id AS id, '/elsewhere/sheets/' || r.sheet_id AS link, s.title_zh AS label_zh,
    s.title_en AS label_en, r.counted_at AS at, r.amount_fen AS amount
FROM elsewhere_results r JOIN elsewhere_shows s ON s.id = r.show_id
WHERE r.counted_at <= :until AND (r.replaced_at IS NULL OR r.replaced_at > :until)
    AND r.show_id > :after
ORDER BY r.show_id
LIMIT :most

-- name: elsewhere.figure_pieces
SELECT coalesce(sum(pieces), 0) AS value FROM elsewhere_results
WHERE counted_at <= :until AND (replaced_at IS NULL OR replaced_at > :until)

-- name: elsewhere.figure_pieces_rows
SELECT r.show_id AS id, '/elsewhere/sheets/' || r.sheet_id AS link, s.title_zh AS label_zh,
    s.title_en AS label_en, r.counted_at AS at, r.pieces AS amount
FROM elsewhere_results r JOIN elsewhere_shows s ON s.id = r.show_id
WHERE r.counted_at <= :until AND (r.replaced_at IS NULL OR r.replaced_at > :until)
    AND r.show_id > :after
ORDER BY r.show_id
LIMIT :most

-- name: elsewhere.figure_shows
SELECT count(*) AS value FROM elsewhere_results
WHERE counted_at <= :until AND (replaced_at IS NULL OR replaced_at > :until)

-- name: elsewhere.figure_shows_rows
SELECT r.show_id AS id, '/elsewhere/sheets/' || r.sheet_id AS link, s.title_zh AS label_zh,
    s.title_en AS label_en, r.counted_at AS at, 1 AS amount
FROM elsewhere_results r JOIN elsewhere_shows s ON s.id = r.show_id
WHERE r.counted_at <= :until AND (r.replaced_at IS NULL OR r.replaced_at > :until)
    AND r.show_id > :after
ORDER BY r.show_id
LIMIT :most

-- name: elsewhere.figure_reach
SELECT min(created_at) AS at FROM elsewhere_shows

-- What `guildhall check` looks for.

-- name: elsewhere.check_state
SELECT s.id FROM elsewhere_shows s
WHERE s.state <> coalesce((SELECT e.state FROM elsewhere_events e WHERE e.show_id = s.id
        ORDER BY e.id DESC LIMIT 1), '')
    OR (s.state = 'reported') <> EXISTS (SELECT 1 FROM elsewhere_results r
        WHERE r.show_id = s.id AND r.replaced_at IS NULL)
ORDER BY s.id
LIMIT :most

-- name: elsewhere.check_sheets
SELECT DISTINCT t.id FROM elsewhere_sheets t JOIN elsewhere_results r ON r.sheet_id = t.id
WHERE t.taken_at IS NULL OR t.taken_at <> r.counted_at
ORDER BY t.id
LIMIT :most
