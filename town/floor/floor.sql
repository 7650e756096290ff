-- Halls and their plans.

-- name: floor.halls
SELECT h.id, h.number, h.name_zh, h.name_en, h.plan_id, h.version, h.updated_at,
    (SELECT count(*) FROM floor_stands s WHERE s.hall_id = h.id AND s.removed_at IS NULL) AS stands,
    (SELECT count(DISTINCT p.stand_id) FROM floor_placements p
        WHERE p.hall_id = h.id AND p.ended_at IS NULL) AS taken,
    (SELECT count(*) FROM floor_placements p
        WHERE p.hall_id = h.id AND p.ended_at IS NULL) AS products
FROM floor_halls h
ORDER BY h.number

-- name: floor.hall
SELECT id, number, name_zh, name_en, plan_id, version, updated_at
FROM floor_halls WHERE number = :number

-- name: floor.hall_last
SELECT coalesce(max(number), 0) AS number FROM floor_halls

-- name: floor.hall_add
INSERT INTO floor_halls (number, name_zh, name_en, created_at, updated_at)
VALUES (:number, :name_zh, :name_en, :now, :now)
RETURNING id

-- name: floor.hall_set
UPDATE floor_halls SET name_zh = :name_zh, name_en = :name_en, version = version + 1,
    updated_at = :now
WHERE id = :hall

-- name: floor.hall_plan
UPDATE floor_halls SET plan_id = :plan, version = version + 1, updated_at = :now WHERE id = :hall

-- name: floor.plan_add
INSERT INTO floor_plans (hall_id, body, left_x, top_y, width, height, is_themed, added_at)
VALUES (:hall, :body, :left_x, :top_y, :width, :height, :is_themed, :now)
RETURNING id

-- name: floor.plan
SELECT body, left_x, top_y, width, height, is_themed FROM floor_plans WHERE id = :plan

-- Zones and stands.

-- name: floor.zone
SELECT id, name_zh, name_en FROM floor_zones WHERE hall_id = :hall AND code = :code

-- name: floor.zone_add
INSERT INTO floor_zones (hall_id, code, name_zh, name_en)
VALUES (:hall, :code, :name_zh, :name_en)
RETURNING id

-- name: floor.zone_set
UPDATE floor_zones SET name_zh = :name_zh, name_en = :name_en WHERE id = :zone

-- `shown`: of those that stand there, how many visitors see.
-- name: floor.stands
SELECT s.id, s.code, s.left_x, s.top_y, s.width, s.height, z.code AS zone, z.name_zh AS zone_zh,
    z.name_en AS zone_en,
    (SELECT count(*) FROM floor_placements p WHERE p.stand_id = s.id AND p.ended_at IS NULL)
        AS placed,
    (SELECT count(*) FROM floor_placements p JOIN products g ON g.id = p.product_id
        WHERE p.stand_id = s.id AND p.ended_at IS NULL AND g.status = 'on') AS shown
FROM floor_stands s LEFT JOIN floor_zones z ON z.id = s.zone_id
WHERE s.hall_id = :hall AND s.removed_at IS NULL
ORDER BY z.code, s.code

-- name: floor.stand
SELECT id, code, left_x, top_y, width, height FROM floor_stands
WHERE hall_id = :hall AND code = :code AND removed_at IS NULL

-- name: floor.stands_n
SELECT count(*) AS n FROM floor_stands WHERE hall_id = :hall AND removed_at IS NULL

-- name: floor.stand_add
INSERT INTO floor_stands (hall_id, zone_id, code, left_x, top_y, width, height, created_at)
VALUES (:hall, :zone, :code, :left_x, :top_y, :width, :height, :now)
RETURNING id

-- name: floor.stand_set
UPDATE floor_stands SET left_x = :left_x, top_y = :top_y, width = :width, height = :height
WHERE id = :stand

-- name: floor.stand_remove
UPDATE floor_stands SET removed_at = :now WHERE id = :stand

-- Placements.

-- name: floor.placed
SELECT p.id, p.stand_id, s.code
FROM floor_placements p JOIN floor_stands s ON s.id = p.stand_id
WHERE p.hall_id = :hall AND p.product_id = :product AND p.ended_at IS NULL

-- name: floor.placed_n
SELECT count(*) AS n FROM floor_placements WHERE stand_id = :stand AND ended_at IS NULL

-- name: floor.place
INSERT INTO floor_placements (hall_id, stand_id, product_id, placed_at)
VALUES (:hall, :stand, :product, :now)

-- name: floor.end
UPDATE floor_placements SET ended_at = :now WHERE id = :placement

-- name: floor.on_stand
SELECT p.product_id, g.slug, g.title_zh, g.title_en, g.model, g.status, p.placed_at,
    o.name_zh AS factory_zh, o.name_en AS factory_en
FROM floor_placements p
JOIN products g ON g.id = p.product_id
JOIN organisations o ON o.id = g.organisation_id
WHERE p.stand_id = :stand AND p.ended_at IS NULL
ORDER BY p.placed_at, p.id

-- Everything of a hall, for the desk: by stand.
-- name: floor.on_floor
SELECT s.code, p.product_id, g.slug, g.title_zh, g.title_en, g.model, g.status
FROM floor_placements p
JOIN floor_stands s ON s.id = p.stand_id
JOIN products g ON g.id = p.product_id
WHERE p.hall_id = :hall AND p.ended_at IS NULL
ORDER BY s.code, p.placed_at, p.id
LIMIT :most

-- What may be seen on a stand, as goods of a grid (hall.goods).
-- name: floor.shown_on_stand
SELECT p.product_id
FROM floor_placements p JOIN products g ON g.id = p.product_id
WHERE p.stand_id = :stand AND p.ended_at IS NULL AND g.status = 'on'
ORDER BY p.placed_at, p.id

-- Where a product stands.
-- name: floor.of_product
SELECT h.number, h.name_zh, h.name_en, s.code, z.name_zh AS zone_zh, z.name_en AS zone_en
FROM floor_placements p
JOIN floor_halls h ON h.id = p.hall_id
JOIN floor_stands s ON s.id = p.stand_id
LEFT JOIN floor_zones z ON z.id = s.zone_id
WHERE p.product_id = :product AND p.ended_at IS NULL
ORDER BY h.number

-- A product by what people have in their hands: the code or the number of a SKU, the name in its
-- address, or its model when no other has that.
-- name: floor.find_product
SELECT DISTINCT g.id, g.title_zh, g.title_en, g.status
FROM products g
WHERE g.slug = lower(:words)
    OR g.id IN (SELECT k.product_id FROM skus k WHERE k.code = :words OR k.gtin = :words)
    OR g.model = :words
ORDER BY g.id
LIMIT 3

-- Goods on show that stand nowhere in a hall yet.
-- name: floor.unplaced
SELECT g.id, g.slug, g.title_zh, g.title_en, g.model, o.name_zh AS factory_zh,
    o.name_en AS factory_en
FROM products g JOIN organisations o ON o.id = g.organisation_id
WHERE g.status = 'on' AND NOT EXISTS (SELECT 1 FROM floor_placements p
    WHERE p.product_id = g.id AND p.ended_at IS NULL)
ORDER BY g.id DESC
LIMIT :most

-- name: floor.unplaced_n
SELECT count(*) AS n FROM products g
WHERE g.status = 'on' AND NOT EXISTS (SELECT 1 FROM floor_placements p
    WHERE p.product_id = g.id AND p.ended_at IS NULL)

-- History.

-- name: floor.event_add
INSERT INTO floor_events (hall_id, at, actor_id, event, stand_id, from_stand_id, product_id, detail)
VALUES (:hall, :now, :actor, :event, :stand, :from_stand, :product, :detail)

-- Of a hall, or of one of its stands (0: all).
-- name: floor.events
SELECT e.id, e.at, e.event, e.detail, u.name AS actor, s.code AS stand, f.code AS from_stand,
    e.product_id, g.title_zh, g.title_en
FROM floor_events e
LEFT JOIN users u ON u.id = e.actor_id
LEFT JOIN floor_stands s ON s.id = e.stand_id
LEFT JOIN floor_stands f ON f.id = e.from_stand_id
LEFT JOIN products g ON g.id = e.product_id
WHERE e.hall_id = :hall AND (:stand = 0 OR e.stand_id = :stand OR e.from_stand_id = :stand)
ORDER BY e.id DESC
LIMIT :most

-- Labels.

-- name: floor.label
SELECT g.id, g.slug, g.status FROM products g WHERE g.id = :product

-- name: floor.label_stand
SELECT p.stand_id, s.code, h.number
FROM floor_halls h
JOIN floor_placements p ON p.hall_id = h.id AND p.product_id = :product AND p.ended_at IS NULL
JOIN floor_stands s ON s.id = p.stand_id
WHERE h.number = :hall

-- name: floor.visit_more
UPDATE floor_visits SET visits = visits + 1
WHERE product_id = :product AND coalesce(stand_id, 0) = :stand AND day_at = :day

-- name: floor.visit_add
INSERT INTO floor_visits (product_id, stand_id, day_at, visits) VALUES (:product, :stand, :day, 1)

-- What is printed: of a hall (0: any), a zone and a stand (empty: any), a maker (0: any); goods
-- that stand nowhere too when `everywhere` is 1, once for each hall they stand in.
-- name: floor.labels
SELECT g.id, g.slug, g.title_zh, g.title_en, g.model, g.price_fen, o.name_zh AS factory_zh,
    o.name_en AS factory_en, coalesce(h.number, 0) AS hall, coalesce(h.name_zh, '') AS hall_zh,
    coalesce(s.code, '') AS stand,
    coalesce((SELECT max(k.price_fen) FROM skus k WHERE k.product_id = g.id AND k.status = 'on'),
        g.price_fen) AS most_fen,
    coalesce((SELECT k.gtin FROM skus k WHERE k.product_id = g.id AND k.status = 'on'
        AND k.gtin IS NOT NULL ORDER BY k.position LIMIT 1), '') AS gtin
FROM products g
JOIN organisations o ON o.id = g.organisation_id
LEFT JOIN floor_placements p ON p.product_id = g.id AND p.ended_at IS NULL
LEFT JOIN floor_halls h ON h.id = p.hall_id
LEFT JOIN floor_stands s ON s.id = p.stand_id
LEFT JOIN floor_zones z ON z.id = s.zone_id
WHERE g.status = 'on' AND (:maker = 0 OR g.organisation_id = :maker)
    AND (:hall = 0 OR h.number = :hall) AND (:zone = '' OR z.code = :zone)
    AND (:stand = '' OR s.code = :stand) AND (:everywhere = 1 OR h.number IS NOT NULL)
    AND (:product = 0 OR g.id = :product)
ORDER BY h.number, s.code, p.placed_at, g.id
LIMIT :most

-- name: floor.makers
SELECT DISTINCT o.id, o.slug, o.name_zh, o.name_en
FROM organisations o JOIN products g ON g.organisation_id = o.id AND g.status = 'on'
ORDER BY o.id

-- name: floor.sheet_add
INSERT INTO floor_sheets (user_id, organisation_id, ask, created_at)
VALUES (:user, :organisation, :ask, :now)
RETURNING id

-- name: floor.sheet
SELECT id, user_id, organisation_id, ask, object, labels, created_at FROM floor_sheets
WHERE id = :sheet

-- name: floor.sheet_made
UPDATE floor_sheets SET object = :object, labels = :labels WHERE id = :sheet

-- name: floor.sheets_old
SELECT id, object FROM floor_sheets WHERE created_at < :before ORDER BY id LIMIT :most

-- name: floor.sheet_remove
DELETE FROM floor_sheets WHERE id = :sheet

-- What waits (todo.c): see town/console. Goods on show that stand nowhere, and stands that hold what
-- is not on show any more.

-- name: floor.todo_unplaced
SELECT count(*) OVER () AS n, g.id, g.title_zh AS label_zh, g.title_en AS label_en,
    '/hall/desk/products/' || g.id AS link, o.name_zh AS of_zh, o.name_en AS of_en,
    coalesce(g.shown_at, g.created_at) AS at
FROM products g JOIN organisations o ON o.id = g.organisation_id
WHERE (:organisation = 0 OR g.organisation_id = :organisation) AND g.status = 'on'
    AND g.created_at > :from AND g.created_at <= :until
    AND NOT EXISTS (SELECT 1 FROM floor_placements p
        WHERE p.product_id = g.id AND p.ended_at IS NULL)
ORDER BY coalesce(g.shown_at, g.created_at) DESC, g.id DESC
LIMIT :most OFFSET :skip

-- name: floor.todo_withdrawn
SELECT count(*) OVER () AS n, p.id, h.name_zh || ' ' || s.code || ' · ' || g.title_zh AS label_zh,
    h.name_en || ' ' || s.code || ' · ' || g.title_en AS label_en,
    '/floor/desk/' || h.number || '?stand=' || s.code AS link, g.updated_at AS at
FROM floor_placements p
JOIN floor_stands s ON s.id = p.stand_id
JOIN floor_halls h ON h.id = p.hall_id
JOIN products g ON g.id = p.product_id
WHERE (:organisation = 0 OR g.organisation_id = :organisation) AND p.ended_at IS NULL
    AND g.status <> 'on' AND p.placed_at > :from AND p.placed_at <= :until
ORDER BY g.updated_at, p.id
LIMIT :most OFFSET :skip

-- Figures (figures.c): stands with something on them, and scans of labels.

-- name: floor.figure_taken
SELECT count(DISTINCT stand_id) AS value FROM floor_placements
WHERE placed_at <= :until AND (ended_at IS NULL OR ended_at > :until)

-- name: floor.figure_taken_rows
SELECT s.id, CASE WHEN s.removed_at IS NULL THEN '/floor/' || h.number || '/' || s.code END AS link,
    h.name_zh || ' ' || s.code AS label_zh, h.name_en || ' ' || s.code AS label_en,
    (SELECT min(p.placed_at) FROM floor_placements p WHERE p.stand_id = s.id
        AND p.placed_at <= :until AND (p.ended_at IS NULL OR p.ended_at > :until)) AS at,
    1 AS amount
FROM floor_stands s JOIN floor_halls h ON h.id = s.hall_id
WHERE s.id > :after AND EXISTS (SELECT 1 FROM floor_placements p WHERE p.stand_id = s.id
    AND p.placed_at <= :until AND (p.ended_at IS NULL OR p.ended_at > :until))
ORDER BY s.id
LIMIT :most

-- name: floor.figure_reach
SELECT min(created_at) AS at FROM floor_halls

-- name: floor.figure_visits
SELECT coalesce(sum(visits), 0) AS value FROM floor_visits
WHERE day_at >= :from AND day_at <= :until

-- name: floor.figure_visits_rows
SELECT v.id, CASE WHEN g.status = 'on' THEN '/hall/products/' || g.slug END AS link,
    g.title_zh || coalesce(' · ' || s.code, '') AS label_zh,
    g.title_en || coalesce(' · ' || s.code, '') AS label_en, v.day_at AS at, v.visits AS amount
FROM floor_visits v
JOIN products g ON g.id = v.product_id
LEFT JOIN floor_stands s ON s.id = v.stand_id
WHERE v.day_at >= :from AND v.day_at <= :until AND v.id > :after
ORDER BY v.id
LIMIT :most
